//! What the page looks up of the thing under the pointer.

use super::App;
use crate::player::Selection;
use crate::web::shared::Shared;

impl App {
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
