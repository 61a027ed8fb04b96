//! ZooKeeper's recipe for a lock: a queue of nodes that vanish with their makers, each watched by the next.
//!
//! After the recipe in ZooKeeper's documentation, and Hunt, Konar, Junqueira and Reed, *ZooKeeper:
//! Wait-free Coordination for Internet-scale Systems* (2010), section 2.4. What a recipe may count on:
//!
//! - a *session* lives while its client is heard of, and is over when that has been silent for longer than
//!   the time that both have settled on; the server alone decides;
//! - a node that is *ephemeral* goes with its maker's session; of nodes that are *sequential* each gets
//!   the next number of their directory;
//! - a *watch* tells once that something has changed, and not what there is now.
//!
//! Who wants the lock makes such a node, and lists the directory. Whose node is the lowest holds the lock;
//! everybody else watches the next lower one, and looks again when that is gone: its maker may just have
//! given up. So one release wakes one client. The names carry an identity of their maker's choice, the
//! *guid*: whoever has lost the answer to a create finds its node by that.
//!
//! A session may end while its client is paused, so the resource wants a token here as well: the
//! transaction that made the node, its *czxid*. It never goes back; the number in the name does, when the
//! directory is made anew.

use super::locks;
use crate::base::{Place, PlaceKind, Places, Time};
use crate::protocol::{CellState, Channel, Content, Effects, FaultModel, FieldName, Formation, Input, Measure, Meta, Panel};
use crate::protocol::{Property, Protocol, Role, Serves, Shown, Stamp, StampedWrite, Tag, Tenure, Tone, Variable};
use crate::service::lock::{LockRequest, Refusal, Resource, Writer, Written};
use crate::{key, listed, messages, options, scenes};
use client::{Client, Stage};
use server::{Nodes, Server, Session, Tree};

mod client;
mod properties;
mod server;
#[cfg(test)]
mod tests;

options! {
    pub struct Config {
        option timeout: Time {
            default: Time::millis(600),
            help: "how long a session lives without a word from its client",
            samples: ["600ms", "400ms", "1s"],
        }
        option tick: Time {
            default: Time::millis(100),
            help: "the server's unit of time: a session lives for 2 to 20 of these",
            samples: ["100ms", "50ms"],
        }
        option container: Time {
            default: Time::seconds(1),
            help: "how long an empty directory stays",
            samples: ["1s", "100ms"],
        }
        flaw no_guid {
            title: "The names carry no guid",
            story: "The answer to a create is lost, the client makes another node, and waits for its own \
                    first one. ZooKeeper's recipe was so until Curator added the guid.",
            breaks: "Served in the End",
        }
        flaw no_second_look {
            title: "No second look after a notification",
            story: "The node before one's own is gone, but not every node before that. Made by whoever \
                    takes a notification for the lock.",
            breaks: "One Grant",
        }
        flaw name_as_token {
            title: "The number in the name is the token",
            story: "It is the directory's counter, and starts anew when the empty directory is removed \
                    and made again, as containers are.",
            breaks: "Tokens Increase",
        }
        flaw watch_directory {
            title: "Everybody watches the directory",
            story: "Each release wakes all who wait, and all but one wait again: the herd. ZooKeeper's \
                    documentation warns of it.",
            breaks: "One Waiter Is Woken",
        }
    }
}

