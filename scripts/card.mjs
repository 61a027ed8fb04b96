// node scripts/card.mjs: takes www/card.png, which is shown where a link to the page is posted, from
// the page as it stands in dist/. To be taken again when the page looks different.

import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";
import { findBrowser } from "./setup.mjs";
import { root } from "./steps.mjs";

const RUN = "#v1&run=raft+nodes%3D5+seed%3D3;10ms+fire+S1+election&at=150ms";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
  const file = join(root, "dist", path === "/" ? "index.html" : path);
  if (!existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
  response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(readFileSync(file));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const browser = await chromium.launch({ executablePath: findBrowser().chrome, args: ["--no-sandbox", "--disable-gpu"] });
const context = await browser.newContext({ viewport: { width: 1200, height: 630 }, locale: "en-GB", serviceWorkers: "block" });
const page = await context.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/${RUN}`);
await page.locator(".node.leader, .node.candidate").first().waitFor();
await page.screenshot({ path: join(root, "www", "card.png") });
await browser.close();
server.close();
