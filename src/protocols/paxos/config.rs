//! Paxos's options, and the flaws that a script can switch on: each is one of the rules left out.

use std::fmt;

use crate::base::quorum::majority;
use crate::base::{Place, Sentence, Span, Time};
use crate::protocol::OptionValue;
use crate::{options, sentence};

options! {
    pub struct Config {
        /// Who plays which of the three roles (§2.1). One server may play all of them.
        option proposers: Roster {
            default: Roster::All,
            help: "the servers that propose: all, or a list such as S1,S2",
            samples: ["all", "all", "S1"],
        }

        option acceptors: Roster {
            default: Roster::All,
            help: "the servers that promise and accept: all, or a list such as S1,S2,S3",
            samples: ["all"],
        }

        option learners: Roster {
            default: Roster::All,
            help: "the servers that are told what is accepted: all, or a list such as S3",
            samples: ["all", "all", "S1"],
        }

        /// How long a proposer waits in each phase for a quorum to answer, before it tries a higher
        /// ballot.
        option patience: Span {
            default: Span::new(Time::millis(150), Time::millis(250)),
            help: "how long a proposer waits in each phase for a quorum, before it tries a higher ballot",
            samples: ["150ms..250ms", "60ms..100ms", "300ms..500ms"],
        }

        /// How long a proposer waits when a higher ballot got in its way. Drawn at random each time,
        /// and longer and longer, so that one of two rivals is at last alone for long enough (§2.4).
        option backoff: Span {
            default: Span::new(Time::millis(20), Time::millis(100)),
            help: "how long a proposer waits when a higher ballot got in its way; a range grows with each try, \
                   a fixed time lets duels last",
            samples: ["20ms..100ms", "5ms..20ms", "100ms..300ms"],
        }

        /// How often a learner asks what has been chosen, until it knows.
        option ask: Span {
            default: Span::new(Time::millis(1_000), Time::millis(2_000)),
            help: "how often a learner that does not know the chosen value asks for it",
            samples: ["1s..2s", "300ms..600ms"],
        }

        flaw ignore_promise {
            title: "Promises are not kept",
            story: "An acceptor accepts whatever it is asked to, although it has promised a higher \
                    ballot. A late value is chosen behind the back of the proposer that holds the promise.",
            breaks: "Agreement",
        }

        flaw forget_promise {
            title: "A crash forgets the promise",
            story: "maxBal is not written to the disk. An acceptor that crashes after a promise accepts \
                    at a lower ballot again, and two values are chosen.",
            breaks: "Agreement",
        }

        flaw ignore_accepted {
            title: "Accepted values are ignored",
            story: "A proposer proposes its own value whatever the promises report. A value that is \
                    chosen already gets a rival.",
            breaks: "Proposals Are Safe",
        }

        flaw reuse_ballot {
            title: "A ballot is used again",
            story: "A proposer keeps its round in memory alone. After a crash it begins to count anew, and prepares a \
                    ballot that it has used before, for another value. So does many a student's Paxos, whose \
                    proposers have no disk at all.",
            breaks: "One Value Per Ballot",
        }

        flaw count_answers_twice {
            title: "An answer is counted twice",
            story: "A proposer counts answers and not who has given them. Where the network delivers a promise \
                    twice, one acceptor is taken for two, and a minority for a quorum. Courses that run Paxos \
                    over UDP warn of it, since each year somebody's does.",
            breaks: "Proposals Are Safe",
        }

        flaw small_quorum {
            title: "Half is taken for enough",
            story: "A quorum is half of the acceptors: 1 of 3, 2 of 4. Two such quorums may have no \
                    acceptor in common, and neither knows what the other has done.",
            breaks: "Agreement",
        }

        flaw adopt_lowest {
            title: "The oldest value is adopted",
            story: "Of the values that the promises report, a proposer takes the one of the lowest \
                    ballot. The one that may have been chosen is the one of the highest.",
            breaks: "Proposals Are Safe",
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
                && let Some(stranger) = named.iter().find(|node| node.number() >= nodes)
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
    Only(Vec<Place>),
}

impl Roster {
    pub fn has(&self, node: Place) -> bool {
        match self {
            Roster::All => true,
            Roster::Only(named) => named.contains(&node),
        }
    }

    /// Those among `nodes` servers who play it.
    pub fn of(&self, nodes: u16) -> impl Iterator<Item = Place> + use<'_> {
        Place::servers(nodes).filter(|node| self.has(*node))
    }
}

/// As a script writes it: `all` or `S1,S3`.
impl fmt::Display for Roster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Roster::All => f.write_str("all"),
            Roster::Only(named) => {
                let names: Vec<String> = named.iter().map(Place::to_string).collect();
                f.write_str(&names.join(","))
            }
        }
    }
}

impl OptionValue for Roster {
    fn read(text: &str) -> Result<Roster, Sentence> {
        if text == "all" {
            return Ok(Roster::All);
        }
        let named: Result<Vec<Place>, _> = text.split(',').map(str::parse).collect();
        let mut named = named.map_err(|_| sentence!("all, or servers such as S1,S2"))?;
        named.sort();
        let written = named.len();
        named.dedup();
        match named.len() == written {
            true => Ok(Roster::Only(named)),
            false => Err(sentence!("each server once")),
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
