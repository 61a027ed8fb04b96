//! Schedules that aim. Many a mistake needs few faults, each at the right moment: a crash between a promise
//! and what it is a promise of, two who want to lead at once, a timer that runs out while a message is
//! under way. Among faults at any time such moments are rare. So these schedules go on to a moment of a
//! kind that they have drawn (a message of some name leaves or arrives, a write is done, a timer runs out),
//! and strike then at whom it concerns. There are few places, the network is plain, and strikes are few: what they
//! find is small from the start. What they do is within the protocol's fault model, as ever.

use std::cell::Cell;

use crate::base::{Chance, Place, Ratio, Sentence, Span, Time};
use crate::catalog::Entry;
use crate::command::{Command, Latency, Link, Quality, Script, Setup};
use crate::explore::fuzz::{Plan, Strike, options};
use crate::protocol::Tone;
use crate::sim::trace::{Event, EventKind};

/// One of the schedules of this seed that aim.
pub fn schedule(
    entry: &'static Entry,
    seed: u64,
    turn: u64,
    flaws: &[String],
) -> Result<Script, Sentence> {
    let mut chance = Chance::new(seed, 0xA13 + turn);
    let mut plan = Plan::new(entry, *entry.faults, setup(entry, seed, flaws, &mut chance), chance)?;
    plan.strike_often(2, 12);
    plan.heal_and_wait();
    Ok(plan.script())
}

/// A short schedule that aims, in a set-up in which something was found, or, every other turn, with the usual network
/// in it. Where nothing is demanded at the end, that comes soon.
pub fn again(
    entry: &'static Entry,
    setup: &Setup,
    turn: u64,
    strikes: u32,
    liveness: bool,
) -> Result<Script, Sentence> {
    let usual = entry.setup();
    let mut setup = Setup { seed: turn, ..setup.clone() };
    if turn % 2 == 1 {
        (setup.link, setup.disk, setup.retry) = (usual.link, usual.disk, usual.retry);
    }
    let mut plan = Plan::new(entry, *entry.faults, setup, Chance::new(turn, 0xA6A1))?;
    plan.strike_often(1, strikes);
    match liveness {
        true => plan.heal_and_wait(),
        false => plan.wait(SOON),
    }
    Ok(plan.script())
}

/// What breaks, breaks by then.
const SOON: Time = Time::millis(1_500);

/// Few places that may be at odds, a network that loses nothing by itself, and two clients.
fn setup(entry: &'static Entry, seed: u64, flaws: &[String], chance: &mut Chance) -> Setup {
    let mut setup = entry.setup();
    let few: Vec<u16> = entry.faults.sizes.iter().copied().filter(|size| *size <= 5).collect();
    for (place, kind) in entry.meta.kinds.iter().enumerate() {
        let count = match (place, kind.letter) {
            (_, Place::CLIENT) => 2,
            (0, _) => chance.pick(&few).copied().unwrap_or(kind.usual),
            _ => kind.usual,
        };
        setup.places.set(kind.letter, count.clamp(kind.least, kind.most));
    }
    let span = |least, most| Latency::Uniform(Span::new(Time::millis(least), Time::millis(most)));
    let latency = match chance.below(3) {
        0 => span(10, 10),
        1 => span(10, 20),
        _ => span(1, 60),
    };
    let disk = match chance.below(3) {
        0 => span(0, 0),
        1 => span(2, 2),
        _ => span(0, 30),
    };
    let options = if chance.below(2) == 0 { options(entry, chance) } else { Vec::new() };
    Setup {
        seed,
        link: Quality { latency, ..setup.link },
        disk,
        retry: Time::millis(if chance.below(2) == 0 { 200 } else { 1_000 }),
        options,
        flaws: flaws.to_vec(),
        ..setup
    }
}

/// What a schedule waits for.
#[derive(Clone, Copy)]
enum Moment {
    Sent(Tone),
    Arrived(Tone),
    Saved,
    RunOut,
}

impl Moment {
    /// Whom the event concerns, if it is one of this kind: whoever acts, and with whom.
    fn concerns(self, event: &Event) -> Option<(Place, Option<Place>)> {
        let other = match (self, &event.what) {
            (Moment::Sent(tone), EventKind::Send { to, payload })
                if payload.kind().tone == tone =>
            {
                Some(*to)
            }
            (Moment::Arrived(tone), EventKind::Deliver { from, payload, .. })
                if payload.kind().tone == tone =>
            {
                Some(*from)
            }
            (Moment::Saved, EventKind::Saved) | (Moment::RunOut, EventKind::Timer(_)) => None,
            _ => return None,
        };
        Some((event.place?, other))
    }
}

