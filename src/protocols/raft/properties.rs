//! What must never break: the five properties of Figure 3, and three more.
//!
//! They trust no server's word for the past. A [`Ghost`] watches the cluster from outside, across
//! crashes: who led which term and with which log, what was committed, what was executed. The
//! properties are checked after every step, so each looks only at what that step has changed.

use crate::base::{Breach, Log, Milestones, Place, Sentence};
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Witness};
use crate::sentence;

use super::{Entry, Raft, Role};

pub const PROPERTIES: &[Property<Raft>] = &[
    Property {
        name: "Election Safety",
        formula: "∀ t: |leaders(t)| ≤ 1",
        meaning: "At most one leader is elected in a term.",
        kind: PropertyKind::Always,
        holds: election_safety,
    },
    Property {
        name: "Leader Append-Only",
        formula: "leads(i, t) ∧ leads(i, t)′ ⇒ logᵢ ⊑ logᵢ′",
        meaning: "A leader never overwrites or deletes entries of its log; it only appends.",
        kind: PropertyKind::Always,
        holds: leader_append_only,
    },
    Property {
        name: "Log Matching",
        formula: "logᵢ[k].term = logⱼ[k].term ⇒ logᵢ[..k] = logⱼ[..k]",
        meaning: "If two logs have an entry of the same term at the same index, they are equal up to there.",
        kind: PropertyKind::Always,
        holds: log_matching,
    },
    Property {
        name: "Leader Completeness",
        formula: "e ∈ committed(t) ∧ t < u ⇒ e ∈ log(leader(u))",
        meaning: "What is committed in a term is in the logs of the leaders of all later terms.",
        kind: PropertyKind::Always,
        holds: leader_completeness,
    },
    Property {
        name: "State Machine Safety",
        formula: "k ≤ lastAppliedᵢ ∧ k ≤ lastAppliedⱼ ⇒ executedᵢ[k] = executedⱼ[k]",
        meaning: "No two servers ever execute different entries at the same index.",
        kind: PropertyKind::Always,
        holds: state_machine_safety,
    },
    Property {
        name: "Monotonic Term and Commit",
        formula: "currentTermᵢ ≤ currentTermᵢ′ ∧ commitIndexᵢ ≤ commitIndexᵢ′",
        meaning: "While a server runs, its term and its commit index never go back.",
        kind: PropertyKind::Always,
        holds: monotonic,
    },
    Property {
        name: "Terms Are Stood For",
        formula: "∃ j: stood(j, currentTermᵢ)",
        meaning: "No server is in a term for which nobody has stood.",
        kind: PropertyKind::Always,
        holds: terms_are_stood_for,
    },
    Property {
        name: "Monotonic Match",
        formula: "leads(i, t) ∧ leads(i, t)′ ⇒ matchIndexᵢ[j] ≤ matchIndexᵢ[j]′",
        meaning: "What a leader knows of a follower's log never shrinks, unless that server's disk is gone.",
        kind: PropertyKind::Always,
        holds: monotonic_match,
    },
    Property {
        name: "Quorums Meet",
        formula: "c, c′ ∈ logᵢ ∧ next(c, c′) ⇒ c ∈ committed ∧ meet(c, c′)",
        meaning: "A configuration follows another in a log only once that is committed, and all their quorums meet.",
        kind: PropertyKind::Always,
        holds: quorums_meet,
    },
    Property {
        name: "Configuration From the Log",
        formula: "configurationᵢ ∈ logᵢ",
        meaning: "The configuration that a server goes by is the latest in its log.",
        kind: PropertyKind::Always,
        holds: configuration_from_the_log,
    },
    Property {
        name: "A Leader Is Elected",
        formula: "◇ ∃ i: leads(i)",
        meaning: "At some point there is a leader.",
        kind: PropertyKind::Sometimes,
        holds: leader_is_elected,
    },
    Property {
        name: "Logs Converge",
        formula: "◇□ ∃! l: leads(l) ∧ ∀ i: logᵢ = logₗ ∧ commitIndexᵢ = |logₗ|",
        meaning: "When faults have ended, one leader remains and all logs become equal and committed.",
        kind: PropertyKind::Converges,
        holds: logs_converge,
    },
];

