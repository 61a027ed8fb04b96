//! The page's one stateful component. It holds the [`Store`], hands every action to it, and gives
//! the components below what they draw. What a message changes decides what is done: nothing, a move
//! of what glides, or a drawing by Yew.

mod beside;
mod fetching;
mod hands;
mod hosted;

use std::cell::Cell;

use gloo_timers::callback::Timeout;
use web_sys::{Element, File};
use yew::html::Scope;
use yew::prelude::*;

use super::animator::Loop;
use super::comparison::PaneComparison;
use super::components::{DiagramMenu, Extent, Page, overview_places, page};
use super::focus::Focused;
use super::frame::{Controls, Heading, Inspection, Instant, Light};
use super::host::{self, Attendant, Host};
use super::listeners::{Handlers, Listeners, close_others};
use super::message::{Callbacks, Msg};
use super::pick::PickedBy;
use super::picture::{PaneView, Rooms};
use super::reload::ReloadState;
use super::shared::Shared;
use super::{address, browser, crash, focus, parts, visits};
use crate::export;
use crate::player::{
    Action, BranchAction, Change, Dialog, Door, NoticeKind, PageAction, PaneAction, RunAction,
    Selection, Store, StudyAction, Tab, Table, TimeAction, TimelineAction, WhyAction, Window,
    gestures,
};
use crate::sim::snapshot::MessageShot;
use crate::view::Size;
use crate::words;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Prefix of all ids: several playgrounds on a page never collide.
    pub id: AttrValue,
    /// The run that the address asks for could not be fetched.
    pub missing: bool,
}

pub struct App {
    store: Store,
    root: NodeRef,
    frames: Loop,
    seen: bool,
    rooms: Rooms,
    /// There is room for one picture at a time only.
    alone: bool,
    /// The picture and the diagram of each pane.
    views: Vec<PaneView>,
    /// The headings over two panes, and the versions of the runs that they speak of.
    comparison: Option<PaneComparison>,
    compared: (Vec<(u32, u32, usize)>, words::Language),
    heading: Shared<Heading>,
    headed: Headed,
    inspection: Shared<Inspection>,
    /// When the inspection was made, and the words for those who listen, in ms.
    inspected: f64,
    told_at: f64,
    /// When the picture was drawn last, and whether something has happened since.
    drawn: f64,
    stale: bool,
    /// How long a drawing takes of late, in ms.
    cost: f64,
    narration: AttrValue,
    /// What had the focus before the last drawing.
    focused: Option<Focused>,
    /// … and before the stage was shown to a room, while it is.
    left: Option<Element>,
    menu: Option<(Selection, PickedBy)>,
    /// What the message under the pointer carries.
    hovered: Option<Shared<MessageShot>>,
    /// Nothing was ever done by hand here.
    is_new: bool,
    drawer: bool,
    /// The focus is to follow into the drawer, once it is there.
    enters_drawer: bool,
    inspect_later: Option<Timeout>,
    save_later: Option<Timeout>,
    beside_later: Option<Timeout>,
    listeners: Option<Listeners>,
    /// Choices of a run so far: of several that wait for their parts, the last one counts.
    choices: u32,
    /// The choice that waits.
    pending: Option<u32>,
    /// The causes and the light cone, while somebody asks why.
    light: Option<Shared<Light>>,
    /// The run on screen as it would be kept or shared, while such a dialog is open.
    instant: Option<Shared<Instant>>,
    /// A file that was dropped onto the page, while its dialog is open.
    dropped: Option<File>,
    /// The timeline's window has been fitted to the room.
    fitted: bool,
    /// The timeline's window, for those who must know it between two drawings.
    window: Shared<Cell<Window>>,
    /// The timeline as a table, if it is shown as one.
    table: Option<Shared<Table>>,
    settle_later: Option<Timeout>,
    /// The timeline's window has come to rest: the words that tell of it are to be drawn.
    settled: bool,
    reload: ReloadState,
    /// The page that embeds this one, once it has called.
    host: Option<Box<Host>>,
    pursue_later: Option<Timeout>,
    told_to: Callbacks,
}

