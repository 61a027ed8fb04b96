//! The master: it knows of each task whether it is idle, in progress or completed, and where (§3.2), and of each
//! worker whether it lives.

use std::collections::BTreeMap;

use super::{Config, Disk, Located, MASTER, MapReduce, Message, Runs};
use crate::base::{Place, Span, Time};
use crate::protocol::{Effects, Input, Outcome, Switch};
use crate::sentence;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Master {
    pub config: Config,
    /// How many jobs it has begun, before a crash too.
    jobs: u64,
    pub job: Option<Job>,
    pub workers: BTreeMap<Place, Member>,
    pings: u64,
}

/// What it knows of a worker.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Member {
    /// When the worker started, by its own clock: after a crash it is another.
    life: Time,
    heard: Time,
    pub lives: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Job {
    pub number: u64,
    /// The call of the user's program.
    call: u64,
    began: Time,
    /// How long it took, and the counter that the user's program was told.
    pub took: Option<Time>,
    pub told: u64,
    pub maps: Vec<Task>,
    pub reduces: Vec<Task>,
    /// How many executions it has begun, how many completed maps it had to have run again, and how many tasks a
    /// backup completed.
    pub runs: u64,
    pub again: u64,
    pub backups: u64,
}

/// A task is idle unless it is completed, or some are executing it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Task {
    pub completed: Option<Completion>,
    pub running: Vec<Execution>,
}

/// The execution that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Completion {
    pub run: u64,
    pub by: Place,
    /// The user's counter: how many words it has met (§4.9).
    pub words: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Execution {
    pub run: u64,
    pub by: Place,
    since: Time,
    /// The last ping before it was asked for.
    ping: u64,
    backup: bool,
}

impl Master {
    pub fn boot(
        config: Config,
        jobs: u64,
        workers: impl Iterator<Item = Place>,
        fx: &mut Effects<MapReduce>,
    ) -> Master {
        let workers = workers.map(|worker| (worker, Member::default())).collect();
        let mut it = Master { config, jobs, job: None, workers, pings: 0 };
        it.ping(fx);
        it
    }

    pub fn step(&mut self, input: Input<MapReduce>, fx: &mut Effects<MapReduce>) {
        match input {
            Input::Request { seq, .. } => self.begin(seq, fx),
            Input::Timer(_) => self.ping(fx),
            Input::Message { from, message } => self.hear(from, message, fx),
            Input::Saved(_) | Input::Disconnected { .. } => {}
        }
    }

    /// The user's program calls MapReduce, one job at a time.
    fn begin(&mut self, call: u64, fx: &mut Effects<MapReduce>) {
        if self.job.as_ref().is_some_and(|job| job.took.is_none()) {
            let why = sentence!("job {0} is still running", self.jobs);
            return fx.reply(MASTER, call, Outcome::Refused(why));
        }
        self.jobs += 1;
        fx.persist(Disk { jobs: self.jobs, ..Disk::default() });
        let tasks = |count: u64| vec![Task::default(); count as usize];
        let (maps, reduces) = (tasks(self.config.splits), tasks(self.config.reduces));
        let (number, began, took, told) = (self.jobs, fx.steady_now(), None, 0);
        self.job = Some(Job { number, call, began, took, told, maps, reduces, runs: 0, again: 0, backups: 0 });
        self.schedule(fx);
    }

    /// Who has not answered for too long has failed (§3.3).
    fn ping(&mut self, fx: &mut Effects<MapReduce>) {
        let (now, patience) = (fx.steady_now(), self.config.patience);
        let silent = |member: &Member| member.lives && now.since(member.heard) > patience;
        let failed: Vec<Place> =
            self.workers.iter().filter(|(_, it)| silent(it)).map(|(worker, _)| *worker).collect();
        failed.into_iter().for_each(|worker| self.fail(worker, fx));
        self.pings += 1;
        fx.broadcast(self.workers.keys().copied(), Message::Ping { ping: self.pings });
        fx.set_timer("ping", Span::exactly(self.config.ping));
        self.schedule(fx);
    }

    /// What a failed worker was doing becomes idle again, and so do its completed maps, for they lie on its disk.
    /// Its completed reduces lie in the global file system (§3.3).
    fn fail(&mut self, worker: Place, fx: &mut Effects<MapReduce>) {
        self.workers.entry(worker).or_default().lives = false;
        let Some(job) = self.job.as_mut().filter(|job| job.took.is_none()) else { return };
        for task in job.maps.iter_mut().chain(&mut job.reduces) {
            task.running.retain(|it| it.by != worker);
        }
        let mut again = 0;
        if !self.config.keep_completed_maps {
            for task in &mut job.maps {
                again += u64::from(task.completed.take_if(|it| it.by == worker).is_some());
            }
        }
        job.again += again;
        fx.note(match again {
            0 => sentence!("takes {0} for failed", worker),
            _ => sentence!("takes {0} for failed: {1} of its completed maps are to run again", worker, again),
        });
    }

    fn hear(&mut self, from: Place, message: Message, fx: &mut Effects<MapReduce>) {
        match message {
            Message::Pong { ping, life, runs } if self.lives(from, life, fx) => self.forget_lost(from, ping, &runs),
            Message::Mapped { job, task, run, life, words } if self.lives(from, life, fx) => {
                self.mapped(job, task, Completion { run, by: from, words }, fx);
            }
            Message::Reduced { job, part, run, life } if self.lives(from, life, fx) => {
                self.reduced(job, part, Completion { run, by: from, words: 0 }, fx);
            }
            _ => return,
        }
        self.schedule(fx);
    }

