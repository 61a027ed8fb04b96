// Trunk's hook after each build: makes embed.html, which is index.html for a frame on another page.
// It is marked as embedded, so that www/public/embed.css shows less of it, and talks with that page by
// www/public/host.js. And it writes the element's file in plain ASCII: a page that includes it may be of any
// character set, and a script is read as its page is.

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

const element = join(dist, "synod-playground.js");
const plain = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
writeFileSync(element, readFileSync(element, "utf8").replace(/[^\0-\x7f]/g, plain));
