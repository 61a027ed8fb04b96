//! The desk: what is taken away, pasted elsewhere, kept, opened and read. It is a part of the program
//! (`part.rs`), fetched when somebody first opens one of its drawers.

use web_sys::File;
use yew::prelude::*;

use super::embed::Embed;
use super::files::files;
use super::opened::HistoryFile;
use super::runs::Runs;
use super::source::SourceView;
use super::take_away::TakeAway;
use crate::part;
use crate::part::Part;
use crate::player::Action;
use crate::tr;
use crate::web::frame::{Inspection, Instant};
use crate::web::parts;
use crate::web::shared::Shared;
use crate::words::{Language, tell};

/// What the desk shows, and whom it tells.
#[derive(Properties, Clone, PartialEq)]
pub struct Props {
    pub drawer: Drawer,
    pub language: Language,
    pub act: Callback<Action>,
}

/// What can be opened.
#[derive(Clone, PartialEq)]
pub enum Drawer {
    /// Texts and files of the run on screen.
    Take(Shared<Instant>),
    /// The runs that somebody has kept.
    Runs(Shared<Instant>),
    /// A history from a file, if one was dropped onto the page.
    History(Option<File>),
    /// Files for a database.
    Files(Shared<Inspection>),
    /// A protocol's own source: the region's id, the file below `src` and the line.
    Source(AttrValue, &'static str, u32),
}

/// Draws it.
type Draw = fn(&Props) -> Html;

static DESK: Part<Draw> = part!(desk: Draw = draw);

fn draw(props: &Props) -> Html {
    let Props { drawer, language, act } = props;
    let language = *language;
    match drawer.clone() {
        Drawer::Take(instant) => html! {
            <>
            <Embed {language} instant={instant.clone()} />
            <TakeAway {language} {instant} />
            </>
        },
        Drawer::Runs(instant) => html! { <Runs {language} {instant} {act} /> },
        Drawer::History(file) => html! { <HistoryFile {file} {language} {act} /> },
        Drawer::Files(inspection) => files(&inspection, language, act),
        Drawer::Source(id, file, line) => html! { <SourceView {id} {file} {line} {language} /> },
    }
}

/// A drawer of the desk, or a sign that it is on its way, or what kept it, with a way to try again.
#[component]
pub fn Desk(props: &Props) -> Html {
    let language = props.language;
    let failed = use_state(|| false);
    let tried = use_state(|| 0);
    {
        let failed = failed.clone();
        use_effect_with(*tried, move |_| {
            if DESK.get().is_none() {
                failed.set(false);
                yew::platform::spawn_local(async move {
                    // Either way this is drawn anew.
                    failed.set(DESK.fetch().await.is_err());
                });
            }
        });
    }
    if let Some(draw) = DESK.get() {
        return draw(props);
    }
    if !*failed {
        return html! { <p class="soft fetching" role="status">{ tr!(language, "Fetching…") }</p> };
    }
    let again = Callback::from(move |_: MouseEvent| tried.set(*tried + 1));
    html! {
        <p class="trouble" role="alert">
            { tell(language, &parts::why(None)) }{ " " }
            <button onclick={again}>{ tr!(language, "Try again") }</button>
        </p>
    }
}
