// Hosting, end to end: the release build in dist/ on the plainest of servers, in a folder beneath
// others, under the README's Content-Security-Policy, without a network, and damaged. Every wait is
// for something on the page; nothing sleeps.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { HASHED } from "../../scripts/offline.mjs";
import { settle } from "../../scripts/page.mjs";
import { POLICY, launch, send, site } from "../../scripts/site.mjs";

const BASE = "/a/b/";
/** Not even wasm has its type: the plainest of servers. */
const PLAIN = { "content-type": "application/octet-stream" };
const RUN = "#v1&run=raft+nodes%3D5+seed%3D3;10ms+fire+S1+election&at=300ms";

let browser, server, origin, host, context, page, complaints, asked;

before(async () => {
  browser = await launch();
  server = await site((path, response, request) => {
    asked.push(path);
    const name = path.startsWith(BASE) ? path.slice(BASE.length) : undefined;
    const file = join(host.folder, name || "index.html");
    if (path === "/elsewhere") return response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><link rel=icon href=data:,>");
    if (host.down) return request.socket.destroy();
    const answer = host.answers.find(([pattern]) => pattern.test(path))?.[1];
    if (answer) return answer(response, file);
    send(response, name === undefined ? "" : file, { ...(file.endsWith(".wasm") ? PLAIN : {}), ...host.headers });
  });
  origin = server.origin;
});

after(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  asked = [];
  complaints = [];
  host = { folder: resolve("dist"), headers: {}, answers: [], down: false, broken: false };
  context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB" });
  context.setDefaultTimeout(60_000);
  page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  context.on("request", (request) => /^(data|blob):/.test(request.url()) || request.url().startsWith(origin + BASE) || request.url() === `${origin}/elsewhere` || complaints.push(`leaves: ${request.url()}`));
});

afterEach(async () => {
  await context.close();
  // Where the test breaks what is hosted, the browser says so in its console, at any time until the end.
  if (!host.broken) assert.deepEqual(complaints, [], "violations, errors in the console, requests that leave the folder");
  assert.deepEqual(asked.filter((path) => !path.startsWith(BASE) && path !== "/elsewhere"), [], "requests that leave the folder");
});

const button = (name) => page.getByRole("button", { name, exact: true });

async function open(hash = "#v1") {
  await page.goto(origin + BASE + hash);
  await page.locator(".node").first().waitFor();
}

/** Whatever of the page comes when it is asked for. */
async function useAll() {
  await button("Play").click();
  await button("Pause").click();
  await page.locator(".node[data-pick=S3]").click();
  await page.keyboard.press("c");
  await page.locator(".node.crashed[data-pick=S3]").waitFor();
  await page.keyboard.press("Escape");
  // Why, down to the protocol's source.
  await page.locator(".node[data-pick=S1]").click();
  await page.keyboard.press("Escape");
  await page.locator(".fields").getByRole("button", { name: "Why: currentTerm?" }).click();
  await page.getByRole("button", { name: /^raft\/\w+\.rs/ }).first().click();
  await page.locator(".source .here").waitFor();
  // A run is kept.
  const name = `Run ${Math.random()}`;
  await button("Runs").click();
  await page.locator("dialog form").getByLabel("Name").fill(name);
  await button("Keep this run").click();
  await page.waitForFunction((name) => [...document.querySelectorAll(".runs li input")].some((input) => input.value === name), name);
  await page.locator(".runs li .thumbnail").first().waitFor();
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "hidden" });
  // It is taken away.
  const saves = async (press, what) => {
    const download = page.waitForEvent("download");
    await press();
    assert.ok(statSync(await (await download).path()).size > 100, what);
  };
  await button("Share").click();
  const take = page.locator(".take");
  for (const format of ["Mermaid flowchart", "ShiViz log", "NDJSON trace", "SVG picture", "PNG picture"]) {
    await take.getByLabel("Format").selectOption(format);
    if (/picture/.test(format)) await page.waitForFunction(() => document.querySelector(".take img")?.naturalWidth > 200);
    await saves(() => take.getByRole("button", { name: "Save" }).click(), format);
    await take.getByRole("status").filter({ hasText: "Saved as" }).waitFor();
  }
  await page.keyboard.press("Escape");
  await page.getByRole("tab", { name: "Log", exact: true }).click();
  await saves(() => page.locator(".tab-panel").getByRole("button", { name: "Save the history" }).click(), "history");
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
  await button("中文").click();
  await page.waitForFunction(() => /[一-鿿]{4}/.test(document.body.innerText));
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

