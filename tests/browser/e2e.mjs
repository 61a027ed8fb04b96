// End to end, in Chromium as people use it: first minutes, links, keys, faults, what a visit fetches.
// Every wait is for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { test } from "node:test";
import { at, BASE, button, CALM, clock, complaints, hash, open, origin, page, script, tab, visitor, words } from "./visit.mjs";

test("a newcomer's first minute", async () => {
  await open("#v1&speed=1/10");
  const leader = page.locator(".node.leads");
  await leader.waitFor();
  const first = await leader.getAttribute("data-pick");
  await leader.click();
  await page.keyboard.press("c");
  await page.locator(`.node.crashed[data-pick=${first}]`).waitFor();
  await page.locator(`.node.leads:not([data-pick=${first}])`).waitFor();
  await page.keyboard.press("Space");
  await button("Play").waitFor();
  // Back before it: nobody leads.
  const elected = await clock();
  for (let steps = 0; (await page.locator(".node.leads").count()) > 0; steps++) {
    assert.ok(steps < 400, "the election is not that long ago");
    await button("One step back").click();
  }
  assert.ok(parseFloat(await clock()) < parseFloat(elected));
  assert.match(await script(), /crash S\d/);
});

test("what one did is in the link, and a friend sees the same", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leads").waitFor();
  await page.locator(".node[data-pick=S4]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=S4]").waitFor();
  await page.waitForFunction(() => location.hash.includes("crash+S4"));
  const seen = { words: await words(), clock: await clock() };
  assert.match(seen.words.join("\n"), /S1\s*leader/);

  await page.reload();
  await page.locator(".node.crashed[data-pick=S4]").waitFor();
  assert.deepEqual({ words: await words(), clock: await clock() }, seen, "after a reload");

  const friend = await visitor({ viewport: { width: 390, height: 844 } });
  await open(await hash(), friend.page);
  await friend.page.locator(".node.crashed[data-pick=S4]").waitFor();
  assert.deepEqual({ words: await words(friend.page), clock: await clock(friend.page) }, seen, "on a friend's phone");
  // Cut off on its way, inside of its last part.
  await friend.page.goto("about:blank");
  await open((await hash()).slice(0, -1), friend.page);
  await friend.page.getByText("The end of this link is missing: this is what it still says.").first().waitFor();
  await friend.context.close();
});

test("a run too long to be read in a link is packed into one, and comes back from it", async () => {
  const faults = Array.from({ length: 120 }, (_, second) => [`${second + 1}s crash S2`, `${second + 1}.5s restart S2`]).flat();
  await open(at([...CALM, ...faults], "122s"));
  await page.locator(".node[data-pick=S4]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=S4]").waitFor();
  await page.waitForFunction(() => location.hash.startsWith("#v1&packed="));
  const link = await hash();
  assert.ok(link.length < 2000, `${link.length} characters`);
  const friend = await visitor();
  await open(link, friend.page);
  await friend.page.locator(".node.crashed[data-pick=S4]").waitFor();
  assert.deepEqual(await words(friend.page), await words());
  await friend.page.goto("about:blank");
  await open(link.slice(0, 300), friend.page);
  await friend.page.getByText(/This link is damaged: a part of it is missing/).waitFor();
  assert.equal(await friend.page.evaluate(() => location.hash), link.slice(0, 300));
  await friend.context.close();
});

test("a gesture in the past makes a branch, and nothing is lost", async () => {
  await open(at([...CALM, "200ms crash S2", "400ms restart S2"], "500ms"));
  await page.locator(".node.leads").waitFor();
  await button("To the start").click();
  await page.locator(".node[data-pick=S5]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=S5]").waitFor();
  assert.doesNotMatch(await script(), /crash S2/);
  await page.getByText(/branch 2 of 2/i).first().waitFor();
});

