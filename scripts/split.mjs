// Takes out of the page's wasm what the first visit does not need, so that it stays small however
// many protocols there are. What is taken out goes into a second file, `…_rest.wasm`, which
// www/boot.js fetches when it is asked for.
//
// The two are one program in two files. They share memory and tables; each function that was taken
// out leaves a *stub* at its place, which first makes sure that the rest is there, then calls it
// through the table. So nothing in Rust knows of the split, and nothing is ever missing.
//
// Texts that only those functions read are in the second file as well.
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

/** What a store does with two panes. */
const STORE = ["split", "split_branch", "unsplit", "activate", "differs", "show_beside", "is_shared", "stop_at_first", "look_apart", "looks_apart", "parting", "command_both", "step_both", "step_back_both"];

/**
 * What may come later: protocols other than the first, and what is behind a click. (Not how options
 * are set: that is so much alike from protocol to protocol that the compiler makes one of several.
 * tests/e2e.mjs sees to it that a first visit never asks for the rest.)
 */
const MODULES = [
  ...["ejson", "export", "flowchart", "formula", "highlight", "json", "light", "mermaid", "ndjson", "sequence", "shiviz", "svg", "thumbnail"].map((name) => `view::${name}`),
  ...["events", "help", "light", "log", "properties", "runs", "share", "source", "take", "why"].map((name) => `web::components::${name}`),
  "player::find",
  "player::table",
  "condition",
  "player::apart",
  "player::other",
  "sim::difference",
  "sim::run::why",
  "view::tree",
  "web::components::branches",
  "web::components::tree",
  "web::components::until",
  "web::runs",
  "web::versus",
];
const FUNCTIONS = [
  "player::gestures::offered",
  ...["find", "find_on", "select_message"].map((name) => `player::store::Store>::${name}`),
  ...["lists", "lane_line", "check"].map((name) => `web::components::diagram_menu::${name}`),
  "web::components::lane_names::open_menu",
  ...["run_until", "compare", "look_ahead", "update_branches"].map((name) => `player::store::Store>::${name}`),
  ...["save", "save_blob", "save_png", "address_of_svg"].map((name) => `web::browser::${name}`),
  "web::components::script::script_tab",
  ...["message_tab", "server", "visitor"].map((name) => `web::components::subject::${name}`),
  "web::frame::Instant",
  // Two panes.
  ...STORE.map((name) => `player::store::Store>::${name}`),
  "ensemble::Ensemble>::same",
  "player::link::write_other",
  "web::app::App>::(?:oppose|look_apart|look_apart_soon)",
  "web::components::compare::(?!compare\\b)\\w+",
  "web::components::pane::pane_(?:head|frame)",
];
const OTHERS = String.raw`protocols::(?!raft\b|\w+::config\b)\w+`;
const LIBRARIES = "idb|picojson|ra_ap_rustc_lexer";
const LATER = new RegExp(String.raw`synod\[\w+\]::(?:${[OTHERS, ...MODULES, ...FUNCTIONS].join("|")})\b|\b(?:${LIBRARIES})\[\w+\]::`);

/** What has one caller must not become a part of it, if that comes first. */
const APART = [...MODULES.map((name) => `*::${name}::*`), ...FUNCTIONS.map((name) => `*::${name}*`)].map((name) => `--no-inline=${name}`);

/** The sources behind what comes later, and the scenes: their texts are read by nothing else. */
const LATER_FILES = new RegExp(String.raw`^src/(?:protocols/(?!raft\b|mod\.rs)|(?:base/history|${MODULES.join("|").replaceAll("::", "/")})\b)|^scenes/(?!raft\b)`);

/** Shorter texts are not worth a segment of their own. */
const SHORTEST = 24;

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
    tool("wasm-opt", built, ...APART, "--low-memory-unused", "-Oz", "-g", "-o", file("all.wasm"));
    tool("wasm-dis", file("all.wasm"), "-o", file("all.wat"));
    const parts = halves(forms(readFileSync(file("all.wat"), "utf8")));
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

/** The texts that stand in nothing but what comes later. */
function laterTexts() {
  const files = ["src", "scenes"].flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => `${folder}/${name.replaceAll("\\", "/")}`)).filter((name) => /\.(rs|txt)$/.test(name));
  const later = files.filter((name) => LATER_FILES.test(name));
  const unescaped = (text) => text.replace(/\\\n\s*/g, "").replaceAll('\\"', '"').replaceAll("\\\\", "\\").replaceAll("\\n", "\n");
  const rest = files.filter((name) => !LATER_FILES.test(name)).map((name) => unescaped(readFileSync(name, "utf8"))).join("\n");
  const literal = /'(?:[^'\\]|\\.)'|"((?:[^"\\]|\\.)*)"/gs;
  const found = later.flatMap((name) => {
    const text = readFileSync(name, "utf8");
    return name.endsWith(".txt") ? [text] : [...text.matchAll(literal)].map((match) => unescaped(match[1] ?? "")).filter((text) => !rest.includes(text));
  });
  return [...new Set(found)].map((text) => Buffer.from(text)).filter((text) => text.length >= SHORTEST);
}