test("a new build is there on the next reload, and an old page still gets its own parts", async () => {
  await open(RUN);
  await kept();
  // The page that registered the worker is its own from the beginning.
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const old = part("desk");
  const share = async () => {
    await button("Share").click();
    await page.locator("dialog .embed textarea").waitFor();
    await page.keyboard.press("Escape");
  };
  await withBuild({ [old]: (bytes) => Buffer.concat([bytes, CUSTOM]) }, true, async () => {
    await share(); // The server no longer has that file.
    asked = [];
    await page.reload();
    await page.locator(".node").first().waitFor();
    await share();
    const desks = asked.filter((path) => path.includes("/desk-"));
    assert.ok(desks.length === 1 && !desks[0].endsWith(old), desks.join(" "));
    await useAll();
  });
});

test("an open page of an old build, where nothing was kept for it, says to reload, and its link keeps the run", async () => {
  host.broken = true;
  await context.addInitScript(() => Object.defineProperty(navigator, "serviceWorker", { value: undefined }));
  await open(RUN);
  await withBuild({ [part("desk")]: (bytes) => Buffer.concat([bytes, CUSTOM]), [part("paxos")]: (bytes) => Buffer.concat([bytes, CUSTOM]) }, true, async () => {
    const newer = "Synod has been replaced by a newer one there. Reload the page; the link keeps the run.";
    await page.getByLabel("Protocol").first().selectOption("paxos");
    await page.locator(".notice").getByText(newer).waitFor();
    await button("Runs").click();
    await page.locator(".trouble").getByText(newer).waitFor();
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => /at=/.test(location.hash));
    const run = await page.evaluate(() => location.hash);
    await page.reload();
    await page.locator(".node").first().waitFor();
    assert.equal(await page.evaluate(() => location.hash), run);
    await page.getByLabel("Protocol").first().selectOption("paxos");
    await page.waitForFunction(() => location.hash.includes("paxos"));
  });
});

test("a returning visitor whose network gives the new page and not all of its files is told, and what is there works", async () => {
  host.broken = true;
  await open(RUN);
  await kept();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await withBuild({ [part("paxos")]: (bytes) => Buffer.concat([bytes, CUSTOM]) }, true, async () => {
    host.answers = [[/\/(paxos|multi_paxos)-.*\.wasm$/, (response) => response.writeHead(503).end()]];
    await page.reload();
    await page.locator(".node").first().waitFor();
    await page.getByLabel("Protocol").first().selectOption("paxos");
    await page.locator(".notice").getByText("Paxos could not be fetched.").waitFor();
    // What the new build has in common with the old one comes from there.
    await page.getByLabel("Protocol").first().selectOption("multi-paxos");
    await page.waitForFunction(() => location.hash.includes("multi-paxos"));
    host.answers = [];
    await page.getByLabel("Protocol").first().selectOption("paxos");
    await page.waitForFunction(() => location.hash.includes("scene=paxos"));
  });
});

test("whatever the build gives a digest is known to the worker by its name, and nothing else is", () => {
  const worker = readFileSync("dist/worker.js", "utf8");
  assert.ok(worker.includes(`const HASHED = ${HASHED};`));
  const [page, names] = [readFileSync("dist/index.html", "utf8"), Object.keys(JSON.parse(/const FILES = (\{[^]*?\});/.exec(worker)[1]))];
  // Of Trunk's names: the same file stands under another name beside them, or nowhere.
  const plain = names.filter((name) => !name.includes("/") && page.includes(name) && /-[0-9a-f]{5,}\W/.test(name));
  // The parts are named by the module that links them.
  const linker = readFileSync(`dist/${names.find((name) => /^parts-/.test(name))}`, "utf8");
  plain.push(...names.filter((name) => name.endsWith(".wasm") && linker.includes(name)));
  plain.sort();
  assert.ok(plain.length >= 10, plain.join(" "));
  assert.deepEqual(names.filter((name) => HASHED.test(name)), plain);
  // Trunk leaves out the zeros that a digest begins with.
  for (const name of ["synod-b2cba9b0a9c41f3f.css", "synod-b2cba9b0a9c41f3.css", "multi_paxos-2cba9b0a9c41f3ab.wasm"]) assert.ok(HASHED.test(name), name);
  for (const name of ["synod-playground.js", "source/protocols/multi_paxos/mod.rs", "figure-8.txt", "zh.txt"]) assert.ok(!HASHED.test(name), name);
});

