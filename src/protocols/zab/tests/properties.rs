//! Every property on a cluster that breaks it: a checker that has never found anything proves nothing.

use crate::base::{Breach, Time};
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Witness};

use super::super::properties::PROPERTIES;
use super::*;

/// A cluster whose servers are replaced at will.
struct Stage {
    ghost: Ghost,
    replicas: Vec<Option<Zab>>,
    broken: Vec<(&'static str, String, Option<u64>)>,
    events: u64,
}

impl Stage {
    /// Three servers that look for a leader and hold nothing.
    fn new(config: Config) -> Stage {
        let (ghost, replicas, broken) = (Ghost::default(), vec![None; 3], Vec::new());
        let mut stage = Stage { ghost, replicas, broken, events: 0 };
        for me in [S1, S2, S3] {
            stage.now(true, server(me, &Disk::default(), config.clone()));
        }
        stage
    }

    /// S3 leads epoch 1, and all have executed two transactions of it.
    fn begun() -> Stage {
        let mut stage = Stage::new(Config::default());
        stage.change(S3, leads(1));
        for (counter, held) in [(1, &[(1, 1)][..]), (2, &[(1, 1), (1, 2)])] {
            stage.change(S3, holds(held));
            [S1, S2].into_iter().for_each(|place| stage.change(place, holds(held)));
            [S3, S1, S2].into_iter().for_each(|place| stage.change(place, executes(counter)));
        }
        assert_eq!(stage.broken, [], "the start is sound");
        stage
    }

    /// This is what the server has become.
    fn now(&mut self, boot: bool, zab: Zab) {
        self.events += 1;
        let (moment, changed) = (Moment { event: self.events, at: Time::ZERO, boot }, zab.me);
        self.ghost.witness(changed, &zab, moment);
        self.replicas[changed.index()] = Some(zab);
        self.judge(Some(changed));
    }

    fn judge(&mut self, changed: Option<Place>) {
        for property in PROPERTIES.iter().filter(|it| it.kind == PropertyKind::Always) {
            if let Err(Breach { why, against }) = self.check(property, changed) {
                self.broken.push((property.name, why.to_string(), against));
            }
        }
    }

    fn change(&mut self, node: Place, change: impl FnOnce(&mut Zab)) {
        let mut zab = self.replicas[node.index()].clone().expect("it is up");
        change(&mut zab);
        self.now(false, zab);
    }

    /// The server crashes and starts again from what its disk holds.
    fn restart(&mut self, node: Place) {
        let zab = self.replicas[node.index()].clone().expect("it is up");
        self.now(true, server(node, &zab.durable, (*zab.config).clone()));
    }

    fn check(&self, property: &Property<Zab>, changed: Option<Place>) -> Result<(), Breach> {
        let (places, ghost) = (&Places::cluster(3), &self.ghost);
        (property.holds)(&Cluster { places, replicas: &self.replicas, ghost, changed })
    }

    /// C1 is told so, having seen that before.
    fn told(&mut self, what: &str, seen: Zxid, at: Zxid) {
        let ask = Ask { seen, ..what.parse().expect("a request") };
        self.events += 1;
        self.ghost.overhear(self.events, C1, &ask, None);
        self.events += 1;
        let outcome = Outcome::DoneAt("".into(), at.to_string().into());
        self.ghost.overhear(self.events, C1, &ask, Some(&outcome));
        self.judge(None);
    }

    /// What is still missing.
    fn misses(&self, name: &str) -> Option<String> {
        let property = PROPERTIES.iter().find(|property| property.name == name);
        let property = property.expect("a property of this name");
        self.check(property, Some(S1)).err().map(|breach| breach.why.to_string())
    }

