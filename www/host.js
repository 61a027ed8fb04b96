// What embed.html has more than the page itself: it talks with the page that embeds it, by messages
// of version 1, and tells how high it would like to be.
//
//   to it      { synod: 1, id, call: "seek", text: "1.24s" }     see src/player/api.rs
//   from it    { synod: 1, id, done: true, text: the answer }     or false, and a sentence
//              { synod: 1, news: { news: "event", … } }           what is watched
//              { synod: 1, ready: true }, { synod: 1, height }, { synod: 1, failed: a sentence }
//
// Only the page that holds the frame is heard, and if the address names its `origin`, only from
// there. What is not a message is nobody's business; what is a wrong one is answered by a sentence.

const VERSION = 1;
const LONGEST = 262144; // Longer texts are cut off, and refused by their length.
const WAITING = 100; // Calls that may wait for the program to start.
const PARTS = ["top", "tools", "diagram", "panel"];

const chinese = () => (document.documentElement.lang || navigator.language).startsWith("zh");
const say = (english, translated) => (chinese() ? translated : english);

const asked = new URLSearchParams(location.search);
const trusted = asked.get("origin");
const root = document.getElementById("synod");
const seen = document.documentElement.classList;

for (const part of (asked.get("show") ?? "").split(",")) if (PARTS.includes(part)) seen.add(`shows-${part}`);
if (/[?&#]panel=/.test(location.search + location.hash)) seen.add("shows-panel");
/** What is asked for later is shown as well. */
const asksForPanel = (call, text) => (call === "set" ? /^panel=/ : call === "open" ? /[&#]panel=/ : /^(?!)/).test(text);

let early = 0; // Calls that came before the program.
let failed = false;

/** The program, once it runs. */
const program = new Promise((resolve) => {
  const look = () => {
    if (root.querySelector(".synod")) {
      const script = document.querySelector('link[rel="modulepreload"][href]');
      resolve(import(script.href));
    }
    if (!root.querySelector(".crash-card, .loading [role=alert]")) return;
    if (!failed) tell({ failed: sentence() });
    failed = true;
  };
  new MutationObserver(look).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["role"] });
  look();
});

function sentence() {
  return say("Something in Synod itself went wrong: the playground says more.", "Synod 自身出了问题：演练场中有详细说明。");
}

function tell(message) {
  if (parent === window) return;
  try {
    parent.postMessage({ synod: VERSION, ...message }, trusted && trusted !== "null" ? trusted : "*");
  } catch {
    // The origin that the address names is none: nobody can be told.
  }
}

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || source === window || (trusted && origin !== trusted)) return;
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, "synod")) return;
  const { synod, id, call, text = "" } = data;
  if (!Number.isSafeInteger(id) && !(typeof id === "string" && id.length <= 100)) return;
  const refuse = (why) => tell({ id, done: false, text: why });
  if (synod !== VERSION) return refuse(say(`This playground takes messages of version ${VERSION}.`, `本演练场只接受第 ${VERSION} 版消息。`));
  if (typeof call !== "string" || typeof text !== "string") return refuse(say("A call is a name and at most one text.", "一次调用由一个名称和至多一段文本组成。"));
  if (failed) return refuse(sentence());
  if (early >= WAITING) return refuse(say(`${WAITING} calls wait for the playground to start already.`, `已有 ${WAITING} 次调用在等待演练场启动。`));
  early += 1;
  program.then((synod) => {
    early -= 1;
    try {
      synod.call(call.slice(0, LONGEST + 1), text.slice(0, LONGEST + 1), (done, answer) => {
        if (done && asksForPanel(call, text)) seen.add("shows-panel");
        tell({ id, done, text: answer });
      });
    } catch {
      refuse(sentence());
    }
  });
});

program.then((synod) => {
  synod.listen((news) => tell({ news: JSON.parse(news) }));
  entrance();
  tell({ ready: true });
  measure();
});

// A press on the picture is none on a field, so that the browser leaves the keyboard to the page around:
// but whoever presses here wants to press keys here.
addEventListener("pointerdown", () => document.hasFocus() || focus(), { capture: true, passive: true });

// ---- height --------------------------------------------------------------------------------------

let told;

/** As high as it would like to be: its stage as the style sheet says, and all that stands around it. */
function height() {
  const parts = [...root.querySelectorAll(":scope > .synod > *")];
  const around = parts.filter((part) => !part.matches("main.stage, .unseen, dialog") && getComputedStyle(part).position !== "absolute");
  const stage = root.querySelector("main.stage");
  return around.reduce((sum, part) => sum + part.offsetHeight, parseFloat(getComputedStyle(stage).minHeight) || 0);
}

function measure() {
  const watch = new ResizeObserver(() => {
    if (!root.querySelector("main.stage")) return;
    const now = Math.ceil(height());
    if (now !== told) tell({ height: (told = now) });
  });
  for (const part of root.querySelectorAll(":scope > .synod, :scope > .synod > *")) watch.observe(part);
}

// ---- the way to the whole page -------------------------------------------------------------------

/** A link that opens the same run on a page of its own. */
function entrance() {
  const link = document.createElement("a");
  link.className = "whole";
  link.target = "_blank";
  link.rel = "noopener";
  const lead = () => {
    link.title = say("Open this run in Synod", "在 Synod 中打开此运行");
    link.setAttribute("aria-label", link.title);
    link.href = new URL("index.html", location.href.split(/[?#]/)[0]).href + location.hash;
  };
  link.textContent = "Synod ↗";
  lead();
  for (const touch of ["pointerdown", "pointerenter", "focus", "keydown", "click"]) link.addEventListener(touch, lead);
  document.body.append(link);
}
