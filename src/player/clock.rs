//! Moving the cursor: play, step, seek, and what stops a play by itself.
//!
//! All panes show one cursor, that of the active pane: the active pane moves, and the others follow to
//! its time (`panes.rs`).

use super::action::{Change, Notice, TimeAction};
use super::find::{self, TextSearch};
use super::pane::Pane;
use super::playback::{
    Advance, Ahead, FAST_STEPS, Goal, Playback, SEARCH_STEPS, STEPS, Speed, Target, share,
};
use super::store::Store;
use super::study::Study;
use super::terms::TablePage;
use crate::base::Time;
use crate::explore::condition;
use crate::explore::search::{Found, SEARCHED, Search, SearchEnd};
use crate::sentence;
use crate::sim::snapshot::Told;
use crate::sim::trace::{Event, EventKind};
use crate::view::diagram::ticks::seconds;

impl Store {
    pub(super) fn update_time(&mut self, action: TimeAction) -> Change {
        match action {
            TimeAction::Toggle if self.playback.playing => self.pause(),
            // Whoever plays on wants to see what is asked.
            TimeAction::Toggle | TimeAction::Play
                if self.study.as_ref().is_some_and(Study::waits) =>
            {
                self.reveal();
                Change::Frame
            }
            TimeAction::Toggle | TimeAction::Play => self.play(),
            TimeAction::Pause => self.pause(),
            TimeAction::Tick { elapsed_micros } => self.tick(elapsed_micros),
            TimeAction::StepForward => self.step(),
            TimeAction::StepBack => self.step_back(),
            TimeAction::ToStart => self.seek(Target::Time(Time::ZERO)),
            TimeAction::BeforeAct => match self.pane().before_act() {
                Some(event) => {
                    self.pause();
                    self.narration.returns = true;
                    self.seek(Target::Event(event))
                }
                None => Change::None,
            },
            TimeAction::ToHead => self.seek(Target::Time(self.pane().run.head().1)),
            TimeAction::Seek(time) => self.seek(Target::Time(time.min(Time::LIMIT))),
            TimeAction::SeekEvent(event) => self.seek(Target::Event(event)),
            TimeAction::SeekEvidence { first, last } => {
                self.pause();
                self.show_between(first, last);
                self.seek(Target::Event(last))
            }
            TimeAction::RunUntil(condition) => self.run_until(&condition),
            TimeAction::Find { text, next } => self.find(&text, next),
            TimeAction::Speed(speed) => self.set_speed(speed),
            TimeAction::Faster => self.set_speed(self.playback.speed.faster()),
            TimeAction::Slower => self.set_speed(self.playback.speed.slower()),
            TimeAction::CancelGoal => self.cancel(),
            TimeAction::SlowFor(kind, slow) => self.slow_for(kind, slow),
        }
    }

    fn play(&mut self) -> Change {
        if self.playback.playing {
            return Change::None;
        }
        if self.pane().run.now() >= Time::LIMIT {
            return self.tell_limit();
        }
        // Whoever wants to see the run play no longer waits for a search ahead of it.
        let looks = self.playback.goal.as_ref().is_some_and(|goal| goal.looked().is_some());
        if looks {
            self.playback.give_up();
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
        let slowed = self.slowed().is_some();
        self.playback.slow(slowed);
        match self.playback.tick(elapsed_micros, self.ui.reduced_motion) {
            Advance::Nothing => Change::None,
            Advance::Step => self.watched(|store| store.advance_one()),
            Advance::By(time) => {
                let to = (now + time).min(self.as_far_as_read(elapsed_micros));
                self.watched(|store| store.advance_to(to, STEPS))
            }
            Advance::AllOut => self.watched(|store| store.advance_to(Time::LIMIT, FAST_STEPS)),
        }
    }

    /// Rests where it was to stop.
    fn stop_in_time(&mut self) {
        if self.playback.until.is_some_and(|until| until <= self.pane().run.now()) {
            self.playback.until = None;
            self.playback.playing = false;
        }
    }

    /// The kind of message for which the run plays more slowly just now, if there is one under way.
    pub fn slowed(&self) -> Option<&'static str> {
        let Playback { playing, speed, slow_for, .. } = &self.playback;
        if !playing || *speed <= Speed::SLOW || slow_for.is_empty() {
            return None;
        }
        let run = &self.pane().run;
        run.sim().under_way(slow_for, run.now())
    }

    /// Whether to slow down for this kind.
    pub(super) fn slow_for(&mut self, kind: &'static str, slow: bool) -> Change {
        let kinds = &mut self.playback.slow_for;
        kinds.retain(|known| *known != kind);
        if slow {
            kinds.push(kind);
        }
        Change::Frame
    }

