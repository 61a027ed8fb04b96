/**
 * `<synod-playground>` shows a run of Synod on any page.
 *
 * ```html
 * <script src="https://your.site/synod/synod-playground.js" async></script>
 *
 * <synod-playground link="#v1&scene=raft/figure-8" theme="dark">
 *   <a href="https://your.site/synod/#v1&scene=raft/figure-8">Open this run in Synod</a>
 * </synod-playground>
 * ```
 *
 * The script may stand anywhere and be loaded in any way; `embed.html` must stand beside it. What is
 * written inside the element is shown only where there is no script, except `slot="poster"`: that is
 * shown until the playground is there, instead of the drawing that the element brings along.
 *
 * The run is loaded when the element is scrolled near, or called. It stands still while out of sight.
 *
 * ## Driving it
 *
 * Every method answers with a promise. It is fulfilled when the thing is done, with the {@link State}
 * that it led to; a wrong call is rejected with an `Error` whose message is one sentence that says
 * why. Calls may be made at once: they are kept until the playground is there, and done in the order in
 * which they were made. A way somewhere (`seek`, `until`, `open`) that a later call or the reader breaks off
 * is rejected, and says so.
 *
 * Where a link cannot be opened, the playground says so and shows the first scene. That is not the run that
 * you mean: until another one is shown, by `open` or `load` or by the reader, calls that act on the run
 * (`play`, `seek`, `until`, `command`, …) are rejected with the same sentence.
 *
 * ```js
 * const run = document.querySelector("synod-playground");
 * await run.load("run raft nodes=5 seed=7\n1.2s crash S1");
 * const state = await run.until("S3 role=leader");
 * console.log(state.time, state.nodes.map((node) => node.role));
 * ```
 *
 * ## Colours
 *
 * By itself the playground is light or dark as the text around it is. Any of these custom properties,
 * set by the host's own style sheet on the element or above it, gives it another colour:
 *
 * | property | of what |
 * |---|---|
 * | `--synod-background`, `--synod-raised` | the page (and its panels, by a shade), what lies above |
 * | `--synod-textColor`, `--synod-soft` | words, and words that matter less |
 * | `--synod-rule`, `--synod-field` | lines between regions, borders of buttons |
 * | `--synod-accent`, `--synod-accentText` | the play button, links, the focus; the words on it |
 * | `--synod-primaryColor`, `--synod-primaryBorderColor` | servers |
 * | `--synod-lineColor` | links between servers |
 * | `--synod-leadColor`, `--synod-leadText` | a server that leads, and the words on it |
 * | `--synod-noteBkgColor`, `--synod-noteBorderColor`, `--synod-noteTextColor` | candidates, captions |
 * | `--synod-good` | what holds |
 * | `--synod-errorTextColor`, `--synod-errorBkgColor`, `--synod-errorBorderColor` | what is broken |
 *
 * Its height is its own wish, unless the host's style sheet says one: `synod-playground { height: 520px }`.
 *
 * ## Keys
 *
 * Whoever presses into it presses keys there from then on, the arrow keys and Space too, and a sign says so.
 * Escape, or a press outside of it, gives them back to the page around: slides go on with their keys.
 *
 * ## Without the element
 *
 * A plain `<iframe src=".../embed.html#v1&scene=raft/figure-8">` shows the same, also with
 * `sandbox="allow-scripts"`. It takes the same calls as messages, see {@link AskMessage}.
 *
 * This is version 1. What is written for it works with every later Synod.
 */
export interface SynodPlayground extends HTMLElement {
  // ---- what to show: attributes -------------------------------------------------------------------
  //
  // link      a link of the Share dialog, or what stands in it behind the #:  scene=raft/figure-8&at=1s
  // run       a script instead, a line each or with ; between:  raft nodes=3; 1.2s crash S1
  // show      what is to be seen beside stage and controls, of: top, tools, diagram, panel
  // type      how large it is written, of what it is by itself: 125%
  // link      of a lesson or an exercise (lesson=raft&step=3) shows the panel by itself
  // panel     a panel is to be seen, and this in it: node, message, why, properties, log, script
  // theme     page (as the text around it is; so it is by itself), light, dark, auto (as the browser is)
  // lang      en or zh; by itself that of the page around it
  // speed     virtual seconds in a second: 1/100, 1/50, 1/20, 1/10, 1/5, 1/2, 1, 5, 10, max
  // title     the frame's name, for who cannot see it
  // sandbox   as of an <iframe>: `allow-scripts` is enough
  // base      the folder of embed.html, if that is not this script's

