// What the tests of the built page share: the release build in dist/, served from a sub-path as any
// static host would, a Chromium, and a new visitor for each test.

import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { after, afterEach, before, beforeEach } from "node:test";
import { launch, send, site } from "../../scripts/site.mjs";

const DIST = resolve("dist");
export const BASE = "/course/week3/";

let server, browser;
export let origin, context, page, complaints;

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
export async function visitor(options = {}) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB", serviceWorkers: "block", ...options });
  context.setDefaultTimeout(60_000);
  // Browsers wish for several languages, and Playwright's for one.
  await context.addInitScript(() => Object.defineProperty(navigator, "languages", { value: [navigator.language, navigator.language.slice(0, 2), "fr"] }));
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
  page.on("request", (request) => request.url().startsWith(origin) || complaints.push(`leaves the site: ${request.url()}`));
  return { context, page };
}

export async function open(hash = "#v1", who = page) {
  await who.goto(origin + BASE + hash);
  await who.locator(".node, .dots").first().waitFor();
}

export const button = (name, who = page) => who.getByRole("button", { name, exact: true });
export const tab = (name, who = page) => who.getByRole("tab", { name, exact: true });
export const clock = async (who = page) => (await who.getByRole("timer").textContent()).trim();
/** Waits until the clock says this: what is opened, notices speak of before it is drawn. */
export const shows = (time, who = page) => who.waitForFunction((time) => document.querySelector("[role=timer]").textContent.trim() === time, time);
export const script = async (who = page) => {
  await tab("Script", who).click();
  await who.locator(".lines li").first().waitFor();
  return (await who.locator(".lines li").allTextContents()).join("\n");
};
/** What every server is and knows, as the picture says it. */
export const words = (who = page) => who.locator(".node").evaluateAll((nodes) => nodes.map((node) => node.textContent));
export const hash = () => page.evaluate(() => location.hash);

/** The link to a run that stands still at this time. */
export const at = (lines, time) => `#v1&run=${encodeURIComponent(lines.join("\n")).replaceAll("%0A", ";").replaceAll("%20", "+")}&at=${time}`;
export const CALM = ["raft nodes=5 seed=3", "10ms fire S1 election"];

/** Three runs: the first, and two that gestures in its past began. */
export async function branchOut(lines = CALM) {
  await open(at(lines, "900ms"));
  for (const time of ["500ms", "300ms"]) {
    await page.evaluate((time) => (location.hash = location.hash.replace(/at=[^&]*/, `at=${time}`)), time);
    await page.waitForFunction((seconds) => document.querySelector("[role=timer]").textContent.startsWith(seconds), time === "500ms" ? "0.500" : "0.300");
    await page.locator(".node").first().focus();
    await page.keyboard.press("1");
    await page.keyboard.press("c");
    await page.locator(".node.crashed").first().waitFor();
  }
}
