//! Writes and reads, by the server that is asked. What it counts are *slots*: the N servers of the key, each
//! filled by the server itself or, in a sloppy quorum, by whoever stands in for it.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::base::{Place, Span, Text, Time};
use crate::check::{DONE, Operation};
use crate::protocol::{Effects, Outcome, Switch};
use crate::sentence;

use super::message::{Ask, Kept, Message, Taken};
use super::versions::{Known, Mark, Object, Session, Version, WriteId};
use super::{QuorumStore, Timer, Told};

/// A request that this server coordinates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Open {
    pub seq: u64,
    pub key: Text,
    /// How long it waits for the next answer.
    pub patience: Time,
    /// By server of the key: who stands in for it.
    pub stand_ins: BTreeMap<Place, Place>,
    pub what: What,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum What {
    Write {
        bookmark: Text,
        /// The slots that have it.
        acks: BTreeSet<Place>,
    },
    Read {
        session: Session,
        /// Answers to an earlier round are late.
        round: u64,
        found: BTreeMap<Place, Found>,
        /// Those who are late are still waited for, so that they can be repaired.
        answered: bool,
    },
}

/// What a server has under the key, and when it said so.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Found {
    pub object: Option<Rc<Object>>,
    pub at: Time,
}

impl QuorumStore {
    pub(super) fn serve(&mut self, client: Place, seq: u64, ask: Ask, fx: &mut Effects<Self>) {
        let session = ask.session.unwrap_or_default();
        match ask.what {
            Operation::Get { key } => self.read(client, seq, key, session, fx),
            Operation::Put { key, value } => {
                self.write(client, seq, key, Some(value), session, fx);
            }
            Operation::Delete { key } => self.write(client, seq, key, None, session, fx),
            Operation::Cas { .. } => {
                let why = sentence!("compare-and-set needs consensus");
                fx.reply(client, seq, Outcome::Refused(why));
            }
        }
    }

    // ---- writes ------------------------------------------------------------------------------

    fn write(
        &mut self,
        client: Place,
        seq: u64,
        key: Text,
        value: Option<Text>,
        session: Session,
        fx: &mut Effects<Self>,
    ) {
        match self.saved.taken.get(&client) {
            Some(taken) if taken.seq > seq => return,
            Some(taken) if taken.seq == seq => return self.write_again(client, taken.clone(), fx),
            _ => {}
        }
        let (mark, object) = self.mark(&key, Version { value, id: (client, seq) }, &session, fx);
        let mut after = session;
        if !self.config.no_token_of_writes {
            after.entry(&key).wrote(self.config.versions, mark);
        }
        let bookmark: Text = after.to_string().into();
        let taken = Taken { seq, key: key.clone(), mark, bookmark: bookmark.clone(), done: false };
        Rc::make_mut(&mut self.saved.taken).insert(client, taken);
        self.save(fx);
        let what = What::Write { bookmark, acks: BTreeSet::new() };
        self.begin(client, seq, key, what, Some(object), fx);
        self.conclude_write(client, fx);
    }

    /// Gives a write its mark, and puts it into what this server has under the key.
    fn mark(
        &mut self,
        key: &Text,
        version: Version,
        session: &Session,
        fx: &mut Effects<Self>,
    ) -> (Mark, Rc<Object>) {
        let count = Rc::make_mut(&mut self.saved.counts).entry(key.clone()).or_default();
        *count += 1;
        let mut mark = Mark { time: fx.local_now(), by: self.me, count: *count };
        let kept = self.mine(key).cloned();
        let mut object = kept.map_or(Object::default(), |kept| (*kept.object).clone());
        if self.config.wrong_actor {
            mark.by = self.preference(key)[0];
            mark.count = object.seen.last_of(mark.by) + 1;
        }
        if self.config.coarse_clock {
            mark.time = Time(mark.time.0 / COARSE.0 * COARSE.0);
        }
        let context = match self.config.ignore_context {
            true => Known::default(),
            false => session.of(key),
        };
        object.write(self.config.versions, mark, version, &context);
        let object = Rc::new(object);
        self.keep(self.hint_of(key), key, object.clone(), fx);
        (mark, object)
    }

    /// The write has come before: it is answered, or gone on with.
    fn write_again(&mut self, client: Place, taken: Taken, fx: &mut Effects<Self>) {
        if !taken.done {
            return self.ask(client, None, fx);
        }
        fx.note(sentence!("answers {0} again: its request {1} is done", client, taken.seq));
        fx.reply(client, taken.seq, Outcome::DoneAt(DONE.into(), taken.bookmark));
    }

