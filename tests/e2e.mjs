// End to end: the release build in dist/, served from a sub-path as any static host would, used in
// Chromium as people use it. Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, resolve } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const DIST = resolve("dist");
const BASE = "/course/week3/";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css", ".svg": "image/svg+xml" };
const FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

let server, browser, origin, context, page, complaints;

before(async () => {
  server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    let file = path.startsWith(BASE) ? join(DIST, path.slice(BASE.length)) : "";
    if (file && existsSync(file) && statSync(file).isDirectory()) file = join(file, "index.html");
    if (!file.startsWith(DIST) || !existsSync(file)) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
    response.end(await readFile(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
  browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: FLAGS.split(" ") });
});

after(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  complaints = [];
  ({ context, page } = await visitor());
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, [], "errors in the console, failed requests, requests that leave the site");
});

/** Somebody with a browser of their own. */
async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
  page.on("request", (request) => request.url().startsWith(origin) || complaints.push(`leaves the site: ${request.url()}`));
  return { context, page };
}

async function open(hash = "", who = page) {
  await who.goto(origin + BASE + hash);
  await who.locator(".node").first().waitFor();
}

const button = (name, who = page) => who.getByRole("button", { name, exact: true });
const tab = (name, who = page) => who.getByRole("tab", { name, exact: true });
const clock = async (who = page) => (await who.getByRole("timer").textContent()).trim();
const script = async (who = page) => {
  await tab("Script", who).click();
  return (await who.locator(".lines li").allTextContents()).join("\n");
};
/** What every server is and knows, as the picture says it. */
const words = (who = page) => who.locator(".node").evaluateAll((nodes) => nodes.map((node) => node.textContent));
const hash = () => page.evaluate(() => location.hash);

/** The link to a run that stands still at this time. */
const at = (lines, time) => `#v1&run=${encodeURIComponent(lines.join("\n")).replaceAll("%0A", ";").replaceAll("%20", "+")}&at=${time}`;
const CALM = ["raft nodes=5 seed=3", "10ms fire S1 election"];

test("a newcomer's first minute", async () => {
  await open("#v1&speed=1/10");
  const leader = page.locator(".node.leader");
  await leader.waitFor();
  const first = await leader.getAttribute("data-pick");
  await leader.click();
  await page.keyboard.press("c");
  await page.locator(`.node.crashed[data-pick=${first}]`).waitFor();
  await page.locator(`.node.leader:not([data-pick=${first}])`).waitFor({ timeout: 60_000 });
  await page.keyboard.press("Space");
  await button("Play").waitFor();
  // Back before it: nobody leads.
  const elected = await clock();
  for (let steps = 0; (await page.locator(".node.leader").count()) > 0; steps++) {
    assert.ok(steps < 400, "the election is not that long ago");
    await button("One step back").click();
  }
  assert.ok(parseFloat(await clock()) < parseFloat(elected));
  assert.match(await script(), /crash S\d/);
});

test("what one did is in the link, and a friend sees the same", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leader").waitFor();
  await page.locator(".node[data-pick=n3]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=n3]").waitFor();
  await page.waitForFunction(() => location.hash.includes("crash+S4"));
  const seen = { words: await words(), clock: await clock() };
  assert.match(seen.words.join("\n"), /S1\s*leader/);

  await page.reload();
  await page.locator(".node.crashed[data-pick=n3]").waitFor();
  assert.deepEqual({ words: await words(), clock: await clock() }, seen, "after a reload");

  const friend = await visitor({ viewport: { width: 390, height: 844 } });
  await open(await hash(), friend.page);
  await friend.page.locator(".node.crashed[data-pick=n3]").waitFor();
  assert.deepEqual({ words: await words(friend.page), clock: await clock(friend.page) }, seen, "on a friend's phone");
  await friend.context.close();
});

test("a gesture in the past makes a branch, and nothing is lost", async () => {
  await open(at([...CALM, "200ms crash S2", "400ms restart S2"], "500ms"));
  await page.locator(".node.leader").waitFor();
  await button("To the start").click();
  await page.locator(".node[data-pick=n4]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=n4]").waitFor();
  assert.doesNotMatch(await script(), /crash S2/);
  await page.getByText(/branch 2 of 2/i).first().waitFor();
});

