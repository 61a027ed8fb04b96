// The built page in browsers that the other tests do not know: stock Firefox and WebKit. Not every test
// again, but what everybody does: open, play, crash, ask why, share, embed, wait for what comes late.
// `npm run browsers` runs it.

import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { offline } from "../../scripts/offline.mjs";
import { findOthers } from "../../scripts/setup.mjs";
import { POLICY, send, site } from "../../scripts/site.mjs";
import { firefox, webkit } from "./drivers.mjs";

const PATIENCE = 60_000; // ms, for whatever is waited for.
const STILL = "#v1&run=raft+nodes=5+seed=3;10ms+fire+S1+election&at=300ms";

let folder, server, origin, complaints, holds, held;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "browsers-"));
  cpSync("dist", folder, { recursive: true });
  writeFileSync(join(folder, "watch.js"), `(${watch})();`);
  for (const name of ["index.html", "embed.html", "course.html"]) {
    const page = readFileSync(join(folder, name), "utf8");
    writeFileSync(join(folder, name), page.replace(/<meta charset[^>]*>/, "$&<script src=watch.js></script>"));
  }
  offline(folder);
});

after(() => rmSync(folder, { recursive: true }));

/** In every page: tells the site what goes wrong. */
function watch() {
  let left; // Whoever leaves breaks off what is on its way.
  addEventListener("beforeunload", () => (left = true));
  // By a picture, which every policy of ours lets through.
  const tell = (what) => left || (new Image().src = `complaint?${encodeURIComponent(what)}`);
  const { error } = console;
  console.error = (...words) => {
    tell(words.join(" "));
    error.apply(console, words);
  };
  addEventListener("error", ({ message, target }) => tell(message ?? `not loaded: ${target.src ?? target.href}`), true);
  addEventListener("unhandledrejection", ({ reason }) => tell(reason));
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) => tell(`${effectiveDirective} forbids ${blockedURI}`));
}

/** A new site for each test; what `holds` fits waits in `held`. */
async function serve() {
  [complaints, holds, held] = [[], undefined, []];
  server = await site((path, response, request) => {
    if (path.startsWith("/complaint")) {
      complaints.push(decodeURIComponent(request.url.split("?")[1]));
      return response.writeHead(204).end();
    }
    if (path === "/favicon.ico") return response.writeHead(204).end();
    const file = join(folder, path === "/" ? "index.html" : path);
    const answer = () => send(response, file.startsWith(folder) ? file : "", path.endsWith("/") || path.endsWith(".html") ? { "content-security-policy": `${POLICY}; frame-src 'self'` } : {});
    response.on("finish", () => response.statusCode >= 400 && complaints.push(`${response.statusCode} ${path}`));
    if (holds?.test(path)) held.push({ path, answer });
    else answer();
  });
  origin = server.origin;
}

/** In the page: what is seen and has this role, and a name that this expression fits. */
function seek(role, name) {
  const kinds = { button: "button, [role=button], summary", combobox: "select", heading: "h1, h2, h3", textbox: "textarea, input:not([type=checkbox])", timer: "[role=timer]", dialog: "dialog", list: "ul", region: "[role=region]" };
  const nameOf = (one) => (one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent).trim();
  return [...document.querySelectorAll(kinds[role])].find((one) => one.checkVisibility() && new RegExp(name, "u").test(nameOf(one)));
}

/** In the page: where the middle of an element is, once it is in sight, and whether a mouse would meet it there. */
function place(element) {
  if (!element) return { met: false };
  element.scrollIntoView({ block: "nearest" });
  const { x, y, width, height } = element.getBoundingClientRect();
  const [middle, centre] = [Math.round(x + width / 2), Math.round(y + height / 2)];
  return { x: middle, y: centre, met: element.contains(document.elementFromPoint(middle, centre)) };
}

const found = (role, name = "") => `(${seek})(${JSON.stringify(role)}, ${JSON.stringify(name)})`;

