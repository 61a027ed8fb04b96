// End to end, in Chromium as people use it: clients that are kept busy, how well they are served, and which
// models of consistency that keeps. Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, button, open, page, script } from "./visit.mjs";

const BUSY = ["raft nodes=3 seed=3 clients=2 give-up=500ms", "1s load C1 C2 rate=20/s put=50% get=50% ask=bound until=4s", "2s crash S1", "3s restart S1", "4s end"];
const below = () => page.getByRole("combobox", { name: "Below" });
const measures = () => page.getByRole("group", { name: /^Measures up to/ });

test("a run that keeps clients busy opens with its measures, which can be read as a table", async () => {
  await open(at(BUSY, "4s"));
  await measures().waitFor();
  assert.equal(await below().inputValue(), "measures");
  await page.locator(".plots .fault text", { hasText: /S1 down/ }).waitFor();
  assert.ok((await page.locator(".plots .fates .done").getAttribute("d")).length > 100);
  // The same in numbers, for who listens and, where the diagram is a table, for all.
  const row = measures().locator("tbody tr").first();
  const [asked, done] = await row.locator("td").allTextContents();
  assert.ok(Number(asked) > 30 && Number(done) > 20 && Number(done) <= Number(asked), `${asked} ${done}`);
  // A press goes to its instant.
  const box = await page.locator(".plots").boundingBox();
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await page.waitForFunction(() => /^[12]\.\d{3} s$/.test(document.querySelector("[role=timer]").textContent));
  await below().selectOption("diagram");
  await measures().waitFor({ state: "detached" });
});

test("a run is seen beside other seeds, and without its faults", async () => {
  await open(at(["gossip nodes=60 seed=7", "50ms request S2 spread", "60ms partition S1..S30 | S31..S60", "400ms heal"], "1s"));
  await below().selectOption("measures");
  await measures().waitFor();
  await button("Under 20 other seeds, and without the faults").click();
  await page.getByText(/^Under 20 other seeds, by the same time, 0\.\d+ of all have not heard it/).waitFor();
  for (const course of ["seeds", "faultless"]) assert.ok((await page.locator(`.plots .${course}`).getAttribute("d")).length > 100);
  await measures().getByText("Each of them").click();
  const rows = page.locator(".other-runs tbody tr");
  assert.equal(await rows.count(), 21);
  await rows.getByRole("button", { name: "Run seed 9" }).click();
  await page.waitForFunction(() => document.querySelector(".other-runs tbody") === null);
  assert.match(await script(), /seed=9/);
});

test("a workload is started and stopped by hand", async () => {
  await open(at(["multi-paxos nodes=3 seed=1 clients=2"], "500ms"));
  const form = page.locator("form.workload");
  await form.getByRole("combobox", { name: "requests" }).selectOption("50");
  await form.getByRole("combobox", { name: "whom they ask" }).selectOption("roam");
  await button("Start").click();
  await page.waitForFunction(() => document.querySelector("form.workload button[type=button]"));
  await button("Stop").click();
  await page.waitForFunction(() => !document.querySelector("form.workload button[type=button]"));
  const text = await script();
  assert.match(text, /load C1 C2 rate=50\/s put=50% get=50% ask=roam/);
  assert.match(text, /load C1 C2 off/);
});

test("the map of models shows what a stale read breaks, and leads there", async () => {
  await open("#v1&scene=raft/stale-read&at=3s&panel=models");
  const map = page.getByRole("group", { name: "Map of models" });
  const linearizable = map.getByRole("button", { name: "linearizable: broken" });
  await linearizable.waitFor();
  await map.getByRole("button", { name: "PRAM: kept so far" }).press("Enter");
  await page.getByRole("heading", { name: "PRAM: kept so far" }).waitFor();
  // A press on what is broken leads to the last of what shows that, and brings all of it into sight.
  await page.getByRole("combobox", { name: "Below" }).selectOption("history");
  await linearizable.click();
  await page.waitForFunction(() => !document.querySelector("[role=timer]").textContent.startsWith("3.000"));
  await linearizable.waitFor();
  const evidence = page.locator(".models .evidence li");
  const history = page.locator("svg.history").first();
  await page.waitForFunction((count) => document.querySelectorAll("svg.history .asked.proof").length === count, await evidence.count());
  const room = await history.boundingBox();
  for (const box of await Promise.all((await history.locator(".asked.proof > rect").all()).map((bar) => bar.boundingBox()))) {
    assert.ok(box.x >= room.x && box.x + box.width <= room.x + room.width + 1, JSON.stringify([box, room]));
  }
  assert.ok((await evidence.count()) >= 2);
  const last = await page.getByRole("timer").textContent();
  await evidence.first().getByRole("button", { name: "Go there" }).click();
  await page.waitForFunction((last) => document.querySelector("[role=timer]").textContent !== last, last);
});

test("a press on a model numbers in the history what breaks it, and the history is a table as well", async () => {
  await open("#v1&scene=raft/stale-read&at=800ms&panel=models&below=history");
  const history = page.locator("svg.history");
  await history.locator(".asked.proof").first().waitFor();
  assert.equal(await history.locator(".nowhere").count(), 1);
  assert.ok((await history.locator(".effect").count()) >= 1);
  const map = page.getByRole("group", { name: "Map of models" });
  await map.getByRole("img", { name: /^eventual: / }).waitFor();
  await map.getByRole("img", { name: /^bounded staleness: / }).waitFor();
  await map.getByRole("button", { name: "PRAM: kept so far" }).press("Enter");
  await history.locator(".asked.proof").first().waitFor({ state: "detached" });
});

test("other options of a protocol are buttons, and the menu stays on a phone's page", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open("#v1&scene=raft/first-election&at=300ms");
  await page.locator(".tools .popover").nth(1).locator("summary").click();
  const heartbeat = page.getByRole("button", { name: "heartbeat=20ms" });
  assert.equal(await heartbeat.getAttribute("aria-pressed"), "false");
  const panel = await page.locator(".tools details[open] > .panel").boundingBox();
  const stage = await page.locator("main.stage").boundingBox();
  assert.ok(panel.x >= 0 && panel.x + panel.width <= 390, "beside the page");
  assert.ok(panel.y + panel.height <= stage.y + stage.height, "cut off by the stage");
  // What is chosen closes the menu.
  await heartbeat.click();
  await page.locator('[aria-label="heartbeat=20ms"][aria-pressed="true"]').waitFor({ state: "attached" });
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("0.300"));
});

test("numbers of a protocol are sliders: the run of the active pane begins again with another", async () => {
  await open("#v1&scene=abd/cap&at=1s");
  await page.getByRole("region", { name: /^Run B: / }).first().click({ position: { x: 5, y: 60 } });
  await page.locator("summary", { hasText: "Options" }).click();
  const slider = page.getByRole("slider", { name: "r", exact: true });
  assert.equal(await slider.inputValue(), "1");
  await slider.fill("3");
  await page.waitForFunction(() => [...document.querySelectorAll("label.slider")].some((it) => it.textContent.startsWith("r ") && it.querySelector("output").textContent === "3"));
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("1.000"));
});
