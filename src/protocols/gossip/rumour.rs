//! Rumour mongering: who tells whom, what counts as in vain, and when interest is lost.

use std::rc::Rc;

use crate::base::{Place, Span, Text, Time};
use crate::protocol::{Effects, Switch};

use super::config::{Config, Lose, Mode, Rounds};
use super::{Contacts, Gossip, Message, Subject, Update};

impl Config {
    /// Whether one cycle is before another; where all have cycles of their own, each is.
    fn is_before(&self, one: u64, other: u64) -> bool {
        self.rounds == Rounds::Own || one < other
    }
}

impl Gossip {
    /// The cycle that it is, by its own clock, where all take theirs together.
    pub(super) fn cycle(&self, fx: &Effects<Self>) -> u64 {
        match self.config.rounds {
            Rounds::Synchronous => fx.steady_now().0 / self.config.cycle.min.0,
            Rounds::Own => 0,
        }
    }

    pub(super) fn until_next_cycle(&self, fx: &Effects<Self>) -> Span {
        match self.config.rounds {
            Rounds::Synchronous => {
                let cycle = self.config.cycle.min.0;
                Span::exactly(Time(cycle - fx.steady_now().0 % cycle))
            }
            Rounds::Own => self.config.cycle,
        }
    }

    /// Whether it was heard before this cycle.
    fn is_from_before(&self, heard: u64, fx: &Effects<Self>) -> bool {
        self.config.is_before(heard, self.cycle(fx))
    }

    /// Where everybody asks, everybody begins at once, at a time of its own.
    pub(super) fn begin_asking(&mut self, fx: &mut Effects<Self>) {
        self.telling = true;
        let first = match self.config.rounds {
            Rounds::Synchronous => self.until_next_cycle(fx),
            Rounds::Own => Span::new(Time::millis(1), self.config.cycle.max),
        };
        fx.set_timer("tell", first);
    }

    /// A cycle: it turns to others, drawn at random, whether they know or not.
    pub(super) fn tell(&mut self, fx: &mut Effects<Self>) {
        if self.config.mode.asks() {
            self.settle(fx);
        }
        for to in self.draw(self.config.fanout, fx) {
            if self.config.mode.tells() {
                self.tell_all(to, |update| Message::Rumour { update }, fx);
            }
            if self.config.mode.asks() {
                fx.send(to, Message::Pull);
            }
        }
        if self.config.mode == Mode::Push && self.config.feedback == Switch::Off {
            self.settle(fx);
        }
        self.telling = self.config.mode.asks() || self.entries.iter().any(|entry| entry.interested);
        if self.telling {
            fx.set_timer("tell", self.until_next_cycle(fx));
        }
    }

    /// Somebody asks.
    pub(super) fn give(&mut self, to: Place, fx: &mut Effects<Self>) {
        self.tell_all(to, |update| Message::Pulled { update }, fx);
    }

    /// Tells all that it is interested in.
    fn tell_all(&mut self, to: Place, message: fn(Update) -> Message, fx: &mut Effects<Self>) {
        let (config, now) = (Rc::clone(&self.config), self.cycle(fx));
        for entry in &mut self.entries.0 {
            if entry.interested && config.is_before(entry.heard, now) {
                entry.contacts.any = true;
                self.sent += 1;
                fx.send(to, message(entry.update.clone()));
            }
        }
    }

    /// It is told something, and answers whether that was news.
    pub(super) fn hear(&mut self, from: Place, update: Update, fx: &mut Effects<Self>) {
        let same = self.entries.get(&update.key).filter(|known| known.update.rank() == update.rank());
        let is_news = match same {
            Some(known) => !self.is_from_before(known.heard, fx),
            None => self.lacks(&update, fx.local_now()),
        };
        if self.config.feedback == Switch::On {
            let of = update.subject();
            fx.send(from, if is_news { Message::News { of } } else { Message::Known { of } });
        }
        self.take(update, from, true, fx);
    }

    /// It was news to somebody.
    pub(super) fn was_news(&mut self, of: &Subject) {
        let (asks, resets) = (self.config.mode.asks(), self.config.reset == Switch::On);
        let Some(entry) = self.entries.get_mut(&of.key) else { return };
        if asks {
            entry.contacts.news = true;
        } else if resets {
            entry.in_vain = 0;
        }
    }

    /// Somebody knew it already. (An answer that is lost says nothing.)
    pub(super) fn was_known(&mut self, of: &Subject, fx: &mut Effects<Self>) {
        let asks = self.config.mode.asks();
        let Some(entry) = self.entries.get_mut(&of.key) else { return };
        if entry.update.rank() != of.rank {
            return;
        }
        match asks {
            true => entry.contacts.known = true,
            false => self.bore(&of.key, fx),
        }
    }

    /// What came of the contacts of the last cycle, which count as one.
    fn settle(&mut self, fx: &mut Effects<Self>) {
        let keys: Vec<Text> = self.entries.iter().map(|entry| entry.update.key.clone()).collect();
        for key in keys {
            let Some(entry) = self.entries.get_mut(&key) else { continue };
            let Contacts { any, news, known } = std::mem::take(&mut entry.contacts);
            match self.config.feedback {
                Switch::On if news && self.config.reset == Switch::On => entry.in_vain = 0,
                Switch::On if known && !news => self.bore(&key, fx),
                Switch::Off if any => self.bore(&key, fx),
                _ => {}
            }
        }
    }

    /// One contact more in vain: it may lose interest.
    fn bore(&mut self, key: &str, fx: &mut Effects<Self>) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        entry.in_vain += 1;
        if !entry.interested {
            return;
        }
        entry.interested = match self.config.lose {
            Lose::Counter => entry.in_vain < self.config.counter,
            Lose::Coin => fx.chance(self.config.counter as u32) > 0,
            Lose::Never => true,
        };
        let is_over = !self.entries.iter().any(|entry| entry.interested);
        if is_over && self.config.mode == Mode::Push {
            self.telling = false;
            fx.cancel_timer("tell");
        }
    }
}
