//! What stands beside a run: a second one, so that the two can be compared.
//!
//! ```text
//! run raft nodes=5 seed=8 flaw=count-old-terms
//! beside flaw=count-old-terms
//! title The same minute with and without the rule
//! ```
//!
//! A run is its script, so a comparison is two scripts, and nothing else is kept. What differs is one
//! thing most often, and `beside` says it: a setting as the `run` line takes it, another protocol
//! (`protocol=paxos`), or a flaw, which is switched off where the first run has it on. Where more differs,
//! `beside` stands alone on its line, and a script of its own follows it to the end.
//!
//! The same variant is made of another script when another scene or seed is chosen ([`Variant::of`]), and
//! is read off two scripts for headings, links and the text of both ([`Variant::between`]).

use std::fmt;

use super::{Mistake, RUN, Reader, SETTING, Words, lines};
use crate::base::{Sentence, Value};
use crate::catalog;
use crate::command::{Command, Script, ScriptLine, Setup};
use crate::sentence;
use crate::sim::client::RETRY;

/// What a text of scripts shows: a run, and what stands beside it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Scenario {
    pub script: Script,
    pub beside: Option<Variant>,
}

/// How a second run differs from the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The flaw of this name is switched on where the first run has it off, and the other way round.
    Flaw(String),
    /// The setting of this name has this value: an option of the protocol, or of any run.
    Setting(String, String),
    /// Another protocol, under the same network, seed and faults: its slug.
    Protocol(String),
    /// A script of its own: another branch or scene, or one that went its own way.
    Script(Box<Script>),
}

/// Commands left out of the second run that are told of one by one.
const TOLD: usize = 3;

/// Reads a run, and what stands beside it.
pub fn parse_scenario(text: &str) -> Result<Scenario, Mistake> {
    let mut lines = lines(text)?;
    let (script, beside) = run(&mut lines)?;
    let beside = match beside {
        None => None,
        Some(mut words) if !words.is_at_end() => Some(Variant::read(&mut words, &script)?),
        Some(mut words) if lines.peek().is_none() => {
            words.end()?;
            return Err(words.expected(RUN));
        }
        Some(_) => match run(&mut lines)? {
            (second, None) => Some(Variant::Script(Box::new(second))),
            (_, Some(again)) => return Err(again.wrong(twice())),
        },
    };
    Ok(Scenario { script, beside })
}

/// Reads a run; its `beside` comes with it, up to its first word. Where nothing else stands on that line,
/// the lines after it are another run's.
pub(super) fn run<'a>(
    lines: &mut impl Iterator<Item = Words<'a>>,
) -> Result<(Script, Option<Words<'a>>), Mistake> {
    let mut first = lines.next().unwrap_or(Words::new("", 1));
    let mut reader = Reader::begin(&mut first)?;
    let mut beside = None;
    for mut words in lines {
        if words.peek() != Some("beside") {
            reader.read(&mut words)?;
            continue;
        }
        words.can_be_seen()?;
        words.next(RUN)?;
        if beside.is_some() {
            return Err(words.wrong(twice()));
        }
        let is_alone = words.is_at_end();
        beside = Some(words);
        if is_alone {
            break;
        }
    }
    Ok((reader.script, beside))
}

fn twice() -> Sentence {
    sentence!("`beside` stands in a script once")
}

impl Scenario {
    /// The second run's script; the error says why there is none.
    pub fn second(&self) -> Result<Option<Script>, Sentence> {
        Ok(self.second_told()?.map(|(script, _)| script))
    }

    /// … and a sentence on the commands that it leaves out.
    pub fn second_told(&self) -> Result<Option<(Script, Option<Sentence>)>, Sentence> {
        self.beside.as_ref().map(|variant| variant.of(&self.script)).transpose()
    }
}

/// A text that reads as the same scenario.
impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.script.to_string();
        let (run, rest) = text.split_once('\n').unwrap_or((&text, ""));
        match &self.beside {
            None => f.write_str(&text),
            Some(variant @ Variant::Script(script)) => write!(f, "{text}{variant}\n{script}"),
            Some(variant) => write!(f, "{run}\n{variant}\n{rest}"),
        }
    }
}

/// The line that says so: `beside flaw=forget-vote`; alone before a script of its own.
impl fmt::Display for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Variant::Flaw(name) => write!(f, "beside flaw={name}"),
            Variant::Setting(name, value) => write!(f, "beside {name}={value}"),
            Variant::Protocol(slug) => write!(f, "beside protocol={slug}"),
            Variant::Script(_) => f.write_str("beside"),
        }
    }
}

impl Variant {
    /// What a setting of this name means beside a run.
    pub fn named(name: &str, value: &str) -> Variant {
        match name {
            "flaw" => Variant::Flaw(value.into()),
            "protocol" => Variant::Protocol(value.into()),
            _ => Variant::Setting(name.into(), value.into()),
        }
    }

    /// Reads what follows `beside` on its line: the one thing that differs from this script.
    pub(super) fn read(words: &mut Words, first: &Script) -> Result<Variant, Mistake> {
        let (name, value) = words.peek().unwrap_or("").split_once('=').unwrap_or_default();
        let variant = Variant::named(name, value);
        match &variant {
            Variant::Protocol(slug) => {
                words.next(SETTING)?;
                words.last += "protocol=".len();
                catalog::find(slug).ok_or_else(|| words.expected("a protocol of the catalog"))?;
            }
            _ => drop(set(words, &mut first.setup.clone())?),
        }
        if variant.of(first).is_ok_and(|(second, _)| second == *first) {
            let same = format!("{name}={value}");
            return Err(words.wrong(sentence!("this run has {0} already: nothing differs", same)));
        }
        match words.is_at_end() {
            true => Ok(variant),
            false => {
                words.next(SETTING)?;
                Err(words.expected(
                    "the end of the line, as more takes a script of its own after `beside`",
                ))
            }
        }
    }

