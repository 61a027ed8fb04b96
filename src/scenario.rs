//! Reading scripts, and telling what they do, in words or by a digest. A script is a run, whole, a line a command:
//!
//! ```text
//! # A leader in the minority
//! run raft nodes=5 seed=7 latency=10ms..20ms
//! title A leader in the minority
//! 600ms  request C1 put x=1
//! 1.2s   partition S1 S5 | S2 S3 S4
//! +300ms crash S2
//! 3s     end
//! ```
//!
//! `run` comes first. `log S1 1 1 2` says what log is on a disk at the start, where the protocol keeps one.
//! Every other line but `title` and `beside` starts with its time, since the beginning
//! of the run or (`+300ms`) since the line before. Several places are listed (`crash S1 S3..S5`), or are a
//! share of all (`crash 10%`, `partition half`). `beside` says what a second run has that is other, or
//! begins its script ([`beside`]). Printing (`Display` of [`Script`] and [`Scenario`]) and reading are
//! inverse; whatever cannot be read is refused with line, column and what was expected there.

pub mod beside;
mod listing;
mod load;
mod logs;
mod mistakes;
mod words;

use std::iter::Peekable;
use std::rc::Rc;

use crate::base::{Place, Quantiles, Ratio, Sentence, Span, Time};
use crate::catalog::{self, Entry, Run};
use crate::command::{Command, Deed, Latency, Link, QualityChange, Script, ScriptLine, Setup};
use crate::protocol::{MEMBERS, Misfit, Unserved};
use crate::replay::LINES;
use crate::sentence;
use crate::sim::snapshot::Told;
use crate::sim::trace::data::EventDigest;

use self::beside::run;
pub use self::beside::{Scenario, Variant, parse_scenario};
pub(crate) use self::listing::existing;
use self::listing::{asked, node, partition, property, some};
pub use self::mistakes::mistakes;
pub use self::words::Mistake;
pub(crate) use self::words::Words;
pub use crate::replay::SIZE;

/// A caption's or title's length at the most, in characters.
pub const CAPTION: usize = 400;
/// The longest latency, of links and disks.
const LONGEST: Time = Time::seconds(60);

/// Reads the script of a single run, and checks that all it names exists.
pub fn parse(text: &str) -> Result<Script, Mistake> {
    match run(&mut lines(text)?)? {
        (script, None) => Ok(script),
        (_, Some(beside)) => {
            Err(beside.wrong(sentence!("a single run is expected here, with none beside it")))
        }
    }
}

/// Reads the first run of a text, and nothing of what stands beside it.
pub fn parse_first(text: &str) -> Result<Script, Mistake> {
    Ok(run(&mut lines(text)?)?.0)
}

/// Reads one command for a run set up like this, as a script writes it after the time.
pub fn parse_command(text: &str, setup: &Setup) -> Result<Command, Mistake> {
    let mut words = Words::new(text.lines().next().unwrap_or(""), 1);
    let Some(entry) = catalog::find(&setup.protocol) else {
        return Err(words.expected("a protocol of the catalog"));
    };
    words.can_be_seen()?;
    let command = command(&mut words, setup, entry)?;
    words.end()?;
    Ok(command)
}

/// Goes on with a run until this time, and hands over every event, for as long as the listener says
/// that it listens.
pub fn follow(run: &mut Run, until: Time, listener: &mut dyn FnMut(&Told) -> bool) {
    loop {
        let before = run.event();
        let done = run.run_to(until, 1);
        for told in run.told((run.event() - before) as usize, false) {
            if !listener(&told) {
                return;
            }
        }
        if done {
            return;
        }
    }
}

/// An event as a line of text.
pub fn line(told: &Told) -> String {
    let place = told.place.map_or("-".to_string(), |place| place.to_string());
    let Time(at) = told.at;
    let (seconds, micros) = (at / 1_000_000, at % 1_000_000);
    format!("{seconds}.{micros:06} {place:<3} {}", told.sentence)
}

/// The digest of all events until the script's end (or until `limit`), as data: no wording changes it.
pub fn digest(run: &mut Run, limit: Time) -> u64 {
    let until = run.end().unwrap_or(limit);
    run.run_to(until, u32::MAX);
    let mut digest = EventDigest::new();
    run.walk(Time::ZERO, until, &mut |number, event| {
        digest.add(number, event);
        true
    });
    digest.finish()
}

/// `name=value`.
fn assignment<'a>(
    words: &mut Words<'a>,
    expected: &'static str,
) -> Result<(&'a str, &'a str), Mistake> {
    let word = words.next(expected)?;
    word.split_once('=').ok_or_else(|| words.expected(expected))
}

