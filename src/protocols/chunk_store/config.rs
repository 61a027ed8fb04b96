//! Options, and the flaws that a script can switch on.

use crate::base::Time;
use crate::options;

options! {
    pub struct Config {
        option replicas: u64 {
            default: 3,
            range: 1..=5,
            help: "how many replicas of the chunk there should be",
            samples: ["3", "2"],
        }
        /// 60 s in the real systems.
        option lease: Time {
            default: Time::millis(600),
            help: "how long a primary has its lease, unless it is extended",
            samples: ["600ms", "300ms", "1s"],
        }
        /// 10 min 30 s in HDFS, with a heartbeat every 3 s.
        option dead: Time {
            default: Time::millis(400),
            help: "how long the master does without a heartbeat before it takes a chunkserver for dead",
            samples: ["400ms", "800ms", "250ms"],
        }
        option cache: Time {
            default: Time::seconds(2),
            help: "how long a client keeps what the master has told it",
            samples: ["2s", "400ms", "5s"],
        }
        flaw early_lease {
            title: "A new lease before the old one has ended",
            story: "The primary is not heard of, so another one gets the lease: but a primary that is cut off from \
                    the master still has its own, and goes on. Made by whoever takes silence for death.",
            breaks: "One Lease at a Time",
        }
        flaw same_version {
            title: "A new lease keeps the version",
            story: "A replica that was down meanwhile looks as new as the others when it comes back, and is read. \
                    HDFS had no generation stamps at first, and took such blocks for whole.",
            breaks: "One Lease for Each Version",
        }
        flaw early_success {
            title: "Done is said before the secondaries have answered",
            story: "It saves a round trip. If a secondary has not applied the record, nobody learns of it, and the \
                    client never tries again. Made by whoever acknowledges when the first copy is written.",
            breaks: "A Success Is on All Replicas",
        }
        flaw unversioned_read {
            title: "A chunkserver does not look at the version that a reader brings",
            story: "A reader that has seen a newer version is given an older one all the same, and goes back in \
                    time. Made by whoever names a block by its number alone, without its generation stamp.",
            breaks: "No Read Below the Version",
        }
        flaw stale_counts {
            title: "The master counts every replica that is reported",
            story: "A chunkserver that was down says that it has the chunk, and the master sends readers there. Made \
                    by whoever asks only whether the file is there.",
            breaks: "No Stale Replica Is Named",
        }
    }
}

impl Config {
    /// How long the master takes a lease for taken. The holder counts from before the grant, and by its own clock:
    /// this is enough as long as no clock is wrong by more than a tenth.
    pub fn reserve(&self) -> Time {
        Time(self.lease.0 / 4 * 5)
    }
}
