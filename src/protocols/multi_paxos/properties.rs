//! What must never break: that at most one command is chosen in a slot, that all servers execute the
//! same commands in the same order; and the invariants below, which make it so.
//!
//! They trust no server's word for the past, and no leader's counting. A [`Ghost`] watches the
//! cluster from outside, across crashes: what was accepted on whose disk and so chosen ([`Tally`]),
//! what was executed, what was promised. The properties are checked after every step, so each looks
//! only at what that step has changed.

use crate::base::{Breach, Log, Milestones, Place};
use crate::protocol::{Cluster, Moment, Property, PropertyKind, Witness};
use crate::sentence;

use super::tally::Tally;
use super::{Ballot, Command, MultiPaxos, Role, Slot};

pub const PROPERTIES: &[Property<MultiPaxos>] = &[
    Property {
        name: "Agreement",
        formula: "chosen(s, v) ∧ chosen(s, w) ⇒ v = w",
        meaning: "At most one command is ever chosen in a slot: accepted by a majority at one ballot.",
        kind: PropertyKind::Always,
        holds: agreement,
    },
    Property {
        name: "Applied Logs Are Prefixes",
        formula: "appliedᵢ ⊑ appliedⱼ ∨ appliedⱼ ⊑ appliedᵢ",
        meaning: "Of any two servers, one has executed all that the other has, in the same order.",
        kind: PropertyKind::Always,
        holds: applied_logs_are_prefixes,
    },
    Property {
        name: "One Value Per Ballot And Slot",
        formula: "⟨2b, s, b, v⟩ ∈ msgs ∧ ⟨2b, s, b, w⟩ ∈ msgs ⇒ v = w",
        meaning: "No two servers accept different commands in one slot at the same ballot.",
        kind: PropertyKind::Always,
        holds: one_value_per_ballot_and_slot,
    },
    Property {
        name: "Ballots Are Ordered",
        formula: "voteᵢ[s].bal ≤ maxBalᵢ ∧ maxBalᵢ ≤ maxBalᵢ′",
        meaning: "No server accepts anything above its promise, and no promise goes back: also not \
                  over a crash, once another server has counted on it.",
        kind: PropertyKind::Always,
        holds: ballots_are_ordered,
    },
    Property {
        name: "A Command Is Chosen",
        formula: "◇ ∃ s, v: chosen(s, v)",
        meaning: "At some point something is chosen.",
        kind: PropertyKind::Sometimes,
        holds: a_command_is_chosen,
    },
    Property {
        name: "All Apply The Same",
        formula: "◇□ ∃! l: leads(l) ∧ ∀ i: appliedᵢ = logₗ",
        meaning: "When faults have ended, one leader remains and all servers execute its whole log.",
        kind: PropertyKind::Converges,
        holds: all_apply_the_same,
    },
];

/// History variables: what the properties need to know of the past.
#[derive(Clone, Default)]
pub struct Ghost {
    /// By server: what it was after its last step. A crashed server stays as it was last seen.
    seen: Vec<Seen>,
    /// What the server that took the last step was before it, if the step changed any of it.
    before: Option<Seen>,
    /// That step was its start: all that was not on its disk is gone.
    booted: bool,
    /// Who has accepted what, and what was chosen.
    tally: Tally,
    /// The longest sequence of commands that any server has executed, and when it did.
    executed: Log<Command>,
    executions: Milestones,
    /// By server, the highest ballot that another server has its promise for, and since when.
    promised: Vec<(Ballot, u64)>,
}

/// What properties look at in a server.
#[derive(Clone, Default)]
struct Seen {
    promised: Ballot,
    promises: u64,
    leads: bool,
    chosen: u64,
    votes: Log<Slot>,
    /// Of these, what its disk held.
    stored: Log<Slot>,
    executed: Log<Command>,
}

