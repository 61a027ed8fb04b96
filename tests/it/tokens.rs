//! Rust as its tokens, for tests that read the source: names, literals and punctuation, each with its
//! line.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

#[derive(Debug, PartialEq)]
pub enum Token {
    /// A name or a number.
    Name(String),
    Literal(String),
    Mark(String),
}

/// Its text, unless it is a literal.
pub fn text_of(token: &Token) -> &str {
    match token {
        Token::Name(text) | Token::Mark(text) => text,
        Token::Literal(_) => "",
    }
}

/// Where the bracket that opens here closes.
pub fn closing(tokens: &[(u32, Token)], open: usize) -> usize {
    let mut depth = 0;
    for (at, (_, token)) in tokens.iter().enumerate().skip(open) {
        match text_of(token) {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len()
}

/// Names, literals and punctuation, each with its line; comments and characters are skipped.
pub fn tokens(source: &str) -> Vec<(u32, Token)> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    for lexed in tokenize(source, FrontmatterAllowed::No) {
        let text = &source[at..at + lexed.len as usize];
        let token = match lexed.kind {
            TokenKind::Literal { kind: LiteralKind::Str { .. }, .. } => {
                Some(Token::Literal(unescaped(&text[1..text.len() - 1])))
            }
            TokenKind::Literal { kind: LiteralKind::RawStr { n_hashes }, .. } => {
                let fence = usize::from(n_hashes.expect("a raw literal ends"));
                Some(Token::Literal(text[fence + 2..text.len() - fence - 1].to_owned()))
            }
            TokenKind::Ident
            | TokenKind::Literal {
                kind: LiteralKind::Int { .. } | LiteralKind::Float { .. },
                ..
            } => Some(Token::Name(text.to_owned())),
            kind if is_skipped(kind) => None,
            _ => Some(Token::Mark(text.to_owned())),
        };
        tokens.extend(token.map(|token| (line, token)));
        line += text.matches('\n').count() as u32;
        at += text.len();
    }
    tokens
}

fn is_skipped(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Whitespace
            | TokenKind::LineComment { .. }
            | TokenKind::BlockComment { .. }
            | TokenKind::Literal { .. }
            | TokenKind::Lifetime { .. }
    )
}

/// The text of a literal.
fn unescaped(written: &str) -> String {
    let mut text = String::new();
    rustc_literal_escaper::unescape_str(written, |_, c| text.extend(c.ok()));
    text
}
