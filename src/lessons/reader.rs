//! Reading a file: headings, prose and blocks of directives, each where it stands. What they mean together is
//! said by `lesson.rs` and `glossary.rs`.

use super::directive::{self, Directive};
use super::prose::{self, Block};
use crate::base::is_unseen;
use crate::scenario::Mistake;
use crate::sentence;

/// The size of a file at the most, in bytes.
pub const SIZE: usize = 64 * 1024;

/// What stands under a heading, and before the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// The line of its heading.
    pub line: u32,
    pub title: String,
    pub pieces: Vec<Piece>,
}

/// A piece of prose, or a block of directives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Prose(Vec<Block>),
    Directives(Vec<Directive>),
}

/// What divides a text.
enum Line<'a> {
    /// How many signs, and what is said behind them.
    Heading(usize, &'a str),
    /// A fence begins a block, with what is said behind it.
    Fence(&'a str),
    Other,
}

/// Reads a text, the first section of which begins with `#`, and the others with `##`. The lines of its blocks begin
/// with these words.
pub fn read(text: &str, most: usize, known: &[&str]) -> Result<Vec<Section>, Mistake> {
    let wrong = Mistake::of_line;
    if text.len() > most {
        let kilobytes = (most / 1024) as u64;
        return Err(wrong(1, sentence!("a lesson's text has at most {0} KB", kilobytes)));
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut prose = String::new();
    let mut lines = (1..).zip(text.lines());
    while let Some((line, text)) = lines.next() {
        if text.chars().any(|c| is_unseen(c) && !matches!(c, '\t' | '\u{fe0e}' | '\u{fe0f}')) {
            return Err(wrong(line, sentence!("a sign that nobody sees stands on this line")));
        }
        match kind(text) {
            Line::Heading(depth, title) if depth <= 2 => {
                if (depth == 1) != sections.is_empty() {
                    return Err(wrong(line, misplaced(depth)));
                }
                take(&mut prose, &mut sections);
                let (title, pieces) = (title.trim().to_owned(), Vec::new());
                sections.push(Section { line, title, pieces });
            }
            Line::Fence("synod") => {
                let mut block = String::new();
                loop {
                    match lines.next() {
                        Some((_, text)) if text.trim() == "```" => break,
                        Some((_, text)) => block.extend([text, "\n"]),
                        None => {
                            return Err(wrong(
                                line,
                                sentence!("this block has no end: expected ```"),
                            ));
                        }
                    }
                }
                take(&mut prose, &mut sections);
                let directives = directive::read(&block, line + 1, known)?;
                let section = sections.last_mut();
                let section = section.ok_or_else(|| wrong(line, untitled()))?;
                section.pieces.push(Piece::Directives(directives));
            }
            Line::Fence(_) => {
                prose.extend([text, "\n"]);
                for (_, text) in lines.by_ref() {
                    prose.extend([text, "\n"]);
                    if text.trim() == "```" {
                        break;
                    }
                }
            }
            _ if sections.is_empty() && !text.trim().is_empty() => {
                return Err(wrong(line, untitled()));
            }
            _ => prose.extend([text, "\n"]),
        }
    }
    take(&mut prose, &mut sections);
    match sections.is_empty() {
        true => Err(wrong(1, untitled())),
        false => Ok(sections),
    }
}

fn untitled() -> crate::base::Sentence {
    sentence!("expected a title such as “# Who may lead” first")
}

fn misplaced(depth: usize) -> crate::base::Sentence {
    match depth {
        1 => sentence!("one title begins a text, and each step begins with ##"),
        _ => untitled(),
    }
}

fn kind(text: &str) -> Line<'_> {
    if let Some(said) = text.strip_prefix("```") {
        return Line::Fence(said.trim());
    }
    let depth = text.bytes().take_while(|byte| *byte == b'#').count();
    match text[depth..].strip_prefix(' ') {
        Some(title) if (1..=6).contains(&depth) => Line::Heading(depth, title),
        _ => Line::Other,
    }
}

/// What was read of prose belongs to the last section.
fn take(prose: &mut String, sections: &mut [Section]) {
    let blocks = prose::read(prose);
    if let (Some(section), false) = (sections.last_mut(), blocks.is_empty()) {
        section.pieces.push(Piece::Prose(blocks));
    }
    prose.clear();
}

#[cfg(test)]
mod tests {
    use super::directive::OF_LESSONS;
    use super::*;

    #[test]
    fn headings_prose_and_blocks() {
        let text = "# Title\n\nWhat for.\n\n```synod\nminutes 5\n```\n\n## First\n\nOne.\n\n```\nplain\n```\n\n```synod\npause 1s\n```\nTwo.\n";
        let sections = read(text, SIZE, OF_LESSONS).unwrap();
        let titles: Vec<&str> = sections.iter().map(|section| &*section.title).collect();
        assert_eq!(titles, ["Title", "First"]);
        assert_eq!(sections[1].line, 9);
        let [Piece::Prose(before), Piece::Directives(said), Piece::Prose(_)] =
            &sections[1].pieces[..]
        else {
            panic!("{sections:?}")
        };
        assert_eq!(before.len(), 2, "a paragraph and the plain block");
        assert_eq!(said[0].line, 18);
    }

    #[test]
    fn a_mistake_says_where() {
        let told = |text: &str| read(text, SIZE, OF_LESSONS).expect_err(text).to_string();
        assert!(told("").starts_with("line 1, column 1: expected a title"));
        assert!(told("\nwords\n# Title\n").starts_with("line 2, column 1: expected a title"));
        assert!(told("# A\n# B\n").starts_with("line 2, column 1: one title"));
        assert!(
            told("# A\n```synod\npause 1s\n")
                .starts_with("line 2, column 1: this block has no end")
        );
        assert!(told("# A\n```synod\n\npause x\n```\n").starts_with("line 4, column 7"));
        assert!(told(&"x".repeat(SIZE + 1)).contains("at most 64 KB"));
        assert!(told("# A\u{202e}B\n").contains("nobody sees"));
    }
}
