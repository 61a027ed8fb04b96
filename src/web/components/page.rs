//! The whole page: its regions, and who is given what.

use std::cell::Cell;

use web_sys::File;
use yew::prelude::*;

use super::caption::{caption, goal, sequel};
use super::controls::{self, control_bar};
use super::diagram_menu::{self, DiagramMenu};
use super::door::{below, front};
use super::drag::Stroke;
use super::draw::{names, when};
use super::history::HistoryFigure;
use super::inspector::Inspector;
use super::measures::MeasuresView;
use super::notice::notice;
use super::overview::Extent;
use super::pane::{PaneFrame, pane_head};
use super::props::ToolsProps;
use super::reading_room::{slide, term};
use super::stage::Stage;
use super::timeline::Timeline;
use super::tip::Tip;
use super::tools::tools;
use super::top_bar::TopBar;
use crate::command::Quality;
use crate::player::gestures::OptionChoice;
use crate::player::{Action, Below, Door, Selection, Sequel, Tab, Table, Ui, Window};
use crate::sim::snapshot::MessageShot;
use crate::web::browser::focus;
use crate::web::comparison::{DivergenceText, PaneComparison};
use crate::web::frame::{Controls, Heading, Inspection, Instant, Light};
use crate::web::pick::PickedBy;
use crate::web::picture::PaneView;
use crate::web::shared::Shared;
use crate::words::Language;
use crate::{tr, words};

/// What the page shows, and whom it tells.
pub struct Page<'a> {
    pub root: &'a NodeRef,
    pub id: &'a AttrValue,
    pub heading: &'a Shared<Heading>,
    pub controls: Controls,
    /// By pane.
    pub views: &'a [PaneView],
    pub comparison: Option<&'a PaneComparison>,
    pub active: usize,
    pub inspection: &'a Shared<Inspection>,
    pub narration: &'a AttrValue,
    pub ui: &'a Ui,
    /// In the active pane.
    pub light: Option<&'a Shared<Light>>,
    pub instant: Option<&'a Shared<Instant>>,
    /// A file that was dropped onto the page.
    pub dropped: Option<&'a File>,
    /// What came of the last act by hand.
    pub sequel: Option<&'a Sequel>,
    pub network: Quality,
    /// The options of the active run.
    pub options: Vec<OptionChoice>,
    pub overview: Extent,
    pub diagram: diagram_menu::Props,
    /// The timeline's window at any moment.
    pub window: &'a Shared<Cell<Window>>,
    /// The timeline as a table, if it is shown as one.
    pub table: Option<&'a Shared<Table>>,
    pub menu: Option<(Selection, PickedBy)>,
    /// What the message under the pointer carries.
    pub hovered: Option<&'a Shared<MessageShot>>,
    /// Nothing was ever done by hand here: the stage says what can be.
    pub is_new: bool,
    pub drawer: bool,
    pub act: &'a Callback<Action>,
    pub pick: &'a Callback<(Selection, PickedBy)>,
    pub stroke: &'a Callback<Stroke>,
    pub close_menu: &'a Callback<()>,
    pub open_drawer: &'a Callback<bool>,
}

/// For whoever goes by keys: past the bar, to who stands on the stage.
fn way_to_stage(root: &NodeRef, language: Language) -> Html {
    let root = root.clone();
    let onclick = Callback::from(move |_: MouseEvent| {
        let stage = "main.stage .scene [tabindex=\"0\"]";
        let first = root.cast::<web_sys::Element>().map(|root| root.query_selector(stage));
        if let Some(Ok(Some(first))) = first {
            focus(&first);
        }
    });
    html! { <button class="skip" {onclick}>{ tr!(language, "To the stage") }</button> }
}

/// More boxes than the usual five servers and their client have no room in a small phone's window: the page scrolls
/// there, and the stage takes what it needs; of a crowd, still more.
const USUAL: usize = 6;
const CROWD: usize = 11;

