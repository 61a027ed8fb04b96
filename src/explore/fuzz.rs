//! Random schedules and their verdict. `aim.rs` draws others, which aim; `hunt.rs` tries both, seed by
//! seed, and `shrink.rs` makes small what was found.
//!
//! A schedule draws its options by its seed (how lossy, how slow, how often something breaks), and of
//! faults only what the protocol promises to survive ([`FaultModel`]). It asks in two phases: *safety*, while everything that may break does; then everything is healed and
//! *liveness* is demanded: whatever ought to converge has converged by the end.

use std::collections::BTreeSet;

use crate::base::{Chance, Place, Ratio, Sentence, Span, Time};
use crate::catalog::{self, Entry, Run};
use crate::command::{Command, Latency, Link, Quality, QualityChange, Script, Setup};
use crate::explore::partition;
use crate::protocol::{FaultModel, PropertyKind};
use crate::sentence;
use crate::sim::snapshot::{PropertyShot, Standing};

/// What broke.
#[derive(Clone, Debug)]
pub struct Finding {
    pub property: &'static str,
    pub at: Time,
    pub why: Sentence,
}

/// How long the healed cluster has to converge.
pub(super) const QUIET: Time = Time::seconds(8);

/// Requests in a schedule at the most, so that the quiet time is long enough to answer them.
const REQUESTS: u32 = 25;

/// The random schedule of this seed.
pub fn schedule(entry: &'static Entry, seed: u64, flaws: &[String]) -> Result<Script, Sentence> {
    schedule_within(entry, *entry.faults, seed, flaws)
}

/// The random schedule of this seed that stays within this fault model.
fn schedule_within(
    entry: &'static Entry,
    faults: FaultModel,
    seed: u64,
    flaws: &[String],
) -> Result<Script, Sentence> {
    let mut chance = Chance::new(seed, 0xF022);
    let mut places = entry.setup().places;
    for kind in entry.meta.kinds {
        let count = match kind.letter {
            Place::CLIENT => 1 + chance.below(3) as u16,
            letter if letter == entry.meta.kinds[0].letter => {
                chance.pick(faults.sizes).copied().unwrap_or(kind.usual)
            }
            _ => kind.usual,
        };
        places.set(kind.letter, count.clamp(kind.least, kind.most));
    }
    if entry.meta.joining && chance.happens(Ratio::percent(30)) {
        places.set_members(Some(1 + chance.below(places.members().into()) as u16));
    }
    let setup = Setup {
        protocol: entry.meta.slug.into(),
        places,
        seed,
        link: quality(&faults, &mut chance),
        disk: Latency::Uniform(Span::new(Time::ZERO, Time::millis(u64::from(chance.below(40))))),
        retry: Time::millis(200 + u64::from(chance.below(500))),
        give_up: None,
        options: options(entry, &mut chance),
        flaws: flaws.to_vec(),
        logs: Vec::new(),
    };
    let mut plan = Plan::new(entry, faults, setup, chance)?;
    plan.break_things();
    plan.heal_and_wait();
    Ok(plan.script())
}

/// Some of the protocol's options, at values worth trying.
pub(super) fn options(entry: &Entry, chance: &mut Chance) -> Vec<(String, String)> {
    let mut options = Vec::new();
    for option in (entry.options)() {
        if let Some(sample) = chance.pick(option.samples)
            && *sample != option.usual
        {
            options.push((option.name.into(), (*sample).into()));
        }
    }
    options
}

fn quality(faults: &FaultModel, chance: &mut Chance) -> Quality {
    let mut share = |likely: u32, most: Ratio| match chance.below(100) < likely {
        true => Ratio::percent(chance.below(most.ppm() * 100 / Ratio::WHOLE + 1)),
        false => Ratio::ZERO,
    };
    let (loss, duplicate) = (share(60, faults.loss), share(40, faults.duplicate));
    let (replay, reorder) = (share(20, faults.replay), share(40, faults.reorder));
    let mean = Time::millis(2 + u64::from(chance.below(60)));
    let latency = match chance.below(3) {
        0 => Latency::constant(mean),
        1 => Latency::Uniform(Span::new(Time(mean.0 / 2), Time(mean.0 * 3 / 2))),
        _ => Latency::Exponential { min: Time(mean.0 / 4), mean, cap: Time(mean.0 * 10) },
    };
    Quality { latency, loss, duplicate, replay, reorder }
}

