//! What the timeline shows: its window, its lanes, the message selected on it, and whether it is a table.

use super::action::{Change, Notice, TimelineAction};
use super::store::Store;
use super::terms::TablePage;
use super::ui::Window;
use crate::base::Time;
use crate::sentence;

impl Store {
    pub(super) fn update_timeline(&mut self, action: TimelineAction) -> Change {
        let run = &self.pane().run;
        let (now, known) = (run.now(), run.head().1);
        let places = run.script().setup.places.clone();
        let ui = &mut self.ui;
        let (span, window) = (ui.window.span, &mut ui.window);
        match action {
            TimelineAction::Pan(micros) => window.pan(micros),
            TimelineAction::Zoom { percent, around } => window.zoom(percent, around),
            TimelineAction::FollowCursor => {
                window.follows = true;
                window.center(now);
            }
            TimelineAction::ShowStart => window.show(Time::ZERO, span),
            TimelineAction::ShowHead => window.show(known.since(span), known.since(span) + span),
            TimelineAction::ShowWhole => window.show(Time::ZERO, known),
            TimelineAction::Lanes(change) => {
                if !ui.lanes.change(change, &places) {
                    let why = sentence!("One lane must stay: show another one first.");
                    ui.notice = Some(Notice::refusal(why));
                }
                return Change::Frame;
            }
            TimelineAction::SelectMessage { next } => {
                self.select_message(next);
                return Change::Frame;
            }
            TimelineAction::AsTable(table) => {
                ui.table = table.then(TablePage::default);
                return Change::Frame;
            }
            TimelineAction::TablePage(page) => {
                ui.table = Some(page);
                return Change::Frame;
            }
            // The page knows where the field is.
            TimelineAction::OpenFind => return Change::None,
        }
        ui.table = ui.table.map(|_| TablePage::default());
        // Whatever else is on the page stays as it is.
        Change::Time
    }

    /// Brings into the window what was asked at one event and told at another, or asked there, if it is not in
    /// it. The window becomes longer only where it has to.
    pub(super) fn show_between(&mut self, first: u64, last: u64) {
        let requests = self.pane().run.requests();
        let at = |event| requests.iter().find_map(|request| request.when(event));
        let (Some(from), Some(to)) = (at(first), at(last)) else { return };
        let window = &mut self.ui.window;
        if window.from <= from && to <= window.to() {
            return;
        }
        let margin = Time(to.since(from).0 / 8).max(Window::SHORTEST);
        let span = window.span.max(to.since(from) + margin + margin);
        let start = (to + margin).since(span);
        window.show(start, start + span);
    }
}
