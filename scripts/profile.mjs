// What of the page's program runs on a first visit: it is watched in Chromium.
//
// A copy of the program is served in which exported globals tell where it came by (scripts/cold.mjs
// says where that is to be known). The page is opened as newcomers open it, in several ways, and not touched but where
// the rest is refused; then the globals are read.

import { join } from "node:path";
import { places } from "./cold.mjs";
import { launch, send, site } from "./site.mjs";
import { Failure } from "./steps.mjs";
import { parse, print } from "./wat.mjs";

const RUN = "#v1&check=5df8&run=raft+nodes=3+seed=7";

/** The first visits: where to, by whom, and until when in the run's time, in seconds. */
const VISITS = [
  { hash: "", until: 0.76, hovers: true },
  { hash: "#v1&speed=10", until: 0.76, resize: { width: 700, height: 500 } },
  { hash: "", until: 0.1, locale: "zh-CN" },
  { hash: "", until: 0.1, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2, resize: { width: 844, height: 390 } },
  { hash: "", colorScheme: "dark", reducedMotion: "reduce" },
  { hash: "#v1&speed=max", until: 0.76, viewport: { width: 480, height: 320 } },
  { hash: "#v1&scene=raft/figure-8&at=1s" },
  { hash: "#v1&scene=r%61ft/figure-8&at=1s&lang=zh&theme=dark", locale: "zh-CN", viewport: { width: 390, height: 844 } },
  { hash: `${RUN}&at=500ms`, fails: true },
  { hash: "#v1&scene=raft/split-vote" },
  { hash: "#v1&scene=raft/figure-7" },
  { hash: "#v1&scene=raft/figure-8-flaw" },
  { hash: "#v1&scene=raft/first-election&at=1s" },
  { hash: `${RUN}&at=900ms`, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  { hash: `${RUN}&at=1s`, viewport: { width: 1920, height: 1080 } },
  { hash: "", until: 0.1, viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
  { hash: "", until: 0.1, viewport: { width: 375, height: 812 }, hasTouch: true, isMobile: true },
  { hash: "#v1&scene=raft/nothing" },
  { hash: `${RUN}&at=500ms`, refused: true },
  { hash: "", locale: "zh-CN", unread: true },
  { hash: "#v1&at=0s&script=run%20raft%20nodes%3D3%20seed%3D7&theme=light" },
  // In a frame of another page.
  { hash: "embed.html?show=diagram#v1&at=0s&script=run%20raft%20nodes%3D5%20seed%3D3&lang=en&theme=light", viewport: { width: 740, height: 520 } },
  { hash: "embed.html#v1&scene=raft/first-election&speed=1/20&lang=en&theme=dark", until: 0.03, viewport: { width: 320, height: 330 } },
  // What needs more must be known by its text alone (src/player/plain.rs).
  ...[
    "scene=p%61xos/console", "scene=paxos/duel", "run=raft+nodes%3D3%20seed=7;10ms+fire+S1+election&at=1s", "run=raft+nodes=3%0A10ms+fire+S1+election",
    "run=raft+nodes=40", "run=raft+nodes=x", "run=raft+seed=x+flaw=forget-vote", "run=raft+%zz", "run=multi-paxos", "run=", "scene=raft/figure-8&at=1s.214", "panel=script", "theme=pink",
    "lang=fr", "speed=7", "packed=eNo", "amp;at=1s", "utm_source=chat",
  ].map((link) => ({ hash: `#v1&${link}`, without: true })),
  { hash: "#v2", without: true, locale: "zh-CN" },
  { hash: "#v1&panel=log", without: true, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true },
  { hash: "#v1&panel=log", without: true, viewport: { width: 700, height: 500 } },
];

/** A module that tells what ran: its forms, and for each mark what it stands before. */
export function watched(forms) {
  const marks = [];
  const mark = (form) => {
    if (form.kind !== "func" || form.imported) return form.text;
    const tree = parse(form.text);
    const here = new Map();
    for (const { node, place } of places(tree)) {
      here.set(node, here.get(node) ?? new Map()).get(node).set(place, marks.length);
      marks.push({ form, tree, node, place });
    }
    const number = (node, place) => here.get(node)?.get(place);
    return print(tree, (node, place) => number(node, place) === undefined ? undefined : `(global.set $ran${number(node, place)} (i32.const 1))`);
  };
  const texts = forms.map(mark);
  const globals = marks.map((_, number) => ` (global $ran${number} (mut i32) (i32.const 0))\n (export "ran${number}" (global $ran${number}))`);
  return { forms: [...texts, ...globals], marks };
}

/** The numbers of the marks that were reached; `program` is the watched one, `page` the file it stands for. */
export async function profile(chrome, dist, page, program) {
  const { origin, close } = await site((path, response) => send(response, path === `/${page}` ? program : join(dist, path === "/" ? "index.html" : path)));
  const browser = await launch(chrome);
  const ran = new Set();
  try {
    const waiting = [...VISITS];
    const visitor = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        // On a busy machine one may take too long: once more, before it is given up.
        const reached = await visit(browser, `${origin}/`, next).catch(() => visit(browser, `${origin}/`, next)).catch((error) => {
          throw new Failure(`a first visit to ${next.hash || "the page"} was watched in vain: ${error.message.split("\n")[0]}`);
        });
        for (const number of reached) ran.add(number);
      }
    };
    await Promise.all([visitor(), visitor(), visitor()]);
  } finally {
    await browser.close();
    close();
  }
  return ran;
}