/// A schedule being drawn, beside the run it makes: it sees who leads, and does only what makes
/// sense. What comes of it is a plain script.
pub(super) struct Plan {
    entry: &'static Entry,
    pub(super) faults: FaultModel,
    pub(super) run: Run,
    /// Those who run the protocol's program.
    pub(super) own: Vec<Place>,
    pub(super) clients: u16,
    pub(super) chance: Chance,
    pub(super) now: Time,
    /// At whom the next deed aims, if at anybody.
    pub(super) aim: Option<Place>,
    pub(super) down: BTreeSet<Place>,
    pub(super) paused: BTreeSet<Place>,
    /// How long the partition stays at least.
    parted_until: Time,
    requests: u32,
}

/// Something that a schedule may do next.
pub(super) type Strike = fn(&mut Plan);

impl Plan {
    pub(super) fn new(
        entry: &'static Entry,
        faults: FaultModel,
        setup: Setup,
        chance: Chance,
    ) -> Result<Plan, Sentence> {
        let (own, clients) = (setup.places.own().collect::<Vec<_>>(), setup.places.clients());
        let (down, paused) = (BTreeSet::new(), BTreeSet::new());
        let (now, parted_until, requests) = (Time::ZERO, Time::ZERO, 0);
        let run = entry.start(Script { setup, ..Script::default() })?.unchecked();
        Ok(Plan {
            entry,
            faults,
            run,
            own,
            clients,
            chance,
            now,
            aim: None,
            down,
            paused,
            parted_until,
            requests,
        })
    }

    /// The run goes on to the present instant.
    pub(super) fn catch_up(&mut self) {
        self.run.run_to(self.now, u32::MAX);
    }

    /// What has been drawn.
    pub(super) fn script(&self) -> Script {
        self.run.script().clone()
    }

    pub(super) fn say(&mut self, command: Command) {
        self.catch_up();
        // What is refused at this instant is not part of the schedule.
        let _ = self.run.command(command);
    }

    /// What the protocol promises to survive, and what is asked of it meanwhile.
    pub(super) fn deeds(&self) -> Vec<Strike> {
        let faults = self.faults;
        let parts = !faults.partitions.is_empty();
        let all: [(bool, Strike); 13] = [
            (faults.crash, Plan::crash_or_restart),
            (faults.crash, Plan::black_out),
            (faults.wipe, Plan::wipe),
            (faults.pause, Plan::pause_or_resume),
            (faults.early_timers, Plan::fire),
            (faults.jump > Time::ZERO, Plan::step_clock),
            (faults.drift > Ratio::ZERO, Plan::drift),
            (parts, Plan::partition),
            (faults.links, Plan::trouble_link),
            (parts || faults.links, Plan::heal),
            (true, Plan::slow_down),
            (true, Plan::request),
            (true, Plan::request),
        ];
        all.into_iter().filter(|(promised, _)| *promised).map(|(_, deed)| deed).collect()
    }

    fn break_things(&mut self) {
        let pace = Time::millis(20 + u64::from(self.chance.below(250)));
        let until = Time::millis(1_500 + u64::from(self.chance.below(4_000)));
        let deeds = self.deeds();
        // What this schedule likes to do most.
        let taste: Vec<u32> = deeds.iter().map(|_| 1 + self.chance.below(8)).collect();
        loop {
            self.now = self.now + self.chance.exponential(pace);
            if self.now > until {
                return;
            }
            let mut draw = self.chance.below(taste.iter().sum());
            let mut choice = 0;
            while draw >= taste[choice] {
                draw -= taste[choice];
                choice += 1;
            }
            deeds[choice](self);
        }
    }

    /// Any server, and often the one that leads: that is where it hurts; or the one that is aimed at.
    pub(super) fn node(&mut self) -> Place {
        self.catch_up();
        if let Some(aim) = self.aim.take() {
            return aim;
        }
        let anyone = self.own[self.chance.below(self.own.len() as u32) as usize];
        let leader = self.chance.happens(Ratio::percent(35)).then(|| self.run.leader()).flatten();
        leader.unwrap_or(anyone)
    }

