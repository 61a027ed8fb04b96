// End to end: the release build in dist/, served from a sub-path as any static host would, used in
// Chromium as people use it. Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, send, site } from "../scripts/site.mjs";

const DIST = resolve("dist");
const BASE = "/course/week3/";

let server, browser, origin, context, page, complaints;

before(async () => {
  server = await site((path, response) => {
    const file = path.startsWith(BASE) ? join(DIST, path.slice(BASE.length) || "index.html") : "";
    send(response, file.startsWith(DIST) ? file : "");
  });
  origin = server.origin;
  browser = await launch();
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
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB", serviceWorkers: "block", ...options });
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

test("a run too long to be read in a link is packed into one, and comes back from it", async () => {
  const faults = Array.from({ length: 120 }, (_, second) => [`${second + 1}s crash S2`, `${second + 1}.5s restart S2`]).flat();
  await open(at([...CALM, ...faults], "122s"));
  await page.locator(".node[data-pick=n3]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=n3]").waitFor();
  await page.waitForFunction(() => location.hash.startsWith("#v1&packed="));
  const link = await hash();
  assert.ok(link.length < 2000, `${link.length} characters`);
  const friend = await visitor();
  await open(link, friend.page);
  await friend.page.locator(".node.crashed[data-pick=n3]").waitFor();
  assert.deepEqual(await words(friend.page), await words());
  await friend.page.goto("about:blank");
  await open(link.slice(0, 300), friend.page);
  await friend.page.getByText(/This link is damaged: a part of it is missing/).waitFor();
  assert.equal(await friend.page.evaluate(() => location.hash), link.slice(0, 300));
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
    if (sentence) {
      await other.page.getByText(sentence).first().waitFor();
      // It stays in the address, to be mended, until somebody does something.
      await other.page.waitForFunction(() => Number.parseFloat(document.querySelector("[role=timer]").textContent) > 0.1);
      assert.equal(await other.page.evaluate(() => location.hash), damaged);
    }
    await button("One step forward", other.page).click();
    await other.page.waitForFunction(() => location.hash.includes("&at="));
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
  assert.equal(await key.getAttribute("aria-invalid"), "true", "a space is no part of a key");
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
  await open("#v1&run=paxos+nodes=3+seed=1&speed=1/5");
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
  await answered('C1 prepare 2 → promise: number=2, value="update", accepted=1.C1');
  await ask("S1", "Accept", { number: "1", value: "update" });
  await answered("S1 has promised C1 to accept nothing below ballot 2.C1: 1.C1 is too low");
  const number = page.locator("form.ask", { hasText: "Prepare" }).getByLabel("number");
  await number.fill("0");
  assert.equal(await number.getAttribute("aria-invalid"), "true", "numbers begin at 1");
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

test("what another page deleted is not brought back by its name, and two presses keep one run", async () => {
  await open(at(CALM, "100ms"));
  await button("Runs").click();
  await page.getByRole("textbox", { name: "Name" }).first().fill("Twice");
  await button("Keep this run").dblclick();
  await page.locator(".runs li").first().waitFor();
  await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("synod").onsuccess = (event) => done(event.target.result)));
    const runs = database.transaction("runs", "readwrite").objectStore("runs");
    globalThis.kept = await new Promise((done) => (runs.getAll().onsuccess = (event) => done(event.target.result)));
    runs.clear();
    runs.put({ version: 1, name: "Far", date: 9e15, script: "run raft" });
    await new Promise((done) => (runs.transaction.oncomplete = done));
    database.close();
  });
  assert.deepEqual(await page.evaluate(() => kept.map((run) => run.name)), ["Twice"]);
  const name = page.locator(".runs li").getByLabel("Name");
  await name.fill("Back");
  await name.press("Enter");
  await page.getByText("This run is no longer kept").waitFor();
  assert.deepEqual(await page.locator(".runs li").getByLabel("Name").evaluateAll((all) => all.map((input) => input.value)), ["Far"]);
  assert.doesNotMatch(await page.locator(".runs").textContent(), /Invalid/);
});

