//! Serves the page that embeds this one: does and answers its calls, and tells it the news.

use gloo_timers::callback::Timeout;
use yew::prelude::*;

use super::App;
use crate::player::api::{Task, not_a_call};
use crate::player::{Action, Change, Needs, NoticeKind, pending_calls};
use crate::web::host::{Answer, IncomingCall};
use crate::web::message::Msg;
use crate::web::{browser, parts};
use crate::words;

impl App {
    /// Does a call of the page that embeds this one, once the parts that the call needs are there, and after
    /// the calls before it.
    pub(super) fn called(&mut self, call: IncomingCall) -> Change {
        self.host.get_or_insert_default().queue(call);
        self.serve()
    }

    /// The parts that the first call in the queue needs are there now, or cannot be had.
    pub(super) fn call_fetched(&mut self, there: bool) -> Change {
        let language = self.store.ui.language;
        if let Some(call) = self.host.as_mut().and_then(|host| host.fetched(there)) {
            let needs = call.needs();
            let why = words::tell(language, &parts::why(needs.protocol()));
            call.answer.give(Err(why));
        }
        self.serve()
    }

    /// Does the calls for which nothing has to be fetched, up to the first that has to wait.
    fn serve(&mut self) -> Change {
        let mut change = Change::None;
        while let Some(call) = self.host.as_mut().and_then(|host| host.next()) {
            change = change.max(self.serve_one(call));
            // Each call is answered with its own result, not with that of the next one.
            if self.host.as_mut().is_some_and(|host| host.tell(&mut self.store)) {
                change = Change::Frame;
            }
        }
        change
    }

    fn serve_one(&mut self, call: IncomingCall) -> Change {
        let needs = call.needs();
        if !needs.are_met() {
            self.fetch_for(call, needs);
            return Change::None;
        }
        let setup = &self.store.pane().run.script().setup;
        let IncomingCall { call, answer } = call;
        let call = call.map_err(|why| not_a_call(&why));
        match call.and_then(|call| call.task(setup)) {
            Ok(task) => self.answer_call(task, answer),
            Err(why) => {
                answer.give(Err(words::tell(self.store.ui.language, &why)));
                Change::None
            }
        }
    }

    /// Fetches what a call needs; later calls wait behind it.
    fn fetch_for(&mut self, call: IncomingCall, needs: Needs) {
        self.host.get_or_insert_default().wait_for(call);
        let fetched = self.told_to.call_fetched.clone();
        yew::platform::spawn_local(async move {
            fetched.emit(parts::fetch(&needs).await.is_ok());
        });
    }

    fn answer_call(&mut self, task: Task, answer: Answer) -> Change {
        if let Task::Do(action) = &task
            && let Some(why) = self.unopened(action)
        {
            answer.give(Err(why));
            return Change::None;
        }
        if let Task::Do(action) = &task
            && action.chooses_a_run()
        {
            self.supersede();
        }
        let said = self.store.ui.notice.is_some();
        let host = self.host.get_or_insert_default();
        let change = match host.take(task, answer, &mut self.store) {
            Some(action) => {
                let change = self.act_now(action);
                self.host.get_or_insert_default().done(&mut self.store);
                change
            }
            None => Change::None,
        };
        change.max(if said { Change::Frame } else { Change::None })
    }

    /// Why an action cannot be done: the run that the frame's link asks for could not be shown, and nobody
    /// means the run that is there instead.
    fn unopened(&self, action: &Action) -> Option<String> {
        let wanted = self.reload.wanting && pending_calls::drives(action);
        let told =
            self.store.ui.notice.as_ref().filter(|notice| notice.kind == NoticeKind::Refusal);
        let why = told.filter(|_| wanted)?;
        Some(why.told(self.store.ui.language))
    }

    /// Answers the page that embeds this one, and tells it what is new.
    pub(super) fn tell_host(&mut self, ctx: &Context<Self>) {
        let Some(host) = &mut self.host else { return };
        if host.tell(&mut self.store) {
            ctx.link().send_message(Msg::Inspect);
        }
        // Nobody sees the page, so there are no frames: but a caller waits.
        if host.waits() && !self.seen {
            let link = ctx.link().clone();
            let tick = move || link.send_message(Msg::Frame(browser::now()));
            self.pursue_later = Some(Timeout::new(0, tick));
        }
    }
}
