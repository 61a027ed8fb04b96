//! Where two runs first differ: both are simulated in step, and what happens in the one is compared
//! with what happens in the other, event by event, until something is not the same.
//!
//! What is compared is what happens to servers, clients and messages: when, where and what. Values that
//! differ count once they read differently: what a message carries unsaid is told when something comes
//! of it. Numbers are not compared, since a caption more in one of the scripts counts all that
//! follows differently; nor are commands, which are known to differ: what they *do* is the answer.
//! Two protocols are compared by what their messages read, and not by what they call their servers.
//!
//! The runs themselves are not moved. Where they are the same script up to some command, they have
//! their past in common, and the comparison starts at a copy of it; else at the beginning.

use crate::base::{Sentence, Time};
use crate::command::{Command, Script, ScriptLine};
use crate::replay::scout::Scout;
use crate::replay::{Run, tell};
use crate::sentence;
use crate::sim::Events;
use crate::sim::ensemble::Ensemble;
use crate::sim::snapshot::Told;
use crate::sim::trace::{Event, EventKind, Payload};

/// Two runs on their way, in step. [`Comparison::advance`] goes on with them.
#[derive(Clone)]
pub struct Comparison {
    here: Side,
    there: Side,
    until: Time,
    /// Both are the same script, but for what it says.
    alike: bool,
}

/// What came out of it.
#[derive(Clone, Debug)]
pub enum Likeness {
    /// Here they differ.
    Differ(Difference),
    /// Nothing differs: up to this time, or ever.
    Same(Option<Time>),
}

/// The first thing that is not the same. At least one of the two is there.
#[derive(Clone, Debug)]
pub struct Difference {
    /// What happens next in the first run; `None` where nothing does any more.
    pub here: Option<Told>,
    /// … and in the second.
    pub there: Option<Told>,
}

/// One of the two.
#[derive(Clone)]
struct Side {
    scout: Scout,
    /// What has happened and is not compared yet, and the number of its first event.
    events: Events,
    first: u64,
    /// Whether roles are compared.
    roles: bool,
}

impl Comparison {
    /// Compares what happens in these two by `until`.
    pub fn new(here: &Run, there: &Run, until: Time) -> Comparison {
        let (shared, parts) = shared(here.script(), there.script());
        let alike = shared.is_some() && parts.is_none();
        let scouts = match shared {
            Some(lines) => {
                let common = here.before(lines, parts.unwrap_or(Time::LIMIT));
                [here, there].map(|run| Scout::new(run.script(), common))
            }
            None => [here.scout_from_start(), there.scout_from_start()],
        };
        let roles = here.meta().slug == there.meta().slug;
        let [here, there] = scouts.map(|scout| Side::new(scout, roles));
        Comparison { here, there, until: until.min(Time::LIMIT), alike }
    }

    /// Goes on by at most so many steps of each; `None` while nothing has come out yet.
    pub fn advance(&mut self, steps: u32) -> Option<Likeness> {
        if self.alike {
            return Some(Likeness::Same(None));
        }
        for _ in 0..steps {
            let goes_on = [self.here.refill(self.until), self.there.refill(self.until)];
            if goes_on == [false, false] {
                return Some(Likeness::Same(Some(self.until)));
            }
            let (here, there) = (&mut self.here, &mut self.there);
            while let (Some(mine), Some(its)) = (here.events.front(), there.events.front()) {
                if !same(here.scout.sim().ensemble(), mine, its) && !reads_alike(mine, its) {
                    return Some(self.differ());
                }
                here.pass();
                there.pass();
            }
            // One has nothing left that the other has.
            if goes_on != [true, true] {
                return Some(self.differ());
            }
        }
        None
    }

    /// How far both have come.
    pub fn reached(&self) -> Time {
        self.here.scout.sim().now().min(self.there.scout.sim().now())
    }

    fn differ(&self) -> Likeness {
        Likeness::Differ(Difference { here: self.here.next(), there: self.there.next() })
    }
}

