//! What can be taken away of a run: a diagram, a picture, a log, of a window of time.

use std::rc::Rc;

use web_sys::{HtmlImageElement, HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::bits::{button, field, option};
use super::icon::Icon;
use crate::base::{Sentence, Span, Time, is_unseen};
use crate::export::{ExportRequest, Format, Taken};
use crate::view::diagram::ticks::seconds;
use crate::web::browser;
use crate::web::frame::Instant;
use crate::web::shared::Shared;
use crate::words::{Language, tell, translate};
use crate::{key, sentence, tr};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub language: Language,
    /// The run on screen.
    pub instant: Shared<Instant>,
}

/// Events in what is taken away from the page, at the most: more would make it wait.
const EVENTS: u64 = 20_000;
/// Characters that are shown of a text; it is copied and saved whole.
const SHOWN: usize = 6_000;

/// What can be chosen.
#[derive(Clone, PartialEq)]
struct Choice {
    form: usize,
    reach: usize,
    /// Where the window begins and ends, as somebody typed it: the last reach.
    typed: [String; 2],
}

/// A format as the page offers it; a PNG is an SVG, drawn.
struct Form {
    name: &'static str,
    about: &'static str,
    format: Format,
    /// How its file's name ends.
    ending: &'static str,
}

const FORMS: [Form; 8] = [
    Form {
        name: key!("Mermaid sequence diagram"),
        about: key!(
            "Text that GitHub, GitLab, Obsidian and others draw: paste it into a code block of the language mermaid."
        ),
        format: Format::Mermaid,
        ending: "-sequence.mmd",
    },
    Form {
        name: key!("Mermaid flowchart"),
        about: key!("The cluster at this instant, as text that Mermaid draws."),
        format: Format::Flowchart,
        ending: "-flowchart.mmd",
    },
    Form {
        name: key!("SVG picture"),
        about: key!("The space-time diagram for slides and papers, sharp at any size."),
        format: Format::Svg,
        ending: ".svg",
    },
    Form {
        name: key!("PNG picture"),
        about: key!("The space-time diagram in pixels, for whatever takes no SVG."),
        format: Format::Svg,
        ending: PNG,
    },
    Form {
        name: key!("History picture"),
        about: key!(
            "What clients asked and were told, a lane each, as SVG: where each took effect, and what breaks linearizability."
        ),
        format: Format::History,
        ending: "-history.svg",
    },
    Form {
        name: key!("ShiViz log"),
        about: key!("Every event with its vector clock: open the file in ShiViz."),
        format: Format::ShiViz,
        ending: "-shiviz.log",
    },
    Form {
        name: key!("NDJSON trace"),
        about: key!("Every event as a JSON object on its own line, for your own programs."),
        format: Format::Ndjson,
        ending: "-trace.ndjson",
    },
    Form {
        name: key!("CSV table"),
        about: key!(
            "What clients asked, what they were told, and when: a line a request, for spreadsheets."
        ),
        format: Format::Csv,
        ending: "-requests.csv",
    },
];
const PNG: &str = ".png";

const REACHES: [&str; 4] = [
    key!("what the timeline shows"),
    key!("the whole run so far"),
    key!("the last second"),
    key!("from … to …"),
];
const TYPED: usize = 3;

impl Choice {
    /// The window of this choice; of one that is typed, what is wrong with it.
    fn window(&self, instant: &Instant) -> Result<Span, Sentence> {
        let Instant { window, reached, time, .. } = instant;
        let known = (*reached).max(*time);
        let (from, to) = match self.reach {
            0 => (window.min, window.max.min(known)),
            1 => (Time::ZERO, known),
            2 => (time.since(Time::seconds(1)), *time),
            _ => self.typed(known)?,
        };
        Ok(Span::new(from.min(to), to))
    }

