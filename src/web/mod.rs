//! The page: only here Yew and web-sys. It draws what the [views](crate::view) folded, and turns
//! whatever a person does into an [`Action`](crate::player::Action).
//!
//! Yew renders structure, and structure changes only at events. Whatever glides between two events
//! is moved by the [animator](animator), in attributes that Yew never touches. So a run at rest costs
//! nothing, and a run at full traffic one diff a frame at the most.
//!
//! | file | what it does |
//! |---|---|
//! | `app.rs`, `message.rs` | holds the store, takes all messages |
//! | `frame.rs`, `picture.rs`, `measures.rs` | what the components are given: immutable, shared, compared by pointer |
//! | `comparison.rs` | the headings over two panes: their names, and where their runs first differ |
//! | `animator.rs` | the one loop of animation frames, and everything that glides |
//! | `address.rs`, `reload.rs` | the link in the address bar, and what a reload remembers beside it |
//! | `runs.rs` | the runs that somebody has kept, in the browser's database |
//! | `listeners.rs` | listens for sizes, visibility, keys and the browser's preferences |
//! | `browser.rs` | thin wrappers of what web-sys makes long |
//! | `pick.rs` | which thing on the stage a pointer or the focus is on |
//! | `parts.rs` | parts of the program that are fetched when somebody first asks for them |
//! | `judging.rs` | the worker that judges a history from a file |
//! | `edge.rs` | values that cross to JavaScript and back |
//! | `drafts.rs` | the lesson that somebody writes, kept from visit to visit |
//! | `visits.rs` | which cards of the map, lessons and exercises were opened on earlier visits |
//! | `host.rs` | the page that embeds this one: its calls, and what it is told |
//! | `focus.rs` | the keyboard's focus on the stage, where what had it goes |
//! | `crash.rs` | the card that is shown should the program fail |
//! | `components/` | the regions of the page |

mod address;
mod animator;
mod app;
mod browser;
mod comparison;
mod components;
mod crash;
mod drafts;
mod edge;
mod focus;
mod frame;
mod host;
mod judging;
mod listeners;
mod measures;
mod message;
mod parts;
mod pick;
mod picture;
mod reload;
mod runs;
mod shared;
mod visits;

use crate::player::{Needs, Store};

/// Shows the playground in the page's `#synod`.
pub fn start() {
    if web_sys::window().is_none() {
        // In a worker there is nothing to show: see `judging.rs`.
        return console_error_panic_hook::set_once();
    }
    crash::install();
    yew::platform::spawn_local(async {
        let link = address::hash();
        let wanted = || Needs::of_link(&link).and(Needs::of_text(&reload::texts()));
        let wish = || Needs::of_language(browser::preferences().language);
        // Where that fails the page shows what it has, and says so. A link says its language once it can
        // be read.
        let _ = parts::fetch(&wanted().and(wish())).await;
        // A lesson says what it runs once it is there, and a scene what it opens beside it.
        for _ in 0..LINKED {
            let needs = Needs::of_link(&link);
            if needs.are_met() || parts::fetch(&needs).await.is_err() {
                break;
            }
        }
        let missing = Needs::of_link(&link).protocol().is_some();
        let fallback = match missing || !Store::can_open(&link) {
            true => parts::fetch(&Needs::of_first_scene()).await,
            false => Ok(()),
        };
        match fallback {
            Ok(()) => show(missing),
            Err(_) => crash::unfetched(),
        }
    });
}

/// A link leads to a text, which leads to a scene, which leads to another protocol.
const LINKED: usize = 3;

fn show(missing: bool) {
    let Some(root) = browser::document().get_element_by_id("synod") else { return };
    root.set_inner_html("");
    let props = app::Props { id: "synod-1".into(), missing };
    yew::Renderer::<app::App>::with_root_and_props(root, props).render();
    parts::shown();
}
