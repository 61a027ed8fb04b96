//! What runs, and what concerns the whole page.

use web_sys::File;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::bits::{asks, button, chosen, field, option, picture_button};
use super::compare::compare;
use super::dialog::{dialog_box, use_dialog};
use super::flaws::flaws;
use super::icon::{Icon, icon};
use crate::catalog::listings;
use crate::player::{Action, Dialog, PageAction, RunAction, Scene, Theme};
use crate::web::address;
use crate::web::frame::{Heading, Instant};
use crate::web::shared::Shared;
use crate::words::{Language, translate};
use crate::{sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub heading: Shared<Heading>,
    pub dialog: Option<Dialog>,
    /// The run on screen, where it may be kept.
    pub instant: Option<Shared<Instant>>,
    /// A file that was dropped onto the page.
    pub dropped: Option<File>,
    pub act: Callback<Action>,
}

#[component]
pub fn TopBar(props: &Props) -> Html {
    let heading = &props.heading;
    let language = heading.language;
    let act = |action| asks(&props.act, action);
    let more = use_state(|| false);
    let opened = use_dialog(props.dialog);
    let toggle = {
        let more = more.clone();
        Callback::from(move |_: MouseEvent| more.set(!*more))
    };
    html! {
        <>
        <header class="top">
            <h1 class="logo">{ logo() }</h1>
            { protocols(props) }
            { scenes(props) }
            // Where there is no room beside the scenes, a button shows the rest.
            <button class="bare more-button" onclick={toggle} aria-expanded={(*more).to_string()} title={tr!(language, "More")} aria-label={tr!(language, "More")}>
                { icon(Icon::More) }
            </button>
            <div class={if *more { "extra open" } else { "extra" }}>
                // Where there is no room for the other one.
                { protocols(props) }
                { seed(props) }
                { flaws(heading, &props.act) }
                { compare(heading, &props.act) }
                { button("", Some(Icon::Disk), tr!(language, "Runs"), act(Action::Page(PageAction::Open(Dialog::Runs)))) }
                if address::has_door() { { present(language, &props.act) } }
            </div>
            <span class="grow"></span>
            { button("primary share", Some(Icon::Share), tr!(language, "Share"), act(Action::Page(PageAction::Open(Dialog::Share)))) }
            { settings(heading.theme, language, &props.act) }
        </header>
        { dialog_box(props.dialog, opened, props.instant.as_ref(), props.dropped.as_ref(), language, &props.act) }
        </>
    }
}

/// Shows the stage to a room, from the top bar.
fn present(language: Language, act: &Callback<Action>) -> Html {
    let what = tr!(language, "The stage alone, in large type, with keys for a clicker (V)");
    html! {
        <button class="present" onclick={asks(act, PageAction::Present(true))} title={what}>
            { icon(Icon::Panes) }<span>{ tr!(language, "Present") }</span>
        </button>
    }
}

/// The name of the house. It leads to the front door, where the page is not part of another.
pub fn logo() -> Html {
    let sign = html! {
        <>
            <svg viewBox="0 0 26 22" aria-hidden="true" focusable="false">
                <path class="edge" d="M6 5L20 5L13 17Z" />
                <path class="dot" d="M10 5a4 4 0 1 1-8 0a4 4 0 0 1 8 0M24 5a4 4 0 1 1-8 0a4 4 0 0 1 8 0M17 17a4 4 0 1 1-8 0a4 4 0 0 1 8 0" />
            </svg>
            <span>{ "Synod" }</span>
        </>
    };
    match address::has_door() {
        true => html! { <a href={address::DOOR}>{ sign }</a> },
        false => sign,
    }
}

