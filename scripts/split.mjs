// Takes out of the page's wasm what a first visit does not run, so that it stays small however many
// protocols there are. What is taken out goes into a second file, `…_rest.wasm`, which www/boot.js
// fetches when it is asked for.
//
// What a first visit runs is not guessed: scripts/profile.mjs looks. Whatever ran stays, without the
// arms that did not (scripts/cold.mjs); so do functions that are no larger than what would stand at
// their place.
//
// The two are one program in two files. They share memory and tables; each function that was taken
// out and may be called by what stays leaves a *stub* at its place, which first makes sure that the
// rest is there, then calls it through the table. So nothing in Rust knows of the split, and nothing
// is ever missing: a function that the profile should have had only costs a fetch.
//
//     page.wasm                               page_rest.wasm
//     table: [ …, stub of f, … ]   ◄─────────  on arrival: [ …, f, … ]
//     stub of f: load the rest; call the slot
//
// This is how Emscripten's split modules work (Binaryen's wasm-split, which npm does not carry).
// All data stays in the first file: what only the rest reads of it, for certain, is less than 1 KB.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { cut } from "./cold.mjs";
import { profile, watched } from "./profile.mjs";
import { findBrowser } from "./setup.mjs";
import { Failure, target } from "./steps.mjs";
import { NAME, calls, forms, given, header, module, print, signature } from "./wat.mjs";

/** The import that makes sure that the rest is there: src/web/later.rs. */
const LOAD = /synod\[\w+\]::web::later::load::/;

/** For size; but what rarely runs must not become a part of what always does. */
const OPTIMIZE = ["--low-memory-unused", "-Oz", "-g", "--one-caller-inline-max-function-size=20"];

/** What the program uses of WebAssembly: the text does not say. */
const FEATURES = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "bulk-memory-opt", "reference-types", "multivalue"]
  .map((feature) => `--enable-${feature}`);