/** One visit; the numbers of what ran. */
async function visit(browser, origin, { hash, until = 0, hovers, refused, unread, without, resize, fails, ...who }) {
  const context = await browser.newContext({ viewport: { width: 1366, height: 850 }, locale: "en-GB", ...who });
  try {
    const page = await context.newPage();
    await page.addInitScript(keepProgram);
    // Browsers wish for several languages, and Playwright's for one.
    await page.addInitScript(() => Object.defineProperty(navigator, "languages", { value: [navigator.language, navigator.language.slice(0, 2), "fr"] }));
    if (without) await page.addInitScript(refuse);
    if (unread) await page.route(/zh\.txt/, (route) => route.fulfill({ body: "" }));
    await page.goto(origin + hash);
    await page.locator(".node").first().waitFor();
    const time = () => Number.parseFloat(document.querySelector("[role=timer]").textContent);
    await page.waitForFunction(`(${time})() >= ${until}`);
    if (hovers) {
      for (const thing of await page.locator(".node, .message, button, select, summary, [role=tab], [role=slider]").all()) {
        const box = await thing.boundingBox();
        if (box) await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      }
      for (let x = 20; x < 1366; x += 60) await page.mouse.move(x, 820 - (x % 400));
    }
    if (refused) await touch(page);
    if (without) await page.evaluate(() => globalThis.program.missing(0)); // Tried again, in vain.
    if (resize) await page.setViewportSize(resize);
    await page.waitForTimeout(1200); // The address is saved, and what has moved comes to rest.
    await page.emulateMedia({ colorScheme: who.colorScheme === "dark" ? "light" : "dark", reducedMotion: who.reducedMotion ? "no-preference" : "reduce" });
    await page.evaluate(leave);
    if (fails) await page.evaluate(() => globalThis.program.unfetched?.());
    return await page.evaluate(() => Object.entries(globalThis.program).filter(([name, value]) => /^ran\d/.test(name) && value.value === 1).map(([name]) => Number(name.slice(3))));
  } finally {
    await context.close();
  }
}

/** Somebody touches the page, and the rest cannot be had: what www/boot.js then calls must be there, and a list shows what runs. */
async function touch(page) {
  await page.evaluate(refuse);
  for (const ofAddress of [0, 1]) {
    await page.evaluate((ofAddress) => globalThis.program.missing(ofAddress), ofAddress);
    await page.getByText("could not be fetched").first().waitFor();
  }
  for (const name of ["Protocol", "Scene"]) await page.getByLabel(name).first().selectOption({ index: 1 });
  await page.waitForTimeout(500); // It has been asked for.
}

/** In the page: the rest of the program cannot be had, after a while. */
function refuse() {
  const soon = () => new Promise((_, no) => setTimeout(no, 300, new Error("for the profile")));
  let later = globalThis.synodLater;
  Object.defineProperty(globalThis, "synodLater", { get: () => later, set: (made) => (later = Object.assign(made, { soon })), configurable: true });
  if (later) later.soon = soon;
}

/** In the page: somebody looks elsewhere, comes back, and goes. */
async function leave() {
  for (const state of ["hidden", "visible", "hidden"]) {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    Object.defineProperty(document, "hidden", { value: state === "hidden", configurable: true });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
    dispatchEvent(new Event(state === "hidden" ? "blur" : "focus"));
    await new Promise((done) => setTimeout(done, 50));
  }
  for (const name of ["beforeunload", "pagehide", "unload"]) dispatchEvent(new Event(name));
}

/** In the page: keeps what the program exports. */
function keepProgram() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const instantiate = WebAssembly[name];
    WebAssembly[name] = async (...args) => {
      const made = await instantiate.apply(WebAssembly, args);
      globalThis.program = (made.instance ?? made).exports;
      return made;
    };
  }
}
