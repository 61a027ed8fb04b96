//! What is known of each protocol, and where to get it. Menus, fuzzing, tests, documentation and links
//! derive from it; the list itself is `protocols/mod.rs`.

use std::sync::Once;

use crate::base::Sentence;
use crate::command::{Script, Setup};
use crate::part::{Part, Unfetched};
use crate::protocol::{
    Epidemic, FaultModel, Form, Meta, Options, PropertyInfo, Protocol, UnderPartition, Unserved,
    Vocabulary, read_request,
};
use crate::protocols::{self, every_protocol};
use crate::sim::ensemble::{Ensemble, Servers};
use crate::{part, sentence, words};

pub use crate::protocol::{FlawInfo, OptionInfo};
pub use crate::replay::Run;

/// All protocols, in the order of the menu. Each is a part of the program, with its Chinese.
macro_rules! catalog {
    ($($module:ident::$Protocol:ident, $slug:literal;)+) => {
        const COUNT: usize = [$($slug),+].len();
        static CATALOG: [Listing; COUNT] = [$(Listing::of(
            &<protocols::$module::$Protocol>::META,
            part!($module: Entry = Entry::of::<protocols::$module::$Protocol>(include_str!(concat!(
                "../www/locale/zh/", $slug, ".txt"
            )))),
        )),+];
    };
}
every_protocol!(catalog);

/// What is known of a protocol before it is loaded.
pub struct Listing {
    pub slug: &'static str,
    pub title: &'static str,
    pub summary: &'static str,
    part: Part<Entry>,
    /// Its Chinese has been taken in.
    translated: Once,
}

impl Listing {
    const fn of(meta: &Meta, part: Part<Entry>) -> Listing {
        let Meta { slug, title, summary, .. } = *meta;
        Listing { slug, title, summary, part, translated: Once::new() }
    }

    /// The protocol, if it has been loaded.
    pub fn entry(&self) -> Option<&'static Entry> {
        let entry = self.part.get()?;
        self.translated.call_once(|| words::learn_more(entry.chinese));
        Some(entry)
    }

    /// The protocol, once it is loaded.
    pub async fn fetch(&self) -> Result<&'static Entry, Unfetched> {
        self.part.fetch().await?;
        self.entry().ok_or(Unfetched)
    }
}

/// All protocols, in the order of the menu, loaded or not.
pub fn listings() -> &'static [Listing] {
    &CATALOG
}

/// The protocols that have been loaded (in a program of one file, all), in the order of the menu.
pub fn catalog() -> impl Iterator<Item = &'static Entry> {
    CATALOG.iter().filter_map(Listing::entry)
}

/// The protocol of this name, if it has been loaded.
pub fn find(slug: &str) -> Option<&'static Entry> {
    CATALOG.iter().find(|listing| listing.slug == slug)?.entry()
}

/// A protocol with its type erased.
pub struct Entry {
    pub meta: &'static Meta,
    /// What only it says, in Chinese: a table as `words.rs` reads it.
    chinese: &'static str,
    pub options: fn() -> Vec<OptionInfo>,
    pub flaws: fn() -> Vec<FlawInfo>,
    pub properties: fn() -> Vec<PropertyInfo>,
    /// What it promises to survive.
    pub faults: &'static FaultModel,
    /// What can be waited for, by name.
    pub words: fn() -> Vocabulary,
    /// What is wrong with this option: the error says what was expected.
    pub check_option: fn(&str, &str) -> Result<(), Sentence>,
    /// What keeps a disk from beginning with this log.
    pub check_log: fn(&str) -> Result<(), Sentence>,
    /// What clients can ask.
    pub forms: &'static [Form],
    /// What is wrong with this request.
    pub check_request: fn(&str) -> Result<(), Unserved>,
    /// What theory says of a run with this set-up, where something spreads in it.
    pub epidemic: fn(&Setup) -> Option<Epidemic>,
    /// What a run with this set-up stays while it is parted.
    pub under_partition: fn(&Setup) -> Option<UnderPartition>,
    /// Its servers, all down; the error says what in the set-up is wrong.
    ensemble: fn(&Setup) -> Result<Box<dyn Ensemble>, Sentence>,
}

impl Entry {
    pub(crate) const fn of<P: Protocol>(chinese: &'static str) -> Entry {
        Entry {
            meta: &P::META,
            chinese,
            options: P::Config::options,
            flaws: P::Config::flaws,
            properties: PropertyInfo::of::<P>,
            faults: &P::FAULTS,
            words: Vocabulary::of::<P>,
            check_option: |name, value| P::Config::default().set(name, value),
            check_log: |log| P::stored(log).map(drop),
            forms: P::SERVES.forms,
            check_request: |text| read_request::<P>(text).map(drop),
            epidemic: |setup| P::epidemic(&configure::<P>(setup).ok()?),
            under_partition: |setup| {
                P::under_partition(&configure::<P>(setup).ok()?, &setup.places)
            },
            ensemble: |setup| {
                Ok(Box::new(Servers::<P>::new(&setup.places, setup.seed, configure::<P>(setup)?)))
            },
        }
    }

    /// A run with as many of each kind of places as is usual.
    pub fn setup(&self) -> Setup {
        Setup::new(self.meta.slug, self.meta.kinds)
    }

    /// Starts a run; the error says what in the set-up is wrong.
    pub fn start(&self, script: Script) -> Result<Run, Sentence> {
        let ensemble = (self.ensemble)(&script.setup)?;
        Ok(Run::new(script, ensemble))
    }

    /// The script of this scene.
    pub fn scene(&self, name: &str) -> Option<&'static str> {
        self.meta.scenes.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
    }
}

/// Starts the run that a script describes.
pub fn start(script: Script) -> Result<Run, Sentence> {
    match find(&script.setup.protocol) {
        Some(entry) => entry.start(script),
        None => Err(sentence!("There is no protocol “{0}”.", script.setup.protocol)),
    }
}

fn configure<P: Protocol>(setup: &Setup) -> Result<P::Config, Sentence> {
    let mut config = P::Config::default();
    for (name, value) in &setup.options {
        config.set(name, value).map_err(|expected| {
            sentence!("{0}={1}: expected {2}.", name.clone(), value.clone(), expected)
        })?;
    }
    for name in &setup.flaws {
        if !config.switch_on(name) {
            return Err(sentence!("There is no flaw “{0}”.", name.clone()));
        }
    }
    P::check(&config, &setup.places)?;
    Ok(config)
}
