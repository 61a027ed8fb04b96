//! The list of members, and which claim about a member overrides which (SWIM, section 4.2).
//!
//! Only an *alive* of a higher incarnation overrides what is known, whatever that is. A *suspect* overrides
//! alive at an equal or higher incarnation, and where the member is suspected already it only confirms. A
//! *dead* overrides alive and suspect at an equal or higher one. An incarnation is raised by its owner alone,
//! when it hears that it is accused: that is the refutation.

use std::rc::Rc;

use crate::base::digest::Digest;
use crate::base::{Place, Time};
use crate::protocol::Effects;
use crate::sentence;

use super::account::{Change, Verdict};
use super::message::{State, Update, Updates};
use super::suspicion::{Range, Suspicion};
use super::{Standing, Swim, Timer, exactly};

/// What a member holds of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Member {
    pub state: State,
    pub incarnation: u64,
}

impl Swim {
    /// Somebody claims this.
    pub(super) fn hear(&mut self, update: Update, fx: &mut Effects<Self>) {
        if update.about == self.me {
            return self.hear_of_itself(update, fx);
        }
        match update.state {
            State::Alive => self.hear_alive(update, fx),
            State::Suspect => self.hear_suspect(update, fx),
            State::Dead | State::Left => self.hear_dead(update, fx),
        }
    }

    fn hear_alive(&mut self, update: Update, fx: &mut Effects<Self>) {
        let now = Member { state: State::Alive, incarnation: update.incarnation };
        let news = match self.members.get(&update.about) {
            None => true,
            Some(known) if self.config.no_incarnation_check => *known != now,
            Some(known) => update.incarnation > known.incarnation,
        };
        if news {
            self.set(update.about, now, fx);
            self.pass_on(update, fx);
        }
    }

    fn hear_suspect(&mut self, update: Update, fx: &mut Effects<Self>) {
        let Some(known) = self.members.get(&update.about).copied() else { return };
        match known.state {
            _ if self.is_stale(update, known) => {}
            State::Dead | State::Left => {}
            State::Suspect => self.confirm(update, fx),
            State::Alive if self.config.no_suspicion => {
                let range = Range::of(self.group(), self.config.interval);
                let (suspected_for, confirmed) = (Time::ZERO, 0);
                let about = update.about;
                self.account.verdicts.push(Verdict { about, suspected_for, confirmed, range });
                fx.note(sentence!("declares {0} dead at once", about));
                self.bury(about, update.incarnation, fx);
            }
            State::Alive => {
                let (now, n) = (fx.steady_now(), self.group());
                let suspicion = Suspicion::new(update.by, n, now, self.config.interval);
                let (state, incarnation) = (State::Suspect, update.incarnation);
                self.set(update.about, Member { state, incarnation }, fx);
                self.suspicions.insert(update.about, suspicion);
                self.pass_on(update, fx);
                self.look_at_suspicion(update.about, fx);
            }
        }
    }

    /// It is suspected already; another accuser shortens that, and is passed on.
    fn confirm(&mut self, update: Update, fx: &mut Effects<Self>) {
        let Some(suspicion) = self.suspicions.get_mut(&update.about) else { return };
        if suspicion.confirm(update.by, self.config.count_messages) {
            self.pass_on(update, fx);
            self.look_at_suspicion(update.about, fx);
        }
    }

    fn hear_dead(&mut self, update: Update, fx: &mut Effects<Self>) {
        let Some(known) = self.members.get(&update.about).copied() else { return };
        if known.state.is_present() && !self.is_stale(update, known) {
            let Update { about, state, incarnation, .. } = update;
            self.set(about, Member { state, incarnation }, fx);
            self.pass_on(update, fx);
        }
    }

    /// Of an incarnation that is over.
    fn is_stale(&self, update: Update, known: Member) -> bool {
        update.incarnation < known.incarnation && !self.config.no_incarnation_check
    }