/// All in one, for runs of known size: where these two first differ by `until`, if they do.
pub fn first_difference(here: &Run, there: &Run, until: Time) -> Option<Difference> {
    match Comparison::new(here, there, until).advance(u32::MAX) {
        Some(Likeness::Differ(difference)) => Some(difference),
        _ => None,
    }
}

impl Difference {
    /// When: at the earlier of the two.
    pub fn at(&self) -> Time {
        let at = |side: &Option<Told>| side.as_ref().map_or(Time::LIMIT, |told| told.at);
        at(&self.here).min(at(&self.there))
    }

    /// In one sentence, with what happens in each.
    pub fn sentence(&self) -> Sentence {
        let at = self.at();
        let side = |side: &Option<Told>| match side {
            None => sentence!("nothing more happens"),
            Some(told) => {
                let what = match told.place {
                    Some(place) => sentence!("{0} {1}", place, told.sentence.clone()),
                    None => told.sentence.clone(),
                };
                match told.at == at {
                    true => what,
                    false => sentence!("nothing happens until {0}: {1}", told.at, what),
                }
            }
        };
        let (here, there) = (side(&self.here), side(&self.there));
        match &self.here {
            Some(told) if told.at == at => sentence!(
                "First difference at {0}, event {1}: here {2}; there {3}.",
                at,
                told.event,
                here,
                there
            ),
            _ => sentence!("First difference at {0}: here {1}; there {2}.", at, here, there),
        }
    }
}

impl Side {
    fn new(scout: Scout, roles: bool) -> Side {
        Side { first: scout.sim().events() + 1, scout, events: Events::new(), roles }
    }

    /// Goes on until there is something to compare; false if nothing more happens.
    fn refill(&mut self, until: Time) -> bool {
        loop {
            self.skip();
            if !self.events.is_empty() {
                return true;
            }
            if !self.scout.step(until, &mut self.events) {
                return false;
            }
        }
    }

    /// Whether the event is compared: what people do to a run is not, nor what another protocol calls
    /// its servers, which says nothing of what they do.
    fn counts(&self, event: &Event) -> bool {
        match event.what {
            EventKind::Command(_) | EventKind::Refused(_) => false,
            EventKind::Role(_) => self.roles,
            _ => true,
        }
    }

    /// Past what is not compared.
    fn skip(&mut self) {
        while self.events.front().is_some_and(|event| !self.counts(event)) {
            self.events.pop_front();
            self.first += 1;
        }
    }

    fn pass(&mut self) {
        self.events.pop_front();
        self.first += 1;
        self.skip();
    }

    fn next(&self) -> Option<Told> {
        self.events.front().map(|event| tell(self.first, event))
    }
}

/// How many lines two scripts of the same set-up have in common, and when the first one comes that
/// they have not. `None` if they are set up differently.
fn shared(here: &Script, there: &Script) -> (Option<usize>, Option<Time>) {
    if here.setup != there.setup {
        return (None, None);
    }
    let acts = |line: &&ScriptLine| {
        !matches!(*line.command, Command::Say(_) | Command::Goal(_) | Command::End)
    };
    let same = here.lines.iter().zip(&there.lines).take_while(|(a, b)| a == b).count();
    let rest =
        |script: &Script| script.lines[same..].iter().filter(acts).cloned().collect::<Vec<_>>();
    let (mine, its) = (rest(here), rest(there));
    let parts =
        [here, there].into_iter().filter_map(|script| script.lines.get(same)).map(|line| line.at);
    // Numbers of messages count captions too, so only scripts that name none are known to be alike.
    let names = |lines: &[ScriptLine]| {
        lines.iter().any(|line| {
            use Command::{Delay, Deliver, Drop, Duplicate};
            matches!(*line.command, Drop(_) | Delay { .. } | Duplicate(_) | Deliver(_))
        })
    };
    match mine == its && (!names(&mine) || here.lines == there.lines) {
        true => (Some(same), None),
        false => (Some(same), parts.min()),
    }
}

