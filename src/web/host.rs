//! The page that embeds this one. `www/host.js` hands over its calls, of which `player/api.rs` makes
//! what they mean, and takes what it is told.
//!
//! A call is answered when it is done: one that sets out for an instant far away, when that is
//! reached. Who makes more calls than can be answered is told so.

use std::cell::RefCell;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use yew::Callback;

use super::message::Msg;
use crate::player::api::{self, Call, Watch, Watched};
use crate::player::{Notice, Store};
use crate::sentence;
use crate::words;

/// Calls that may wait for their answer.
const WAITING: usize = 100;

thread_local! {
    /// Where calls go, once there is a playground.
    static APP: RefCell<Option<Callback<Msg>>> = const { RefCell::new(None) };
}

/// From now on calls come to this playground.
pub fn attend(app: Callback<Msg>) {
    APP.set(Some(app));
}

/// A call of the page that embeds this one. `answer` is called once, with whether it was done, and
/// with the state as JSON or with one sentence.
#[wasm_bindgen]
pub fn call(name: String, text: String, answer: Function) {
    APP.with_borrow(|app| {
        if let Some(app) = app {
            app.emit(Msg::Call(name, text, Answer(answer)));
        }
    });
}

/// What is told without being asked is told to this function, as JSON.
#[wasm_bindgen]
pub fn listen(tell: Function) {
    APP.with_borrow(|app| {
        if let Some(app) = app {
            app.emit(Msg::Listen(tell));
        }
    });
}

/// Whom to answer.
pub struct Answer(Function);

impl Answer {
    fn give(&self, done: Result<&str, &str>) {
        let (done, text) = match done {
            Ok(text) => (true, text),
            Err(text) => (false, text),
        };
        // What the host does with it is its own affair.
        let _ = self.0.call2(&JsValue::NULL, &done.into(), &text.into());
    }
}

/// What the host waits for and wants to know.
#[derive(Default)]
pub struct Host {
    waiting: Vec<Answer>,
    watch: Watch,
    tell: Option<Function>,
}

impl Host {
    pub fn listen(&mut self, tell: Function) {
        self.tell = Some(tell);
    }

    /// Reads a call; what is to be done is handed back, with whom to answer.
    #[inline(never)]
    pub fn take(
        &mut self,
        name: &str,
        text: &str,
        answer: Answer,
        store: &mut Store,
    ) -> Option<(crate::player::Action, Answer)> {
        let refuse = |why| answer.give(Err(&words::tell(store.ui.language, &why)));
        if self.waiting.len() >= WAITING {
            refuse(sentence!("{0} calls wait for their answers already.", WAITING));
            return None;
        }
        match Call::parse(name, text, &store.pane().run.script().setup) {
            Ok(Call::Do(action)) => return Some((action, answer)),
            Ok(Call::Watch(watched)) => {
                self.watch(watched, store);
                self.waiting.push(answer);
            }
            Ok(Call::Read) => self.waiting.push(answer),
            Err(why) => refuse(why),
        }
        None
    }

    fn watch(&mut self, watched: Watched, store: &mut Store) {
        self.watch.begin(watched, store);
    }

    /// What was asked has been done, or refused.
    #[inline(never)]
    pub fn done(&mut self, answer: Answer, before: Option<&Notice>, store: &Store) {
        match api::refusal(store, before) {
            Some(why) => answer.give(Err(&why)),
            None => self.waiting.push(answer),
        }
    }

    /// Answers who waits, unless the run is still on its way, and tells what is new.
    #[inline(never)]
    pub fn tell(&mut self, store: &mut Store) {
        if store.playback.goal.is_none() && !self.waiting.is_empty() {
            let state = api::state(store);
            self.waiting.drain(..).for_each(|answer| answer.give(Ok(&state)));
        }
        let Some(tell) = &self.tell else { return };
        for news in self.watch.news(store) {
            let _ = tell.call1(&JsValue::NULL, &news.into());
        }
    }
}
