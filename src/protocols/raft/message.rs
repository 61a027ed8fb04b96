//! What Raft's servers write down and say to each other (Figure 2, and the table of §5.3).

use std::fmt;
use std::ops::Deref;
use std::rc::Rc;

use crate::base::{Log, Place, Sentence};
use crate::protocol::{self, Field, Kind, Tone};
use crate::service::sessions::LogCommand;
use crate::{listed, sentence};

use super::Configuration;
use super::snapshot::{Piece, Snapshot};

/// All that survives a crash (Figure 2, "persistent state on all servers").
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// `currentTerm`: the latest term this server has seen.
    pub term: u64,
    /// `votedFor`: who got this server's vote in that term.
    pub voted_for: Option<Place>,
    pub log: Log<Entry>,
    /// What the log's beginning has been replaced by.
    pub snapshot: Option<Rc<Snapshot>>,
}

/// The latest term that a script may begin with.
const TERMS: u64 = 1_000_000;

impl Disk {
    /// A log of these terms, of entries that change nothing, such as `1 1 4`; and the term that the server
    /// is in, where that is later than its last entry's: `term=7 1 1 4`.
    pub fn of_terms(text: &str) -> Result<Disk, Sentence> {
        let mut disk = Disk::default();
        for (place, word) in text.split_whitespace().enumerate() {
            let given = word.strip_prefix("term=").filter(|_| place == 0);
            let term = given.unwrap_or(word).parse().ok().filter(|term| (1..=TERMS).contains(term));
            let least = disk.log.last().map_or(1, |entry: &Entry| entry.term);
            match term {
                Some(term) if given.is_some() => disk.term = term,
                Some(term) if term >= least => {
                    disk.log.push(Entry { term, command: Command::Log(LogCommand::NoOp) });
                }
                _ => {
                    let word: String = word.chars().take(40).collect();
                    return Err(sentence!("“{0}” is no term from {1} on", word, least));
                }
            }
        }
        disk.term = disk.term.max(disk.log.last().map_or(0, |entry| entry.term));
        Ok(disk)
    }
}

/// One entry of the log: a command, and the term in which a leader received it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Entry {
    pub term: u64,
    pub command: Command,
}

/// What an entry holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Command {
    /// For the state machine.
    Log(LogCommand),
    /// A configuration, and whose request it answers.
    Configure { whose: (Place, u64), configuration: Configuration },
}

impl Command {
    pub(super) fn configuration(&self) -> Option<Configuration> {
        match self {
            Command::Log(_) => None,
            Command::Configure { configuration, .. } => Some(*configuration),
        }
    }

    /// Whether it is this client's request of this number.
    pub(super) fn is(&self, client: Place, seq: u64) -> bool {
        match self {
            Command::Log(command) => command.is(client, seq),
            Command::Configure { whose, .. } => *whose == (client, seq),
        }
    }
}

/// The four messages of §5, whose sender is the candidate, the leader or the follower of the paper; and
/// those that options add.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Message {
    /// `told`: the leader hands over to it, so whoever stands by that leader votes all the same.
    RequestVote { term: u64, last: Position, told: bool },
    RequestVoteReply { term: u64, vote_granted: bool },
    /// Would you vote for me in this term, if I stood? (Dissertation, §9.6.)
    PreVote { term: u64, last: Position },
    PreVoteReply { term: u64, granted: bool },
    AppendEntries { term: u64, prev: Position, entries: Entries, leader_commit: u64, round: u64 },
    AppendEntriesReply { term: u64, outcome: Appended, round: u64 },
    /// A piece of a snapshot that ends at `last`, from the `offset`-th pair on (§7); copies of the message
    /// share it.
    InstallSnapshot { term: u64, last: Position, offset: u64, piece: Rc<Piece>, round: u64 },
    /// So many pairs are here; `done`: all that it covers is, and on disk.
    InstallSnapshotReply { term: u64, last: u64, offset: u64, done: bool, round: u64 },
    /// The leader hands over: stand at once (dissertation, §3.10).
    TimeoutNow { term: u64 },
    /// How far must a follower have executed before it may answer this read? (§6.4)
    ReadIndex { term: u64, client: Place, seq: u64 },
    ReadIndexReply { term: u64, client: Place, seq: u64, index: u64 },
}

/// A place in a log, named so that two servers can tell whether they mean the same entry: by Log
/// Matching, equal positions are preceded by equal logs. Positions order as §5.4.1 compares logs:
/// the later term is the more up to date; in the same term, the longer log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub term: u64,
    pub index: u64,
}

impl Position {
    /// What the server whose log ends here says when it gives its vote to one whose log ends at `last`:
    /// where they differ, that decides who can lead.
    pub(super) fn votes(self, candidate: Place, term: u64, last: Position) -> Sentence {
        match self == last {
            true => sentence!("votes for {0} in term {1}", candidate, term),
            false => sentence!(
                "votes for {0} in term {1}: its log ends with term {2} at index {3}, this one with term {4} at index {5}",
                candidate,
                term,
                last.term,
                last.index,
                self.term,
                self.index
            ),
        }
    }
}

