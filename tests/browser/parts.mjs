// The parts of the program: each comes when it is asked for, and whatever goes wrong with its file is said
// where it was asked for, with a way to try again, while what runs goes on.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { at, button, CALM, clock, complaints, hash, open, page, tab, visitor, words } from "./visit.mjs";

const PARTS = /\/([a-z_]+)-[0-9a-f]{16}\.wasm$/;
const file = (name) => new RegExp(`/${name}-[0-9a-f]{16}\\.wasm$`);
const bytes = (name) => readFileSync(`dist/${readdirSync("dist").find((known) => file(name).test(`/${known}`))}`);
const RAFT = at(CALM, "300ms");
/** What a browser says of a request that failed is no complaint of the page's. */
const forgive = () => complaints.splice(0);

/** The parts that a page asks for from now on. */
function asking(who = page) {
  const asked = [];
  who.on("request", (request) => PARTS.test(request.url()) && asked.push(PARTS.exec(request.url())[1]));
  return asked;
}

/** Keeps a part back until `arrive` is called. */
async function slowly(name, who = page) {
  let arrive;
  const late = new Promise((done) => (arrive = done));
  await who.route(file(name), (route) => late.then(() => route.continue()));
  return arrive;
}

const choose = (slug, who = page) => who.getByLabel("Protocol").first().selectOption(slug);
const shows = (slug, who = page) => who.waitForFunction((slug) => location.hash.includes(slug), slug);
const seconds = async () => Number.parseFloat(await clock());
const notice = (who = page) => who.locator(".notice.refusal");
const again = (where) => where.getByRole("button", { name: "Try again", exact: true });

test("a first visit fetches the program and the protocol that it shows", async () => {
  for (const [link, slugs] of [["", ["raft"]], ["#v1&scene=paxos/duel", ["paxos"]], [RAFT, ["raft"]], ["#v1&run=raft+nodes=3&protocol2=multi-paxos", ["multi_paxos", "raft"]]]) {
    const somebody = await visitor();
    const asked = asking(somebody.page);
    await open(link, somebody.page);
    assert.deepEqual(asked.sort(), [...slugs, "synod"], link);
    await somebody.context.close();
  }
});

/** Each way in which a file can fail. */
const FAILURES = {
  "cut off": (name) => ({ contentType: "application/wasm", body: bytes(name).subarray(0, 3_000) }),
  "damaged": (name) => ({ contentType: "application/wasm", body: Buffer.from(bytes(name)).fill(0, 100, 200) }),
  "missing": () => ({ status: 404 }),
  "forbidden": () => ({ status: 403 }),
  "out of order": () => ({ status: 503 }),
  "a page that asks to log in": () => ({ contentType: "text/html", body: "<!doctype html><p>Log in" }),
};
const NO_LONGER = "A part of this page is no longer on its server: Synod has been replaced by a newer one there. Reload the page; the link keeps the run.";

for (const [what, answer] of Object.entries(FAILURES)) {
  test(`where a protocol's file is ${what} a sentence says so, what runs goes on, and it is asked for again`, async () => {
    await open("#v1&scene=raft/first-election&at=300ms");
    await button("Play").click();
    await page.route(file("paxos"), (route) => route.fulfill(answer("paxos")));
    await choose("paxos");
    await notice().getByText(what === "missing" ? NO_LONGER : "Paxos could not be fetched. Check the connection, and try again.").waitFor();
    assert.equal(await page.getByLabel("Protocol").first().inputValue(), "raft", "the list shows what runs");
    const before = await seconds();
    await page.waitForFunction((before) => Number.parseFloat(document.querySelector("[role=timer]").textContent) > before, before);
    await page.unroute(file("paxos"));
    await again(notice()).click();
    await shows("paxos");
    await notice().waitFor({ state: "detached" });
    forgive();
  });

  test(`where the desk's file is ${what} each drawer says so and can be tried again, and the rest of the page works`, async () => {
    await page.route(file("desk"), (route) => route.fulfill(answer("desk")));
    await open(RAFT);
    for (const [drawer, there, leave] of [
      [() => button("Share").click(), "dialog .embed textarea", () => page.keyboard.press("Escape")],
      [() => button("Runs").click(), "dialog .runs", () => page.keyboard.press("Escape")],
      [() => tab("Log").click(), ".inspector input[type=file]", async () => {}],
    ]) {
      await drawer();
      const trouble = page.locator(".trouble", { hasText: what === "missing" ? NO_LONGER : "A part of Synod could not be fetched. Check the connection, and try again." });
      await trouble.waitFor();
      if (there.startsWith("dialog .embed")) await page.locator("dialog .link-line input").waitFor(); // A link needs no desk.
      await again(trouble).click();
      await trouble.waitFor();
      await leave();
    }
    await page.unroute(file("desk"));
    await again(page.locator(".trouble")).click();
    await page.locator(".inspector input[type=file]").waitFor({ state: "attached" });
    forgive();
  });
}

