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
  // Once the page has written its own address.
  await page.waitForFunction(() => /at=/.test(location.hash));
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
  // Its pictures are the stage's: rings as far as they have run, logs, names of messages.
  assert.ok((await page.locator("[data-role=handout] svg.scene .node .role").count()) >= steps);
  assert.ok((await page.locator("[data-role=handout] svg.scene .timer .rest[stroke-dasharray]").count()) > 0);
  assert.ok((await page.locator("[data-role=handout] svg.scene .message").evaluateAll((all) => all.every((one) => getComputedStyle(one).visibility === "visible"))));
  // The answers stand behind all that is asked.
  const asked = await page.locator("[data-role=handout] .boxes").last().boundingBox();
  const answers = await page.locator("[data-role=handout] .all-answers").boundingBox();
  assert.ok(answers.y > asked.y);
  await page.emulateMedia({ media: "screen" });
  await page.evaluate(() => dispatchEvent(new Event("afterprint")));
  await page.locator("[data-role=handout]").waitFor({ state: "detached" });
  // Whoever prints by the browser's own way has the same.
  await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
  await page.locator("[data-role=handout] figure").first().waitFor({ state: "attached" });
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

const written = () => page.getByRole("textbox", { name: "The lesson's text" });
const MINE = "# Mine alone\n\n```synod\nrun raft nodes=3 seed=7\n```\n\n## The only step\n\n```synod\npause 300ms\n```\n";
const goTo = (link) => page.evaluate((link) => (location.hash = link), link);
/** The editor has the focus, is in sight, and holds this. */
async function editorHolds(start) {
  await page.waitForFunction(() => document.activeElement?.matches(".editor textarea"));
  await page.waitForFunction((start) => document.querySelector(".editor textarea").value.startsWith(start), start);
  const box = await written().boundingBox();
  assert.ok(box.y >= 0 && box.y < 850 - 100, JSON.stringify(box));
}

test("what is written stays: through the glossary, a reload, a lesson and the preview, until one begins anew", async () => {
  await open();
  await goTo("#v1&door=lessons");
  await written().fill(MINE);
  await page.getByRole("link", { name: "Glossary", exact: true }).click();
  await page.locator(".glossary").waitFor();
  await page.getByRole("link", { name: "Lessons", exact: true }).click();
  assert.equal(await written().inputValue(), MINE);
  await page.reload();
  assert.equal(await written().inputValue(), MINE);
  await goTo("#v1&lesson=cap");
  await study().waitFor();
  await page.goBack();
  assert.equal(await written().inputValue(), MINE);
  await button("Preview").click();
  await study().getByRole("heading", { name: "The only step" }).waitFor();
  await page.goBack();
  await editorHolds("# Mine alone");
  // Another text takes its place, and gives it back.
  await goTo("#v1&lesson=cap");
  await study().waitFor();
  await button("Open this one in the editor").click();
  await editorHolds("# ");
  assert.match(await written().inputValue(), /scene quorum-store|run /);
  await button("Bring back what stood here before").click();
  assert.equal(await written().inputValue(), MINE);
  await button("Begin anew").click();
  assert.match(await written().inputValue(), /^# A lesson of your own/);
  await button("Bring back what stood here before").click();
  assert.equal(await written().inputValue(), MINE);
});

test("for a room a scene goes from caption to caption in large type, the screen goes black, and the focus comes back", async () => {
  await page.setViewportSize({ width: 1280, height: 720 });
  await open("#v1&scene=raft/article-example&at=0s");
  await button("Present").click();
  await page.locator(".synod.presents").waitFor();
  await page.locator(".caption", { hasText: "First, A becomes the leader." }).waitFor();
  const large = (selector) =>
    page.locator(selector).first().evaluate((text) => parseFloat(getComputedStyle(text).fontSize) * (text.getScreenCTM?.().a ?? 1));
  await page.waitForFunction(() => document.querySelector("svg.scene").getScreenCTM().a > 1.4);
  const sizes = { id: await large(".node .id"), role: await large(".node .role"), caption: await large(".caption") };
  assert.ok(sizes.id >= 25 && sizes.role >= 19.5 && sizes.caption >= 26.5, JSON.stringify(sizes));
  await page.keyboard.press("PageDown");
  await page.keyboard.press("PageDown");
  await page.locator(".caption", { hasText: "A client asks A for “update”." }).waitFor();
  await page.keyboard.press("b");
  await page.locator(".synod.black").waitFor();
  assert.ok(!(await page.locator(".node").first().isVisible()));
  await page.keyboard.press("PageDown");
  await page.locator(".node").first().waitFor();
  await page.keyboard.press("PageUp");
  await page.locator(".caption", { hasText: "First, A becomes the leader." }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches("button.present"));
  // From an open menu the focus goes to the stage, and comes back by one press.
  await page.locator(".until > summary").focus();
  await page.keyboard.press("Enter");
  await page.locator(".until[open]").waitFor();
  await page.keyboard.press("v");
  await page.waitForFunction(() => document.activeElement?.matches(".presents .scene [data-pick]"));
  await page.locator(".clicker", { hasText: "light a server" }).waitFor();
  await page.keyboard.press("s");
  assert.equal(await page.locator("dialog[open]").count(), 0, "sharing is not for the room");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement?.matches(".until > summary"));
});