/// History variables: what the properties need to know of the past.
#[derive(Clone, Default)]
pub struct Ghost {
    /// By server: what it was after its last step. A crashed server stays as it was last seen.
    seen: Vec<Seen>,
    /// What the server that took the last step was before it, if the step changed any of it.
    before: Option<Seen>,
    /// That step was its start: what was not on its disk, and all it knew of commits, is gone.
    booted: bool,
    /// Every term that had a leader, in order.
    reigns: Log<Reign>,
    /// The longest sequence of entries that leaders have committed.
    committed: Log<Entry>,
    /// At each index the first entry that any server has executed there, and when.
    executed: Log<Entry>,
    executions: Milestones,
    /// The latest term that anybody has stood for.
    stood: u64,
    /// By leader: its `matchIndex` after its last step.
    matched: Vec<Vec<u64>>,
    /// Whose entry of that the last step has made smaller, from what to what.
    shrunk: Option<(Place, u64, u64)>,
}

/// What properties look at in a server.
#[derive(Clone, Default)]
struct Seen {
    term: u64,
    leads: bool,
    commit: u64,
    applied: u64,
    configured: u64,
    log: Log<Entry>,
}

/// A term and its leader.
#[derive(Clone, Hash)]
struct Reign {
    term: u64,
    /// Whoever was first seen to lead it, and since which event.
    leader: Place,
    since: u64,
    /// Its log when it was elected.
    log: Log<Entry>,
    /// How many entries had been committed in this term and those before it.
    committed: u64,
    /// When those of this term were.
    commits: Milestones,
}

impl Witness<Raft> for Ghost {
    fn witness(&mut self, node: Place, raft: &Raft, moment: Moment) {
        self.booted = moment.boot;
        if moment.boot || matches!(raft.role, Role::Candidate { .. } | Role::Leader(_)) {
            self.stood = self.stood.max(raft.term);
        }
        self.watch_matches(node, raft);
        if self.seen.len() <= node.index() {
            self.seen.resize_with(usize::from(raft.nodes), Seen::default);
        }
        let seen = &mut self.seen[node.index()];
        if seen.still_describes(raft) {
            self.before = None;
            return;
        }
        let before = std::mem::replace(seen, Seen::of(raft));
        let elected = raft.leads() && !before.leads_term(raft.term);
        // A leader may commit its own removal, and lead no more in the same step.
        let led = raft.leads() || before.leads_term(raft.term);
        let commits = led && raft.commit > before.commit;
        if elected || commits {
            self.record_reign(node, raft, if commits { raft.commit } else { 0 }, moment.event);
        }
        if raft.applied > self.executed.len() {
            self.record_executed(raft);
            self.executions.reach(self.executed.len(), moment.event);
        }
        self.before = Some(before);
    }

    fn saw_nothing(&self) -> bool {
        self.before.is_none() && self.shrunk.is_none()
    }
}

impl Ghost {
    fn record_reign(&mut self, leader: Place, raft: &Raft, commit: u64, event: u64) {
        if commit > self.committed.len() && starts_with(&raft.log, &self.committed) {
            self.committed = raft.log.prefix(commit);
        }
        let earlier = self.reigns.partition_point(|reign| reign.term < raft.term);
        let mut later: Vec<Reign> = self.reigns_after(earlier).cloned().collect();
        if later.first().is_none_or(|reign| reign.term > raft.term) {
            let (term, log) = (raft.term, raft.log.clone());
            let commits = Milestones::default();
            later.insert(0, Reign { term, leader, since: event, log, committed: 0, commits });
        }
        if later[0].leader == leader {
            later[0].commits.reach(commit, event);
        }
        self.reigns.truncate(earlier);
        let before = self.reigns.last().map_or(0, |reign| reign.committed);
        for reign in later {
            self.reigns.push(Reign { committed: reign.committed.max(before).max(commit), ..reign });
        }
    }