  /** Fulfilled once the playground is there. Of a playground that does not start, rejected. */
  readonly ready: Promise<SynodPlayground>;

  /** Makes the frame now, not only when scrolled near. */
  start(): void;

  // ---- the run ------------------------------------------------------------------------------------

  /**
   * Runs a script, from its start: `run raft nodes=3 seed=7\n1.2s crash S1`; with a line such as
   * `beside flaw=forget-vote` also what stands beside it, in a second pane.
   */
  load(script: string): Promise<State>;

  /**
   * Goes where a link leads: `#v1&scene=raft/figure-8&at=3s`, with or without an address in front.
   * Rejected if its end is missing: if it opens with `whole` and does not close with `end`.
   */
  open(link: string): Promise<State>;

  /** Gives a command at the cursor, as a line of a script without its time: `crash S1`. */
  command(text: string): Promise<State>;

  // ---- time ---------------------------------------------------------------------------------------

  /** Plays. Fulfilled when it has begun; `on("state")` tells when it stops. */
  play(): Promise<State>;
  pause(): Promise<State>;

  /** One step forward, or back: to the next instant at which something happens, or the one before. */
  forward(): Promise<State>;
  back(): Promise<State>;

  /** Goes to a time (`"1.24s"`, `"300ms"`) or to an event (`214`). */
  seek(moment: string | number): Promise<State>;

  /**
   * Goes to where this becomes true: `leader`, `S3 role=leader`, `violation Election Safety`,
   * `sent RequestVote`. Rejected where it does not come true, or is broken off before.
   */
  until(condition: string): Promise<State>;

  /** Virtual seconds in a second: `1/10`, `1`, `max`. */
  speed(speed: string | number): Promise<State>;

  // ---- looks --------------------------------------------------------------------------------------

  /** Sets a colour by its name without `--synod-`; an empty value gives it back its own. */
  set(name: "theme" | "lang" | "panel" | string, value: string): Promise<State>;

  // ---- reading ------------------------------------------------------------------------------------

  /** The state now. */
  read(what?: "state"): Promise<State>;
  /**
   * The link to this instant, the script (of both runs, where there are two and the first is chosen), or the run up to the cursor in a format for other programs
   * (`flowchart`: the cluster there).
   */
  read(what: "link" | "script" | "flowchart" | Format): Promise<string>;
  /**
   * What happens from one time to another, both included, as far as it is known: `ndjson 2s..3.5s`.
   *
   * At most 20000 events are read at a time. Of more, `shiviz` and `ndjson` are rejected with a sentence that
   * names a shorter window; the pictures `mermaid` and `svg` end earlier, and a note in them says where
   * (`mermaid` also where Mermaid itself would take no more text).
   */
  read(window: `${Format} ${string}..${string}`): Promise<string>;

  /** Any of the calls above by its name, with one text: `call("seek", "1.24s")`, `call("set", "theme=dark")`. */
  call(name: string, text?: string): Promise<State | string>;

  // ---- being told ---------------------------------------------------------------------------------

  /** Listens from now on. What is handed back listens no longer. */
  on<Type extends keyof News>(type: Type, listener: (told: News[Type]) => void): () => void;

  /** The same as events of the page; what is told is the event's `detail`. */
  addEventListener<Type extends keyof News>(type: Type, listener: (event: CustomEvent<News[Type]>) => void): void;
  addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
}

/** A run for other programs. */
export type Format = "mermaid" | "svg" | "shiviz" | "ndjson";

