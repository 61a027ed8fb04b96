//! A run as a proof: under each line of its script, what came of it, as data. An event is told by its
//! kind and its fields, a server by those of its facts that changed (the very facts that a run can be
//! run until), and nothing by a sentence: who words one differently changes no proof.
//!
//! ```text
//! 20ms   fire S1 election
//!     #8    20ms       S1: timer election → role=candidate, term=1, votes received=–
//!     #15   33.958ms   S2 S3: RequestVote term=1 lastLogIndex=0 lastLogTerm=0 from S1 → term=1
//! ```
//!
//! These lines begin with the number of their event, which makes them comments: a proof is a script.
//! Always told are refused commands, crashes and restarts, who is cut off from a majority, violations,
//! and what clients ask, hear and lose. Of what servers react to (messages, timers, finished writes)
//! that is told which changes one, breaks a property, or is worth a note of the protocol's though nothing
//! changes, as a refusal is: then with what is sent. The same at several servers, or from several
//! senders, one after the other, is told once, by the number and the time of the first and with what is
//! so after the last. Where all that would be too long, finished writes are left out, and then, if need
//! be, reactions in the middle of the longest stretches; both are counted.
//!
//! What stands beside a run is told below it: where it has no script of its own in the text, its lines are
//! comments too.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use synod::base::{Place, Time};
use synod::catalog::Run;
use synod::protocol::{Cell, CellState, Content, PanelView};
use synod::sim::fact::Fact;
use synod::sim::snapshot::NodeShot;
use synod::sim::trace::{Event, EventKind, Payload, Status};
use synod::sim::{Events, Sim};
use synod::view::panel;

use crate::digests;

/// What a proof's lines begin with that are not its script's.
const MARK: &str = "    #";
/// Entries of a log that are looked at: more than any script here makes.
const ENTRIES: u64 = 1_000;

/// The script in a proof.
pub fn script(proof: &str) -> String {
    let lines = proof.lines().filter(|line| !line.starts_with(MARK));
    lines.map(|line| format!("{line}\n")).collect()
}

/// The proof of a text: what its run does, and that beside it. At most so many lines.
pub fn write(name: &str, text: &str, most: usize) -> String {
    let runs = digests::runs(name, text);
    let [first, second] = &runs[..] else { return of_run(&runs[0], text, most) };
    if let Some((text, own)) = text.split_once("\nbeside\n") {
        let above = of_run(first, text, most / 2) + "beside\n";
        let room = most - above.lines().count();
        return above + &of_run(second, own, room);
    }
    let above = of_run(first, text, most / 2);
    let below = of_run(second, &second.1, most - above.lines().count());
    let comment = |line: &str| match line.starts_with(MARK) {
        true => format!("{line}\n"),
        false => format!("{MARK} {line}\n"),
    };
    above + &below.lines().map(comment).collect::<String>()
}

/// The proof of a run, by its name and script, as this text has it: what it does, and at last the digest of
/// all events, which is the one that the freeze keeps.
fn of_run((name, script): &(String, String), text: &str, most: usize) -> String {
    let (events, mut stretches) = tell(&digests::start(name, script));
    let untold = shorten(&mut stretches, most - text.lines().count() - 1);
    let mut stretches = stretches.iter();
    let mut stretch = || stretches.next().expect("one before the first command, and one for each");
    let mut before = Some(stretch());
    let mut proof = String::new();
    for line in text.lines() {
        // Only commands begin with a time.
        let is_command = line.trim_start().starts_with(|c: char| c == '+' || c.is_ascii_digit());
        if is_command {
            proof.extend(before.take().into_iter().flatten().map(Line::to_string));
        }
        proof += &format!("{line}\n");
        if is_command {
            proof.extend(stretch().iter().map(Line::to_string));
        }
    }
    proof.extend(before.take().into_iter().flatten().map(Line::to_string));
    let digest = digests::digest(name, script);
    proof + &format!("{MARK} {events} events{untold}, digest {digest}\n")
}