    /// The variant of this script, and a sentence on the commands that are left out since the second run
    /// does not know them.
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
            Variant::Setting(name, value) => return with(changed, name, value),
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
        let known = one.settings();
        let setting = two.settings().into_iter().find(|setting| !known.contains(setting));
        let simple = [
            flaw.map(Variant::Flaw),
            setting.map(|(name, value)| Variant::Setting(name, value)),
            (one.protocol != two.protocol).then(|| Variant::Protocol(two.protocol.clone())),
        ];
        let simple = simple.into_iter().flatten().find(makes);
        simple.unwrap_or_else(|| Variant::Script(Box::new(second.clone())))
    }
}

/// Reads a setting, as a `run` line takes it.
fn set(words: &mut Words, setup: &mut Setup) -> Result<(), Mistake> {
    let entry = catalog::find(&setup.protocol);
    let entry = entry.ok_or_else(|| words.expected("a protocol of the catalog"))?;
    super::setting(words, setup, entry)?;
    setup.check_members().map_err(|sentence| words.wrong(sentence))
}

/// The script with another setting: what is done to places that are not there any more is left out.
fn with(
    mut script: Script,
    name: &str,
    value: &str,
) -> Result<(Script, Option<Sentence>), Sentence> {
    let text = format!("{name}={value}");
    let mut words = Words::new(&text, 1);
    let before = script.setup.places.clone();
    set(&mut words, &mut script.setup)
        .and_then(|()| words.end())
        .map_err(|mistake| sentence!("{0}: {1}.", short(&text), mistake.sentence))?;
    if script.setup.places == before {
        return Ok((script, None));
    }
    let Setup { places, logs, .. } = &mut script.setup;
    logs.retain(|(place, _)| places.has(*place));
    let setup = &script.setup;
    let is_there =
        |line: &ScriptLine| super::parse_command(&line.command.to_string(), setup).is_ok();
    let (lines, unknown) = std::mem::take(&mut script.lines).into_iter().partition(is_there);
    script.lines = lines;
    let told = left_out(sentence!("A run with {0}", short(&text)).into(), &unknown);
    Ok((script, told))
}

/// The script for another protocol: what it does not know is left out.
fn translated(mut script: Script, slug: &str) -> Result<(Script, Option<Sentence>), Sentence> {
    let entry =
        catalog::find(slug).ok_or_else(|| sentence!("There is no protocol “{0}”.", short(slug)))?;
    let setup = &mut script.setup;
    setup.protocol = slug.to_owned();
    // As many of each kind that it has too.
    let before = std::mem::replace(&mut setup.places, entry.setup().places);
    for (kind, _) in setup.places.clone().kinds() {
        if let Some((_, count)) = before.kinds().iter().find(|(old, _)| old.letter == kind.letter) {
            setup.places.set(kind.letter, *count.max(&kind.least).min(&kind.most));
        }
    }
    let first = setup.places.kinds().first().map_or(0, |(_, count)| *count);
    let members = before.members_said().filter(|_| entry.meta.joining);
    setup.places.set_members(members.map(|members| members.min(first)));
    setup.options.retain(|(name, value)| (entry.check_option)(name, value).is_ok());
    let Setup { places, logs, .. } = setup;
    logs.retain(|(place, log)| places.has(*place) && (entry.check_log)(log).is_ok());
    let known = (entry.flaws)();
    setup.flaws.retain(|name| known.iter().any(|flaw| flaw.name == name));
    let timers = (entry.words)().timers;
    // Its title and its captions tell the other protocol's story.
    script.title = None;
    script.lines.retain(|line| !matches!(&*line.command, Command::Say(_) | Command::Goal(_)));
    let (lines, unknown) = std::mem::take(&mut script.lines)
        .into_iter()
        .partition(|line| knows(&script.setup, &timers, &line.command));
    script.lines = lines;
    let told = left_out(entry.meta.title.into(), &unknown);
    Ok((script, told))
}

/// Whether the command means anything to a run of this set-up, whose protocol has these timers, if it lists
/// them. The number of a message never does: other messages are sent.
fn knows(setup: &Setup, timers: &[String], command: &Command) -> bool {
    match command {
        Command::Fire { node, timer } if setup.places.is_house_client(*node) => timer == RETRY,
        Command::Fire { timer, .. } if !timers.is_empty() && !timers.contains(timer) => false,
        command if command.message().is_some() => false,
        command => super::parse_command(&command.to_string(), setup).is_ok(),
    }
}

fn left_out(who: Value, lines: &[ScriptLine]) -> Option<Sentence> {
    let quoted = |line: &ScriptLine| format!("“{}”", short(&line.command.to_string()));
    let some = lines.iter().take(TOLD).map(quoted).collect::<Vec<_>>().join(", ");
    match lines.len() {
        0 => None,
        1..=TOLD => Some(sentence!("{0} does not know {1}: left out.", who, some)),
        all => {
            let more = all - TOLD;
            Some(sentence!("{0} does not know {1} and {2} more: left out.", who, some, more))
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
            Variant::Setting("batch".into(), "1".into()),
            Variant::Setting("election".into(), "2s..4s".into()),
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
