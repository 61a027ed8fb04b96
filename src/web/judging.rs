//! A history from a file is read, judged and drawn in a worker, so that the page goes on meanwhile: the same
//! program once more (`www/judge.js`). The page asks ([`Judging`]), there it is answered ([`answer`]). Whoever
//! no longer wants to know ends the worker, whatever it is doing.

use std::cell::RefCell;

use gloo_events::EventListener;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, MessageEvent, Worker};
use yew::Callback;

use super::edge::{of_js, to_js};
use crate::part;
use crate::part::Part;
use crate::player::opened::{HistoryAnswer, HistoryQuestion, OpenedHistory};
use crate::sentence;

#[wasm_bindgen]
extern "C" {
    /// The program once more, in a worker; a page that is shut in by another may have none.
    #[wasm_bindgen(js_namespace = synodPage, catch)]
    fn worker() -> Result<Worker, JsValue>;
}

/// A worker that judges a history.
pub struct Judging {
    worker: Worker,
    _listeners: [EventListener; 2],
}

impl Judging {
    /// Tells each answer; nothing, where the worker has failed. There is no worker where the browser does not
    /// allow one.
    pub fn begin(told: Callback<Option<HistoryAnswer>>) -> Option<Judging> {
        let worker = worker().ok()?;
        let failed = told.clone();
        let listeners = [
            EventListener::new(&worker, "message", move |event| {
                let data = event.unchecked_ref::<MessageEvent>().data();
                told.emit(of_js(data).ok());
            }),
            EventListener::new(&worker, "error", move |_| failed.emit(None)),
        ];
        Some(Judging { worker, _listeners: listeners })
    }

    /// Asks one thing more.
    pub fn ask(&self, question: &HistoryQuestion, file: Option<&File>) {
        let file = file.map_or(JsValue::NULL, JsValue::from);
        // A file and plain data can be handed over anywhere.
        let _ = self.worker.post_message(&Array::of2(&to_js(question), &file));
    }
}

impl Drop for Judging {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

thread_local! {
    /// The history at hand, in the worker.
    static HISTORY: RefCell<Option<OpenedHistory>> = const { RefCell::new(None) };
}

/// What the worker does with a question, and with what is in the file.
type Work = fn(HistoryQuestion, &[u8]) -> HistoryAnswer;

static WORK: Part<Work> = part!(desk: Work = work);

/// Answers a question of the page. The error says what has failed.
#[wasm_bindgen]
pub async fn answer(question: JsValue, file: Option<File>) -> Result<JsValue, JsValue> {
    let question: HistoryQuestion = of_js(question)?;
    let work = WORK.fetch().await.map_err(|_| "A part of Synod could not be fetched.")?;
    let bytes = match file {
        Some(file) => Uint8Array::new(&JsFuture::from(file.array_buffer()).await?).to_vec(),
        None => Vec::new(),
    };
    Ok(to_js(&work(question, &bytes)))
}

fn work(question: HistoryQuestion, bytes: &[u8]) -> HistoryAnswer {
    HISTORY.with_borrow_mut(|history| match (question, history) {
        (HistoryQuestion::Open { object, initial }, history) => {
            match OpenedHistory::read(bytes, &object, initial.as_deref()) {
                Ok(read) => HistoryAnswer::Opened(history.insert(read).opened()),
                Err(why) => HistoryAnswer::Refused(why),
            }
        }
        (HistoryQuestion::Judge(model), Some(history)) => {
            HistoryAnswer::Judged(history.judge(model))
        }
        (HistoryQuestion::Draw(sight), Some(history)) => HistoryAnswer::Drawn(history.draw(&sight)),
        (HistoryQuestion::Judge(_) | HistoryQuestion::Draw(_), None) => {
            HistoryAnswer::Refused(sentence!("no history is open"))
        }
    })
}
