//! Short pieces of text that many events share.

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
