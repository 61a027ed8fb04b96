//! Changes of the configuration (dissertation, chapter 4), by requests to the leader.
//!
//! *One server at a time*: the quorums of two configurations that differ by one server have one in common, so
//! no further step is needed. It is safe only if no other change is under way *and* an entry of the leader's
//! own term is committed; without the second, a change that an earlier leader has begun may come back (the
//! bug that Ongaro found after he had published the dissertation). *Joint consensus*: any change at all, by an
//! entry under which both majorities decide, and, once that is committed, another one with the new servers
//! alone.
//!
//! A server joins as a *learner*, which receives all and decides nothing, and is promoted when it has caught
//! up. A leader that is no longer a member leads until that is committed, and does not count itself. Whoever
//! is no member still answers all who ask: it may not know yet that it is one.

use std::fmt;

use crate::base::{Place, Sentence};
use crate::protocol::{Effects, Outcome};
use crate::sentence;
use crate::service::sessions::{self, Known};

use super::{Command, Configuration, Entry, Raft, Role, Servers, Timer};

/// How a change is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Membership {
    OneAtATime,
    Joint,
}

impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Membership::OneAtATime => "one-at-a-time",
            Membership::Joint => "joint",
        })
    }
}

/// A removed server that has not learnt of it stands again and again, and disturbs the others for ever:
/// CheckQuorum is against that (§4.2.3). Without it, nothing is promised where servers are removed.
pub(super) fn settles(options: &[(String, String)], requests: &[&str]) -> bool {
    let stands_by = options.iter().any(|(name, value)| name == "check-quorum" && value == "true");
    let removes = |request: &&str| request.starts_with("remove") || request.starts_with("voters");
    stands_by || !requests.iter().any(removes)
}

/// What a client wants to be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Change {
    /// A server receives the log from now on, as a learner.
    Add(Place),
    /// A learner votes from now on.
    Promote(Place),
    Remove(Place),
    /// These vote, and nobody else.
    Voters(Servers),
}

/// What is in force.
impl Raft {
    /// Appends an entry; a configuration is in force at once.
    pub(super) fn push(&mut self, entry: Entry) {
        let configuration = entry.command.configuration();
        self.log.push(entry);
        if let Some(configuration) = configuration {
            (self.configured, self.configuration) = (self.log.len(), configuration);
        }
    }

    /// Drops what follows this index; a configuration among it falls back to the one before it.
    pub(super) fn cut_log(&mut self, length: u64) {
        self.log.truncate(length);
        if self.configured > length && !self.config.keep_truncated_configuration {
            (self.configured, self.configuration) = self.configuration_at(length);
        }
    }

    /// The configuration that was in force when the log ended at this index, and its entry's.
    pub(super) fn configuration_at(&self, index: u64) -> (u64, Configuration) {
        let entries = self.log.range(self.start().index, index).into_iter().rev();
        let mut configurations =
            entries.filter_map(|(index, entry)| Some((index, entry.command.configuration()?)));
        let before = || match &self.snapshot {
            Some(snapshot) => snapshot.configured,
            None => (0, self.first),
        };
        configurations.next().unwrap_or_else(before)
    }

    /// A voter; or a server that its own configuration does not name, as long as that may still fall back.
    pub(super) fn may_stand(&self) -> bool {
        self.configuration.deciding().has(self.me)
            || (!self.configuration.all().has(self.me) && self.configured > self.commit)
    }

    pub(super) fn is_outside(&self) -> bool {
        !self.configuration.all().has(self.me) && self.configured <= self.commit
    }

    /// Waits for a leader, if it may stand when none comes.
    pub(super) fn await_leader(&self, fx: &mut Effects<Self>) {
        match self.may_stand() {
            true => fx.set_timer(Timer::Election, self.config.election),
            false => fx.cancel_timer(Timer::Election),
        }
    }
}

/// The leader's side.
impl Raft {
    pub(super) fn change(
        &mut self,
        change: Change,
        client: Place,
        seq: u64,
        fx: &mut Effects<Self>,
    ) {
        let unexecuted = self.log.range(self.applied, self.log.len());
        let in_log = || unexecuted.iter().any(|(_, entry)| entry.command.is(client, seq));
        match self.sessions.know_of(client, seq, in_log) {
            Known::Executed(answer) => return sessions::answer_again(client, seq, answer, fx),
            Known::Past => return,
            Known::InLog => {
                self.answer_later(client, seq);
                return self.open_term(fx);
            }
            Known::Never => {}
        }
        match self.changed(change) {
            Err(why) => fx.reply(client, seq, Outcome::Refused(why)),
            Ok(configuration) => self.configure(configuration, (client, seq), fx),
        }
    }