/// Branch, commands and settings of the heading, and what stands in place of the playground.
type Headed = (u32, usize, bool, bool, words::Language, crate::player::Theme, Option<Door>);

/// The inspector is drawn anew so often while the run plays, and the words for those who listen.
const INSPECT_EVERY: f64 = 200.0;
/// While the run plays, a drawing is followed by a pause so many times as long, in which messages
/// and clocks only glide: the busier the picture, or the slower the machine, the longer.
const PAUSE_SHARE: f64 = 15.0;
/// … but no longer than this, in ms.
const LONGEST_PAUSE: f64 = 250.0;
const TELL_EVERY: f64 = 1_200.0;
/// How long the address bar waits for things to settle, in ms.
const SETTLE: u32 = 300;
/// … and while the run plays: a reload in the middle of it comes back to about there.
const PLAYING: u32 = 1_000;
/// So wide a timeline shows a second well.
const ROOMY: f64 = 1_000.0;

/// The rooms of a usual screen, until the page knows its own.
fn first_rooms(store: &Store) -> Rooms {
    Rooms {
        stage: Size::new(960.0, 560.0),
        timeline: Size::new(1_300.0, 160.0),
        shared: store.panes.len() > 1,
        at_door: store.ui.door.is_some(),
        presents: false,
    }
}

/// How its parts tell the page what is asked of it.
fn callbacks(link: &Scope<App>) -> Callbacks {
    Callbacks {
        act: link.callback(Msg::Act),
        pick: link.callback(|(selection, by)| Msg::Pick(selection, by)),
        stroke: link.callback(Msg::Stroke),
        close_menu: link.callback(|()| Msg::CloseMenu),
        open_drawer: link.callback(Msg::Drawer),
        take: link.callback(|(ask, give)| Msg::Take(ask, give)),
        look_beside: link.callback(|()| Msg::LookBeside),
        fetched: link.callback(|(action, choice, there)| Msg::Fetched { action, choice, there }),
        call_fetched: link.callback(Msg::CallFetched),
    }
}

impl Component for App {
    type Message = Msg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> App {
        host::attend(Attendant {
            call: ctx.link().callback(Msg::Call),
            listen: ctx.link().callback(Msg::Listen),
        });
        let hash = if ctx.props().missing { String::new() } else { address::hash() };
        let mut store = Store::from_link(&hash, browser::preferences());
        if ctx.props().missing {
            store.ui.notice = Some(parts::unopened(&address::hash()));
        }
        let wanting = is_refused(&store);
        App::fall_back(&mut store);
        let reload = ReloadState::recall(&mut store, wanting);
        let link = ctx.link().clone();
        let rooms = first_rooms(&store);
        let drawer = store.study.is_some();
        let panes = 0..store.panes.len();
        let view = |place| PaneView::new(&ctx.props().id, &mut store, place, rooms);
        let views = panes.map(view).collect();
        App {
            frames: Loop::new(move |time| link.send_message(Msg::Frame(time))),
            headed: headed(&store),
            heading: Shared::new(Heading::of(&store)),
            inspection: Shared::new(Inspection::of(&mut store)),
            store,
            root: NodeRef::default(),
            seen: true,
            rooms,
            alone: false,
            views,
            comparison: None,
            compared: Default::default(),
            inspected: 0.0,
            told_at: 0.0,
            drawn: 0.0,
            stale: false,
            cost: 0.0,
            narration: AttrValue::default(),
            focused: None,
            left: None,
            menu: None,
            hovered: None,
            is_new: !browser::has_acted(),
            drawer,
            enters_drawer: false,
            inspect_later: None,
            save_later: None,
            beside_later: None,
            listeners: None,
            choices: 0,
            pending: None,
            light: None,
            instant: None,
            dropped: None,
            fitted: false,
            window: Shared::new(Cell::default()),
            table: None,
            settle_later: None,
            settled: false,
            reload,
            host: None,
            pursue_later: None,
            told_to: callbacks(ctx.link()),
        }
    }

