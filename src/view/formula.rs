//! The formula of a property, taken apart so that it can be set as mathematics (MathML's `mi`, `mn`,
//! `mo`, `msub`, `msup`, `mrow`). Protocols write formulas as one writes them in a text, in Unicode:
//!
//! ```text
//! logᵢ[k].term = logⱼ[k].term ⇒ logᵢ[..k] = logⱼ[..k]
//! ```
//!
//! A formula comes in pieces, each of which begins with a connective: between them a line may be
//! broken, which browsers do not do within mathematics.

use std::iter::Peekable;
use std::str::CharIndices;

/// A part of a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part<'a> {
    /// An identifier: slanted if it is a single letter.
    Name(&'a str),
    Number(&'a str),
    Sign(&'a str, Space),
    /// What belongs together, such as what stands in brackets, with them.
    Row(Vec<Part<'a>>),
    /// Something with a text below or above its right end.
    Script {
        base: Box<Part<'a>>,
        below: String,
        above: String,
    },
}

/// The room around a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    None,
    /// As after a comma or a quantifier.
    After,
    /// As around `=`.
    Around,
    /// As around `⇒`: here a piece may begin.
    Wide,
}

const OPEN: &str = "([{⟨⌈⌊";
const CLOSE: &str = ")]}⟩⌉⌋";
/// Signs by the room that they want. Of several that begin alike the longer stands first.
const SIGNS: [(&str, Space); 58] = [
    ("∃!", Space::After),
    ("∃", Space::After),
    ("∄", Space::After),
    ("∀", Space::After),
    ("◇", Space::After),
    ("□", Space::After),
    ("¬", Space::None),
    ("...", Space::None),
    ("..", Space::None),
    ("…", Space::None),
    (".", Space::None),
    ("#", Space::None),
    ("∅", Space::None),
    ("⊥", Space::None),
    ("∞", Space::None),
    (",", Space::After),
    (";", Space::After),
    (":=", Space::Around),
    (":", Space::After),
    ("∧", Space::Wide),
    ("∨", Space::Wide),
    ("⇒", Space::Wide),
    ("⇔", Space::Wide),
    ("⇝", Space::Wide),
    ("=", Space::Around),
    ("≠", Space::Around),
    ("≡", Space::Around),
    ("≤", Space::Around),
    ("≥", Space::Around),
    ("<", Space::Around),
    (">", Space::Around),
    ("≺", Space::Around),
    ("≼", Space::Around),
    ("≪", Space::Around),
    ("∥", Space::Around),
    ("∈", Space::Around),
    ("∉", Space::Around),
    ("⊆", Space::Around),
    ("⊂", Space::Around),
    ("⊑", Space::Around),
    ("⊏", Space::Around),
    ("→", Space::Around),
    ("↦", Space::Around),
    ("⟶", Space::Around),
    ("←", Space::Around),
    ("∪", Space::Around),
    ("∩", Space::Around),
    ("∖", Space::Around),
    ("×", Space::Around),
    ("⊔", Space::Around),
    ("⊓", Space::Around),
    ("+", Space::Around),
    ("−", Space::Around),
    ("-", Space::Around),
    ("·", Space::Around),
    ("/", Space::Around),
    ("Σ", Space::After),
    ("⋃", Space::After),
];
/// Letters and digits that stand lower or higher, and what they are.
const BELOW: &str = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9₊+₋−ₐaₑeₕhᵢiⱼjₖkₗlₘmₙnₒoₚpᵣrₛsₜtᵤuᵥvₓx";
const ABOVE: &str = "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9⁺+⁻−ⁱiⁿnᵏkᵗt′′″″";

/// The formula in pieces; `None` where something in it is not known here: then it is best shown as
/// it is written.
pub fn parse(text: &str) -> Option<Vec<Vec<Part<'_>>>> {
    let mut reader = Reader { text, rest: text.char_indices().peekable() };
    let parts = reader.parts(None)?;
    let mut pieces = vec![Vec::new()];
    for part in parts {
        if matches!(part, Part::Sign(_, Space::Wide))
            && pieces.last().is_some_and(|p| !p.is_empty())
        {
            pieces.push(Vec::new());
        }
        pieces.last_mut()?.push(part);
    }
    Some(pieces)
}

struct Reader<'a> {
    text: &'a str,
    rest: Peekable<CharIndices<'a>>,
}

