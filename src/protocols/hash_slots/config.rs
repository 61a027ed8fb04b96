//! Options, and the flaws that a script can switch on.

use crate::base::{Span, Time};
use crate::options;
use crate::protocol::Switch;

options! {
    /// The real system's times, a tenth of them, but for the node timeout, which is 15 s there if nobody says
    /// otherwise.
    pub struct Config {
        option masters: u64 {
            default: 3,
            range: 1..=9,
            help: "how many servers are masters at the start; the others are their replicas, dealt out in turn",
            samples: ["3"],
        }
        option timeout: Time {
            default: Time::millis(500),
            help: "the node timeout: how long a ping may go unanswered",
            samples: ["500ms", "250ms"],
        }
        option delay: Span {
            default: Span::new(Time::millis(50), Time::millis(100)),
            help: "how long a replica waits before it asks for votes",
            samples: ["50ms..100ms", "10ms..30ms"],
        }
        option rank: Time {
            default: Time::millis(100),
            help: "how much longer it waits for each replica that has more of the data",
            samples: ["100ms", "1ms"],
        }
        option coverage: Switch {
            default: Switch::On,
            choices: [Switch::On, Switch::Off],
            help: "whether all stop while the slots of one have failed",
            samples: ["on", "off"],
        }
        option patience: Time {
            default: Time::millis(300),
            help: "after how long without an answer a client asks another server",
            samples: ["300ms", "150ms"],
        }
        flaw forget_vote {
            title: "The vote is not written to the disk",
            story: "A master that crashes after it has voted votes again in the same epoch. Made by whoever takes \
                    lastVoteEpoch for a mere counter; Redis calls fsync before it answers.",
            breaks: "One Vote per Epoch",
        }
        flaw count_old_acks {
            title: "A vote counts whenever it comes",
            story: "A late vote for an earlier request is added to those for the present one, which the voter may \
                    have given to another. Made by whoever counts answers without looking at their epoch.",
            breaks: "A Winner Has a Majority",
        }
        flaw minority_goes_on {
            title: "A master in the minority goes on",
            story: "It takes writes for as long as the partition lasts, and all of them are lost when it ends. So do \
                    pairs of a master and a replica that are watched from outside.",
            breaks: "The Minority Stops",
        }
        flaw vote_without_fail {
            title: "A master votes without looking at FAIL",
            story: "It trusts the replica that the master is gone. One replica that hears badly takes over from \
                    a master that everybody else can reach.",
            breaks: "Votes Only Against the Failed",
        }
        flaw ignore_config_epoch {
            title: "Whoever speaks last has the slot",
            story: "A master that comes back takes its slots from the one that was elected in its place. Made \
                    by whoever believes in the latest message instead of the greatest epoch.",
            breaks: "Epochs Only Grow",
        }
    }
}

impl Config {
    /// How often a server looks at its peers.
    pub fn tick(&self) -> Time {
        Time(self.timeout.0 / 10)
    }

    /// After so long without a word of another it is not counted on: half the timeout until it is pinged, and
    /// the timeout until the ping is taken for unanswered.
    pub fn silence(&self) -> Time {
        Time(self.timeout.0 * 3 / 2) + self.tick()
    }

    pub fn twice(&self) -> Time {
        Time(self.timeout.0 * 2)
    }
}
