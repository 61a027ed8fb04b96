// Builds the program in parts: what the first visit needs, and a file for each part that src/part.rs
// declares, fetched when it is asked for. `wasm-split-cli` divides what cargo has built, by what each
// part reaches. It makes a *chunk* for each set of parts that share something: many small files, which
// become part of the main one again, so that each part is one request.
//
//     cargo ──► wasm-split-cli ──► wasm-bindgen ──► wasm-merge (chunks) ──► wasm-opt ──► names with digests
//
// Trunk calls wasm-bindgen right after cargo, so that nothing can stand between: this is done before
// Trunk, which then finds the program among the files that it copies (scripts/page.mjs).

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, quietly, run, target } from "./steps.mjs";

const WASM = "wasm32-unknown-unknown";
/** So that the linker says what refers to what. Cargo adds it to the flags of .cargo/config.toml. */
const RELOCATIONS = `target.${WASM}.rustflags=["-C","link-args=--emit-relocs"]`;
/** What rustc's wasm may use: without its names it does not say. */
const FEATURES = ["bulk-memory", "nontrapping-float-to-int", "sign-ext", "mutable-globals", "reference-types", "multivalue"].map((name) => `--enable-${name}`);
export const OPTIMIZE = ["-Oz", "--low-memory-unused", "--strip-debug", "--strip-producers", ...FEATURES];
/** How the module that links the parts asks for a file of wasm, as wasm-split-cli writes it. */
const FETCHER = /\(\) => \{\s*const src = fetch\(new URL\("\.\/(\w+)\.wasm", import\.meta\.url\)\);\s*src\.catch\(\(\) => \{\}\);\s*return async \(imports\) => \(WebAssembly\.instantiateStreaming\(src, imports\)\);\s*\}/g;
/** How it begins a chunk, and what a part waits for. */
const CHUNK = /^const __chunk_\d+ = makeLoad\([^]*?, \[\]\);$/gm;
const CHUNKS = /\[__chunk_\d+(?:, __chunk_\d+)*\]/g;

/** Builds it into an empty folder; its path, and the names of the files that the page begins with. */
export function parts() {
  const work = join(target, "parts");
  const made = join(work, "made");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(made, { recursive: true });
  const file = (name) => join(work, `${name}.wasm`);
  run("cargo", ["build", "--profile", "page", "--target", WASM, "--bin", "synod", "--no-default-features", "--features", "parts", "--config", RELOCATIONS]);
  run("wasm-split-cli", ["--out-name", "synod", join(target, WASM, "page", "synod.wasm"), work]);
  run("wasm-bindgen", ["--target", "web", "--no-typescript", "--keep-lld-exports", "--out-name", "synod", "--out-dir", work, file("synod")]);
  const found = readdirSync(work).filter((name) => /^(split|chunk)_\w+\.wasm$/.test(name)).map((name) => name.slice(0, -".wasm".length));
  const chunks = found.filter((name) => name.startsWith("chunk_"));
  const merged = [file("synod_bg"), "__wasm_split", ...chunks.flatMap((name) => [file(name), name])];
  quietly("wasm-merge", [...merged, "--rename-export-conflicts", ...FEATURES, "-o", file("synod_bg")]);

  /** Writes a file under a name that is of one content for good. */
  const put = (name, ending, content) => {
    const named = `${name}-${digest(content)}${ending}`;
    writeFileSync(join(made, named), content);
    return named;
  };
  const optimized = (name) => {
    quietly("wasm-opt", [...OPTIMIZE, file(name), "-o", file(name)]);
    return readFileSync(file(name));
  };
  const named = new Map();
  for (const name of found.filter((name) => name.startsWith("split_"))) named.set(name, put(name.slice("split_".length), ".wasm", optimized(name)));
  const wasm = put("synod", ".wasm", optimized("synod_bg"));
  // The two modules name each other: the digest of both is in the name of both.
  const glue = readFileSync(join(work, "synod.js"), "utf8");
  const links = linked(readFileSync(join(work, "__wasm_split.js"), "utf8"), named);
  const both = digest(wasm, glue, links);
  const [script, linker] = [`synod-${both}.js`, `parts-${both}.js`];
  writeFileSync(join(made, script), glue.replaceAll(/(from\s+")\.\/__wasm_split\.js"/g, `$1./${linker}"`));
  writeFileSync(join(made, linker), links.replaceAll("./synod.js", `./${script}`));
  return { folder: made, script, linker, wasm };
}

/** The module that links the parts: www/boot.js fetches them, whatever type the server gives them. */
function linked(text, named) {
  const asked = [];
  const links = text.replace(CHUNK, "").replace(CHUNKS, "[]").replace(FETCHER, (_, name) => {
    asked.push(name);
    return `() => synodPage.part(new URL("./${named.get(name)}", import.meta.url))`;
  });
  if (asked.length !== named.size || !asked.every((name) => named.has(name)) || /__chunk|fetch\(/.test(links)) {
    throw new Failure("wasm-split-cli writes the loading of parts otherwise than scripts/parts.mjs knows it.");
  }
  return links;
}

function digest(...contents) {
  const hash = createHash("sha256");
  for (const content of contents) hash.update(content);
  return hash.digest("hex").slice(0, 16);
}