    fn update(&mut self, ctx: &Context<Self>, msg: Msg) -> bool {
        let tick = matches!(msg, Msg::Frame(_));
        self.focused = Focused::now(self.menu).or(self.focused.take().filter(Focused::is_gone));
        let change = self.take(msg);
        if !tick && change == Change::Time {
            self.settle_soon(ctx);
        }
        self.stale |= change == Change::Frame;
        // While it plays, what has happened may wait for a frame or two: nobody sees the
        // difference, and most of the work is saved.
        let pause = (PAUSE_SHARE * self.cost).min(LONGEST_PAUSE);
        let now = browser::now();
        let soon = tick && self.store.moving() && now - self.drawn < pause;
        let drawn = match (self.stale, soon) {
            (true, true) => {
                self.place();
                false
            }
            (true, false) => {
                self.stale = false;
                self.refresh(ctx);
                true
            }
            (false, _) => {
                (change == Change::Time && self.glide()) | std::mem::take(&mut self.settled)
            }
        };
        if drawn {
            self.drawn = now;
        }
        if self.host.is_some() {
            self.tell_host(ctx);
        }
        self.frames.run(self.store.moving() && self.seen);
        drawn
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let sequel = self.store.sequel();
        page(Page {
            root: &self.root,
            id: &ctx.props().id,
            heading: &self.heading,
            controls: Controls::of(&self.store),
            views: &self.views,
            comparison: self.comparison.as_ref(),
            active: self.store.active,
            inspection: &self.inspection,
            narration: &self.narration,
            ui: &self.store.ui,
            light: self.light.as_ref(),
            instant: self.instant.as_ref(),
            dropped: self.dropped.as_ref(),
            sequel: sequel.as_ref(),
            network: gestures::network(&self.store.pane().run),
            options: gestures::options(&self.store.pane().run),
            overview: Extent::of(&self.store),
            diagram: DiagramMenu::of(&self.store, &self.told_to.act),
            window: &self.window,
            table: self.table.as_ref(),
            menu: self.menu,
            hovered: self.hovered.as_ref(),
            is_new: self.is_new,
            drawer: self.drawer,
            act: &self.told_to.act,
            pick: &self.told_to.pick,
            stroke: &self.told_to.stroke,
            close_menu: &self.told_to.close_menu,
            open_drawer: &self.told_to.open_drawer,
        })
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first && let Some(root) = self.root.cast::<Element>() {
            self.listeners = Some(Listeners::new(&root, listening(ctx)));
            self.frames.run(self.store.moving());
            self.entitle();
            self.note_for_crash();
        }
        self.views.iter_mut().for_each(PaneView::collect);
        self.place();
        self.keep_focus();
        let cost = browser::now() - self.drawn;
        self.cost += (cost.min(LONGEST_PAUSE) - self.cost) * 0.25;
    }
}

impl App {
    /// Does what the message says, and how much of the page that changes.
    fn take(&mut self, msg: Msg) -> Change {
        match msg {
            Msg::Act(action) => self.act(action),
            Msg::Settled => {
                self.tabulate();
                self.settled = true;
                Change::None
            }
            Msg::Frame(time) => {
                let elapsed_micros = self.frames.elapsed(time);
                self.store.update(TimeAction::Tick { elapsed_micros })
            }
            Msg::Pick(selection, by) => self.pick(selection, by),
            Msg::Stroke(stroke) => match stroke.command(self.store.pane()) {
                Some(command) => self.act(Action::Do(command)),
                None => Change::None,
            },
            Msg::CloseMenu => self.menu.take().map_or(Change::None, |_| Change::Frame),
            Msg::Drawer(open) => {
                self.drawer = open;
                self.enters_drawer = open && focus::is_on(".drawer-button");
                self.menu = self.menu.take().filter(|_| !open);
                Change::Frame
            }
            Msg::Stage(size) => self.give_stage(size),
            Msg::Timeline(size) => self.give_timeline(size),
            Msg::Seen(seen) => {
                self.seen = seen;
                Change::None
            }
            Msg::Dropped(file) => {
                self.dropped = Some(file);
                self.act(Action::Page(PageAction::Open(Dialog::History)))
            }
            Msg::Key(event) => self.key(&event),
            Msg::Address => self.follow_address(),
            Msg::Inspect => {
                self.inspect_later = None;
                self.inspected = 0.0;
                Change::Frame
            }
            Msg::Take(ask, give) => {
                match export::TAKE.get() {
                    Some(take) => give.emit(take(&self.store.pane().run, &ask)),
                    None => self.take_later(ask, give),
                }
                Change::None
            }
            Msg::Fetched { action, choice, there } => self.fetched(action, choice, there),
            Msg::LookBeside => self.look_beside(),
            Msg::Call(asked) => self.called(asked),
            Msg::CallFetched(there) => self.call_fetched(there),
            Msg::Listen(tell) => {
                self.host.get_or_insert_default().listen(tell);
                Change::None
            }
            Msg::SaveLink => {
                self.save_later = None;
                self.save();
                Change::None
            }
        }
    }