/** The segments of data as two: those that are there at first, and the texts that come later. */
function texts(segments, later) {
  const first = new Map(), rest = [];
  for (const segment of segments) {
    const [, name, address, text] = /^ \(data (\S+) \(i32\.const (\d+)\) "(.*)"\)$/s.exec(segment.text);
    const bytes = unquoted(text);
    // Where each text stands, longer ones before those that they contain.
    const cuts = [];
    for (const wanted of later.toSorted((a, b) => b.length - a.length)) {
      for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) {
        const end = at + wanted.length;
        if (!cuts.some((cut) => at < cut.end && cut.at < end)) cuts.push({ at, end });
      }
    }
    cuts.sort((a, b) => a.at - b.at);
    const piece = (label, at, end) => ` (data ${label} (i32.const ${Number(address) + at}) "${quoted(bytes.subarray(at, end))}")`;
    const stays = [...cuts, { at: bytes.length }].map((cut, place) => [place > 0 ? cuts[place - 1].end : 0, cut.at]);
    first.set(segment, stays.filter(([at, end]) => end > at).map(([at, end], place) => piece(`${name}.${place}`, at, end)));
    rest.push(...cuts.map(({ at, end }, place) => piece(`${name}.later${place}`, at, end)));
  }
  return { first, rest };
}

const ESCAPES = { n: 10, t: 9, r: 13, '"': 34, "'": 39, "\\": 92 };

function unquoted(text) {
  const bytes = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "\\") bytes.push(text.charCodeAt(at));
    else if (text[at + 1] in ESCAPES) bytes.push(ESCAPES[text[++at]]);
    else bytes.push(Number.parseInt(text.slice(at + 1, (at += 2) + 1), 16));
  }
  return Buffer.from(bytes);
}

const quoted = (bytes) => [...bytes].map((byte) => `\\${byte.toString(16).padStart(2, "0")}`).join("");

/** The types that a function takes and gives, without the names of its parameters. */
function signature(text) {
  const head = text.split("\n")[0];
  const words = (kind) => [...head.matchAll(new RegExp(`\\(${kind}((?: \\$?\\w+)+)\\)`, "g"))].flatMap((match) => match[1].trim().split(" ").filter((word) => !word.startsWith("$")));
  return ["param", "result"].map((kind) => [kind, words(kind)]).filter(([, types]) => types.length > 0)
    .map(([kind, types]) => `(${kind} ${types.join(" ")})`).join(" ");
}

/**
 * Whether what comes later is all that this function is for. Of several functions that are the same
 * the compiler keeps one, under any of their names: so one of a library may be shared, whatever type
 * stands in its name, and so may any small one.
 */
const comesLater = ({ name, text, imported }) =>
  !imported && LATER.test(name) && OWN.test(name) && text.split("(").length > SMALL;

/** The name of a function begins with what it belongs to. */
const OWN = new RegExp(String.raw`^\$"?[<&]*(?:mut |dyn )?(?:synod|${LIBRARIES})\[`);

/** In instructions and what they name. */
const SMALL = 60;

/** The module as two: `first` and `rest`. */
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
  const open = [...of("export").flatMap((form) => new RegExp(`\\(func (${NAME})\\)`).exec(form.text)?.[1] ?? []), ...of("start").map((form) => form.name), ...slots.filter((name) => !comesLater(functions.get(name)))];
  while (open.length > 0) {
    const name = open.pop();
    if (stays.has(name) || comesLater(functions.get(name))) continue;
    stays.add(name);
    if (!functions.get(name).imported) open.push(...calls(functions.get(name)));
  }
  const later = [...functions.values()].filter((form) => !form.imported && !stays.has(form.name));
  const load = [...functions.keys()].find((name) => functions.get(name).imported && LOAD.test(name));
  if (later.length === 0 || !load) throw new Failure("nothing was found that may come later: LATER in scripts/split.mjs names what is no longer there.");

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
  const data = texts(of("data"), laterTexts());
  const first = forms.flatMap((form) => {
    if (form.kind === "data") return data.first.get(form);
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
  const rest = [...of("type").map((form) => form.text), ...of("rec").map((form) => form.text), ...taken, ...data.rest, ...arrivals, ...later.map((form) => form.text)];

  const module = (forms) => `(module\n${forms.join("\n")}\n)\n`;
  return { first: module(first), rest: module(rest) };
}
