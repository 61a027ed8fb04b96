//! Paxos's options, and the flaws that a script can switch on: each is one of the rules left out.

use std::fmt;
use std::str::FromStr;

use crate::base::quorum::majority;
use crate::base::{NodeId, Sentence, Span, Time};
use crate::protocol::{Flaw, Knob};
use crate::sentence;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Config {
    /// Who plays which of the three roles (§2.1). One server may play all of them.
    pub proposers: Roster,
    pub acceptors: Roster,
    pub learners: Roster,
    /// How long a proposer waits in each phase for a quorum to answer, before it tries a higher
    /// ballot.
    pub patience: Span,
    /// How long a proposer waits when a higher ballot got in its way. Drawn at random each time,
    /// and longer and longer, so that one of two rivals is at last alone for long enough (§2.4).
    pub backoff: Span,
    /// How often a learner asks what has been chosen, until it knows.
    pub ask: Span,

    pub ignore_promise: bool,
    pub forget_promise: bool,
    pub ignore_accepted: bool,
    pub small_quorum: bool,
    pub adopt_lowest: bool,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            proposers: Roster::All,
            acceptors: Roster::All,
            learners: Roster::All,
            patience: Span::new(Time::millis(150), Time::millis(250)),
            backoff: Span::new(Time::millis(20), Time::millis(100)),
            ask: Span::new(Time::millis(1_000), Time::millis(2_000)),
            ignore_promise: false,
            forget_promise: false,
            ignore_accepted: false,
            small_quorum: false,
            adopt_lowest: false,
        }
    }
}

impl Config {
    /// How many of the acceptors make a quorum: a majority, so that any two quorums share an
    /// acceptor.
    pub fn quorum(&self, nodes: u16) -> u16 {
        let acceptors = self.acceptors.of(nodes).count() as u16;
        match self.small_quorum {
            true => (acceptors / 2).max(1),
            false => majority(acceptors),
        }
    }

    /// What in these roles makes no sense for so many servers.
    pub fn check(&self, nodes: u16) -> Result<(), Sentence> {
        let rosters = [
            ("proposers", &self.proposers),
            ("acceptors", &self.acceptors),
            ("learners", &self.learners),
        ];
        for (role, roster) in rosters {
            if let Roster::Only(named) = roster
                && let Some(stranger) = named.iter().find(|node| node.0 >= nodes)
            {
                return Err(sentence!(
                    "{0}={1}: there is no {2} among {3} servers.",
                    String::from(role),
                    roster.to_string(),
                    *stranger,
                    nodes
                ));
            }
        }
        Ok(())
    }
}

/// Who plays a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Roster {
    All,
    /// These servers, at least one, in order.
    Only(Vec<NodeId>),
}

impl Roster {
    pub fn has(&self, node: NodeId) -> bool {
        match self {
            Roster::All => true,
            Roster::Only(named) => named.contains(&node),
        }
    }

    /// Those among `nodes` servers who play it.
    pub fn of(&self, nodes: u16) -> impl Iterator<Item = NodeId> + use<'_> {
        NodeId::all(nodes).filter(|node| self.has(*node))
    }
}

/// As a script writes it: `all` or `S1,S3`.
impl fmt::Display for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Roster::All => f.write_str("all"),
            Roster::Only(named) => {
                let names: Vec<String> = named.iter().map(NodeId::to_string).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

impl FromStr for Roster {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "all, or servers such as S1,S2";
        if text == "all" {
            return Ok(Roster::All);
        }
        let named: Result<Vec<NodeId>, _> = text.split(',').map(str::parse).collect();
        let mut named = named.map_err(|_| EXPECTED)?;
        named.sort();
        let written = named.len();
        named.dedup();
        match named.len() == written {
            true => Ok(Roster::Only(named)),
            false => Err("each server once"),
        }
    }
}

