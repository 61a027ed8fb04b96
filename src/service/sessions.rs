//! Sessions: a client asks again when no answer comes, perhaps another server, and yet its request is
//! to take effect once (Ongaro's dissertation, §6.3). So it numbers its requests; commands of a
//! replicated log carry the number; and whoever executes them remembers, for each client, the last
//! number and the answer. The sessions are part of the state machine: every server executes the same
//! commands in the same order, so all remember the same.
//!
//! A client asks one thing at a time and waits for no older answer: one session holds one answer.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::base::{Place, Text};
use crate::check::Operation;
use crate::protocol::{Effects, Outcome, Protocol};
use crate::sentence;

/// What a replicated log holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogCommand {
    /// Changes nothing; but it takes a place in the log.
    NoOp,
    /// A client's request. `seq` is what tells a repeated request from a new one.
    Execute { client: Place, seq: u64, request: Operation },
}

/// The last request of each client that took effect, and its answer. Copies share everything until
/// one changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sessions(Rc<BTreeMap<Place, (u64, Text)>>);

/// What is known of a client's request before it is executed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    Never,
    /// It stands in the log and is not executed yet.
    InLog,
    /// It was the client's last, and this was the answer.
    Executed(Text),
    /// The client has asked other things since: it has long had its answer.
    Past,
}

/// Requests that a leader has taken, whose clients wait for the answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unanswered(Vec<(Place, u64)>);

impl Sessions {
    /// Executes the client's request number `seq`, unless it has been executed before; the answer is
    /// that of the first time.
    pub fn once(&mut self, client: Place, seq: u64, execute: impl FnOnce() -> Text) -> Text {
        if let Some((_, answer)) = self.0.get(&client).filter(|(last, _)| *last >= seq) {
            return answer.clone();
        }
        let answer = execute();
        Rc::make_mut(&mut self.0).insert(client, (seq, answer.clone()));
        answer
    }

    /// What is known of a client's request, where the log goes on with these commands after those
    /// that are executed.
    pub fn know<'a>(
        &self,
        client: Place,
        seq: u64,
        mut unexecuted: impl Iterator<Item = &'a LogCommand>,
    ) -> Known {
        self.know_of(client, seq, || unexecuted.any(|command| command.is(client, seq)))
    }

    /// The same, for a log that holds more than these commands: whether the request stands in it is asked
    /// where that matters.
    pub fn know_of(&self, client: Place, seq: u64, in_log: impl FnOnce() -> bool) -> Known {
        match self.0.get(&client) {
            Some((last, answer)) if *last == seq => Known::Executed(answer.clone()),
            Some((last, _)) if *last > seq => Known::Past,
            _ if in_log() => Known::InLog,
            _ => Known::Never,
        }
    }
}

impl LogCommand {
    /// Whether it is this client's request of this number.
    pub fn is(&self, whose: Place, number: u64) -> bool {
        match self {
            LogCommand::NoOp => false,
            LogCommand::Execute { client, seq, .. } => (*client, *seq) == (whose, number),
        }
    }
}

/// As the graph, a log cell and a sentence show it: `x=1`, `x?`, `no-op`.
impl fmt::Display for LogCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogCommand::NoOp => f.write_str("no-op"),
            LogCommand::Execute { request, .. } => request.label().fmt(f),
        }
    }
}

/// Answers a request that has been executed before, and says so.
#[track_caller]
pub fn answer_again<P: Protocol>(client: Place, seq: u64, answer: Text, fx: &mut Effects<P>) {
    fx.note(sentence!(
        "answers {0} from its session: request {1} has been executed before",
        client,
        seq
    ));
    fx.reply(client, seq, Outcome::Done(answer));
}

impl Unanswered {
    /// The client waits for the answer to this request, however often it has asked.
    pub fn add(&mut self, client: Place, seq: u64) {
        if !self.0.contains(&(client, seq)) {
            self.0.push((client, seq));
        }
    }

    /// Answers the request, if its client waits here.
    #[track_caller]
    pub fn answer<P: Protocol>(
        &mut self,
        client: Place,
        seq: u64,
        answer: Text,
        fx: &mut Effects<P>,
    ) {
        if self.take(client, seq) {
            fx.reply(client, seq, Outcome::Done(answer));
        }
    }

    /// Whether the client waits here for the answer to this request; from now on it does not.
    pub fn take(&mut self, client: Place, seq: u64) -> bool {
        let place = self.0.iter().position(|waiting| *waiting == (client, seq));
        place.map(|place| self.0.swap_remove(place)).is_some()
    }

    /// Sends all of them on. Whoever no longer leads cannot tell what becomes of their requests: they
    /// ask elsewhere, and if the commands survive, the next leader knows the repeated request.
    #[track_caller]
    pub fn send_on<P: Protocol>(self, leader: Option<Place>, fx: &mut Effects<P>) {
        for (client, seq) in self.0 {
            fx.reply(client, seq, Outcome::Redirect(leader));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::KeyValueStore;

    const MINE: Place = Place::client(0);
    const OTHER: Place = Place::client(1);

    fn command(client: Place, seq: u64, text: &str) -> LogCommand {
        LogCommand::Execute { client, seq, request: text.parse().expect("a request") }
    }

    #[test]
    fn a_repeated_request_takes_effect_once() {
        let (mut store, mut sessions) = (KeyValueStore::default(), Sessions::default());
        let mut apply = |client, seq, text: &str| {
            sessions.once(client, seq, || store.execute(&text.parse().expect("a request")))
        };
        assert_eq!(&*apply(MINE, 1, "get x"), "no value");
        assert_eq!(&*apply(MINE, 2, "put x=1"), "ok");
        assert_eq!(&*apply(OTHER, 1, "put x=2"), "ok");
        assert_eq!(&*apply(MINE, 2, "put x=1"), "ok", "answered again, but not executed again");
        assert_eq!(&*apply(OTHER, 2, "get x"), "2");
        assert_eq!(store.to_string(), "x=2");
    }

    #[test]
    fn a_request_is_known_from_the_log_or_from_the_session() {
        let mut sessions = Sessions::default();
        let log = [LogCommand::NoOp, command(MINE, 2, "get x"), command(OTHER, 3, "get x")];
        let known = |sessions: &Sessions, seq| sessions.know(MINE, seq, log.iter());
        assert_eq!(known(&sessions, 1), Known::Never);
        assert_eq!(known(&sessions, 2), Known::InLog);
        assert_eq!(known(&sessions, 3), Known::Never, "that one is another client's");
        sessions.once(MINE, 2, || "1".into());
        assert_eq!(known(&sessions, 1), Known::Past);
        assert_eq!(known(&sessions, 2), Known::Executed("1".into()));
        assert_eq!(known(&sessions, 3), Known::Never);
    }

    #[test]
    fn copies_are_independent() {
        let mut sessions = Sessions::default();
        let copy = sessions.clone();
        sessions.once(MINE, 1, || "ok".into());
        assert_eq!(copy.know(MINE, 1, std::iter::empty()), Known::Never);
    }
}