test("a store that does not answer is not waited for without end", async () => {
  await page.addInitScript(() => (IDBFactory.prototype.open = () => new EventTarget()));
  await page.clock.install();
  await open(at(CALM, "100ms"));
  await button("Runs").click();
  await button("Keep this run").waitFor();
  await page.clock.fastForward(6000);
  await page.getByText("The browser's store does not answer").waitFor();
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

const lanes = () => page.locator(".lane .actor").allTextContents();
const diagramMenu = () => page.locator(".diagram-menu > summary");

test("lanes are hidden, moved and folded, and a kind of message left out", async () => {
  await open(at([...CALM, "300ms request C1 put x=1"], "600ms"));
  const all = ["S1", "S2", "S3", "S4", "S5"];
  const clients = (await lanes()).filter((name) => name.startsWith("C"));
  const lines = () => page.locator(".messageLine.beat").evaluateAll((paths) => paths.map((path) => path.getAttribute("d")).join(""));
  assert.deepEqual(await lanes(), [...clients, ...all]);
  await diagramMenu().click();
  await page.getByRole("checkbox", { name: "S2", exact: true }).uncheck();
  await page.waitForFunction(() => ![...document.querySelectorAll(".lane .actor")].some((name) => name.textContent === "S2"));
  const before = await lines();
  assert.ok(before.length > 100);
  await page.getByRole("checkbox", { name: "heartbeat", exact: true }).uncheck();
  await page.waitForFunction(() => document.querySelectorAll(".messageLine.beat").length === 0);
  await page.keyboard.press("Escape");
  // By its name: with the keyboard, then with a pointer.
  await page.locator(".lane").first().focus();
  for (let step = 0; step < clients.length; step++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Alt+ArrowDown");
  await page.waitForFunction((place) => document.querySelectorAll(".lane .actor")[place].textContent === "S3", clients.length);
  const name = await page.locator(".lane", { hasText: "S5" }).boundingBox();
  await page.mouse.move(name.x + 20, name.y + name.height / 2);
  await page.mouse.down();
  const first = await page.locator(".lane").first().boundingBox();
  await page.mouse.move(name.x + 20, first.y + 2, { steps: 8 });
  await page.mouse.up();
  await page.waitForFunction(() => document.querySelector(".lane .actor").textContent === "S5");
  await page.locator(".lane", { hasText: "S1" }).press("Enter");
  await button("All servers in one row").click();
  await page.waitForFunction(() => [...document.querySelectorAll(".lane .actor")].some((name) => name.textContent === "4×S"));
  await diagramMenu().click();
  await button("Show everything again").click();
  await page.waitForFunction((count) => document.querySelectorAll(".lane").length === count, clients.length + 5);
  assert.deepEqual(await lanes(), [...clients, ...all]);
});

test("the diagram is a table, and an event is found by its words", async () => {
  await open(at([...CALM, "300ms crash S1"], "900ms"));
  await page.keyboard.press("/");
  await page.keyboard.type("S1 is down");
  await page.keyboard.press("Enter");
  await page.locator(".outcome").getByText(/“S1 is down” is in event \d+ of \d+\./).waitFor();
  assert.equal(await clock(), "0.300 s");
  await page.locator(".find input").fill("no such words");
  await page.keyboard.press("Enter");
  await page.locator(".outcome").getByText(/is in none of the \d+ events known so far/).waitFor();
  await button("Table").click();
  await page.keyboard.press("Escape");
  const here = page.locator(".events tr[aria-current]");
  await here.waitFor();
  const row = page.locator(".events tbody tr", { has: page.locator(".words", { hasText: /^is down$/ }) });
  await button("One step back").click();
  await page.waitForFunction(() => !document.querySelector(".events tr[aria-current]")?.textContent.includes("0.300000"));
  // A press on a row goes there; one on its cause goes to what caused it, which is the command.
  await row.click();
  await page.waitForFunction(() => document.querySelector(".events tr[aria-current]")?.textContent.includes("0.300000"));
  assert.equal(await clock(), "0.300 s");
  const cause = Number(await row.locator("td button").textContent());
  const command = page.locator(`.events tr[data-event="${cause}"]`);
  assert.match(await command.textContent(), /command: crash S1/);
  await button("One step back").click();
  await row.locator("td button").click();
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.includes("0.300"));
  // And back: the picture moves as before.
  await page.setViewportSize({ width: 1366, height: 1100 });
  await page.keyboard.press("/");
  await button("Picture").click();
  await page.waitForFunction(() => document.querySelector("g.cursor").hasAttribute("transform"));
});

test("a hundred thousand events are panned smoothly", async () => {
  await open(at(["raft nodes=5 seed=1 heartbeat=5ms latency=2ms..8ms"], "60s"));
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("60.000"), null, { timeout: 60_000 });
  const devtools = await context.newCDPSession(page);
  await devtools.send("Performance.enable");
  const spent = async () => (await devtools.send("Performance.getMetrics")).metrics.find(({ name }) => name === "ScriptDuration").value * 1_000;
  const frame = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const box = await page.locator(".diagram").boundingBox();
  const pan = async () => {
    await page.mouse.move(box.x + 60, box.y + 70);
    await page.mouse.down();
    const before = await spent();
    for (let step = 1; step <= 60; step++) {
      await page.mouse.move(box.x + 60 + 15 * step, box.y + 70);
      await frame();
    }
    await page.mouse.up();
    return ((await spent()) - before) / 60;
  };
  const near = await pan();
  await page.locator(".diagram").press("0");
  await page.locator(".hint-line").getByText(/Too many messages for arrows/).waitFor();
  const whole = await pan();
  assert.ok(near < 8 && whole < 8, `${near} ms and ${whole} ms of script a frame`);
});

/** Three runs: the first, and two that gestures in its past began. */
async function branchOut() {
  await open(at(CALM, "900ms"));
  for (const time of ["500ms", "300ms"]) {
    await page.evaluate((time) => (location.hash = location.hash.replace(/at=[^&]*/, `at=${time}`)), time);
    await page.waitForFunction((seconds) => document.querySelector("[role=timer]").textContent.startsWith(seconds), time === "500ms" ? "0.500" : "0.300");
    await page.locator(".node").first().focus();
    await page.keyboard.press("1");
    await page.keyboard.press("c");
    await page.locator(".node.crashed").first().waitFor();
  }
}

test("branches are a tree to go about in, are named, compared, deleted and brought back", async () => {
  await branchOut();
  const tree = page.getByRole("tree", { name: "Branches" });
  await page.waitForFunction(() => document.querySelectorAll("[role=treeitem]").length === 3);
  const here = tree.locator('[aria-selected="true"]');
  const name = await here.getAttribute("aria-label");
  await here.focus();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  await page.waitForFunction((name) => document.querySelector('[role=treeitem][aria-selected="true"]').getAttribute("aria-label") !== name, name);
  await page.locator("details.branches > summary").click();
  // Every branch has a pen: here the one that runs, the first, and the last.
  const pens = page.getByRole("textbox", { name: /^Name of the branch / });
  assert.equal(await pens.count(), 3);
  for (const [place, called] of ["Mine", "Theirs", "分支"].entries()) {
    await pens.nth(place).fill(called);
    await pens.nth(place).press("Enter");
    await tree.locator(`[aria-label="${called}"]`).waitFor();
  }
  await page.locator(".kept-branches .pen").first().click();
  await page.waitForFunction(() => document.activeElement.value === "Mine");
  await pens.first().fill("x".repeat(10_000));
  await pens.first().press("Enter");
  await page.locator(".notices").getByText("A branch's name has at most 80 characters; this one has 10000.").waitFor();
  await button("Where does it first differ from the present branch?").first().click();
  await page.locator(".notices").getByText(/First difference at/).waitFor();
  await tree.locator(".differs").first().waitFor();
  await page.locator("details.branches > summary").click();
  await button("Delete this branch").last().click();
  await page.waitForFunction(() => document.querySelectorAll("[role=treeitem]").length === 2);
  await button("Bring it back").click();
  await page.waitForFunction(() => document.querySelectorAll("[role=treeitem]").length === 3);
});

/** The tree as it is drawn: by line its name, where it departs and ends, and whether it is the present one. */
const limbs = (who = page) => who.locator("[role=treeitem]").evaluateAll((all) => all.map((limb) => {
  const line = limb.querySelector(".line");
  return [limb.getAttribute("aria-label"), limb.getAttribute("aria-level"), line.getAttribute("x1"), limb.getAttribute("aria-selected")].join(" ");
}));

test("every branch is there again after a reload, and in a kept run, by its name", async () => {
  await branchOut();
  await page.locator("details.branches > summary").click();
  const pens = page.getByRole("textbox", { name: /^Name of the branch / });
  await pens.nth(0).fill("Mine\u202e \u2066分支");
  await pens.nth(0).press("Enter");
  await page.getByRole("treeitem", { name: "Mine 分支", exact: true }).waitFor();
  const before = await limbs();
  assert.equal(before.length, 3);
  const there = [await clock(), await words()];
  await page.reload();
  await page.locator("[role=treeitem]").nth(2).waitFor();
  assert.deepEqual(await limbs(), before);
  assert.deepEqual([await clock(), await words()], there);
  assert.equal(await page.locator(".notices").textContent(), "");

  await keep("With branches");
  await page.locator(".runs li").getByText("3 branches").waitFor();
  // Elsewhere, in a page that has never heard of them.
  const other = await context.newPage();
  await open(at(["raft nodes=3 seed=8"], "100ms"), other);
  assert.equal((await limbs(other)).length, 0);
  await button("Runs", other).click();
  await other.getByRole("button", { name: "Open", exact: true }).click();
  await other.locator("[role=treeitem]").nth(3).waitFor();
  assert.deepEqual((await limbs(other)).filter((limb) => before.includes(limb)), before);
  assert.equal(await clock(other), there[0]);
});

test("branches that a newer Synod stored, or that are damaged, are said to be so, and stay where they are", async () => {
  await branchOut();
  await page.waitForFunction(() => history.state?.branches);
  const state = await page.evaluate(() => history.state);
  const stored = [
    [{ branches: [state.branches[0].replace("branches 1", "branches 9")] }, "A newer Synod has stored the branches of this run: only the run itself is opened here."],
    [{ branches: [state.branches[0].replace("crash", "fly")] }, "The stored branches of this run are damaged: only the run itself is opened."],
    [{ branches: 7 }, "The stored branches of this run are damaged: only the run itself is opened."],
  ];
  for (const [state, said] of stored) {
    await page.evaluate((state) => history.replaceState(state, ""), state);
    await page.reload();
    await page.locator(".notices").getByText(said, { exact: true }).waitFor();
    assert.equal(await page.locator(".node.crashed").count(), 1, "the run itself is there");
    await button("One step forward").click();
    await page.waitForFunction(() => document.querySelector("[role=timer]").textContent > "0.300 s");
    await button("Share").click();
    assert.deepEqual(await page.evaluate(() => history.state), state, "and nothing is lost");
  }
  await page.locator("dialog").getByRole("button", { name: "Close" }).click();
  // Branches of one's own stand beside it.
  await button("To the start").click();
  await page.keyboard.press("2");
  await page.keyboard.press("c");
  await page.locator("[role=treeitem]").nth(1).waitFor();
  assert.deepEqual((await page.evaluate(() => history.state)).unread, stored[2][0]);

  await keep("Whole");
  await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("synod").onsuccess = (event) => done(event.target.result)));
    const runs = database.transaction("runs", "readwrite").objectStore("runs");
    const [run] = await new Promise((done) => (runs.getAll().onsuccess = (event) => done(event.target.result)));
    runs.put({ ...run, id: 90, date: 2, branches: run.branches.replace("branches 1", "branches 9") });
    runs.put({ ...run, id: 91, date: 1, branches: run.branches.replace("crash S2", "crash S3") });
    await new Promise((done) => (runs.transaction.oncomplete = done));
    database.close();
  });
  await button("Close").click();
  await button("Runs").click();
  const row = (place) => page.locator(".runs li").nth(place); // The newest first.
  await row(0).getByText("2 branches").waitFor();
  await row(1).getByText(stored[0][1]).waitFor();
  await row(2).getByText(stored[1][1]).waitFor();
  await row(2).getByRole("button", { name: "Open" }).click();
  assert.equal(await clock(), "0.000 s");
});