    pub(super) fn crash_or_restart(&mut self) {
        let node = self.node();
        if self.down.contains(&node) {
            return self.restart(node);
        }
        let torn = self.tears();
        self.say(Command::Crash { node, torn });
        self.paused.remove(&node);
        self.down.insert(node);
        // Often back at once: what was not on disk is what protocols forget.
        if self.chance.happens(Ratio::percent(50)) {
            self.now = self.now + Time::millis(u64::from(self.chance.below(30)));
            self.restart(node);
        }
    }

    pub(super) fn restart(&mut self, node: Place) {
        self.say(Command::Restart(node));
        self.down.remove(&node);
        self.paused.remove(&node);
    }

    /// Whether a crash tears the writes under way.
    fn tears(&mut self) -> bool {
        self.faults.torn && self.chance.happens(Ratio::percent(25))
    }

    /// A server begins anew, with an empty disk.
    fn wipe(&mut self) {
        let node = self.node();
        self.say(Command::Wipe(node));
        self.now = self.now + Time::millis(u64::from(self.chance.below(30)));
        self.restart(node);
    }

    /// Everybody crashes, and comes back within a breath: what no disk holds is gone for good.
    pub(super) fn black_out(&mut self) {
        for node in self.own.clone() {
            if !self.down.contains(&node) {
                let torn = self.tears();
                self.say(Command::Crash { node, torn });
            }
        }
        self.now = self.now + Time::millis(u64::from(self.chance.below(30)));
        for node in self.own.clone() {
            self.restart(node);
        }
    }

    pub(super) fn pause_or_resume(&mut self) {
        let node = self.node();
        if self.down.contains(&node) {
            return;
        }
        let paused = !self.paused.remove(&node);
        if paused {
            self.paused.insert(node);
        }
        self.say(if paused { Command::Pause(node) } else { Command::Resume(node) });
    }

    pub(super) fn fire(&mut self) {
        let node = self.node();
        let timers = self.run.timers(node);
        if let Some(timer) = self.chance.pick(&timers).cloned() {
            self.say(Command::Fire { node, timer });
        }
    }

    pub(super) fn partition(&mut self) {
        let kind = self.chance.pick(self.faults.partitions).copied();
        let drawn = kind.and_then(|kind| partition::draw(kind, &self.own, &mut self.chance));
        if let Some(partition) = drawn.filter(|_| self.now >= self.parted_until) {
            self.parted_until = self.now + self.chance.within(self.faults.lasts);
            self.say(Command::Partition(partition));
        }
    }

    pub(super) fn heal(&mut self) {
        if self.now >= self.parted_until {
            self.say(Command::Heal(Vec::new()));
        }
    }

    fn trouble_link(&mut self) {
        if let Some(links) = self.link() {
            let command = match self.chance.below(2) {
                0 => Command::Cut(links),
                _ => Command::Hold(links),
            };
            self.say(command);
        }
    }

    /// A link between two servers, one way or both.
    fn link(&mut self) -> Option<Vec<Link>> {
        let (from, to) = (self.node(), self.node());
        let link = match self.chance.below(2) {
            0 => Link::one_way(from, to),
            _ => Link::both_ways(from, to),
        };
        (from != to).then(|| vec![link])
    }

    /// A link or a disk.
    fn slow_down(&mut self) {
        match self.chance.below(2) {
            0 => {
                let latency = Latency::constant(Time::millis(u64::from(self.chance.below(300))));
                let change = QualityChange { latency: Some(latency), ..Default::default() };
                if let Some(links) = self.link() {
                    self.say(Command::Link { links, change });
                }
            }
            _ => {
                let node = self.node();
                let latency = Latency::constant(Time::millis(u64::from(self.chance.below(100))));
                self.say(Command::Disk { node, latency });
            }
        }
    }

    fn step_clock(&mut self) {
        let (node, micros) = (self.node(), self.either_way(self.faults.jump.0 as u32));
        self.say(Command::Jump { node, micros });
    }

    fn drift(&mut self) {
        let (node, ppm) = (self.node(), self.either_way(self.faults.drift.ppm()) as i32);
        self.say(Command::Drift { node, ppm });
    }

    /// At most so much, forwards or back.
    fn either_way(&mut self, most: u32) -> i64 {
        i64::from(self.chance.below(2 * most + 1)) - i64::from(most)
    }

