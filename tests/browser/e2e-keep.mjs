// End to end, in Chromium as people use it: the console, kept runs, files.
// Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { at, branchOut, button, CALM, clock, complaints, context, hash, open, origin, page, script, shows, tab, words } from "./visit.mjs";

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
  await open(at(["paxos nodes=3 seed=1"], "0s"));
  const ask = async (server, form, blanks) => {
    await page.locator(".console").getByLabel("asks").selectOption(server);
    const fields = page.locator("form.ask", { hasText: form });
    for (const [name, value] of Object.entries(blanks)) await fields.getByLabel(name).fill(value);
    await fields.getByRole("button").click();
  };
  // Step by step: the servers ask one another by themselves soon after.
  const answered = async (text) => {
    for (let steps = 0; (await page.locator(".answers").getByText(text).count()) === 0; steps++) {
      assert.ok(steps < 40, `${text} comes soon`);
      await button("One step forward").click();
    }
  };
  await ask("S1", "Prepare", { number: "1" });
  await answered("C1 prepare 1 → promise: number=1, value=None");
  await ask("S1", "Accept", { number: "1", value: "update" });
  await answered('C1 accept 1 update → accepted: number=1, value="update"');
  await ask("S1", "Prepare", { number: "2" });
  await answered('C1 prepare 2 → promise: number=2, value="update", accepted=1.C1');
  await ask("S1", "Accept", { number: "1", value: "update" });
  await answered("S1 has promised C1 to accept nothing below ballot 2.C1: 1.C1 is too low");
  const acceptor = page.locator(".node").first();
  assert.match(await acceptor.locator(".stamp").textContent(), /2\.C1/, "what it has promised");
  assert.equal(await acceptor.locator(".number").textContent(), "1", "what it has accepted at, not by colour alone");
  const number = page.locator("form.ask", { hasText: "Prepare" }).getByLabel("number");
  await number.fill("0");
  assert.equal(await number.getAttribute("aria-invalid"), "true", "numbers begin at 1");
  await ask("S2", "Accept", { number: "1", value: "update" });
  await page.getByRole("toolbar", { name: "Playing" }).getByRole("button", { name: "Play" }).click();
  await page.locator(".node").getByText("chosen update").first().waitFor();
});