test("a condition is typed and run to; what is wrong with it is said beneath it", async () => {
  await open(at(CALM, "0s"));
  await page.locator("details.until > summary").click();
  const field = page.getByLabel("Condition");
  await field.fill("S2 rule=leader");
  await field.press("Enter");
  await page.locator(".written .mistake").getByText(/there is no “rule” here: expected one of role, status/).waitFor();
  assert.equal(await clock(), "0.000 s");
  await field.fill("any role=leader");
  await field.press("Enter");
  await page.locator(".notices").getByText(/Reached at .* is now leader\./).waitFor();
  await page.locator(".node.leader").waitFor();
  assert.equal(await page.locator("details.until[open]").count(), 0, "the menu has done its work");
});

test("playing slows down by itself while a chosen kind of message is under way", async () => {
  await open(at(CALM, "0s"));
  await page.locator("details.until > summary").click();
  await page.getByLabel("RequestVote", { exact: true }).check();
  await page.keyboard.press("Escape");
  await page.getByLabel("Speed").selectOption("5");
  await button("Play").click();
  await page.getByText("slowed: RequestVote").waitFor();
});

test("a run is taken away in every format, of the window that was chosen", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(at([...CALM, "100ms request C1 put x=1", "2.8s crash S2"], "3s"));
  await button("Share").click();
  const section = page.locator(".take"), preview = section.getByLabel("Preview");
  const choose = (name, option) => section.getByLabel(name).selectOption(option);
  const saved = async () => {
    const download = page.waitForEvent("download");
    await section.getByRole("button", { name: "Save" }).click();
    const file = await download;
    return [file.suggestedFilename(), await readFile(await file.path())];
  };
  await page.waitForFunction(() => document.querySelector(".take textarea")?.value.includes("sequenceDiagram"));
  const shown = await preview.inputValue();
  await section.getByRole("button", { name: "Copy" }).click();
  await section.getByRole("status").filter({ hasText: "Copied" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.startsWith(shown.replace(/…$/, "")) && copied.includes("crash S2"));
  await choose("Time", "the whole run so far");
  await page.waitForFunction((before) => document.querySelector(".take textarea").value !== before, shown);
  assert.match(await section.textContent(), /0\.00\ss\s–\s(2\.9|3\.0)/);
  for (const [format, name, begins] of [
    ["Mermaid flowchart", "synod-raft-flowchart.mmd", "---\ntitle: "],
    ["ShiViz log", "synod-raft-shiviz.log", "(?<event>"],
    ["NDJSON trace", "synod-raft-trace.ndjson", '{"event":1,'],
    ["SVG picture", "synod-raft.svg", "<svg "],
    ["PNG picture", "synod-raft.png", "\u0089PNG"],
  ]) {
    await choose("Format", format);
    if (format === "Mermaid flowchart") assert.equal(await section.getByLabel("Time").count(), 0, "of one instant");
    if (begins.endsWith("svg ") || begins.endsWith("PNG")) await page.waitForFunction(() => document.querySelector(".take img")?.naturalWidth > 900);
    else await page.waitForFunction((text) => document.querySelector(".take textarea")?.value.startsWith(text), begins);
    const [file, bytes] = await saved();
    assert.equal(file, name);
    assert.equal(bytes.toString("latin1").slice(0, begins.length), begins);
    await section.getByRole("status").filter({ hasText: `Saved as ${name}` }).waitFor();
  }
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog").count(), 0);
});

