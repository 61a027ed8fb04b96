//! The headings over two panes: what each of them is called, and where their runs first differ.

use std::rc::Rc;

use crate::base::Time;
use crate::catalog::find;
use crate::command::Setup;
use crate::player::divergence::SEEDS;
use crate::player::{Divergence, Example, Pane, Scene, Store};
use crate::scenario::Variant;
use crate::sim::snapshot::Told;
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::words::{Language, tell, translate};

/// The headings over two panes.
#[derive(Clone, Debug, PartialEq)]
pub struct PaneComparison {
    /// The name of each pane, which says in what it differs from the other.
    pub names: [String; 2],
    pub divergence: DivergenceText,
    pub active: usize,
}

/// Where the two runs first differ, in words.
#[derive(Clone, Debug, PartialEq)]
pub enum DivergenceText {
    /// Nothing has been compared yet.
    Unknown,
    /// When, and what happens in each.
    At(Time, [String; 2]),
    NotBy(Time),
    /// So many seeds, by tens, are tried in vain, of all that are to be tried; all of them: then it is scenes.
    Trying(Time, usize),
    /// Nor by anything else that was tried.
    Nowhere(Time),
    /// But under this seed.
    Seed(Time, u64),
    /// But in this scene, with this changed.
    Scene(Time, Scene, Rc<Variant>),
    Never,
}

impl PaneComparison {
    /// The names of both panes; nothing where there is one pane.
    pub fn names(store: &Store) -> Option<[String; 2]> {
        let variant = store.variant()?;
        let language = store.ui.language;
        let [first, second] = &store.panes[..] else { return None };
        let one = first.run.script();
        Some(match &variant {
            Variant::Flaw(name) => {
                let flaws = find(&one.setup.protocol).map(|entry| (entry.flaws)());
                let title = flaws.iter().flatten().find(|flaw| flaw.name == name);
                let title = translate(language, title.map_or(name, |flaw| flaw.title)).to_owned();
                match one.setup.flaws.contains(name) {
                    true => [
                        tr!(language, "Flaw: {0}", title),
                        tr!(language, "Without the flaw").into(),
                    ],
                    false => [tr!(language, "As it is").into(), tr!(language, "Flaw: {0}", title)],
                }
            }
            Variant::Setting(name, value) => {
                let options = find(&one.setup.protocol).map(|entry| (entry.options)());
                let usual = options.into_iter().flatten().find(|option| option.name == name);
                let set = one.setup.settings().into_iter().find(|(known, _)| known == name);
                let before = set.map(|(_, value)| value).or(usual.map(|option| option.usual));
                let before = before.unwrap_or("–".to_owned());
                [format!("{name}={before}"), format!("{name}={value}")]
            }
            Variant::Protocol(_) | Variant::Script(_) => {
                let [one, two] = [first, second].map(|pane| &pane.run.script().setup);
                match (one.protocol == two.protocol, one.settings() == two.settings()) {
                    (true, true) => {
                        let [one, two] = [first, second].map(|pane| script_name(pane, language));
                        let other = tr!(language, "Another branch").to_owned();
                        [one.clone(), if one == two { other } else { two }]
                    }
                    _ => [differences(one, two, language), differences(two, one, language)],
                }
            }
        })
    }
}

/// What a run has that the other has not: another protocol, what it stays under a partition, other settings.
fn differences(one: &Setup, other: &Setup, language: Language) -> String {
    let stays = |setup: &Setup| {
        let entry = find(&setup.protocol).filter(|_| setup.flaws.is_empty())?;
        (entry.under_partition)(setup)
    };
    let mut parts: Vec<String> = Vec::new();
    if one.protocol != other.protocol {
        let title = find(&one.protocol).map_or("", |entry| entry.meta.title);
        let title = translate(language, title).to_owned();
        parts.push(match (stays(one), stays(other)) {
            (Some(stays), Some(others)) if stays != others => {
                tr!(language, "{0}: {1}", stays.short(), title)
            }
            _ => title,
        });
    }
    let known = other.settings();
    let own = one.settings().into_iter().filter(|setting| !known.contains(setting));
    parts.extend(own.map(|(name, value)| format!("{name}={value}")));
    match parts.is_empty() {
        true => tr!(language, "As it is").to_owned(),
        false => parts.join(" "),
    }
}

/// The name of a pane's script.
fn script_name(pane: &Pane, language: Language) -> String {
    let title = pane.run.script().title.clone().or(pane.scene().map(Scene::title));
    let title = title.map(|title| translate(language, &title).to_owned());
    match (title, pane.pristine()) {
        (Some(title), Some(_)) => title,
        (Some(title), None) => tr!(language, "{0}, changed", title),
        (None, _) => tr!(language, "A run of your own").to_owned(),
    }
}

impl DivergenceText {
    pub fn of(store: &Store) -> DivergenceText {
        let language = store.ui.language;
        match store.divergence() {
            None => DivergenceText::Unknown,
            Some(Divergence::Never) => DivergenceText::Never,
            // In whole seconds, so that the text changes rarely.
            Some(Divergence::NotBy(time)) => DivergenceText::NotBy(whole_seconds(time)),
            Some(Divergence::Trying(time, tried)) => {
                DivergenceText::Trying(whole_seconds(time), tried.min(SEEDS) / 10 * 10)
            }
            Some(Divergence::Elsewhere(time, example)) => {
                let time = whole_seconds(time);
                match (example, store.variant()) {
                    (Some(Example::Seed(seed)), _) => DivergenceText::Seed(time, seed),
                    (Some(Example::Scene(scene)), Some(variant)) => {
                        DivergenceText::Scene(time, scene, variant.into())
                    }
                    _ => DivergenceText::Nowhere(time),
                }
            }
            Some(Divergence::At(difference)) => {
                let at = difference.at();
                let side = |told: &Option<Told>| match told {
                    None => tr!(language, "nothing more happens").to_owned(),
                    Some(told) => {
                        let what = tell(language, &told.sentence);
                        let what = match told.place {
                            Some(place) => format!("{place} {what}"),
                            None => what,
                        };
                        match told.at == at {
                            true => what,
                            false => {
                                tr!(language, "not yet; at {0} {1}", seconds(told.at, 3), what)
                            }
                        }
                    }
                };
                DivergenceText::At(at, [side(&difference.here), side(&difference.there)])
            }
        }
    }
}

fn whole_seconds(time: Time) -> Time {
    Time(time.0 / 1_000_000 * 1_000_000)
}
