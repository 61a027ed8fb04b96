//! A log for ShiViz (<https://bestchai.bitbucket.io/shiviz/>), which draws who knew what from vector
//! clocks. Two lines an event, what happened and then where and when:
//!
//! ```text
//! sends “vote? t1” to S2
//! S1 {"S1":3,"C1":1}
//! ```
//!
//! Before them, as ShiViz takes it from a file: the expression that reads an event, and an empty
//! line where another would tell several runs apart.
//!
//! The clocks are Fidge's and Mattern's, derived by [`Stamps`] and counted from the window's
//! beginning, for ShiViz wants every host to begin at 1. No order is lost by that: whatever leads
//! from one event of the window to another is within the window.
//!
//! ShiViz knows events in Lamport's sense only. Remarks on one (what a server has become, what it
//! notes) follow its words; what nobody at the place could know (a message that is lost, a property
//! that broke elsewhere) and what concerns no place is left out.

use super::{Fields, cut_after, json_line, one_line};
use crate::base::{Place, Sentence, Span};
use crate::catalog::Run;
use crate::replay::stamps::Stamps;
use crate::sim::trace::{Event, EventKind};

/// As ShiViz documents it.
pub const PARSER: &str = "(?<event>.*)\\n(?<host>\\S*) (?<clock>{.*})";
/// More than it can draw.
const EVENTS: u64 = 100_000;

/// An event, and what was said of it later.
struct Entry {
    text: String,
    place: Place,
    /// With the end of its line.
    clock: String,
}

/// Writes the log of a window.
pub fn write(
    run: &Run,
    window: Span,
    most: u64,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let most = most.min(EVENTS);
    let setup = &run.script().setup;
    let places: Vec<Place> = setup.places.all().collect();
    let mut stamps = Stamps::new(&setup.places);
    let (mut entries, mut count) = (Vec::<Entry>::new(), 0);
    // Each place's last entry: what is remarked on it may come much later.
    let mut last: Vec<Option<usize>> = vec![None; places.len()];
    run.walk(window.min, window.max, &mut |number, event| {
        count += 1;
        if count > most {
            return false;
        }
        let Some(stamp) = stamps.follow(number, event) else { return true };
        let Some(place) = places.iter().position(|place| Some(*place) == event.place) else {
            return true;
        };
        if event.what.is_an_event() {
            last[place] = Some(entries.len());
            entries.extend(entry(event, stamp, &places));
        } else if let (Some(remark), Some(last)) = (remark(event), last[place]) {
            entries[last].text += &format!("; {remark}");
        }
        true
    });
    let mut more = write(&format!("{PARSER}\n\n"));
    for Entry { text, place, clock } in entries {
        more = more && write(&format!("{text}\n{place} {clock}"));
    }
    match count > most {
        true => Err(cut_after(most)),
        false => Ok(()),
    }
}

fn entry(event: &Event, stamp: &[u64], places: &[Place]) -> Option<Entry> {
    let clock = places.iter().zip(stamp).filter(|(_, count)| **count > 0);
    Some(Entry {
        text: one_line(&event.tell().to_string()),
        place: event.place?,
        clock: json_line(&Fields(clock.collect())),
    })
}

/// What the place itself could say.
fn remark(event: &Event) -> Option<String> {
    match event.what {
        EventKind::Role(_) | EventKind::Note(_) | EventKind::Refused(_) | EventKind::Status(_) => {
            Some(one_line(&event.tell().to_string()))
        }
        _ => None,
    }
}