test("what is too long for Mermaid is cut off, and says where", async () => {
  await open(at(["raft nodes=5 seed=3 heartbeat=20ms latency=2ms..8ms"], "20s"));
  await button("Share").click();
  await page.locator(".take").getByLabel("Time").selectOption("the whole run so far");
  await page.locator(".take .mistake").filter({ hasText: /^Cut off at .*: Mermaid draws no more than 50000 characters\./ }).waitFor();
});

test("formulas are set as mathematics, told as text, and fit a phone", async () => {
  for (const width of [1366, 390, 320]) {
    await page.setViewportSize({ width, height: 760 });
    await page.goto("about:blank");
    await open(at(CALM, "100ms"));
    await tab("Properties").click();
    const formulas = page.locator(".properties .formula");
    await formulas.first().waitFor();
    const found = await formulas.evaluateAll((all) => all.map((formula) => ({
      role: formula.getAttribute("role"),
      label: formula.getAttribute("aria-label"),
      math: [...formula.querySelectorAll("math, math *")].every(({ namespaceURI }) => namespaceURI.endsWith("/MathML")),
      pieces: formula.querySelectorAll("math").length,
      over: formula.scrollWidth - formula.clientWidth,
    })));
    assert.equal(found.length, await page.locator(".properties li").count());
    for (const { role, label, math, pieces, over } of found) {
      assert.ok(role === "math" && label.length > 5 && math && pieces > 0 && over <= 0, JSON.stringify({ width, label, over }));
    }
  }
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
  await open("#v1&scene=raft/figure-8&at=300ms");
  await button("More").click();
  await page.locator(".compare > summary").press("Enter");
  await button("Paxos").press("Enter");
  await page.locator(".notices").getByText(/Paxos does not know .*fire.* left out/).waitFor();
  const second = page.getByRole("region", { name: "Run B: Paxos" }).first();
  await second.locator(".node").first().waitFor();
  // Where the two first differ is said and marked for two protocols too.
  const differ = button(/^First difference at /);
  await differ.first().waitFor();
  assert.equal(await differ.count(), 2);
  assert.equal(await page.locator(".parting").count(), 2);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 1, `${over} pixels too wide`);
  // The focus makes its pane the one that is meant.
  await second.locator("[data-pick=n0]").focus();
  await page.locator(".pane.active").filter({ has: page.getByText("Paxos", { exact: true }) }).waitFor();
  await page.waitForFunction(() => location.hash.includes("protocol2=paxos"));
});

