//! # Synod, a tour
//!
//! Synod runs the protocols that distributed systems rest on as one deterministic simulation, in
//! the browser (`main.rs`, a Yew page) and in a terminal (`bin/lab.rs`). People crash, cut and
//! delay; go back in time; and send each other the exact run as a link.
//!
//! **Protocols decide, the simulator acts, the trace remembers, views fold, Yew draws.** Data flows
//! one way:
//!
//! ```text
//! Command ──► Sim ──► trace ──► Snapshot, Stretch ──► StageView, Chart ──► SVG
//!    ▲        │        │
//!  page,   network,  history,
//!  URL,    disks,    words,
//!  lab     clients   checks
//! ```
//!
//! A run *is* its script (`command::Script`): a set-up with a seed, and commands at their times.
//! The same script gives the same events, natively and in wasm, this year and next. Nothing else is
//! stored, shared or tested: a click adds a line to the script at the cursor, a link carries it, a failed
//! random schedule is one, a scene is one with captions. Two runs beside each other are two scripts, told as one
//! and what differs in the other ([`scenario::beside`]).
//!
//! ## Layers
//!
//! A file uses only what stands above it here (and its own layer); `tests/it/tidy.rs` reads this
//! list and checks every path.
//!
//! 1. [`base`]: who takes part (places and their kinds), time, chance, quorums, logs, sentences. Knows
//!    of nothing else.
//! 1. [`part`](mod@part): what is loaded when it is asked for. `npm run build` makes a file of each part.
//! 1. [`words`]: the same sentences in Chinese. The English is the key; `www/locale/zh.po` is the table of the
//!    house, `zh/SLUG.po` that of a protocol.
//! 1. [`check`]: the history, what clients asked and were told, and judges of it. They stand outside
//!    the protocols.
//! 1. [`protocol`]: what a protocol is, traits and plain data: inputs, effects, properties, what is shown
//!    (role, stamp, variables, panels), options and flaws.
//! 1. [`service`]: what clients ask for, whatever protocol keeps it: the store of keys and values, the lock;
//!    sessions, by which a request that is asked twice takes effect once; writes that stay
//!    with their coordinator; and workloads, which keep clients busy.
//! 1. [`protocols`]: one file or folder each. They see a clock, chance and the network through their effects
//!    alone. `protocols/mod.rs` holds the one list; what a family has in common stands beside (`locks.rs`).
//! 1. [`command`]: the one language in which anybody tells a run what to do.
//! 1. [`sim`]: the servers of a run behind one face, agenda, network, disks, clocks, clients, faults; the
//!    trace, typed events with cause, Lamport stamp and source line. Names no protocol.
//! 1. [`replay`]: a run's past: checkpoints, outline, causes, why.
//! 1. [`catalog`]: what each protocol of the list offers, loaded or not.
//! 1. [`scenario`]: reading scripts, with line and column of a mistake; what stands beside a run; what they do,
//!    in words and as a digest.
//! 1. [`explore`]: conditions that a run is run until, random schedules and their shrinking, where two
//!    runs first differ.
//! 1. [`measure`]: response time, throughput, availability, recovery and staleness of a run, up to its cursor.
//! 1. [`view`]: folds plain data into things to draw and to read: the stage, the diagram. Pure.
//! 1. [`export`]: a run as a file for other programs: Mermaid, SVG, ShiViz, NDJSON, EJSON. Pure.
//! 1. [`lessons`]: reads lessons, exercises and the glossary, answers their questions from the run, and judges
//!    what was done; the concept map. The texts stand in `lessons/`, beside `src/`.
//! 1. [`player`]: the page's state: panes, playback, branches, links, keys, and the calls of a page
//!    that embeds it. Pure.
//! 1. `web`: Yew components, the animator, the address bar. The only layer that knows a browser,
//!    and the only one compiled for it alone.
//!
//! ## Where is …?
//!
//! | asked for | where it is decided |
//! |---|---|
//! | who takes part, and what each kind of place is called | `base/places.rs`; a protocol's own kinds in its [`protocol::Meta`] |
//! | what a step of a protocol may ask for, and in what order it happens | `protocol.rs` ([`protocol::Effects`]), `sim/mod.rs` (`carry_out`) |
//! | when a message arrives, arrives twice, or is lost | `sim/network.rs` (`fates`); on connections, where nothing is copied, `sim/connection.rs`; by hand `sim/commands.rs` |
//! | whom a partition keeps apart | `sim/division.rs`, by sides and not link by link |
//! | what a crash loses, what a disk holds, and when a write is done | `sim/node.rs` (`lose_memory`), `sim/mod.rs` (`start_sync`) |
//! | how a protocol holds a replica of another | `protocol/inside.rs` |
//! | what a command does, and when it is refused | `sim/commands.rs` |
//! | whom a client asks, and when it asks again | `sim/client.rs` |
//! | what a workload has clients ask, and when | `service/workload.rs`, `sim/load.rs` |
//! | what a client brings along of what it has seen | a bookmark: [`protocol::Outcome::DoneAt`], [`protocol::Request::after`] |
//! | that a request asked twice takes effect once | `service/sessions.rs` |
//! | whether a property holds, and after which step it is looked at | the protocol's `properties.rs`, `sim/judging.rs`; what clients saw: `check/`, a file each model |
//! | what an operation on a register, a set, a queue … does | `check/machine.rs` |
//! | how a history from a file is read | `check/formats/` |
//! | what is done with one that is dropped onto the page | `player/opened.rs`, in a worker: `web/judging.rs`, `www/judge.js` |
//! | how any earlier instant comes back | `replay/mod.rs` |
//! | what was asked in a run, and what came of it | `replay/requests.rs`; how long that took, and how old what was read was: `measure.rs` |
//! | what theory says of a run in which something spreads | [`protocol::Epidemic`], `view/spread.rs` |
//! | what caused an event | `replay/why.rs`, `replay/cone.rs` |
//! | how a script is written and read | `command.rs` (its words), `scenario.rs` (reading), `scenario/beside.rs` (a second run) |
//! | what a random schedule breaks | `explore/fuzz.rs`, and `explore/aim.rs` where it aims, within the protocol's [`protocol::FaultModel`] |
//! | how what was found is made small | `explore/shrink.rs`; how the same is looked for in fewer commands: `explore/hunt.rs` |
//! | how a run goes under other seeds and without its faults | `explore/other_runs.rs` |
//! | where places stand, and which links are drawn | `view/stage/layout.rs`, `view/stage/arrangement.rs`, `view/stage/links.rs`, as [`protocol::Formation`] says |
//! | when places are dots instead of boxes, and how those are drawn | `base/places.rs` (`are_many`), `view/stage/field.rs` |
//! | when messages are heat instead of streaks | `view/stage/heat.rs` |
//! | what a word or a sign of the pictures means | `view/signs.rs`; shown by `web/components/tip.rs` |
//! | where a card goes, so that it hides nothing of what it is about | `view/stage/aside.rs` |
//! | what a server's box shows | the protocol's [`protocol::Shown`]; role, stamp and timer are drawn by `view/stage/scene.rs` and `web/components/figures.rs`, its panels by `view/stage/row.rs` and `web/components/panels.rs`, what it holds or believes to hold for a while ([`protocol::Tenure`]) by `view/stage/tenure.rs`, over time by `replay/holdings.rs` and `view/diagram/holding_bars.rs`; a new kind of panel begins at `protocol/panel.rs` |
//! | who thinks what of whom, as a table | `view/matrix.rs`, of every protocol that has a panel of opinions ([`protocol::Content::Opinions`]) |
//! | the space-time diagram | `view/diagram/`: arrows `spacetime.rs`, bars where there are too many `crowd.rs`, lanes `bands.rs`, what is kept of it `chart.rs` |
//! | what can be done by hand to what is selected | `player/gestures.rs`; by key: `player/keys.rs` |
//! | what the page does with an action | `player/store.rs` hands it to the file of its family, see `player/action.rs` |
//! | what a link carries | `player/permalink.rs`; a long one `player/packed.rs` |
//! | what a page that embeds a playground may call, and is told | `player/api.rs`, `player/state.rs`, `www/public/` |
//! | what stands on the concept map, and where | `lessons/map.rs`, `lessons/map_drawing.rs`; the pictures on its cards `lessons/miniature.rs` |
//! | what the search at the front door finds | `lessons/finding.rs` |
//! | what must be fetched before something can be done | `player/needs.rs`; the parts themselves `part.rs`, `web/parts.rs` |
//! | what has its Chinese where | `words.rs`, `www/locale/` |
//!
//! ## How a frame is made
//!
//! `web/animator.rs` asks for one animation frame at a time, and only while something moves. Each tells
//! the [`player::Store`] how much real time has passed; the store goes on with the run and answers with a
//! [`player::Change`]. Where only the clock has moved, the animator sets what glides: messages, rings,
//! cursor, each a function of virtual time. Where something has happened, `sim/describe.rs` makes a
//! snapshot (of very many places only what a dot shows), `web/picture.rs` folds stage and diagram of it and `web/frame.rs` the inspector, and Yew draws
//! them.
//!
//! | kept | where | until |
//! |---|---|---|
//! | copies of the cluster, to come back to any instant | `replay/mod.rs` | every second one goes when there are too many |
//! | what was held alone for a while, and what was believed | `replay/holdings.rs` | the oldest go when there are too many |
//! | events around the cursor | `replay/mod.rs` | the cursor goes elsewhere |
//! | the snapshot of an event and an instant | `player/pane.rs` | cursor, branch or script change |
//! | past slices of the diagram | `view/diagram/chart.rs` | the scale, the lanes or the branch change |
//! | where everybody stands | `web/picture.rs` | the room or the places change |
//! | parts of the program, and all files for a visit without a network | `part.rs`, `www/worker.js` | the page goes; another build comes |
//!
//! ## What never happens
//!
//! - No layer above `web` names a browser type; native builds do not even compile Yew.
//! - No layer above `view` uses a float, or a `usize` in anything drawn by chance, hashed or stored:
//!   wasm has 32 bits.
//! - Nothing iterates a `HashMap`; nothing but the benchmark reads a real clock (`clippy.toml`).
//! - A protocol does not know the simulator; and nobody but itself and the list knows a protocol by
//!   name, or by a word of its own (`tests/it/nobody.rs`).
//! - Files of a layer do not use each other in circles, but for a few that are one thing in several files
//!   (`tests/it/imports.rs` lists them).
//! - A sentence is put together when somebody reads it, and not before.
//! - Nothing writes or reads JSON by hand: each shape that leaves or comes is a type of serde, and crosses
//!   to JavaScript as an object (`web/edge.rs`).
//! - A message that promises something never leaves before what it promises is on disk
//!   ([`protocol::Effects`]).
//! - Bad input never panics: it is refused with one sentence, and the run on screen stays.
//!
//! ## Adding a protocol
//!
//! README has it step by step ("Add a protocol in an afternoon"). `src/protocols/yours.rs` implements
//! [`protocol::Protocol`] (its rules) and [`protocol::Shown`] (how it looks), its options and flaws are one
//! table by [`options!`]. A stamp, panels (a log, a queue, a table …), options, history variables are only
//! for a protocol that has them: what it does not say is empty, or `()`. Messages that are a name and a few
//! values are a table by [`messages!`], requests that are plain words one by [`plain_requests!`]. What
//! clients may ask of it is one line, [`protocol::Protocol::SERVES`]: all of a service, or a part with the
//! reason why no more; what it promises only with some of its options says
//! [`protocol::Protocol::promises`]. Each name that is shown is written once, and what can be waited for is collected
//! from there. Its own kinds of places may include clients: then the house's are not there, and whoever is
//! not said to only answer ([`base::PlaceKind::answers`]) may be told to want something.
//! Random schedules draw the faults that it promises to survive ([`protocol::FaultModel`]) and no others.
//! It may draw numbers of its own ([`protocol::Effects::chance`]), and speak over connections instead of
//! datagrams ([`protocol::Protocol::channel`]): `sim/connection.rs` tells how these break.
//! And it may hold a replica of another protocol inside its own, a lock over a replicated log, say
//! ([`protocol::Effects::inside`]): `protocol/inside.rs` tells how, `tests/it/inside/lock.rs` is one.
//!
//! Menus, fuzzing, links, the request console, exports and the page follow; its line in the list makes it
//! a part, fetched when somebody first asks for it. The tests say what is missing. Read `protocols/clocks.rs`
//! first, which is the smallest, and copy it; `protocols/lease.rs` has places of three kinds, and
//! `protocols/paxos` is one of several files.

pub mod base;
pub mod catalog;
pub mod check;
pub mod command;
pub mod explore;
pub mod export;
pub mod lessons;
pub mod measure;
pub mod part;
pub mod player;
pub mod protocol;
pub mod protocols;
pub mod replay;
pub mod scenario;
pub mod service;
pub mod sim;
pub mod view;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
pub mod web;
pub mod words;
