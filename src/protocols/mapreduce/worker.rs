//! A worker: it executes what the master asks for, one map and one reduce at a time, and hands over what its maps
//! have put out.

use std::collections::BTreeMap;

use super::job::{self, Counts};
use super::{Config, Disk, FILES, Located, MASTER, MapReduce, Message, Runs};
use crate::base::{Place, Span, Time};
use crate::protocol::Effects;
use crate::sentence;

/// After so long it asks again for what has not come.
const AGAIN: Span = Span::exactly(Time::millis(200));

/// What a map has put out: one for each partition.
pub type Output = Vec<Counts>;

/// What its maps have put out for a job, by task and execution: it lies on the worker's own disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Local {
    pub job: u64,
    pub maps: BTreeMap<(u64, u64), Output>,
    /// What the last reduce has fetched, sorted and added up, and which execution that was.
    sorted: (u64, Counts),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Worker {
    me: Place,
    config: Config,
    /// When it started: a worker that has crashed is another one afterwards.
    life: Time,
    pub local: Local,
    pub map: Option<Map>,
    pub reduce: Option<Reduce>,
}

/// A map task that it executes: it reads its split, and works on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Map {
    pub task: u64,
    pub run: u64,
    text: Option<&'static str>,
}

/// A reduce task that it executes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reduce {
    pub part: u64,
    pub run: u64,
    /// Where its input lies.
    maps: Located,
    /// Its input, by map task, as far as it has been fetched.
    pub fetched: BTreeMap<u64, Counts>,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stage {
    /// It asks other workers for its input.
    Fetching,
    Adding,
    /// On its own disk.
    Sorting,
    /// In the global file system, and then it renames what it has written.
    Writing,
    Renaming,
}

impl Worker {
    /// What an earlier life has left on the disk is thrown away: the master takes it for lost (§3.3).
    pub fn boot(me: Place, config: Config, disk: &Disk, fx: &mut Effects<MapReduce>) -> Worker {
        if *disk != Disk::default() {
            fx.persist(Disk::default());
        }
        if !disk.local.maps.is_empty() {
            fx.note(sentence!("starts anew, and throws away what its maps had put out"));
        }
        let (life, local) = (fx.steady_now(), Local::default());
        Worker { me, config, life, local, map: None, reduce: None }
    }

    pub fn hear(&mut self, from: Place, message: Message, fx: &mut Effects<MapReduce>) {
        match message {
            Message::Ping { ping } => self.answer(ping, fx),
            Message::Map { job, task, run } if self.is_newest(job) => {
                self.map = Some(Map { task, run, text: None });
                self.ask_split(fx);
            }
            Message::Split { task, text } => self.read(task, text, fx),
            Message::Reduce { job, part, run, maps } if self.is_newest(job) => {
                self.reduce_from(part, run, maps, fx);
            }
            Message::Fetch { job, task, run, part } => self.hand_over(from, (job, task, run, part), fx),
            Message::Pairs { job, task, run, part, counts } if job == self.local.job => {
                self.fetched(task, (from, run), part, counts, fx);
            }
            Message::Written { job, run } if job == self.local.job => self.written(run, fx),
            Message::Renamed { job, run } if job == self.local.job => self.reduced(run, fx),
            _ => {}
        }
        if !self.waits() {
            fx.cancel_timer("again");
        }
    }

    pub fn wake(&mut self, timer: &str, fx: &mut Effects<MapReduce>) {
        match timer {
            "map" => self.map(fx),
            "reduce" => self.add_up(fx),
            _ => self.ask_again(fx),
        }
    }

    /// Nobody asks for an older job once there is a newer one.
    fn is_newest(&mut self, job: u64) -> bool {
        if job > self.local.job {
            self.local = Local { job, ..Local::default() };
            (self.map, self.reduce) = (None, None);
        }
        job == self.local.job
    }

    fn answer(&self, ping: u64, fx: &mut Effects<MapReduce>) {
        let runs = self.map.iter().map(|it| it.run).chain(self.reduce.iter().map(|it| it.run));
        fx.send(MASTER, Message::Pong { ping, life: self.life, runs: Runs(runs.collect()) });
    }

    /// Whether it has asked somebody for something that has not come.
    fn waits(&self) -> bool {
        let reads = self.map.as_ref().is_some_and(|it| it.text.is_none());
        let works = |it: &Reduce| matches!(it.stage, Stage::Adding | Stage::Sorting);
        reads || self.reduce.as_ref().is_some_and(|it| !works(it))
    }

    /// What it has worked out is on its own disk.
    pub fn saved(&mut self, disk: &Local, fx: &mut Effects<MapReduce>) {
        let (job, life) = (self.local.job, self.life);
        if disk.job != job {
            return;
        }
        let written = |it: &mut Map| disk.maps.contains_key(&(it.task, it.run));
        if let Some(Map { task, run, .. }) = self.map.take_if(written) {
            let words = disk.maps[&(task, run)].iter().map(Counts::words).sum();
            fx.send(MASTER, Message::Mapped { job, task, run, life, words });
        }
        if let Some(it) = self.reduce.as_mut()
            && it.stage == Stage::Sorting
            && disk.sorted.0 == it.run
        {
            it.stage = Stage::Writing;
            self.ask_next(fx);
        }
    }

    /// Asks once more for what its tasks wait for.
    fn ask_again(&mut self, fx: &mut Effects<MapReduce>) {
        self.ask_split(fx);
        self.ask_next(fx);
    }

    // ---- a map task --------------------------------------------------------------------------------

    fn ask_split(&self, fx: &mut Effects<MapReduce>) {
        if let Some(Map { task, text: None, .. }) = self.map {
            fx.send(FILES, Message::Read { task });
            fx.set_timer("again", AGAIN);
        }
    }