    /// One step forward, paused.
    pub(super) fn step(&mut self) -> Change {
        let paused = self.pause().max(self.cancel());
        self.ui.window.follows = true;
        if self.pane().run.now() >= Time::LIMIT {
            return self.tell_limit();
        }
        self.ui.notice = None;
        paused.max(self.watched(|store| {
            store.step_together();
        }))
    }

    /// Back to before the last step, paused.
    pub(super) fn step_back(&mut self) -> Change {
        let paused = self.pause().max(self.cancel());
        // Before the boots at the very beginning there is nothing to see.
        if self.pane().run.now() == Time::ZERO || !self.step_back_together() {
            return paused;
        }
        self.ui.notice = None;
        self.ui.window.follows = true;
        self.moved();
        Change::Frame
    }

    /// Moves the cursor to somewhere else by hand.
    pub(super) fn seek(&mut self, target: Target) -> Change {
        self.ui.window.follows = true;
        // The notice spoke of the instant that is left.
        self.ui.notice = None;
        self.set_out(target)
    }

    /// Sets out for a target; a way that is not gone at once goes on in the ticks that follow.
    pub(super) fn set_out(&mut self, target: Target) -> Change {
        self.playback.give_up();
        let pane = self.pane();
        let known = pane.current().reached;
        let mut goal = Goal::new(target, pane.cursor());
        goal.known = known;
        self.playback.goal = Some(goal);
        self.pursue();
        Change::Frame
    }

    /// A piece of the way to the goal.
    pub(super) fn pursue(&mut self) -> Change {
        let Some(mut goal) = self.playback.goal.take() else { return Change::None };
        let before = self.cursors();
        if goal.leads_run() && !self.recollect(&mut goal.known) {
            goal.reached(self.pane().cursor());
            self.playback.goal = Some(goal);
            return Change::Frame;
        }
        let there = match &mut goal.target {
            Target::Time(time) => self.pane_mut().run.seek(*time, FAST_STEPS),
            Target::Event(event) => self.pane_mut().run.seek_event(*event, FAST_STEPS),
            Target::Cursor(time, event) => self.pursue_cursor(*time, *event),
            Target::Found(_) | Target::Difference { .. } => return self.look_ahead(goal),
            Target::Find => return self.find_on(goal),
        };
        let arrived = self.bring_along() && there;
        self.moved();
        let stuck = before == self.cursors();
        if !arrived && !stuck {
            goal.reached(self.pane().cursor());
            self.playback.goal = Some(goal);
        } else if !arrived {
            self.tell_unreachable(&goal.target);
        }
        Change::Frame
    }

    /// Simulates a branch that the page goes back to as far as it had been run before; whether it is there.
    fn recollect(&mut self, known: &mut Time) -> bool {
        let run = &mut self.pane_mut().run;
        let before = (run.now(), run.event());
        let seen = run.head().1 >= *known || run.seek(*known, FAST_STEPS);
        // Where the run comes no further there is no more of it.
        if seen || before == (run.now(), run.event()) {
            *known = Time::ZERO;
            return true;
        }
        self.moved();
        false
    }

    /// Works on a search for which the run stays where it is.
    fn look_ahead(&mut self, mut goal: Goal) -> Change {
        match &mut goal.target {
            Target::Found(searches) => {
                if let Some((place, condition, outcome)) = first_outcome(searches) {
                    return self.tell_outcome(place, condition, outcome);
                }
            }
            Target::Difference { with, comparison, .. } => {
                if let Some(verdict) = comparison.advance(SEARCH_STEPS) {
                    let with = *with;
                    return self.tell_verdict(with, verdict);
                }
            }
            // To these the run goes itself.
            Target::Time(_) | Target::Event(_) | Target::Cursor(..) | Target::Find => {}
        }
        goal.reached(self.pane().cursor());
        self.playback.goal = Some(goal);
        Change::Frame
    }

    /// Goes to a time, and among the events of that time to the one that is the last to have happened.
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

    // ---- looking ahead -----------------------------------------------------------------------

    /// Goes to where this condition becomes true. A mistake in it is shown where it was typed.
    pub(super) fn run_until(&mut self, text: &str) -> Change {
        if let Some(time) = instant(text) {
            self.pause();
            self.ui.mistaken = None;
            return self.seek(Target::Time(time.min(Time::LIMIT)));
        }
        match condition::parse(text, &self.pane().run) {
            Ok(_) => {
                self.pause();
                self.ui.mistaken = None;
                // A condition that means nothing to one pane's protocol is looked for in the other only.
                let ahead = |(place, pane): (usize, &Pane)| {
                    let condition = condition::parse(text, &pane.run).ok()?;
                    let search = Search::new(condition, &pane.run);
                    Some(Ahead { place, search, outcome: None })
                };
                let searches = self.panes.iter().enumerate().filter_map(ahead).collect();
                self.seek(Target::Found(searches))
            }
            Err(mistake) => {
                self.ui.mistaken = Some(mistake);
                Change::Frame
            }
        }
    }

