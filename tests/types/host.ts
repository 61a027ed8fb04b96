// A page that embeds playgrounds, as the TypeScript compiler reads it: what is right compiles under
// --strict, and what is wrong does not. tests/export.mjs has it checked; nothing runs it.

import type { AskMessage, Call, CallMessage, FrameMessage, News, Property, RunEvent, State, SynodPlayground } from "../../www/public/synod-playground";

/** Is of exactly this type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <_ extends true>(): void => {};

// ---- as it is meant -------------------------------------------------------------------------------

const found = document.querySelector("synod-playground");
same<Same<typeof found, SynodPlayground | null>>();
const made: SynodPlayground = document.createElement("synod-playground");
made.setAttribute("link", "#v1&scene=raft/figure-8");
made.title = "Figure 8";
document.body.append(made);

export async function drive(run: SynodPlayground): Promise<string> {
  same<Same<Awaited<typeof run.ready>, SynodPlayground>>();
  run.start();
  await run.load("run raft nodes=5 seed=7\n1.2s crash S1");
  await run.open("#v1&scene=raft/figure-8&at=3s");
  await run.command("crash S1");
  await run.play();
  await run.pause();
  await run.forward();
  await run.back();
  await run.seek("1.24s");
  await run.seek(214);
  await run.speed("1/10");
  await run.speed(2);
  await run.set("theme", "dark");
  await run.set("leadColor", "");
  const state: State = await run.until("S3 role=leader");
  const leads = state.nodes.filter((node) => node.role === "leader" && node.status === "up").map((node) => node.id);
  const term: string | undefined = state.nodes[0]?.memory["currentTerm"];
  const last: string | undefined = state.nodes[0]?.panels.flatMap((panel) => (panel.kind === "log" ? panel.cells : [])).at(-1)?.text;
  const now: State = await run.read();
  const [link, svg]: string[] = await Promise.all([run.read("link"), run.read("svg")]);
  const second: string = await run.read("ndjson 1s..2s");
  const any: State | string = await run.call("seek", "1.24s");
  return `${leads} ${term} ${last} ${now.time} ${link} ${svg} ${second} ${typeof any === "string" ? any : any.link}`;
}

export function listen(run: SynodPlayground): () => void {
  run.on("event", ({ event, time, message }: RunEvent) => console.log(event, time, message?.length));
  run.on("caption", (caption) => same<Same<typeof caption, string | null>>());
  run.addEventListener("property", ({ detail }) => same<Same<typeof detail, Property>>());
  run.addEventListener("click", () => {});
  return run.on("state", (state) => console.log(state.playing));
}

export function ask(frame: HTMLIFrameElement): void {
  const calls: Call[] = [
    { call: "load", script: "run raft nodes=5 seed=7" },
    { call: "open", link: "#v1&scene=raft/figure-8" },
    { call: "play" },
    { call: "seek", to: 214 },
    { call: "seek", to: "1.24s" },
    { call: "until", condition: "leader" },
    { call: "speed", speed: "1/10" },
    { call: "command", command: "crash S1" },
    { call: "set", name: "theme", value: "dark" },
    { call: "watch", news: ["event", "state"] },
    { call: "read" },
    { call: "read", what: "ndjson 1s..2s" },
  ];
  calls.forEach((ask, id) => frame.contentWindow?.postMessage({ synod: 1, id, ask } satisfies AskMessage, "*"));
  const message: CallMessage = { synod: 1, id: "a", call: "until", text: "leader" };
  frame.contentWindow?.postMessage(message, "*");
  addEventListener("message", ({ data }: MessageEvent<FrameMessage>) => {
    if ("answer" in data) console.log(data.id, typeof data.answer === "string" ? data.answer.length : data.answer.nodes.length);
    else if ("refused" in data) console.warn(data.id, data.refused);
    else if ("done" in data) console.log(data.id, data.done, data.text);
    else if ("news" in data && data.news.news === "property") console.log(data.news.property.name);
    else if ("height" in data) frame.height = String(data.height);
    else if ("failed" in data) console.warn(data.failed);
  });
}

// ---- as it is not: each of these is an error, or the compiler complains that it is none -------------

export async function wrong(run: SynodPlayground, state: State, news: News): Promise<void> {
  // @ts-expect-error a script is a text
  await run.load(7);
  // @ts-expect-error there is something to seek
  await run.seek();
  // @ts-expect-error an instant is a text or a number
  await run.seek(new Date());
  // @ts-expect-error a setting has a value
  await run.set("theme");
  // @ts-expect-error there is no such method
  await run.stop();
  // @ts-expect-error this cannot be read
  await run.read("mind");
  // @ts-expect-error of an instant
  await run.read("flowchart 1s..2s");
  // @ts-expect-error a state is no text
  const text: string = await run.read("state");
  // @ts-expect-error of this nothing is told
  run.on("crash", () => {});
  // @ts-expect-error a property is told, not an event's number
  run.on("property", (event: number) => event);
  // @ts-expect-error what is told is only read
  state.time = 0;
  // @ts-expect-error servers are up, paused or down
  if (state.nodes[0]?.status === "crashed") return;
  // @ts-expect-error there may be no caption
  const length: number = news.caption.length;
  // @ts-expect-error it is ready once, and for good
  run.ready = Promise.resolve(run);
  // @ts-expect-error version 1
  const later: CallMessage = { synod: 2, id: 1, call: "play" };
  // @ts-expect-error an answer has to find its call
  const lost: CallMessage = { synod: 1, call: "play" };
  // @ts-expect-error there is something to seek
  const nowhere: Call = { call: "seek" };
  // @ts-expect-error of this nothing is told
  const crashes: Call = { call: "watch", news: ["crash"] };
  // @ts-expect-error it takes a condition
  const until: AskMessage = { synod: 1, id: 1, ask: { call: "until", to: "leader" } };
  // @ts-expect-error there is no such call
  const unknown: CallMessage = { synod: 1, id: 1, call: "stop" };
  console.log(text, length, later, lost, nowhere, crashes, until, unknown);
}