test("everything by keyboard", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leader").waitFor();
  await page.keyboard.press("3");
  await page.locator(".node[data-pick=n2].selected, .node[data-pick=n2][aria-pressed=true]").waitFor();
  await page.keyboard.press("p");
  await page.locator(".node.paused[data-pick=n2]").waitFor();
  await page.keyboard.press("p");
  await page.locator(".node:not(.paused)[data-pick=n2]").waitFor();
  const before = await clock();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => document.querySelector("[role=timer]").textContent.trim() !== before, before);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

test("a link is cut by mouse, and healed", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leader").waitFor();
  await page.locator("[data-pick='lS1-S2']").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /cut/i }).and(page.locator(":not(.tools *)")).first().click();
  await page.waitForFunction(() => /cut\+S1/.test(location.hash));
  await page.keyboard.press("h");
  await page.waitForFunction(() => /heal/.test(location.hash));
});

test("a damaged link says so, and the page works", async () => {
  for (const [damaged, sentence] of [
    ["#v1&run=raft%2", /This link is damaged/],
    ["#v1&scene=raft/nothing", /There is no scene/],
    ["#v9&scene=raft/figure-8", /version v9/],
    ["#v1&run=raft+nodes=3;1s+crush+S1", /Line 2, column 4: expected a command/],
    ["#v1&run=raft+nodes=3;1s+say+<img src=x onerror=alert(1)>", null],
  ]) {
    const other = await visitor();
    await open(damaged, other.page);
    if (sentence) await other.page.getByText(sentence).first().waitFor();
    await button("One step forward", other.page).click();
    await other.context.close();
  }
});

test("a damaged link that comes later leaves the run on screen as it is", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leader").waitFor();
  await page.waitForFunction(() => /at=300ms\.\d+/.test(location.hash));
  const [before, good] = [await words(), await hash()];
  await page.evaluate(() => (location.hash = "#v1&run=raft+%zz"));
  await page.getByText(/This link is damaged/).first().waitFor();
  assert.deepEqual(await words(), before);
  assert.equal(await hash(), good);
});

test("a reload in mid-run comes back to about there", async () => {
  await open("#v1&scene=raft/minority-leader&speed=1");
  await page.waitForFunction(() => parseFloat(/&at=([\d.]+)s/.exec(location.hash)?.[1] ?? 0) > 1);
  await page.reload();
  await page.waitForFunction(() => parseFloat(document.querySelector("[role=timer]")?.textContent ?? 0) > 0.9);
});

test("a script with a mistake is refused with its place, and the run is untouched", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leader").waitFor();
  const before = await words();
  await tab("Script").click();
  await page.getByRole("button", { name: /edit/i }).click();
  const editor = page.getByRole("tabpanel").getByRole("textbox");
  await editor.fill("run raft nodes=3\n1s crush S1");
  await page.getByRole("button", { name: /run this script/i }).click();
  await page.getByText(/Line 2, column 4: expected a command/).first().waitFor();
  assert.deepEqual(await words(), before);
  assert.equal(await editor.inputValue(), "run raft nodes=3\n1s crush S1", "what was written is still there");
  await editor.fill("run raft nodes=3\n1s crash S1");
  await page.getByRole("button", { name: /run this script/i }).click();
  await page.waitForFunction(() => document.querySelectorAll(".node").length === 3);
});

test("the back button brings back the scene before", async () => {
  await open("#v1&scene=raft/first-election");
  await page.getByRole("combobox").nth(1).selectOption({ label: "A split vote and its end" });
  await page.waitForFunction(() => location.hash.includes("split-vote"));
  await page.goBack();
  await page.waitForFunction(() => location.hash.includes("first-election"));
  await page.locator(".node").nth(4).waitFor();
});

test("the request console checks its blanks, keeps what is typed while the run plays, and shows the answer", async () => {
  await open("#v1&run=raft+nodes=3+seed=3;10ms+fire+S1+election&speed=1/5");
  await page.locator(".node").first().click();
  const put = page.locator("form.ask", { hasText: "Put" });
  const [key, value] = [put.getByLabel("key"), put.getByLabel("value")];
  await key.fill("a b");
  await put.getByRole("button").click();
  assert.equal(await key.evaluate((input) => input.validity.valid), false, "a space is no part of a key");
  const event = () => page.getByText(/^event \d+ of/).first().textContent();
  const before = await event();
  await page.waitForFunction((before) => !document.body.textContent.includes(before), before);
  assert.equal(await key.inputValue(), "a b", "the run went on, and what was typed stayed");
  await key.fill("colour");
  await value.fill("red");
  await put.getByRole("button").click();
  await page.locator(".client").getByText("put colour=red → ok").waitFor();
  await page.locator(".answers").getByText("C1 put colour=red → ok").waitFor();
});

