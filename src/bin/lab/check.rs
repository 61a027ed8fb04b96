//! `lab check`: a history from a file, judged by models of consistency.

use synod::check::formats::{self, Object};
use synod::check::{Model, Verdict};

use super::*;

/// Does not hold, and is not known: the file itself is refused with 2.
const BROKEN: u8 = 1;
const UNKNOWN: u8 = 3;

pub fn check(file: &str, options: &[&str]) -> Result<ExitCode, String> {
    let (mut object, mut models) = (Object::CasRegister, vec![Model::Linearizable]);
    let mut initial = None;
    for (option, value) in pairs(options, &["--object", "--model", "--initial"], "check")? {
        match option {
            "--object" => object = named(value, Object::ALL, Object::slug, "object")?,
            "--model" => {
                let each = value.split(',');
                let each = each.map(|name| named(name, Model::ALL, Model::slug, "model"));
                models = each.collect::<Result<_, String>>()?;
            }
            _ => initial = Some(value),
        }
    }
    let text = text(file, formats::SIZE, "a history")?;
    let imported = formats::read(&text, object, initial)
        .map_err(|misread| format!("{file}: {}", ended(&misread)))?;
    let (mut broken, mut unknown) = (false, false);
    for model in models {
        match imported.judge(model) {
            Verdict::Holds(_) => print(format_args!("{} yes", model.slug()))?,
            Verdict::Broken(evidence) => {
                broken = true;
                print(format_args!("{} no: {}", model.slug(), evidence.why))?;
            }
            Verdict::Unknown(why) => {
                unknown = true;
                print(format_args!("{} unknown: {why}", model.slug()))?;
            }
        }
    }
    Ok(match (broken, unknown) {
        (true, _) => ExitCode::from(BROKEN),
        (false, true) => ExitCode::from(UNKNOWN),
        (false, false) => ExitCode::SUCCESS,
    })
}

/// Which of all has this name.
fn named<T: Copy>(
    name: &str,
    all: impl IntoIterator<Item = T>,
    slug: fn(T) -> &'static str,
    what: &str,
) -> Result<T, String> {
    let all: Vec<T> = all.into_iter().collect();
    all.iter().copied().find(|one| slug(*one) == name).ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|one| slug(*one)).collect();
        format!("There is no {what} “{name}”: it is one of {}.", names.join(", "))
    })
}
