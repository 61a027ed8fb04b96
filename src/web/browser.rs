//! What the browser offers, in short words.

use js_sys::{Array, Object, Promise};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Document, Element, HtmlCanvasElement, HtmlElement, Storage, Window};

use crate::player::{Preferences, Theme};
use crate::words::Language;

pub fn window() -> Window {
    web_sys::window().expect("a page has a window")
}

pub fn document() -> Document {
    window().document().expect("a window has a document")
}

/// Real time, in ms.
pub fn now() -> f64 {
    window().performance().map_or(0.0, |performance| performance.now())
}

pub fn by_id(id: &str) -> Option<Element> {
    document().get_element_by_id(id)
}

/// Whether a media query holds.
pub fn media(query: &str) -> bool {
    window().match_media(query).ok().flatten().is_some_and(|list| list.matches())
}

pub const REDUCED_MOTION: &str = "(prefers-reduced-motion: reduce)";

/// The storage of earlier visits; a browser may refuse it.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

pub fn remember(name: &str, value: &str) {
    if let Some(storage) = storage() {
        // Full or forbidden: then the next visit asks the browser again.
        let _ = storage.set_item(name, value);
    }
}

pub fn remembered(name: &str) -> Option<String> {
    storage()?.get_item(name).ok().flatten()
}

pub const LANGUAGE: &str = "synod-language";
pub const THEME: &str = "synod-theme";

/// What an earlier visit chose, else what the browser wishes.
pub fn preferences() -> Preferences {
    let wishes: Vec<String> = Array::from(&window().navigator().languages())
        .iter()
        .filter_map(|tag| tag.as_string())
        .collect();
    let chosen = remembered(LANGUAGE).and_then(|tag| Language::of(&tag));
    Preferences {
        language: chosen.unwrap_or_else(|| Language::preferred(wishes.iter().map(String::as_str))),
        theme: remembered(THEME).and_then(|code| Theme::of(&code)).unwrap_or_default(),
        reduced_motion: media(REDUCED_MOTION),
    }
}

const ACTED: &str = "synod-acted";

/// Whether somebody has ever done something to a run here.
pub fn has_acted() -> bool {
    remembered(ACTED).is_some()
}

/// Somebody has.
pub fn note_act() {
    remember(ACTED, "yes");
}

/// Names the document, and sets its language and colours, where it is the playground's own.
pub fn describe(title: &str, language: Language, theme: Theme) {
    let document = document();
    let separator = if title.is_empty() { "" } else { " · " };
    document.set_title(&format!("{title}{separator}Synod"));
    if let Some(root) = document.document_element() {
        set(&root, "lang", language.tag());
        set(&root, "data-theme", theme.code());
    }
}

/// How large an element's type is, in pixels.
pub fn type_size(element: &Element) -> f64 {
    let computed = window().get_computed_style(element).ok().flatten();
    let size = computed.and_then(|style| style.get_property_value("font-size").ok());
    let size = size.and_then(|size| size.trim_end_matches("px").parse::<f64>().ok());
    size.filter(|size| *size >= 1.0).unwrap_or(16.0)
}

/// What a CSS property of the page's own is for this element.
pub fn property(element: &Element, name: &str) -> String {
    let computed = window().get_computed_style(element).ok().flatten();
    let value = computed.and_then(|style| style.get_property_value(name).ok());
    value.unwrap_or_default().trim().to_owned()
}

/// Sets a CSS property. Through the object model: a strict policy forbids `style` attributes.
pub fn style(element: &Element, property: &str, value: &str) {
    if let Some(style) = styled(element) {
        let _ = style.set_property(property, value);
    }
}

fn styled(element: &Element) -> Option<web_sys::CssStyleDeclaration> {
    if let Some(html) = element.dyn_ref::<HtmlElement>() {
        return Some(html.style());
    }
    element.dyn_ref::<web_sys::SvgElement>().map(web_sys::SvgElement::style)
}

/// Sets an attribute that exists in any case: it cannot fail.
pub fn set(element: &Element, name: &str, value: &str) {
    let _ = element.set_attribute(name, value);
}