/// The value of an assignment, read as a `T`; a mistake points at the value.
fn value<T: std::str::FromStr<Err = &'static str>>(
    words: &mut Words,
    name: &str,
    text: &str,
) -> Result<T, Mistake> {
    words.last += name.len() + 1;
    text.parse().map_err(|expected| words.expected(expected))
}

// ---- scripts ---------------------------------------------------------------------------------

/// What is wrong with a text of so many bytes.
pub fn too_long(length: usize) -> Mistake {
    let sentence = sentence!("A script has at most {0} bytes; this one has {1}.", SIZE, length);
    Mistake::of_line(1, sentence)
}

/// The lines of a text that say something.
fn lines(text: &str) -> Result<Peekable<impl Iterator<Item = Words<'_>>>, Mistake> {
    if text.len() > SIZE {
        return Err(too_long(text.len()));
    }
    // Some editors begin a file with a mark that nobody sees.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = (1..).zip(text.lines()).map(|(number, line)| Words::new(line, number));
    let is_said = |words: &Words| words.peek().is_some_and(|word| !word.starts_with('#'));
    Ok(lines.filter(is_said).peekable())
}

/// A script being read.
struct Reader {
    script: Script,
    entry: &'static Entry,
}

const RUN: &str = "a line such as: run raft nodes=5 seed=7";
const SETTING: &str = "a setting such as nodes=5, seed=7, latency=5ms..15ms or flaw=NAME";

impl Reader {
    fn begin(words: &mut Words) -> Result<Reader, Mistake> {
        words.can_be_seen()?;
        if words.next(RUN)? != "run" {
            return Err(words.expected(RUN));
        }
        let slug = words.next("a protocol of the catalog")?;
        let entry =
            catalog::find(slug).ok_or_else(|| words.expected("a protocol of the catalog"))?;
        let mut setup = entry.setup();
        let mut given: Vec<&str> = Vec::new();
        let mut members = words.last;
        while !words.is_at_end() {
            let name = setting(words, &mut setup, entry)?;
            if name != "flaw" && given.contains(&name) {
                return Err(words.wrong(sentence!("{0} is set twice", name.to_owned())));
            }
            if name == MEMBERS {
                members = words.last;
            }
            given.push(name);
        }
        words.last = members;
        setup.check_members().map_err(|sentence| words.wrong(sentence))?;
        Ok(Reader { script: Script { setup, title: None, lines: Vec::new() }, entry })
    }

    fn read(&mut self, words: &mut Words) -> Result<(), Mistake> {
        const TIME: &str = "a time such as 1.2s, or +300ms since the line before";
        words.can_be_seen()?;
        let first = words.next(TIME)?;
        if first == "title" && self.script.lines.is_empty() && self.script.title.is_none() {
            self.script.title = Some(caption(words)?);
            return Ok(());
        }
        if first == "log" && self.script.lines.is_empty() {
            return self.log(words);
        }
        let last = self.script.lines.last();
        let before = last.map_or(Time::ZERO, |line| line.at);
        let at = match first.strip_prefix('+') {
            Some(more) => more.parse().map(|more| before + more),
            None => first.parse(),
        };
        let at: Time = at.map_err(|expected| match expected {
            Time::TOO_LONG => words.expected(Time::TOO_LONG),
            _ => words.expected(TIME),
        })?;
        if at < before {
            let sentence =
                sentence!("this line is at {0}, before the line above it at {1}", at, before);
            return Err(words.wrong(sentence));
        }
        if at > Time::LIMIT {
            return Err(words.expected(Time::TOO_LONG));
        }
        if self.script.lines.len() >= LINES {
            return Err(words.wrong(sentence!("a script has at most {0} commands", LINES)));
        }
        let command = Rc::new(command(words, &self.script.setup, self.entry)?);
        words.end()?;
        self.script.lines.push(ScriptLine { at, command });
        Ok(())
    }
}

