//! What the page, the terminal and the tests see of a run, whatever its protocol.

use super::snapshot::{Logs, MessageShot, PropertyShot, Snapshot, Stretch, Told};
use crate::base::{ClientId, NodeId, Sentence, Time};
use crate::command::{Command, Script};
use crate::protocol::{Form, Meta};

/// A run of some protocol, with its whole past: the face that the player, the views and the embed
/// API see.
///
/// The *cursor* is where the run stands: all events up to [`Run::event`] have happened, and the
/// clock shows [`Run::now`], which may lie between two events. The *head* is as far as the run has
/// ever been simulated.
pub trait Run {
    fn meta(&self) -> &'static Meta;
    /// What clients can ask.
    fn forms(&self) -> &'static [Form];
    /// The script as it stands, with every command given so far.
    fn script(&self) -> &Script;
    fn now(&self) -> Time;
    fn event(&self) -> u64;
    /// Messages that arrived up to the cursor.
    fn deliveries(&self) -> u64;
    /// Furthest simulated event and its time.
    fn head(&self) -> (u64, Time);
    /// Where the script's `end` stands.
    fn end(&self) -> Option<Time>;

    /// Moves the clock forward to `to`, over at most `budget` steps; whether it got there.
    fn run_to(&mut self, to: Time, budget: u32) -> bool;
    /// One step forward, to the next event whenever that is; false at the end of time.
    fn step_forward(&mut self) -> bool;
    /// Back to before the last step.
    fn step_back(&mut self) -> bool;
    /// Back or forth to any time; whether it got there within the budget (backwards always).
    fn seek(&mut self, to: Time, budget: u32) -> bool;
    /// Back or forth to just after this event.
    fn seek_event(&mut self, event: u64, budget: u32) -> bool;

    /// Gives a command now. What lay in the future is forgotten, unless the command is refused:
    /// then nothing has changed.
    fn command(&mut self, command: Command) -> Result<(), Sentence>;

    fn snapshot(&self) -> Snapshot;
    fn properties(&self) -> Vec<PropertyShot>;
    /// Number of violations up to the cursor; it grows when one happens.
    fn violations(&self) -> usize;
    /// Logs of all servers: the last `columns` indexes.
    fn logs(&self, columns: u64) -> Logs;
    /// What happened between two times, as far as it has been simulated.
    fn stretch(&mut self, from: Time, to: Time) -> Stretch;
    /// The last `count` events up to the cursor in words, newest last.
    fn told(&mut self, count: usize, notable_only: bool) -> Vec<Told>;
    /// A message by the event that sent it, if it is within reach.
    fn message(&mut self, id: u64) -> Option<MessageShot>;
    /// Vector stamp of an event: how many events of each node, then of each client, lie in its past.
    fn vector_stamp(&self, event: u64) -> Option<Vec<u64>>;
    /// The names of a node's timers, whether set or not.
    fn timers(&self, node: NodeId) -> Vec<String>;
    /// A server that would take a request just now, for a newcomer's click.
    fn leader(&self) -> Option<NodeId>;
    fn clients(&self) -> Vec<ClientId>;
}
