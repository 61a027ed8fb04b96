//! One message, for whoever looks at it: what it carries, what made it leave, and how it and its
//! copies ended.
//!
//! A page asks at every frame. So what has been found out about the message that was looked at last
//! is kept, and while the run goes on only what is new is looked through.

use super::{Run, tell};
use crate::command::Command;
use crate::sim::Sim;
use crate::sim::describe::message_shot;
use crate::sim::snapshot::{MessageShot, Told};
use crate::sim::trace::{Event, EventKind};

/// What is known of a message.
pub(super) struct Looked {
    shot: MessageShot,
    /// How it and its copies ended, in their order.
    ends: Vec<Told>,
    /// Ends up to this event are known: all of them, once nothing of it is under way.
    through: u64,
}

impl Run {
    /// A message by the event that sent it, if there is one.
    pub fn message(&mut self, id: u64) -> Option<MessageShot> {
        self.look_at(id).map(|looked| looked.shot.clone())
    }

    /// How the message that this event sent ended, and its copies, up to the cursor.
    pub fn ends(&mut self, id: u64) -> Vec<Told> {
        let here = self.event();
        let Some(looked) = self.look_at(id) else { return Vec::new() };
        looked.ends.iter().filter(|end| end.event <= here).cloned().collect()
    }

    /// What is known of it, as far as the cursor at least.
    fn look_at(&mut self, id: u64) -> Option<&Looked> {
        let known = self.looked.take().filter(|looked| looked.shot.id == id);
        let mut looked = match known {
            Some(looked) => looked,
            None => Looked { shot: self.look_up(id)?, ends: Vec::new(), through: id },
        };
        self.follow_up(&mut looked);
        self.looked = Some(looked);
        self.looked.as_ref()
    }

    fn look_up(&self, id: u64) -> Option<MessageShot> {
        let event = self.event_at(id)?;
        let EventKind::Send { to, payload } = &event.what else { return None };
        let ends = (event.place?, *to);
        let mut shot = message_shot(id, ends, payload, (event.at, event.lamport), event.line);
        shot.cause = self.event_at(event.cause).map(|cause| cause.tell());
        shot.stamp = self.vector_stamp(id).unwrap_or_default();
        Some(shot)
    }

    /// Looks for its ends up to the cursor: in what is held already or, after a leap, where the
    /// number of its copies under way has changed.
    fn follow_up(&self, looked: &mut Looked) {
        let (id, here) = (looked.shot.id, self.event());
        if looked.through >= here {
            return;
        }
        let held = looked.through + 1 >= self.kept.first && self.kept.end() > here;
        let mut find = |number: u64, event: &Event| {
            let ends = match event.what {
                EventKind::Deliver { sent, .. } | EventKind::Lost { sent, .. } => sent == id,
                _ => false,
            };
            if ends {
                looked.ends.push(tell(number, event));
            }
        };
        let mut next = looked.through + 1;
        while held && next <= here {
            if let Some(event) = self.kept.get(next) {
                find(next, event);
            }
            next += 1;
        }
        while next <= here {
            let place = self.checkpoints.partition_point(|sim| sim.events() < next);
            let (before, after) = (&self.checkpoints[place - 1], self.checkpoints.get(place));
            let end = after.map_or(here, Sim::events).min(here);
            if after.is_none_or(|after| self.changes(id, before, after))
                && let Some(piece) = self.piece(next)
            {
                let until = piece.from(next).take_while(|(number, _)| *number <= end);
                until.for_each(|(number, event)| find(number, event));
            }
            next = end + 1;
        }
        looked.through = if self.here.copies(id).is_empty() { u64::MAX } else { here };
    }

    /// Whether something of this message may have ended between two checkpoints.
    fn changes(&self, id: u64, before: &Sim, after: &Sim) -> bool {
        let commands = before.commands() as usize..after.commands() as usize;
        let twin = Command::Duplicate(id);
        before.events() < id
            || before.copies(id) != after.copies(id)
            || self.script.lines[commands].iter().any(|line| *line.command == twin)
    }
}
