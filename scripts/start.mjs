// npm start: sets up, then builds the page, serves it and rebuilds it whenever a file changes.
// Arguments go to `trunk serve`: npm start -- --port 9000

import { spawn } from "node:child_process";
import { join } from "node:path";
import { setup } from "./setup.mjs";
import { Failure, begin, command, target } from "./steps.mjs";

await command("npm start", async (args) => {
  await setup({ rust: true, node: true, wasmTools: true });
  begin("builds the page, then serves it", "4 minutes");
  // Not into dist/, which is for release builds.
  const dist = args.includes("--dist") ? [] : ["--dist", join(target, "serve")];
  const trunk = spawn("trunk", ["serve", ...dist, ...args], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => trunk.kill(signal));
  return new Promise((resolve, reject) => {
    trunk.on("error", (error) => reject(new Failure(`\`trunk serve\` could not be started: ${error.message}.`)));
    trunk.on("exit", (code) => (code ? reject(new Failure(`\`trunk serve\` ended with code ${code}.`)) : resolve(0)));
  });
});
