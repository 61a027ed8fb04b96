//! What is shown of servers and clients.

use crate::base::{NONE, Place};
use crate::protocol::{
    Content, FieldName, Gathering, Opinion, Panel, Regard, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::HashSlots;
use super::client::Client;
use super::election::Election;
use super::message::Disk;
use super::server::{Peer, Server};
use super::slots::{Ranges, slot_of};

impl HashSlots {
    fn server(&self) -> Option<&Server> {
        match self {
            HashSlots::Server(it) => Some(&**it),
            HashSlots::Client(_) => None,
        }
    }

    fn client(&self) -> Option<&Client> {
        match self {
            HashSlots::Client(it) => Some(it),
            HashSlots::Server(_) => None,
        }
    }

    fn asked(&self) -> Option<(&u64, &std::collections::BTreeSet<Place>)> {
        match &self.server()?.election {
            Election::Asked { epoch, votes, .. } => Some((epoch, votes)),
            Election::Idle | Election::Waits { .. } => None,
        }
    }
}

impl Server {
    /// Its slots, or its master's, and the keys in them.
    fn slots(&self) -> Vec<Vec<String>> {
        let runs = self.map().runs().filter(|(_, _, claim)| claim.owner == self.line());
        let row = |(first, last)| {
            let here = |key: &str| (first..=last).contains(&slot_of(key));
            let pairs = self.disk.data.pairs().filter(|(key, _)| here(key));
            let pairs: Vec<String> = pairs.map(|(key, value)| format!("{key}={value}")).collect();
            let pairs = if pairs.is_empty() { NONE.to_owned() } else { pairs.join(" ") };
            vec![Ranges::run(first, last).to_string(), pairs]
        };
        let mut rows: Vec<_> = runs.map(|(first, last, _)| row((first, last))).collect();
        rows.extend(self.disk.conf.importing.keys().map(|slot| row((*slot, *slot))));
        rows
    }

    fn opinion(&self, of: Place, peer: &Peer) -> Opinion {
        let conf = &self.disk.conf;
        let (word, regard) = match (conf.failed.contains(&of), peer.suspected) {
            (true, _) => (key!("FAIL"), Regard::Lost),
            (false, true) => (key!("PFAIL"), Regard::Doubted),
            (false, false) => (key!("well"), Regard::Sound),
        };
        Opinion { of, word, number: conf.map.epoch_of(of), regard }
    }
}

impl Shown<Disk> for HashSlots {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("configEpoch")));
    const VARIABLES: &'static [Variable<HashSlots>] = &[
        Variable::sometimes(key!("replica of"), |it| Some(it.server()?.master()?.to_string())),
        Variable::sometimes(key!("cluster_state"), |it| {
            let it = it.server()?;
            Some(if it.serves { "ok" } else { "fail" }.to_owned())
        }),
        Variable::sometimes(key!("offset"), |it| Some(it.server()?.disk.offset.to_string())),
        Variable::sometimes(key!("rank"), |it| match it.server()?.election {
            Election::Waits { rank } => Some(rank.to_string()),
            _ => None,
        }),
        Variable::sometimes(key!("votes received"), |it| {
            let (_, votes) = it.asked()?;
            let votes: Vec<String> = votes.iter().map(Place::to_string).collect();
            Some(if votes.is_empty() { NONE.to_owned() } else { votes.join(" ") })
        }),
        Variable::sometimes(key!("migrating"), |it| {
            let migrating = it.server()?.disk.conf.migrating.iter();
            let told: Vec<String> = migrating.map(|(slot, to)| format!("{slot}→{to}")).collect();
            (!told.is_empty()).then(|| told.join(" "))
        }),
        Variable::sometimes(key!("importing"), |it| {
            let importing = it.server()?.disk.conf.importing.iter();
            let told: Vec<String> =
                importing.map(|(slot, from)| format!("{slot}←{from}")).collect();
            (!told.is_empty()).then(|| told.join(" "))
        }),
        Variable::sometimes(key!("asks for"), |it| {
            let open = it.client()?.open.values();
            let told: Vec<String> = open.map(|open| format!("{} {}", open.ask, open.at)).collect();
            (!told.is_empty()).then(|| told.join(", "))
        }),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("currentEpoch"), |disk| {
            (disk.conf.epoch > 0).then(|| disk.conf.epoch.to_string())
        }),
        Variable::sometimes(key!("lastVoteEpoch"), |disk| {
            (disk.conf.vote > 0).then(|| disk.conf.vote.to_string())
        }),
    ];
    const PANELS: &'static [Panel<HashSlots, Disk>] = &[
        Panel::of(key!("slots"), |it, _| {
            let rows = it.server()?.slots();
            Some(Content::Table { columns: &[key!("slots"), key!("keys")], rows })
        }),
        Panel::of(key!("slot map"), |it, _| {
            let row = |(first, last, claim): (u16, u16, super::slots::Claim)| {
                vec![Ranges::run(first, last).to_string(), claim.owner.to_string()]
            };
            let map = match it {
                HashSlots::Server(it) => it.map(),
                HashSlots::Client(it) => &it.map,
            };
            let rows = map.runs().map(row).collect();
            Some(Content::Table { columns: &[key!("slots"), key!("master node")], rows })
        }),
        Panel::of(key!("peers"), |it, _| {
            let it = it.server()?;
            let of = it.peers.iter().map(|(of, peer)| it.opinion(*of, peer)).collect();
            Some(Content::Opinions { number: key!("configEpoch"), of })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self, self.server().map(|it| (it.master(), it.serves, &it.election)))) {
                (_, Some((None, true, _))) => Role { name: "master node", tag: Tag::Leads },
                (_, Some((None, false, _))) => Role { name: "stopped master", tag: Tag::Follows },
                (_, Some((_, _, Election::Asked { .. }))) => Role { name: "candidate", tag: Tag::Bids },
                (_, Some(_)) => Role { name: "replica", tag: Tag::Follows },
                (_, None) => Role { name: "smart client", tag: Tag::Follows },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let it = self.server()?;
        Some(Stamp::new("configEpoch", it.header().1.config_epoch))
    }

    fn gathering(&self) -> Option<Gathering> {
        let (_, votes) = self.asked()?;
        let of = votes.iter().copied().collect();
        Some(Gathering { word: key!("votes"), of, needed: self.server()?.majority() as u16 })
    }
}
