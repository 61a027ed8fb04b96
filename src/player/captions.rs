//! From caption to caption: how whoever shows a run to a room goes through its story.

use super::action::Change;
use super::playback::Target;
use super::store::Store;
use crate::base::Time;
use crate::command::Command;

impl Store {
    /// Plays on to the next caption and rests there, or goes back to the one before. A press on the way goes there
    /// at once. A run that says nothing goes step by step.
    pub(super) fn to_caption(&mut self, next: bool) -> Change {
        let (now, captions) = (self.pane().run.now(), self.captions());
        let arriving = self.playback.until.filter(|_| self.playback.playing);
        match next {
            _ if captions.is_empty() => return if next { self.step() } else { self.step_back() },
            true => match (arriving, captions.into_iter().find(|at| *at > now)) {
                (Some(at), _) => self.rest_at(at),
                (None, to) => {
                    self.playback.until = to;
                    self.play();
                }
            },
            false => {
                let before = captions.into_iter().rfind(|at| *at < now);
                self.rest_at(before.unwrap_or(Time::ZERO));
            }
        }
        Change::Frame
    }

    /// When something is said, in the run that is shown.
    fn captions(&self) -> Vec<Time> {
        let lines = self.pane().run.script().lines.iter();
        lines.filter(|line| matches!(*line.command, Command::Say(_))).map(|line| line.at).collect()
    }

    fn rest_at(&mut self, at: Time) {
        self.playback.until = None;
        self.pause();
        self.seek(Target::Time(at));
    }
}