for (const [name, launch] of [
  ["Firefox", () => firefox(findOthers().Firefox)],
  ["WebKit", () => webkit(findOthers())],
]) {
  describe(name, () => {
    let browser;

    before(async () => {
      browser = await launch();
      console.log(`${name} is ${browser.version}`);
    });
    after(() => browser?.close());
    beforeEach(serve);
    afterEach(async () => {
      await browser.open("about:blank").finally(() => server.close());
      assert.deepEqual([...complaints, ...browser.complaints()], [], "errors in the console, failed requests, what the policy forbids");
    });

    /** Waits until what this comes to is true, and answers with it. */
    const until = async (source) => {
      for (const end = performance.now() + PATIENCE; performance.now() < end; await new Promise((soon) => setTimeout(soon, 50))) {
        const value = await (typeof source === "function" ? source() : browser.evaluate(source));
        if (value) return value;
      }
      throw new Error(`never came: ${source}\nThe page says: ${await browser.evaluate("document.body.innerText")}`);
    };
    const there = (...thing) => until(`Boolean(${found(...thing)})`);
    const says = (words) => until(`${words}.test(document.body.innerText)`);
    /** Presses what stands still, as a person does. */
    const press = async (...thing) => {
      await there(...thing);
      let before;
      const { x, y } = await until(async () => {
        const now = await browser.evaluate(`(${place})(${found(...thing)})`);
        const rests = now.met && now.x === before?.x && now.y === before.y;
        before = now;
        return rests && now;
      });
      await browser.click(x, y);
    };
    const clock = () => until(`${found("timer")}?.textContent`).then(Number.parseFloat);
    const passes = async (time) => until(`Number.parseFloat(${found("timer")}.textContent) > ${time}`);

    test("it opens, plays until somebody leads, and rests", async () => {
      await browser.open(`${origin}/#v1`);
      await there("button", "^S1 ");
      await passes(await clock());
      await browser.choose(found("combobox", "^Speed"), "1/10×");
      await there("button", "^S\\d leader");
      await press("button", "^Pause$");
      await there("button", "^Play$");
      await press("button", "^To the start$");
      await until(`${found("timer")}.textContent.startsWith("0.000")`);
      await press("button", "^One step forward$");
      await passes(0);
    });

    test("a leader is crashed, another one leads, and a link brings a friend there", async () => {
      await browser.open(`${origin}/${STILL}`);
      await press("button", "^S1 leader");
      await press("button", "^Crash");
      await there("button", "^S1 crashed");
      await browser.choose(found("combobox", "^Speed"), "5×");
      await press("button", "^Play$");
      await there("button", "^S[2-5] leader");
      await press("button", "^Pause$");
      await press("button", "^Share$");
      await there("dialog", "^Share");
      const link = await until(`${found("textbox", "^Link$")}?.value`);
      const picture = `[${found("timer")}, ${found("list", "^The picture in words$")}].map((one) => one.textContent)`;
      const seen = await browser.evaluate(picture);
      await browser.open("about:blank");
      await browser.open(link);
      await there("button", "^S1 crashed");
      assert.deepEqual(await browser.evaluate(picture), seen);
    });

    test("why a term is what it is: the causes, and the protocol's own source", async () => {
      await browser.open(`${origin}/${STILL}`);
      await press("button", "^S1 leader");
      await press("button", "^Why: currentTerm\\?");
      await there("heading", "^Why is S1's currentTerm 1\\?");
      await press("button", "^raft/\\w+\\.rs");
      await until(`${found("region", "^Source$")}?.querySelector("[aria-current=true]")?.textContent.includes("fx.")`);
    });

    test("a course page drives the runs that it embeds", async () => {
      await browser.open(`${origin}/course.html`);
      // Once they run, frames take the height that they need instead of their first one, and what stands beneath moves.
      await until("['election', 'failover'].every((id) => document.getElementById(id).offsetHeight !== 440)");
      await press("button", "^Wait for a leader");
      await says(/S\d leads, elected at \d+ ms/);
      await press("button", "^Crash the leader");
      await says(/S\d has crashed/);
      await browser.choose(found("combobox", "^Flaw"), "A crash forgets the vote");
      await press("button", "^Start anew with it");
      await says(/The flaw is on\./);
    });

    test("while a part of the program is on its way the page goes on, and then it is there", async () => {
      holds = /worker\.js$/; // It would fetch all of them beforehand.
      await browser.open(`${origin}/#v1`);
      await there("button", "^S1 follower");
      holds = /\.wasm$|worker\.js$/;
      await browser.choose(found("combobox", "^Protocol"), "Paxos");
      await until(() => held.some(({ path }) => path.endsWith(".wasm")));
      await passes((await clock()) + 0.05);
      await there("button", "^S1 (follower|candidate|leader)");
      holds = undefined;
      for (const { answer } of held) answer();
      await there("button", "^S1 (acceptor|preparing|proposing)");
      await press("button", "^Share$");
      await there("dialog", "^Share");
    });
  });
}
