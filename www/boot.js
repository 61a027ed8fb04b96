// Starts the program. Trunk would do it by an inline script, which a strict
// Content-Security-Policy forbids; it leaves the names of the files in <link>s of the head.
//
// Every browser that knows modules must understand this file, for it is what tells those of them that
// are too old for the program: nothing newer than 2018 stands here.

const script = document.querySelector('link[rel="modulepreload"][href]');
const wasm = document.querySelector('link[rel="preload"][as="fetch"][href$=".wasm"]');
// What the first visit does not need (scripts/split.mjs); none where all is in one file.
const rest = document.querySelector('link[rel="rest"]');
const later = rest && rest.href;
// What is shown where the program fails; only browsers that know no modules fetch it by themselves.
const card = document.querySelector("script[nomodule]");

const PATIENCE = 8000; // ms that the page waits for its words.

let program; // What the rest is joined to.
let fetched; // A promise that the rest is ready …
let arrived; // … and what keeps it: it may be there by another way first …
let ready; // … compiled …
let joined = !later; // … and part of the program.
let broken = false; // The program stands still where it needed the rest, and could not have it.

window.synodLater = {
  joins(exports) {
    program = exports;
  },

  /** Fetches the rest, to be there when it is called. */
  soon() {
    if (joined && !fetched) return Promise.resolve();
    // One promise for all who ask: they go on in the order in which they came.
    if (!fetched) {
      fetched = new Promise((done, fail) => {
        arrived = done;
        compiled(later).then((module) => done((ready = module)), fail);
      });
      fetched.catch(() => (fetched = undefined)); // To be tried again.
    }
    return fetched;
  },

  /** A text file that stands beside the page. */
  async text(name) {
    const late = new Promise((_, no) => setTimeout(no, PATIENCE, new Error(name)));
    const response = await Promise.race([fetch(name, { cache: "no-cache" }), late]);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  },

  failed,

  /** Called by whatever was taken out: returns once it is there. */
  load() {
    if (joined) return;
    if (broken) throw broken;
    try {
      new WebAssembly.Instance(ready || compiledNow(later), { first: program });
      joined = true;
      if (arrived) arrived();
    } catch (error) {
      broken = error;
      program.unfetched(); // A card instead of a page that no longer moves.
      throw error;
    }
  },
};

/** A file of code; once more from the server itself, should a cache keep something else under its name. */
function compiled(url) {
  return code(url).catch(() => code(url, { cache: "reload" }));
}

/** Compiled while it comes, if the server says that it is wasm and no more than that. */
async function code(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const type = response.headers.get("content-type") || "";
  if (type.toLowerCase() === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** The same, waited for; no such request can pass by a cache, but its address can be another. */
function compiledNow(url) {
  try {
    return new WebAssembly.Module(bytes(url));
  } catch (damaged) {
    return new WebAssembly.Module(bytes(`${url}?again`));
  }
}

/** A file's bytes, waited for: the program cannot go on without them. */
function bytes(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  // A request that is waited for may not ask for bytes: text that keeps each of them does.
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`${url}: ${request.status}`);
  return Uint8Array.from(request.responseText, (letter) => letter.charCodeAt(0));
}

// Whoever touches the page may ask for more than is there. What is done waits for it, and then is done, in its
// order: nothing stands still meanwhile, and where it cannot be had the program says so.
function wait(event) {
  const { type, target } = event;
  // A list waits by itself, and shows what runs until then. Nothing is there to hear before the program.
  if (ready || joined || !program || target.tagName === "SELECT") return void synodLater.soon().catch(() => {});
  event.stopImmediatePropagation();
  // What is done again does by itself what a click does.
  if (type === "submit" || type === "click") event.preventDefault();
  // A press on a picture does not take the keyboard away from the page.
  if (type === "mousedown" && target.closest(".scene")) event.preventDefault();
  const again = () => {
    // A key that opened a field to write in was pressed before what was meant for the field.
    const now = document.activeElement;
    if (type !== "keydown" || now === target || now.tagName !== "INPUT") target.dispatchEvent(new event.constructor(type, event));
  };
  synodLater.soon().then(again, () => program.missing(target === window));
}
for (const type of ["pointerdown", "mousedown", "pointerup", "focusin", "click", "dblclick", "keydown", "wheel", "input", "change", "submit", "toggle", "hashchange", "popstate"]) {
  addEventListener(type, wait, { capture: true, passive: type === "wheel" });
}

start().then(settle, (error) => {
  console.error(error);
  failed(document.getElementById("synod"));
});

async function start() {
  const [{ default: init }, program] = await Promise.all([import(script.href), compiled(wasm.href), held()]);
  await init({ module_or_path: program });
}

/**
 * What an earlier visit has kept of the rest is there before the program is: a request that is waited for
 * does not pass by the service worker, and without a network it would come to nothing.
 */
async function held() {
  try {
    if (navigator.serviceWorker.controller && (await caches.match(later))) await synodLater.soon();
  } catch (error) {} // Nothing is kept, as in a sandbox.
}

/** Once all is at rest: what there is for a bad day, and for paper. */
async function settle() {
  await new Promise((done) => setTimeout(done, 2000));
  import(card.src).catch(() => {}); // It is asked for again when it is needed.
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", media: "print", href: "paper.css" }));
  const worker = document.querySelector('link[rel="offline"]');
  // From now on without a network as well, where the browser allows it: not in a sandbox, not by plain http.
  try {
    if (worker && navigator.serviceWorker) navigator.serviceWorker.register(worker.href).catch(() => {});
  } catch {} // A sandbox does not even let one ask.
  // Whoever still watches will see what a first visit does not show. Out of sight there are no frames.
  setTimeout(() => requestAnimationFrame(() => synodLater.soon().catch(() => {})), 12000);
}

// Paper is as wide as it is: a diagram that was drawn for the window is scaled to it.
const diagrams = (change) => document.querySelectorAll("svg.diagram").forEach(change);
addEventListener("beforeprint", () => diagrams((svg) => svg.setAttribute("viewBox", `0 0 ${svg.clientWidth} ${svg.getAttribute("height")}`)));
addEventListener("afterprint", () => diagrams((svg) => svg.removeAttribute("viewBox")));

/** A card in the place of what is in `root`: www/failure.js. Without that, words that the page has. */
async function failed(root, ...said) {
  try {
    await import(card.src);
    synodFailed(root, ...said);
  } catch (error) {
    if (said.length > 0) root.textContent = said.slice(1).join("\n\n");
    else root.classList.add("failed");
  }
}
