// Trunk's hook after each build: makes embed.html, which is index.html for a frame on another page.
// It is marked as embedded, so that www/public/embed.css shows less of it, and talks with that page by
// www/public/host.js.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const dist = process.env.TRUNK_STAGING_DIR;
const page = readFileSync(join(dist, "index.html"), "utf8");
const change = (text, pattern, by) => {
  if (!pattern.test(text)) throw new Error(`index.html has no ${pattern}`);
  return text.replace(pattern, by);
};
const more =
  "<meta name=robots content=noindex><link rel=stylesheet href=./embed.css>" +
  "<script type=module src=./host.js></script></head>";
writeFileSync(join(dist, "embed.html"), change(change(page, /<html\b/, "<html class=embedded"), /<\/head>/, more));