    /// Exactly these properties are broken, the first of them so.
    fn breaks(&self, names: &[&str], why: &str) {
        let broken: Vec<&str> = self.broken.iter().map(|(name, ..)| *name).collect();
        assert_eq!(broken, names, "{:?}", self.broken);
        assert_eq!(self.broken[0].1, why);
    }
}

/// It is established as the leader of this epoch.
fn leads(epoch: u64) -> impl FnOnce(&mut Zab) {
    move |zab| {
        let config = (*zab.config).clone();
        zab.role = established(epoch, &[], config).role;
    }
}

/// It follows this leader in this epoch, and has acknowledged NEWLEADER.
fn follows(leader: Place, epoch: u64) -> impl FnOnce(&mut Zab) {
    move |zab| {
        let mut following = Following::of(leader);
        (following.epoch, following.phase, following.acknowledged) = (epoch, Phase::Broadcast, true);
        zab.role = Role::Following(following);
    }
}

/// Its history is this, in memory and on disk.
fn holds(zxids: &[(u64, u64)]) -> impl FnOnce(&mut Zab) {
    let history = history(zxids);
    move |zab| {
        (zab.history, zab.saved.history, zab.durable.history) =
            (history.clone(), history.clone(), history);
    }
}

/// It has executed that many.
fn executes(count: u64) -> impl FnOnce(&mut Zab) {
    move |zab| zab.delivered = count
}

#[test]
fn leadership_remembers_leaders_that_are_gone() {
    let mut stage = Stage::begun();
    stage.restart(S3);
    stage.change(S3, leads(2));
    assert_eq!(stage.broken, []);
    stage.change(S1, leads(1));
    stage.breaks(&["Leadership"], "S1 is established as leader of epoch 1, as S3 has been before");
    assert!(stage.broken[0].2.is_some(), "it contradicts that S3 was established");
}

#[test]
fn integrity_knows_what_was_proposed() {
    let mut stage = Stage::begun();
    for place in [S1, S2, S3] {
        stage.change(place, holds(&[(1, 1), (1, 2), (1, 3)]));
    }
    // S3 has proposed 1.3; nobody has proposed 1.4.
    stage.change(S1, executes(3));
    assert_eq!(stage.broken, []);
    for place in [S1, S2] {
        stage.change(place, holds(&[(1, 1), (1, 2), (1, 3), (1, 4)]));
    }
    stage.change(S1, executes(4));
    let why = "S1 executes no-op as transaction 1.4, which nobody has proposed";
    stage.breaks(&["Integrity"], why);
}

#[test]
fn two_that_execute_different_things_agree_on_nothing() {
    let mut stage = Stage::begun();
    stage.change(S3, holds(&[(1, 1), (1, 2), (1, 3)]));
    stage.change(S2, holds(&[(1, 1), (1, 2), (1, 3)]));
    stage.change(S3, executes(3));
    stage.change(S1, leads(2));
    stage.broken.clear();
    stage.change(S1, holds(&[(1, 1), (1, 2), (2, 1)]));
    stage.broken.clear();
    stage.change(S1, executes(3));
    let broken = ["Agreement", "Prefix Consistency", "Primary Integrity"];
    stage.breaks(&broken, "S1 has executed 2.1 and not 1.3; another server 1.3 and not 2.1");
}

#[test]
fn total_order_sees_what_is_missing_before() {
    let mut stage = Stage::begun();
    stage.change(S1, |zab| {
        holds(&[(1, 2)])(zab);
        zab.delivered = 1;
    });
    let broken = ["Total Order", "Prefix Consistency", "Local Primary Order"];
    let why = "S1 and another server have both executed 1.2, but only one of them 1.1 before it";
    stage.breaks(&broken, why);
}

#[test]
fn global_primary_order_sees_an_epoch_come_back() {
    let mut stage = Stage::begun();
    stage.change(S3, leads(2));
    let held = [(1, 1), (1, 2), (2, 1)];
    [S1, S2, S3].into_iter().for_each(|place| stage.change(place, holds(&held)));
    [S1, S2, S3].into_iter().for_each(|place| stage.change(place, executes(3)));
    assert_eq!(stage.broken, []);
    let back = [(1, 1), (1, 2), (2, 1), (1, 1)];
    [S1, S2].into_iter().for_each(|place| stage.change(place, holds(&back)));
    stage.change(S1, executes(4));
    stage.breaks(&["Global Primary Order"], "S1 executes 1.1, of an earlier epoch, after 2.1");
}

#[test]
fn primary_integrity_looks_at_what_a_leader_began_with() {
    let mut stage = Stage::begun();
    // Committed after S1 was established without it.
    stage.change(S1, leads(2));
    for place in [S2, S3] {
        stage.change(place, holds(&[(1, 1), (1, 2), (1, 3)]));
    }
    assert_eq!(stage.broken, []);
    stage.change(S3, executes(3));
    let why = "S1 is established in epoch 2 without 1.3, which is committed";
    stage.breaks(&["Leader Log Completeness"], why);
    stage.broken.clear();
    stage.change(S1, holds(&[(1, 1), (1, 2), (2, 1)]));
    stage.breaks(&["Primary Integrity"], "S1 proposes in epoch 2 without having executed 1.3");
}

#[test]
fn process_consistency_compares_a_follower_with_its_leader() {
    let mut stage = Stage::begun();
    stage.change(S1, follows(S3, 1));
    stage.change(S3, holds(&[(1, 1), (1, 2), (1, 3)]));
    assert_eq!(stage.broken, [], "a beginning of it");
    stage.change(S1, holds(&[(1, 1), (1, 2), (1, 4)]));
    let why = "S1, which follows S3, holds 1.4 at position 3, and S3 does not";
    stage.breaks(&["Process Consistency"], why);
    stage.broken.clear();
    stage.change(S2, follows(S3, 7));
    stage.change(S2, holds(&[(1, 1), (1, 2), (1, 4)]));
    assert_eq!(stage.broken, [], "S3 does not lead that epoch");
}

#[test]
fn leader_log_completeness_looks_at_who_is_established() {
    let mut stage = Stage::begun();
    stage.change(S1, |zab| {
        holds(&[(1, 1)])(zab);
        zab.delivered = 1;
        leads(2)(zab);
    });
    let why = "S1 is established in epoch 2 without 1.2, which is committed";
    stage.breaks(&["Leader Log Completeness"], why);
}

#[test]
fn committed_log_durability_counts_disks() {
    let mut stage = Stage::begun();
    stage.change(S1, |zab| zab.durable.history = history(&[(1, 1)]));
    assert_eq!(stage.broken, [], "two of three");
    stage.change(S2, |zab| zab.durable.history = history(&[(1, 1)]));
    stage.breaks(
        &["Committed Log Durability"],
        "1.2 is committed, and on the disks of 1 of 3 servers",
    );
}

#[test]
fn a_snapshot_stands_for_what_came_before_it() {
    let mut stage = Stage::begun();
    let snapshot = Snapshot { count: 2, zxid: z(1, 2), ..Snapshot::default() };
    for place in [S1, S2] {
        stage.change(place, |zab| {
            for history in [&mut zab.history, &mut zab.saved.history, &mut zab.durable.history] {
                history.compact(snapshot.clone());
            }
        });
    }
    stage.restart(S1);
    // Who is sent the snapshot has it too.
    stage.change(S3, |zab| {
        let history = History { snapshot: snapshot.clone(), ..History::default() };
        (zab.history, zab.durable.history) = (history.clone(), history);
    });
    assert_eq!(stage.broken, []);
    stage.change(S1, |zab| zab.history.push(entry(1, 4)));
    stage.change(S1, executes(3));
    assert_eq!(stage.broken[0].0, "Integrity");
}

#[test]
fn acknowledgments_that_do_not_count_are_seen() {
    let mut stage = Stage::begun();
    stage.change(S1, |zab| {
        let mut lead = lead_of(&established(2, &[], Config::default())).clone();
        lead.phase = Phase::Synchronisation;
        lead.acks.remove(&S3);
        zab.role = Role::Leading(lead);
    });
    let why = "S1 has 2 acknowledgments of NEWLEADER and counts 1";
    stage.breaks(&["Every Acknowledgment Counts"], why);
}

#[test]
fn monotonic_read_compares_an_answer_with_what_the_session_has_seen() {
    let mut stage = Stage::begun();
    stage.told("get x", z(1, 1), z(1, 2));
    stage.told("put x=1", z(1, 2), z(1, 1));
    assert_eq!(stage.broken, [], "that is no read");
    stage.told("get x", z(1, 2), z(1, 1));
    stage.breaks(&["Monotonic Read"], "C1 has read at 1.1, and had seen 1.2 before");
    stage.broken.clear();
    stage.change(S1, executes(2));
    assert_eq!(stage.broken, [], "it is told once");
}

#[test]
fn a_read_right_after_a_sync_sees_all_that_had_been_answered() {
    let stale = |sync, between: &[&str]| {
        let mut stage = Stage::new(Config { sync, ..Config::default() });
        stage.told("put x=1", z(0, 0), z(1, 2));
        stage.told("sync", z(0, 0), z(1, 1));
        between.iter().for_each(|what| stage.told(what, z(0, 0), z(1, 1)));
        stage.told("get x", z(0, 0), z(1, 1));
        stage.broken.into_iter().map(|(name, why, _)| (name, why)).collect::<Vec<_>>()
    };
    let why = "C1 has read at 1.1 after its sync, and 1.2 had been answered before that";
    let broken = vec![("Reads After Sync Are Fresh", why.to_owned())];
    assert_eq!(stale(Sync::Proposal, &[]), broken);
    assert_eq!(stale(Sync::Proposal, &["put y=1"]), [], "not right after it");
    assert_eq!(stale(Sync::Leader, &[]), [], "nothing is promised");
}

#[test]
fn what_is_missing_until_all_is_well_is_said() {
    let stage = Stage::new(Config::default());
    assert_eq!(stage.misses("A Leader Is Established").as_deref(), Some("no leader is established"));
    assert_eq!(stage.misses("Histories Converge").as_deref(), Some("no leader is established"));
    let mut stage = Stage::begun();
    assert_eq!(stage.misses("A Leader Is Established"), None);
    let converges = |stage: &Stage| stage.misses("Histories Converge");
    assert_eq!(converges(&stage).as_deref(), Some("S1 does not take part yet"));
    [S1, S2].into_iter().for_each(|place| stage.change(place, follows(S3, 1)));
    assert_eq!(converges(&stage), None);
    stage.change(S2, executes(1));
    let lacks = "S2 has executed 1 of the 2 transactions of its leader";
    assert_eq!(converges(&stage).as_deref(), Some(lacks));
    stage.change(S2, leads(1));
    let both = "S2 and S3 both take themselves for the leader";
    assert_eq!(converges(&stage).as_deref(), Some(both));
}