/// What concerns the page, whatever it shows: its language, its colours, its help.
pub fn settings(theme: Theme, language: Language, act: &Callback<Action>) -> Html {
    let act = |action: PageAction| asks(act, action);
    let (other, name) = match is_dark(theme) {
        true => (Theme::Light, tr!(language, "Light colours")),
        false => (Theme::Dark, tr!(language, "Dark colours")),
    };
    html! {
        <>
        <button onclick={act(PageAction::Language(language.other()))} lang={language.other().tag()}>
            { language.other().name() }
        </button>
        { picture_button("", Icon::Theme, name, act(PageAction::Theme(other))) }
        { picture_button("", Icon::Help, tr!(language, "Help"), act(PageAction::Open(Dialog::Help))) }
        </>
    }
}

/// Whether the page is dark now.
fn is_dark(theme: Theme) -> bool {
    match theme {
        Theme::Auto => crate::web::browser::media("(prefers-color-scheme: dark)"),
        Theme::Light => false,
        Theme::Dark => true,
    }
}

fn protocols(props: &Props) -> Html {
    let heading = &props.heading;
    let (act, now) = (props.act.clone(), heading.protocol);
    let onchange = Callback::from(move |event: Event| {
        act.emit(Action::Run(RunAction::LoadProtocol(chosen(&event, now))));
    });
    let options = listings().iter().map(|listing| {
        option(
            listing.slug.to_owned(),
            translate(heading.language, listing.title),
            listing.slug == heading.protocol,
        )
    });
    let class = if heading.fetching { "protocol waits" } else { "protocol" };
    field(tr!(heading.language, "Protocol"), class, onchange, options.collect())
}

fn scenes(props: &Props) -> Html {
    let heading = &props.heading;
    let language = heading.language;
    let act = props.act.clone();
    let now =
        heading.scene.filter(|_| heading.pristine).map(|scene| code(&scene)).unwrap_or_default();
    let onchange = Callback::from(move |event: Event| {
        let name = chosen(&event, &now);
        if let Some(scene) = Scene::all().find(|scene| code(scene) == name) {
            act.emit(load(scene));
        }
    });
    let own = (!heading.pristine).then(|| {
        let title = heading.title.clone().or(heading.scene.map(Scene::title));
        let title = title.map(|title| translate(language, &title).to_owned());
        let name = match title {
            Some(title) => tr!(language, "{0}, changed", title),
            None => tr!(language, "A run of your own").to_owned(),
        };
        option(String::new(), &name, true)
    });
    let options = Scene::all().filter(|scene| scene.protocol == heading.protocol).map(|scene| {
        let selected = heading.pristine && heading.scene == Some(scene);
        option(code(&scene), translate(language, &scene.title()), selected)
    });
    field(tr!(language, "Scene"), "scene", onchange, own.into_iter().chain(options).collect())
}

fn code(scene: &Scene) -> String {
    format!("{}/{}", scene.protocol, scene.name)
}

fn load(scene: Scene) -> Action {
    Action::Run(RunAction::LoadScene {
        protocol: scene.protocol.to_owned(),
        scene: scene.name.to_owned(),
    })
}

/// The seed, to be typed, and a die that takes another.
fn seed(props: &Props) -> Html {
    let heading = &props.heading;
    let (language, now) = (heading.language, heading.seed);
    let act = props.act.clone();
    let onchange = Callback::from(move |event: Event| {
        let input = event.target_unchecked_into::<HtmlInputElement>();
        act.emit(match input.value().trim().parse::<u64>() {
            Ok(seed) => Action::Run(RunAction::Seed(seed)),
            Err(_) => {
                input.set_value(&now.to_string());
                Action::Page(PageAction::Tell(crate::player::Notice::refusal(sentence!(
                    "A seed is a whole number from 0 to {0}.",
                    u64::MAX
                ))))
            }
        });
    });
    let another = asks(&props.act, RunAction::Seed(now.wrapping_add(1)));
    let size = now.to_string().len().clamp(2, 10).to_string();
    html! {
        <>
        <label class="field seed">
            <span>{ tr!(language, "Seed") }</span>
            <input type="text" inputmode="numeric" autocomplete="off" {size} value={now.to_string()} {onchange} />
        </label>
        { picture_button("dice", Icon::Dice, tr!(language, "Another seed"), another) }
        </>
    }
}
