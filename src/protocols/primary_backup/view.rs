//! What is shown of a server and of the view service.

use crate::protocol::{Cell, CellState, Content, FieldName, Gathering, Panel, Role, Shown, Stamp, Tag, Variable};
use crate::{key, listed};

use super::PrimaryBackup;
use super::config::Reads;
use super::message::Disk;

/// What somebody is at the moment.
enum Part {
    Service { changing: bool },
    Primary { acts: bool },
    Backup { synced: bool },
    Outside,
}

impl PrimaryBackup {
    fn part(&self) -> Part {
        match self {
            PrimaryBackup::Service(it) => Part::Service { changing: it.change.is_some() },
            PrimaryBackup::Server(it) if it.is_primary() => Part::Primary { acts: it.acts() },
            PrimaryBackup::Server(it) if it.view.members.contains(&it.me) && it.view.number >= it.kept.fenced => {
                Part::Backup { synced: it.kept.synced == it.view.number }
            }
            PrimaryBackup::Server(_) => Part::Outside,
        }
    }

    fn cells(&self, disk: &Disk, from: u64, to: u64) -> Vec<Cell> {
        let Some(it) = self.server() else { return Vec::new() };
        let cell = |(index, entry): (u64, &super::message::Entry)| Cell {
            index,
            stamp: entry.view,
            text: entry.command.to_string(),
            state: match () {
                _ if index <= it.committed => CellState::Settled,
                _ if disk.kept.log.get(index) == Some(entry) => CellState::Stored,
                _ => CellState::Pending,
            },
        };
        it.kept.log.range(from, to).into_iter().map(cell).collect()
    }
}

impl Shown<Disk> for PrimaryBackup {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("view")));
    const VARIABLES: &'static [Variable<PrimaryBackup>] = &[
        Variable::sometimes(key!("in view"), |it| match it {
            PrimaryBackup::Server(it) => (it.view.number > 0).then(|| it.view.to_string()),
            PrimaryBackup::Service(it) => Some(it.record.view.to_string()),
        }),
        Variable::sometimes(key!("replicated"), |it| Some(it.server()?.committed.to_string())),
        Variable::sometimes(key!("leased until"), |it| {
            let it = it.server().filter(|it| it.acts() && it.config.reads == Reads::Primary)?;
            (it.primary.leased.0 > 0).then(|| it.primary.leased.to_string())
        }),
        Variable::sometimes(key!("executed"), |it| Some(it.server()?.store.to_string())),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("fenced"), |disk| {
            (disk.kept.fenced > 0).then(|| disk.kept.fenced.to_string())
        }),
        Variable::sometimes(key!("up to date"), |disk| {
            (disk.kept.synced > 0).then(|| disk.kept.synced.to_string())
        }),
        Variable::sometimes(key!("last view up to date"), |disk| {
            (disk.record.base.number > 0).then(|| disk.record.base.to_string())
        }),
    ];
    const PANELS: &'static [Panel<PrimaryBackup, Disk>] = &[Panel::log(
        key!("Log"),
        |it| Some(it.server()?.kept.log.len()),
        PrimaryBackup::cells,
    ), Panel::of(key!("members"), |it, _| match it {
        PrimaryBackup::Service(it) => Some(Content::Set(it.record.view.members.iter().map(ToString::to_string).collect())),
        PrimaryBackup::Server(_) => None,
    })];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match (self.part()) {
                Part::Service { changing: false } => Role { name: "view service", tag: Tag::Follows },
                Part::Service { changing: true } => Role { name: "changing the view", tag: Tag::Bids },
                Part::Primary { acts: true } => Role { name: "primary", tag: Tag::Leads },
                Part::Primary { acts: false } => Role { name: "becoming primary", tag: Tag::Bids },
                Part::Backup { synced: true } => Role { name: "backup", tag: Tag::Follows },
                Part::Backup { synced: false } => Role { name: "catching up", tag: Tag::Follows },
                Part::Outside => Role { name: "not in the view", tag: Tag::Outside },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let view = match self {
            PrimaryBackup::Server(it) => &it.view,
            PrimaryBackup::Service(it) => &it.record.view,
        };
        (view.number > 0).then(|| Stamp::new("view", view.number))
    }

    fn gathering(&self) -> Option<Gathering> {
        match self {
            PrimaryBackup::Service(it) => {
                let change = it.change.as_ref()?;
                let of = change.fenced.keys().copied().collect();
                Some(Gathering { word: key!("fenced"), of, needed: it.needed() as u16 })
            }
            PrimaryBackup::Server(it) => {
                let backups = it.view.backups().count();
                let waits = it.acts() && it.committed < it.kept.log.len();
                let next = it.committed + 1;
                let has = |(place, holds): (&crate::base::Place, &u64)| (*holds >= next).then_some(*place);
                let of = it.primary.holds.iter().filter_map(has).collect();
                let needed = it.config.ack.of(backups) as u16;
                waits.then_some(Gathering { word: key!("acknowledgements"), of, needed })
            }
        }
    }
}
