// Starts the program. Trunk would do it by an inline script, which a strict
// Content-Security-Policy forbids; it leaves the names of the files in <link>s of the head.
//
// Every browser that knows modules must understand this file, for it is what tells those of them that
// are too old for the program: nothing newer than 2018 stands here.

const script = document.querySelector('link[rel="modulepreload"][href]');
const wasm = document.querySelector('link[rel="preload"][as="fetch"][href$=".wasm"]');
// What is shown where the program fails; only browsers that know no modules fetch it by themselves.
const card = document.querySelector("script[nomodule]");

const PATIENCE = 30000; // ms that the page waits for a part or a text, all of it.

let program; // Compiled.
let replaced = false; // The last file that could not be had was no longer there: the server has another build.

window.synodPage = {
  /** Fetches a part of the program; what comes joins it to the rest. */
  part(url) {
    const module = compiled(url.href, PATIENCE);
    module.catch(() => {}); // Told to whoever waits for it.
    return async (imports) => WebAssembly.instantiate(await module, imports);
  },

  /** A text file that stands beside the page. */
  async text(name) {
    const response = await answered(name, { cache: "no-cache", signal: within(PATIENCE) });
    return response.text();
  },

  /** The program once more beside the page, for what takes long. */
  worker() {
    const worker = new Worker("judge.js", { type: "module" });
    worker.postMessage({ script: script.href, program });
    return worker;
  },

  isReplaced: () => replaced,
  failed,
};

/** A file of code; once more from the server itself, should a cache keep something else under its name. */
function compiled(url, patience) {
  const signal = within(patience);
  return code(url, { signal }).catch((error) => {
    if (error.name === "AbortError") throw error;
    return code(url, { signal, cache: "reload" });
  });
}

/** Gives up a request that takes longer; without a time, never. */
function within(time) {
  const limit = new AbortController();
  if (time) setTimeout(() => limit.abort(), time);
  return limit.signal;
}

async function answered(url, options) {
  const response = await fetch(url, options);
  replaced = response.status === 404 || response.status === 410;
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  return response;
}

/** Compiled while it comes, if the server says that it is wasm and no more than that. */
async function code(url, options) {
  const response = await answered(url, options);
  const type = response.headers.get("content-type") || "";
  if (type.toLowerCase() === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

// The program says when it shows something.
const shown = new Promise((done) => (window.synodPage.shown = done));

start().then(() => shown).then(settle, (error) => {
  console.error(error);
  failed(document.getElementById("synod"));
});

async function start() {
  const loaded = await Promise.all([import(script.href), compiled(wasm.href)]);
  const [{ default: init }] = loaded;
  program = loaded[1];
  await init({ module_or_path: program });
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
}

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
