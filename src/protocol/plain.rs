//! Requests that are plain words, with nothing to fill in: `enter`, `leave`. A protocol writes them as
//! one table, by [`plain_requests!`](crate::plain_requests), each with what it does in a sentence, and
//! serves their `FORMS`.
//!
//! ```
//! synod::plain_requests! {
//!     pub enum Ask {
//!         Enter = "enter": "has this process enter",
//!         Leave = "leave": "has this process leave",
//!     }
//! }
//!
//! assert_eq!("leave".parse(), Ok(Ask::Leave));
//! assert_eq!("go".parse::<Ask>(), Err("enter or leave"));
//! assert_eq!((Ask::Enter.to_string().as_str(), Ask::FORMS[1].script), ("enter", "leave"));
//! ```

/// A protocol's table of plain requests: see the module `protocol::plain`.
#[macro_export]
macro_rules! plain_requests {
    (
        pub enum $Ask:ident {
            $first:ident = $first_word:literal: $first_help:literal,
            $($name:ident = $word:literal: $help:literal,)*
        }
    ) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $Ask {
            $first,
            $($name,)*
        }

        impl $Ask {
            /// All of them, as forms with no blanks.
            pub const FORMS: &'static [$crate::protocol::Form] = &[
                $crate::plain_requests!(@form $first, $first_word, $first_help),
                $($crate::plain_requests!(@form $name, $word, $help),)*
            ];
        }

        impl $crate::protocol::Request for $Ask {}

        /// As a script writes it.
        impl ::std::fmt::Display for $Ask {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(match self {
                    $Ask::$first => $first_word,
                    $($Ask::$name => $word,)*
                })
            }
        }

        impl ::std::str::FromStr for $Ask {
            type Err = &'static str;
            fn from_str(text: &str) -> Result<$Ask, &'static str> {
                match text {
                    $first_word => Ok($Ask::$first),
                    $($word => Ok($Ask::$name),)*
                    _ => Err(concat!($first_word $(, " or ", $word)*)),
                }
            }
        }
    };

    (@form $name:ident, $word:literal, $help:literal) => {
        $crate::protocol::Form {
            name: stringify!($name),
            help: $help,
            script: $word,
            blanks: &[],
        }
    };
}
