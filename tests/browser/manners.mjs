// The manners of the page, in Chromium as people use it: that it has room in every window, says what
// matters, and loses nobody's place.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, BASE, button, CALM, open, origin, page, script, tab } from "./visit.mjs";

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

test("two runs have their room in every window: where it is small, one picture at a time, and the names switch", async () => {
  const shown = () => page.locator("svg.scene").evaluateAll((all) => all.filter((one) => one.checkVisibility({ visibilityProperty: true })).map((one) => [one.id, one.getBoundingClientRect().height]));
  for (const [width, height, pictures] of [[320, 568, 1], [390, 844, 1], [844, 390, 1], [720, 450, 1], [1366, 600, 1], [1024, 768, 2], [1366, 850, 2]]) {
    const size = `${width}×${height}`;
    await page.goto("about:blank");
    await page.setViewportSize({ width, height });
    await open("#v1&scene=abd/cap&at=3.2s");
    const first = await shown();
    assert.equal(first.length, pictures, `pictures at ${size}`);
    assert.ok(first.every(([, height]) => height >= 220), `the stage at ${size}: ${JSON.stringify(first)}`);
    assert.ok(await inSight(".controls .play"), `Play at ${size}`);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 1, `too wide at ${size}`);
    const second = page.getByRole("button", { name: /^B AP/, pressed: false });
    await second.focus();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^B AP/, pressed: true }).waitFor();
    if (pictures === 1) assert.notEqual((await shown())[0][0], first[0][0], `the other picture at ${size}`);
  }
});

test("two runs say what they differ in, also after something was done", async () => {
  await open("#v1&scene=abd/cap&at=3.2s");
  const names = () => page.locator(".pane-head h2").allTextContents();
  const before = await names();
  assert.match(before[0], /CP: ABD/);
  assert.match(before[1], /AP: Quorum store.* r=1 w=1/);
  await page.locator(".node[data-pick=S1]").first().focus();
  await page.keyboard.press("1");
  await page.keyboard.press("c");
  await page.locator(".node.crashed").first().waitFor();
  assert.deepEqual(await names(), before);
});

test("a message says why it was sent, in its card and in the inspector", async () => {
  await open(at(CALM, "120ms"));
  await page.locator(".message").first().focus();
  await page.keyboard.press("Enter");
  await tab("Message").click();
  await page.locator(".tab-panel h2").getByRole("button", { name: /^Why/ }).waitFor();
  await page.locator(".message").first().focus();
  await page.keyboard.press("Enter");
  await page.locator(".menu-card").getByRole("button", { name: "Why was it sent?" }).click();
  await page.getByRole("heading", { name: "Why did this happen?" }).waitFor();
  await page.locator(".reasons .step", { hasText: "sends" }).first().waitFor();
});

const focused = () => page.evaluate(() => document.activeElement.closest("[data-pick]")?.getAttribute("data-pick"));

test("who has left a card's server is not led back there by a number", async () => {
  await open(at(CALM, "900ms"));
  const focused = () => page.evaluate(() => document.activeElement.dataset.named);
  await page.locator('.node[data-named="S1"]').focus();
  await page.keyboard.press("Enter");
  await page.locator(".menu-card").waitFor();
  await page.locator(".tools summary").first().focus();
  await page.keyboard.press("2");
  await page.locator('.node.selected[data-named="S2"]').waitFor();
  assert.notEqual(await focused(), "S1");
});

test("Run until keeps to the window", async () => {
  for (const [width, height] of [[640, 384], [844, 390], [1280, 800]]) {
    await page.setViewportSize({ width, height });
    await open(at(CALM, "900ms"));
    await page.locator(".until > summary").click();
    const { left, right } = await box(".until > .panel");
    assert.ok(left >= 0 && right <= width, `${left} to ${right} of ${width}`);
  }
});

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

test("the focus does not fall back to the page after a run was opened, Escape in the inspector, and while it plays", async () => {
  const has = () => page.waitForFunction(() => document.activeElement !== document.body && document.activeElement.getClientRects().length);
  await page.goto(`${origin}${BASE}#v1&door=map`);
  await page.getByRole("link", { name: /^Open this run/ }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".controls .play").waitFor();
  await has();
  await open(at(CALM, "500ms"));
  await page.locator(".node[data-pick=S1]").click();
  await page.locator(".tab-panel .acts button").first().focus();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  await page.locator(".tab-panel .hint").waitFor();
  await has();
  // Where the inspector is a drawer, the focus goes into it, and Escape leads back.
  await page.setViewportSize({ width: 844, height: 390 });
  await button("Inspector").focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.closest(".inspector [role=tab]"));
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement.classList.contains("drawer-button"));
  await page.setViewportSize({ width: 1366, height: 850 });
  // While it plays, messages arrive one after the other.
  await open(at(CALM, "120ms"));
  await page.locator(".message").first().focus();
  await page.keyboard.press(" ");
  await button("Pause").waitFor();
  const first = await focused();
  await page.waitForFunction((first) => !document.querySelector(`.message[data-pick=${first}]`), first);
  await has();
  assert.ok(await focused(), "something on the stage has the focus");
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

