//! The request console: who asks whom, what the service can be asked, each as a form to fill in, and
//! what came back. It is made from the protocol's own forms.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::bits::{self, asks, button, option};
use super::draw::{names, when};
use super::icon::Icon;
use super::props::InspectorProps as Props;
use crate::base::Place;
use crate::command::Command;
use crate::player::{Action, TimeAction, gestures};
use crate::protocol::{Blank, Form, Holds};
use crate::sim::snapshot::ClientShot;
use crate::tr;
use crate::web::browser::focus;
use crate::words::{Language, tell, translate};

/// What is typed into the forms, whatever is selected meanwhile and whichever tab shows.
#[derive(Clone)]
pub struct Console {
    /// By the form's name and the blank's place.
    typed: Rc<RefCell<BTreeMap<(&'static str, usize), String>>>,
    redraw: UseForceUpdateHandle,
}

impl Console {
    fn text(&self, form: &Form, place: usize) -> String {
        self.typed.borrow().get(&(form.name, place)).cloned().unwrap_or_default()
    }

    /// The first blank that cannot stay as it is, and why.
    fn mistake(&self, form: &Form, language: Language) -> Option<(usize, String)> {
        form.blanks.iter().enumerate().find_map(|(place, blank)| {
            let why = blank.check(&self.text(form, place)).err()?;
            let name = translate(language, blank.name).to_owned();
            Some((place, tr!(language, "{0}: {1}", name, tell(language, &why))))
        })
    }
}

/// Remembers what is typed.
#[hook]
pub fn use_console() -> Console {
    let typed = use_memo((), |()| RefCell::default());
    Console { typed, redraw: use_force_update() }
}

/// The choice of everybody, and of how many at the most.
const ALL: &str = "all";
const MOST_ASKED: usize = 15;

/// The console, for whoever is selected.
pub fn console(
    props: &Props,
    requests: &Console,
    client: Option<Place>,
    to: Option<Place>,
) -> Html {
    let language = props.language;
    let snapshot = &props.inspection.snapshot;
    let clients = &snapshot.clients;
    let title = html! { <h3>{ tr!(language, "Requests") }</h3> };
    // Where the protocol has no clients, everybody may want something of itself.
    let askers = &props.inspection.askers;
    let first = match props.inspection.serves_clients {
        true => client,
        false => to.filter(|place| askers.contains(place)),
    };
    let Some(first) = first.or(askers.first().copied()) else {
        let nobody = tell(language, &gestures::nobody_asks());
        return html! { <div class="console">{ title }<p class="soft">{ nobody }</p></div> };
    };
    let option = |name: String, chosen: bool| option(name.clone(), &name, chosen);
    let choice = |name: &'static str, options: Vec<Html>| {
        html! { <label><span>{ name }</span><select>{ for options }</select></label> }
    };
    let askers = askers.iter().map(|place| option(place.to_string(), first == *place));
    // Asked nobody in particular, a client asks the server that answered it last.
    let who = match props.inspection.serves_clients {
        true => tr!(language, "client"),
        false => tr!(language, "who asks"),
    };
    let anyone = tr!(language, "anyone").to_owned();
    let anybody = std::iter::once(option(anyone, to.is_none()));
    let servers = props.inspection.snapshot.nodes.iter();
    let asked = anybody.chain(servers.map(|node| option(node.id.to_string(), to == Some(node.id))));
    let all = (2..=MOST_ASKED).contains(&props.inspection.snapshot.nodes.len());
    let all = all.then(|| bits::option(ALL.into(), tr!(language, "all"), false));
    let asked = asked.chain(all);
    let forms = props.inspection.forms.iter().map(|form| ask(props, requests, form));
    let answers: Vec<Html> =
        clients.iter().flat_map(|client| came_back(client, language)).collect();
    html! {
        <div key={format!("{client:?} {to:?}")} class="console">
            { title }
            <div class="who">
                { choice(who, askers.collect()) }
                if props.inspection.serves_clients { { choice(tr!(language, "asks"), asked.collect()) } }
            </div>
            { for forms }
            <p class="soft" role="status">{ waits(props) }</p>
            if !answers.is_empty() { <ol class="answers" aria-live="polite">{ for answers }</ol> }
        </div>
    }
}

/// While the run stands still nothing arrives: what is sent now waits, and this says for what.
fn waits(props: &Props) -> Option<Html> {
    let now = props.inspection.now;
    let mut open =
        props.inspection.snapshot.clients.iter().filter_map(|client| client.open.as_ref());
    let open = open.any(|open| open.since == now);
    (open && !props.inspection.playing).then(|| {
        let language = props.language;
        let said = tr!(language, "Sent: it arrives when the run goes on.");
        let play = asks(&props.act, TimeAction::Play);
        let play = button("", Some(Icon::Play), tr!(language, "Play"), play);
        html! { <><span>{ said }</span>{ " " }{ play }</> }
    })
}

