//! Snapshots (§7): a server writes down what it has executed, and drops the entries that this covers. A
//! leader that no longer has what a follower lacks sends its snapshot instead, piece by piece; the follower
//! says which piece it waits for, so that a lost one is sent again.
//!
//! What of a log a snapshot covers is committed, and equal in all logs. So a follower takes it for agreed; a
//! snapshot that covers no more than it has committed is not installed; and what *follows* a snapshot in the
//! follower's log stays exactly if the entry at the snapshot's last index has the snapshot's last term.

use std::hash::{Hash, Hasher};
use std::rc::Rc;

use crate::base::{Log, Place, Text};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::KeyValueStore;
use crate::service::sessions::Sessions;

use super::{Configuration, Entry, Message, Position, Raft, Role};

/// What a server had executed at an index.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The last entry that it covers.
    pub last: Position,
    pub(super) store: KeyValueStore,
    pub(super) sessions: Sessions,
    /// The configuration in force at its end, and the index of its entry.
    pub(super) configured: (u64, Configuration),
    /// A history variable: the entries that it covers. No rule reads them; properties compare logs by them.
    covers: Log<Entry>,
}

/// What it covers says all.
impl PartialEq for Snapshot {
    fn eq(&self, other: &Snapshot) -> bool {
        self.last == other.last
    }
}

impl Eq for Snapshot {}

impl Hash for Snapshot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.last.hash(state);
    }
}

/// A piece of a snapshot: some keys with their values; and, with the last piece, the rest.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    pub pairs: Vec<(Text, Text)>,
    rest: Option<Rest>,
}

impl Piece {
    pub fn is_last(&self) -> bool {
        self.rest.is_some()
    }
}

/// What of a snapshot is no pair.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Rest {
    sessions: Sessions,
    configured: (u64, Configuration),
    covers: Log<Entry>,
}

/// The pieces of a snapshot that have come so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Incoming {
    last: Position,
    pairs: Vec<(Text, Text)>,
}

impl Snapshot {
    /// So many pairs at the most, from this one on.
    fn piece(&self, offset: u64, most: u64) -> Piece {
        let pairs = self.store.pairs().skip(offset as usize).take(most as usize);
        let pairs: Vec<(Text, Text)> = pairs.map(|(key, value)| (key.clone(), value.clone())).collect();
        let is_last = offset + pairs.len() as u64 >= self.store.len() as u64;
        let rest = || Rest {
            sessions: self.sessions.clone(),
            configured: self.configured,
            covers: self.covers.clone(),
        };
        Piece { pairs, rest: is_last.then(rest) }
    }
}

impl Raft {
    /// Where its log begins: after the last entry that its snapshot covers.
    pub(super) fn start(&self) -> Position {
        self.snapshot.as_ref().map_or(Position { term: 0, index: 0 }, |snapshot| snapshot.last)
    }

    /// A client asks this server for a snapshot.
    pub(super) fn take_snapshot_for(&mut self, client: Place, seq: u64, fx: &mut Effects<Self>) {
        let outcome = match self.applied > self.start().index {
            true if self.is_joint_at_its_end() => Outcome::Refused(sentence!(
                "the configuration at index {0} is joint: a snapshot waits for its second half",
                self.configured
            )),
            true => {
                self.take_snapshot(fx);
                Outcome::Done("ok".into())
            }
            false => Outcome::Refused(sentence!(
                "there is nothing to cover: it has executed nothing after index {0}",
                self.start().index
            )),
        };
        self.save(fx);
        fx.reply(client, seq, outcome);
    }

    pub(super) fn take_snapshot(&mut self, fx: &mut Effects<Self>) {
        let last = self.position(self.applied);
        fx.note(sentence!("takes a snapshot, and drops its log up to index {0}", last.index));
        self.snapshot = Some(Rc::new(Snapshot {
            last,
            store: self.store.clone(),
            sessions: self.sessions.clone(),
            configured: self.configuration_at(last.index),
            covers: self.log.prefix(last.index),
        }));
    }

