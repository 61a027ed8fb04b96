//! The formula of a property as styled text. Protocols write formulas in Unicode, as one writes them in
//! a letter, and so they are read aloud:
//!
//! ```text
//! logᵢ[k].term = logⱼ[k].term ⇒ logᵢ[..k] = logⱼ[..k]
//! ```
//!
//! To the eye variables slant, and indexes stand lower in whatever font there is (few have all of the
//! letters that Unicode has for them). A line is best broken before a connective, so a formula comes in
//! clauses.

/// How a piece of a formula is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Plain,
    /// A single letter, slanted.
    Variable,
    /// Small and low.
    Index,
}

/// Each begins a clause.
const CONNECTIVES: [char; 5] = ['∧', '∨', '⇒', '⇔', '⇝'];
const INDEXES: [(char, char); 10] = [
    ('ᵢ', 'i'),
    ('ⱼ', 'j'),
    ('ₖ', 'k'),
    ('ₗ', 'l'),
    ('ₘ', 'm'),
    ('ₙ', 'n'),
    ('ᵣ', 'r'),
    ('₀', '0'),
    ('₁', '1'),
    ('₂', '2'),
];

/// The clauses of a formula, and the pieces of each.
pub fn clauses(formula: &str) -> Vec<Vec<(Style, String)>> {
    let mut cuts = vec![0];
    cuts.extend(formula.match_indices(CONNECTIVES).map(|(at, _)| at));
    cuts.push(formula.len());
    let clauses = cuts.windows(2).map(|ends| formula[ends[0]..ends[1]].trim());
    clauses.filter(|clause| !clause.is_empty()).map(pieces).collect()
}

fn pieces(clause: &str) -> Vec<(Style, String)> {
    let chars: Vec<char> = clause.chars().collect();
    let alike = |a: &char, b: &char| {
        (index(*a).is_some(), a.is_ascii_alphanumeric())
            == (index(*b).is_some(), b.is_ascii_alphanumeric())
    };
    let piece = |piece: &[char]| match piece {
        [first, ..] if index(*first).is_some() => {
            (Style::Index, piece.iter().filter_map(|c| index(*c)).collect())
        }
        [letter] if letter.is_ascii_alphabetic() => (Style::Variable, letter.to_string()),
        _ => (Style::Plain, piece.iter().collect()),
    };
    chars.chunk_by(alike).map(piece).collect()
}

fn index(c: char) -> Option<char> {
    INDEXES.iter().find(|(low, _)| *low == c).map(|(_, letter)| *letter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;

    fn written(clause: &[(Style, String)]) -> String {
        clause.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn nothing_of_a_formula_is_lost_and_every_clause_fits_a_phone() {
        for entry in catalog::catalog() {
            for property in (entry.properties)() {
                let clauses: Vec<String> =
                    clauses(property.formula).iter().map(|clause| written(clause)).collect();
                let plain: String =
                    property.formula.chars().map(|c| index(c).unwrap_or(c)).collect();
                assert_eq!(clauses.join(" "), plain);
                let longest = clauses.iter().map(|clause| clause.chars().count()).max();
                assert!(longest <= Some(36), "{plain}: a clause of {longest:?} signs");
            }
        }
    }

    #[test]
    fn variables_slant_and_indexes_stand_low() {
        use Style::{Index, Plain, Variable};
        let clauses = clauses("⟨2a, b⟩ ∈ logᵢ[k]′ ⇒ x₁₂ < 3");
        let expected: [&[(Style, &str)]; 2] = [
            &[
                (Plain, "⟨"),
                (Plain, "2a"),
                (Plain, ", "),
                (Variable, "b"),
                (Plain, "⟩ ∈ "),
                (Plain, "log"),
                (Index, "i"),
                (Plain, "["),
                (Variable, "k"),
                (Plain, "]′"),
            ],
            &[(Plain, "⇒ "), (Variable, "x"), (Index, "12"), (Plain, " < "), (Plain, "3")],
        ];
        let told: Vec<Vec<(Style, &str)>> = clauses
            .iter()
            .map(|clause| clause.iter().map(|(style, text)| (*style, text.as_str())).collect())
            .collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_formula_of_nothing_but_connectives_is_no_trouble() {
        assert_eq!(self::clauses(""), Vec::<Vec<_>>::new());
        assert_eq!(self::clauses("∧ ∨").len(), 2);
    }
}
