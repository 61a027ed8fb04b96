// npm run bench: the figures of the README. The engine's benchmark on this machine, then the same
// program as wasm in V8, then what the first visit to the page weighs. Arguments go to `lab bench`.

import { join } from "node:path";
import { OPTIMIZE } from "./parts.mjs";
import { setup } from "./setup.mjs";
import { command, run, step, target } from "./steps.mjs";
import { weigh } from "./weigh.mjs";

const WASI = "wasm32-wasip1";

await command("npm run bench", async (args) => {
  await setup({ rust: true, node: true });
  await step("native", () => run("cargo", ["run", "--release", "--bin", "lab", "--", "bench", ...args]));
  // As the page is built, by the same tools.
  await step("wasm in V8, build", () => run("cargo", ["build", "--profile", "page", "--target", WASI, "--bin", "lab"]));
  const built = join(target, WASI, "page", "lab.wasm");
  const lab = join(target, "lab.wasm");
  await step("wasm in V8, wasm-opt", () => run("wasm-opt", [...OPTIMIZE, built, "-o", lab]));
  await step("wasm in V8", () => run("node", ["scripts/wasi.mjs", lab, "bench", ...args]));
  await step("first visit", weigh);
});