impl Plan {
    fn strike_often(&mut self, least: u32, more: u32) {
        let deeds = if self.chance.below(3) == 0 { self.deeds() } else { self.strikes() };
        let rivalry = Ratio::percent(10 + self.chance.below(70));
        for turn in 0..least + self.chance.below(more) {
            // Some agree once and for all: who wants to be in their way has to be early.
            if turn == 0 && self.chance.below(2) == 0 || self.chance.happens(rivalry) {
                self.rivals();
            }
            self.recover();
            let link = self.await_moment();
            match (link, self.chance.pick(&deeds).copied()) {
                (Some(link), _) if self.faults.links && self.chance.below(6) == 0 => {
                    self.break_link(link);
                }
                (_, Some(deed)) => deed(self),
                (_, None) => {}
            }
        }
    }

    /// What is done to whoever is aimed at, each as often as this schedule likes to.
    fn strikes(&mut self) -> Vec<Strike> {
        let faults = self.faults;
        let all: [(bool, Strike); 7] = [
            (faults.crash, Plan::crash_or_restart),
            (faults.crash, Plan::reboot),
            (faults.crash, Plan::black_out),
            (faults.pause, Plan::pause_or_resume),
            (faults.early_timers, Plan::fire),
            (!faults.partitions.is_empty(), Plan::partition),
            (!faults.partitions.is_empty() || faults.links, Plan::heal),
        ];
        let mut deeds = Vec::new();
        for (_, deed) in all.into_iter().filter(|(promised, _)| *promised) {
            deeds.extend(std::iter::repeat_n(deed, 1 + self.chance.below(6) as usize));
        }
        deeds
    }

    /// A crash, and back within a breath: only what no disk held is gone.
    fn reboot(&mut self) {
        let node = self.node();
        self.say(Command::Crash { node, torn: false });
        self.now = self.now + Time::millis(u64::from(self.chance.below(20)));
        self.restart(node);
    }

    /// Two places want something at nearly the same time.
    fn rivals(&mut self) {
        if self.own.len() < 2 {
            return;
        }
        let one = self.chance.below(self.own.len() as u32) as usize;
        let other = one + 1 + self.chance.below(self.own.len() as u32 - 1) as usize;
        let fires = self.faults.early_timers && self.chance.below(2) == 0;
        for (turn, place) in [one, other % self.own.len()].into_iter().enumerate() {
            let place = self.own[place];
            match self.run.script().setup.places.serve_clients() {
                _ if fires => {
                    self.aim = Some(place);
                    self.fire();
                }
                true => self.ask(Place::client(turn as u16 % self.clients.max(1)), Some(place)),
                false => self.ask(place, None),
            }
            let pause = self.chance.below(40);
            self.now = self.now + Time::millis(u64::from(pause));
        }
    }

    /// Whoever is down or stands still comes back, now and then: nobody aims at them.
    fn recover(&mut self) {
        let away = self.down.union(&self.paused).copied().collect::<Vec<_>>();
        if self.chance.below(2) == 0 {
            return;
        }
        let Some(node) = self.chance.pick(&away).copied() else { return };
        match self.paused.remove(&node) {
            true => self.say(Command::Resume(node)),
            false => self.restart(node),
        }
    }

    /// What is sent there from now on is lost, or late.
    fn break_link(&mut self, link: Link) {
        let command = match self.chance.below(2) {
            0 => Command::Cut(vec![link]),
            _ => Command::Hold(vec![link]),
        };
        self.say(command);
    }

    /// Goes on to a moment that is worth a strike, and takes aim at whom it concerns. If a message does, the link
    /// that it takes is handed over, or the one that its answer will take.
    fn await_moment(&mut self) -> Option<Link> {
        self.catch_up();
        // Who asks for a vote, and who promises one, may regret it.
        const TONES: [Tone; 6] =
            [Tone::Vote, Tone::Vote, Tone::Reply, Tone::Reply, Tone::Call, Tone::Client];
        let tone = TONES[self.chance.below(TONES.len() as u32) as usize];
        let moment = match self.chance.below(8) {
            0..3 => Moment::Sent(tone),
            3..6 => Moment::Arrived(tone),
            6 => Moment::Saved,
            _ => Moment::RunOut,
        };
        let patience = Time::millis(50 << self.chance.below(6));
        let met = Cell::new(None);
        self.run.run_up_to(self.now + patience, u32::MAX, &|event| {
            met.set(moment.concerns(event));
            met.get().is_some()
        });
        self.now = self.run.now();
        let (place, other) = met.get()?;
        let own = |place: &Place| self.own.contains(place);
        let ends = [Some(place), other].into_iter().flatten().filter(own).collect::<Vec<_>>();
        self.aim = self.chance.pick(&ends).copied();
        other.map(|other| Link::one_way(place, other))
    }
}
