//! What hands do: they pick, press keys, and point.

use web_sys::{Element, KeyboardEvent};

use super::App;
use crate::player::{Action, Change, PageAction, Selection, StudyAction, Tab, TimeAction, keys};
use crate::web::browser::property;
use crate::web::listeners::{close_others, is_for_page, is_on};
use crate::web::pick::{self, PickedBy};
use crate::web::shared::Shared;
use crate::web::{browser, focus};

impl App {
    pub(super) fn pick(&mut self, selection: Selection, by: PickedBy) -> Change {
        // While something is asked, a press on a place answers.
        let study = self.store.study.as_ref().filter(|study| study.waits());
        if let (Selection::Place(place), Tab::Lesson) = (selection, self.store.ui.tab)
            && let Some(choice) = study.and_then(|study| study.choice_of(place))
        {
            return self.store.update(StudyAction::Choose(choice));
        }
        // A message would be gone before anybody could do something to it.
        if let Selection::Message(_) = selection {
            self.store.update(TimeAction::Pause);
        }
        let again = self.menu.is_some_and(|(open, _)| open == selection);
        self.menu = (!again).then_some((selection, by));
        // The menu offers what the inspector has seen: it must see this now.
        self.inspected = 0.0;
        self.store.update(PageAction::Select(Some(selection)))
    }

    pub(super) fn key(&mut self, event: &KeyboardEvent) -> Change {
        if event.key() == "Escape" && (self.menu.take().is_some() || close_others(None)) {
            return Change::Frame;
        }
        let is_drawer = |root: Element| property(&root, "--drawer") == "1";
        let leaves = event.key() == "Escape"
            && self.drawer
            && self.store.ui.term.is_none()
            && is_on(event, ".inspector");
        if leaves && self.root.cast().is_some_and(is_drawer) {
            self.drawer = false;
            return Change::Frame;
        }
        if !is_for_page(event) {
            return Change::None;
        }
        if self.store.ui.door.is_some() {
            match &*event.key() {
                "/" => {
                    event.prevent_default();
                    focus::on(".finder input");
                    return Change::None;
                }
                key if !keys::is_for_door(key) => return Change::None,
                _ => {}
            }
        }
        let on_diagram = is_on(event, ".diagram").then_some(());
        let own = on_diagram.and_then(|()| keys::press_on_diagram(&self.store, &event.key()));
        let action = own.or_else(|| keys::press(&self.store, &event.key()));
        let Some(action) = action else { return Change::None };
        event.prevent_default();
        if let Action::Page(PageAction::Select(Some(selected))) = &action
            && is_on(event, ".scene [data-pick]")
        {
            // On the stage the focus goes along: Enter opens the card of who is selected.
            focus::on(&format!(
                "#{}-scene [data-pick={}]",
                self.active_view(),
                pick::code(*selected)
            ));
        }
        self.act(action)
    }

    /// Where what had the focus is gone, the focus moves to the next such thing, or to where it went.
    pub(super) fn keep_focus(&mut self) {
        if std::mem::take(&mut self.enters_drawer) {
            focus::on(".inspector [aria-selected=true]");
        }
        // The stage is no longer shown to a room: what led there has the focus again.
        if let Some(left) = self.left.take_if(|_| !self.store.ui.presents) {
            browser::focus(&left);
        }
        let Some(lost) = self.focused.take_if(|held| held.is_gone()) else { return };
        let goal = lost.selection.and_then(|selection| match selection {
            Selection::Message(id) => {
                self.store.pane_mut().run.message(id).map(|message| message.to)
            }
            Selection::Place(place) => Some(place),
            Selection::Link(from, _) => Some(from),
        });
        lost.go_on(self.active_view(), goal);
    }

    /// The id of the pane that is active.
    fn active_view(&self) -> &str {
        &self.views[self.store.active.min(self.views.len() - 1)].id
    }

    /// What the message under the pointer carries: looked up once.
    pub(super) fn look_at_hovered(&mut self) {
        let Some(Selection::Message(id)) = self.store.ui.hover else {
            self.hovered = None;
            return;
        };
        if self.hovered.as_ref().is_none_or(|shot| shot.id != id) {
            self.hovered = self.store.pane_mut().run.message(id).map(Shared::new);
        }
    }
}