test("everything by keyboard", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leads").waitFor();
  await page.keyboard.press("3");
  await page.locator(".node[data-pick=S3].selected, .node[data-pick=S3][aria-pressed=true]").waitFor();
  await page.keyboard.press("p");
  await page.locator(".node.paused[data-pick=S3]").waitFor();
  await page.keyboard.press("p");
  await page.locator(".node:not(.paused)[data-pick=S3]").waitFor();
  const before = await clock();
  await page.keyboard.press("ArrowRight");
  await page.waitForFunction((before) => document.querySelector("[role=timer]").textContent.trim() !== before, before);
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("?");
  await page.getByRole("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

test("what was opened gives the focus back, and the bar is gone along by keys", async () => {
  await open(at(CALM, "900ms"));
  const focused = () => page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.getAttribute("aria-label") || document.activeElement.labels[0].textContent);
  for (const [name, key] of [["Share", "Escape"], ["Runs", "Escape"], ["Share", "Enter"]]) {
    await button(name).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    if (key === "Enter") await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).focus();
    await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.waitForFunction((name) => document.activeElement.textContent.includes(name), name);
  }
  for (const name of ["Compare", "Run until", "Diagram"]) {
    const summary = page.locator("summary", { hasText: name });
    await summary.focus();
    await page.keyboard.press("Enter");
    await page.locator("details[open] .panel :is(button, input)").first().waitFor();
    await page.keyboard.press("Tab");
    assert.ok(!(await focused()).includes(name), "it has gone in");
    await page.keyboard.press("Escape");
    await page.waitForFunction((name) => document.activeElement.matches("summary") && document.activeElement.textContent.includes(name), name);
  }
  await page.getByRole("slider", { name: "Position in the run" }).focus();
  for (const [key, earlier] of [["PageDown", true], ["PageUp", false], ["ArrowDown", true], ["ArrowUp", false]]) {
    const before = Number.parseFloat(await clock());
    await page.keyboard.press(key);
    await page.waitForFunction(([before, earlier]) => {
      const now = Number.parseFloat(document.querySelector("[role=timer]").textContent);
      return earlier ? now < before : now > before;
    }, [before, earlier]);
  }
});

test("a caption that a gesture has made untrue stays away after a reload", async () => {
  await open("#v1&scene=raft/first-election&at=755ms");
  const caption = page.locator(".caption");
  await caption.getByText("Your turn").waitFor();
  await page.keyboard.press("1");
  await page.keyboard.press("c");
  await page.locator(".node.crashed").waitFor();
  await caption.waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".node.crashed").waitFor();
  assert.equal(await caption.count(), 0);
  // Before it, what the scene says is true.
  await page.evaluate(() => (location.hash = location.hash.replace(/at=[^&]*/, "at=100ms")));
  await caption.waitFor();
});

test("a link is cut by mouse, and healed", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leads").waitFor();
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
  await page.locator(".node.leads").waitFor();
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

test("mistakes in a script are told while it is written, all at once, and go as they are mended", async () => {
  await open(at(CALM, "300ms"));
  await page.locator(".node.leads").waitFor();
  const before = await words();
  await tab("Script").click();
  await page.getByRole("button", { name: /edit/i }).click();
  const editor = page.getByRole("tabpanel").getByRole("textbox");
  await editor.fill("run raft nodes=3\n1s crush S1\n2s crash S9");
  const mistakes = page.getByRole("tabpanel").locator(".mistakes").getByRole("button");
  await mistakes.nth(1).waitFor();
  assert.match((await mistakes.allTextContents()).join("|"), /^Line 2, column 4: expected a command.*\|Line 3, column 10: there is no S9/);
  await page.getByRole("button", { name: /run this script/i }).click();
  const chosen = () => editor.evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd));
  assert.equal(await chosen(), "crush", "to run it leads to the first of them");
  await mistakes.nth(1).click();
  assert.equal(await chosen(), "S9");
  assert.deepEqual(await words(), before);
  assert.equal(await page.locator(".notices .notice").count(), 0, "it is said once");
  await editor.fill("run raft nodes=3\n1s crash S1\n2s crash S9");
  await page.waitForFunction(() => document.querySelectorAll(".mistakes li").length === 1);
  await editor.fill("run raft nodes=3\n1s crash S1");
  await page.waitForFunction(() => document.querySelectorAll(".mistakes li").length === 0);
  assert.equal(await editor.getAttribute("aria-invalid"), "false");
  await page.getByRole("button", { name: /run this script/i }).click();
  await page.waitForFunction(() => document.querySelectorAll(".node").length === 3);
});

test("a text that is too long for a script is refused by its length, at once", async () => {
  await open(at(CALM, "300ms"));
  await tab("Script").click();
  await page.getByRole("button", { name: /edit/i }).click();
  const editor = page.getByRole("tabpanel").getByRole("textbox");
  const before = await editor.inputValue();
  const taken = await editor.evaluate((area) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "1s crash S1\n".repeat(450_000));
    const start = performance.now();
    const goesOn = area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    return goesOn ? Infinity : performance.now() - start;
  });
  assert.ok(taken < 1_000, `${taken} ms`);
  await page.getByRole("tabpanel").locator(".mistakes").getByText(/A script has at most 524288 bytes; this one has 5400/).waitFor();
  assert.equal(await editor.inputValue(), before, "what was there is still there");
});

