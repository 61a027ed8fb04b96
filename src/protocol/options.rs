//! What a script can set: a protocol's options, and the documented bugs that it can switch on. A
//! protocol writes both as one table, by [`options!`](crate::options), and reads them as the fields
//! of a plain struct:
//!
//! ```
//! use synod::base::{Span, Time};
//! use synod::protocol::Options;
//!
//! synod::options! {
//!     pub struct Config {
//!         /// How long a follower waits for a leader (§5.2).
//!         option election: Span {
//!             default: Span::new(Time::millis(150), Time::millis(300)),
//!             help: "how long a server waits for a leader",
//!             samples: ["150ms..300ms", "100ms..150ms"],
//!         }
//!         option batch: u64 {
//!             default: 8,
//!             range: 1..=1_000,
//!             help: "how many entries one message carries at most",
//!             samples: ["8", "1"],
//!         }
//!         flaw forget_vote {
//!             title: "A crash forgets the vote",
//!             story: "votedFor is not written to the disk.",
//!             breaks: "Election Safety",
//!         }
//!     }
//! }
//!
//! let mut config = Config::default();
//! config.set("batch", "2").unwrap();
//! assert!(config.switch_on("forget-vote"));
//! assert_eq!((config.batch, config.forget_vote), (2, true));
//! ```
//!
//! A field's name is its name in scripts, where dashes stand for its underscores. What an option
//! takes is said by a `range` of whole numbers, by `choices`, or else by its type, which is an
//! [`OptionValue`].

use std::fmt::{self, Debug, Display};
use std::ops::RangeInclusive;

use crate::base::{Sentence, Span, Time};
use crate::sentence;

/// Options and flaws, as a script sets them. The default is a protocol without flaws.
pub trait Options: Clone + Default + Eq + Debug {
    fn options() -> Vec<OptionInfo>;
    fn flaws() -> Vec<FlawInfo>;

    /// Sets an option; the error says what was expected.
    fn set(&mut self, option: &str, value: &str) -> Result<(), Sentence>;

    /// Switches a flaw on, if there is one of this name.
    fn switch_on(&mut self, flaw: &str) -> bool;
}

/// An option that a script can set, as `name=value`.
#[derive(Clone, Debug)]
pub struct OptionInfo {
    pub name: &'static str,
    pub help: &'static str,
    /// Its value when a script says nothing.
    pub usual: String,
    /// What it can be, if it is a whole number.
    pub range: Option<RangeInclusive<u64>>,
    /// Values worth trying in random schedules.
    pub samples: &'static [&'static str],
}

/// A documented bug that a script can switch on, with `flaw=name`.
#[derive(Clone, Copy, Debug)]
pub struct FlawInfo {
    pub name: &'static str,
    pub title: &'static str,
    /// What goes wrong, in a sentence or two.
    pub story: &'static str,
    /// The property it breaks.
    pub breaks: &'static str,
}

/// What an option holds. A script writes it as it prints.
pub trait OptionValue: Sized + Display {
    /// The error says what was expected.
    fn read(text: &str) -> Result<Self, Sentence>;
}

impl OptionValue for Time {
    fn read(text: &str) -> Result<Time, Sentence> {
        Time::wait(text).map_err(|expected| sentence!("{0}", expected))
    }
}

impl OptionValue for Span {
    fn read(text: &str) -> Result<Span, Sentence> {
        Span::wait(text).map_err(|expected| sentence!("{0}", expected))
    }
}

/// Of something that is done or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Switch {
    On,
    Off,
}

impl Display for Switch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Switch::On => "on",
            Switch::Off => "off",
        })
    }
}

/// How often something is done by itself, if it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Repeat {
    Every(Time),
    Off,
}

impl Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Repeat::Every(time) => Display::fmt(time, f),
            Repeat::Off => f.write_str("off"),
        }
    }
}

impl OptionValue for Repeat {
    fn read(text: &str) -> Result<Repeat, Sentence> {
        match text {
            "off" => Ok(Repeat::Off),
            text => Time::wait(text)
                .map(Repeat::Every)
                .map_err(|_| sentence!("off, or a time from 1ms to 60s, such as 500ms")),
        }
    }
}

/// A whole number within the range.
pub fn number(text: &str, range: RangeInclusive<u64>) -> Result<u64, Sentence> {
    match text.parse() {
        Ok(number) if range.contains(&number) => Ok(number),
        _ => Err(sentence!("a whole number from {0} to {1}", *range.start(), *range.end())),
    }
}

/// One of these, as it prints.
pub fn choice<T: Display, const N: usize>(text: &str, choices: [T; N]) -> Result<T, Sentence> {
    let names = choices.each_ref().map(T::to_string);
    match choices.into_iter().zip(&names).find(|(_, name)| *name == text) {
        Some((choice, _)) => Ok(choice),
        None => Err(sentence!("one of {0}", names.join(", "))),
    }
}

/// For a protocol that has neither.
impl Options for () {
    fn options() -> Vec<OptionInfo> {
        Vec::new()
    }

    fn flaws() -> Vec<FlawInfo> {
        Vec::new()
    }

    fn set(&mut self, _option: &str, _value: &str) -> Result<(), Sentence> {
        Err(no_such_option())
    }

    fn switch_on(&mut self, _flaw: &str) -> bool {
        false
    }
}

pub fn no_such_option() -> Sentence {
    sentence!("an option of this protocol")
}

/// The bytes of a field's name, as a script writes it.
pub const fn dashed<const N: usize>(field: &str) -> [u8; N] {
    let mut name = [0; N];
    let mut at = 0;
    while at < N {
        let byte = field.as_bytes()[at];
        name[at] = if byte == b'_' { b'-' } else { byte };
        at += 1;
    }
    name
}

