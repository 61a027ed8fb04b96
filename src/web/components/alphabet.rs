//! The order of the glossary: by letters, the Chinese ones by how they are spoken (pinyin), as the browser's own
//! collation has it.

use js_sys::{Array, Function, Intl, Object};
use wasm_bindgen::JsValue;

use crate::lessons::Term;
use crate::words::Language;

/// The letters with which Chinese syllables begin, and the first sign of each in the order of pinyin.
const SYLLABLES: [(char, &str); 23] = [
    ('A', "阿"),
    ('B', "八"),
    ('C', "嚓"),
    ('D', "咑"),
    ('E', "妸"),
    ('F', "发"),
    ('G', "旮"),
    ('H', "哈"),
    ('J', "丌"),
    ('K', "咔"),
    ('L', "垃"),
    ('M', "妈"),
    ('N', "拏"),
    ('O', "噢"),
    ('P', "妑"),
    ('Q', "七"),
    ('R', "呥"),
    ('S', "仨"),
    ('T', "他"),
    ('W', "屲"),
    ('X', "夕"),
    ('Y', "丫"),
    ('Z', "帀"),
];
/// Where no letter is known.
const OTHER: char = '#';

/// Entries with their letters, in order.
pub fn sorted(terms: Vec<Term>, language: Language) -> Vec<(char, Term)> {
    let compare = collation(language);
    let order = |a: &str, b: &str| {
        let sign = compare.call2(&JsValue::NULL, &a.into(), &b.into());
        sign.ok().and_then(|sign| sign.as_f64()).unwrap_or(0.0).total_cmp(&0.0)
    };
    // Not every browser knows the order of pinyin.
    let speaks =
        order("阿", "八").is_lt() && order("八", "中").is_lt() && order("中", "帀").is_gt();
    let letter = |title: &str| match title.chars().next() {
        Some(first) if first.is_ascii_alphabetic() => first.to_ascii_uppercase(),
        Some(_) if speaks => {
            let before = SYLLABLES.iter().rev().find(|(_, sign)| order(sign, title).is_le());
            before.map_or(OTHER, |(letter, _)| *letter)
        }
        _ => OTHER,
    };
    let mut sorted: Vec<(char, Term)> =
        terms.into_iter().map(|term| (letter(&term.title), term)).collect();
    sorted.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| order(&one.title, &other.title)));
    sorted
}

fn collation(language: Language) -> Function {
    let tag = match language {
        Language::English => "en",
        Language::Chinese => "zh-CN",
    };
    Intl::Collator::new(&Array::of1(&tag.into()), &Object::new()).compare()
}
