// Takes out of the page's wasm what the first visit does not need, so that it stays small however
// many protocols there are. What is taken out goes into a second file, `…_rest.wasm`, which
// www/boot.js fetches when it is asked for.
//
// The two are one program in two files. They share memory and tables; each function that was taken
// out leaves a *stub* at its place, which first makes sure that the rest is there, then calls it
// through the table. So nothing in Rust knows of the split, and nothing is ever missing.
//
//     page.wasm                               page_rest.wasm
//     table: [ …, stub of f, … ]   ◄─────────  on arrival: [ …, f, … ]
//     stub of f: load the rest; call the slot
//
// This is how Emscripten's split modules work (Binaryen's wasm-split, which npm does not carry). It
// reads and writes the text format, one form a line or more, as wasm-dis prints it.

import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Failure, ask, target } from "./steps.mjs";

/** What may come later: protocols other than the first, and what is behind a button. */
const LATER = /synod\[\w+\]::(?:protocols::(?!raft\b)\w+|web::runs|web::frame::Instant|view::thumbnail|web::components::(?:runs|help))\b|\bidb\[\w+\]::/;

/** The import that makes sure that the rest is there: src/web/later.rs. */
const LOAD = /synod\[\w+\]::web::later::load::/;

/** What the program uses of WebAssembly: the text does not say. */
const FEATURES = ["mutable-globals", "sign-ext", "nontrapping-float-to-int", "bulk-memory", "bulk-memory-opt", "reference-types", "multivalue"]
  .map((feature) => `--enable-${feature}`);

/** Forms of the text format that name a function, and nothing else. */
const NAME = /\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)/.source;
const CALLS = new RegExp(`\\((?:call|return_call|ref\\.func) (${NAME})`, "g");

