//! What must be fetched before something can be done: a protocol that is to run, the house's Chinese,
//! what writes a run for other programs. Whoever reads a script, a link or a kept run first asks here
//! what its text names; once that is there, it is read.

use percent_encoding::percent_decode_str;

use super::action::{Action, PageAction, PaneAction, RunAction, StudyAction};
use super::api::{self, Call};
use super::packed;
use super::permalink::Permalink;
use super::study;
use super::terms::{Book, Door};
use crate::catalog::{Listing, listings};
use crate::export;
use crate::lessons::Staging;
use crate::lessons::texts::SHELF;
use crate::part::Unfetched;
use crate::scenario::Variant;
use crate::words::{self, Language};

/// The parts and texts that an action, a call or a script needs and that are not there yet.
#[derive(Clone, Default)]
pub struct Needs {
    protocols: Vec<&'static Listing>,
    /// The house's own texts in Chinese.
    chinese: bool,
    /// The part that writes a run for other programs.
    exports: bool,
    /// Lessons, exercises and the glossary.
    shelf: bool,
}

impl Needs {
    /// The needs of an action.
    pub fn of(action: &Action) -> Needs {
        match action {
            Action::Run(RunAction::LoadProtocol(slug)) => Needs::of_scene(slug, None),
            Action::Run(RunAction::LoadScene { protocol, scene }) => {
                Needs::of_scene(protocol, Some(scene))
            }
            Action::Run(RunAction::LoadText(text)) => Needs::of_text(text),
            Action::Run(RunAction::Load { script, .. }) => {
                Needs::of_protocol(&script.setup.protocol)
            }
            Action::Run(RunAction::OpenLink(link)) => Needs::of_link(link),
            Action::Pane(PaneAction::Split(variant)) => match &**variant {
                Variant::Protocol(slug) => Needs::of_protocol(slug),
                Variant::Script(script) => Needs::of_protocol(&script.setup.protocol),
                Variant::Flaw(_) | Variant::Setting(..) => Needs::default(),
            },
            Action::Page(PageAction::Language(language)) => Needs::of_language(*language),
            Action::Page(PageAction::Explain(_)) => Needs::of_shelf(),
            Action::Page(PageAction::Enter(Some(door))) if *door != Door::Map => Needs::of_shelf(),
            Action::Study(StudyAction::Open(book)) => Needs::of_book(book, 0),
            _ => Needs::default(),
        }
    }

    /// The needs of a call of the page that embeds this one, see `api.rs`: the texts in the call are read
    /// once the needs are met.
    pub fn of_call(call: &Call) -> Needs {
        match call {
            Call::Load { script } => Needs::of_text(script),
            Call::Open { link } => {
                Needs::of_link(link.split_once('#').map_or(&**link, |(_, hash)| hash))
            }
            Call::Set { name, value } if name == "lang" => {
                Language::of(value).map(Needs::of_language).unwrap_or_default()
            }
            Call::Read { what: Some(what) } if api::takes_away(what) => {
                Needs { exports: export::TAKE.get().is_none(), ..Needs::default() }
            }
            _ => Needs::default(),
        }
    }

    fn of_shelf() -> Needs {
        Needs { shelf: SHELF.get().is_none(), ..Needs::default() }
    }

    /// The needs of a text that is read: the shelf that it stands on, then what runs in the step.
    pub fn of_book(book: &Book, step: usize) -> Needs {
        let needs = Needs::of_shelf();
        if needs.shelf {
            return needs;
        }
        // One that cannot be read says so when it is opened.
        let Ok(course) = study::read(book, Language::English) else { return needs };
        Needs::of_staging(course.staging(step.min(course.steps() - 1)))
    }

    /// The needs of a text that is to be gone through: what all its steps and links name.
    pub fn of_draft(text: &str) -> Needs {
        let needs = Needs::of_shelf().and(Needs::of_text(text));
        let Some(shelf) = SHELF.get() else { return needs };
        let Ok(course) = (shelf.read)(text) else { return needs };
        (0..course.steps())
            .fold(needs, |needs, step| needs.and(Needs::of_staging(course.staging(step))))
    }

