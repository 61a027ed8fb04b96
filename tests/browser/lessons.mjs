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
  await page.waitForFunction(() => location.hash.includes("text="));
});

test("the glossary opens at a term, and a link to a lesson that is gone says so", async () => {
  await open();
  await page.evaluate(() => (location.hash = "#v1&term=quorum"));
  await page.locator(".glossary .entry.open").getByText("Quorum").first().waitFor();
  await page.evaluate(() => (location.hash = "#v1&lesson=nothing"));
  await page.getByText("There is no lesson “nothing”.").first().waitFor();
});
