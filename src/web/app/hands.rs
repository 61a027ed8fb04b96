//! What hands do: they pick, press keys, and point.

use web_sys::KeyboardEvent;

use super::App;
use crate::player::{Change, PageAction, Selection, StudyAction, Tab, TimeAction, keys};
use crate::web::focus;
use crate::web::listeners::{close_others, is_for_page, is_on};
use crate::web::pick::PickedBy;
use crate::web::shared::Shared;

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
        self.act(action)
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