/** Splits the page's program in `dist`; says how much is left for the first visit. */
export function split(dist) {
  const page = readdirSync(dist).find((name) => name.endsWith("_bg.wasm"));
  const built = join(target, "wasm-bindgen", "release", "synod_bg.wasm"); // With its names.
  if (!page || !existsSync(built)) throw new Failure(`there is no program in ${dist} to split.`);
  const folder = mkdtempSync(join(tmpdir(), "synod-"));
  try {
    const file = (name) => join(folder, name);
    tool("wasm-opt", built, "--low-memory-unused", "-Oz", "-g", "-o", file("all.wasm"));
    tool("wasm-dis", file("all.wasm"), "-o", file("all.wat"));
    const parts = halves(forms(readFileSync(file("all.wat"), "utf8")));
    if (!parts) return "nothing to take out";
    const sizes = Object.entries(parts).map(([name, text]) => {
      writeFileSync(file(`${name}.wat`), text);
      tool("wasm-as", ...FEATURES, file(`${name}.wat`), "-o", file(`${name}.wasm`));
      return readFileSync(file(`${name}.wasm`)).length;
    });
    const rest = page.replace("_bg.wasm", "_rest.wasm");
    writeFileSync(join(dist, page), readFileSync(file("first.wasm")));
    writeFileSync(join(dist, rest), readFileSync(file("rest.wasm")));
    const index = join(dist, "index.html");
    writeFileSync(index, readFileSync(index, "utf8").replace("</head>", `<link rel=rest href=./${rest}></head>`));
    const [first, later] = sizes.map((size) => `${(size / 1024).toFixed(0)} KB`);
    return `${first} at first, ${later} when asked for`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function tool(program, ...args) {
  if (ask(program, ...args) === undefined) throw new Failure(`\`${program} ${args.join(" ")}\` failed.`);
}

/** The forms of a module, each with what it declares. A form begins with one space, its rest with two. */
function forms(text) {
  const forms = [];
  for (const line of text.split("\n").slice(1)) {
    if (/^ \(/.test(line)) forms.push(line);
    else if (/^ /.test(line)) forms[forms.length - 1] += `\n${line}`;
  }
  const names = new RegExp(`^ \\((\\w+)(?: (?:declare|(${NAME})))?`);
  return forms.map((text) => {
    const imported = text.startsWith(" (import ");
    const inner = imported ? text.slice(text.indexOf(" (", 2)) : text;
    const [, kind, name] = names.exec(inner) ?? [];
    return { text, kind, name, imported };
  });
}

/** The types that a function takes and gives, without the names of its parameters. */
function signature(text) {
  const head = text.split("\n")[0];
  const words = (kind) => [...head.matchAll(new RegExp(`\\(${kind}((?: \\$?\\w+)+)\\)`, "g"))].flatMap((match) => match[1].trim().split(" ").filter((word) => !word.startsWith("$")));
  return ["param", "result"].map((kind) => [kind, words(kind)]).filter(([, types]) => types.length > 0)
    .map(([kind, types]) => `(${kind} ${types.join(" ")})`).join(" ");
}

/** The module as two: `first` and `rest`; undefined where nothing can be taken out. */
function halves(forms) {
  const of = (kind) => forms.filter((form) => form.kind === kind);
  const functions = new Map(of("func").map((form) => [form.name, form]));
  const calls = (form) => [...form.text.matchAll(CALLS)].map((match) => match[1]);

  // The table of functions: one segment, from 1 on.
  const [segment, ...more] = of("elem").filter((form) => form.name);
  const table = /\(table (\$\S+?)\)/.exec(segment.text)?.[1] ?? "$0";
  const base = Number(/\(i32\.const (\d+)\)/.exec(segment.text)[1]);
  const slots = segment.text.slice(segment.text.indexOf(" func ")).match(new RegExp(NAME, "g"));
  if (more.length > 0) throw new Failure("the program has more than one table of functions.");

  // What stays: all that can be reached from outside without passing through what may come later.
  const stays = new Set();
  const open = [...of("export").flatMap((form) => new RegExp(`\\(func (${NAME})\\)`).exec(form.text)?.[1] ?? []), ...of("start").map((form) => form.name), ...slots.filter((name) => !LATER.test(name))];
  while (open.length > 0) {
    const name = open.pop();
    if (stays.has(name) || LATER.test(name)) continue;
    stays.add(name);
    if (!functions.get(name).imported) open.push(...calls(functions.get(name)));
  }
  const later = [...functions.values()].filter((form) => !form.imported && !stays.has(form.name));
  const load = [...functions.keys()].find((name) => functions.get(name).imported && LOAD.test(name));
  if (later.length === 0 || !load) return undefined;

  // A slot for each function that was taken out and is called from what stays.
  const leaves = new Set(later.map((form) => form.name));
  for (const form of functions.values()) {
    if (leaves.has(form.name) || form.imported) continue;
    for (const name of calls(form)) if (leaves.has(name) && !slots.includes(name)) slots.push(name);
  }
  const size = base + slots.length;
  const resize = (text) => text.replace(/ \d+ \d+ funcref/, ` ${size} ${size} funcref`);

  // What the rest takes from the first: what it names and does not have.
  const named = new Set(later.flatMap((form) => form.text.match(new RegExp(NAME, "g"))));
  const shared = forms.filter((form) => (form.kind === "memory" || form.kind === "table" || named.has(form.name)) && ["memory", "table", "global", "func"].includes(form.kind) && !leaves.has(form.name));
  const ways = shared.map((form, place) => [form, `r${place}`]);

  const header = (form) => form.text.split("\n")[0];
  const stub = ({ text, name }) => {
    const given = [...header({ text }).matchAll(/\(param (\$\S+) \w+\)/g)].map((match) => `(local.get ${match[1]})`);
    const slot = `(i32.const ${base + slots.indexOf(name)})`;
    return `${header({ text })}\n  (call ${load})\n  (call_indirect ${table} ${signature(text)} ${given.join(" ")} ${slot})\n )`;
  };
  const first = forms.flatMap((form) => {
    if (form.kind === "elem" && !form.name) return [];
    if (form === segment) return [` (elem ${segment.name} (table ${table}) (i32.const ${base}) func ${slots.join(" ")})`];
    if (form.kind === "table") return [resize(form.text)];
    if (!leaves.has(form.name) || form.kind !== "func") return [form.text];
    return slots.includes(form.name) ? [stub(form)] : [];
  });
  first.push(...ways.map(([form, way]) => ` (export "${way}" (${form.kind} ${form.name}))`));

  const taken = ways.map(([form, way]) => {
    const inner = {
      func: () => `(func ${form.name} ${signature(form.text)})`,
      memory: () => header(form).trim(),
      table: () => resize(header(form).trim()),
      // `(global $name (mut i32) (i32.const 0))`: the name and the type.
      global: () => new RegExp(`\\(global ${NAME} (?:\\(mut \\w+\\)|\\w+)`).exec(form.text)[0] + ")",
    }[form.kind]();
    return ` (import "first" "${way}" ${inner})`;
  });
  const arrivals = [...slots.keys()].filter((place) => leaves.has(slots[place]))
    .map((place) => ` (elem (table ${table}) (i32.const ${base + place}) func ${slots[place]})`);
  const rest = [...of("type").map((form) => form.text), ...of("rec").map((form) => form.text), ...taken, ...arrivals, ...later.map((form) => form.text)];

  const module = (forms) => `(module\n${forms.join("\n")}\n)\n`;
  return { first: module(first), rest: module(rest) };
}
