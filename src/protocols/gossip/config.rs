//! Options and flaws.

use std::fmt;

use crate::base::{Span, Time};
use crate::options;
use crate::protocol::{Repeat, Switch};

options! {
    pub struct Config {
        option mode: Mode {
            default: Mode::Push,
            choices: [Mode::Push, Mode::Pull, Mode::PushPull],
            help: "whether whoever knows something tells others (push), everybody asks others (pull), or both \
                   in one contact (push-pull)",
            samples: ["push", "pull", "push-pull"],
        }
        option fanout: u64 {
            default: 1,
            range: 0..=10,
            help: "how many others a place turns to in a cycle; with 0 there are no rumours, and anti-entropy \
                   alone spreads what is new",
            samples: ["1", "3"],
        }
        option cycle: Span {
            default: Span::exactly(Time::millis(50)),
            help: "how long a place waits from one telling to the next",
            samples: ["50ms", "20ms..200ms"],
        }
        option rounds: Rounds {
            default: Rounds::Own,
            choices: [Rounds::Own, Rounds::Synchronous],
            help: "whether each place has a timer of its own, or all begin a cycle together, as in the article's \
                   tables; messages must then be quicker than a cycle",
            samples: ["own", "synchronous"],
        }
        option feedback: Switch {
            default: Switch::On,
            choices: [Switch::On, Switch::Off],
            help: "whether the other answers if it was news; off is blind: every contact counts as one in vain",
            samples: ["on", "off"],
        }
        option lose: Lose {
            default: Lose::Counter,
            choices: [Lose::Counter, Lose::Coin, Lose::Never],
            help: "how a place loses interest: after k contacts in vain (counter), with a chance of 1/k after each \
                   of them (coin), or never",
            samples: ["counter", "coin"],
        }
        option counter: u64 {
            default: 2,
            range: 1..=20,
            help: "the k of `lose`: after so many contacts in a row that were no news a place loses interest",
            samples: ["1", "2", "4"],
        }
        option reset: Switch {
            default: Switch::On,
            choices: [Switch::On, Switch::Off],
            help: "whether a contact that was news sets the counter back to zero",
            samples: ["on"],
        }
        option anti_entropy: Repeat {
            default: Repeat::Off,
            help: "how often a place compares all that it has with somebody's, checksums first",
            samples: ["100ms", "200ms", "off"],
        }
        option certificate: Time {
            default: Time::seconds(2),
            help: "how long everybody keeps a death certificate, where there is anti-entropy",
            samples: ["300ms", "1s"],
        }
        option keepers: u64 {
            default: 2,
            range: 0..=10,
            help: "how many keep it for good, dormant: who deleted, and others at random",
            samples: ["2", "1"],
        }
        flaw no_tombstone {
            title: "Deletion without a tombstone",
            story: "Who is asked to delete forgets the key and tells nobody; anti-entropy takes it for one that \
                    has not heard of it, and the dead rise. Made by whoever replicates a set by union.",
            breaks: "The Dead Stay Dead",
        }
        flaw compare_keys_alone {
            title: "Checksums of the keys alone",
            story: "Two places with the same keys compare as equal, whatever stands under them. Made by whoever \
                    hashes names to save reading what they stand for.",
            breaks: "All Are Equal",
        }
        flaw overwrite_by_older {
            title: "An older version overwrites",
            story: "What arrives is taken, whatever is there. Made by whoever trusts that messages arrive in the \
                    order in which they were written.",
            breaks: "Versions Grow",
        }
        flaw reactivate_as_new {
            title: "A certificate wakes up as a new deletion",
            story: "A dormant certificate that meets what it has deleted is stamped anew, instead of getting an \
                    activation stamp beside its own: it deletes what was written after it, too.",
            breaks: "No Write Undone",
        }
    }
}

/// Who turns to whom with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    Push,
    Pull,
    PushPull,
}

impl Mode {
    /// Who knows something turns to others.
    pub fn tells(self) -> bool {
        self != Mode::Pull
    }

    /// Everybody turns to others, whether it knows something or not.
    pub fn asks(self) -> bool {
        self != Mode::Push
    }
}

/// When a cycle begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounds {
    Own,
    Synchronous,
}

/// How interest is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lose {
    Counter,
    Coin,
    Never,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Push => "push",
            Mode::Pull => "pull",
            Mode::PushPull => "push-pull",
        })
    }
}

impl fmt::Display for Rounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Rounds::Own => "own",
            Rounds::Synchronous => "synchronous",
        })
    }
}

impl fmt::Display for Lose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lose::Counter => "counter",
            Lose::Coin => "coin",
            Lose::Never => "never",
        })
    }
}