test("where nobody is there to ask, the console says so", async () => {
  await open(at(["paxos nodes=3 clients=0 seed=1"], "10ms"));
  await page.locator(".node").first().click();
  await page.getByText("This run has no clients, so nobody can ask").waitFor();
  assert.equal(await button("Send").count(), 0);
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
  await shows("0.100 s");
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
  await shows("0.100 s");
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

test("where somebody else holds the store, that is said, nothing is kept behind one's back, and one can go on", async () => {
  await page.clock.install();
  await open(at(CALM, "100ms"));
  await keep("First");
  await page.evaluate(async () => {
    const database = await new Promise((done) => (indexedDB.open("synod").onsuccess = (event) => done(event.target.result)));
    const held = database.transaction("runs", "readwrite").objectStore("runs");
    const hold = () => (globalThis.free ? database.close() : (held.count().onsuccess = hold));
    hold();
    const begin = IDBDatabase.prototype.transaction;
    IDBDatabase.prototype.transaction = function (...asked) {
      globalThis.begun = true;
      return begin.apply(this, asked);
    };
  });
  const name = page.locator("dialog form").getByLabel("Name");
  await name.fill("Second");
  await page.clock.fastForward(1000);
  await button("Keep this run").click();
  await page.waitForFunction(() => globalThis.begun);
  await page.clock.fastForward(6000);
  await page.evaluate(() => (globalThis.free = true));
  await page.getByText("The browser's store does not answer").waitFor();
  const names = () => page.locator(".runs li").getByLabel("Name").evaluateAll((all) => all.map((input) => input.value));
  assert.deepEqual([await names(), await name.inputValue()], [["First"], "Second"]);
  await button("Keep this run").click();
  await page.locator(".runs li").nth(1).waitFor();
  assert.deepEqual((await names()).sort(), ["First", "Second"]);
  await page.getByText("The browser's store does not answer").waitFor({ state: "hidden" });
});

test("a store that opens too late is closed again", async () => {
  await page.clock.install();
  await open(at(CALM, "100ms"));
  // What is to be deleted opens for nobody until whoever has it open is done.
  await page.evaluate(async () => {
    globalThis.holder = await new Promise((done) => (indexedDB.open("synod").onsuccess = (event) => done(event.target.result)));
    await new Promise((done) => (indexedDB.deleteDatabase("synod").onblocked = done));
  });
  await button("Runs").click();
  await button("Keep this run").waitFor();
  await page.clock.fastForward(6000);
  await page.getByText("The browser's store does not answer").waitFor();
  await page.evaluate(() => {
    holder.close();
    return new Promise((done, fail) => {
      indexedDB.deleteDatabase("synod").onsuccess = () => done();
      setTimeout(() => fail(new Error("somebody still has it open")), 5000);
    });
  });
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
  await shows("0.300 s");
  await page.goto("about:blank");
  await open(at(CALM, "100ms"));
  await tab("Log").click();
  await page.getByLabel("Open a file").setInputFiles({ name: "run.ndjson", mimeType: "application/x-ndjson", buffer: Buffer.from(changed) });
  await page.locator(".notices").getByText(/^Line \d+ of the file: “text” is “sings .*”, but its script gives “sends /).waitFor();
  await shows("0.300 s");
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
  await shows("90.000 s");
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
  await shows("0.300 s");
  assert.match(await script(), /request C1 put x=1/);
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

test("where a link and its branches cannot be had, both stay to be asked for again, whatever is done meanwhile", async () => {
  await branchOut(["multi-paxos nodes=5 seed=3"]);
  await page.waitForFunction(() => history.state?.branches);
  const [link, before, there] = [await hash(), await limbs(), await clock()];
  let blocked = true;
  await page.route(/\/multi_paxos-/, (route) => (blocked ? route.fulfill({ status: 503 }) : route.continue()));
  const notice = page.locator(".notice.refusal");
  const reload = async () => {
    blocked = true;
    await page.reload();
    await notice.getByText("the first scene is shown instead").waitFor();
    blocked = false;
  };
  const isBack = async () => {
    await shows(there);
    await page.locator("[role=treeitem]").nth(2).waitFor();
    assert.deepEqual([await limbs(), await hash()], [before, link]);
  };
  await reload();
  // That it plays on notes nothing.
  await page.waitForFunction(() => Number.parseFloat(document.querySelector("[role=timer]").textContent) > 0.1);
  assert.equal(await hash(), link);
  await notice.getByRole("button", { name: "Try again" }).click();
  await isBack();

  // What is done instead begins an entry of its own: the back button leads to what was asked for.
  await reload();
  await page.locator(".node").nth(1).click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed").waitFor();
  await notice.waitFor({ state: "detached" });
  assert.notEqual(await hash(), link);
  await page.goBack();
  await page.locator("[role=treeitem]").nth(3).waitFor();
  assert.deepEqual((await limbs()).filter((limb) => before.includes(limb)), before);
  await shows(there);
  // … and what is deleted does not come back by it.
  const count = await page.locator("[role=treeitem]").count();
  const other = before.find((limb) => limb.endsWith(" false") && / 2 /.test(limb)).split(" 2 ")[0];
  await page.goForward();
  await page.locator(".node.crashed").waitFor();
  await page.getByRole("treeitem", { name: other, exact: true }).focus();
  await page.keyboard.press("Delete");
  await page.getByText("is deleted.").waitFor();
  await page.goBack();
  await shows(there);
  assert.equal(await page.locator("[role=treeitem]").count(), count - 1);
  complaints.splice(0, Infinity, ...complaints.filter((complaint) => !/503/.test(complaint)));
});

test("branches that a newer Synod stored, or that are damaged, are said to be so, and stay where they are", async () => {
  await branchOut();
  await page.waitForFunction(() => history.state?.branches);
  const state = await page.evaluate(() => history.state);
  const stored = [
    [{ branches: [state.branches[0].replace("branches 1", "branches 9")] }, "A newer Synod has stored the branches of this run: only the run itself is opened here."],
    [{ branches: [state.branches[0].replace("crash", "fly")] }, "The stored branches of this run are damaged: only the run itself is opened."],
    [{ branches: null }, "The stored branches of this run are damaged: only the run itself is opened."],
    [{ branches: 7 }, "The stored branches of this run are damaged: only the run itself is opened."],
  ];
  for (const [state, said] of stored) {
    // Until it is gone, the page may note again where it is.
    await page.evaluate((state) => {
      history.replaceState(state, "");
      history.replaceState = () => {};
    }, state);
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
  assert.deepEqual((await page.evaluate(() => history.state)).unread, stored.at(-1)[0]);

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
  await shows("0.000 s");
});
