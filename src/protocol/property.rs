//! What a protocol promises: properties by their names in the literature, and what they see.

use super::Protocol;
use crate::base::{Breach, Place, Places, Sentence};
use crate::check::{Model, Promise};

/// A property by its name in the literature.
pub struct Property<P: Protocol> {
    pub name: &'static str,
    /// As set on the page.
    pub formula: &'static str,
    /// The same in words.
    pub meaning: &'static str,
    pub kind: PropertyKind,
    pub holds: fn(&Cluster<P>) -> Result<(), Breach>,
}

/// A property, whatever its protocol.
#[derive(Clone, Copy, Debug)]
pub struct PropertyInfo {
    pub name: &'static str,
    pub formula: &'static str,
    pub meaning: &'static str,
    pub kind: PropertyKind,
    pub source: PropertySource,
}

/// Who says whether a property holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PropertySource {
    /// The protocol's own property at this position.
    Own(usize),
    /// The judge of this model.
    Judge(Model),
}

impl PropertyInfo {
    /// Of all properties of the protocol, in their order; what its clients may rely on comes last
    /// of what must always hold.
    pub fn of<P: Protocol>() -> Vec<PropertyInfo> {
        let own = P::properties().iter().enumerate().map(|(position, property)| {
            let Property { name, formula, meaning, kind, .. } = *property;
            PropertyInfo { name, formula, meaning, kind, source: PropertySource::Own(position) }
        });
        let mut all: Vec<PropertyInfo> = own.collect();
        let always = |info: &PropertyInfo| info.kind == PropertyKind::Always;
        let last = all.iter().rposition(always).map_or(0, |last| last + 1);
        let judged = P::JUDGES.iter().map(|model| {
            let Promise { name, formula, meaning } = model.promise();
            let (kind, source) = (PropertyKind::Always, PropertySource::Judge(*model));
            PropertyInfo { name, formula, meaning, kind, source }
        });
        all.splice(last..last, judged);
        all
    }
}

/// When a property must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PropertyKind {
    /// After every step (safety).
    Always,
    /// At some point of the run.
    Sometimes,
    /// Once faults have ended and enough time has passed (liveness).
    Converges,
}

/// A number about the whole cluster, in a sentence: `612 of 1000 know it`.
pub type Measure<P> = fn(&Cluster<P>) -> Sentence;

/// The whole cluster, as a property sees it after one replica's step or a client's answer.
pub struct Cluster<'a, P: Protocol> {
    pub places: &'a Places,
    /// By place; `None` where it is down, or runs another program.
    pub replicas: &'a [Option<P>],
    pub ghost: &'a P::Ghost,
    /// Who took the step, the only one that has changed; `None` where a client was answered, and nobody
    /// has.
    pub changed: Option<Place>,
}

impl<'a, P: Protocol> Cluster<'a, P> {
    /// The replicas that are up.
    pub fn up(&self) -> impl Iterator<Item = (Place, &'a P)> + use<'a, P> {
        let all = self.places.all().zip(self.replicas);
        all.filter_map(|(place, replica)| Some((place, replica.as_ref()?)))
    }

    /// The replica that took the step, unless it crashed.
    pub fn changed(&self) -> Option<&'a P> {
        self.replicas[self.places.index(self.changed?)].as_ref()
    }
}