/// Reads a setting; its name comes back.
fn setting<'a>(
    words: &mut Words<'a>,
    setup: &mut Setup,
    entry: &Entry,
) -> Result<&'a str, Mistake> {
    let (name, text) = assignment(words, SETTING)?;
    let mut change = QualityChange::default();
    match name {
        "seed" => setup.seed = number(words, name, text, 0, u64::MAX)?,
        "disk" => setup.disk = value(words, name, text)?,
        "retry" => {
            setup.retry = patient(words, name, text)?;
        }
        "give-up" => {
            setup.give_up = Some(patient(words, name, text)?);
        }
        "flaw" => {
            words.last += "flaw=".len();
            if !(entry.flaws)().iter().any(|flaw| flaw.name == text) {
                return Err(words.expected("a flaw of this protocol"));
            }
            if !setup.flaws.iter().any(|known| known == text) {
                setup.flaws.push(text.into());
            }
        }
        _ if let Some(kind) = entry.meta.kinds.iter().find(|kind| kind.setting == name) => {
            let count = number(words, name, text, kind.least.into(), kind.most.into())?;
            setup.places.set(kind.letter, count as u16);
        }
        MEMBERS if !entry.meta.joining => {
            let sentence = sentence!("{0} has no places that join during a run", entry.meta.title);
            return Err(words.wrong(sentence));
        }
        MEMBERS => {
            let most = entry.meta.kinds.first().map_or(0, |kind| kind.most);
            let count = number(words, name, text, 1, most.into())?;
            setup.places.set_members(Some(count as u16));
        }
        _ if quality(words, name, text, &mut change)? => setup.link = setup.link.with(&change),
        _ if (entry.options)().iter().any(|option| option.name == name) => {
            words.last += name.len() + 1;
            (entry.check_option)(name, text).map_err(|expected| words.expected(expected))?;
            match setup.options.iter_mut().find(|(known, _)| known == name) {
                Some((_, value)) => *value = text.into(),
                None => setup.options.push((name.into(), text.into())),
            }
        }
        _ => return Err(words.wrong(no_setting(name, setup, entry))),
    }
    Ok(name)
}

/// How long a client waits for something.
fn patient(words: &mut Words, name: &str, text: &str) -> Result<Time, Mistake> {
    let time: Time = value(words, name, text)?;
    match (Time::millis(10)..=LONGEST).contains(&time) {
        true => Ok(time),
        false => Err(words.expected("a time from 10ms to 60s")),
    }
}

/// What can be set instead.
fn no_setting(name: &str, setup: &Setup, entry: &Entry) -> Sentence {
    let mut known: Vec<String> = setup.settings().into_iter().map(|(name, _)| name).collect();
    known.retain(|name| !setup.options.iter().any(|(option, _)| option == name));
    known.extend((entry.options)().iter().map(|option| option.name.to_owned()));
    known.retain(|name| name != "give-up");
    known.extend(["give-up", "flaw"].map(str::to_owned));
    let short: String = name.chars().take(40).collect();
    sentence!("{0} has no setting “{1}”, but {2}", entry.meta.title, short, known.join(", "))
}

fn number(
    words: &mut Words,
    name: &str,
    text: &str,
    least: u64,
    most: u64,
) -> Result<u64, Mistake> {
    words.last += name.len() + 1;
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.then(|| text.parse().ok()).flatten();
    number.filter(|n| (least..=most).contains(n)).ok_or_else(|| {
        let short: String = text.chars().take(40).collect();
        words.wrong(sentence!("expected a number from {0} to {1}, found “{2}”", least, most, short))
    })
}

/// Whether `name` is a quality of links, which is then set.
fn quality(
    words: &mut Words,
    name: &str,
    text: &str,
    change: &mut QualityChange,
) -> Result<bool, Mistake> {
    match name {
        "latency" => change.latency = Some(value(words, name, text)?),
        "loss" => change.loss = Some(value(words, name, text)?),
        "duplicate" => change.duplicate = Some(value(words, name, text)?),
        "replay" => change.replay = Some(value(words, name, text)?),
        "reorder" => change.reorder = Some(value(words, name, text)?),
        _ => return Ok(false),
    }
    Ok(true)
}

fn caption(words: &mut Words) -> Result<String, Mistake> {
    let text = words.rest("some text")?;
    if text.chars().count() > CAPTION {
        return Err(words.wrong(sentence!("a caption has at most {0} characters", CAPTION)));
    }
    Ok(text.into())
}

// ---- commands --------------------------------------------------------------------------------

const COMMAND: &str = "a command such as crash, cut, partition, request or say";
const CLIENT: &str = "a client such as C1";
const LINK: &str = "a link such as S1-S2 (both ways) or S1>S2 (one way)";

