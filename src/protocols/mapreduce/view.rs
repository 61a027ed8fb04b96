//! What is shown of the master, of a worker and of the file system. Executions are told apart by their numbers, as
//! chips of a colour each: on messages, tasks, what a map has put out, and files.

use super::files::Tree;
use super::job::Counts;
use super::master::{Job, Task};
use super::worker::Worker;
use super::{Disk, MapReduce};
use crate::protocol::{Cell, CellState, Content, FieldName, Panel, Role, Shown, Stamp, Tag, Variable};
use crate::{key, listed};

const EXECUTION: &str = key!("execution");

impl MapReduce {
    fn job(&self) -> Option<&Job> {
        if let MapReduce::Master(it) = self { it.job.as_ref() } else { None }
    }

    fn worker(&self) -> Option<&Worker> {
        if let MapReduce::Worker(it) = self { Some(it) } else { None }
    }

    fn tree(&self) -> Option<&Tree> {
        if let MapReduce::Files(it) = self { Some(&it.tree) } else { None }
    }
}

/// Tasks by who executes them or has completed them. What is in progress a crash loses. A map that is completed is
/// on a disk, and may have to be executed again; a reduce is in the file system, for good.
fn tasks(tasks: &[Task], completed: CellState) -> Content {
    let cell = |(index, task): (u64, &Task)| match (task.completed, task.running.last()) {
        (Some(it), _) => Cell { index, stamp: it.run, text: it.by.to_string(), state: completed },
        (None, Some(it)) => Cell { index, stamp: it.run, text: it.by.to_string(), state: CellState::Pending },
        (None, None) => Cell { index, stamp: 0, text: "–".into(), state: CellState::Pending },
    };
    Content::Slots((1..).zip(tasks).map(cell).collect())
}

/// All that is known of tasks: of each its executions.
fn table(job: &Job) -> Content {
    let rows = |name: &'static str, tasks: &[Task]| -> Vec<Vec<String>> {
        let row = |(number, task): (u64, &Task)| {
            let running = task.running.iter().map(|it| format!("{} ({})", it.by, it.run)).collect::<Vec<_>>().join(" ");
            let completed = task.completed.map_or("–".to_owned(), |it| format!("{} ({})", it.by, it.run));
            vec![format!("{name} {number}"), if running.is_empty() { "–".into() } else { running }, completed]
        };
        (1..).zip(tasks).map(row).collect()
    };
    let columns = &[key!("task"), key!("in progress"), key!("completed")];
    Content::Table { columns, rows: [rows("map", &job.maps), rows("reduce", &job.reduces)].concat() }
}

/// What maps have put out here, by task: how many words, and whether it is on the disk.
fn outputs(it: &Worker, disk: &Disk) -> Content {
    let cells = it.local.maps.iter().map(|(run, parts)| Cell {
        index: run.0,
        stamp: run.1,
        text: parts.iter().map(Counts::words).sum::<u64>().to_string(),
        state: match disk.local.maps.contains_key(run) {
            true => CellState::Stored,
            false => CellState::Pending,
        },
    });
    Content::Slots(cells.collect())
}

fn fetched(it: &Worker) -> Option<Content> {
    let reduce = it.reduce.as_ref()?;
    let cell = |(task, counts): (&u64, &Counts)| Cell {
        index: *task,
        stamp: reduce.run,
        text: counts.words().to_string(),
        state: CellState::Pending,
    };
    Some(Content::Slots(reduce.fetched.iter().map(cell).collect()))
}

/// Output files by partition, each with what every execution has put there.
fn output(tree: &Tree) -> Content {
    let cells = tree.output.iter().flat_map(|(part, written)| {
        written.iter().map(|(run, counts)| Cell {
            index: *part,
            stamp: *run,
            text: counts.words().to_string(),
            state: CellState::Settled,
        })
    });
    Content::Slots(cells.collect())
}

