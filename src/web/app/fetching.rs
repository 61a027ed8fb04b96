//! Actions that need a part of the program that is not there yet: they wait until it has been fetched.

use yew::prelude::*;

use super::App;
use crate::export;
use crate::player::{Action, Change, Needs, PageAction, RunAction, Store};
use crate::web::{parts, reload};
use crate::{sentence, words};

impl App {
    /// Does the action, once the parts of the program that it needs are there. The run on screen goes on
    /// meanwhile; of several choices of a run the last one counts.
    pub(super) fn act(&mut self, action: Action) -> Change {
        let mut needs = self.store.needs(&action);
        if let Action::Run(RunAction::OpenLink(_)) = action {
            // The branches that the history entry of that link stores are read with the link.
            needs = needs.and(Needs::of_text(&reload::texts()));
        }
        let waited = action.chooses_a_run() && self.supersede();
        if needs.are_met() {
            return self.act_now(action).max(if waited { Change::Frame } else { Change::None });
        }
        self.store.ui.fetching = Some(match needs.protocol() {
            Some(listing) => sentence!("Fetching {0}…", listing.title),
            None => sentence!("Fetching…"),
        });
        let choice = action.chooses_a_run().then_some(self.choices);
        self.pending = choice.or(self.pending);
        let fetched = self.told_to.fetched.clone();
        yew::platform::spawn_local(async move {
            let there = parts::fetch(&needs).await.is_ok();
            fetched.emit((action, choice, there));
        });
        Change::Frame
    }

    /// Another run is chosen: an earlier choice that is still on its way comes to nothing. Whether there was
    /// one.
    pub(super) fn supersede(&mut self) -> bool {
        self.choices += 1;
        self.store.ui.fetching = None;
        self.pending.take().is_some()
    }

    /// The parts that an action needs are there, or cannot be had: then the page says so, and goes on.
    pub(super) fn fetched(&mut self, action: Action, choice: Option<u32>, there: bool) -> Change {
        if choice.is_some_and(|choice| choice != self.choices) {
            return Change::None;
        }
        self.store.ui.fetching = None;
        self.pending = self.pending.filter(|_| choice.is_none());
        let missing = self.store.needs(&action);
        if there {
            // A link that can be read now may need more.
            return self.act(action).max(Change::Frame);
        }
        if missing.protocol().is_none() && action.chooses_a_run() {
            // Only its Chinese, or what is remembered beside it, is missing: it is shown all the same.
            return self.act_now(action).max(Change::Frame);
        }
        self.store.update(PageAction::Tell(parts::missing(&missing, action)))
    }

    /// A language whose words did not come: the page says so in what it has.
    pub(super) fn fall_back(store: &mut Store) {
        if !words::knows(store.ui.language) {
            let again = Action::Page(PageAction::Language(store.ui.language));
            store.ui.language = store.ui.language.other();
            let notice = parts::missing(&Needs::of(&again), again);
            store.ui.notice = store.ui.notice.take().or(Some(notice));
        }
    }

    /// Takes something away once what writes it is there: it comes with the desk that asks for it.
    pub(super) fn take_later(&self, ask: export::ExportRequest, give: Callback<export::Taken>) {
        let take = self.told_to.take.clone();
        yew::platform::spawn_local(async move {
            if export::TAKE.fetch().await.is_ok() {
                take.emit((ask, give));
            }
        });
    }
}
