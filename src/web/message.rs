//! The messages of the app, and the callbacks by which the regions of the page send them.

use js_sys::Function;
use web_sys::{File, KeyboardEvent};
use yew::Callback;

use super::components::Stroke;
use super::host::IncomingCall;
use super::pick::PickedBy;
use crate::export::{ExportRequest, Taken};
use crate::player::{Action, Selection};
use crate::view::Size;

/// A message of the app.
pub enum Msg {
    Act(Action),
    /// An animation frame, at this time.
    Frame(f64),
    /// Something on the stage was pressed: it is selected, and what it offers is shown.
    Pick(Selection, PickedBy),
    /// A line was drawn with a tool.
    Stroke(Stroke),
    /// Closes the menu of what is selected.
    CloseMenu,
    /// Opens or closes the inspector where there is no room for it beside the stage.
    Drawer(bool),
    Stage(Size),
    Timeline(Size),
    Seen(bool),
    Key(KeyboardEvent),
    /// A file was dropped onto the page.
    Dropped(File),
    /// The address has changed: the back button, or a link typed.
    Address,
    /// Time to draw anew what is not drawn at every event.
    Inspect,
    SaveLink,
    /// The timeline's window has come to rest.
    Settled,
    /// Something of the run is to be taken away: handed to whoever asks.
    Take(ExportRequest, Callback<Taken>),
    /// Time to look on for where two panes first differ.
    LookBeside,
    /// The parts that an action needs are there, or cannot be had. Which choice of a run it was, if it
    /// is one.
    Fetched {
        action: Action,
        choice: Option<u32>,
        there: bool,
    },
    /// The page that embeds this one asks for something.
    Call(IncomingCall),
    /// What the first of its calls needs is there, or cannot be had.
    CallFetched(bool),
    /// The page that embeds this one wants to be told news, by this function.
    Listen(Function),
}

/// The callbacks are made once: a component that is given the same ones again need not be drawn again.
pub struct Callbacks {
    pub act: Callback<Action>,
    pub pick: Callback<(Selection, PickedBy)>,
    pub stroke: Callback<Stroke>,
    pub close_menu: Callback<()>,
    pub open_drawer: Callback<bool>,
    pub take: Callback<(ExportRequest, Callback<Taken>)>,
    /// Looks on for where two panes first differ.
    pub look_beside: Callback<()>,
    pub fetched: Callback<(Action, Option<u32>, bool)>,
    /// What a call of the page that embeds this one needs is there, or cannot be had.
    pub call_fetched: Callback<bool>,
}