    fn watch_matches(&mut self, node: Place, raft: &Raft) {
        if self.matched.len() <= node.index() {
            self.matched.resize_with(usize::from(raft.nodes), Vec::new);
        }
        let known = &mut self.matched[node.index()];
        self.shrunk = None;
        let Role::Leader(lead) = &raft.role else { return known.clear() };
        if known.len() != lead.matched.len() {
            return known.clone_from(&lead.matched);
        }
        // Most steps change none of it, and this is looked at after every step.
        for (at, (before, now)) in known.iter_mut().zip(&lead.matched).enumerate() {
            if now < before && self.shrunk.is_none() {
                self.shrunk = Some((Place::server(at as u16), *before, *now));
            }
            *before = *now;
        }
    }

    fn record_executed(&mut self, raft: &Raft) {
        if starts_with(&raft.log, &self.executed) {
            self.executed = raft.log.prefix(raft.applied);
        }
        // Only when State Machine Safety is broken: its own past differs, so entry by entry.
        while self.executed.len() < raft.applied
            && let Some(entry) = raft.log.get(self.executed.len() + 1)
        {
            self.executed.push(entry.clone());
        }
    }

    /// The reigns from the one after the first `count` on.
    fn reigns_after(&self, count: u64) -> impl Iterator<Item = &Reign> {
        (count + 1..=self.reigns.len()).filter_map(|place| self.reigns.get(place))
    }
}

impl Seen {
    fn of(raft: &Raft) -> Seen {
        Seen {
            term: raft.term,
            leads: raft.leads(),
            commit: raft.commit,
            applied: raft.applied,
            configured: raft.configured,
            log: raft.log.clone(),
        }
    }

    fn still_describes(&self, raft: &Raft) -> bool {
        self.term == raft.term
            && self.leads == raft.leads()
            && self.commit == raft.commit
            && self.applied == raft.applied
            && self.configured == raft.configured
            && self.log == raft.log
    }

    fn leads_term(&self, term: u64) -> bool {
        self.leads && self.term == term
    }
}

fn starts_with(log: &Log<Entry>, prefix: &Log<Entry>) -> bool {
    log.common_prefix(prefix) == prefix.len()
}

/// A step that a property has to look at: the server, what it was, what it is, and all of the past.
struct Step<'a> {
    node: Place,
    before: &'a Seen,
    raft: &'a Raft,
    ghost: &'a Ghost,
}

/// The last step, unless it changed nothing, or was a crash.
fn step<'a>(cluster: &Cluster<'a, Raft>) -> Option<Step<'a>> {
    let (ghost, node) = (cluster.ghost, cluster.changed?);
    Some(Step { node, before: ghost.before.as_ref()?, raft: cluster.changed()?, ghost })
}

