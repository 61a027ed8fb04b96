//! The hunt for violations: random schedules, their verdict, and the smallest script that still
//! shows what was found.
//!
//! A schedule draws its options by its seed (how lossy, how slow, how often something breaks), then
//! asks in two phases: *safety*, while everything that may break does; then everything is healed and
//! *liveness* is demanded: whatever ought to converge has converged by the end.

use std::rc::Rc;

use crate::base::{Chance, Place, Ratio, Sentence, Span, Time};
use crate::catalog::{self, Entry, Run};
use crate::command::{
    Command, Latency, Link, Partition, Quality, QualityChange, Script, ScriptLine, Setup,
};
use crate::protocol::PropertyKind;
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
const QUIET: Time = Time::seconds(8);

/// Requests in a schedule at the most, so that the quiet time is long enough to answer them.
const REQUESTS: u32 = 25;

/// The random schedule of this seed.
pub fn schedule(entry: &'static Entry, seed: u64, flaws: &[String]) -> Result<Script, Sentence> {
    let mut chance = Chance::new(seed, 0xF022);
    let sizes = [3, 3, 3, 5, 5, 5, 4, 2, 7, 1];
    let mut places = entry.setup().places;
    for kind in entry.meta.kinds {
        let count = match kind.letter {
            Place::SERVER => chance.pick(&sizes).copied().unwrap_or(3),
            Place::CLIENT => 1 + chance.below(3) as u16,
            _ => kind.usual,
        };
        places.set(kind.letter, count.clamp(kind.least, kind.most));
    }
    let setup = Setup {
        protocol: entry.meta.slug.into(),
        places,
        seed,
        link: quality(&mut chance),
        disk: Latency::Uniform(Span::new(Time::ZERO, Time::millis(u64::from(chance.below(40))))),
        retry: Time::millis(200 + u64::from(chance.below(500))),
        options: options(entry, &mut chance),
        flaws: flaws.to_vec(),
    };
    let mut plan = Plan::new(entry, setup, chance)?;
    plan.break_things();
    plan.heal_and_wait();
    Ok(plan.run.script().clone())
}

