//! What every protocol owes the house.

use std::collections::BTreeSet;
use std::path::Path;

use synod::base::Time;
use synod::command::ScriptLine;
use synod::protocol::PropertyKind;
use synod::{catalog, scenario};

#[test]
fn names_are_unique_and_fit_a_script() {
    let mut slugs = BTreeSet::new();
    for entry in catalog::catalog() {
        let slug = entry.meta.slug;
        assert!(slugs.insert(slug), "two protocols are called {slug}");
        let settings = entry.setup().settings().into_iter().map(|(name, _)| name);
        let settings: BTreeSet<String> =
            settings.chain(["give-up", "flaw"].map(str::to_owned)).collect();
        let mut names = BTreeSet::new();
        let options = (entry.options)().into_iter().map(|option| option.name);
        let flaws = (entry.flaws)().into_iter().map(|flaw| flaw.name);
        let scenes = entry.meta.scenes.iter().map(|(name, _)| *name);
        for name in options.chain(flaws).chain(scenes).chain([slug]) {
            assert!(
                names.insert(name),
                "{slug}: two things are called {name}, of its slug, options, flaws and scenes"
            );
            assert!(!settings.contains(name), "{slug}: {name} is a setting of every run");
            assert!(is_a_word(name), "{slug}: {name} would not survive a link: a to z, 0 to 9, -");
        }
        for timer in (entry.words)().timers {
            let fits = timer.bytes().all(|byte| byte.is_ascii_graphic());
            assert!(fits, "{slug}: a script could not say “fire X1 {timer}”: use one word");
        }
    }
}

fn is_a_word(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Whose the texts of a file are is told by its name: see `words.rs`.
#[test]
fn every_protocol_is_found_by_its_slug() {
    for listing in catalog::listings() {
        let module = format!("src/protocols/{}", listing.slug.replace('-', "_"));
        let found = Path::new(&format!("{module}.rs")).exists() || Path::new(&module).is_dir();
        assert!(
            found,
            "the slug {} belongs to {module}.rs, or to a folder {module}/",
            listing.slug
        );
    }
}

#[test]
fn every_protocol_has_scenes_properties_and_a_request() {
    for entry in catalog::catalog() {
        let meta = entry.meta;
        let scenes = meta.scenes.len();
        assert!(scenes >= 2, "{} has {scenes} scenes in Meta::scenes: two at least", meta.slug);
        let kinds: Vec<PropertyKind> =
            (entry.properties)().iter().map(|property| property.kind).collect();
        for kind in [PropertyKind::Always, PropertyKind::Converges] {
            assert!(kinds.contains(&kind), "{} lacks a property of the kind {kind:?}", meta.slug);
        }
        let asked = "has nothing in Meta::requests for random schedules to ask";
        assert!(!meta.requests.is_empty(), "{} {asked}", meta.slug);
        for request in meta.requests {
            assert_eq!((entry.check_request)(request), Ok(()), "{}: {request}", meta.slug);
        }
        for kind in meta.kinds {
            assert!((kind.least..=kind.most).contains(&kind.usual), "{}", kind.name);
            let same = meta.kinds.iter().filter(|other| other.letter == kind.letter);
            assert_eq!(same.count(), 1, "a letter used twice: {}", kind.letter);
        }
        let first = meta.kinds[0];
        let fits = |size| (first.least..=first.most).contains(size);
        let (sizes, most, least) = (entry.faults.sizes, first.most, first.least);
        assert!(
            !sizes.is_empty() && sizes.iter().all(fits),
            "{}: FAULTS has sizes: {sizes:?}, but there are {least} to {most} {}",
            meta.slug,
            first.setting
        );
    }
}

#[test]
fn every_form_filled_in_is_a_request() {
    for entry in catalog::catalog() {
        for form in entry.forms {
            let samples: Vec<&str> = form.blanks.iter().map(|blank| blank.sample).collect();
            let request = form.fill(&samples);
            assert_eq!((entry.check_request)(&request), Ok(()), "{}: {request}", entry.meta.slug);
            for place in 0..samples.len() {
                let mut wrong = samples.clone();
                wrong[place] = "a b";
                assert!((entry.check_request)(&form.fill(&wrong)).is_err(), "{}", form.name);
            }
        }
    }
}

#[test]
fn every_scene_reads_has_a_title_captions_and_an_end() {
    for entry in catalog::catalog() {
        for (name, text) in entry.meta.scenes {
            let scenario = scenario::parse_scenario(text)
                .unwrap_or_else(|mistake| panic!("{name}: {mistake}"));
            let second = scenario.second().unwrap_or_else(|why| panic!("{name}: {why}"));
            second.map(|script| catalog::start(script).map(drop)).transpose().unwrap();
            let script = scenario.script;
            assert_eq!(script.setup.protocol, entry.meta.slug, "{name}");
            assert!(script.title.is_some(), "{name} has a title");
            let verbs: Vec<&str> = script.lines.iter().map(|line| line.command.verb()).collect();
            assert!(verbs.contains(&"say"), "{name} has captions");
            assert_eq!(verbs.last(), Some(&"end"), "{name} ends");
        }
    }
}

/// While a run plays, the last caption of an instant is all that is seen.
#[test]
fn no_scene_has_two_captions_at_one_instant() {
    for entry in catalog::catalog() {
        for (name, text) in entry.meta.scenes {
            let lines = scenario::parse_first(text).unwrap().lines;
            let says = |line: &&ScriptLine| line.command.verb() == "say";
            let at: Vec<Time> = lines.iter().filter(says).map(|line| line.at).collect();
            let twice = at.windows(2).find(|two| two[0] == two[1]);
            assert_eq!(twice, None, "{} of {}", name, entry.meta.slug);
        }
    }
}

#[test]
fn every_option_takes_its_own_value_and_its_samples() {
    for entry in catalog::catalog() {
        for option in (entry.options)() {
            let values = option.samples.iter().copied().chain([option.usual.as_str()]);
            for value in values {
                assert_eq!(
                    (entry.check_option)(option.name, value),
                    Ok(()),
                    "{}={value}",
                    option.name
                );
            }
            assert!(
                (entry.check_option)(option.name, "no value at all").is_err(),
                "{}",
                option.name
            );
        }
    }
}

#[test]
fn every_flaw_names_a_property() {
    for entry in catalog::catalog() {
        for flaw in (entry.flaws)() {
            let known = (entry.properties)().iter().any(|property| property.name == flaw.breaks);
            assert!(known, "{} breaks {}, which is no property", flaw.name, flaw.breaks);
        }
    }
}
