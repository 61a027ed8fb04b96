//! Every property on a cluster that breaks it: a checker that has never found anything proves
//! nothing.

use crate::base::Time;
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Witness};

use super::super::properties::PROPERTIES;
use super::*;

/// A cluster whose servers are replaced at will.
struct Stage {
    ghost: Ghost,
    replicas: Vec<Option<MultiPaxos>>,
    broken: Vec<(&'static str, String)>,
    events: u64,
}

impl Stage {
    /// Three acceptors with these votes, all of them promised to S1.
    fn of(round: u64, votes: Votes) -> Stage {
        let mut stage = Stage {
            ghost: Ghost::default(),
            replicas: vec![None; 3],
            broken: Vec::new(),
            events: 0,
        };
        for me in [S1, S2, S3] {
            stage.now(server(me, 3, ballot(round, S1), votes, Config::default()));
        }
        assert_eq!(stage.broken, [], "the start is sound");
        stage
    }

    /// This is what the server has become.
    fn now(&mut self, server: MultiPaxos) {
        self.at(false, server);
    }

    fn at(&mut self, boot: bool, server: MultiPaxos) {
        self.events += 1;
        let moment = Moment { event: self.events, at: Time::ZERO, boot };
        let changed = server.me;
        self.replicas[changed.index()] = Some(server);
        if let Some(server) = &self.replicas[changed.index()] {
            self.ghost.witness(changed, server, moment);
        }
        self.judge(Some(changed));
    }

    fn judge(&mut self, changed: Option<Place>) {
        for property in PROPERTIES {
            if property.kind == PropertyKind::Always
                && let Err(why) = self.check(property, changed)
            {
                self.broken.push((property.name, why));
            }
        }
    }

    fn change(&mut self, node: Place, change: impl FnOnce(&mut MultiPaxos)) {
        let mut server = self.replicas[node.index()].clone().expect("it is up");
        change(&mut server);
        self.now(server);
    }

    /// The server crashes and starts again with this promise on its disk.
    fn restart(&mut self, node: Place, promised: Ballot) {
        let server = self.replicas[node.index()].take().expect("it is up");
        let disk = Disk { promised, votes: server.votes };
        let server =
            MultiPaxos::boot(node, &Places::cluster(3), &server.config, &disk, &mut Effects::new());
        self.at(true, server);
    }

    fn check(&self, property: &Property<MultiPaxos>, changed: Option<Place>) -> Result<(), String> {
        let cluster = Cluster {
            places: &Places::cluster(3),
            replicas: &self.replicas,
            ghost: &self.ghost,
            changed,
        };
        (property.holds)(&cluster).map_err(|breach| breach.why.to_string())
    }

    /// What the property of this kind says of the cluster.
    fn missing(&self, kind: PropertyKind) -> Option<String> {
        let property = PROPERTIES.iter().find(|property| property.kind == kind);
        self.check(property.expect("there is one"), None).err()
    }

