// Embedding, end to end: the release build in dist/ on one site, pages that embed it on the same and on
// another one, in Chromium as people use it. Every wait is for something that is told; nothing sleeps.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { launch, send, site } from "../../scripts/site.mjs";

const DIST = resolve("dist");
const BASE = "/course/week3/";
const CALM = "raft nodes=3 seed=3; 10ms fire S1 election";

let servers, synod, elsewhere, browser, context, page, complaints, written;

before(async () => {
  const serve = (path, response) => {
    if (path === "/page") return response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(written);
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const file = path.startsWith(BASE) ? join(DIST, path.slice(BASE.length) || "index.html") : "";
    // What a sandboxed frame, which is of no site, needs to load what it is made of.
    send(response, file.startsWith(DIST) ? file : "", { "access-control-allow-origin": "*" });
  };
  servers = [await site(serve), await site(serve)];
  [synod, elsewhere] = servers.map((server) => server.origin);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  servers?.forEach((server) => server.close());
});

beforeEach(async () => {
  complaints = [];
  await visit();
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, [], "errors in the console, failed requests");
});

async function visit(options = {}) {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1100, height: 900 }, locale: "en-GB", serviceWorkers: "block", ...options });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("response", (response) => response.status() >= 400 && complaints.push(`${response.status()} ${response.url()}`));
}

/** A page of another site with this in its body. */
async function host(body, site = elsewhere) {
  written = `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><body>${body}<script src="${synod}${BASE}synod-playground.js"></script></body></html>`;
  await page.goto(`${site}/page`);
}

/** In the page: what the method of this element comes to. */
const ask = (id, name, ...args) =>
  page.evaluate(([id, name, args]) => document.getElementById(id)[name](...args).then((done) => done, (error) => `✗ ${error.message}`), [id, name, args]);

