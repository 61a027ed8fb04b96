//! The rules of the master, of a worker and of the file system one by one, and each property where it is broken.

use super::master::Job;
use super::properties::{Ghost, MEASURES, PROPERTIES};
use super::*;
use crate::protocol::{Cluster, Moment, Property, Witness};
use crate::protocols::locks::trial;

const W1: Place = Place::new(WORKER, 0);
const W2: Place = Place::new(WORKER, 1);
const W3: Place = Place::new(WORKER, 2);
const MS: fn(u64) -> Time = Time::millis;

fn hear(it: &mut MapReduce, now: u64, from: Place, message: Message) -> Vec<(Place, String)> {
    trial::step(it, MS(now), Input::Message { from, message })
}

fn job(it: &MapReduce) -> &Job {
    let MapReduce::Master(it) = it else { panic!("{it:?}") };
    it.job.as_ref().expect("a job")
}

/// Who works on which map, and who has completed it.
fn maps(it: &MapReduce) -> Vec<(Vec<Place>, Option<Place>)> {
    let told = |task: &master::Task| {
        (task.running.iter().map(|it| it.by).collect(), task.completed.map(|it| it.by))
    };
    job(it).maps.iter().map(told).collect()
}

fn pong(life: u64, ping: u64, runs: &[u64]) -> Message {
    Message::Pong { ping, life: MS(life), runs: Runs(runs.to_vec()) }
}

fn mapped(task: u64, run: u64) -> Message {
    Message::Mapped { job: 1, task, run, life: MS(0), words: 7 }
}

/// A master of a job with two maps and a reduce; W1 and W2 live and have one each.
fn begun(config: Config) -> MapReduce {
    let mut it = trial::boot(MASTER, &Config { splits: 2, reduces: 1, ..config });
    for worker in [W1, W2] {
        hear(&mut it, 10, worker, pong(0, 1, &[]));
    }
    let sent = trial::step(&mut it, MS(20), Input::Request { from: MASTER, seq: 1, request: Ask::Count });
    assert_eq!(sent, [(W1, "Map 1 1 1".to_owned()), (W2, "Map 1 2 2".to_owned())]);
    it
}

#[test]
fn the_rhyme_has_38_words_of_12_kinds_and_each_is_in_one_partition() {
    let all = job::sequential(6);
    assert_eq!((all.words(), all.0.len()), (38, 12));
    assert_eq!((all.0["chuck"], all.0["and"]), (5, 1));
    assert_eq!(job::sequential(12).words(), 76, "the rhyme twice");
    let parts = job::map(job::split(1), |word| job::hash(word) % 2, 2);
    assert!(parts.iter().all(|part| part.words() > 0), "{parts:?}");
    assert!(parts[0].0.keys().all(|word| !parts[1].0.contains_key(word)), "{parts:?}");
}

#[test]
fn completed_maps_of_a_failed_worker_are_idle_again_unless_they_are_kept() {
    for keep_completed_maps in [false, true] {
        let mut it = begun(Config { keep_completed_maps, ..Config::default() });
        hear(&mut it, 100, W1, mapped(1, 1));
        // It starts anew, before the master has missed it.
        hear(&mut it, 110, W1, pong(105, 2, &[]));
        let first = if keep_completed_maps { (vec![], Some(W1)) } else { (vec![W1], None) };
        assert_eq!(maps(&it)[0], first);
        assert_eq!(maps(&it)[1], (vec![W2], None), "nobody else is touched");
        assert_eq!(job(&it).again, u64::from(!keep_completed_maps));
    }
}

#[test]
fn a_worker_that_is_silent_for_too_long_has_failed() {
    // Heard at 10 ms, with a patience of 400 ms.
    for (now, lives) in [(410, true), (411, false)] {
        let mut it = begun(Config::default());
        trial::step(&mut it, MS(now), Input::Timer("ping"));
        let MapReduce::Master(master) = &it else { panic!("{it:?}") };
        assert_eq!(master.workers[&W1].lives, lives, "at {now} ms");
        assert_eq!(maps(&it)[0].0.is_empty(), !lives);
    }
}

#[test]
fn the_first_completion_of_a_map_counts_and_a_second_only_in_the_flaw() {
    for (count_backups_twice, words) in [(false, 7), (true, 14)] {
        let mut it = begun(Config { count_backups_twice, ..Config::default() });
        hear(&mut it, 100, W1, mapped(1, 1));
        hear(&mut it, 110, W3, mapped(1, 3));
        assert_eq!((maps(&it)[0].1, job(&it).words()), (Some(W1), words));
    }
}

