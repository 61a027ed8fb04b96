// npm run build: sets up, then builds the page for release into dist/, ready for any static host.

import { page } from "./page.mjs";
import { setup } from "./setup.mjs";
import { command } from "./steps.mjs";

await command("npm run build", async (args) => {
  await setup({ rust: true, node: true, wasmTools: true, splitTool: true });
  await page(args);
});
