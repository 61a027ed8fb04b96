//! A client: its session, its node, and how far it has come with the recipe.

use super::server::{Node, Nodes, Session};
use super::{Message, SERVER, ZkLock};
use crate::base::{Span, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::lock::Turn;

/// How far it has come: it waits for one answer at a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Stage {
    /// It wants nothing, or has no connection.
    #[default]
    Rest,
    Connecting,
    Creating,
    Listing,
    /// It has asked for this node, or watches it.
    Watching(Node),
    /// The directory's next change wakes it.
    Herding,
    Holding,
    Deleting,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its session, 0 for none, and when it began its connection.
    pub session: Session,
    timeout: Time,
    /// Until then its session lives, whatever clocks do within their bounds: two thirds of its time,
    /// from when it sent what was answered last. ZooKeeper's clients give a connection up then.
    lives_until: Time,
    /// The identity in the name of the node that it has asked for, and has perhaps got.
    pub guid: u64,
    /// Its node.
    pub node: Option<Node>,
    pub stage: Stage,
}

impl Client {
    pub fn needs_connection(&self) -> bool {
        self.session.id != 0 || self.stage != Stage::Rest
    }
}

impl ZkLock {
    /// It goes on where it has nothing to wait for.
    pub(super) fn go_on(&mut self, fx: &mut Effects<Self>) {
        match self.writer.turn(fx.steady_now()) {
            Turn::Rest => return,
            // Its session may go on, and its node with it.
            Turn::GiveUp { seq } => {
                super::locks::give_up(self.me, seq, fx);
                self.give_back(fx);
            }
            Turn::Acquire => self.seek(fx),
            Turn::Looked(left) => {
                fx.note(sentence!("looks at its clock: its session lives for {0}", left))
            }
            Turn::Write { token, seq } => {
                fx.send(super::locks::RESOURCE, Message::Write { token, seq });
            }
        }
        fx.set_timer("step", super::locks::pace(&self.writer, fx.steady_now()));
    }

    fn seek(&mut self, fx: &mut Effects<Self>) {
        match self.client.stage {
            Stage::Rest if self.client.session.id == 0 => self.connect(fx),
            Stage::Rest => self.create(fx),
            // It does not know whether its session is over. If it is not, its node is still the lowest.
            Stage::Holding if fx.steady_now() < self.client.lives_until => self.list(fx),
            _ => {}
        }
    }

    /// A new connection, for a new session or for the one it has.
    pub(super) fn connect(&mut self, fx: &mut Effects<Self>) {
        self.client.stage = Stage::Connecting;
        let sent = fx.steady_now();
        self.client.session.since = sent;
        fx.send(SERVER, Message::Connect { session: self.client.session.id, sent });
        let timeout = super::server::settled(&self.config);
        fx.set_timer("patience", Span::exactly(two_thirds(timeout)));
    }

    /// It has heard nothing for too long.
    pub(super) fn reconnect(&mut self, fx: &mut Effects<Self>) {
        fx.cancel_timer("ping");
        fx.disconnect(SERVER);
        self.connect(fx);
    }

    pub(super) fn ping(&mut self, fx: &mut Effects<Self>) {
        let (session, sent) = (self.client.session, fx.steady_now());
        if session.id != 0 && self.client.stage != Stage::Connecting {
            fx.send(SERVER, Message::Ping { session, sent });
            fx.set_timer("ping", Span::exactly(Time(self.client.timeout.0 / 3)));
        }
    }

    fn create(&mut self, fx: &mut Effects<Self>) {
        self.client.stage = Stage::Creating;
        if self.client.guid == 0 && !self.config.no_guid {
            let draw = 1 + u64::from(fx.chance(100_000));
            self.client.guid = draw * 100 + u64::from(self.me.number());
        }
        let (session, guid) = (self.client.session, self.client.guid);
        fx.send(SERVER, Message::Create { session, guid });
    }

    fn list(&mut self, fx: &mut Effects<Self>) {
        self.client.stage = Stage::Listing;
        let (session, watch) = (self.client.session, self.config.watch_directory);
        fx.send(SERVER, Message::GetChildren { session, watch });
    }

