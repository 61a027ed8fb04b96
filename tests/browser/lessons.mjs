// Lessons, exercises and the glossary, in Chromium as people use them. Every wait is for something on the page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { button, open, page } from "./visit.mjs";

const study = () => page.locator("[data-role=study]");
const question = () => page.locator("[data-role=question]");

test("a link leads to a step of a lesson, with both of its runs, and the run answers what is asked", async () => {
  await open("#v1&lesson=cap&step=3");
  await study().waitFor();
  assert.equal(await page.locator(".pane").count(), 2);
  await page.evaluate(() => (location.hash = "#v1&lesson=raft"));
  await study().getByText("Raft").first().waitFor();
  // On to the first step that asks something.
  while ((await question().count()) === 0) {
    const before = await study().getByRole("heading", { level: 2 }).textContent();
    await button("Next step").click();
    await page.waitForFunction((before) => document.querySelector("[data-role=study] h2").textContent !== before, before);
  }
  await question().getByRole("radio").first().check();
  await button("Reveal by running").click();
  await page.locator("[data-role=verdict]").waitFor();
  assert.match(await page.locator("[data-role=verdict]").textContent(), /run says|As you said/);
  // A term opens over the run, and Escape closes it.
  await study().locator("a.term").first().click();
  await page.locator("[data-role=term]").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("[data-role=term]").waitFor({ state: "detached" });
});

test("a step that speaks of a tab shows it below its own text, on a phone as well", async () => {
  await open("#v1&lesson=consistency-models");
  await study().waitFor();
  const steps = await study().locator(".circle").count();
  for (let step = 2; step <= steps; step += 1) {
    await study().locator(".circle").nth(step - 1).click();
    await study().locator(`.circle[aria-current=step]`, { hasText: String(step) }).waitFor();
  }
  await study().locator(".circle").nth(3).click();
  await page.getByRole("group", { name: "Map of models" }).waitFor();
  assert.ok(await study().isVisible());
});

test("the way on is in reach of every step, and an answer need not be waited for", async () => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await open("#v1&lesson=paxos");
  await study().waitFor();
  // Below the text stands a list of properties: it covers nothing of it.
  await button("Next step").click();
  await question().waitFor();
  await button("Reveal by running").click();
  await button("Skip to its answer").click();
  await page.locator("[data-role=verdict]").waitFor();
  // A term takes the focus, and leads to its entry, which is in sight.
  await study().locator("a.term").first().click();
  await page.waitForFunction(() => document.activeElement?.id === "term-title");
  await page.getByRole("link", { name: "In the glossary" }).click();
  await page.waitForFunction(() => {
    const top = document.querySelector(".entry.open")?.getBoundingClientRect().top;
    return top > 0 && top < innerHeight;
  });
  // A run that a term leads to puts the lesson away, and its tab.
  await open("#v1&lesson=paxos&step=2");
  await study().locator("a.term").first().click();
  await page.getByRole("link", { name: /See it run/ }).click();
  await study().waitFor({ state: "detached" });
  await page.getByRole("tab", { name: "Node", selected: true }).waitFor();
});

test("a lesson is printed whole, with a picture of each step", async () => {
  await open("#v1&lesson=consistency-models");
  await study().waitFor();
  await page.evaluate(() => (window.print = () => (window.printed = true)));
  await page.getByRole("button", { name: "Print the lesson" }).click();
  await page.waitForFunction(() => window.printed);
  const steps = await study().locator(".circle").count();
  assert.equal(await page.locator("[data-role=handout] figure").count(), steps);
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("[data-role=handout]").isVisible());
  assert.ok(!(await page.locator("main.stage").isVisible()), "nothing else is on the paper");
  if (process.env.PAPER) await page.pdf({ path: `${process.env.PAPER}/lesson.pdf` });
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.locator("[data-role=handout]").waitFor({ state: "detached" });
});

test("an exercise is judged by what the run does, and its link carries the script and the hints", async () => {
  await open("#v1&exercise=shortest-violation");
  await study().waitFor();
  const rows = page.locator("[data-role=checks] .condition");
  assert.ok((await rows.count()) >= 3);
  assert.ok((await page.locator(".condition.open").count()) > 0, "nothing is done yet");
  await page.getByRole("button", { name: /^Open hint 1/ }).click();
  await page.locator(".study-hints li").first().waitFor();
  await page.waitForFunction(() => location.hash.includes("exercise=shortest-violation&hints=1"));
});

