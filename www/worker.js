// Keeps the page for when there is no network. www/boot.js registers it two seconds after
// the first picture, so that nobody waits for it.
//
// Each build has a cache of its own, which is complete or of no account: its pages are put into it
// last. Pages come from the network if they can, so that a reload shows a new build; what they are
// made of comes from the caches. A worker takes over the page that registered it, and is replaced once
// no page uses it; only then are older caches dropped: a page that stays open for days still gets its
// own parts.

/** These three are written by scripts/offline.mjs: the files of this build with their digests, and the build's own. */
const FILES = {};
const BUILD = "";
/** What a name has that is of one content for good. */
const HASHED = /(?!)/;

/** A network that says nothing for so long, in milliseconds, is none, where there is a copy. */
const PATIENCE = 3_000;

const scope = self.registration.scope;
const ours = `synod ${scope} `;
const isPage = (name) => name.endsWith(".html");
const isHashed = (name) => HASHED.test(name);

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(tidy()));

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || !url.href.startsWith(scope)) return;
  const name = decodeURIComponent(url.pathname.slice(new URL(scope).pathname.length)) || "index.html";
  // A host may keep other pages beneath: they are none of ours.
  if (isHashed(name)) event.respondWith(cacheFirst(event.request, name));
  else if (Object.hasOwn(FILES, name)) event.respondWith(networkFirst(event.request, name));
});

async function keep() {
  // A host that changes the pages it sends shows itself at once, and for little.
  const pages = new Map();
  for (const name of Object.keys(FILES).filter(isPage)) pages.set(name, await sound(name));
  const cache = await caches.open(ours + BUILD);
  try {
    for (const name of Object.keys(FILES)) if (!isPage(name)) await cache.put(address(name), await sound(name));
    for (const [name, page] of pages) await cache.put(address(name), page);
  } catch (error) {
    await caches.delete(ours + BUILD); // A part of a build is of no use.
    throw error;
  }
}

async function tidy() {
  for (const key of await builds()) if (key !== ours + BUILD) await caches.delete(key);
  await self.clients.claim();
}

/** The file as it was built: an error page, a login, or half a file would be kept for good. */
async function sound(name) {
  // A name with a digest has been the same file in the build before, unless somebody changed it by hand.
  const before = isHashed(name) && (await whole(name, await kept(name)));
  const found = before || (await whole(name, await fetch(address(name), { cache: isHashed(name) ? "default" : "no-cache" })));
  const response = found || (await whole(name, await fetch(address(name), { cache: "reload" })));
  if (!response) throw new Error(`${name} is not there as it was built`);
  return response;
}

/** This response, if its bytes are the file's. */
async function whole(name, response) {
  if (!response?.ok) return;
  const bytes = await response.arrayBuffer();
  if (hex(await crypto.subtle.digest("SHA-256", bytes)) !== FILES[name]) return;
  // Made anew, a page may have been redirected to; its policy stays.
  const headers = new Headers(response.headers);
  for (const of of ["content-encoding", "content-length", "vary"]) headers.delete(of);
  return new Response(bytes, { headers });
}

async function cacheFirst(request, name) {
  return (await kept(name)) ?? fetch(request);
}

async function networkFirst(request, name) {
  const late = new Promise((over) => setTimeout(over, PATIENCE)).then(() => kept(name));
  const found = fetch(request).catch(() => undefined);
  const response = (await Promise.race([found, late])) ?? (await found);
  // A navigation may be answered by a redirect, which the browser is to follow itself.
  if (response?.ok || response?.type === "opaqueredirect") return response;
  return (await kept(name)) ?? response ?? Response.error();
}

/** From the newest build that has it and is complete. */
async function kept(name) {
  for (const key of (await builds()).reverse()) {
    const cache = await caches.open(key);
    const found = (await cache.match(address("index.html"))) && (await cache.match(address(name)));
    if (found) return found;
  }
}

/** In the order in which they came. */
async function builds() {
  return (await caches.keys()).filter((key) => key.startsWith(ours));
}

function address(name) {
  return new URL(name, scope).href;
}

function hex(buffer) {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
