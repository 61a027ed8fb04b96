//! Every property on a cluster that breaks it: a checker that has never found anything proves
//! nothing.

use crate::base::{Breach, Time};
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Witness};

use super::super::properties::PROPERTIES;
use super::*;

/// A cluster whose servers are replaced at will.
struct Stage {
    ghost: Ghost,
    replicas: Vec<Option<Raft>>,
    broken: Vec<(&'static str, String)>,
    /// By what was broken: the earlier event that it contradicts.
    against: Vec<Option<u64>>,
    events: u64,
}

impl Stage {
    fn of(servers: Vec<Raft>) -> Stage {
        let mut stage = Stage {
            ghost: Ghost::default(),
            replicas: vec![None; servers.len()],
            broken: Vec::new(),
            against: Vec::new(),
            events: 0,
        };
        servers.into_iter().for_each(|raft| stage.at(true, raft));
        assert_eq!(stage.broken, [], "the start is sound");
        stage
    }

    /// This is what the server has become.
    fn now(&mut self, raft: Raft) {
        self.at(false, raft);
    }

    fn at(&mut self, boot: bool, raft: Raft) {
        self.events += 1;
        let moment = Moment { event: self.events, at: Time::ZERO, boot };
        let changed = raft.me;
        self.replicas[changed.index()] = Some(raft);
        if let Some(raft) = &self.replicas[changed.index()] {
            self.ghost.witness(changed, raft, moment);
        }
        for property in PROPERTIES {
            if property.kind == PropertyKind::Always
                && let Err(Breach { why, against }) = self.check(property, changed)
            {
                self.broken.push((property.name, why.to_string()));
                self.against.push(against);
            }
        }
    }

    fn change(&mut self, node: Place, change: impl FnOnce(&mut Raft)) {
        let mut raft = self.replicas[node.index()].clone().expect("it is up");
        change(&mut raft);
        self.now(raft);
    }

    /// The server crashes and starts again: its disk survives.
    fn restart(&mut self, node: Place) {
        let raft = self.replicas[node.index()].clone().expect("it is up");
        let (term, voted_for) = (raft.term, raft.voted_for);
        let (log, snapshot) = (raft.log.clone(), raft.snapshot.clone());
        let disk = Disk { term, voted_for, log, snapshot };
        let raft = Raft::boot(
            raft.me,
            &Places::cluster(raft.nodes),
            &raft.config,
            &disk,
            &mut Effects::new(),
        );
        self.at(true, raft);
    }

    fn check(&self, property: &Property<Raft>, changed: Place) -> Result<(), Breach> {
        let cluster = Cluster {
            places: &Places::cluster(3),
            replicas: &self.replicas,
            ghost: &self.ghost,
            changed: Some(changed),
        };
        (property.holds)(&cluster)
    }

    /// What is still missing.
    fn misses(&self, property: &Property<Raft>) -> Option<String> {
        self.check(property, S1).err().map(|breach| breach.why.to_string())
    }