impl<'a> Reader<'a> {
    /// All that comes before this bracket, or before the end.
    fn parts(&mut self, until: Option<char>) -> Option<Vec<Part<'a>>> {
        let mut parts = Vec::new();
        while let Some(&(at, c)) = self.rest.peek() {
            let bracket = OPEN.chars().zip(CLOSE.chars()).find(|(open, _)| *open == c);
            let closing = bracket.map_or((c == '|').then_some('|'), |(_, close)| Some(close));
            if c.is_whitespace() {
                self.rest.next();
            } else if until == Some(c) {
                return Some(parts);
            } else if let Some(close) = closing {
                parts.push(self.bracket(at, c, close)?);
            } else if c.is_ascii_alphanumeric() {
                let word = self.word(at);
                parts.push(self.named(word, &parts));
            } else if let Some(part) = self.script(c, &mut parts) {
                parts.push(part?);
            } else {
                parts.push(self.sign(at, &parts)?);
            }
        }
        until.is_none().then_some(parts)
    }

    fn bracket(&mut self, at: usize, open: char, close: char) -> Option<Part<'a>> {
        self.rest.next();
        let mut row = vec![Part::Sign(&self.text[at..at + open.len_utf8()], Space::None)];
        row.extend(self.parts(Some(close))?);
        let (end, _) = self.rest.next()?;
        row.push(Part::Sign(&self.text[end..end + close.len_utf8()], Space::None));
        Some(Part::Row(row))
    }

    fn word(&mut self, at: usize) -> &'a str {
        let mut end = at;
        while let Some((next, c)) = self.rest.next_if(|(_, c)| c.is_ascii_alphanumeric()) {
            end = next + c.len_utf8();
        }
        &self.text[at..end]
    }

    /// A word between two operands is an operator: `told(a) before asked(b)`.
    fn named(&self, word: &'a str, before: &[Part]) -> Part<'a> {
        match before.last().is_some_and(is_operand) {
            true => Part::Sign(word, Space::Around),
            false if word.bytes().all(|byte| byte.is_ascii_digit()) => Part::Number(word),
            false => Part::Name(word),
        }
    }

    /// Where this stands lower or higher: the part before, with all of that.
    fn script(&mut self, c: char, parts: &mut Vec<Part<'a>>) -> Option<Option<Part<'a>>> {
        let meant = |table: &str, c: char| {
            let place = table.chars().step_by(2).position(|known| known == c)?;
            table.chars().nth(2 * place + 1)
        };
        meant(BELOW, c).or(meant(ABOVE, c))?;
        let (mut below, mut above) = (String::new(), String::new());
        while let Some(&(_, c)) = self.rest.peek() {
            match (meant(BELOW, c), meant(ABOVE, c)) {
                (Some(c), _) => below.push(c),
                (None, Some(c)) => above.push(c),
                (None, None) => break,
            }
            self.rest.next();
        }
        let base = parts.pop().map(Box::new);
        Some(base.map(|base| Part::Script { base, below, above }))
    }

    fn sign(&mut self, at: usize, before: &[Part]) -> Option<Part<'a>> {
        let (known, space) = SIGNS.iter().find(|(sign, _)| self.text[at..].starts_with(sign))?;
        for _ in known.chars() {
            self.rest.next();
        }
        let sign = &self.text[at..at + known.len()];
        let relates = matches!(space, Space::Around | Space::Wide);
        match relates && !before.last().is_some_and(is_operand) {
            // Nothing that it could relate: it is spoken of itself, as in `store(<)`.
            true => Some(Part::Name(sign)),
            false => Some(Part::Sign(sign, *space)),
        }
    }
}

fn is_operand(part: &Part) -> bool {
    !matches!(part, Part::Sign(..))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    /// All that is written in some parts.
    fn written(parts: &[Part]) -> String {
        let one = |part: &Part| match part {
            Part::Name(text) | Part::Number(text) | Part::Sign(text, _) => (*text).to_owned(),
            Part::Row(parts) => written(parts),
            Part::Script { base, below, above } => {
                written(std::slice::from_ref(&**base)) + below + above
            }
        };
        parts.iter().map(one).collect()
    }

    fn plain(text: &str) -> String {
        let lower = |c: char| {
            [BELOW, ABOVE].iter().find_map(|table| {
                let place = table.chars().step_by(2).position(|known| known == c)?;
                table.chars().nth(2 * place + 1)
            })
        };
        text.chars().filter(|c| *c != ' ').map(|c| lower(c).unwrap_or(c)).collect()
    }

    #[test]
    fn every_formula_of_the_catalog_is_understood_whole() {
        for entry in catalog::catalog() {
            for property in (entry.properties)() {
                let formula = property.formula;
                let pieces = parse(formula).unwrap_or_else(|| panic!("{formula}"));
                let told: String = pieces.iter().map(|piece| written(piece)).collect();
                assert_eq!(told, plain(formula), "nothing is lost, nothing added");
                for piece in &pieces {
                    let length = written(piece).chars().count();
                    assert!(length <= 50, "{formula}: a piece of {length} fits no phone");
                }
            }
        }
    }

    #[test]
    fn parts_are_what_they_are_in_mathematics() {
        use Part::{Name, Number, Row, Sign};
        let pieces = parse("logᵢ[..k]′ ⊑ |x|, 2a ∧ ∃! l: a < 10").unwrap();
        let bracket = vec![
            Sign("[", Space::None),
            Sign("..", Space::None),
            Name("k"),
            Sign("]", Space::None),
        ];
        let script = |base, below: &str, above: &str| Part::Script {
            base: Box::new(base),
            below: below.into(),
            above: above.into(),
        };
        let bars = vec![Sign("|", Space::None), Name("x"), Sign("|", Space::None)];
        assert_eq!(
            pieces[0],
            [
                script(Name("log"), "i", ""),
                script(Row(bracket), "", "′"),
                Sign("⊑", Space::Around),
                Row(bars),
                Sign(",", Space::After),
                Name("2a"),
            ]
        );
        assert_eq!(
            pieces[1],
            [
                Sign("∧", Space::Wide),
                Sign("∃!", Space::After),
                Name("l"),
                Sign(":", Space::After),
                Name("a"),
                Sign("<", Space::Around),
                Number("10"),
            ]
        );
        let order = parse("∃ <: (a before b) ∧ store(<)").unwrap();
        assert_eq!(order[0][1], Name("<"), "nothing that it relates");
        assert!(
            matches!(&order[0][3], Row(parts) if parts[2] == Sign("before", Space::Around)),
            "a word between two operands"
        );
    }

    #[test]
    fn what_is_not_known_is_left_as_it_is() {
        for wrong in ["(a", "a)", "⟨a]", "a ⌘ b", "|a", "ᵢ", "a ∧ [b"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse(""), Some(vec![Vec::new()]));
    }
}
