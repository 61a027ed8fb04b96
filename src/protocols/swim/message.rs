//! What members say to each other, and what one can be asked for.

use std::fmt;
use std::rc::Rc;

use crate::base::{Place, Sentence};
use crate::protocol::{self, Field, Kind, Tone};
use crate::{key, listed, plain_requests, sentence};

plain_requests! {
    pub enum Ask {
        Join = "join": "has this process join the group",
        Leave = "leave": "has this member leave, and tell the others so",
    }
}

/// What can be claimed of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Alive,
    Suspect,
    Dead,
    /// Dead by its own word.
    Left,
}

impl State {
    /// Whether it takes part, as far as is known.
    pub fn is_present(self) -> bool {
        matches!(self, State::Alive | State::Suspect)
    }

    pub fn name(self) -> &'static str {
        match self {
            State::Alive => key!("alive"),
            State::Suspect => key!("suspect"),
            State::Dead => key!("dead"),
            State::Left => key!("left"),
        }
    }
}

/// A claim about a member, as it is passed on: which incarnation of it, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Update {
    pub about: Place,
    pub state: State,
    pub incarnation: u64,
    pub by: Place,
}

/// `S3 suspect 2 (S1)`
impl fmt::Display for Update {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.about, self.state.name(), self.incarnation)?;
        match self.by == self.about {
            true => Ok(()),
            false => write!(f, " ({})", self.by),
        }
    }
}

/// Updates that ride on a message.
pub type Updates = Rc<[Update]>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message {
    pub what: What,
    pub updates: Updates,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    /// Are you there? Answer with this number.
    Ping { seq: u64 },
    Ack { seq: u64 },
    /// Ping this member for me.
    PingReq { seq: u64, target: Place },
    /// I have asked, and have no answer.
    Nack { seq: u64 },
    /// Nothing but the updates.
    Gossip,
    /// All that the sender holds of all, and a wish for the same.
    PushPull { list: Updates },
    PushPullReply { list: Updates },
}

impl protocol::Message for Message {
    listed! {
        fn kinds() -> &'static [Kind];
        fn kind(&self) -> Kind {
            match (self.what) {
                What::Ping { .. } => Kind { name: key!("ping"), tone: Tone::Call },
                What::Ack { .. } => Kind { name: key!("ack"), tone: Tone::Reply },
                What::PingReq { .. } => Kind { name: key!("ping-req"), tone: Tone::Vote },
                What::Nack { .. } => Kind { name: key!("nack"), tone: Tone::Reply },
                What::Gossip => Kind { name: key!("gossip"), tone: Tone::Beat },
                What::PushPull { .. } => Kind { name: key!("push-pull"), tone: Tone::Call },
                What::PushPullReply { .. } => Kind { name: key!("push-pull reply"), tone: Tone::Reply },
            }
        }
    }

    /// By its name in the paper, with the first of what it carries.
    fn label(&self) -> Sentence {
        let kind = protocol::Message::kind(self).name;
        let label = match (&self.what, &self.updates[..]) {
            (What::Gossip, [first, ..]) => first.to_string(),
            (What::PingReq { target, .. }, _) => format!("{kind} {target}"),
            (_, []) => kind.to_owned(),
            (_, [first, ..]) => format!("{kind} · {first}"),
        };
        match self.updates.len() {
            0 | 1 => sentence!("{0}", label),
            more => sentence!("{0} +{1}", label, more - 1),
        }
    }

    fn fields(&self) -> Vec<Field> {
        let mut fields = match &self.what {
            What::Ping { seq } | What::Ack { seq } | What::Nack { seq } => {
                vec![Field::new("seq", seq)]
            }
            What::PingReq { seq, target } => {
                vec![Field::new("seq", seq), Field::new("target", target)]
            }
            What::Gossip => Vec::new(),
            What::PushPull { list } | What::PushPullReply { list } => {
                vec![Field::new("members", listing(list))]
            }
        };
        if !self.updates.is_empty() {
            fields.push(Field::new("updates", listing(&self.updates)));
        }
        fields
    }
}

fn listing(updates: &[Update]) -> String {
    let each: Vec<String> = updates.iter().map(Update::to_string).collect();
    format!("[{}]", each.join(", "))
}

