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
//! Command ──► Sim ──► trace ──► Snapshot, Stretch ──► Scene, Chart ──► SVG
//!    ▲        │        │
//!  page,   network,  history,
//!  URL,    disks,    words,
//!  lab     clients   checks
//! ```
//!
//! A run *is* its script (`command::Script`): a set-up with a seed, and commands at their times.
//! The same script gives the same events, natively and in wasm, this year and next. Nothing else is
//! stored, shared or tested: a click appends a line to the script, a link carries it, a failed
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
//! 1. [`part`]: what is loaded when it is asked for. `npm run build` makes a file of each part.
//! 1. [`words`]: the same sentences in Chinese. The English is the key; `www/locale/zh.po` is the table of the
//!    house, `zh/SLUG.po` that of a protocol.
//! 1. [`check`]: the history, what clients asked and were told, and judges of it. They stand outside
//!    the protocols.
//! 1. [`protocol`]: what a protocol is, traits and plain data: inputs, effects, properties, what is shown
//!    (role, stamp, variables, panels), options and flaws.
//! 1. [`service`]: what clients ask for, whatever protocol keeps it: the store of keys and values; and
//!    sessions, by which a request that is asked twice takes effect once.
//! 1. [`protocols`]: one file or folder each. They see no clock, no chance and no network.
//! 1. [`command`]: the one language in which anybody tells a run what to do.
//! 1. [`sim`]: the servers of a run behind one face, agenda, network, disks, clocks, clients, faults; the
//!    trace, typed events with cause, Lamport stamp and source line. Names no protocol.
//! 1. [`replay`]: a run's past: checkpoints, outline, causes, why.
//! 1. [`catalog`]: the one list of protocols, and what each offers.
//! 1. [`scenario`]: reading scripts, with line and column of a mistake; what stands beside a run; what they do,
//!    in words and as a digest.
//! 1. [`explore`]: conditions that a run is run until, random schedules and their shrinking, where two
//!    runs first differ.
//! 1. [`view`]: folds plain data into things to draw and to read: the stage, the diagram. Pure.
//! 1. [`export`]: a run as a file for other programs: Mermaid, SVG, ShiViz, NDJSON, EJSON. Pure.
//! 1. [`player`]: the page's state: panes, playback, branches, links, keys, and the calls of a page
//!    that embeds it. Pure.
//! 1. `web`: Yew components, the animator, the address bar. The only layer that knows a browser,
//!    and the only one compiled for it alone.
//!
//! ## What never happens
//!
//! - Nothing below `web` names a browser type; native builds do not even compile Yew.
//! - Nothing below `view` uses a float, or a `usize` in anything drawn by chance, hashed or stored:
//!   wasm has 32 bits.
//! - Nothing iterates a `HashMap`; nothing but the benchmark reads a real clock (`clippy.toml`).
//! - A protocol does not know the simulator; and nobody but itself and the catalog knows a protocol by
//!   name, or by a word of its own (`tests/it/nobody.rs`).
//! - Files of a layer do not use each other in circles, but for a few that are one thing in several files
//!   (`tests/it/imports.rs` lists them).
//! - Nothing formats text per event, unless somebody looks at it.
//! - Nothing writes or reads JSON by hand: each shape that leaves or comes is a type of serde, and crosses
//!   to JavaScript as an object (`web/edge.rs`).
//! - A message that promises something never leaves before what it promises is on disk
//!   ([`protocol::Effects`]).
//! - Bad input never panics: it is refused with one sentence, and the run on screen stays.
//!
//! ## Adding a protocol
//!
//! Write `src/protocols/yours.rs` with [`protocol::Protocol`] (its rules) and [`protocol::Shown`] (how it
//! looks), its options and flaws as one table by [`options!`]; add a line to `src/catalog.rs`, and
//! scenes to `scenes/yours/`, its Chinese to `www/locale/zh/yours.po`. A stamp, panels (a log, a queue,
//! a table …), options, history variables are only for a protocol that has them: what it does not say is
//! empty, or `()`. What clients may ask of it is one line, [`protocol::Protocol::SERVES`]: all of a
//! service, or a part with the reason why no more. Each name
//! that is shown is written once, and what can be waited for is collected from there.
//! Random schedules draw the faults that it promises to survive ([`protocol::FaultModel`]) and no others.
//! It may draw numbers of its own ([`protocol::Effects::chance`]), and speak over connections instead of
//! datagrams ([`protocol::Protocol::channel`]): `sim/connection.rs` tells how these break.
//!
//! Menus, fuzzing, goldens, parity, links, the request console, exports and the page follow; its line in
//! the catalog makes it a part, fetched when somebody first asks for it. Read `protocols/paxos` first,
//! which is the smallest: its first page says how a protocol is written here.

pub mod base;
pub mod catalog;
pub mod check;
pub mod command;
pub mod explore;
pub mod export;
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