test("why a term is what it is, in three clicks, with the source, and what happened before", async () => {
  await open("#v1&scene=raft/article-example&at=900ms");
  await page.locator(".node").nth(2).click();
  await page.keyboard.press("Escape");
  const arrows = () => page.locator(".diagram .future").first().getAttribute("x");
  const before = await arrows();
  await page.locator(".fields").getByRole("button", { name: "Why: currentTerm?" }).click();
  await page.getByRole("heading", { name: /Why is currentTerm of S3 3\?/ }).waitFor();
  const reasons = page.locator(".reasons > li");
  assert.match(await reasons.last().textContent(), /command: fire S2 election/);
  assert.equal(await arrows(), before, "what the animator moves stays where it is while a way is lit");
  await page.locator(".diagram .way .line").waitFor({ state: "attached" });
  await page.getByRole("button", { name: "raft/mod.rs" }).first().click();
  await page.locator(".source .here").getByText("fx.").waitFor();
  await page.getByRole("button", { name: "Show its past and future" }).click();
  await page.locator(".lit .past").waitFor({ state: "attached" });
  await page.locator(".order").filter({ hasText: "concurrent" }).first().waitFor();
  await reasons.nth(1).getByRole("button").first().click();
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("0.645"));
  assert.equal(await reasons.nth(1).getByRole("button").first().getAttribute("aria-current"), "true");
  await page.getByRole("button", { name: "Forget it" }).click();
  await page.getByText("Nothing has been asked").waitFor();
});

