//! What is shown of a server: plain data, by the names of Dynamo's paper.

use std::fmt;

use crate::base::{NONE, Place};
use crate::protocol::{Content, Gathering, Panel, Role, Shown, Tag, Variable};
use crate::{key, listed};

use super::coordinator::{Open, What};
use super::message::{Disk, marks};
use super::{QuorumStore, Timer};

impl Shown<Disk> for QuorumStore {
    const VARIABLES: &'static [Variable<QuorumStore>] = &[
        Variable::sometimes(key!("coordinates"), |it| {
            let open = it.open.iter().map(|(client, open)| format!("{client}.{}", open.seq));
            (!it.open.is_empty()).then(|| open.collect::<Vec<_>>().join(" "))
        }),
        Variable::sometimes(key!("takes for down"), |it| {
            let unwell = it.unwell.iter().map(Place::to_string);
            (!it.unwell.is_empty()).then(|| unwell.collect::<Vec<_>>().join(" "))
        }),
    ];

    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::number(key!("keys kept"), |disk| disk.store.len() as u64),
        Variable::number(key!("hints kept"), |disk| disk.hints.len() as u64),
    ];

    const PANELS: &'static [Panel<QuorumStore, Disk>] = &[
        Panel::of(key!("Store"), |it, _| {
            let own = it.saved.store.iter().map(|(key, kept)| format!("{key}={}", kept.object));
            let hints = it.saved.hints.iter();
            let hints = hints.map(|((to, key), kept)| format!("{key}={} → {to}", kept.object));
            Some(Content::Set(own.chain(hints).collect()))
        }),
        Panel::of(key!("versions"), |it, _| {
            let row = |(key, kept): (&crate::base::Text, &super::Kept)| {
                let object = &kept.object;
                let seen = if object.seen.is_empty() { NONE.into() } else { object.seen.to_string() };
                vec![key.to_string(), object.to_string(), marks(object), seen, kept.since.said()]
            };
            let rows: Vec<Vec<String>> = it.saved.store.iter().map(row).collect();
            let columns =
                &[key!("key"), key!("versions"), key!("marks"), key!("seen"), key!("since")];
            (!rows.is_empty()).then_some(Content::Table { columns, rows })
        }),
        Panel::of(key!("hints"), |it, _| {
            let rows = it.saved.hints.iter().map(|((to, key), kept)| {
                vec![to.to_string(), key.to_string(), kept.object.to_string()]
            });
            let rows: Vec<Vec<String>> = rows.collect();
            let columns = &[key!("for"), key!("key"), key!("versions")];
            (!rows.is_empty()).then_some(Content::Table { columns, rows })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.saved.hints.is_empty()) {
                true => Role { name: "replica", tag: Tag::Follows },
                false => Role { name: "stand-in", tag: Tag::Bids },
            }
        }
    }

    fn gathering(&self) -> Option<Gathering> {
        let servers = self.servers();
        self.open.values().find_map(|Open { what, .. }| match what {
            What::Write { acks, .. } => Some(Gathering {
                word: key!("acks"),
                of: acks.iter().copied().collect(),
                needed: self.config.w(servers) as u16,
            }),
            What::Read { found, answered: false, .. } => Some(Gathering {
                word: key!("answers"),
                of: found.keys().copied().collect(),
                needed: self.config.r(servers) as u16,
            }),
            What::Read { .. } => None,
        })
    }
}

/// As in `fire S1 hand-off`.
impl fmt::Display for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Timer::Timeout(client) => write!(f, "timeout-{client}"),
            Timer::HandOff => f.write_str("hand-off"),
            Timer::Compare => f.write_str("compare"),
            Timer::Collect => f.write_str("collect"),
        }
    }
}
