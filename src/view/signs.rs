//! What the words and signs of the pictures mean, a sentence each. Whatever is drawn carries the name of its
//! sign (`data-sign`); who points at it, focuses it or holds a finger on it is told the sentence
//! (`web/components/tip.rs`).

use crate::key;

/// A sign, and what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sign {
    pub name: &'static str,
    pub told: &'static str,
}

const fn sign(name: &'static str, told: &'static str) -> Sign {
    Sign { name, told }
}

/// All signs: places and what stands in their boxes, links, messages, clients, lanes.
pub const SIGNS: &[Sign] = &[
    sign(
        "place",
        key!(
            "It takes part. Click it, or press Enter: crash it, pause it, make its timer run out."
        ),
    ),
    sign("role", key!("Its role at the moment.")),
    sign(
        "leads",
        key!(
            "It leads, or has what only one is to have, or believes so: its role says which. It is drawn round."
        ),
    ),
    sign(
        "bids",
        key!(
            "It wants to lead, to be next or to be heard, or is in the middle of something: its role says which. It is drawn with six corners."
        ),
    ),
    sign("outside", key!("It stands aside: it takes no part yet, or no longer.")),
    sign(
        "crashed",
        key!("It has crashed. What was on its disk is there after a restart; its memory is lost."),
    ),
    sign("paused", key!("It stands still with all its memory, while the world moves on.")),
    sign(
        "stamp",
        key!(
            "The number under which it acts, such as a term, a ballot, an epoch, a version or a token: newer ones displace older ones. Where the number is drawn at random, it only says whose it is. Each has its colour."
        ),
    ),
    sign(
        "support",
        key!(
            "How many support it, of as many as it needs. A dotted line leads to each of them; it is solid once they are enough."
        ),
    ),
    sign(
        "lamport",
        key!(
            "L is its Lamport clock. It counts events and goes past the stamp of each message that arrives: a cause has a smaller number than what follows from it."
        ),
    ),
    sign("timer", key!("Its timer. The ring runs down; when it is empty, it acts.")),
    sign(
        "believed",
        key!(
            "It believes that it holds this, under the token in the chip. The ring runs down by its own clock; nobody can take the belief away."
        ),
    ),
    sign(
        "granted",
        key!(
            "What it has granted, under the token in the chip, and to whom. The ring runs down by its own clock; crossed out, it is over, whatever the holder believes."
        ),
    ),
    sign("writing", key!("It writes to its disk. A crash now loses what is being written.")),
    sign(
        "committed",
        key!(
            "A filled square: an entry that is committed, for good. Its colour is the term or ballot it was written in."
        ),
    ),
    sign(
        "uncommitted",
        key!(
            "An outlined square: an entry on its disk that is not committed. It may still be replaced."
        ),
    ),
    sign(
        "pending",
        key!("A hatched square: an entry that is not on its disk yet. A crash loses it."),
    ),
    sign(
        "exposed",
        key!(
            "A filled square, hatched: an entry that is committed, but not on this disk. A crash loses it here."
        ),
    ),
    sign(
        "more",
        key!("So many more, for which there is no room. The inspector shows all of them."),
    ),
    sign("held value", key!("What it holds. The inspector shows all of it.")),
    sign("link", key!("A link, both ways. Click it: cut it, hold it, make it slow or lossy.")),
    sign("cut", key!("The link is cut: whatever is sent along it is lost.")),
    sign("held", key!("The link holds back whatever is sent along it, until it heals.")),
    sign("one way", key!("The two ways of this link differ: each has an arrow of its own.")),
    sign("dead", key!("A link to somebody who is down.")),
    sign(
        "changed",
        key!(
            "What was changed of this link: how long messages take (from..to), how many are lost or sent twice."
        ),
    ),
    sign(
        "minority",
        key!("Cut off: they hear each other and nobody else, and are fewer than half."),
    ),
    sign(
        "call",
        key!("A message that asks for something. Click it: drop, delay, double or deliver it."),
    ),
    sign("reply", key!("A reply, drawn dashed. Click it: drop, delay, double or deliver it.")),
    sign(
        "refusal",
        key!(
            "An answer that says no, dashed and red. Click it: drop, delay, double or deliver it."
        ),
    ),
    sign(
        "vote",
        key!("A message that asks for support. Click it: drop, delay, double or deliver it."),
    ),
    sign("beat", key!("A heartbeat: it says that its sender lives, and brings nothing new.")),
    sign(
        "heat",
        key!(
            "Where messages are too many to be told apart, squares stand for those that are over a place: the larger, the more."
        ),
    ),
    sign("toClient", key!("Between a client and a server: a request or its answer.")),
    sign(
        "idle",
        key!("A client stands outside and asks the servers. It has asked for nothing yet."),
    ),
    sign(
        "waiting",
        key!("A client that waits for its answer, drawn dashed. After a while it asks again."),
    ),
    sign("answered", key!("A client: what it asked last, and what it was told.")),
    sign("refused", key!("A client whose last request was refused, drawn red.")),
    sign("measure", key!("A number of the protocol's own, about all places together.")),
    sign(
        "lane leads",
        key!("A thick line: here it leads, or has what only one is to have, or believes so."),
    ),
    sign(
        "lane bids",
        key!(
            "A thick line: here it wants to lead or to be next, or is in the middle of something."
        ),
    ),
    sign("lane down", key!("Grey: here it is down.")),
    sign("lane paused", key!("Here it stands still.")),
    sign("lane cut off", key!("Red: here it is cut off from the majority.")),
    sign(
        "lane believes",
        key!(
            "A dashed bar: so long it believes that it holds this, under the token with this number and colour. Hatched: nobody grants it any longer, and it does not know."
        ),
    ),
    sign(
        "lane granted",
        key!(
            "A solid bar: so long it has granted this, by its own clock, under the token with this number and colour, and to whom."
        ),
    ),
    sign(
        "lane overlap",
        key!(
            "So long several believed at once that they hold what only one may hold. It is counted, and no violation: nobody can take a belief away."
        ),
    ),
    sign("lane refuses", key!("A red cross: here it refused what was asked of it.")),
    sign(
        "lane takes",
        key!("Here it took what was written to it, under the token with this number and colour."),
    ),
    sign(
        "lane overwrites",
        key!(
            "Here it took what was written under an older grant than something that it had taken before: the newer is overwritten."
        ),
    ),
    sign("refused word", key!("Struck out: it was asked for this, and refused it.")),
    sign(
        "standing word",
        key!(
            "What stands: the last that it took. What it took before stands behind, the newest first."
        ),
    ),
    sign(
        "late word",
        key!(
            "It was taken, but under an older grant than something that was taken before: it overwrote what is newer. The newest stands first."
        ),
    ),
    sign("lane timer", key!("A short stroke: here a timer of it ran out.")),
    sign(
        "fault",
        key!(
            "Red triangle: something was broken here. Green: it was mended. A cross: a property broke."
        ),
    ),
];

/// What a sign means, by its name.
pub fn meaning(name: &str) -> Option<&'static str> {
    SIGNS.iter().find(|sign| sign.name == name).map(|sign| sign.told)
}