/// What became of an AppendEntries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Appended {
    /// The log equals the leader's up to this index.
    Match(u64),
    /// The log has no such entry at index `prev`, and goes on as the hint says.
    Mismatch { prev: u64, hint: Hint },
    /// It came from a leader of an older term.
    Stale,
}

/// From where a leader may try again (the end of §5.3): the log ends before `index`; or at the place
/// asked for it has an entry of this `term`, whose first entry is at `index`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hint {
    pub term: Option<u64>,
    pub index: u64,
}

/// The entries of one message. Copies of the message share them, and none cost nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Entries(Option<Rc<Vec<Entry>>>);

impl Deref for Entries {
    type Target = [Entry];
    fn deref(&self) -> &[Entry] {
        self.0.as_ref().map_or(&[], |entries| entries)
    }
}

impl FromIterator<Entry> for Entries {
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Entries {
        let entries: Vec<Entry> = entries.into_iter().collect();
        Entries((!entries.is_empty()).then(|| Rc::new(entries)))
    }
}

impl Message {
    /// Whoever asks for votes is ignored by those who stand by their leader.
    pub(super) fn asks_for_votes(&self) -> bool {
        matches!(self, Message::RequestVote { told: false, .. } | Message::PreVote { .. })
    }

    /// §5.1: whoever hears of a later term enters it. A PreVote speaks of a term that nobody is in yet, and
    /// so does the answer that would grant it.
    pub(super) fn raises_terms(&self) -> bool {
        !matches!(self, Message::PreVote { .. } | Message::PreVoteReply { granted: true, .. })
    }

    /// Every message carries its sender's term (§5.1); a PreVote the one after it.
    pub fn term(&self) -> u64 {
        match self {
            Message::RequestVote { term, .. }
            | Message::RequestVoteReply { term, .. }
            | Message::PreVote { term, .. }
            | Message::PreVoteReply { term, .. }
            | Message::AppendEntries { term, .. }
            | Message::AppendEntriesReply { term, .. }
            | Message::InstallSnapshot { term, .. }
            | Message::InstallSnapshotReply { term, .. }
            | Message::TimeoutNow { term }
            | Message::ReadIndex { term, .. }
            | Message::ReadIndexReply { term, .. } => *term,
        }
    }
}

