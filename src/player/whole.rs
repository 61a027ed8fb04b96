//! Whether a link that people can read has come through whole. A packed one has a checksum (`packed.rs`);
//! a readable one whose end was cut off at a clean place is another, shorter run. So a link that
//! carries a script, or another thing beside a scene, says first what all of it comes to:
//!
//! ```text
//! #v1&check=3fa9&run=raft+nodes=5+seed=7;1.2s+crash+S1&at=1.24s.214
//! ```
//!
//! The check is of what the words say, however they are encoded, and of what runs, and that there is an
//! instant: which one, and language, theme, speed and panel, are the business of whoever shows the run.
//! A teacher may write another. Of what stands
//! twice it is of the first: what somebody adds at the end counts, and damages nothing. A link without
//! it, older or written by hand, is taken as it stands.

use std::hash::Hasher;

use crate::base::digest::Digest;

/// The name of the part.
pub const NAME: &str = "check";

/// The parts that it is of.
const COVERED: [&str; 12] = [
    "run",
    "scene",
    "flaw2",
    "option2",
    "protocol2",
    "run2",
    "scene2",
    "lanes",
    "hidden",
    "folded",
    "without",
    "at",
];

/// Of this it counts only that it is there.
const FREE: &str = "at";

/// Whether a link with this part says what all of it comes to: a scene alone has a name that is there or not,
/// and what is packed has a checksum.
pub fn is_worth_it(part: &str) -> bool {
    let (name, _) = part.split_once('=').unwrap_or((part, ""));
    COVERED.contains(&name) && name != "scene" && name != FREE
}

/// What these parts of a link come to. `decode` undoes what a link does to words.
pub fn check<'a>(
    parts: impl Iterator<Item = &'a str>,
    decode: impl Fn(&str) -> Option<String>,
) -> String {
    let mut digest = Digest::after(0);
    let mut before: Vec<&str> = Vec::new();
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        if !COVERED.contains(&name) || before.contains(&name) {
            continue;
        }
        before.push(name);
        digest.write(name.as_bytes());
        if name == FREE {
            continue;
        }
        for line in value.split(';') {
            digest.write(decode(line).unwrap_or_default().as_bytes());
            digest.write_u8(b';');
        }
    }
    format!("{:04x}", digest.finish() as u16)
}