    /// Whoever is heard of lives. A worker that has started anew has lost what it had; what it said before that
    /// counts no more.
    fn lives(&mut self, worker: Place, life: Time, fx: &mut Effects<MapReduce>) -> bool {
        let known = self.workers.entry(worker).or_default().clone();
        if life < known.life {
            return false;
        }
        if known.lives && life > known.life {
            self.fail(worker, fx);
        }
        self.workers.insert(worker, Member { life, heard: fx.steady_now(), lives: true });
        true
    }

    /// What a worker was asked for before this ping, and is not doing, never arrived, or its end did not.
    fn forget_lost(&mut self, worker: Place, ping: u64, runs: &Runs) {
        let Some(job) = &mut self.job else { return };
        for task in job.maps.iter_mut().chain(&mut job.reduces) {
            task.running.retain(|it| it.by != worker || it.ping >= ping || runs.0.contains(&it.run));
        }
    }

    /// A map's first completion counts, and any other is ignored (§3.3).
    fn mapped(&mut self, job: u64, number: u64, done: Completion, fx: &mut Effects<MapReduce>) {
        let Some(job) = self.job.as_mut().filter(|it| it.number == job) else { return };
        let task = &mut job.maps[number as usize - 1];
        if let Some(first) = &mut task.completed {
            if self.config.count_backups_twice {
                first.words += done.words;
            }
            return fx.note(sentence!("ignores map {0} by {1}: {2} was first", number, done.by, first.by));
        }
        job.backups += u64::from(task.complete(done));
        for (number, task) in (1..).zip(&job.reduces) {
            task.running.iter().for_each(|it| job.ask_reduce(number, it, fx));
        }
        job.end(fx);
    }

    fn reduced(&mut self, job: u64, number: u64, done: Completion, fx: &mut Effects<MapReduce>) {
        let Some(job) = self.job.as_mut().filter(|it| it.number == job) else { return };
        let task = &mut job.reduces[number as usize - 1];
        if task.completed.is_some() {
            return;
        }
        job.backups += u64::from(task.complete(done));
        job.end(fx);
    }

    /// Whoever lives has a map to do, and a reduce once all maps are done: the one goes on while the other waits
    /// for a map that is run again.
    fn schedule(&mut self, fx: &mut Effects<MapReduce>) {
        let (now, pings) = (fx.steady_now(), self.pings);
        let slow = (self.config.backup == Switch::On).then_some(self.config.slow);
        let Some(job) = self.job.as_mut().filter(|job| job.took.is_none()) else { return };
        for (worker, _) in self.workers.iter().filter(|(_, it)| it.lives) {
            let next = |tasks: &[Task]| next(tasks, *worker, now, slow);
            let reduces = job.are_mapped();
            let run = job.runs + 1;
            let execution = |backup| Execution { run, by: *worker, since: now, ping: pings, backup };
            if let Some((number, backup)) = next(&job.maps) {
                job.maps[number as usize - 1].running.push(execution(backup));
                job.runs = run;
                fx.send(*worker, Message::Map { job: job.number, task: number, run });
            } else if let Some((number, backup)) = next(&job.reduces).filter(|_| reduces) {
                job.reduces[number as usize - 1].running.push(execution(backup));
                job.runs = run;
                job.ask_reduce(number, &execution(backup), fx);
            }
        }
    }
}

/// What a worker does next of these tasks, unless it is doing one: the first that is idle; or, when none is, one that
/// takes long, as its backup (§3.6).
fn next(tasks: &[Task], worker: Place, now: Time, slow: Option<Time>) -> Option<(u64, bool)> {
    let is_busy = |task: &Task| task.running.iter().any(|it| it.by == worker);
    if tasks.iter().any(is_busy) {
        return None;
    }
    let open = || (1..).zip(tasks).filter(|(_, task)| task.completed.is_none());
    if let Some((number, _)) = open().find(|(_, task)| task.running.is_empty()) {
        return Some((number, false));
    }
    let is_slow = |task: &Task| matches!(task.running[..], [it] if slow.is_some_and(|slow| now.since(it.since) >= slow));
    open().find(|(_, task)| is_slow(task)).map(|(number, _)| (number, true))
}

impl Task {
    /// Whether it was the backup that came first.
    fn complete(&mut self, done: Completion) -> bool {
        self.completed = Some(done);
        std::mem::take(&mut self.running).iter().any(|it| it.run == done.run && it.backup)
    }
}

impl Job {
    pub fn are_mapped(&self) -> bool {
        self.maps.iter().all(|task| task.completed.is_some())
    }

    /// It is done when all its tasks are completed: also those maps that had to run again while every reduce has
    /// read them before. Then the user's program goes on (§3.1).
    fn end(&mut self, fx: &mut Effects<MapReduce>) {
        let mut all = self.maps.iter().chain(&self.reduces);
        if self.took.is_some() || all.any(|task| task.completed.is_none()) {
            return;
        }
        let (took, tasks) = (fx.steady_now().since(self.began), self.maps.len() + self.reduces.len());
        (self.took, self.told) = (Some(took), self.words());
        fx.note(sentence!("job {0} took {1}: {2} tasks, {3} executions", self.number, took.said(), tasks, self.runs));
        fx.reply(MASTER, self.call, Outcome::Done(self.told.to_string().into()));
    }

    /// The user's counter: what the executions that count have met.
    pub fn words(&self) -> u64 {
        self.maps.iter().filter_map(|task| task.completed).map(|it| it.words).sum()
    }

    /// Asks for it, or tells anew where its input lies. A map that is not completed lies nowhere.
    fn ask_reduce(&self, part: u64, to: &Execution, fx: &mut Effects<MapReduce>) {
        let place = |task: &Task| task.completed.map(|it| (it.by, it.run));
        let maps = Located(self.maps.iter().map(place).collect());
        fx.send(to.by, Message::Reduce { job: self.number, part, run: to.run, maps });
    }
}
