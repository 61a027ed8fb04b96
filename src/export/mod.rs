//! What can be taken away of a run: any window of time, as text that other programs read.
//!
//! | name | what it is | who reads it |
//! |---|---|---|
//! | `mermaid` | a `sequenceDiagram` ([`sequence`]) | Mermaid, so GitHub, GitLab, Obsidian, … |
//! | `flowchart` | the cluster at the end of the window ([`flowchart`]) | the same |
//! | `svg` | the space-time diagram ([`svg`]) | browsers, slides, papers |
//! | `history` | what was asked and told, a lane for each who asks ([`history`]) | the same |
//! | `shiviz` | a log with vector clocks ([`shiviz`]) | ShiViz |
//! | `ndjson` | a trace, an object an event ([`ndjson`]) | `jq`, notebooks |
//! | `csv` | what was asked and what came of it, a line a request ([`measure`](crate::measure)) | spreadsheets, notebooks |
//! | `ejson` | documents of a database ([`ejson`]) | MongoDB, and Synod itself |
//!
//! Every one is bounded, by what its readers take or by what a picture can show. What is beyond is
//! left out whole, event by event, and one sentence says where.

pub mod ejson;
pub mod flowchart;
pub mod history;
pub mod mermaid;
pub mod ndjson;
pub mod sequence;
pub mod shiviz;
pub mod svg;

use serde::{Serialize, Serializer};

use crate::base::{Sentence, Span, Time};
use crate::catalog::Run;
use crate::measure;
use crate::part::Part;
use crate::words::Language;
use crate::{part, sentence};

/// Events in one file at the most.
pub const EVENTS: u64 = 1_000_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    Mermaid,
    Flowchart,
    Svg,
    History,
    ShiViz,
    Ndjson,
    Csv,
    Ejson,
}

impl Format {
    pub const ALL: [Format; 8] = [
        Format::Mermaid,
        Format::Flowchart,
        Format::Svg,
        Format::History,
        Format::ShiViz,
        Format::Ndjson,
        Format::Csv,
        Format::Ejson,
    ];

    /// As `lab export --as` takes it.
    pub fn name(self) -> &'static str {
        match self {
            Format::Mermaid => "mermaid",
            Format::Flowchart => "flowchart",
            Format::Svg => "svg",
            Format::History => "history",
            Format::ShiViz => "shiviz",
            Format::Ndjson => "ndjson",
            Format::Csv => "csv",
            Format::Ejson => "ejson",
        }
    }

    /// The format of this name.
    pub fn of(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// An SVG, which can be drawn as a PNG too.
    pub fn is_picture(self) -> bool {
        matches!(self, Format::Svg | Format::History)
    }

    /// Of one instant, not of a window.
    pub fn is_instant(self) -> bool {
        self == Format::Flowchart
    }
}

/// What is to be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportRequest {
    pub format: Format,
    /// Both ends included. What happens at one instant is of the run's cursor, wherever that is.
    pub window: Span,
    /// Events at the most, where the format itself allows more.
    pub most: u64,
    /// Of what people read. What programs read is English.
    pub language: Language,
}

/// Hands over the text, piece by piece, for as long as `write` says that it could be written. The
/// run must be known as far as the window goes. The error says where the text was cut off; it ends
/// well all the same.
pub fn export(
    run: &Run,
    ask: &ExportRequest,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let ExportRequest { window, most, language, .. } = *ask;
    match ask.format {
        Format::Mermaid => sequence::write(run, window, most, language, write),
        Format::Flowchart => flowchart::write(run, language, write),
        Format::Svg => svg::write(run, window, most, language, write),
        Format::History => history::write(run, window, language, write),
        Format::ShiViz => shiviz::write(run, window, most, write),
        Format::Ndjson => ndjson::write(run, window, most, write),
        Format::Csv => {
            measure::csv(run.requests(), window, run.head().0, write);
            Ok(())
        }
        Format::Ejson => ejson::history(run, run.now(), window, write),
    }
}

/// What was taken away, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub text: String,
    /// Where it was cut off.
    pub cut: Option<Sentence>,
}

/// The same at once, for who wants to look at it. The page fetches it with the desk.
pub static TAKE: Part<fn(&Run, &ExportRequest) -> Taken> =
    part!(desk: fn(&Run, &ExportRequest) -> Taken = take);

pub fn take(run: &Run, ask: &ExportRequest) -> Taken {
    let mut text = String::new();
    let cut = export(run, ask, &mut |piece| {
        text += piece;
        true
    });
    Taken { text, cut: cut.err() }
}

/// What is told where a file holds so many events, and there were more.
pub fn cut_after(events: u64) -> Sentence {
    sentence!("The history ends after {0} events: a file holds no more.", events)
}

/// What is told where a picture shows no more: it ends with what happened by this time.
pub fn cut_at(time: Time, events: u64) -> Sentence {
    sentence!(
        "Cut off at {0}: it holds {1} events and no more. A shorter window shows the rest.",
        time,
        events
    )
}

/// An object of JSON on a line of its own.
pub fn json_line(object: &impl Serialize) -> String {
    let mut line = serde_json::to_string(object).expect("the keys of an object are texts");
    line.push('\n');
    line
}

/// An object whose fields are known only when it is written, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fields<K, V>(pub Vec<(K, V)>);

impl<K: Serialize, V: Serialize> Serialize for Fields<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// A text on one line, also for readers that end lines where others do not.
pub fn one_line(text: &str) -> String {
    text.replace(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}'), " ")
}