    /// After a crash: what has been marked is brought to W all the same.
    pub(super) fn resume(&mut self, fx: &mut Effects<Self>) {
        for (client, taken) in self.saved.taken.clone().iter().filter(|(_, taken)| !taken.done) {
            let (key, bookmark) = (taken.key.clone(), taken.bookmark.clone());
            let what = What::Write { bookmark, acks: BTreeSet::new() };
            self.begin(*client, taken.seq, key, what, None, fx);
            self.conclude_write(*client, fx);
        }
    }

    /// A slot has the write.
    pub(super) fn count(&mut self, client: Place, seq: u64, slot: Place, fx: &mut Effects<Self>) {
        if let Some(Open { seq: open, what: What::Write { acks, .. }, .. }) =
            self.open.get_mut(&client)
            && *open == seq
        {
            acks.insert(slot);
            self.conclude_write(client, fx);
        }
    }

    /// With W it is done. What has been collected in the meantime was everywhere.
    fn conclude_write(&mut self, client: Place, fx: &mut Effects<Self>) {
        let Some(Open { seq, key, what: What::Write { bookmark, acks, .. }, .. }) =
            self.open.get(&client)
        else {
            return;
        };
        if acks.len() < self.config.w(self.servers()) && self.mine(key).is_some() {
            return;
        }
        let (seq, bookmark) = (*seq, bookmark.clone());
        self.open.remove(&client);
        fx.cancel_timer(Timer::Timeout(client));
        fx.reply(client, seq, Outcome::DoneAt(DONE.into(), bookmark));
        if let Some(taken) = Rc::make_mut(&mut self.saved.taken).get_mut(&client)
            && taken.seq == seq
        {
            taken.done = true;
        }
        self.save(fx);
    }