/// The label on the graph.
impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self) {
                Message::RequestVote { .. } => Kind { name: "RequestVote", tone: Tone::Vote },
                Message::RequestVoteReply { .. } => Kind { name: "RequestVote reply", tone: Tone::Reply },
                Message::AppendEntries { entries, .. } if !entries.is_empty() => Kind { name: "AppendEntries", tone: Tone::Call },
                Message::AppendEntriesReply { .. } => Kind { name: "AppendEntries reply", tone: Tone::Reply },
                Message::AppendEntries { .. } => Kind { name: "heartbeat", tone: Tone::Beat },
                Message::PreVote { .. } => Kind { name: "PreVote", tone: Tone::Vote },
                Message::InstallSnapshot { .. } => Kind { name: "InstallSnapshot", tone: Tone::Call },
                Message::InstallSnapshotReply { .. } => Kind { name: "InstallSnapshot reply", tone: Tone::Reply },
                Message::TimeoutNow { .. } => Kind { name: "TimeoutNow", tone: Tone::Call },
                Message::ReadIndex { .. } => Kind { name: "ReadIndex", tone: Tone::Call },
                Message::ReadIndexReply { .. } => Kind { name: "ReadIndex reply", tone: Tone::Reply },
                Message::PreVoteReply { .. } => Kind { name: "PreVote reply", tone: Tone::Reply },
            }
        }
    }

    fn label(&self) -> Sentence {
        match self {
            Message::RequestVote { term, .. } => sentence!("vote? t{0}", *term),
            Message::RequestVoteReply { term, vote_granted: true } => sentence!("vote ✓ t{0}", *term),
            Message::RequestVoteReply { term, vote_granted: false } => sentence!("vote ✗ t{0}", *term),
            Message::PreVote { term, .. } => sentence!("pre? t{0}", *term),
            Message::PreVoteReply { term, granted: true } => sentence!("pre ✓ t{0}", *term),
            Message::PreVoteReply { term, granted: false } => sentence!("pre ✗ t{0}", *term),
            Message::AppendEntries { entries, .. } => match &entries[..] {
                [] => sentence!("beat"),
                [entry] => sentence!("append {0}", entry.to_string()),
                entries => sentence!("append ×{0}", entries.len()),
            },
            Message::InstallSnapshot { last, offset, .. } => {
                sentence!("snapshot {0}+{1}", last.index, *offset)
            }
            Message::InstallSnapshotReply { last, done: true, .. } => {
                sentence!("ok {0}", last.to_string())
            }
            Message::InstallSnapshotReply { last, offset, .. } => {
                sentence!("more {0}+{1}", last.to_string(), *offset)
            }
            Message::TimeoutNow { .. } => sentence!("stand now"),
            Message::ReadIndex { client, .. } => sentence!("index? {0}", *client),
            Message::ReadIndexReply { index, .. } => sentence!("index {0}", *index),
            Message::AppendEntriesReply { term, outcome, .. } => match outcome {
                Appended::Match(index) => sentence!("ok {0}", *index),
                Appended::Mismatch { hint, .. } => sentence!("no {0}", hint.index),
                Appended::Stale => sentence!("no t{0}", *term),
            },
        }
    }

    fn fields(&self) -> Vec<Field> {
        match self {
            Message::RequestVote { term, last, .. } | Message::PreVote { term, last } => {
                let mut fields = vec![
                    Field::new("term", term),
                    Field::new("lastLogIndex", last.index),
                    Field::new("lastLogTerm", last.term),
                ];
                if let Message::RequestVote { told: true, .. } = self {
                    fields.push(Field::new("leadershipTransfer", true));
                }
                fields
            }
            Message::InstallSnapshot { .. } | Message::InstallSnapshotReply { .. } => {
                self.snapshot_fields()
            }
            Message::TimeoutNow { term } => vec![Field::new("term", term)],
            Message::ReadIndex { term, client, seq } => vec![
                Field::new("term", term),
                Field::new("client", client),
                Field::new("seq", seq),
            ],
            Message::ReadIndexReply { term, client, seq, index } => vec![
                Field::new("term", term),
                Field::new("client", client),
                Field::new("seq", seq),
                Field::new("readIndex", index),
            ],
            Message::RequestVoteReply { term, vote_granted } => {
                vec![Field::new("term", term), Field::new("voteGranted", vote_granted)]
            }
            Message::PreVoteReply { term, granted } => {
                vec![Field::new("term", term), Field::new("voteGranted", granted)]
            }
            Message::AppendEntries { term, prev, entries, leader_commit, round } => {
                let mut fields = vec![
                    Field::new("term", term),
                    Field::new("prevLogIndex", prev.index),
                    Field::new("prevLogTerm", prev.term),
                    Field::new("entries[]", entries),
                    Field::new("leaderCommit", leader_commit),
                ];
                fields.extend(round_told(*round));
                fields
            }
            Message::AppendEntriesReply { term, outcome, round } => {
                let success = matches!(outcome, Appended::Match(_));
                let mut fields = vec![Field::new("term", term), Field::new("success", success)];
                match outcome {
                    Appended::Match(index) => fields.push(Field::new("matchIndex", index)),
                    Appended::Mismatch { prev, hint } => {
                        fields.push(Field::new("prevLogIndex", prev));
                        fields.extend(hint.term.map(|term| Field::new("conflictTerm", term)));
                        fields.push(Field::new("conflictIndex", hint.index));
                    }
                    Appended::Stale => {}
                }
                fields.extend(round_told(*round));
                fields
            }
        }
    }
}

impl Message {
    fn snapshot_fields(&self) -> Vec<Field> {
        let (mut fields, round) = match self {
            Message::InstallSnapshot { term, last, offset, piece, round } => (
                vec![
                    Field::new("term", term),
                    Field::new("lastIncludedIndex", last.index),
                    Field::new("lastIncludedTerm", last.term),
                    Field::new("offset", offset),
                    Field::new("data[]", piece),
                    Field::new("done", piece.is_last()),
                ],
                round,
            ),
            Message::InstallSnapshotReply { term, last, offset, done, round } => (
                vec![
                    Field::new("term", term),
                    Field::new("lastIncludedIndex", last),
                    Field::new("offset", offset),
                    Field::new("done", done),
                ],
                round,
            ),
            _ => return Vec::new(),
        };
        fields.extend(round_told(*round));
        fields
    }
}

/// `[x=1, y=2]`
impl fmt::Display for Piece {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.pairs.iter().map(|(key, value)| format!("{key}={value}"));
        write!(f, "[{}]", pairs.collect::<Vec<_>>().join(", "))
    }
}

/// The number of a round, once there is one: most reigns need none.
fn round_told(round: u64) -> Option<Field> {
    (round > 0).then(|| Field::new("round", round))
}

/// Each entry with its term: `[x=1 (t2), no-op (t3)]`.
impl fmt::Display for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (place, entry) in self.iter().enumerate() {
            let comma = if place == 0 { "" } else { ", " };
            write!(f, "{comma}{entry} (t{})", entry.term)?;
        }
        f.write_str("]")
    }
}
