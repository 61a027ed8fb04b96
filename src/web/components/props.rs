//! What a region is given that hands all of it on to its parts: a page of shared terms, so that the parts
//! need not know the region that draws them.

use yew::prelude::*;

use super::drag::Stroke;
use crate::command::Quality;
use crate::player::{Action, Notice, Selection, Tool};
use crate::view::StageView;
use crate::web::frame::{Inspection, Light};
use crate::web::pick::PickedBy;
use crate::web::shared::Shared;
use crate::words::Language;

/// What the inspector shows, and with it each of its tabs.
#[derive(Properties, PartialEq)]
pub struct InspectorProps {
    pub id: AttrValue,
    pub inspection: Shared<Inspection>,
    pub language: Language,
    pub notice: Option<Notice>,
    pub act: Callback<Action>,
    pub open: bool,
    pub open_drawer: Callback<bool>,
}

/// What the stage shows, and with it the servers, clients and messages on it and the card of what is selected.
#[derive(Properties, PartialEq)]
pub struct StageProps {
    pub id: AttrValue,
    pub scene: Shared<StageView>,
    pub told: Shared<Vec<String>>,
    pub selection: Option<Selection>,
    pub tool: Tool,
    pub language: Language,
    pub light: Option<Shared<Light>>,
    pub menu: Option<(Selection, PickedBy)>,
    pub inspection: Shared<Inspection>,
    pub act: Callback<Action>,
    pub pick: Callback<(Selection, PickedBy)>,
    pub stroke: Callback<Stroke>,
    pub close_menu: Callback<()>,
}

/// What the tools show, and with them the sliders of the network.
pub struct ToolsProps<'a> {
    pub tool: Tool,
    pub language: Language,
    pub network: Quality,
    /// What was changed of all links.
    pub changed: Option<&'a str>,
    /// Some link does not carry.
    pub troubled: bool,
    /// What is done here makes another branch.
    pub forks: bool,
    pub act: &'a Callback<Action>,
}
