// Hosting, end to end: the release build in dist/ on the plainest of servers, in a folder beneath
// others, under the README's Content-Security-Policy, without a network, and damaged. Every wait is
// for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, resolve } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { chromium } from "playwright-core";

const BASE = "/a/b/";
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
/** What a host sends: the README's second code block after "Content-Security-Policy". */
const POLICY = /Content-Security-Policy[^]*?```\n([^]*?)```/.exec(readFileSync("README.md", "utf8"))[1].replaceAll("\n", " ").trim();
const RUN = "#v1&run=raft+nodes%3D5+seed%3D3;10ms+fire+S1+election&at=300ms";

let browser, server, origin, host, context, page, complaints, asked;

before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROME ?? "/usr/bin/chromium", args: FLAGS.split(" ") });
  server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://x").pathname);
    asked.push(path);
    const name = path.startsWith(BASE) ? path.slice(BASE.length) : undefined;
    const file = join(host.folder, name || "index.html");
    if (host.down) return request.socket.destroy();
    const answer = host.answers.find(([pattern]) => pattern.test(path))?.[1];
    if (answer) return answer(response, file);
    if (name === undefined || !existsSync(file) || !statSync(file).isFile()) return response.writeHead(404).end();
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...host.headers });
    response.end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${server.address().port}`;
});

after(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  asked = [];
  complaints = [];
  host = { folder: resolve("dist"), headers: {}, answers: [], down: false };
  context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB" });
  context.setDefaultTimeout(20_000);
  page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  context.on("request", (request) => /^(data|blob):/.test(request.url()) || request.url().startsWith(origin + BASE) || complaints.push(`leaves: ${request.url()}`));
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, [], "violations, errors in the console, requests that leave the folder");
  assert.deepEqual(asked.filter((path) => !path.startsWith(BASE)), [], "requests that leave the folder");
});

const button = (name) => page.getByRole("button", { name, exact: true });

async function open(hash = "") {
  await page.goto(origin + BASE + hash);
  await page.locator(".node").first().waitFor();
}

/** Whatever of the page needs more than its first file. */
async function useAll() {
  await button("Play").click();
  await button("Pause").click();
  await page.locator(".node[data-pick=n2]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=n2]").waitFor();
  await button("Runs").click();
  await page.locator("dialog").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "hidden" });
  await button("Share").click();
  for (const format of ["PNG picture", "SVG picture"]) {
    await page.locator(".take").getByLabel("Format").selectOption(format);
    await page.waitForFunction(() => document.querySelector(".take img")?.naturalWidth > 200);
    const download = page.waitForEvent("download");
    await page.locator(".take").getByRole("button", { name: "Save" }).click();
    assert.ok(statSync(await (await download).path()).size > 1000, format);
  }
  await page.keyboard.press("Escape");
}

/** Until all is kept for later visits. */
const kept = () => page.evaluate(async () => void (await navigator.serviceWorker.ready));

test("a folder of any server will do, and nothing else is asked for", async () => {
  await open(RUN);
  await useAll();
});

test("the README's policy is enough, and is asked for nothing more", async () => {
  host.headers = { "content-security-policy": POLICY };
  await context.addInitScript(() => {
    globalThis.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => refused.push(`${event.effectiveDirective}: ${event.blockedURI}`));
  });
  await open(RUN);
  await useAll();
  await kept();
  assert.deepEqual(await page.evaluate(() => refused), []);
  // The test can fail: what the policy forbids is told.
  await page.evaluate(() => document.body.append(Object.assign(document.createElement("img"), { src: "https://example.org/x.png" })));
  await page.waitForFunction(() => refused.length === 1);
  complaints = complaints.filter((complaint) => !/example\.org/.test(complaint));
});

test("after the first visit it works without a network, in Chinese too", async () => {
  await open();
  await kept();
  host.down = true;
  await page.goto("about:blank");
  await open(RUN);
  await useAll();
  await page.goto("about:blank");
  await open(`${RUN}&lang=zh`);
  await page.waitForFunction(() => /[一-鿿]{4}/.test(document.body.innerText));
  const source = readdirSync("dist/source/protocols", { recursive: true }).find((name) => name.endsWith(".rs"));
  const answer = await page.evaluate((name) => fetch(`source/protocols/${name}`).then((response) => response.text()), source);
  assert.equal(answer, readFileSync(`dist/source/protocols/${source}`, "utf8"));
});

test("a new build is there on the next reload, and an old page still gets its own second file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "synod-"));
  try {
    await open();
    await kept();
    await page.reload();
    await page.locator(".node").first().waitFor();
    const rest = await page.evaluate(() => document.querySelector('link[rel="rest"]').href);
    newBuild(folder);
    host.folder = folder;
    const late = await page.evaluate((url) => fetch(url).then((response) => response.status), rest);
    assert.equal(late, 200, "the old page's second file, which the server no longer has");
    await page.reload();
    await page.locator(".node").first().waitFor();
    assert.match(await page.evaluate(() => document.querySelector('link[rel="rest"]').href), /ffffffffffffffff_rest/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("what is damaged on its way is never kept", async () => {
  host.answers = [[/zh\.txt$/, (response) => response.writeHead(200, { "content-type": "text/html" }).end("<p>Log in")]];
  await open();
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.getRegistration() ?? await navigator.serviceWorker.register("worker.js");
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    if (worker.state === "installing") await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    return worker.state;
  });
  assert.equal(state, "redundant");
});

const card = () => page.locator(".crash-card[role=alert]");
const serve = (type, bytes) => (response, file) => response.writeHead(200, { "content-type": type }).end(bytes(file));

for (const [what, answer] of [
  ["is missing", (response) => response.writeHead(404).end()],
  ["is cut off", serve("application/wasm", (file) => readFileSync(file).subarray(0, 100_000))],
  ["is a page", serve("text/html", () => "<!doctype html><p>Not here</p>")],
]) {
  test(`a program that ${what} says so, with the run's script and a way on`, async () => {
    host.answers = [[/_bg\.wasm$/, answer]];
    await page.goto(origin + BASE + RUN);
    await card().waitFor();
    assert.match(await card().locator("pre").textContent(), /^raft nodes=5 seed=3\n10ms fire S1 election/);
    assert.equal(complaints.length > 0, true);
    host.answers = [];
    await card().getByRole("button", { name: "Reload" }).click();
    await page.locator(".node").first().waitFor();
    complaints = [];
  });
}