    /// A replica takes a write, or whoever stands in for one.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn take_write(
        &mut self,
        from: Place,
        (client, seq): WriteId,
        key: Text,
        object: &Object,
        hint: Option<Place>,
        sent: Time,
        fx: &mut Effects<Self>,
    ) {
        if hint.is_none() && !self.keeps(&key) || self.is_too_old(from, sent, fx) {
            return;
        }
        self.absorb(hint, &key, object, fx);
        fx.send(from, Message::Written { client, seq, slot: hint.unwrap_or(self.me) });
    }

    // ---- reads -------------------------------------------------------------------------------

    fn read(
        &mut self,
        client: Place,
        seq: u64,
        key: Text,
        session: Session,
        fx: &mut Effects<Self>,
    ) {
        match self.open.get(&client) {
            Some(open) if open.seq > seq => return,
            Some(open) if open.seq == seq => {
                return match self.is_answered(client) {
                    true => self.answer_read(client, fx),
                    false => self.ask(client, None, fx),
                };
            }
            _ => {}
        }
        let found = self.found_here(&key, fx.local_now());
        let what = What::Read { session, round: 1, found, answered: false };
        self.begin(client, seq, key, what, None, fx);
        self.conclude_read(client, fx);
    }

    /// What this server itself has to say to a read. It counts only where the key is its own.
    fn found_here(&self, key: &str, at: Time) -> BTreeMap<Place, Found> {
        BTreeMap::from([(self.me, Found { object: self.found(key), at })])
    }

    /// All that this server has under the key, whomever it keeps it for.
    pub(super) fn found(&self, key: &str) -> Option<Rc<Object>> {
        let hints = self.saved.hints.iter().filter(|((_, hinted), _)| **hinted == *key);
        let all = self.saved.store.get(key).into_iter().chain(hints.map(|(_, kept)| kept));
        all.map(|kept| kept.object.clone()).reduce(|mut one, other| {
            Rc::make_mut(&mut one).merge(self.config.versions, &other);
            one
        })
    }

    pub(super) fn hear_found(
        &mut self,
        from: Place,
        (client, seq): WriteId,
        of: u64,
        object: Option<Rc<Object>>,
        at: Time,
        fx: &mut Effects<Self>,
    ) {
        if let Some(Open { seq: open, what: What::Read { round, found, .. }, .. }) =
            self.open.get_mut(&client)
            && (*open, *round) == (seq, of)
        {
            found.entry(from).or_insert(Found { object, at });
            self.conclude_read(client, fx);
            self.next_round(client, fx);
        }
    }

    /// With R slots, and as new as the session asks for, it is answered; with all N it is over.
    fn conclude_read(&mut self, client: Place, fx: &mut Effects<Self>) {
        let Some(open) = self.open.get(&client) else { return };
        let What::Read { session, found, answered, .. } = &open.what else { return };
        let (preference, object) = (self.preference(&open.key), self.together(found));
        let slots = preference.iter().filter(|slot| {
            let stand_in = open.stand_ins.get(slot);
            found.contains_key(slot) || stand_in.is_some_and(|server| found.contains_key(server))
        });
        let enough = slots.count() >= self.config.r(self.servers());
        let fresh = self.config.tokens == Switch::Off || object.is_known(&session.of(&open.key));
        let all = preference.iter().all(|server| found.contains_key(server));
        if !answered && enough && fresh {
            self.answer_read(client, fx);
        }
        if all && self.is_answered(client) {
            self.repair(client, fx);
        }
    }

    fn is_answered(&self, client: Place) -> bool {
        let open = self.open.get(&client);
        open.is_some_and(|open| matches!(open.what, What::Read { answered: true, .. }))
    }

    /// What all of them have, in one.
    pub(super) fn together(&self, found: &BTreeMap<Place, Found>) -> Object {
        let mut object = Object::default();
        for other in found.values().filter_map(|found| found.object.as_ref()) {
            object.merge(self.config.versions, other);
        }
        object
    }

    fn answer_read(&mut self, client: Place, fx: &mut Effects<Self>) {
        let Some(Open { seq, key, what: What::Read { session, found, .. }, .. }) =
            self.open.get(&client)
        else {
            return;
        };
        let (object, mut session) = (self.together(found), session.clone());
        if !self.config.no_token_of_reads {
            session.entry(key).join(&object.known(self.config.versions));
        }
        let (answer, bookmark): (Text, Text) = (object.answer(), session.to_string().into());
        let (seq, ids) = (*seq, object.ids().collect());
        self.told =
            Some(Told { client, seq, answer: answer.clone(), bookmark: bookmark.clone(), ids });
        fx.reply(client, seq, Outcome::DoneAt(answer, bookmark));
        if let Some(Open { what: What::Read { answered, .. }, .. }) = self.open.get_mut(&client) {
            *answered = true;
        }
    }

    // ---- both --------------------------------------------------------------------------------

    /// Sends a request to the servers of its key. `object` is what a write has made.
    fn begin(
        &mut self,
        client: Place,
        seq: u64,
        key: Text,
        what: What,
        object: Option<Rc<Object>>,
        fx: &mut Effects<Self>,
    ) {
        if self.is_answered(client) {
            self.repair(client, fx);
        }
        let (patience, stand_ins) = (self.config.request_timeout, BTreeMap::new());
        self.open.insert(client, Open { seq, key, patience, stand_ins, what });
        self.stand_in(client);
        self.count_itself(client);
        fx.set_timer(Timer::Timeout(client), Span::exactly(patience));
        self.ask(client, object, fx);
    }

    /// A write is on this server's own disk before anybody is told: it fills a slot, if it is one of the
    /// key's, or stands in for one.
    fn count_itself(&mut self, client: Place) {
        let Some(open) = self.open.get(&client) else { return };
        let slot = match self.hint_of(&open.key) {
            None => Some(self.me),
            Some(slot) => (open.stand_ins.get(&slot) == Some(&self.me)).then_some(slot),
        };
        if let Some(Open { what: What::Write { acks, .. }, .. }) = self.open.get_mut(&client) {
            acks.extend(slot);
        }
    }

    /// Asks all who have not answered: the servers of the key, and who stands in for them. Each time a write
    /// goes out as it is kept here now, so that nothing older than what this server knows is sent.
    fn ask(&mut self, client: Place, object: Option<Rc<Object>>, fx: &mut Effects<Self>) {
        let Some(open) = self.open.get(&client) else { return };
        let (seq, key, now) = (open.seq, open.key.clone(), fx.local_now());
        let preference = self.preference(&key);
        let stand_ins = open.stand_ins.iter().map(|(slot, server)| (*server, Some(*slot)));
        let asked = preference.iter().map(|server| (*server, None)).chain(stand_ins);
        let asked = asked.filter(|(server, _)| *server != self.me);
        match &open.what {
            What::Write { acks, .. } => {
                let mine = self.mine(&key).map(|kept| kept.object.clone());
                let Some(object) = object.or(mine) else { return self.conclude_write(client, fx) };
                for (to, hint) in asked.filter(|(to, hint)| !acks.contains(&hint.unwrap_or(*to))) {
                    let (key, object) = (key.clone(), object.clone());
                    fx.send(to, Message::Write { client, seq, key, object, hint, sent: now });
                }
            }
            What::Read { found, round, .. } => {
                for (to, _) in asked.filter(|(to, _)| !found.contains_key(to)) {
                    fx.send(to, Message::Read { client, seq, round: *round, key: key.clone() });
                }
            }
        }
    }

    /// In a sloppy quorum: for each server of the key that is not well, the next on the ring that is.
    fn stand_in(&mut self, client: Place) {
        let Some(open) = self.open.get(&client).filter(|_| self.config.is_sloppy()) else { return };
        let preference = self.preference(&open.key);
        let mut stand_ins = open.stand_ins.clone();
        stand_ins.retain(|_, server| !self.unwell.contains(server));
        let writes = matches!(open.what, What::Write { .. });
        let own = self.hint_of(&open.key).filter(|_| writes);
        for slot in preference.iter().filter(|slot| self.unwell.contains(slot)) {
            let taken: BTreeSet<Place> = stand_ins.values().copied().collect();
            let next = self.order(&open.key).skip(preference.len()).find(|server| {
                !taken.contains(server) && !self.unwell.contains(server) && *server != self.me
            });
            // What it coordinates itself, it keeps for the first of them.
            let next = if own == Some(*slot) { Some(self.me) } else { next };
            if let Some(server) = next.filter(|_| !stand_ins.contains_key(slot)) {
                stand_ins.insert(*slot, server);
            }
        }
        if let Some(open) = self.open.get_mut(&client) {
            open.stand_ins = stand_ins;
        }
    }

    /// Who has not answered by now is taken for down, and asked again.
    pub(super) fn time_out(&mut self, client: Place, fx: &mut Effects<Self>) {
        if self.is_answered(client) {
            return self.repair(client, fx);
        }
        self.miss(client);
        self.stand_in(client);
        self.count_itself(client);
        self.look_further(client, fx);
        self.next_round(client, fx);
        self.ask(client, None, fx);
        self.conclude_write(client, fx);
        if let Some(open) = self.open.get_mut(&client) {
            open.patience = Time(2 * open.patience.0).min(Time(4 * self.config.request_timeout.0));
            fx.set_timer(Timer::Timeout(client), Span::exactly(open.patience));
        }
    }

    /// Notes who has not answered.
    fn miss(&mut self, client: Place) {
        let Some(open) = self.open.get(&client) else { return };
        let mut asked = self.preference(&open.key);
        asked.extend(open.stand_ins.values());
        let answered = |server: &Place| match &open.what {
            What::Write { acks, .. } => {
                let hint = open.stand_ins.iter().find(|(_, keeper)| *keeper == server);
                acks.contains(hint.map_or(server, |(slot, _)| slot))
            }
            What::Read { found, .. } => found.contains_key(server),
        };
        let missed = asked.into_iter().filter(|server| *server != self.me && !answered(server));
        self.unwell.extend(missed.collect::<Vec<_>>());
    }

    /// A read that has R answers, all older than what its session knows, asks whoever may have more.
    fn look_further(&self, client: Place, fx: &mut Effects<Self>) {
        let Some(Open { seq, key, what: What::Read { found, round, .. }, .. }) =
            self.open.get(&client)
        else {
            return;
        };
        let preference = self.preference(key);
        let slots = preference.iter().filter(|slot| found.contains_key(slot)).count();
        let enough = slots >= self.config.r(self.servers()) || *round > 1;
        if enough && self.config.is_sloppy() {
            let further = self
                .others()
                .filter(|server| !found.contains_key(server) && !preference.contains(server));
            let (seq, round, key) = (*seq, *round, key.clone());
            fx.broadcast(further, Message::Read { client, seq, round, key });
        }
    }

    /// All who may have more have answered, and it is still not what the session knows. They are asked once
    /// more, as something may have been on its way between them. If that brings nothing either, it was
    /// deleted, and the tombstone is gone too.
    fn next_round(&mut self, client: Place, fx: &mut Effects<Self>) {
        let Some(open) = self.open.get(&client) else { return };
        let What::Read { found, round, answered: false, .. } = &open.what else { return };
        let mut all = match self.config.is_sloppy() {
            true => Place::servers(self.servers()).collect(),
            false => self.preference(&open.key),
        }
        .into_iter();
        if !all.all(|server| found.contains_key(&server)) {
            return;
        }
        if *round > 1 {
            return self.answer_read(client, fx);
        }
        let here = self.found_here(&open.key, fx.local_now());
        if let Some(Open { what: What::Read { found, round, .. }, .. }) = self.open.get_mut(&client)
        {
            (*found, *round) = (here, *round + 1);
        }
        self.look_further(client, fx);
        self.ask(client, None, fx);
    }

    // ---- words -------------------------------------------------------------------------------

    /// For whom this server keeps what it coordinates: for itself; or, being none of the key's servers, for
    /// the first of these, who takes it over in the end.
    pub(super) fn hint_of(&self, key: &str) -> Option<Place> {
        (!self.keeps(key)).then(|| self.preference(key)[0])
    }

    /// What this server has of a key that it coordinates.
    pub(super) fn mine(&self, key: &Text) -> Option<&Kept> {
        match self.hint_of(key) {
            None => self.saved.store.get(key),
            Some(slot) => self.saved.hints.get(&(slot, key.clone())),
        }
    }
}

/// What the flaw `coarse-clock` counts in.
const COARSE: Time = Time::millis(500);