/// The number of events, and what is told of them before the first command and after each.
fn tell(run: &Run) -> (usize, Vec<Vec<Line>>) {
    let until = run.end().unwrap_or(digests::LIMIT);
    let mut scout = run.scout_from_start();
    let mut known: BTreeMap<Place, Facts> = BTreeMap::new();
    let mut stretches: Vec<Vec<Line>> = vec![Vec::new()];
    let (mut past, mut events) = (Past::new(), Events::new());
    for shot in scout.sim().snapshot(scout.sim().now()).nodes {
        known.insert(shot.id, facts(scout.sim(), &shot));
    }
    while scout.step(until, &mut events) {
        let sim = scout.sim();
        let here: BTreeSet<Place> = events.iter().filter_map(|event| event.place).collect();
        // Whoever nothing happens to, changes nothing.
        let new = here.into_iter().filter_map(|place| {
            let now = facts(sim, &sim.look(place, sim.now())?);
            let before = known.insert(place, now.clone()).unwrap_or_default();
            Some((place, now.into_iter().filter(|fact| !before.contains(fact)).collect()))
        });
        let new = new.collect();
        if events.iter().any(|event| matches!(event.what, EventKind::Command(_))) {
            stretches.push(Vec::new());
        }
        let stretch = stretches.last_mut().expect("there is one at least");
        for line in step(&mut past, &events, new) {
            let line = match stretch.last_mut() {
                Some(last) => last.join(line),
                None => Some(line),
            };
            stretch.extend(line);
        }
        events.clear();
    }
    (past.len(), stretches)
}

/// Leaves out what makes these lines too many: finished writes, and if that is not enough, reactions
/// in the middle of the longest stretches, where a workload keeps clients busy their requests as well. What
/// is left out is counted.
fn shorten(stretches: &mut [Vec<Line>], most: usize) -> String {
    let lines = |stretches: &[Vec<Line>]| stretches.iter().map(Vec::len).sum::<usize>();
    let whole = lines(stretches);
    if whole <= most {
        return String::new();
    }
    for stretch in stretches.iter_mut() {
        let is_write = |line: &Line| line.is_reaction && line.kind == EventKind::Saved.name();
        stretch.retain(|line| !is_write(line) || line.breaks);
    }
    let writes = whole - lines(stretches);
    let fits = |stretches: &[Vec<Line>], ends: usize| {
        let left_out = |stretch: &Vec<Line>| middle(stretch, ends).len().saturating_sub(1);
        lines(stretches) - stretches.iter().map(left_out).sum::<usize>() <= most
    };
    if !fits(stretches, 0) {
        let lines = stretches.iter_mut().flatten();
        lines
            .for_each(|line| line.is_reaction |= line.places.iter().any(|place| place.is_client()));
    }
    let ends =
        (0..most).rev().find(|ends| fits(stretches, *ends)).expect("few lines are always told");
    stretches.iter_mut().for_each(|stretch| count_middle(stretch, ends));
    format!(" ({writes} finished writes untold)")
}

/// Where reactions stand in a stretch, but for this many lines at both ends.
fn middle(stretch: &[Line], ends: usize) -> Vec<usize> {
    let inner = ends..stretch.len().saturating_sub(ends);
    inner.filter(|at| stretch[*at].is_reaction && !stretch[*at].breaks).collect()
}

fn count_middle(stretch: &mut Vec<Line>, ends: usize) {
    let middle = middle(stretch, ends);
    let (Some(first), Some(last)) = (middle.first(), middle.last()) else { return };
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    middle.iter().for_each(|at| *kinds.entry(stretch[*at].kind).or_default() += 1);
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} ×{count}")).collect();
    let what = format!("… until #{}: {}", stretch[*last].number, kinds.join(", "));
    let Line { number, at, .. } = stretch[*first];
    let count = Line { what, ..Line::new(number, at, "", None) };
    stretch[*first] = count;
    let mut at = 0..;
    stretch.retain(|_| at.next().is_some_and(|at| at == *first || !middle.contains(&at)));
}

/// What can be read off a server, by its name: `role`, `leader`.
type Facts = Vec<(String, String)>;