    fn request(&mut self) {
        if self.requests >= REQUESTS {
            return;
        }
        let (client, to) = match self.run.script().setup.places.serve_clients() {
            true => {
                let client = Place::client(self.chance.below(self.clients.into()) as u16);
                (client, self.chance.happens(Ratio::percent(50)).then(|| self.node()))
            }
            false => (self.node(), None),
        };
        self.ask(client, to);
    }

    /// One of the protocol's examples.
    pub(super) fn ask(&mut self, client: Place, to: Option<Place>) {
        let may = self.run.script().setup.places.may_ask(client);
        if !may || self.requests >= REQUESTS {
            return;
        }
        self.requests += 1;
        let examples = self.entry.meta.requests;
        let example = match examples {
            [only] => only,
            _ => self.chance.pick(examples).copied().unwrap_or_default(),
        };
        let request = self.made_own(example);
        self.say(Command::Request { client, to: to.into_iter().collect(), request });
    }

    /// An example as this schedule asks it: a place of the first kind that it names stands for any, or else
    /// a number at its end for one of its own.
    fn made_own(&mut self, example: &str) -> String {
        let letter = self.own[0].letter();
        let is_place = |word: &str| word.parse().is_ok_and(|it: Place| it.letter() == letter);
        let mut words: Vec<String> = example.split(' ').map(str::to_owned).collect();
        if words.iter().any(|word| is_place(word)) {
            for word in words.iter_mut().filter(|word| is_place(word)) {
                *word = self.node().to_string();
            }
            return words.join(" ");
        }
        let start = example.trim_end_matches(|c: char| c.is_ascii_digit());
        match start.len() < example.len() {
            true => format!("{start}{}", self.requests),
            false => example.to_owned(),
        }
    }

    pub(super) fn heal_and_wait(&mut self) {
        self.now = (self.now + Time::millis(100)).max(self.parted_until);
        for node in self.own.clone() {
            if self.down.contains(&node) {
                self.say(Command::Restart(node));
            }
            if self.paused.contains(&node) {
                self.say(Command::Resume(node));
            }
            if self.faults.drift > Ratio::ZERO {
                self.say(Command::Drift { node, ppm: 0 });
            }
            self.say(Command::Disk { node, latency: Latency::constant(Time::millis(2)) });
        }
        self.say(Command::Heal(Vec::new()));
        let zero = Some(Ratio::ZERO);
        let latency = Some(Latency::Uniform(Span::new(Time::millis(5), Time::millis(15))));
        let change =
            QualityChange { latency, loss: zero, duplicate: zero, replay: zero, reorder: zero };
        self.say(Command::Link { links: Vec::new(), change });
        self.wait(QUIET);
    }

    /// So long, then it ends.
    pub(super) fn wait(&mut self, time: Time) {
        self.now = self.now + time;
        self.say(Command::End);
    }
}

/// What breaks in this script, if anything. `liveness`: in the last quarter of the quiet time before
/// the end, whatever ought to converge has come to stay so, and every client has its answer; or, where
/// clients have asked for much that takes an election each, within as long again after the end.
pub fn judge(script: &Script, liveness: bool) -> Result<Option<Finding>, Sentence> {
    let mut run = catalog::start(script.clone())?;
    let end = run.end().unwrap_or(Time::LIMIT);
    let liveness = liveness && settles(script);
    let patience = if liveness { Time(QUIET.0 / 4) } else { Time::ZERO };
    run_until_broken(&mut run, Time(end.0.saturating_sub(patience.0)));
    let mut lacks = None;
    let late = end + QUIET;
    while liveness
        && run.violations() == 0
        && (run.now() < end || lacks.is_some() && run.now() < late)
    {
        let until = if run.now() < end { end } else { late };
        let next = run.now() + Time::millis(50);
        run_until_broken(&mut run, next.min(until));
        lacks = missing(&run.properties(), run.now()).or_else(|| unanswered(&run));
    }
    Ok(broken(&run.properties()).or(lacks))
}

/// Whether the protocol promises that this run settles.
fn settles(script: &Script) -> bool {
    let requests = script.lines.iter().filter_map(|line| match &*line.command {
        Command::Request { request, .. } => Some(request.as_str()),
        _ => None,
    });
    let requests: Vec<&str> = requests.collect();
    let entry = catalog::find(&script.setup.protocol);
    entry.is_none_or(|entry| (entry.meta.settles)(&script.setup.options, &requests))
}