    fn of_staging(staging: &Staging) -> Needs {
        match staging {
            Staging::Scene(_, protocol, name) => Needs::of_scene(protocol, Some(name)),
            Staging::Script(_, script) => Needs::of_text(script),
        }
    }

    pub fn of_language(language: Language) -> Needs {
        Needs { chinese: !words::knows(language), ..Needs::default() }
    }

    /// The needs of a text that runs may be read from: a script, the branches of a kept run.
    pub fn of_text(text: &str) -> Needs {
        Needs::of_protocols(naming(text))
    }

    /// The needs of a link, however it was encoded on its way. A link cannot be read as long as its protocol
    /// is missing; once it can be read it may ask for more.
    pub fn of_link(link: &str) -> Needs {
        let text = unpacked(link);
        let reads = READING.iter().any(|part| text.contains(part));
        if reads && SHELF.get().is_none() {
            return Needs::of_shelf().and(Needs::of_first_scene());
        }
        let needs = match naming(&text).next() {
            Some(_) => Needs::of_text(&text),
            None => Needs::of_first_scene(),
        };
        if !needs.are_met() {
            return needs;
        }
        let Ok(link) = Permalink::parse(link) else { return needs };
        if let Some(reads) = &link.reads {
            let language = link.language.map(Needs::of_language).unwrap_or_default();
            return needs.and(Needs::of_book(&reads.book, reads.step)).and(language);
        }
        let scene = link.shows.scene();
        let beside = scene.map(|scene| Needs::of_scene(scene.protocol, Some(scene.name)));
        beside.unwrap_or(needs).and(link.language.map(Needs::of_language).unwrap_or_default())
    }

    /// The needs of the first scene of the catalog, which is shown where nothing else is asked for.
    pub fn of_first_scene() -> Needs {
        listings().first().map(|first| Needs::of_scene(first.slug, None)).unwrap_or_default()
    }

    /// The needs of a scene, or of the first that a protocol has: once its text is there, it may name another
    /// protocol beside its own.
    fn of_scene(protocol: &str, name: Option<&str>) -> Needs {
        let entry = listing(protocol).and_then(Listing::entry);
        let text = entry.and_then(|entry| match name {
            Some(name) => entry.scene(name),
            None => entry.meta.scenes.first().map(|(_, text)| *text),
        });
        text.map_or_else(|| Needs::of_protocol(protocol), Needs::of_text)
    }

    fn of_protocol(slug: &str) -> Needs {
        Needs::of_protocols(listing(slug).into_iter())
    }

    fn of_protocols(named: impl Iterator<Item = &'static Listing>) -> Needs {
        let mut needs = Needs::default();
        for listing in named {
            let known = needs.protocols.iter().any(|known| known.slug == listing.slug);
            if !known && listing.entry().is_none() {
                needs.protocols.push(listing);
            }
        }
        needs
    }

    /// The needs of both.
    pub fn and(mut self, other: Needs) -> Needs {
        self.protocols.extend(other.protocols);
        Needs {
            chinese: self.chinese || other.chinese,
            exports: self.exports || other.exports,
            shelf: self.shelf || other.shelf,
            ..Needs::of_protocols(self.protocols.into_iter())
        }
    }

    /// Whether everything is there.
    pub fn are_met(&self) -> bool {
        self.protocols.is_empty() && !self.chinese && !self.exports && !self.shelf
    }

    pub fn chinese(&self) -> bool {
        self.chinese
    }

    pub fn shelf(&self) -> bool {
        self.shelf
    }

    /// A protocol that is to be fetched.
    pub fn protocol(&self) -> Option<&'static Listing> {
        self.protocols.first().copied()
    }

    /// Fetches what is part of the program (the Chinese is a text: the page reads it).
    pub async fn fetch(&self) -> Result<(), Unfetched> {
        for listing in &self.protocols {
            listing.fetch().await?;
        }
        if self.exports {
            export::TAKE.fetch().await?;
        }
        if self.shelf {
            SHELF.fetch().await?;
        }
        Ok(())
    }
}

