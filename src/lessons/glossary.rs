//! The glossary: a paragraph for each term, and a run that shows it.

use std::collections::BTreeMap;

use super::directive::{Directive, OF_GLOSSARY, Says};
use super::prose::{Block, words};
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
    let sections = reader::read(text, SIZE, OF_GLOSSARY)?;
    sections[1..].iter().map(term).collect()
}

/// The entries that are called so, in their order; if none is, those whose texts have it.
pub fn filter<'a>(terms: impl Iterator<Item = &'a Term> + Clone, said: &str) -> Vec<&'a Term> {
    let said = said.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&said);
    let is_called = |term: &&Term| {
        let names = [&term.name, &term.title].into_iter().chain(&term.also).chain(&term.signs);
        names.into_iter().any(|name| has(name))
    };
    let called: Vec<&Term> = terms.clone().filter(is_called).collect();
    match called.is_empty() {
        true => terms.filter(|term| has(&text_of(&term.text))).collect(),
        false => called,
    }
}

fn text_of(blocks: &[Block]) -> String {
    let text = |block: &Block| match block {
        Block::Paragraph(runs) => words(runs),
        Block::List { items, .. } => items.iter().map(|item| text_of(item)).collect(),
        Block::Quote(within) => text_of(within),
        Block::Code(code) => code.clone(),
        Block::Table(rows) => rows.iter().flatten().map(|cell| words(cell)).collect(),
    };
    blocks.iter().map(text).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_looks_at_names_first() {
        let text = "# G\n\n## Quorum\n```synod\nterm quorum\nalso majority\n```\nSome of them.\n\n## Leader\n```synod\nterm leader\n```\nIt has a quorum of votes.\n";
        let terms = read(text).unwrap();
        let kept = |said: &str| {
            filter(terms.iter(), said).iter().map(|term| &*term.name).collect::<Vec<_>>()
        };
        assert_eq!(kept(""), ["quorum", "leader"]);
        assert_eq!(kept(" QUO"), ["quorum"]);
        assert_eq!(kept("major"), ["quorum"]);
        assert_eq!(kept("votes"), ["leader"]);
        assert!(kept("nothing").is_empty());
    }
}