/// A protocol's table of options and flaws: see the module `protocol::options`.
#[macro_export]
macro_rules! options {
    (
        $(#[$about:meta])*
        pub struct $Config:ident {
            $($(#[$why:meta])* option $option:ident: $type:ty {
                default: $default:expr,
                $(range: $range:expr,)?
                $(choices: $choices:expr,)?
                help: $help:literal,
                samples: $samples:expr,
            })*
            $(flaw $flaw:ident {
                title: $title:literal,
                story: $story:literal,
                breaks: $breaks:literal,
            })*
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $Config {
            $($(#[$why])* pub $option: $type,)*
            $(#[doc = $story] pub $flaw: bool,)*
        }

        impl Default for $Config {
            fn default() -> $Config {
                $Config { $($option: $default,)* $($flaw: false,)* }
            }
        }

        impl $crate::protocol::Options for $Config {
            fn options() -> Vec<$crate::protocol::OptionInfo> {
                let usual = $Config::default();
                vec![$(
                    $crate::protocol::OptionInfo {
                        name: $crate::options!(@name $option),
                        help: $help,
                        usual: usual.$option.to_string(),
                        range: $crate::options!(@range $($range)?),
                        samples: &$samples,
                    },
                )*]
            }

            fn flaws() -> Vec<$crate::protocol::FlawInfo> {
                vec![$(
                    $crate::protocol::FlawInfo {
                        name: $crate::options!(@name $flaw),
                        title: $title,
                        story: $story,
                        breaks: $breaks,
                    },
                )*]
            }

            fn set(&mut self, option: &str, value: &str) -> Result<(), $crate::base::Sentence> {
                match option {
                    $(name if name == $crate::options!(@name $option) => {
                        self.$option =
                            $crate::options!(@read value, $type $(, range $range)? $(, choices $choices)?)?;
                    })*
                    _ => return Err($crate::protocol::options::no_such_option()),
                }
                Ok(())
            }

            fn switch_on(&mut self, flaw: &str) -> bool {
                match flaw {
                    $(name if name == $crate::options!(@name $flaw) => {
                        self.$flaw = true;
                        true
                    })*
                    _ => false,
                }
            }
        }
    };

    (@name $field:ident) => {{
        const FIELD: &str = stringify!($field);
        const BYTES: [u8; FIELD.len()] = $crate::protocol::options::dashed(FIELD);
        const NAME: &str = match std::str::from_utf8(&BYTES) {
            Ok(name) => name,
            Err(_) => FIELD,
        };
        NAME
    }};

    (@range) => {
        None
    };
    (@range $range:expr) => {
        Some($range)
    };
    (@read $text:ident, $type:ty) => {
        <$type as $crate::protocol::OptionValue>::read($text)
    };
    (@read $text:ident, $type:ty, range $range:expr) => {
        $crate::protocol::options::number($text, $range)
    };
    (@read $text:ident, $type:ty, choices $choices:expr) => {
        $crate::protocol::options::choice($text, $choices)
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    crate::options! {
        pub struct Config {
            /// How often.
            option often: Time {
                default: Time::millis(50),
                help: "how often",
                samples: ["50ms"],
            }
            option at_most: u64 {
                default: 8,
                range: 1..=10,
                help: "how many at most",
                samples: ["8", "1"],
            }
            option pull: bool {
                default: true,
                choices: [true, false],
                help: "whether",
                samples: ["true"],
            }
            flaw never_stops {
                title: "It never stops",
                story: "It goes on.",
                breaks: "Termination",
            }
        }
    }

    #[test]
    fn a_table_is_a_struct_with_its_names_defaults_and_values() {
        let mut config = Config::default();
        assert_eq!((config.often, config.at_most), (Time::millis(50), 8));
        assert_eq!((config.pull, config.never_stops), (true, false));
        let told: Vec<_> = Config::options().into_iter().map(|o| (o.name, o.usual)).collect();
        let meant = [("often", "50ms"), ("at-most", "8"), ("pull", "true")];
        assert_eq!(told, meant.map(|(name, usual)| (name, usual.to_owned())));
        let ranges: Vec<_> = Config::options().into_iter().map(|o| o.range).collect();
        assert_eq!(ranges, [None, Some(1..=10), None]);
        assert_eq!(Config::flaws()[0].name, "never-stops");

        for (name, value) in [("often", "1s"), ("at-most", "10"), ("pull", "false")] {
            assert_eq!(config.set(name, value), Ok(()));
        }
        assert!(config.switch_on("never-stops") && !config.switch_on("never_stops"));
        let meant = Config { often: Time::seconds(1), at_most: 10, pull: false, never_stops: true };
        assert_eq!(config, meant);
    }

    #[test]
    fn each_kind_of_value_says_what_it_expects() {
        let expected = |name: &str, value: &str| {
            let before = Config::default();
            let mut config = before.clone();
            let expected = config.set(name, value).unwrap_err();
            assert_eq!(config, before);
            expected.to_string()
        };
        for wrong in ["0", "11", "-1", "many", ""] {
            assert_eq!(expected("at-most", wrong), "a whole number from 1 to 10");
        }
        assert_eq!(expected("pull", "perhaps"), "one of true, false");
        assert_eq!(expected("often", "61s"), "a time from 1ms to 60s, such as 50ms");
        assert_eq!(expected("seldom", "1s"), "an option of this protocol");
        assert_eq!(().set("often", "1s"), Err(no_such_option()));
        assert!(!().switch_on("never-stops"));
    }
}