/// Some of the protocol's options, at values worth trying.
fn options(entry: &Entry, chance: &mut Chance) -> Vec<(String, String)> {
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

fn quality(chance: &mut Chance) -> Quality {
    let mut share = |likely: u32, most: u32| match chance.below(100) < likely {
        true => Ratio::percent(chance.below(most + 1)),
        false => Ratio::ZERO,
    };
    let (loss, duplicate, replay, reorder) =
        (share(60, 30), share(40, 50), share(20, 10), share(40, 40));
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
struct Plan {
    entry: &'static Entry,
    run: Run,
    nodes: u16,
    clients: u16,
    chance: Chance,
    now: Time,
    down: Vec<bool>,
    paused: Vec<bool>,
    requests: u32,
}

impl Plan {
    fn new(entry: &'static Entry, setup: Setup, chance: Chance) -> Result<Plan, Sentence> {
        let all = vec![false; usize::from(setup.places.servers())];
        let (nodes, clients) = (setup.places.servers(), setup.places.clients());
        let run = entry.start(Script { setup, ..Script::default() })?.unchecked();
        let (down, paused) = (all.clone(), all);
        Ok(Plan { entry, run, nodes, clients, chance, now: Time::ZERO, down, paused, requests: 0 })
    }

    fn say(&mut self, command: Command) {
        self.run.run_to(self.now, u32::MAX);
        // What is refused at this instant is not part of the schedule.
        let _ = self.run.command(command);
    }

    fn break_things(&mut self) {
        let pace = Time::millis(20 + u64::from(self.chance.below(250)));
        let until = Time::millis(1_500 + u64::from(self.chance.below(4_000)));
        // What this schedule likes to do most.
        let taste = [0; 10].map(|_| 1 + self.chance.below(8));
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
            match choice {
                0 => self.crash_or_restart(),
                1 => self.pause_or_resume(),
                2 => self.partition(),
                3 => self.trouble_link(),
                4 => self.say(Command::Heal(Vec::new())),
                5 => self.change_clock_or_disk(),
                6 => self.fire(),
                7 => self.black_out(),
                _ => self.request(),
            }
        }
    }

    /// Any server, and often the one that leads: that is where it hurts.
    fn node(&mut self) -> Place {
        self.run.run_to(self.now, u32::MAX);
        let anyone = Place::server(self.chance.below(self.nodes.into()) as u16);
        let leader = self.chance.happens(Ratio::percent(35)).then(|| self.run.leader()).flatten();
        leader.unwrap_or(anyone)
    }

    fn crash_or_restart(&mut self) {
        let node = self.node();
        let index = node.index();
        if self.down[index] {
            self.say(Command::Restart(node));
        } else {
            let torn = self.chance.happens(Ratio::percent(25));
            self.say(Command::Crash { node, torn });
            self.paused[index] = false;
        }
        self.down[index] = !self.down[index];
        // Often back at once: what was not on disk is what protocols forget.
        if self.down[index] && self.chance.happens(Ratio::percent(50)) {
            self.now = self.now + Time::millis(u64::from(self.chance.below(30)));
            self.say(Command::Restart(node));
            self.down[index] = false;
        }
    }

    /// Everybody crashes, and comes back within a breath: what no disk holds is gone for good.
    fn black_out(&mut self) {
        for node in Place::servers(self.nodes) {
            if !self.down[node.index()] {
                let torn = self.chance.happens(Ratio::percent(25));
                self.say(Command::Crash { node, torn });
            }
        }
        self.now = self.now + Time::millis(u64::from(self.chance.below(30)));
        for node in Place::servers(self.nodes) {
            self.say(Command::Restart(node));
            (self.down[node.index()], self.paused[node.index()]) = (false, false);
        }
    }

    fn pause_or_resume(&mut self) {
        let node = self.node();
        if self.down[node.index()] {
            return;
        }
        let paused = &mut self.paused[node.index()];
        *paused = !*paused;
        let command = if *paused { Command::Pause(node) } else { Command::Resume(node) };
        self.say(command);
    }

    fn fire(&mut self) {
        let node = self.node();
        let timers = self.run.timers(node);
        if let Some(timer) = self.chance.pick(&timers).cloned() {
            self.say(Command::Fire { node, timer });
        }
    }

    fn partition(&mut self) {
        if self.nodes < 2 {
            return;
        }
        let mut groups = vec![Vec::new(), Vec::new()];
        for node in Place::servers(self.nodes) {
            match self.chance.below(10) {
                // A bridge hears both sides.
                0 => groups.iter_mut().for_each(|group| group.push(node)),
                n => groups[n as usize % 2].push(node),
            }
        }
        if groups.iter().any(Vec::is_empty) {
            return;
        }
        let one_way = self.chance.happens(Ratio::percent(30));
        self.say(Command::Partition(match one_way {
            true => {
                let deaf = groups.pop().unwrap_or_default();
                Partition::OneWay { unheard: groups.pop().unwrap_or_default(), deaf }
            }
            false => Partition::Groups(groups),
        }));
    }

    fn trouble_link(&mut self) {
        let (from, to) = (self.node(), self.node());
        if from == to {
            return;
        }
        let links = vec![match self.chance.below(2) {
            0 => Link::one_way(from, to),
            _ => Link::both_ways(from, to),
        }];
        match self.chance.below(3) {
            0 => self.say(Command::Cut(links)),
            1 => self.say(Command::Hold(links)),
            _ => {
                let latency =
                    Some(Latency::constant(Time::millis(u64::from(self.chance.below(300)))));
                self.say(Command::Link {
                    links,
                    change: QualityChange { latency, ..Default::default() },
                });
            }
        }
    }

    fn change_clock_or_disk(&mut self) {
        let node = self.node();
        match self.chance.below(3) {
            0 => {
                let micros = i64::from(self.chance.below(2_000_000)) - 1_000_000;
                self.say(Command::Jump { node, micros });
            }
            1 => {
                let latency = Latency::constant(Time::millis(u64::from(self.chance.below(100))));
                self.say(Command::Disk { node, latency });
            }
            _ => {
                let ppm = self.chance.below(400_000) as i32 - 200_000;
                self.say(Command::Drift { node, ppm });
            }
        }
    }

    fn request(&mut self) {
        if self.requests >= REQUESTS {
            return;
        }
        self.requests += 1;
        let client = crate::base::Place::client(self.chance.below(self.clients.into()) as u16);
        let to = self.chance.happens(Ratio::percent(50)).then(|| self.node());
        // One of the protocol's examples, with a value of its own where it ends in a number.
        let examples = self.entry.meta.requests;
        let example = match examples {
            [only] => only,
            _ => self.chance.pick(examples).copied().unwrap_or_default(),
        };
        let start = example.trim_end_matches(|c: char| c.is_ascii_digit());
        let request = match start.len() < example.len() {
            true => format!("{start}{}", self.requests),
            false => example.to_string(),
        };
        self.say(Command::Request { client, to, request });
    }

    fn heal_and_wait(&mut self) {
        self.now = self.now + Time::millis(100);
        for node in Place::servers(self.nodes) {
            if self.down[node.index()] {
                self.say(Command::Restart(node));
            }
            if self.paused[node.index()] {
                self.say(Command::Resume(node));
            }
            self.say(Command::Drift { node, ppm: 0 });
            self.say(Command::Disk { node, latency: Latency::constant(Time::millis(2)) });
        }
        self.say(Command::Heal(Vec::new()));
        let zero = Some(Ratio::ZERO);
        let latency = Some(Latency::Uniform(Span::new(Time::millis(5), Time::millis(15))));
        let change =
            QualityChange { latency, loss: zero, duplicate: zero, replay: zero, reorder: zero };
        self.say(Command::Link { links: Vec::new(), change });
        self.now = self.now + QUIET;
        self.say(Command::End);
    }
}

/// What breaks in this script, if anything. `liveness`: in the last quarter of the quiet time before
/// the end, whatever ought to converge has come to stay so, and every client has its answer.
pub fn judge(script: &Script, liveness: bool) -> Result<Option<Finding>, Sentence> {
    let mut run = catalog::start(script.clone())?;
    let end = run.end().unwrap_or(Time::LIMIT);
    let patience = if liveness { Time(QUIET.0 / 4) } else { Time::ZERO };
    run_until_broken(&mut run, Time(end.0.saturating_sub(patience.0)));
    let mut lacks = None;
    while liveness && run.violations() == 0 && run.now() < end {
        let next = run.now() + Time::millis(50);
        run_until_broken(&mut run, next.min(end));
        lacks = missing(&run.properties(), run.now()).or_else(|| unanswered(&run));
    }
    Ok(broken(&run.properties()).or(lacks))
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

/// The smallest script that breaks the same property, by leaving out whatever can be left out, in
/// at most `tries` runs.
pub fn shrink(script: &Script, verdict: &Finding, mut tries: u32) -> Script {
    let liveness = !is_safety(script, verdict);
    let mut breaks = |candidate: &Script| {
        tries > 0 && {
            tries -= 1;
            let found = judge(candidate, liveness).ok().flatten();
            found.is_some_and(|found| found.property == verdict.property)
        }
    };
    let mut best = script.clone();
    if !liveness {
        best.lines.retain(|line| line.at <= verdict.at && *line.command != Command::End);
        best.lines.push(ScriptLine { at: verdict.at, command: Rc::new(Command::End) });
    }
    simplify_setup(&mut best, &mut breaks);
    // What must stay: the end, and before it (for liveness) the healing that makes the demand fair.
    let healed = best.lines.last().map_or(Time::ZERO, |end| Time(end.at.0.saturating_sub(QUIET.0)));
    let fixed =
        |line: &ScriptLine| *line.command == Command::End || (liveness && line.at >= healed);
    let removable = |best: &Script| best.lines.iter().take_while(|line| !fixed(line)).count();
    let mut piece = removable(&best).max(1);
    while piece > 0 {
        let (mut start, mut smaller) = (0, false);
        while start < removable(&best) {
            let mut candidate = best.clone();
            candidate.lines.drain(start..(start + piece).min(removable(&best)));
            match breaks(&candidate) {
                true => (best, smaller) = (candidate, true),
                false => start += piece,
            }
        }
        // Single lines again and again, until none can go.
        if piece > 1 || !smaller {
            piece /= 2;
        }
    }
    best
}

fn is_safety(script: &Script, verdict: &Finding) -> bool {
    let properties = catalog::find(&script.setup.protocol).map(|entry| (entry.properties)());
    let mut properties = properties.unwrap_or_default().into_iter();
    properties
        .any(|property| property.name == verdict.property && property.kind == PropertyKind::Always)
}

/// A plain network, if the property breaks on one too.
fn simplify_setup(best: &mut Script, breaks: &mut impl FnMut(&Script) -> bool) {
    let plain = Setup::default();
    let changes: [fn(&mut Setup, &Setup); 8] = [
        |setup, plain| setup.link = plain.link,
        |setup, plain| setup.link.loss = plain.link.loss,
        |setup, plain| setup.link.duplicate = plain.link.duplicate,
        |setup, plain| setup.link.replay = plain.link.replay,
        |setup, plain| setup.link.reorder = plain.link.reorder,
        |setup, plain| setup.disk = plain.disk,
        |setup, plain| setup.retry = plain.retry,
        |setup, plain| setup.options = plain.options.clone(),
    ];
    for change in changes {
        let mut candidate = best.clone();
        change(&mut candidate.setup, &plain);
        if candidate.setup != best.setup && breaks(&candidate) {
            *best = candidate;
        }
    }
}
