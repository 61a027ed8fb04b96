//! Who takes part: servers `S1`, `S2`, … inside the cluster, clients `C1`, `C2`, … outside it.
//! Numbers start at zero inside the code and at one wherever people read them.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A server of the cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u16);

/// Somebody outside the cluster who sends it requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub u16);

/// Either end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Endpoint {
    Node(NodeId),
    Client(ClientId),
}

impl NodeId {
    /// Position in the cluster, from zero.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The servers of a cluster of `count`.
    pub fn all(count: u16) -> impl Iterator<Item = NodeId> + Clone {
        (0..count).map(NodeId)
    }
}

impl ClientId {
    /// Position among the clients, from zero.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Endpoint {
    /// The server at this end, if it is one.
    pub fn node(self) -> Option<NodeId> {
        match self {
            Endpoint::Node(node) => Some(node),
            Endpoint::Client(_) => None,
        }
    }
}

impl From<NodeId> for Endpoint {
    fn from(node: NodeId) -> Self {
        Endpoint::Node(node)
    }
}

impl From<ClientId> for Endpoint {
    fn from(client: ClientId) -> Self {
        Endpoint::Client(client)
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "S{}", u32::from(self.0) + 1)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "C{}", u32::from(self.0) + 1)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Node(node) => node.fmt(f),
            Endpoint::Client(client) => client.fmt(f),
        }
    }
}

/// For programs as for people: `"S1"`.
impl Serialize for NodeId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Serialize for Endpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The number behind `letter`, counted from one in text and from zero inside.
fn numbered(text: &str, letter: char) -> Option<u16> {
    let digits = text.strip_prefix(letter)?;
    if digits.starts_with('0') || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse::<u16>().ok()?.checked_sub(1)
}

impl FromStr for NodeId {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        numbered(text, 'S').map(NodeId).ok_or("a server such as S1")
    }
}

impl FromStr for ClientId {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        numbered(text, 'C').map(ClientId).ok_or("a client such as C1")
    }
}

impl FromStr for Endpoint {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, &'static str> {
        let node = numbered(text, 'S').map(|n| Endpoint::Node(NodeId(n)));
        node.or_else(|| numbered(text, 'C').map(|n| Endpoint::Client(ClientId(n))))
            .ok_or("a server such as S1 or a client such as C1")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_count_from_one() {
        assert_eq!(NodeId(0).to_string(), "S1");
        assert_eq!("S12".parse(), Ok(NodeId(11)));
        assert_eq!("C2".parse(), Ok(Endpoint::Client(ClientId(1))));
        for wrong in ["S0", "S01", "S", "s1", "S1 ", "S+1", "S70000", "X1"] {
            assert!(wrong.parse::<Endpoint>().is_err(), "{wrong}");
        }
    }
}