/// What stands in a link that needs the shelf.
const READING: [&str; 7] =
    ["lesson=", "exercise=", "text=", "term=", "door=lessons", "door=exercises", "door=glossary"];

/// What stands before the name of a protocol, in a script and in a link.
const NAMING: [&str; 6] = ["run", "scene", "protocol", "run2", "scene2", "protocol2"];

fn listing(slug: &str) -> Option<&'static Listing> {
    listings().iter().find(|listing| listing.slug == slug)
}

/// The protocols that a text names, where it says what runs.
fn naming(text: &str) -> impl Iterator<Item = &'static Listing> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let before = std::iter::once("").chain(words.clone());
    before
        .zip(words)
        .filter(|(before, _)| NAMING.contains(before))
        .filter_map(|(_, word)| listing(word))
}

/// A link without percent-encoding, also where it was encoded twice, and beside it what is packed in it.
fn unpacked(link: &str) -> String {
    let once = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let link = once(&once(link));
    // Of a part that is given twice the last one counts.
    let named =
        |part: &'_ str| part.trim_start_matches("amp;").strip_prefix("packed=").map(str::to_owned);
    let packed = link.rsplit('&').find_map(named);
    let is_sign = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match packed.and_then(|part| packed::unpack(part.trim_end_matches(|c| !is_sign(c)))) {
        Some(parts) => format!("{link}\n{}", once(&parts)),
        None => link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The protocols that a text names, there or not.
    fn named(text: &str) -> Vec<&'static str> {
        naming(text).map(|listing| listing.slug).collect()
    }

    #[test]
    fn a_text_names_the_protocols_that_its_runs_are_of() {
        assert_eq!(
            named("# A comment\nrun multi-paxos nodes=5\n1s say run raft"),
            ["multi-paxos", "raft"]
        );
        assert_eq!(
            named("branches 1\nbranch shown\nrun paxos\nbranch\nrun paxos"),
            ["paxos", "paxos"]
        );
        assert_eq!(
            named("run raft nodes=5\nbeside protocol=paxos\n1s crash S1"),
            ["raft", "paxos"]
        );
        assert_eq!(named("run raft\n1s crash S1\nbeside\nrun paxos\n"), ["raft", "paxos"]);
        assert_eq!(named(r#"{"script": "run raft nodes=5\n1s crash S1"}"#), ["raft"]);
        assert!(named("run nothing\nrunraft\nraft run").is_empty());
    }

    #[test]
    fn a_link_names_them_however_it_was_encoded() {
        let packed = packed::part("run=paxos+nodes=3;1s+crash+S1&run2=multi-paxos");
        for (link, slugs) in [
            ("#v1&scene=paxos/duel&at=1s", vec!["paxos"]),
            ("#v1&scene=raft/figure-8&scene2=paxos/duel", vec!["raft", "paxos"]),
            ("#v1&run=multi-paxos+nodes=3&protocol2=paxos", vec!["multi-paxos", "paxos"]),
            ("#v1&amp;run=raft", vec!["raft"]),
            ("#v1%26run%3Dmulti-paxos%2Bnodes%3D3", vec!["multi-paxos"]),
            ("#v1&script=run%2520paxos", vec!["paxos"]),
            (&*format!("#v1{packed}&at=1s"), vec!["multi-paxos", "paxos"]),
            ("#v1&at=1s", vec![]),
            ("#v1&packed=eN", vec![]),
        ] {
            let mut found = named(&unpacked(link));
            found.sort_unstable();
            found.dedup();
            let mut slugs = slugs;
            slugs.sort_unstable();
            assert_eq!(found, slugs, "{link}");
        }
    }

    #[test]
    fn in_a_program_of_one_file_everything_is_there() {
        assert!(Needs::of_link("#v1&scene=paxos/duel&lang=zh").are_met());
        assert!(Needs::of_first_scene().and(Needs::of_text("run raft")).are_met());
        assert!(Needs::of_call(&Call::Read { what: Some("svg".into()) }).are_met());
    }
}
