//! The cursor in a text that somebody writes.

use web_sys::HtmlTextAreaElement;
use yew::prelude::*;

/// Goes to a place of a text.
pub fn lead_to(area: &NodeRef, line: u32, column: u32) {
    if let Some(area) = area.cast::<HtmlTextAreaElement>() {
        point_at(&area, line, column);
    }
}

/// Puts the cursor where the mistake is.
fn point_at(area: &HtmlTextAreaElement, line: u32, column: u32) {
    let text = area.value();
    let before: usize = text.split_inclusive('\n').take(line as usize - 1).map(utf16).sum();
    let rest = text.split('\n').nth(line as usize - 1).unwrap_or("");
    let within: usize = rest.chars().take(column as usize - 1).map(char::len_utf16).sum();
    let word: usize = rest
        .chars()
        .skip(column as usize - 1)
        .take_while(|c| !c.is_whitespace())
        .map(char::len_utf16)
        .sum();
    let start = (before + within) as u32;
    let _ = area.focus();
    let _ = area.set_selection_range(start, start + word.max(1) as u32);
}

fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}