test("each file stands under the digest of its own bytes", () => {
  for (const name of readdirSync("dist").filter((name) => name.endsWith(".wasm"))) {
    assert.equal(/-([0-9a-f]{16})\.wasm$/.exec(name)?.[1], digest(readFileSync(join("dist", name))).slice(0, 16), name);
  }
});

for (const changes of [true, false]) {
  test(`a new build in which a file has ${changes ? "other" : "the same"} bytes under its old name takes its place`, async () => {
    await open();
    await kept();
    const [css] = readdirSync("dist").filter((name) => /^synod-.*\.css$/.test(name));
    // A browser may have the old one in its own cache, too.
    host.headers = { "cache-control": "max-age=31536000, immutable" };
    const change = { [css]: (bytes) => Buffer.concat([bytes, Buffer.from("\n.new{}")]), "zh.txt": (bytes) => Buffer.concat([bytes, Buffer.from("\n")]) };
    if (!changes) delete change[css];
    await withBuild(change, false, async () => {
      asked = [];
      await page.evaluate(async () => {
        const registration = await navigator.serviceWorker.getRegistration();
        const found = new Promise((done) => registration.addEventListener("updatefound", done, { once: true }));
        await registration.update();
        await found;
        const worker = registration.installing ?? registration.waiting;
        while (worker.state === "installing") await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
        if (worker.state === "redundant") throw new Error("the new worker does not install");
      });
      const again = asked.filter((path) => /-[0-9a-f]{16}.*\.(css|js|wasm)$/.test(path)).map((path) => path.slice(BASE.length));
      assert.deepEqual(again, changes ? [css] : [], "of the files with digests only what has changed is fetched");
      // Nobody uses the old one any more: the new one takes its place.
      await page.goto(`${origin}/elsewhere`);
      await page.evaluate(async (scope) => {
        const registration = await navigator.serviceWorker.getRegistration(scope);
        const worker = registration.waiting ?? registration.active;
        while (worker.state !== "activated") await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
      }, BASE);
      host.down = true;
      await open();
      assert.equal(await page.evaluate(() => fetch(document.querySelector("[rel=stylesheet]").href).then((it) => it.text()).then((text) => text.endsWith(".new{}"))), changes);
      assert.ok((await page.evaluate(() => fetch("zh.txt").then((it) => it.text()))).endsWith("\n\n"));
      assert.equal((await page.evaluate(() => caches.keys())).length, 1, "the old build is gone");
    });
  });
}

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
  await page.waitForFunction(async () => (await caches.keys()).length === 0);
});

test("the very page that brought the worker is without a network from then on, not only the next one", async () => {
  await open(RUN);
  await kept();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  host.down = true;
  await page.locator(".node[data-pick=S1]").click();
  await page.keyboard.press("Escape");
  await page.locator(".fields").getByRole("button", { name: "Why: currentTerm?" }).click();
  await page.getByRole("button", { name: /^raft\/\w+\.rs/ }).first().click();
  await page.locator(".source .here").waitFor();
});

test("what was left of a build that never came whole is not taken for one", async () => {
  await open(RUN);
  await kept();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  // The newest of all, as after a visit that ended while it was fetched.
  await page.evaluate(async () => {
    const [key] = await caches.keys();
    const left = await caches.open(key.replace(/\S+$/, "left"));
    await left.put(new URL("zh.txt", location.href.split("#")[0]), new Response("half of"));
  });
  host.down = true;
  assert.equal(await page.evaluate(() => fetch("zh.txt").then((response) => response.text())), readFileSync("dist/zh.txt", "utf8"));
});