/** Counts what a page asks for of the rest of the code, and refuses it while it is blocked. */
async function guard(who, blocked) {
  const rest = { asked: 0, blocked };
  await who.route(/_rest\.wasm$/, (route) => {
    rest.asked++;
    return rest.blocked ? route.fulfill({ status: 503 }) : route.continue();
  });
  return rest;
}

test("a first visit asks for no more than the first file, and needs no more", async () => {
  for (const blocked of [false, true]) {
    for (const [hash, options, until] of [
      ["", {}, 0.2],
      ["#v1&speed=10", {}, 0.76],
      ["", { locale: "zh-CN" }, 0.1],
      ["", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }, 0.1],
      ["#v1&scene=raft/figure-8&at=1s", {}, 0],
      // Not as scripts/profile.mjs visits.
      ["", { viewport: { width: 412, height: 915 }, hasTouch: true, isMobile: true }, 0.1],
      ["", { viewport: { width: 1536, height: 864 } }, 0.1],
    ]) {
      const somebody = await visitor(options);
      const rest = await guard(somebody.page, blocked);
      await open(hash, somebody.page);
      await somebody.page.waitForFunction((until) => Number.parseFloat(document.querySelector("[role=timer]").textContent) >= until, until);
      assert.equal(rest.asked, 0, JSON.stringify({ hash, options }));
      assert.ok(!(await somebody.page.evaluate(() => document.body.innerText)).includes("\0"));
      await somebody.context.close();
    }
  }
});

