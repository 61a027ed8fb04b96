//! What must never break, what the observer counts, and what the server's panels show.

use std::collections::BTreeMap;

use super::client::Stage;
use super::{SERVER, ZkLock, locks};
use crate::base::{Place, Time};
use crate::protocol::{Cluster, Content, Measure, Moment, Property, PropertyKind, Witness};
use crate::service::lock::{Grant, Refusal, Resource, Writer};
use crate::{key, sentence};

/// Grants as the observer counts them: a client has found its node to be the lowest.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    grants: Vec<Grant>,
    /// The node under which each client held the lock last.
    nodes: BTreeMap<Place, u64>,
}

impl Witness<ZkLock> for Observed {
    fn witness(&mut self, to: Place, it: &ZkLock, _: Moment) {
        let Some(node) = it.holds_by().filter(|_| it.writer.belief.is_some()) else { return };
        if self.nodes.insert(to, node) != Some(node)
            && let Some(token) = it.token()
        {
            self.grants.push(Grant { to, token, ends: Time::LIMIT, released_by: None });
        }
    }
}

impl ZkLock {
    /// The node by which it holds the lock, until it gives that back.
    fn holds_by(&self) -> Option<u64> {
        let node = self.client.node.filter(|_| self.client.stage == Stage::Holding)?;
        Some(node.czxid)
    }
}

impl locks::Locking for ZkLock {
    fn grants<'a>(cluster: &Cluster<'a, Self>) -> &'a [Grant] {
        &cluster.ghost.grants
    }

    fn runs(cluster: &Cluster<'_, Self>, grant: &Grant) -> bool {
        let holder = cluster.replicas[cluster.places.index(grant.to)].as_ref();
        holder.filter(|it| it.token() == Some(grant.token)).is_some_and(|it| {
            let node = it.holds_by();
            node.is_some_and(|node| server(cluster).is_some_and(|it| it.disk.tree.has(node)))
        })
    }

    fn writer(&self) -> &Writer {
        &self.writer
    }

    fn resource(&self) -> (&Resource, &[Refusal]) {
        (&self.disk.resource, &self.refused)
    }
}

fn server<'a>(cluster: &Cluster<'a, ZkLock>) -> Option<&'a ZkLock> {
    cluster.replicas[cluster.places.index(SERVER)].as_ref()
}

pub const PROPERTIES: &[Property<ZkLock>] = &[
    locks::fencing(),
    locks::tokens_increase(),
    locks::one_grant(),
    Property {
        name: "In Order of Creation",
        formula: "runs(i) ⇒ ∄ node: node < nodeᵢ",
        meaning: "Nobody has the lock while an older node is there.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let grants = cluster.ghost.grants.iter();
            let mut running = grants.filter(|it| <ZkLock as locks::Locking>::runs(cluster, it));
            let lowest = server(cluster).and_then(|it| it.disk.tree.nodes.0.first());
            let early = running.find(|it| {
                let holder = cluster.replicas[cluster.places.index(it.to)].as_ref();
                holder.and_then(ZkLock::holds_by) > lowest.map(|node| node.czxid)
            });
            match early {
                Some(it) => Err(sentence!("{0} has the lock before its turn", it.to).into()),
                None => Ok(()),
            }
        },
    },
    Property {
        name: "One Waiter Is Woken",
        formula: "∀ release: |woken| ≤ 1",
        meaning: "When a node goes, at most one client is notified.",
        kind: PropertyKind::Always,
        holds: |cluster| match cluster.changed().map_or(0, |it| it.server.woken) {
            woken @ 2.. => Err(sentence!("{0} were woken by one release", woken).into()),
            _ => Ok(()),
        },
    },
    locks::two_believe_it(),
    locks::served_in_the_end(),
];

pub const MEASURES: &[Measure<ZkLock>] = &[|cluster| {
    let (woken, most) = server(cluster).map_or((0, 0), |it| (it.server.woken, it.server.most));
    sentence!("the last release woke {0}, at most {1} so far", woken, most)
}];

/// The nodes of the directory, the lowest first: whose each is.
pub fn queue(it: &ZkLock) -> Content {
    let tree = &it.disk.tree;
    let of = |owner: Option<Place>| owner.map_or("–".to_owned(), |place| place.to_string());
    let nodes = tree.nodes.0.iter();
    Content::Queue(nodes.map(|node| format!("{} {}", node.seq, of(tree.owner(node)))).collect())
}

/// Who watches what, of the clients that have a session.
pub fn sessions(it: &ZkLock) -> Content {
    let tree = &it.disk.tree;
    let watched = |session: u64| {
        let node = it.server.watches.iter().find(|(_, watcher)| *watcher == session);
        let node = node.and_then(|(czxid, _)| tree.nodes.0.iter().find(|it| it.czxid == *czxid));
        match node {
            Some(node) => node.seq.to_string(),
            None if it.server.herd.contains(&session) => super::DIRECTORY.into(),
            None => "–".into(),
        }
    };
    let row = |(id, of): (&u64, &Place)| vec![id.to_string(), of.to_string(), watched(*id)];
    let columns = &[key!("session"), key!("client"), key!("watches")];
    Content::Table { columns, rows: tree.sessions.iter().map(row).collect() }
}