test("whoever listens is told while it plays, and misses no caption", async () => {
  await open("#v1&scene=raft/first-election");
  await page.evaluate(() => {
    globalThis.captions = new Set();
    const region = document.querySelector("[role=status].unseen");
    // What was said before anybody watched has been heard, too.
    globalThis.heard = [region.textContent];
    new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
    const stage = document.querySelector("main.stage");
    const look = () => stage.querySelectorAll(".caption:not(.goal)").forEach((caption) => captions.add(caption.textContent));
    new MutationObserver(look).observe(stage, { childList: true, characterData: true, subtree: true });
  });
  await page.getByRole("button", { name: "Pause", exact: true }).waitFor();
  await page.waitForFunction(() => heard.some((said) => /is now leader/.test(said)));
  assert.ok(await page.getByRole("button", { name: "Pause", exact: true }).isVisible(), "it still plays");
  await page.getByText("The story ends here.").waitFor();
  const missed = await page.evaluate(() => [...captions].filter((caption) => !heard.some((said) => said.includes(caption))));
  assert.deepEqual(missed, []);
});

/** Of all that is written in sight: how high its letters are on the screen, the smallest. */
const smallest = () => page.evaluate(() => {
  const shown = [...document.querySelectorAll(".synod *")].filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()) && !element.closest(".unseen, dialog, [hidden]"));
  const sizes = shown.filter((element) => element.getClientRects().length).map((element) => {
    const own = Number.parseFloat(getComputedStyle(element).fontSize);
    const text = element.closest("text");
    return text ? own * text.getScreenCTM().a : own;
  });
  return Math.min(...sizes);
});

test("who enlarges the browser's type has all of the page larger, and nothing is lost", async () => {
  await open(at(CALM, "500ms"));
  const usual = await smallest();
  await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
  await page.waitForFunction(() => document.querySelector("svg.scene").getScreenCTM().a > 1.9);
  const large = await smallest();
  assert.ok(large > 1.9 * usual, `${usual} pixels become ${large}`);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 1);
  assert.ok(await inSight(".controls .play"));
});

test("at 320 pixels servers say their role and show their logs", async () => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open(at([...CALM, "300ms request C1 put x=1"], "900ms"));
  for (const server of await page.locator(".node").all()) {
    assert.match(await server.textContent(), /leader|follower/);
    assert.ok((await server.locator(".entry").count()) > 0);
  }
});

test("what is pressed is 24 pixels wide and high, or more", async () => {
  const small = () => page.evaluate(() => {
    const targets = document.querySelectorAll(".synod :is(button, summary, select, input, a, [role=button], [role=slider], [role=treeitem], [role=tab])");
    return [...targets].filter((target) => target.checkVisibility({ visibilityProperty: true }) && target.getClientRects().length && !target.closest(".unseen, .edgePath"))
      .map((target) => [target, target.closest("label") ?? target])
      .filter(([target, box]) => {
        // What is part of a sentence, or has its label to be pressed, may be smaller.
        const { width, height } = box.getBoundingClientRect();
        return Math.min(width, height) < 23.5 && !target.classList.contains("inline");
      })
      .map(([target, box]) => `${target.outerHTML.slice(0, 80)} ${Math.round(box.getBoundingClientRect().width)}×${Math.round(box.getBoundingClientRect().height)}`);
  });
  await open(at([...CALM, "300ms request C1 put x=1"], "900ms"));
  await page.locator(".node").first().click();
  assert.deepEqual(await small(), []);
  for (const name of ["Why", "Properties", "Models", "Log", "Script"]) {
    await tab(name).click();
    assert.deepEqual(await small(), [], name);
  }
});