    fn typed(&self, known: Time) -> Result<(Time, Time), Sentence> {
        let [from, to] = self.typed.each_ref().map(|text| {
            text.trim().parse::<Time>().map_err(|expected| {
                sentence!("“{0}” is no time: expected {1}", cut(text.trim()), expected)
            })
        });
        let (from, to) = (from?, to?);
        if from > to {
            return Err(sentence!("{0} is after {1}: the window ends before it begins", from, to));
        }
        if from > known {
            return Err(sentence!("the run is known up to {0}: play it further first", known));
        }
        Ok((from, to.min(known)))
    }
}

/// Enough of what somebody typed to know it by.
fn cut(text: &str) -> String {
    text.chars().filter(|sign| !is_unseen(*sign)).take(20).collect()
}

#[component]
pub fn TakeAway(props: &Props) -> Html {
    let Props { language, instant } = props;
    let language = *language;
    let choice = use_state(|| Choice { form: 0, reach: 0, typed: typed_first(instant) });
    let taken = use_state(|| None::<Rc<Taken>>);
    let said = use_state(|| None::<Sentence>);
    let picture = use_node_ref();
    let Choice { form: chosen, reach, .. } = *choice;
    let form = &FORMS[chosen];
    let window = choice.window(instant);
    {
        let (taken, said, instant) = (taken.clone(), said.clone(), instant.clone());
        use_effect_with((form.format, window.clone()), move |(format, window)| {
            said.set(None);
            let (format, Ok(window)) = (*format, window.clone()) else { return taken.set(None) };
            let ask = ExportRequest { format, window, most: EVENTS, language };
            let give = Callback::from(move |text| taken.set(Some(Rc::new(text))));
            instant.take.emit((ask, give));
        });
    }
    let choose = |change: fn(&mut Choice, usize)| {
        let (choice, said) = (choice.clone(), said.clone());
        Callback::from(move |event: Event| {
            let mut next = (*choice).clone();
            let list: HtmlSelectElement = event.target_unchecked_into();
            change(&mut next, usize::try_from(list.selected_index()).unwrap_or(0));
            said.set(None);
            choice.set(next);
        })
    };
    let forms = FORMS.iter().enumerate().map(|(place, form)| {
        option(place.to_string(), translate(language, form.name), place == chosen)
    });
    let reaches = REACHES
        .iter()
        .enumerate()
        .map(|(place, name)| option(place.to_string(), translate(language, name), place == reach));
    let choose_form = choose(|choice, place| choice.form = place);
    let choose_reach = choose(|choice, place| choice.reach = place);
    let about = window.as_ref().ok().filter(|_| !form.format.is_instant()).map(from_to);
    let about = about.unwrap_or_default();
    html! {
        <section class="take">
            <h3>{ tr!(language, "Take it away") }</h3>
            <div class="formats">
                { field(tr!(language, "Format"), "", choose_form, forms.collect()) }
                if !form.format.is_instant() {
                    { field(tr!(language, "Time"), "", choose_reach, reaches.collect()) }
                    if reach == TYPED {
                        <span class="span-typed">
                            { typed(&choice, 0, tr!(language, "from")) }
                            { " – " }
                            { typed(&choice, 1, tr!(language, "to")) }
                        </span>
                    }
                }
            </div>
            <p class="soft">{ format!("{} {about}", translate(language, form.about)) }</p>
            if let (Err(mistake), false) = (&window, form.format.is_instant()) {
                <p class="mistake">{ tell(language, mistake) }</p>
            } else if let Some(taken) = &*taken {
                { preview(taken, form, &picture, language) }
                if let Some(cut) = &taken.cut { <p class="mistake">{ tell(language, cut) }</p> }
                { acts(Ends { taken, form, picture: &picture, said: &said, instant, language }) }
            }
        </section>
    }
}

/// The time that it shows, kept on one line.
fn from_to(shown: &Span) -> String {
    format!("{} – {}", seconds(shown.min, 2), seconds(shown.max, 2)).replace(' ', "\u{a0}")
}

