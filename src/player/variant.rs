//! A variant: the first pane's run with one thing changed, for the second pane.
//!
//! A run is its script, so a comparison is two scripts, and nothing else is kept. The headings and the
//! link read the variant off the two scripts ([`Variant::between`]); when another scene or seed is
//! chosen, the same variant is made of the new script ([`Variant::of`]).

use super::pane::Scene;
use super::playback::STEPS;
use crate::base::{Place, Sentence, Time};
use crate::catalog::{self, Entry};
use crate::command::{Command, Script, ScriptLine};
use crate::sentence;

/// How a second run differs from the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The flaw of this name is switched on where the first run has it off, and the other way round.
    Flaw(String),
    /// The option of this name has this value.
    Option(String, String),
    /// Another protocol, under the same network, seed and faults: its slug.
    Protocol(String),
    /// A script of its own: another branch or scene, or one that went its own way.
    Script(Box<Script>),
}

/// Commands left out of the second run that are told of one by one.
const TOLD: usize = 3;

impl Variant {
    /// The variant of this script, and a sentence on the commands that are left out since the other
    /// protocol does not know them.
    pub fn of(&self, script: &Script) -> Result<(Script, Option<Sentence>), Sentence> {
        let mut changed = script.clone();
        let setup = &mut changed.setup;
        match self {
            Variant::Flaw(name) => {
                let before = setup.flaws.len();
                setup.flaws.retain(|flaw| flaw != name);
                if setup.flaws.len() == before {
                    setup.flaws.push(name.clone());
                }
            }
            Variant::Option(name, value) => {
                match setup.options.iter_mut().find(|(known, _)| known == name) {
                    Some((_, old)) => old.clone_from(value),
                    None => setup.options.push((name.clone(), value.clone())),
                }
            }
            Variant::Protocol(slug) => return translated(changed, slug),
            Variant::Script(script) => changed = (**script).clone(),
        }
        Ok((changed, None))
    }

    /// The variant of the first script that the second script is.
    pub fn between(first: &Script, second: &Script) -> Variant {
        let (one, two) = (&first.setup, &second.setup);
        let makes = |variant: &Variant| {
            variant.of(first).is_ok_and(|(script, _)| script == *second) && first != second
        };
        let odd = |flaws: &[String], others: &[String]| {
            flaws.iter().find(|flaw| !others.contains(flaw)).cloned()
        };
        let flaw = odd(&one.flaws, &two.flaws).or_else(|| odd(&two.flaws, &one.flaws));
        let option = two.options.iter().find(|option| !one.options.contains(option)).cloned();
        let simple = [
            flaw.map(Variant::Flaw),
            option.map(|(name, value)| Variant::Option(name, value)),
            (one.protocol != two.protocol).then(|| Variant::Protocol(two.protocol.clone())),
        ];
        let simple = simple.into_iter().flatten().find(makes);
        simple.unwrap_or_else(|| Variant::Script(Box::new(second.clone())))
    }

    /// The scene that the variant is, unmodified.
    pub fn scene(&self) -> Option<Scene> {
        match self {
            Variant::Script(script) => Scene::of(script),
            _ => None,
        }
    }
}

/// The script for another protocol: what it does not know is left out.
fn translated(mut script: Script, slug: &str) -> Result<(Script, Option<Sentence>), Sentence> {
    let entry =
        catalog::find(slug).ok_or_else(|| sentence!("There is no protocol “{0}”.", short(slug)))?;
    let setup = &mut script.setup;
    setup.protocol = slug.to_owned();
    setup.options.retain(|(name, value)| (entry.check_option)(name, value).is_ok());
    let known = (entry.flaws)();
    setup.flaws.retain(|name| known.iter().any(|flaw| flaw.name == name));
    // Servers have timers once they have booted.
    let mut booted = entry.start(Script { setup: setup.clone(), ..Script::default() })?;
    booted.run_to(Time::ZERO, STEPS);
    let timers = booted.timers(Place::server(0));
    // Its title and its captions tell the other protocol's story.
    script.title = None;
    script.lines.retain(|line| !matches!(&*line.command, Command::Say(_)));
    let (lines, unknown) = std::mem::take(&mut script.lines)
        .into_iter()
        .partition(|line| knows(entry, &timers, &line.command));
    script.lines = lines;
    let told = left_out(entry, &unknown);
    Ok((script, told))
}

