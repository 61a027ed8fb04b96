// Builds the page for release into dist/, ready for any static host.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { offline } from "./offline.mjs";
import { split } from "./split.mjs";
import { Failure, run, step } from "./steps.mjs";

/** `args` are Trunk's, such as `--dist FOLDER`. */
export async function page(args = []) {
  await step("page, release build into dist/", () => run("trunk", ["build", "--release", ...args]));
  const place = args.indexOf("--dist") + 1;
  const dist = place ? args[place] : "dist";
  await step("what the first visit needs, and the rest", () => split(dist));
  if (process.env.SITE_URL) await step("where the page will stand", () => settle(dist, process.env.SITE_URL));
  await step("what is kept for a visit without a network", () => offline(dist));
}

/** Whoever shows a card for a link wants the picture's whole address. */
export function settle(dist, site) {
  if (!URL.canParse(site)) throw new Failure(`SITE_URL=${site} is no address; it is to be like https://your.site/synod/`);
  const url = new URL("card.png", site.endsWith("/") ? site : `${site}/`).href;
  const index = join(dist, "index.html");
  const page = readFileSync(index, "utf8");
  const settled = page.replace(/(<meta[^>]*)\bcontent="?card\.png"?/, (_, before) => `${before}content="${url}"`);
  if (settled === page) throw new Failure(`${index} names no picture.`);
  writeFileSync(index, settled);
}