/// Draws the page.
pub fn page(props: Page<'_>) -> Html {
    let Page { id, ui, act, .. } = props;
    let language = ui.language;
    let scene = &props.views[props.active.min(props.views.len() - 1)].scene;
    let said = scene.caption.as_deref().map(|caption| words::translate(language, caption));
    let boxes = scene.layout.nodes.len() + scene.layout.clients.len();
    let classes = names(&[
        "synod",
        when(props.drawer, "drawer-open"),
        when(props.controls.playing, "playing"),
        when(props.comparison.is_some(), "two"),
        when(ui.below != Below::Diagram, "measured"),
        when(ui.door.is_some(), "at-door"),
        when(ui.door == Some(Door::Map), "at-map"),
        when(ui.tab == Tab::Lesson, "reads"),
        when(ui.presents, "presents"),
        when(ui.black, "black"),
        when(scene.field.is_none() && boxes > USUAL, "crowded"),
        when(scene.field.is_none() && boxes > CROWD, "packed"),
    ]);
    let shown_tools = ToolsProps {
        tool: ui.tool,
        language,
        network: props.network,
        options: &props.options,
        pane: props.active,
        changed: scene.network.as_deref(),
        forks: props.controls.forks,
        is_new: props.is_new,
        pauses: scene.layout.places.kinds().len() > 1,
        troubled: scene.troubled,
        find: scene.field.is_some().then_some(&scene.layout.places),
        act,
    };
    let shown_controls = controls::Props {
        id,
        controls: &props.controls,
        act,
        drawer: props.drawer,
        open_drawer: props.open_drawer,
        below: ui.below,
        diagram: html! { <DiagramMenu ..props.diagram.clone() /> },
    };
    html! {
        <div class={classes} ref={props.root} id={id.clone()} lang={language.tag()} data-theme={ui.theme.code()}>
            { way_to_stage(props.root, language) }
            <TopBar id={id.clone()} heading={props.heading.clone()} dialog={ui.dialog} instant={props.instant.cloned()} dropped={props.dropped.cloned()} act={act} />
            { front(ui, props.heading.scene, props.controls.playing, act) }
            <main class="stage" aria-label={tr!(language, "Stage")}>
                <div class="panes">{ for props.views.iter().enumerate().map(|(place, view)| stage(&props, place, view)) }</div>
                { tools(&shown_tools) }
                <div class="said">{ notice(ui.notice.as_ref(), scene.event, language, act) }{ fetching(ui) }{ presented(&props) }{ caption(said) }{ goal(scene.goal, language) }{ sequel(props.sequel.filter(|_| said.is_none()), language, act) }</div>
            </main>
            <footer class="time">
                { control_bar(&shown_controls) }
                <div class="tracks">{ for props.views.iter().enumerate().map(|(place, view)| diagram(&props, place, view)) }</div>
            </footer>
            <Inspector id={id.clone()} inspection={props.inspection.clone()} {language} notice={ui.notice.clone()}
                act={act} open={props.drawer} open_drawer={props.open_drawer} />
            { below(ui, props.heading.scene) }
            if let Some(name) = ui.term.as_deref().filter(|_| ui.door.is_none()) { { term(name, language, act) } }
            <div class="unseen" role="status" aria-live="polite">{ props.narration }</div>
            <Tip id={props.views[props.active.min(props.views.len() - 1)].id.clone()} root={props.root.clone()} scene={scene.clone()}
                hovered={props.hovered.cloned()} {language} act={act} />
        </div>
    }
}

/// What a room that looks on is to read, and how to go on.
fn presented(props: &Page<'_>) -> Html {
    let language = props.ui.language;
    if !props.ui.presents {
        return Html::default();
    }
    let study = props.inspection.study.as_ref();
    let black =
        props.ui.black.then(|| tr!(language, "The screen is black: B brings the stage back."));
    let keys = [
        (tr!(language, "PgDn"), tr!(language, "next")),
        (".", tr!(language, "black")),
        ("1 … 9", tr!(language, "light a server")),
        (tr!(language, "Esc"), tr!(language, "everything again")),
    ];
    html! {
        <>
        <span class="unseen" role="status">{ black }</span>
        { study.map(|study| slide(study, language)) }
        <p class="clicker soft">
            { for keys.into_iter().map(|(key, does)| html! { <span><kbd>{ key }</kbd>{ does }</span> }) }
        </p>
        </>
    }
}

/// That something is on its way, and what: what runs goes on meanwhile.
fn fetching(ui: &Ui) -> Html {
    html! {
        <div role="status">
            if let Some(told) = &ui.fetching { <span class="fetching">{ words::tell(ui.language, told) }</span> }
        </div>
    }
}

/// A pane's picture; where there are two, with what is different over it.
fn stage(props: &Page<'_>, place: usize, view: &PaneView) -> Html {
    let (ui, act) = (props.ui, props.act);
    let language = ui.language;
    let active = place == props.active;
    let frame = PaneFrame::of(props.comparison, place, language, act);
    let light = props.light.filter(|_| active).cloned();
    // Dots have them in their legend.
    let measures = if view.scene.field.is_some() { &[][..] } else { &view.scene.measures };
    frame.around("pane", place, html! {
        <>
            { props.comparison.map(|comparison| pane_head(comparison, place, measures, language, act)) }
            <div class="picture">
                <Stage
                    id={view.id.clone()} scene={view.scene.clone()} told={view.told.clone()} selection={selection(props, place)}
                    tool={ui.tool} {light} {language} menu={props.menu.filter(|_| active)} inspection={props.inspection.clone()} {active}
                    act={act} pick={props.pick} stroke={props.stroke} close_menu={props.close_menu}
                />
            </div>
        </>
    })
}

/// A pane's space-time diagram. The bar of the whole run stands once, below both.
fn diagram(props: &Page<'_>, place: usize, view: &PaneView) -> Html {
    let (ui, act) = (props.ui, props.act);
    let language = ui.language;
    let frame = PaneFrame::of(props.comparison, place, language, act);
    let differs = match props.comparison.map(|comparison| &comparison.divergence) {
        Some(DivergenceText::At(at, _)) => Some(*at),
        _ => None,
    };
    let extent = (place == 0).then(|| props.overview.clone());
    let letter = frame.letter;
    let light = props.light.filter(|_| place == props.active).cloned();
    let table = props.table.filter(|_| place == props.active).cloned();
    frame.around("track", place, html! {
        <>
            <Timeline id={view.id.clone()} sheet={view.sheet.clone()} window={props.window.clone()} selection={selection(props, place)}
                lanes={ui.lanes.clone()} {table} {light} {language} {extent} {differs} {letter} act={act} />
            if let Some(measures) = &view.measures {
                <MeasuresView measures={measures.clone()} pane={place} as_table={ui.table.is_some()} {letter} {language} act={act} />
            }
            if let Some(history) = &view.history {
                <HistoryFigure history={history.clone()} now={props.inspection.now} as_table={ui.table.is_some()} {letter} {language} act={act} />
            }
        </>
    })
}

/// What is selected in a pane. A message is in one only: in the other its number is another's.
fn selection(props: &Page<'_>, place: usize) -> Option<Selection> {
    let message = |selection: &Selection| matches!(selection, Selection::Message(_));
    props.ui.selection.filter(|selection| place == props.active || !message(selection))
}
