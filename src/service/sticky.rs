//! Requests that stick to the server that was asked. Where each server gives a write a stamp of its own, a
//! write that a client asked of two of them would take effect twice. So the client asks for a write again only
//! where it first did; for a value it may ask anywhere.

use std::fmt;
use std::str::FromStr;

use crate::check::Operation;
use crate::protocol::Request;

/// A request to a store of keys and values, whose writes stick.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sticky(pub Operation);

impl Request for Sticky {
    fn operation(&self) -> Option<Operation> {
        Some(self.0.clone())
    }

    fn stays(&self) -> bool {
        !matches!(self.0, Operation::Get { .. })
    }
}

/// As a script writes it.
impl fmt::Display for Sticky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Sticky {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Sticky, &'static str> {
        text.parse().map(Sticky)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_stick_and_reads_do_not() {
        for (text, stays) in [("put x=1", true), ("delete x", true), ("get x", false)] {
            let request: Sticky = text.parse().unwrap();
            assert_eq!((request.to_string().as_str(), request.stays()), (text, stays));
        }
        assert!("put".parse::<Sticky>().is_err());
    }
}
