//! What is shown of a replica.

use crate::protocol::{Content, Panel, Role, Shown, Tag, Variable};
use crate::{key, listed};

use super::state::{Held, Kind};
use super::{Crdt, Disk, properties};

impl Crdt {
    /// Of this kind: the keys, each with what a client would be told.
    fn rows(&self, kind: Kind) -> Option<Content> {
        let held = self.disk.state.keys.iter().filter(|((of, _), _)| *of == kind);
        let row = |((_, key), held): (&(Kind, crate::base::Text), &Held)| {
            vec![key.to_string(), held.answer().as_deref().unwrap_or("–").to_owned()]
        };
        let rows: Vec<_> = held.map(row).collect();
        (!rows.is_empty()).then_some(Content::Table { columns: &[key!("key"), key!("value")], rows })
    }

    /// Whether every other is known to have all of its state.
    fn is_known(&self) -> bool {
        let known = self.peers.values().filter(|(_, upto)| *upto == self.changes);
        known.count() + 1 >= usize::from(self.nodes)
    }
}

impl Shown<Disk> for Crdt {
    const VARIABLES: &'static [Variable<Crdt>] =
        &[Variable::number(key!("siblings"), |it| properties::siblings(&it.disk.state) as u64)];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("identity"), |disk| Some(disk.identity?.to_string())),
        Variable::text(key!("updates known"), |disk| {
            let each = disk.state.clock.iter().map(|(by, number)| format!("{by}:{number}"));
            each.collect::<Vec<_>>().join(" ")
        }),
    ];
    const PANELS: &'static [Panel<Crdt, Disk>] = &[
        Panel::of(key!("registers"), |it, _| it.rows(Kind::Register)),
        Panel::of(key!("sets"), |it, _| it.rows(Kind::Set)),
        Panel::of(key!("counters"), |it, _| it.rows(Kind::Counter)),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.is_known()) {
                true => Role { name: "replica", tag: Tag::Follows },
                false => Role { name: "spreading", tag: Tag::Bids },
            }
        }
    }
}