test("any client asks any server, with nothing selected", async () => {
  await open("#v1&run=raft+nodes=3+clients=2+seed=3;10ms+fire+S1+election&speed=1/5");
  await page.locator(".console").getByLabel("client").selectOption("C2");
  await page.locator(".console").getByLabel("asks").selectOption("S3");
  const get = page.locator("form.ask", { hasText: "Get" });
  await get.getByLabel("key").fill("colour");
  await get.getByRole("button").click();
  await tab("Script").click();
  await page.locator(".lines li", { hasText: "request C2 S3 get colour" }).waitFor();
  await tab("Node").click();
  await page.locator(".answers").getByText("C2 get colour → no value").waitFor();
});

test("the Paxos service is played from the page, as a client", async () => {
  await open("#v1&run=paxos+nodes=3+seed=1&speed=1/2");
  const ask = async (server, form, blanks) => {
    await page.locator(".console").getByLabel("asks").selectOption(server);
    const fields = page.locator("form.ask", { hasText: form });
    for (const [name, value] of Object.entries(blanks)) await fields.getByLabel(name).fill(value);
    await fields.getByRole("button").click();
  };
  const answered = (text) => page.locator(".answers").getByText(text).last().waitFor();
  await ask("S1", "Prepare", { number: "1" });
  await answered("C1 prepare 1 → promise: number=1, value=None");
  await ask("S1", "Accept", { number: "1", value: "update" });
  await answered('C1 accept 1 update → accepted: number=1, value="update"');
  await ask("S1", "Prepare", { number: "2" });
  await answered('C1 prepare 2 → promise: number=2, value="update"');
  await ask("S1", "Accept", { number: "1", value: "late" });
  await answered("S1 has promised C1 to accept nothing below ballot 2.C1: 1.C1 is too low");
  const number = page.locator("form.ask", { hasText: "Prepare" }).getByLabel("number");
  await number.fill("0");
  assert.equal(await number.evaluate((input) => input.validity.valid), false, "numbers begin at 1");
  await ask("S2", "Accept", { number: "1", value: "update" });
  await page.locator(".node").getByText("chosen update").first().waitFor();
});

test("runs are kept, come back after a reload, and are renamed, deleted and put back", async () => {
  await open(at(CALM, "100ms"));
  await keep("One leader");
  await page.reload();
  await page.locator(".node").first().waitFor();
  await button("Runs").click();
  const run = page.locator(".runs li");
  await run.locator(".thumbnail .plain").waitFor();
  assert.equal(await run.getByLabel("Name").inputValue(), "One leader");
  await run.getByLabel("Name").fill("x".repeat(10_000));
  await run.getByLabel("Name").press("Enter");
  await page.waitForFunction(() => document.querySelector(".runs li input").value === "x".repeat(80));
  await run.getByRole("button", { name: "Delete" }).click();
  await page.getByText(/is deleted/).waitFor();
  assert.equal(await run.count(), 0);
  await button("Put it back").click();
  await run.waitFor();
  await run.getByLabel("Name").fill("Again");
  await run.getByLabel("Name").press("Enter");
  await button("Close").click();
  await open("#v1&scene=raft/figure-8&at=0s");
  await button("Runs").click();
  await run.getByRole("button", { name: "Open" }).click();
  assert.match(await script(), /fire S1 election/);
  assert.equal(await clock(), "0.100 s");
  await page.goBack();
  await page.waitForFunction(() => location.hash.includes("figure-8"));
});