/// Whether the command means anything to the protocol. The number of a message never does: other
/// messages are sent.
fn knows(entry: &Entry, timers: &[String], command: &Command) -> bool {
    match command {
        Command::Request { request, .. } => (entry.check_request)(request).is_ok(),
        Command::Fire { timer, .. } => timers.contains(timer),
        command => command.message().is_none(),
    }
}

fn left_out(entry: &Entry, lines: &[ScriptLine]) -> Option<Sentence> {
    let quoted = |line: &ScriptLine| format!("“{}”", short(&line.command.to_string()));
    let some = lines.iter().take(TOLD).map(quoted).collect::<Vec<_>>().join(", ");
    match lines.len() {
        0 => None,
        1..=TOLD => Some(sentence!("{0} does not know {1}: left out.", entry.meta.title, some)),
        all => {
            let more = all - TOLD;
            Some(sentence!(
                "{0} does not know {1} and {2} more: left out.",
                entry.meta.title,
                some,
                more
            ))
        }
    }
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    fn script(text: &str) -> Script {
        scenario::parse(text).unwrap_or_else(|mistake| panic!("{mistake}"))
    }

    const FIRST: &str = "run raft nodes=5 seed=7 election=1s..2s\ntitle A leader falls\n\
        0s say Watch S1.\n100ms fire S1 election\n500ms request C1 put x=1\n1s drop #9\n1s crash S1\n";

    #[test]
    fn one_thing_is_changed_and_found_again() {
        let first = script(FIRST);
        for other in [
            Variant::Flaw("forget-vote".into()),
            Variant::Option("batch".into(), "1".into()),
            Variant::Option("election".into(), "2s..4s".into()),
            Variant::Protocol("multi-paxos".into()),
            Variant::Script(Box::new(script("run raft nodes=3 seed=1"))),
        ] {
            let (second, _) = other.of(&first).unwrap();
            assert_eq!(Variant::between(&first, &second), other);
            assert_eq!(second.setup.seed, if second.setup.places.servers() == 3 { 1 } else { 7 });
        }
        // The other way round, what was switched on is switched off.
        let flaw = Variant::Flaw("forget-vote".into());
        let (second, _) = flaw.of(&first).unwrap();
        assert_eq!((Variant::between(&second, &first), flaw.of(&second).unwrap().0), (flaw, first));
    }

    #[test]
    fn the_same_script_is_no_difference_but_a_script() {
        let first = script(FIRST);
        assert_eq!(Variant::between(&first, &first), Variant::Script(Box::new(first.clone())));
        let mut second = script(FIRST);
        second.setup.flaws.push("forget-vote".into());
        second.lines.pop();
        assert_eq!(Variant::between(&first, &second), Variant::Script(Box::new(second.clone())));
    }

    #[test]
    fn what_another_protocol_does_not_know_is_left_out_and_told() {
        let first = script(FIRST);
        let (second, told) = Variant::Protocol("paxos".into()).of(&first).unwrap();
        assert_eq!(second.to_string(), "run paxos nodes=5 seed=7\n1s       crash S1\n");
        assert_eq!(
            told.unwrap().to_string(),
            "Paxos does not know “fire S1 election”, “request C1 put x=1”, “drop #9”: left out."
        );
        let (second, told) = Variant::Protocol("multi-paxos".into()).of(&first).unwrap();
        assert!(second.to_string().contains("fire S1 election\n500ms    request C1 put x=1"));
        assert_eq!(told.unwrap().to_string(), "Multi-Paxos does not know “drop #9”: left out.");
        let mut long = first.clone();
        long.lines.extend(first.lines.clone());
        let (_, told) = Variant::Protocol("paxos".into()).of(&long).unwrap();
        assert!(told.unwrap().to_string().ends_with("“drop #9” and 3 more: left out."));
        let none = Variant::Protocol("paxox".into()).of(&first);
        assert_eq!(none.unwrap_err().to_string(), "There is no protocol “paxox”.");
    }
}
