//! Reads by a lease (*Paxos Made Live*, §5.2). A read changes nothing, so it need not take a slot; but a leader
//! that answers from its own store may have been replaced without knowing it, and tell what is no longer so.
//!
//! So whoever has heard a leader *stands by* it for the least election timeout: it promises nothing to anybody
//! else, and does not stand itself. Each message of the leader says when it was sent, and the answer brings
//! that back. The lease runs from the sending of what a majority has answered; it is shorter than the others
//! stand by their leader, by what clocks may be wrong by. While it runs nobody else can lead, and nothing can
//! be chosen that the leader has not executed before it is answered: but for what was chosen before it led,
//! which it has to execute first. Without a lease, reads take a slot.

use std::fmt;

use crate::base::quorum::reached_by_majority;
use crate::base::{Place, Time};
use crate::protocol::Effects;
use crate::sentence;

use super::{Ballot, Config, Disk, MultiPaxos, Role, Timer};

/// How reads are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reads {
    /// As slots of the log, like writes.
    Log,
    Lease,
}

impl fmt::Display for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reads::Log => "log",
            Reads::Lease => "lease",
        })
    }
}

/// Whoever restarts may have forgotten that it heard a leader just now.
pub(super) fn heard_at_boot(config: &Config, disk: &Disk, now: Time) -> Option<Time> {
    let may_have = disk.promised != Ballot::NONE && !config.promise_after_restart;
    (may_have && config.reads == Reads::Lease).then_some(now)
}

/// Who stands by a leader.
impl MultiPaxos {
    /// It has heard its leader within the least election timeout, by a clock that nobody steps. A leader
    /// stands by itself while its lease runs.
    pub(super) fn stands_by_its_leader(&self, now: Time) -> bool {
        let heard =
            || self.heard_leader.is_some_and(|heard| now.since(heard) < self.config.election.min);
        match self.leads() {
            true => self.lease().is_some_and(|ends| now < ends),
            false => heard(),
        }
    }

    pub(super) fn time_out(&mut self, fx: &mut Effects<Self>) {
        if !self.stands_by_its_leader(fx.steady_now()) {
            return self.prepare(fx);
        }
        // Only a timer that runs out before its time gets here.
        fx.note(sentence!("does not stand: it has heard its leader within an election timeout"));
        fx.set_timer(Timer::Election, self.config.election);
    }

    pub(super) fn ignore(&mut self, from: Place, fx: &mut Effects<Self>) {
        fx.note(match self.leads() {
            true => sentence!("ignores {0}, who prepares: its own lease runs", from),
            false => sentence!(
                "ignores {0}, who prepares: it has heard its leader within an election timeout",
                from
            ),
        });
    }

    /// It has heard its leader.
    pub(super) fn grant(&mut self, now: Time) {
        if self.config.reads == Reads::Lease {
            self.heard_leader = Some(now);
        }
    }
}

/// The leader's side.
impl MultiPaxos {
    /// What a message to the others says of when it is sent.
    pub(super) fn sent_at(&self, now: Time) -> Option<Time> {
        (self.config.reads == Reads::Lease).then_some(now)
    }

    /// The server has answered what was sent then.
    pub(super) fn count_grant(&mut self, server: Place, sent: Option<Time>) {
        if let (Role::Leader(lead), Some(sent)) = (&mut self.role, sent) {
            let since = &mut lead.leased[server.index()];
            *since = (*since).max(sent.0);
        }
    }

    /// When its lease ends, by its steady clock, if it has one. It counts itself; alone, it has nobody's answer
    /// that a lease could run from.
    pub(super) fn lease(&self) -> Option<Time> {
        let Role::Leader(lead) = &self.role else { return None };
        let mut since = lead.leased.clone();
        since[self.me.index()] = u64::MAX;
        let since = Time(reached_by_majority(&since));
        let lasts = match self.config.trust_clocks {
            // Flaw: all clocks run at one speed.
            true => self.config.election.min,
            false => self.config.election.min.by_a_clock_wrong_by(self.config.drift_bound),
        };
        (0 < since.0 && since.0 < u64::MAX).then(|| since + lasts)
    }

    /// The lease by which it may answer reads now: it has executed all that was chosen before it led.
    pub(super) fn lease_for_reads(&self, now: Time) -> Option<Time> {
        let Role::Leader(lead) = &self.role else { return None };
        self.lease().filter(|ends| now < *ends && lead.inherited <= self.chosen)
    }
}