fn temporary(tree: &Tree) -> Content {
    let cells = tree.temporary.iter().map(|((part, run), counts)| Cell {
        index: *part,
        stamp: *run,
        text: counts.words().to_string(),
        state: CellState::Stored,
    });
    Content::Slots(cells.collect())
}

fn result(tree: &Tree) -> Content {
    let counts = tree.result();
    let mut rows: Vec<(&str, u64)> = counts.0.into_iter().collect();
    rows.sort_by_key(|(word, count)| (std::cmp::Reverse(*count), *word));
    let row = |(word, count): (&str, u64)| vec![word.to_owned(), count.to_string()];
    Content::Table { columns: &[key!("word"), key!("how often")], rows: rows.into_iter().map(row).collect() }
}

fn listed<'a>(numbers: impl Iterator<Item = &'a u64>) -> Option<String> {
    let numbers: Vec<String> = numbers.map(u64::to_string).collect();
    (!numbers.is_empty()).then(|| numbers.join(" "))
}

/// What somebody is at the moment.
enum Part {
    Master,
    Files,
    Mapping,
    Reducing,
    Idle,
}

impl MapReduce {
    fn part(&self) -> Part {
        match self {
            MapReduce::Master(_) => Part::Master,
            MapReduce::Files(_) => Part::Files,
            MapReduce::Worker(it) if it.map.is_some() => Part::Mapping,
            MapReduce::Worker(it) if it.reduce.is_some() => Part::Reducing,
            MapReduce::Worker(_) => Part::Idle,
        }
    }
}

impl Shown<Disk> for MapReduce {
    const STAMP: Option<FieldName> = Some(FieldName::number(EXECUTION));
    const VARIABLES: &'static [Variable<MapReduce>] = &[
        Variable::sometimes(key!("job"), |it| Some(it.job()?.number.to_string())),
        Variable::sometimes(key!("executions"), |it| Some(it.job()?.runs.to_string())),
        Variable::sometimes(key!("took"), |it| Some(it.job()?.took?.to_string())),
        Variable::sometimes(key!("map task"), |it| Some(it.worker()?.map.as_ref()?.task.to_string())),
        Variable::sometimes(key!("reduce task"), |it| Some(it.worker()?.reduce.as_ref()?.part.to_string())),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("jobs begun"), |disk| (disk.jobs > 0).then(|| disk.jobs.to_string())),
        Variable::sometimes(key!("maps out of reach if it fails"), |disk| listed(disk.local.maps.keys().map(|(task, _)| task))),
        Variable::sometimes(key!("files written"), |disk| listed(disk.tree.output.keys())),
    ];
    const PANELS: &'static [Panel<MapReduce, Disk>] = &[
        Panel::of(key!("map tasks"), |it, _| {
            Some(tasks(&it.job().filter(|job| !job.are_mapped())?.maps, CellState::Stored))
        }),
        Panel::of(key!("reduce tasks"), |it, _| {
            Some(tasks(&it.job().filter(|job| job.are_mapped())?.reduces, CellState::Settled))
        }),
        Panel::of(key!("tasks"), |it, _| it.job().map(table)),
        Panel::of(key!("map output"), |it, disk| Some(outputs(it.worker()?, disk))),
        Panel::of(key!("fetched"), |it, _| fetched(it.worker()?)),
        Panel::of(key!("output files"), |it, _| it.tree().map(output)),
        Panel::of(key!("temporary files"), |it, _| it.tree().map(temporary)),
        Panel::of(key!("result"), |it, _| it.tree().map(result)),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.part()) {
                Part::Master => Role { name: "master", tag: Tag::Leads },
                Part::Files => Role { name: "file system", tag: Tag::Follows },
                Part::Mapping => Role { name: "mapping", tag: Tag::Bids },
                Part::Reducing => Role { name: "reducing", tag: Tag::Bids },
                Part::Idle => Role { name: "idle", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let it = self.worker()?;
        let run = it.map.as_ref().map(|map| map.run).or(it.reduce.as_ref().map(|reduce| reduce.run));
        Some(Stamp::new(EXECUTION, run?))
    }
}
