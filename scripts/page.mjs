// Builds the page for release into dist/, ready for any static host: the program in parts
// (scripts/parts.mjs), then by Trunk whatever else a page is made of.

import { readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { offline } from "./offline.mjs";
import { parts } from "./parts.mjs";
import { Failure, read, root, run, step, target } from "./steps.mjs";

/** `args` are Trunk's, such as `--dist FOLDER`. */
export async function page(args = []) {
  let built;
  await step("program in parts", () => {
    built = parts();
  }, "5 minutes");
  await step("page, release build into dist/", () => {
    // Trunk builds a program wherever a Cargo.toml stands beside the page: there is none there.
    const page = join(target, "parts", "index.html");
    writeFileSync(page, withProgram(read("index.html"), built));
    run("trunk", ["build", ...args, "--release", "true", page]);
  });
  const place = args.indexOf("--dist") + 1;
  const dist = place ? args[place] : "dist";
  if (process.env.SITE_URL) await step("where the page will stand", () => settle(dist, process.env.SITE_URL));
  await step("what is kept for a visit without a network", () => offline(dist));
}

/** The page that names these files in place of a program to build. */
function withProgram(page, { folder, script, linker, wasm }) {
  const program = /<link data-trunk rel="rust"[^>]*>/;
  if (!program.test(page)) throw new Failure("index.html names no program.");
  const home = relative(join(target, "parts"), root);
  return page.replaceAll(/(<(?:link|script) data-trunk [^>]*(?:href|src)=")/g, `$1${home}/`).replace(
    program,
    `<link data-trunk rel="copy-dir" href="${relative(join(target, "parts"), folder)}" data-target-path="." />
    <link rel="modulepreload" href="./${script}" />
    <link rel="modulepreload" href="./${linker}" />
    <link rel="preload" href="./${wasm}" as="fetch" type="application/wasm" crossorigin />`,
  );
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