    /// Brings the browser, the dialogs and the menu along with an action on the page itself.
    fn before_page_action(&mut self, action: &PageAction) {
        match action {
            // A choice of the page around this one is not its reader's choice elsewhere.
            PageAction::Language(_) | PageAction::Theme(_) if address::is_embedded() => {}
            PageAction::Language(language) => browser::remember(browser::LANGUAGE, language.code()),
            PageAction::Theme(theme) => browser::remember(browser::THEME, theme.code()),
            PageAction::Open(dialog @ (Dialog::Share | Dialog::Runs)) => {
                self.store.update(TimeAction::Pause);
                if *dialog == Dialog::Share {
                    self.note();
                }
                let take = self.told_to.take.clone();
                let scene = &self.views[self.store.active].scene;
                self.instant = Some(Shared::new(Instant::of(&self.store, scene, take)));
            }
            PageAction::Open(Dialog::History) => {
                self.store.update(TimeAction::Pause);
            }
            PageAction::Close => (self.instant, self.dropped) = (None, None),
            PageAction::Present(true) => {
                // What is open would be hidden, and take the first Escape.
                close_others(None);
                self.left = focus::held();
            }
            PageAction::TypeTime => focus::on_field(".until .written input"),
            PageAction::Escape | PageAction::Select(_) => self.menu = None,
            _ => {}
        }
    }

    fn act_now(&mut self, action: Action) -> Change {
        let leads_elsewhere = match &action {
            Action::Run(RunAction::OpenLink(_)) => false,
            Action::Run(_) => true,
            // From what is read to the editor, and from there to the preview.
            Action::Study(StudyAction::Open(_)) => self.store.ui.door.is_some(),
            Action::Page(PageAction::Enter(_)) => true,
            _ => false,
        };
        match &action {
            Action::Page(action) => self.before_page_action(action),
            Action::Timeline(TimelineAction::OpenFind) => {
                focus::on_field(".diagram-menu .find input")
            }
            Action::Pane(PaneAction::Activate(place)) if *place == self.store.active => {}
            Action::Do(_) | Action::Pane(_) => self.menu = None,
            _ => {}
        }
        if leads_elsewhere {
            // The entry that is left behind remembers where it was.
            self.save();
            self.menu = None;
        }
        let gesture = matches!(
            action,
            Action::Do(_)
                | Action::Branch(
                    BranchAction::Name(..) | BranchAction::Delete(_) | BranchAction::Restore
                )
                | Action::Page(PageAction::Dismiss)
        );
        let opens = matches!(action, Action::Run(RunAction::OpenLink(_)));
        let searches = matches!(action, Action::Time(TimeAction::RunUntil(_)));
        let chosen = matches!(action, Action::Page(PageAction::Language(_) | PageAction::Theme(_)));
        let before = (self.store.pane().current().id, self.store.ui.door);
        let read = self.store.study.is_some();
        let asks = matches!(action, Action::Why(WhyAction::Ask(_)));
        let asks = asks && self.store.ui.tab != Tab::Why;
        let change = self.store.update(action);
        // Who begins to read sees the text, also where the inspector is a drawer.
        self.drawer |= asks || !read && self.store.study.is_some();
        self.enters_drawer |= asks;
        if searches && self.store.ui.mistaken.is_none() {
            close_others(None);
        }
        if opens {
            // A link that cannot be read has changed nothing: the address says again what is shown.
            self.reload.wanting = false;
            if !is_refused(&self.store) {
                self.reload = ReloadState::recall(&mut self.store, false);
            }
            App::fall_back(&mut self.store);
            self.note();
        }
        if gesture {
            self.note();
            self.is_new = false;
            browser::note_act();
        }
        if chosen {
            self.save();
        }
        let after = (self.store.pane().current().id, self.store.ui.door);
        if leads_elsewhere && after != before {
            self.reload.begin(&self.store);
        }
        change
    }

