//! Synod's own trace, a JSON object a line: what clients asked (`"kind":"ask"`) and were told
//! (`"answered"`, or a reply that is delivered to who waits for it). All other lines are passed over, and who
//! goes down waits no longer.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Misread, OPERATIONS};
use crate::base::{Place, Text, Time};
use crate::check::history::History;
use crate::check::machine::Access;
use crate::check::recording::Recording;
use crate::sentence;

/// What of a line matters.
#[derive(Deserialize)]
struct Told {
    event: u64,
    time: Option<u64>,
    kind: String,
    place: Option<String>,
    seq: Option<u64>,
    request: Option<String>,
    answer: Option<String>,
}

/// The history of a run.
pub fn read(text: &str) -> Result<Recording<Access>, Misread> {
    let mut history = History::default();
    let mut open: BTreeMap<Place, u64> = BTreeMap::new();
    let (mut asked, mut times) = (0, Vec::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let wrong = |column: usize, why| Misread { line: number, column, why };
        let told: Told = serde_json::from_str(line).map_err(|error| {
            wrong(
                error.column().max(1),
                sentence!("this is no line of a trace: {0}", error.to_string()),
            )
        })?;
        let Some(place) = told.place.as_deref() else { continue };
        let place: Place = place
            .parse()
            .map_err(|_| wrong(1, sentence!("“{0}” is no place", place.to_owned())))?;
        match (&*told.kind, told.seq) {
            ("ask", Some(seq)) => {
                let request = told.request.unwrap_or_default();
                // What is asked of something else is no part of the history.
                let Ok(operation) = request.parse() else { continue };
                asked += 1;
                if asked > OPERATIONS {
                    let why = sentence!(
                        "there are too many operations: a history has at most {0}",
                        OPERATIONS
                    );
                    return Err(wrong(1, why));
                }
                if place.is_client()
                    && let Some(before) = open.insert(place, seq)
                {
                    history.give_up(place, before);
                }
                history.call(place, seq, operation, told.event);
            }
            ("answered" | "deliver" | "gave-up", Some(seq)) => {
                open.remove(&place);
                match told.answer {
                    Some(answer) => history.answer(place, seq, Text::from(answer), told.event),
                    None => history.give_up(place, seq),
                }
            }
            ("down", _) => {
                open.remove(&place);
                history.give_up_all(place);
            }
            _ => {}
        }
        times.resize(history.len() as usize, told.time.map(Time));
    }
    let times: Option<Vec<Time>> = times.into_iter().collect();
    Ok(Recording { times: times.unwrap_or_default(), ..Recording::of(&history) })
}
