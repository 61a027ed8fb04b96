//! A history from a file: dropped onto the page, or chosen. A worker reads, judges and draws it; what it says is
//! shown beside the map of models, and a press on a model shows the requests that break it.

use web_sys::{File, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::bits::{button, field, option};
use super::files;
use super::history::{hit, picture, table};
use super::icon::Icon;
use super::models::{counts, evidence, map};
use crate::base::{Sentence, Time};
use crate::check::Model;
use crate::check::formats::{Object, SIZE};
use crate::player::models::{ModelShot, OperationShot, Stands};
use crate::player::opened::{DrawnHistory, HistoryAnswer, HistoryQuestion, HistorySize, Sight};
use crate::player::{Action, PageAction};
use crate::view::HistoryView;
use crate::view::diagram::ticks::seconds;
use crate::view::history::RequestBar;
use crate::web::browser;
use crate::web::judging::Judging;
use crate::words::{Language, tell, translate};
use crate::{export, key, sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What was dropped onto the page.
    pub file: Option<File>,
    pub language: Language,
    pub act: Callback<Action>,
}

pub struct HistoryFile {
    file: Option<File>,
    object: Object,
    initial: String,
    /// The worker, while there is one.
    judging: Option<Judging>,
    state: State,
    opened: Option<HistorySize>,
    shots: Vec<ModelShot>,
    drawn: Option<DrawnHistory>,
    chosen: Option<Model>,
    alone: bool,
    as_table: bool,
    /// The request that was pressed.
    pressed: Option<u64>,
}

/// How far it has come.
enum State {
    /// Nothing was chosen yet.
    Waits,
    Reads,
    /// By the model of this place among all.
    Judges(usize),
    Done,
    /// Somebody did not want to wait.
    Ended,
    Refused(Sentence),
}

pub enum FileMsg {
    /// What is in it decides what is done with it.
    Open(File),
    Read(File),
    Object(Object),
    Initial(String),
    Told(Option<HistoryAnswer>),
    Choose(Model),
    Alone(bool),
    AsTable(bool),
    Glance(Glance),
    Press(u64),
    End,
    Again,
}

/// How the stretch that is shown changes.
#[derive(Clone, Copy)]
pub enum Glance {
    Earlier,
    Later,
    Closer,
    Farther,
    Whole,
    /// What shows the verdict best.
    Best,
    /// Around this time.
    At(Time),
}

const OBJECTS: [(Object, &str); 7] = [
    (Object::CasRegister, key!("registers with compare-and-set")),
    (Object::Register, key!("registers")),
    (Object::Set, key!("a set")),
    (Object::Queue, key!("a queue")),
    (Object::Counter, key!("a counter")),
    (Object::Mutex, key!("a mutex")),
    (Object::Append, key!("a log that is appended to")),
];

impl Component for HistoryFile {
    type Message = FileMsg;
    type Properties = Props;

    fn create(ctx: &Context<Self>) -> HistoryFile {
        let new = HistoryFile {
            file: None,
            object: Object::CasRegister,
            initial: String::new(),
            judging: None,
            state: State::Waits,
            opened: None,
            shots: Vec::new(),
            drawn: None,
            chosen: None,
            alone: false,
            as_table: false,
            pressed: None,
        };
        if let Some(file) = ctx.props().file.clone() {
            new.open(ctx, file);
        }
        new
    }

    fn changed(&mut self, ctx: &Context<Self>, before: &Props) -> bool {
        if ctx.props().file != before.file
            && let Some(file) = ctx.props().file.clone()
        {
            self.open(ctx, file);
        }
        true
    }

    fn update(&mut self, ctx: &Context<Self>, msg: FileMsg) -> bool {
        match msg {
            FileMsg::Open(file) => self.open(ctx, file),
            FileMsg::Read(file) => {
                self.file = Some(file);
                self.again(ctx);
            }
            FileMsg::Object(object) => {
                self.object = object;
                self.again(ctx);
            }
            FileMsg::Initial(initial) => {
                self.initial = initial;
                self.again(ctx);
            }
            FileMsg::Again => self.again(ctx),
            FileMsg::Told(answer) => self.told(answer),
            FileMsg::Choose(model) => {
                self.chosen = Some(model);
                self.draw(None);
            }
            FileMsg::Alone(alone) => {
                self.alone = alone;
                self.draw(None);
            }
            FileMsg::AsTable(as_table) => self.as_table = as_table,
            FileMsg::Glance(look) => self.look(look),
            FileMsg::Press(number) => self.pressed = Some(number),
            FileMsg::End => {
                self.judging = None;
                self.state = State::Ended;
            }
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let language = ctx.props().language;
        html! {
            <div class="opened">
                { self.chooser(ctx, language) }
                <div role="status">{ self.progress(ctx, language) }</div>
                if !self.shots.is_empty() || self.drawn.is_some() {
                    <div class="judged">
                        <div class="sight">{ for self.drawn.iter().map(|drawn| self.drawn(ctx, drawn, language)) }</div>
                        { self.verdicts(ctx, language) }
                    </div>
                }
            </div>
        }
    }
}

impl HistoryFile {
    /// A run that was saved is gone to, and a history read.
    fn open(&self, ctx: &Context<Self>, file: File) {
        let (link, act) = (ctx.link().clone(), ctx.props().act.clone());
        yew::platform::spawn_local(async move {
            match files::is_run(&file).await {
                true => {
                    act.emit(Action::Page(PageAction::Close));
                    files::open(file, act).await;
                }
                false => link.send_message(FileMsg::Read(file)),
            }
        });
    }

    /// Reads and judges the file from the beginning.
    fn again(&mut self, ctx: &Context<Self>) {
        let Some(file) = &self.file else { return };
        (self.judging, self.opened, self.drawn) = (None, None, None);
        (self.chosen, self.pressed) = (None, None);
        self.shots.clear();
        self.state = State::Reads;
        if file.size() > SIZE as f64 {
            self.state = State::Refused(sentence!(
                "the file is too long: a history has at most {0} bytes",
                SIZE
            ));
            return;
        }
        let Some(judging) = Judging::begin(ctx.link().callback(FileMsg::Told)) else {
            self.state = State::Refused(sentence!(
                "This browser does not let the page work beside itself here (a page within a page, perhaps): open Synod by itself, or use lab check."
            ));
            return;
        };
        let initial = Some(self.initial.trim()).filter(|text| !text.is_empty());
        let initial = initial.map(str::to_owned);
        let object = self.object.slug().to_owned();
        judging.ask(&HistoryQuestion::Open { object, initial }, Some(file));
        self.judging = Some(judging);
    }

    fn told(&mut self, answer: Option<HistoryAnswer>) {
        let Some(answer) = answer else {
            self.judging = None;
            self.state = State::Refused(sentence!(
                "The history could not be judged: there was not enough memory for it, or a part of Synod could not be fetched."
            ));
            return;
        };
        match answer {
            HistoryAnswer::Refused(why) => {
                self.judging = None;
                self.state = State::Refused(why);
            }
            HistoryAnswer::Opened(opened) => {
                self.opened = Some(opened);
                self.draw(None);
                self.judge(0);
            }
            HistoryAnswer::Judged(shots) => {
                self.shots = shots;
                let State::Judges(place) = self.state else { return };
                if place == 0 {
                    // What it takes to see that the strongest does not hold is what most want to see.
                    self.draw(None);
                }
                self.judge(place + 1);
            }
            HistoryAnswer::Drawn(drawn) => self.drawn = Some(drawn),
        }
    }

    /// Judges by the model of this place.
    fn judge(&mut self, place: usize) {
        match (Model::ALL.get(place), &self.judging) {
            (Some(model), Some(judging)) => {
                self.state = State::Judges(place);
                judging.ask(&HistoryQuestion::Judge(*model), None);
            }
            _ => self.state = State::Done,
        }
    }

    /// The model whose evidence is shown.
    fn shown(&self) -> Option<Model> {
        let broken = || self.shots.iter().find(|shot| shot.stands == Stands::Broken);
        self.chosen.or_else(|| broken().map(|shot| shot.model))
    }

    fn draw(&self, span: Option<(Time, Time)>) {
        if let Some(judging) = &self.judging {
            let (model, alone) = (self.shown(), self.alone);
            judging.ask(&HistoryQuestion::Draw(Sight { span, model, alone, width: width() }), None);
        }
    }

    fn look(&self, look: Glance) {
        let (Some(drawn), Some(opened)) = (&self.drawn, &self.opened) else { return };
        let (from, span) = (drawn.view.axis.from, drawn.view.axis.span);
        let around =
            |span: u64, at: u64| Some((Time(at.saturating_sub(span / 2)), Time(span.max(1))));
        let middle = from.0 + span.0 / 2;
        let whole = opened.until.0 + opened.until.0 / 50;
        self.draw(match look {
            Glance::Earlier => Some((Time(from.0.saturating_sub(span.0 / 2)), span)),
            Glance::Later => Some((Time((from.0 + span.0 / 2).min(opened.until.0)), span)),
            Glance::Closer => around(span.0 / 2, middle),
            Glance::Farther => around((span.0 * 2).min(whole), middle),
            Glance::Whole => Some((Time::ZERO, Time(whole))),
            Glance::Best => None,
            Glance::At(at) => around(span.0, at.0),
        });
    }

    fn chooser(&self, ctx: &Context<Self>, language: Language) -> Html {
        let chosen = ctx.link().batch_callback(|event: Event| {
            let input: HtmlInputElement = event.target_unchecked_into();
            let file = input.files().and_then(|files| files.get(0));
            // The same file may be chosen again.
            input.set_value("");
            file.map(FileMsg::Open)
        });
        let object = ctx.link().batch_callback(|event: Event| {
            let slug = event.target_unchecked_into::<HtmlSelectElement>().value();
            let object = OBJECTS.into_iter().find(|(object, _)| object.slug() == slug);
            object.map(|(object, _)| FileMsg::Object(object))
        });
        let initial = ctx.link().callback(|event: Event| {
            FileMsg::Initial(event.target_unchecked_into::<HtmlInputElement>().value())
        });
        let objects = OBJECTS.map(|(object, name)| {
            option(object.slug().into(), translate(language, name), object == self.object)
        });
        let takes_initial =
            matches!(self.object, Object::CasRegister | Object::Register | Object::Counter);
        html! {
            <>
            <p class="soft">{ tr!(language, "Jepsen's and Maelstrom's EDN, a log of etcd as Porcupine has them, or a trace of Synod (NDJSON): drop it onto the page, or choose it here. It does not leave the browser.") }</p>
            <div class="acts">
                <label class="button">
                    { tr!(language, "Choose a history") }
                    <input class="unseen" type="file" accept=".edn,.log,.txt,.ndjson,.json" onchange={chosen} />
                </label>
                { field(tr!(language, "A history of"), "", object, objects.to_vec()) }
                if takes_initial {
                    <label class="field"><span>{ tr!(language, "at first") }</span><input class="initial" size="8" maxlength="32" value={self.initial.clone()} onchange={initial} /></label>
                }
            </div>
            </>
        }
    }

    fn progress(&self, ctx: &Context<Self>, language: Language) -> Html {
        let name = self.file.as_ref().map(File::name).unwrap_or_default();
        let stop = || {
            button(
                "",
                None,
                tr!(language, "Cancel"),
                ctx.link().callback(|_: MouseEvent| FileMsg::End),
            )
        };
        match &self.state {
            State::Waits => Html::default(),
            State::Reads => html! {
                <p class="progress"><progress />{ tr!(language, "Reading {0}…", name) }{ stop() }</p>
            },
            State::Judges(place) => {
                let model = translate(language, Model::ALL[*place].promise().name).to_owned();
                html! {
                    <p class="progress">
                        <progress max={Model::ALL.len().to_string()} value={place.to_string()} />
                        { tr!(language, "Judging {0}: {1}…", name, model) }{ stop() }
                    </p>
                }
            }
            State::Done => html! { <p>{ self.told_of(&name, language) }</p> },
            State::Ended => html! {
                <p>
                    { tr!(language, "Cancelled: what is not judged yet stays unknown.") }{ " " }
                    { button("inline", None, tr!(language, "Judge it again"), ctx.link().callback(|_: MouseEvent| FileMsg::Again)) }
                </p>
            },
            State::Refused(why) => html! {
                <p class="trouble" role="alert">
                    { tr!(language, "{0} was not judged: {1}", name, tell(language, why)) }
                </p>
            },
        }
    }

    fn told_of(&self, name: &str, language: Language) -> String {
        let Some(opened) = &self.opened else { return String::new() };
        let HistorySize { operations, processes, keys, .. } = *opened;
        match opened.is_timed {
            true => tr!(
                language,
                "{0}: {1} operations of {2} processes on {3} keys, in {4}.",
                name.to_owned(),
                operations,
                processes,
                keys,
                seconds(opened.until, 3)
            ),
            false => tr!(
                language,
                "{0}: {1} operations of {2} processes on {3} keys. The file tells no times: they are drawn in their order, a second a line.",
                name.to_owned(),
                operations,
                processes,
                keys
            ),
        }
    }

    fn drawn(&self, ctx: &Context<Self>, drawn: &DrawnHistory, language: Language) -> Html {
        let link = ctx.link();
        let view = &drawn.view;
        let look = |word: &'static str, look: Glance| {
            button("", None, word, link.callback(move |_: MouseEvent| FileMsg::Glance(look)))
        };
        let press = {
            let (view, link) = (view.clone(), link.clone());
            Callback::from(move |event: PointerEvent| match hit(&view, &event) {
                Some(Ok(number)) => link.send_message(FileMsg::Press(number)),
                Some(Err(time)) => link.send_message(FileMsg::Glance(Glance::At(time))),
                None => {}
            })
        };
        let keys = link.batch_callback(|event: KeyboardEvent| {
            let look = match event.key().as_str() {
                "ArrowLeft" => Glance::Earlier,
                "ArrowRight" => Glance::Later,
                "+" | "=" | "ArrowUp" => Glance::Closer,
                "-" | "ArrowDown" => Glance::Farther,
                "Home" => Glance::Whole,
                _ => return None,
            };
            event.prevent_default();
            event.stop_propagation();
            Some(FileMsg::Glance(look))
        });
        let pressed = view.bars.iter().find(|bar| Some(bar.event) == self.pressed);
        let go = |bar: &RequestBar| {
            let number = bar.event;
            link.callback(move |_: MouseEvent| FileMsg::Press(number))
        };
        let label =
            tr!(language, "History: the arrow keys move it, + and − change how much is shown");
        html! {
            <>
            <div class="acts">
                { look(tr!(language, "Earlier"), Glance::Earlier) }{ look(tr!(language, "Later"), Glance::Later) }
                { look(tr!(language, "Closer"), Glance::Closer) }{ look(tr!(language, "Farther"), Glance::Farther) }
                { look(tr!(language, "All of it"), Glance::Whole) }{ look(tr!(language, "The evidence"), Glance::Best) }
                { button("", Some(Icon::Disk), "SVG", self.saves(view, language)) }
                { check(tr!(language, "nothing else"), self.alone, link.callback(FileMsg::Alone)) }
                { check(tr!(language, "as a table"), self.as_table, link.callback(FileMsg::AsTable)) }
            </div>
            <div class="measures scrolls" role="group" tabindex="0" aria-label={label} onkeydown={keys}>
                if self.as_table { { table(view, language, go) } } else { { picture(view, None, None, language, press) } }
            </div>
            if drawn.left_out > 0 {
                <p class="soft">{ tr!(language, "{0} more operations of this stretch are not drawn: look closer.", drawn.left_out) }</p>
            }
            <p role="status">{ for pressed.map(|bar| tell(language, &bar.told())) }</p>
            </>
        }
    }

    /// Saves the picture.
    fn saves(&self, view: &HistoryView, language: Language) -> Callback<MouseEvent> {
        let name = self.file.as_ref().map(File::name).unwrap_or_default();
        let view = view.clone();
        Callback::from(move |_: MouseEvent| {
            let svg = export::history::draw(&view, &name, None, language);
            browser::save(&format!("{name}.svg"), &svg);
        })
    }

    fn verdicts(&self, ctx: &Context<Self>, language: Language) -> Html {
        let shown = self.shown().unwrap_or(Model::Linearizable);
        let choose = ctx.link().callback(FileMsg::Choose);
        let go =
            |_: &OperationShot| ctx.link().callback(|_: MouseEvent| FileMsg::Glance(Glance::Best));
        html! {
            <section class="models">
                <h3>{ tr!(language, "What this history keeps") }<small>{ counts(&self.shots, language) }</small></h3>
                { map(&self.shots, None, shown, language, &choose) }
                { for self.shots.iter().filter(|shot| shot.model == shown).map(|shot| evidence(shot, language, go)) }
            </section>
        }
    }
}

fn check(name: &'static str, on: bool, set: Callback<bool>) -> Html {
    let onchange = Callback::from(move |event: Event| {
        set.emit(event.target_unchecked_into::<HtmlInputElement>().checked());
    });
    html! { <label class="check"><input type="checkbox" checked={on} {onchange} />{ name }</label> }
}

/// How wide the picture can be.
fn width() -> f64 {
    let page = browser::window().inner_width().ok().and_then(|it| it.as_f64()).unwrap_or(800.0);
    let room = (page - 32.0).min(1_280.0) - 48.0;
    let beside = if page >= 1_000.0 { 424.0 } else { 0.0 };
    (room - beside).max(300.0)
}
