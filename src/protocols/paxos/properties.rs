//! What must never break: that at most one value is chosen; and the invariants of `Paxos.tla` that
//! make it so.
//!
//! They trust no server's word for the past. A [`Ghost`] watches the cluster from outside, across
//! crashes: what was proposed, promised, accepted. What an acceptor has accepted counts once its disk
//! holds it, for only then does it tell anybody.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::base::quorum::majority;
use crate::base::{ClientId, NodeId, Sentence, Text};
use crate::protocol::{Cluster, Moment, Outcome, Property, PropertyKind};
use crate::sentence;

use super::{Ballot, Disk, Paxos, Phase, Proposal, Request};

pub const PROPERTIES: &[Property<Paxos>] = &[
    Property {
        name: "Agreement",
        formula: "chosen(v) ∧ chosen(w) ⇒ v = w",
        meaning: "At most one value is ever chosen: accepted by a quorum at one ballot.",
        kind: PropertyKind::Always,
        holds: agreement,
    },
    Property {
        name: "Validity",
        formula: "chosen(v) ⇒ proposed(v)",
        meaning: "Only a value that a client has asked for is chosen.",
        kind: PropertyKind::Always,
        holds: validity,
    },
    Property {
        name: "One Value Per Ballot",
        formula: "⟨2a, b, v⟩ ∈ msgs ∧ ⟨2a, b, w⟩ ∈ msgs ⇒ v = w",
        meaning: "No server proposes two values at one ballot, not even over a crash.",
        kind: PropertyKind::Always,
        holds: one_value_per_ballot,
    },
    Property {
        name: "Proposals Are Safe",
        formula: "⟨2a, b, v⟩ ∈ msgs ⇒ SafeAt(v, b)",
        meaning: "When a server proposes a value at a ballot, no other value has been chosen at a lower \
                  one, and none can be any more.",
        kind: PropertyKind::Always,
        holds: proposals_are_safe,
    },
    Property {
        name: "Ballots Are Ordered",
        formula: "maxVBalᵢ ≤ maxBalᵢ",
        meaning: "What an acceptor has accepted is never above what it has promised, in its memory and \
                  on its disk.",
        kind: PropertyKind::Always,
        holds: ballots_are_ordered,
    },
    Property {
        name: "A Value Is Chosen",
        formula: "◇ ∃ v: chosen(v)",
        meaning: "At some point a value is chosen.",
        kind: PropertyKind::Sometimes,
        holds: a_value_is_chosen,
    },
    Property {
        name: "Everybody Learns",
        formula: "◇□ ∀ i: learnedᵢ = v",
        meaning: "When faults have ended, whatever was proposed leads to a choice, and every learner \
                  knows it.",
        kind: PropertyKind::Converges,
        holds: everybody_learns,
    },
];

/// Proposals of which the votes are remembered, the latest: a duel may make thousands.
const REMEMBERED: usize = 64;

/// History variables: what the properties need to know of the past.
#[derive(Clone, Default)]
pub struct Ghost {
    /// What clients have asked for.
    proposed: Rc<BTreeSet<Text>>,
    /// By server: the highest ballot that it has ever promised.
    promised: Vec<Option<Ballot>>,
    /// By server: what it has accepted and not yet been told is on its disk, in order.
    pending: Vec<Vec<Proposal>>,
    /// What was accepted, and by whom.
    votes: Rc<Vec<Vote>>,
    /// One proposal for each value that was chosen: one at the most, unless something is broken.
    chosen: Vec<Proposal>,
    /// By server: what it has proposed last.
    offered: Vec<Option<Proposal>>,
    /// The first proposal that should not have been made, and why.
    twice: Option<Rc<Sentence>>,
    not_safe: Option<Rc<Sentence>>,
}

#[derive(Clone)]
struct Vote {
    proposal: Proposal,
    by: Vec<NodeId>,
}