impl Witness<MultiPaxos> for Ghost {
    fn witness(&mut self, node: Place, server: &MultiPaxos, moment: Moment) {
        self.booted = moment.boot;
        if self.seen.len() <= node.index() {
            self.seen.resize_with(usize::from(server.nodes), Seen::default);
            self.promised.resize(usize::from(server.nodes), (Ballot::NONE, 0));
        }
        let seen = &mut self.seen[node.index()];
        if seen.still_describes(server) {
            self.before = None;
            return;
        }
        self.tally.witness(node, server, moment);
        let before = std::mem::replace(seen, Seen::of(server));
        for by in promised_by(server).filter(|by| *by != node) {
            let known = &mut self.promised[by.index()];
            if server.promised > known.0 {
                *known = (server.promised, moment.event);
            }
        }
        if extends(&server.executed, &self.executed) {
            self.executed = server.executed.clone();
            self.executions.reach(self.executed.len(), moment.event);
        }
        self.before = Some(before);
    }
}

#[cfg(test)]
impl Ghost {
    pub(super) fn open_slots(&self) -> usize {
        self.tally.open()
    }
}

impl Seen {
    fn of(server: &MultiPaxos) -> Seen {
        Seen {
            promised: server.promised,
            promises: promised_by(server).count() as u64,
            leads: server.leads(),
            chosen: server.chosen,
            votes: server.votes.clone(),
            stored: server.stored.votes.clone(),
            executed: server.executed.clone(),
        }
    }

    fn still_describes(&self, server: &MultiPaxos) -> bool {
        self.promised == server.promised
            && self.promises == promised_by(server).count() as u64
            && self.leads == server.leads()
            && self.chosen == server.chosen
            && self.votes == server.votes
            && self.stored == server.stored.votes
            && self.executed == server.executed
    }
}

/// Who has promised to this server's ballot, for all that it knows.
fn promised_by(server: &MultiPaxos) -> impl Iterator<Item = Place> {
    let (candidate, leader) = match &server.role {
        Role::Acceptor => (&[][..], &[][..]),
        Role::Candidate { promises } => (&promises[..], &[][..]),
        Role::Leader(lead) => (&[][..], &lead.promised[..]),
    };
    candidate.iter().map(|promise| promise.by).chain(leader.iter().copied())
}

/// Whether the log begins with all of the other, and goes on.
fn extends(log: &Log<Command>, other: &Log<Command>) -> bool {
    log.len() > other.len() && log.common_prefix(other) == other.len()
}

/// A step that a property has to look at: the server, what it was, what it is, and all of the past.
struct Step<'a> {
    node: Place,
    before: &'a Seen,
    server: &'a MultiPaxos,
    ghost: &'a Ghost,
}

/// The last step, unless it changed nothing, or was a crash.
fn step<'a>(cluster: &Cluster<'a, MultiPaxos>) -> Option<Step<'a>> {
    let (ghost, node) = (cluster.ghost, cluster.changed?);
    Some(Step { node, before: ghost.before.as_ref()?, server: cluster.changed()?, ghost })
}