/// … of this one.
fn facts(sim: &Sim, shot: &NodeShot) -> Facts {
    let node = shot.id;
    // Crashes and restarts are events.
    let names = sim.facts(node).into_iter().filter(|name| *name != "status");
    let read = |name: &str| Some((name.to_string(), sim.read(&Fact::named(node, name))?));
    let mut facts: Facts = names.filter_map(read).collect();
    for PanelView { name, content } in &shot.panels {
        match content {
            Content::Log { len, .. } => facts.extend(entries(sim, shot, *len)),
            // Unless a fact says the same.
            _ if facts.iter().any(|(known, _)| known == name) => {}
            Content::Value { text, state, .. } => {
                facts.push(((*name).into(), format!("{text}{}", pending(*state))));
            }
            other => facts.push(((*name).into(), panel::told(other))),
        }
    }
    facts.extend(sim.read(&Fact::settled(node)).map(|settled| ("settled".into(), settled)));
    facts
}

/// The last entries of a server's log.
fn entries(sim: &Sim, shot: &NodeShot, len: u64) -> Facts {
    let word = shot.view.stamp.map_or("", |stamp| stamp.word);
    let told = |cell: Cell| {
        let value = format!("{} ({word} {}){}", cell.text, cell.stamp, pending(cell.state));
        (format!("log[{}]", cell.index), value)
    };
    sim.log(shot.id, len.saturating_sub(ENTRIES), len).into_iter().map(told).collect()
}

fn pending(state: CellState) -> &'static str {
    if state == CellState::Pending { " pending" } else { "" }
}

/// A line of a proof.
struct Line {
    number: u64,
    at: Time,
    places: Vec<Place>,
    /// A server reacts to it: it is told if something comes of it.
    is_reaction: bool,
    /// A property breaks here.
    breaks: bool,
    kind: &'static str,
    what: String,
    /// Of a message: where it comes from.
    from: Vec<Place>,
    /// What is new at its place.
    new: Facts,
    /// What is sent, where nothing is new.
    sent: String,
}

impl Line {
    fn new(number: u64, at: Time, kind: &'static str, place: Option<Place>) -> Line {
        Line {
            number,
            at,
            places: place.into_iter().collect(),
            is_reaction: false,
            breaks: false,
            kind,
            what: kind.into(),
            from: Vec::new(),
            new: Facts::new(),
            sent: String::new(),
        }
    }

    /// Joins with the line that comes after it, if it tells the same of another place, or of another
    /// sender with the same facts changed; else that line comes back.
    fn join(&mut self, next: Line) -> Option<Line> {
        let is_new = |known: &[Place], more: &[Place]| more.iter().all(|it| !known.contains(it));
        let names = |facts: &Facts| facts.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        if self.what != next.what || self.sent != next.sent {
            return Some(next);
        }
        if self.from == next.from && self.new == next.new && is_new(&self.places, &next.places) {
            self.places.extend(next.places);
        } else if self.places == next.places
            && !self.new.is_empty()
            && names(&self.new) == names(&next.new)
            && !next.from.is_empty()
            && is_new(&self.from, &next.from)
        {
            self.from.extend(next.from);
            self.new = next.new;
        } else {
            return Some(next);
        }
        self.breaks |= next.breaks;
        None
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |ends: &[Place]| ends.iter().map(Place::to_string).collect::<Vec<_>>().join(" ");
        let Line { number, at, what, .. } = self;
        write!(f, "{MARK}{number:<5} {at:<10} ")?;
        if !self.places.is_empty() {
            write!(f, "{}: ", names(&self.places))?;
        }
        f.write_str(what)?;
        if !self.from.is_empty() {
            write!(f, " from {}", names(&self.from))?;
        }
        let new = self.new.iter().map(|(name, value)| format!("{name}={value}"));
        let outcome = new.collect::<Vec<_>>().join(", ") + &self.sent;
        match outcome.is_empty() {
            true => writeln!(f),
            false => writeln!(f, " → {outcome}"),
        }
    }
}

/// When and where each event so far happened.
type Past = Vec<(Time, Option<Place>)>;

