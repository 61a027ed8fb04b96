//! Any protocol inside one that adds nothing: whatever it does, the one around it does as well.

use std::fmt::{self, Display};

use synod::base::{Place, Places, Sentence};
use synod::check::Model;
use synod::protocol::{
    Asked, Channel, Effects, FaultModel, Field, FieldName, Gathering, Input, Kind, Message, Meta,
    Property, Protocol, Role, Serves, Shown, Stamp,
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Held<I>(I);

/// A message, a timer or a disk of the inner one as the outer one's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wrapped<T>(T);

impl<T: Display> Display for Wrapped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Message> Message for Wrapped<T> {
    fn kinds() -> &'static [Kind] {
        T::kinds()
    }

    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn label(&self) -> Sentence {
        self.0.label()
    }

    fn fields(&self) -> Vec<Field> {
        self.0.fields()
    }
}

impl<I: Protocol> Protocol for Held<I> {
    const META: Meta = I::META;
    type Message = Wrapped<I::Message>;
    type Timer = Wrapped<I::Timer>;
    type Request = I::Request;
    type Disk = Wrapped<I::Disk>;
    type Config = I::Config;
    type Ghost = ();
    const SERVES: Serves = I::SERVES;
    const FAULTS: FaultModel = I::FAULTS;
    const JUDGES: &'static [Model] = I::JUDGES;

    fn channel(config: &I::Config) -> Channel {
        I::channel(config)
    }

    fn check(config: &I::Config, places: &Places) -> Result<(), Sentence> {
        I::check(config, places)
    }

    fn properties() -> &'static [Property<Self>] {
        &[]
    }

    fn boot(
        me: Place,
        places: &Places,
        config: &I::Config,
        disk: &Wrapped<I::Disk>,
        fx: &mut Effects<Self>,
    ) -> Self {
        let (inner, asked) = fx.inside(|fx| I::boot(me, places, config, &disk.0, fx));
        hand_on(asked, fx);
        Held(inner)
    }

    fn step(&mut self, input: Input<Self>, fx: &mut Effects<Self>) {
        let input = match input {
            Input::Message { from, message } => Input::Message { from, message: message.0 },
            Input::Timer(timer) => Input::Timer(timer.0),
            Input::Request { from, seq, request } => Input::Request { from, seq, request },
            Input::Saved(disk) => Input::Saved(disk.0),
            Input::Disconnected { peer } => Input::Disconnected { peer },
        };
        let ((), asked) = fx.inside(|fx| self.0.step(input, fx));
        hand_on(asked, fx);
    }

    fn is_quorum(&self, has: &dyn Fn(Place) -> bool) -> Option<bool> {
        self.0.is_quorum(has)
    }
}

fn hand_on<I: Protocol>(asked: Asked<I>, fx: &mut Effects<Held<I>>) {
    fx.hand_on(asked, |effect| Some(effect.wrap(Wrapped, Wrapped, Wrapped)));
}

impl<I: Protocol> Shown<Wrapped<I::Disk>> for Held<I> {
    const STAMP: Option<FieldName> = I::STAMP;

    fn roles() -> &'static [Role] {
        I::roles()
    }

    fn role(&self) -> Role {
        self.0.role()
    }

    fn stamp(&self) -> Option<Stamp> {
        self.0.stamp()
    }

    fn gathering(&self) -> Option<Gathering> {
        self.0.gathering()
    }
}
