// Tells the service worker what it is to keep: every file of the built page, with its digest. It is
// written last, when all files are what they will be.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "./steps.mjs";

const WORKER = "worker.js";
const NOT = [WORKER, "card.png"]; // The picture is for those who do not visit.

/** A digest in a name, as Trunk writes it (without the zeros it begins with) and as scripts/parts.mjs does. */
export const HASHED = /-[0-9a-f]{8,16}\./;

/** Writes `dist`'s worker; says what it keeps. */
export function offline(dist) {
  for (const file of ["index.html", "embed.html"].map((name) => join(dist, name))) {
    const page = readFileSync(file, "utf8"); // By this link www/boot.js knows that there is a worker.
    if (!page.includes("rel=offline")) writeFileSync(file, page.replace("</head>", `<link rel=offline href=./${WORKER}></head>`));
  }
  const names = readdirSync(dist, { recursive: true })
    .map((name) => name.replaceAll("\\", "/"))
    .filter((name) => !NOT.includes(name) && !name.split("/").some((part) => part.startsWith(".")))
    .filter((name) => statSync(join(dist, name)).isFile())
    .sort();
  const files = Object.fromEntries(names.map((name) => [name, digest(readFileSync(join(dist, name)))]));
  const build = digest(JSON.stringify(files)).slice(0, 16);
  const source = readFileSync(join("www", WORKER), "utf8");
  const worker = source
    .replace("const FILES = {};", `const FILES = ${JSON.stringify(files, undefined, 2)};`)
    .replace('const BUILD = "";', `const BUILD = "${build}";`)
    .replace("const HASHED = /(?!)/;", `const HASHED = ${HASHED};`);
  if (worker.includes("const FILES = {}") || !worker.includes(build) || worker.includes("(?!)")) throw new Failure(`www/${WORKER} has no place for its files.`);
  writeFileSync(join(dist, WORKER), worker);
  return `${names.length} files are there without a network`;
}

function digest(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}
