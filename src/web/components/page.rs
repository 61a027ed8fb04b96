//! The whole page: its regions, and who is given what.

use std::collections::BTreeSet;

use yew::prelude::*;

use super::caption::Caption;
use super::controls::ControlBar;
use super::drag::Stroke;
use super::help::HelpDialog;
use super::inspector::Inspector;
use super::notice::NoticeCard;
use super::overview::{Extent, Overview};
use super::share::ShareDialog;
use super::stage::Stage;
use super::timeline::Timeline;
use super::tools::Tools;
use super::top_bar::TopBar;
use crate::command::Quality;
use crate::player::{Action, Dialog, Selection, Ui};
use crate::view::{Scene, Sheet};
use crate::web::app::By;
use crate::web::frame::{Controls, Heading, Inspection};
use crate::web::shared::Shared;
use crate::{tr, words};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub root: NodeRef,
    pub id: AttrValue,
    pub heading: Shared<Heading>,
    pub controls: Controls,
    pub scene: Shared<Scene>,
    pub sheet: Shared<Sheet>,
    pub inspection: Shared<Inspection>,
    pub told: Shared<Vec<String>>,
    pub narration: AttrValue,
    pub kinds: Shared<BTreeSet<&'static str>>,
    pub ui: Shared<Ui>,
    pub network: Quality,
    pub overview: Extent,
    pub menu: Option<(Selection, By)>,
    pub drawer: bool,
    pub act: Callback<Action>,
    pub pick: Callback<(Selection, By)>,
    pub stroke: Callback<Stroke>,
    pub close_menu: Callback<()>,
    pub open_drawer: Callback<bool>,
}

#[component]
pub fn Page(props: &Props) -> Html {
    let Props { id, ui, act, scene, .. } = props;
    let language = ui.language;
    let caption = scene.caption.clone().map(|caption| words::translate(language, &caption).to_owned());
    let classes = classes!("synod", props.drawer.then_some("drawer-open"), props.controls.playing.then_some("playing"));
    html! {
        <div class={classes} ref={props.root.clone()} id={id.clone()} lang={language.tag()} data-theme={ui.theme.code()}>
            <TopBar id={id.clone()} heading={props.heading.clone()} act={act} />
            <main class="stage" aria-label={tr!(language, "Stage")}>
                <Stage
                    id={id.clone()} scene={scene.clone()} told={props.told.clone()} selection={ui.selection}
                    tool={ui.tool} {language} menu={props.menu} inspection={props.inspection.clone()}
                    act={act} pick={&props.pick} stroke={&props.stroke} close_menu={&props.close_menu}
                />
                <Tools tool={ui.tool} {language} network={props.network} changed={scene.network.clone()}
                    troubled={!scene.wires.iter().all(|wire| wire.there == wire.back && wire.worst() == Default::default())} act={act} />
                <div class="words">
                    <NoticeCard notice={ui.notice.clone()} {language} act={act} />
                    <Caption text={caption} />
                </div>
            </main>
            <Inspector id={id.clone()} inspection={props.inspection.clone()} {language} notice={ui.notice.clone()}
                act={act} open={props.drawer} open_drawer={&props.open_drawer} />
            <footer class="time">
                <ControlBar id={id.clone()} controls={props.controls.clone()} kinds={props.kinds.clone()} act={act}
                    drawer={props.drawer} open_drawer={&props.open_drawer} />
                <Timeline id={id.clone()} sheet={props.sheet.clone()} window={ui.window} selection={ui.selection}
                    {language} playing={props.controls.playing} act={act} />
                <Overview id={id.clone()} extent={props.overview.clone()} {language} act={act} />
            </footer>
            <div class="unseen" role="status" aria-live="polite">{ &props.narration }</div>
            if ui.dialog == Some(Dialog::Help) {
                <HelpDialog {language} act={act} />
            }
            if ui.dialog == Some(Dialog::Share) {
                <ShareDialog {language} act={act} />
            }
        </div>
    }
}