    /// Whoever is accused, or meets an incarnation of its own that it does not remember, says that it is alive,
    /// in a higher one.
    fn hear_of_itself(&mut self, update: Update, fx: &mut Effects<Self>) {
        let is_at_odds = match update.state {
            State::Alive => update.incarnation > self.incarnation,
            _ => update.incarnation >= self.incarnation,
        };
        if !is_at_odds || self.config.no_refutation || !self.takes_part() {
            return;
        }
        self.incarnation = update.incarnation + 1;
        match update.state {
            State::Alive => fx.note(sentence!("meets its old self, of incarnation {0}", update.incarnation)),
            state => fx.note(sentence!("refutes that it is {0}: alive in incarnation {1}", state.name(), self.incarnation)),
        }
        // Lifeguard: whoever has to defend itself may be slow.
        self.feel(1);
        self.pass_on(self.itself(State::Alive), fx);
    }

    /// The suspicion has lasted long enough, or goes on. (Where the clock's rate has changed meanwhile the
    /// timer is early.)
    pub(super) fn look_at_suspicion(&mut self, about: Place, fx: &mut Effects<Self>) {
        let Some(suspicion) = self.suspicions.get(&about) else { return };
        let now = fx.steady_now();
        let left = suspicion.left(now);
        if left > Time::ZERO {
            return fx.set_timer(Timer::Suspicion(about), exactly(left.max(Time::millis(1))));
        }
        let (suspected_for, confirmed) = (now.since(suspicion.began), suspicion.confirmed.len() as u64);
        let range = suspicion.range;
        self.account.verdicts.push(Verdict { about, suspected_for, confirmed, range });
        fx.note(sentence!("declares {0} dead: suspected for {1}, and no refutation", about, suspected_for));
        let incarnation = self.members[&about].incarnation;
        self.bury(about, incarnation, fx);
    }

    fn bury(&mut self, about: Place, incarnation: u64, fx: &mut Effects<Self>) {
        let state = State::Dead;
        self.set(about, Member { state, incarnation }, fx);
        self.pass_on(Update { about, state, incarnation, by: self.me }, fx);
    }

    /// The one place where the list changes.
    pub(super) fn set(&mut self, about: Place, now: Member, fx: &mut Effects<Self>) {
        let before = Rc::make_mut(&mut self.members).insert(about, now);
        self.account.changed.push(Change { about, before, now });
        let was_present = before.is_some_and(|before| before.state.is_present());
        if was_present != now.state.is_present() {
            self.fingerprint ^= fingerprint(about);
            match was_present {
                false => self.enter_round(about, fx),
                true => self.leave_round(about),
            }
        }
        if now.state != State::Suspect && self.suspicions.remove(&about).is_some() {
            fx.cancel_timer(Timer::Suspicion(about));
        }
    }

    /// A whole list, as another holds it. Whom it takes for dead is suspected here first, so that a list that
    /// is old or mistaken buries nobody who can speak for itself.
    pub(super) fn merge(&mut self, list: &Updates, fx: &mut Effects<Self>) {
        for update in list.iter() {
            self.hear(match update.state {
                State::Suspect | State::Dead => Update { state: State::Suspect, by: self.me, ..*update },
                State::Alive | State::Left => *update,
            }, fx);
        }
    }

    /// All that it holds of all, itself included.
    pub(super) fn list(&self) -> Updates {
        let of = |(about, member): (&Place, &Member)| {
            let (about, Member { state, incarnation }) = (*about, *member);
            Update { about, state, incarnation, by: about }
        };
        self.members.iter().map(of).chain([self.itself(State::Alive)]).collect()
    }

    /// What it says of itself.
    pub(super) fn itself(&self, state: State) -> Update {
        Update { about: self.me, state, incarnation: self.incarnation, by: self.me }
    }

    /// How many take part, as far as it knows, itself included.
    pub fn group(&self) -> u64 {
        self.round.len() as u64 + 1
    }

    pub(super) fn takes_part(&self) -> bool {
        matches!(self.standing, Standing::Joining | Standing::Member)
    }
}

/// Of a set of members: the sum (without carry) of these. Two lists are the same if theirs are, but for chance
/// of one in 2⁶⁴.
pub fn fingerprint(member: Place) -> u64 {
    Digest::of(&member)
}
