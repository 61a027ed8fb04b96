//! History variables: what properties and measures need to know of the past and no member stores. They watch
//! the group from outside, across crashes: who takes part, who crashed when and who knows it, which incarnations
//! their owners have had, when each was pinged.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Time};
use crate::protocol::{Moment, Witness};

use super::account::Change;
use super::{State, Swim};

#[derive(Clone, Default)]
pub struct Ghost {
    /// Those who are up and take part.
    pub present: BTreeSet<Place>,
    /// The highest incarnation that each has had by its own doing.
    pub raised: BTreeMap<Place, u64>,
    /// By member: who holds that it does not take part any more.
    gone: BTreeMap<Place, BTreeSet<Place>>,
    /// Crashes, and how long it took until they were known.
    pub crashes: BTreeMap<Place, Crash>,
    /// By member: whom it has pinged when.
    pub rounds: BTreeMap<Place, Rc<Round>>,
    pub counts: Counts,
    /// How often each has accused members that run.
    pub accusations: BTreeMap<Place, u64>,
}

/// A crash that has not been made good.
#[derive(Clone, Copy, Debug)]
pub struct Crash {
    pub at: Time,
    /// How long it took until somebody held it dead, and until all did.
    pub first: Option<Time>,
    pub all: Option<Time>,
}

/// Whom a member has pinged, since those whom it may ping changed last.
#[derive(Clone, Default)]
pub struct Round {
    pub period: u64,
    /// When each was last: in which period.
    pub pinged: BTreeMap<Place, u64>,
}

/// Of the whole run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    pub messages: u64,
    /// Members that run, and were declared dead.
    pub buried: u64,
    pub crashes: u64,
    /// Of the crashes that were known to somebody, and to all: how many, and how long that took together.
    pub first: (u64, Time),
    pub all: (u64, Time),
}

impl Witness<Swim> for Ghost {
    fn witness(&mut self, node: Place, it: &Swim, moment: Moment) {
        match it.takes_part() {
            true => _ = self.present.insert(node),
            false => self.absent(node),
        }
        if moment.boot {
            self.crashes.remove(&node);
            self.rounds.remove(&node);
            self.forget_views_of(node);
        }
        let raised = self.raised.entry(node).or_default();
        *raised = it.incarnation.max(*raised);
        let account = &it.account;
        self.counts.messages += account.sent;
        let runs = |member: &Place| self.present.contains(member);
        if account.accused.as_ref().is_some_and(runs) {
            *self.accusations.entry(node).or_default() += 1;
        }
        let verdicts = account.verdicts.iter().filter(|verdict| runs(&verdict.about));
        self.counts.buried += verdicts.count() as u64;
        for change in &account.changed {
            self.follow(node, change, moment.at);
        }
        self.turn(node, it, !account.changed.iter().all(is_same_set));
    }

    fn crashed(&mut self, node: Place, at: Time) {
        if self.present.contains(&node) {
            self.counts.crashes += 1;
            self.crashes.insert(node, Crash { at, first: None, all: None });
        }
        self.absent(node);
        self.known_to_all(at);
    }
}

/// Whether the same members take part as before, to whoever has changed its list so.
fn is_same_set(change: &Change) -> bool {
    change.before.is_some_and(|before| before.state.is_present() == change.now.state.is_present())
}

impl Ghost {
    fn absent(&mut self, node: Place) {
        if self.present.remove(&node) {
            self.rounds.remove(&node);
            self.forget_views_of(node);
        }
    }

    fn forget_views_of(&mut self, node: Place) {
        self.gone.values_mut().for_each(|by| _ = by.remove(&node));
    }

    /// A member's list has changed: a crash may be known now.
    fn follow(&mut self, node: Place, change: &Change, now: Time) {
        let by = self.gone.entry(change.about).or_default();
        match change.now.state.is_present() {
            true => _ = by.remove(&node),
            false => _ = by.insert(node),
        }
        if let Some(crash) = self.crashes.get_mut(&change.about)
            && change.now.state == State::Dead
            && crash.first.is_none()
        {
            let took = now.since(crash.at);
            crash.first = Some(took);
            self.counts.first = add(self.counts.first, took);
        }
        self.known_to_all(now);
    }

    fn known_to_all(&mut self, now: Time) {
        for (member, crash) in self.crashes.iter_mut().filter(|(_, crash)| crash.all.is_none()) {
            let by = self.gone.get(member);
            let all = self.present.iter().all(|other| by.is_some_and(|by| by.contains(other)));
            if crash.first.is_some() && all {
                let took = now.since(crash.at);
                crash.all = Some(took);
                self.counts.all = add(self.counts.all, took);
            }
        }
    }

    /// A period of this member may have begun; or those whom it may ping have changed, and counting begins anew.
    fn turn(&mut self, node: Place, it: &Swim, has_changed: bool) {
        if has_changed || !self.rounds.contains_key(&node) {
            let pinged = it.round.iter().map(|member| (*member, 0)).collect();
            self.rounds.insert(node, Rc::new(Round { period: 0, pinged }));
        } else if let Some(chosen) = it.account.chosen {
            let round = Rc::make_mut(self.rounds.entry(node).or_default());
            round.period += 1;
            round.pinged.insert(chosen, round.period);
        }
    }
}

fn add((count, sum): (u64, Time), took: Time) -> (u64, Time) {
    (count + 1, sum + took)
}
