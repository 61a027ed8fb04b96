//! Finding things by a word: protocols, scenes, lessons, exercises, terms, properties and flaws. The index of
//! them is a text, `www/finding.txt`, written from the catalog and the shelf when the tests are run with
//! `BLESS=1`: the page fetches it when somebody first wants to find something, and none of what it names.

use super::lesson::Course;
use super::map::card;
use super::slips::slips;
use super::texts::SHELF;
use crate::catalog::{Entry, catalog};
use crate::key;
use crate::protocol::FlawInfo;
use crate::scenario;
use crate::words::{Language, translate};

/// What is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindKind {
    Protocol,
    Scene,
    Lesson,
    Exercise,
    Term,
    Property,
    Flaw,
}

impl FindKind {
    const ALL: [FindKind; 7] = [
        FindKind::Protocol,
        FindKind::Scene,
        FindKind::Lesson,
        FindKind::Exercise,
        FindKind::Term,
        FindKind::Property,
        FindKind::Flaw,
    ];

    /// What it is called: a key of the translations.
    pub fn name(self) -> &'static str {
        match self {
            FindKind::Protocol => key!("protocol"),
            FindKind::Scene => key!("scene"),
            FindKind::Lesson => key!("lesson"),
            FindKind::Exercise => key!("exercise"),
            FindKind::Term => key!("glossary"),
            FindKind::Property => key!("property"),
            FindKind::Flaw => key!("flaw"),
        }
    }

    /// In the index.
    fn code(self) -> char {
        char::from(b'a' + self as u8)
    }
}

/// Something that can be found: a line of the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    pub kind: FindKind,
    /// Where it leads: a link's hash.
    pub link: String,
    /// In English and in Chinese: what it is called, and more words about it.
    titles: [String; 2],
    more: [String; 2],
}

/// So many are shown at the most.
pub const MOST: usize = 12;

/// Between the texts that say more about something.
const AND: &str = " · ";

impl Find {
    fn new(kind: FindKind, link: String, title: &str, more: &str) -> Find {
        let both = |text: &str| Language::ALL.map(|language| one_line(translate(language, text)));
        Find { kind, link, titles: both(title), more: both(more) }
    }

    pub fn title(&self, language: Language) -> &str {
        &self.titles[language as usize]
    }

    /// More about it; a term's other words are there to be found by, in both languages, and not to be read.
    pub fn more(&self, language: Language) -> &str {
        match self.kind {
            FindKind::Term => "",
            _ => &self.more[language as usize],
        }
    }

    /// Whether this is its name, or another name of it.
    fn is_called(&self, phrase: &str) -> bool {
        let also = self.more.iter().filter(|_| self.kind == FindKind::Term);
        let names =
            self.titles.iter().map(String::as_str).chain(also.flat_map(|it| it.split(", ")));
        names.map(str::to_lowercase).any(|name| name == phrase)
    }

    /// How many of these words, in lower case, are not there, and how well the others fit, the less the better;
    /// `None` where none of them is there. Where slips are forgiven, a word alike will do.
    fn fits(&self, words: &[String], forgives: bool) -> Option<(usize, usize)> {
        if self.is_called(&words.join(" ")) {
            return Some((0, 0));
        }
        let titles = self.titles.each_ref().map(|title| title.to_lowercase());
        let more = self.more.each_ref().map(|more| more.to_lowercase());
        let of = |word: &String| {
            let begins = |title: &String| {
                title.match_indices(&**word).any(|(at, _)| {
                    !title[..at].chars().next_back().is_some_and(char::is_alphanumeric)
                })
            };
            let has = |text: &String| text.contains(&**word);
            // Of a run its first line says what it is.
            let link = self.link.split(';').next().unwrap_or("").replace('-', " ");
            match () {
                () if titles.iter().any(|title| title.starts_with(&**word)) => Some(1),
                () if titles.iter().any(begins) => Some(2),
                () if titles.iter().any(has) => Some(4),
                () if link.contains(&**word) => Some(6),
                () if more.iter().any(has) => Some(9),
                () if forgives => {
                    // A name of one word is meant rather than one that has it among others.
                    let whole = titles.iter().filter_map(|title| slips(word, title)).min();
                    let all = titles.iter().chain([&link]);
                    let known = all.flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
                    let fewest = known.filter_map(|known| slips(word, known)).min();
                    whole.map(|slips| 12 + slips).or(fewest.map(|slips| 15 + slips))
                }
                () => None,
            }
        };
        let fitting: Vec<usize> = words.iter().filter_map(of).collect();
        (!fitting.is_empty()).then(|| (words.len() - fitting.len(), fitting.iter().sum()))
    }
}