test("a network that says nothing is none", async () => {
  await open(RUN);
  await kept();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  host.answers = [[/\/$|index\.html$/, () => {}]];
  await page.reload({ waitUntil: "commit" });
  await page.locator(".node").first().waitFor();
});

const card = () => page.locator(".crash-card[role=alert]");
const serve = (type, bytes) => (response, file) => response.writeHead(200, { "content-type": type }).end(bytes(file));

const PAGE = serve("text/html", () => "<!doctype html><p>Not here</p>");
const LOADS = [
  ["of the type that it should have", "application/wasm"],
  ["of a type with more to it", "application/wasm; charset=utf-8"],
  ["of no type", ""],
];

for (const [what, type] of LOADS) {
  test(`a program ${what} starts`, async () => {
    host.answers = [[/\.wasm$/, serve(type, (file) => readFileSync(file))]];
    await open(RUN);
    await page.locator(".node[data-pick=S3]").click();
    await page.locator(".node.selected[data-pick=S3]").waitFor();
    await page.keyboard.press("c");
    await page.locator(".node.crashed[data-pick=S3]").waitFor();
  });
}

for (const [what, answer] of [
  ["is missing", (response) => response.writeHead(404).end()],
  ["is cut off", serve("application/wasm", (file) => readFileSync(file).subarray(0, 100_000))],
  ["is a page", PAGE],
  ["is a page that says it is a program", serve("application/wasm", () => "<!doctype html><p>Not here</p>")],
]) {
  test(`a program that ${what} says so, with the run's script to copy and a way on`, async () => {
    host.broken = true;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    host.answers = [[/\/synod-.*\.wasm$/, answer]];
    await page.goto(origin + BASE + RUN);
    await card().waitFor();
    await card().getByText("Synod could not start.").waitFor();
    assert.match(await card().locator("pre").textContent(), /^run raft nodes=5 seed=3\n10ms fire S1 election/);
    await card().getByRole("button", { name: "Copy" }).click();
    await card().getByRole("button", { name: "Copied" }).waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^run raft nodes=5 seed=3\n10ms/);
    assert.equal(complaints.length > 0, true);
    host.answers = [];
    await card().getByRole("button", { name: "Reload" }).click();
    await page.locator(".node").first().waitFor();
  });
}