test("where a protocol's file never ends coming it is given up, and asked for anew", async () => {
  // As long as the page would wait, in short.
  await page.addInitScript(() => {
    const real = setTimeout;
    globalThis.setTimeout = (act, time, ...args) => real(act, time >= 20_000 ? 400 : time, ...args);
  });
  await open(RAFT);
  await page.route(file("paxos"), () => {});
  await choose("paxos");
  await page.getByText("Fetching Paxos…").waitFor();
  await notice().getByText("Paxos could not be fetched. Check the connection, and try again.").waitFor();
  assert.equal(await page.getByText("Fetching Paxos…").count(), 0);
  await page.unroute(file("paxos"));
  await again(notice()).click();
  await shows("paxos");
  forgive();
});

test("a protocol that was chosen begins an entry of its own: the back button leads to the run before", async () => {
  await open("#v1&scene=raft/first-election&at=300ms");
  await choose("paxos");
  await shows("paxos");
  await page.goBack();
  await shows("raft/first-election");
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("0.300"));
  assert.equal(await page.getByLabel("Protocol").first().inputValue(), "raft");
  // Who goes back while a choice is on its way does not want it any more.
  const arrive = await slowly("multi_paxos");
  await page.evaluate(() => (location.hash = "#v1&scene=multi-paxos/stable-leader"));
  await page.getByText("Fetching Multi-Paxos…").waitFor();
  await page.goBack();
  await page.getByText("Fetching Multi-Paxos…").waitFor({ state: "detached" });
  arrive();
  await page.waitForTimeout(300);
  assert.equal(await page.getByLabel("Protocol").first().inputValue(), "raft");
});

test("while a protocol is on its way there is a sign, and what runs can be used", async () => {
  await open("#v1&scene=raft/first-election&at=300ms");
  const arrive = await slowly("paxos");
  await choose("paxos");
  await page.getByText("Fetching Paxos…").waitFor();
  await page.locator(".node[data-pick=S1]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=S1]").waitFor();
  await button("One step forward").click();
  await page.waitForFunction(() => !document.querySelector("[role=timer]").textContent.startsWith("0.300000"));
  arrive();
  await shows("paxos");
  assert.equal(await page.getByText("Fetching Paxos…").count(), 0);
});

test("of several choices on their way the last one counts, whichever comes first", async () => {
  await open(RAFT);
  const first = await slowly("paxos");
  await choose("paxos");
  const second = await slowly("multi_paxos");
  await choose("multi-paxos");
  await page.getByText("Fetching Multi-Paxos…").waitFor();
  first();
  await page.waitForTimeout(200);
  assert.ok((await hash()).includes("raft"), "the choice that was replaced comes to nothing");
  second();
  await shows("multi-paxos");
  // A choice of something that is there replaces one that is on its way.
  await page.reload();
  await page.locator(".node").first().waitFor();
  const third = await slowly("paxos");
  await choose("paxos");
  await page.getByText("Fetching Paxos…").waitFor();
  await choose("raft");
  await shows("raft");
  third();
  await page.waitForTimeout(200);
  assert.ok((await hash()).includes("raft"));
});

