// npm run browsers: sets up, builds the page, and uses it in stock Firefox and in WebKit, which `npm test`
// leaves out.

import { page } from "./page.mjs";
import { setup } from "./setup.mjs";
import { command, run, step } from "./steps.mjs";

await command("npm run browsers", async () => {
  await setup({ rust: true, node: true, wasmTools: true, splitTool: true, others: true });
  await page();
  await step("Firefox and WebKit", () => run("node", ["--test", "--test-reporter=spec", "tests/browser/others.mjs"]), "2 minutes");
});
