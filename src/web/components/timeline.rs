//! The space-time diagram: drag its axis to scrub, its lanes to pan, a name to another place; the
//! wheel or two fingers zoom; more lanes than fit are scrolled; an arrow clicked is a message
//! selected. With the focus on it, it has keys of its own (`player/keys.rs`). It can be read as a
//! table instead.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use web_sys::Element;
use yew::prelude::*;

use super::draw::{names, path, text, when};
use super::event_table::{event_table, use_event_table};
use super::holding_bars::{holding_bars, overlap_texts, writes};
use super::lane_names::{Held, lane_menu, lane_names, use_lane_menu};
use super::light::over_diagram;
use super::overview::{Bar, Extent, overview};
use super::slice::{Drawn, SliceFigure, SliceGround};
use crate::base::Time;
use crate::player::{
    Action, LaneChange, Lanes, PageAction, Selection, Table, TimeAction, TimelineAction, Window,
};
use crate::tr;
use crate::view::diagram::ticks::seconds;
use crate::view::path::{number, translate, within};
use crate::view::{Path, Point, Rows, Sheet};
use crate::web::animator::{BEFORE, tick_id};
use crate::web::browser::{set, style};
use crate::web::frame::Light;
use crate::web::picture::{AXIS, GUTTER};
use crate::web::shared::Shared;
use crate::words::Language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub id: AttrValue,
    pub sheet: Shared<Sheet>,
    /// At any moment: it is moved without drawing anew.
    pub window: Shared<Cell<Window>>,
    pub selection: Option<Selection>,
    pub lanes: Lanes,
    /// The way of causes, past and future, while somebody asks why.
    pub light: Option<Shared<Light>>,
    /// Instead of the picture.
    pub table: Option<Shared<Table>>,
    pub language: Language,
    /// The whole run, for the bar below, if it is to be there.
    pub extent: Option<Extent>,
    /// When this run and the one beside it first differ, and what this one is called there.
    pub differs: Option<Time>,
    pub letter: Option<&'static str>,
    pub act: Callback<Action>,
}

