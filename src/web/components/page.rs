//! The whole page: its regions, and who is given what.

use std::cell::Cell;

use yew::prelude::*;

use super::caption::caption;
use super::controls::{self, control_bar};
use super::diagram_menu::{self, DiagramMenu};
use super::drag::Stroke;
use super::draw::{names, when};
use super::inspector::Inspector;
use super::notice::notice;
use super::overview::Extent;
use super::stage::Stage;
use super::timeline::Timeline;
use super::tools::{self, tools};
use super::top_bar::TopBar;
use crate::command::Quality;
use crate::player::{Action, Selection, Table, Ui, Window};
use crate::sim::snapshot::LinkState;
use crate::view::links::Wire;
use crate::view::{Scene, Sheet};
use crate::web::frame::{Controls, Heading, Inspection, Instant};
use crate::web::message::By;
use crate::web::shared::Shared;
use crate::{tr, words};

/// What the page shows, and whom it tells.
pub struct Page<'a> {
    pub root: &'a NodeRef,
    pub id: &'a AttrValue,
    pub heading: &'a Shared<Heading>,
    pub controls: Controls,
    pub scene: &'a Shared<Scene>,
    pub sheet: &'a Shared<Sheet>,
    pub inspection: &'a Shared<Inspection>,
    pub told: &'a Shared<Vec<String>>,
    pub narration: &'a AttrValue,
    pub ui: &'a Ui,
    pub instant: Option<&'a Shared<Instant>>,
    pub network: Quality,
    pub overview: Extent,
    pub diagram: diagram_menu::Props,
    /// The timeline's window at any moment.
    pub window: &'a Shared<Cell<Window>>,
    /// The timeline as a table, if it is shown as one.
    pub table: Option<&'a Shared<Table>>,
    pub menu: Option<(Selection, By)>,
    pub drawer: bool,
    pub act: &'a Callback<Action>,
    pub pick: &'a Callback<(Selection, By)>,
    pub stroke: &'a Callback<Stroke>,
    pub close_menu: &'a Callback<()>,
    pub open_drawer: &'a Callback<bool>,
}

/// Draws the page.
pub fn page(props: Page<'_>) -> Html {
    let Page { id, ui, act, scene, .. } = props;
    let language = ui.language;
    let said = scene.caption.as_deref().map(|caption| words::translate(language, caption));
    let classes = names(&[
        "synod",
        when(props.drawer, "drawer-open"),
        when(props.controls.playing, "playing"),
    ]);
    let carries = |wire: &Wire| wire.there == wire.back && wire.worst() == LinkState::Healthy;
    let shown_tools = tools::Props {
        tool: ui.tool,
        language,
        network: props.network,
        changed: scene.network.as_deref(),
        troubled: !scene.wires.iter().all(carries),
        act,
    };
    let shown_controls = controls::Props {
        id,
        controls: &props.controls,
        act,
        drawer: props.drawer,
        open_drawer: props.open_drawer,
        diagram: html! { <DiagramMenu ..props.diagram.clone() /> },
    };
    html! {
        <div class={classes} ref={props.root} id={id.clone()} lang={language.tag()} data-theme={ui.theme.code()}>
            <TopBar id={id.clone()} heading={props.heading.clone()} dialog={ui.dialog} instant={props.instant.cloned()} act={act} />
            <main class="stage" aria-label={tr!(language, "Stage")}>
                <Stage
                    id={id.clone()} scene={scene.clone()} told={props.told.clone()} selection={ui.selection}
                    tool={ui.tool} {language} menu={props.menu} inspection={props.inspection.clone()}
                    act={act} pick={props.pick} stroke={props.stroke} close_menu={props.close_menu}
                />
                { tools(&shown_tools) }
                { notice(ui.notice.as_ref(), scene.event, language, act) }
                { caption(said) }
            </main>
            <Inspector id={id.clone()} inspection={props.inspection.clone()} {language} notice={ui.notice.clone()}
                act={act} open={props.drawer} open_drawer={props.open_drawer} />
            <footer class="time">
                { control_bar(&shown_controls) }
                <Timeline id={id.clone()} sheet={props.sheet.clone()} window={props.window.clone()} selection={ui.selection}
                    lanes={ui.lanes.clone()} table={props.table.cloned()} {language} extent={props.overview} act={act} />
            </footer>
            <div class="unseen" role="status" aria-live="polite">{ props.narration }</div>
        </div>
    }
}
