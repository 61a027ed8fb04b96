// What leaves Synod, read by the programs that it is for: Extended JSON by MongoDB's own strict
// parser, Mermaid by Mermaid's, SVG by a strict parser of XML, and the log for ShiViz by the rules
// that ShiViz checks. The vector clocks in it are held against happened-before, derived here anew
// from the NDJSON trace.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EJSON, Long } from "bson";
import { Window } from "happy-dom";
import { SaxesParser } from "saxes";
import { target } from "../scripts/steps.mjs";

// Mermaid cleans labels with a library that asks for a page.
globalThis.window = new Window();
globalThis.document = window.document;
const { default: mermaid } = await import("mermaid");

const LAB = join(target, "debug", "lab");
assert.equal(spawnSync("cargo", ["build", "--quiet", "--bin", "lab"], { stdio: "inherit" }).status, 0, "lab compiles");

/** What `lab` prints; where it cuts something off, it says so in one sentence and ends with 2. */
function lab(args, input = "", status = 0) {
  const result = spawnSync(LAB, args, { input, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(result.status, status, result.stderr);
  if (status !== 0) assert.match(result.stderr, /^\S+: .*\.\n$/);
  return result.stdout;
}

const lines = (text) => text.trimEnd().split("\n").filter((line) => line !== "");
const documents = (text) => lines(text).map((line) => EJSON.parse(line, { relaxed: false }));
const scenes = lines(lab(["list"])).flatMap((line) => /^(\S+) scene (\S+)$/.exec(line)?.slice(1).join("/") ?? []);

test("every scene's history is canonical Extended JSON", () => {
  assert.ok(scenes.length > 5);
  for (const scene of scenes) {
    const text = lab(["export", scene, "--as", "ejson"]);
    const [run, ...events] = documents(text);
    assert.equal(run.kind, "run");
    assert.ok(run.format instanceof Long, "a number of 64 bits stays one");
    assert.deepEqual(lines(text), [run, ...events].map((document) => EJSON.stringify(document, { relaxed: false })));
    assert.deepEqual(events.map(({ event }) => event.toNumber()), events.map((_, place) => place + 1), "no event is missing");
    assert.equal(new Set([run, ...events].map(({ _id }) => _id)).size, 1 + events.length, "ids are unique");
  }
});

test("a server's disk and log are canonical Extended JSON", () => {
  const text = lab(["export", "raft/figure-8", "--as", "ejson", "--node", "S1"]);
  const [run, ...held] = documents(text);
  assert.deepEqual(lines(text), [run, ...held].map((document) => EJSON.stringify(document, { relaxed: false })));
  const disk = held.filter(({ kind }) => kind === "disk").map(({ name }) => name);
  assert.ok(disk.includes("currentTerm") && disk.includes("votedFor"), disk.join());
  const log = held.filter(({ kind }) => kind === "entry");
  assert.deepEqual(log.map(({ index }) => index.toNumber()), log.map((_, place) => place + 1));
  assert.ok(log.length > 0 && log.every(({ state }) => ["pending", "stored", "settled"].includes(state)));
});

test("a file comes back in, also from a database that has rewritten it", () => {
  const text = lab(["export", "raft/figure-8", "--as", "ejson"]);
  const [run] = documents(text);
  const script = lab(["import", "-"], text).trimEnd();
  assert.equal(script, run.script.trimEnd());
  // As mongoexport may give it back: relaxed, in another order, the fields too.
  const turned = (document) => Object.fromEntries(Object.entries(document).reverse());
  const relaxed = documents(text).reverse().map((document) => EJSON.stringify(turned(document), { relaxed: true }));
  assert.equal(lab(["import", "-"], relaxed.join("\n")).trimEnd(), script);
});

// ---- pictures, logs and traces ------------------------------------------------------------------

/** What nobody should write into a title, a caption or a request. */
const NASTY = [
  "run raft nodes=5 clients=2 seed=7",
  'title end; A "title" <b>end</b> # %%{init: {"theme":"dark"}}%% $$x^2$$ `code` *md* & more 投票 --- x:',
  "10ms fire S1 election",
  "50ms say end",
  "60ms request C1 put end=<b>",
  "70ms request C2 get %%{x}",
  '80ms say subgraph end; note over S1: "quotes" <script>alert(1)</script> # wrap: &amp; --> S1 ]]> <!-- end',
  "120ms request C1 put a&amp=<i>'",
  "125ms request C1 put css=style:_x",
  "130ms say 一个很长的中文说明，用来看看换行是否正确，因为中文没有空格，所以必须在字之间断开。",
  "200ms crash S2",
  "210ms cut S1>S3",
  "220ms hold S4-S5",
  "230ms pause S5",
  "390ms end",
].join("\n");

/** All scenes, each as far as its Mermaid is not cut off, and the nasty one: name, input, window. */
const subjects = [...scenes.map((scene) => [scene, ""]), ["-", NASTY]];
const EARLY = ["--to", "200ms"];

test("Mermaid takes every sequence diagram and every flowchart", async () => {
  for (const [file, input] of subjects) {
    for (const [format, kind] of [["mermaid", "sequence"], ["flowchart", "flowchart-v2"]]) {
      const text = lab(["export", file, "--as", format, ...EARLY], input);
      assert.equal((await mermaid.parse(text)).diagramType, kind, `${file}: ${format}`);
    }
  }
});

test("a run that is too long for Mermaid ends with a whole line, and says where", async () => {
  const long = "run raft nodes=5 seed=7\n60s end\n";
  const text = lab(["export", "-", "--as", "mermaid"], long, 2);
  assert.ok(text.length > 40_000 && text.length <= 50_000, `${text.length}`);
  assert.match(lines(text).at(-1), /Note over C1,S5: Cut off at .*s: Mermaid draws/);
  assert.equal((await mermaid.parse(text)).diagramType, "sequence");
});

/** A text of Mermaid's own reading, in which entities are still marked, as it is shown. */
const decoded = (text) => text.replaceAll("ﬂ°°", "&#").replaceAll("¶ß", ";").replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(code));

test("what Mermaid shows of a label is the label", async () => {
  const text = lab(["export", "-", "--as", "mermaid"], NASTY);
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  const said = db.getMessages().map(({ message }) => decoded(typeof message === "string" ? message : ""));
  for (const label of ["put end=<b>", "put a&amp=<i>'", "put css=style:_x", "crash S2", "“end”"]) assert.ok(said.includes(label), `${label} in ${said.join("|")}`);
});

test("what Mermaid shows as a title is the title", async () => {
  for (const title of ["A & B; x < y > z #1", "end", "T&amp;C &#38; &lt;b>", "The style of https://a.example/#raft; and classDef:_x", "50 % <i>x</i> \"投票\" & more"]) {
    const input = NASTY.replace(/^title [^\n]*/m, () => `title ${title}`);
    const shown = async (format) => {
      const text = lab(["export", "-", "--as", format, ...EARLY], input);
      // What stands above a diagram is handed on by Mermaid when it draws.
      const above = /^---\ntitle: (".*")\n---\n/.exec(text);
      const { db } = await mermaid.mermaidAPI.getDiagramFromText(text, above ? { title: JSON.parse(above[1]) } : {});
      return db.getDiagramTitle();
    };
    // Read as it is drawn: as text, in which Mermaid then decodes the entities of its own.
    assert.equal(decoded(await shown("mermaid")), title);
    // A flowchart has no statement for its title, and what stands above it knows no entities.
    const alike = title.replaceAll("&", "＆").replaceAll("<", "＜").replaceAll(">", "＞");
    assert.ok((await shown("flowchart")).startsWith(`${alike}, at `), await shown("flowchart"));
  }
});

test("SVG is well-formed, says what it shows, and asks for nothing", () => {
  for (const [file, input] of subjects) {
    const text = lab(["export", file, "--as", "svg", ...EARLY], input);
    const parser = new SaxesParser({ xmlns: true }), names = [];
    parser.on("error", (error) => assert.fail(`${file}: ${error.message}`));
    parser.on("opentag", ({ name }) => names.push(name));
    parser.write(text).close();
    assert.equal(names[0], "svg");
    for (const name of ["title", "desc", "style"]) assert.equal(names.filter((other) => other === name).length, 1, name);
    assert.ok(!/href|url\((?!#)|@import|<script|style="/.test(text), file);
  }
});

/** Kinds of events in Lamport's sense: src/view/ndjson.rs. */
const EVENTS = new Set(["send", "deliver", "timer", "persist", "saved", "disconnected", "ask", "answered", "retry", "gave-up", "command", "up"]);
const REMARKS = new Set(["lost", "paused", "down", "isolated", "rejoined", "role", "note", "refused", "violation"]);
const MESSAGES = new Set(["send", "deliver", "lost"]);

/** What clients want and are told: a reply that sends a client on to another server tells it nothing. */
function asked({ kind, message, seq, answer }) {
  if (kind === "ask") return ["seq", "request"];
  if (kind !== "answered" && kind !== "gave-up" && !(kind === "deliver" && message === "Reply" && seq !== undefined)) return [];
  return answer === undefined ? ["seq"] : ["seq", "answer"];
}

test("every line of a trace is JSON with the documented fields", () => {
  for (const [file, input] of subjects) {
    const trace = lines(lab(["export", file, "--as", "ndjson"], input)).map((line) => JSON.parse(line));
    trace.forEach((event, place) => {
      const { kind } = event;
      const fields = ["event", "time", "place", "kind", "lamport", "cause", ...(MESSAGES.has(kind) ? ["message", "label", "from", "to", "sent"] : []), ...(kind === "deliver" ? ["copy"] : []), ...(kind === "disconnected" ? ["peer"] : []), ...(kind === "violation" ? ["against"] : []), ...asked(event), "text", "source"];
      assert.deepEqual(Object.keys(event), fields, file);
      assert.equal(event.event, place + 1);
      assert.ok(EVENTS.has(kind) || REMARKS.has(kind), kind);
      for (const number of ["event", "time", "lamport", "cause"]) assert.ok(Number.isSafeInteger(event[number]) && event[number] >= 0);
      assert.ok(event.cause < event.event && (place === 0 || event.time >= trace[place - 1].time));
      assert.ok(event.place === null || /^[A-Z]\d+$/.test(event.place));
      assert.ok(event.source === null || /^src\/protocols\/.*\.rs:\d+$/.test(event.source), event.source);
      if (kind === "violation") assert.ok(event.against >= 0 && event.against < event.event && (event.against > 0 || file !== "raft/figure-8-flaw"));
      if (MESSAGES.has(kind)) {
        const sent = trace[event.sent - 1];
        assert.deepEqual([sent.kind, sent.from, sent.to, sent.label], ["send", event.from, event.to, event.label]);
        assert.equal(event.place, kind === "send" ? event.from : event.to);
      }
    });
  }
});

/** The events of a log as ShiViz reads it from a file (js/shiviz.js, js/model/parser.js). */
function shiviz(text) {
  const [expression, delimiter, ...rest] = text.split("\n");
  assert.equal(expression, "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})");
  assert.equal(delimiter, "");
  const parser = new RegExp(`^${expression}$`, "gm");
  const log = rest.join("\n");
  const events = [...log.matchAll(parser)].map(({ groups }) => ({ ...groups, clock: JSON.parse(groups.clock) }));
  assert.equal(events.length * 2, log.split("\n").length - 1, "no line is left over");
  return events;
}

/** What ShiViz checks before it draws (js/model/modelGraph.js). */
function admissible(events) {
  const count = new Map();
  for (const { host, clock } of events) {
    count.set(host, (count.get(host) ?? 0) + 1);
    assert.equal(clock[host], count.get(host), "clocks of a host begin at 1 and go on by 1");
  }
  for (const { clock } of events) for (const [host, time] of Object.entries(clock)) assert.ok(time >= 1 && time <= count.get(host));
}

for (const window of [[], ["--from", "150ms", "--to", "350ms"]]) {
  test(`vector clocks say what happened before what: ${window.join(" ") || "from the start"}`, () => {
    for (const [file, input] of subjects) {
      const to = window.length > 0 ? window : ["--to", "500ms"];
      const events = shiviz(lab(["export", file, "--as", "shiviz", ...to], input));
      admissible(events);
      const trace = lines(lab(["export", file, "--as", "ndjson", ...to], input)).map((line) => JSON.parse(line));
      const own = trace.filter(({ kind, place }) => EVENTS.has(kind) && place !== null);
      assert.equal(own.length, events.length, file);
      // The past of each event, as a set of bits: the event before at its place, and the send.
      const pasts = [], last = new Map(), sends = new Map();
      own.forEach(({ event, kind, place, sent, text }, number) => {
        assert.equal(events[number].host, place);
        assert.ok(events[number].event.startsWith(text.replace(/[\u2028\u2029]/g, " ")), `${events[number].event} is not ${text}`);
        let past = 1n << BigInt(number);
        for (const before of [last.get(place), kind === "deliver" ? sends.get(sent) : undefined]) if (before !== undefined) past |= pasts[before];
        pasts.push(past);
        last.set(place, number);
        if (kind === "send") sends.set(event, number);
      });
      const below = (a, b) => Object.entries(a).every(([host, time]) => time <= (b[host] ?? 0));
      const step = Math.max(1, Math.floor(events.length / 400));
      for (let b = 0; b < events.length; b += step) {
        for (let a = 0; a < events.length; a++) {
          const before = (pasts[b] >> BigInt(a)) & 1n;
          assert.equal(below(events[a].clock, events[b].clock), before === 1n, `${file}: ${a} and ${b}`);
        }
      }
    }
  });
}

test("the types of the embedding's calls say what is right, and refuse what is wrong", () => {
  const { status, stdout } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tests/types"], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
  const wrong = readFileSync("tests/types/host.ts", "utf8").split("@ts-expect-error").length - 1;
  assert.ok(wrong > 10, `${wrong} wrong calls`);
  // A type that says less than it did is told.
  const said = readFileSync("www/public/synod-playground.d.ts", "utf8");
  const folder = mkdtempSync(join(tmpdir(), "types-"));
  try {
    const file = (name) => join(folder, name);
    const options = JSON.parse(readFileSync("tests/types/tsconfig.json", "utf8"));
    writeFileSync(file("tsconfig.json"), JSON.stringify({ ...options, files: ["host.ts"] }));
    writeFileSync(file("host.ts"), readFileSync("tests/types/host.ts", "utf8").replaceAll("../../www/", "./"));
    for (const [from, to] of [["load(script: string)", "load(script: unknown)"], ["readonly time: number", "time: number"], ["caption: string | null;", "caption: string;"]]) {
      writeFileSync(file("synod-playground.d.ts"), said.replace(from, to));
      const { status, stdout } = spawnSync(process.execPath, ["node_modules/typescript/bin/tsc", "-p", folder], { encoding: "utf8" });
      assert.notEqual(status, 0, `${to} was taken`);
      assert.match(stdout, /TS2578|TS2344|TS2345/, stdout);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
