//! A protocol's source as it is shown: lines of pieces, each of a kind that has its colour. The
//! compiler's own lexer tells the pieces apart, so that whatever compiles reads right.

use ra_ap_rustc_lexer::{FrontmatterAllowed, TokenKind, tokenize};

/// What a piece of source is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Token {
    /// Names, signs, spaces.
    Plain,
    Comment,
    Keyword,
    /// A type, a trait, a variant: whatever begins with a capital.
    Type,
    /// A text, a character or a number.
    Literal,
}

/// Keywords of the language's reference that occur in code.
const KEYWORDS: &[&str] = &[
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern",
    "false", "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub",
    "ref", "return", "self", "Self", "static", "struct", "super", "trait", "true", "type",
    "unsafe", "use", "where", "while",
];

/// The lines of a source file, without their ends. Pieces of one kind that touch are one.
pub fn lines(source: &str) -> Vec<Vec<(Token, &str)>> {
    let mut lines = vec![Vec::new()];
    let mut at = 0;
    for token in tokenize(source, FrontmatterAllowed::No) {
        let text = &source[at..at + token.len as usize];
        at += text.len();
        let part = part(token.kind, text);
        for (i, piece) in text.split('\n').enumerate() {
            if i > 0 {
                lines.push(Vec::new());
            }
            if let Some(line) = lines.last_mut() {
                add(line, part, piece, source);
            }
        }
    }
    // A file ends with the end of its last line.
    lines.pop_if(|line| line.is_empty());
    lines
}

fn part(kind: TokenKind, text: &str) -> Token {
    match kind {
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => Token::Comment,
        TokenKind::Literal { .. } => Token::Literal,
        TokenKind::Ident if KEYWORDS.contains(&text) => Token::Keyword,
        TokenKind::Ident if text.starts_with(|c: char| c.is_uppercase()) => Token::Type,
        _ => Token::Plain,
    }
}

/// Adds a piece, or lengthens the one before: both lie in the source, one behind the other.
fn add<'a>(line: &mut Vec<(Token, &'a str)>, part: Token, piece: &'a str, source: &'a str) {
    let offset = |text: &str| text.as_ptr() as usize - source.as_ptr() as usize;
    match line.last_mut() {
        _ if piece.is_empty() => {}
        Some((last, text)) if *last == part => {
            *text = &source[offset(text)..offset(piece) + piece.len()];
        }
        _ => line.push((part, piece)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_piece_is_told() {
        let source = "/// A vote.\nfn vote(&mut self) -> Term {\n    2 // twice\n}\n";
        assert_eq!(
            lines(source),
            [
                vec![(Token::Comment, "/// A vote.")],
                vec![
                    (Token::Keyword, "fn"),
                    (Token::Plain, " vote(&"),
                    (Token::Keyword, "mut"),
                    (Token::Plain, " "),
                    (Token::Keyword, "self"),
                    (Token::Plain, ") -> "),
                    (Token::Type, "Term"),
                    (Token::Plain, " {"),
                ],
                vec![
                    (Token::Plain, "    "),
                    (Token::Literal, "2"),
                    (Token::Plain, " "),
                    (Token::Comment, "// twice"),
                ],
                vec![(Token::Plain, "}")],
            ]
        );
    }

    #[test]
    fn nothing_is_lost_whatever_stands_there() {
        let own = include_str!("highlight.rs");
        for source in [own, "", "\n\n", "\"open", "/* open\n", "é🦀\r\n'x\n#!?\u{0}"] {
            let lines = lines(source);
            let text: Vec<String> =
                lines.iter().map(|line| line.iter().map(|(_, piece)| *piece).collect()).collect();
            let expected = source.strip_suffix('\n').unwrap_or(source);
            let expected =
                if source.is_empty() { vec![] } else { expected.split('\n').collect::<Vec<_>>() };
            assert_eq!(text.iter().map(String::as_str).collect::<Vec<_>>(), expected);
        }
    }
}
