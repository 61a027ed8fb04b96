//! The server: sessions, nodes and watches. What it knows of sessions and nodes is on its disk; when it last
//! heard of a client, and who watches what, is in its memory.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Config, Message, ZkLock};
use crate::base::{Place, Span, Time};
use crate::protocol::{Effects, Tenure};
use crate::sentence;

/// A session on one of its client's connections, the one that was begun then. What still arrives of an
/// earlier one has no effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Session {
    pub id: u64,
    pub since: Time,
}

impl fmt::Display for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

/// A node of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Node {
    /// The number in its name.
    pub seq: u64,
    /// The identity in its name, or 0.
    pub guid: u64,
    /// The transaction that made it. (ZooKeeper tells it with a create, or when asked for a node's state;
    /// here it stands in lists as well.)
    pub czxid: u64,
    /// The session that it goes with.
    pub owner: u64,
}

/// Nodes in the order in which they were made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Nodes(pub Vec<Node>);

impl fmt::Display for Nodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seqs = self.0.iter().map(|node| node.seq.to_string()).collect::<Vec<_>>();
        f.write_str(if seqs.is_empty() { "–" } else { "" })?;
        f.write_str(&seqs.join(","))
    }
}

/// What is on the server's disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Tree {
    /// The last transaction.
    pub zxid: u64,
    /// Whose each session is.
    pub sessions: BTreeMap<u64, Place>,
    /// What the next node of the directory is numbered; none while there is no directory.
    pub directory: Option<u64>,
    pub nodes: Nodes,
}

impl Tree {
    pub fn has(&self, czxid: u64) -> bool {
        self.nodes.0.iter().any(|node| node.czxid == czxid)
    }

    /// Whose node this is.
    pub fn owner(&self, node: &Node) -> Option<Place> {
        self.sessions.get(&node.owner).copied()
    }

    fn transaction(&mut self) -> u64 {
        self.zxid += 1;
        self.zxid
    }

    fn create(&mut self, owner: u64, guid: u64) -> Node {
        if self.directory.is_none() {
            self.transaction();
        }
        let seq = self.directory.unwrap_or(0);
        self.directory = Some(seq + 1);
        let node = Node { seq, guid, czxid: self.transaction(), owner };
        self.nodes.0.push(node);
        node
    }
}

/// What it knows only while it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Server {
    /// When it last heard of each session, by its own clock, and on which connection.
    heard: BTreeMap<u64, (Time, Session)>,
    /// When it last looked which of them are over.
    ticked: Time,
    /// Which sessions watch which node.
    pub watches: BTreeSet<(u64, u64)>,
    /// Which sessions watch the directory: a node that comes wakes them as well as one that goes.
    pub herd: BTreeSet<u64>,
    /// How many the last node that went has woken, and how many one has at the most.
    pub woken: u64,
    pub most: u64,
}

/// How long a session lives in silence: what the client wishes, within the server's bounds.
pub fn settled(config: &Config) -> Time {
    config.timeout.clamp(Time(config.tick.0 * 2), Time(config.tick.0 * 20))
}

impl ZkLock {
    /// A server that starts gives each session its whole time again.
    pub(super) fn open(&mut self, fx: &mut Effects<Self>) {
        let heard = (fx.steady_now(), Session::default());
        self.server.heard = self.disk.tree.sessions.keys().map(|id| (*id, heard)).collect();
        self.server.ticked = fx.steady_now();
        fx.set_timer("tick", Span::exactly(self.config.tick));
        if self.disk.tree.nodes.0.is_empty() && self.disk.tree.directory.is_some() {
            fx.set_timer("container", Span::exactly(self.config.container));
        }
    }

    pub(super) fn serve(&mut self, from: Place, message: Message, fx: &mut Effects<Self>) {
        let (session, begins) = match message {
            Message::Connect { session: 0, sent } => return self.begin_session(from, sent, fx),
            Message::Connect { session: id, sent } => (Session { id, since: sent }, true),
            Message::Ping { session, .. }
            | Message::Create { session, .. }
            | Message::GetChildren { session, .. }
            | Message::Exists { session, .. }
            | Message::Delete { session, .. } => (session, false),
            _ => return,
        };
        let Some((heard, on)) = self.server.heard.get_mut(&session.id) else {
            return fx.send(from, Message::Expired { session: session.id });
        };
        if begins && session.since > on.since {
            *on = session;
        }
        if *on != session {
            return;
        }
        *heard = fx.steady_now();
        let session = session.id;
        match message {
            Message::Connect { sent, .. } => {
                let timeout = settled(&self.config);
                fx.send(from, Message::Connected { session, timeout, sent });
            }
            Message::Ping { sent, .. } => fx.send(from, Message::Pong { sent }),
            Message::Create { guid, .. } => {
                let node = self.disk.tree.create(session, guid);
                fx.persist(self.disk.clone());
                self.wake_herd(fx);
                fx.send(from, Message::Created { seq: node.seq, czxid: node.czxid });
            }
            Message::GetChildren { watch, .. } => {
                if watch {
                    self.server.herd.insert(session);
                }
                fx.send(from, Message::Children { nodes: self.disk.tree.nodes.clone() });
            }
            Message::Exists { czxid, .. } if self.disk.tree.has(czxid) => {
                self.server.watches.insert((czxid, session));
                fx.send(from, Message::Watching { czxid });
            }
            Message::Exists { czxid, .. } => fx.send(from, Message::NoNode { czxid }),
            Message::Delete { czxid, .. } => {
                if self.disk.tree.has(czxid) {
                    self.remove(|node| node.czxid == czxid, fx);
                }
                fx.send(from, Message::Deleted { czxid });
            }
            _ => {}
        }
    }

