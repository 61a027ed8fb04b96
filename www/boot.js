// Starts the program. Trunk would do it by an inline script, which a strict
// Content-Security-Policy forbids; it leaves the names of the files in <link>s of the head.

const script = document.querySelector('link[rel="modulepreload"][href]');
const wasm = document.querySelector('link[rel="preload"][as="fetch"][href$=".wasm"]');
// What the first visit does not need (scripts/split.mjs); none where all is in one file.
const later = document.querySelector('link[rel="rest"]')?.href;

let program; // What the rest is joined to.
let fetched; // A promise that the rest is ready …
let ready; // … compiled …
let joined = !later; // … and part of the program.
let broken = false; // The program stands still where it needed the rest, and could not have it.

globalThis.synodLater = {
  joins(exports) {
    program = exports;
  },

  /** Fetches the rest, to be there when it is called. */
  soon() {
    if (joined || ready) return Promise.resolve();
    fetched ??= compiled(later).then(
      (module) => void (ready = module),
      (error) => {
        fetched = undefined; // To be tried again.
        throw error;
      },
    );
    return fetched;
  },

  /** A text file that stands beside the page. */
  async text(name) {
    const response = await fetch(name, { cache: "no-cache" });
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  },

  /** Called by whatever was taken out: returns once it is there. */
  load() {
    if (joined) return;
    if (broken) throw broken;
    try {
      new WebAssembly.Instance(ready ?? new WebAssembly.Module(bytes(later)), { first: program });
      joined = true;
    } catch (error) {
      broken = error;
      program.unfetched(); // A card instead of a page that no longer moves.
      throw error;
    }
  },
};

/** A file of code, compiled while it comes, if the server says that it is one. */
async function compiled(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const streams = response.headers.get("content-type")?.startsWith("application/wasm");
  return streams ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer());
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

// Whoever touches the page may soon ask for more.
for (const touch of ["pointerdown", "keydown"]) {
  addEventListener(touch, () => synodLater.soon().catch(() => {}), { once: true, passive: true });
}

try {
  const [{ default: init }, code] = await Promise.all([import(script.href), compiled(wasm.href)]);
  await init({ module_or_path: code });
  stay();
} catch (error) {
  console.error(error);
  globalThis.synodFailed?.(); // www/failure.js
}

/** From now on without a network as well, where the browser allows it: not in a sandbox, not by plain http. */
async function stay() {
  try {
    const worker = document.querySelector('link[rel="offline"]')?.href;
    if (worker) await navigator.serviceWorker?.register(worker);
  } catch {
    // The page needs the network then, as any page does.
  }
}
