// npm run build: sets up, then builds the page for release into dist/, ready for any static host.

import { setup } from "./setup.mjs";
import { split } from "./split.mjs";
import { command, run, step } from "./steps.mjs";

await command("npm run build", async (args) => {
  await setup({ rust: true, node: true, wasmTools: true });
  await step("page, release build into dist/", () => run("trunk", ["build", "--release", ...args]));
  const dist = args.indexOf("--dist") + 1;
  await step("what the first visit needs, and the rest", () => split(dist ? args[dist] : "dist"));
});
