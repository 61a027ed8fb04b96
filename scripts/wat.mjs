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