test("two elements on one page never disturb each other, and one that is removed is gone", async () => {
  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground><synod-playground id="b" run="paxos seed=1" link="at=0s"></synod-playground>`);
  const [a, b] = [await ask("a", "read"), await ask("b", "read")];
  assert.deepEqual([a.protocol, b.protocol], ["raft", "paxos"]);
  const led = await ask("a", "until", "leader");
  assert.equal(led.nodes.filter((node) => node.role === "leader").length, 1);
  await ask("a", "command", "crash S2");
  await ask("a", "set", "theme", "dark");
  await ask("a", "set", "accent", "#00aa77");
  assert.deepEqual(await ask("b", "read"), b, "the other one is as it was");
  const [one, other] = page.frames().filter((frame) => frame.url().includes("embed.html"));
  const looks = (frame) => frame.evaluate(() => [document.documentElement.dataset.theme, document.documentElement.style.getPropertyValue("--accent")]);
  assert.deepEqual([await looks(one), await looks(other)], [["dark", "#00aa77"], ["light", ""]]);

  // Whoever waits for what is removed is told.
  const left = page.evaluate(() => {
    const element = document.getElementById("a");
    const late = element.until("S1 commitIndex>=9999").catch((error) => error.message);
    element.remove();
    return Promise.all([late, element.read().catch((error) => error.message), element.shadowRoot.childElementCount]);
  });
  assert.deepEqual(await left, ["The playground is no longer on the page.", "The playground is no longer on the page.", 0]);
  assert.equal(page.frames().length, 2);
  assert.deepEqual(await ask("b", "read"), b);
  // It comes back as it was written.
  await page.evaluate(() => document.body.append((globalThis.again = document.createElement("synod-playground"))));
  await page.evaluate(() => Object.assign(again, { id: "a" }).setAttribute("run", "raft nodes=3 seed=5"));
  assert.equal((await ask("a", "read")).nodes.length, 3);
});

test("what makes no address is said to whoever waits, and keeps no other element from starting", async () => {
  await host(`<synod-playground id="a" base="javascript:alert(1)"></synod-playground><synod-playground id="b" base="https://["></synod-playground>
    <synod-playground id="c"></synod-playground><script>document.getElementById("c").setAttribute("run", "raft title \\ud800")</script>
    <synod-playground id="d" style="height:300px" run="${CALM}" link="at=0s"></synod-playground>`);
  for (const id of ["a", "b", "c"]) assert.match(String(await ask(id, "read")), /^✗ The playground did not start: nothing came from .+\.$/, id);
  assert.equal((await ask("d", "read")).protocol, "raft");
  await page.locator("#b .poster").getByText("The playground did not start: nothing came from https://[.").waitFor();
  // Mended at once, nobody hears of it.
  assert.equal(await page.evaluate(async () => {
    const element = Object.assign(document.createElement("synod-playground"), { style: "height:300px" });
    document.body.append(element);
    element.setAttribute("base", "https://[");
    element.start();
    element.removeAttribute("base");
    await element.read();
    await element.ready;
    element.remove();
    return "there";
  }), "there");
  // Mended, it starts.
  await page.evaluate(() => document.getElementById("a").removeAttribute("base"));
  assert.equal((await ask("a", "read")).protocol, "raft");
  assert.equal(page.frames().length, 3);
});

test("where what a call needs cannot be had it says so, calls are answered in their order, and the next one asks again", async () => {
  let blocked = true;
  await page.route(/\/paxos-.*\.wasm$/, (route) => (blocked ? route.fulfill({ status: 503 }) : route.continue()));
  await host(`<synod-playground id="a" run="raft nodes=3 seed=3" link="at=0s"></synod-playground>`);
  const [load, read] = await answers("a", ["load", "run paxos nodes=3 seed=1"], ["read"]);
  assert.equal(load, "✗ Paxos could not be fetched. Check the connection, and try again.");
  assert.equal(read.protocol, "raft", "what runs goes on");
  blocked = false;
  const [again, then] = await answers("a", ["load", "run paxos nodes=3 seed=1"], ["read"]);
  assert.deepEqual([again.protocol, then.protocol], ["paxos", "paxos"]);
  complaints.splice(0, Infinity, ...complaints.filter((complaint) => !/503/.test(complaint)));
});

test("a part that comes late keeps later calls waiting, and the run on screen goes on", async () => {
  let arrive;
  const late = new Promise((done) => (arrive = done));
  await page.route(/\/(multi_paxos|desk)-.*\.wasm$/, (route) => late.then(() => route.continue()));
  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  await ask("a", "play");
  const calls = answers("a", ["read", "mermaid"], ["load", "run multi-paxos nodes=3 seed=1"], ["read"]);
  const time = () => embedded().evaluate(() => Number.parseFloat(document.querySelector("[role=timer]").textContent));
  const before = await time();
  await embedded().waitForFunction((before) => Number.parseFloat(document.querySelector("[role=timer]").textContent) > before, before);
  arrive();
  const [diagram, load, read] = await calls;
  assert.match(diagram, /^sequenceDiagram/m);
  assert.deepEqual([load.protocol, read.protocol], ["multi-paxos", "multi-paxos"]);
});

test("an element that is moved or taken away in mid-run leaves nothing behind, and the others play on", async () => {
  await host(`<synod-playground id="a" style="height:300px" run="${CALM}"></synod-playground><synod-playground id="b" style="height:300px" run="${CALM}"></synod-playground><div id="there"></div>`);
  for (const id of ["a", "b"]) await ask(id, "play");
  const gone = await page.evaluate(async () => {
    const element = document.getElementById("a");
    await new Promise((done) => element.on("event", done));
    const waits = element.until("S1 commitIndex>=9999").catch((error) => error.message);
    document.getElementById("there").append(element); // The browser takes it off the page for that.
    const said = await waits;
    return { said, again: (await element.read()).protocol, frames: element.shadowRoot.querySelectorAll("iframe").length };
  });
  assert.deepEqual(gone, { said: "The playground is no longer on the page.", again: "raft", frames: 1 });
  await page.evaluate(() => document.getElementById("a").remove());
  assert.equal(page.frames().length, 2);
  const before = (await ask("b", "read")).time;
  await page.evaluate((before) => new Promise((done) => document.getElementById("b").on("event", ({ time }) => time > before && done())), before);
});

test("the first picture is there before any frame, and frames come when scrolled near", async () => {
  await host(`<synod-playground id="near" run="${CALM}"></synod-playground><p style="height:4000px"></p><synod-playground id="far" run="raft nodes=7" link="at=0s"></synod-playground>`);
  assert.equal(await page.evaluate(() => document.getElementById("far").shadowRoot.querySelectorAll(".poster svg rect").length), 7);
  await page.evaluate(() => document.getElementById("near").ready);
  assert.equal(await page.evaluate(() => document.getElementById("far").shadowRoot.querySelectorAll("iframe").length), 0);
  await page.locator("#far").scrollIntoViewIfNeeded();
  await page.evaluate(() => document.getElementById("far").ready);
  assert.equal((await ask("far", "read")).nodes.length, 7);
  const size = (await readFile(join(DIST, "synod-playground.js"))).length;
  assert.ok(size < 100 * 1024, `${size} bytes until the first picture`);
});

test("a wrong call is a rejected promise whose sentence says why, and calls come in order", async () => {
  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  for (const [call, why] of [
    [["load", "run raft nodes=3\n1s crush S1"], /^✗ Line 2, column 4: expected a command/],
    [["seek", "soon"], /^✗ “seek” of “soon”: expected an event such as 214/],
    [["command", "crash S9"], /^✗ .*S9/],
    [["set", "accent", "nocolour"], /^✗ “set” of “accent=nocolour”: expected a colour/],
    [["call", "jump"], /^✗ There is no call “jump”/],
    [["load", 7], /^✗ “load” takes a text, but got number\.$/],
    [["load", "x".repeat(300_000)], /^✗ “load” takes at most 262144 characters, but got 300000\.$/],
    [["read", "mind"], /^✗ “read” of “mind”: expected state, link/],
  ]) {
    assert.match(String(await ask("a", ...call)), why);
  }
  const frame = page.frames().find((frame) => frame.url().includes("embed.html"));
  assert.equal(await frame.locator(".notice").count(), 0, "who called is told, not the reader");
  const order = await page.evaluate(async () => {
    const element = document.getElementById("a");
    const told = [];
    element.on("event", ({ event }) => told.push(event));
    const states = await Promise.all([element.seek("60ms"), element.forward(), element.back(), element.read("link"), element.set("lang", "zh"), element.read()]);
    const events = states.filter((state) => state.event).map((state) => state.event);
    await element.seek("200ms");
    return { events, link: states[3], told, ascending: told.every((event, place) => place === 0 || event > told[place - 1]) };
  });
  assert.ok(order.events[1] > order.events[0] && order.events[2] < order.events[1], JSON.stringify(order.events));
  assert.match(order.link, /^#v1&whole&run=raft\+nodes=3\+seed=3.*&end$/);
  assert.ok(order.told.length > 20 && order.ascending);
});

/** In the page: what is answered to these calls of one element, made at once. */
const answers = (id, ...calls) =>
  page.evaluate(([id, calls]) => Promise.all(calls.map((call) => document.getElementById(id).call(...call).catch((error) => `✗ ${error.message}`))), [id, calls]);

/** The same, of states their times. */
const together = async (id, ...calls) => (await answers(id, ...calls)).map((answer) => (typeof answer === "string" ? answer : answer.time));

const embedded = () => page.frames().find((frame) => frame.url().includes("embed.html"));

test("each call comes to what it came to itself, whatever breaks off its way", async () => {
  const never = ["until", "S1 commitIndex>=9999"];
  const taken = "✗ Another call has taken the place of this one.";
  const up = "✗ S1 is up: only what is down can be restarted.";
  await host(`<synod-playground id="a" show="top,tools" run="${CALM}" link="at=0s"></synod-playground>`);
  assert.deepEqual(await together("a", never, ["seek", "1s"]), [taken, 1_000_000]);
  assert.deepEqual(await together("a", ["seek", "3000s"], ["command", "restart S1"]), [taken, up]);
  assert.equal(await embedded().locator(".notice").count(), 0);
  // The reader may have enough of it.
  await ask("a", "load", `run ${CALM.replaceAll("; ", "\n")}`);
  const late = ask("a", "until", never[1]);
  await embedded().getByRole("button", { name: "Cancel", exact: true }).press("Enter"); // It moves under a mouse.
  assert.equal(await late, "✗ The search was given up.");
});

test("calls are done in their order, also where something has to be fetched for one of them", async () => {
  let asked, go;
  await page.route(/zh\.txt$/, async (route) => {
    asked();
    await new Promise((done) => (go = done));
    route.continue();
  });
  const waits = () => new Promise((done) => (asked = done));
  let fetching = waits();
  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  await ask("a", "read");
  const spoken = together("a", ["set", "lang=zh"], ["set", "lang=en"], ["read", "script"], ["jump"]);
  await fetching;
  go();
  assert.match((await spoken)[3], /^✗ There is no call “jump”/, "and said in the language that was asked for last");
  assert.equal(await embedded().evaluate(() => document.documentElement.lang), "en");

  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  await ask("a", "read");
  fetching = waits();
  const shown = together("a", ["open", "#v1&scene=raft/figure-8&at=1s&lang=zh"], ["load", "run raft nodes=3 seed=42"], ["read", "script"]);
  await fetching;
  go();
  assert.deepEqual(await shown, [1_000_000, 0, "run raft nodes=3 seed=42\n"]);
});

test("while its link cannot be shown it says so, and no call acts on the run that nobody asked for", async () => {
  const why = "There is no scene “raft/nope”.";
  await host(`<synod-playground id="a" style="--synod-accent: #00aa77" link="#v1&scene=raft/nope"></synod-playground><script>
    addEventListener("load", () => document.getElementById("a").on("state", () => {}))</script>`);
  await page.evaluate(() => document.getElementById("a").ready);
  const notice = embedded().locator(".notice").getByText(why);
  await embedded().waitForFunction(() => document.documentElement.style.getPropertyValue("--accent") === "#00aa77");
  await ask("a", "set", "theme", "dark");
  const calls = [["play"], ["forward"], ["seek", "1s"], ["until", "leader"], ["command", "crash S1"], ["load", "run raft nodes=0"], ["speed", "1"]];
  const told = await together("a", ...calls);
  assert.deepEqual(told.slice(0, 5), Array(5).fill(`✗ ${why}`));
  assert.match(told[5], /^✗ Line 1/);
  await notice.waitFor();
  assert.equal((await ask("a", "load", `run ${CALM.replaceAll("; ", "\n")}`)).event > 0, true);
  assert.equal(await notice.count(), 0);
  assert.equal((await ask("a", "seek", "60ms")).time, 60_000);
});

test("a link that could not be fetched keeps calls off the first scene, until it is opened", async () => {
  let blocked = true;
  await page.route(/\/paxos-.*\.wasm$/, (route) => (blocked ? route.fulfill({ status: 503 }) : route.continue()));
  await host(`<synod-playground id="a" link="#v1&scene=paxos/duel&at=1s"></synod-playground>`);
  await page.evaluate(() => document.getElementById("a").ready);
  await embedded().locator(".notice").waitFor();
  blocked = false;
  assert.match(String(await ask("a", "forward")), /^✗ The run of this link needs a part of Synod that could not be fetched/);
  await embedded().getByRole("button", { name: "Try again" }).click();
  await embedded().locator(".notice").waitFor({ state: "detached" });
  const state = await ask("a", "forward");
  assert.deepEqual([state.protocol, state.time > 1_000_000], ["paxos", true]);
  complaints.splice(0, Infinity, ...complaints.filter((complaint) => !/503/.test(complaint)));
});

test("where only its language cannot be had, calls are done in the other one", async () => {
  await page.route(/zh\.txt$/, (route) => route.fulfill({ status: 503 }));
  await host(`<div lang="zh"><synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground></div>`);
  assert.equal((await ask("a", "seek", "60ms")).time, 60_000);
  complaints.splice(0, Infinity, ...complaints.filter((complaint) => !/503/.test(complaint)));
});

test("an attribute that changes says the same as one that was there at the start", async () => {
  await host(`<synod-playground id="a" link="scene=raft/first-election&at=300ms" speed="1"></synod-playground>`);
  const before = await ask("a", "read");
  assert.deepEqual([before.time, before.speed], [300_000, "1"]);
  const set = (name, value) => page.evaluate(([name, value]) => document.getElementById("a").setAttribute(name, value), [name, value]);
  await set("link", "scene=raft/figure-8&at=1s");
  const after = await ask("a", "read");
  assert.deepEqual([after.time, after.speed, after.title], [1_000_000, "1", "Figure 8: why old entries are not committed by counting"]);
  const panel = () => embedded().locator(".inspector"); // Without the attribute there is another frame.
  assert.equal(await panel().isVisible(), false);
  await set("panel", "script");
  await panel().getByRole("tab", { name: "Script", selected: true }).waitFor();
  await page.evaluate(() => document.getElementById("a").removeAttribute("panel"));
  await ask("a", "read");
  assert.equal(await panel().isVisible(), false);
});

test("it looks as the host's style sheet says, also when that changes", async () => {
  await host(`<style>:root { color: #111; } :root.night { color: #eee; background: #111; --synod-accent: rgb(1 2 3) }</style><synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  await page.evaluate(() => document.getElementById("a").ready);
  const frame = page.frames().find((frame) => frame.url().includes("embed.html"));
  const looks = (theme, accent) => frame.waitForFunction(([theme, accent]) => document.documentElement.dataset.theme === theme && document.documentElement.style.getPropertyValue("--accent") === accent, [theme, accent]);
  await looks("light", "");
  await page.evaluate(() => document.documentElement.classList.add("night"));
  await looks("dark", "rgb(1 2 3)");
  await page.evaluate(() => document.documentElement.classList.remove("night"));
  await looks("light", "");
  await page.evaluate(() => (document.documentElement.lang = "zh"));
  await frame.getByRole("button", { name: "播放", exact: true }).waitFor();
  // As high as it wishes to be: nothing is cut off, and nothing scrolls.
  await frame.waitForFunction(() => document.querySelector(".playground").scrollHeight <= innerHeight + 1 && innerHeight > 250);
});

/** A frame without the element, and how its messages are told: `messages` in the page. */
async function framed(address, attributes = "") {
  await host(`<iframe id="frame" width="700" height="420" src="${synod}${BASE}embed.html${address}" ${attributes}></iframe>
    <script>globalThis.messages = []; addEventListener("message", ({ data, origin }) => messages.push({ ...data, origin }));
    globalThis.send = (message) => frame.contentWindow.postMessage(message, "*");
    globalThis.answer = (id) => messages.find((message) => message.id === id);</script>`);
}
const answered = async (id) => {
  await page.waitForFunction((id) => answer(id), id);
  return page.evaluate((id) => answer(id), id);
};

test("a sandboxed frame, which is of no site, runs, answers, and keeps nothing", async () => {
  await framed(`?run=raft+nodes=3+seed=3;10ms+fire+S1+election&at=0s&theme=dark`, `sandbox="allow-scripts"`);
  await page.waitForFunction(() => messages.some((message) => message.ready) && messages.some((message) => message.height > 250));
  assert.equal(await page.evaluate(() => messages[0].origin), "null");
  await page.evaluate(() => send({ synod: 1, id: 1, call: "until", text: "leader" }));
  const led = await answered(1);
  assert.equal(led.done, true);
  assert.equal(JSON.parse(led.text).nodes[0].role, "leader");
  const frame = page.frames()[1];
  await frame.locator(".node.leads").waitFor();
  assert.equal(await frame.evaluate(() => document.documentElement.dataset.theme), "dark");
  await frame.locator(".node[data-pick=S3]").click();
  await page.keyboard.press("c");
  await frame.locator(".node.crashed[data-pick=S3]").waitFor();
  await page.evaluate(() => send({ synod: 1, id: 2, call: "set", text: "lang=zh" }));
  assert.equal((await answered(2)).done, true, "Chinese comes from a file of its own");
  await frame.getByRole("toolbar").getByRole("button", { name: "播放", exact: true }).waitFor();
});

test("a page that was written for the first form of the calls still works: texts to it, and texts from it", async () => {
  await framed(`#v1&run=raft+nodes=3+seed=3;10ms+fire+S1+election&at=0s`);
  await page.waitForFunction(() => messages.some((message) => message.ready));
  const call = async (id, call, text) => {
    await page.evaluate((message) => send(message), { synod: 1, id, call, ...(text !== undefined && { text }) });
    const { origin, ...told } = await answered(id);
    return told;
  };
  const state = async (...of) => {
    const { text, ...told } = await call(...of);
    assert.deepEqual(told, { synod: 1, id: of[0], done: true }, of.join(" "));
    assert.equal(typeof text, "string");
    return JSON.parse(text);
  };
  assert.equal((await state(1, "seek", "60ms")).time, 60_000);
  assert.equal((await state(2, "seek", "11")).event, 11);
  const before = (await state(3, "forward")).event;
  assert.ok((await state(4, "back")).event < before);
  assert.equal((await state(5, "until", "leader")).nodes.filter(({ role }) => role === "leader").length, 1);
  assert.equal((await state(6, "command", "crash S2")).nodes[1].status, "down");
  assert.equal((await state(7, "speed", "1/10")).speed, "1/10");
  await state(8, "set", "theme=dark");
  await state(9, "set", "accent=#00aa77");
  const looks = () => embedded().evaluate(() => [document.documentElement.dataset.theme, document.documentElement.style.getPropertyValue("--accent")]);
  assert.deepEqual(await looks(), ["dark", "#00aa77"]);
  await state(10, "set", "accent=");
  assert.deepEqual(await looks(), ["dark", ""]);
  await state(11, "watch", "events properties captions state");
  assert.equal((await state(12, "play")).playing, true);
  await page.waitForFunction(() => ["event", "state"].every((kind) => messages.some(({ news }) => news?.news === kind)));
  assert.equal((await state(13, "pause", "")).playing, false);
  await state(14, "watch", "");
  assert.equal((await state(15, "open", "#v1&scene=raft/figure-8&at=1s")).time, 1_000_000);
  assert.equal((await state(16, "load", "run paxos nodes=3 seed=1\n10ms crash S1")).protocol, "paxos");
  assert.equal((await state(17, "read")).protocol, "paxos");
  assert.equal((await state(18, "read", "state")).protocol, "paxos");
  const script = { synod: 1, id: "s", done: true, text: "run paxos nodes=3 seed=1\n10ms     crash S1\n" };
  assert.deepEqual(await call("s", "read", "script"), script);
  for (const [id, name, text, why] of [
    ["seek?", "seek", "soon", /^“seek” of “soon”: expected an event such as 214, or a time such as 1\.24s\.$/],
    ["set?", "set", "theme=pink", /^“set” of “theme=pink”: expected theme=light/],
    ["watch?", "watch", "events crashes", /^“watch” of “crashes”: expected event, property, caption, state or study\.$/],
    ["play?", "play", "now", /unknown field `text`/],
    ["jump?", "jump", "", /^There is no call “jump”: expected load, open, play, pause, forward, back, seek, until, speed, command, set, watch, read\.$/],
  ]) {
    const { text: said, ...told } = await call(id, name, text);
    assert.deepEqual(told, { synod: 1, id, done: false });
    assert.match(said, why);
  }
  // The element takes the same by name.
  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  assert.equal((await ask("a", "call", "seek", "60ms")).time, 60_000);
  assert.equal((await ask("a", "call", "read")).time, 60_000);
  assert.match(await ask("a", "call", "read", "link"), /^#v1&/);
  await ask("a", "call", "set", "theme=dark");
  assert.equal((await looks())[0], "dark");
});

test("calls, answers and news are objects, of the types that hosts are told", async () => {
  await framed(`#v1&run=raft+nodes=3+seed=3&at=0s`);
  await page.waitForFunction(() => messages.some((message) => message.ready));
  const calls = [
    { call: "load", script: "run raft nodes=3 seed=7\n10ms fire S1 election\n100ms say S1 leads." },
    { call: "watch", news: ["event", "property", "caption", "state"] },
    { call: "seek", to: "60ms" },
    { call: "seek", to: 11 },
    { call: "forward" },
    { call: "back" },
    { call: "until", condition: "leader" },
    { call: "command", command: "crash S2" },
    { call: "speed", speed: 1 },
    { call: "speed", speed: "max" },
    { call: "set", name: "theme", value: "dark" },
    { call: "set", name: "leadColor", value: "" },
    { call: "load", script: "run raft nodes=3 seed=7 flaw=forget-vote\n10ms fire S1 election\n100ms say S1 leads.\n1s say Later." },
    { call: "play" },
    { call: "pause" },
    { call: "seek", to: "200ms" },
    { call: "watch", news: [] },
    { call: "read" },
    { call: "read", what: "state" },
    ...["link", "script", "flowchart", "mermaid", "svg", "shiviz", "ndjson", "ndjson 50ms..60ms"].map((what) => ({ call: "read", what })),
    { call: "open", link: "#v1&scene=raft/figure-8-flaw" },
    { call: "until", condition: "violation" },
    { call: "seek", to: "soon" },
    { call: "command", command: "crash S9" },
  ];
  const given = [];
  for (const [id, ask] of calls.entries()) {
    await page.evaluate((message) => send(message), { synod: 1, id, ask });
    const { origin, ...told } = await answered(id);
    given.push(told);
  }
  const [wrong, right] = [given.slice(-2), given.slice(0, -2)];
  assert.deepEqual(wrong.map(({ refused }) => typeof refused), ["string", "string"]);
  assert.match(wrong[0].refused, /^“seek” of “soon”/);
  assert.equal(right.filter(({ answer }) => typeof answer === "string").length, 8);
  for (const { answer } of right) assert.ok(typeof answer === "string" ? answer.length > 10 : answer.nodes.length >= 3);
  assert.equal(given[2].answer.time, 60_000);
  assert.deepEqual(given[3].answer, { ...given[3].answer, event: 11, playing: false, speed: "1/20", caption: null });
  assert.equal(given[7].answer.nodes[1].status, "down");
  const broken = right.at(-1).answer.properties.find(({ standing }) => standing === "violated");
  assert.ok(broken.time > 0 && broken.event > 0 && broken.why.length > 10);
  const told = (await page.evaluate(() => messages)).map(({ origin, ...message }) => message);
  const news = ["event", "property", "caption", "state"].flatMap((kind) => {
    const such = told.filter((message) => message.news?.news === kind);
    assert.ok(such.length > 0, kind);
    return such.slice(0, 100);
  });
  // Whatever is too much, too little or of another type, the compiler tells.
  const types = await mkdtemp(join(tmpdir(), "told-"));
  try {
    const options = JSON.parse(await readFile("tests/types/tsconfig.json", "utf8"));
    await copyFile("www/public/synod-playground.d.ts", join(types, "synod-playground.d.ts"));
    await writeFile(join(types, "tsconfig.json"), JSON.stringify({ ...options, files: ["told.ts"] }));
    const compiled = async (given) => {
      const text = `import type { Call, FrameMessage } from "./synod-playground";
        export const calls: Call[] = ${JSON.stringify(calls)};
        export const told: FrameMessage[] = ${JSON.stringify(given)};`;
      await writeFile(join(types, "told.ts"), text);
      return spawnSync(process.execPath, [resolve("node_modules/typescript/bin/tsc"), "-p", types], { encoding: "utf8" }).stdout;
    };
    assert.equal(await compiled([...given, ...news]), "");
    const { answer } = given[2];
    const others = [{ ...answer, mood: 1 }, { ...answer, time: "60ms" }, { ...answer, caption: undefined }, { ...answer, nodes: [{ ...answer.nodes[0], status: "gone" }] }];
    const said = await compiled(others.map((answer) => ({ ...given[2], answer })));
    assert.equal(said.match(/^\S.*error TS\d+/gm)?.length, others.length, said);
  } finally {
    await rm(types, { recursive: true });
  }
});

test("hostile messages are answered by a sentence or not at all, and change nothing", async () => {
  await framed(`#v1&run=raft+nodes=3+seed=3&at=10ms`);
  await page.waitForFunction(() => messages.some((message) => message.ready));
  await page.evaluate(() => send({ synod: 1, id: "before", call: "read", text: "link" }));
  const before = (await answered("before")).text;
  await page.evaluate(() => {
    const nonsense = [null, 1, "play", [], {}, new Map(), { synod: 1 }, { synod: 1, id: {}, call: "play" }, { synod: 1, id: 1.5, call: "play" }, { synod: 1, id: "x".repeat(101), call: "play" }, new ArrayBuffer(9)];
    for (const message of nonsense) send(message);
    send({ synod: 2, id: "version", call: "play" });
    send({ synod: 1, id: "shape", call: ["play"] });
    send({ synod: 1, id: "text", call: "load", text: { toString: "run raft" } });
    send({ synod: 1, id: "long", call: "load", text: "x".repeat(10_000_000) });
    send({ synod: 1, id: "name", call: "y".repeat(10_000_000) });
    send({ synod: 1, id: "markup", call: "load", text: "<img src=x onerror=alert(1)><script>alert(2)</" + "script>" });
    send({ synod: 1, id: "proto", call: "__proto__", text: "constructor" });
    send({ synod: 1, id: "paint", call: "set", text: "background=url(http://127.0.0.1:9/x)" });
    let deep = [];
    for (let level = 0; level < 1_000; level++) deep = [deep];
    const asks = {
      null: null, name: "play", list: ["play"], map: new Map([["call", deep]]), date: new Date(0), deep: { call: deep },
      many: { call: "watch", news: Array(1_000_000).fill("event") }, huge: { call: "load", script: "x".repeat(10_000_000) },
      empty: {}, unknown: { call: "y".repeat(100_000) }, lacks: { call: "seek" }, more: { call: "play", at: 1 }, kind: { call: "load", script: 7 }, nowhere: { call: "seek", to: "soon" },
    };
    for (const [id, ask] of Object.entries(asks)) send({ synod: 1, id: `ask ${id}`, ask });
    send({ synod: 2, id: "ask version", ask: { call: "play" } });
  });
  for (const [id, why] of [
    ...["null", "name", "list", "map", "date", "deep", "many"].map((id) => [id, /^A call is an object of texts and numbers\.$/]),
    ["huge", /may have 262144 characters at most/],
    ["empty", /^This is no call as synod-playground\.d\.ts tells of them: missing field `call`\.$/],
    ["unknown", /unknown variant `y+…/],
    ["lacks", /missing field `to`/],
    ["more", /unknown field `at`/],
    ["kind", /expected a string/],
    ["nowhere", /^“seek” of “soon”: expected an event such as 214/],
    ["version", /messages of version 1/],
  ]) {
    const { refused, ...more } = await answered(`ask ${id}`);
    assert.match(String(refused), why, id);
    assert.ok(refused.length < 500 && !("done" in more) && !("answer" in more), id);
  }
  for (const [id, why] of [
    ["version", /messages of version 1/],
    ["shape", /A call is a name/],
    ["text", /A call is a name/],
    ["long", /may have 262144 characters at most/],
    ["name", /There is no call “y+…”/],
    ["markup", /Line 1, column 1: expected a line such as/],
    ["proto", /There is no call “__proto__”/],
    ["paint", /expected a colour/],
  ]) {
    const { done, text } = await answered(id);
    assert.equal(done, false, id);
    assert.match(text, why);
    assert.ok(text.length < 500, `${id}: ${text.length} characters`);
  }
  // A flood: each is answered, most by being refused, and the page lives on.
  await page.evaluate(() => {
    for (let i = 0; i < 3_000; i++) send({ synod: 1, id: i, call: "read", text: "script" });
  });
  await page.waitForFunction(() => messages.filter((message) => Number.isInteger(message.id)).length === 3_000);
  await page.evaluate(() => send({ synod: 1, id: "after", call: "read", text: "link" }));
  assert.equal((await answered("after")).text, before, "the run is untouched");
});

test("only the page that holds the frame is heard, and only of the origin that the address names", async () => {
  await framed(`?origin=https://course.example#v1&run=raft+nodes=3+seed=3&at=10ms`);
  const frame = page.frames()[1];
  await frame.locator(".node").first().waitFor();
  // The frame's own scripts, and a page that is not the one asked for, get no answer; what it does
  // say is for the origin that was named, which the browser sees to.
  await page.evaluate(() => send({ synod: 1, id: 1, call: "command", text: "crash S1" }));
  await frame.evaluate(() => postMessage({ synod: 1, id: 2, call: "command", text: "crash S2" }, "*"));
  await frame.getByRole("button", { name: "One step forward" }).click();
  await frame.locator(".node").first().waitFor();
  assert.equal(await frame.locator(".node.crashed").count(), 0);
  assert.deepEqual(await page.evaluate(() => messages), []);
  complaints = complaints.filter((said) => !said.includes("postMessage")); // By which the browser says so.
});

test("an origin is meant however it is written, and one that is none is said to be none", async () => {
  await framed(`?origin=${elsewhere.toUpperCase()}/#v1&run=raft+nodes=3+seed=3&at=10ms`);
  await page.frames()[1].locator(".node").first().waitFor();
  await page.evaluate(() => send({ synod: 1, id: 1, call: "read", text: "link" }));
  assert.match((await answered(1)).text, /^#?v1&/);
  for (const none of ["", "course", "data:text/plain,x"]) {
    await page.goto("about:blank");
    await framed(`?origin=${none}#v1&run=raft+nodes=3+seed=3&at=10ms`);
    const frame = page.frames()[1];
    await frame.getByRole("alert").getByText(`names “${none}” as the origin`).waitFor();
    await frame.locator(".node").first().waitFor();
    await page.evaluate(() => send({ synod: 1, id: 2, call: "command", text: "crash S1" }));
    await frame.getByRole("button", { name: "One step forward" }).click();
    assert.equal(await frame.locator(".node.crashed").count(), 0);
    assert.deepEqual(await page.evaluate(() => messages), []);
  }
});

test("a page of any character set shows the element's words as they are", async () => {
  assert.ok(/^[\0-\x7f]*$/.test(await readFile(join(DIST, "synod-playground.js"), "utf8")));
  await host(`<synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground>`);
  assert.equal(await ask("a", "call", []), "✗ “call” takes a text, but got array.");
  assert.equal(await ask("a", "seek", ["1s"]), "✗ “seek” takes a text, but got array.");
});

test("ten playgrounds out of sight ask for no frames at all", async () => {
  await page.addInitScript(() => {
    globalThis.frames_asked = 0;
    const request = globalThis.requestAnimationFrame;
    globalThis.requestAnimationFrame = (callback) => {
      globalThis.frames_asked += 1;
      return request(callback);
    };
  });
  const ten = Array.from({ length: 10 }, (_, place) => `<synod-playground id="p${place}" style="height:300px" run="raft nodes=5 seed=${place}"></synod-playground>`);
  await host(`${ten.join("")}<p style="height:5000px">far away</p><p id="end">end</p>`, synod);
  await page.evaluate(() => document.querySelectorAll("synod-playground").forEach((element) => element.start()));
  await page.evaluate(() => Promise.all([...document.querySelectorAll("synod-playground")].map((element) => element.ready)));
  const embeds = () => page.frames().filter((frame) => frame.url().includes("embed.html"));
  assert.equal(embeds().length, 10);
  await embeds()[0].waitForFunction(() => globalThis.frames_asked > 10);
  await page.locator("#end").scrollIntoViewIfNeeded();
  // Each says that it plays; none of them moves. Two seconds of the page's own frames go by.
  const asked = () => Promise.all(embeds().map((frame) => frame.evaluate(() => globalThis.frames_asked)));
  const pass = (count) => page.evaluate((count) => new Promise((done) => {
    const next = () => (count-- > 0 ? requestAnimationFrame(next) : done());
    next();
  }), count);
  await pass(30);
  const before = await asked();
  await pass(120);
  assert.deepEqual(await asked(), before);
  await page.locator("#p0").scrollIntoViewIfNeeded();
  await embeds()[0].waitForFunction((before) => globalThis.frames_asked > before + 10, before[0]);
});

test("by keyboard: into the frame, its buttons, and out again", async () => {
  await host(`<button id="first">first</button><synod-playground id="a" run="${CALM}" link="at=0s"></synod-playground><button id="last">last</button>`);
  await page.evaluate(() => document.getElementById("a").ready);
  await page.locator("#first").focus();
  const frame = page.frames().find((frame) => frame.url().includes("embed.html"));
  let inside = 0;
  for (let tabs = 0; tabs < 80; tabs++) {
    await page.keyboard.press("Tab");
    if (await page.evaluate(() => document.activeElement.id === "last")) break;
    inside += 1;
    if (await frame.evaluate(() => document.activeElement?.matches(".play"))) {
      await page.keyboard.press("Enter");
      await frame.getByRole("button", { name: "Pause", exact: true }).waitFor();
      await page.keyboard.press("Enter");
    }
  }
  assert.ok(inside > 5 && inside < 80, `${inside} stops, and out again`);
  assert.ok((await ask("a", "read")).event > 0);
  assert.match(await page.locator("#a iframe").getAttribute("title"), /Synod/);
});

test("the course page: its buttons drive a run, and its exercise is graded by doing it", async () => {
  await page.goto(`${synod}${BASE}course.html`);
  await page.locator("#failover").scrollIntoViewIfNeeded();
  const button = (name) => page.getByRole("button", { name, exact: true });
  await button("Wait for a leader").click();
  await page.getByText(/S\d leads, elected at \d+ ms/).waitFor();
  await button("Crash the leader").click();
  await page.getByText(/S\d has crashed/).waitFor();
  await button("Wait for a leader").click();
  await page.getByText(/S\d leads: for \d+ ms there was no leader/).waitFor();

  await page.locator("#exercise").scrollIntoViewIfNeeded();
  await page.getByLabel("Flaw").selectOption("forget-vote");
  await button("Start anew with it").click();
  await page.getByText("The flaw is on.").waitFor();
  const frame = page.frames().find((frame) => frame.parentFrame() && frame.url().includes("show=tools"));
  const crash = async (node) => {
    await frame.locator(`.node[data-pick=${node}]`).click();
    await page.keyboard.press("c");
  };
  await ask("exercise", "command", "cut S1-S3");
  await ask("exercise", "command", "fire S1 election");
  await ask("exercise", "seek", "25ms");
  await crash("S2");
  await frame.locator(".node.crashed[data-pick=S2]").waitFor();
  await ask("exercise", "command", "cut S1>S2");
  await crash("S2"); // The same key brings it back.
  await frame.locator(".node:not(.crashed)[data-pick=S2]").waitFor();
  await ask("exercise", "command", "fire S3 election");
  assert.equal(await page.locator("#verdict").getAttribute("data-state"), "open");
  await ask("exercise", "speed", "1");
  await ask("exercise", "play");
  await page.locator("#verdict[data-state=done]").waitFor();
  assert.match(await page.locator("#verdict").textContent(), /^Solved, at \d+ ms of the run: S3 was elected leader of term 1/);

  await button("中文").click();
  await page.getByRole("heading", { name: "谁是领导者？" }).waitFor();
  await page.getByText(/^已完成/).waitFor();
  await frame.getByRole("button", { name: "播放", exact: true }).waitFor();
});

test("the course page: a lesson tells how it goes, and an exercise of Synod's own is handed in as a link", async () => {
  await page.goto(`${synod}${BASE}course.html`);
  const within = async (id) => {
    await page.locator(`#${id}`).scrollIntoViewIfNeeded();
    await ask(id, "read");
    return page.locator(`#${id} >> iframe`).contentFrame();
  };
  const lesson = await within("lesson");
  await lesson.locator(".predictions label").first().click();
  await lesson.getByRole("button", { name: "Reveal by running" }).click();
  await page.locator("#lesson-told", { hasText: /^Step 3 of 8: (not )?foreseen\./ }).waitFor();

  await within("graded");
  for (const [time, command] of [["300ms", "partition S1 S2 | S3 S4 S5"], ["480ms", "fire S3 election"], ["620ms", "request C2 S3 put x=3"]]) {
    await ask("graded", "seek", time);
    await ask("graded", "command", command);
  }
  await ask("graded", "seek", "1s");
  await page.locator("#report[data-state=done]").waitFor();
  // What is handed in is a whole address, wherever it is sent, and stands within its box.
  const link = page.locator("#report a");
  assert.ok((await link.textContent()).startsWith(`${synod}${BASE}index.html#v1`));
  const box = await page.locator("#report").evaluate((box) => box.scrollWidth - box.clientWidth);
  assert.ok(box <= 0, `${box} pixels run out`);
  await page.goto(await link.getAttribute("href"));
  await page.locator("[data-role=solved]").waitFor();
});

test("what a figure has no room for opens the whole page in a window of its own", async () => {
  const sandbox = "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox";
  await host(`<iframe src="${synod}${BASE}embed.html#v1&lesson=raft&step=2" width="720" height="820" sandbox="${sandbox}"></iframe>`);
  const frame = page.frameLocator("iframe");
  await frame.locator("[data-role=study]").waitFor();
  for (const name of [/^Present/, "Print the lesson", "Open this one in the editor"]) {
    assert.equal(await frame.getByRole("button", { name }).count(), 0, String(name));
  }
  const opened = async (link) => {
    const [popup] = await Promise.all([page.waitForEvent("popup"), frame.getByRole("link", { name: link, exact: true }).click()]);
    assert.equal(await popup.evaluate(() => opener), null);
    return popup;
  };
  const list = await opened("Lessons");
  await list.getByRole("heading", { name: "Lessons" }).waitFor();
  const whole = await opened("Open this on a page of its own");
  await whole.locator("[data-role=study]").waitFor();
  await whole.getByRole("button", { name: "Print the lesson" }).waitFor();
  assert.match(whole.url(), /index\.html|week3\/#/);
  await frame.locator("[data-role=study]").waitFor();
});

test("the course page fits a phone, and speaks the reader's language", async () => {
  await visit({ viewport: { width: 320, height: 640 }, hasTouch: true });
  await page.goto(`${synod}${BASE}course.html`);
  await page.getByRole("heading", { name: "Who leads?" }).waitFor();
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  await visit({ viewport: { width: 320, height: 640 }, locale: "zh-CN", hasTouch: true });
  await page.goto(`${synod}${BASE}course.html`);
  await page.getByRole("heading", { name: "谁是领导者？" }).waitFor();
  await page.evaluate(() => document.getElementById("election").ready);
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 320);
  const frame = page.frames().find((frame) => frame.url().includes("embed.html"));
  await frame.getByRole("button", { name: /播放|暂停/ }).first().waitFor();
  assert.ok((await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0);
});

test("keys go back to the page around by Escape, and a sign says who has them; an attribute enlarges what is written", async () => {
  await host(`<p id="around">slide</p><synod-playground id="a" style="height:460px" run="${CALM}" link="at=0s"></synod-playground>
    <script>globalThis.heard = []; addEventListener("keydown", ({ key }) => heard.push(key));</script>`);
  await ask("a", "read");
  const frame = embedded();
  const size = () => frame.evaluate(() => document.querySelector(".node .role").getScreenCTM?.().a ?? document.querySelector("svg.scene").getScreenCTM().a);
  const usual = await size();
  assert.ok(usual * 11.5 >= 12, `the smallest words have ${usual * 11.5} pixels`);
  const sign = frame.locator(".keys-here");
  assert.equal(await sign.textContent(), "");
  await frame.locator(".node[data-pick=S2]").click();
  await sign.getByText("Esc").waitFor();
  await page.keyboard.press("ArrowRight");
  assert.deepEqual(await page.evaluate(() => heard), []);
  await page.keyboard.press("Escape"); // Closes the card.
  await frame.locator(".menu-card").waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.activeElement === document.body);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Space");
  assert.deepEqual(await page.evaluate(() => heard), ["ArrowRight", " "]);
  await page.waitForFunction(() => true);
  assert.equal(await sign.textContent(), "");
  await page.evaluate(() => document.getElementById("a").setAttribute("type", "150%"));
  await ask("a", "read");
  const larger = embedded();
  await larger.locator(".node").first().waitFor();
  await larger.waitForFunction((usual) => document.querySelector("svg.scene").getScreenCTM().a > 1.3 * usual, usual);
});