test("a kept run of a newer Synod, a damaged one and a foreign one are shown and said to be so", async () => {
  await open(at(CALM, "100ms"));
  await keep("Whole");
  await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("synod").onsuccess = (event) => done(event.target.result)));
    const runs = database.transaction("runs", "readwrite").objectStore("runs");
    runs.put({ version: 99, name: "Newer", date: 1, script: "run raft" });
    runs.put({ version: 1, name: "Damaged", date: 2, script: "run raft\n1s fly S1", picture: "<script>" });
    runs.put({ version: 1, name: "Empty", date: "?" });
    runs.put({ name: 7 });
    await new Promise((done) => (runs.transaction.oncomplete = done));
    database.close();
  });
  await button("Close").click();
  await button("Runs").click();
  const row = (place) => page.locator(".runs li").nth(place); // The newest first.
  await row(2).getByText("A newer Synod has kept this run").waitFor();
  await page.getByText("This run is damaged: it has no script.").waitFor();
  await page.getByText("This is no run that Synod has kept.").waitFor();
  await row(1).getByText(/This run is damaged: .*line 2/i).waitFor();
  await row(0).getByRole("button", { name: "Open" }).click();
  assert.equal(await clock(), "0.100 s");
});

test("where the browser keeps nothing, or has no room, the page says so", async () => {
  await page.addInitScript(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  await open(at(CALM, "100ms"));
  await button("Runs").click();
  await button("Keep this run").click();
  await page.getByText("The browser's store is full").waitFor();
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, "indexedDB", { get: () => { throw new DOMException("no", "SecurityError"); } });
  });
  await page.reload();
  await page.locator(".node").first().waitFor();
  await button("Runs").click();
  await page.getByText("This browser does not let the page keep runs").waitFor();
});

test("a store that runs full while it writes says so, and what was typed is still there", async () => {
  await open(at(CALM, "100ms"));
  await button("Runs").click();
  await page.getByText("Nothing is kept yet").waitFor();
  // The browser's own quota: it takes the record, and drops it when it is to be written for good.
  const browser = await context.newCDPSession(page);
  await browser.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000 });
  const name = page.locator("dialog form").getByLabel("Name");
  await name.fill("Too much");
  await button("Keep this run").click();
  await page.getByText("The browser's store is full").waitFor();
  assert.equal(await name.inputValue(), "Too much");
  await browser.send("Storage.overrideQuotaForOrigin", { origin });
  await button("Keep this run").click();
  const run = page.locator(".runs li");
  await run.waitFor();
  assert.deepEqual([await name.inputValue(), await page.locator(".trouble").first().textContent()], ["", ""]);
  // A name that cannot be changed stays what it is.
  await page.evaluate(() => {
    IDBObjectStore.prototype.put = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
  });
  await run.getByLabel("Name").fill("Another");
  await run.getByLabel("Name").press("Enter");
  await page.getByText("The browser's store is full").waitFor();
  assert.equal(await run.getByLabel("Name").inputValue(), "Too much");
});

