//! A line, read word by word, and what is said of one that is not as it should be.

use std::fmt;

use crate::base::{Sentence, Value, is_unseen};
use crate::sentence;

/// Why a script cannot be read: where, and one sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What was expected, and what stands there instead.
    pub sentence: Sentence,
}

impl Mistake {
    /// Of a whole line.
    pub fn of_line(line: u32, sentence: Sentence) -> Mistake {
        Mistake { line, column: 1, sentence }
    }

    /// The same where its text begins behind this line of a file.
    pub fn behind(self, line: u32) -> Mistake {
        Mistake { line: self.line + line, ..self }
    }

    /// The same in a text that is all on this line of a file.
    pub fn on(self, line: u32) -> Mistake {
        Mistake { line, ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.sentence)
    }
}

/// A line, read word by word.
pub(crate) struct Words<'a> {
    pub(super) line: &'a str,
    pub(super) number: u32,
    /// Of the next word, in bytes.
    pub(super) at: usize,
    /// Of the word read last.
    pub(super) last: usize,
}

impl<'a> Words<'a> {
    pub(crate) fn new(line: &'a str, number: u32) -> Words<'a> {
        let mut words = Words { line, number, at: 0, last: 0 };
        words.skip_space();
        words.last = words.at;
        words
    }

    pub(super) fn skip_space(&mut self) {
        let rest = &self.line[self.at..];
        self.at += rest.len() - rest.trim_start().len();
    }

    pub(crate) fn peek(&self) -> Option<&'a str> {
        self.line[self.at..].split_whitespace().next()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.line.len()
    }

    pub(crate) fn next(&mut self, expected: &'static str) -> Result<&'a str, Mistake> {
        self.last = self.at;
        let word = self.peek().ok_or_else(|| self.expected(expected))?;
        self.at += word.len();
        self.skip_space();
        Ok(word)
    }

    /// The next word, read as a `T`.
    pub(super) fn read<T: std::str::FromStr<Err = &'static str>>(
        &mut self,
        expected: &'static str,
    ) -> Result<T, Mistake> {
        self.next(expected)?.parse().map_err(|expected| self.expected(expected))
    }

    /// The rest of the line, as people wrote it.
    pub(crate) fn rest(&mut self, expected: &'static str) -> Result<&'a str, Mistake> {
        self.last = self.at;
        let rest = self.line[self.at..].trim_end();
        self.at = self.line.len();
        match rest.is_empty() {
            true => Err(self.expected(expected)),
            false => Ok(rest),
        }
    }

    /// What is told next is wrong stands so many bytes behind where the last text begins.
    pub(super) fn point(&mut self, further: usize) {
        self.last += further;
    }

    /// Nothing stands on the line that nobody sees, or that changes the looks of what stands around it:
    /// two scripts that look alike are alike. A sign for how the character before it is to be drawn, as
    /// emoji have them, is none.
    pub(super) fn can_be_seen(&mut self) -> Result<(), Mistake> {
        let mut before = ' ';
        for (at, c) in self.line.char_indices() {
            let styles = matches!(c, '\u{fe0e}' | '\u{fe0f}')
                && !before.is_whitespace()
                && !is_unseen(before);
            if is_unseen(c) && c != '\t' && !styles {
                self.last = at;
                let code = format!("{:04X}", u32::from(c));
                return Err(self.wrong(sentence!(
                    "an invisible character (U+{0}) is not possible here",
                    code
                )));
            }
            before = c;
        }
        Ok(())
    }

    /// A text between quotation marks, if one stands here.
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        self.last = self.at;
        let rest = self.line[self.at..].strip_prefix('"')?;
        let (text, _) = rest.split_once('"')?;
        self.at += text.len() + 2;
        self.skip_space();
        Some(text)
    }

    /// From 1.
    pub(crate) fn line(&self) -> u32 {
        self.number
    }

    pub(crate) fn end(&mut self) -> Result<(), Mistake> {
        self.last = self.at;
        match self.is_at_end() {
            true => Ok(()),
            false => Err(self.expected("the end of the line")),
        }
    }

    /// The word read last is not what it should be.
    pub(crate) fn expected(&self, expected: impl Into<Value>) -> Mistake {
        let expected = expected.into();
        let found = self.line[self.last..].split_whitespace().next();
        self.wrong(match found {
            Some(found) => {
                let short: String = found.chars().take(40).collect();
                sentence!("expected {0}, found “{1}”", expected, short)
            }
            None => sentence!("expected {0}, found the end of the line", expected),
        })
    }

    pub(crate) fn wrong(&self, sentence: Sentence) -> Mistake {
        let column = self.line[..self.last].chars().count() as u32 + 1;
        Mistake { line: self.number, column, sentence }
    }
}
