//! Short pieces of text that many events share.

use std::borrow::Cow;
use std::rc::Rc;

/// What stands where there is no value. It is no value itself.
pub const NONE: &str = "–";

/// An immutable text: a copy of it copies a pointer.
pub type Text = Rc<str>;

/// Controls, what turns the direction of writing, what joins or fills without a picture of its own:
/// two texts that differ in these look alike. (Unicode's `Default_Ignorable_Code_Point`, its format
/// characters in general use, and the blanks that are no spaces.)
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text for a terminal, which takes controls for orders, and turns the direction of writing where it is
/// told to: what nobody sees is written as its number. Lines stay lines.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    let acts = |c: char| is_unseen(c) && c != '\n' && !matches!(c, '\u{fe0e}' | '\u{fe0f}');
    if !text.contains(acts) {
        return Cow::Borrowed(text);
    }
    let mut plain = String::new();
    for c in text.chars() {
        match acts(c) {
            true => plain.extend(c.escape_unicode()),
            false => plain.push(c),
        }
    }
    Cow::Owned(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_given_no_orders() {
        assert_eq!(for_terminal("a\nb 一 ⚠\u{fe0f}"), "a\nb 一 ⚠\u{fe0f}");
        assert_eq!(for_terminal("\u{1b}[2J\r\u{202e}\u{9b}"), "\\u{1b}[2J\\u{d}\\u{202e}\\u{9b}");
    }
}
