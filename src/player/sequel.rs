//! What came of the last thing that was done by hand: one sentence that follows the run, and what to try
//! next. Where the run rests there is nothing to tell yet but that it is to be played.

use super::store::{Act, Store};
use crate::base::{Place, Sentence, Span, Time};
use crate::command::{Command, ScriptLine};
use crate::protocol::{Role, Tag};
use crate::sentence;
use crate::sim::snapshot::{Lane, MarkKind, Standing};
use crate::sim::trace::Status;

/// What is said after it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequel {
    /// The run rests where it was done.
    pub rests: bool,
    pub told: Sentence,
    /// What to try next, once there is something to tell.
    pub next: Option<Sentence>,
}

/// So long after it nothing is said yet of what did not come.
const WAIT: Time = Time::millis(300);

impl Store {
    /// What is to be said of the last act; nothing before it, and after its story is over.
    pub fn sequel(&self) -> Option<Sequel> {
        let act = self.act.as_ref()?;
        let (now, event) = self.pane().cursor();
        if event < act.event {
            return None;
        }
        if event == act.event && now == act.at {
            let rests = !self.moving();
            let told =
                sentence!("The run stands where you did this: play on, and see what comes of it.");
            return rests.then_some(Sequel { rests, told, next: None });
        }
        let told = self.came_of(act, now)?;
        // Whoever solves an exercise, or is at a challenge, has a goal, which this would lead away from.
        let sets_goal = |line: &ScriptLine| matches!(*line.command, Command::Goal(_));
        let has_goal = self.pane().run.script().lines.iter().any(sets_goal);
        let next = (self.study.is_none() && !has_goal).then(|| try_next(&act.command));
        Some(Sequel { rests: false, told, next })
    }

    fn came_of(&self, act: &Act, now: Time) -> Option<Sentence> {
        let reigns = self.reigns(Span::new(act.at, now));
        let long = now.since(act.at);
        match (&reigns.first, &reigns.last, reigns.vacant) {
            (_, Some((who, role)), Some((from, to))) => {
                let gap = seconds(to.since(from));
                Some(match role.is_deed() {
                    true => sentence!("{0} now {1}: for {2} s nobody did.", *who, role.name, gap),
                    false => {
                        sentence!("{0} is {1} now: for {2} s nobody was.", *who, role.name, gap)
                    }
                })
            }
            (Some((was, role)), Some((who, _)), None) if was != who => Some(match role.is_deed() {
                true => sentence!("{0} now {1}, and no longer {2} alone.", *who, role.name, *was),
                false => {
                    sentence!("{0} is {1} now, and no longer {2} alone.", *who, role.name, *was)
                }
            }),
            (Some((_, role)), None, _) if long >= WAIT => Some(match role.is_deed() {
                true => {
                    sentence!("For {0} s there has been nobody who {1}.", seconds(long), role.name)
                }
                false => sentence!("For {0} s nobody has been {1}.", seconds(long), role.name),
            }),
            (Some((who, role)), Some(_), None) if long >= WAIT => {
                let long = seconds(long);
                Some(match role.is_deed() {
                    true => sentence!("{0} still {1}, {2} s later.", *who, role.name, long),
                    false => sentence!("{0} is {1} still, {2} s later.", *who, role.name, long),
                })
            }
            (None, Some((who, role)), None) => Some(match role.is_deed() {
                true => sentence!("{0} now {1}.", *who, role.name),
                false => sentence!("{0} is {1} now.", *who, role.name),
            }),
            (None, None, None) if long >= WAIT => self.holds(),
            _ => None,
        }
    }

    /// Where nobody leads, that nothing has broken is all there is to say.
    fn holds(&self) -> Option<Sentence> {
        let broken = |standing: &Standing| matches!(standing, Standing::Violated { .. });
        let shots = self.pane().run.properties();
        let all = shots.iter().all(|shot| !broken(&shot.standing));
        all.then(|| sentence!("Nothing has broken so far: every property holds."))
    }

    /// Who led in a stretch of time.
    fn reigns(&self, span: Span) -> Reigns {
        let outlined = self.pane().run.outline(span.min, span.max).rare;
        let mut lanes = outlined.lanes;
        let mut reigns = Reigns { first: leading(&lanes), last: None, vacant: None };
        let mut vacant = None;
        for mark in &outlined.marks {
            let Some(lane) = lanes.iter_mut().find(|lane| Some(lane.at) == mark.lane) else {
                continue;
            };
            let before = lane.role.filter(|role| role.tag == Tag::Leads);
            *lane = lane.after(mark);
            let lane = *lane;
            match (&mark.what, leading(&lanes)) {
                (MarkKind::Role(role), _) if role.tag == Tag::Leads => {
                    reigns.last = Some((lane.at, *role));
                    if let Some(from) = vacant.take() {
                        reigns.vacant.get_or_insert((from, mark.at));
                    }
                }
                (_, None) if before.is_some() => vacant = vacant.or(Some(mark.at)),
                _ => {}
            }
        }
        // Nobody else came: whoever led still does, or nobody.
        reigns.last = reigns.last.filter(|(who, _)| leads(&lanes, *who)).or(leading(&lanes));
        if reigns.last.is_none() {
            reigns.vacant = None;
        }
        reigns
    }
}