/// Words with which a question is asked, and which tell nothing of what it is about.
const ASKING: [&str; 27] = [
    "a", "an", "and", "are", "can", "do", "does", "explain", "for", "how", "i", "in", "is", "of",
    "or", "problem", "show", "the", "to", "versus", "vs", "what", "when", "who", "why", "with",
    "work",
];
/// … and the same in Chinese, which has no spaces.
const ASKING_CHINESE: [&str; 8] =
    ["怎么工作", "是什么", "什么是", "为什么", "怎么样", "怎么", "如何", "和"];

/// The words that are looked for, in lower case: of a question, what it is about.
fn words_of(said: &str) -> Vec<String> {
    let plain = said.to_lowercase().replace(['-', '?', '？'], " ");
    let about = ASKING_CHINESE.iter().fold(plain.clone(), |text, asks| text.replace(asks, " "));
    let words =
        |text: &str| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    let told: Vec<String> =
        words(&about).into_iter().filter(|word| !ASKING.contains(&&**word)).collect();
    if told.is_empty() { words(&plain) } else { told }
}

/// What an index has for these words, the best first. What has all of them goes before what has some, and what
/// has some before what has words alike.
pub fn find<'a>(index: &'a [Find], said: &str) -> Vec<&'a Find> {
    let words = words_of(said);
    if words.is_empty() {
        return Vec::new();
    }
    // “L 240”: a word of the page and a value beside it. What is called so is meant.
    let called = |phrase: &str| -> Vec<&Find> {
        index.iter().filter(|find| find.is_called(phrase)).collect()
    };
    let bare: Vec<&str> =
        words.iter().map(|word| word.trim_end_matches(char::is_numeric)).collect();
    let bare = bare.join(" ").trim().to_owned();
    if !bare.is_empty() && called(&words.join(" ")).is_empty() {
        let meant = called(&bare);
        if !meant.is_empty() {
            return meant;
        }
    }
    let fitting = |forgives| -> Vec<((usize, usize), &Find)> {
        index.iter().filter_map(|find| Some((find.fits(&words, forgives)?, find))).collect()
    };
    let mut found = fitting(false);
    if !found.iter().any(|((missing, _), _)| *missing == 0) {
        let alike = fitting(true);
        let fewest = |found: &[((usize, usize), &Find)]| found.iter().map(|(fits, _)| fits.0).min();
        if fewest(&alike) < fewest(&found) || found.is_empty() {
            found = alike;
        }
    }
    let fewest = found.iter().map(|((missing, _), _)| *missing).min();
    found.retain(|((missing, _), _)| Some(*missing) == fewest);
    // Where a word of several is nowhere at all, one of the others must be a name to be what was meant.
    let is_known = |word: &String| {
        index.iter().any(|find| find.fits(std::slice::from_ref(word), true).is_some())
    };
    if fewest.is_some_and(|missing| missing > 0) && !words.iter().all(is_known) {
        let names: Vec<&String> = words.iter().filter(|word| !called(word).is_empty()).collect();
        let has_one = |find: &Find| {
            names.iter().any(|name| find.fits(std::slice::from_ref(*name), true).is_some())
        };
        found.retain(|(_, find)| has_one(find));
    }
    found.sort_by_key(|(fits, find)| (*fits, find.kind));
    found.into_iter().map(|(_, find)| find).take(MOST).collect()
}