    /// Exactly these properties are broken.
    fn breaks(&self, expected: &[(&str, &str)]) {
        let broken: Vec<(&str, &str)> =
            self.broken.iter().map(|(name, why)| (*name, why.as_str())).collect();
        assert_eq!(broken, expected);
    }
}

/// Three followers in the same term with the same log.
fn three(term: u64, terms: &[u64]) -> Stage {
    Stage::of([S1, S2, S3].map(|me| server(me, 3, term, terms, Config::default())).into())
}

fn elect(term: u64) -> impl FnOnce(&mut Raft) {
    move |raft| {
        raft.term = term;
        raft.become_leader(&mut Effects::new());
    }
}

fn commit(index: u64) -> impl FnOnce(&mut Raft) {
    move |raft| {
        raft.commit = index;
        raft.apply(&mut Effects::new());
    }
}

#[test]
fn election_safety_counts_leaders_that_are_gone() {
    let mut stage = three(1, &[1]);
    stage.change(S1, elect(2));
    stage.restart(S1);
    stage.change(S3, elect(3));
    stage.breaks(&[]);
    stage.change(S2, |raft| {
        raft.log = log(&[1, 2]);
        raft.log.truncate(1);
        raft.term = 2;
        raft.role = leader(S2, 3, 2, &[1], Config::default()).role;
    });
    stage.breaks(&[(
        "Election Safety",
        "S2 was elected leader of term 2, which had elected S1 already",
    )]);
}

#[test]
fn leader_append_only_sees_an_entry_go() {
    let mut stage = three(1, &[1]);
    stage.change(S1, elect(2));
    stage.change(S1, |raft| raft.log.push(Entry { term: 2, command: Command::Log(LogCommand::NoOp) }));
    stage.breaks(&[]);
    stage.change(S1, |raft| raft.log.truncate(1));
    let why = "S1, leader of term 2, did not only append to its log: index 2 held no-op (2), and now holds –";
    stage.breaks(&[("Leader Append-Only", why)]);
}

#[test]
fn log_matching_sees_a_difference_below_an_equal_entry() {
    let mut stage = three(5, &[1]);
    stage.change(S1, |raft| raft.log = log(&[1, 2, 2]));
    stage.change(S2, |raft| raft.log = log(&[1, 3]));
    stage.breaks(&[]);
    stage.change(S1, |raft| raft.log = log(&[1, 2, 2, 4]));
    stage.change(S2, |raft| raft.log = log(&[1, 3, 3]));
    stage.breaks(&[]);
    stage.change(S2, |raft| raft.log = log(&[1, 3, 3, 4]));
    let why =
        "the logs of S2 and S1 both have an entry of term 4 at index 4, but differ at index 2";
    stage.breaks(&[("Log Matching", why)]);
}

#[test]
fn log_matching_compares_what_entries_say() {
    let with = |text: &str| {
        let request = text.parse().expect("a request");
        let command = Command::Log(LogCommand::Execute { client: C1, seq: 1, request });
        move |raft: &mut Raft| raft.log.push(Entry { term: 2, command })
    };
    let mut stage = three(2, &[1]);
    stage.change(S1, with("put x=1"));
    stage.replicas[S1.index()] = None; // What a crashed server has written counts too.
    stage.change(S3, with("put x=1"));
    stage.breaks(&[]);
    stage.change(S2, with("put x=2"));
    assert_eq!(stage.broken[0].0, "Log Matching");
}

#[test]
fn leader_completeness_asks_a_new_leader_for_what_was_committed() {
    let mut stage = three(1, &[1]);
    stage.change(S1, elect(2));
    stage.change(S2, |raft| raft.log = log(&[1, 2]));
    stage.change(S1, commit(2));
    stage.restart(S1);
    stage.change(S2, elect(3));
    stage.breaks(&[]);
    stage.change(S3, elect(4));
    let why = "S3 leads term 4 without the entry no-op at index 2, which S1 committed in term 2";
    stage.breaks(&[("Leader Completeness", why)]);
}

#[test]
fn leader_completeness_asks_the_leaders_of_later_terms_when_an_old_one_commits() {
    let mut stage = three(1, &[1]);
    stage.change(S1, elect(2));
    stage.change(S3, elect(3));
    stage.restart(S3);
    stage.breaks(&[]);
    stage.change(S1, commit(1));
    stage.breaks(&[]);
    stage.change(S1, commit(2));
    let why = "S3 leads term 3 without the entry no-op at index 2, which S1 committed in term 2";
    stage.breaks(&[("Leader Completeness", why)]);
}

#[test]
fn what_an_old_leader_commits_late_binds_only_later_leaders() {
    let mut stage = three(1, &[1, 1]);
    stage.change(S3, elect(5));
    stage.change(S3, commit(3));
    stage.change(S1, elect(2)); // Its votes were late; term 5 owes it nothing, nor it term 5.
    stage.change(S1, commit(2));
    stage.breaks(&[]);
}

#[test]
fn the_commit_that_a_leader_lacks_is_that_of_the_term_that_is_named() {
    let mut stage = three(1, &[1, 1]);
    stage.change(S1, elect(2));
    stage.change(S2, elect(4));
    stage.change(S2, commit(2));
    stage.change(S1, commit(2));
    let of_term_2 = stage.events;
    stage.breaks(&[]);
    stage.change(S3, |raft| raft.log.truncate(1));
    stage.change(S3, elect(3));
    let why = "S3 leads term 3 without the entry no-op at index 2, which S1 committed in term 2";
    stage.breaks(&[("Leader Completeness", why)]);
    assert_eq!(stage.against, [Some(of_term_2)]);
}

#[test]
fn state_machine_safety_remembers_across_crashes() {
    let mut stage = three(2, &[1, 2]);
    stage.change(S1, commit(2));
    stage.restart(S1);
    stage.change(S1, commit(1));
    stage.breaks(&[]);
    stage.change(S2, |raft| raft.log = log(&[1, 1]));
    stage.change(S2, commit(1));
    stage.breaks(&[]);
    stage.change(S2, commit(2));
    let why = "S2 executed no-op of term 1 at index 2, where no-op of term 2 had been executed";
    stage.breaks(&[("State Machine Safety", why)]);
}

#[test]
fn terms_and_commits_go_back_only_in_a_restart() {
    let mut stage = three(2, &[1, 2]);
    stage.change(S1, |raft| raft.leader = Some(S3));
    stage.change(S1, commit(2));
    stage.restart(S1);
    stage.change(S1, commit(2));
    stage.breaks(&[]);
    stage.change(S1, |raft| raft.commit = 1);
    stage.change(S1, |raft| raft.term = 1);
    stage.breaks(&[
        ("Monotonic Term and Commit", "the commit index of S1 went back from 2 to 1"),
        ("Monotonic Term and Commit", "the term of S1 went back from 2 to 1"),
    ]);
}

#[test]
fn a_restart_may_lose_what_was_not_on_disk_and_a_step_may_not() {
    let forgets = |term| server(S1, 3, term, &[], Config::default());
    let mut stage = three(2, &[]);
    stage.at(true, forgets(1));
    stage.breaks(&[]);
    stage.change(S1, |raft| raft.term = 3);
    stage.now(forgets(1));
    let unstood = "S1 is in term 3, for which nobody has stood: the latest was term 2";
    let back = "the term of S1 went back from 3 to 1";
    stage.breaks(&[("Terms Are Stood For", unstood), ("Monotonic Term and Commit", back)]);
}

#[test]
fn an_election_is_seen_only_once_somebody_leads() {
    let property = PROPERTIES.iter().find(|property| property.kind == PropertyKind::Sometimes);
    let property = property.expect("there is one");
    let mut stage = three(1, &[]);
    assert_eq!(stage.misses(property).as_deref(), Some("no server leads"));
    stage.change(S1, elect(2));
    assert_eq!(stage.misses(property), None);
}

#[test]
fn convergence_says_what_is_missing() {
    let converges = PROPERTIES.iter().find(|property| property.kind == PropertyKind::Converges);
    let property = converges.expect("there is one");
    let mut stage = three(1, &[]);
    let missing = |stage: &Stage| stage.misses(property);
    assert_eq!(missing(&stage).as_deref(), Some("no server leads"));
    stage.change(S1, elect(2));
    assert_eq!(missing(&stage).as_deref(), Some("S1 has committed 0 of its 1 entries"));
    stage.change(S1, commit(1));
    assert_eq!(
        missing(&stage).as_deref(),
        Some("the log of S2 differs from the leader's at index 1")
    );
    for other in [S2, S3] {
        stage.change(other, |raft| raft.log = log(&[2]));
        stage.change(other, commit(1));
    }
    assert_eq!(missing(&stage), None);
    stage.change(S3, |raft| raft.role = leader(S3, 3, 1, &[], Config::default()).role);
    assert_eq!(missing(&stage).as_deref(), Some("S1 and S3 both take themselves for the leader"));
}
