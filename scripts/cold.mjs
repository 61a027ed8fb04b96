// Takes out of a function that runs on a first visit the arms that do not: whatever waits for
// another protocol, a mistake, or a click.
//
// WebAssembly is structured: a list of instructions (a *sequence*) is left early or run to its end,
// but never entered in the middle. So the first place in it that was not reached tells that nothing
// behind it was either. Such an *arm* becomes a function of its own:
//
//     (block $found                       (block $found
//      (br_if $found (…))                  (br_if $found (…))
//      … an arm that did not run …  ───►   (br_if $found (call $arm (local.get $3)))
//     )                                   )
//
// It is given the locals that it reads. It answers which way it left: at its end, to a label outside
// of it, or out of the function. What it wrote that is read later comes back in globals.

/** The heads of what is no instruction. */
const SAYS = new Set(["export", "import", "local", "param", "result", "type"]);

/** From how many bytes on an arm may be worth a call. */
const LEAST = 24;

const inside = (node) => node.filter(Array.isArray);
const said = (node, head) => inside(node).filter((part) => part[0] === head);
const typeOf = (node) => said(node, "result")[0]?.[1];

/** Where the sequence of a node begins; 0 if it has none. */
function start(node) {
  if (!["func", "block", "loop", "then", "else"].includes(node[0])) return 0;
  const place = node.findIndex((part, place) => place > 0 && Array.isArray(part) && !SAYS.has(part[0]));
  return place < 0 ? node.length : place;
}

/** The labels that an instruction goes to. */
const goes = (node) => (/^br/.test(node[0]) ? node.filter((part, place) => place > 0 && typeof part === "string") : []);

/** Whether an instruction may keep what stands behind it from running. */
const leaves = (node) => goes(node).length > 0 || node[0] === "return" || inside(node).some(leaves);

/** How many bytes an instruction is, about, with all that is in it. */
const weight = (node) => (SAYS.has(node[0]) ? 0 : inside(node).reduce((sum, part) => sum + weight(part), 1 + 0.8 * (node.length - 1 - inside(node).length)));

/**
 * The places of a function where it shows whether a sequence goes on: at its beginning, where that
 * depends on something, and behind whatever may leave it. What is not worth a call has none.
 */
export function* places(node) {
  const from = start(node);
  let left = 0;
  const behind = node.map((part, place) => (place >= from && from > 0 ? weight(part) : 0)).reduceRight((sums, part) => [(left += part), ...sums], []);
  for (let place = from; from > 0 && place < node.length; place += 1) {
    const depends = place === from ? ["func", "then", "else"].includes(node[0]) : leaves(node[place - 1]);
    if (depends && (behind[place] >= LEAST || node[0] === "func" && place === from)) yield { node, place };
  }
  for (const part of inside(node)) yield* places(part);
}

/** Which locals are read after what, from the end of a function to its beginning; each set is a number of bits. */
class Reads {
  constructor(func) {
    this.locals = new Map([...said(func, "param"), ...said(func, "local")].map(([, name, type], place) => [name, { type, bit: 1n << BigInt(place) }]));
    this.behind = new Map();
    this.labels = new Map();
    this.gives = new Set([...within(func)].filter((node) => node[0] === "block" && typeOf(node)).map((node) => node[1]));
    this.sequence(func, start(func), 0n);
  }

  /** What is read from a place of a sequence on; `after` is what is read behind its end. */
  sequence(node, from, after) {
    let now = after;
    for (let place = node.length - 1; place >= from; place -= 1) now = this.instruction(node[place], now);
    return now;
  }

  all(node, after) {
    return inside(node).reduceRight((now, part) => this.instruction(part, now), after);
  }

  instruction(node, after) {
    const label = typeof node[1] === "string" ? node[1] : undefined;
    const bit = this.locals.get(label)?.bit;
    switch (node[0]) {
      case "local.get": return after | bit;
      case "local.set":
      case "local.tee": return this.all(node, after & ~bit);
      case "return":
      case "unreachable": return this.all(node, 0n);
      case "br":
      case "br_table": return this.all(node, goes(node).reduce((now, label) => now | this.labels.get(label), 0n));
      case "br_if": return this.all(node, after | this.labels.get(label));
      case "block": return this.ending(node, after, after);
      case "loop": {
        let [now, more] = [-1n, 0n];
        while (now !== more) [now, more] = [more, more | this.ending(node, after, more)];
        return now;
      }
      case "if": {
        const [ask, ...arms] = inside(node).filter((part) => !SAYS.has(part[0]));
        const ways = arms.map((arm) => this.ending(arm, after));
        return this.instruction(ask, ways.reduce((now, way) => now | way, arms.length < 2 ? after : 0n));
      }
      default: return this.all(node, after);
    }
  }

  /** A node with a sequence; whoever goes to its label reads `there`. */
  ending(node, after, there) {
    if (typeof node[1] === "string") this.labels.set(node[1], there);
    this.behind.set(node, (this.behind.get(node) ?? 0n) | after);
    return this.sequence(node, start(node), after);
  }
}

/** Whether a run may come to the end of an instruction. */
function ends(node) {
  if (["br", "br_table", "return", "unreachable"].includes(node[0])) return false;
  const parts = inside(node);
  if (node[0] === "block" && parts.some((part) => aims(part).has(node[1]))) return true;
  if (node[0] === "if") {
    const [ask, ...arms] = parts.filter((part) => !SAYS.has(part[0]));
    return ends(ask) && (arms.length < 2 || arms.some(ends));
  }
  return parts.every(ends);
}

/** The labels outside of a node that it goes to. */
function aims(node) {
  const all = new Set([...goes(node), ...inside(node).flatMap((part) => [...aims(part)])]);
  if (["block", "loop"].includes(node[0])) all.delete(node[1]);
  return all;
}

