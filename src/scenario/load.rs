//! Reading a workload: `load C1..C4 rate=50/s put=50% get=50% keys=3 until=8s`, `load C1..C4 off`.

use std::rc::Rc;

use super::{Mistake, Words, assignment, listing, number, value};
use crate::base::{Ratio, Sentence, Span, Time};
use crate::catalog::Entry;
use crate::command::{Command, Setup};
use crate::protocol::Unserved;
use crate::sentence;
use crate::service::workload::{Asks, KEYS, Mix, Pace, RATES, Workload};

const SETTING: &str =
    "a setting such as rate=50/s, think=20ms, put=50%, keys=3, ask=roam or until=8s";

pub(super) fn load(words: &mut Words, setup: &Setup, entry: &Entry) -> Result<Command, Mistake> {
    let clients = listing::some(words, setup)?;
    if let Some(other) = clients.iter().find(|place| !setup.places.is_house_client(**place)) {
        return Err(words.wrong(sentence!("{0} is no client: only clients are kept busy", *other)));
    }
    if words.peek() == Some("off") {
        words.next(SETTING)?;
        return Ok(Command::Load { clients, workload: None });
    }
    let mut workload = Workload { mix: Mix::NONE, ..Workload::default() };
    let (mut paced, mut given) = (false, Vec::new());
    while !words.is_at_end() {
        let (name, text) = assignment(words, SETTING)?;
        let pace = matches!(name, "rate" | "think");
        if given.contains(&name) || (pace && paced) {
            return Err(words.wrong(match pace {
                true => sentence!("a workload has one pace: rate=… or think=…"),
                false => sentence!("{0} is set twice", name.to_owned()),
            }));
        }
        paced |= pace;
        given.push(name);
        setting(words, name, text, &mut workload)?;
    }
    if workload.mix == Mix::NONE {
        workload.mix = Mix::default();
    }
    let sum = workload.mix.sum();
    if sum != Ratio::WHOLE {
        let sum = format!("{}.{:04}", sum / 10_000, sum % 10_000);
        let sum = format!("{}%", sum.trim_end_matches('0').trim_end_matches('.'));
        return Err(
            words.wrong(sentence!("the shares of requests add up to {0}, not to 100%", sum))
        );
    }
    for sample in workload.mix.samples() {
        (entry.check_request)(&sample.to_string()).map_err(|unserved| match unserved {
            Unserved::Unread(_) => words.wrong(no_store(entry)),
            Unserved::Refused(why) => words.wrong(why),
        })?;
    }
    Ok(Command::Load { clients, workload: Some(Rc::new(workload)) })
}

fn no_store(entry: &Entry) -> Sentence {
    sentence!(
        "{0} is no store of keys and values, and only such clients are kept busy",
        entry.meta.title
    )
}

fn setting(
    words: &mut Words,
    name: &str,
    text: &str,
    workload: &mut Workload,
) -> Result<(), Mistake> {
    match name {
        "rate" => {
            let text = text.strip_suffix("/s").unwrap_or(text);
            let (least, most) = ((*RATES.start()).into(), (*RATES.end()).into());
            workload.pace = Pace::Open { rate: number(words, name, text, least, most)? as u32 };
        }
        "think" => {
            let think: Span = value(words, name, text)?;
            if think.min < Time::millis(1) {
                return Err(words.expected("a time of at least 1ms"));
            }
            workload.pace = Pace::Closed { think };
        }
        "put" => workload.mix.put = value(words, name, text)?,
        "get" => workload.mix.get = value(words, name, text)?,
        "delete" => workload.mix.delete = value(words, name, text)?,
        "cas" => workload.mix.cas = value(words, name, text)?,
        "keys" => {
            let (least, most) = ((*KEYS.start()).into(), (*KEYS.end()).into());
            workload.keys = number(words, name, text, least, most)? as u32;
        }
        "hot" => workload.hot = value(words, name, text)?,
        "ask" => workload.asks = value(words, name, text)?,
        "until" => {
            let until: Time = value(words, name, text)?;
            if until > Time::LIMIT {
                return Err(words.expected(Time::TOO_LONG));
            }
            workload.until = Some(until);
        }
        _ => return Err(words.expected(SETTING)),
    }
    Ok(())
}

impl std::str::FromStr for Asks {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Asks, &'static str> {
        let known = Asks::ALL.into_iter().find(|asks| asks.word() == text);
        known.ok_or("follow, bound or roam")
    }
}