/// Moves the keyboard's focus.
pub fn focus(element: &Element) {
    if let Some(html) = element.dyn_ref::<HtmlElement>() {
        let _ = html.focus();
    } else if let Some(svg) = element.dyn_ref::<web_sys::SvgElement>() {
        let _ = svg.focus();
    }
}

/// Whether a key press here is meant for the element and not for the page.
pub fn takes_text(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    matches!(element.tag_name().as_str(), "TEXTAREA" | "SELECT")
        || (element.tag_name() == "INPUT"
            && !matches!(
                element.get_attribute("type").as_deref(),
                Some("checkbox" | "radio" | "range")
            ))
}

/// Puts a text on the clipboard; the error says nothing that helps.
pub async fn copy(text: &str) -> Result<(), JsValue> {
    wasm_bindgen_futures::JsFuture::from(clipboard()?.write_text(text)).await.map(drop)
}

/// Only pages served securely have one.
fn clipboard() -> Result<web_sys::Clipboard, JsValue> {
    js_sys::Reflect::get(&window().navigator(), &"clipboard".into())?.dyn_into()
}

/// Hands a text to the browser as a file to be saved.
pub fn save(name: &str, text: &str) {
    let parts = Array::of1(&text.into());
    if let Ok(blob) = web_sys::Blob::new_with_str_sequence(&parts) {
        save_blob(name, &blob);
    }
}

/// The same with anything.
fn save_blob(name: &str, blob: &web_sys::Blob) {
    let Ok(url) = web_sys::Url::create_object_url_with_blob(blob) else { return };
    let anchor = document().create_element("a").ok();
    if let Some(anchor) = anchor.and_then(|anchor| anchor.dyn_into::<HtmlElement>().ok()) {
        set(&anchor, "href", &url);
        set(&anchor, "download", name);
        anchor.click();
    }
    // Once the browser has taken it.
    let forget = move || drop(web_sys::Url::revoke_object_url(&url));
    gloo_timers::callback::Timeout::new(10_000, forget).forget();
}

/// An address that is the picture itself: a strict policy lets images be that.
pub fn address_of_svg(svg: &str) -> String {
    format!("data:image/svg+xml,{}", String::from(js_sys::encode_uri_component(svg)))
}

/// A picture as it is shown in this image, in points twice as fine: a promise of a PNG.
fn png(image: &web_sys::HtmlImageElement) -> Result<Promise, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas.set_width(image.natural_width() * 2);
    canvas.set_height(image.natural_height() * 2);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: web_sys::CanvasRenderingContext2d = context.dyn_into()?;
    context.scale(2.0, 2.0)?;
    context.draw_image_with_html_image_element(image, 0.0, 0.0)?;
    Ok(Promise::new(&mut |done, failed| {
        let fail = failed.clone();
        // What is too large for the browser's canvas comes as `null`.
        let give = move |blob: JsValue| {
            let end = if blob.is_null() { &failed } else { &done };
            _ = end.call1(&JsValue::NULL, &blob);
        };
        // What may not be read off a canvas is refused at once.
        if let Err(why) = canvas.to_blob(Closure::once_into_js(give).unchecked_ref()) {
            _ = fail.call1(&JsValue::NULL, &why);
        }
    }))
}

/// Saves the picture. The error says nothing but that it could not be drawn.
pub async fn save_png(name: &str, image: &web_sys::HtmlImageElement) -> Result<(), JsValue> {
    let blob: JsValue = wasm_bindgen_futures::JsFuture::from(png(image)?).await?;
    save_blob(name, &blob.dyn_into()?);
    Ok(())
}

/// Puts the picture into the clipboard.
pub async fn copy_png(image: &web_sys::HtmlImageElement) -> Result<(), JsValue> {
    let parts = Object::new();
    // Asked for within the click: some browsers take only a promise then.
    js_sys::Reflect::set(&parts, &"image/png".into(), &png(image)?.into())?;
    let item = web_sys::ClipboardItem::new_with_record_from_str_to_blob_promise(&parts)?;
    let written = clipboard()?.write(&Array::of1(&item));
    wasm_bindgen_futures::JsFuture::from(written).await.map(drop)
}
