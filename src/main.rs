//! The page's entry. Everything else is in the library, so that it can be tested.

fn main() {
    #[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
    synod::web::start();
}