test("a sign explains itself to who points at it, focuses it or holds a finger on it", async () => {
  await open(at(CALM, "120ms"));
  const tip = page.locator(".tip");
  await page.locator(".node [data-sign=lamport]").first().hover();
  await tip.getByText(/L is its Lamport clock/).waitFor();
  await page.locator(".message").first().hover({ force: true });
  await tip.getByText(/A message that asks|A reply|A heartbeat/).waitFor();
  await tip.getByText(/term \d/).waitFor();
  await page.keyboard.press("Escape");
  await tip.waitFor({ state: "detached" });
  // A focus that no key has brought there asks nothing.
  await page.locator(".node[data-pick=S3]").focus();
  await page.waitForTimeout(600);
  assert.equal(await tip.count(), 0);
  await page.keyboard.press("Shift");
  await page.locator(".node[data-pick=S2]").focus();
  await tip.getByText(/Its timer\. The ring runs down/).waitFor();
  await tip.getByText(/square/).waitFor();
  await page.locator(".node[data-pick=S3] .timer").dispatchEvent("pointerdown", { pointerType: "touch", bubbles: true, clientX: 300, clientY: 300 });
  await page.waitForFunction(() => document.querySelectorAll(".tip p").length === 1);
  // In Chinese, too.
  await button("中文").click();
  await page.locator(".node [data-sign=lamport]").first().hover();
  await tip.getByText(/Lamport 时钟/).waitFor();
});

test("a word of what explains a sign leads to the glossary", async () => {
  await open(at(CALM, "120ms"));
  await page.locator(".node [data-sign=lamport]").first().hover();
  await page.locator(".tip a").first().click();
  await page.locator("[data-role=term]").getByText(/Lamport/).first().waitFor();
});

test("a card lies beside what it is about, and what the page says covers no server and no client", async () => {
  const over = (one, others) => page.evaluate(([one, others]) => {
    const card = document.querySelector(one).getBoundingClientRect();
    return [...document.querySelectorAll(others)].filter((other) => {
      const box = other.getBoundingClientRect();
      return box.left < card.right && box.right > card.left && box.top < card.bottom && box.bottom > card.top;
    }).map((other) => other.textContent);
  }, [one, others]);
  await open(at(CALM, "120ms"));
  await page.locator(".node[data-pick=S1] .label-container").click();
  await page.locator(".menu-card").waitFor();
  assert.deepEqual(await over(".menu-card", ".node[data-pick=S1], .message"), []);
  for (const size of [{ width: 1366, height: 768 }, { width: 1024, height: 600 }, { width: 390, height: 844 }]) {
    await page.setViewportSize(size);
    await page.goto("about:blank");
    await open("#v1&scene=raft/first-election&at=300ms");
    await page.evaluate(() => (location.hash = "#v1&scene=nope/nope"));
    await page.locator(".notice").waitFor();
    assert.deepEqual(await over(".notice", ".node .label-container, .client .actor"), [], `${size.width}×${size.height}`);
  }
});

test("Tab goes on through both runs, and whoever edits the script types on", async () => {
  await page.setViewportSize({ width: 1366, height: 768 });
  await open("#v1&scene=abd/cap&at=1s");
  await page.locator(".pane-head button").first().waitFor();
  const second = page.locator(".pane").nth(1).locator(".pane-head h2 button");
  await page.locator(".pane").first().locator("[data-pick]").first().focus();
  for (let presses = 0; presses < 12 && !(await second.evaluate((it) => it === document.activeElement)); presses += 1) {
    await page.keyboard.press("Tab");
  }
  await page.waitForFunction(() => document.querySelectorAll(".pane")[1].classList.contains("active"));
  assert.ok(await second.evaluate((it) => it === document.activeElement), "the name keeps the focus that it was given");
  await open("#v1&scene=raft/first-election&at=100ms");
  await page.getByRole("tab", { name: "Script" }).click();
  await button("Edit").click();
  await page.waitForFunction(() => document.activeElement?.tagName === "TEXTAREA");
  // What is long is put there at once: a browser takes minutes to lay it out line by line.
  const lines = Array.from({ length: 9000 }, (_, line) => `${line + 1}ms heal`).join("\n");
  await page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, lines);
  await page.waitForFunction((length) => document.querySelector("textarea").value.length >= length, lines.length);
});

test("a violation's why shows its words in a small window, and whoever listens is told of two runs", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open("#v1&scene=raft/figure-8-flaw&at=1.1s");
  await page.getByRole("button", { name: "Play", exact: true }).first().click();
  await page.getByRole("alert").getByRole("button", { name: /why/i }).click();
  await page.getByRole("tabpanel").getByText(/because|commits/i).first().waitFor();
  assert.ok(await page.getByRole("tabpanel").isVisible());
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("one request goes to all at once, and every reply is shown", async () => {
  await open("#v1&run=paxos+nodes=3+seed=1&at=5ms");
  await page.locator(".who select").nth(1).selectOption("all");
  await page.locator(".ask", { hasText: "Prepare" }).getByRole("button", { name: "Send" }).click();
  assert.match(await script(), /request C1 S1 S2 S3 prepare/i);
  await page.locator(".controls .play").click();
  await tab("Node").click();
  for (const server of ["S1", "S2", "S3"]) await page.locator(".answers li", { hasText: `${server}: ` }).waitFor();
});