test("a browser without WebAssembly, or that does not understand the page, is told, and can leave the run", async () => {
  await context.addInitScript(() => sessionStorage.able || delete globalThis.WebAssembly);
  await page.goto(origin + BASE + RUN);
  await card().waitFor();
  await page.evaluate(() => void (sessionStorage.able = "yes"));
  await card().getByRole("button", { name: "Start without this run" }).click();
  await page.locator(".node").first().waitFor();
  assert.doesNotMatch(page.url(), /seed/);
  host.answers = [[/boot-\w+\.js$/, serve("text/javascript", () => "let x = = 1;")]];
  await page.goto("about:blank");
  await page.goto(origin + BASE);
  await card().waitFor();
  complaints = [];
});

test("without scripts there is a picture, and words in two languages", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(origin + BASE);
  await page.locator("noscript").getByRole("img").waitFor();
  assert.equal(await page.locator("noscript p[lang]").count(), 2);
  await plain.close();
});

test("it is printed black on white, without controls", async () => {
  await context.close();
  context = await browser.newContext({ colorScheme: "dark" });
  page = await context.newPage();
  await open(RUN);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  assert.equal(await page.locator("button:visible, input:visible, select:visible, [role=tab]:visible").count(), 0);
  const colors = await page.locator(".playground").evaluate((root) => [getComputedStyle(root).color, getComputedStyle(root).backgroundColor, getComputedStyle(document.documentElement).colorScheme]);
  assert.deepEqual(colors, ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "light"]);
});

/** The same program under other names. */
function newBuild(folder) {
  cpSync("dist", folder, { recursive: true });
  const names = readdirSync(folder);
  const old = names.map((name) => /-([0-9a-f]{16})_rest\.wasm$/.exec(name)?.[1]).find(Boolean);
  const renamed = (text) => text.replaceAll(old, "f".repeat(16));
  for (const name of names.filter((name) => name.includes(old))) {
    writeFileSync(join(folder, renamed(name)), readFileSync(join(folder, name)));
    rmSync(join(folder, name));
  }
  const index = join(folder, "index.html");
  writeFileSync(index, renamed(readFileSync(index, "utf8")));
  const digest = (name) => createHash("sha256").update(readFileSync(join(folder, name))).digest("hex");
  const worker = renamed(readFileSync(join(folder, "worker.js"), "utf8"))
    .replace(/"index\.html": "\w+"/, () => `"index.html": "${digest("index.html")}"`)
    .replace(/BUILD = "\w+"/, 'BUILD = "new"');
  writeFileSync(join(folder, "worker.js"), worker);
}
