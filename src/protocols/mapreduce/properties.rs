//! What must hold of a job, and how it is doing.

use super::files::Files;
use super::job;
use super::master::{Job, Master};
use super::{MASTER, MapReduce, WORKER};
use crate::base::{Breach, Place, Time};
use crate::protocol::{Cluster, Measure, Moment, Property, PropertyKind, Witness};
use crate::sentence;

/// What becomes of jobs, as whoever watches sees it: a master that has crashed does not know it.
#[derive(Clone, Debug, Default)]
pub struct Ghost {
    /// The job that has begun and is not done.
    running: Option<u64>,
    /// The last job, if its master has crashed before it was done.
    aborted: Option<u64>,
}

impl Witness<MapReduce> for Ghost {
    fn witness(&mut self, _: Place, it: &MapReduce, _: Moment) {
        if let MapReduce::Master(Master { job: Some(job), .. }) = it {
            self.running = job.took.is_none().then_some(job.number);
            self.aborted = None;
        }
    }

    fn crashed(&mut self, node: Place, _: Time) {
        if node == MASTER {
            self.aborted = self.running.take().or(self.aborted);
        }
    }
}

fn master<'a>(cluster: &Cluster<'a, MapReduce>) -> Option<&'a Master> {
    cluster.up().find_map(|(_, it)| if let MapReduce::Master(it) = it { Some(it) } else { None })
}

fn files<'a>(cluster: &Cluster<'a, MapReduce>) -> Option<&'a Files> {
    cluster.up().find_map(|(_, it)| if let MapReduce::Files(it) = it { Some(it) } else { None })
}

/// The last job, if it is done.
fn done<'a>(cluster: &Cluster<'a, MapReduce>) -> Option<&'a Job> {
    master(cluster)?.job.as_ref().filter(|job| job.took.is_some())
}

/// The steps of workers change nothing that these look at.
fn is_by_a_worker(cluster: &Cluster<MapReduce>) -> bool {
    cluster.changed.is_some_and(|place| place.letter() == WORKER)
}

fn output_equals(cluster: &Cluster<MapReduce>) -> Result<(), Breach> {
    let (Some(job), Some(files)) = (done(cluster), files(cluster)) else { return Ok(()) };
    if is_by_a_worker(cluster) || files.tree.job != job.number {
        return Ok(());
    }
    let (right, result) = (job::sequential(job.maps.len() as u64), files.tree.result());
    let number = |of: &job::Counts, word: &str| of.0.get(word).copied().unwrap_or(0);
    let wrong = right.0.iter().find(|(word, count)| number(&result, word) != **count);
    match wrong {
        Some((word, count)) => Err(sentence!(
            "“{0}” is counted {1} times, and occurs {2} times",
            (*word).to_owned(),
            number(&result, word),
            *count
        )
        .into()),
        None => Ok(()),
    }
}

fn one_execution_stands(cluster: &Cluster<MapReduce>) -> Result<(), Breach> {
    let Some(files) = files(cluster).filter(|_| !is_by_a_worker(cluster)) else { return Ok(()) };
    match files.tree.output.iter().find(|(_, written)| written.len() > 1) {
        Some((part, written)) => {
            Err(sentence!("{0} executions have written output file {1}", written.len(), *part).into())
        }
        None => Ok(()),
    }
}

fn each_split_counts_once(cluster: &Cluster<MapReduce>) -> Result<(), Breach> {
    let Some(job) = done(cluster).filter(|_| !is_by_a_worker(cluster)) else { return Ok(()) };
    let (words, right) = (job.told, job::sequential(job.maps.len() as u64).words());
    match words == right {
        true => Ok(()),
        false => Err(sentence!("the job was told to have {0} words, and has {1}", words, right).into()),
    }
}

pub const PROPERTIES: &[Property<MapReduce>] = &[
    Property {
        name: "One Whole Execution Stands",
        formula: "∀ r: |{e: wrote(e, outᵣ)}| ≤ 1",
        meaning: "What stands in an output file is of one execution of its reduce task, and all of that.",
        kind: PropertyKind::Always,
        holds: one_execution_stands,
    },
    Property {
        name: "Output Equals the Sequential One",
        formula: "done ⇒ ⋃ᵣ outᵣ = count(⋃ₘ splitₘ)",
        meaning: "Once a job is done, its output files hold together what one program would put out that goes \
                  through all splits one after the other.",
        kind: PropertyKind::Always,
        holds: output_equals,
    },
    Property {
        name: "Each Split Counts Once",
        formula: "done ⇒ counter = Σₘ |splitₘ|",
        meaning: "The counter that the user's program is told has met each word of each split once, however often \
                  the split was read.",
        kind: PropertyKind::Always,
        holds: each_split_counts_once,
    },
    Property {
        name: "A Completed Map Runs Again",
        formula: "◇ ∃ m: completedₘ ∧ failed(workerₘ)",
        meaning: "A worker fails whose maps were completed, before the job is done.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match master(cluster).and_then(|it| it.job.as_ref()) {
            Some(job) if job.again > 0 => Ok(()),
            _ => Err(sentence!("no completed map has had to run again").into()),
        },
    },
    Property {
        name: "A Backup Is First",
        formula: "◇ ∃ task: completed(backup(task))",
        meaning: "A backup completes its task before the first execution does.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match master(cluster).and_then(|it| it.job.as_ref()) {
            Some(job) if job.backups > 0 => Ok(()),
            _ => Err(sentence!("no backup was first").into()),
        },
    },
    Property {
        name: "The Job Ends",
        formula: "◇□ ∀ job: begun(job) ⇒ done(job) ∨ aborted(job)",
        meaning: "While a worker lives, a job that has begun ends; or its master crashes, and that aborts it.",
        kind: PropertyKind::Converges,
        holds: |cluster| match master(cluster).and_then(|it| it.job.as_ref()) {
            Some(job) if job.took.is_none() => {
                let done = |tasks: &[super::master::Task]| tasks.iter().filter(|it| it.completed.is_some()).count();
                let (done, all) = (done(&job.maps) + done(&job.reduces), job.maps.len() + job.reduces.len());
                Err(sentence!("job {0} is not done: {1} of {2} tasks are completed", job.number, done, all).into())
            }
            _ => Ok(()),
        },
    },
];

pub const MEASURES: &[Measure<MapReduce>] = &[|cluster| match master(cluster).and_then(|it| it.job.as_ref()) {
    None => match cluster.ghost.aborted {
        Some(job) => sentence!("job {0} was aborted: its master has crashed (paper, section 3.3)", job),
        None => sentence!("no job is running"),
    },
    Some(job) => {
        let done = |tasks: &[super::master::Task]| tasks.iter().filter(|it| it.completed.is_some()).count();
        sentence!(
            "{0} of {1} maps and {2} of {3} reduces are completed, after {4} executions",
            done(&job.maps),
            job.maps.len(),
            done(&job.reduces),
            job.reduces.len(),
            job.runs
        )
    }
}];
