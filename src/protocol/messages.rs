//! Messages that are a name and a few values. A protocol writes them as one table, by
//! [`messages!`](crate::messages): each with its fields by their names in the paper (`{}` where it has
//! none), the name of its kind, and its tone; and `under` which of its fields it is sent, where that is a
//! stamp such as a token. Its label on the graph is the variant's name, translated where it is a plain word, and
//! the values: all of them, or those that it `says`, where others tell nothing to whoever looks on, such as times and sessions.
//! (A protocol whose labels say more implements [`Message`](super::Message) itself.)
//!
//! ```
//! use synod::key;
//! use synod::protocol::{Message as _, Tone};
//!
//! synod::messages! {
//!     pub enum Message {
//!         Ask { round: u64, value: u64 } under round: key!("Ask"), Tone::Call,
//!         Answer { round: u64, sent: u64 } says [round]: key!("Answer"), Tone::Reply,
//!     }
//! }
//!
//! let ask = Message::Ask { round: 3, value: 7 };
//! assert_eq!((ask.label().to_string().as_str(), ask.kind().name), ("Ask 3 7", "Ask"));
//! assert_eq!((ask.fields()[1].name, ask.fields()[1].value.as_str()), ("value", "7"));
//! let answer = Message::Answer { round: 3, sent: 99 };
//! assert_eq!((answer.label().to_string().as_str(), answer.fields().len()), ("Answer 3", 2));
//! assert_eq!((ask.stamp(), answer.stamp()), (Some(3), None));
//! assert_eq!(Message::kinds().len(), 2);
//! ```

/// A protocol's table of messages: see the module `protocol::messages`.
#[macro_export]
macro_rules! messages {
    // What follows the name in a label: the fields that it says, else all of them.
    (@say $label:ident, [$($said:ident),*] $($field:ident)*) => {
        $(let _ = $field;)*
        $($label += &format!(" {}", $said);)*
    };
    (@say $label:ident, $($field:ident)*) => {
        $($label += &format!(" {}", $field);)*
    };
    (
        $(#[$about:meta])*
        pub enum $Message:ident {
            $($name:ident { $($field:ident: $type:ty),* } $(under $stamp:ident)? $(says [$($said:ident),*])?: $kind:expr, $tone:expr,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum $Message {
            $($name { $($field: $type),* },)+
        }

        impl $crate::protocol::Message for $Message {
            $crate::listed! {
                fn kinds() -> &'static [$crate::protocol::Kind];
                fn kind(&self) -> $crate::protocol::Kind {
                    match (self) {
                        $($Message::$name { .. } => {
                            $crate::protocol::Kind { name: $kind, tone: $tone }
                        },)+
                    }
                }
            }

            fn label(&self) -> $crate::base::Sentence {
                let mut values = String::new();
                let name = match self {
                    $($Message::$name { $($field),* } => {
                        $crate::messages!(@say values, $([$($said),*])? $($field)*);
                        stringify!($name)
                    })+
                };
                // By the name of its kind it is known to translators.
                match self.kind().name == name {
                    true => $crate::sentence!("{0}{1}", name, values),
                    false => $crate::sentence!("{0}", format!("{name}{values}")),
                }
            }

            fn fields(&self) -> Vec<$crate::protocol::Field> {
                match self {
                    $($Message::$name { $($field),* } => {
                        vec![$($crate::protocol::Field::new(stringify!($field), $field)),*]
                    })+
                }
            }

            fn stamp(&self) -> Option<u64> {
                $($(if let $Message::$name { $stamp, .. } = self {
                    return Some(*$stamp);
                })?)+
                None
            }
        }
    };
}
