//! What is looked for beside the run on screen, piece by piece, so that the page stays smooth: where it first
//! differs from the run in the other pane, and how it goes under other seeds.

use gloo_timers::callback::Timeout;

use super::App;
use crate::player::Change;
use crate::web::comparison::{DivergenceText, PaneComparison};

/// So often, in ms, by so many steps of each comparison, whose runs are kept with their past.
const EVERY: u32 = 30;
const STEPS: u32 = 1_000;
/// … and by so many times as many of a run of which only numbers are kept.
const LIGHT: u32 = 5;

impl App {
    /// Reads the headings over two panes off the store.
    pub(super) fn oppose(&mut self) {
        let of = (self.store.versions(), self.store.ui.language);
        let names = match self.comparison.take() {
            Some(comparison) if self.compared == of => Some(comparison.names),
            _ => PaneComparison::names(&self.store),
        };
        self.compared = of;
        let (divergence, active) = (DivergenceText::of(&self.store), self.store.active);
        self.comparison = names.map(|names| PaneComparison { names, divergence, active });
    }

    pub(super) fn look_beside_soon(&mut self) {
        let looks = self.store.seeks_divergence() || self.store.seeks_other_runs();
        if self.beside_later.is_none() && looks {
            let look = self.told_to.look_beside.clone();
            self.beside_later = Some(Timeout::new(EVERY, move || look.emit(())));
        }
    }

    /// Looks on.
    pub(super) fn look_beside(&mut self) -> Change {
        self.beside_later = None;
        let steps = if self.store.moving() { STEPS / 4 } else { STEPS };
        self.store.seek_divergence(steps);
        let is_another = self.store.seek_other_runs(steps * LIGHT);
        let divergence = self.comparison.as_ref().map(|comparison| &comparison.divergence);
        if is_another || divergence.is_some_and(|it| *it != DivergenceText::of(&self.store)) {
            return Change::Frame;
        }
        self.look_beside_soon();
        Change::None
    }
}
