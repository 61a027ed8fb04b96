//! Short pieces of text that many events share.

use std::rc::Rc;

/// What stands where there is no value. It is no value itself.
pub const NONE: &str = "–";

/// An immutable text: a copy of it copies a pointer.
pub type Text = Rc<str>;
