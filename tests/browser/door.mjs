// The front door of the built page, in Chromium as people use it: what is shown where no link says what to run.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { BASE, button, hash, origin, page, visitor } from "./visit.mjs";

const arrive = async (who = page, link = "") => {
  await who.goto(origin + BASE + link);
  await who.locator(".concept").first().waitFor();
};
const title = () => page.getByRole("heading", { level: 1 });
const finder = (who = page) => who.locator(".finder input");
const found = () => page.locator(".found a");
const leader = () => page.locator(".node.leads").first();

test("the bare address shows the map, one press opens a run, and back leads to the door", async () => {
  await arrive();
  assert.match(await title().textContent(), /Watch servers agree/);
  await page.waitForFunction(() => location.hash === "#v1&door=map");
  // Interactive: the first card answers a press.
  const ready = await page.evaluate(() => performance.now());
  assert.ok(ready < 15_000, `${ready} ms on a machine that does other things`);
  await page.locator('[data-scene="paxos/duel"]').click();
  await page.locator(".at-door").waitFor({ state: "detached" });
  assert.match(await hash(), /^#v1&scene=paxos\/duel/);
  await page.waitForFunction(() => document.title.includes("duel"));
  await page.goBack();
  await page.locator(".concept").first().waitFor();
  assert.equal(await hash(), "#v1&door=map");
  assert.equal(await page.title(), "Synod");
  // What was opened has its sign from now on; the legend says what it means.
  await page.locator('[data-scene="paxos/duel"] .opened').waitFor();
  await page.getByText("you have opened it").first().waitFor();
  // A link goes straight to its run, and the logo leads to the door.
  await page.goto(`${origin + BASE}#v1&scene=raft/figure-8`);
  await page.locator(".inspector").waitFor();
  await page.locator(".logo a").first().click();
  await page.locator(".concept").first().waitFor();
});

test("the first run moves at once, elects a leader within seconds, can be paused and opened", async () => {
  await arrive();
  await page.locator(".node.bids").first().waitFor({ timeout: 15_000 });
  await leader().waitFor({ timeout: 20_000 });
  await button("Pause").click();
  await button("Play").waitFor();
  await page.getByRole("link", { name: "Open this run" }).click();
  await page.locator(".inspector").waitFor();
  assert.match(await hash(), /^#v1&scene=raft\/first-election/);
});

test("a run that is opened from the door plays on", async () => {
  await arrive();
  const play = page.locator(".controls .play");
  await page.getByRole("link", { name: /Open this run/ }).click();
  await page.locator(".inspector").waitFor();
  await page.waitForFunction(() => !location.hash.includes("door"));
  const first = await page.getByRole("timer").textContent();
  await page.waitForFunction((first) => document.querySelector("[role=timer]").textContent !== first, first);
  assert.equal((await play.textContent()).trim(), "Pause");
});

test("a language in the address leaves the door open", async () => {
  await arrive(page, "?lang=zh");
  await page.getByRole("link", { name: "打开这次运行" }).first().waitFor();
});

test("in reduced motion the first run stands still where votes are asked for", async () => {
  const { context, page: still } = await visitor({ reducedMotion: "reduce" });
  await arrive(still);
  await still.locator(".message.vote").first().waitFor();
  await button("Play", still).waitFor();
  assert.ok((await still.locator(".message.vote").count()) >= 4);
  await context.close();
});

test("a first visit sees neither sign; what came since the last one is new", async () => {
  await arrive();
  assert.equal(await page.locator(".map .new, .map .opened").count(), 0);
  await page.evaluate(() => {
    const known = localStorage.getItem("synod-known").split(" ").filter((scene) => scene !== "crdt/both-survive");
    localStorage.setItem("synod-known", known.join(" "));
  });
  await page.reload();
  await page.locator('[data-scene="crdt/both-survive"] .new').waitFor();
  assert.equal(await page.locator(".concept .new").count(), 1);
  await page.getByText("since you were here").waitFor();
});

test("the cards have pictures, and arrow keys go along the edges", async () => {
  await arrive();
  await page.waitForFunction(() => [...document.querySelectorAll(".miniature")].every((picture) => picture.querySelectorAll("path").length > 1));
  const focused = () => page.evaluate(() => document.activeElement.dataset.scene);
  await page.locator('[data-scene="zk-lock/queue"]').focus();
  await page.keyboard.press("ArrowUp");
  assert.equal(await focused(), "zab/discovery-to-broadcast");
  await page.keyboard.press("ArrowLeft");
  assert.equal(await focused(), "raft/first-election");
  await page.keyboard.press("Enter");
  await page.locator(".inspector").waitFor();
});

test("a search finds a flaw and a term, by the keyboard alone", async () => {
  await arrive();
  await page.keyboard.press("/");
  await page.keyboard.type("forget vote");
  await found().first().waitFor();
  assert.match(await found().first().textContent(), /flaw/);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator(".inspector").waitFor();
  assert.match(await hash(), /raft/);
  await page.goBack();
  await page.locator(".concept").first().waitFor();
  await finder().fill("quorum");
  await page.locator('.found a[href="#v1&term=quorum"]').click();
  await page.locator("#term-quorum").waitFor();
  assert.equal(await page.locator("main.stage").isVisible(), false);
  await finder().fill("xyzzy qwxyz");
  await page.getByText("Nothing here is called so.").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator(".found").count(), 0);
});

test("a link that is pressed while the page is busy is followed", async () => {
  await arrive();
  await finder().fill("quorum");
  const link = page.locator('.found a[href="#v1&term=quorum"]');
  await link.waitFor();
  const { x, y } = await link.boundingBox();
  // So long that the page is to note where it is, as soon as it can: the press comes before that.
  const busy = page.evaluate(() => {
    for (const end = performance.now() + 1_500; performance.now() < end; );
  });
  await Promise.all([busy, page.mouse.click(x + 20, y + 10)]);
  await page.locator("#term-quorum").waitFor();
});

test("the menu of flaws leads to a run that each of them breaks", async () => {
  await page.goto(`${origin + BASE}#v1&scene=raft/first-election`);
  await page.locator(".inspector").waitFor();
  await page.locator(".flaws > summary").click();
  const link = page.locator(".flaws .broken").first();
  await link.waitFor();
  assert.equal(await page.locator(".flaws .broken").count(), await page.locator(".flaws .choices li").count());
  await link.click();
  await page.waitForFunction(() => location.hash.includes("run=raft") && location.hash.includes("flaw="));
  await page.locator(".flaws.active").waitFor();
});

test("the map can be taken away as a picture and as Mermaid text", async () => {
  await arrive();
  for (const [name, begins] of [["picture", "<svg"], ["Mermaid text", "flowchart TD"]]) {
    const [download] = await Promise.all([page.waitForEvent("download"), button(name).click()]);
    const text = readFileSync(await download.path(), "utf8");
    assert.ok(text.startsWith(begins) && text.includes("Paxos"), name);
  }
});

test("the door has room in small windows, and speaks Chinese", async () => {
  for (const [width, height] of [[320, 568], [390, 844], [844, 390], [1024, 700], [1280, 720]]) {
    await page.setViewportSize({ width, height });
    await arrive();
    const over = await page.evaluate(() => {
      const frame = document.querySelector(".playground");
      return frame.scrollWidth - frame.clientWidth;
    });
    assert.ok(over <= 1, `${over} pixels too wide at ${width}×${height}`);
    const picture = await page.locator("svg.scene").boundingBox();
    assert.ok(picture.height >= 200, `the stage at ${width}×${height}`);
    const cut = await page.locator(".concept").evaluateAll((cards) =>
      cards.filter((card) => card.scrollHeight > card.clientHeight + 1 || card.scrollWidth > card.clientWidth + 1).map((card) => card.dataset.scene),
    );
    assert.deepEqual(cut, [], `cut off at ${width}×${height}`);
  }
  const { context, page: reader } = await visitor({ locale: "zh-CN" });
  await arrive(reader);
  assert.match(await reader.getByRole("heading", { level: 1 }).textContent(), /看服务器达成一致/);
  await finder(reader).fill("法定人数");
  await reader.locator('.found a[href="#v1&term=quorum"]').waitFor();
  const english = await reader.locator(".concept .told").evaluateAll((told) => told.map((one) => one.textContent).filter((text) => !/\p{Script=Han}/u.test(text)));
  assert.deepEqual(english, []);
  await context.close();
});

test("the picture of the card under the pointer plays, and stands still in reduced motion", async () => {
  await arrive();
  const picture = (who) => who.locator('[data-scene="raft/split-vote"] .miniature').evaluate((svg) => svg.innerHTML);
  await page.waitForFunction(() => document.querySelectorAll(".miniature path").length > 50);
  const still = await picture(page);
  await page.locator('[data-scene="raft/split-vote"]').hover();
  await page.waitForFunction((still) => document.querySelector('[data-scene="raft/split-vote"] .miniature').innerHTML !== still, still);
  await page.mouse.move(2, 2);
  await page.waitForFunction((still) => document.querySelector('[data-scene="raft/split-vote"] .miniature').innerHTML === still, still);
  const { context, page: calm } = await visitor({ reducedMotion: "reduce" });
  await arrive(calm);
  await calm.waitForFunction(() => document.querySelectorAll(".miniature path").length > 50);
  await calm.locator('[data-scene="raft/split-vote"]').hover();
  await calm.waitForTimeout(600);
  assert.equal(await picture(calm), still);
  await context.close();
});

test("a slip of a letter or two is forgiven where nothing is called so", async () => {
  await arrive();
  for (const [said, first] of [["pasox", "Paxos"], ["redlok", "Redlock"]]) {
    await finder().fill(said);
    await found().first().getByText(first, { exact: true }).waitFor();
  }
});

test("on paper the map is whole, and nothing is printed that only those who listen are told", async () => {
  await page.setViewportSize({ width: 703, height: 990 });
  await arrive();
  await page.waitForFunction(() => document.querySelector('link[href="paper.css"]')?.sheet);
  await page.emulateMedia({ media: "print" });
  const over = await page.locator(".concept").evaluateAll((cards) => cards.filter((card) => card.getBoundingClientRect().right > innerWidth).length);
  assert.equal(over, 0);
  assert.ok(!(await page.locator(".picture > .unseen").first().isVisible()));
});
