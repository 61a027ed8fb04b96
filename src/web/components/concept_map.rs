//! The concept map: cards that open runs, in their groups, and what leads to what. Where it has room it is laid
//! out as `lessons/map_drawing.rs` says, on a narrow screen group below group. The picture of the card under the
//! pointer, or that has the focus, plays, if its protocol is there; all others stand still and cost nothing.

use std::cell::RefCell;
use std::rc::Rc;

use gloo_timers::callback::{Interval, Timeout};
use wasm_bindgen::JsCast;
use web_sys::{Element, EventTarget};
use yew::prelude::*;

use super::bits::{button, tick};
use super::draw::path;
use crate::base::Time;
use crate::lessons::map::{self, Card, Direction, GROUPS};
use crate::lessons::map_drawing::{self, EdgeView, SIZE};
use crate::lessons::miniature::{self, CardRun, Miniature};
use crate::tr;
use crate::view::path::number;
use crate::web::{browser, parts, visits};
use crate::words::{Language, translate};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
}

/// What is known of a visitor's cards.
#[derive(PartialEq)]
struct Visit {
    opened: Vec<String>,
    new: Vec<&'static str>,
}

#[component]
pub fn ConceptMap(props: &Props) -> Html {
    let language = props.language;
    let pictures = use_state(|| Rc::new(Vec::<Miniature>::new()));
    let visit = use_memo((), |()| Visit { opened: visits::opened(), new: visits::new() });
    {
        let pictures = pictures.clone();
        use_effect_with((), move |()| {
            yew::platform::spawn_local(async move {
                // A map without its pictures is one all the same.
                if let Ok(text) = parts::read("map.txt").await {
                    pictures.set(Rc::new(miniature::read(&text)));
                }
            });
        });
    }
    let onkeydown = Callback::from(|event: KeyboardEvent| go(&event));
    let alive = use_state(|| None::<&'static str>);
    let enter = {
        let alive = alive.clone();
        move |target: Option<EventTarget>| {
            let card = card_at(target).filter(|_| !browser::preferences().reduced_motion);
            if *alive != card {
                alive.set(card);
            }
        }
    };
    let (on_over, on_out) = (enter.clone(), enter.clone());
    let onmouseover = Callback::from(move |event: MouseEvent| on_over(event.target()));
    let onmouseout = Callback::from(move |event: MouseEvent| on_out(event.related_target()));
    let on_focus = enter.clone();
    let onfocusin = Callback::from(move |event: FocusEvent| on_focus(event.target()));
    let onfocusout = Callback::from(move |event: FocusEvent| enter(event.related_target()));
    html! {
        <section class="map" aria-labelledby="map-title">
            <header>
                <h2 id="map-title">{ tr!(language, "The map") }</h2>
                <p class="soft">{ tr!(language, "Every box is a run. Press one, and it plays.") }</p>
                { legend(&visit, language) }
                { take_away(language) }
            </header>
            <div class="concepts" {onkeydown} {onmouseover} {onmouseout} {onfocusin} {onfocusout}>
                { ways(language) }
                { for stretches().into_iter().map(|cards| group(&cards, &pictures, *alive, &visit, language)) }
            </div>
        </section>
    }
}

/// What the signs on the cards mean, where there are any.
fn legend(visit: &Visit, language: Language) -> Html {
    html! {
        <>
            if !visit.opened.is_empty() { <p class="soft sign">{ tick() }{ tr!(language, "you have opened it") }</p> }
            if !visit.new.is_empty() {
                <p class="soft sign"><span class="new">{ tr!(language, "new") }</span>{ tr!(language, "since you were here") }</p>
            }
        </>
    }
}

/// The map as a file.
fn take_away(language: Language) -> Html {
    let save = |name: &'static str, draw: fn(Language) -> String| {
        Callback::from(move |_: MouseEvent| browser::save(name, &draw(language)))
    };
    html! {
        <p class="soft away">
            { tr!(language, "Take the map away:") }
            { button("inline", None, tr!(language, "picture"), save("synod-map.svg", map_drawing::svg)) }
            { button("inline", None, tr!(language, "Mermaid text"), save("synod-map.mmd", map_drawing::mermaid)) }
        </p>
    }
}

/// The cards in the order in which they are read, those of a group together, and those that stand alone
/// beside each other.
fn stretches() -> Vec<Vec<&'static Card>> {
    let mut stretches: Vec<Vec<&Card>> = Vec::new();
    for card in map::cards() {
        match stretches.last_mut().filter(|cards| cards[0].group == card.group) {
            Some(cards) => cards.push(card),
            None => stretches.push(vec![card]),
        }
    }
    stretches
}

fn place(column: usize, row: usize) -> Classes {
    classes!(format!("c{column}"), format!("r{row}"))
}

