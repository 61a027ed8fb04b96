//! The glossary: a paragraph for each term, and a run that shows it.

use std::collections::BTreeMap;

use super::directive::{Directive, Says};
use super::prose::Block;
use super::reader::{self, Piece, Section};
use crate::scenario::Mistake;
use crate::sentence;

/// The size of the glossary's text at the most, in bytes.
const SIZE: usize = 256 * 1024;

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub line: u32,
    /// In links.
    pub name: String,
    pub title: String,
    pub text: Vec<Block>,
    /// A link to a run that shows it.
    pub run: Option<String>,
    /// Other words for it.
    pub also: Vec<String>,
    /// Words of the page that it explains: a search finds it by them.
    pub signs: Vec<String>,
}

/// Reads the text of a glossary.
pub fn read(text: &str) -> Result<Vec<Term>, Mistake> {
    let sections = reader::read(text, SIZE)?;
    sections[1..].iter().map(term).collect()
}

/// The names of the entries by the words of the page that they explain.
pub fn by_signs(terms: Vec<Term>) -> BTreeMap<String, String> {
    let signs = terms.into_iter().flat_map(|Term { name, signs, .. }| {
        signs.into_iter().map(move |sign| (sign, name.clone()))
    });
    signs.collect()
}

fn term(section: &Section) -> Result<Term, Mistake> {
    let wrong = Mistake::of_line;
    let (mut name, mut run, mut also, mut signs) = (None, None, Vec::new(), Vec::new());
    let mut text = Vec::new();
    for piece in &section.pieces {
        let said = match piece {
            Piece::Prose(blocks) => {
                text.extend(blocks.iter().cloned());
                continue;
            }
            Piece::Directives(said) => said,
        };
        for Directive { line, says } in said {
            match says.clone() {
                Says::Term(said) => name = Some(said),
                Says::Run(said) => run = Some(said),
                Says::Also(said) => also = said,
                Says::Signs(said) => signs = said,
                _ => return Err(wrong(*line, sentence!("expected term, run, also or signs"))),
            }
        }
    }
    let (line, title) = (section.line, section.title.clone());
    let name =
        name.ok_or_else(|| wrong(line, sentence!("an entry lacks its name, as in “term quorum”")))?;
    if text.is_empty() {
        return Err(wrong(line, sentence!("an entry lacks its text")));
    }
    Ok(Term { line, name, title, text, run, also, signs })
}