/// What the fingers on the diagram are doing.
#[derive(Default)]
struct Hand {
    /// Pointers that are down: id and place.
    down: Vec<(i32, Point)>,
    mode: Mode,
    moved: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Mode {
    #[default]
    Idle,
    Scrub,
    Pan,
    Pinch,
    /// A row's name is held.
    Name(usize),
}

/// How near a click must be to an arrow, in pixels.
const REACH: f64 = 9.0;

#[component]
pub fn Timeline(props: &Props) -> Html {
    let Props { id, sheet, language, .. } = props;
    let svg = use_node_ref();
    let hand = use_mut_ref(Hand::default);
    let bar = use_memo((), |()| Bar::default());
    // Yew listens at the page's root: the diagram itself is known by its reference only.
    let menu = use_lane_menu(id);
    let reading = || Reading {
        sheet: props.sheet.clone(),
        window: props.window.clone(),
        act: props.act.clone(),
        open: menu.open.clone(),
    };
    let listener = |heard: fn(&RefCell<Hand>, &Reading, &PointerEvent, &Element)| {
        let (hand, reading, svg) = (hand.clone(), reading(), svg.clone());
        Callback::from(move |event: PointerEvent| {
            if let Some(diagram) = svg.cast::<Element>() {
                heard(&hand, &reading, &event, &diagram);
            }
        })
    };
    let (onpointerdown, onpointermove, onpointerup) =
        (listener(press), listener(drag), listener(release));
    let onpointercancel = {
        let hand = hand.clone();
        Callback::from(move |_: PointerEvent| *hand.borrow_mut() = Hand::default())
    };
    use_wheel(&svg, reading());
    use_scrolling(&svg, GUTTER + sheet.width);
    // A press is not for the focus: the page's own keys go on.
    let onmousedown = Callback::from(|event: MouseEvent| event.prevent_default());
    let height = sheet.rows.bottom() + 2.0;
    let window = props.window.get();
    let label = tr!(
        *language,
        "Space-time diagram from {0} to {1}",
        seconds(window.from, 2),
        seconds(window.to(), 2)
    );
    let (is_table, many) = (props.table.is_some(), sheet.rows.are_many());
    let place = use_event_table(props.table.as_ref().map(|table| table.here));
    html! {
        <>
        <div class={names(&["spacetime", when(is_table, "as-table"), when(many, "many")])}>
            <svg ref={svg} class="diagram" role="group" tabindex="0" aria-label={label}
                viewBox={format!("0 0 {} {}", number(GUTTER + sheet.width), number(height))}
                {onmousedown} {onpointerdown} {onpointermove} {onpointerup} {onpointercancel}>
                { lifelines(&sheet.rows) }
                <g transform={format!("translate({} 0)", number(GUTTER))}>
                    <g id={format!("{id}-scroll")}>
                        { moving(props, height) }
                    </g>
                </g>
                { lane_names(id, &sheet.rows, &menu, *language, &props.act) }
                <g>if many { <rect class="plate axis" width={number(GUTTER)} height={number(AXIS)} /> }</g>
                { text("letter", Point::new(12.0, 12.0), props.letter.unwrap_or("")) }
            </svg>
            { hint(props, window) }
            // A child in any case: one more or less, and Yew would make the diagram anew, which the
            // animator moves.
            { props.table.as_ref().map(|table| event_table(place, table, *language, &props.act)).unwrap_or_default() }
        </div>
        { lane_menu(&menu, &props.lanes, &sheet.rows, *language, &props.act) }
        { props.extent.as_ref().map(|extent| overview(id, extent, &bar, *language, &props.act)) }
        </>
    }
}

/// What moves as time is scrolled.
fn moving(props: &Props, height: f64) -> Html {
    let Props { id, sheet, language, .. } = props;
    html! {
        <>
            { grid(sheet) }
            { known(props, height) }
            { writes(&sheet.holdings, *language) }
            <rect class="future" id={format!("{id}-future")} y={number(AXIS)} height={number(height)} width="100000" />
            { selected(props) }
            <g class="light">{ for props.light.iter().map(|light| over_diagram(light, sheet, *language)) }</g>
            { differs(props, height) }
            { ticks(id, sheet) }
            <g class="cursor" id={format!("{id}-cursor")}>
                { path("line", Path::new().move_to(Point::new(0.0, 10.0)).down_to(height)) }
                <path class="handle" d="M-7 3H7V8L0 15L-7 8Z" />
            </g>
        </>
    }
}

/// What has to be said of the picture.
fn hint(props: &Props, window: Window) -> Html {
    let text = if props.table.is_some() {
        return Html::default();
    } else if props.sheet.crowded(window.from, window.to()) {
        tr!(
            props.language,
            "Too many messages for arrows. Bars: how many arrive; from above: how many are lost. Zoom in for arrows."
        )
    } else if props.sheet.truncated() {
        tr!(props.language, "What is further back is drawn when the cursor is there.")
    } else {
        return Html::default();
    };
    html! { <p class="hint-line">{ text }</p> }
}

/// The lanes' lines do not scroll.
fn lifelines(rows: &Rows) -> Html {
    let mut lines = Path::new();
    for row in 0..rows.lanes().len() {
        lines.move_to(Point::new(GUTTER, rows.y(row))).across_to(GUTTER + 10_000.0);
    }
    path("actor-line", &lines)
}

fn grid(sheet: &Sheet) -> Html {
    let mut grid = Path::new();
    for (x, _) in &sheet.ticks {
        grid.move_to(Point::new(*x, AXIS - 2.0)).down_to(sheet.rows.bottom());
    }
    html! { <g class="ticks">{ path("grid", &grid) }</g> }
}

/// The times; the animator says where each stands. Where the lanes are scrolled they stay, on a plate.
fn ticks(id: &str, sheet: &Sheet) -> Html {
    let tick = |(x, tick): &(f64, crate::view::diagram::ticks::Tick)| {
        html! {
            <g key={tick.at.0}>
                <text class="tick" id={tick_id(id, tick.at)} x={number(x + 5.0)} y="11">{ &tick.label }</text>
            </g>
        }
    };
    let plate = sheet.rows.are_many().then(|| {
        html! { <rect class="plate" x="-50000" width="200000" height={number(AXIS)} /> }
    });
    html! { <g class="axis ticks">{ plate }{ for sheet.ticks.iter().map(tick) }</g> }
}

/// What has happened: cut off where the run is known no further, so that bands and messages under
/// way end there without being drawn anew.
fn known(props: &Props, height: f64) -> Html {
    let sheet = &props.sheet;
    let at = |slice: &crate::view::Slice| translate(Point::new(sheet.scale.x(slice.from), 0.0));
    let (bottom, language) = (sheet.rows.bottom(), props.language);
    let ground = |slice: &Rc<crate::view::Slice>| {
        html! {
            <g key={slice.from.0} transform={at(slice)}>
                <SliceGround slice={Drawn(slice.clone())} {bottom} {language} />
            </g>
        }
    };
    let slice = |slice: &Rc<crate::view::Slice>| {
        html! {
            <g key={slice.from.0} transform={at(slice)}>
                <SliceFigure slice={Drawn(slice.clone())} {bottom} {language} />
            </g>
        }
    };
    html! {
        <svg id={format!("{}-known", props.id)} x={number(-BEFORE)} height={number(height)}>
            <g transform={format!("translate({} 0)", number(BEFORE))}>
                <g>{ for sheet.slices.iter().map(ground) }</g>
                { holding_bars(&sheet.holdings, language) }
                <g>{ for sheet.slices.iter().map(slice) }</g>
                { path("messageLine going", &sheet.under_way.sound) }
                { path("messageLine lost", &sheet.under_way.doomed) }
                { path("denials", &sheet.under_way.denials) }
                { overlap_texts(&sheet.holdings, language) }
            </g>
        </svg>
    }
}

/// The arrow of the selected message.
fn selected(props: &Props) -> Html {
    let Some(Selection::Message(id)) = props.selection else { return Html::default() };
    let sheet = &props.sheet;
    let arrow = sheet.slices.iter().find_map(|slice| {
        let arrow = slice.diagram.arrows.iter().find(|arrow| arrow.sent == id)?;
        let x = sheet.scale.x(slice.from);
        Some((arrow.from.plus(x, 0.0), arrow.to.plus(x, 0.0)))
    });
    let Some((from, to)) = arrow else { return Html::default() };
    path("chosen", Path::new().line(from, to))
}

/// Where this run and the one beside it first differ.
fn differs(props: &Props, height: f64) -> Html {
    let Some(at) = props.differs else { return Html::default() };
    let mut line = Path::new();
    line.move_to(Point::new(0.0, AXIS)).down_to(height);
    html! {
        <g class="parting" transform={translate(Point::new(props.sheet.scale.x(at), 0.0))}>
            { path("", &line) }
            { text("", Point::new(4.0, AXIS + 11.0), "≠") }
        </g>
    }
}

/// What the listeners need to know.
#[derive(Clone)]
struct Reading {
    sheet: Shared<Sheet>,
    window: Shared<Cell<Window>>,
    act: Callback<Action>,
    open: Callback<Held>,
}

impl Reading {
    fn time(&self, x: f64) -> Time {
        let from = self.sheet.scale.x(self.window.get().from);
        self.sheet.scale.time(x - GUTTER + from)
    }