#[test]
fn the_last_tasks_get_a_backup_when_they_take_long() {
    for (now, backup, gets) in
        [(319, Switch::On, false), (320, Switch::On, true), (320, Switch::Off, false)]
    {
        let mut it = begun(Config { backup, ..Config::default() });
        hear(&mut it, 100, W1, mapped(1, 1));
        let sent = hear(&mut it, now, W1, pong(0, 1, &[]));
        let asked = [(W1, "Map 1 2 3".to_owned())];
        assert_eq!(sent, if gets { &asked[..] } else { &[] }, "at {now} ms, backups {backup}");
        // Two executions are enough.
        assert_eq!(hear(&mut it, now, W3, pong(0, 1, &[])), []);
    }
}

#[test]
fn what_a_worker_was_asked_for_before_a_ping_and_is_not_doing_is_lost() {
    // It was asked after the first ping.
    for (ping, runs, lost) in [(1, vec![], false), (2, vec![1], false), (2, vec![], true)] {
        let mut it = begun(Config::default());
        let sent = hear(&mut it, 60, W1, pong(0, ping, &runs));
        let again = [(W1, "Map 1 1 3".to_owned())];
        assert_eq!(sent, if lost { &again[..] } else { &[] }, "ping {ping}, doing {runs:?}");
    }
}

#[test]
fn reduces_begin_when_all_maps_are_done_and_are_told_where_a_map_lies_that_ran_again() {
    let mut it = begun(Config::default());
    assert_eq!(hear(&mut it, 100, W1, mapped(1, 1)), []);
    assert_eq!(hear(&mut it, 110, W2, mapped(2, 2)), [(W1, "Reduce 1 1 3 W1 W2".to_owned())]);
    assert_eq!(hear(&mut it, 120, W2, pong(115, 2, &[])), [(W1, "Map 1 2 4".to_owned())]);
    let done = Message::Mapped { job: 1, task: 2, run: 4, life: MS(0), words: 6 };
    assert_eq!(hear(&mut it, 150, W1, done), [(W1, "Reduce 1 1 3 W1 W1".to_owned())]);
    // A completed reduce stays so when its worker fails: its file lies elsewhere.
    hear(&mut it, 200, W1, Message::Reduced { job: 1, part: 1, run: 3, life: MS(0) });
    hear(&mut it, 210, W1, pong(205, 3, &[]));
    assert!(job(&it).took.is_some() && job(&it).reduces[0].completed.is_some());
}

#[test]
fn a_worker_takes_its_own_output_fetches_the_rest_and_has_nothing_of_another_execution() {
    let mut it: MapReduce = trial::boot(W1, &Config { reduces: 1, ..Config::default() });
    assert_eq!(hear(&mut it, 10, MASTER, Message::Map { job: 1, task: 1, run: 1 }), [(FILES, "Read 1".to_owned())]);
    hear(&mut it, 20, FILES, Message::Split { task: 1, text: "a rose is a rose" });
    trial::step(&mut it, MS(90), Input::Timer("map"));
    let MapReduce::Worker(worker) = &it else { panic!("{it:?}") };
    let disk = Disk { local: worker.local.clone(), ..Disk::default() };
    let told = trial::step(&mut it, MS(92), Input::Saved(disk));
    assert_eq!(told, [(MASTER, "Mapped 1 1 1 0s 5".to_owned())]);
    let maps = Located(vec![Some((W1, 1)), Some((W2, 2)), None]);
    let asked = hear(&mut it, 100, MASTER, Message::Reduce { job: 1, part: 1, run: 3, maps });
    assert_eq!(asked, [(W2, "Fetch 1 2 2 1".to_owned())]);
    let fetch = |run| Message::Fetch { job: 1, task: 1, run, part: 1 };
    assert_eq!(hear(&mut it, 110, W2, fetch(1)), [(W2, "Pairs 1 1 1 1 a 2, is 1, rose 2".to_owned())]);
    assert_eq!(hear(&mut it, 110, W2, fetch(4)), [(W2, "Gone 1 1 4".to_owned())]);
    // If it is asked for the same map once more, what it has put out before stays: the master may count that.
    hear(&mut it, 120, MASTER, Message::Map { job: 1, task: 1, run: 4 });
    hear(&mut it, 130, FILES, Message::Split { task: 1, text: "a rose" });
    trial::step(&mut it, MS(200), Input::Timer("map"));
    for (run, has) in [(1, "a 2, is 1, rose 2"), (4, "a 1, rose 1")] {
        assert_eq!(hear(&mut it, 210, W2, fetch(run)), [(W2, format!("Pairs 1 1 {run} 1 {has}"))]);
    }
}

fn counts(word: &'static str, count: u64) -> Counts {
    Counts([(word, count)].into())
}

