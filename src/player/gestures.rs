//! What can be done by hand to what is on the stage, as pure functions of the pane: the page only
//! draws the buttons. Whatever is offered here is a [`Command`] like any other.
//!
//! Only what makes sense at this instant is offered: a server that is down can be restarted, not
//! crashed. (A command that makes no sense would be refused, in words; a button need not try.)

use std::ops::RangeInclusive;

use super::pane::Pane;
use super::terms::Selection;
use crate::base::{Place, Ratio, Sentence, Span, Time, Value};
use crate::catalog::{self, Run};
use crate::command::{Command, Latency, Link, Partition, Quality, QualityChange};
use crate::protocol::OptionInfo;
use crate::sim::snapshot::{
    ClientShot, FlightShot, LinkState, NodeShot, Snapshot, Status, TimerShot,
};
use crate::{key, sentence};

/// Something offered: a button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gesture {
    pub label: Sentence,
    pub command: Command,
    /// Buttons of the same group stand together.
    pub group: Group,
    /// The key that does the same to a selected server, as [`KEYS`](super::keys::KEYS) has it.
    pub key: Option<&'static str>,
}

/// Sorts the buttons of a menu, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// The few that everybody reaches for.
    Main,
    Timers,
    Request,
    Clock,
    Disk,
    Network,
}

impl Gesture {
    fn new(label: Sentence, group: Group, command: Command) -> Gesture {
        Gesture { label, command, group, key: None }
    }

    fn key(self, key: &'static str) -> Gesture {
        Gesture { key: Some(key), ..self }
    }

