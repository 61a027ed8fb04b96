//! The lock: clients take turns at a *resource*, which takes what they write, each write under the
//! *token* of a grant. How a client comes by one is the protocol's business. Here is what all such
//! protocols have in common: what a client can be told to do and what it remembers of it; the grants of
//! whoever grants; and the resource.

use std::collections::VecDeque;

use crate::base::{Place, Time};
use crate::plain_requests;

plain_requests! {
    pub enum LockRequest { Write = "write": "has this client take the lock and write", }
}

/// A client: what it wants, and what it believes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Writer {
    /// What it has been told to write, by number.
    wishes: VecDeque<u64>,
    /// The token that it believes to hold the lock under, and until when by its own clock.
    pub belief: Option<(u64, Time)>,
    /// The token that it writes with: it has looked at its clock, and does not look again before it has
    /// sent its write.
    pub writing: Option<u64>,
    /// It has sent that write, and waits for the answer.
    sent: bool,
}

/// What a client does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Rest,
    /// It wants to write and has no lock.
    Acquire,
    /// It has looked at its clock, has so much time left, and is going to write.
    Looked(Time),
    Write {
        token: u64,
        seq: u64,
    },
    /// Its time is over, and no answer to this write has come: it gives it up.
    GiveUp {
        seq: u64,
    },
}

impl Writer {
    /// Has it write once more. Whether it had nothing to do.
    pub fn want(&mut self, seq: u64) -> bool {
        self.wishes.push_back(seq);
        self.wishes.len() == 1
    }

    /// Its wish, if it has one.
    pub fn wish(&self) -> Option<u64> {
        self.wishes.front().copied()
    }

    /// Believes that it holds the lock under this token, until then at the least.
    pub fn believe(&mut self, token: u64, until: Time) {
        self.belief = self.belief.max(Some((token, until)));
    }

    /// Looks at its clock: a lock whose time is over is lost.
    pub fn look(&mut self, now: Time) {
        self.belief.take_if(|(_, until)| *until <= now);
    }

    /// What it does now. Between the look and the write it may stand still for any time. When it has sent
    /// its write it looks again, and sends it again only while it believes that it holds the lock. After
    /// that nobody can tell whether what is under way, or its answer, was lost: it does not know whether its
    /// write was taken or still will be.
    pub fn turn(&mut self, now: Time) -> Turn {
        let Some(seq) = self.wish() else { return Turn::Rest };
        self.look(now);
        if let Some(token) = self.writing {
            if self.sent && self.belief.is_none_or(|(held, _)| held != token) {
                (self.belief, self.writing) = (None, None);
                self.wishes.pop_front();
                return Turn::GiveUp { seq };
            }
            self.sent = true;
            return Turn::Write { token, seq };
        }
        (self.writing, self.sent) = (self.belief.map(|(token, _)| token), false);
        self.belief.map_or(Turn::Acquire, |(_, until)| Turn::Looked(until - now))
    }

    /// Its write has been taken, if that is the one it waits for: then it is done with the lock as well.
    pub fn done(&mut self, seq: u64) -> bool {
        let done = self.wishes.pop_front_if(|wish| *wish == seq).is_some();
        self.belief.take_if(|_| done);
        done
    }

    /// What it wrote under this token has been refused: it believes no longer.
    pub fn refused(&mut self, token: u64) {
        if self.writing == Some(token) {
            (self.belief, self.writing) = (None, None);
        }
    }
}

/// A lock that somebody was granted, for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grant {
    pub to: Place,
    pub token: u64,
    /// By the clock of whoever granted it.
    pub ends: Time,
    pub released_by: Option<Place>,
}

impl Grant {
    /// It has neither run out nor been released by its holder, whatever anybody else has released.
    pub fn runs(&self, now: Time) -> bool {
        self.ends > now && self.released_by != Some(self.to)
    }

    /// Nobody has released it either.
    pub fn holds(&self, now: Time) -> bool {
        self.ends > now && self.released_by.is_none()
    }
}

/// A write that the resource has taken: under which token, whose, and which of its.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Written {
    pub token: u64,
    pub by: Place,
    pub seq: u64,
}

/// What is written to, as it stands on its disk: all writes that it has taken, in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resource(Vec<Written>);

impl Resource {
    /// All that it has taken.
    pub fn writes(&self) -> &[Written] {
        &self.0
    }

    /// The highest token that it has seen.
    pub fn highest(&self) -> u64 {
        self.0.iter().map(|it| it.token).max().unwrap_or(0)
    }

    /// Whether it has taken this write already, under whatever token: a client asks again under a later one
    /// where it has not heard the answer.
    pub fn has(&self, write: &Written) -> bool {
        self.0.iter().any(|it| (it.by, it.seq) == (write.by, write.seq))
    }

