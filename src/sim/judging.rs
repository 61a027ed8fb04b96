//! What must never break, looked at after every step: roles, history variables, the protocol's
//! properties, and the judges of what clients see.

use super::{Events, Progress, Sim};
use crate::base::{Breach, Place};
use crate::check::{History, Judge, Model};
use crate::protocol::{Moment, PropertyKind, PropertySource};
use crate::sim::snapshot::GoalShot;
use crate::sim::trace::EventKind;

impl Sim {
    /// Roles, who is cut off, history variables and properties after a step of this node.
    pub(super) fn observe(&mut self, id: Place, moment: Moment, out: &mut Events) {
        let cause = moment.event;
        if let Some(role) = self.ensemble.role(id)
            && self.nodes[self.places.index(id)].role != Some(role)
        {
            let first = self.nodes[self.places.index(id)].role.replace(role).is_none();
            if !first || cause != 0 {
                self.record(id, cause, None, EventKind::Role(role), out);
            }
        }
        self.follow_configuration(id, cause, out);
        if !self.checking {
            return;
        }
        if self.ensemble.witness(id, moment) {
            self.judge(id, cause, out);
        }
    }

    /// The properties, after something has happened at this place.
    pub(super) fn judge(&mut self, place: Place, cause: u64, out: &mut Events) {
        let changed = (!self.places.is_house_client(place)).then_some(place);
        for position in 0..self.standings.len() {
            let property = &self.properties[position];
            if property.kind == PropertyKind::Converges
                || !matches!(self.standings[position], Progress::Open)
            {
                continue;
            }
            match (property.kind, self.holds(property.source, changed)) {
                (PropertyKind::Sometimes, Ok(())) => {
                    self.standings[position] = Progress::Seen { at: self.now, event: cause };
                }
                (PropertyKind::Always, Err(Breach { why, against })) => {
                    let what =
                        EventKind::Violation { property: property.name, why: why.clone(), against };
                    let event = self.record(place, cause, None, what, out);
                    self.standings[position] = Progress::Violated { at: self.now, event, why };
                }
                _ => {}
            }
        }
    }

    /// The property that the run is to show, and whether it has: it has been seen, or is broken.
    pub(super) fn goal_shot(&self) -> Option<GoalShot> {
        let goal = self.goal?;
        let mut all = self.properties.iter().zip(&self.standings);
        let (property, progress) = all.find(|(property, _)| property.name == goal)?;
        let met = matches!(progress, Progress::Seen { .. } | Progress::Violated { .. });
        Some(GoalShot { name: property.name, meaning: property.meaning, met })
    }

    /// Whether the property holds now. `changed` as in [`Cluster`](crate::protocol::Cluster).
    pub(super) fn holds(
        &self,
        source: PropertySource,
        changed: Option<Place>,
    ) -> Result<(), Breach> {
        match source {
            PropertySource::Own(position) => self.ensemble.holds(position, changed),
            PropertySource::Judge(model) => self.judge_of(model).map_or(Ok(()), Judge::verdict),
        }
    }

    pub(super) fn judge_of(&self, model: Model) -> Option<&Judge> {
        self.judges.iter().find(|(known, _)| *known == model).map(|(_, judge)| judge)
    }

    /// The history has gone on.
    pub(super) fn tell_judges(&mut self) {
        self.judges.iter_mut().for_each(|(_, judge)| judge.follow(&self.history));
    }

    /// From now on nobody judges what clients are told.
    pub fn dismiss_judges(&mut self) {
        self.judges.clear();
    }

    /// What clients asked and were told so far.
    pub fn history(&self) -> &History {
        &self.history
    }
}
