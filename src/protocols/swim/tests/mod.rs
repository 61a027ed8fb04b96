//! The rules, one by one; and every property on a group that breaks it.

mod properties;
mod rules;

use crate::base::{Place, Places, Time};
use crate::protocol::{Effect, Effects, Input, Protocol};

use super::*;

const S1: Place = Place::server(0);
const S2: Place = Place::server(1);
const S3: Place = Place::server(2);
const S4: Place = Place::server(3);
const S5: Place = Place::server(4);

/// S1 among five, and what it asks for.
struct Stage {
    it: Swim,
    fx: Effects<Swim>,
    now: Time,
}

impl Stage {
    fn new(config: Config) -> Stage {
        let mut fx = Effects::new();
        let it = Swim::boot(S1, &Places::cluster(5), &config, &(), &mut fx);
        let mut stage = Stage { it, fx, now: Time::ZERO };
        let list: Updates = Rc::new([]);
        stage.hears(S2, What::PushPullReply { list });
        stage
    }

    /// What it sends upon an input: to whom, and what.
    fn step(&mut self, input: Input<Swim>) -> Vec<(Place, Message)> {
        let clock = crate::protocol::ClockReading { local: self.now, steady: self.now };
        self.fx.start(clock);
        self.it.step(input, &mut self.fx);
        let sent = self.fx.drain().filter_map(|(effect, _)| match effect {
            Effect::Send { to, message } => Some((to, (*message).clone())),
            _ => None,
        });
        sent.collect()
    }

    fn hears(&mut self, from: Place, what: What) -> Vec<(Place, Message)> {
        self.step(Input::Message { from, message: Message { what, updates: Rc::new([]) } })
    }

    fn is_told(&mut self, about: Place, state: State, incarnation: u64, by: Place) {
        let update = Update { about, state, incarnation, by };
        let message = Message { what: What::Gossip, updates: Rc::new([update]) };
        self.step(Input::Message { from: by, message });
    }

    fn at(&mut self, now: Time, timer: Timer) -> Vec<(Place, Message)> {
        self.now = now;
        self.step(Input::Timer(timer))
    }

    fn holds(&self, about: Place) -> (State, u64) {
        let member = self.it.members[&about];
        (member.state, member.incarnation)
    }
}
