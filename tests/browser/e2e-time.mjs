// End to end, in Chromium as people use it: the diagram, branches, conditions, comparisons, causes.
// Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { at, branchOut, button, CALM, clock, context, hash, open, page, script, shows, visitor, words } from "./visit.mjs";

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
  await page.locator(".find input:focus").waitFor(); // The first key waits for the rest.
  await page.keyboard.type("S1 is down");
  await page.keyboard.press("Enter");
  await page.locator(".outcome").getByText(/“S1 is down” is in event \d+ of \d+\./).waitFor();
  await shows("0.300 s");
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
  await shows("0.300 s");
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
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("60.000"));
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
  // Escape leaves a name as it was.
  await page.locator(".kept-branches .pen").first().click();
  await page.waitForFunction(() => document.activeElement.value === "Mine");
  await page.keyboard.type("zzz");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement.matches("details.branches > summary"));
  assert.equal(await tree.locator('[aria-label="Mine"]').count(), 1);
  await page.keyboard.press("Enter");
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

test("a branch is named and deleted by keys in the tree, and the page says beforehand that a change branches off", async () => {
  await branchOut();
  const limbs = page.locator("[role=treeitem]"), here = () => page.evaluate(() => document.activeElement.getAttribute("role") ?? document.activeElement.tagName);
  assert.equal(await limbs.count(), 3);
  await limbs.nth(1).focus();
  await page.keyboard.press("F2");
  await page.waitForFunction(() => document.activeElement.tagName === "INPUT");
  await page.keyboard.type("By keys");
  const before = await limbs.filter({ has: page.locator("xpath=self::*[@aria-selected='true']") }).getAttribute("aria-label");
  await page.keyboard.press("Enter");
  await page.locator('[role=treeitem][aria-label="By keys"]').waitFor();
  assert.equal(await here(), "BUTTON", "the focus goes to the branch's line");
  assert.equal(await page.locator("[role=treeitem][aria-selected=true]").getAttribute("aria-label"), before, "which Enter does not press");
  await page.keyboard.press("Escape");
  await page.locator('[role=treeitem][aria-label="By keys"]').focus();
  await page.keyboard.press("Delete");
  await page.waitForFunction(() => document.querySelectorAll("[role=treeitem]").length === 2);
  await page.waitForFunction(() => document.activeElement.getAttribute("role") === "treeitem");
  await button("Bring it back").click();
  await page.locator('[role=treeitem][aria-label="By keys"]').waitFor();
  const hint = page.getByText("Changes here branch off");
  await button("To the start").click();
  await hint.waitFor();
  await button("To the latest instant seen").click();
  await hint.waitFor({ state: "detached" });
});

test("a condition is typed and run to; what is wrong with it is said beneath it", async () => {
  await open(at(CALM, "0s"));
  await page.locator("details.until > summary").click();
  const field = page.getByLabel("Condition");
  await field.fill("S2 rule=leader");
  await field.press("Enter");
  await page.locator(".written .mistake").getByText(/there is no “rule” here: expected one of role, status/).waitFor();
  await shows("0.000 s");
  await field.fill("any role=leader");
  await field.press("Enter");
  await page.locator(".notices").getByText(/Reached at .* is now leader\./).waitFor();
  await page.locator(".node.leads").waitFor();
  assert.equal(await page.locator("details.until[open]").count(), 0, "the menu has done its work");
});

test("playing slows down by itself while a chosen kind of message is under way", async () => {
  await open(at(CALM, "0s"));
  await page.locator("details.until > summary").click();
  await page.getByLabel("RequestVote", { exact: true }).check();
  await page.keyboard.press("Escape");
  await page.getByRole("combobox", { name: "Speed" }).selectOption("5");
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
  await section.getByRole("button", { name: "Copy" }).click();
  await section.getByRole("status").filter({ hasText: "Copied" }).waitFor();
  assert.deepEqual(await page.evaluate(async () => (await navigator.clipboard.read())[0].types), ["image/png"]);
  await choose("Format", "NDJSON trace");
  await choose("Time", "from … to …");
  const times = async () => (await preview.inputValue()).replace(/…$/, "").trim().split("\n").slice(0, -1).map((line) => JSON.parse(line).time);
  await section.getByLabel("from", { exact: true }).fill("2.5s");
  await section.getByLabel("to", { exact: true }).fill("2600ms");
  await page.waitForFunction(() => document.querySelector(".take").textContent.includes("2.50\u00a0s\u00a0–\u00a02.60\u00a0s"));
  const inside = await times();
  assert.ok(inside.length > 3 && inside.every((time) => time >= 2_500_000 && time <= 2_600_000), `${inside}`);
  for (const [from, sentence] of [["soon", "“soon” is no time: expected a time such as 1.24s"], ["2.7s", "2.7s is after 2.6s"], ["", "“” is no time"]]) {
    await section.getByLabel("from", { exact: true }).fill(from);
    await section.locator(".mistake").filter({ hasText: sentence }).waitFor();
    assert.equal(await preview.count(), 0, "of no window there is nothing");
  }
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
});