fn command(words: &mut Words, setup: &Setup, entry: &Entry) -> Result<Command, Mistake> {
    Ok(match words.next(COMMAND)? {
        "crash" => {
            let places = some(words, setup)?;
            let torn = words.peek() == Some("torn");
            if torn {
                words.next(COMMAND)?;
            }
            Deed::Crash { torn }.to_each(places)
        }
        "restart" => Deed::Restart.to_each(some(words, setup)?),
        "pause" => Deed::Pause.to_each(some(words, setup)?),
        "resume" => Deed::Resume.to_each(some(words, setup)?),
        "wipe" => Deed::Wipe.to_each(some(words, setup)?),
        "fire" => {
            let node = node(words, setup)?;
            let timer = words.next("a timer's name")?;
            if timer.len() > 40 {
                return Err(words.expected("a timer's name"));
            }
            Command::Fire { node, timer: timer.into() }
        }
        "clock" => clock(words, setup)?,
        "disk" => {
            let node = node(words, setup)?;
            match assignment(words, "latency=TIME")? {
                (name @ "latency", text) => {
                    Command::Disk { node, latency: value(words, name, text)? }
                }
                _ => return Err(words.expected("latency=TIME")),
            }
        }
        "cut" => Command::Cut(some_links(words, setup)?),
        "hold" => Command::Hold(some_links(words, setup)?),
        "heal" => Command::Heal(links(words, setup)?),
        "partition" => Command::Partition(partition(words, setup)?),
        "link" => link(words, setup)?,
        "drop" => Command::Drop(message(words)?),
        "delay" => Command::Delay {
            message: message(words)?,
            by: words.read("a time such as 1.24s, 150ms or 20us")?,
        },
        "duplicate" => Command::Duplicate(message(words)?),
        "deliver" => Command::Deliver(message(words)?),
        "request" => request(words, setup, entry)?,
        "load" => load::load(words, setup, entry)?,
        "say" => Command::Say(caption(words)?),
        "goal" => Command::Goal(property(words, entry)?),
        "end" => Command::End,
        _ => return Err(words.expected(COMMAND)),
    })
}