    fn set_speed(&mut self, speed: Speed) -> Change {
        if speed == self.playback.speed {
            return Change::None;
        }
        self.playback.set_speed(speed);
        Change::Frame
    }

    pub(super) fn tell(&mut self, notice: Notice) -> Change {
        self.ui.notice = Some(notice);
        Change::Frame
    }

    fn tell_outcome(&mut self, place: usize, condition: String, outcome: SearchEnd) -> Change {
        let notice = match outcome {
            SearchEnd::Found(Found { event, broken: Some((property, why)), .. }) => {
                Notice::violation(property, event, why)
            }
            SearchEnd::Found(Found { at, event, told, .. }) => Notice {
                event: Some(event),
                ..Notice::plain(sentence!("Reached at {0}: {1}.", seconds(at, 3), told))
            },
            SearchEnd::Never { ended: true, .. } => Notice::plain(sentence!(
                "From here on “{0}” does not come true before the run ends, after an hour: the cursor has not moved.",
                condition
            )),
            SearchEnd::Never { by, ended: false } => Notice::plain(sentence!(
                "From here on “{0}” does not come true by {1}, within {2} events: the search ends there, and the \
                 cursor has not moved.",
                condition,
                by,
                SEARCHED
            )),
        };
        if let Some(event) = notice.event {
            self.activate(place);
            self.set_out(Target::Event(event));
            self.speak_of(place, notice);
            return Change::Frame;
        }
        self.tell(notice)
    }

    // ---- looking for words --------------------------------------------------------------------

    /// Sets out to find a text in the words of events; an empty text ends the search.
    fn find(&mut self, text: &str, next: bool) -> Change {
        let text: String = text.trim().chars().take(find::LONGEST).collect();
        if text.is_empty() {
            self.ui.text_search = None;
            self.playback.give_up();
            return Change::Frame;
        }
        let run = &self.pane().run;
        let (here, all) = (run.event(), run.head().0);
        // Of several events of one step, the one found last is where it goes on.
        let last = self.ui.text_search.take().filter(|text_search| text_search.text == text);
        let last =
            last.and_then(|text_search| text_search.found).filter(|(_, cursor)| *cursor == here);
        let from = last.map_or(here, |(event, _)| event);
        self.ui.text_search = Some(TextSearch { text, next, searched: 0, all, found: None, from });
        self.seek(Target::Find)
    }

    /// A piece of the search.
    fn find_on(&mut self, mut goal: Goal) -> Change {
        let Some(mut text_search) =
            self.ui.text_search.take().filter(|text_search| !text_search.is_over())
        else {
            return Change::Frame;
        };
        let language = self.ui.language;
        let needle = text_search.text.to_lowercase();
        let (first, last) = text_search.slice();
        let told = self.pane().run.told_between(first, last);
        let mut order: Vec<&Told> = told.iter().collect();
        if !text_search.next {
            order.reverse();
        }
        match order.iter().position(|told| find::says(told, &needle, language)) {
            Some(place) => {
                text_search.searched += place as u64 + 1;
                let event = order[place].event;
                self.pane_mut().run.seek_event(event, FAST_STEPS);
                self.bring_along();
                self.moved();
                text_search.found = Some((event, self.pane().run.event()));
            }
            None => {
                text_search.searched += last - first + 1;
                if !text_search.is_over() {
                    goal.progress = Some(share(text_search.searched, text_search.all));
                    self.playback.goal = Some(goal);
                }
            }
        }
        self.ui.text_search = Some(text_search);
        Change::Frame
    }

    // ---- playing -----------------------------------------------------------------------------

    /// Plays on to `to`, but not past the script's end, nor past the sending of a message for which the
    /// play slows down.
    fn advance_to(&mut self, to: Time, budget: u32) {
        let kinds = std::mem::take(&mut self.playback.slow_for);
        let until = self.playback.until;
        let run = &mut self.pane_mut().run;
        let to = until.map_or(to, |until| until.max(run.now()).min(to));
        let stop = run.end_ahead().filter(|end| *end <= to);
        let seen = |event: &Event| match &event.what {
            EventKind::Send { payload, .. } => kinds.contains(&payload.kind().name),
            _ => false,
        };
        let reached = match kinds.is_empty() {
            true => run.run_to(stop.unwrap_or(to), budget),
            false => run.run_up_to(stop.unwrap_or(to), budget, &seen),
        };
        self.playback.slow_for = kinds;
        self.bring_along();
        if reached {
            self.stop_in_time();
        }
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
        if !self.step_together() {
            self.tell_limit();
            return;
        }
        let run = &mut self.pane_mut().run;
        match end.filter(|end| run.now() >= *end) {
            // Whatever else happens at that instant belongs to the story.
            Some(end) if run.run_to(end, STEPS) => self.end_story(),
            _ => {}
        }
    }