test("a panic shows the script and a way on, and the playground beside it lives on", async () => {
  const frame = (id) => `<iframe id="${id}" src="${origin}${BASE}${RUN.replaceAll("&", "&amp;")}" width="720" height="450"></iframe>`;
  host.answers = [[/host\.html$/, (response) => response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><title>A course</title><link rel=icon href=data:,>${frame("a")}${frame("b")}`)]];
  await page.goto(`${origin}${BASE}host.html`);
  const [a, b] = ["#a", "#b"].map((id) => page.frameLocator(id));
  for (const one of [a, b]) await one.locator(".node.leads").waitFor();
  const crash = async (one, name) => {
    await one.locator(`.node[data-pick=${name}]`).click();
    await one.locator(`.node[data-pick=${name}]`).press("c");
  };
  await crash(a, "S4");
  await a.locator(".node.crashed[data-pick=S4]").waitFor();
  // A browser that breaks under the program: Yew cannot go on.
  await a.locator("body").evaluate(() => {
    Node.prototype.insertBefore = () => { throw new Error("for the test"); };
    document.querySelector(".node[data-pick=S3]").dispatchEvent(new MouseEvent("click", { bubbles: true }));
  });
  const broken = a.locator(".crash-card[role=alert]");
  await broken.getByText("Something in Synod itself went wrong.").waitFor();
  assert.match(await broken.locator("pre").textContent(), /^run raft nodes=5 seed=3\n10ms +fire S1 election\n300ms +crash S4/);
  assert.match(await broken.textContent(), /\.rs:\d+/, "where it happened");
  // What is pressed afterwards makes nothing worse: the same card.
  await broken.locator("pre").evaluate((text) => (text.dataset.mark = "same"));
  await broken.press("c");
  await page.setViewportSize({ width: 1000, height: 700 });
  await broken.locator("pre[data-mark=same]").waitFor();
  await crash(b, "S2");
  await b.locator(".node.crashed[data-pick=S2]").waitFor();
  await broken.getByRole("link", { name: "Start without this run" }).click();
  await a.locator(".node").first().waitFor();
  assert.equal(await a.locator(".node.crashed").count(), 0);
  await b.locator(".node.crashed[data-pick=S2]").waitFor();
  complaints = complaints.filter((complaint) => !/for the test|panicked|unreachable|closure invoked|recursive|RefCell|Script error/.test(complaint));
});

test("a browser without WebAssembly is told, in its language, and can leave the run", async () => {
  host.broken = true;
  await context.addInitScript(() => sessionStorage.able || delete globalThis.WebAssembly);
  await page.goto(`${origin + BASE + RUN}&lang=zh`);
  await card().getByText("Synod 无法启动。").waitFor();
  assert.equal(await card().getAttribute("lang"), "zh-Hans");
  await page.goto("about:blank");
  await page.goto(origin + BASE + RUN);
  await card().waitFor();
  await page.evaluate(() => void (sessionStorage.able = "yes"));
  await card().getByRole("link", { name: "Start without this run" }).click();
  await page.locator(".node").first().waitFor();
  assert.doesNotMatch(page.url(), /seed/);
});

test("where the server's policy forbids WebAssembly, the card says which header", async () => {
  host.broken = true;
  host.headers = { "content-security-policy": POLICY.replace(" 'wasm-unsafe-eval'", "") };
  await page.goto(origin + BASE + RUN);
  await card().getByText("its header Content-Security-Policy needs 'wasm-unsafe-eval' in script-src").waitFor();
});

test("a browser that knows no modules is told by the card itself", async () => {
  host.broken = true;
  host.answers = [[/boot-\w+\.js$/, (response) => response.writeHead(404).end()]];
  await page.goto(origin + BASE + RUN);
  // Such a browser runs the script that this one passes over.
  await page.evaluate(() => {
    const script = document.querySelector("script[nomodule]");
    document.head.append(Object.assign(document.createElement("script"), { src: script.src }));
  });
  await card().getByText("Synod could not start.").waitFor();
  assert.match(await card().locator("pre").textContent(), /^run raft nodes=5/);
});

test("where not even the card can be had, the page itself has words", async () => {
  host.broken = true;
  const words = page.locator(".late p[lang=en]");
  host.answers = [[/boot-\w+\.js$/, serve("text/javascript", () => "let x = = 1;")]];
  await page.goto(origin + BASE);
  await page.locator(".loading svg").first().waitFor();
  assert.ok(!(await words.isVisible()), "not before there was time");
  await page.evaluate(() => document.getAnimations().forEach((animation) => animation.finish()));
  await words.waitFor();
  host.answers = [[/(failure-\w+\.js|synod-\w+\.wasm)$/, (response) => response.writeHead(404).end()]];
  await page.goto("about:blank");
  await page.goto(origin + BASE);
  await page.locator(".failed .late p[lang=en]").waitFor(); // Not for want of time.
});

test("markup in a link is text", async () => {
  await page.addInitScript(() => (globalThis.executed = []));
  const evil = '"><img src=x onerror="executed.push(1)"><script>executed.push(2)</script>';
  for (const hash of [
    `#v1&run=raft+nodes=3;title+${encodeURIComponent(evil)};0s+say+${encodeURIComponent(evil)}&at=1ms`,
    `#v1&scene=${encodeURIComponent(evil)}`,
    `#v1&flaw2=${encodeURIComponent(evil)}`,
    `#v1&lanes=${encodeURIComponent(evil)}`,
    `#${evil}`,
    "#v1&run=javascript:executed.push(3)",
  ]) {
    await page.goto("about:blank");
    await open(hash);
    if (hash.includes("title")) {
      await page.locator(".caption").getByText("onerror").waitFor();
      await page.waitForFunction(() => document.title.includes("onerror"));
    }
    assert.deepEqual(await page.evaluate(() => [executed.length, document.querySelectorAll("#synod img, #synod script").length]), [0, 0], hash);
  }
});

