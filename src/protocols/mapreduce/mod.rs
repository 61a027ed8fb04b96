//! MapReduce: a job is cut into many small tasks, and whatever a machine that fails has lost is done again.
//!
//! After Jeffrey Dean and Sanjay Ghemawat, *MapReduce: Simplified Data Processing on Large Clusters*
//! (OSDI 2004).
//!
//! The input is cut into *splits*. A *map task* reads one, and puts out pairs of a key and a value, which it
//! divides among R *partitions* by a hash of the key (§3.1). A *reduce task* fetches its partition from all map
//! tasks, adds up what belongs to a key, and writes one output file. One *master* gives tasks to *workers*
//! (§3.2). It pings them; who does not answer for a while has failed (§3.3).
//!
//! What a map has put out lies on its worker's own disk, and is lost with that. So the *completed* maps of a
//! failed worker are run again, as well as whatever it was doing. What a reduce has put out lies in the global
//! file system: once complete it stays so. A task may be executed several times, since a failed worker may only
//! have been silent, and since near the end of a job the master has tasks that take long executed a second time
//! as *backup* (§3.6). Two rules make one of them count: of a map the first completion that the master hears of;
//! and of a reduce one whole execution, as each writes a temporary file and *renames* it at the end, which the
//! file system does at once or not at all (§3.3). That the result is as if nothing had failed needs one thing
//! more: functions that put out the same for the same input, whenever and wherever they run.
//!
//! The job here counts words (§2.1; `job.rs`). What the paper has and this leaves out: reduces that begin to
//! fetch while maps are still running, the choice of a worker that is near its split (§3.4), combiners (§4.3),
//! and bad records that are skipped (§4.6). The file system is one place of its own: the real one (GFS) is
//! replicated. The master is one as well, and keeps nothing but the number of its last job: if it fails, the job
//! is aborted, as in the paper, and whoever wants it asks again.

use std::fmt;

use crate::base::{Place, PlaceKind, Places, Span, Time};
use crate::protocol::{Channel, Effects, FaultModel, Formation, Input, Measure, Meta, Property, Protocol};
use crate::protocol::{Serves, Switch, Tone};
use crate::{key, messages, options, plain_requests, scenes};
use files::{Files, Tree};
use job::Counts;
use master::Master;
use worker::{Local, Worker};

mod files;
mod job;
mod master;
mod properties;
#[cfg(test)]
mod tests;
mod view;
mod worker;

options! {
    pub struct Config {
        /// M of the paper.
        option splits: u64 {
            default: 6,
            range: 1..=12,
            help: "how many splits the input has, each for a map task: a line of the rhyme",
            samples: ["6", "9", "2"],
        }
        /// R of the paper.
        option reduces: u64 {
            default: 2,
            range: 1..=6,
            help: "how many reduce tasks there are, each for a part of the words",
            samples: ["2", "6", "3"],
        }
        option work: Span {
            default: Span::new(Time::millis(60), Time::millis(100)),
            help: "how long a worker works on a task, reading and writing apart",
            samples: ["60ms..100ms", "10ms..300ms"],
        }
        option ping: Time {
            default: Time::millis(100),
            help: "how often the master pings its workers",
            samples: ["100ms", "40ms"],
        }
        option patience: Time {
            default: Time::millis(400),
            help: "how long a worker may be silent before the master takes it for failed",
            samples: ["400ms", "150ms", "1s"],
        }
        option backup: Switch {
            default: Switch::On,
            choices: [Switch::On, Switch::Off],
            help: "whether the last tasks that take long are executed by another worker as well",
            samples: ["on", "off"],
        }
        option slow: Time {
            default: Time::millis(300),
            help: "how long a task takes before it gets a backup",
            samples: ["300ms", "50ms"],
        }
        flaw keep_completed_maps {
            title: "Completed maps are kept when their worker fails",
            story: "What they put out was on the disk of the worker that is gone, so the reduces ask for it \
                    for ever. Made by whoever takes “completed” for “safe”, without asking where the result lies.",
            breaks: "The Job Ends",
        }
        flaw no_atomic_rename {
            title: "Reduces append to the output file itself",
            story: "A backup appends its result to that of the first execution. Spark had committers that \
                    wrote directly into the output, and took them out because of speculative tasks.",
            breaks: "One Whole Execution Stands",
        }
        flaw count_backups_twice {
            title: "Counters add up all executions",
            story: "What a backup has counted is added to what the first execution has counted. Made by whoever \
                    sums up what workers report as it comes; the paper's section 4.9 says what to leave out.",
            breaks: "Each Split Counts Once",
        }
        flaw nondeterministic_map {
            title: "Each execution divides its words differently",
            story: "One reduce reads the first execution of a map, another reduce the second, and words fall between \
                    them. Spark's repartition did so until 2018 (SPARK-23207); the paper warns of it in section 3.3.",
            breaks: "Output Equals the Sequential One",
        }
    }
}

plain_requests! {
    pub enum Ask {
        Count = "count": "has the master count the words of the input",
    }
}

