//! A window of time as Mermaid's `sequenceDiagram`: who told whom what, and what happened to them.
//!
//! Clients are actors, servers participants, in the order of the lanes. A message stands where it
//! arrives, for that order is what such a diagram can show; `->>` is a call, `-->>` a reply, `-x` or
//! `--x` one that was lost. Faults, remarks and violations are notes over whom they concern.

use super::cut_at;
use super::mermaid::{SIZE, escaped, wrapped};
use crate::base::{Place, Sentence, Span, Time};
use crate::catalog::Run;
use crate::command::Command;
use crate::protocol::Tone;
use crate::sim::trace::{Event, EventKind, Payload};
use crate::words::{Language, tell, translate};
use crate::{sentence, tr};

/// Kept free for the note that says where it was cut off.
const RESERVE: usize = 600;

/// Writes the diagram of a window.
pub fn write(
    run: &Run,
    window: Span,
    most: u64,
    language: Language,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let script = run.script();
    let places = &script.setup.places;
    let lanes: Vec<Place> = places.lanes().collect();
    let title = translate(language, script.title.as_deref().unwrap_or(run.meta().title));
    let mut text = format!("sequenceDiagram\n    title: {}\n", escaped(title));
    for lane in &lanes {
        let kind = if places.is_house_client(*lane) { "actor" } else { "participant" };
        text += &format!("    {kind} {lane}\n");
    }
    let pen = Pen { lanes: &lanes, language };
    let (mut count, mut size, mut cut) = (0, text.chars().count(), None);
    run.walk(window.min, window.max, &mut |_, event| {
        let Some(line) = pen.line(event) else { return true };
        (count, size) = (count + 1, size + line.encode_utf16().count());
        if count > most {
            cut = Some(cut_at(event.at, most));
        } else if size > SIZE - RESERVE {
            cut = Some(too_long(event.at));
        } else {
            text += &line;
        }
        cut.is_none()
    });
    if let Some(cut) = &cut {
        text += &pen.note(None, &tell(language, cut));
    }
    write(&text);
    cut.map_or(Ok(()), Err)
}

fn too_long(at: Time) -> Sentence {
    sentence!(
        "Cut off at {0}: Mermaid draws no more than {1} characters. A shorter window shows the rest.",
        at,
        SIZE
    )
}

/// What lines are written with.
struct Pen<'a> {
    lanes: &'a [Place],
    language: Language,
}

impl Pen<'_> {
    /// The event's line, if it has one.
    fn line(&self, event: &Event) -> Option<String> {
        let language = self.language;
        Some(match &event.what {
            EventKind::Deliver { from, copy, payload, .. } => {
                let label = self.label(payload);
                let label = if *copy { tr!(language, "{0} (copy)", label) } else { label };
                message(*from, event.place?, if answers(payload) { "-->>" } else { "->>" }, &label)
            }
            EventKind::Lost { from, why, payload, .. } => {
                let label =
                    format!("{} ({})", self.label(payload), translate(language, why.reason()));
                message(*from, event.place?, if answers(payload) { "--x" } else { "-x" }, &label)
            }
            EventKind::Command(command) => match &**command {
                // A request is seen when it is sent, and the end of a script is no event.
                Command::Request { .. } | Command::End => return None,
                Command::Say(caption) => {
                    self.note(None, &format!("“{}”", translate(language, caption)))
                }
                command => self.note(event.place, &command.to_string()),
            },
            EventKind::Violation { .. } => {
                let told = tell(language, &event.tell());
                self.note(event.place, &format!("✗ {told}"))
            }
            EventKind::Refused(_)
            | EventKind::Disconnected { .. }
            | EventKind::Retry { .. }
            | EventKind::GaveUp { .. }
            | EventKind::Answered { .. }
            | EventKind::Note(_) => self.note(event.place, &tell(language, &event.tell())),
            _ => return None,
        })
    }

    /// What a message says, with the reason of a refusal.
    fn label(&self, payload: &Payload) -> String {
        tell(self.language, &sentence!("{0}", payload.told()))
    }

    /// A note over somebody, or over all.
    fn note(&self, place: Option<Place>, text: &str) -> String {
        let over = match (place, self.lanes) {
            (Some(place), _) => place.to_string(),
            (None, [one]) => one.to_string(),
            (None, [first, .., last]) => format!("{first},{last}"),
            (None, []) => return String::new(),
        };
        format!("    Note over {over}: {}\n", wrapped(text))
    }
}

fn answers(payload: &Payload) -> bool {
    matches!(payload, Payload::Reply { .. })
        || matches!(payload.kind().tone, Tone::Reply | Tone::Refusal)
}

fn message(from: Place, to: Place, arrow: &str, label: &str) -> String {
    format!("    {from}{arrow}{to}: {}\n", wrapped(label))
}
