// Starts the program. Trunk would do it by an inline script, which a strict
// Content-Security-Policy forbids; it leaves the names of the files in <link>s of the head.
//
// Every browser that knows modules must understand this file, for it is what tells those of them that
// are too old for the program: nothing newer than 2018 stands here.

const script = document.querySelector('link[rel="modulepreload"][href]');
const wasm = document.querySelector('link[rel="preload"][as="fetch"][href$=".wasm"]');
// What is shown where the program fails; only browsers that know no modules fetch it by themselves.
const card = document.querySelector("script[nomodule]");

const PATIENCE = 8000; // ms that the page waits for its words.

let replaced = false; // A file of this page was no longer there: the server has another build.

window.synodPage = {
  /** Fetches a part of the program; what comes joins it to the rest. */
  part(url) {
    const module = compiled(url.href);
    module.catch(() => {}); // Told to whoever waits for it.
    return async (imports) => WebAssembly.instantiate(await module, imports);
  },

  /** A text file that stands beside the page. */
  async text(name) {
    const late = new Promise((_, no) => setTimeout(no, PATIENCE, new Error(name)));
    const response = await Promise.race([fetch(name, { cache: "no-cache" }), late]);
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response.text();
  },

  isReplaced: () => replaced,
  failed,
};

/** A file of code; once more from the server itself, should a cache keep something else under its name. */
function compiled(url) {
  return code(url).catch(() => code(url, { cache: "reload" }));
}

/** Compiled while it comes, if the server says that it is wasm and no more than that. */
async function code(url, options) {
  const response = await fetch(url, options);
  if (response.status === 404 || response.status === 410) replaced = true;
  if (!response.ok) throw new Error(`${url}: ${response.status}`);
  const type = response.headers.get("content-type") || "";
  if (type.toLowerCase() === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

start().then(settle, (error) => {
  console.error(error);
  failed(document.getElementById("synod"));
});

async function start() {
  const [{ default: init }, program] = await Promise.all([import(script.href), compiled(wasm.href)]);
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