messages! {
    pub enum Message {
        Connect { session: u64, sent: Time } says []: key!("Connect"), Tone::Vote,
        Connected { session: u64, timeout: Time, sent: Time } says []: key!("Connected"), Tone::Reply,
        Expired { session: u64 } says []: key!("Expired"), Tone::Reply,
        Ping { session: Session, sent: Time } says []: key!("Ping"), Tone::Beat,
        Pong { sent: Time } says []: key!("Pong"), Tone::Beat,
        Create { session: Session, guid: u64 } says []: key!("Create"), Tone::Vote,
        Created { seq: u64, czxid: u64 } under czxid says [seq]: key!("Created"), Tone::Reply,
        GetChildren { session: Session, watch: bool } says []: key!("GetChildren"), Tone::Vote,
        Children { nodes: Nodes }: key!("Children"), Tone::Reply,
        Exists { session: Session, czxid: u64 } under czxid says []: key!("Exists"), Tone::Vote,
        Watching { czxid: u64 } under czxid says []: key!("Watching"), Tone::Reply,
        NoNode { czxid: u64 } under czxid says []: key!("NoNode"), Tone::Reply,
        NodeDeleted { czxid: u64 } under czxid says []: key!("NodeDeleted"), Tone::Call,
        NodeChildrenChanged {}: key!("NodeChildrenChanged"), Tone::Call,
        Delete { session: Session, czxid: u64 } under czxid says []: key!("DeleteNode"), Tone::Vote,
        Deleted { czxid: u64 } under czxid says []: key!("Deleted"), Tone::Reply,
        Write { token: u64, seq: u64 } under token says [token]: key!("Write"), Tone::Call,
        Taken { seq: u64 } says []: key!("Taken"), Tone::Reply,
        Refused { token: u64, seen: u64 } under token says [token]: key!("Refused"), Tone::Refusal,
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Disk {
    /// Of the server.
    tree: Tree,
    resource: Resource,
}

/// A client, the server or the resource.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ZkLock {
    me: Place,
    config: Config,
    disk: Disk,
    server: Server,
    client: Client,
    writer: Writer,
    refused: Vec<Refusal>,
}

const SERVER: Place = Place::new('Z', 0);
const SERVERS: PlaceKind = PlaceKind::new('Z', "ZooKeeper", "zookeepers").counts(1, 1, 1).answers();

impl Protocol for ZkLock {
    const META: Meta = Meta {
        slug: "zk-lock",
        title: "ZooKeeper's lock",
        paper: "Hunt, Konar, Junqueira and Reed, ZooKeeper: Wait-free Coordination (2010)",
        summary: "A queue of nodes that vanish with their makers, each watched by the next.",
        kinds: &[SERVERS, locks::CLIENTS.counts(3, 1, 50), locks::RESOURCES],
        formation: Formation::ROWS,
        channel: Channel::Fifo,
        requests: &["write"],
        scenes: scenes!("zk-lock", ["queue", "gone-already", "session-expires", "herd", "orphan"]),
        ..Meta::USUAL
    };
    const SERVES: Serves = Serves::all(LockRequest::FORMS);
    const FAULTS: FaultModel = FaultModel { sizes: &[1], ..FaultModel::CRASH_RECOVERY };
    type Message = Message;
    type Timer = &'static str;
    const TIMERS: &'static [&'static str] = &["step", "ping", "patience", "tick", "container"];
    type Request = LockRequest;
    type Disk = Disk;
    type Config = Config;
    type Ghost = properties::Observed;

    fn boot(me: Place, _: &Places, config: &Config, disk: &Disk, fx: &mut Effects<Self>) -> Self {
        let (config, disk, server) = (config.clone(), disk.clone(), Server::default());
        let (client, writer) = (Client::default(), Writer::default());
        let mut it = ZkLock { me, config, disk, server, client, writer, refused: Vec::new() };
        if me == SERVER {
            it.open(fx);
        }
        it
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        match input {
            Input::Message { from, message } => match self.me {
                SERVER => self.serve(from, message, fx),
                locks::RESOURCE => self.take(from, message, fx),
                _ => self.receive(message, fx),
            },
            Input::Request { seq, .. } if self.writer.want(seq) => self.go_on(fx),
            Input::Timer("step") => self.go_on(fx),
            Input::Timer("ping") => self.ping(fx),
            Input::Timer("patience") => self.reconnect(fx),
            Input::Timer("tick") => self.expire(fx),
            Input::Timer(_) => self.clean(fx),
            Input::Disconnected { peer: SERVER } if self.client.needs_connection() => {
                self.connect(fx);
            }
            _ => {}
        }
    }

    fn properties() -> &'static [Property<Self>] {
        properties::PROPERTIES
    }

    fn measures() -> &'static [Measure<Self>] {
        properties::MEASURES
    }
}

