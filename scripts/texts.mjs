// Which texts of the program's data only the second file reads (scripts/split.mjs): they move there.
//
// Data is cut at every address that is known: all constants of functions, offsets of their loads and
// stores, words of data. A piece stays if a function that stays has its address, or a piece that
// stays has. Of the others only plain texts move, of some length: of tables it is not known how they
// are read.

import { Failure } from "./steps.mjs";
import { data, segment } from "./wat.mjs";

/** Shorter texts are not worth a segment of their own. */
const SHORTEST = 24;

/** Every number in a form that may be an address, those that stand in half of a longer one as well. */
function numbers({ text }) {
  const found = new Set();
  for (const [, kind, digits] of text.matchAll(/(i32\.const |i64\.const |offset=)(-?\d+)/g)) {
    if (kind !== "i64.const ") found.add(Number(digits) >>> 0);
    else for (const half of [0n, 32n]) found.add(Number((BigInt.asUintN(64, BigInt(digits)) >> half) & 0xffffffffn));
  }
  return found;
}

/** The segments of data as two: those that are there at first, and the texts that come later. */
export function texts(forms, leaves) {
  const segments = forms.filter(({ kind }) => kind === "data").map((form) => ({ form, ...segment(form) }));
  const from = Math.min(...segments.map(({ address }) => address));
  const to = Math.max(...segments.map(({ address, bytes }) => address + bytes.length));
  const known = (number) => number >= from && number < to;
  const words = ({ address, bytes }, start = address, end = address + bytes.length) => {
    const found = [];
    for (let at = (start + 3) & ~3; at + 4 <= end; at += 4) found.push(bytes.readUInt32LE(at - address));
    return found.filter(known);
  };
  const staying = forms.filter((form) => form.kind !== "data" && !leaves.has(form.name)).map((form) => numbers(form));
  const going = forms.filter((form) => leaves.has(form.name)).flatMap((form) => [...numbers(form)].filter(known));
  const roots = new Set(staying.flatMap((numbers) => [...numbers].filter(known)));
  const cuts = new Set([...roots, ...going, ...segments.flatMap((each) => words(each))]);

  // The pieces, and which of them are reached from what stays.
  const pieces = segments.flatMap((each) => {
    const { address, bytes } = each, end = address + bytes.length;
    const starts = [...new Set([address, ...[...cuts].filter((cut) => cut > address && cut < end)])].sort((a, b) => a - b);
    return starts.map((start, place) => ({ each, start, end: starts[place + 1] ?? end, stays: false }));
  });
  const byStart = new Map(pieces.map((piece) => [piece.start, piece]));
  const reach = (open) => {
    while (open.length > 0) {
      const piece = byStart.get(open.pop());
      if (!piece || piece.stays) continue;
      piece.stays = true;
      open.push(...words(piece.each, piece.start, piece.end));
    }
  };
  const ofGoing = new Set(going);
  reach([...roots, ...pieces.filter((piece) => !ofGoing.has(piece.start) || !isText(piece)).map((piece) => piece.start)]);
  // A text of which another stands at the beginning: whoever has the address and the length of the whole.
  for (const numbers of staying) {
    for (const number of numbers) {
      let piece = byStart.get(number);
      for (let reached = 0; piece && reached < 64; reached++) {
        const next = byStart.get(piece.end);
        if (!next || next.each !== piece.each) break;
        if (!next.stays && [...numbers].some((length) => number + length > next.start && number + length <= next.end)) reach([next.start]);
        piece = next;
      }
    }
  }
  return moved(segments, pieces, roots);
}

const isText = ({ each, start, end }) => {
  const bytes = each.bytes.subarray(start - each.address, end - each.address);
  return Buffer.from(bytes.toString("utf8")).equals(bytes) && !bytes.some((byte) => byte < 9 || (byte > 10 && byte < 32));
};

/** Cuts the segments: neighbours go together. */
function moved(segments, pieces, roots) {
  const first = new Map(segments.map(({ form }) => [form, []])), rest = [];
  for (const each of segments) {
    const runs = [];
    for (const { start, end, stays } of pieces.filter((piece) => piece.each === each)) {
      const last = runs.at(-1);
      if (last?.stays === stays) last.end = end;
      else runs.push({ start, end, stays });
    }
    const joined = [];
    for (const run of runs) {
      const stays = run.stays || run.end - run.start < SHORTEST;
      if (joined.at(-1)?.stays === stays) joined.at(-1).end = run.end;
      else joined.push({ ...run, stays });
    }
    for (const [place, { start, end, stays }] of joined.entries()) {
      if (!stays && [...roots].some((root) => root >= start && root < end)) throw new Failure(`what stays reads the text at ${start}, which was to move.`);
      const piece = data(`${each.name}.${place}`, start, each.bytes.subarray(start - each.address, end - each.address));
      if (stays) first.get(each.form).push(piece);
      else rest.push(piece);
    }
  }
  return { first, rest };
}
