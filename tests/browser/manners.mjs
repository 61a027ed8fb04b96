// The manners of the page, in Chromium as people use it: that it has room in every window, says what
// matters, and loses nobody's place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, button, CALM, open, page, tab } from "./visit.mjs";

const box = (selector) => page.locator(selector).first().evaluate((element) => {
  const { top, bottom, left, right, height } = element.getBoundingClientRect();
  return { top, bottom, left, right, height };
});
/** Whether all of it is in the window. */
const inSight = async (selector) => {
  const { top, bottom, left, right } = await box(selector);
  const { width, height } = page.viewportSize();
  return top >= 0 && left >= 0 && bottom <= height && right <= width;
};

test("in a short window the stage keeps its room, and the lanes are where the page is scrolled to", async () => {
  // 1280×768 and 1280×512 at 200 %, a phone on its side, a small phone with its keyboard out, a frame.
  for (const [width, height] of [[640, 384], [640, 256], [844, 390], [390, 450], [320, 568], [720, 450], [1366, 400]]) {
    const size = `${width}×${height}`;
    await page.goto("about:blank");
    await page.setViewportSize({ width, height });
    await open(at(CALM, "900ms"));
    assert.ok((await box("svg.scene")).height >= 220, `the stage at ${size}`);
    if (height > 300) assert.ok(await inSight(".controls .play"), `Play at ${size}`);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(over <= 1, `${over} pixels too wide at ${size}`);
    await page.locator(".spacetime").scrollIntoViewIfNeeded();
    assert.ok(await inSight(".spacetime"), `the lanes at ${size}`);
    // The inspector comes to where one is.
    await (width < 640 ? tab("Properties") : width < 1000 ? button("Inspector") : tab("Properties")).click();
    const panel = await box(".tab-panel");
    assert.ok(panel.top < height && panel.bottom > 0 && panel.height >= 80, `the inspector at ${size}: ${JSON.stringify(panel)}`);
  }
});

const focused = () => page.evaluate(() => document.activeElement.closest("[data-pick]")?.getAttribute("data-pick"));

test("the focus is never lost: it goes on where a message arrives, and after Drop", async () => {
  await open(at(CALM, "120ms"));
  await page.locator(".message").first().focus();
  const first = await focused();
  assert.match(first, /^m\d/);
  for (let steps = 0; (await page.locator(`.message[data-pick=${first}]`).count()) > 0; steps++) {
    assert.ok(steps < 200, "messages arrive");
    await page.keyboard.press("ArrowRight", { delay: 0 });
    await button("One step forward").evaluate((step) => step.click());
    assert.ok(await focused(), "something on the stage has the focus");
  }
  await page.locator(".message").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".menu-card button", { hasText: "Drop" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".menu-card").waitFor({ state: "detached" });
  await page.waitForFunction(() => document.activeElement.closest("[data-pick]"));
});

test("after a hand's act there is a way on, then what came of it, and a way back", async () => {
  await open(at(CALM, "500ms"));
  await page.locator(".node[data-pick=S1]").click();
  await page.keyboard.press("c");
  const said = page.locator(".sequel");
  await said.getByRole("button", { name: "Play", exact: true }).click();
  await said.getByText(/S\d is leader now: for 0\.\d s nobody was\./).waitFor();
  await said.getByRole("button", { name: "Back to before it" }).click();
  await page.locator(".node.leads[data-pick=S1]").waitFor();
  await said.waitFor({ state: "detached" });
});

test("whoever listens hears who leads, with a time as people say it", async () => {
  await open(at(CALM, "0ms"));
  await page.evaluate(() => (location.hash = location.hash.replace(/at=[^&]*/, "at=200ms")));
  await page.locator("[role=status].unseen").getByText(/At 0\.\d+ seconds, S1 is now leader\./).waitFor();
});
