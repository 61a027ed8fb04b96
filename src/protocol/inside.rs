//! A replica of one protocol inside a replica of another: a lock whose servers agree by a replicated
//! log, a shard that keeps one. There are no layers to set up and nothing runs beside: the *outer*
//! replica holds the *inner* one as a field, calls its `boot` and `step` where its own rules say so, and
//! hands on what it asks for.
//!
//! ```text
//! outer.step(input, fx)
//!   the outer's own input            its own rules
//!   what holds the inner's input     fx.inside(|fx| self.inner.step(input, fx))
//!                                        │ what it asked for
//!                                    fx.hand_on(asked, |effect| …)
//! ```
//!
//! **The types of the outer one hold those of the inner one**: a variant of its messages and one of its
//! timers, a field of its disk. [`Effect::wrap`] puts the inner ones there; a pattern in the outer
//! `step` takes them out again. Notes need no wrapping, and each effect keeps the source line that
//! asked for it, which is the inner protocol's.
//!
//! **Answers** of the inner replica are handed on as they are, with another outcome, or not at all: the
//! closure of [`Effects::hand_on`] decides. Between the two calls the outer replica looks at what the
//! inner one has decided by now, so that it knows what to answer.
//!
//! **The disk** is one, and a write replaces all of it. So the outer replica keeps what it last handed
//! to the disk, changes in it the part that is written, its own or the inner one's, and persists the
//! whole. What is persisted before a message of either is durable before that message leaves. Its
//! [`Input::Saved`](super::Input::Saved) gives the inner replica its part back, also where only the
//! rest has changed: a protocol takes it well that it is told twice what is durable.
//!
//! **Who takes part** in the inner group the outer `boot` says by the `places` that it hands to the inner
//! one: all, or only its servers. Places keep their names within. The inner replica reads the clock of
//! its place and draws from the chance of its place, as the outer one does.

use std::rc::Rc;

use super::{Effect, Effects, Protocol, SourceLine};

/// What a replica inside asked for in one step, in order.
pub type Asked<I> = Vec<(Effect<I>, SourceLine)>;

impl<P: Protocol> Effects<P> {
    /// Has a replica inside boot or take a step: what comes of it, and what it asks for.
    pub fn inside<I: Protocol, T>(
        &mut self,
        act: impl FnOnce(&mut Effects<I>) -> T,
    ) -> (T, Asked<I>) {
        let mut inner = Effects::new();
        inner.start(self.clock);
        inner.swap_chance(&mut self.chance);
        let result = act(&mut inner);
        inner.swap_chance(&mut self.chance);
        (result, inner.list)
    }

    /// Asks for what a replica inside asked for, each as `wrap` makes it this protocol's own; where
    /// `wrap` answers `None`, for nothing.
    pub fn hand_on<I: Protocol>(
        &mut self,
        asked: Asked<I>,
        mut wrap: impl FnMut(Effect<I>) -> Option<Effect<P>>,
    ) {
        let wrapped = asked.into_iter().filter_map(|(effect, line)| Some((wrap(effect)?, line)));
        self.list.extend(wrapped);
    }
}

impl<I: Protocol> Effect<I> {
    /// The same for the protocol around it: these make its message, timer and disk of the inner one.
    pub fn wrap<P: Protocol>(
        self,
        message: impl FnOnce(I::Message) -> P::Message,
        timer: impl FnOnce(I::Timer) -> P::Timer,
        disk: impl FnOnce(I::Disk) -> P::Disk,
    ) -> Effect<P> {
        match self {
            Effect::Send { to, message: inner } => {
                Effect::Send { to, message: message(Rc::unwrap_or_clone(inner)).into() }
            }
            Effect::Persist(inner) => Effect::Persist(disk(inner)),
            Effect::SetTimer { timer: inner, after } => {
                Effect::SetTimer { timer: timer(inner), after }
            }
            Effect::CancelTimer(inner) => Effect::CancelTimer(timer(inner)),
            Effect::Reply { to, seq, outcome } => Effect::Reply { to, seq, outcome },
            Effect::Disconnect { peer } => Effect::Disconnect { peer },
            Effect::Note(sentence) => Effect::Note(sentence),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Chance, Place, Span, Time};
    use crate::protocol::tests::{Relay, Token};
    use crate::protocol::{ClockReading, Outcome};
    use crate::sentence;

    const S1: Place = Place::server(0);
    const S2: Place = Place::server(1);

    /// A step that asks for something of each kind.
    fn ask(fx: &mut Effects<Relay>) -> u32 {
        fx.persist(());
        fx.send(S2, Token);
        fx.set_timer(1, Span::exactly(Time::millis(10)));
        fx.cancel_timer(2);
        fx.note(sentence!("{0} is here", S1));
        fx.reply(S1, 7, Outcome::Done("ok".into()));
        fx.chance(1000)
    }

    #[test]
    fn what_a_replica_inside_asks_for_is_handed_on_in_order_with_its_lines() {
        let mut alone = Effects::<Relay>::new();
        ask(&mut alone);
        let mut outer = Effects::<Relay>::new();
        outer.send(S1, Token);
        let (_, asked) = outer.inside::<Relay, _>(ask);
        outer.hand_on(asked, |effect| {
            Some(effect.wrap(|token| token, |timer| timer + 10, |disk| disk))
        });
        let (alone, handed): (Vec<_>, Vec<_>) = (alone.drain().collect(), outer.drain().collect());
        assert_eq!(handed.len(), alone.len() + 1);
        for (alone, handed) in alone.into_iter().zip(handed.into_iter().skip(1)) {
            let meant = match alone.0 {
                Effect::SetTimer { timer, after } => Effect::SetTimer { timer: timer + 10, after },
                Effect::CancelTimer(timer) => Effect::CancelTimer(timer + 10),
                effect => effect,
            };
            assert_eq!(handed, (meant, alone.1));
        }
    }

    #[test]
    fn what_is_not_wrapped_is_not_asked_for() {
        let mut outer = Effects::<Relay>::new();
        let (_, asked) = outer.inside::<Relay, _>(ask);
        outer.hand_on(asked, |effect| match effect {
            Effect::Reply { .. } => None,
            effect => Some(effect),
        });
        assert_eq!(outer.drain().count(), 5);
    }

    #[test]
    fn a_replica_inside_has_the_clock_and_the_chance_of_its_place() {
        let drawn = |inside: bool| {
            let mut fx = Effects::<Relay>::new();
            fx.start(ClockReading { local: Time::millis(5), steady: Time::millis(4) });
            fx.swap_chance(&mut Chance::new(3, 4));
            let first = fx.chance(1000);
            let second = match inside {
                true => {
                    fx.inside::<Relay, _>(|fx| (fx.chance(1000), fx.local_now(), fx.steady_now())).0
                }
                false => (fx.chance(1000), fx.local_now(), fx.steady_now()),
            };
            (first, second, fx.chance(1000))
        };
        assert_eq!(drawn(true), drawn(false));
    }
}