test("a kept run and a file of another protocol open at their instants, though its code comes later", async () => {
  const other = at(["multi-paxos nodes=3 seed=3"], "300ms");
  await open(other);
  await keep("Elsewhere");
  await button("Close").click();
  await tab("Log").click();
  const download = page.waitForEvent("download");
  await button("Save the history").click();
  const history = await readFile(await (await download).path(), "utf8");
  const changed = history.replace(/"text":"sends/, '"text":"sings');
  await page.goto("about:blank");
  await open(at(CALM, "100ms"));
  await button("Runs").click();
  await page.locator(".runs li").getByRole("button", { name: "Open" }).click();
  await page.waitForFunction(() => /run=multi-paxos.*at=300ms/.test(location.hash));
  assert.equal(await clock(), "0.300 s");
  await page.goto("about:blank");
  await open(at(CALM, "100ms"));
  await tab("Log").click();
  await page.getByLabel("Open a file").setInputFiles({ name: "run.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(changed) });
  await page.locator(".notices").getByText(/of the file is “.* sings/).waitFor();
  assert.equal(await clock(), "0.300 s");
});

test("a name is never lost to an empty one, and the keyboard stays where something was deleted", async () => {
  await open(at(CALM, "100ms"));
  await keep("Kept");
  const run = page.locator(".runs li");
  await run.getByLabel("Name").fill("  ");
  await run.getByLabel("Name").press("Enter");
  assert.equal(await run.getByLabel("Name").inputValue(), "Kept");
  await run.getByRole("button", { name: "Delete" }).press("Enter");
  await page.getByText("“Kept” is deleted.").waitFor();
  await page.waitForFunction(() => document.activeElement.textContent.includes("is deleted"));
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await run.waitFor();
});

test("a history that is too long for a file says where it ends", async () => {
  await open(at(["raft nodes=9 seed=3 heartbeat=20ms"], "90s"));
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.trim() === "90.000 s", undefined, { timeout: 60_000 });
  await tab("Log").click();
  const download = page.waitForEvent("download");
  await button("Save the history").click();
  const history = await readFile(await (await download).path(), "utf8");
  const events = history.trimEnd().split("\n").length - 1;
  await page.locator(".notices").getByText(`The history ends after ${events} events`).waitFor();
  await page.getByLabel("Open a file").setInputFiles({ name: "run.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(history) });
  await page.locator(".notices").getByText("The history ends").waitFor({ state: "hidden" });
});

/** Keeps the run on screen under this name. */
async function keep(name) {
  await button("Runs").click();
  await page.locator("dialog form").getByLabel("Name").fill(name);
  await button("Keep this run").click();
  await page.locator(".runs li").waitFor();
}

test("the log shows what is on disk, and leaves and comes back as a file", async () => {
  await open(at([...CALM, "200ms request C1 put x=1"], "300ms"));
  await tab("Log").click();
  const disks = page.locator(".disks");
  assert.deepEqual(await disks.locator("thead th").allTextContents(), ["currentTerm", "votedFor", "log length"]);
  assert.equal(await disks.locator("tbody tr").count(), 5);
  const saved = async (name) => {
    const download = page.waitForEvent("download");
    await page.locator(".tab-panel").getByRole("button", { name, exact: true }).click();
    return readFile(await (await download).path(), "utf8");
  };
  const [node, history] = [await saved("Save S1"), await saved("Save the history")];
  assert.match(node, /"kind":"entry".*"text":"x=1","state":"settled"/);
  assert.match(history, /"kind":"event".*"text":"is now leader"/);
  const take = (name, text) => page.getByLabel("Open a file").setInputFiles({ name, mimeType: "application/x-ndjson", buffer: Buffer.from(text) });
  await open("#v1&scene=raft/figure-8&at=0s");
  await tab("Log").click();
  const says = (text) => page.locator(".notices").getByText(text).waitFor();
  await take("a.json", "no documents");
  await says("Line 1 of the file is no JSON document.");
  await take("b.json", '{"kind":"run","format":{"$numberLong":"9"}}');
  await says("The file was written by a newer Synod");
  await take("c.json", Buffer.alloc(33 << 20, 32));
  await says("The file is too large");
  assert.match(await hash(), /figure-8/, "the run on screen is untouched");
  await take("run.ndjson", history);
  await page.waitForFunction(() => location.hash.includes("put"));
  assert.equal(await clock(), "0.300 s");
  assert.match(await script(), /request C1 put x=1/);
});

test("a part that cannot be fetched says so, and the page works on", async () => {
  await open(at(CALM, "100ms"));
  await page.route(/zh\.txt$/, (route) => route.fulfill({ status: 404 }));
  await page.getByRole("button", { name: "中文" }).click();
  await page.locator(".notices").getByText("A part of Synod could not be fetched").waitFor();
  complaints.length = 0; // The browser's own complaint of the file.
  await page.unroute(/zh\.txt$/);
  await page.getByRole("button", { name: "中文" }).click();
  await button("播放").waitFor();
});

test("a violation stops the play and says what broke", async () => {
  await open("#v1&scene=raft/figure-8-flaw&speed=5");
  await page.locator(".notices").getByText(/Leader Completeness/).first().waitFor({ timeout: 60_000 });
  await button("Play").waitFor();
  await page.getByRole("tab", { name: /^Properties/ }).click();
  await page.getByRole("tabpanel").getByText(/violated/i).first().waitFor();
});

test("Chinese, by the browser's language or by a click, and in the link", async () => {
  const student = await visitor({ locale: "zh-CN" });
  await open("", student.page);
  await student.page.getByRole("tab", { name: "脚本" }).waitFor();
  assert.equal(await student.page.evaluate(() => document.documentElement.lang.slice(0, 2)), "zh");
  await student.context.close();
  await open();
  await button("中文").click();
  await page.getByRole("tab", { name: "脚本" }).waitFor();
  await page.waitForFunction(() => location.hash.includes("lang=zh"));
});

test("nothing overflows, down to 320 pixels", async () => {
  for (const [width, height] of [[320, 640], [390, 844], [720, 450], [1366, 850]]) {
    await page.setViewportSize({ width, height });
    await open();
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 1, `${over} pixels too wide at ${width}`);
  }
});

test("two playgrounds on one page do not disturb each other", async () => {
  // A hash may hold quotes and ampersands: as an attribute they are written as entities.
  const frame = (id, hash) => `<iframe id="${id}" src="${origin}${BASE}${hash.replaceAll("&", "&amp;")}" width="720" height="450"></iframe>`;
  await page.route("**/host.html", (route) =>
    route.fulfill({ contentType: "text/html", body: `<!doctype html><title>A course</title>${frame("a", at(CALM, "300ms"))}${frame("b", at(CALM, "300ms"))}` }),
  );
  await page.goto(`${origin}/host.html`);
  const [a, b] = ["#a", "#b"].map((id) => page.frameLocator(id));
  await a.locator(".node.leader").waitFor();
  await b.locator(".node.leader").waitFor();
  await a.locator(".node.leader").click();
  await a.locator(".node.leader").press("c");
  await a.locator(".node.crashed").waitFor();
  assert.equal(await b.locator(".node.crashed").count(), 0);
});

test("with reduced motion the page steps instead of gliding", async () => {
  const calm = await visitor({ reducedMotion: "reduce" });
  await open("#v1", calm.page);
  const times = new Set();
  await calm.page.waitForFunction(() => parseFloat(document.querySelector("[role=timer]").textContent) >= 0);
  for (let looks = 0; looks < 30; looks++) {
    times.add(await clock(calm.page));
    await calm.page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  }
  assert.ok(times.size <= 3, `the clock jumps from event to event: ${[...times]}`);
  await calm.context.close();
});

test("two runs side by side follow one clock, take the same gestures, and say where they first differ", async () => {
  await open("#v1&scene=raft/figure-8&at=1.3s");
  const panes = page.locator(".pane");
  await page.getByText("Compare", { exact: true }).click();
  await button("Old entries committed by counting").click();
  await panes.nth(1).locator(".node.leader").waitFor();
  await page.getByRole("region", { name: "Run B: Flaw: Old entries committed by counting" }).first().waitFor();
  // The same instant, and the first difference in each one's own words.
  const there = button("First difference at 0.816 s");
  await there.first().waitFor();
  assert.equal(await there.count(), 2);
  assert.match(await panes.nth(1).locator(".differs").textContent(), /S1 commits up to index 1/);
  assert.equal(await page.locator(".parting").count(), 2, "it is marked on both diagrams");
  await there.first().click();
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("0.816"));
  // What is done to the one is done to the other.
  await panes.nth(1).locator("[data-pick=n1]").click();
  await page.keyboard.press("c");
  for (const place of [0, 1]) await panes.nth(place).locator(".node.crashed[data-pick=n1]").waitFor();
  // No id is given twice.
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return ids.filter((id, place) => ids.indexOf(id) < place);
  });
  assert.deepEqual(twice, []);
  // A reload brings both back; closing one leaves the other.
  await page.waitForFunction(() => location.hash.includes("flaw2=count-old-terms"));
  await page.reload();
  await panes.nth(1).locator(".node.crashed[data-pick=n1]").waitFor();
  await panes.nth(0).getByRole("button", { name: "Close this run" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 1);
  await page.waitForFunction(() => location.hash.includes("flaw=count-old-terms"));
  await button("One step forward").click();
  await page.locator(".node.crashed[data-pick=n1]").waitFor();
});

test("a comparison with another protocol says what it left out, by keyboard and on a phone", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open("#v1&scene=raft/first-election&at=300ms");
  await button("More").click();
  await page.getByText("Compare", { exact: true }).press("Enter");
  await button("Paxos").press("Enter");
  const second = page.getByRole("region", { name: "Run B: Paxos" }).first();
  await second.locator(".node").first().waitFor();
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 1, `${over} pixels too wide`);
  // The focus makes its pane the one that is meant.
  await second.locator("[data-pick=n0]").focus();
  await page.locator(".pane.active").filter({ has: page.getByText("Paxos", { exact: true }) }).waitFor();
  await page.waitForFunction(() => location.hash.includes("protocol2=paxos"));
});