/// What stands in the fields until somebody types: what the timeline shows.
fn typed_first(instant: &Instant) -> [String; 2] {
    let end = instant.window.max.min(instant.reached.max(instant.time));
    [instant.window.min.min(end), end].map(|time| time.to_string())
}

/// A field for one end of the window.
fn typed(choice: &UseStateHandle<Choice>, end: usize, label: &'static str) -> Html {
    let value = choice.typed[end].clone();
    let choice = choice.clone();
    let oninput = Callback::from(move |event: InputEvent| {
        let input: HtmlInputElement = event.target_unchecked_into();
        let mut next = (*choice).clone();
        next.typed[end] = input.value();
        choice.set(next);
    });
    html! { <input type="text" size="9" maxlength="20" spellcheck="false" autocomplete="off" aria-label={label} {value} {oninput} /> }
}

/// What it will look like.
fn preview(taken: &Taken, form: &Form, picture: &NodeRef, language: Language) -> Html {
    if form.format.is_picture() {
        let source = browser::address_of_svg(&taken.text);
        return html! {
            <div class="sample" tabindex="0" role="region" aria-label={tr!(language, "Preview")}>
                <img ref={picture} src={source} alt={translate(language, form.name).to_owned()} />
            </div>
        };
    }
    let mut text: String = taken.text.chars().take(SHOWN).collect();
    if text.len() < taken.text.len() {
        text += "…";
    }
    html! { <textarea readonly=true rows="7" spellcheck="false" aria-label={tr!(language, "Preview")} value={text} /> }
}

/// What the buttons need.
struct Ends<'a> {
    taken: &'a Rc<Taken>,
    form: &'static Form,
    picture: &'a NodeRef,
    said: &'a UseStateHandle<Option<Sentence>>,
    instant: &'a Instant,
    language: Language,
}

/// Copy and save, and what came of it.
fn acts(ends: Ends) -> Html {
    let Ends { taken, form, picture, said, instant, language } = ends;
    let copy = {
        let (taken, said, picture) = (taken.clone(), said.clone(), picture.clone());
        Callback::from(move |_: MouseEvent| {
            let (taken, said, picture) = (taken.clone(), said.clone(), picture.clone());
            yew::platform::spawn_local(async move {
                let copied = match picture.cast::<HtmlImageElement>() {
                    Some(image) if form.ending == PNG => browser::copy_png(&image).await,
                    _ => browser::copy(&taken.text).await,
                };
                said.set(Some(match copied {
                    Ok(()) => sentence!("Copied"),
                    Err(_) => {
                        sentence!("The browser does not let this page copy: save it instead.")
                    }
                }));
            });
        })
    };
    let save = {
        let (taken, said, picture) = (taken.clone(), said.clone(), picture.clone());
        let name = format!("synod-{}{}", instant.protocol, form.ending);
        Callback::from(move |_: MouseEvent| {
            let (taken, said, picture) = (taken.clone(), said.clone(), picture.clone());
            let name = name.clone();
            yew::platform::spawn_local(async move {
                let saved = match picture.cast::<HtmlImageElement>() {
                    Some(image) if form.ending == PNG => browser::save_png(&name, &image).await,
                    _ => {
                        browser::save(&name, &taken.text);
                        Ok(())
                    }
                };
                said.set(Some(match saved {
                    Ok(()) => sentence!("Saved as {0}", name),
                    Err(_) => sentence!("The browser cannot draw this picture: save it as SVG."),
                }));
            });
        })
    };
    let told = said.as_ref().map(|said| tell(language, said)).unwrap_or_default();
    html! {
        <div class="acts">
            { button("", Some(Icon::Copy), tr!(language, "Copy"), copy) }
            { button("primary", Some(Icon::Disk), tr!(language, "Save"), save) }
            <span class="soft" role="status">{ told }</span>
        </div>
    }
}
