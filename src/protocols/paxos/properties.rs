//! What must never break: that at most one value is chosen; and the invariants of `Paxos.tla` that
//! make it so.
//!
//! They trust no server's word for the past. A [`Ghost`] watches the cluster from outside, across
//! crashes: what was proposed, promised, accepted. What an acceptor has accepted counts once its disk
//! holds it, for only then does it tell anybody.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::quorum::majority;
use crate::base::{Breach, Place, Sentence, Text};
use crate::protocol::{Cluster, Moment, Outcome, Property, PropertyKind, Witness};
use crate::sentence;

use super::{Ballot, Bid, Disk, Paxos, Phase, Proposal, Request};

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
        meaning: "Nobody proposes two values at one ballot, not even over a crash.",
        kind: PropertyKind::Always,
        holds: one_value_per_ballot,
    },
    Property {
        name: "Proposals Are Safe",
        formula: "⟨2a, b, v⟩ ∈ msgs ⇒ SafeAt(v, b)",
        meaning: "When somebody proposes a value at a ballot, no other value has been chosen at a lower \
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

/// Proposals that are remembered, with their votes: a duel may make thousands.
const REMEMBERED: usize = 64;

/// History variables: what the properties need to know of the past.
#[derive(Clone, Default)]
pub struct Ghost {
    /// Who plays which role, once a server has been seen.
    cast: Option<Cast>,
    /// What clients have asked for.
    proposed: Rc<BTreeSet<Text>>,
    /// By server: the highest ballot that it has ever promised, as its disk says.
    promised: Vec<Option<Ballot>>,
    /// By server: what it has accepted and not yet been told is on its disk, in order.
    pending: Vec<Vec<Proposal>>,
    /// What was accepted, and by whom.
    votes: Rc<Vec<Vote>>,
    /// One proposal for each value that was chosen: one at the most, unless something is broken.
    chosen: Vec<Choice>,
    /// What was proposed at the highest ballots, by servers and by clients that play the proposer.
    offers: Rc<BTreeMap<Ballot, Offer>>,
    /// The first proposal that should not have been made, and why.
    twice: Option<Rc<Breach>>,
    not_safe: Option<Rc<Breach>>,
}

#[derive(Clone)]
struct Cast {
    acceptors: Rc<[Place]>,
    /// What this run takes for a quorum of them.
    quorum: usize,
}

/// A proposal that was chosen, and at which event.
#[derive(Clone)]
struct Choice {
    proposal: Proposal,
    event: u64,
}

#[derive(Clone)]
struct Vote {
    proposal: Proposal,
    by: Vec<Place>,
    /// The event at which the last of them accepted.
    event: u64,
}

#[derive(Clone)]
struct Offer {
    value: Text,
    /// The event at which it was made.
    event: u64,
    /// A quorum had promised its ballot when it was made.
    promised: bool,
}

impl Witness<Paxos> for Ghost {
    fn witness(&mut self, node: Place, paxos: &Paxos, moment: Moment) {
        let servers = usize::from(paxos.nodes);
        self.promised.resize(servers, None);
        self.pending.resize(servers, Vec::new());
        self.cast.get_or_insert_with(|| Cast {
            acceptors: paxos.config.acceptors.of(paxos.nodes).collect(),
            quorum: paxos.quorum(),
        });
        // A promise is given once it is on disk. With the flaw it is given without.
        let given = if paxos.config.forget_promise { &paxos.memory } else { &paxos.stored };
        let promised = &mut self.promised[node.index()];
        *promised = (*promised).max(given.promised);
        self.see_votes(node, paxos, moment);
        if let Some(Bid { ballot, phase: Phase::Accept(value, _) }) = &paxos.bid
            && self.offers.get(ballot).is_none_or(|known| known.value != *value)
        {
            self.see_offer(Proposal { ballot: *ballot, value: value.clone() }, moment.event);
        }
    }

    /// A client that asks an acceptor to accept proposes, as a server does that sends its 2a
    /// messages: at a ballot of its own, and it has to keep to the same rules.
    fn overhear(
        &mut self,
        event: u64,
        client: Place,
        request: &Request,
        outcome: Option<&Outcome>,
    ) {
        let (None, Request::Propose { value } | Request::Accept { value, .. }) = (outcome, request)
        else {
            return;
        };
        if !self.proposed.contains(value) {
            Rc::make_mut(&mut self.proposed).insert(value.clone());
        }
        if let Request::Accept { number, value } = request {
            let ballot = Ballot::of_client(*number, client);
            self.see_offer(Proposal { ballot, value: value.clone() }, event);
        }
    }
}

/// What acceptors have accepted, and what they still may.
impl Ghost {
    /// What the server has accepted, as its disk says. One write may bring several proposals to the
    /// disk, and each of them is told to others: none is passed over.
    fn see_votes(&mut self, node: Place, paxos: &Paxos, moment: Moment) {
        let pending = &mut self.pending[node.index()];
        if moment.boot {
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
        votes.iter().for_each(|vote| self.see_vote(node, vote, moment.event));
        self.see_vote(node, stored, moment.event);
    }

    fn see_vote(&mut self, node: Place, accepted: &Proposal, event: u64) {
        let known = self.votes.iter().rposition(|vote| vote.proposal == *accepted);
        if known.is_some_and(|place| self.votes[place].by.contains(&node)) {
            return;
        }
        // Where there is no more room, what can no longer be chosen goes first.
        let full = known.is_none() && self.votes.len() == REMEMBERED;
        let leaves = full.then(|| self.votes.iter().position(|vote| !self.may_be_chosen(vote)));
        let votes = Rc::make_mut(&mut self.votes);
        let place = known.unwrap_or_else(|| {
            leaves.into_iter().for_each(|place| _ = votes.remove(place.unwrap_or(0)));
            votes.push(Vote { proposal: accepted.clone(), by: Vec::new(), event });
            votes.len() - 1
        });
        votes[place].by.push(node);
        votes[place].event = event;
        let quorum = self.cast.as_ref().map_or(usize::MAX, |cast| cast.quorum);
        let new = self.chosen.iter().all(|chosen| chosen.proposal.value != accepted.value);
        if votes[place].by.len() >= quorum && new {
            self.chosen.push(Choice { proposal: accepted.clone(), event });
        }
    }

    /// Whether a majority has accepted it, or may still: who has, and whoever has not promised
    /// anything higher.
    fn may_be_chosen(&self, vote: &Vote) -> bool {
        let Some(cast) = &self.cast else { return false };
        let may = |acceptor: &&Place| {
            let free = self.promised[acceptor.index()] <= Some(vote.proposal.ballot);
            free || vote.by.contains(acceptor)
        };
        let majority = usize::from(majority(cast.acceptors.len() as u16));
        cast.acceptors.iter().filter(may).count() >= majority
    }
}

/// What proposers propose.
impl Ghost {
    /// Whose ballot it is proposes this.
    fn see_offer(&mut self, offer: Proposal, event: u64) {
        let promised = self.is_promised(offer.ballot);
        let known = self.offers.get(&offer.ballot);
        if let Some(known) = known.filter(|known| known.value != offer.value) {
            let why = sentence!(
                "{0} has proposed both “{1}” and “{2}” at ballot {3}",
                offer.ballot.by,
                known.value.clone(),
                offer.value.clone(),
                offer.ballot.to_string()
            );
            self.twice.get_or_insert(Rc::new(Breach::against(known.event, why)));
        } else if known.is_none() {
            let offers = Rc::make_mut(&mut self.offers);
            offers.insert(offer.ballot, Offer { value: offer.value.clone(), event, promised });
            if offers.len() > REMEMBERED {
                offers.pop_first();
            }
        }
        if self.not_safe.is_none() {
            self.not_safe = self.unsafe_for(&offer, promised).map(Rc::new);
        }
    }

    /// Whether a quorum has promised this ballot, or a higher one.
    fn is_promised(&self, ballot: Ballot) -> bool {
        let Some(cast) = &self.cast else { return false };
        let has = |acceptor: &&Place| self.promised[acceptor.index()] >= Some(ballot);
        cast.acceptors.iter().filter(has).count() >= cast.quorum
    }

    /// Why nobody should propose this: another value has been chosen at a lower ballot, or may still
    /// be (not `SafeAt` of `Paxos.tla`). A server must also have the promises of a quorum
    /// (`ShowsSafeAt`). Of a client they are not demanded as long as its value has no rival: whoever
    /// tries the service out, acceptor by acceptor, does no harm.
    fn unsafe_for(&self, offer: &Proposal, promised: bool) -> Option<Breach> {
        let Proposal { ballot, value } = offer;
        let might = self.votes.iter().filter(|vote| self.may_be_chosen(vote));
        let might = might.map(|vote| (&vote.proposal, vote.event));
        let chosen = self.chosen.iter().map(|choice| (&choice.proposal, choice.event));
        let mut rivals = chosen.chain(might);
        let rival = rivals.find(|(rival, _)| rival.ballot < *ballot && rival.value != *value);
        match rival {
            Some((rival, event)) => {
                let why = sentence!(
                    "{0} proposes “{1}” at ballot {2}, but “{3}” has been chosen at ballot {4}, or may still be",
                    ballot.by,
                    value.clone(),
                    ballot.to_string(),
                    rival.value.clone(),
                    rival.ballot.to_string()
                );
                Some(Breach::against(event, self.with_whom_to_blame(why, offer)))
            }
            None if !promised && ballot.server().is_some() => {
                let why = sentence!(
                    "{0} proposes “{1}” at ballot {2}, but no quorum has promised it that ballot",
                    ballot.by,
                    value.clone(),
                    ballot.to_string()
                );
                Some(why.into())
            }
            None => None,
        }
    }

    /// The sentence, and the client, if any, that has brought the value of this proposal in without
    /// the promises of a quorum: whoever adopts it from there does nothing wrong.
    fn with_whom_to_blame(&self, why: Sentence, proposal: &Proposal) -> Sentence {
        let rash = self.offers.range(..=proposal.ballot).find(|(ballot, offer)| {
            ballot.server().is_none() && !offer.promised && offer.value == proposal.value
        });
        match rash {
            Some((ballot, offer)) => sentence!(
                "{0}; {1} has proposed “{2}” at ballot {3} without the promises of a quorum",
                why,
                ballot.by,
                offer.value.clone(),
                ballot.to_string()
            ),
            None => why,
        }
    }
}

fn agreement(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    if let [Choice { proposal: first, event }, Choice { proposal: second, .. }, ..] =
        &ghost.chosen[..]
    {
        let why = sentence!(
            "“{0}” is chosen at ballot {1}, and “{2}” at ballot {3}",
            first.value.clone(),
            first.ballot.to_string(),
            second.value.clone(),
            second.ballot.to_string()
        );
        let later = if first.ballot > second.ballot { first } else { second };
        return Err(Breach::against(*event, ghost.with_whom_to_blame(why, later)));
    }
    let Some(paxos) = cluster.changed() else { return Ok(()) };
    match (&paxos.chosen, ghost.chosen.first()) {
        (Some(learned), Some(Choice { proposal: chosen, event })) if *learned != chosen.value => {
            let why = sentence!(
                "{0} has learnt “{1}”, but “{2}” is chosen",
                paxos.me,
                learned.clone(),
                chosen.value.clone()
            );
            Err(Breach::against(*event, why))
        }
        (Some(learned), None) => {
            Err(sentence!("{0} has learnt “{1}”, but nothing is chosen", paxos.me, learned.clone())
                .into())
        }
        _ => Ok(()),
    }
}

fn validity(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
    let ghost = cluster.ghost;
    let mut chosen = ghost.chosen.iter().map(|choice| &choice.proposal);
    match chosen.find(|chosen| !ghost.proposed.contains(&chosen.value)) {
        Some(chosen) => {
            Err(sentence!("“{0}” is chosen, but nobody has asked for it", chosen.value.clone())
                .into())
        }
        None => Ok(()),
    }
}

fn one_value_per_ballot(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
    cluster.ghost.twice.as_deref().map_or(Ok(()), |why| Err(why.clone()))
}

fn proposals_are_safe(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
    cluster.ghost.not_safe.as_deref().map_or(Ok(()), |why| Err(why.clone()))
}

fn ballots_are_ordered(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
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
        )
        .into()),
        None => Ok(()),
    }
}

fn a_value_is_chosen(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
    match cluster.ghost.chosen.is_empty() {
        true => Err(sentence!("nothing is chosen yet").into()),
        false => Ok(()),
    }
}

fn everybody_learns(cluster: &Cluster<Paxos>) -> Result<(), Breach> {
    if cluster.ghost.proposed.is_empty() {
        return Ok(());
    }
    a_value_is_chosen(cluster)?;
    let ignorant = |(_, paxos): &(Place, &Paxos)| paxos.learns() && paxos.chosen.is_none();
    match cluster.up().find(ignorant) {
        Some((node, _)) => {
            let chosen = cluster
                .ghost
                .chosen
                .first()
                .map_or("".into(), |first| first.proposal.value.clone());
            Err(sentence!("{0} has not learnt that “{1}” is chosen", node, chosen).into())
        }
        None => Ok(()),
    }
}