impl Ghost {
    pub fn witness(&mut self, node: NodeId, paxos: &Paxos, moment: Moment) {
        let servers = usize::from(paxos.nodes);
        self.promised.resize(servers, None);
        self.offered.resize(servers, None);
        self.pending.resize(servers, Vec::new());
        let promised = &mut self.promised[node.index()];
        *promised = (*promised).max(paxos.memory.promised);
        self.see_votes(node, paxos, moment);
        if let Some(bid) = &paxos.bid
            && let Phase::Accept(value, _) = &bid.phase
        {
            self.see_offer(node, Proposal { ballot: bid.ballot, value: value.clone() }, paxos);
        }
    }

    /// What the server has accepted, as its disk says. One write may bring several proposals to the
    /// disk, and each of them is told to others: none is passed over.
    fn see_votes(&mut self, node: NodeId, paxos: &Paxos, moment: Moment) {
        let pending = &mut self.pending[node.index()];
        if moment == Moment::Boot {
            pending.clear();
        }
        if let Some(accepted) = &paxos.memory.accepted
            && pending.last().or(paxos.stored.accepted.as_ref()) != Some(accepted)
        {
            pending.push(accepted.clone());
        }
        let Some(stored) = &paxos.stored.accepted else { return };
        let written = pending.iter().position(|proposal| proposal == stored).map_or(0, |at| at + 1);
        let votes: Vec<Proposal> = pending.drain(..written).collect();
        votes.iter().for_each(|vote| self.see_vote(node, vote, paxos));
        self.see_vote(node, stored, paxos);
    }

    fn see_vote(&mut self, node: NodeId, accepted: &Proposal, paxos: &Paxos) {
        let known = self.votes.iter().rposition(|vote| vote.proposal == *accepted);
        if known.is_some_and(|place| self.votes[place].by.contains(&node)) {
            return;
        }
        let votes = Rc::make_mut(&mut self.votes);
        let place = known.unwrap_or_else(|| {
            if votes.len() == REMEMBERED {
                votes.remove(0);
            }
            votes.push(Vote { proposal: accepted.clone(), by: Vec::new() });
            votes.len() - 1
        });
        votes[place].by.push(node);
        let new = self.chosen.iter().all(|chosen| chosen.value != accepted.value);
        if votes[place].by.len() >= paxos.quorum() && new {
            self.chosen.push(accepted.clone());
        }
    }

    /// What the server proposes.
    fn see_offer(&mut self, node: NodeId, offer: Proposal, paxos: &Paxos) {
        let last = &self.offered[node.index()];
        match last {
            Some(last) if *last == offer => return,
            Some(last) if last.ballot == offer.ballot && self.twice.is_none() => {
                self.twice = Some(Rc::new(sentence!(
                    "{0} has proposed both “{1}” and “{2}” at ballot {3}",
                    node,
                    last.value.clone(),
                    offer.value.clone(),
                    offer.ballot.to_string()
                )));
            }
            _ => {}
        }
        if self.not_safe.is_none() {
            self.not_safe = self.rival(&offer, paxos).map(Rc::new);
        }
        self.offered[node.index()] = Some(offer);
    }

    /// Another value that a majority has accepted at a lower ballot, or may still accept there: who
    /// has accepted it, and whoever has not promised anything higher. (`SafeAt` of `Paxos.tla`.)
    fn rival(&self, offer: &Proposal, paxos: &Paxos) -> Option<Sentence> {
        let acceptors: Vec<NodeId> = paxos.config.acceptors.of(paxos.nodes).collect();
        let quorum = usize::from(majority(acceptors.len() as u16));
        let below = self.votes.iter().filter(|vote| vote.proposal.ballot < offer.ballot);
        let others = below.filter(|vote| vote.proposal.value != offer.value);
        let may = |vote: &Vote, acceptor: &NodeId| {
            let free = self.promised[acceptor.index()] <= Some(vote.proposal.ballot);
            free || vote.by.contains(acceptor)
        };
        let rival = others.into_iter().find(|vote| {
            acceptors.iter().filter(|acceptor| may(vote, acceptor)).count() >= quorum
        })?;
        Some(sentence!(
            "“{0}” is proposed at ballot {1}, but “{2}” has been chosen at ballot {3}, or may still be",
            offer.value.clone(),
            offer.ballot.to_string(),
            rival.proposal.value.clone(),
            rival.proposal.ballot.to_string()
        ))
    }

