//! Facts: what can be read off a server, by the name under which the page shows it. Whoever asks why
//! something is so, or waits until it is, names a fact.

use super::Sim;
use crate::base::{Place, Text};
use crate::key;
use crate::sim::snapshot::Status;

/// Something that is true of a server, and may change.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fact {
    pub node: Place,
    pub what: FactKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum FactKind {
    /// `role`, `status`, the word of its stamp (`term`, `ballot`), or a field in its memory or on its
    /// disk (`commitIndex`, `votedFor`).
    Named(Text),
    /// The entry at this index of its log, if it keeps one.
    Entry(u64),
    /// How far its log is settled, if it keeps one: no entry up to here will change.
    Settled,
}

impl Fact {
    pub fn named(node: Place, name: &str) -> Fact {
        Fact { node, what: FactKind::Named(name.into()) }
    }

    pub fn entry(node: Place, index: u64) -> Fact {
        Fact { node, what: FactKind::Entry(index) }
    }

    pub fn settled(node: Place) -> Fact {
        Fact { node, what: FactKind::Settled }
    }
}

impl Sim {
    /// What the fact is now; `None` where the server has nothing of that name.
    pub fn read(&self, fact: &Fact) -> Option<String> {
        let node = self.node(fact.node)?;
        let (id, disk) = (fact.node, &node.disk);
        // Of a client of the house there is nothing else to read.
        if self.places.is_house_client(id) && fact.what != FactKind::Named("status".into()) {
            return None;
        }
        let name = match &fact.what {
            FactKind::Named(name) => &**name,
            FactKind::Entry(index) => {
                let cell = self.log(id, index.checked_sub(1)?, *index).pop()?;
                return Some(format!("{} {}", cell.stamp, cell.text));
            }
            FactKind::Settled => return Some(self.settled(id)?.to_string()),
        };
        match name {
            "status" => return Some(status(node.status).into()),
            "role" => return self.ensemble.role(id).map(|role| role.name.into()),
            _ => {}
        }
        let view = self.ensemble.view(id, disk);
        if let Some(stamp) = view.stamp.filter(|stamp| stamp.word == name) {
            return Some(stamp.to_string());
        }
        let mut fields = view.fields.into_iter().chain(self.ensemble.durable(disk));
        fields.find(|field| field.name == name).map(|field| field.value)
    }

    /// The names of all that can be read off a server.
    pub fn facts(&self, id: Place) -> Vec<&'static str> {
        let Some(node) = self.node(id) else { return Vec::new() };
        if self.places.is_house_client(id) {
            return vec![key!("status")];
        }
        let view = self.ensemble.view(id, &node.disk);
        let mut names = vec![key!("role"), key!("status")];
        names.extend(view.stamp.map(|stamp| stamp.word));
        let fields = view.fields.into_iter().chain(self.ensemble.durable(&node.disk));
        for field in fields {
            if !names.contains(&field.name) {
                names.push(field.name);
            }
        }
        names
    }

    /// How far the server's log is settled. Entries settle from the front, so halving finds it.
    fn settled(&self, id: Place) -> Option<u64> {
        let disk = &self.nodes[self.places.index(id)].disk;
        let (mut settled, mut open) = (0, self.ensemble.log_len(id, disk)? + 1);
        while open - settled > 1 {
            let middle = settled + (open - settled) / 2;
            let cell = self.log(id, middle - 1, middle).pop();
            match cell.is_some_and(|cell| cell.state.is_settled()) {
                true => settled = middle,
                false => open = middle,
            }
        }
        Some(settled)
    }
}

/// A status by the name under which facts are read.
fn status(status: Status) -> &'static str {
    match status {
        Status::Up => key!("up"),
        Status::Paused => key!("paused"),
        Status::Down => key!("down"),
    }
}