test("where the rest cannot be had one sentence says so, and it is asked for again", async () => {
  const rest = await guard(page, true);
  const sentence = page.getByText("A part of Synod could not be fetched. Check the connection, and try again.");
  const server = page.locator(".node[data-pick=n1]");
  for (const [touch, shown] of [
    [() => server.click(), page.locator(".node.selected, .node[aria-pressed=true]")],
    [() => tab("Log").click(), page.locator("[role=tab][aria-selected=true]", { hasText: "Log" })],
    [() => button("Share").click(), page.locator("dialog")],
    [() => button("Runs").click(), page.locator("dialog")],
  ]) {
    rest.blocked = true;
    await page.goto("about:blank");
    await open(at(CALM, "300ms"));
    await touch();
    await sentence.first().waitFor();
    rest.blocked = false;
    await touch();
    await shown.first().waitFor();
    assert.ok(!(await page.evaluate(() => document.body.innerText)).includes("\0"));
  }
  // A list shows what runs, not what could not be had.
  rest.blocked = true;
  await page.goto("about:blank");
  await open(at(CALM, "300ms"));
  await page.getByLabel("Protocol").first().selectOption("paxos");
  await sentence.first().waitFor();
  assert.equal(await page.getByLabel("Protocol").first().inputValue(), "raft");
  rest.blocked = false;
  await page.getByLabel("Protocol").first().selectOption("paxos");
  await page.waitForFunction(() => location.hash.includes("paxos"));
  assert.equal(await page.getByLabel("Protocol").first().inputValue(), "paxos");
  // The link stays in the address: a reload asks for it again.
  const link = "#v1&scene=p%61xos/console";
  rest.blocked = true;
  await page.goto("about:blank");
  await open(link);
  await sentence.first().waitFor();
  assert.equal(await hash(), link);
  rest.blocked = false;
  await page.reload();
  await page.locator(".node").first().waitFor();
  assert.equal(await sentence.count(), 0);
  await page.waitForFunction(() => document.title.includes("Paxos") || location.hash.includes("paxos"));
  complaints = complaints.filter((complaint) => !/503/.test(complaint));
});