    pub fn overhear(&mut self, _client: ClientId, request: &Request, outcome: Option<&Outcome>) {
        if let (Request::Propose { value } | Request::Accept { value, .. }, None) =
            (request, outcome)
            && !self.proposed.contains(value)
        {
            Rc::make_mut(&mut self.proposed).insert(value.clone());
        }
    }
}

fn agreement(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    if let [first, second, ..] = &cluster.ghost.chosen[..] {
        let told = |a: &Proposal, b: &Proposal| {
            sentence!(
                "“{0}” is chosen at ballot {1}, and “{2}” at ballot {3}",
                a.value.clone(),
                a.ballot.to_string(),
                b.value.clone(),
                b.ballot.to_string()
            )
        };
        return Err(match [first, second].map(|proposal| proposal.ballot.server()) {
            [Some(_), Some(_)] => told(first, second),
            _ => sentence!(
                "{0}: a client has proposed without the promises of a quorum",
                told(first, second)
            ),
        });
    }
    let Some(paxos) = cluster.changed() else { return Ok(()) };
    match (&paxos.chosen, cluster.ghost.chosen.first()) {
        (Some(learned), Some(chosen)) if *learned != chosen.value => Err(sentence!(
            "{0} has learnt “{1}”, but “{2}” is chosen",
            paxos.me,
            learned.clone(),
            chosen.value.clone()
        )),
        (Some(learned), None) => {
            Err(sentence!("{0} has learnt “{1}”, but nothing is chosen", paxos.me, learned.clone()))
        }
        _ => Ok(()),
    }
}

fn validity(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    let ghost = cluster.ghost;
    match ghost.chosen.iter().find(|chosen| !ghost.proposed.contains(&chosen.value)) {
        Some(chosen) => {
            Err(sentence!("“{0}” is chosen, but nobody has asked for it", chosen.value.clone()))
        }
        None => Ok(()),
    }
}

fn one_value_per_ballot(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    cluster.ghost.twice.as_deref().map_or(Ok(()), |why| Err(why.clone()))
}

fn proposals_are_safe(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    cluster.ghost.not_safe.as_deref().map_or(Ok(()), |why| Err(why.clone()))
}

fn ballots_are_ordered(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    let Some(paxos) = cluster.changed() else { return Ok(()) };
    let above = |disk: &&Disk| {
        disk.accepted.as_ref().is_some_and(|accepted| disk.promised < Some(accepted.ballot))
    };
    match [&paxos.memory, &paxos.stored].into_iter().find(above) {
        Some(disk) => Err(sentence!(
            "{0} has accepted at ballot {1}, but has promised only {2}",
            paxos.me,
            super::message::or_none(disk.accepted.as_ref().map(|accepted| accepted.ballot)),
            super::message::or_none(disk.promised)
        )),
        None => Ok(()),
    }
}

fn a_value_is_chosen(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    match cluster.ghost.chosen.is_empty() {
        true => Err(sentence!("nothing is chosen yet")),
        false => Ok(()),
    }
}

fn everybody_learns(cluster: &Cluster<Paxos>) -> Result<(), Sentence> {
    if cluster.ghost.proposed.is_empty() {
        return Ok(());
    }
    a_value_is_chosen(cluster)?;
    let ignorant = |(_, paxos): &(NodeId, &Paxos)| paxos.learns() && paxos.chosen.is_none();
    match cluster.up().find(ignorant) {
        Some((node, _)) => Err(sentence!("{0} has not learnt what is chosen", node)),
        None => Ok(()),
    }
}
