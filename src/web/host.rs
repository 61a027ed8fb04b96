//! The page that embeds this one. `www/public/host.js` hands over its calls, of which `player/api.rs` makes
//! what they mean, and takes what it is told: objects, both ways (`edge.rs`).
//!
//! Calls are done in the order in which they come, also where something has to be fetched for one of
//! them. A call is answered when it is done: one that sets out for an instant far away, when that is
//! reached. Who makes more calls than can be answered is told so.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

use js_sys::Function;
use wasm_bindgen::prelude::*;
use yew::Callback;

use super::browser;
use super::edge::{of_js, to_js};
use crate::player::api::{self, Call, ReadTarget, Reading, Task};
use crate::player::pending_calls::{Answered, PendingCall, PendingCalls};
use crate::player::state::Watch;
use crate::player::{Action, Needs, Store};
use crate::sentence;
use crate::words::{self, Language};

/// Calls that may wait for their answers.
const WAITING: u32 = 100;

thread_local! {
    /// Who attends to calls, once there is a playground.
    static ATTENDANT: RefCell<Option<Attendant>> = const { RefCell::new(None) };
    static WAIT: Cell<u32> = const { Cell::new(0) };
}

/// Whom the functions tell that `www/public/host.js` calls.
#[derive(Clone)]
pub struct Attendant {
    pub call: Callback<IncomingCall>,
    /// Whoever wants to be told of news, by this function.
    pub listen: Callback<Function>,
}

/// From now on calls come to this playground.
pub fn attend(attendant: Attendant) {
    ATTENDANT.set(Some(attendant));
}

/// A call of the page that embeds this one, as an object. `answer` is called once, with whether it was
/// done, and with what is answered or with one sentence.
#[wasm_bindgen]
pub fn call(call: JsValue, answer: Function) {
    let attendant = ATTENDANT.with_borrow(Clone::clone);
    let answer = Answer::to(answer);
    match attendant {
        Some(_) if WAIT.get() > WAITING => refuse_flood(answer),
        Some(Attendant { call: take, .. }) => take.emit(IncomingCall { call: of_js(call), answer }),
        None => {}
    }
}

fn refuse_flood(answer: Answer) {
    let root = browser::document().document_element();
    let language = root.and_then(|root| Language::of(&root.get_attribute("lang")?));
    let why = sentence!("{0} calls wait for their answers already.", WAITING);
    answer.give(Err(words::tell(language.unwrap_or_default(), &why)));
}

/// What is told without being asked is told to this function.
#[wasm_bindgen]
pub fn listen(tell: Function) {
    if let Some(attendant) = ATTENDANT.with_borrow(Clone::clone) {
        attendant.listen.emit(tell);
    }
}

/// A call as the embedding page made it.
pub struct IncomingCall {
    /// The error says why the object is no call.
    pub call: Result<Call, String>,
    pub answer: Answer,
}

impl IncomingCall {
    pub fn needs(&self) -> Needs {
        self.call.as_ref().map(Needs::of_call).unwrap_or_default()
    }
}

/// The function that takes the answer to a call.
pub struct Answer(Function);

impl Answer {
    fn to(function: Function) -> Answer {
        WAIT.set(WAIT.get() + 1);
        Answer(function)
    }

    pub fn give(self, done: Result<Reading, String>) {
        let (done, answer) = match done {
            Ok(reading) => (true, to_js(&reading)),
            Err(why) => (false, why.into()),
        };
        // What the host does with it is its own affair.
        let _ = self.0.call2(&JsValue::NULL, &done.into(), &answer);
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        WAIT.set(WAIT.get().saturating_sub(1));
    }
}

/// The calls of the embedding page that are not done or not answered yet, and the news that it watches.
#[derive(Default)]
pub struct Host {
    /// Calls in the order in which they came. The first stays while something is fetched for it.
    queue: VecDeque<IncomingCall>,
    fetches: bool,
    pending: PendingCalls<Answer>,
    watch: Watch,
    tell: Option<Function>,
}

impl Host {
    pub fn listen(&mut self, tell: Function) {
        self.tell = Some(tell);
    }

    /// Whether a call waits for a run that is on its way.
    pub fn waits(&self) -> bool {
        !self.pending.is_empty()
    }

    pub fn queue(&mut self, call: IncomingCall) {
        self.queue.push_back(call);
    }

    /// The call whose turn it is.
    pub fn next(&mut self) -> Option<IncomingCall> {
        self.queue.pop_front_if(|_| !self.fetches)
    }

    /// Puts a call back until what it needs has been fetched.
    pub fn wait_for(&mut self, call: IncomingCall) {
        self.queue.push_front(call);
        self.fetches = true;
    }

    /// Something has been fetched; or it cannot be had, and the call that needs it is handed back.
    pub fn fetched(&mut self, there: bool) -> Option<IncomingCall> {
        self.fetches = false;
        self.queue.pop_front_if(|_| !there)
    }

    /// Takes a call that has been read; what is to be done is handed back. What is to be read is
    /// read as soon as nothing is on its way.
    pub fn take(&mut self, task: Task, answer: Answer, store: &mut Store) -> Option<Action> {
        match task {
            Task::Do(action) => {
                self.pending.push(PendingCall::before(&action, store), answer);
                return Some(action);
            }
            Task::Paint(name, value) => match paint(name, &value) {
                true => self.pending.push(PendingCall::to_read(ReadTarget::State, store), answer),
                false => {
                    let why = api::not_a_colour(&format!("{name}={value}"));
                    answer.give(Err(words::tell(store.ui.language, &why)));
                }
            },
            Task::Watch(watched) => {
                self.watch.begin(watched, store);
                self.pending.push(PendingCall::to_read(ReadTarget::State, store), answer);
            }
            Task::Read(what) => self.pending.push(PendingCall::to_read(what, store), answer),
        }
        None
    }

    /// The action that was handed back has been done.
    pub fn done(&mut self, store: &mut Store) {
        give(self.pending.done(store));
    }

    /// Answers the calls that wait, unless the run is still on its way, and tells the news. Whether the
    /// page's notice has changed.
    pub fn tell(&mut self, store: &mut Store) -> bool {
        let before = store.ui.notice.is_some();
        give(self.pending.answer(store));
        if let Some(tell) = &self.tell {
            for news in self.watch.news(store) {
                let _ = tell.call1(&JsValue::NULL, &to_js(&news));
            }
        }
        before != store.ui.notice.is_some()
    }
}

fn give(answered: Vec<Answered<Answer>>) {
    for (answer, done) in answered {
        answer.give(done);
    }
}

/// Gives a colour of the page another value, if the browser takes it for one.
fn paint(name: &str, value: &str) -> bool {
    let is_colour =
        value.is_empty() || web_sys::css::supports_with_value("color", value).unwrap_or(false);
    if let Some(root) = browser::document().document_element().filter(|_| is_colour) {
        browser::style(&root, &format!("--{name}"), value);
    }
    is_colour
}