/** Everything in a node, itself too. */
function* within(node) {
  yield node;
  for (const part of inside(node)) yield* within(part);
}

/**
 * Moves arms of a function into functions of their own, and returns those; the function is changed.
 * `cold` are places in it that were not reached, as `places` gave them. `more` gives new names, and
 * the globals that go with them: `name(of)` and `global(type, number)`.
 */
export function cut(func, cold, more) {
  const first = new Map();
  for (const { node, place } of cold) first.set(node, Math.min(place, first.get(node) ?? Infinity));
  const reads = new Reads(func);
  const made = [];
  const visit = (node, type) => {
    const from = first.get(node);
    const arm = from && armOf(func, reads, node, from, type, more);
    for (const part of inside(arm ? node.slice(0, from) : node)) visit(part, part[0] === "then" || part[0] === "else" ? typeOf(node) : typeOf(part));
    if (!arm) return;
    node.splice(from, Infinity, ...arm.call);
    made.push(arm.func);
  };
  visit(func, typeOf(func));
  return made;
}

/** What stands from a place of a sequence to its end, as a function and its call; nothing if that is not worth while. */
function armOf(func, reads, node, from, type, more) {
  const body = node.slice(from);
  const parts = body.flatMap((part) => [...within(part)]);
  const named = (...heads) => new Set(parts.filter((part) => heads.includes(part[0])).map((part) => part[1]));
  const [gets, sets] = [named("local.get"), named("local.set", "local.tee")];
  const falls = body.every(ends);
  const labels = [...new Set(body.flatMap((part) => [...aims(part)]))];
  const returns = parts.some((part) => part[0] === "return");
  const ways = [...(falls ? ["end"] : []), ...labels, ...(returns ? ["return"] : [])];

  const after = reads.behind.get(node) ?? 0n;
  const before = reads.sequence(node, from, after);
  const read = labels.reduce((all, label) => all | reads.labels.get(label), falls ? after : 0n);
  const among = (names, bits) => [...names].filter((name) => (reads.locals.get(name).bit & bits) !== 0n);
  const typed = (name) => reads.locals.get(name).type;
  const outs = among(sets, read);
  const ins = among(new Set([...gets, ...outs]), before);
  // What stays in its place, with the stub that scripts/split.mjs leaves, in bytes, about.
  const cost = 14 + 4 * ins.length + 5 * outs.length + (ways.length > 1 ? 3 * ways.length : 0);
  if (body.reduce((sum, part) => sum + weight(part), 0) < cost) return;
  if (labels.some((label) => reads.gives.has(label)) || outs.some((name) => /ref/.test(typed(name)))) return;

  // Which way, as a number, and what goes with it.
  const name = more.name();
  const places = outs.map((out, place) => more.global(typed(out), outs.slice(0, place).filter((other) => typed(other) === typed(out)).length));
  const result = typeOf(func);
  const [value, answer] = [type, result].map((type) => type && more.global(type, "value"));
  const save = outs.map((out, place) => ["global.set", places[place], ["local.get", out]]);
  const restore = outs.map((out, place) => ["local.set", out, ["global.get", places[place]]]);
  const locals = [...new Set([...gets, ...sets])].filter((name) => !ins.includes(name)).map((name) => ["local", name, typed(name)]);
  const made = (type, inner) => ["func", name, ...ins.map((name) => ["param", name, typed(name)]), ...(type ? [["result", type]] : []), ...locals, ...inner];
  const call = ["call", name, ...ins.map((name) => ["local.get", name])];

  if (ways.length === 0) return { func: made(undefined, [...body, ["unreachable"]]), call: [call, ["unreachable"]] };
  if (ways.length === 1 && returns) return { func: made(result, [...body, ["unreachable"]]), call: [["return", call]] };
  if (ways.length === 1 && falls && outs.length === 0) return { func: made(type, body), call: [call] };

  const leave = (way) => ["return", ...(ways.length > 1 ? [["i32.const", String(ways.indexOf(way))]] : [])];
  const returned = (node) => {
    if (!Array.isArray(node)) return node;
    const inner = node.map(returned);
    if (node[0] !== "return") return inner;
    const [, number] = leave("return");
    return inner.length > 1 ? ["return", ["block", ["result", "i32"], ["global.set", answer, inner[1]], number]] : ["return", number];
  };
  let inner = body.map(returned);
  if (falls && type) inner = [["global.set", value, ["block", ["result", type], ...inner]]];
  inner.push(...(falls ? [...save, leave("end")] : [["unreachable"]]));
  for (const label of labels) inner = [["block", label, ...inner], ...save, leave(label)];

  const goOn = falls && type ? [["global.get", value]] : [];
  const goBack = ["return", ...(result ? [["global.get", answer]] : [])];
  if (ways.length === 1) return { func: made(undefined, inner), call: [call, ...restore, ...(falls ? goOn : [["br", labels[0]]])] };
  const way = more.global("i32", "way");
  const [told, which] = restore.length > 0 ? [[["global.set", way, call], ...restore], ["global.get", way]] : [[], call];
  return { func: made("i32", inner), call: [...told, ...sorted(ways, which, goBack), ...goOn] };
}

/** Goes the way whose number `which` is. */
function sorted(ways, which, goBack) {
  if (ways.length === 2 && ways[0] === "end") {
    return [ways[1] === "return" ? ["if", which, ["then", goBack]] : ["br_if", ways[1], which]];
  }
  let all = [["br_table", ...ways.map((way) => ({ end: "$arm_end", return: "$arm_return" })[way] ?? way), which]];
  if (ways.includes("return")) all = [["block", "$arm_return", ...all], goBack];
  if (ways.includes("end")) all = [["block", "$arm_end", ...all]];
  return all;
}
