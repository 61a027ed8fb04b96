//! The props of regions that hand all of them on to their parts. They stand here so that the parts need not
//! import the region that draws them.

use yew::prelude::*;

use super::drag::Stroke;
use crate::base::Places;
use crate::command::Quality;
use crate::player::gestures::OptionChoice;
use crate::player::{Action, Notice, Selection, Tool};
use crate::view::StageView;
use crate::web::frame::{Inspection, Light};
use crate::web::pick::PickedBy;
use crate::web::shared::Shared;
use crate::words::Language;

/// The props of the inspector and of each of its tabs.
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

/// The props of the stage, of the servers, clients and messages on it, and of the card beside the selection.
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
    /// The inspection is of this pane.
    pub active: bool,
    pub act: Callback<Action>,
    pub pick: Callback<(Selection, PickedBy)>,
    pub stroke: Callback<Stroke>,
    pub close_menu: Callback<()>,
}

impl StageProps {
    /// What servers, clients and messages need of them.
    pub fn figures(&self) -> Figures<'_> {
        let StageProps { id, scene, selection, language, .. } = self;
        Figures { id, scene, selection: *selection, language: *language }
    }
}

/// What servers, clients and messages are drawn by, on the stage and on paper.
pub struct Figures<'a> {
    pub id: &'a str,
    pub scene: &'a StageView,
    pub selection: Option<Selection>,
    pub language: Language,
}

/// The props of the tools and of the sliders of the network.
pub struct ToolsProps<'a> {
    pub tool: Tool,
    pub language: Language,
    pub network: Quality,
    /// The change of all links by the sliders, in words.
    pub changed: Option<&'a str>,
    /// The options of the active pane's protocol, and which pane that is.
    pub options: &'a [OptionChoice],
    pub pane: usize,
    /// Some link does not carry.
    pub troubled: bool,
    /// Among whom a place can be looked for by its name, where there are very many.
    pub find: Option<&'a Places>,
    /// A gesture at the cursor makes another branch.
    pub forks: bool,
    /// Nothing was ever done by hand here.
    pub is_new: bool,
    /// Not all are servers: whoever waits or writes may stand still, which is what such runs are about.
    pub pauses: bool,
    pub act: &'a Callback<Action>,
}