/// Reads an index; what is no line of one is passed over.
pub fn read(text: &str) -> Vec<Find> {
    let line = |line: &str| {
        let parts: Vec<&str> = line.split('\t').collect();
        let [kind, link, title, chinese, more, more_chinese] = parts[..] else { return None };
        let kind = FindKind::ALL.into_iter().find(|known| kind.chars().eq([known.code()]))?;
        let both = |english: &str, chinese: &str| [english.to_owned(), chinese.to_owned()];
        let (titles, more) = (both(title, chinese), both(more, more_chinese));
        Some(Find { kind, link: link.to_owned(), titles, more })
    };
    text.lines().filter_map(line).collect()
}

/// What an index has of a flaw of the protocol of this title.
pub fn flaw<'a>(index: &'a [Find], protocol: &str, flaw: &FlawInfo) -> Option<&'a Find> {
    let told = [one_line(flaw.title), format!("{protocol}{AND}{}", one_line(flaw.story))];
    let is_it = |find: &&Find| {
        find.kind == FindKind::Flaw && [&find.titles[0], &find.more[0]] == [&told[0], &told[1]]
    };
    index.iter().find(is_it)
}

/// Writes the index of all that there is. `broken` gives the link of a run in which a flaw of a protocol breaks what it
/// breaks, by their names.
pub fn write(broken: impl Fn(&str, &str) -> String) -> String {
    // A protocol may say what another has the Chinese of: all are there before the first is asked.
    let all: Vec<&'static Entry> = catalog().collect();
    let mut finds: Vec<Find> =
        all.into_iter().flat_map(|entry| of_protocol(entry, &broken)).collect();
    finds.extend(of_shelf());
    finds.sort_by_key(|find| find.kind);
    let line = |find: &Find| {
        let [title, chinese] = &find.titles;
        let [more, more_chinese] = &find.more;
        let Find { kind, link, .. } = find;
        format!("{}\t{link}\t{title}\t{chinese}\t{more}\t{more_chinese}\n", kind.code())
    };
    finds.iter().map(line).collect()
}

fn of_protocol(entry: &'static Entry, broken: &impl Fn(&str, &str) -> String) -> Vec<Find> {
    let meta = entry.meta;
    let first = meta.scenes.first().map_or("", |(name, _)| name);
    let to = |scene: &str| format!("#v1&scene={}/{scene}", meta.slug);
    let mut finds = vec![Find::new(FindKind::Protocol, to(first), meta.title, meta.summary)];
    let mut shows: Vec<(String, &str)> = Vec::new();
    for (name, text) in meta.scenes {
        let Ok(script) = scenario::parse_first(text) else { continue };
        let title = script.title.as_deref().unwrap_or(name);
        let mut find = Find::new(FindKind::Scene, to(name), title, meta.title);
        // On the map it may have another name.
        if let Some(card) = card(&format!("{}/{name}", meta.slug)) {
            find.add(&Find::new(FindKind::Scene, String::new(), card.title, ""));
        }
        finds.push(find);
        shows.extend(script.setup.flaws.iter().map(|flaw| (flaw.clone(), *name)));
    }
    for property in (entry.properties)() {
        let link = format!("{}&panel=properties", to(first));
        let mut find = Find::new(FindKind::Property, link, property.name, meta.title);
        let meaning = Find::new(FindKind::Property, String::new(), property.meaning, "");
        find.add(&meaning);
        finds.push(find);
    }
    for flaw in (entry.flaws)() {
        let scene = shows.iter().find(|(name, _)| name == flaw.name).map(|(_, scene)| *scene);
        let link = scene.map_or_else(|| broken(meta.slug, flaw.name), to);
        let mut find = Find::new(FindKind::Flaw, link, flaw.title, meta.title);
        find.add(&Find::new(FindKind::Flaw, String::new(), flaw.story, ""));
        finds.push(find);
    }
    finds
}

impl Find {
    /// More words, of another's title.
    fn add(&mut self, other: &Find) {
        for (more, title) in self.more.iter_mut().zip(&other.titles) {
            *more = format!("{more}{AND}{title}");
        }
    }
}

