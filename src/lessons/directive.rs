//! Directives: the lines of a block marked `synod`, between the paragraphs of a lesson. One line is one
//! directive; a script of its own takes as many lines as it has.

use super::slips::slips;
use crate::base::{Sentence, Time};
use crate::check::Model;
use crate::scenario::{Mistake, Words};
use crate::{key, sentence};

/// What a line says, and which line of the file that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    pub line: u32,
    pub says: Says,
}

/// What can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    Minutes(u32),
    /// A scene's protocol and name.
    Scene(String, String),
    /// A script, or lines that a solution adds to one.
    Script(String),
    Pause(When),
    Select(String),
    Tab(String),
    /// Why a place is as it is: the tab that tells causes, with this asked.
    Why {
        place: String,
        name: String,
    },
    Below(String),
    Ask(Prediction),
    /// What the run answers to the question before, as its writer expects.
    Answer(String),
    Try(Demand),
    Check(Demand),
    Hint(String),
    /// The lesson that an exercise belongs to.
    Lesson(String),
    /// How far an exercise's solution is run.
    Until(Time),
    /// What follows is the solution.
    Solution,
    /// An entry of the glossary: its name, a run that shows it, other words, words on the page.
    Term(String),
    Run(String),
    Also(Vec<String>),
    Signs(Vec<String>),
}

/// An instant of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    At(Time),
    /// Where this condition becomes true next.
    Until(String),
}

/// A question that the run answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prediction {
    pub line: u32,
    /// Where its condition begins on that line.
    pub column: u32,
    pub text: String,
    pub asks: Matter,
    /// By when it is answered.
    pub by: Time,
    /// What its writer expects, and the line that says so: the text behind the question may rest on it.
    pub answer: Option<(u32, String)>,
}

/// What is asked of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matter {
    /// At which place this becomes true first.
    Who(String),
    /// Whether this becomes true.
    Whether(String),
    /// What is read off this place then, of these.
    Value { place: String, name: String, choices: Vec<String> },
    /// Whether what clients saw is what this model allows.
    Model(Model),
}

/// Something that the reader is to bring about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub line: u32,
    /// Where what is demanded begins on that line.
    pub column: u32,
    pub text: String,
    pub check: Check,
}

/// How it is seen that it has come about, or is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// A condition becomes true, at an instant at which the second is true as well.
    Becomes {
        condition: String,
        during: Option<String>,
    },
    /// A condition has never become true.
    Never(String),
    /// No flaw is switched on.
    NoFlaw,
    /// The run's first line is as given.
    SameSetup,
    /// The lines given stand as they were.
    SameLines,
    /// So many lines are the reader's own.
    AtMost(usize),
    /// The reader's own lines have only these verbs.
    Only(Vec<String>),
    Model {
        model: Model,
        kept: bool,
    },
}

/// What the lines of a text begin with, by the kind of text.
pub const OF_LESSONS: &[&str] =
    &["minutes", "scene", "run", "pause", "select", "tab", "below", "ask", "answer", "try"];
pub const OF_EXERCISES: &[&str] = &[
    "minutes", "lesson", "scene", "run", "select", "tab", "below", "check", "hint", "until",
    "solution",
];
pub const OF_GLOSSARY: &[&str] = &["term", "run", "also", "signs"];
const QUOTED: &str = key!("a text between quotation marks, as in ask \"Who will lead?\"");
const TABS: [&str; 7] = ["node", "message", "why", "properties", "models", "log", "script"];
const BELOW: [&str; 3] = ["diagram", "measures", "history"];
/// Answers to choose from, and their length, at the most.
const CHOICES: usize = 8;

/// Reads the lines of a block, the first of which is this one of the file. In such a text they begin with these
/// words.
pub fn read(block: &str, first: u32, known: &[&str]) -> Result<Vec<Directive>, Mistake> {
    let mut said: Vec<Directive> = Vec::new();
    for (line, text) in (first..).zip(block.lines()) {
        let word = text.split_whitespace().next().unwrap_or_default();
        let open = said.last_mut().filter(|last| matches!(last.says, Says::Script(_)));
        match open {
            _ if begins_script(text) || is_timed(word) && open.is_none() => {
                said.push(Directive { line, says: Says::Script(format!("{text}\n")) });
            }
            Some(Directive { says: Says::Script(script), .. }) if is_of_script(word) => {
                script.push_str(text);
                script.push('\n');
            }
            _ if word.is_empty() || word.starts_with('#') => {}
            _ => said.push(Directive { line, says: directive(text, line, known)? }),
        }
    }
    Ok(said)
}

