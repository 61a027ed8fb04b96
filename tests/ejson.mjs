// What `lab export --as ejson` writes, read by MongoDB's own strict parser: every line is a document
// of Extended JSON v2 in its canonical form, and comes out of that parser as it went in.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { EJSON, Long } from "bson";

/** What `lab` prints. */
function lab(args, input = "") {
  const result = spawnSync("cargo", ["run", "--quiet", "--bin", "lab", "--", ...args], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
}

const lines = (text) => text.trimEnd().split("\n");
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