fn election_safety(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    match step(cluster) {
        Some(step) if step.elected() => {
            let place = step.ghost.reigns.partition_point(|reign| reign.term < step.raft.term) + 1;
            match step.ghost.reigns.get(place) {
                Some(reign) if reign.leader != step.node => Err(Breach::against(
                    reign.since,
                    sentence!(
                        "{0} was elected leader of term {2}, which had elected {1} already",
                        step.node,
                        reign.leader,
                        reign.term
                    ),
                )),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn leader_append_only(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    match step(cluster) {
        Some(Step { node, before, raft, .. })
            if raft.leads()
                && before.leads_term(raft.term)
                && !starts_with(&raft.log, &before.log) =>
        {
            let index = raft.log.common_prefix(&before.log) + 1;
            let (was, is) = (before.log.get(index), raft.log.get(index));
            let told = |entry: &Entry| format!("{entry} ({})", entry.term);
            Err(sentence!(
                "{0}, leader of term {1}, did not only append to its log: index {2} held {3}, and now holds {4}",
                node,
                raft.term,
                index,
                was.map_or("–".to_owned(), told),
                is.map_or("–".to_owned(), told)
            ).into())
        }
        _ => Ok(()),
    }
}

fn log_matching(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    let Some(Step { node, before, raft, ghost }) = step(cluster) else { return Ok(()) };
    // What the log had in common with its own past was compared then.
    let old = raft.log.common_prefix(&before.log);
    if old == raft.log.len() {
        return Ok(());
    }
    for (other, theirs) in Place::servers(raft.nodes).zip(ghost.seen.iter().map(|seen| &seen.log)) {
        let same = raft.log.common_prefix(theirs);
        let end = raft.log.len().min(theirs.len());
        for index in old.max(same) + 1..=end {
            let term = raft.position(index).term;
            if theirs.get(index).is_some_and(|entry| entry.term == term) {
                return Err(sentence!(
                    "the logs of {0} and {1} both have an entry of term {3} at index {2}, but differ at index {4}",
                    node,
                    other,
                    index,
                    term,
                    same + 1
                ).into());
            }
        }
    }
    Ok(())
}

/// Looked at twice: when a leader is elected, whether it holds what was committed in earlier terms;
/// and when a leader commits, whether the leaders of later terms, if there are any, hold that.
fn leader_completeness(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let Step { node, before, raft, ghost } = step;
    if step.elected() {
        let earlier = ghost.reigns.partition_point(|reign| reign.term < raft.term);
        let committed = ghost.reigns.get(earlier).map_or(0, |reign| reign.committed);
        let held = raft.log.common_prefix(&ghost.committed);
        if held < committed {
            let by = ghost.reigns.partition_point(|reign| reign.committed <= held) + 1;
            let by = ghost.reigns.get(by);
            let why = lacks(node, raft.term, &ghost.committed, held + 1, by);
            return Err(Breach { why, against: by.and_then(|by| by.commits.event(held + 1)) });
        }
    }
    if raft.leads() && raft.commit > before.commit {
        let this = ghost.reigns.partition_point(|reign| reign.term <= raft.term);
        for later in ghost.reigns_after(this) {
            let held = later.log.common_prefix(&raft.log);
            if held < raft.commit {
                let by = ghost.reigns.get(this);
                let why = lacks(later.leader, later.term, &raft.log, held + 1, by);
                return Err(Breach::against(later.since, why));
            }
        }
    }
    Ok(())
}

/// The leader of a term lacks an entry that was committed before, `by` whom is known.
fn lacks(
    leader: Place,
    term: u64,
    committed: &Log<Entry>,
    index: u64,
    by: Option<&Reign>,
) -> Sentence {
    let entry = committed.get(index).map_or(String::new(), Entry::to_string);
    let (by, when) = by.map_or((leader, 0), |reign| (reign.leader, reign.term));
    sentence!(
        "{0} leads term {1} without the entry {3} at index {2}, which {4} committed in term {5}",
        leader,
        term,
        index,
        entry,
        by,
        when
    )
}

fn state_machine_safety(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    let Some(Step { node, before, raft, ghost }) = step(cluster) else { return Ok(()) };
    if raft.applied <= before.applied || raft.log.common_prefix(&ghost.executed) >= raft.applied {
        return Ok(());
    }
    for index in before.applied + 1..=raft.applied {
        if let (Some(mine), Some(first)) = (raft.log.get(index), ghost.executed.get(index))
            && mine != first
        {
            let why = sentence!(
                "{0} executed {2} of term {3} at index {1}, where {4} of term {5} had been executed",
                node,
                index,
                mine.to_string(),
                mine.term,
                first.to_string(),
                first.term
            );
            return Err(Breach { why, against: ghost.executions.event(index) });
        }
    }
    Ok(())
}

fn monotonic(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    match step(cluster) {
        Some(Step { ghost: Ghost { booted: true, .. }, .. }) => Ok(()),
        Some(Step { node, before, raft, .. }) if raft.term < before.term => Err(sentence!(
            "the term of {0} went back from {1} to {2}",
            node,
            before.term,
            raft.term
        )
        .into()),
        Some(Step { node, before, raft, .. }) if raft.commit < before.commit => Err(sentence!(
            "the commit index of {0} went back from {1} to {2}",
            node,
            before.commit,
            raft.commit
        )
        .into()),
        _ => Ok(()),
    }
}

fn terms_are_stood_for(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    match step(cluster) {
        Some(Step { node, before, raft, ghost })
            if raft.term > before.term && raft.term > ghost.stood =>
        {
            let (term, stood) = (raft.term, ghost.stood);
            Err(sentence!(
                "{0} is in term {1}, for which nobody has stood: the latest was term {2}",
                node,
                term,
                stood
            )
            .into())
        }
        _ => Ok(()),
    }
}

/// Start over with 0, where a disk is gone, is the one exception.
fn monotonic_match(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    match (cluster.changed, cluster.ghost.shrunk) {
        (Some(leader), Some((follower, before, now))) if now > 0 => Err(sentence!(
            "{0}, which leads, took {1}'s log for equal to its own up to index {2}, and now only up to {3}",
            leader,
            follower,
            before,
            now
        )
        .into()),
        _ => Ok(()),
    }
}

/// Looked at when a log has a new latest configuration, against the one before it. What is committed is
/// judged from outside: a new leader may not know it yet.
fn quorums_meet(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    let Some(Step { node, before, raft, ghost }) = step(cluster) else { return Ok(()) };
    if raft.configured == before.configured || raft.configured == 0 {
        return Ok(());
    }
    let earlier = raft.log.range(0, raft.configured - 1).into_iter().rev();
    let mut earlier =
        earlier.filter_map(|(index, entry)| Some((index, entry.command.configuration()?)));
    let (index, old) = earlier.next().unwrap_or((0, raft.first));
    let (new, at) = (raft.configuration, raft.configured);
    if !old.meets(new) {
        return Err(sentence!(
            "in the log of {0} the configuration {2} at index {1} follows {3}: a quorum of each need have no server in common",
            node,
            at,
            new.to_string(),
            old.to_string()
        )
        .into());
    }
    if index > raft.log.common_prefix(&ghost.committed) {
        return Err(sentence!(
            "in the log of {0} the configuration at index {1} follows the one at index {2}, which is not committed",
            node,
            at,
            index
        )
        .into());
    }
    Ok(())
}

fn configuration_from_the_log(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    let Some(Step { node, raft, .. }) = step(cluster) else { return Ok(()) };
    let found = match raft.configured {
        0 => Some(raft.first),
        index => raft.log.get(index).and_then(|entry| entry.command.configuration()),
    };
    match found == Some(raft.configuration) {
        true => Ok(()),
        false => Err(sentence!(
            "{0} goes by the configuration {1}, which is not in its log at index {2}",
            node,
            raft.configuration.to_string(),
            raft.configured
        )
        .into()),
    }
}

fn leader_is_elected(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    match cluster.up().any(|(_, raft)| raft.leads()) {
        true => Ok(()),
        false => Err(sentence!("no server leads").into()),
    }
}

fn logs_converge(cluster: &Cluster<Raft>) -> Result<(), Breach> {
    let mut leaders = cluster.up().filter(|(_, raft)| raft.leads());
    let Some((leader, lead)) = leaders.next() else {
        return Err(sentence!("no server leads").into());
    };
    if let Some((other, _)) = leaders.next() {
        return Err(
            sentence!("{0} and {1} both take themselves for the leader", leader, other).into()
        );
    }
    // Without a no-op, what an earlier term has left waits for the next request.
    if !lead.config.no_op && lead.position(lead.log.len()).term < lead.term {
        return Ok(());
    }
    let members = lead.configuration.all();
    for (node, raft) in cluster.up().filter(|(node, _)| members.has(*node)) {
        if raft.log != lead.log {
            let same = raft.log.common_prefix(&lead.log);
            return Err(sentence!(
                "the log of {0} differs from the leader's at index {1}",
                node,
                same + 1
            )
            .into());
        }
        if raft.commit < raft.log.len() {
            return Err(sentence!(
                "{0} has committed {1} of its {2} entries",
                node,
                raft.commit,
                raft.log.len()
            )
            .into());
        }
    }
    Ok(())
}

impl Step<'_> {
    /// Whether the server became leader of its term.
    fn elected(&self) -> bool {
        self.raft.leads() && !self.before.leads_term(self.raft.term)
    }
}