impl<'a> Step<'a> {
    /// The slots that the step has changed.
    fn changed_slots(&self) -> impl Iterator<Item = (u64, &'a super::Vote)> + use<'a> {
        let votes = &self.server.votes;
        let same = votes.common_prefix(&self.before.votes);
        let changed = votes.range(same, votes.len()).into_iter();
        changed.filter_map(|(slot, vote)| Some((slot, vote.as_ref()?)))
    }
}

fn agreement(cluster: &Cluster<MultiPaxos>) -> Result<(), Breach> {
    if let Some(conflict) = &cluster.ghost.tally.conflict {
        return Err(Breach::clone(conflict));
    }
    let Some(Step { node, before, server, ghost }) = step(cluster) else { return Ok(()) };
    // Where gaps were passed over (a flaw), what is executed no longer tells in which slot.
    if server.executed.len() != server.chosen {
        return Ok(());
    }
    for (slot, command) in server.executed.range(before.executed.len(), server.chosen) {
        let chosen = ghost.tally.chosen(slot);
        if chosen.is_some_and(|choice| choice.vote.command == *command) {
            continue;
        }
        return Err(match chosen {
            Some(choice) => Breach::against(
                choice.event,
                sentence!(
                    "{0} executed {2} in slot {1}, where {3} has been chosen",
                    node,
                    slot,
                    name(command),
                    name(&choice.vote.command)
                ),
            ),
            None => sentence!(
                "{0} executed {2} in slot {1}, where nothing is chosen",
                node,
                slot,
                name(command)
            )
            .into(),
        });
    }
    Ok(())
}

fn applied_logs_are_prefixes(cluster: &Cluster<MultiPaxos>) -> Result<(), Breach> {
    let Some(Step { node, server, ghost, .. }) = step(cluster) else { return Ok(()) };
    let (mine, longest) = (&server.executed, &ghost.executed);
    let same = mine.common_prefix(longest);
    match (mine.get(same + 1), longest.get(same + 1)) {
        (Some(own), Some(first)) => {
            let why = sentence!(
                "{0} executed {2} as its command number {1}, where {3} had been executed",
                node,
                same + 1,
                name(own),
                name(first)
            );
            Err(Breach { why, against: ghost.executions.event(same + 1) })
        }
        _ => Ok(()),
    }
}

fn one_value_per_ballot_and_slot(cluster: &Cluster<MultiPaxos>) -> Result<(), Breach> {
    cluster.ghost.tally.twice.as_deref().map_or(Ok(()), |why| Err(why.clone()))
}

fn ballots_are_ordered(cluster: &Cluster<MultiPaxos>) -> Result<(), Breach> {
    let Some(step) = step(cluster) else { return Ok(()) };
    let Step { node, before, server, ghost } = &step;
    let (promised, counted) = match ghost.booted {
        true => ghost.promised[node.index()],
        false => (before.promised, 0),
    };
    if server.promised < promised {
        let why = sentence!(
            "the promise of {0} went back from ballot {1} to {2}",
            *node,
            promised.to_string(),
            server.promised.to_string()
        );
        return Err(Breach { why, against: ghost.booted.then_some(counted) });
    }
    match step.changed_slots().find(|(_, vote)| vote.ballot > server.promised) {
        Some((slot, vote)) => Err(sentence!(
            "{0} accepted {2} in slot {1} at ballot {3}, but has promised only {4}",
            *node,
            slot,
            name(&vote.command),
            vote.ballot.to_string(),
            server.promised.to_string()
        )
        .into()),
        None => Ok(()),
    }
}

fn a_command_is_chosen(cluster: &Cluster<MultiPaxos>) -> Result<(), Breach> {
    match cluster.ghost.tally.is_empty() {
        false => Ok(()),
        true => Err(sentence!("nothing is chosen").into()),
    }
}

fn all_apply_the_same(cluster: &Cluster<MultiPaxos>) -> Result<(), Breach> {
    let mut leaders = cluster.up().filter(|(_, server)| server.leads());
    let Some((leader, lead)) = leaders.next() else {
        return Err(sentence!("no server leads").into());
    };
    if let Some((other, _)) = leaders.next() {
        return Err(
            sentence!("{0} and {1} both take themselves for the leader", leader, other).into()
        );
    }
    for (node, server) in cluster.up() {
        if server.executed.len() < lead.votes.len() {
            return Err(sentence!(
                "{0} has executed {1} of {2} commands",
                node,
                server.executed.len(),
                lead.votes.len()
            )
            .into());
        }
        if server.executed != lead.executed {
            let same = server.executed.common_prefix(&lead.executed);
            return Err(sentence!(
                "{0} has not executed what the leader has: they differ from command {1} on",
                node,
                same + 1
            )
            .into());
        }
    }
    Ok(())
}

/// A command by its label, and the client whose it is: two clients may ask for the same.
pub(super) fn name(command: &Command) -> String {
    match command {
        Command::NoOp => command.to_string(),
        Command::Execute { client, seq, .. } => format!("{command} ({client}, request {seq})"),
    }
}
