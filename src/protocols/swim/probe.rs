//! Failure detection (SWIM, section 3.1): once a period a member pings another, and asks some more to ping it
//! where no ack comes in time. Whom it pings is said by a shuffled list, gone through from end to end and
//! shuffled again (section 4.3), so that a failure is found within a bounded time.
//!
//! Lifeguard: a member that gets no answers doubts itself. Its helpers say *nack* when they have no answer
//! either; where not even a nack comes, it is the member itself that does not hear, and it takes more time for
//! its next probe.

use std::collections::BTreeSet;

use crate::base::{Place, Span, Time};
use crate::protocol::Effects;
use crate::sentence;

use super::message::{State, Update, What};
use super::{Swim, Timer, exactly};

/// memberlist's `IndirectChecks`.
const HELPERS: usize = 3;
/// The worst local health; 0 is the best.
const WORST: u64 = 7;

/// A probe under way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Probe {
    pub target: Place,
    seq: u64,
    is_answered: bool,
    /// Who was asked to help …
    helpers: usize,
    /// … and who of them has had no answer either.
    nacks: BTreeSet<Place>,
}

/// A ping for somebody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Errand {
    /// The number of this member's own ping.
    seq: u64,
    /// That of the request.
    theirs: u64,
}

impl Swim {
    /// A period ends, and the next begins.
    pub(super) fn next_period(&mut self, fx: &mut Effects<Self>) {
        self.conclude(fx);
        let Time(interval) = self.config.interval;
        fx.set_timer(Timer::Probe, exactly(Time(interval * (1 + self.health))));
        if let Some(target) = self.next_target(fx) {
            self.account.chosen = Some(target);
            self.seq += 1;
            let (seq, nacks) = (self.seq, BTreeSet::new());
            self.probe = Some(Probe { target, seq, is_answered: false, helpers: 0, nacks });
            self.ping(target, seq, fx);
            fx.set_timer(Timer::Timeout, exactly(self.config.timeout()));
        }
    }

    /// Lifeguard's buddy: a suspect learns of the suspicion with the ping.
    fn ping(&mut self, target: Place, seq: u64, fx: &mut Effects<Self>) {
        let known = self.members.get(&target).copied();
        let suspected = known.filter(|known| known.state == State::Suspect && self.config.has_lifeguard());
        let (state, by) = (State::Suspect, self.me);
        let told = suspected.map(|known| Update { about: target, state, incarnation: known.incarnation, by });
        self.send_with(target, What::Ping { seq }, told, fx);
    }

    /// No ack came in time: others try.
    pub(super) fn ask_helpers(&mut self, fx: &mut Effects<Self>) {
        let Some(Probe { target, seq, is_answered: false, .. }) = self.probe else { return };
        let alive = |place: &Place| self.members[place].state == State::Alive && *place != target;
        let others = self.round.iter().copied().filter(alive).collect();
        let helpers = draw(others, HELPERS, fx);
        if let Some(probe) = &mut self.probe {
            probe.helpers = helpers.len();
        }
        for helper in helpers {
            self.send(helper, What::PingReq { seq, target }, fx);
        }
    }

    pub(super) fn help(&mut self, from: Place, theirs: u64, target: Place, fx: &mut Effects<Self>) {
        self.seq += 1;
        let seq = self.seq;
        self.errands.insert(from, Errand { seq, theirs });
        self.send(target, What::Ping { seq }, fx);
        if self.config.has_lifeguard() {
            fx.set_timer(Timer::Nack(from), exactly(self.config.nack()));
        }
    }

    /// The errand has brought nothing so far.
    pub(super) fn send_nack(&mut self, to: Place, fx: &mut Effects<Self>) {
        if let Some(errand) = self.errands.get(&to) {
            self.send(to, What::Nack { seq: errand.theirs }, fx);
        }
    }

    pub(super) fn take_ack(&mut self, seq: u64, fx: &mut Effects<Self>) {
        if let Some(probe) = self.probe.as_mut().filter(|probe| probe.seq == seq && !probe.is_answered) {
            probe.is_answered = true;
            fx.cancel_timer(Timer::Timeout);
            self.health = self.health.saturating_sub(1);
        }
        let errand = self.errands.iter().find(|(_, errand)| errand.seq == seq);
        if let Some((asker, errand)) = errand.map(|(asker, errand)| (*asker, *errand)) {
            self.errands.remove(&asker);
            fx.cancel_timer(Timer::Nack(asker));
            self.send(asker, What::Ack { seq: errand.theirs }, fx);
        }
    }

    pub(super) fn take_nack(&mut self, from: Place, seq: u64) {
        if let Some(probe) = self.probe.as_mut().filter(|probe| probe.seq == seq) {
            probe.nacks.insert(from);
        }
    }

    /// The period is over: who has not answered is suspected.
    fn conclude(&mut self, fx: &mut Effects<Self>) {
        let Some(probe) = self.probe.take().filter(|probe| !probe.is_answered) else { return };
        self.feel(match probe.helpers {
            0 => 1,
            helpers => (helpers - probe.nacks.len()) as u64,
        });
        let (about, by, state) = (probe.target, self.me, State::Suspect);
        let Some(known) = self.members.get(&about).copied() else { return };
        if known.state == State::Alive {
            self.account.accused = Some(about);
            self.accusations += 1;
            fx.note(sentence!("suspects {0}: no ack, by itself or by helpers", about));
        }
        self.hear(Update { about, state, incarnation: known.incarnation, by }, fx);
    }

    /// Lifeguard: it is doing worse by so much.
    pub(super) fn feel(&mut self, worse: u64) {
        if self.config.has_lifeguard() {
            self.health = (self.health + worse).min(WORST);
        }
    }

    /// Whom to ping in this period.
    fn next_target(&mut self, fx: &mut Effects<Self>) -> Option<Place> {
        if self.round.is_empty() {
            return None;
        }
        if self.config.random_probing {
            return Some(self.round[fx.chance(self.round.len() as u32) as usize]);
        }
        if self.next >= self.round.len() {
            self.next = 0;
            self.round = draw(std::mem::take(&mut self.round), usize::MAX, fx);
        }
        self.next += 1;
        Some(self.round[self.next - 1])
    }

    /// A new member stands somewhere in the list: if at its end always, a group that grows would find the
    /// failures of its oldest members late.
    pub(super) fn enter_round(&mut self, member: Place, fx: &mut Effects<Self>) {
        let at = fx.chance(self.round.len() as u32 + 1) as usize;
        self.round.insert(at, member);
        if at < self.next {
            self.next += 1;
        }
        self.keep_gossiping(fx);
    }

    pub(super) fn leave_round(&mut self, member: Place) {
        if let Some(at) = self.round.iter().position(|known| *known == member) {
            self.round.remove(at);
            if at < self.next {
                self.next -= 1;
            }
        }
    }

    /// When its first period begins.
    pub(super) fn first_period(&self) -> Span {
        match self.config.periods {
            super::config::Periods::Own => Span::new(Time::ZERO, self.config.interval),
            super::config::Periods::Together => exactly(self.config.interval),
        }
    }
}

/// So many of these in an order that chance decides; all of them shuffled, if there are no more.
pub(super) fn draw(mut from: Vec<Place>, count: usize, fx: &mut Effects<Swim>) -> Vec<Place> {
    let count = count.min(from.len());
    for at in 0..count {
        let rest = (from.len() - at) as u32;
        from.swap(at, at + fx.chance(rest) as usize);
    }
    from.truncate(count);
    from
}