    /// A picture has this room. The style says whether another has room beside it.
    fn give_stage(&mut self, stage: Size) -> Change {
        let is_alone = |root: Element| browser::property(&root, "--alone") == "1";
        let alone = self.root.cast().is_some_and(is_alone);
        if stage.w == 0.0 || stage == self.rooms.stage && alone == self.alone {
            return Change::None;
        }
        (self.rooms.stage, self.alone) = (stage, alone);
        Change::Frame
    }

    /// The room below the stage has this size. While something else stands there than the diagram, only its
    /// width is told.
    fn give_timeline(&mut self, size: Size) -> Change {
        let room = match size.h {
            0.0 => Size { w: size.w, ..self.rooms.timeline },
            _ => size,
        };
        if room.w == 0.0 || room == self.rooms.timeline {
            return Change::None;
        }
        if size.h > 0.0 && !self.fitted {
            self.fit_window(size);
        }
        self.rooms.timeline = room;
        Change::Frame
    }

    /// Goes where the address says: the back button, or a link typed.
    fn follow_address(&mut self) -> Change {
        let hash = address::hash();
        if hash == self.store.link() || address::is_own(&hash) {
            let waited = self.supersede();
            self.reload = ReloadState::recall(&mut self.store, false);
            return if waited { Change::Frame } else { Change::None };
        }
        self.menu = None;
        let open = Action::Run(RunAction::OpenLink(hash));
        // Until what it needs is there the address goes on asking for it.
        self.reload.wanting = true;
        self.act(open)
    }

    /// Between two events: nothing is drawn unless the timeline has scrolled off its sheet.
    fn glide(&mut self) -> bool {
        if self.views.iter().all(|view| view.covers(&self.store)) {
            self.place();
            return false;
        }
        for (place, view) in self.views.iter_mut().enumerate() {
            view.draw_sheet(&mut self.store, place, self.rooms);
        }
        true
    }

    /// On a narrow screen a second would be a thicket: the window begins shorter there.
    fn fit_window(&mut self, size: Size) {
        self.fitted = true;
        let percent = (size.w / ROOMY * 100.0) as u32;
        if percent < 80 {
            let around = self.store.pane().run.now();
            let follows = self.store.ui.window.follows;
            self.store.update(TimelineAction::Zoom { percent: percent.max(30), around });
            self.store.ui.window.follows = follows;
        }
    }

    fn place(&mut self) {
        for (place, view) in self.views.iter_mut().enumerate().take(self.store.panes.len()) {
            view.place(&self.store, place);
        }
        self.window.set(self.store.ui.window);
        self.views[0].place_overview(overview_places(&self.store));
    }

    /// Something has happened: everything that is drawn is read off the store anew.
    fn refresh(&mut self, ctx: &Context<Self>) {
        let panes = self.store.panes.len();
        self.rooms.shared = panes > 1 && !self.alone;
        self.rooms.at_door = self.store.ui.door.is_some();
        self.rooms.presents = self.store.ui.presents;
        self.views.truncate(panes);
        for (place, view) in self.views.iter_mut().enumerate() {
            view.refresh(&mut self.store, place, self.rooms);
        }
        for place in self.views.len()..panes {
            let view = PaneView::new(&ctx.props().id, &mut self.store, place, self.rooms);
            self.views.push(view);
        }
        self.light = Light::of(&self.store).map(Shared::new);
        self.look_at_hovered();
        match panes {
            2 => self.oppose(),
            _ => self.comparison = None,
        }
        self.look_beside_soon();
        let headed = headed(&self.store);
        if headed != self.headed {
            self.headed = headed;
            self.heading = Shared::new(Heading::of(&self.store));
            self.entitle();
            self.note_for_crash();
        }
        let passed = browser::now() - self.inspected;
        if !self.store.moving() || passed >= INSPECT_EVERY {
            self.inspect();
        } else if self.inspect_later.is_none() {
            let link = ctx.link().clone();
            let wait = INSPECT_EVERY as u32;
            self.inspect_later = Some(Timeout::new(wait, move || link.send_message(Msg::Inspect)));
        }
        self.save_soon(ctx);
    }

