// npm run bench: the figures of the README. The engine's benchmark on this machine, then the same
// program as wasm in V8, then what the first load of the page weighs. Arguments go to `lab bench`.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { setup } from "./setup.mjs";
import { command, root, run, step, target } from "./steps.mjs";

const WASI = "wasm32-wasip1";

await command("npm run bench", async (args) => {
  await setup({ rust: true, node: true });
  await step("native", () => run("cargo", ["run", "--release", "--bin", "lab", "--", "bench", ...args]));
  // As the page is built: for size, by the same tools.
  await step("wasm in V8, build", () => run("cargo", ["build", "--profile", "page", "--target", WASI, "--bin", "lab"]));
  const built = join(target, WASI, "page", "lab.wasm");
  const lab = join(target, "lab.wasm");
  await step("wasm in V8, wasm-opt", () => run("wasm-opt", ["-Oz", built, "-o", lab]));
  await step("wasm in V8", () => run("node", ["scripts/wasi.mjs", lab, "bench", ...args]));
  weigh(join(root, "dist"));
});

/** Prints the gzip size of every file that a first visit fetches, their total, and what comes later. */
function weigh(dist) {
  if (!existsSync(dist)) return console.log("  dist/ is not built yet: `npm run build` makes it");
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .map((path) => [path.slice(dist.length + 1), gzipSync(readFileSync(path), { level: 9 }).length])
    .sort((a, b) => b[1] - a[1]);
  // What is fetched only when it is asked for: code (scripts/split.mjs), Chinese, sources; what is there
  // for when something fails, or the network does, and for paper (www/boot.js); and the picture for who does not come.
  const later = ([name]) => /_rest\.wasm$|\.txt$|^source\b|^failure-|^worker\.js$|^card\.png$|^paper\.css$/.test(name);
  const sum = (files) => files.reduce((sum, [, size]) => sum + size, 0);
  const first = ["the first visit in all, gzip", sum(files.filter((file) => !later(file)))];
  for (const [name, size] of [...files.filter((file) => !later(file)), first, ...files.filter(later)]) {
    console.log(`${(size / 1024).toFixed(1).padStart(9)} KB  ${name}`);
  }
}