/** What can be listened to. */
export interface News {
  /**
   * Something has happened in the run: in order, and once each time that it is played. Another run is told
   * from its beginning, a branch from the command with which it departs. After a leap, the last 500 at most.
   */
  event: RunEvent;
  /** A property holds now, or is broken. */
  property: Property;
  /** The run's own story goes on: the caption, or `null` where there is none any more. */
  caption: string | null;
  /** It plays, it rests somewhere, it is another run. */
  state: State;
  /** A lesson or an exercise goes on: a step, an answer, a condition; `null` where it was put away. */
  study: Study | null;
}

/** A lesson or an exercise beside the stage. */
export interface Study {
  readonly kind: "lesson" | "exercise" | "own";
  /** As links name it (`exercise=two-leaders`); `null` of somebody's own text. */
  readonly name: string | null;
  readonly title: string;
  /** From 1. */
  readonly step: number;
  readonly steps: number;
  /** Whether the reader foresaw what the run answered; `null` as long as it has not. */
  readonly foreseen: boolean | null;
  readonly conditions: readonly { readonly text: string; readonly standing: "met" | "open" | "broken" }[];
  /** There are conditions, and all are met. The state's `link` replays the run, with the same verdict. */
  readonly solved: boolean;
  /** Hints that were opened. */
  readonly hints: number;
}

/** Everything at the cursor. */
export interface State {
  /** `raft`, `paxos`, `multi-paxos`, … */
  readonly protocol: string;
  readonly title: string;
  /** Where the cursor is, in microseconds of the run. */
  readonly time: number;
  /** How many events have happened by then, and how many are known. */
  readonly event: number;
  readonly events: number;
  readonly playing: boolean;
  /** `1/20` */
  readonly speed: string;
  /** To this very instant: `#v1&…`. Put the address of Synod before it. */
  readonly link: string;
  /** The run as text, with everything that was done to it. */
  readonly script: string;
  readonly caption: string | null;
  /** What is read beside the stage. */
  readonly study: Study | null;
  readonly nodes: readonly Node[];
  readonly properties: readonly Property[];
}

/** A server. */
export interface Node {
  /** `S1` */
  readonly id: string;
  readonly status: "up" | "paused" | "down";
  /** In the protocol's own words: `leader`, `candidate`, `acceptor`, … */
  readonly role: string;
  /** No message passes between it and any other. */
  readonly isolated: boolean;
  /** `term 3`, `ballot 2.1`; empty where the protocol counts none. */
  readonly epoch: string;
  /** By name, as the panel shows it. What is in memory is lost in a crash. */
  readonly memory: Readonly<Record<string, string>>;
  readonly disk: Readonly<Record<string, string>>;
  /** Entries in its log; 0 where it keeps none. */
  readonly log: number;
  /** What it keeps beside its variables, as far as it keeps something: a log, a queue, a table. */
  readonly panels: readonly Panel[];
  readonly lamport: number;
}

/** Something that a server keeps, by its kind. Later Synods may know more kinds. */
export type Panel = { readonly name: string } & (
  /** So many entries, and the last of them. */
  | { readonly kind: "log"; readonly length: number; readonly cells: readonly Cell[] }
  /** By column. */
  | { readonly kind: "table"; readonly rows: readonly Readonly<Record<string, string>>[] }
  /** Who is next stands first. */
  | { readonly kind: "queue"; readonly items: readonly string[] }
  | { readonly kind: "slots"; readonly cells: readonly Cell[] }
  | { readonly kind: "set"; readonly items: readonly string[] }
  /** Such as the value it has accepted: its name is the word for that. */
  | { readonly kind: "value"; readonly text: string; readonly stamp: number; readonly state: CellState }
  /** What it takes other places for, each in the protocol's own word. */
  | { readonly kind: "opinions"; readonly opinions: readonly { readonly of: string; readonly word: string; readonly number: number }[] }
  | { readonly kind: "text"; readonly text: string }
);

/** An entry of a log, or a slot. */
export interface Cell {
  readonly index: number;
  /** The term, ballot or epoch that it was written in; 0 for none. */
  readonly stamp: number;
  readonly text: string;
  readonly state: CellState;
}