    /// What it does, where its label alone does not say so: to a link.
    pub fn meaning(&self) -> Option<&'static str> {
        match &self.command {
            Command::Hold(_) => Some(key!("What is sent on this link waits until it is healed.")),
            Command::Link { change, .. } => match change {
                QualityChange { latency: Some(_), loss: None, .. } => {
                    Some(key!("Each message on this link takes a time between these."))
                }
                QualityChange { loss: Some(_), latency: None, .. } => {
                    Some(key!("So many of the messages on this link are lost."))
                }
                QualityChange { duplicate: Some(_), latency: None, .. } => {
                    Some(key!("So many of the messages on this link arrive twice."))
                }
                QualityChange { reorder: Some(_), latency: None, .. } => Some(key!(
                    "So many of the messages on this link are held up, and later ones overtake them."
                )),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What this selection offers at this instant, by group.
pub fn offered(pane: &Pane, selection: Selection) -> Vec<Gesture> {
    let (run, snapshot) = (&pane.run, pane.snapshot());
    match selection {
        Selection::Place(place) => match (run.look(place), snapshot.client(place)) {
            (Some(node), _) => of_node(run, &node),
            (None, Some(client)) => of_client(run, client),
            (None, None) => Vec::new(),
        },
        Selection::Link(from, to) => of_link(run, &snapshot, from, to),
        Selection::Message(id) => of_message(&snapshot, id),
    }
}

// ---- servers and clients ---------------------------------------------------------------------

fn of_node(run: &Run, node: &NodeShot) -> Vec<Gesture> {
    let id = node.id;
    let main = |label, command| Gesture::new(label, Group::Main, command);
    let mut offered = processes(id, node.status);
    // Where nothing is kept on a disk there is none to speak of.
    let has_disk = !node.disk.is_empty();
    if has_disk {
        offered.push(main(sentence!("Wipe disk"), Command::Wipe(id)).key("w"));
    }
    if node.status != Status::Down && node.pending_writes > 0 {
        let torn = Command::Crash { node: id, torn: true };
        offered.push(main(sentence!("Crash in the middle of a write"), torn));
    }
    offered.extend(timers(id, node.status, &node.timers));
    let text = run.meta().requests[0];
    let asks = |client, to: Option<Place>| {
        let to = to.into_iter().collect();
        Command::Request { client, to, request: text.to_owned() }
    };
    match run.clients().first() {
        Some(client) => {
            let label = sentence!("{0} asks it: {1}", *client, text.to_owned());
            offered.push(Gesture::new(label, Group::Request, asks(*client, Some(id))).key("r"));
        }
        None if run.script().setup.places.may_ask(id) && node.status == Status::Up => {
            let label = sentence!("It wants: {0}", text.to_owned());
            offered.push(Gesture::new(label, Group::Request, asks(id, None)).key("r"));
        }
        None => {}
    }
    offered.extend(slow_to_hear(run, id));
    offered.extend(clock_changes(id, node.drift_ppm));
    if has_disk {
        offered.extend(disks(node));
    }
    offered
}

fn processes(id: Place, status: Status) -> Vec<Gesture> {
    let main = |label, command| Gesture::new(label, Group::Main, command);
    let crash = main(sentence!("Crash"), Command::Crash { node: id, torn: false }).key("c");
    match status {
        Status::Up => vec![crash, main(sentence!("Pause"), Command::Pause(id)).key("p")],
        Status::Paused => vec![main(sentence!("Resume"), Command::Resume(id)).key("p"), crash],
        Status::Down => vec![main(sentence!("Restart"), Command::Restart(id)).key("c")],
    }
}

/// The one that the key fires is the one that would run out first.
fn timers(id: Place, status: Status, timers: &[TimerShot]) -> Vec<Gesture> {
    if status != Status::Up {
        return Vec::new();
    }
    let first = timers.iter().min_by_key(|timer| timer.fires_at);
    let gesture = |timer: &TimerShot| {
        let fire = Command::Fire { node: id, timer: timer.name.clone() };
        let label =
            sentence!("Let its timer run out: {0}", Value::Name(timer.name.as_str().into()));
        let gesture = Gesture::new(label, Group::Timers, fire);
        if first == Some(timer) { gesture.key("t") } else { gesture }
    };
    timers.iter().map(gesture).collect()
}

/// A place that is slow, by its links: all that comes to it comes late, while its own timers are in time.
fn slow_to_hear(run: &Run, id: Place) -> Vec<Gesture> {
    let places = &run.script().setup.places;
    let links: Vec<Link> =
        places.own().filter(|at| *at != id).map(|at| Link::one_way(at, id)).collect();
    if links.is_empty() || places.are_many() {
        return Vec::new();
    }
    let usual = network(run).latency;
    let late = |latency, label| {
        let change = QualityChange { latency: Some(latency), ..QualityChange::default() };
        Gesture::new(label, Group::Clock, Command::Link { links: links.clone(), change })
    };
    [300, 2_000]
        .map(|millis| {
            let label = sentence!("Slow to hear: {0}", Time::millis(millis));
            late(Latency::constant(Time::millis(millis)), label)
        })
        .into_iter()
        .chain([late(usual, sentence!("Hears like the others"))])
        .collect()
}

fn clock_changes(id: Place, drift_ppm: i32) -> Vec<Gesture> {
    let clock = |label, command| Gesture::new(label, Group::Clock, command);
    let drifts = [
        (100_000, sentence!("Clock 10% fast")),
        (-100_000, sentence!("Clock 10% slow")),
        (0, sentence!("Clock right")),
    ];
    let drifts = drifts.into_iter().filter(|(ppm, _)| *ppm != drift_ppm);
    let jumps =
        [(1_000_000, sentence!("Clock 1 s ahead")), (-1_000_000, sentence!("Clock 1 s back"))];
    let drifts = drifts.map(|(ppm, label)| clock(label, Command::Drift { node: id, ppm }));
    drifts
        .chain(jumps.map(|(micros, label)| clock(label, Command::Jump { node: id, micros })))
        .collect()
}

fn disks(node: &NodeShot) -> Vec<Gesture> {
    let disk = |label, millis| {
        let latency = Latency::constant(Time::millis(millis));
        Gesture::new(label, Group::Disk, Command::Disk { node: node.id, latency })
    };
    vec![
        disk(sentence!("Disk fast: {0}", Time::millis(2)), 2),
        disk(sentence!("Disk slow: {0}", Time::millis(100)), 100),
        disk(sentence!("Disk very slow: {0}", Time::seconds(1)), 1_000),
    ]
}

fn of_client(run: &Run, shot: &ClientShot) -> Vec<Gesture> {
    let (client, text) = (shot.id, run.meta().requests[0]);
    let request = |to: Option<Place>| {
        let to = to.into_iter().collect();
        Command::Request { client, to, request: text.to_owned() }
    };
    let mut offered = processes(client, shot.status);
    offered.extend(timers(client, shot.status, &shot.timers));
    if shot.status == Status::Up {
        if let Some(leader) = run.leader() {
            let label = sentence!("Ask {0}: {1}", leader, text.to_owned());
            offered.push(Gesture::new(label, Group::Request, request(Some(leader))).key("r"));
        }
        let text = text.to_owned();
        let label = match shot.open.is_none() && shot.answers.is_empty() {
            true => sentence!("Ask anyone: {0}", text),
            false => sentence!("Ask whomever it asked last: {0}", text),
        };
        offered.push(Gesture::new(label, Group::Request, request(None)));
    }
    offered.extend(clock_changes(client, shot.drift_ppm));
    offered
}

/// Said where somebody would ask in a run without clients.
pub fn nobody_asks() -> Sentence {
    sentence!(
        "This run has no clients, so nobody can ask: give it one with clients=1 in the first line of its script."
    )
}

/// A client's request, as typed, to a place or to whoever leads; `None` where nobody can ask. The
/// engine checks the text.
pub fn request(run: &Run, to: Option<Place>, text: &str) -> Option<Command> {
    let request = text.trim().to_owned();
    if let Some(client) = run.clients().first() {
        let to = to.or(run.leader()).into_iter().collect();
        return Some(Command::Request { client: *client, to, request });
    }
    let places = &run.script().setup.places;
    let to = to.filter(|place| places.may_ask(*place));
    let client = to.or_else(|| places.askers().next())?;
    Some(Command::Request { client, to: Vec::new(), request })
}

// ---- links -----------------------------------------------------------------------------------

fn of_link(run: &Run, snapshot: &Snapshot, from: Place, to: Place) -> Vec<Gesture> {
    let network = |label, command| Gesture::new(label, Group::Network, command);
    let main = |label, command| Gesture::new(label, Group::Main, command);
    let both = vec![Link::both_ways(from, to)];
    let there = snapshot.link_state(from, to);
    let back = snapshot.link_state(to, from);
    let mut offered = Vec::new();
    if there == LinkState::Healthy || back == LinkState::Healthy {
        offered.push(main(sentence!("Cut"), Command::Cut(both.clone())));
    }
    if there != LinkState::Healthy || back != LinkState::Healthy {
        offered.push(main(sentence!("Heal"), Command::Heal(both.clone())));
    }
    for (a, b, state) in [(from, to, there), (to, from, back)] {
        if state == LinkState::Healthy {
            let label = sentence!("Cut {0} → {1}", a, b);
            offered.push(main(label, Command::Cut(vec![Link::one_way(a, b)])));
        }
    }
    if there == LinkState::Healthy && back == LinkState::Healthy {
        offered.push(main(sentence!("Hold back what is sent"), Command::Hold(both.clone())));
    }
    let is_changed = |from, to| snapshot.link(from, to).is_some_and(|link| link.changed);
    let changed = is_changed(from, to) || is_changed(to, from);
    for (label, change) in changes(run, changed) {
        offered.push(network(label, Command::Link { links: both.clone(), change }));
    }
    offered
}

/// How a link can be made to treat what it carries.
fn changes(run: &Run, changed: bool) -> Vec<(Sentence, QualityChange)> {
    let usual = self::network(run);
    let typical = usual.latency.typical();
    let slow = Time((typical.0 * 10).clamp(50_000, 10_000_000));
    let slow = Latency::Uniform(Span::new(slow, Time(slow.0 * 2)));
    let none = QualityChange::default();
    let mut changes = vec![
        (sentence!("Slow: {0}", slow.to_string()), QualityChange { latency: Some(slow), ..none }),
        (
            sentence!("Lossy: {0}", Ratio::percent(30).to_string()),
            QualityChange { loss: Some(Ratio::percent(30)), ..none },
        ),
        (
            sentence!("Repeats: {0}", Ratio::percent(30).to_string()),
            QualityChange { duplicate: Some(Ratio::percent(30)), ..none },
        ),
        (
            sentence!("Reorders: {0}", Ratio::percent(30).to_string()),
            QualityChange { reorder: Some(Ratio::percent(30)), ..none },
        ),
    ];
    if changed {
        changes.push((sentence!("Like the others"), everything(usual)));
    }
    changes
}

fn everything(quality: Quality) -> QualityChange {
    QualityChange {
        latency: Some(quality.latency),
        loss: Some(quality.loss),
        duplicate: Some(quality.duplicate),
        replay: Some(quality.replay),
        reorder: Some(quality.reorder),
    }
}

/// For the cut tool: cuts this link both ways, or heals it where it carries nothing either way.
pub fn cut(pane: &Pane, from: Place, to: Place) -> Gesture {
    let snapshot = pane.snapshot();
    let both = vec![Link::both_ways(from, to)];
    let healthy = |from, to| snapshot.link_state(from, to) == LinkState::Healthy;
    match healthy(from, to) || healthy(to, from) {
        true => Gesture::new(sentence!("Cut"), Group::Main, Command::Cut(both)),
        false => Gesture::new(sentence!("Heal"), Group::Main, Command::Heal(both)),
    }
}

/// For the lasso: parts these servers from the others; nothing if that parts nobody.
pub fn lasso(run: &Run, inside: &[Place]) -> Option<Gesture> {
    let all = run.script().setup.places.own();
    let (inside, outside): (Vec<Place>, Vec<Place>) = all.partition(|node| inside.contains(node));
    if inside.is_empty() || outside.is_empty() {
        return None;
    }
    let label = sentence!("Part {0} servers from the other {1}", inside.len(), outside.len());
    let partition = Partition::Groups(vec![inside, outside]);
    Some(Gesture::new(label, Group::Main, Command::Partition(partition)))
}

/// Heals every link.
pub fn heal() -> Gesture {
    Gesture::new(sentence!("Heal all"), Group::Main, Command::Heal(Vec::new())).key("h")
}

// ---- the whole network -----------------------------------------------------------------------

/// The quality of a link that was not changed by itself: where the network's sliders stand.
pub fn network(run: &Run) -> Quality {
    let (now, script) = (run.now(), run.script());
    let given = script.lines.iter().take_while(|line| line.at <= now);
    given.fold(script.setup.link, |quality, line| match &*line.command {
        Command::Link { links, change } if links.is_empty() => quality.with(change),
        _ => quality,
    })
}

/// For the network's sliders: changes all links.
pub fn set_network(change: QualityChange) -> Command {
    Command::Link { links: Vec::new(), change }
}

/// An option of a run's protocol, as it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionChoice {
    pub name: &'static str,
    pub help: &'static str,
    pub value: String,
    pub among: Values,
}

/// What an option's value is chosen from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values {
    /// Few whole numbers, from the least to the most.
    Range(RangeInclusive<u64>),
    /// The values worth trying, the present one with them.
    Tried(Vec<String>),
}

/// Of an option that can be more than this not every value is a choice.
const NOTCHES: u64 = 100;

/// The options of a run, with their values.
pub fn options(run: &Run) -> Vec<OptionChoice> {
    let setup = &run.script().setup;
    let known = catalog::find(&setup.protocol).map(|entry| (entry.options)()).unwrap_or_default();
    let set = setup.settings();
    let choice = |option: OptionInfo| {
        let now = set.iter().find(|(name, _)| name == option.name);
        let value = now.map_or(&option.usual, |(_, value)| value).clone();
        let among = match &option.range {
            Some(range) if *range.end() <= NOTCHES => Values::Range(range.clone()),
            _ => Values::Tried(worth_trying(&option, &value)),
        };
        OptionChoice { name: option.name, help: option.help, value, among }
    };
    known.into_iter().map(choice).collect()
}

/// The values of an option that are worth trying, and the present one.
pub fn worth_trying(option: &OptionInfo, now: &str) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in option.samples.iter().copied().chain([option.usual.as_str(), now]) {
        if !values.iter().any(|it| it == value) {
            values.push(value.to_owned());
        }
    }
    values
}

