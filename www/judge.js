// The program once more, in a worker, for what would let the page stand still: a history from a file is read
// and judged here. The page sends what the program is (www/boot.js), then one question after the other; each has
// one answer, in their order. `null` is the answer where the program itself has failed.

self.synodPage = {
  /** A part of the program. */
  part(url) {
    const module = fetch(url).then((response) => {
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      return response.arrayBuffer();
    }).then((bytes) => WebAssembly.compile(bytes));
    module.catch(() => {}); // Told to whoever waits for it.
    return async (imports) => WebAssembly.instantiate(await module, imports);
  },
};

let begun;
let last = Promise.resolve();

onmessage = ({ data }) => {
  if (begun) last = last.then(() => answer(data));
  else begun = begin(data);
};

async function begin({ script, program }) {
  const { default: init, answer } = await import(script);
  await init({ module_or_path: program });
  return answer;
}

async function answer([question, file]) {
  try {
    const work = await begun;
    postMessage(await work(question, file ?? undefined));
  } catch (error) {
    console.error(error);
    postMessage(null);
  }
}
