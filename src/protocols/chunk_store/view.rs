//! What is shown of chunkservers, the master and clients. Records are coloured by the version under which they were
//! ordered.

use crate::base::Place;
use crate::protocol::{Cell, CellState, Content, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Tenure, Variable};
use crate::{key, listed};

use super::client::{Client, Kept, Stage};
use super::master::{Known, Master};
use super::message::{Chunk, Disk, Primary, Servers};
use super::{ChunkStore, Server};

const VERSION: &str = key!("version");

fn some(number: u64) -> Option<String> {
    (number > 0).then(|| number.to_string())
}

/// What stands at which offset, and whether it is on the disk. A hole is shown where another replica may have more.
fn cells(chunk: &Chunk, on_disk: Option<&Chunk>) -> Content {
    let cell = |index| match chunk.0.get(&index) {
        None => Cell { index, stamp: 0, text: "–".into(), state: CellState::Pending },
        Some(record) => Cell {
            index,
            stamp: record.version,
            text: record.value.to_string(),
            state: match on_disk.is_none_or(|disk| disk.0.get(&index) == Some(record)) {
                true => CellState::Stored,
                false => CellState::Pending,
            },
        },
    };
    Content::Slots((1..=chunk.end()).map(cell).collect())
}

/// What the master knows of each chunkserver.
fn known(it: &Master) -> Content {
    let row = |(place, known): (&Place, &Known)| {
        let counts = known.version > 0 && it.is_alive(*place) && it.is_current(*place);
        let sign = if counts { Content::DONE } else { Content::REFUSED };
        let version = some(known.version).unwrap_or_else(|| "–".into());
        vec![place.to_string(), version, sign.to_owned()]
    };
    let rows = it.servers.iter().map(row).collect();
    Content::Table { columns: &[key!("chunkserver"), VERSION, key!("counts")], rows }
}

/// What a client keeps of what the master told it.
fn told(it: &Kept) -> Content {
    let row = |place: &Place| {
        let primary = if it.primary == Some(*place) { Content::DONE } else { "" };
        vec![place.to_string(), it.version.to_string(), primary.to_owned()]
    };
    let rows = it.replicas.iter().map(row).collect();
    Content::Table { columns: &[key!("replica"), VERSION, key!("primary")], rows }
}

/// What somebody is at the moment.
enum What {
    Primary,
    Replica,
    Spare,
    Master,
    Idle,
    Asking,
    Pushing,
    Appending,
    Reading,
}

impl ChunkStore {
    fn what(&self) -> What {
        match self {
            ChunkStore::Server(it) if it.holds().is_some() => What::Primary,
            ChunkStore::Server(it) if it.disk.version > 0 => What::Replica,
            ChunkStore::Server(_) => What::Spare,
            ChunkStore::Master(_) => What::Master,
            ChunkStore::Client(it) => match it.stage {
                Stage::Idle => What::Idle,
                Stage::Asking => What::Asking,
                Stage::Pushing(_) => What::Pushing,
                Stage::Appending => What::Appending,
                Stage::Reading => What::Reading,
            },
        }
    }

    fn kept(&self) -> Option<&Kept> {
        self.client()?.kept.as_ref()
    }
}

/// What it has been pushed and not been told to append.
fn pushed(it: &Server) -> Option<String> {
    let applied = |client: &Place, seq: u64| {
        it.disk.chunk.0.values().any(|record| record.client == *client && record.seq == seq)
    };
    let open = it.buffer.iter().filter(|(client, (seq, _))| !applied(client, *seq));
    let told: Vec<String> = open.map(|(_, (_, value))| value.to_string()).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

fn last_read(it: &Client) -> Option<Content> {
    it.read.as_ref().map(|chunk| cells(chunk, None))
}

impl Shown<Disk> for ChunkStore {
    const STAMP: Option<FieldName> = Some(FieldName::number(VERSION));
    const VARIABLES: &'static [Variable<ChunkStore>] = &[
        Variable::sometimes(key!("data pushed"), |it| pushed(it.server()?)),
        Variable::sometimes(key!("secondaries"), |it| {
            Some(Servers(it.server()?.holds()?.secondaries.clone()).to_string())
        }),
        Variable::sometimes(key!("lease of"), |it| {
            let lease = it.master()?.lease.as_ref().filter(|_| !it.master().is_some_and(Master::lease_is_over))?;
            Some(Primary(Some(lease.to)).to_string())
        }),
        Variable::sometimes(key!("takes a new version"), |it| {
            Some(it.master()?.raise.as_ref()?.version.to_string())
        }),
        Variable::sometimes(key!("copies to"), |it| Some(it.master()?.copy.as_ref()?.to.to_string())),
        Variable::sometimes(key!("places kept"), |it| Some(Servers(it.kept()?.replicas.clone()).to_string())),
        Variable::sometimes(key!("newest version heard of"), |it| some(it.client()?.told)),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("version on disk"), |disk| some(disk.version)),
        Variable::sometimes(key!("records on disk"), |disk| some(disk.chunk.0.len() as u64)),
        Variable::sometimes(key!("highest version given out"), |disk| some(disk.reserved)),
    ];
    const PANELS: &'static [Panel<ChunkStore, Disk>] = &[
        Panel::of(key!("chunk"), |it, disk| {
            let it = it.server().filter(|it| it.disk.version > 0)?;
            Some(cells(&it.disk.chunk, Some(&disk.chunk)))
        }),
        Panel::of(key!("chunkservers"), |it, _| it.master().map(known)),
        Panel::of(key!("places kept"), |it, _| it.kept().map(told)),
        Panel::of(key!("last read"), |it, _| last_read(it.client()?)),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.what()) {
                What::Primary => Role { name: "primary", tag: Tag::Leads },
                What::Replica => Role { name: "replica", tag: Tag::Follows },
                What::Spare => Role { name: "without a replica", tag: Tag::Outside },
                What::Master => Role { name: "master", tag: Tag::Follows },
                What::Idle => Role { name: "idle", tag: Tag::Follows },
                What::Asking => Role { name: "asking", tag: Tag::Bids },
                What::Pushing => Role { name: "pushing", tag: Tag::Bids },
                What::Appending => Role { name: "appending", tag: Tag::Bids },
                What::Reading => Role { name: "reading", tag: Tag::Bids },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let version = match self {
            ChunkStore::Server(it) => it.disk.version,
            ChunkStore::Master(it) => it.version(),
            ChunkStore::Client(it) => it.kept.as_ref()?.version,
        };
        (version > 0).then_some(Stamp::new(VERSION, version))
    }

    /// Whose word the primary waits for, or a client that pushes.
    fn gathering(&self) -> Option<Gathering> {
        let lease = self.server()?.holds()?;
        let pending = lease.pending.values().next()?;
        let has = |place: &&Place| !pending.missing.contains(place);
        let of = lease.secondaries.iter().filter(has).copied().collect();
        Some(Gathering { word: key!("applied"), of, needed: lease.secondaries.len() as u16 })
    }

    fn tenures(&self) -> Vec<Tenure> {
        let tenure = |holder, stamp, lasts, until| Tenure { holder, stamp, alone: true, lasts, until, steady: true };
        match self {
            ChunkStore::Server(it) => {
                let held = it.lease.iter();
                held.map(|held| tenure(None, held.version, it.config.lease, held.until)).collect()
            }
            ChunkStore::Master(it) => {
                let granted = it.lease.iter();
                granted.map(|it2| tenure(Some(it2.to), it.version(), it.config.reserve(), it2.until)).collect()
            }
            ChunkStore::Client(_) => Vec::new(),
        }
    }
}