    /// All that was asked of it, in its order: each write, and whether it was taken.
    pub fn log(&self, refused: &[Refusal]) -> Vec<(Written, bool)> {
        let mut log = Vec::with_capacity(self.0.len() + refused.len());
        let mut refused = refused.iter().peekable();
        for (taken, write) in (0..).zip(&self.0) {
            while let Some(it) = refused.next_if(|it| it.after <= taken) {
                log.push((it.write, false));
            }
            log.push((*write, true));
        }
        log.extend(refused.map(|it| (it.write, false)));
        log
    }

    /// Takes the write, whatever its token: whether it is new. What comes twice is written once, however much
    /// was written in between.
    pub fn take(&mut self, write: Written) -> bool {
        let new = !self.has(&write);
        if new {
            self.0.push(write);
        }
        new
    }
}

/// A write that the resource has refused, and how many it had taken by then. It is nowhere but in its
/// memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refusal {
    pub write: Written,
    pub after: u64,
}

/// What survives a crash of whoever grants, and of the resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct LockDisk {
    /// All that it has granted, in this order.
    pub grants: Vec<Grant>,
    pub resource: Resource,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_twice_is_written_once_and_the_highest_token_is_remembered() {
        let one = Written { token: 3, by: Place::client(0), seq: 1 };
        let mut resource = Resource::default();
        assert_eq!(resource.highest(), 0);
        assert!(resource.take(one) && !resource.take(one));
        assert!(!resource.take(Written { token: 9, ..one }), "the same write, asked for again");
        assert!(resource.take(Written { by: Place::client(1), token: 2, ..one }));
        assert!(!resource.take(one), "also after another's");
        assert!(resource.take(Written { seq: 2, ..one }));
        assert_eq!((resource.writes().len(), resource.highest()), (3, 3));
    }

    #[test]
    fn what_was_refused_stands_in_the_log_where_it_was_refused() {
        let write = |token, seq| Written { token, by: Place::client(0), seq };
        let mut resource = Resource::default();
        for (token, seq) in [(1, 1), (3, 3)] {
            resource.take(write(token, seq));
        }
        let refused = |token, seq, after| Refusal { write: write(token, seq), after };
        let log = resource.log(&[refused(0, 2, 1), refused(2, 4, 2)]);
        let told: Vec<_> = log.iter().map(|(write, taken)| (write.token, *taken)).collect();
        assert_eq!(told, [(1, true), (0, false), (3, true), (2, false)]);
    }

    #[test]
    fn a_client_looks_before_it_writes_and_not_again() {
        let mut writer = Writer::default();
        assert_eq!(writer.turn(Time(0)), Turn::Rest);
        assert!(writer.want(1) && !writer.want(2));
        assert_eq!(writer.turn(Time(0)), Turn::Acquire);
        writer.belief = Some((7, Time(10)));
        assert_eq!(writer.turn(Time(4)), Turn::Looked(Time(6)));
        assert_eq!(writer.turn(Time(99)), Turn::Write { token: 7, seq: 1 });
        assert_eq!(
            writer.belief, None,
            "it writes what it was about to, and knows that its time is over"
        );
        assert!(!writer.done(2) && writer.done(1));
        assert_eq!(writer.writing.take(), Some(7));
        assert_eq!((writer.wish(), writer.belief), (Some(2), None));
        writer.belief = Some((8, Time(10)));
        assert_eq!(writer.turn(Time(10)), Turn::Acquire);
    }

    #[test]
    fn a_write_is_sent_again_only_while_its_client_believes_that_it_holds_the_lock() {
        let mut writer = Writer::default();
        assert!(writer.want(1) && !writer.want(2));
        writer.belief = Some((7, Time(10)));
        assert_eq!(writer.turn(Time(4)), Turn::Looked(Time(6)));
        for now in [5, 9] {
            assert_eq!(writer.turn(Time(now)), Turn::Write { token: 7, seq: 1 });
        }
        assert_eq!(writer.turn(Time(10)), Turn::GiveUp { seq: 1 });
        assert!(!writer.done(1), "an answer that comes after all says nothing new");
        writer.refused(7);
        assert_eq!(writer.turn(Time(11)), Turn::Acquire, "the next one begins anew");
        writer.belief = Some((8, Time(30)));
        assert_eq!(writer.turn(Time(20)), Turn::Looked(Time(10)));
        assert_eq!(writer.turn(Time(40)), Turn::Write { token: 8, seq: 2 }, "once, however late");
        assert_eq!(writer.turn(Time(41)), Turn::GiveUp { seq: 2 });
        assert_eq!(writer.turn(Time(42)), Turn::Rest);
    }

    #[test]
    fn a_grant_that_another_has_released_still_runs() {
        let (to, other) = (Place::client(0), Place::client(1));
        let grant = Grant { to, token: 1, ends: Time(10), released_by: Some(other) };
        assert!(grant.runs(Time(9)) && !grant.holds(Time(9)) && !grant.runs(Time(10)));
        assert!(!Grant { released_by: Some(to), ..grant }.runs(Time(9)));
    }
}
