//! Anti-entropy, which heals what rumours leave out; and death certificates, their sleep and their waking.

use std::rc::Rc;

use crate::base::digest::Digest;
use crate::base::{Place, Span, Text, Time};
use crate::protocol::{Effects, Repeat};
use crate::sentence;

use super::{Entry, Gossip, Message, Rank, Subject, Update, What};

impl Gossip {
    /// What takes part in anti-entropy: all but what sleeps.
    fn awake(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(|entry| !entry.dormant)
    }

    /// Of all keys and their versions.
    fn checksum(&self) -> u64 {
        let subjects: Vec<(&Text, Rank)> =
            self.awake().map(|entry| (&entry.update.key, entry.update.rank())).collect();
        match self.config.compare_keys_alone {
            true => Digest::of(&subjects.iter().map(|(key, _)| key).collect::<Vec<_>>()),
            false => Digest::of(&subjects),
        }
    }

    /// It is time to compare with somebody.
    pub(super) fn compare(&mut self, fx: &mut Effects<Self>) {
        self.let_certificates_go(fx.local_now());
        for to in self.draw(1, fx) {
            fx.send(to, Message::Checksum { sum: self.checksum() });
        }
        if let Repeat::Every(time) = self.config.anti_entropy {
            fx.set_timer("compare", Span::exactly(time));
        }
    }

    pub(super) fn compare_sums(&mut self, from: Place, sum: u64, fx: &mut Effects<Self>) {
        self.let_certificates_go(fx.local_now());
        let message = match sum == self.checksum() {
            true => Message::Same,
            false => Message::Versions { versions: self.awake().map(|it| it.update.subject()).collect() },
        };
        fx.send(from, message);
    }

    /// Sends what the other lacks, and asks for what it lacks itself.
    pub(super) fn compare_versions(&mut self, from: Place, theirs: &[Subject], fx: &mut Effects<Self>) {
        self.let_certificates_go(fx.local_now());
        for Subject { key, rank } in theirs {
            self.wake(key, rank, fx);
        }
        let rank = |key: &Text| {
            theirs.iter().find(|subject| subject.key == *key).map(|subject| subject.rank)
        };
        let lacks = |entry: &&Entry| rank(&entry.update.key) < Some(entry.update.rank());
        let updates: Rc<[Update]> =
            self.awake().filter(lacks).map(|entry| entry.update.clone()).collect();
        let wants = |subject: &&Subject| {
            let known = self.entries.get(&subject.key).map(|entry| entry.update.rank());
            known < Some(subject.rank)
        };
        let wanted: Rc<[Text]> =
            theirs.iter().filter(wants).map(|subject| subject.key.clone()).collect();
        if !updates.is_empty() || !wanted.is_empty() {
            fx.send(from, Message::Entries { updates, wanted });
        }
    }

    pub(super) fn exchange(
        &mut self,
        from: Place,
        updates: &[Update],
        wanted: &[Text],
        fx: &mut Effects<Self>,
    ) {
        for update in updates {
            self.take(update.clone(), from, false, fx);
        }
        let known = wanted.iter().filter_map(|key| self.entries.get(key));
        let updates: Rc<[Update]> = known.map(|entry| entry.update.clone()).collect();
        if !updates.is_empty() {
            fx.send(from, Message::Entries { updates, wanted: Rc::new([]) });
        }
    }

    /// Something has come: it is taken if it is newer than what is there.
    pub(super) fn take(&mut self, update: Update, from: Place, told: bool, fx: &mut Effects<Self>) {
        let known = self.entries.get(&update.key).map(|entry| entry.update.rank());
        if self.lacks(&update, fx.local_now()) {
            self.learn(update, Some(from), told, fx);
        } else if known.is_some_and(|known| known > update.rank()) {
            self.wake(&update.key, &update.rank(), fx);
            if self.config.overwrite_by_older {
                self.learn(update, Some(from), told, fx);
            }
        }
    }

    /// Whether this is newer than what is there. A certificate that is over is not: it would come back from
    /// whoever has not let it go yet, again and again.
    pub(super) fn lacks(&self, update: &Update, now: Time) -> bool {
        match self.entries.get(&update.key) {
            Some(known) => known.update.rank() < update.rank(),
            None => !self.is_over(update, now) || update.is_kept_by(self.me),
        }
    }

    /// Where nobody compares, certificates are never over.
    fn is_over(&self, update: &Update, now: Time) -> bool {
        self.config.anti_entropy != Repeat::Off && update.is_over(now, self.config.certificate)
    }

    /// Certificates that are old enough are forgotten; their keepers' sleep, and are told no more.
    fn let_certificates_go(&mut self, now: Time) {
        let (me, lasts) = (self.me, self.config.certificate);
        for entry in &mut self.entries.0 {
            entry.dormant |= entry.update.is_over(now, lasts) && entry.update.is_kept_by(me);
            entry.interested &= !entry.dormant;
        }
        self.entries.0.retain(|entry| entry.dormant || !entry.update.is_over(now, lasts));
    }

    /// Somebody still has what a dormant certificate has deleted: it spreads once more.
    fn wake(&mut self, key: &Text, met: &Rank, fx: &mut Effects<Self>) {
        let Some(Entry { update, dormant: true, .. }) = self.entries.get(key) else { return };
        let What::Deleted { keepers, .. } = &update.what else { return };
        if met.0 >= update.version {
            return;
        }
        fx.note(sentence!("wakes the death certificate of {0}: somebody still has what it has deleted", key.to_owned()));
        let activated = fx.local_now();
        let what = What::Deleted { activated, keepers: keepers.clone() };
        let mut version = update.version;
        if self.config.reactivate_as_new {
            version.at = activated;
        }
        self.learn(Update { key: key.clone(), version, what }, None, true, fx);
    }

    /// Who keeps a certificate for good: this place, which makes it, and others.
    pub(super) fn draw_keepers(&self, fx: &mut Effects<Self>) -> Rc<[Place]> {
        match self.config.keepers {
            0 => Rc::new([]),
            many => std::iter::once(self.me).chain(self.draw(many - 1, fx)).collect(),
        }
    }
}
