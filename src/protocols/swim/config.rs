//! SWIM's options, and the flaws that a script can switch on. All that a member waits for is counted in
//! probe intervals, so that a run which is five times as fast has the proportions of memberlist's LAN
//! configuration still.

use std::fmt;

use crate::base::Time;
use crate::options;
use crate::protocol::Switch;

options! {
    pub struct Config {
        /// memberlist's `ProbeInterval`. Half of it is the timeout of a ping, a fifth the time from one
        /// gossip to the next, and the time of suspicion is a multiple of it.
        option interval: Time {
            default: Time::seconds(1),
            help: "how often a member pings another; all but push-pull and reconnect is counted in it",
            samples: ["100ms", "200ms"],
        }

        /// memberlist's `PushPullInterval`.
        option push_pull: Time {
            default: Time::seconds(30),
            help: "how often a member exchanges its whole list with another's",
            samples: ["2s", "1s"],
        }

        /// Serf's `ReconnectInterval`.
        option reconnect: Time {
            default: Time::seconds(30),
            help: "how often a member may try to reach one that it takes for dead",
            samples: ["500ms", "1s"],
        }

        option lifeguard: Switch {
            default: Switch::Off,
            choices: [Switch::Off, Switch::On],
            help: "whether a member doubts itself (Lifeguard): it asks its helpers for nacks, probes more \
                   slowly when they do not come, and tells a suspect of the suspicion",
            samples: ["off", "on"],
        }

        /// The article's analysis has all members begin their periods at the same moments.
        option periods: Periods {
            default: Periods::Own,
            choices: [Periods::Own, Periods::Together],
            help: "whether each member begins its periods at a moment of its own, or all of them together",
            samples: ["own", "together"],
        }

        flaw no_suspicion {
            title: "Dead at the first missed ping",
            story: "Who does not answer one ping in time, nor its helpers', is declared dead at once. The first \
                    SWIM of the article is such, and every failure detector that is a timeout: a lost packet or a \
                    pause for garbage collection expels a healthy machine.",
            breaks: "Suspected for the Minimum Time",
        }

        flaw no_refutation {
            title: "The accused say nothing",
            story: "A member that hears of its own suspicion or death does not answer with a higher incarnation. \
                    Made by whoever takes the list for the truth about oneself; a restarted member stays buried \
                    too.",
            breaks: "All Views Are Equal",
        }

        flaw no_incarnation_check {
            title: "Old news counts like new",
            story: "Claims are taken as they come, whatever their incarnation: a stale suspicion or death undoes a \
                    refutation that was quicker. Made by whoever merges states by order of arrival.",
            breaks: "Incarnations Grow",
        }

        flaw count_messages {
            title: "The same accuser counts twice",
            story: "Suspicions are counted as they arrive, and gossip brings each of them several times: one accuser \
                    alone shortens the suspicion to its minimum. Made by whoever counts messages where it ought to \
                    count their authors.",
            breaks: "Only Accusers Shorten a Suspicion",
        }

        flaw random_probing {
            title: "Whom to ping is drawn anew each time",
            story: "Instead of going through a shuffled list a member draws with replacement: it may leave out \
                    another for as long as chance will have it, and a failure is not found within any bound. So \
                    the article's own analysis has it.",
            breaks: "Every Member Is Probed",
        }

        flaw constant_retransmissions {
            title: "Each update is sent three times",
            story: "How often an update is passed on does not grow with the logarithm of the group: what a small \
                    group never notices leaves out members of a large one. Made by whoever tunes a constant on \
                    a laptop.",
            breaks: "Updates Are Sent Often Enough",
        }
    }
}

/// When members begin their periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Periods {
    Own,
    Together,
}

impl fmt::Display for Periods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Periods::Own => "own",
            Periods::Together => "together",
        })
    }
}

impl Config {
    /// How long a member waits for an ack before it asks helpers: memberlist's `ProbeTimeout`.
    pub fn timeout(&self) -> Time {
        Time(self.interval.0 / 2)
    }

    /// How long a helper waits for an ack before it sends a nack: 80 % of the timeout, as in the Lifeguard
    /// article. (memberlist waits for the whole timeout, and the nack comes too late to count where the
    /// interval is twice as long.)
    pub fn nack(&self) -> Time {
        Time(self.timeout().0 * 4 / 5)
    }

    /// memberlist's `GossipInterval`.
    pub fn gossip(&self) -> Time {
        Time(self.interval.0 / 5)
    }

    pub fn has_lifeguard(&self) -> bool {
        self.lifeguard == Switch::On
    }
}