/// A client's last requests, and what it was told.
fn came_back(client: &ClientShot, language: Language) -> Vec<Html> {
    const SHOWN: usize = 3;
    let line = |class: &'static str, request: &str, told: String| {
        html! { <li {class}>{ format!("{} {request} → ", client.id) }<b>{ told }</b></li> }
    };
    // All that came back from several who were asked at once.
    let last = client.answers.last().map(|answer| &answer.request);
    let replies = client.answers.iter().rev();
    let replies = replies.take_while(|answer| answer.by.is_some() && Some(&answer.request) == last);
    let shown = replies.count().max(SHOWN);
    let past = client.answers.iter().skip(client.answers.len().saturating_sub(shown));
    let past = past.map(|answer| {
        let class = if answer.refused { "refused" } else { "" };
        let by = answer.by.map(|by| format!("{by}: ")).unwrap_or_default();
        line(class, &answer.request, by + &tell(language, &answer.told))
    });
    let open = client
        .open
        .iter()
        .map(|open| line("soft", &open.request, tr!(language, "waits for {0}", open.asked_told())));
    past.chain(open).collect()
}

/// One of its forms. Its blanks are checked as they are filled, by the rule of whoever will read the
/// request; a blank left empty means its sample.
fn ask(props: &Props, requests: &Console, form: &'static Form) -> Html {
    let language = props.language;
    let mistake = requests.mistake(form, language);
    let wrong = mistake.as_ref().map(|(place, _)| *place);
    let onsubmit = {
        let (act, requests) = (props.act.clone(), requests.clone());
        let all: Vec<Place> = props.inspection.snapshot.nodes.iter().map(|node| node.id).collect();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            let element = event.target_unchecked_into::<Element>();
            send(&element, form, &requests, (language, &all), &act);
        })
    };
    let told = format!("{}-wrong-{}", props.id, form.name);
    let blank = |(place, blank): (usize, &Blank)| {
        let numeric = matches!(blank.holds, Holds::Number { .. }).then_some("numeric");
        let oninput = {
            let requests = requests.clone();
            Callback::from(move |event: InputEvent| {
                let value = event.target_unchecked_into::<HtmlInputElement>().value();
                requests.typed.borrow_mut().insert((form.name, place), value);
                requests.redraw.force_update();
            })
        };
        html! {
            <label><span>{ translate(language, blank.name) }</span><input type="text" inputmode={numeric}
                value={requests.text(form, place)} {oninput} placeholder={blank.sample} autocomplete="off" autocapitalize="off"
                spellcheck="false" aria-invalid={(wrong == Some(place)).to_string()} aria-describedby={told.clone()} /></label>
        }
    };
    html! {
        <form class={names(&["ask", when(form.blanks.len() > 2, "long")])} aria-label={translate(language, form.name)} {onsubmit} title={translate(language, form.help)}>
            <b>{ translate(language, form.name) }</b>
            { for form.blanks.iter().enumerate().map(blank) }
            { button("", None, tr!(language, "Send"), Callback::noop()) }
            <p id={told} class="mistake" aria-live="polite">{ mistake.map(|(_, why)| why) }</p>
        </form>
    }
}

/// Sends what the form says; or leads to what is wrong with it.
fn send(
    element: &Element,
    form: &'static Form,
    requests: &Console,
    (language, all): (Language, &[Place]),
    act: &Callback<Action>,
) {
    if let Some((place, _)) = requests.mistake(form, language) {
        let inputs = element.query_selector_all("input").ok();
        let input = inputs.and_then(|inputs| inputs.get(place as u32));
        if let Some(input) = input.and_then(|input| input.dyn_into::<Element>().ok()) {
            focus(&input);
        }
        return;
    }
    let chosen = element.closest(".console").ok().flatten();
    let chosen = chosen.and_then(|console| console.query_selector_all("select").ok());
    let choice = |place| {
        let select = chosen.as_ref()?.get(place)?.dyn_into::<HtmlSelectElement>().ok()?;
        Some(select.value())
    };
    let Some(client) = choice(0).and_then(|client| client.parse::<Place>().ok()) else { return };
    let to = match choice(1) {
        Some(asked) if asked == ALL => all.to_vec(),
        Some(asked) => asked.parse().into_iter().collect(),
        None => Vec::new(),
    };
    let value = |(place, blank): (usize, &Blank)| match requests.text(form, place) {
        typed if typed.trim().is_empty() => blank.sample.to_owned(),
        typed => typed,
    };
    let values: Vec<String> = form.blanks.iter().enumerate().map(value).collect();
    act.emit(Action::Do(Command::Request { client, to, request: form.fill(&values) }));
}