    /// The configuration after the change; or which rule stands in its way.
    fn changed(&self, change: Change) -> Result<Configuration, Sentence> {
        let now = self.configuration;
        if self.configured > self.commit || now.is_joint() {
            return Err(sentence!(
                "another change is under way: the configuration at index {0} is not committed yet",
                self.configured
            ));
        }
        if !self.has_committed_in_its_term() && !self.config.change_without_own_entry {
            return Err(sentence!(
                "no entry of term {0} is committed yet: the last one that is, at index {1}, is of term {2}",
                self.term,
                self.commit,
                self.position(self.commit).term
            ));
        }
        let mut new = now;
        match change {
            Change::Add(server) | Change::Promote(server) | Change::Remove(server)
                if server.number() >= self.nodes =>
            {
                return Err(self.unknown(server));
            }
            Change::Add(server) if now.all().has(server) => {
                return Err(sentence!("{0} is a member already", server));
            }
            Change::Add(server) => new.learners = now.learners.with(server),
            Change::Promote(server) if !now.learners.has(server) => {
                return Err(sentence!("{0} is no learner: it is added first", server));
            }
            Change::Promote(server) => {
                (new.voters, new.learners) = (now.voters.with(server), now.learners.without(server));
            }
            Change::Remove(server) if !now.all().has(server) => {
                return Err(sentence!("{0} is no member", server));
            }
            Change::Remove(server) if now.voters == Servers::default().with(server) => {
                return Err(sentence!("{0} is the last one that votes: nobody could decide", server));
            }
            Change::Remove(server) => {
                (new.voters, new.learners) =
                    (now.voters.without(server), now.learners.without(server));
            }
            Change::Voters(voters) => match voters.iter().find(|at| at.number() >= self.nodes) {
                Some(server) => return Err(self.unknown(server)),
                None => (new.voters, new.learners) = (voters, now.learners.but(voters)),
            },
        }
        self.stepwise(new)
    }

    fn unknown(&self, server: Place) -> Sentence {
        sentence!("there is no {0} in this run, which has S1 to S{1}", server, self.nodes)
    }

    /// The configuration that comes first, on the way to this one.
    fn stepwise(&self, new: Configuration) -> Result<Configuration, Sentence> {
        let old = self.configuration.voters;
        let differ = old.but(new.voters).len() + new.voters.but(old).len();
        match self.config.membership {
            _ if self.config.direct_swap || differ == 0 => Ok(new),
            Membership::Joint => Ok(Configuration { outgoing: old, ..new }),
            Membership::OneAtATime if differ == 1 => Ok(new),
            Membership::OneAtATime => Err(sentence!(
                "one server at a time: {0} servers would change at once, which takes membership=joint",
                differ
            )),
        }
    }

    fn configure(
        &mut self,
        configuration: Configuration,
        whose: (Place, u64),
        fx: &mut Effects<Self>,
    ) {
        let before = self.configuration.all();
        self.push(Entry { term: self.term, command: Command::Configure { whose, configuration } });
        fx.note(sentence!(
            "goes by the configuration {0} from now on, at index {1}",
            configuration.to_string(),
            self.configured
        ));
        let (next, now) = (self.log.len(), fx.steady_now());
        let Role::Leader(lead) = &mut self.role else { return };
        let joined = configuration.all().but(before);
        for server in joined.iter().map(Place::index) {
            // What was known of it is from an earlier time.
            (lead.next[server], lead.matched[server], lead.heard[server]) = (next, 0, now);
            lead.doubted[server] = None;
            lead.sending[server] = (0, 0);
        }
        self.answer_later(whose.0, whose.1);
        self.save(fx);
        self.replicate(fx);
        joined.iter().for_each(|server| self.send_append_entries(server, fx));
    }

    /// More is committed: the second half of a joint change begins, or a leader that is no member has done
    /// its work.
    pub(super) fn finish_change(&mut self, fx: &mut Effects<Self>) {
        if !self.leads() || self.configured > self.commit {
            return;
        }
        if self.configuration.is_joint() {
            let entry = self.log.get(self.configured).map(|entry| &entry.command);
            let Some(Command::Configure { whose, .. }) = entry else { return };
            let whose = *whose;
            let after = Configuration { outgoing: Servers::default(), ..self.configuration };
            self.configure(after, whose, fx);
        } else if !self.configuration.all().has(self.me) {
            fx.note(sentence!(
                "no longer leads: the configuration at index {0}, without it, is committed",
                self.configured
            ));
            self.send_heartbeats(fx);
            self.leader = None;
            self.become_follower(fx);
        }
    }
}