/** The diagram of more servers than have room: how far it is scrolled, and where its axis is. */
async function scrolling(who) {
  const room = who.locator(".spacetime.many");
  await room.waitFor();
  const top = () => room.evaluate((element) => element.scrollTop);
  const scrolledTo = (wanted) =>
    who.waitForFunction(([how, than]) => {
      const { scrollTop } = document.querySelector(".spacetime.many");
      return how === "beyond" ? scrollTop > than : scrollTop < than;
    }, wanted);
  // In the room's own coordinates: the axis' plate and its times, and the cursor's handle.
  const fixed = () =>
    room.evaluate((element) => {
      const of = (selector) => element.querySelector(selector).getBoundingClientRect().top - element.getBoundingClientRect().top;
      return [".axis.ticks .plate", ".axis.ticks text", ".cursor .handle"].map((selector) => Math.round(of(selector)));
    });
  const stays = async (axis) => {
    await who.waitForFunction(() => {
      const room = document.querySelector(".spacetime.many");
      return room.style.getPropertyValue("--scrolled") === `${room.scrollTop}px`;
    });
    assert.deepEqual(await fixed(), axis, "the axis stays where it is");
  };
  return { room, top, scrolledTo, fixed, stays, axis: await fixed(), box: await room.boundingBox() };
}

test("more lanes than fit are scrolled by mouse, wheel and keys, and the axis stays in place", async () => {
  await open(at(["raft nodes=15 clients=9 seed=3", "10ms fire S1 election"], "1.2s"));
  const { room, top, scrolledTo, stays, axis, box } = await scrolling(page);
  assert.equal(await top(), 0);
  const shown = () => page.locator(".diagram").getAttribute("aria-label");
  const [x, y] = [box.x + box.width / 2, box.y + box.height - 30];
  await page.mouse.move(x, y);
  const window = await shown();
  // Dragged upwards, the lanes below come into sight; the window of time stays.
  await page.mouse.down();
  await page.mouse.move(x, y - 90, { steps: 6 });
  await scrolledTo(["beyond", 50]);
  await page.mouse.up();
  await stays(axis);
  assert.equal(await shown(), window);
  assert.equal(await clock(), "1.200 s", "a drag is no click");
  // The wheel over the names scrolls, and zooms nothing.
  const dragged = await top();
  await page.mouse.move(box.x + 20, y);
  await page.mouse.wheel(0, -60);
  await scrolledTo(["below", dragged - 40]);
  await stays(axis);
  assert.equal(await shown(), window);
  // The keys that the help names, down and up.
  await page.locator(".diagram").focus();
  await page.keyboard.press("PageUp");
  await scrolledTo(["below", 1]);
  await page.keyboard.press("PageDown");
  await scrolledTo(["beyond", 40]);
  await stays(axis);
  // And the axis still is one: a press on it moves the cursor.
  await page.mouse.click(box.x + 200, box.y + 8);
  await page.waitForFunction(() => !document.querySelector("[role=timer]").textContent.startsWith("1.200"));
  await stays(axis);
  assert.ok(await room.locator(".lane-name, text").filter({ hasText: /^S15$/ }).count());
});

test("more lanes than fit are scrolled by touch, on a phone", async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
  const somebody = await visitor(phone);
  await open(at(["raft nodes=15 clients=9 seed=3", "10ms fire S1 election"], "1.2s"), somebody.page);
  const { scrolledTo, stays, axis, box } = await scrolling(somebody.page);
  const touch = await somebody.context.newCDPSession(somebody.page);
  const finger = (type, x, y) => touch.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
  const swipe = async (x, from, to) => {
    await finger("touchStart", x, from);
    for (let step = 1; step <= 6; step++) await finger("touchMove", x, from + ((to - from) * step) / 6);
    await finger("touchEnd");
  };
  const [middle, low, high] = [box.x + box.width / 2, box.y + box.height - 20, box.y + 60];
  await swipe(middle, low, high);
  await scrolledTo(["beyond", 60]);
  await stays(axis);
  await swipe(middle, high, low);
  await scrolledTo(["below", 20]);
  await stays(axis);
  assert.equal(await clock(somebody.page), "1.200 s", "a swipe is no tap");
  await somebody.context.close();
});