/// Whether nobody who reads of both finds a difference: what a message carries that its label does not say is
/// told once something comes of it.
fn reads_alike(a: &Event, b: &Event) -> bool {
    a.at == b.at && a.place == b.place && tell(0, a).sentence == tell(0, b).sentence
}

/// Whether the same happens in both.
fn same(ensemble: &dyn Ensemble, a: &Event, b: &Event) -> bool {
    if a.at != b.at || a.place != b.place {
        return false;
    }
    let alike = |a: &Payload, b: &Payload| match (a, b) {
        (Payload::Message(a), Payload::Message(b)) => ensemble.same(&**a, &**b),
        (
            Payload::Request { seq, request, bookmark },
            Payload::Request { seq: s, request: r, bookmark: t },
        ) => (seq, request, bookmark) == (s, r, t),
        (Payload::Reply { seq, outcome }, Payload::Reply { seq: s, outcome: o }) => {
            seq == s && outcome == o
        }
        _ => false,
    };
    match (&a.what, &b.what) {
        (EventKind::Status(a), EventKind::Status(b)) => a == b,
        (EventKind::Isolated(a), EventKind::Isolated(b)) => a == b,
        (EventKind::Role(a), EventKind::Role(b)) => a == b,
        (EventKind::Send { to, payload }, EventKind::Send { to: t, payload: p }) => {
            to == t && alike(payload, p)
        }
        (
            EventKind::Deliver { from, sent_at, copy, payload, .. },
            EventKind::Deliver { from: f, sent_at: s, copy: c, payload: p, .. },
        ) => (from, sent_at, copy) == (f, s, c) && alike(payload, p),
        (
            EventKind::Lost { from, sent_at, why, payload, .. },
            EventKind::Lost { from: f, sent_at: s, why: w, payload: p, .. },
        ) => (from, sent_at, why) == (f, s, w) && alike(payload, p),
        (EventKind::Timer(a), EventKind::Timer(b)) => a == b,
        (EventKind::Persist, EventKind::Persist) | (EventKind::Saved, EventKind::Saved) => true,
        (EventKind::Disconnected { peer: a }, EventKind::Disconnected { peer: b }) => a == b,
        (EventKind::Ask { seq, request }, EventKind::Ask { seq: s, request: r })
        | (EventKind::GaveUp { seq, request }, EventKind::GaveUp { seq: s, request: r }) => {
            seq == s && request == r
        }
        (EventKind::Answered { seq, outcome }, EventKind::Answered { seq: s, outcome: o }) => {
            seq == s && outcome == o
        }
        (EventKind::Retry { to, redirected }, EventKind::Retry { to: t, redirected: r }) => {
            to == t && redirected == r
        }
        (EventKind::Note(a), EventKind::Note(b)) => a == b,
        (
            EventKind::Violation { property, why, .. },
            EventKind::Violation { property: p, why: w, .. },
        ) => property == p && why == w,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{self, catalog};
    use crate::scenario::{self, Variant};

    /// Whatever is told of two runs that differ reads differently, be it at another instant.
    #[test]
    fn a_difference_can_be_read() {
        for entry in catalog() {
            for flaw in (entry.flaws)() {
                for (name, text) in entry.meta.scenes.iter().take(3) {
                    let script = scenario::parse_scenario(text).unwrap().script;
                    let variant = Variant::Flaw(flaw.name.to_owned());
                    let (changed, _) = variant.of(&script).unwrap();
                    let [here, there] = [script, changed].map(|it| catalog::start(it).unwrap());
                    let found = first_difference(&here, &there, Time::seconds(3));
                    let Some(Difference { here: Some(one), there: Some(two) }) = found else {
                        continue;
                    };
                    let told = |it: &Told| (it.at, it.place, it.sentence.to_string());
                    assert!(
                        told(&one) != told(&two),
                        "{name} with {}: {:?}",
                        flaw.name,
                        told(&one)
                    );
                }
            }
        }
    }
}
