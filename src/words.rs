//! The page's languages. English stands in the code; what is here turns it into the language of
//! whoever reads, gettext's way: the English text is the key of its translation, and a key without
//! one is shown as it is.
//!
//! The Chinese stands in `www/locale/zh.po`, a file that every translator's tool opens, and once more
//! in `zh.txt` beside it, sorted by what is searched for: `BLESS=1 cargo test` writes that one. What only
//! one protocol says stands in `zh/SLUG.po` and `zh/SLUG.txt`, and comes with the protocol.
//!
//! To be translated, a text must be *found*. `tests/it/words.rs` reads the sources for these forms,
//! and lists what the `.po` file lacks and what it no longer needs:
//!
//! | in the code | what is a key |
//! |---|---|
//! | `sentence!("…{0}…", …)` | the template, and literals among its values (fixed words) |
//! | `tr!(language, "…{0}…", …)` | the same, told at once |
//! | `key!("…")` | a text that is stored now and translated when it is shown |
//! | any literal with a space in it, below the page | prose: what a parser expected, why a message was lost |
//! | `Err("…")`, `Role { name: "…" }`, `Kind { name: "…" }`, `Form { name: "…" }` | the words that a node or a form shows |
//!
//! and asks the catalog for the rest: titles, summaries, properties, flaws, options, scenes and
//! their captions. So a protocol says what it has to say in plain English, and a test says what is
//! missing in Chinese.

use std::sync::RwLock;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::base::Sentence;
use crate::base::digest::Digest;

/// Marks a text as one to translate, and is that text: for tables whose rows are shown later.
#[macro_export]
macro_rules! key {
    ($text:literal) => {
        $text
    };
}

/// A text of the page in the reader's language: `tr!(language, "Play")` is a `&'static str`; with
/// values, as in `tr!(language, "event {0} of {1}", at, last)`, it is a `String`.
#[macro_export]
macro_rules! tr {
    ($language:expr, $text:literal $(,)?) => {
        $crate::words::translate($language, $text)
    };
    ($language:expr, $text:literal, $($value:expr),+ $(,)?) => {
        $crate::words::tell($language, &$crate::sentence!($text, $($value),+))
    };
}

/// A language that all of Synod speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::Chinese];

    /// As a link writes it: `lang=zh`.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }

    /// For the page's `lang` attribute, from which a browser picks fonts and a voice.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh-Hans",
        }
    }

    /// What its own readers call it.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::Chinese => "中文",
        }
    }

    /// The language of a tag such as `zh-CN`, `en_GB` or `zh`.
    pub fn of(tag: &str) -> Option<Language> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Language::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// The first language of a browser's list that Synod speaks, else English.
    pub fn preferred<'a>(tags: impl IntoIterator<Item = &'a str>) -> Language {
        tags.into_iter().find_map(Language::of).unwrap_or_default()
    }

    /// The one a click changes to.
    pub fn other(self) -> Language {
        match self {
            Language::English => Language::Chinese,
            Language::Chinese => Language::English,
        }
    }
}

/// A table as it is searched: digests of the English and the Chinese, sorted.
type Table = Vec<(u32, &'static str)>;

/// What has been learnt so far.
static CHINESE: RwLock<Table> = RwLock::new(Table::new());
/// Whether the house's own texts are among it.
static HOUSE: AtomicBool = AtomicBool::new(false);

/// How a table ends.
pub const END: &str = "\n.\n";

/// Takes in `www/locale/zh.txt`; the page fetches it when somebody wants to read Chinese. Whether it is
/// that, and all of it: a server may answer with anything.
pub fn learn(table: &str) -> bool {
    let whole = table.ends_with(END);
    if whole && !HOUSE.load(Ordering::Relaxed) {
        learn_more(table.to_owned().leak());
        HOUSE.store(true, Ordering::Relaxed);
    }
    whole
}

/// Takes in what a protocol brings with it.
pub fn learn_more(table: &'static str) {
    let row = |line: &'static str| {
        let (digest, text) = line.split_once(' ')?;
        Some((u32::from_str_radix(digest, 16).ok()?, text))
    };
    let mut chinese = CHINESE.write().unwrap_or_else(|poisoned| poisoned.into_inner());
    chinese.extend(table.lines().filter_map(row));
    chinese.sort_unstable_by_key(|(digest, _)| *digest);
}