/// The notches of a latency slider: each takes from its time to twice as long.
pub fn latencies() -> Vec<Latency> {
    let notches = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
    notches.map(|n| Latency::Uniform(Span::new(Time::millis(n), Time::millis(2 * n)))).to_vec()
}

/// The notches of a slider for loss, duplication or reordering.
pub fn shares() -> Vec<Ratio> {
    [0, 1, 2, 5, 10, 20, 30, 50, 75, 100].map(Ratio::percent).to_vec()
}

// ---- messages --------------------------------------------------------------------------------

fn of_message(snapshot: &Snapshot, id: u64) -> Vec<Gesture> {
    let under_way = |flight: &&FlightShot| flight.id == id && flight.lost_at.is_none();
    let Some(flight) = snapshot.flights.iter().find(under_way) else { return Vec::new() };
    let main = |label, command| Gesture::new(label, Group::Main, command);
    let mut offered = vec![
        main(sentence!("Drop"), Command::Drop(id)),
        main(sentence!("Deliver now"), Command::Deliver(id)),
    ];
    // A held message has no time of arrival that could be put off.
    if !flight.held {
        for millis in [50, 500] {
            let by = Time::millis(millis);
            let label = sentence!("Delay by {0}", by);
            offered.push(main(label, Command::Delay { message: id, by }));
        }
    }
    offered.push(main(sentence!("Duplicate"), Command::Duplicate(id)));
    offered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::tests::{notice, store};
    use crate::player::{Action, Preferences, Store, TimeAction};
    use crate::scenario;

    #[test]
    fn who_keeps_no_disk_is_offered_none() {
        let store = store("run clocks processes=3 seed=1\n");
        let offered = offered(store.pane(), Selection::Place(Place::new('P', 0)));
        let of_disks =
            |it: &Gesture| it.group == Group::Disk || matches!(it.command, Command::Wipe(_));
        assert!(!offered.is_empty() && !offered.iter().any(of_disks));
    }

    #[test]
    fn what_is_offered_is_not_refused() {
        let mut store =
            store("run raft nodes=3 seed=7\n400ms pause S2\n400ms crash S3\n500ms cut S1>S2\n");
        store.update(TimeAction::Seek(Time::seconds(1)));
        store.update(Action::Do(Command::Request {
            client: Place::client(0),
            to: vec![Place::server(0)],
            request: store.pane().run.meta().requests[0].into(),
        }));
        let snapshot = store.pane().snapshot();
        let flight = snapshot.flights.last().expect("the request is under way").id;
        let (one, two) = (Place::server(0), Place::server(1));
        let nodes = (0..3).map(|node| Selection::Place(Place::server(node)));
        let others = [
            Selection::Place(Place::client(0)),
            Selection::Link(one, two),
            Selection::Link(two, one),
            Selection::Message(flight),
        ];
        for selection in nodes.chain(others) {
            let offered = offered(store.pane(), selection);
            assert!(!offered.is_empty(), "{selection:?}");
            for gesture in offered {
                let mut trial = Store::from_link(&store.link(), Preferences::default());
                assert_eq!(trial.pane().cursor(), store.pane().cursor());
                trial.update(Action::Do(gesture.command.clone()));
                assert_eq!(notice(&trial), "", "{selection:?}: {}", gesture.command);
                let line = gesture.command.to_string();
                let setup = &store.pane().run.script().setup;
                assert_eq!(scenario::parse_command(&line, setup), Ok(gesture.command));
            }
        }
        for nobody in [
            Selection::Place(Place::server(7)),
            Selection::Place(Place::client(7)),
            Selection::Message(1),
        ] {
            assert_eq!(offered(store.pane(), nobody), [], "{nobody:?}");
        }
    }

    #[test]
    fn a_lasso_parts_and_heals_and_the_sliders_show_what_is_set() {
        let mut store = store("run raft nodes=5 seed=7 loss=5%");
        let run = &store.pane().run;
        assert_eq!(lasso(run, &[]), None);
        assert_eq!(lasso(run, &Place::servers(5).collect::<Vec<_>>()), None);
        let lasso = lasso(run, &[Place::server(4), Place::server(0)]).unwrap();
        assert_eq!(lasso.command.to_string(), "partition S1 S5 | S2 S3 S4");
        assert_eq!(network(run).loss, Ratio::percent(5));
        store.update(Action::Do(lasso.command));
        let (one, two) = (Place::server(0), Place::server(1));
        assert_eq!(cut(store.pane(), one, two).command.to_string(), "heal S1-S2");
        store.update(Action::Do(heal().command));
        assert_eq!(cut(store.pane(), one, two).command.to_string(), "cut S1-S2");
        let slow = latencies()[6];
        let change = QualityChange { latency: Some(slow), ..Default::default() };
        store.update(Action::Do(set_network(change)));
        let quality = network(&store.pane().run);
        assert_eq!((quality.latency, quality.loss), (slow, Ratio::percent(5)));
    }
}