    fn read(&mut self, of: u64, text: &'static str, fx: &mut Effects<MapReduce>) {
        if let Some(map) = self.map.as_mut().filter(|map| map.task == of && map.text.is_none()) {
            map.text = Some(text);
            fx.set_timer("map", self.config.work);
        }
    }

    /// It divides its pairs among the partitions, and writes them to its own disk.
    fn map(&mut self, fx: &mut Effects<MapReduce>) {
        let Some(Map { task, run, text: Some(text) }) = self.map else { return };
        let reduces = self.config.reduces;
        let salt = if self.config.nondeterministic_map { fx.chance(reduces as u32) } else { 0 };
        let partition = |word: &str| (job::hash(word) + u64::from(salt)) % reduces;
        let parts = job::map(text, partition, reduces);
        self.local.maps.insert((task, run), parts);
        self.keep(fx);
    }

    fn keep(&self, fx: &mut Effects<MapReduce>) {
        fx.persist(Disk { local: self.local.clone(), ..Disk::default() });
    }

    /// Another worker's reduce wants its part of what a map has put out here.
    fn hand_over(&self, to: Place, what: (u64, u64, u64, u64), fx: &mut Effects<MapReduce>) {
        let (job, task, run, part) = what;
        let output = self.local.maps.get(&(task, run)).filter(|_| self.local.job == job);
        match output {
            Some(it) => {
                let counts = it[part as usize - 1].clone();
                fx.send(to, Message::Pairs { job, task, run, part, counts });
            }
            None => fx.send(to, Message::Gone { job, task, run }),
        }
    }

    // ---- a reduce task -----------------------------------------------------------------------------

    /// The master asks for a reduce, or tells of one under way where its input lies now: what has not been read
    /// from a worker that failed is read from the other that has run its map again (§3.3).
    fn reduce_from(&mut self, part: u64, run: u64, maps: Located, fx: &mut Effects<MapReduce>) {
        match self.reduce.as_mut().filter(|it| it.run == run) {
            Some(it) if it.stage == Stage::Fetching => it.maps = maps,
            Some(_) => return,
            None => {
                let (fetched, stage) = (BTreeMap::new(), Stage::Fetching);
                self.reduce = Some(Reduce { part, run, maps, fetched, stage });
            }
        }
        self.ask_next(fx);
    }

    /// Asks for what its reduce needs next: its input of other workers, then that it be written.
    fn ask_next(&mut self, fx: &mut Effects<MapReduce>) {
        let Some(Reduce { part, run, maps, fetched, stage }) = &self.reduce else { return };
        let (job, part, run) = (self.local.job, *part, *run);
        match stage {
            Stage::Fetching => {
                let open = (1..).zip(&maps.0).filter(|(task, _)| !fetched.contains_key(task));
                let lies = open.filter_map(|(task, at)| Some((task, (*at)?)));
                for (task, at) in lies.collect::<Vec<_>>() {
                    self.fetch(task, at, part, fx);
                }
            }
            Stage::Writing => {
                let counts = self.local.sorted.1.clone();
                fx.send(FILES, match self.config.no_atomic_rename {
                    true => Message::Append { job, part, run, counts },
                    false => Message::Write { job, part, run, counts },
                });
            }
            Stage::Renaming => fx.send(FILES, Message::Rename { job, part, run }),
            Stage::Adding | Stage::Sorting => return,
        }
        fx.set_timer("again", AGAIN);
    }

    /// Its part of what a map has put out, which may lie on its own disk.
    fn fetch(&mut self, task: u64, (worker, run): (Place, u64), part: u64, fx: &mut Effects<MapReduce>) {
        if worker != self.me {
            return fx.send(worker, Message::Fetch { job: self.local.job, task, run, part });
        }
        if let Some(own) = self.local.maps.get(&(task, run)) {
            let counts = own[part as usize - 1].clone();
            self.fetched(task, (worker, run), part, counts, fx);
        }
    }

    fn fetched(&mut self, task: u64, at: (Place, u64), part: u64, counts: Counts, fx: &mut Effects<MapReduce>) {
        let Some(it) = self.reduce.as_mut().filter(|it| it.part == part && it.stage == Stage::Fetching) else { return };
        if it.maps.0[task as usize - 1] != Some(at) {
            return; // Meanwhile its map has been run again.
        }
        it.fetched.insert(task, counts);
        if it.fetched.len() == it.maps.0.len() {
            it.stage = Stage::Adding;
            fx.set_timer("reduce", self.config.work);
        }
    }

    /// It adds up the numbers of each word, sorted on its own disk.
    fn add_up(&mut self, fx: &mut Effects<MapReduce>) {
        let Some(it) = self.reduce.as_mut().filter(|it| it.stage == Stage::Adding) else { return };
        let mut sum = Counts::default();
        it.fetched.values().for_each(|counts| sum.add(counts));
        it.stage = Stage::Sorting;
        self.local.sorted = (it.run, sum);
        self.keep(fx);
    }

    fn written(&mut self, run: u64, fx: &mut Effects<MapReduce>) {
        let is_writing = |it: &&mut Reduce| it.run == run && it.stage == Stage::Writing;
        let Some(it) = self.reduce.as_mut().filter(is_writing) else { return };
        if self.config.no_atomic_rename {
            return self.reduced(run, fx);
        }
        it.stage = Stage::Renaming;
        self.ask_next(fx);
    }

    fn reduced(&mut self, run: u64, fx: &mut Effects<MapReduce>) {
        let Some(Reduce { part, run, .. }) = self.reduce.take_if(|it| it.run == run) else { return };
        fx.note(sentence!("has written output file {0}", part));
        let (job, life) = (self.local.job, self.life);
        fx.send(MASTER, Message::Reduced { job, part, run, life });
    }
}