/// Whether texts can be shown in this language.
pub fn knows(language: Language) -> bool {
    language == Language::English
        || cfg!(not(target_arch = "wasm32"))
        || HOUSE.load(Ordering::Relaxed)
}

fn chinese(english: &str) -> Option<&'static str> {
    // In a terminal there is nobody to fetch it.
    #[cfg(not(target_arch = "wasm32"))]
    learn(include_str!("../www/locale/zh.txt"));
    let chinese = CHINESE.read().unwrap_or_else(|poisoned| poisoned.into_inner());
    let place = chinese.binary_search_by_key(&digest(english), |(key, _)| *key).ok()?;
    Some(chinese[place].1)
}

/// The text in this language, or the English itself where there is no translation. It takes texts
/// from the code and texts from a script (captions, titles) alike.
pub fn translate(language: Language, english: &str) -> &str {
    match language {
        Language::English => english,
        Language::Chinese => chinese(english).unwrap_or(english),
    }
}

/// What stands for an English text in `www/locale/zh.txt`, so that the page carries none twice.
pub fn digest(english: &str) -> u32 {
    Digest::of(&english) as u32
}

/// The sentence in this language, its fixed words included.
pub fn tell(language: Language, sentence: &Sentence) -> String {
    sentence.tell(&|english| translate(language, english))
}

/// The same where there is little room: of a name that stays as a paper gives it, and has what it means behind it
/// (`Acquire（获取）`), the name alone.
pub fn tell_briefly(language: Language, sentence: &Sentence) -> String {
    sentence.tell(&|english| match translate(language, english) {
        told if told.strip_prefix(english).is_some_and(|rest| rest.starts_with('（')) => english,
        told => told,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;

    #[test]
    fn a_browsers_wishes_choose_the_language() {
        assert_eq!(Language::preferred(["fr-FR", "zh-TW", "en"]), Language::Chinese);
        assert_eq!(Language::preferred(["EN_us", "zh"]), Language::English);
        assert_eq!(Language::preferred(["fr", ""]), Language::English);
        for language in Language::ALL {
            assert_eq!(Language::of(language.code()), Some(language));
            assert_eq!(Language::of(language.tag()), Some(language));
            assert_eq!(language.other().other(), language);
        }
    }

    #[test]
    fn a_name_that_stays_is_told_alone_where_there_is_little_room() {
        learn_more(include_str!("../www/locale/zh/lease.txt"));
        let label = crate::sentence!("{0}{1}", "Acquire", " C1（x）".to_owned());
        assert_eq!(tell(Language::Chinese, &label), "Acquire（获取） C1（x）");
        assert_eq!(tell_briefly(Language::Chinese, &label), "Acquire C1（x）");
        let plain = crate::sentence!("{0}{1}", "Restart", " 3".to_owned());
        assert_eq!(tell_briefly(Language::Chinese, &plain), tell(Language::Chinese, &plain));
    }

    #[test]
    fn the_english_is_the_key() {
        assert_eq!(tr!(Language::English, "Crash"), "Crash");
        assert_eq!(tr!(Language::Chinese, "Crash"), "崩溃");
        assert_eq!(
            translate(Language::Chinese, "Nobody translated this."),
            "Nobody translated this."
        );
        assert_eq!(tr!(Language::Chinese, "{0} is down.", Place::server(0)), "S1 已停机。");
        let nested = crate::sentence!("is now {0}", "paused");
        assert_eq!(tr!(Language::Chinese, "refused: {0}", nested), "被拒绝：成为已暂停");
    }
}