/// What is told of a step: its events, which join the past, and what is new at each place.
fn step(past: &mut Past, events: &Events, new: Vec<(Place, Facts)>) -> Vec<Line> {
    let is_first_boot =
        matches!(events[0].what, EventKind::Status(Status::Up)) && events[0].cause == 0;
    let has = |such: fn(&EventKind) -> bool| events.iter().any(|event| such(&event.what));
    let breaks = has(|what| matches!(what, EventKind::Violation { .. }));
    let is_noted = has(|what| matches!(what, EventKind::Note(_)));
    // An answer is told where it arrives.
    let answers =
        has(|what| matches!(what, EventKind::Send { payload: Payload::Reply { .. }, .. }));
    let mut lines = Vec::new();
    for event in events {
        past.push((event.at, event.place));
        lines.extend(line(past, event));
    }
    for (node, new) in new {
        if new.is_empty() || is_first_boot {
            continue;
        }
        let here = lines.iter_mut().find(|line| line.places == [node]);
        here.expect("nothing changes without an event that is told").new = new;
    }
    lines.retain_mut(|line| {
        line.breaks = breaks;
        if line.is_reaction && line.new.is_empty() {
            line.sent = sent(events);
            return breaks || is_noted && !(answers && line.sent.is_empty());
        }
        true
    });
    lines
}

/// The last event of the past by its kind and fields. The script tells its commands itself; roles are
/// facts; and what is sent is told where it arrives.
fn line(past: &Past, event: &Event) -> Option<Line> {
    let name = event.what.name();
    let mut line = Line::new(past.len() as u64, event.at, name, event.place);
    match &event.what {
        EventKind::Status(Status::Up) if event.cause == 0 => return None,
        EventKind::Lost { payload: Payload::Message(_), .. } => return None,
        EventKind::Command(_)
        | EventKind::Role(_)
        | EventKind::Send { .. }
        | EventKind::Persist
        | EventKind::Note(_) => {
            return None;
        }
        EventKind::Refused(_) | EventKind::Status(_) | EventKind::Isolated(_) => {}
        EventKind::Ask { seq, request } | EventKind::GaveUp { seq, request } => {
            line.what = format!("{name} {seq} {request}");
        }
        EventKind::Answered { seq, outcome } => {
            line.what = format!("{name} {seq} {}", outcome.told());
        }
        EventKind::Retry { to, .. } => line.what = format!("{name} {to}"),
        EventKind::Violation { property, against: Some(event), .. } => {
            let (at, place) = past[*event as usize - 1];
            let place = place.map_or(String::new(), |place| format!(" {place}"));
            line.what = format!("{name} {property} against #{event} ({at}{place})");
        }
        EventKind::Violation { property, .. } => line.what = format!("{name} {property}"),
        EventKind::Lost { from, payload, why, .. } => {
            line.what = format!("{name} ({}) {}", why.name(), data(payload));
            line.from = vec![*from];
        }
        EventKind::Saved => line.is_reaction = true,
        EventKind::Disconnected { peer } => {
            line.what = format!("{name} {peer}");
            line.is_reaction = true;
        }
        EventKind::Timer(timer) => {
            line.what = format!("{name} {timer}");
            line.is_reaction = true;
        }
        EventKind::Deliver { from, payload, .. } => {
            (line.kind, line.what, line.from) = (payload.kind().name, data(payload), vec![*from]);
            line.is_reaction = event.place.is_some_and(|place| !place.is_client());
        }
    }
    Some(line)
}

fn data(payload: &Payload) -> String {
    let mut text = String::new();
    payload.write_data(&mut text).expect("a String takes whatever is written");
    text
}

/// What these events send: `sends Refused bal=1.S1 maxBal=1.S3 to S1`.
fn sent(events: &Events) -> String {
    let mut sent: Vec<(String, String)> = Vec::new();
    for event in events {
        let EventKind::Send { to, payload: payload @ Payload::Message(_) } = &event.what else {
            continue;
        };
        let what = data(payload);
        match sent.last_mut() {
            Some((last, places)) if *last == what => write!(places, " {to}").unwrap(),
            _ => sent.push((what, to.to_string())),
        }
    }
    let sends = sent.iter().map(|(what, places)| format!("sends {what} to {places}"));
    sends.collect::<Vec<_>>().join(", ")
}