fn clock(words: &mut Words, setup: &Setup) -> Result<Command, Mistake> {
    const CHANGE: &str = "drift=+5%, or jump=-20ms";
    let node = node(words, setup)?;
    let (name, text) = assignment(words, CHANGE)?;
    let (sign, amount) = match text.strip_prefix('-') {
        Some(amount) => (-1, amount),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    match name {
        "drift" => {
            words.last += "drift=".len();
            let share = amount.parse::<Ratio>().ok();
            let ppm = share.map(|share| sign * share.ppm() as i32);
            match ppm.filter(|ppm| crate::sim::DRIFT.contains(ppm)) {
                Some(ppm) => Ok(Command::Drift { node, ppm }),
                None => Err(words.expected("a drift from -50% to +100%")),
            }
        }
        "jump" => {
            let time: Time = value(words, name, amount)?;
            Ok(Command::Jump { node, micros: i64::from(sign) * time.0 as i64 })
        }
        _ => Err(words.expected(CHANGE)),
    }
}

fn links(words: &mut Words, setup: &Setup) -> Result<Vec<Link>, Mistake> {
    let mut links = Vec::new();
    while words.peek().is_some_and(|word| !word.contains('=')) {
        let word = words.next(LINK)?;
        links.push(read_link(words, setup, word)?);
        if links.len() > 1_000 {
            return Err(words.expected(LINK));
        }
    }
    Ok(links)
}

/// Reads this word as a link.
pub(crate) fn read_link(words: &Words, setup: &Setup, word: &str) -> Result<Link, Mistake> {
    let ends = word.split_once('>').map(|ends| (ends, false));
    let ends = ends.or_else(|| word.split_once('-').map(|ends| (ends, true)));
    let ((from, to), both_ways) = ends.ok_or_else(|| words.expected(LINK))?;
    let from = existing(words, setup, from.parse().map_err(|_| words.expected(LINK))?)?;
    let to = existing(words, setup, to.parse().map_err(|_| words.expected(LINK))?)?;
    let clients = setup.places.is_house_client(from) && setup.places.is_house_client(to);
    match from == to || clients {
        true => Err(words.expected(LINK)),
        false => Ok(Link { from, to, both_ways }),
    }
}

fn some_links(words: &mut Words, setup: &Setup) -> Result<Vec<Link>, Mistake> {
    let links = links(words, setup)?;
    match links.is_empty() {
        true => {
            words.last = words.at;
            Err(words.expected(LINK))
        }
        false => Ok(links),
    }
}

fn link(words: &mut Words, setup: &Setup) -> Result<Command, Mistake> {
    const CHANGE: &str = "a change such as latency=100ms or loss=5%";
    let links = match words.peek() {
        Some("all") => {
            words.next(LINK)?;
            Vec::new()
        }
        _ => some_links(words, setup)?,
    };
    let mut change = QualityChange::default();
    loop {
        let (name, text) = assignment(words, CHANGE)?;
        if !quality(words, name, text, &mut change)? {
            return Err(words.expected(CHANGE));
        }
        if words.is_at_end() {
            return Ok(Command::Link { links, change });
        }
    }
}

fn message(words: &mut Words) -> Result<u64, Mistake> {
    const MESSAGE: &str = "a message's number such as #214";
    let word = words.next(MESSAGE)?;
    let digits = word.strip_prefix('#').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or_else(|| words.expected(MESSAGE))
}

fn request(words: &mut Words, setup: &Setup, entry: &Entry) -> Result<Command, Mistake> {
    let client: Place = words.read(CLIENT)?;
    if !setup.places.may_ask(client) {
        return Err(match setup.places.serve_clients() {
            true => words.expected(CLIENT),
            false => words.wrong(sentence!("{0} only answers: it asks for nothing itself", client)),
        });
    }
    existing(words, setup, client)?;
    let to = asked(words, setup)?;
    let text = words.rest("a request")?;
    (entry.check_request)(text).map_err(|unserved| match unserved {
        Unserved::Unread(expected) => {
            let mut forms = entry.forms.iter();
            let form = forms.find(|form| text.split_whitespace().next() == Some(form.word()));
            let Some((form, misfit)) = form.and_then(|form| Some((form, form.misfit(text)?)))
            else {
                words.point(0);
                return words.expected(expected);
            };
            // Of several requests, the one that was meant.
            let mut all = expected.split(", ").flat_map(|all| all.split(" or "));
            let meant = all.find(|it| it.split(' ').next() == Some(form.word()));
            let meant = meant.unwrap_or(expected);
            let (Misfit::Wrong(at) | Misfit::Missing(at) | Misfit::TooMuch(at)) = misfit;
            words.point(at);
            match misfit {
                Misfit::TooMuch(_) => words.expected("the end of the line"),
                _ => words.expected(meant),
            }
        }
        Unserved::Refused(why) => words.wrong(why),
    })?;
    Ok(Command::Request { client, to, request: text.into() })
}

impl std::str::FromStr for Latency {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Latency, &'static str> {
        let parts: Vec<&str> = text.split('~').collect();
        if let Some(table) = Quantiles::named(text) {
            return Ok(Latency::Table(table));
        }
        let (latency, most) = match parts[..] {
            [span] => {
                let span: Span = span.parse()?;
                (Latency::Uniform(span), span.max)
            }
            [min, mean, cap] => {
                let (min, mean, cap) = (min.parse()?, mean.parse()?, cap.parse()?);
                if min > mean || mean > cap {
                    return Err("minimum, mean and cap in this order, such as 2ms~10ms~100ms");
                }
                (Latency::Exponential { min, mean, cap }, cap)
            }
            _ => return Err("a time, a range such as 5ms..15ms, or minimum~mean~cap"),
        };
        match most <= LONGEST {
            true => Ok(latency),
            false => Err("a latency of at most 60s"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::PlaceKind;
    use crate::protocol::tests::Relay;

    #[test]
    fn a_request_that_is_not_served_is_refused_where_it_stands() {
        let entry = Entry::of::<Relay>("");
        let read = |line| {
            command(&mut Words::new(line, 7), &Setup::new("relay", entry.meta.kinds), &entry)
        };
        assert!(read("request C1 S2 pass").is_ok());
        assert!(read("request C1 S2 S1 pass").is_ok());
        assert!(read("request C1 S2 S2 pass").is_err());
        let mistake = read("request C1 S2 count").unwrap_err().to_string();
        let why = "Relay does not serve “count”: nobody keeps count.";
        assert_eq!(mistake, format!("line 7, column 15: {why}"));
    }

    #[test]
    fn whoever_only_answers_cannot_be_told_to_ask() {
        let entry = Entry::of::<Relay>("");
        let kinds = [PlaceKind::new('B', "b", "bs"), PlaceKind::new('L', "l", "ls").answers()];
        let setup = Setup::new("relay", &kinds);
        let read = |line| command(&mut Words::new(line, 7), &setup, &entry);
        assert!(read("request B1 pass").is_ok());
        let mistake = read("request L1 pass").unwrap_err().to_string();
        assert_eq!(mistake, "line 7, column 9: L1 only answers: it asks for nothing itself");
    }
}
