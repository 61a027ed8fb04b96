//! The edge to JavaScript: values cross it as plain objects and lists, both ways, by serde. What has no
//! value is `null` there.

use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::JsValue;

pub fn to_js(value: &impl Serialize) -> JsValue {
    let written = value.serialize(&Serializer::json_compatible());
    written.expect("texts, and numbers below 2⁵³")
}

/// The error says where the value is of another shape.
pub fn of_js<T: DeserializeOwned>(value: JsValue) -> Result<T, String> {
    serde_wasm_bindgen::from_value(value).map_err(|why| {
        let why = why.to_string();
        why.strip_prefix("Error: ").map(str::to_owned).unwrap_or(why)
    })
}

/// A stored field that is read leniently: another version, or another program, may have written a value of
/// another type.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Lenient<T> {
    Is(T),
    Other(IgnoredAny),
}

impl<T> Default for Lenient<T> {
    fn default() -> Lenient<T> {
        Lenient::Other(IgnoredAny)
    }
}

impl<T> Lenient<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Lenient::Is(value) => Some(value),
            Lenient::Other(_) => None,
        }
    }
}
