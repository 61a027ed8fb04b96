// WebAssembly's text format, as wasm-dis prints it: one form a line or more. Just as much of it as
// scripts/split.mjs and scripts/profile.mjs read and write.

/** What a form is named by. */
export const NAME = /\$(?:"(?:[^"\\]|\\.)*"|[^\s()]+)/.source;

const CALLS = new RegExp(`\\((?:call|return_call|ref\\.func) (${NAME})`, "g");

/** The functions that a form calls, or takes the address of. */
export const calls = (form) => [...form.text.matchAll(CALLS)].map((match) => match[1]);

/** The forms of a module, each with what it declares. A form begins with one space, its rest with two. */
export function forms(text) {
  const lines = [];
  for (const line of text.split("\n").slice(1)) {
    if (/^ \(/.test(line)) lines.push([line]);
    else if (/^ /.test(line)) lines.at(-1).push(line);
  }
  const names = new RegExp(`^ \\((\\w+)(?: (?:declare|(${NAME})))?`);
  return lines.map((lines) => {
    const text = lines.join("\n");
    const imported = text.startsWith(" (import ");
    const inner = imported ? text.slice(text.indexOf(" (", 2)) : text;
    const [, kind, name] = names.exec(inner) ?? [];
    return { text, kind, name, imported };
  });
}

export const module = (forms) => `(module\n${forms.join("\n")}\n)\n`;

export const header = (form) => form.text.slice(0, `${form.text}\n`.indexOf("\n"));

/** The types that a function takes and gives, without the names of its parameters. */
export function signature(form) {
  const words = (kind) => [...header(form).matchAll(new RegExp(`\\(${kind}((?: \\$?\\w+)+)\\)`, "g"))].flatMap((match) => match[1].trim().split(" ").filter((word) => !word.startsWith("$")));
  return ["param", "result"].map((kind) => [kind, words(kind)]).filter(([, types]) => types.length > 0)
    .map(([kind, types]) => `(${kind} ${types.join(" ")})`).join(" ");
}

/** What a function is given, as the arguments of a call. */
export const given = (form) => [...header(form).matchAll(/\(param (\$\S+) \w+\)/g)].map((match) => `(local.get ${match[1]})`).join(" ");

const TOKENS = new RegExp(`[()]|${NAME}|"(?:[^"\\\\]|\\\\.)*"|[^\\s()"]+`, "g");

/** A form as a tree: each node an array of its head, words and nodes. */
export function parse(text) {
  const open = [[]];
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === "(") open.push([]);
    else if (token === ")") open.at(-2).push(open.pop());
    else open.at(-1).push(token);
  }
  return open[0][0];
}

/** What stands on the first line of a node, as what is no instruction does. */
const HEADS = new Set(["export", "import", "param", "result", "type"]);

/** A tree as `forms` reads it; `before` may put a line before a part: `before(node, place)`. */
export function print(node, before = () => undefined, depth = 1) {
  const indent = " ".repeat(depth);
  let text = `${indent}(${node[0]}`;
  for (let place = 1; place < node.length; place += 1) {
    const part = node[place];
    if (!Array.isArray(part)) text += ` ${part}`;
    else if (HEADS.has(part[0])) text += ` ${print(part).trim()}`;
    else {
      const more = before(node, place);
      if (more) text += `\n${indent} ${more}`;
      text += `\n${print(part, before, depth + 1)}`;
    }
  }
  return `${text})`;
}