    fn end_story(&mut self) {
        self.bring_along();
        self.playback.playing = false;
        self.ui.notice = Some(Notice::plain(sentence!(
            "The story ends here. Play on, or try something: the run goes on as long as you like."
        )));
    }

    /// Moves the cursor forward by `advance`, and stops where a property breaks.
    fn watched(&mut self, advance: impl FnOnce(&mut Store)) -> Change {
        let before = self.cursors();
        let broken: Vec<usize> = self.panes.iter().map(|pane| pane.run.violations()).collect();
        let (playing, notice) = (self.playback.playing, self.ui.notice.is_some());
        advance(self);
        let broke: Vec<usize> = (0..self.panes.len())
            .filter(|&place| self.panes[place].run.violations() > broken[place])
            .collect();
        if !broke.is_empty() {
            self.stop_at_first(&broke, &before);
        }
        self.moved();
        let after = self.cursors();
        let page = playing != self.playback.playing || notice != self.ui.notice.is_some();
        let events = |cursors: &[(Time, u64)]| cursors.iter().map(|cursor| cursor.1).sum::<u64>();
        if page || events(&after) != events(&before) {
            return Change::Frame;
        }
        if after == before { Change::None } else { Change::Time }
    }

    /// Goes to the first violation after this event, pauses, and says what broke.
    pub(super) fn stop_at_violation(&mut self, since: u64) -> bool {
        let Some((property, event, why)) = self.pane().broken_since(since) else { return false };
        self.pane_mut().run.seek_event(event, STEPS);
        self.playback.playing = false;
        self.ui.notice = Some(Notice::violation(property, event, why));
        true
    }

    /// Brings the table and the timeline's window to the cursor after it has moved.
    pub(super) fn moved(&mut self) {
        self.ui.table = self.ui.table.map(|_| TablePage::default());
        let now = self.pane().run.now();
        self.ui.window.follow(now, self.playback.playing);
    }

    fn cancel(&mut self) -> Change {
        match self.playback.give_up() {
            true => Change::Frame,
            false => Change::None,
        }
    }

    // ---- what is to be said ------------------------------------------------------------------

    fn tell_limit(&mut self) -> Change {
        self.playback.playing = false;
        self.ui.notice =
            Some(Notice::plain(sentence!("A run lasts at most one hour: it ends here.")));
        Change::Frame
    }

    fn tell_unreachable(&mut self, target: &Target) {
        let (now, last) = self.pane().cursor();
        self.ui.notice = match target {
            Target::Event(event) if *event > last => Some(Notice::refusal(sentence!(
                "There is no event {0}: the run ends at {1} with event {2}.",
                *event,
                now,
                last
            ))),
            _ => None,
        };
    }
}

/// A time as people write it: `1.24s`, `480 ms`; without a unit it is in seconds, as on the clock.
fn instant(text: &str) -> Option<Time> {
    let text: String = text.split_whitespace().collect();
    text.parse().or_else(|_| format!("{text}s").parse()).ok()
}

/// The outcome of the searches ahead, once it is known: the place of the pane in which the condition comes
/// true first, the condition, and what was found.
fn first_outcome(searches: &mut [Ahead]) -> Option<(usize, String, SearchEnd)> {
    for ahead in searches.iter_mut().filter(|ahead| ahead.outcome.is_none()) {
        ahead.outcome = ahead.search.advance(SEARCH_STEPS);
    }
    let found = |ahead: &Ahead| match &ahead.outcome {
        Some(SearchEnd::Found(Found { at, .. })) => Some(*at),
        _ => None,
    };
    let first = searches.iter().filter_map(found).min();
    let passed = |ahead: &Ahead| first.is_some_and(|at| ahead.search.reached() > at);
    if !searches.iter().all(|ahead| ahead.outcome.is_some() || passed(ahead)) {
        return None;
    }
    let told = searches.iter().position(|ahead| first.is_none() || found(ahead) == first)?;
    let ahead = &mut searches[told];
    Some((ahead.place, ahead.search.condition().to_string(), ahead.outcome.take()?))
}
