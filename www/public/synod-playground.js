// <synod-playground>: a run of Synod on any page, from this one file. How it is used is told in
// synod-playground.d.ts; what can be asked of it, in src/player/api.rs.
//
// The element shows a still picture at once. When it is scrolled near, or called, it makes a frame
// with embed.html, which stands beside this file, and talks with it by messages (host.js). Taken off
// the page, it takes along all that it made.

(() => {
  "use strict";

  const NAME = "synod-playground";
  if (customElements.get(NAME)) return;

  const VERSION = 1;
  const LONGEST = 262144; // Characters in one text: a frame refuses longer ones anyway.
  const WAITING = 100; // Calls that may wait for their answers.
  const PATIENCE = 30_000; // ms until a frame that says nothing is taken for dead.
  const NEAR = "400px";
  const NEWS = ["event", "property", "caption", "state", "study"];
  const OPTIONS = ["theme", "lang", "panel", "speed"];
  const COLOURS = [
    "background", "raised", "textColor", "soft", "rule", "field", "accent", "accentText",
    "primaryColor", "primaryBorderColor", "lineColor", "leadColor", "leadText", "noteBkgColor",
    "noteBorderColor", "noteTextColor", "good", "errorTextColor", "errorBkgColor", "errorBorderColor",
  ];
  const own = document.currentScript?.src || document.querySelector(`script[src*="${NAME}.js"]`)?.src;
  const HOME = own || document.baseURI;

  const WORDS = {
    en: {
      name: "Synod, a playground for distributed protocols",
      picture: "A cluster of {0} servers, each linked with each",
      loading: "Loading …",
      gone: "The playground is no longer on the page.",
      silent: "The playground did not start: nothing came from {0}.",
      flood: "{0} calls wait for their answers already.",
      text: "“{0}” takes a text, but got {1}.",
      long: "“{0}” takes at most {1} characters, but got {2}.",
      event: "There is no event “{0}”: expected event, property, caption, state or study.",
    },
    zh: {
      name: "Synod：分布式协议演练场",
      picture: "由 {0} 台服务器组成的集群，两两相连",
      loading: "正在加载……",
      gone: "演练场已不在页面上。",
      silent: "演练场没有启动：{0} 没有回应。",
      flood: "已有 {0} 次调用在等待答复。",
      text: "“{0}”的参数应为文本，却收到了 {1}。",
      long: "“{0}”的参数最多 {1} 个字符，却收到了 {2} 个。",
      event: "没有事件“{0}”：应为 event、property、caption、state 或 study。",
    },
  };

  const SHEET = new CSSStyleSheet();
  SHEET.replaceSync(`
    :host { display: block; position: relative; overflow: hidden; min-width: 240px; height: 440px; border: 1px solid; border-color: color-mix(in srgb, currentcolor 22%, transparent); border-radius: 8px; color: inherit; }
    :host([hidden]) { display: none; }
    iframe, .poster { position: absolute; inset: 0; width: 100%; height: 100%; border: 0; }
    iframe { display: block; color-scheme: normal; }
    .poster { display: grid; place-content: center; justify-items: center; gap: 12px; background: var(--synod-background, Canvas); color: var(--synod-soft, inherit); font: 14px/1.4 system-ui, sans-serif; pointer-events: none; }
    .poster.dark { background: var(--synod-background, #17161d); color: var(--synod-soft, #a8a2c0); }
    .poster.light { background: var(--synod-background, #ffffff); color: var(--synod-soft, #645e7d); }
    .poster[hidden] { display: none; }
    svg { width: min(46vw, 250px); height: auto; max-height: 70%; }
    .edge { stroke: var(--synod-lineColor, #8a84a3); stroke-width: 1.2; opacity: 0.5; fill: none; }
    .box { fill: var(--synod-primaryColor, #ececff); stroke: var(--synod-primaryBorderColor, #9370db); stroke-width: 1.6; }
    .dark .box { fill: var(--synod-primaryColor, #262433); }
    text { font: 600 11px system-ui, sans-serif; text-anchor: middle; fill: var(--synod-textColor, #2b2640); }
    .dark text { fill: var(--synod-textColor, #e9e6f5); }
    ::slotted([slot="poster"]) { max-width: 100%; max-height: 100%; }
    @media print { :host { break-inside: avoid; } }
  `);

  /** Elements on the page: they follow its colours, and start when they come near. */
  const shown = new Set();
  const nearness = new IntersectionObserver(
    (entries) => entries.forEach((entry) => entry.isIntersecting && entry.target.start()),
    { rootMargin: NEAR },
  );
  const follow = () => shown.forEach((element) => element.dress());
  const attire = new MutationObserver(follow);

  class SynodPlayground extends HTMLElement {
    static observedAttributes = ["link", "run", "show", "type", "title", "sandbox", "base", ...OPTIONS];

    /** Version of the calls and of the messages. */
    static version = VERSION;

    #frame;
    #poster;
    #size = new CSSStyleSheet();
    #ready; // { promise, resolve, reject } of the present frame.
    #isReady = false;
    #refused = ""; // Why its attributes make no address.
    #calls = new Map(); // By id: { message, resolve, reject }.
    #next = 1;
    #listeners = new Map(NEWS.map((type) => [type, new Set()]));
    #worn = new Map(); // What the frame was told of colours, theme and language.
    #patience;
    #hear = (event) => this.#take(event);

    constructor() {
      super();
      const shadow = this.attachShadow({ mode: "open" });
      shadow.adoptedStyleSheets = [SHEET, this.#size];
      this.#ready = promised();
    }

    // ---- on the page, and off it ---------------------------------------------------------------

    connectedCallback() {
      shown.add(this);
      if (shown.size === 1) {
        for (const root of [document.documentElement, document.body]) if (root) attire.observe(root, { attributes: true });
        DARK.addEventListener("change", follow);
      }
      this.#draw();
      nearness.observe(this);
    }

    disconnectedCallback() {
      shown.delete(this);
      if (shown.size === 0) {
        attire.disconnect();
        DARK.removeEventListener("change", follow);
      }
      nearness.unobserve(this);
      this.#end(this.#words.gone);
      this.#size.replaceSync("");
      this.shadowRoot.replaceChildren();
    }

    attributeChangedCallback(name, before, after) {
      if (before === after || !this.isConnected) return;
      if (this.#refused) nearness.observe(this); // It may be one now.
      if (!this.#frame) return this.#draw();
      if (name === "title") this.#frame.title = after || this.#words.name;
      else if (name === "theme" || name === "lang") this.dress();
      else if (name === "link" && after) this.open(this.#hash(this.#wears())).catch(complain);
      else if (name === "run" && after) this.load(lines(after)).catch(complain);
      else if (name === "panel" && after) this.set("panel", after).catch(complain);
      else if (name === "speed" && after) this.speed(after).catch(complain);
      else {
        this.#end(this.#words.gone);
        this.start();
      }
    }

    /** Makes the frame, unless it is there. */
    start() {
      if (this.#frame || !this.isConnected) return;
      nearness.unobserve(this);
      if (this.#refused) {
        this.#ready.reject(new Error(this.#refused));
        this.#ready = promised();
      }
      this.#refused = "";
      const frame = document.createElement("iframe");
      frame.title = this.title || this.#words.name;
      frame.allow = "clipboard-write; fullscreen";
      const sandbox = this.getAttribute("sandbox");
      if (sandbox !== null) frame.setAttribute("sandbox", sandbox);
      const wear = this.#wears();
      this.#worn = new Map([...wear].filter(([name]) => OPTIONS.includes(name)));
      try {
        frame.src = this.#address(wear);
      } catch (error) {
        return this.#refuse(error);
      }
      this.#frame = frame;
      addEventListener("message", this.#hear);
      this.#patience = setTimeout(() => this.#fail(fill(this.#words.silent, frame.src.split(/[?#]/)[0])), PATIENCE);
      this.shadowRoot.prepend(frame);
    }

    /** What its attributes say makes no address: who looks and who waits is told, and others start all the same. */
    #refuse({ message }) {
      this.#refused = fill(this.#words.silent, cut(this.getAttribute("base") || message));
      this.#poster.lastChild.textContent = this.#refused;
      // Whoever calls is told as well, unless it is mended by then.
      queueMicrotask(() => this.#refused && this.#fail(this.#refused));
    }

    /** Takes the frame away; whoever waits is told why. */
    #end(why) {
      removeEventListener("message", this.#hear);
      clearTimeout(this.#patience);
      this.#frame?.remove();
      this.#frame = undefined;
      this.#isReady = false;
      this.#fail(why);
      this.#ready = promised();
    }

    #fail(why) {
      clearTimeout(this.#patience);
      this.#ready.reject(new Error(why));
      for (const { reject } of this.#calls.values()) reject(new Error(why));
      this.#calls.clear();
      if (this.#poster && this.#frame) this.#poster.hidden = true;
    }

    /** The frame's address: what it is to show stands behind the #, which no server sees. */
    #address(wear) {
      const url = new URL("embed.html", new URL(this.getAttribute("base") || ".", this.hasAttribute("base") ? document.baseURI : HOME));
      for (const name of ["show", "type"]) if (this.hasAttribute(name)) url.searchParams.set(name, this.getAttribute(name));
      if (origin !== "null") url.searchParams.set("origin", origin);
      url.hash = this.#hash(wear);
      return url.href;
    }

    /** What its attributes say to show, as a link says it behind its #. */
    #hash(wear) {
      const link = this.getAttribute("link") ?? "";
      const said = (link.includes("#") ? link.slice(link.indexOf("#") + 1) : link).replace(/^v1(&|$)/, "");
      const parts = [/^v\d+(&|$)/.test(said) ? said : `v1${said && `&${said}`}`];
      if (this.getAttribute("run")) parts.push(`script=${encodeURIComponent(lines(this.getAttribute("run")))}`);
      for (const name of OPTIONS) {
        const value = wear.get(name) ?? (name === "lang" || name === "theme" ? null : this.getAttribute(name));
        if (value) parts.push(`${name}=${encodeURIComponent(value)}`);
      }
      return parts.join("&");
    }

    // ---- looks ---------------------------------------------------------------------------------

    get #words() {
      return WORDS[this.#language() ?? (navigator.language.startsWith("zh") ? "zh" : "en")];
    }

    /** The language that the element, or what it stands in, is in. */
    #language() {
      const tag = this.closest("[lang]")?.getAttribute("lang") ?? "";
      return /^zh\b/i.test(tag) ? "zh" : /^en\b/i.test(tag) ? "en" : undefined;
    }

    /** What the host's page makes it look like. */
    #wears() {
      const style = getComputedStyle(this);
      const wished = this.getAttribute("theme") || "page";
      const theme = wished === "page" ? (isLight(style.color) ? "dark" : "light") : wished;
      const wear = new Map([["theme", theme]]);
      if (this.#language()) wear.set("lang", this.#language());
      for (const colour of COLOURS) {
        const value = style.getPropertyValue(`--synod-${colour}`).trim();
        if (value) wear.set(colour, value);
      }
      return wear;
    }

    /** Looks again at the host's page: what it looks like there, the playground is told. */
    dress() {
      this.#poster?.classList.toggle("dark", this.#wears().get("theme") === "dark");
      this.#poster?.classList.toggle("light", this.#wears().get("theme") === "light");
      if (!this.#isReady) return;
      const wear = this.#wears();
      // A colour that is gone goes back to what it is by itself.
      for (const name of this.#worn.keys()) if (!wear.has(name) && COLOURS.includes(name)) wear.set(name, "");
      for (const [name, value] of wear) {
        if (this.#worn.get(name) !== value) this.set(name, value).catch(complain);
      }
      this.#worn = wear;
    }

    /** The picture that is there at once. */
    #draw() {
      const words = this.#words;
      const count = Math.min(9, Math.max(1, Number(/nodes(?:=|%3D)(\d+)/i.exec(`${this.getAttribute("run")} ${this.getAttribute("link")}`)?.[1] ?? 5)));
      const poster = document.createElement("div");
      const slot = document.createElement("slot");
      const told = document.createElement("span");
      poster.className = "poster";
      slot.name = "poster";
      slot.append(cluster(count, fill(words.picture, count)));
      told.textContent = words.loading;
      poster.append(slot, told);
      this.#poster = poster;
      this.shadowRoot.replaceChildren(poster);
      this.dress();
    }

    // ---- messages ------------------------------------------------------------------------------

    #take({ source, data }) {
      if (!this.#frame || source !== this.#frame.contentWindow || data?.synod !== VERSION) return;
      if (typeof data.failed === "string") this.#fail(data.failed);
      if (data.height > 0 && data.height < 10_000) this.#size.replaceSync(`:host { height: ${Math.ceil(data.height) + 2}px; }`);
      if (data.ready && !this.#isReady) this.#begin();
      if (data.keys === "back") this.#frame.blur();
      if (data.news && NEWS.includes(data.news.news)) this.#tell(data.news);
      const call = this.#calls.get(data.id);
      if (!call) return;
      this.#calls.delete(data.id);
      if (data.done || "answer" in data) call.resolve(data.answer ?? data.text);
      else call.reject(new Error(data.refused ?? data.text));
    }

    #begin() {
      clearTimeout(this.#patience);
      this.#isReady = true;
      const early = [...this.#calls.values()];
      this.dress();
      if (this.#watches().length > 0) this.#watch();
      for (const { message } of early) this.#post(message);
      this.#poster.hidden = true;
      this.#ready.resolve(this);
      this.dispatchEvent(new CustomEvent("ready"));
    }

    #post(message) {
      // A sandboxed frame has no origin of its own that could be named.
      const to = this.hasAttribute("sandbox") || !/^https?:/.test(this.#frame.src) ? "*" : new URL(this.#frame.src).origin;
      this.#frame.contentWindow?.postMessage(message, to);
    }

    #tell({ news, ...told }) {
      const detail = news === "property" ? told.property : news === "state" ? told.state : news === "caption" ? told.caption : news === "study" ? told.study : told;
      this.dispatchEvent(new CustomEvent(news, { detail }));
    }

    /** Sends a message that asks for something, made of these texts. */
    #send(name, texts, message) {
      const words = this.#words;
      const refuse = (why) => Promise.reject(new Error(why));
      if (!this.isConnected) return refuse(words.gone);
      for (const text of texts) {
        if (typeof text !== "string") return refuse(fill(words.text, cut(name), kind(text)));
        if (text.length > LONGEST) return refuse(fill(words.long, cut(name), LONGEST, text.length));
      }
      if (this.#calls.size >= WAITING) return refuse(fill(words.flood, WAITING));
      this.start();
      const id = this.#next++;
      return new Promise((resolve, reject) => {
        this.#calls.set(id, { message: { synod: VERSION, id, ...message }, resolve, reject });
        if (this.#isReady) this.#post(this.#calls.get(id).message);
      });
    }

    #ask(call, takes = {}) {
      return this.#send(call, Object.values(takes), { ask: { call, ...takes } });
    }

    /** Calls the playground by a name and at most one text: what is answered is a text, too. */
    call(name, text = "") {
      if (typeof name !== "string") return Promise.reject(new Error(fill(this.#words.text, "call", kind(name))));
      const answer = this.#send(name, [name, text], { call: name, text });
      return name === "read" && text !== "" && text !== "state" ? answer : answer.then(JSON.parse);
    }

    // ---- what can be asked ---------------------------------------------------------------------

    /** Resolves once the playground can be seen and called. */
    get ready() {
      return this.#ready.promise;
    }

    load(script) {
      return this.#ask("load", { script });
    }

    open(link) {
      return this.#ask("open", { link });
    }

    play() {
      return this.#ask("play");
    }

    pause() {
      return this.#ask("pause");
    }

    forward() {
      return this.#ask("forward");
    }

    back() {
      return this.#ask("back");
    }

    seek(moment) {
      return this.#ask("seek", { to: written(moment) });
    }

    until(condition) {
      return this.#ask("until", { condition });
    }

    speed(speed) {
      return this.#ask("speed", { speed: written(speed) });
    }

    command(text) {
      return this.#ask("command", { command: text });
    }

    set(name, value) {
      return this.#ask("set", { name, value });
    }

    read(what = "state") {
      return this.#ask("read", { what });
    }

    // ---- what is told --------------------------------------------------------------------------

    /** Listens; what is handed back listens no longer. */
    on(type, listener) {
      if (!NEWS.includes(type)) throw new TypeError(fill(this.#words.event, cut(type)));
      const hear = (event) => listener(event.detail);
      this.addEventListener(type, hear);
      return () => this.removeEventListener(type, hear);
    }

    addEventListener(type, listener, options) {
      super.addEventListener(type, listener, options);
      if (this.#listeners.get(type)?.add(listener).size === 1) this.#watch();
    }

    removeEventListener(type, listener, options) {
      super.removeEventListener(type, listener, options);
      const listeners = this.#listeners.get(type);
      if (listeners?.delete(listener) && listeners.size === 0) this.#watch();
    }

    #watches() {
      return NEWS.filter((type) => this.#listeners.get(type).size > 0);
    }

    #watch() {
      if (this.#isReady) this.#send("watch", [], { ask: { call: "watch", news: this.#watches() } }).catch(complain);
    }
  }

  // ---- small things ----------------------------------------------------------------------------

  const DARK = matchMedia("(prefers-color-scheme: dark)");

  function promised() {
    const made = {};
    made.promise = new Promise((resolve, reject) => Object.assign(made, { resolve, reject }));
    made.promise.catch(() => {}); // Who does not wait for it need not hear of it.
    return made;
  }

  /** What went wrong with something that nobody waits for. */
  function complain(error) {
    console.warn(`<${NAME}>: ${error.message}`);
  }

  function fill(words, ...values) {
    return words.replace(/\{(\d)\}/g, (_, place) => values[place]);
  }

  function cut(text) {
    const said = String(text);
    return said.length > 60 ? `${said.slice(0, 60)}…` : said;
  }

  function kind(value) {
    return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  }

  /** A number as it stands in a call. */
  function written(value) {
    return typeof value === "number" ? String(value) : value;
  }

  /** A script as an attribute holds it: a line each, or on one line with ; between. */
  function lines(text) {
    const said = text.trim();
    const script = said.includes("\n") ? said.replace(/^[ \t]+/gm, "") : said.replace(/\s*;\s*/g, "\n");
    return /^run\s/.test(script) ? script : `run ${script}`;
  }

  /** Whether text of this colour stands on something dark. */
  function isLight(colour) {
    const context = document.createElement("canvas").getContext("2d");
    context.fillStyle = colour;
    const hex = /^#(..)(..)(..)$/.exec(context.fillStyle);
    const [red, green, blue] = hex
      ? hex.slice(1).map((digits) => parseInt(digits, 16) / 255)
      : (colour.match(/[\d.]+/g) ?? [0, 0, 0]).map((part) => Number(part) / (/^rgb/.test(colour) ? 255 : 1));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
  }

  /** Servers in a ring, as the playground is going to place them. */
  function cluster(count, label) {
    const make = (name, attributes, inside = "") => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
      element.append(...[inside].flat());
      return element;
    };
    const places = Array.from({ length: count }, (_, place) => {
      const angle = (2 * Math.PI * place) / count - Math.PI / 2;
      return [120 + (count > 1 ? 82 * Math.cos(angle) : 0), 100 + (count > 1 ? 74 * Math.sin(angle) : 0)].map(Math.round);
    });
    const edges = places.flatMap(([x, y], place) => places.slice(place + 1).map(([a, b]) => `M${x} ${y}L${a} ${b}`)).join("");
    const servers = places.flatMap(([x, y], place) => [
      make("rect", { class: "box", x: x - 24, y: y - 15, width: 48, height: 30, rx: 6 }),
      make("text", { x, y: y + 4 }, `S${place + 1}`),
    ]);
    return make("svg", { viewBox: "0 0 240 200", role: "img", "aria-label": label }, [make("path", { class: "edge", d: edges }), ...servers]);
  }

  customElements.define(NAME, SynodPlayground);
})();