/// A client that still waits.
fn unanswered(run: &Run) -> Option<Finding> {
    let snapshot = run.snapshot();
    let waits =
        snapshot.clients.iter().find(|client| client.open.is_some() || client.waiting > 0)?;
    let why = sentence!("{0} still waits for an answer", waits.id);
    Some(Finding { property: ANSWERED, at: run.now(), why })
}

/// What is demanded of every protocol that has clients.
const ANSWERED: &str = "Every Request Is Answered";

fn run_until_broken(run: &mut Run, until: Time) {
    while run.violations() == 0 && !run.run_to(until, 64) {}
}

fn broken(properties: &[PropertyShot]) -> Option<Finding> {
    let violated = properties.iter().filter_map(|property| match &property.standing {
        Standing::Violated { at, why, .. } => {
            Some(Finding { property: property.name, at: *at, why: why.clone() })
        }
        _ => None,
    });
    violated.min_by_key(|verdict| verdict.at)
}

fn missing(properties: &[PropertyShot], now: Time) -> Option<Finding> {
    properties.iter().find_map(|property| match (&property.standing, property.kind) {
        (Standing::NotYet(why), PropertyKind::Converges) => {
            Some(Finding { property: property.name, at: now, why: why.clone() })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::ScriptLine;
    use crate::protocol::PartitionKind;

    /// What schedules within this fault model do, each by its first word, a hundred seeds together.
    fn verbs(faults: FaultModel) -> BTreeSet<&'static str> {
        let entry = catalog::find("raft").unwrap();
        let scripts = (0..100).map(|seed| schedule_within(entry, faults, seed, &[]).unwrap());
        let lines = scripts.flat_map(|script| script.lines);
        let broken = lines.filter(|line| line.command.is_fault());
        broken.map(|line| line.command.verb()).collect()
    }

    #[test]
    fn schedules_draw_what_is_promised_and_nothing_else() {
        // Whatever is late, arrives; and at the end all is healed.
        const PLAIN: [&str; 3] = ["disk", "heal", "link"];
        let check = |faults, expected: &[&'static str]| {
            assert_eq!(verbs(faults), PLAIN.iter().chain(expected).copied().collect());
        };
        const NONE: FaultModel = FaultModel::NONE;
        check(NONE, &[]);
        check(FaultModel { crash: true, ..NONE }, &["crash", "restart"]);
        check(FaultModel { wipe: true, ..NONE }, &["wipe", "restart"]);
        check(FaultModel { pause: true, ..NONE }, &["pause", "resume"]);
        check(FaultModel { early_timers: true, ..NONE }, &["fire"]);
        check(FaultModel { drift: Ratio::percent(1), ..NONE }, &["clock"]);
        check(FaultModel { jump: Time(1), ..NONE }, &["clock"]);
        check(FaultModel { links: true, ..NONE }, &["cut", "hold"]);
        check(FaultModel { partitions: &[PartitionKind::OneAlone], ..NONE }, &["partition"]);
        let usual = ["crash", "restart", "pause", "resume", "fire", "clock", "cut", "hold"];
        check(FaultModel::CRASH_RECOVERY, &[&usual[..], &["partition"]].concat());
    }

    #[test]
    fn how_much_is_promised_is_how_much_is_drawn() {
        const LITTLE: FaultModel = FaultModel {
            sizes: &[4],
            drift: Ratio::percent(1),
            loss: Ratio::percent(2),
            partitions: &[PartitionKind::Halves],
            lasts: Span::exactly(Time::seconds(1)),
            ..FaultModel::NONE
        };
        let entry = catalog::find("raft").unwrap();
        for seed in 0..100 {
            let script = schedule_within(entry, LITTLE, seed, &[]).unwrap();
            let link = script.setup.link;
            assert_eq!((script.setup.places.servers(), link.reorder), (4, Ratio::ZERO));
            assert!(link.loss <= Ratio::percent(2));
            let mut parted = None;
            for ScriptLine { at, command } in &script.lines {
                match &**command {
                    Command::Drift { ppm, .. } => assert!(ppm.abs() <= 10_000),
                    Command::Partition(_) | Command::Heal(_) => {
                        let stays =
                            parted.is_none_or(|parted| at.since(parted) >= Time::seconds(1));
                        assert!(stays, "seed {seed}: a partition stays for a second");
                        parted = matches!(**command, Command::Partition(_)).then_some(*at);
                    }
                    _ => {}
                }
            }
        }
    }
}
