//! How what one member knows comes to all: updates ride on every message (SWIM, section 4.1), and, as in
//! memberlist, go by gossip of their own as long as there are any, and by exchanges of whole lists now and
//! then. By such an exchange a process joins, and by one two halves meet again that have buried each other.

use crate::base::{Place, Time};
use crate::protocol::{Effects, Outcome};
use crate::sentence;

use super::message::{Message, State, Update, What};
use super::probe::draw;
use super::queue::sends;
use super::{Standing, Swim, Timer, exactly};

/// memberlist's `GossipNodes`.
const FANOUT: usize = 3;
/// Larger groups exchange their lists less often.
const PUSH_PULL_SCALES_FROM: u64 = 32;

impl Swim {
    /// Sends, and as many updates with it as fit.
    #[track_caller]
    pub(super) fn send(&mut self, to: Place, what: What, fx: &mut Effects<Self>) {
        self.send_with(to, what, None, fx);
    }

    #[track_caller]
    pub(super) fn send_with(&mut self, to: Place, what: What, first: Option<Update>, fx: &mut Effects<Self>) {
        let often = match self.config.constant_retransmissions {
            true => 3,
            false => sends(self.group()),
        };
        let (updates, dropped) = self.queue.take(often);
        self.account.dropped.extend(dropped);
        self.account.sent += 1;
        fx.send(to, Message { what, updates: first.into_iter().chain(updates).collect() });
    }

    /// News: it is told to others until it has been sent often enough.
    pub(super) fn pass_on(&mut self, update: Update, fx: &mut Effects<Self>) {
        self.queue.put(update);
        self.keep_gossiping(fx);
    }

    pub(super) fn keep_gossiping(&mut self, fx: &mut Effects<Self>) {
        if !self.is_gossiping && !self.queue.is_empty() && !self.round.is_empty() {
            self.is_gossiping = true;
            fx.set_timer(Timer::Gossip, exactly(self.config.gossip()));
        }
    }

    pub(super) fn gossip(&mut self, fx: &mut Effects<Self>) {
        self.is_gossiping = false;
        for to in draw(self.round.clone(), FANOUT, fx) {
            if !self.queue.is_empty() {
                self.send(to, What::Gossip, fx);
            }
        }
        self.keep_gossiping(fx);
    }

    /// Time to exchange lists with somebody.
    pub(super) fn push_pull(&mut self, fx: &mut Effects<Self>) {
        let mut scale = 1;
        while PUSH_PULL_SCALES_FROM << (scale - 1) < self.group() {
            scale += 1;
        }
        fx.set_timer(Timer::PushPull, exactly(Time(self.config.push_pull.0 * scale)));
        for to in draw(self.round.clone(), 1, fx) {
            self.send(to, What::PushPull { list: self.list() }, fx);
        }
    }

    /// As Serf does: now and then it tries one of those that it takes for dead, or that it has an address of
    /// and has never met; the larger the group that is left, the less often each of its members. Without this
    /// two halves that have buried each other would never meet again.
    pub(super) fn reconnect(&mut self, fx: &mut Effects<Self>) {
        fx.set_timer(Timer::Reconnect, exactly(self.config.reconnect));
        let is_lost = |place: &Place| {
            *place != self.me && self.members.get(place).is_none_or(|known| known.state == State::Dead)
        };
        let lost: Vec<Place> = Place::numbered(self.me.letter(), self.places).filter(is_lost).collect();
        let is_turn = (fx.chance(self.group() as u32) as usize) < lost.len();
        for to in draw(lost, 1, fx).into_iter().filter(|_| is_turn) {
            fx.note(sentence!("tries to reach {0} again", to));
            self.send(to, What::PushPull { list: self.list() }, fx);
        }
    }

    // ---- who comes and goes ------------------------------------------------------------------

    /// Asks one of the addresses in its configuration for its list, until somebody has answered.
    pub(super) fn join(&mut self, fx: &mut Effects<Self>) {
        let contacts = Place::numbered(self.me.letter(), self.contacts).filter(|place| *place != self.me);
        let Some(contact) = draw(contacts.collect(), 1, fx).pop() else { return self.have_joined(fx) };
        self.send(contact, What::PushPull { list: self.list() }, fx);
        fx.set_timer(Timer::Join, exactly(self.config.interval));
    }

    pub(super) fn have_joined(&mut self, fx: &mut Effects<Self>) {
        self.standing = Standing::Member;
        fx.cancel_timer(Timer::Join);
        if let Some(seq) = self.wish.take() {
            fx.reply(self.me, seq, Outcome::Said(sentence!("joined")));
        }
    }

    pub(super) fn asked_to_join(&mut self, seq: u64, fx: &mut Effects<Self>) {
        match self.standing {
            Standing::Joining | Standing::Member => {
                let why = sentence!("it takes part already");
                return fx.reply(self.me, seq, Outcome::Refused(why));
            }
            // The others have its word that it left in this incarnation.
            Standing::Left => self.incarnation += 1,
            Standing::Outside => {}
        }
        (self.wish, self.standing) = (Some(seq), Standing::Joining);
        self.queue.put(self.itself(State::Alive));
        self.begin(fx);
    }

    /// It says so while its word is in its queue, and nothing else any more.
    pub(super) fn asked_to_leave(&mut self, seq: u64, fx: &mut Effects<Self>) {
        if !self.takes_part() {
            return fx.reply(self.me, seq, Outcome::Refused(sentence!("it does not take part")));
        }
        (self.standing, self.probe, self.health) = (Standing::Left, None, 0);
        let suspected = std::mem::take(&mut self.suspicions).into_keys().map(Timer::Suspicion);
        let errands = std::mem::take(&mut self.errands).into_keys().map(Timer::Nack);
        let periodic = [Timer::Probe, Timer::Timeout, Timer::PushPull, Timer::Reconnect, Timer::Join];
        for timer in suspected.chain(errands).chain(periodic) {
            fx.cancel_timer(timer);
        }
        if let Some(asked) = self.wish.take() {
            let why = sentence!("it left before anybody answered");
            fx.reply(self.me, asked, Outcome::Refused(why));
        }
        self.pass_on(self.itself(State::Left), fx);
        fx.reply(self.me, seq, Outcome::Said(sentence!("left")));
    }
}
