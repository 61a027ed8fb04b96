// What embed.html has more than the page itself: it talks with the page that embeds it, by messages
// of version 1, and tells how high it would like to be.
//
//   to it      { synod: 1, id, ask: { call: "seek", to: "1.24s" } }   see src/player/api.rs
//   from it    { synod: 1, id, answer: a state, or what was read }    or { synod: 1, id, refused: a sentence }
//              { synod: 1, news: { news: "event", … } }               what is watched
//              { synod: 1, ready: true }, { synod: 1, height }, { synod: 1, keys: "back" },
//              { synod: 1, failed: a sentence }
//
// A call may also be what it was at first, a name and at most one text; then a text is the answer, too:
//
//   to it      { synod: 1, id, call: "seek", text: "1.24s" }
//   from it    { synod: 1, id, done: true, text: the answer }         or false, and a sentence
//
// Only the page that holds the frame is heard, and if the address names its `origin`, only from
// there; where what it names is none, nobody is, and the frame says so. What is not a message is nobody's business; what is a wrong one is answered by a sentence.

const VERSION = 1;
const LONGEST = 262144; // Characters in one text of a call.
const MOST = 20; // Texts and numbers in one call.
const WAITING = 100; // Calls that may wait for the program to start.
const PARTS = ["top", "tools", "diagram", "panel"];

const chinese = () => (document.documentElement.lang || navigator.language).startsWith("zh");
const say = (english, translated) => (chinese() ? translated : english);

const asked = new URLSearchParams(location.search);
const named = asked.get("origin");
const trusted = named === null ? null : originOf(named);
const root = document.getElementById("synod");
const seen = document.documentElement.classList;

