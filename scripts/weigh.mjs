// What a first visit to dist/ weighs: the files that a fresh Chromium fetches before the page registers
// its service worker, each as gzip at its best, in kB. `node scripts/weigh.mjs [link]` weighs another visit.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { findBrowser } from "./setup.mjs";
import { launch, send, site } from "./site.mjs";
import { Failure, root } from "./steps.mjs";

/** Prints every file and their sum; says what is missing where there is nothing to weigh. */
export async function weigh(link = "") {
  const dist = join(root, "dist");
  if (!existsSync(join(dist, "worker.js"))) return "dist/ is not built yet: `npm run build` makes it";
  const browser = findBrowser();
  if (!browser) return "there is no Chromium to visit the page with";
  const asked = [];
  let begun;
  const worker = new Promise((done) => (begun = done));
  const { origin, close } = await site((path, response) => {
    const name = path === "/" ? "index.html" : path.slice(1);
    if (name === "worker.js") begun();
    else asked.push(name);
    send(response, join(dist, name));
  });
  const visitor = await launch(browser.chrome);
  const page = await (await visitor.newContext({ locale: "en-GB" })).newPage();
  await page.goto(`${origin}/${link}`);
  await Promise.race([worker, new Promise((_, no) => setTimeout(no, 60_000, new Failure("the page registers no service worker")))]);
  await visitor.close();
  close();
  let sum = 0;
  for (const name of new Set(asked)) {
    const size = gzipSync(readFileSync(join(dist, name)), { level: 9 }).length / 1000;
    sum += size;
    console.log(`${size.toFixed(1).padStart(9)} kB  ${name}`);
  }
  return `${sum.toFixed(1)} kB in all`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) console.log(await weigh(process.argv[2]));
