//! What comes later. `npm run build` takes out of the first file whatever the first visit does not
//! need (`scripts/split.mjs`), and the Chinese stands in a file of its own; `www/boot.js` fetches
//! both. Code that is missing is loaded when it is called in any case, while the page stands still:
//! this makes it come before, and says in a sentence if it does not.

use std::sync::atomic::{AtomicBool, Ordering};

use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::catalog;
use crate::player::link::Shows;
use crate::player::packed;
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

    /// Of a page that this link opens, for somebody who would like to read this language.
    pub fn of_link(link: &str, wish: Option<Language>) -> Needs {
        if let Some(views) = packed::without(link) {
            // To unpack it takes code that comes later.
            return Needs { code: Needs::of_code().code, ..Needs::of_link(&views, wish) };
        }
        let read = Link::parse(link).unwrap_or_default();
        let language = read.language.or(wish).map_or(Needs::default(), Needs::of_language);
        let code = match (&read.shows, read.with) {
            (_, Some(_)) => Needs::of_code(),
            _ if !read.lanes.is_usual() => Needs::of_code(),
            (Shows::First, None) => Needs::default(),
            (Shows::Scene(scene), None) => Needs::of_protocol(scene.protocol),
            (Shows::Script(script), None) => Needs::of_protocol(&script.setup.protocol),
        };
        Needs { chinese: language.chinese, ..code }
    }

    fn of_language(language: Language) -> Needs {
        Needs { chinese: !words::knows(language), code: false }
    }

    /// The first protocol comes with the page.
    fn of_protocol(slug: &str) -> Needs {
        match catalog::catalog().iter().skip(1).any(|entry| entry.meta.slug == slug) {
            true => Needs::of_code(),
            false => Needs::default(),
        }
    }

    /// Of whatever is behind a click.
    pub fn of_code() -> Needs {
        Needs { code: !LOADED.load(Ordering::Relaxed), chinese: false }
    }

    /// With whatever is behind a click.
    #[inline(never)]
    pub fn and_code(self) -> Needs {
        Needs { code: Needs::of_code().code, ..self }
    }

    /// Whether code that this link runs is still missing.
    pub fn lacks_code(link: &str) -> bool {
        Needs::of_link(link, None).code
    }

    pub fn anything(self) -> bool {
        self.code || self.chinese
    }

    /// Fetches it.
    pub async fn fetch(self) -> Result<(), JsValue> {
        if self.code {
            JsFuture::from(soon()?).await?;
            load();
            LOADED.store(true, Ordering::Relaxed);
        }
        if self.chinese {
            words::learn(&read("zh.txt").await?);
        }
        Ok(())
    }
}