    /// The sessions as the server counts them, those with a node first, in the order of the queue: each under
    /// its node, of which the lowest is the lock. They end at a tick, the first one after their time.
    pub(super) fn sessions(&self) -> Vec<Tenure> {
        let (tree, lasts) = (&self.disk.tree, settled(&self.config));
        let of = |(session, (heard, _)): (&u64, &(Time, Session))| {
            let place = tree.nodes.0.iter().position(|node| node.owner == *session);
            let stamp = place.map_or(0, |place| tree.nodes.0[place].czxid);
            let (holder, alone) = (tree.sessions.get(session).copied(), place == Some(0));
            let ticks = (*heard + lasts).since(self.server.ticked).0.div_ceil(self.config.tick.0.max(1));
            let until = self.server.ticked + Time(ticks * self.config.tick.0);
            (place.unwrap_or(usize::MAX), Tenure { holder, stamp, alone, lasts, until, steady: true })
        };
        let mut sessions: Vec<_> = self.server.heard.iter().map(of).collect();
        sessions.sort_by_key(|(place, _)| *place);
        sessions.into_iter().map(|(_, tenure)| tenure).collect()
    }

    fn begin_session(&mut self, from: Place, sent: Time, fx: &mut Effects<Self>) {
        let session = self.disk.tree.transaction();
        self.disk.tree.sessions.insert(session, from);
        let on = Session { id: session, since: sent };
        self.server.heard.insert(session, (fx.steady_now(), on));
        fx.persist(self.disk.clone());
        fx.send(from, Message::Connected { session, timeout: settled(&self.config), sent });
    }

    /// These nodes go, and whoever watches one of them is told. It is one transaction, and one write.
    fn remove(&mut self, goes: impl Fn(&Node) -> bool, fx: &mut Effects<Self>) {
        let nodes = &mut self.disk.tree.nodes.0;
        let gone: Vec<u64> = nodes.extract_if(.., |node| goes(node)).map(|it| it.czxid).collect();
        if nodes.is_empty() && !gone.is_empty() {
            fx.set_timer("container", Span::exactly(self.config.container));
        }
        self.disk.tree.transaction();
        fx.persist(self.disk.clone());
        for czxid in gone {
            self.wake(czxid, fx);
        }
    }

    /// A watch tells once. Whom a node wakes that goes is counted.
    fn wake(&mut self, czxid: u64, fx: &mut Effects<Self>) {
        let sessions = &self.disk.tree.sessions;
        let of_the_node =
            self.server.watches.extract_if((czxid, 0)..=(czxid, u64::MAX), |_| true);
        let watchers: Vec<Place> =
            of_the_node.filter_map(|(_, session)| sessions.get(&session).copied()).collect();
        let woken = watchers.len() as u64;
        fx.broadcast(watchers.into_iter(), Message::NodeDeleted { czxid });
        self.server.woken = woken + self.wake_herd(fx);
        self.server.most = self.server.most.max(self.server.woken);
    }

    /// Whoever watches the directory is told that a node has come or gone: so many are.
    fn wake_herd(&mut self, fx: &mut Effects<Self>) -> u64 {
        let herd = std::mem::take(&mut self.server.herd);
        let herd: Vec<Place> =
            herd.iter().filter_map(|it| self.disk.tree.sessions.get(it).copied()).collect();
        let woken = herd.len() as u64;
        fx.broadcast(herd.into_iter(), Message::NodeChildrenChanged {});
        woken
    }

    /// Once a tick it ends the sessions that have been silent for too long.
    pub(super) fn expire(&mut self, fx: &mut Effects<Self>) {
        let (now, timeout) = (fx.steady_now(), settled(&self.config));
        let silent = self.server.heard.extract_if(.., |_, (heard, _)| *heard + timeout <= now);
        let over: BTreeSet<u64> = silent.map(|(session, _)| session).collect();
        for session in &over {
            if let Some(place) = self.disk.tree.sessions.remove(session) {
                fx.note(sentence!("ends the session of {0}: silent for {1}", place, timeout));
            }
        }
        if !over.is_empty() {
            self.server.watches.retain(|(_, session)| !over.contains(session));
            self.server.herd.retain(|session| !over.contains(session));
            self.remove(|node| over.contains(&node.owner), fx);
        }
        self.server.ticked = now;
        fx.set_timer("tick", Span::exactly(self.config.tick));
    }

    /// An empty directory goes, and with it its counter.
    pub(super) fn clean(&mut self, fx: &mut Effects<Self>) {
        if self.disk.tree.nodes.0.is_empty() && self.disk.tree.directory.take().is_some() {
            self.disk.tree.transaction();
            fx.persist(self.disk.clone());
            fx.note(sentence!("removes the empty directory"));
        }
    }
}