test("a lesson of one's own is written on the page, mistakes are told as one types, and its link carries it", async () => {
  await open();
  await page.evaluate(() => (location.hash = "#v1&door=lessons"));
  const text = page.getByRole("textbox", { name: "The lesson's text" });
  await text.fill("# Mine\n\n```synod\nrun raft nodes=3 seed=7\n```\n\n## One\n\n```synod\nwait\n```\n");
  await page.getByText(/^Line 10, column 1: expected a directive/).waitFor();
  await text.fill("# Mine\n\n```synod\nrun raft nodes=3 seed=7\n```\n\n## The only step\n\n```synod\npause 300ms\n```\n");
  await page.getByText("It can be read.").waitFor();
  await button("Preview").click();
  await study().getByRole("heading", { name: "The only step" }).waitFor();
  // Whoever reads by ear begins at the step's title.
  await page.waitForFunction(() => document.activeElement.textContent === "The only step");
  await page.waitForFunction(() => location.hash.includes("text="));
});

const OWN = "# Mine\n\n```synod\nrun raft nodes=3 seed=7\n```\n\n## One\n\n```synod\npause 10ms\nask \"Who?\" who S1 status=down by 300ms\n```\n\nSee [this](#v1&lesson=gone).\n";

test("before the preview all of a lesson is tried, and what fails is said with its line", async () => {
  await open();
  await page.evaluate(() => (location.hash = "#v1&door=lessons"));
  const text = page.getByRole("textbox", { name: "The lesson's text" });
  await text.fill(OWN);
  await button("Preview").click();
  await page.getByRole("button", { name: /^Line 11, column 1: “S1 status=down” does not come true by 300ms/ }).click();
  assert.equal(await text.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd)), "ask");
  await text.fill(OWN.replace("S1 status=down by 300ms", "any role=leader by 2s"));
  await button("Preview").click();
  await page.getByText(/^Line 14, column 1: the link #v1&lesson=gone leads nowhere: expected a scene, a lesson/).waitFor();
  // What fails can be looked at all the same: a question that the run does not answer is no dead end.
  await text.fill(OWN);
  await button("Preview").click();
  await button("Show it all the same").click();
  await question().getByRole("radio").first().check();
  await button("Reveal by running").click();
  await page.locator("[data-role=verdict]").getByText("The run gives no answer: by 300 ms it has not happened.").waitFor();
  await study().getByText("See this").waitFor();
});

test("on a tablet the text of a lesson stands beneath the stage, or beside it", async () => {
  for (const size of [{ width: 820, height: 1180 }, { width: 820, height: 640 }]) {
    await page.setViewportSize(size);
    await open("#v1&lesson=raft&step=2");
    await study().waitFor();
    const [text, leader] = await Promise.all([study().boundingBox(), page.locator(".node.leads").first().boundingBox()]);
    const apart = leader.y + leader.height <= text.y || leader.x + leader.width <= text.x;
    assert.ok(apart && leader.x >= 0 && leader.y >= 0, JSON.stringify({ size, text, leader }));
  }
});

test("the glossary has letters and a filter, and every run is named after its term", async () => {
  await open();
  await page.evaluate(() => (location.hash = "#v1&door=glossary"));
  await page.getByRole("navigation", { name: "Letters" }).getByRole("button", { name: "Q" }).click();
  await page.waitForFunction(() => document.activeElement.id === "letter-Q");
  await page.getByRole("link", { name: /^See it run ?: ?Quorum$/ }).waitFor();
  await page.getByRole("searchbox", { name: "Filter" }).fill("zxid");
  await page.getByText(/^1 of 1\d\d terms$/).waitFor();
  assert.equal(await page.locator(".glossary .entry").count(), 1);
  await button("中文").click();
  await page.getByRole("searchbox", { name: "筛选" }).fill("");
  const under = (letter) => page.locator(`section:has(> #letter-${letter}) dt`).allTextContents();
  assert.ok((await under("F")).includes("法定人数"));
  assert.ok((await under("P")).includes("Paxos"));
});

test("the glossary opens at a term, and a link to a lesson that is gone says so over the list", async () => {
  await open();
  await page.evaluate(() => (location.hash = "#v1&term=quorum"));
  await page.locator(".glossary .entry.open").getByText("Quorum").first().waitFor();
  await page.evaluate(() => (location.hash = "#v1&lesson=nothing"));
  await page.getByText("There is no lesson “nothing”.").first().waitFor();
  await page.getByRole("heading", { name: "Lessons" }).waitFor();
  await page.evaluate(() => (location.hash = "#v1&term=nothing"));
  await page.getByText("There is no term “nothing” in the glossary.").first().waitFor();
});