/** Splits the page's program in `dist`; says how much is left for the first visit. */
export async function split(dist) {
  const page = readdirSync(dist).find((name) => name.endsWith("_bg.wasm"));
  const built = join(target, "wasm-bindgen", "release", "synod_bg.wasm"); // With its names.
  if (!page || !existsSync(built)) throw new Failure(`there is no program in ${dist} to split.`);
  const browser = findBrowser();
  if (!browser) return "there is no Chromium to watch a first visit in: all stays in one file";
  const folder = mkdtempSync(join(tmpdir(), "synod-"));
  try {
    const file = (name) => join(folder, name);
    const assemble = (name, forms) => {
      writeFileSync(file(`${name}.wat`), module(alike(forms)));
      tool("wasm-as", ...FEATURES, file(`${name}.wat`), "-o", file(`${name}.wasm`));
      return file(`${name}.wasm`);
    };
    tool("wasm-opt", built, ...OPTIMIZE, "-o", file("all.wasm"));
    tool("wasm-dis", file("all.wasm"), "-o", file("all.wat"));
    const all = forms(readFileSync(file("all.wat"), "utf8"));
    const spied = watched(all);
    const reached = await profile(browser.chrome, dist, page, assemble("watched", spied.forms));
    const { forms: parted, ran } = withoutArms(all, spied.marks, reached);
    const parts = halves(parted, ran);
    const [first, rest] = ["first", "rest"].map((name) => readFileSync(assemble(name, parts[name])));
    rename(dist, page, first, rest);
    const size = (bytes) => `${(gzipSync(bytes, { level: 9 }).length / 1024).toFixed(0)} KB`;
    return `${size(first)} of code at first, ${size(rest)} when asked for, in gzip`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The forms in an order that compresses better: functions of as many instructions are often alike. */
function alike(forms) {
  const names = new RegExp(NAME, "g");
  const count = (form) => (form.startsWith(" (func ") ? form.replace(names, "").split("(").length : 0);
  const counts = new Map(forms.map((form) => [form, count(form)]));
  return [...forms].sort((one, other) => counts.get(one) - counts.get(other));
}

/** Each half under the digest of its own bytes: a name stands for one content, in every cache and for good. */
function rename(dist, page, first, rest) {
  const name = (bytes, kind) => page.replace(/-\w+_bg\.wasm$/, `-${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}_${kind}.wasm`);
  const [now, later] = [name(first, "bg"), name(rest, "rest")];
  rmSync(join(dist, page));
  writeFileSync(join(dist, now), first);
  writeFileSync(join(dist, later), rest);
  for (const file of readdirSync(dist).filter((name) => /\.(html|js)$/.test(name)).map((name) => join(dist, name))) {
    const text = readFileSync(file, "utf8");
    if (!text.includes(page)) continue;
    if (!file.endsWith(".html")) throw new Failure(`${file} names ${page}, which now has another name.`);
    writeFileSync(file, text.replaceAll(page, now).replace("</head>", `<link rel=rest href=./${later}></head>`));
  }
}

function tool(program, ...args) {
  const { status, stderr, error } = spawnSync(program, args, { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  if (status !== 0) throw new Failure(`\`${program} ${args.join(" ")}\` failed: ${(error?.message ?? stderr).trim().slice(0, 500)}.`);
}

/** The forms, with arms that did not run as functions of their own; and who ran. */
function withoutArms(all, marks, reached) {
  const trees = new Map();
  marks.forEach((mark, number) => {
    const { form, tree, node } = mark;
    if (node === tree && !trees.has(form)) trees.set(form, { tree, ran: reached.has(number), cold: [] });
    if (!reached.has(number)) trees.get(form).cold.push(mark);
  });
  const globals = new Map();
  let count = 0;
  const more = {
    name: () => `$arm${count++}`,
    global(type, number) {
      const name = `$arm_${type}_${number}`;
      globals.set(name, ` (global ${name} (mut ${type}) (${type}.const 0))`);
      return name;
    },
  };
  const ran = new Set();
  const made = [];
  const kept = all.map((form) => {
    const { tree, cold, ran: did } = trees.get(form) ?? {};
    if (!did) return form;
    ran.add(form.name);
    const arms = cut(tree, cold, more);
    made.push(...arms.map((arm) => ({ kind: "func", name: arm[1], text: print(arm) })));
    return arms.length > 0 ? { ...form, text: print(tree) } : form;
  });
  const declared = [...globals].map(([name, text]) => ({ kind: "global", name, text }));
  return { forms: [...kept, ...declared, ...made], ran };
}

/** The table of functions: one segment, and who stands in it. */
function tableOf(forms) {
  const [form, ...more] = forms.filter(({ kind, name }) => kind === "elem" && name);
  if (!form || more.length > 0) throw new Failure("the program has not just one table of functions.");
  const name = /\(table (\$\S+?)\)/.exec(form.text)?.[1] ?? "$0";
  const base = Number(/\(i32\.const (\d+)\)/.exec(form.text)[1]);
  return { form, name, base, slots: form.text.slice(form.text.indexOf(" func ")).match(new RegExp(NAME, "g")) };
}

/** Whether a function is no larger than a stub in its place, and needs nothing that leaves. */
function small(form, ran, functions) {
  const instructions = form.text.split("\n").slice(1).filter((line) => /^ +\((?!local \$)/.test(line)).length;
  const parameters = given(form).split("(").length - 1;
  const reads = [...form.text.matchAll(/(?:const |offset=)(\d+)/g)].some((match) => Number(match[1]) >= 1024);
  return instructions <= 3 + parameters && !reads && calls(form).every((name) => ran.has(name) || functions.get(name).imported);
}

/** The module as two: `first` and `rest`. */
function halves(forms, ran) {
  const of = (kind) => forms.filter((form) => form.kind === kind);
  const functions = new Map(of("func").map((form) => [form.name, form]));
  const table = tableOf(forms);
  const { slots, base } = table;
  const exported = of("export").flatMap((form) => new RegExp(`\\(func (${NAME})\\)`).exec(form.text)?.[1] ?? []);
  const started = of("start").map((form) => form.name);

  // What stays: what ran, and of what that may call whatever is small.
  const stays = new Set([...ran, ...started]);
  const called = new Set([...slots, ...exported, ...[...stays].flatMap((name) => calls(functions.get(name)))]);
  for (const name of called) {
    const form = functions.get(name);
    if (!form.imported && !stays.has(name) && small(form, stays, functions)) stays.add(name);
  }
  const later = [...functions.values()].filter((form) => !form.imported && !stays.has(form.name));
  const load = [...functions.keys()].find((name) => functions.get(name).imported && LOAD.test(name));
  if (!load) throw new Failure("the program does not import `load`, which is to fetch the rest.");
  if (ran.size < 100 || later.length === 0) throw new Failure("nothing was found that may come later.");

  // A slot for each function that was taken out and is called from what stays.
  const leaves = new Set(later.map((form) => form.name));
  for (const name of called) if (leaves.has(name) && !slots.includes(name)) slots.push(name);
  const places = new Map(slots.map((name, place) => [name, base + place]));
  const size = base + slots.length;
  const resize = (text) => text.replace(/ \d+ \d+ funcref/, ` ${size} ${size} funcref`);
  const stub = (form) =>
    `${header(form)}\n  (call ${load})\n  (call_indirect ${table.name} ${signature(form)} ${given(form)} (i32.const ${places.get(form.name)}))\n )`;

  // What the rest takes from the first: what it names and does not have.
  const named = new Set(later.flatMap((form) => form.text.match(new RegExp(NAME, "g"))));
  const shared = forms.filter((form) => ["memory", "table"].includes(form.kind) || (["global", "func"].includes(form.kind) && named.has(form.name) && !leaves.has(form.name)));
  const ways = shared.map((form, place) => [form, place.toString(36)]);

  const first = forms.flatMap((form) => {
    if (form.kind === "elem" && !form.name) return [];
    if (form === table.form) return [` (elem ${form.name} (table ${table.name}) (i32.const ${base}) func ${slots.join(" ")})`];
    if (form.kind === "table") return [resize(form.text)];
    if (form.kind !== "func" || !leaves.has(form.name)) return [form.text];
    return places.has(form.name) ? [stub(form)] : [];
  });
  first.push(...ways.map(([form, way]) => ` (export "${way}" (${form.kind} ${form.name}))`));

  const types = forms.filter(({ kind }) => kind === "type" || kind === "rec").map((form) => form.text);
  const taken = ways.map(([form, way]) => ` (import "first" "${way}" ${imported(form, resize)})`);
  const arrivals = slots.filter((name) => leaves.has(name))
    .map((name) => ` (elem (table ${table.name}) (i32.const ${places.get(name)}) func ${name})`);
  return { first, rest: [...types, ...taken, ...arrivals, ...later.map((form) => form.text)] };
}

/** What a form is to a module that imports it. */
function imported(form, resize) {
  switch (form.kind) {
    case "func": return `(func ${form.name} ${signature(form)})`;
    case "memory": return header(form).trim();
    case "table": return resize(header(form).trim());
    // `(global $name (mut i32) (i32.const 0))`: the name and the type.
    case "global": return `${new RegExp(`\\(global ${NAME} (?:\\(mut \\w+\\)|\\w+)`).exec(form.text)[0]})`;
  }
}