const size = /^([1-9]\d{1,2})%$/.exec(asked.get("type") ?? "")?.[1];
if (size >= 50 && size <= 300) document.documentElement.style.fontSize = `${size}%`;
for (const part of (asked.get("show") ?? "").split(",")) if (PARTS.includes(part)) seen.add(`shows-${part}`);
// What is read stands in the panel.
const PANEL = /[?&#](panel|lesson|exercise|text)=/;
if (PANEL.test(location.search + location.hash)) seen.add("shows-panel");
/** What is asked for later is shown as well. */
const asksForPanel = ({ call, name, link }) => (call === "set" && name === "panel") || (call === "open" && PANEL.test(link));

/** The origin as browsers write it: without a slash at its end, in small letters; `undefined` for what is none. */
function originOf(text) {
  if (text === "null") return text;
  const { origin } = URL.canParse(text) ? new URL(text) : {};
  return origin === "null" ? undefined : origin;
}

if (trusted === undefined) {
  const told = say(
    `The address of this frame names “${named.slice(0, 60)}” as the origin of the page that may call it. That is none: it is to be like https://course.example. No page is heard.`,
    `此框架的地址把“${named.slice(0, 60)}”写作可以调用它的页面的源（origin），但这不是一个源：应形如 https://course.example。任何页面的调用都不会被接受。`,
  );
  console.warn(told);
  document.body.append(Object.assign(document.createElement("p"), { className: "deaf", role: "alert", textContent: told }));
}

// ---- calls ---------------------------------------------------------------------------------------

const WATCHED = { events: "event", properties: "property", captions: "caption" };
const nothing = (text) => (text === "" ? {} : { text });

/** By the names of calls: what the one text of each says. */
const TEXTS = {
  load: (script) => ({ script }),
  open: (link) => ({ link }),
  play: nothing,
  pause: nothing,
  forward: nothing,
  back: nothing,
  seek: (to) => ({ to }),
  until: (condition) => ({ condition }),
  speed: (speed) => ({ speed }),
  command: (command) => ({ command }),
  set: (text) => ({ name: text.split("=", 1)[0], value: text.slice(text.indexOf("=") + 1 || text.length) }),
  watch: (text) => ({ news: (text.match(/\S+/g) ?? []).slice(0, MOST).map((word) => WATCHED[word] ?? word) }),
  read: (what) => ({ what }),
};

/** The call that a name and a text make; or a sentence that says why they make none. */
function ofTexts(call, text = "") {
  if (typeof call !== "string" || typeof text !== "string") return say("A call is a name and at most one text.", "一次调用由一个名称和至多一段文本组成。");
  if (Object.hasOwn(TEXTS, call)) return text.length > LONGEST ? tooLong() : { call, ...TEXTS[call](text) };
  const [said, names] = [call.length > 60 ? `${call.slice(0, 60)}…` : call, Object.keys(TEXTS).join(", ")];
  return say(`There is no call “${said}”: expected ${names}.`, `没有调用“${said}”：应为 ${names}。`);
}

/** The same of what came as an object: whether it is small and flat. What it says, the program looks at. */
function ofObject(ask) {
  const isPlain = typeof ask === "object" && ask !== null && Object.getPrototypeOf(ask) === Object.prototype;
  const values = isPlain ? Object.values(ask).flat() : [];
  if (!isPlain || values.length > MOST || values.some((value) => !["string", "number", "undefined"].includes(typeof value)))
    return say("A call is an object of texts and numbers.", "一次调用是一个由文本和数字组成的对象。");
  return values.some((value) => value?.length > LONGEST) ? tooLong() : ask;
}

function tooLong() {
  return say(`A call's text may have ${LONGEST} characters at most.`, `一次调用的文本最多 ${LONGEST} 个字符。`);
}

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
  if (parent === window || trusted === undefined) return;
  try {
    parent.postMessage({ synod: VERSION, ...message }, trusted && trusted !== "null" ? trusted : "*");
  } catch {
    // The origin that the address names is none: nobody can be told.
  }
}

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || source === window || (trusted !== null && origin !== trusted)) return;
  if (typeof data !== "object" || data === null || !Object.hasOwn(data, "synod")) return;
  const { synod, id } = data;
  if (!Number.isSafeInteger(id) && !(typeof id === "string" && id.length <= 100)) return;
  const isObject = Object.hasOwn(data, "ask");
  const refuse = (why) => tell(isObject ? { id, refused: why } : { id, done: false, text: why });
  const answer = (given) => tell(isObject ? { id, answer: given } : { id, done: true, text: typeof given === "string" ? given : JSON.stringify(given) });
  if (synod !== VERSION) return refuse(say(`This playground takes messages of version ${VERSION}.`, `本演练场只接受第 ${VERSION} 版消息。`));
  const ask = isObject ? ofObject(data.ask) : ofTexts(data.call, data.text);
  if (typeof ask === "string") return refuse(ask);
  if (failed) return refuse(sentence());
  if (early >= WAITING) return refuse(say(`${WAITING} calls wait for the playground to start already.`, `已有 ${WAITING} 次调用在等待演练场启动。`));
  early += 1;
  program.then((synod) => {
    early -= 1;
    try {
      synod.call(ask, (done, given) => {
        if (!done) return refuse(given);
        if (asksForPanel(ask)) seen.add("shows-panel");
        answer(given);
      });
    } catch {
      refuse(sentence());
    }
  });
});

program.then((synod) => {
  synod.listen((news) => tell({ news }));
  entrance();
  tell({ ready: true });
  measure();
});

// A press on the picture is none on a field, so that the browser leaves the keyboard to the page around:
// but whoever presses here wants to press keys here.
addEventListener("pointerdown", () => document.hasFocus() || focus(), { capture: true, passive: true });

// While it has the keys, a sign says so, and how the page around gets them back.
const sign = document.createElement("p");
sign.className = "keys-here";
document.body.append(sign);
function tellKeys() {
  const has = parent !== window && document.hasFocus();
  sign.textContent = has ? say("Keys work here. Esc: back to the page", "按键在此生效。按 Esc 交还给页面") : "";
}
for (const change of ["focus", "blur"]) addEventListener(change, tellKeys);

/** What Escape closes before it gives the keys back. */
const OPEN = ".menu-card, .popover[open], dialog[open], .tip";
addEventListener(
  "keydown",
  ({ key }) => {
    if (key !== "Escape" || parent === window || root.querySelector(OPEN)) return;
    document.activeElement?.blur();
    tell({ keys: "back" });
    parent.focus();
    tellKeys();
  },
  { capture: true },
);

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
