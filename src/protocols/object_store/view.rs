//! What is shown of servers, gateways and the metadata service.

use crate::base::Text;
use crate::protocol::{Content, Gathering, Panel, Role, Shown, Tag, Variable};
use crate::{key, listed};

use super::code::Shard;
use super::gateway::{Gateway, Stage};
use super::message::{Disk, Manifest};
use super::ObjectStore;

impl ObjectStore {
    fn gateway(&self) -> Option<&Gateway> {
        match self {
            ObjectStore::Gateway(it) => Some(it),
            ObjectStore::Server(_) | ObjectStore::Metadata(_) => None,
        }
    }

    /// What it has handed to its disk.
    fn disk(&self) -> Option<&Disk> {
        match self {
            ObjectStore::Server(it) => Some(&it.disk),
            ObjectStore::Metadata(it) => Some(&it.disk),
            ObjectStore::Gateway(_) => None,
        }
    }
}

impl Shown<Disk> for ObjectStore {
    const VARIABLES: &'static [Variable<ObjectStore>] = &[
        Variable::sometimes(key!("under way"), |it| {
            let jobs = it.gateway()?.jobs.iter();
            let told: Vec<String> = jobs.map(|(client, job)| format!("{client}.{}", job.seq)).collect();
            (!told.is_empty()).then(|| told.join(" "))
        }),
        Variable::sometimes(key!("fetched for repair"), |it| {
            let (fetched, _) = it.gateway()?.traffic;
            (fetched > 0).then(|| fetched.to_string())
        }),
        Variable::sometimes(key!("rebuilt"), |it| {
            let (_, stored) = it.gateway()?.traffic;
            (stored > 0).then(|| stored.to_string())
        }),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[Variable::sometimes(key!("bytes"), |disk| {
        let bytes: u64 = disk.shards.values().map(Shard::len).sum();
        (bytes > 0).then(|| bytes.to_string())
    })];
    const PANELS: &'static [Panel<ObjectStore, Disk>] = &[
        // The newest first.
        Panel::of(key!("shards"), |it, _| {
            let row = |((key, version), shard): (&(Text, u64), &Shard)| {
                let sign = if shard.is_whole() { Content::DONE } else { Content::REFUSED };
                vec![shard.to_string(), format!("{key}.{version}"), sign.to_owned()]
            };
            let rows: Vec<_> = it.disk()?.shards.iter().rev().map(row).collect();
            let columns = &[key!("shard"), key!("version"), key!("checksum")];
            (!rows.is_empty()).then_some(Content::Table { columns, rows })
        }),
        Panel::of(key!("manifests"), |it, _| {
            let published = |(_, manifest): &(&Text, &Manifest)| manifest.version > 0;
            let row = |(key, manifest): (&Text, &Manifest)| {
                vec![key.to_string(), manifest.version.to_string(), manifest.size.to_string()]
            };
            let rows: Vec<_> = it.disk()?.manifests.iter().filter(published).map(row).collect();
            let columns = &[key!("key"), key!("version"), key!("bytes")];
            (!rows.is_empty()).then_some(Content::Table { columns, rows })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self, self.gateway().and_then(Gateway::doing))) {
                (ObjectStore::Server(_), _) => Role { name: "storage", tag: Tag::Follows },
                (ObjectStore::Metadata(_), _) => Role { name: "metadata", tag: Tag::Follows },
                (_, Some(Doing::Writing)) => Role { name: "storing", tag: Tag::Bids },
                (_, Some(Doing::Reading)) => Role { name: "reading", tag: Tag::Bids },
                (_, Some(Doing::Mending)) => Role { name: "mending", tag: Tag::Bids },
                (_, None) => Role { name: "gateway", tag: Tag::Follows },
            }
        }
    }

    fn gathering(&self) -> Option<Gathering> {
        let it = self.gateway()?;
        it.jobs.values().find_map(|job| {
            let from = |indices: Vec<u8>| indices.into_iter().map(|index| it.server_of(&job.key, index)).collect();
            match &job.stage {
                Stage::Storing { stored, .. } => Some(Gathering {
                    word: key!("stored"),
                    of: from(stored.iter().copied().collect()),
                    needed: it.config.durable() as u16,
                }),
                Stage::Fetching { got, .. } => Some(Gathering {
                    word: key!("fetched"),
                    of: from(got.keys().copied().collect()),
                    needed: it.config.k as u16,
                }),
                _ => None,
            }
        })
    }
}

/// What a gateway is at.
enum Doing {
    Writing,
    Reading,
    Mending,
}

impl Gateway {
    fn doing(&self) -> Option<Doing> {
        match self.jobs.values().next().map(|job| &job.stage) {
            Some(Stage::LookingUp { .. } | Stage::Fetching { .. }) => Some(Doing::Reading),
            Some(_) => Some(Doing::Writing),
            None => self.is_mending().then_some(Doing::Mending),
        }
    }
}