/// `run PROTOCOL …`; `run #v1…` of the glossary is a link.
fn begins_script(text: &str) -> bool {
    let mut words = text.split_whitespace();
    words.next() == Some("run") && words.next().is_none_or(|next| !next.starts_with('#'))
}

/// Whether a line of a script begins with a time.
fn is_timed(word: &str) -> bool {
    word.trim_start_matches('+').starts_with(|c: char| c.is_ascii_digit())
}

fn is_of_script(word: &str) -> bool {
    is_timed(word) || word.starts_with('#') || ["", "log", "title", "beside"].contains(&word)
}

fn directive(text: &str, line: u32, known: &[&str]) -> Result<Says, Mistake> {
    let mut words = Words::new(text, line);
    let says = match words.next("")? {
        "minutes" => Says::Minutes(number(&mut words, 1..=120)?),
        "scene" => scene(&mut words)?,
        "pause" => Says::Pause(when(&mut words)?),
        "select" => Says::Select(words.next(key!("a place such as S1"))?.to_owned()),
        "tab" => tab(&mut words)?,
        "below" => Says::Below(one_of(&mut words, &BELOW)?),
        "ask" => Says::Ask(ask(&mut words, line)?),
        "answer" => {
            Says::Answer(words.rest(key!("an answer, as in answer S1 or answer yes"))?.to_owned())
        }
        "try" => Says::Try(task(&mut words, line)?),
        "check" => Says::Check(task(&mut words, line)?),
        "hint" => Says::Hint(quoted(&mut words)?),
        "lesson" => Says::Lesson(name(&mut words)?),
        "until" => Says::Until(time(&mut words)?),
        "solution" => Says::Solution,
        "term" => Says::Term(name(&mut words)?),
        "run" => Says::Run(words.next(key!("a link that begins with #v1"))?.to_owned()),
        "also" => Says::Also(listed(&mut words)?),
        "signs" => Says::Signs(listed(&mut words)?),
        other => return Err(words.wrong(unknown(other, known))),
    };
    words.end()?;
    Ok(says)
}

/// What is said where a line begins with none of the words that it can begin with.
fn unknown(found: &str, known: &[&str]) -> Sentence {
    let short: String = found.chars().take(40).collect();
    let alike = known.iter().filter_map(|known| Some((slips(found, known)?, *known)));
    match alike.min() {
        Some((_, meant)) => {
            sentence!(
                "expected a directive, found “{0}”: did you mean {1}?",
                short,
                meant.to_owned()
            )
        }
        None => sentence!("expected a directive ({0}), found “{1}”", known.join(", "), short),
    }
}

fn number(words: &mut Words, allowed: std::ops::RangeInclusive<u32>) -> Result<u32, Mistake> {
    let (least, most) = (*allowed.start(), *allowed.end());
    let read = words.next(key!("a number"))?.parse().ok().filter(|read| allowed.contains(read));
    read.ok_or_else(|| words.wrong(sentence!("expected a number from {0} to {1}", least, most)))
}

fn time(words: &mut Words) -> Result<Time, Mistake> {
    const TIME: &str = key!("a time such as 1.5s");
    words.next(TIME)?.parse().map_err(|_| words.expected(TIME))
}

fn scene(words: &mut Words) -> Result<Says, Mistake> {
    const SCENE: &str = key!("a scene such as PROTOCOL/SCENE");
    let named = words.next(SCENE)?;
    let (protocol, name) = named.split_once('/').ok_or_else(|| words.expected(SCENE))?;
    Ok(Says::Scene(protocol.to_owned(), name.to_owned()))
}

fn when(words: &mut Words) -> Result<When, Mistake> {
    if words.peek() != Some("until") {
        return Ok(When::At(time(words)?));
    }
    words.next("")?;
    Ok(When::Until(words.rest(key!("a condition such as leader"))?.to_owned()))
}

fn one_of(words: &mut Words, known: &[&str]) -> Result<String, Mistake> {
    let all = known.join(", ");
    let word = words.next(key!("a name"))?;
    match known.contains(&word) {
        true => Ok(word.to_owned()),
        false => Err(words.wrong(one_of_these(word, &all))),
    }
}

fn one_of_these(found: &str, all: &str) -> Sentence {
    let short: String = found.chars().take(40).collect();
    sentence!("there is no “{0}” here: expected one of {1}", short, all.to_owned())
}

