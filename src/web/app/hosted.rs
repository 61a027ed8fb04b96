//! What the page does for one that embeds it: its calls, and what it is told.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::{App, later};
use crate::player::Change;
use crate::player::api::Call;
use crate::web::browser;
use crate::web::host::Answer;
use crate::web::later::Needs;
use crate::web::message::Msg;
use crate::words;

impl App {
    /// Does what the page that embeds this one asks for, once what that needs is there.
    #[inline(never)]
    pub(super) fn called(&mut self, name: String, text: String, answer: Answer) -> Change {
        let language = self.store.ui.language;
        let mut needs = Needs::of_code();
        let mut read = None;
        if !needs.anything() {
            match Call::parse(&name, &text, &self.store.pane().run.script().setup) {
                Ok(call) => {
                    if let Call::Do(action) = &call {
                        needs = Needs::of(action);
                    }
                    read = Some(call);
                }
                Err(why) => {
                    answer.give(Err(words::tell(language, &why)));
                    return Change::None;
                }
            }
        }
        let Some(call) = read.filter(|_| !needs.anything()) else {
            let again = self.told_to.call.clone();
            yew::platform::spawn_local(async move {
                match needs.fetch().await {
                    Ok(()) => again.emit((name, text, answer)),
                    Err(_) => answer.give(Err(later::missing().told(language))),
                }
            });
            return Change::None;
        };
        let said = self.store.ui.notice.is_some();
        let host = self.host.get_or_insert_default();
        match host.take(call, answer, &mut self.store) {
            Some(action) => self.act_now(action),
            None => Change::None,
        }
        .max(if said { Change::Frame } else { Change::None })
    }

    /// Answers the page that embeds this one, and tells it what is new.
    #[inline(never)]
    pub(super) fn tell_host(&mut self, ctx: &Context<Self>) {
        let Some(host) = &mut self.host else { return };
        if host.tell(&mut self.store) {
            ctx.link().send_message(Msg::Inspect);
        }
        // Nobody sees it, so there are no frames: but somebody waits.
        if host.waits() && !self.seen {
            let link = ctx.link().clone();
            let tick = move || link.send_message(Msg::Frame(browser::now()));
            self.pursue_later = Some(Timeout::new(0, tick));
        }
    }
}
