//! What comes later. `npm run build` takes out of the first file whatever the first visit does not
//! need (`scripts/split.mjs`), and the Chinese stands in a file of its own; `www/boot.js` fetches
//! both. Code that is missing is loaded when it is called in any case, while the page stands still:
//! this makes it come before, and says in a sentence if it does not.

use std::sync::atomic::{AtomicBool, Ordering};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::player::plain;
use crate::player::{Action, Link, Notice};
use crate::sentence;
use crate::words::{self, Language};

#[wasm_bindgen]
extern "C" {
    /// Tells what the rest of the code will be joined to.
    #[wasm_bindgen(js_namespace = synodLater)]
    fn joins(exports: &JsValue);
    /// Fetches the rest of the code, and resolves once it could be loaded at once.
    #[wasm_bindgen(js_namespace = synodLater, catch)]
    fn soon() -> Result<js_sys::Promise, JsValue>;
    /// Returns once the rest of the code is there. Each function that was taken out begins so.
    #[wasm_bindgen(js_namespace = synodLater)]
    fn load();
    /// A text file that stands beside the page.
    #[wasm_bindgen(js_namespace = synodLater, catch)]
    fn text(name: &str) -> Result<js_sys::Promise, JsValue>;
}

/// A text file that stands beside the page.
pub async fn read(name: &str) -> Result<String, JsValue> {
    let read = JsFuture::from(text(name)?).await?;
    Ok(read.as_string().unwrap_or_default())
}

static LOADED: AtomicBool = AtomicBool::new(false);

/// Before anything else.
pub fn introduce() {
    joins(&wasm_bindgen::exports());
}

/// What is said where the rest cannot be had.
pub fn missing() -> Notice {
    Notice::refusal(sentence!(
        "A part of Synod could not be fetched. Check the connection, and try again."
    ))
}

/// What is said where a link needs it.
pub fn unopened() -> Notice {
    let why = sentence!(
        "The run of this link needs a part of Synod that could not be fetched: the first scene is shown instead."
    );
    Notice { retries: true, ..Notice::refusal(why) }
}

/// What something needs that may not be there yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Needs {
    code: bool,
    chinese: bool,
}

impl Needs {
    /// Of what a person does.
    pub fn of(action: &Action) -> Needs {
        match action {
            Action::Language(language) => {
                Needs { code: Needs::of_code().code, ..Needs::of_language(*language) }
            }
            Action::OpenLink(link) => {
                Needs { code: Needs::of_code().code, ..Needs::of_link(link, None) }
            }
            // A field that is typed into must be there for the next key.
            Action::Tell(_) | Action::OpenFind => Needs::default(),
            // Nobody acts on a page before the first touch, with which boot.js fetches the code.
            _ => Needs::of_code(),
        }
    }

    /// Of a page that this link opens, for somebody who would like to read this language. As long as it
    /// asks for code it has not been read, and may ask for more.
    pub fn of_link(link: &str, wish: Option<Language>) -> Needs {
        if Needs::lacks_code(link) {
            return Needs { code: true, ..wish.map_or(Needs::default(), Needs::of_language) };
        }
        let said = Link::parse(link).ok().and_then(|link| link.language);
        said.or(wish).map_or(Needs::default(), Needs::of_language)
    }

    fn of_language(language: Language) -> Needs {
        Needs { chinese: !words::knows(language), code: false }
    }

    /// Of whatever is behind a click.
    pub fn of_code() -> Needs {
        Needs { code: !LOADED.load(Ordering::Relaxed), chinese: false }
    }

    /// Whether code that this link may run is still missing.
    fn lacks_code(link: &str) -> bool {
        Needs::of_code().code && !plain::is_plain(link)
    }

    /// Fetches what a page that opens this link needs, and what it `remembers` beside; whether it
    /// lacks code all the same.
    pub async fn fetch_for(link: &str, wish: Language, remembers: bool) -> bool {
        let mut needs = Needs::of_link(link, Some(wish));
        needs.code |= remembers && Needs::of_code().code;
        if needs.fetch().await.is_ok() && needs.code {
            // Now it can be read. Its Chinese is told where it is shown, should it not come.
            let _ = Needs::of_link(link, Some(wish)).fetch().await;
        }
        Needs::lacks_code(link) || remembers && Needs::of_code().code
    }

    pub fn anything(self) -> bool {
        self.code || self.chinese
    }

    /// Fetches it.
    pub async fn fetch(self) -> Result<(), JsValue> {
        // Both are under way at once, and each counts where the other one fails.
        let code = self.code.then(soon).transpose()?;
        let learnt = match self.chinese {
            true => read("zh.txt").await.and_then(|text| match words::learn(&text) {
                true => Ok(()),
                false => Err(JsValue::NULL),
            }),
            false => Ok(()),
        };
        if let Some(code) = code {
            JsFuture::from(code).await?;
            load();
            LOADED.store(true, Ordering::Relaxed);
        }
        learnt
    }
}
