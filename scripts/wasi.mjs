// Runs a WASI program in Node: node scripts/wasi.mjs program.wasm [arguments]
// With it `lab`, built for wasm32-wasip1, runs in V8, the engine that browsers run the page's wasm in.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";

process.removeAllListeners("warning"); // Node's remark that node:wasi is experimental
const { WASI } = await import("node:wasi");

const [program, ...args] = process.argv.slice(2);
if (!program) {
  console.error("Usage: node scripts/wasi.mjs program.wasm [arguments]");
  process.exit(2);
}
const wasi = new WASI({
  version: "preview1",
  args: [basename(program, ".wasm"), ...args],
  env: process.env,
  preopens: { ".": "." },
  returnOnExit: true,
});
const module = await WebAssembly.compile(await readFile(program));
process.exitCode = wasi.start(await WebAssembly.instantiate(module, wasi.getImportObject()));