fn group(
    cards: &[&'static Card],
    pictures: &[Miniature],
    alive: Option<&str>,
    visit: &Visit,
    language: Language,
) -> Html {
    let title = cards[0].group.map(|group| {
        let group = &GROUPS[group];
        html! {
            <h3 class={place(group.from.0, group.from.1)}>
                { translate(language, group.title) }<span>{ translate(language, group.told) }</span>
            </h3>
        }
    });
    html! {
        <section class={if title.is_some() { "together" } else { "alone" }}>
            { title }
            <ul>{ for cards.iter().map(|card| concept(card, pictures, alive, visit, language)) }</ul>
        </section>
    }
}

fn concept(
    card: &'static Card,
    pictures: &[Miniature],
    alive: Option<&str>,
    visit: &Visit,
    language: Language,
) -> Html {
    let is_opened = visit.opened.iter().any(|scene| scene == card.scene);
    let is_new = !is_opened && visit.new.contains(&card.scene);
    let picture = pictures.iter().find(|picture| picture.scene == card.scene);
    html! {
        <li class={place(card.column, card.row)}>
            <a class="concept" href={card.link()} data-scene={card.scene}>
                if alive == Some(card.scene) { <Living scene={card.scene} still={picture.cloned()} /> }
                else { { drawn(picture) } }
                <strong>{ translate(language, card.title) }</strong>
                if is_opened { <span class="mark">{ tick() }<span class="unseen">{ tr!(language, "you have opened it") }</span></span> }
                if is_new { <span class="mark new">{ tr!(language, "new") }</span> }
                <span class="told">{ translate(language, card.told) }</span>
            </a>
        </li>
    }
}

fn drawn(picture: Option<&Miniature>) -> Html {
    html! {
        <svg class="miniature" viewBox={picture.map(|picture| picture.view_box.clone())} aria-hidden="true" focusable="false">
            { for picture.iter().flat_map(|picture| &picture.paths).map(|(class, d)| html! { <path class={class.clone()} d={d.clone()} /> }) }
        </svg>
    }
}

#[derive(Properties, PartialEq)]
struct LivingProps {
    scene: &'static str,
    /// What is seen until it plays, or where it cannot.
    still: Option<Miniature>,
}

/// So long somebody stays on a card before its picture plays, and between two pictures, in ms.
const WAIT: u32 = 150;
const EVERY: u32 = 80;

/// A picture that plays.
#[component]
fn Living(props: &LivingProps) -> Html {
    let shown = use_state(|| props.still.clone());
    {
        let shown = shown.clone();
        use_effect_with(props.scene, move |scene| {
            let scene = *scene;
            let ticking = Rc::new(RefCell::new(None));
            let ticks = ticking.clone();
            let wait = Timeout::new(WAIT, move || {
                let Some(mut run) = map::card(scene).and_then(CardRun::of) else { return };
                let tick = Interval::new(EVERY, move || {
                    if !browser::document().hidden() {
                        run.play(Time::millis(u64::from(EVERY)));
                        shown.set(run.miniature());
                    }
                });
                ticks.replace(Some(tick));
            });
            move || drop((wait, ticking.take()))
        });
    }
    drawn(shown.as_ref())
}

/// The scene of the card that this belongs to.
fn card_at(target: Option<EventTarget>) -> Option<&'static str> {
    let element = target?.dyn_into::<Element>().ok()?;
    let scene = element.closest(".concept").ok()??.get_attribute("data-scene")?;
    map::card(&scene).map(|card| card.scene)
}

/// What lies behind the cards: frames of the groups, and the edges.
fn ways(language: Language) -> Html {
    let frame = |group| {
        let (at, size) = map_drawing::frame(group);
        html! { <rect class="frame" x={number(at.x)} y={number(at.y)} width={number(size.w)} height={number(size.h)} rx="8" /> }
    };
    let way =
        |way: &EdgeView| html! { <>{ path("way", &way.path()) }{ path("tip", &way.head()) }</> };
    let label = |way: &EdgeView| {
        way.label.map(|(label, at)| {
            html! { <text x={number(at.x)} y={number(at.y + 4.0)}>{ translate(language, label) }</text> }
        })
    };
    let all = map_drawing::ways();
    html! {
        <svg class="ways" viewBox={format!("0 0 {} {}", SIZE.w, SIZE.h)} aria-hidden="true" focusable="false">
            { for GROUPS.iter().map(frame) }
            { for all.iter().map(way) }
            { for all.iter().filter_map(label) }
        </svg>
    }
}

/// An arrow key on a card leads to another.
fn go(event: &KeyboardEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let scene = target.and_then(|target| target.get_attribute("data-scene"));
    let from = scene.and_then(|scene| map::card(&scene));
    let Some((from, way)) = from.zip(Direction::of(&event.key())) else { return };
    let to = map::next(from, way).and_then(|card| {
        let selector = format!("[data-scene=\"{}\"]", card.scene);
        browser::document().query_selector(&selector).ok().flatten()
    });
    if let Some(to) = to {
        browser::focus(&to);
    }
    event.prevent_default();
}
