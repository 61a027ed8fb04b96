//! What stands over two panes: what is different, and where their runs first differ.

use crate::base::Time;
use crate::catalog::find;
use crate::player::{Other, Pane, Parting, Scene, Store};
use crate::sim::snapshot::Told;
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::words::{Language, tell, translate};

/// What stands over two panes.
#[derive(Clone, Debug, PartialEq)]
pub struct Versus {
    /// What is different, by pane.
    pub names: [String; 2],
    pub parting: Forking,
    pub active: usize,
}

/// Where the two runs first differ, in words.
#[derive(Clone, Debug, PartialEq)]
pub enum Forking {
    /// There is nothing to say of it.
    Unsaid,
    /// When, and what happens in each.
    At(Time, [String; 2]),
    NotBy(Time),
    Never,
}

impl Versus {
    /// What is different, by pane; nothing where there is one.
    pub fn names(store: &Store) -> Option<[String; 2]> {
        let other = store.other()?;
        let language = store.ui.language;
        let [first, second] = &store.panes[..] else { return None };
        let one = first.run.script();
        Some(match &other {
            Other::Flaw(name) => {
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
            Other::Option(name, value) => {
                let options = find(&one.setup.protocol).map(|entry| (entry.options)());
                let usual = options.iter().flatten().find(|option| option.name == name);
                let set = one.setup.options.iter().find(|(known, _)| known == name);
                let before = set.map(|(_, value)| value.as_str());
                let before = before.or(usual.map(|option| option.usual.as_str())).unwrap_or("–");
                [format!("{name}={before}"), format!("{name}={value}")]
            }
            Other::Protocol(_) => {
                [first, second].map(|pane| translate(language, pane.run.meta().title).to_owned())
            }
            Other::Script(_) => {
                let [one, two] = [first, second].map(|pane| script_name(pane, language));
                let other =
                    if one == two { tr!(language, "Another branch").to_owned() } else { two };
                [one, other]
            }
        })
    }
}

/// What a pane's script is called.
fn script_name(pane: &Pane, language: Language) -> String {
    let title = pane.run.script().title.clone().or(pane.scene().map(Scene::title));
    let title = title.map(|title| translate(language, &title).to_owned());
    match (title, pane.pristine()) {
        (Some(title), Some(_)) => title,
        (Some(title), None) => tr!(language, "{0}, changed", title),
        (None, _) => tr!(language, "A run of your own").to_owned(),
    }
}

impl Forking {
    pub fn of(store: &Store) -> Forking {
        let language = store.ui.language;
        match store.parting() {
            None => Forking::Unsaid,
            Some(Parting::Never) => Forking::Never,
            // In whole seconds: it need not be said ever anew.
            Some(Parting::NotBy(time)) => Forking::NotBy(Time(time.0 / 1_000_000 * 1_000_000)),
            Some(Parting::At(difference)) => {
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
                Forking::At(at, [side(&difference.here), side(&difference.there)])
            }
        }
    }
}
