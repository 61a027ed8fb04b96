//! A part of the program that is loaded when it is asked for, so that the first visit fetches only
//! what it shows. A part is one value, most often a table of functions: everything that only this
//! value reaches stands in a file of its own, which `npm run build` writes (`scripts/parts.mjs`) and
//! the first call of [`Part::fetch`] loads. Without the feature `parts` (natively, in the terminal,
//! under `trunk serve`) all of the program is one file, and every part is there from the start.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};

/// A part that is not there: its file could not be had. Whoever asks again tries again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfetched;

#[cfg(feature = "parts")]
impl From<wasm_split_helpers::SplitLoaderError> for Unfetched {
    fn from(_: wasm_split_helpers::SplitLoaderError) -> Unfetched {
        Unfetched
    }
}

/// A part on its way.
pub type Loading<T> = Pin<Box<dyn Future<Output = Result<&'static T, Unfetched>>>>;

/// A part, whether it is there or not. [`part!`](crate::part!) declares one.
pub struct Part<T: 'static> {
    there: OnceLock<&'static T>,
    load: fn() -> Loading<T>,
}

impl<T> Part<T> {
    pub const fn new(load: fn() -> Loading<T>) -> Part<T> {
        Part { there: OnceLock::new(), load }
    }

    /// The part, if it is there.
    pub fn get(&self) -> Option<&'static T> {
        if !cfg!(feature = "parts") && self.there.get().is_none() {
            // Where all is one file, what is loaded is there at once.
            let loaded = (self.load)().as_mut().poll(&mut Context::from_waker(Waker::noop()));
            if let Poll::Ready(Ok(part)) = loaded {
                let _ = self.there.set(part);
            }
        }
        self.there.get().copied()
    }

    /// The part, once it is there. A failure is not remembered.
    pub async fn fetch(&self) -> Result<&'static T, Unfetched> {
        if let Some(part) = self.get() {
            return Ok(part);
        }
        let part = (self.load)().await?;
        Ok(self.there.get_or_init(|| part))
    }
}

/// Declares a part by its name (that of its file), its type and its value.
#[macro_export]
macro_rules! part {
    ($name:ident: $T:ty = $value:expr) => {
        $crate::part::Part::<$T>::new({
            #[cfg_attr(feature = "parts", wasm_split_helpers::wasm_split($name, fallible))]
            fn $name() -> Result<&'static $T, $crate::part::Unfetched> {
                static VALUE: $T = $value;
                Ok(&VALUE)
            }
            #[cfg(feature = "parts")]
            let load = || -> $crate::part::Loading<$T> { Box::pin($name()) };
            #[cfg(not(feature = "parts"))]
            let load = || -> $crate::part::Loading<$T> { Box::pin(std::future::ready($name())) };
            load
        })
    };
}
