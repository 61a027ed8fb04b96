// node scripts/card.mjs: takes www/card.png, which is shown where a link to the page is posted, from
// the page as it stands in dist/. To be taken again when the page looks different.

import { join } from "node:path";
import { findBrowser } from "./setup.mjs";
import { launch, send, site } from "./site.mjs";
import { root } from "./steps.mjs";

const RUN = "#v1&run=raft+nodes%3D5+seed%3D3;10ms+fire+S1+election&at=150ms";

const { origin, close } = await site((path, response) => send(response, join(root, "dist", path === "/" ? "index.html" : path)));
const browser = await launch(findBrowser().chrome);
const context = await browser.newContext({ viewport: { width: 1200, height: 630 }, locale: "en-GB", serviceWorkers: "block" });
const page = await context.newPage();
await page.goto(`${origin}/${RUN}`);
await page.locator(".node.leads, .node.bids").first().waitFor();
await page.screenshot({ path: join(root, "www", "card.png") });
await browser.close();
close();