messages! {
    pub enum Message {
        Ping { ping: u64 } says []: key!("Ping"), Tone::Beat,
        Pong { ping: u64, life: Time, runs: Runs } says []: key!("Pong"), Tone::Beat,
        Map { job: u64, task: u64, run: u64 } under run says [task]: key!("Map task"), Tone::Call,
        Read { task: u64 }: key!("Read"), Tone::Call,
        Split { task: u64, text: &'static str } says [task]: key!("Split"), Tone::Reply,
        Mapped { job: u64, task: u64, run: u64, life: Time, words: u64 } under run says [task]: key!("Mapped"), Tone::Reply,
        Reduce { job: u64, part: u64, run: u64, maps: Located } under run says [part]: key!("Reduce task"), Tone::Call,
        Fetch { job: u64, task: u64, run: u64, part: u64 } under run says [task]: key!("Fetch"), Tone::Call,
        Pairs { job: u64, task: u64, run: u64, part: u64, counts: Counts } under run says [task]: key!("Pairs"), Tone::Reply,
        Gone { job: u64, task: u64, run: u64 } under run says [task]: key!("Gone"), Tone::Refusal,
        Write { job: u64, part: u64, run: u64, counts: Counts } under run says [part]: key!("Write"), Tone::Call,
        Append { job: u64, part: u64, run: u64, counts: Counts } under run says [part]: key!("Append"), Tone::Call,
        Written { job: u64, run: u64 } under run says []: key!("Written"), Tone::Reply,
        Rename { job: u64, part: u64, run: u64 } under run says [part]: key!("Rename"), Tone::Call,
        Renamed { job: u64, run: u64 } under run says []: key!("Renamed"), Tone::Reply,
        Reduced { job: u64, part: u64, run: u64, life: Time } under run says [part]: key!("Reduced"), Tone::Reply,
    }
}

/// The executions that a worker is busy with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Runs(Vec<u64>);

/// Where what maps have put out lies: of each map task that is completed the worker, and the number of the execution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Located(Vec<Option<(Place, u64)>>);

impl fmt::Display for Runs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let runs: Vec<String> = self.0.iter().map(u64::to_string).collect();
        f.write_str(if runs.is_empty() { "–" } else { "" })?;
        f.write_str(&runs.join(" "))
    }
}

impl fmt::Display for Located {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = |map: &Option<(Place, u64)>| map.map_or("–".into(), |(worker, _)| worker.to_string());
        let maps: Vec<String> = self.0.iter().map(told).collect();
        f.write_str(&maps.join(" "))
    }
}

/// All that survives a crash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Of the master: how many jobs it has begun.
    jobs: u64,
    /// Of a worker: what its maps have put out.
    local: Local,
    /// Of the file system.
    tree: Tree,
}

/// Whoever takes part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MapReduce {
    Master(Master),
    Worker(Worker),
    Files(Files),
}

const MASTER: Place = Place::new('M', 0);
const WORKER: char = 'W';
const FILES: Place = Place::new('G', 0);

impl Protocol for MapReduce {
    const META: Meta = Meta {
        slug: "mapreduce",
        title: "MapReduce",
        paper: "Dean and Ghemawat, MapReduce: Simplified Data Processing on Large Clusters (2004)",
        summary: "A master cuts a job into small tasks; what a failed worker has lost is done again.",
        kinds: &[
            PlaceKind::new('M', "master", "masters").counts(1, 1, 1),
            PlaceKind::new(WORKER, "worker", "workers").counts(4, 1, 9).answers(),
            PlaceKind::new('G', "file system", "filesystems").counts(1, 1, 1).answers(),
        ],
        majority: None,
        formation: Formation::ROWS,
        channel: Channel::Fifo,
        requests: &["count"],
        scenes: scenes!(
            "mapreduce",
            ["word-count", "worker-dies", "straggler", "appended", "falls-between"]
        ),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(Ask::FORMS);
    /// The master may crash as well: that aborts its job, and nothing wrong comes of it.
    const FAULTS: FaultModel = FaultModel { sizes: &[1], ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["ping", "map", "reduce", "again"];
    type Request = Ask;
    type Disk = Disk;
    type Config = Config;
    type Ghost = properties::Ghost;

    fn boot(me: Place, places: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        match me {
            MASTER => {
                let workers = places.all().filter(|place| place.letter() == WORKER);
                MapReduce::Master(Master::boot(config.clone(), disk.jobs, workers, fx))
            }
            FILES => MapReduce::Files(Files { tree: disk.tree.clone() }),
            _ => MapReduce::Worker(Worker::boot(me, config.clone(), disk, fx)),
        }
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match (self, input) {
            (MapReduce::Master(it), input) => it.step(input, fx),
            (MapReduce::Worker(it), Input::Message { from, message }) => it.hear(from, message, fx),
            (MapReduce::Worker(it), Input::Timer(timer)) => it.wake(timer, fx),
            (MapReduce::Worker(it), Input::Saved(disk)) => it.saved(&disk.local, fx),
            (MapReduce::Files(it), Input::Message { from, message }) => it.serve(from, message, fx),
            _ => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }
}
