//! Moving the cursor: play, step, seek, and what stops a play by itself.
//!
//! All panes show one cursor, that of the first: it moves, and the others follow to its time.

use super::action::Change;
use super::playback::{Advance, FAST_STEPS, Goal, STEPS, Target, Until};
use super::store::Store;
use super::ui::Notice;
use crate::base::{NodeId, Time};
use crate::sentence;

impl Store {
    pub(super) fn play(&mut self) -> Change {
        if self.playback.playing {
            return Change::None;
        }
        if self.pane().run.now() >= Time::LIMIT {
            return self.tell_limit();
        }
        self.ui.notice = None;
        self.ui.window.follows = true;
        self.playback.play();
        Change::Frame
    }

    pub(super) fn pause(&mut self) -> Change {
        match std::mem::take(&mut self.playback.playing) {
            true => Change::Frame,
            false => Change::None,
        }
    }

    /// So much real time has passed.
    pub(super) fn tick(&mut self, elapsed_micros: u64) -> Change {
        let searched = self.go_on_searching();
        if self.playback.goal.is_some() {
            return self.pursue();
        }
        if !self.playback.playing {
            return searched;
        }
        let now = self.pane().run.now();
        match self.playback.tick(elapsed_micros, self.ui.reduced_motion) {
            Advance::Nothing => Change::None,
            Advance::Step => self.watched(|store| store.advance_one()),
            Advance::By(time) => self.watched(|store| store.advance_to(now + time, STEPS)),
            Advance::AllOut => self.watched(|store| store.advance_to(Time::LIMIT, FAST_STEPS)),
        }
    }

    /// One step forward, paused.
    pub(super) fn step(&mut self) -> Change {
        let paused = self.pause().max(self.cancel());
        self.ui.window.follows = true;
        if self.pane().run.now() >= Time::LIMIT {
            return self.tell_limit();
        }
        paused.max(self.watched(|store| {
            let run = &mut store.pane_mut().run;
            run.step_forward();
            store.bring_along();
        }))
    }

    /// Back to before the last step, paused.
    pub(super) fn step_back(&mut self) -> Change {
        let paused = self.pause().max(self.cancel());
        let run = &mut self.pane_mut().run;
        // Before the boots at the very beginning there is nothing to see.
        if run.now() == Time::ZERO || !run.step_back() {
            return paused;
        }
        self.bring_along();
        self.ui.window.follows = true;
        self.moved();
        Change::Frame
    }

    /// To somewhere else by hand.
    pub(super) fn seek(&mut self, target: Target) -> Change {
        self.ui.window.follows = true;
        // What was said spoke of the instant that is left.
        self.ui.notice = None;
        if let Target::Until(_) = target {
            self.pause();
        }
        self.set_out(target)
    }

    /// Sets out for a place; what is not reached at once goes on in the ticks that follow.
    pub(super) fn set_out(&mut self, target: Target) -> Change {
        self.playback.goal = Some(Goal::new(target, self.pane().cursor()));
        self.pursue();
        Change::Frame
    }

    /// A piece of the way to the goal.
    fn pursue(&mut self) -> Change {
        let Some(mut goal) = self.playback.goal.take() else { return Change::None };
        let before = self.pane().cursor();
        let arrived = match goal.target {
            Target::Time(time) => self.pane_mut().run.seek(time, FAST_STEPS),
            Target::Event(event) => self.pane_mut().run.seek_event(event, FAST_STEPS),
            Target::Cursor(time, event) => self.pursue_cursor(time, event),
            Target::Until(until) => self.search(until),
        };
        self.bring_along();
        self.moved();
        let stuck = before == self.pane().cursor();
        if !arrived && !stuck {
            goal.reached(self.pane().cursor());
            self.playback.goal = Some(goal);
        } else if !arrived {
            self.tell_unreachable(goal.target);
        }
        Change::Frame
    }

    /// To a time, and there among its events to the one that is the last to have happened.
    fn pursue_cursor(&mut self, time: Time, event: u64) -> bool {
        let run = &mut self.pane_mut().run;
        if !run.seek(time, FAST_STEPS) {
            return false;
        }
        if run.event() > event {
            run.seek_event(event, FAST_STEPS);
            // The event tells instants of the same time apart; where it contradicts the time, the
            // time is what people read.
            if run.now() != time {
                run.seek(time, FAST_STEPS);
            }
        } else if run.event() < event {
            let happened = run.event();
            self.ui.notice = Some(Notice::refusal(sentence!(
                "This link asks for event {0}, but by {1} only {2} happen.",
                event,
                time,
                happened
            )));
        }
        true
    }