    /// A joint configuration is carried through by whoever finds its entry in the log.
    fn is_joint_at_its_end(&self) -> bool {
        self.configuration_at(self.applied).1.is_joint()
    }

    /// After every so many entries, if an option says so.
    pub(super) fn compact(&mut self, fx: &mut Effects<Self>) {
        let grown = self.applied - self.start().index;
        let due = self.config.compact > 0 && grown >= self.config.compact;
        if due && !self.is_joint_at_its_end() {
            self.take_snapshot(fx);
        }
    }
}

/// The leader's side.
impl Raft {
    /// The piece that the follower waits for; again, if it was lost.
    #[track_caller]
    pub(super) fn send_piece(&self, follower: Place, fx: &mut Effects<Self>) {
        let (Role::Leader(lead), Some(snapshot)) = (&self.role, &self.snapshot) else { return };
        let (of, offset) = lead.sending[follower.index()];
        let offset = if of == snapshot.last.index { offset } else { 0 };
        let piece = Rc::new(snapshot.piece(offset, self.config.chunk));
        let (term, last, round) = (self.term, snapshot.last, lead.round);
        fx.send(follower, Message::InstallSnapshot { term, last, offset, piece, round });
    }

    /// The follower has so many pairs of the snapshot that ends at this index.
    pub(super) fn send_more(
        &mut self,
        follower: Place,
        index: u64,
        offset: u64,
        fx: &mut Effects<Self>,
    ) {
        let start = self.start().index;
        let Role::Leader(lead) = &mut self.role else { return };
        let (of, known) = lead.sending[follower.index()];
        let known = if of == start { known } else { 0 };
        // It has lost the pieces, or this is an old snapshot's or a late answer.
        if index == start && (offset == 0 || offset > known) {
            lead.sending[follower.index()] = (start, offset);
            if offset > known {
                self.send_piece(follower, fx);
            }
        }
    }
}

/// The follower's side.
impl Raft {
    /// How many pairs it has by now, and whether that is all of it.
    pub(super) fn take_piece(
        &mut self,
        last: Position,
        offset: u64,
        piece: Rc<Piece>,
        fx: &mut Effects<Self>,
    ) -> (u64, bool) {
        if last.index <= self.commit && !self.config.install_old_snapshot {
            return (0, true); // It holds all of that.
        }
        let known = self.incoming.take().filter(|incoming| incoming.last == last);
        let mut incoming = known.unwrap_or(Incoming { last, pairs: Vec::new() });
        if offset != incoming.pairs.len() as u64 {
            let has = incoming.pairs.len() as u64;
            self.incoming = Some(incoming);
            return (has, false);
        }
        let Piece { pairs, rest } = Rc::unwrap_or_clone(piece);
        incoming.pairs.extend(pairs);
        let has = incoming.pairs.len() as u64;
        match rest {
            None => self.incoming = Some(incoming),
            Some(Rest { sessions, configured, covers }) => {
                let store = incoming.pairs.into_iter().collect();
                self.install(Snapshot { last, store, sessions, configured, covers }, fx);
                return (has, true);
            }
        }
        (has, false)
    }

    fn install(&mut self, snapshot: Snapshot, fx: &mut Effects<Self>) {
        let last = snapshot.last;
        let follows = self.log.len() >= last.index && self.position(last.index) == last;
        if follows && !self.config.snapshot_drops_suffix {
            fx.note(sentence!(
                "installs a snapshot up to index {0}, and keeps what follows in its log",
                last.index
            ));
        } else {
            fx.note(sentence!(
                "installs a snapshot up to index {0} in the place of its log",
                last.index
            ));
            self.log = snapshot.covers.clone();
        }
        (self.store, self.sessions) = (snapshot.store.clone(), snapshot.sessions.clone());
        (self.commit, self.applied) = (last.index, last.index);
        self.snapshot = Some(Rc::new(snapshot));
        (self.configured, self.configuration) = self.configuration_at(self.log.len());
        self.answer_awaited(fx);
    }
}
