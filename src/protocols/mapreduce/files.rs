//! The global file system: it has the input, and takes the output. A file is renamed at once or not at all, and
//! what has been answered is on its disk.

use std::collections::BTreeMap;

use super::job::{self, Counts};
use super::{Disk, MapReduce, Message};
use crate::base::Place;
use crate::protocol::Effects;

/// The files of the last job that has written any.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tree {
    pub job: u64,
    /// By partition and execution: what nobody reads.
    pub temporary: BTreeMap<(u64, u64), Counts>,
    /// By partition: what each execution has put there, which is one where files are renamed.
    pub output: BTreeMap<u64, Vec<(u64, Counts)>>,
}

impl Tree {
    /// All output files together.
    pub fn result(&self) -> Counts {
        let mut all = Counts::default();
        self.output.values().flatten().for_each(|(_, counts)| all.add(counts));
        all
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Files {
    pub tree: Tree,
}

impl Files {
    pub fn serve(&mut self, from: Place, message: Message, fx: &mut Effects<MapReduce>) {
        match message {
            Message::Read { task } => {
                fx.send(from, Message::Split { task, text: job::split(task) });
            }
            Message::Write { job, part, run, counts } if self.is_newest(job) => {
                self.tree.temporary.insert((part, run), counts);
                self.keep(fx);
                fx.send(from, Message::Written { job, run });
            }
            Message::Append { job, part, run, counts } if self.is_newest(job) => {
                self.tree.output.entry(part).or_default().push((run, counts));
                self.keep(fx);
                fx.send(from, Message::Written { job, run });
            }
            // Where there is no such file, it has been renamed before, and the answer was lost.
            Message::Rename { job, part, run } if self.is_newest(job) => {
                if let Some(counts) = self.tree.temporary.remove(&(part, run)) {
                    self.tree.output.insert(part, vec![(run, counts)]);
                    self.keep(fx);
                }
                fx.send(from, Message::Renamed { job, run });
            }
            _ => {}
        }
    }

    /// Files of an older job make room for those of a newer one; then nobody writes to that any more.
    fn is_newest(&mut self, job: u64) -> bool {
        if job > self.tree.job {
            self.tree = Tree { job, ..Tree::default() };
        }
        job == self.tree.job
    }

    fn keep(&self, fx: &mut Effects<MapReduce>) {
        fx.persist(Disk { tree: self.tree.clone(), ..Disk::default() });
    }
}
