//! `lab check-lessons`: goes through every directive of every lesson, exercise and entry of the glossary.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use synod::lessons::review;
use synod::lessons::texts::{SHELF, Shelf, Volume};
use synod::player::draft::Destinations;
use synod::scenario::Mistake;
use synod::words::Language;

use crate::print;

/// What kind of text it is.
#[derive(Clone, Copy)]
enum Kind {
    Lesson,
    Exercise,
    Glossary,
}

/// A text to be gone through.
struct Draft {
    /// As it is told.
    name: String,
    kind: Kind,
    text: String,
}

/// The names of all that can be read, a line each.
pub fn list() -> Result<(), String> {
    let shelf = SHELF.get().ok_or("the lessons are not there")?;
    let names = |word: &str, texts: &[Volume]| {
        texts.iter().map(|text| format!("{word} {}", text.name)).collect::<Vec<_>>().join("\n")
    };
    let terms = (shelf.terms)(shelf.glossary.of(Language::English));
    let terms = terms.map_err(|mistake| mistake.to_string())?;
    let terms: Vec<String> = terms.iter().map(|term| format!("term {}", term.name)).collect();
    print(names("lesson", shelf.lessons))?;
    print(names("exercise", shelf.exercises))?;
    print(terms.join("\n"))
}

/// Goes through those that come with Synod, or through all of a folder or file.
pub fn check(paths: &[&str]) -> Result<ExitCode, String> {
    let shelf = SHELF.get().ok_or("the lessons are not there")?;
    let drafts = match paths {
        [] => own(shelf),
        paths => {
            let mut drafts = Vec::new();
            for path in paths {
                find(Path::new(path), &mut drafts)?;
            }
            drafts
        }
    };
    let known = destinations(shelf, &drafts);
    let mut broken = 0;
    for draft in &drafts {
        match review(draft, &known) {
            Ok(told) => print(format!("{}: {told}", draft.name))?,
            Err(mistake) => {
                broken += 1;
                print(format!("{}: {mistake}", draft.name))?;
            }
        }
    }
    print(format!("{}, {broken} broken", count(drafts.len(), "text")))?;
    Ok(ExitCode::from(u8::from(broken > 0)))
}

fn own(shelf: &Shelf) -> Vec<Draft> {
    let mut drafts = Vec::new();
    let mut add = |kind, folder: &str, text: &Volume| {
        for (language, beside) in [(Language::English, ""), (Language::Chinese, "zh/")] {
            let name = format!("lessons/{folder}{beside}{}.md", text.name);
            drafts.push(Draft { name, kind, text: text.of(language).to_owned() });
        }
    };
    shelf.lessons.iter().for_each(|text| add(Kind::Lesson, "", text));
    shelf.exercises.iter().for_each(|text| add(Kind::Exercise, "exercises/", text));
    add(Kind::Glossary, "", shelf.glossary);
    drafts
}

/// A file, or all of a folder: what it is follows from where it stands.
fn find(path: &Path, drafts: &mut Vec<Draft>) -> Result<(), String> {
    let told = path.display().to_string();
    if path.is_dir() {
        let read = std::fs::read_dir(path).map_err(|error| format!("{told}: {error}"))?;
        let mut paths: Vec<PathBuf> = read.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        let is_text = |path: &Path| {
            path.extension().is_some_and(|ending| ending == "md") && !path.ends_with("README.md")
        };
        return paths
            .iter()
            .filter(|path| path.is_dir() || is_text(path))
            .try_for_each(|path| find(path, drafts));
    }
    let text = std::fs::read_to_string(path).map_err(|error| format!("{told}: {error}"))?;
    let kind = match () {
        () if path.ends_with("glossary.md") => Kind::Glossary,
        () if text.contains("\nsolution") => Kind::Exercise,
        () => Kind::Lesson,
    };
    drafts.push(Draft { name: told, kind, text });
    Ok(())
}

/// What links may name: what comes with Synod, and what is gone through.
fn destinations(shelf: &Shelf, drafts: &[Draft]) -> Destinations {
    let mut known = Destinations::of(shelf);
    for draft in drafts {
        let name = Path::new(&draft.name).file_stem().unwrap_or_default().to_string_lossy();
        match draft.kind {
            Kind::Lesson => known.lessons.push(name.into_owned()),
            Kind::Exercise => known.exercises.push(name.into_owned()),
            Kind::Glossary => {
                let terms = (shelf.terms)(&draft.text).unwrap_or_default();
                known.terms.extend(terms.into_iter().map(|term| term.name));
            }
        }
    }
    known
}

fn count(many: usize, what: &str) -> String {
    format!("{many} {what}{}", if many == 1 { "" } else { "s" })
}

fn review(draft: &Draft, known: &Destinations) -> Result<String, Mistake> {
    let leads = |link: &str| known.has(link);
    Ok(match draft.kind {
        Kind::Lesson => {
            let lesson = review::lesson(&draft.text, &leads)?;
            let questions = lesson.steps.iter().filter(|step| step.question.is_some()).count();
            format!("{}, {}", count(lesson.steps.len(), "step"), count(questions, "question"))
        }
        Kind::Exercise => {
            let exercise = review::exercise(&draft.text, &leads)?;
            format!(
                "{}, {}",
                count(exercise.checks.len(), "check"),
                count(exercise.hints.len(), "hint")
            )
        }
        Kind::Glossary => count(review::terms(&draft.text, &leads)?.len(), "term"),
    })
}
