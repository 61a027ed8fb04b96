//! What a member's last step did, for whoever watches: no rule reads it. Properties and measures do.

use crate::base::{Place, Time};

use super::members::Member;
use super::queue::Queued;
use super::suspicion::Range;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Account {
    /// What has changed in its list.
    pub changed: Vec<Change>,
    /// Whom it has accused itself, who was alive to it until then.
    pub accused: Option<Place>,
    /// Whom it has declared dead itself.
    pub verdicts: Vec<Verdict>,
    /// What has left its queue because it was sent often enough.
    pub dropped: Vec<Queued>,
    /// Whom it has chosen to ping in a period that has begun.
    pub chosen: Option<Place>,
    /// How many messages it has sent.
    pub sent: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Change {
    pub about: Place,
    pub before: Option<Member>,
    pub now: Member,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Verdict {
    pub about: Place,
    pub suspected_for: Time,
    /// How many others than the first accuser had accused it too.
    pub confirmed: u64,
    pub range: Range,
}
