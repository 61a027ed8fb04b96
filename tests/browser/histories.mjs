// End to end, in Chromium as people use it: a history from a file, dropped onto the page or chosen, is drawn and
// judged beside the page. Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, open, page } from "./visit.mjs";

const line = (process, kind, what, value, millis) => `{:process ${process}, :type :${kind}, :f :${what}, :value ${value}, :time ${millis * 1e6}}`;
/** A read of 1 after the write of 2 was answered. */
const STALE = [
  line(0, "invoke", "write", 1, 0), line(0, "ok", "write", 1, 10),
  "{:process :nemesis, :type :info, :f :start-partition, :value nil, :time 11000000}",
  line(1, "invoke", "write", 2, 20), line(1, "ok", "write", 2, 30),
  line(2, "invoke", "read", "nil", 40), line(2, "ok", "read", 1, 50),
].join("\n");
const dialog = () => page.getByRole("dialog", { name: "A history from a file" });
const model = (name) => dialog().getByRole("group", { name: "Map of models" }).getByRole("button", { name });

/** As a hand drops a file onto the page. */
const drop = (name, text) => page.evaluate(([name, text]) => {
  const held = new DataTransfer();
  held.items.add(new File([text], name));
  for (const kind of ["dragover", "drop"]) {
    const event = new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true });
    document.querySelector(".stage").dispatchEvent(event);
    if (!event.defaultPrevented) throw new Error(`the browser would leave the page at ${kind}`);
  }
}, [name, text]);

/** As a keyboard chooses one. */
const choose = (name, text) => dialog().locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

test("a history of Jepsen that is dropped onto the page is drawn, and judged with its evidence", async () => {
  await open("#v1&scene=raft/first-election");
  await drop("stale.edn", STALE);
  await model("linearizable: broken").waitFor();
  await model("sequential: kept so far").waitFor();
  await model("writes follow reads: kept so far").waitFor();
  await dialog().getByText("stale.edn: 3 operations of 3 processes on 1 keys, in 0.050 s.").waitFor();
  const picture = dialog().locator("svg.history");
  await picture.locator(".fault text", { hasText: "start-partition" }).waitFor();
  assert.deepEqual(await picture.locator(".told.proof .disc text").allTextContents(), ["1", "2", "3"]);
  assert.equal(await picture.locator(".nowhere").count(), 1);
  assert.equal(await dialog().locator(".evidence li").count(), 3);
  // By keyboard: another model is shown without evidence, and the picture follows.
  await model("PRAM: kept so far").press("Enter");
  await dialog().getByRole("heading", { name: "PRAM: kept so far" }).waitFor();
  await picture.locator(".asked.proof").first().waitFor({ state: "detached" });
  await dialog().getByLabel("as a table").check();
  await dialog().getByRole("row", { name: /^2 .*read/ }).getByRole("button").click();
  await dialog().getByText("2 asks “read” at 40 ms, and is told “1” 10 ms later").waitFor();
});

test("what cannot be read is told in one sentence with its place, and another file or object helps", async () => {
  await open("#v1&scene=raft/stale-read&at=1s&panel=models");
  await button("Judge a history from a file…").click();
  await choose("broken.edn", `${line(0, "invoke", "write", 1, 0)}\n  {:process 0`);
  await dialog().getByRole("alert").getByText("broken.edn was not judged: line 2, column 14: the history ends in the middle").waitFor();
  await choose("queue.edn", [line(0, "invoke", "enqueue", 1, 0), line(0, "ok", "enqueue", 1, 1), line(0, "invoke", "dequeue", "nil", 2), line(0, "ok", "dequeue", 2, 3)].join("\n"));
  await dialog().getByRole("alert").getByText("an unknown kind “enqueue”").waitFor();
  await dialog().getByRole("combobox", { name: "A history of" }).selectOption("queue");
  await model("linearizable: broken").waitFor();
  await page.keyboard.press("Escape");
  await dialog().waitFor({ state: "detached" });
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Judge a history from a file…");
});

test("a long history can be cancelled while the page goes on, and what is too long is refused at once", async () => {
  await open("#v1&scene=raft/stale-read&at=1s&panel=models");
  await button("Judge a history from a file…").click();
  let text = "";
  for (let number = 0; number < 60_000; number++) {
    const at = number * 3;
    const read = number % 3 === 2;
    const what = read ? ["read", "nil"] : ["write", number];
    text += `${line(number % 7, "invoke", ...what, at)}\n${line(number % 7, "ok", what[0], read ? number - 1 : number, at + 2)}\n`;
  }
  await choose("long.edn", text);
  await dialog().locator("progress").waitFor();
  await dialog().getByRole("button", { name: "Cancel" }).click();
  await dialog().getByText("Cancelled: what is not judged yet stays unknown.").waitFor();
  await dialog().getByRole("button", { name: "Judge it again" }).click();
  await dialog().getByText(/^long\.edn: 60000 operations of 7 processes/).waitFor({ timeout: 120_000 });
  await model("linearizable: kept so far").waitFor();
  // A browser that would have to read it all would take its time.
  await page.evaluate(() => {
    const held = new DataTransfer();
    held.items.add(new File([new Blob(new Array(101).fill(new Uint8Array(1e6)))], "huge.edn"));
    document.querySelector(".stage").dispatchEvent(new DragEvent("drop", { dataTransfer: held, bubbles: true, cancelable: true }));
  });
  await dialog().getByRole("alert").getByText("huge.edn was not judged: the file is too long: a history has at most 100000000 bytes").waitFor();
});