    fn micros(&self, pixels: f64) -> i64 {
        (pixels / self.sheet.scale.pixels_per_micro).round() as i64
    }
}

/// How many pixels one of the diagram's units has.
fn pixels(diagram: &Element, sheet: &Sheet) -> f64 {
    diagram.get_bounding_client_rect().width().max(1.0) / (GUTTER + sheet.width)
}

/// The place of a pointer within the diagram.
fn place(event: &MouseEvent, diagram: &Element, sheet: &Sheet) -> Point {
    let (rect, pixels) = (diagram.get_bounding_client_rect(), pixels(diagram, sheet));
    let x = f64::from(event.client_x()) - rect.left();
    let y = f64::from(event.client_y()) - rect.top();
    Point::new(x / pixels, y / pixels)
}

/// How far the lanes are scrolled.
fn scrolled(diagram: &Element, sheet: &Sheet) -> f64 {
    let room = diagram.parent_element().map_or(0.0, |room| f64::from(room.scroll_top()));
    room / pixels(diagram, sheet)
}

fn press(hand: &RefCell<Hand>, reading: &Reading, event: &PointerEvent, diagram: &Element) {
    let at = place(event, diagram, &reading.sheet);
    let _ = diagram.set_pointer_capture(event.pointer_id());
    set(diagram, "data-dragging", "yes");
    let mut hand = hand.borrow_mut();
    hand.down.push((event.pointer_id(), at));
    hand.moved = false;
    hand.mode = match hand.down.len() {
        1 if at.y - scrolled(diagram, &reading.sheet) < AXIS + 2.0 => Mode::Scrub,
        1 => match reading.sheet.rows.row_at(at.y).filter(|_| at.x < GUTTER) {
            Some(row) => Mode::Name(row),
            None => Mode::Pan,
        },
        _ => Mode::Pinch,
    };
    if hand.mode == Mode::Scrub {
        drop(hand);
        reading.act.emit(Action::Time(TimeAction::Pause));
        reading.act.emit(Action::Time(TimeAction::Seek(reading.time(at.x))));
    }
}

fn drag(hand: &RefCell<Hand>, reading: &Reading, event: &PointerEvent, diagram: &Element) {
    let at = place(event, diagram, &reading.sheet);
    let mut held = hand.borrow_mut();
    let Some(index) = held.down.iter().position(|(id, _)| *id == event.pointer_id()) else {
        return;
    };
    let before = held.down[index].1;
    if !held.moved && before.distance(at) < 4.0 && held.mode != Mode::Scrub {
        return;
    }
    held.moved = true;
    let other = held.down.iter().find(|(id, _)| *id != event.pointer_id()).map(|(_, place)| *place);
    held.down[index].1 = at;
    let mode = held.mode;
    drop(held);
    match (mode, other) {
        (Mode::Scrub, _) => reading.act.emit(Action::Time(TimeAction::Seek(reading.time(at.x)))),
        (Mode::Name(row), _) => {
            let rows = &reading.sheet.rows;
            let Some(goal) = rows.row_at(at.y).filter(|goal| *goal != row) else { return };
            let lanes = rows.lanes();
            for lane in &lanes[row] {
                reading.act.emit(Action::Timeline(TimelineAction::Lanes(LaneChange::To(
                    *lane,
                    lanes[goal][0],
                ))));
            }
            hand.borrow_mut().mode = Mode::Name(goal);
        }
        (Mode::Pan, _) => {
            if reading.sheet.rows.are_many()
                && let Some(room) = diagram.parent_element()
            {
                let sheet = &reading.sheet;
                let to = scrolled(diagram, sheet) + before.y - at.y;
                room.set_scroll_top((to * pixels(diagram, sheet)) as i32);
                // The diagram has moved beneath the finger.
                hand.borrow_mut().down[index].1.y = place(event, diagram, sheet).y;
            }
            reading
                .act
                .emit(Action::Timeline(TimelineAction::Pan(reading.micros(before.x - at.x))));
        }
        (Mode::Pinch, Some(other)) => {
            let (was, is) =
                ((before.x - other.x).abs().max(10.0), (at.x - other.x).abs().max(10.0));
            let percent = (100.0 * was / is).round() as u32;
            reading.act.emit(Action::Timeline(TimelineAction::Zoom {
                percent,
                around: reading.time(other.x),
            }));
        }
        _ => {}
    }
}

fn release(hand: &RefCell<Hand>, reading: &Reading, event: &PointerEvent, diagram: &Element) {
    let at = place(event, diagram, &reading.sheet);
    let _ = diagram.remove_attribute("data-dragging");
    let mut hand = hand.borrow_mut();
    hand.down.retain(|(id, _)| *id != event.pointer_id());
    let clicked = !hand.moved && hand.mode == Mode::Pan;
    if let (Mode::Name(row), false) = (hand.mode, hand.moved) {
        let lane = reading.sheet.rows.lanes().get(row).map(|lanes| lanes[0]);
        lane.into_iter().for_each(|lane| reading.open.emit(Held { lane, by_keyboard: false }));
    }
    hand.mode = if hand.down.is_empty() { Mode::Idle } else { Mode::Pan };
    drop(hand);
    if !clicked {
        return;
    }
    let from = reading.sheet.scale.x(reading.window.get().from);
    match reading.sheet.hit(Point::new(at.x - GUTTER + from, at.y), REACH) {
        // What never left is no message that could be looked at: there the instant is shown.
        Some(arrow) if arrow.sent != 0 => {
            reading
                .act
                .emit(Action::Page(PageAction::Select(Some(Selection::Message(arrow.sent)))));
        }
        _ => {
            reading.act.emit(Action::Time(TimeAction::Pause));
            reading.act.emit(Action::Time(TimeAction::Seek(reading.time(at.x))));
        }
    }
}

/// Where the lanes are scrolled, the axis stays: how far they are is told to the style sheet.
#[hook]
fn use_scrolling(svg: &NodeRef, width: f64) {
    let svg = svg.clone();
    use_effect_with(width, move |width| {
        let width = *width;
        let room = svg.cast::<Element>().and_then(|svg| svg.parent_element());
        let listener = room.map(|room| {
            let inside = room.clone();
            gloo_events::EventListener::new(&room, "scroll", move |_| {
                let pixels = f64::from(inside.client_width()) / width;
                let units = f64::from(inside.scroll_top()) / pixels;
                style(&inside, "--scrolled", &format!("{units}px"));
            })
        });
        move || drop(listener)
    });
}

/// The wheel zooms around the pointer; sideways, or with shift, it pans. Over the names it scrolls
/// the lanes, where there are more than fit.
#[hook]
fn use_wheel(svg: &NodeRef, reading: Reading) {
    use gloo_events::{EventListener, EventListenerOptions};
    use wasm_bindgen::JsCast;
    // What it reads changes with every event; the listener stays.
    let latest = use_mut_ref(|| reading.clone());
    *latest.borrow_mut() = reading;
    let svg = svg.clone();
    use_effect_with((), move |()| {
        let listener = svg.cast::<Element>().map(|element| {
            let inside = element.clone();
            // Not passive: the page must not scroll as well.
            let options = EventListenerOptions::enable_prevent_default();
            EventListener::new_with_options(&element, "wheel", options, move |event| {
                let Some(event) = event.dyn_ref::<WheelEvent>() else { return };
                let reading = latest.borrow().clone();
                let x = place(event, &inside, &reading.sheet).x;
                if x < GUTTER && reading.sheet.rows.are_many() {
                    return;
                }
                event.prevent_default();
                let (dx, dy) = (event.delta_x(), event.delta_y());
                if event.shift_key() || dx.abs() > dy.abs() {
                    let pixels = if dx.abs() > dy.abs() { dx } else { dy };
                    reading.act.emit(Action::Timeline(TimelineAction::Pan(reading.micros(pixels))));
                } else {
                    let percent = within(100.0 + dy / 4.0, 60.0, 166.0) as u32;
                    reading.act.emit(Action::Timeline(TimelineAction::Zoom {
                        percent,
                        around: reading.time(x),
                    }));
                }
            })
        });
        move || drop(listener)
    });
}