impl ZkLock {
    fn receive(&mut self, message: Message, fx: &mut Effects<Self>) {
        match message {
            Message::Taken { seq } => self.written(seq, fx),
            Message::Refused { token, .. } => self.writer.refused(token),
            message => self.hear(message, fx),
        }
    }

    /// The resource.
    fn take(&mut self, by: Place, message: Message, fx: &mut Effects<Self>) {
        let Message::Write { token, seq } = message else { return };
        let (write, resource) = (Written { token, by, seq }, &mut self.disk.resource);
        let new = match locks::take(resource, &mut self.refused, write, true, fx) {
            Ok(new) => new,
            Err(seen) => return fx.send(by, Message::Refused { token, seen }),
        };
        if new {
            fx.persist(self.disk.clone());
        }
        fx.send(by, Message::Taken { seq });
    }
}

impl ZkLock {
    /// What wakes a client that waits: a node, in the colour of the token that it is to whoever made it, or the
    /// directory.
    fn watches(&self) -> Option<Content> {
        let (stamp, text) = match self.client.stage {
            Stage::Watching(node) => (node.czxid, node.seq.to_string()),
            Stage::Herding => (0, DIRECTORY.into()),
            _ => return None,
        };
        Some(Content::Value { text, stamp, state: CellState::Settled })
    }
}

/// What the directory of the nodes is called.
const DIRECTORY: &str = "/lock";

impl Shown<Disk> for ZkLock {
    const STAMP: Option<FieldName> = Some(locks::TOKEN);
    const VARIABLES: &'static [Variable<ZkLock>] = &[
        locks::believes_until(),
        Variable::sometimes(key!("session"), |it| {
            (it.client.session.id != 0).then(|| it.client.session.to_string())
        }),
        Variable::sometimes(key!("own node"), |it| Some(it.client.node?.seq.to_string())),
        Variable::sometimes(key!("watches"), |it| match it.client.stage {
            Stage::Watching(node) => Some(node.seq.to_string()),
            Stage::Herding => Some(DIRECTORY.into()),
            _ => None,
        }),
        Variable::sometimes(key!("woken"), |it| {
            (it.me == SERVER).then(|| it.server.woken.to_string())
        }),
    ];
    const DURABLE: &'static [Variable<Disk>] = &[
        Variable::sometimes(key!("zxid"), |disk| {
            (disk.tree.zxid > 0).then(|| disk.tree.zxid.to_string())
        }),
        Variable::sometimes(key!("last write"), |disk| locks::last_write(&disk.resource)),
    ];
    const PANELS: &'static [Panel<ZkLock, Disk>] = &[
        locks::belief(),
        Panel::of(key!("watches"), |it, _| it.watches()),
        Panel::of(key!("nodes"), |it, _| Some(properties::queue(it))),
        Panel::of(key!("sessions"), |it, _| Some(properties::sessions(it))),
        locks::writes(),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.me, self.writer.belief, self.writer.wish())) {
                (SERVER, ..) => Role { name: "keeps the directory", tag: Tag::Follows },
                (locks::RESOURCE, ..) => locks::WRITTEN_TO,
                (_, Some(_), _) => locks::BELIEVES,
                (_, None, Some(_)) => locks::WAITING,
                (_, None, None) => locks::IDLE,
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        let lowest = self.disk.tree.nodes.0.first().map(|node| node.czxid);
        let own = self.client.node.and(self.token());
        let taken = self.disk.resource.writes().last().map(|it| it.token);
        Some(Stamp::new(locks::TOKEN.name, own.or(lowest).or(taken)?))
    }

    fn latest_write(&self) -> Option<StampedWrite> {
        locks::latest_write(self)
    }

    fn tenures(&self) -> Vec<Tenure> {
        let lasts = client::two_thirds(server::settled(&self.config));
        let believed = locks::believed(self, lasts, true);
        believed.into_iter().chain(self.sessions()).collect()
    }
}