test("what is too long for Mermaid is cut off, and says where", async () => {
  await open(at(["raft nodes=5 seed=3 heartbeat=20ms latency=2ms..8ms"], "20s"));
  await button("Share").click();
  await page.locator(".take").getByLabel("Time").selectOption("the whole run so far");
  await page.locator(".take .mistake").filter({ hasText: /^Cut off at .*: Mermaid draws no more than 50000 characters\./ }).waitFor();
});

test("while two runs do not differ, the page says what it tries, and who listens hears it once", async () => {
  await open("#v1&run=raft+nodes=3+seed=7&flaw2=count-old-terms");
  const told = page.locator(".differs[role=status]");
  await told.filter({ hasText: /No difference up to 60\.0 s\. Other seeds are being tried: \d+ of 100…/ }).waitFor();
  assert.equal(await told.locator(".unseen").textContent(), "No difference in these two runs. Other seeds and scenes are being tried.");
  assert.equal(await told.count(), 1, "the other pane says the same and is not heard");
  await button("The scene “Figure 8 with the flaw: committed, and lost” shows one").first().waitFor();
});

test("two runs side by side follow one clock, take the same gestures, and say where they first differ", async () => {
  await open("#v1&scene=raft/figure-8&at=1.3s");
  const panes = page.locator(".pane");
  await page.getByText("Compare", { exact: true }).click();
  await button("Old entries committed by counting").click();
  await panes.nth(1).locator(".node.leads").waitFor();
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
  await panes.nth(1).locator("[data-pick=S2]").click();
  await page.keyboard.press("c");
  for (const place of [0, 1]) await panes.nth(place).locator(".node.crashed[data-pick=S2]").waitFor();
  // No id is given twice.
  const twice = await page.evaluate(() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    return ids.filter((id, place) => ids.indexOf(id) < place);
  });
  assert.deepEqual(twice, []);
  // A reload brings both back; closing one leaves the other.
  await page.waitForFunction(() => location.hash.includes("flaw2=count-old-terms"));
  await page.reload();
  await panes.nth(1).locator(".node.crashed[data-pick=S2]").waitFor();
  await panes.nth(0).getByRole("button", { name: "Close this run" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 1);
  await page.waitForFunction(() => location.hash.includes("flaw=count-old-terms"));
  await button("One step forward").click();
  await page.locator(".node.crashed[data-pick=S2]").waitFor();
});