#[test]
fn a_file_is_renamed_at_once_and_one_whole_execution_stands() {
    let mut it: MapReduce = trial::boot(FILES, &Config::default());
    let write = |run, count| Message::Write { job: 1, part: 1, run, counts: counts("a", count) };
    let rename = |run| Message::Rename { job: 1, part: 1, run };
    let result = |it: &MapReduce| {
        let MapReduce::Files(it) = it else { panic!("{it:?}") };
        it.tree.result()
    };
    hear(&mut it, 10, W1, write(1, 5));
    hear(&mut it, 10, W2, write(2, 5));
    assert_eq!(result(&it), Counts::default(), "nobody reads a temporary file");
    for run in [1, 2, 1] {
        let answer = hear(&mut it, 20, W1, rename(run));
        assert_eq!(answer, [(W1, format!("Renamed 1 {run}"))]);
        assert_eq!(result(&it), counts("a", 5));
    }
    hear(&mut it, 30, W2, Message::Append { job: 1, part: 1, run: 3, counts: counts("a", 5) });
    assert_eq!(result(&it), counts("a", 10), "what appends has no such manners");
    hear(&mut it, 40, W1, Message::Write { job: 2, part: 1, run: 1, counts: counts("a", 1) });
    assert_eq!(result(&it), Counts::default(), "a newer job");
    assert_eq!(hear(&mut it, 50, W2, rename(2)), [], "nobody writes for an older one any more");
}

fn property(name: &str) -> &'static Property<MapReduce> {
    PROPERTIES.iter().find(|property| property.name == name).expect(name)
}

/// A job of two lines that is done, whose only file holds this often what one program counts.
fn ended(times: u64) -> Vec<Option<MapReduce>> {
    let mut all = trial::all::<MapReduce>();
    let mut right = job::sequential(2);
    right.0.values_mut().for_each(|count| *count *= times);
    trial::change(&mut all, MASTER, |it| {
        *it = begun(Config::default());
        for (task, words) in [(1, 7), (2, 6)] {
            hear(it, 100, W1, Message::Mapped { job: 1, task, run: task, life: MS(0), words });
        }
        hear(it, 200, W1, Message::Reduced { job: 1, part: 1, run: 3, life: MS(0) });
    });
    trial::change(&mut all, FILES, |it| {
        hear(it, 150, W1, Message::Append { job: 1, part: 1, run: 3, counts: right });
    });
    all
}

#[test]
fn each_property_sees_what_breaks_it() {
    let why = |name, all: &[_]| trial::objection(property(name), all, &Ghost::default(), None);
    const OUTPUT: &str = "Output Equals the Sequential One";
    assert_eq!(why(OUTPUT, &ended(1)), None);
    assert_eq!(why(OUTPUT, &ended(2)).as_deref(), Some("“a” is counted 4 times, and occurs 2 times"));

    let mut all = ended(1);
    assert_eq!(why("One Whole Execution Stands", &all), None);
    trial::change(&mut all, FILES, |it| {
        hear(it, 160, W2, Message::Append { job: 1, part: 1, run: 4, counts: counts("a", 1) });
    });
    assert!(why("One Whole Execution Stands", &all).is_some());

    let mut all = ended(1);
    assert_eq!(why("Each Split Counts Once", &all), None);
    trial::change(&mut all, MASTER, |it| {
        let MapReduce::Master(it) = it else { panic!("{it:?}") };
        it.job.as_mut().expect("a job").told += 7;
    });
    assert!(why("Each Split Counts Once", &all).is_some());

    assert_eq!(why("The Job Ends", &all), None);
    trial::change(&mut all, MASTER, |it| *it = begun(Config::default()));
    let told = why("The Job Ends", &all);
    assert_eq!(told.as_deref(), Some("job 1 is not done: 0 of 3 tasks are completed"));
}

#[test]
fn a_job_whose_master_has_crashed_is_aborted_and_one_that_was_done_is_not() {
    let places = Places::of(MapReduce::META.kinds);
    let told = |job: &MapReduce| {
        let mut ghost = Ghost::default();
        ghost.witness(MASTER, job, Moment { event: 1, at: MS(200), boot: false });
        ghost.crashed(MASTER, MS(300));
        let replicas = &trial::all::<MapReduce>()[..];
        let cluster = Cluster { places: &places, replicas, ghost: &ghost, changed: None };
        MEASURES[0](&cluster).to_string()
    };
    let aborted = "job 1 was aborted: its master has crashed (paper, section 3.3)";
    assert_eq!(told(&begun(Config::default())), aborted);
    assert_eq!(told(ended(1)[0].as_ref().expect("a master")), "no job is running");
}