test("whoever is sent the page sees a card, whose picture has a whole address once the site is known", () => {
  const png = readFileSync("dist/card.png");
  assert.deepEqual([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)], ["PNG", 1200, 630]);
  const folder = mkdtempSync(join(tmpdir(), "hosting-"));
  try {
    const meta = (name) => {
      const page = readFileSync(join(folder, "index.html"), "utf8");
      const tag = page.match(/<meta[^>]*>/g).find((tag) => tag.includes(name));
      return /content=(?:"([^"]*)"|([^ >]*))/.exec(tag).slice(1).find(Boolean);
    };
    cpSync("dist/index.html", join(folder, "index.html"));
    if (!process.env.SITE_URL) assert.equal(meta("og:image"), "card.png");
    assert.equal(meta("twitter:card"), "summary_large_image");
    assert.equal(meta("og:title"), "Synod");
    assert.ok(meta("og:description").length > 40);
    if (process.env.SITE_URL) return;
    settle(folder, "https://your.site/synod");
    assert.equal(meta("og:image"), "https://your.site/synod/card.png");
    assert.throws(() => settle(folder, "your site"), /is no address/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("without scripts there is a picture, and words in two languages", async () => {
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(origin + BASE);
  await page.locator("noscript").getByRole("img").waitFor();
  assert.equal((await page.request.get(origin + BASE + (await page.locator("noscript img").getAttribute("src")))).headers()["content-type"], "application/octet-stream");
  assert.ok((await page.locator("noscript img").boundingBox()).width > 300);
  assert.equal(await page.locator("noscript p[lang]").count(), 2);
  await plain.close();
});

// ---- the course page ---------------------------------------------------------------------------

/** The course page, once the frame of this element runs. */
async function openCourse(id = "failover") {
  await page.goto(`${origin}${BASE}course.html`);
  await page.evaluate(async (id) => {
    document.getElementById(id).scrollIntoView();
    await document.getElementById(id).ready;
  }, id);
}

/** Its buttons, and its exercise. */
async function useCourse() {
  await button("Wait for a leader").click();
  await page.locator("#silence").getByText(/S\d leads, elected at \d+ ms/).waitFor();
  await button("Crash the leader").click();
  await page.locator("#silence").getByText(/S\d has crashed/).waitFor();
  await page.getByLabel("Flaw").selectOption("forget-vote");
  await button("Start anew with it").click();
  await page.locator("#verdict").getByText("The flaw is on.").waitFor();
}

test("the course page works in a folder, under the policy with frames, and after its first visit without a network", async () => {
  host.headers = { "content-security-policy": `${POLICY}; frame-src 'self'` };
  await context.addInitScript(() => {
    globalThis.refused = [];
    document.addEventListener("securitypolicyviolation", (event) => refused.push(`${event.effectiveDirective}: ${event.blockedURI}`));
  });
  const refusals = async () => (await Promise.all(page.frames().map((frame) => frame.evaluate(() => refused)))).flat();
  await openCourse();
  await useCourse();
  await page.waitForFunction(() => document.querySelector("#election").shadowRoot.querySelector("iframe"));
  await kept();
  assert.deepEqual(await refusals(), []);
  host.down = true;
  await page.goto("about:blank");
  await openCourse();
  await useCourse();
  await button("中文").click();
  await page.frameLocator("#exercise iframe").getByRole("button", { name: "播放", exact: true }).waitFor();
  assert.deepEqual(await refusals(), []);
  assert.equal(page.frames().length, 4);
});

test("without frames in the policy the course page still has words and a picture", async () => {
  host.headers = { "content-security-policy": POLICY };
  await page.goto(`${origin}${BASE}course.html`);
  await page.getByRole("heading", { name: "Who leads?" }).waitFor();
  assert.equal(await page.evaluate(() => document.getElementById("election").shadowRoot.querySelectorAll(".poster:not([hidden]) svg").length), 1);
  complaints = complaints.filter((said) => !/frame-src|default-src/.test(said));
});

for (const [where, options] of [["a desk, in the dark", { colorScheme: "dark" }], ["a phone", { viewport: { width: 320, height: 700 } }]]) {
  test(`the course page is printed from ${where}: its words, its runs, what was found out; nothing to press`, async () => {
    await context.close();
    context = await browser.newContext({ viewport: { width: 1100, height: 900 }, locale: "en-GB", ...options });
    page = await context.newPage();
    await openCourse();
    await useCourse();
    await page.getByText("A hint").click();
    const figures = await page.evaluate(async () => {
      const figures = [...document.querySelectorAll("synod-playground")];
      for (const figure of figures) await (figure.start(), figure.ready);
      return figures.length;
    });
    const frames = page.frames().filter((frame) => frame.url().includes("embed.html"));
    assert.equal(frames.length, figures);
    for (const frame of frames) await frame.waitForFunction(() => [...document.styleSheets].some((sheet) => sheet.href?.endsWith("paper.css")));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const pressed = "button, input, select, textarea, summary, [role=tab], [role=slider], .whole";
    for (const frame of [page.mainFrame(), ...frames]) {
      const left = await frame.evaluate(([pressed, texts]) => [...document.querySelectorAll(pressed)].filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length && !one.matches(texts)).map((one) => one.outerHTML.slice(0, 120)), [pressed, TEXTS]);
      assert.deepEqual(left, [], frame.url());
      assert.deepEqual(await frame.locator("html").evaluate((root) => [getComputedStyle(root).colorScheme, root.scrollWidth - root.clientWidth <= 0]), ["light", true], frame.url());
    }
    const text = await page.locator("body").innerText();
    for (const words of [/Five servers keep the same log/, /S\d has crashed/, /The flaw is on\./, /Three servers are enough/, /Election Safety says/]) assert.match(text, words);
    // Where a text is read, a frame would show a piece of it: on paper its address stands in its place.
    const drawn = frames.filter((frame) => !/[&#](lesson|exercise)=/.test(frame.url()));
    assert.ok(drawn.length >= 3);
    for (const frame of drawn) assert.ok(await frame.locator(".node:visible").count() >= 3, frame.url());
    // What a frame holds is not cut off by its height.
    for (const frame of drawn) assert.ok(await frame.evaluate(() => document.querySelector("main.stage").getBoundingClientRect().bottom <= innerHeight + 1), frame.url());
    const paper = await page.pdf({ format: "A4" });
    assert.ok(paper.length > 20_000);
    if (process.env.PAPER) writeFileSync(join(process.env.PAPER, `course-${options.viewport ? "phone" : "desk"}.pdf`), paper);
  });
}

/** What can be pressed, and what of it is on paper as the text that it shows. */
const PRESSED = "button, input, select, textarea, summary, [role=tab], [role=slider], progress";
const TEXTS = ".steps .here, .study button.link, .story li > :first-child, .lines button, .logs button, .order button, .reasons button, .field select";

for (const [where, options] of [["a desk, in the dark", { colorScheme: "dark" }], ["a phone", { viewport: { width: 390, height: 844 }, colorScheme: "dark" }]]) {
  test(`it is printed from ${where}: the picture, its words, the diagram, what is selected; nothing to press, nothing cut off`, async () => {
    await context.close();
    context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB", ...options });
    page = await context.newPage();
    // Paper is as wide as it is without anybody being told of the size.
    await page.addInitScript(() => {
      const Told = ResizeObserver;
      globalThis.ResizeObserver = class extends Told {
        constructor(tell) {
          super((...all) => globalThis.printing || tell(...all));
        }
      };
    });
    await open("#v1&run=raft+nodes=5+seed=3;10ms+fire+S1+election;120ms+request+C1+put+x=1;150ms+say+Look+at+it&at=200ms&theme=dark");
    await page.locator(".node.leads").waitFor();
    if (!options.viewport) {
      await page.locator(".node[data-pick=S1]").click();
      await page.locator(".fields").waitFor();
    }
    await page.waitForFunction(() => [...document.styleSheets].some((sheet) => sheet.href?.endsWith("paper.css")));
    await page.evaluate(() => void (globalThis.printing = dispatchEvent(new Event("beforeprint"))));
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.setViewportSize({ width: 700, height: 990 });
    const pressed = await page.evaluate(([pressed, texts]) =>
      [...document.querySelectorAll(pressed)].filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length && !one.matches(texts)).map((one) => one.outerHTML.slice(0, 120)), [PRESSED, TEXTS]);
    assert.deepEqual(pressed, []);
    const text = await page.evaluate(() => document.body.innerText);
    const seen = [/Raft/, /S1 is leader, term 1, Lamport clock \d+\. Log: 1@1 no-op✓, 2@1 x=1✓/, /C1 asked for put x=1 and was told: ok\./, /Look at it/, /0\.200 s/, /no-op/];
    if (!options.viewport) seen.push(/currentTerm[^]{0,30}\n1\n/, /becomes leader/);
    for (const words of seen) assert.match(text, words);
    assert.doesNotMatch(text, /why\?|Share|Crash/);
    assert.equal(await page.locator(".node.leads:visible, .spacetime .diagram:visible, .caption:visible").count(), 3);
    const colors = await page.locator(".synod").evaluate((root) => [getComputedStyle(root).color, getComputedStyle(root).backgroundColor, getComputedStyle(root).colorScheme, getComputedStyle(document.querySelector(".node.follows .label-container, .node .label-container")).fill]);
    assert.deepEqual(colors.slice(0, 3), ["rgb(0, 0, 0)", "rgb(255, 255, 255)", "light"]);
    const cut = await page.evaluate(() => {
      const wide = document.documentElement.scrollWidth > innerWidth ? ["the page"] : [];
      const within = (one) => {
        const [box, room] = [one, one.closest("svg.diagram") ?? document.body].map((one) => one.getBoundingClientRect());
        return box.right <= innerWidth + 1 && box.left >= -1 && box.bottom <= room.bottom + 1;
      };
      const outside = [...document.querySelectorAll(".node, .client, .diagram .cursor, .diagram .actor, .tab-panel section, .synod > *")].filter((one) => one.getClientRects().length && !within(one)).map((one) => one.getAttribute("class"));
      const hidden = [...document.querySelectorAll(".synod, main, .tab-panel, .tab-panel *, .spacetime, .tracks, body")].filter((one) => getComputedStyle(one).overflowY !== "visible" && one.scrollHeight > one.clientHeight + 2 && one.clientHeight > 2).map((one) => one.className);
      return [...wide, ...outside, ...hidden];
    });
    assert.deepEqual(cut, []);
    if (!options.viewport) assert.ok((await page.pdf({ format: "A4" })).length > 20_000);
  });
}

// ---- another build ---------------------------------------------------------------------------

/** What a program does not heed: a custom section. */
const CUSTOM = Buffer.from([0, 2, 1, 120]);

const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");
/** The file of a part. */
const part = (name) => readdirSync("dist").find((file) => file.startsWith(`${name}-`));

/** Serves a build in which these files have changed, under their names or under those of their new bytes. */
async function withBuild(changes, renames, use) {
  const folder = mkdtempSync(join(tmpdir(), "hosting-"));
  try {
    cpSync("dist", folder, { recursive: true });
    const put = (name, change) => writeFileSync(join(folder, name), change(readFileSync(join(folder, name))));
    const names = new Map();
    for (const [name, change] of Object.entries(changes)) {
      put(name, change);
      if (!renames) continue;
      const bytes = readFileSync(join(folder, name));
      names.set(name, name.replace(/-[0-9a-f]{16}/, `-${digest(bytes).slice(0, 16)}`));
      rmSync(join(folder, name));
      writeFileSync(join(folder, names.get(name)), bytes);
    }
    const renamed = (text) => [...names].reduce((text, [from, to]) => text.replaceAll(from, to), String(text));
    // The modules that name the parts, and each other, have other bytes then.
    const modules = names.size === 0 ? [] : readdirSync(folder).filter((name) => /^(synod|parts)-[0-9a-f]{16}\.js$/.test(name));
    const fresh = digest([...names.values()].join()).slice(0, 16);
    for (const name of modules) names.set(name, name.replace(/-[0-9a-f]{16}/, `-${fresh}`));
    for (const name of modules) {
      writeFileSync(join(folder, names.get(name)), renamed(readFileSync(join(folder, name))));
      rmSync(join(folder, name));
    }
    put("index.html", renamed);
    put("embed.html", renamed);
    put("worker.js", (bytes) => {
      const files = renamed(bytes).replace(/"([^"]+)": "[0-9a-f]{64}"/g, (_, name) => `"${name}": "${digest(readFileSync(join(folder, name)))}"`);
      return files.replace(/BUILD = "\w+"/, 'BUILD = "new"');
    });
    host.folder = folder;
    await use();
  } finally {
    rmSync(folder, { recursive: true });
  }
}