test("a scene opens its second pane from the menu, from its link, after a reload and in a frame", async () => {
  const without = (who = page) => who.getByRole("region", { name: "Run A: As it is" }).first();
  const withFlaw = (who = page) => who.getByRole("region", { name: "Run B: Flaw: Old entries committed by counting" }).first();
  const both = (who) => Promise.all([without(who), withFlaw(who)].map((pane) => pane.locator(".node").first().waitFor()));
  await open("#v1&speed=5");
  await page.getByRole("combobox", { name: "Scene", exact: true }).selectOption({ label: "Figure 8, with the rule and without it" });
  await both();
  // It plays until B breaks what A keeps.
  await page.locator(".notices").getByText(/^B: Leader Completeness is violated/).first().waitFor();
  await page.waitForFunction(() => /^#v1&scene=raft\/figure-8-rule&at=1\.174s[^&]*&speed=5$/.test(location.hash));
  const there = await clock();
  await page.reload();
  await both();
  await shows(there);
  assert.match(await hash(), /^#v1&scene=raft\/figure-8-rule&at=/, "the scene alone opens both");
  // The script says it in a line; another line, of a protocol that is not there yet, opens another run.
  assert.match(await script(), /batch=1\nbeside flaw=count-old-terms\ntitle Figure 8/);
  await button("Edit").click();
  const text = page.getByRole("textbox", { name: "Script" });
  const written = await text.inputValue();
  await text.fill(written.replace("flaw=count-old-terms", "flaw=nothing"));
  await button("Run this script").click();
  await page.getByRole("tabpanel").locator(".mistakes").getByText("Line 2, column 13: expected a flaw of this protocol").waitFor();
  await text.fill(written.replace("flaw=count-old-terms", "protocol=paxos"));
  await button("Run this script").click();
  await page.getByRole("region", { name: "Run B: Paxos" }).first().locator(".node").first().waitFor();
  await page.waitForFunction(() => location.hash.includes("&protocol2=paxos"));
  // Alone, the first run is no longer what the scene's name opens.
  await page.getByRole("region", { name: "Run B: Paxos" }).first().getByRole("button", { name: "Close this run" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".pane").length === 1 && location.hash.includes("&run=raft"));
  const frame = await visitor();
  await open("embed.html#v1&scene=raft/figure-8-rule&at=1.2s", frame.page);
  await both(frame.page);
  await frame.context.close();
});

test("a comparison with another protocol says what it left out, by keyboard and on a phone", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open("#v1&scene=raft/figure-8&at=300ms");
  await button("More").click();
  await page.locator(".compare > summary").press("Enter");
  await button("Paxos").press("Enter");
  await page.locator(".notices").getByText(/Paxos does not know .*fire.* left out/).waitFor();
  // The two names are the switch: one picture is shown at a time.
  const second = page.getByRole("region", { name: "Run B: Paxos" }).first();
  assert.ok(await second.locator(".node").first().isHidden());
  await page.getByRole("button", { name: "B Paxos", exact: true }).press("Enter");
  await second.locator(".node").first().waitFor();
  // Where the two first differ is said and marked for two protocols too.
  const differ = button(/^First difference at /);
  await differ.first().waitFor();
  assert.equal(await differ.count(), 1);
  assert.equal(await page.locator(".parting").count(), 2);
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(over <= 1, `${over} pixels too wide`);
  // The one that is shown is the one that is meant.
  await second.locator("[data-pick=S1]").focus();
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
  await page.getByRole("heading", { name: /Why is S3's currentTerm 3\?/ }).waitFor();
  const reasons = page.locator(".reasons > li");
  assert.match(await reasons.last().textContent(), /command: fire S2 election/);
  assert.equal(await arrows(), before, "what the animator moves stays where it is while a way is lit");
  await page.locator(".diagram .way .line").waitFor({ state: "attached" });
  await page.getByRole("button", { name: /^raft\/\w+\.rs/ }).first().click();
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

test("why an entry was lost, in three clicks: both sides of the violation, and what it contradicts", async () => {
  await open("#v1&scene=raft/figure-8-flaw&at=1.25s");
  await page.getByRole("tab", { name: /Properties/ }).click();
  await page.locator(".broken").first().getByRole("button", { name: /^Why/ }).click();
  const sides = page.locator("ol.reasons");
  await sides.nth(1).waitFor();
  assert.match(await sides.first().locator("li").first().textContent(), /1\.174 s.*S5.*Leader Completeness is violated/);
  assert.match(await sides.first().textContent(), /S3.*votes for S5 in term 5/);
  await page.getByRole("heading", { name: "What it contradicts" }).waitFor();
  assert.match(await sides.nth(1).locator("li").first().textContent(), /0\.848 s.*S1.*receives “ok 2” from S3.*commits up to index 2: 3 of 5 servers store it/);
  await sides.nth(1).locator("li").first().getByRole("button").first().click();
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("0.848"));
  assert.equal(await sides.nth(1).locator("[aria-current=true]").count(), 1, "one is there");
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

test("a time can be typed: by a key, or by a press on the clock", async () => {
  await open(at(CALM, "900ms"));
  await page.keyboard.press("g");
  const field = page.getByRole("combobox", { name: "Condition or time" });
  await page.waitForFunction(() => document.activeElement.closest(".written"));
  await page.keyboard.type("0.48");
  await page.keyboard.press("Enter");
  await shows("0.480 s");
  await field.waitFor({ state: "hidden" });
  await page.getByRole("timer").click();
  await field.fill("1.24s");
  await field.press("Enter");
  await shows("1.240 s");
});