    /// Notes in the address where the page is.
    fn note(&mut self) {
        if self.reload.note(&self.store) {
            self.store.ui.notice.take_if(|notice| notice.retry.is_some());
        }
    }

    /// … unless it asks for something else, and the page still says why that is not shown.
    fn save(&mut self) {
        if !self.reload.wanting || !is_refused(&self.store) && self.pending.is_none() {
            self.note();
        }
    }

    fn tabulate(&mut self) {
        self.table = self.store.ui.table.map(|_| Shared::new(Table::of(&self.store)));
    }

    /// While the timeline is panned or zoomed nothing else is drawn; once it rests, its words are.
    fn settle_soon(&mut self, ctx: &Context<Self>) {
        let link = ctx.link().clone();
        self.settle_later = Some(Timeout::new(SETTLE / 2, move || link.send_message(Msg::Settled)));
    }

    /// The document says what the page shows, and in which language.
    fn entitle(&self) {
        let language = self.store.ui.language;
        let of_the_run = self.heading.title.as_deref();
        let title = match self.store.ui.door {
            None => of_the_run.map_or("", |title| words::translate(language, title)),
            Some(_) => "",
        };
        browser::describe(title, language, self.store.ui.theme);
        // Whoever sees a run of the map has opened its card, by whatever way.
        if let (None, Some(scene)) = (self.store.ui.door, self.heading.scene) {
            visits::open(&format!("{}/{}", scene.protocol, scene.name));
        }
    }

    /// Notes what is running, for the card that is shown should the program itself fail.
    fn note_for_crash(&self) {
        let script = self.store.pane().run.script();
        crash::running(|| script.to_string(), self.store.ui.language);
    }

    /// The inspector, and at a slower pace what is read aloud.
    fn inspect(&mut self) {
        self.inspection = Shared::new(Inspection::of(&mut self.store));
        self.inspection.study.as_deref().into_iter().for_each(visits::read);
        self.tabulate();
        self.inspected = browser::now();
        if !self.store.moving() || self.inspected - self.told_at >= TELL_EVERY {
            self.told_at = self.inspected;
            self.views.iter_mut().for_each(|view| view.tell(&self.store));
            let narration = self.store.narration();
            if *narration != *self.narration {
                self.narration = narration.into();
            }
        }
    }

    fn save_soon(&mut self, ctx: &Context<Self>) {
        if self.save_later.is_none() {
            let link = ctx.link().clone();
            let wait = if self.store.moving() { PLAYING } else { SETTLE };
            self.save_later = Some(Timeout::new(wait, move || link.send_message(Msg::SaveLink)));
        }
    }
}

fn listening(ctx: &Context<App>) -> Handlers {
    let link = ctx.link();
    Handlers {
        key: link.callback(Msg::Key),
        dropped: link.callback(Msg::Dropped),
        seen: link.callback(Msg::Seen),
        reduced_motion: link
            .callback(|reduced| Msg::Act(Action::Page(PageAction::ReducedMotion(reduced)))),
        address: link.callback(|()| Msg::Address),
        stage: link.callback(Msg::Stage),
        timeline: link.callback(Msg::Timeline),
    }
}

/// Whether the page says that something was refused.
fn is_refused(store: &Store) -> bool {
    store.ui.notice.as_ref().is_some_and(|notice| notice.kind == NoticeKind::Refusal)
}

fn headed(store: &Store) -> Headed {
    let (pane, ui) = (&store.panes[0], &store.ui);
    let (id, lines) = (pane.current().id, pane.run.script().lines.len());
    (id, lines, store.panes.len() > 1, ui.fetching.is_some(), ui.language, ui.theme, ui.door)
}