test("what is typed, pressed and opened while a part is on its way happens once, at once", async () => {
  await open("#v1&scene=raft/first-election&at=300ms");
  const arrive = await slowly("desk");
  await tab("Log").click();
  await page.getByText("Fetching…").waitFor();
  await tab("Script").click();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  const text = page.locator(".inspector textarea");
  await text.press("End");
  await text.pressSequentially("# x");
  assert.match(await text.inputValue(), /# x/);
  arrive();
  await page.waitForTimeout(300);
  assert.match(await text.inputValue(), /# x/, "nothing that was typed is lost");
  await button("Play").click();
  await button("Pause").waitFor();
});

test("a script, a link and a kept run of another protocol fetch it", async () => {
  await open(RAFT);
  const asked = asking();
  await tab("Script").click();
  await page.getByRole("button", { name: "Edit", exact: true }).click();
  await page.locator(".inspector textarea").fill("run paxos nodes=3 seed=1");
  await button("Run this script").click();
  await shows("paxos");
  await page.evaluate(() => (location.hash = "#v1&scene=multi-paxos/stable-leader&at=1s"));
  await page.waitForFunction(() => document.querySelector("[role=timer]").textContent.startsWith("1.000"));
  assert.deepEqual(asked, ["paxos", "multi_paxos"]);
  assert.equal(await page.getByLabel("Protocol").first().inputValue(), "multi-paxos");
});

test("a script that names another protocol is checked while it is written, and what is wrong is said once", async () => {
  await open(RAFT);
  const arrive = await slowly("paxos");
  await tab("Script").click();
  await button("Edit").click();
  const text = page.locator(".inspector textarea");
  await text.fill("run paxos nodes=99 seed=x\n1s crush S1");
  await page.locator(".inspector").getByText("Fetching…").waitFor();
  await button("Run this script").click();
  arrive();
  const told = page.getByText(/^Line (1, column (17|25)|2, column 4): /);
  await told.nth(2).waitFor();
  assert.equal(await told.count(), 3, "all of them, each once");
  await text.fill("run paxos nodes=3\n1s crush S1");
  await page.locator(".mistakes").getByText("Line 2, column 4: expected a command").waitFor();
  assert.equal(await page.getByText("Line 2, column 4").count(), 1);
  await text.fill("run paxos nodes=3\n1s crash S1");
  await page.locator(".mistakes li").waitFor({ state: "detached" });
  await button("Run this script").click();
  await shows("paxos");
  // What cannot be had is said beneath the text, and asked for again by whoever runs it.
  await page.route(file("multi_paxos"), (route) => route.fulfill({ status: 503 }));
  await button("Edit").click();
  await text.fill("run multi-paxos nodes=3");
  await page.locator(".inspector").getByText("Multi-Paxos could not be fetched. Check the connection, and try again.").waitFor();
  await page.unroute(file("multi_paxos"));
  await button("Run this script").click();
  await shows("multi-paxos");
  forgive();
});

test("where the run of a link cannot be had a sentence says so, and the link is opened once it is there", async () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  for (const [link, locale, options] of [["#v1&scene=p%61xos/console"], ["#v1&run=multi-paxos+nodes=3+seed=7&at=300ms"], ["#v1&scene=paxos/duel", "zh-CN"], ["#v1&scene=paxos/duel", undefined, phone]]) {
    const somebody = await visitor({ locale: locale ?? "en-GB", ...options });
    const who = somebody.page;
    await who.route(/\/(multi_)?paxos-/, (route) => route.fulfill({ status: 503 }));
    await open(link, who);
    await notice(who).getByText(locale ? "未能获取" : "The run of this link needs a part of Synod that could not be fetched: the first scene is shown instead.").waitFor();
    const retry = notice(who).getByRole("button", { name: locale ? "重试" : "Try again", exact: true });
    assert.equal(await who.evaluate(() => location.hash), link, "the link stays in the address");
    await retry.click();
    await notice(who).getByText(locale ? "未能获取" : "could not be fetched. Check the connection").waitFor();
    assert.equal(await who.evaluate(() => location.hash), link, "still");
    await who.unroute(/\/(multi_)?paxos-/);
    await retry.click();
    await notice(who).waitFor({ state: "detached" });
    await who.waitForFunction(() => /paxos/.test(location.hash) && /at=[^&]*\.\d/.test(location.hash));
    await somebody.context.close();
  }
  forgive();
});

test("the link stays in the address: a reload asks for it again", async () => {
  const link = "#v1&scene=paxos/console";
  await page.route(file("paxos"), (route) => route.fulfill({ status: 503 }));
  await open(link);
  await page.getByText("the first scene is shown instead").first().waitFor();
  await page.unroute(file("paxos"));
  await page.reload();
  await page.locator(".node").first().waitFor();
  assert.equal(await page.locator(".notice").count(), 0);
  await shows("paxos");
  assert.ok((await words()).length >= 3);
  forgive();
});

test("where not even the first protocol can be had a card says so, with the link to copy, and reloads", async () => {
  await page.route(file("raft"), (route) => route.fulfill({ status: 503 }));
  await page.goto("about:blank");
  await open(RAFT).catch(() => {});
  const card = page.locator(".crash-card[role=alert]");
  await card.getByText("A part of Synod could not be fetched. Reload the page.").waitFor();
  assert.match(await card.locator("pre").textContent(), /run=raft/);
  await page.unroute(file("raft"));
  await card.getByRole("button", { name: "Reload" }).click();
  await page.locator(".node").first().waitFor();
  forgive();
});

test("Chinese that does not come, or not whole, is said not to have come, and comes when it is asked for again", async () => {
  for (const answer of [{ status: 503 }, { body: "<!doctype html><title>Log in</title>" }, { body: "00037a70 S1" }, { body: "" }]) {
    const somebody = await visitor({ locale: "zh-CN" });
    const who = somebody.page;
    await who.route(/zh\.txt/, (route) => route.fulfill(answer));
    await open("#v1&scene=raft/first-election&at=300ms", who);
    await who.getByText("A part of Synod could not be fetched.").first().waitFor();
    assert.equal(await who.locator("html").getAttribute("lang"), "en");
    await who.unroute(/zh\.txt/);
    await again(notice(who)).click();
    await who.getByRole("button", { name: "分享", exact: true }).waitFor();
    await somebody.context.close();
  }
  forgive();
});
