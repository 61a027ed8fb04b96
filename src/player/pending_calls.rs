//! Calls that wait for their answers. A call that is refused is answered at once; a call that sets out for
//! an instant, when the run is there; a call that only reads, as soon as nothing is on its way. Where the
//! way of a call is broken off, by a later call or by hand, the answer says so.

use super::action::{Action, PageAction, RunAction, TimeAction};
use super::action::{Notice, NoticeKind};
use super::api::{self, ReadTarget, Reading};
use super::store::Store;
use crate::base::{Sentence, Time};
use crate::sentence;
use crate::words;

/// Calls in the order in which they came, each with whom to answer.
pub struct PendingCalls<A> {
    calls: Vec<(PendingCall, A)>,
}

/// Whom to answer, and the result of the call or one sentence.
pub type Answered<A> = (A, Result<Reading, String>);

/// A call that was given, and is to be answered when it is done.
#[derive(Clone, Debug)]
pub struct PendingCall {
    does: Does,
    reads: ReadTarget,
    /// Where the cursor was before the call, and the notice that the page showed there.
    from: (Time, u64),
    stood: Option<Notice>,
    /// So many goals had been given up when the call was done.
    given_up: u32,
}

/// What a call does, as far as that decides when it is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Does {
    /// Nothing that the page would have anything to say of.
    Little,
    Acts,
    SetsOut,
    Searches,
}

impl Does {
    fn of(action: &Action) -> Does {
        match action {
            Action::Time(TimeAction::Pause | TimeAction::Speed(_)) => Does::Little,
            Action::Page(PageAction::Tab(_) | PageAction::Theme(_) | PageAction::Language(_)) => {
                Does::Little
            }
            Action::Time(
                TimeAction::Seek(_) | TimeAction::SeekEvent(_) | TimeAction::SeekEvidence { .. },
            ) => Does::SetsOut,
            Action::Run(RunAction::OpenLink(_)) => Does::SetsOut,
            Action::Time(TimeAction::RunUntil(_)) => Does::Searches,
            _ => Does::Acts,
        }
    }
}

/// Whether the action acts on whatever run is shown, and brings no other.
pub fn drives(action: &Action) -> bool {
    Does::of(action) > Does::Little && !brings_another(action)
}

fn brings_another(action: &Action) -> bool {
    matches!(action, Action::Run(RunAction::LoadText(_) | RunAction::OpenLink(_)))
}

impl PendingCall {
    /// A call whose action is going to be done. The notice before it concerned something else.
    pub fn before(action: &Action, store: &mut Store) -> PendingCall {
        let call = PendingCall {
            does: Does::of(action),
            ..PendingCall::to_read(ReadTarget::State, store)
        };
        if call.does == Does::Searches {
            store.ui.mistaken = None;
        }
        let call = PendingCall { stood: store.ui.notice.clone(), ..call };
        // A call that brings another run leads to a notice of its own; until then the old one holds.
        if drives(action) {
            store.ui.notice = None;
        }
        call
    }

    /// A call that only reads.
    pub fn to_read(reads: ReadTarget, store: &Store) -> PendingCall {
        let given_up = store.playback.given_up;
        let from = store.pane().cursor();
        PendingCall { does: Does::Little, reads, from, stood: None, given_up }
    }

    /// Why the call was refused, where that is known at once.
    fn refused(&mut self, store: &mut Store) -> Option<String> {
        let language = store.ui.language;
        let mistaken = store.ui.mistaken.take_if(|_| self.does == Does::Searches);
        let refuses = |notice: &mut Notice| notice.kind == NoticeKind::Refusal;
        let why = match mistaken {
            Some(mistaken) => words::tell(language, &mistaken.sentence),
            None if self.does == Does::Little => return None,
            None => store.ui.notice.take_if(refuses)?.told(language),
        };
        self.restore(store);
        Some(why)
    }

    /// Where nothing has happened, the page shows the notice from before the call.
    fn restore(&mut self, store: &mut Store) {
        if store.pane().cursor() == self.from {
            store.ui.notice = store.ui.notice.take().or(self.stood.take());
        }
    }

    fn is_broken_off(&self, store: &Store) -> bool {
        self.does >= Does::SetsOut && self.given_up != store.playback.given_up
    }

    /// The answer, once nothing is on its way any more. A refusal is told to the caller, and not on the page
    /// besides.
    fn answer(mut self, store: &mut Store) -> Result<Reading, String> {
        let concerns_the_caller = |notice: &mut Notice| match notice.kind {
            NoticeKind::Refusal => self.does >= Does::SetsOut,
            NoticeKind::Plain => self.does == Does::Searches,
            NoticeKind::Violation => false,
        };
        let language = store.ui.language;
        match store.ui.notice.take_if(concerns_the_caller) {
            Some(Notice { kind: NoticeKind::Plain, event: Some(_), .. }) | None => {
                api::read(self.reads, store).map_err(|why| words::tell(language, &why))
            }
            Some(in_vain) => {
                self.restore(store);
                Err(in_vain.told(language))
            }
        }
    }
}

impl<A> PendingCalls<A> {
    pub fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    pub fn push(&mut self, call: PendingCall, whom: A) {
        self.calls.push((call, whom));
    }

    /// The call that came last has been done. Answers the calls that are settled by that already.
    pub fn done(&mut self, store: &mut Store) -> Vec<Answered<A>> {
        let Some((mut call, whom)) = self.calls.pop() else { return Vec::new() };
        let mut answered =
            self.break_off(store, |_| sentence!("Another call has taken the place of this one."));
        call.given_up = store.playback.given_up;
        match call.refused(store) {
            Some(why) => answered.push((whom, Err(why))),
            None => self.calls.push((call, whom)),
        }
        answered
    }

    /// Answers the calls that can be answered now.
    pub fn answer(&mut self, store: &mut Store) -> Vec<Answered<A>> {
        let mut answered = self.break_off(store, |call| match call.does {
            Does::Searches => sentence!("The search was given up."),
            _ => sentence!("The way there was given up."),
        });
        if store.playback.goal.is_none() {
            let calls = self.calls.drain(..);
            answered.extend(calls.map(|(call, whom)| (whom, call.answer(store))));
        }
        answered
    }

    /// Answers the calls whose way was broken off.
    fn break_off(&mut self, store: &Store, why: fn(&PendingCall) -> Sentence) -> Vec<Answered<A>> {
        let broken = self.calls.extract_if(.., |(call, _)| call.is_broken_off(store));
        let language = store.ui.language;
        broken.map(|(call, whom)| (whom, Err(words::tell(language, &why(&call))))).collect()
    }
}

impl<A> Default for PendingCalls<A> {
    fn default() -> PendingCalls<A> {
        PendingCalls { calls: Vec::new() }
    }
}
