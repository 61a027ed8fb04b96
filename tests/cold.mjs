// Whether a program whose arms were taken out (scripts/cold.mjs) still does what it did: programs made
// at random, each cut at random places, run beside what they were.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { cut, places } from "../scripts/cold.mjs";
import "../scripts/steps.mjs"; // Binaryen on PATH.
import { module, parse, print } from "../scripts/wat.mjs";

/** Numbers below a bound, the same in every run (Park and Miller's generator). */
function dice(seed) {
  let now = seed;
  return (bound) => (now = (now * 48271) % 2147483647) % bound;
}

const LOCALS = { i32: ["$a", "$b", "$c", "$d"], i64: ["$p", "$q"] };

/** A function of some depth that reads and writes locals and memory, and leaves whatever it is in by every way there is. */
class Maker {
  constructor(seed) {
    this.roll = dice(seed);
    this.labels = 0;
  }

  one(list) {
    return list[this.roll(list.length)];
  }

  func(name) {
    const params = [["param", "$a", "i32"], ["param", "$b", "i32"], ["param", "$p", "i64"]];
    const locals = [["local", "$c", "i32"], ["local", "$d", "i32"], ["local", "$q", "i64"], ["local", "$fuel", "i32"]];
    return ["func", name, ["export", `"${name.slice(1)}"`], ...params, ["result", "i32"], ...locals,
      ["local.set", "$fuel", ["i32.const", "20"]], ...this.sequence(3, []), this.value("i32", 3)];
  }

  value(type, depth) {
    const roll = depth > 0 ? this.roll(6) : this.roll(2);
    if (roll === 0) return ["local.get", this.one(LOCALS[type])];
    if (roll === 1) return [`${type}.const`, String(this.roll(200) - 100)];
    if (roll === 2) return ["local.tee", this.one(LOCALS[type]), this.value(type, depth - 1)];
    if (roll === 3 && type === "i32") return ["i32.wrap_i64", this.value("i64", depth - 1)];
    if (roll === 3) return ["i64.extend_i32_s", this.value("i32", depth - 1)];
    return [`${type}.${this.one(["add", "sub", "xor", "mul"])}`, this.value(type, depth - 1), this.value(type, depth - 1)];
  }

  sequence(depth, around) {
    const parts = Array.from({ length: 2 + this.roll(3) }, () => this.part(depth, around));
    const roll = this.roll(12);
    if (around.length > 0 && roll === 0) parts.push(["br", this.one(around)]);
    if (around.length > 0 && roll === 1) parts.push(["br_table", ...Array.from({ length: 3 }, () => this.one(around)), this.value("i32", 1)]);
    if (roll === 2) parts.push(["return", this.value("i32", 1)]);
    return parts;
  }

  part(depth, around) {
    const type = this.one(["i32", "i64"]);
    const roll = depth > 0 ? this.roll(10) : this.roll(4);
    const label = `$label${(this.labels += 1)}`;
    switch (roll) {
      case 0: return ["i32.store", ["i32.and", this.value("i32", 1), ["i32.const", "1020"]], this.value("i32", 2)];
      case 1: return around.length > 0 ? ["br_if", this.one(around), this.value("i32", 2)] : ["nop"];
      case 2:
      case 3: return ["local.set", this.one(LOCALS[type]), this.value(type, 3)];
      case 4:
      case 5: return ["if", this.value("i32", 2), ["then", ...this.sequence(depth - 1, around)], ...(this.roll(2) ? [["else", ...this.sequence(depth - 1, around)]] : [])];
      case 6: return ["block", label, ...this.sequence(depth - 1, [...around, label])];
      case 7: return ["loop", label, ["if", ["i32.eqz", ["local.get", "$fuel"]], ["then", ["return", this.value("i32", 1)]]],
        ["local.set", "$fuel", ["i32.sub", ["local.get", "$fuel"], ["i32.const", "1"]]], ...this.sequence(depth - 1, [...around, label]), ["br_if", label, this.value("i32", 1)]];
      default: return ["local.set", this.one(LOCALS[type]), ["if", ["result", type], this.value("i32", 1),
        ["then", ...this.straight(depth, around), this.value(type, 2)], ["else", ...this.straight(depth, around), this.value(type, 2)]]];
    }
  }

  /** A sequence that comes to its end, for what gives a value there. */
  straight(depth, around) {
    return Array.from({ length: 2 }, () => this.part(depth - 1, around));
  }
}

function run(folder, name, forms) {
  const file = (ending) => join(folder, `${name}.${ending}`);
  writeFileSync(file("wat"), module([` (memory $memory (export "memory") 1)`, ...forms]));
  execFileSync("wasm-as", ["--enable-reference-types", file("wat"), "-o", file("wasm")]);
  return new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file("wasm")))).exports;
}

test("a program is the same with its arms elsewhere", () => {
  const folder = mkdtempSync(join(tmpdir(), "synod-"));
  try {
    const roll = dice(11);
    const names = Array.from({ length: 120 }, (_, place) => `$f${place}`);
    const before = names.map((name, place) => new Maker(1 + 7919 * place).func(name));
    const globals = new Map();
    let arms = 0;
    const more = {
      name: () => `$arm${arms++}`,
      global: (type, number) => (globals.set(`$${type}_${number}`, ` (global $${type}_${number} (mut ${type}) (${type}.const 0))`), `$${type}_${number}`),
    };
    const after = before.map((tree) => parse(print(tree))).flatMap((tree) => {
      const cold = [...places(tree)].filter(() => roll(3) === 0);
      const made = cut(tree, cold, more);
      return [tree, ...made];
    });
    assert.ok(arms > 120, `${arms} arms`);
    const [one, two] = [run(folder, "whole", before.map((tree) => print(tree))), run(folder, "parted", [...globals.values(), ...after.map((tree) => print(tree))])];
    for (const name of names.map((name) => name.slice(1))) {
      for (let time = 0; time < 40; time += 1) {
        const given = [roll(40) - 20, roll(3), BigInt(roll(1000) - 500)];
        assert.equal(two[name](...given), one[name](...given), `${name}(${given})`);
      }
      assert.deepEqual(new Int32Array(two.memory.buffer, 0, 256), new Int32Array(one.memory.buffer, 0, 256), name);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
