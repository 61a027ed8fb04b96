//! The branches of a run as a tree over time: a line each, which departs from its parent's line where
//! its script does. A family stays together, younger branches nearer to the one they departed from,
//! so that no line crosses another's way.

use super::path::Path;
use super::point::Point;
use crate::base::Time;

/// A branch to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limb {
    /// Place of the branch it departs from, and when.
    pub parent: Option<(usize, Time)>,
    /// How far it is known.
    pub end: Time,
}