    /// Exactly these properties are broken.
    fn breaks(&self, expected: &[(&str, &str)]) {
        let broken: Vec<(&str, &str)> =
            self.broken.iter().map(|(name, why)| (*name, why.as_str())).collect();
        assert_eq!(broken, expected);
    }
}

/// The server leads at this ballot, with these votes for its own proposals.
fn lead(round: u64, votes: Votes) -> impl FnOnce(&mut MultiPaxos) {
    move |server| {
        server.promised = ballot(round, server.me);
        let own = |(slot, vote): (u64, &Slot)| {
            let command = vote.as_ref()?.command.clone();
            Some((slot, Vote { ballot: server.promised, command }))
        };
        let own = log(votes).range(server.chosen, u64::MAX).into_iter().filter_map(own).collect();
        server.write(own);
        let accepted = (server.chosen..server.votes.len()).map(|_| Vec::new()).collect();
        server.role = Role::Leader(Lead {
            promised: Vec::new(),
            accepted,
            holds: vec![server.chosen; 3],
            sent: vec![server.chosen; 3],
            overdue: 0,
            inherited: 0,
            leased: vec![0; 3],
            waiting: Unanswered::default(),
        });
    }
}

/// The server takes its votes up to this slot for chosen.
fn execute(slot: u64) -> impl FnOnce(&mut MultiPaxos) {
    move |server| {
        (server.chosen + 1..=slot).for_each(|slot| server.execute(slot, &mut Effects::new()));
    }
}

/// The server accepts the command in the slot, at a ballot of this round and server.
fn accept(slot: u64, round: u64, by: Place, command: Command) -> impl FnOnce(&mut MultiPaxos) {
    let vote = Vote { ballot: ballot(round, by), command };
    move |server| {
        server.promised = vote.ballot.max(server.promised);
        server.write(vec![(slot, vote)]);
    }
}

/// One sync has written all of it.
fn sync(server: &mut MultiPaxos) {
    server.stored = Disk { promised: server.promised, votes: server.votes.clone() };
}

#[test]
fn agreement_needs_no_leader_that_has_counted() {
    let mut stage = Stage::of(1, &[]);
    for node in [S1, S2] {
        stage.change(node, accept(1, 2, S1, put("a=1")));
        assert_eq!(stage.missing(PropertyKind::Sometimes).as_deref(), Some("nothing is chosen"));
        stage.change(node, sync);
    }
    assert_eq!(stage.missing(PropertyKind::Sometimes), None);
    stage.restart(S1, ballot(2, S1));
    for node in [S2, S3] {
        stage.change(node, accept(1, 3, S3, put("a=9")));
        stage.breaks(&[]);
        stage.change(node, sync);
    }
    let why = "S3 had a=9 (C1, request 1) chosen in slot 1 at ballot 3.S3, \
               where a=1 (C1, request 1) had been chosen";
    stage.breaks(&[("Agreement", why)]);
}

#[test]
fn agreement_counts_every_write_that_one_sync_covers() {
    let mut stage = Stage::of(1, &[]);
    stage.change(S1, accept(1, 2, S1, put("a=1")));
    stage.change(S1, sync);
    stage.change(S2, accept(1, 2, S1, put("a=1")));
    stage.change(S2, accept(1, 3, S3, put("a=9")));
    stage.change(S2, accept(2, 3, S3, put("b=2")));
    stage.change(S2, sync);
    assert_eq!(stage.missing(PropertyKind::Sometimes), None, "S1 and S2 have told S1 of a=1");
    stage.breaks(&[]);
    stage.change(S3, accept(1, 3, S3, put("a=9")));
    stage.change(S3, sync);
    assert_eq!(stage.broken[0].0, "Agreement");
}

#[test]
fn what_a_crash_has_lost_is_not_counted() {
    let mut stage = Stage::of(1, &[]);
    stage.change(S1, accept(1, 2, S1, put("a=1")));
    stage.change(S1, sync);
    stage.change(S2, accept(1, 2, S1, put("a=1")));
    stage.now(server(S2, 3, ballot(1, S1), &[], Config::default()));
    stage.change(S2, sync);
    assert_eq!(stage.missing(PropertyKind::Sometimes).as_deref(), Some("nothing is chosen"));
}

#[test]
fn agreement_remembers_slots_that_everybody_has_executed() {
    let mut stage = Stage::of(1, &[(1, "a=1"), (1, "b=2")]);
    for node in [S1, S2, S3] {
        stage.change(node, execute(2));
    }
    for node in [S1, S2] {
        stage.change(node, accept(2, 3, S2, put("b=9")));
        stage.breaks(&[]);
        stage.change(node, sync);
    }
    let why = "S2 had b=9 (C1, request 1) chosen in slot 2 at ballot 3.S2, \
               where b=2 (C1, request 1) had been chosen";
    stage.breaks(&[("Agreement", why)]);
}

#[test]
fn agreement_breaks_where_a_server_executes_what_is_not_chosen() {
    let mut stage = Stage::of(1, &[(1, "a=1")]);
    stage.change(S1, accept(2, 1, S1, put("b=2")));
    stage.change(S1, sync);
    stage.change(S1, execute(2));
    let why = "S1 executed b=2 (C1, request 1) in slot 2, where nothing is chosen";
    stage.breaks(&[("Agreement", why)]);
    stage.broken.clear();
    stage.change(S2, accept(1, 2, S2, put("a=9")));
    stage.change(S2, execute(1));
    let why =
        "S2 executed a=9 (C1, request 1) in slot 1, where a=1 (C1, request 1) has been chosen";
    assert_eq!(stage.broken[0], ("Agreement", why.to_string()));
}

#[test]
fn agreement_tells_equal_commands_of_two_clients_apart() {
    let mut stage = Stage::of(1, &[(1, "a=1")]);
    let Command::Execute { seq, request, .. } = put("a=1") else { return };
    for node in [S2, S3] {
        stage.breaks(&[]);
        let command = Command::Execute { client: C2, seq, request: request.clone() };
        stage.change(node, accept(1, 3, S2, command));
        stage.change(node, sync);
    }
    assert_eq!(stage.broken[0].0, "Agreement");
}

#[test]
fn slots_are_chosen_in_any_order_by_the_tally_too() {
    let mut stage = Stage::of(1, &[]);
    for node in [S1, S2] {
        stage.change(node, accept(3, 2, S1, put("c=3")));
        stage.change(node, sync);
    }
    assert_eq!(stage.missing(PropertyKind::Sometimes), None);
    for node in [S2, S3] {
        stage.change(node, accept(3, 3, S3, put("c=9")));
        stage.change(node, sync);
    }
    assert_eq!(stage.broken[0].0, "Agreement");
}

#[test]
fn the_votes_of_few_slots_are_kept_while_a_server_stays_away() {
    let mut stage = Stage::of(1, &[]);
    for slot in 1..=1_000 {
        for node in [S1, S2] {
            stage.change(node, accept(slot, 2, S1, put("a=1")));
            stage.change(node, sync);
        }
    }
    let kept = |stage: &Stage| stage.ghost.open_slots();
    assert!(kept(&stage) < 300, "{}", kept(&stage));
    for node in [S1, S2] {
        stage.change(node, execute(1_000));
    }
    let votes = stage.replicas[S1.index()].as_ref().expect("it is up").votes.clone();
    stage.change(S3, |server| server.votes = votes);
    stage.change(S3, |server| server.promised = ballot(2, S1));
    stage.broken.clear(); // In between it had accepted above its promise.
    stage.change(S3, sync);
    stage.change(S3, execute(1_000));
    stage.breaks(&[]);
    assert_eq!(kept(&stage), 0, "everybody has executed all");
}

#[test]
fn applied_logs_are_compared_across_crashes() {
    let mut stage = Stage::of(1, &[(1, "a=1"), (1, "b=2"), (1, "c=3")]);
    stage.change(S1, execute(3));
    stage.restart(S1, ballot(1, S1));
    stage.change(S1, execute(1));
    stage.change(S2, execute(2));
    stage.breaks(&[]);
    stage.change(S3, execute(1));
    stage.change(S3, |server| server.chosen = 2);
    stage.change(S3, execute(3));
    let why = "S3 executed c=3 (C1, request 1) as its command number 2, \
               where b=2 (C1, request 1) had been executed";
    stage.breaks(&[("Applied Logs Are Prefixes", why)]);
}

#[test]
fn one_value_per_ballot_and_slot_looks_at_crashed_and_overwritten_votes_too() {
    let mut stage = Stage::of(4, &[(1, "a=1")]);
    stage.change(S1, accept(3, 2, S2, put("c=3")));
    stage.change(S1, sync);
    stage.change(S1, accept(3, 3, S3, put("c=5")));
    stage.change(S1, sync);
    stage.replicas[S1.index()] = None;
    stage.change(S2, accept(3, 2, S2, put("c=3")));
    stage.change(S2, sync);
    stage.change(S3, accept(3, 2, S3, put("c=4")));
    stage.change(S3, sync);
    stage.breaks(&[]);
    stage.change(S3, accept(3, 2, S2, put("c=4")));
    stage.change(S3, sync);
    let why = "S3 accepted c=4 (C1, request 1) in slot 3 at ballot 2.S2, \
               and S1 accepted c=3 (C1, request 1)";
    stage.breaks(&[("One Value Per Ballot And Slot", why)]);
}

#[test]
fn a_promise_goes_back_neither_in_a_step_nor_over_a_crash() {
    let told = |by| Promise { by, votes: Tail::new(&Log::new(), 1), chosen: 0 };
    let mut stage = Stage::of(1, &[]);
    stage.change(S2, |server| server.promised = ballot(2, S1));
    stage.restart(S2, ballot(1, S1));
    stage.breaks(&[]); // Lost before anybody had heard of it.
    stage.change(S2, |server| server.promised = ballot(2, S1));
    stage.change(S1, |server| {
        server.promised = ballot(2, S1);
        server.role = Role::Candidate { promises: vec![told(S1), told(S2)] };
    });
    stage.restart(S2, ballot(2, S1));
    stage.breaks(&[]);
    stage.restart(S2, ballot(1, S1));
    let why = "the promise of S2 went back from ballot 2.S1 to 1.S1";
    stage.breaks(&[("Ballots Are Ordered", why)]);
    stage.broken.clear();
    stage.change(S3, |server| server.promised = ballot(1, S2));
    stage.change(S3, |server| server.promised = Ballot::NONE);
    stage.breaks(&[("Ballots Are Ordered", "the promise of S3 went back from ballot 1.S2 to –")]);
}

#[test]
fn the_promises_that_made_a_leader_count_as_well() {
    let mut stage = Stage::of(1, &[]);
    stage.change(S2, |server| server.promised = ballot(2, S1));
    stage.change(S1, |server| {
        lead(2, &[])(server);
        let Role::Leader(lead) = &mut server.role else { return };
        lead.promised = vec![S1, S2];
    });
    stage.restart(S2, ballot(1, S1));
    assert_eq!(stage.broken[0].0, "Ballots Are Ordered");
}

#[test]
fn no_vote_is_above_the_promise() {
    let mut stage = Stage::of(2, &[(1, "a=1")]);
    let vote = |round| Vote { ballot: ballot(round, S2), command: put("b=2") };
    stage.change(S3, |server| server.write(vec![(2, vote(1))]));
    stage.breaks(&[]);
    stage.change(S3, |server| server.write(vec![(2, vote(2))]));
    let why =
        "S3 accepted b=2 (C1, request 1) in slot 2 at ballot 2.S2, but has promised only 2.S1";
    stage.breaks(&[("Ballots Are Ordered", why)]);
}

#[test]
fn convergence_says_what_is_missing() {
    let mut stage = Stage::of(1, &[(1, "a=1"), (1, "b=2")]);
    let missing = |stage: &Stage| stage.missing(PropertyKind::Converges);
    assert_eq!(missing(&stage).as_deref(), Some("no server leads"));
    stage.change(S1, lead(2, &[(0, "a=1"), (0, "b=2")]));
    assert_eq!(missing(&stage).as_deref(), Some("S1 has executed 0 of 2 commands"));
    stage.change(S1, execute(2));
    stage.change(S2, execute(1));
    assert_eq!(missing(&stage).as_deref(), Some("S2 has executed 1 of 2 commands"));
    stage.change(S2, execute(2));
    stage.change(S3, |server| server.votes = log(&[(1, "a=1"), (1, "b=9")]));
    stage.change(S3, execute(2));
    let why = "S3 has not executed what the leader has: they differ from command 2 on";
    assert_eq!(missing(&stage).as_deref(), Some(why));
    stage.change(S3, |server| server.executed = log_of(&["a=1", "b=2"]));
    assert_eq!(missing(&stage), None);
    stage.change(S3, lead(3, &[]));
    assert_eq!(missing(&stage).as_deref(), Some("S1 and S3 both take themselves for the leader"));
}

fn log_of(commands: &[&str]) -> Log<Command> {
    commands.iter().map(|text| command(text)).collect()
}