/// The range after `attempts` ballots in a row that led to nothing: its width doubles each time, up
/// to sixteenfold. A fixed time has no width and stays what it is, so two proposers that wait alike
/// may keep each other from ending for ever.
pub(super) fn widened(span: Span, attempts: u32) -> Span {
    let width = span.max.since(span.min);
    let factor = 1 << attempts.saturating_sub(1).min(4);
    Span::new(span.min, span.min + Time(width.0 * factor))
}

pub const OPTIONS: &[Knob<Config>] = &[
    Knob {
        name: "proposers",
        help: "the servers that propose: all, or a list such as S1,S2",
        get: |config| config.proposers.to_string(),
        samples: &["all", "all", "S1"],
        set: |config, text| {
            config.proposers = text.parse()?;
            Ok(())
        },
    },
    Knob {
        name: "acceptors",
        help: "the servers that promise and accept: all, or a list such as S1,S2,S3",
        get: |config| config.acceptors.to_string(),
        samples: &["all"],
        set: |config, text| {
            config.acceptors = text.parse()?;
            Ok(())
        },
    },
    Knob {
        name: "learners",
        help: "the servers that are told what is accepted: all, or a list such as S3",
        get: |config| config.learners.to_string(),
        samples: &["all", "all", "S1"],
        set: |config, text| {
            config.learners = text.parse()?;
            Ok(())
        },
    },
    Knob {
        name: "patience",
        help: "how long a proposer waits in each phase for a quorum, before it tries a higher ballot",
        get: |config| config.patience.to_string(),
        samples: &["150ms..250ms", "60ms..100ms", "300ms..500ms"],
        set: |config, text| {
            config.patience = Span::wait(text)?;
            Ok(())
        },
    },
    Knob {
        name: "backoff",
        help: "how long a proposer waits when a higher ballot got in its way; a range grows with each try, \
               a fixed time lets duels last",
        get: |config| config.backoff.to_string(),
        samples: &["20ms..100ms", "5ms..20ms", "100ms..300ms"],
        set: |config, text| {
            config.backoff = Span::wait(text)?;
            Ok(())
        },
    },
    Knob {
        name: "ask",
        help: "how often a learner that does not know the chosen value asks for it",
        get: |config| config.ask.to_string(),
        samples: &["1s..2s", "300ms..600ms"],
        set: |config, text| {
            config.ask = Span::wait(text)?;
            Ok(())
        },
    },
];

pub const FLAWS: &[Flaw<Config>] = &[
    Flaw {
        name: "ignore-promise",
        title: "Promises are not kept",
        story: "An acceptor accepts whatever it is asked to, although it has promised a higher \
                ballot. A late value is chosen behind the back of the proposer that holds the promise.",
        breaks: "Agreement",
        switch: |config| &mut config.ignore_promise,
    },
    Flaw {
        name: "forget-promise",
        title: "A crash forgets the promise",
        story: "maxBal is not written to the disk. An acceptor that crashes after a promise accepts \
                at a lower ballot again, and two values are chosen.",
        breaks: "Agreement",
        switch: |config| &mut config.forget_promise,
    },
    Flaw {
        name: "ignore-accepted",
        title: "Accepted values are ignored",
        story: "A proposer proposes its own value whatever the promises report. A value that is \
                chosen already gets a rival.",
        breaks: "Proposals Are Safe",
        switch: |config| &mut config.ignore_accepted,
    },
    Flaw {
        name: "small-quorum",
        title: "Half is taken for enough",
        story: "A quorum is half of the acceptors: 1 of 3, 2 of 4. Two such quorums may have no \
                acceptor in common, and neither knows what the other has done.",
        breaks: "Agreement",
        switch: |config| &mut config.small_quorum,
    },
    Flaw {
        name: "adopt-lowest",
        title: "The oldest value is adopted",
        story: "Of the values that the promises report, a proposer takes the one of the lowest \
                ballot. The one that may have been chosen is the one of the highest.",
        breaks: "Proposals Are Safe",
        switch: |config| &mut config.adopt_lowest,
    },
];