    /// Whether what is searched for happened within the steps of a tick.
    fn search(&mut self, until: Until) -> bool {
        match until {
            Until::Violation => {
                let since = self.pane().run.event();
                let count = self.pane().run.violations();
                self.pane_mut().run.run_to(Time::LIMIT, FAST_STEPS);
                self.pane().run.violations() > count && self.stop_at_violation(since)
            }
            Until::Leader => {
                let before = self.pane().run.leader();
                self.step_until(|store, _| {
                    let leader: Option<NodeId> = store.pane().run.leader();
                    leader.is_some() && leader != before
                })
            }
            Until::Sent(kind) => self.step_until(|store, first| {
                let run = &mut store.pane_mut().run;
                (first..=run.event()).any(|event| {
                    run.message(event).is_some_and(|message| message.kind.name == kind)
                })
            }),
        }
    }

    /// Steps until `found`, which is given the number of each step's first event.
    fn step_until(&mut self, mut found: impl FnMut(&mut Store, u64) -> bool) -> bool {
        for _ in 0..STEPS {
            let first = self.pane().run.event() + 1;
            if !self.pane_mut().run.step_forward() {
                return false;
            }
            if found(self, first) {
                return true;
            }
        }
        false
    }

    // ---- playing -----------------------------------------------------------------------------

    /// Plays on to `to`, but not past the script's end.
    fn advance_to(&mut self, to: Time, budget: u32) {
        let run = &mut self.pane_mut().run;
        let stop = run.end().filter(|end| run.now() < *end && *end <= to);
        let reached = run.run_to(stop.unwrap_or(to), budget);
        self.bring_along();
        match reached {
            true if stop.is_some() => self.end_story(),
            true if to >= Time::LIMIT => drop(self.tell_limit()),
            _ => {}
        }
    }

    /// One step of a play, which the script's end ends as well.
    fn advance_one(&mut self) {
        let before = self.pane().run.now();
        let end = self.pane().run.end().filter(|end| before < *end);
        let run = &mut self.pane_mut().run;
        if !run.step_forward() {
            self.tell_limit();
            return;
        }
        match end.filter(|end| run.now() >= *end) {
            // Whatever else happens at that instant belongs to the story.
            Some(end) if run.run_to(end, STEPS) => self.end_story(),
            _ => self.bring_along(),
        }
    }

    fn end_story(&mut self) {
        self.bring_along();
        self.playback.playing = false;
        self.ui.notice = Some(Notice::plain(sentence!(
            "The story ends here. Play on, or try something: the run goes on as long as you like."
        )));
    }

    /// Does something that moves the cursor forward, and stops where a property breaks.
    fn watched(&mut self, advance: impl FnOnce(&mut Store)) -> Change {
        let run = &self.pane().run;
        let (before, count) = ((run.now(), run.event()), run.violations());
        let (playing, notice) = (self.playback.playing, self.ui.notice.is_some());
        advance(self);
        if self.pane().run.violations() > count {
            self.stop_at_violation(before.1);
        }
        self.moved();
        let after = self.pane().cursor();
        let page = playing != self.playback.playing || notice != self.ui.notice.is_some();
        if page || after.1 != before.1 {
            return Change::Frame;
        }
        if after == before { Change::None } else { Change::Time }
    }

    /// Goes to the first violation after this event, pauses, and says what broke.
    fn stop_at_violation(&mut self, since: u64) -> bool {
        let Some((property, event, why)) = self.pane().broken_since(since) else { return false };
        self.pane_mut().run.seek_event(event, STEPS);
        self.bring_along();
        self.playback.playing = false;
        self.ui.notice = Some(Notice::violation(property, event, why));
        true
    }

    /// The other panes to the time of the first.
    fn bring_along(&mut self) {
        let Some((first, others)) = self.panes.split_first_mut() else { return };
        for pane in others {
            pane.run.seek(first.run.now(), FAST_STEPS);
        }
    }

    /// After the cursor has moved.
    fn moved(&mut self) {
        let now = self.pane().run.now();
        self.ui.window.follow(now, self.playback.playing);
    }

    fn cancel(&mut self) -> Change {
        match self.playback.goal.take() {
            Some(_) => Change::Frame,
            None => Change::None,
        }
    }

    // ---- what is to be said ------------------------------------------------------------------

    fn tell_limit(&mut self) -> Change {
        self.playback.playing = false;
        self.ui.notice =
            Some(Notice::plain(sentence!("A run lasts at most one hour: it ends here.")));
        Change::Frame
    }

    fn tell_unreachable(&mut self, target: Target) {
        let (now, last) = self.pane().cursor();
        self.ui.notice = match target {
            Target::Event(event) if event > last => Some(Notice::refusal(sentence!(
                "There is no event {0}: the run ends at {1} with event {2}.",
                event,
                now,
                last
            ))),
            Target::Until(_) => Some(Notice::plain(sentence!(
                "This does not happen any more: the run ends at {0}.",
                now
            ))),
            _ => None,
        };
    }
}
