//! The branches of the active pane: going to one, naming, deleting, bringing back and comparing them.

use super::action::{BranchAction, Change, Notice};
use super::pane::{Compared, Pane};
use super::playback::Target;
use super::store::Store;
use crate::base::{Sentence, Time};
use crate::catalog;
use crate::explore::difference::{Comparison, Likeness};
use crate::sentence;

impl Store {
    pub(super) fn update_branches(&mut self, action: BranchAction) -> Change {
        let places = 0..self.pane().branches.len();
        match action {
            BranchAction::GoTo(place) => self.go_to_branch(place),
            BranchAction::Compare(place) => self.compare(place),
            BranchAction::Name(place, name) if places.contains(&place) => {
                self.change_branches(|pane| pane.name(place, &name).map(|()| None))
            }
            BranchAction::Delete(place) if places.contains(&place) => {
                self.change_branches(|pane| {
                    let name = pane.branches[place].name.clone();
                    pane.delete(place).map(|()| Some(name))
                })
            }
            BranchAction::Name(..) | BranchAction::Delete(_) => Change::None,
            BranchAction::Restore => self.change_branches(|pane| pane.restore().map(|()| None)),
        }
    }

    /// Changes the branches that are kept. Where `change` deletes a branch it hands back the branch's name,
    /// and the notice offers to bring the branch back.
    fn change_branches(
        &mut self,
        change: impl FnOnce(&mut Pane) -> Result<Option<Option<String>>, Sentence>,
    ) -> Change {
        let (now, before) = (self.pane().run.now(), self.pane().current().id);
        let done = change(self.pane_mut());
        let deleted = done.as_ref().is_ok_and(Option::is_some);
        if self.pane().current().id != before {
            self.begin_anew();
            self.set_out(Target::Time(now));
        }
        self.ui.notice = match done {
            Err(why) => Some(Notice::refusal(why)),
            Ok(None) => None,
            Ok(Some(name)) => Some(Notice::plain(match name {
                Some(name) => sentence!("The branch “{0}” is deleted.", name),
                None => sentence!("The branch is deleted."),
            })),
        };
        if let Some(notice) = &mut self.ui.notice {
            notice.restores = deleted;
        }
        Change::Frame
    }

    /// The other branch at the same time, so that the two can be compared.
    fn go_to_branch(&mut self, place: usize) -> Change {
        if place == self.pane().branch || place >= self.pane().branches.len() {
            return Change::None;
        }
        let now = self.pane().run.now();
        let variant = self.variant().filter(|_| self.active == 0);
        let gone = self.pane_mut().go_to(place);
        let runs = gone.is_ok();
        self.settle(gone.map(|()| None));
        if runs {
            self.begin_anew();
            if variant.is_some() {
                self.show_beside(variant.as_ref());
            }
            self.set_out(Target::Time(now));
        }
        Change::Frame
    }

    /// Where the branch of this place and the present one first differ.
    fn compare(&mut self, place: usize) -> Change {
        let pane = self.pane();
        let Some(other) = pane.branches.get(place) else { return Change::None };
        let with = other.id;
        let there = match catalog::start(other.script.clone()) {
            Ok(run) => run,
            Err(why) => return self.tell(Notice::refusal(why)),
        };
        // The comparison goes as far as either branch has been run, or has commands.
        let known = [other.reached, pane.run.head().1];
        let said = [&other.script, pane.run.script()].map(|script| script.lines.last());
        let by = known.into_iter().chain(said.into_iter().flatten().map(|line| line.at));
        let by = by.max().unwrap_or(Time::ZERO);
        let comparison = Box::new(Comparison::new(&pane.run, &there, by));
        self.pause();
        self.ui.notice = None;
        self.set_out(Target::Difference { with, by, comparison })
    }

    pub(super) fn tell_verdict(&mut self, with: u32, verdict: Likeness) -> Change {
        let pane = self.pane_mut();
        let here = pane.current().id;
        pane.compared = None;
        let notice = match verdict {
            Likeness::Differ(difference) => {
                pane.compared = Some(Compared { branches: [here, with], at: difference.at() });
                let event = difference.here.as_ref().map(|told| told.event);
                Notice { event, ..Notice::plain(difference.sentence()) }
            }
            Likeness::Same(None) => {
                Notice::plain(sentence!("Both branches are the same run: there is no difference."))
            }
            Likeness::Same(Some(by)) => Notice::plain(sentence!(
                "The same happens in both branches up to {0}, as far as either has been run.",
                by
            )),
        };
        self.tell(notice)
    }
}