fn of_shelf() -> Vec<Find> {
    let Some(shelf) = SHELF.get() else { return Vec::new() };
    let mut finds = Vec::new();
    for (kind, part, texts) in [
        (FindKind::Lesson, "lesson", shelf.lessons),
        (FindKind::Exercise, "exercise", shelf.exercises),
    ] {
        for text in texts {
            let read = |language| (shelf.read)(text.of(language)).ok();
            let said = |of: fn(&Course) -> String| {
                Language::ALL.map(|language| {
                    read(language).map_or(String::new(), |course| one_line(&of(&course)))
                })
            };
            finds.push(Find {
                kind,
                link: format!("#v1&{part}={}", text.name),
                titles: said(|course| course.title().to_owned()),
                more: said(Course::summary),
            });
        }
    }
    let terms = Language::ALL
        .map(|language| (shelf.terms)(shelf.glossary.of(language)).unwrap_or_default());
    let [english, chinese] = &terms;
    for term in english {
        let other = chinese.iter().find(|other| other.name == term.name).unwrap_or(term);
        finds.push(Find {
            kind: FindKind::Term,
            link: format!("#v1&term={}", term.name),
            titles: [one_line(&term.title), one_line(&other.title)],
            more: [term, other].map(|it| one_line(&[&*it.also, &*it.signs].concat().join(", "))),
        });
    }
    finds
}

/// A line of the index holds no line breaks and no tabs.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All that there is, with made-up runs for the flaws.
    fn index() -> Vec<Find> {
        read(&write(|_, flaw| format!("#v1&run=flaw={flaw}")))
    }

    #[test]
    fn slips_are_forgiven_where_nothing_is_called_so() {
        let index = index();
        let first = |said: &str| find(&index, said).first().map(|find| find.titles[0].clone());
        assert_eq!(first("pasox").as_deref(), Some("Paxos"));
        assert_eq!(first("redlok").as_deref(), Some("Redlock"));
        assert_eq!(first("Lamprot mutual").as_deref(), Some("Lamport's mutual exclusion"));
        assert_eq!(first("rfat").as_deref(), Some("Raft"));
        assert_eq!(first("xyzzy"), None);
        assert!(
            find(&index, "raft").iter().all(|find| find.fits(&["raft".into()], false).is_some())
        );
        assert_eq!(first("qourum").as_deref(), Some("Quorum"));
    }

    #[test]
    fn what_is_not_here_finds_nothing_by_a_word_beside_it() {
        let index = index();
        let first = |said: &str| find(&index, said).first().map(|find| find.titles[0].as_str());
        assert_eq!(first("two generals"), Some("Message loss"), "the term says so");
        assert_eq!(first("the two generals problem"), Some("Message loss"));
        assert_eq!(first("两将军问题"), Some("Message loss"));
        assert_eq!(first("two zebras"), None);
        assert_eq!(first("raft zebras"), Some("Raft"), "a name is meant, whatever else is said");
    }

    #[test]
    fn a_question_finds_what_it_is_about() {
        let index = index();
        let titles = |said: &str| -> Vec<String> {
            find(&index, said).iter().map(|find| find.titles[0].clone()).collect()
        };
        assert_eq!(titles("how does raft work?")[0], "Raft");
        assert_eq!(titles("Raft 怎么工作")[0], "Raft");
        assert_eq!(titles("how"), titles("how "), "a word that only asks is looked for by itself");
        let both = titles("raft vs paxos");
        assert!(
            both.iter().any(|it| it == "Raft") && both.iter().any(|it| it == "Paxos"),
            "{both:?}"
        );
        assert_eq!(titles("leader election")[0], "Election");
        assert_eq!(titles("多数派")[0], "Quorum");
        assert!(!titles("5").contains(&"Quorum".to_owned()), "a number alone is no name");
        for value in ["L 240", "L240", "l 7"] {
            assert_eq!(titles(value), ["Lamport clock"], "{value}");
        }
        assert_eq!(titles("ok 3"), ["AppendEntries"]);
        assert_eq!(titles("beat")[0], "Heartbeat");
        assert_eq!(titles("围栏令牌"), ["Fencing token"]);
        assert!(titles("figure 8")[0].contains('8'), "a number may be part of a name");
    }
}