test("for a room a lesson shows its choices, and a step that asks nothing its first sentences", async () => {
  await open("#v1&lesson=raft&step=3");
  await study().waitFor();
  await page.getByRole("button", { name: /^Present: / }).click();
  await page.locator(".slide li").first().waitFor();
  const title = await page.locator(".slide strong").textContent();
  // The run plays to its answer; one more press goes there at once, the next one to the next step.
  await page.keyboard.press("PageDown");
  await page.locator(".synod.playing").waitFor();
  await page.keyboard.press("PageDown");
  await page.locator(".slide .good").waitFor();
  assert.equal(await page.locator(".slide strong").textContent(), title);
  await page.keyboard.press("PageDown");
  await page.waitForFunction((title) => document.querySelector(".slide strong").textContent !== title, title);
  await page.evaluate(() => (location.hash = "#v1&lesson=raft&step=8"));
  await page.waitForFunction(() => document.querySelectorAll(".slide li").length === 0 && document.querySelector(".slide span").textContent.length > 20);
});

test("the cards of exercises name what they belong to, can be filtered, and carry a mark once opened or solved", async () => {
  await open();
  await goTo("#v1&door=exercises");
  const cards = page.locator(".cards .card");
  await cards.first().waitFor();
  const all = await cards.count();
  assert.ok((await page.locator(".cards .of").allTextContents()).every((text) => text.length > 3));
  await page.getByRole("searchbox", { name: "Filter" }).fill("two lead at once");
  await page.waitForFunction((all) => document.querySelectorAll(".cards .card").length < all, all);
  const card = page.locator('.card[href="#v1&exercise=two-leaders"]');
  assert.equal(await card.locator(".mark").count(), 0);
  await card.click();
  await study().waitFor();
  await page.goBack();
  await card.locator(".mark", { hasText: "opened" }).waitFor();
  const solved = "#v1&run=raft+nodes=5+seed=7+clients=2+retry=3s+election=300ms..600ms;30ms+fire+S1+election;140ms+request+C1+S1+put+x=1;300ms+partition+S1+S2+|+S3+S4+S5;480ms+fire+S3+election;620ms+request+C2+S3+put+x=3&exercise=two-leaders&at=1s";
  await goTo(solved);
  await page.locator("[data-role=solved]").waitFor();
  await page.reload();
  await page.locator("[data-role=solved]").waitFor();
  await goTo("#v1&door=exercises");
  await card.locator(".mark.done", { hasText: "solved" }).waitFor();
  await button("中文").click();
  await page.locator(".card .mark.done", { hasText: "已完成" }).first().waitFor();
});