/** Not on the disk yet; there, and perhaps to be replaced; there for good. */
export type CellState = "pending" | "stored" | "settled";

/** What the protocol promises. */
export interface Property {
  /** As in the paper: `Election Safety`. */
  readonly name: string;
  readonly kind: "always" | "sometimes" | "converges";
  readonly standing: "holds" | "violated" | "not yet" | "unknown";
  /** In a sentence, if it does not hold. */
  readonly why: string | null;
  /** Of a violation: when, in microseconds, and by which event. */
  readonly time?: number;
  readonly event?: number;
}

/** Something that has happened. */
export interface RunEvent {
  readonly event: number;
  /** In microseconds of the run. */
  readonly time: number;
  /** `S1`, `C1`; `null` of what concerns all. */
  readonly place: string | null;
  readonly lamport: number;
  /** The event that led to it. */
  readonly cause: number;
  /** The kind of a message that was sent or came: `RequestVote`. */
  readonly message: string | null;
  /** Worth telling by itself. */
  readonly notable: boolean;
  readonly sentence: string;
}

// ---- messages: for frames without the element ------------------------------------------------------

/**
 * To the frame, by `frame.contentWindow.postMessage(message, "*")`. Name your own origin in the
 * frame's address, `embed.html?origin=https://course.example#v1&…`, and nobody else is heard.
 *
 * ```js
 * frame.contentWindow.postMessage({ synod: 1, id: 7, ask: { call: "seek", to: "1.24s" } }, "*");
 * ```
 */
export interface AskMessage {
  synod: 1;
  /** Yours: it comes back with the answer. A whole number, or up to 100 characters. */
  id: number | string;
  ask: Call;
}

/** A call: what is called, and what the method of that name takes. A text of it has at most 262144 characters. */
export type Call =
  | { call: "load"; script: string }
  | { call: "open"; link: string }
  | { call: "play" | "pause" | "forward" | "back" }
  | { call: "seek"; to: string | number }
  | { call: "until"; condition: string }
  | { call: "speed"; speed: string | number }
  | { call: "command"; command: string }
  | { call: "set"; name: "theme" | "lang" | "panel" | string; value: string }
  /** From now on this is told, and nothing else; of an empty list, nothing at all. */
  | { call: "watch"; news: readonly (keyof News)[] }
  | { call: "read"; what?: "state" | "link" | "script" | "flowchart" | Format | `${Format} ${string}..${string}` };

/**
 * The same in the form that calls had at first: a name and at most one text. It goes on working; what is
 * answered is then a text, too. This is no second version: a frame tells the two forms apart by their fields,
 * and answers each as it was asked.
 */
export interface CallMessage {
  synod: 1;
  id: number | string;
  call: Call["call"];
  /**
   * `set` takes `theme=dark`; `watch` takes some of `events properties captions state study`, and nothing to
   * be told no more; the others take what the methods of the same name take.
   */
  text?: string;
}

/** From the frame. */
export type FrameMessage =
  /** The answer to a call: the state, or what was read; or a sentence that says why not. */
  | { synod: 1; id: number | string; answer: State | string }
  | { synod: 1; id: number | string; refused: string }
  /** To one that was a name and a text: the state as JSON, or what was read; or that sentence. */
  | { synod: 1; id: number | string; done: boolean; text: string }
  /** What is watched. */
  | { synod: 1; news: ({ news: "event" } & RunEvent) | { news: "property"; property: Property } | { news: "caption"; caption: string | null } | { news: "state"; state: State } | { news: "study"; study: Study | null } }
  /** It can be called now. */
  | { synod: 1; ready: true }
  /** It would like to be so high, in pixels. */
  | { synod: 1; height: number }
  /** Whoever pressed into it gives the keys back, by Escape. */
  | { synod: 1; keys: "back" }
  /** It does not run, or no longer. */
  | { synod: 1; failed: string };

declare global {
  interface HTMLElementTagNameMap {
    "synod-playground": SynodPlayground;
  }
}