test("the back button brings back the scene before", async () => {
  await open("#v1&scene=raft/first-election");
  await page.getByRole("combobox").nth(1).selectOption({ label: "A split vote and its end" });
  await page.waitForFunction(() => location.hash.includes("split-vote"));
  await page.goBack();
  await page.waitForFunction(() => location.hash.includes("first-election"));
  await page.locator(".node").nth(4).waitFor();
});

test("a part that cannot be fetched says so, and the page works on", async () => {
  await open(at(CALM, "100ms"));
  await page.route(/zh\.txt$/, (route) => route.fulfill({ status: 404 }));
  await page.getByRole("button", { name: "中文" }).click();
  await page.locator(".notices").getByText("A part of this page is no longer on its server").waitFor();
  complaints.length = 0; // The browser's own complaint of the file.
  await page.unroute(/zh\.txt$/);
  await page.getByRole("button", { name: "中文" }).click();
  await button("播放").waitFor();
});

test("a violation stops the play and says what broke", async () => {
  await open("#v1&scene=raft/figure-8-flaw&speed=5");
  await page.locator(".notices").getByText(/Leader Completeness/).first().waitFor();
  await button("Play").waitFor();
  await page.getByRole("tab", { name: /^Properties/ }).click();
  await page.getByRole("tabpanel").getByText(/violated/i).first().waitFor();
});

test("Chinese, by the browser's language or by a click, and in the link", async () => {
  const student = await visitor({ locale: "zh-CN" });
  await open("#v1", student.page);
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
  await a.locator(".node.leads").waitFor();
  await b.locator(".node.leads").waitFor();
  await a.locator(".node.leads").click();
  await a.locator(".node.leads").press("c");
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

test("formulas are told as they are written, broken before a connective, and fit a phone", async () => {
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
      clauses: [...formula.querySelectorAll("span")].map((clause) => ({
        text: clause.textContent,
        lines: Math.round(clause.offsetHeight / parseFloat(getComputedStyle(clause).lineHeight)),
      })),
      over: formula.scrollWidth - formula.clientWidth,
    })));
    assert.equal(found.length, await page.locator(".properties li").count());
    for (const { role, label, clauses, over } of found) {
      const told = { width, label, clauses, over };
      assert.ok(role === "math" && label.length > 5 && over <= 0, JSON.stringify(told));
      for (const [place, { text, lines }] of clauses.entries()) {
        assert.ok(lines === 1 && label.includes(text[0]) && (place === 0 || "∧∨⇒".includes(text[0])), JSON.stringify(told));
      }
    }
  }
});

test("a thousand places are dots: found by a press, by name and by key, parted by a line, and told in words", async () => {
  // It opens with the curve of those who have heard; the lanes are asked for.
  const rumour = ["gossip nodes=1000 seed=7", "50ms request S213 spread"];
  await open(at(rumour, "300ms"));
  await page.locator(".plots .spread .formula").waitFor({ state: "attached" });
  await open(`${at(rumour, "300ms")}&below=diagram`);
  await page.locator(".dots.ring").first().waitFor();
  const told = (await page.locator(".picture > ul.unseen li").allTextContents()).join("\n");
  const count = Number(/(\d+) of 1000 know it/.exec(told)[1]);
  assert.ok(count > 1 && count < 1000, `${count} know it`);
  // The keyboard goes from dot to dot, and Enter shows what can be done.
  const spot = page.locator(".spot");
  await spot.focus();
  await page.keyboard.press("ArrowDown");
  await page.locator('.spot[data-pick="S2"]').waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".inspector h2", { hasText: "S2" }).first().waitFor();
  await page.keyboard.press("Escape");
  // By name, and the link of two.
  const find = page.locator(".find-place input");
  await find.fill("s678");
  await find.press("Enter");
  await page.locator(".inspector h2", { hasText: "S678" }).first().waitFor();
  await page.locator(".near .count", { hasText: "S678" }).waitFor();
  await page.locator(".diagram .lane", { hasText: "S678" }).waitFor();
  await find.fill("S1-S678");
  await find.press("Enter");
  await page.locator(".inspector h2", { hasText: "Link S1 – S678" }).waitFor();
  // A line of the cut tool parts those on its two sides.
  await page.locator(".tools button", { hasText: "Cut" }).click();
  const box = await page.locator("svg.scene").boundingBox();
  await page.mouse.move(box.x + box.width * 0.4, box.y + 60);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.4, box.y + box.height - 90, { steps: 6 });
  await page.mouse.up();
  await page.locator(".cluster").nth(1).waitFor();
  assert.match(await script(), /partition S1\S* .*\| S\d+/);
});
