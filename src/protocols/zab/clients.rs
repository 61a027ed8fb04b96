//! Clients keep to one server. It answers reads by what it has executed itself, which may be old; writes
//! go through the leader, and are answered by the server that was asked, once it has executed them.

use crate::base::{Place, Text};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::sessions::{Known, LogCommand as Command};
use crate::check::Operation;

use super::history::Zxid;
use super::message::{Ask, Message, What};
use super::{Phase, Role, Sync, Zab};

impl Zab {
    pub(super) fn serve(&mut self, client: Place, seq: u64, ask: Ask, fx: &mut Effects<Self>) {
        let serves = match &self.role {
            Role::Looking(_) => false,
            Role::Following(following) => following.is_up_to_date(),
            Role::Leading(lead) => lead.phase == Phase::Broadcast,
        };
        if !serves {
            fx.note(sentence!("cannot help {0}: it has no established leader", client));
            return fx.reply(client, seq, Outcome::Redirect(None));
        }
        // A client that has seen more elsewhere would see time go backwards here.
        let executed = self.history.zxid(self.delivered);
        if ask.seen > executed && !self.config.read_backwards {
            fx.note(sentence!(
                "refuses {0}: it has seen {1}, and this server has executed no more than {2}",
                client,
                ask.seen.to_string(),
                executed.to_string()
            ));
            return fx.reply(client, seq, Outcome::Redirect(None));
        }
        match ask.what {
            What::Store(Operation::Get { key }) => {
                self.answer(client, seq, self.store.read(&key), fx);
            }
            What::Store(request) => self.write_for(client, seq, request, fx),
            What::Sync => self.sync(client, seq, fx),
        }
    }

    /// Every answer says how far this server has come: the client brings that along.
    #[track_caller]
    pub(super) fn answer(&self, client: Place, seq: u64, answer: Text, fx: &mut Effects<Self>) {
        let executed = self.history.zxid(self.delivered).to_string();
        fx.reply(client, seq, Outcome::DoneAt(answer, executed.into()));
    }

    /// A write, asked of this server.
    fn write_for(
        &mut self,
        client: Place,
        seq: u64,
        request: Operation,
        fx: &mut Effects<Self>,
    ) {
        match self.know(client, seq) {
            Known::Executed(answer) => {
                fx.note(sentence!(
                    "answers {0} from its session: request {1} has been executed before",
                    client,
                    seq
                ));
                return self.answer(client, seq, answer, fx);
            }
            Known::Past => return,
            Known::InLog | Known::Never => self.waiting.add(client, seq),
        }
        match self.leader() {
            Some(leader) => fx.send(leader, Message::Request { client, seq, request }),
            None => self.take(client, seq, request, fx),
        }
    }

    /// REQUEST: the leader proposes a write, unless it knows it already; then whoever was asked answers
    /// when it executes it.
    pub(super) fn take(
        &mut self,
        client: Place,
        seq: u64,
        request: Operation,
        fx: &mut Effects<Self>,
    ) {
        let established = matches!(&self.role, Role::Leading(lead) if lead.phase == Phase::Broadcast);
        if established && self.know(client, seq) == Known::Never {
            self.propose(Command::Execute { client, seq, request }, fx);
        }
    }

    fn know(&self, client: Place, seq: u64) -> Known {
        let unexecuted = self.history.range(self.delivered, self.history.end()).into_iter();
        self.sessions.know(client, seq, unexecuted.map(|(_, entry)| &entry.command))
    }

    /// SYNC, asked of this server.
    fn sync(&mut self, client: Place, seq: u64, fx: &mut Effects<Self>) {
        self.syncs.retain(|(other, _, _)| *other != client);
        self.syncs.push((client, seq, None));
        match (self.leader(), self.sync_point()) {
            (Some(leader), _) => fx.send(leader, Message::Sync { client, seq }),
            (None, Some(zxid)) => {
                let zxid = zxid.unwrap_or_else(|| self.propose(Command::NoOp, fx));
                self.hear_sync_reply(client, seq, zxid, fx);
            }
            (None, None) => {}
        }
    }

    /// Where a sync that reaches the leader now is done. As ZooKeeper has it: when the last proposal is
    /// committed, which may be already. The leader asks nobody whether it still leads. `Some(None)`: a
    /// proposal is to be made for it; and then a quorum is asked.
    pub(super) fn sync_point(&self) -> Option<Option<Zxid>> {
        match &self.role {
            Role::Leading(lead) if lead.phase == Phase::Broadcast => Some(match self.config.sync {
                Sync::Leader => Some(self.history.last()),
                Sync::Proposal => None,
            }),
            _ => None,
        }
    }

    /// The sync is done when this server has executed everything up to here.
    pub(super) fn hear_sync_reply(
        &mut self,
        client: Place,
        seq: u64,
        zxid: Zxid,
        fx: &mut Effects<Self>,
    ) {
        for sync in self.syncs.iter_mut().filter(|sync| (sync.0, sync.1) == (client, seq)) {
            sync.2 = Some(zxid);
        }
        self.answer_syncs(fx);
    }

    pub(super) fn answer_syncs(&mut self, fx: &mut Effects<Self>) {
        let executed = self.history.zxid(self.delivered);
        let done = |at: &Option<Zxid>| at.is_some_and(|zxid| zxid <= executed);
        let (answered, open) = std::mem::take(&mut self.syncs).into_iter().partition(|sync| done(&sync.2));
        self.syncs = open;
        let answered: Vec<(Place, u64, Option<Zxid>)> = answered;
        for (client, seq, _) in answered {
            self.answer(client, seq, "ok".into(), fx);
        }
    }
}