    /// Whatever it hears of its server shows that the connection is good.
    pub(super) fn hear(&mut self, message: Message, fx: &mut Effects<Self>) {
        if self.client.session.id != 0 || matches!(message, Message::Connected { .. }) {
            let patience = two_thirds(super::server::settled(&self.config));
            fx.set_timer("patience", Span::exactly(patience));
        }
        match (message, self.client.stage) {
            (Message::Connected { session: id, timeout, sent }, Stage::Connecting)
                if sent == self.client.session.since =>
            {
                (self.client.session.id, self.client.timeout) = (id, timeout);
                self.lives(sent);
                self.ping_later(fx);
                self.come_back(fx);
            }
            (Message::Expired { session }, _) if session == self.client.session.id => self.lose(fx),
            (Message::Pong { sent }, _) => self.lives(sent),
            (Message::Created { seq, czxid }, Stage::Creating) => {
                let (guid, owner) = (self.client.guid, self.client.session.id);
                self.client.node = Some(Node { seq, guid, czxid, owner });
                self.list(fx);
            }
            (Message::Children { nodes }, Stage::Listing) => self.look(&nodes, fx),
            (Message::NoNode { czxid }, Stage::Watching(it)) if czxid == it.czxid => self.list(fx),
            (Message::NodeDeleted { czxid }, Stage::Watching(it)) if czxid == it.czxid => {
                match self.config.no_second_look {
                    true => self.hold(fx),
                    false => self.list(fx),
                }
            }
            (Message::NodeChildrenChanged {}, Stage::Herding) => self.list(fx),
            (Message::Deleted { .. }, Stage::Deleting) => {
                (self.client.node, self.client.guid) = (None, 0);
                self.client.stage = Stage::Rest;
                self.go_on(fx);
            }
            _ => {}
        }
    }

    fn ping_later(&mut self, fx: &mut Effects<Self>) {
        fx.set_timer("ping", Span::exactly(Time(self.client.timeout.0 / 3)));
    }

    /// Its server has answered what it sent then.
    fn lives(&mut self, sent: Time) {
        let until = sent + two_thirds(self.client.timeout);
        self.client.lives_until = self.client.lives_until.max(until);
        if let Some((token, _)) = self.writer.belief {
            self.writer.believe(token, self.client.lives_until);
        }
    }

    /// It has a connection again, and perhaps lost an answer: what it has asked for may have been done.
    fn come_back(&mut self, fx: &mut Effects<Self>) {
        let asked = self.client.guid != 0 || self.client.node.is_some();
        if self.writer.wish().is_none() && self.client.node.is_some() {
            self.delete(fx);
        } else if asked {
            self.list(fx);
        } else {
            self.start(fx);
        }
    }

    /// It has no node: it makes one, if it wants the lock.
    fn start(&mut self, fx: &mut Effects<Self>) {
        match self.writer.wish() {
            Some(_) => self.create(fx),
            None => self.client.stage = Stage::Rest,
        }
    }

    /// Its session is over, and its node gone.
    fn lose(&mut self, fx: &mut Effects<Self>) {
        fx.note(sentence!("has lost its session"));
        self.client = Client::default();
        self.writer.belief = None;
        fx.cancel_timer("ping");
        fx.cancel_timer("patience");
        if self.writer.wish().is_some() {
            self.connect(fx);
        }
    }

    /// The recipe: the lowest holds, and everybody else watches the next lower one.
    fn look(&mut self, nodes: &Nodes, fx: &mut Effects<Self>) {
        let own = |node: &&Node| match self.client.node {
            Some(own) => node.czxid == own.czxid,
            None => node.guid != 0 && node.guid == self.client.guid,
        };
        let Some(own) = nodes.0.iter().find(own).copied() else {
            (self.client.node, self.client.guid) = (None, 0);
            return self.start(fx);
        };
        self.client.node = Some(own);
        if self.writer.wish().is_none() {
            return self.delete(fx);
        }
        match nodes.0.iter().rfind(|node| node.czxid < own.czxid) {
            None => self.hold(fx),
            Some(_) if self.config.watch_directory => self.client.stage = Stage::Herding,
            Some(before) => {
                self.client.stage = Stage::Watching(*before);
                let (session, czxid) = (self.client.session, before.czxid);
                fx.send(SERVER, Message::Exists { session, czxid });
            }
        }
    }

    /// It is its turn, if its session lives for sure.
    fn hold(&mut self, fx: &mut Effects<Self>) {
        self.client.stage = Stage::Holding;
        if let Some(token) = self.token()
            && fx.steady_now() < self.client.lives_until
        {
            self.writer.believe(token, self.client.lives_until);
            fx.note(sentence!("has the lowest node: it holds the lock"));
        }
    }

    /// What it writes under: the transaction that made its node.
    pub(super) fn token(&self) -> Option<u64> {
        self.client.node.map(|it| if self.config.name_as_token { it.seq + 1 } else { it.czxid })
    }

    /// It has written, and gives the lock back.
    pub(super) fn written(&mut self, seq: u64, fx: &mut Effects<Self>) {
        if self.writer.done(seq) {
            self.writer.writing = None;
            fx.reply(self.me, seq, Outcome::Said(sentence!("taken")));
            self.give_back(fx);
        }
    }

    /// It asks for this until it is answered; what it waits for now comes first.
    fn give_back(&mut self, fx: &mut Effects<Self>) {
        if matches!(self.client.stage, Stage::Holding | Stage::Watching(_) | Stage::Herding) {
            self.delete(fx);
        }
    }

    fn delete(&mut self, fx: &mut Effects<Self>) {
        if let Some(node) = self.client.node {
            self.client.stage = Stage::Deleting;
            let session = self.client.session;
            fx.send(SERVER, Message::Delete { session, czxid: node.czxid });
        }
    }
}

pub fn two_thirds(of: Time) -> Time {
    Time(of.0 * 2 / 3)
}