/// Who led before a stretch of time and after it, and the first time in it in which nobody did.
struct Reigns {
    first: Option<(Place, Role)>,
    last: Option<(Place, Role)>,
    vacant: Option<(Time, Time)>,
}

fn leading(lanes: &[Lane]) -> Option<(Place, Role)> {
    let leads = |lane: &Lane| Some((lane.at, lane.role.filter(|role| role.tag == Tag::Leads)?));
    lanes.iter().filter(|lane| lane.status != Status::Down).find_map(leads)
}

fn leads(lanes: &[Lane], who: Place) -> bool {
    let here: Vec<Lane> = lanes.iter().filter(|lane| lane.at == who).copied().collect();
    leading(&here).is_some()
}

fn try_next(command: &Command) -> Sentence {
    match command {
        Command::Crash { .. } | Command::Wipe(_) => {
            sentence!("Next: restart it; or go back to before it, and cut a link instead.")
        }
        Command::Cut(_) | Command::Hold(_) | Command::Partition(_) => {
            sentence!("Next: heal, and see who gives way.")
        }
        Command::Pause(_) => {
            sentence!("Next: let it go on, and see what it does with what it knew.")
        }
        Command::Drop(_) | Command::Delay { .. } => {
            sentence!("Next: go back to before it, and let the message arrive in time.")
        }
        _ => sentence!("Next: go back to before it, and do something else."),
    }
}

/// With one digit, as people say it.
fn seconds(time: Time) -> String {
    let tenths = (time.0 + 50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::super::action::{Action, TimeAction};
    use super::super::tests::{frames, store};
    use super::*;

    const CALM: &str = "run raft nodes=5 seed=3\n10ms fire S1 election\n";

    fn done(command: Command) -> Store {
        let mut store = store(CALM);
        store.update(TimeAction::Seek(Time::millis(500)));
        assert_eq!(store.sequel(), None);
        store.update(Action::Do(command));
        store
    }

    fn after(store: &mut Store, time: Time) -> String {
        store.update(TimeAction::Seek(Time::millis(500) + time));
        frames(store, 1_000);
        store.sequel().map_or(String::new(), |sequel| sequel.told.to_string())
    }

    #[test]
    fn where_the_run_rests_there_is_a_way_on_and_then_what_came_of_it() {
        let mut store = done(Command::Crash { node: Place::server(0), torn: false });
        let sequel = store.sequel().expect("the run stands");
        assert!(sequel.rests && sequel.next.is_none());
        store.update(TimeAction::Play);
        assert_eq!(store.sequel(), None, "it plays: nothing has come of it yet");
        store.update(TimeAction::Pause);
        let told = after(&mut store, Time::millis(20));
        assert_eq!(told, "", "too early to say");
        let told = after(&mut store, Time::seconds(1));
        assert!(told.contains(" is leader now: for 0."), "{told}");
        assert!(told.ends_with("s nobody was."), "{told}");
        let next = store.sequel().and_then(|sequel| sequel.next).unwrap().to_string();
        assert!(next.contains("restart"), "{next}");
        store.update(TimeAction::BeforeAct);
        assert_eq!(store.sequel(), None, "before it there is nothing to tell");
    }

    #[test]
    fn what_does_not_come_is_told_as_well() {
        let mut store = done(Command::Crash { node: Place::server(4), torn: false });
        assert_eq!(after(&mut store, Time::seconds(1)), "S1 is leader still, 1.0 s later.");
        let majority = (0..3).map(Place::server).collect();
        let mut store = done(Command::Each {
            deed: crate::command::Deed::Crash { torn: false },
            places: majority,
        });
        assert_eq!(after(&mut store, Time::seconds(1)), "For 1.0 s nobody has been leader.");
    }

    #[test]
    fn a_role_that_is_a_deed_is_told_as_one() {
        // C1 has the lock from 132 ms on, and stands still after its look at the clock.
        let told = |pause: bool, after: u64| {
            let mut store =
                store("run lease clients=2 seed=1 latency=15ms\n100ms request C1 write\n");
            store.update(TimeAction::Seek(Time::millis(180)));
            let first = match pause {
                true => Command::Pause(Place::client(0)),
                false => Command::Crash { node: Place::client(0), torn: false },
            };
            store.update(Action::Do(first));
            store.update(TimeAction::Seek(Time::millis(180 + after)));
            frames(&mut store, 1_000);
            store.sequel().map_or(String::new(), |sequel| sequel.told.to_string())
        };
        assert_eq!(told(true, 800), "C1 still believes it holds, 0.8 s later.");
        assert_eq!(told(false, 500), "For 0.5 s there has been nobody who believes it holds.");
    }

    #[test]
    fn where_nobody_leads_what_holds_is_told() {
        let mut store = store("run clocks processes=3 seed=1\n");
        let first = store.pane().run.script().setup.places.own().next().unwrap();
        store.update(TimeAction::Seek(Time::millis(500)));
        store.update(Action::Do(Command::Pause(first)));
        assert_eq!(
            after(&mut store, Time::seconds(1)),
            "Nothing has broken so far: every property holds."
        );
    }
}
