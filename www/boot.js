// Starts the program. Trunk would do it by an inline script, which a strict
// Content-Security-Policy forbids; it leaves the names of the files in <link>s of the head.

const script = document.querySelector('link[rel="modulepreload"][href]');
const wasm = document.querySelector('link[rel="preload"][as="fetch"][href$=".wasm"]');

function fail(error) {
  console.error(error);
  const card = document.querySelector("#synod .loading p");
  if (!card) return; // It runs: what went wrong then says so itself.
  const chinese = navigator.language.startsWith("zh");
  card.setAttribute("role", "alert");
  card.textContent = chinese
    ? "Synod 无法启动：需要支持 WebAssembly 的较新浏览器，以及完整的文件。请重新加载本页。"
    : "Synod could not start: it needs a recent browser with WebAssembly, and all of its files. Please reload the page.";
}

try {
  const { default: init } = await import(script.href);
  await init({ module_or_path: wasm.href });
} catch (error) {
  fail(error);
}