/// `why` shows nothing by itself: it says what is asked.
fn tab(words: &mut Words) -> Result<Says, Mistake> {
    const ASKED: &str = key!("a place and a field, as in tab why S2 role");
    let tab = one_of(words, &TABS)?;
    if tab != "why" {
        return Ok(Says::Tab(tab));
    }
    let (place, name) = (words.next(ASKED)?.to_owned(), words.rest(ASKED)?.trim().to_owned());
    Ok(Says::Why { place, name })
}

/// A name in links: lower case letters, digits, hyphens.
fn name(words: &mut Words) -> Result<String, Mistake> {
    const NAME: &str = key!("a name of small letters, digits and hyphens");
    let word = words.next(NAME)?;
    let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match word.chars().all(is_sign) && word.len() <= 60 {
        true => Ok(word.to_owned()),
        false => Err(words.expected(NAME)),
    }
}

fn listed(words: &mut Words) -> Result<Vec<String>, Mistake> {
    let text = words.rest(key!("words with commas between them"))?;
    Ok(text.split([',', '，', '、']).map(|word| word.trim().to_owned()).collect())
}

/// A text between quotation marks; what follows it is left.
fn quoted(words: &mut Words) -> Result<String, Mistake> {
    match words.quoted() {
        Some(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
        _ => Err(words.expected(QUOTED)),
    }
}

fn ask(words: &mut Words, line: u32) -> Result<Prediction, Mistake> {
    const KINDS: &str = key!("who, whether, value or model, as in who any role=leader by 2s");
    let text = quoted(words)?;
    let kind = words.next(KINDS)?;
    let column = words.column();
    let (asks, by) = match kind {
        "who" => {
            let (condition, by) = condition_by(words)?;
            (Matter::Who(condition), by)
        }
        "whether" => {
            let (condition, by) = condition_by(words)?;
            (Matter::Whether(condition), by)
        }
        "value" => value(words)?,
        "model" => {
            let model = model(words)?;
            expect(words, "at")?;
            (Matter::Model(model), time(words)?)
        }
        _ => return Err(words.expected(KINDS)),
    };
    Ok(Prediction { line, column, text, asks, by, answer: None })
}

fn expect(words: &mut Words, word: &'static str) -> Result<(), Mistake> {
    match words.next(word)? == word {
        true => Ok(()),
        false => Err(words.expected(word)),
    }
}

/// A condition up to the last `by`, and the time behind it.
fn condition_by(words: &mut Words) -> Result<(String, Time), Mistake> {
    const BY: &str = key!("a condition and by when, as in any role=leader by 2s");
    let text = words.rest(BY)?;
    let (condition, by) = text.rsplit_once(" by ").ok_or_else(|| words.expected(BY))?;
    let by = by.trim().parse().map_err(|_| words.expected(BY))?;
    Ok((condition.trim().to_owned(), by))
}

/// `S1 commitIndex at TIME of 0 | 1 | 2`
fn value(words: &mut Words) -> Result<(Matter, Time), Mistake> {
    const VALUE: &str =
        key!("a place, a field, a time and choices, as in S1 commitIndex at 2s of 0 | 1 | 2");
    let text = words.rest(VALUE)?;
    let read = || {
        let (what, choices) = text.split_once(" of ")?;
        let (what, at) = what.rsplit_once(" at ")?;
        let (place, name) = what.trim().split_once(' ')?;
        let choices: Vec<String> = choices.split('|').map(|text| text.trim().to_owned()).collect();
        let by = at.trim().parse().ok()?;
        let fits = (2..=CHOICES).contains(&choices.len());
        let asks = Matter::Value { place: place.into(), name: name.trim().into(), choices };
        fits.then_some((asks, by))
    };
    read().ok_or_else(|| words.expected(VALUE))
}

fn model(words: &mut Words) -> Result<Model, Mistake> {
    let word = words.next(key!("a model such as linearizable"))?;
    let found = Model::ALL.into_iter().find(|model| model.slug() == word);
    let all = || Model::ALL.map(Model::slug).join(", ");
    found.ok_or_else(|| words.wrong(one_of_these(word, &all())))
}

fn task(words: &mut Words, line: u32) -> Result<Demand, Mistake> {
    let text = quoted(words)?;
    let column = words.column();
    Ok(Demand { line, column, text, check: check(words)? })
}

fn check(words: &mut Words) -> Result<Check, Mistake> {
    const CHECK: &str = key!("what is to come about, as in no flaw or 2 role=leader");
    let text = words.rest(CHECK)?;
    let spaced: Vec<&str> = text.split_whitespace().collect();
    Ok(match spaced[..] {
        ["no", "flaw"] => Check::NoFlaw,
        ["same", "setup"] => Check::SameSetup,
        ["same", "lines"] => Check::SameLines,
        ["at", "most", most, "line" | "lines"] => match most.parse() {
            Ok(most) => Check::AtMost(most),
            Err(_) => return Err(words.expected(key!("a number of lines, as in at most 3 lines"))),
        },
        ["only", ref verbs @ ..] if !verbs.is_empty() => {
            Check::Only(verbs.iter().map(|verb| (*verb).to_owned()).collect())
        }
        ["model", name, standing @ ("kept" | "broken")] => {
            let model = model(&mut Words::new(name, words.line()))?;
            Check::Model { model, kept: standing == "kept" }
        }
        ["no", ref rest @ ..] if !rest.is_empty() => Check::Never(rest.join(" ")),
        _ => match text.split_once(" while ") {
            Some((condition, during)) => Check::Becomes {
                condition: condition.trim().to_owned(),
                during: Some(during.trim().to_owned()),
            },
            None => Check::Becomes { condition: text.trim().to_owned(), during: None },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn says(text: &str) -> Vec<Says> {
        let read = read(text, 1, OF_LESSONS).unwrap_or_else(|mistake| panic!("{text}: {mistake}"));
        read.into_iter().map(|directive| directive.says).collect()
    }

    #[test]
    fn a_script_takes_its_lines_and_what_follows_is_read() {
        let block = "minutes 8\nrun raft nodes=5 seed=7\n# why\n30ms fire S1 election\npause until sent RequestVote\n";
        assert_eq!(
            says(block),
            [
                Says::Minutes(8),
                Says::Script("run raft nodes=5 seed=7\n# why\n30ms fire S1 election\n".into()),
                Says::Pause(When::Until("sent RequestVote".into())),
            ]
        );
        assert_eq!(
            says("solution\n300ms crash S1\n480ms fire S3 election\n"),
            [Says::Solution, Says::Script("300ms crash S1\n480ms fire S3 election\n".into())]
        );
        assert_eq!(
            says("run #v1&scene=raft/figure-8"),
            [Says::Run("#v1&scene=raft/figure-8".into())]
        );
    }

    #[test]
    fn questions_and_checks() {
        let asked = says("ask \"Who will lead?\" who any role=leader by 2s");
        let [Says::Ask(question)] = &asked[..] else { panic!("{asked:?}") };
        assert_eq!(question.text, "Who will lead?");
        assert_eq!(question.asks, Matter::Who("any role=leader".into()));
        assert_eq!(question.by, Time::seconds(2));
        let asked = says("ask \"How far?\" value S1 commitIndex at 2s of 0 | 1 | 2");
        let [Says::Ask(Prediction { asks: Matter::Value { choices, .. }, .. })] = &asked[..] else {
            panic!("{asked:?}")
        };
        assert_eq!(choices, &["0", "1", "2"]);
        for (text, check) in [
            ("no flaw", Check::NoFlaw),
            ("no violation Election Safety", Check::Never("violation Election Safety".into())),
            ("at most 4 lines", Check::AtMost(4)),
            ("only crash partition", Check::Only(vec!["crash".into(), "partition".into()])),
            ("model pram broken", Check::Model { model: Model::Pram, kept: false }),
            (
                "S3 settled>=2 while 2 role=leader",
                Check::Becomes {
                    condition: "S3 settled>=2".into(),
                    during: Some("2 role=leader".into()),
                },
            ),
        ] {
            let read = says(&format!("check \"So it is\" {text}"));
            let [Says::Check(task)] = &read[..] else { panic!("{read:?}") };
            assert_eq!(task.check, check, "{text}");
        }
    }

    #[test]
    fn a_mistake_says_where_and_what_was_expected() {
        let told = |text: &str| read(text, 7, OF_LESSONS).expect_err(text).to_string();
        assert!(told("puase 1s").ends_with("found “puase”: did you mean pause?"));
        assert!(!told("reveal now").contains("solution"), "only what a lesson takes");
        assert!(
            told("\nreveal now").starts_with("line 8, column 1: expected a directive"),
            "{}",
            told("\nreveal now")
        );
        assert!(
            told("ask Who who leader by 2s")
                .starts_with("line 7, column 5: expected a text between")
        );
        assert!(told("ask \"Who\" which").starts_with("line 7, column 11: expected who, whether"));
        assert!(told("check \"x\" model fast kept").contains("expected one of linearizable"));
        assert!(told("tab all").contains("expected one of node"));
        assert!(told("ask \"x\" value S1 term at 2s of 1").contains("a place, a field"));
        assert!(told("minutes 0").contains("from 1 to 120"));
    }
}
