//! Measures of a run, whatever the protocol: how long requests took, how many were done in a second, who
//! was refused or never answered, how old what was read was, and how long it took to recover from a
//! fault. All of it is folded from what was asked ([`RequestShot`]) and from the script's faults, up to an
//! event: the cursor's.
//!
//! A request that has no answer counts as slower than all: leaving it out would make a service look the
//! better the more it leaves unanswered.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::{Listed, Place, Sentence, Span, Text, Time};
use crate::check::{DONE, NO_VALUE, Operation};
use crate::command::{Command, Deed, Link, Partition, Script, ScriptLine};
use crate::replay::requests::{How, RequestShot};
use crate::sentence;

/// A fault of the script, as a band over the measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub from: Time,
    /// `None` where nobody has mended it.
    pub to: Option<Time>,
    /// Named as a lecturer would: `S4 S5 cut off`.
    pub name: Sentence,
}

/// What came of a request, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestFate {
    Done,
    Refused,
    /// Nobody waits for it any longer.
    Unanswered,
    Waiting,
}

/// A read of something old, by acknowledged writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The event with which the read began, and when that was.
    pub event: u64,
    pub at: Time,
    /// How many writes it had missed, and for how long what it read had been out of date.
    pub versions: usize,
    pub by: Time,
}

/// A run in numbers, from a time on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// All that was under way.
    pub asked: usize,
    pub done: usize,
    pub refused: usize,
    pub unanswered: usize,
    pub waiting: usize,
    /// Half took no longer, and 99 in a hundred; `None` where those have no answer.
    pub median: Option<Time>,
    pub slowest: Option<Time>,
    /// Done in a thousand seconds: what was done in this time, whenever it was asked.
    pub rate: u64,
}

impl RequestShot {
    /// What has come of it by this event.
    pub fn fate(&self, event: u64) -> RequestFate {
        match self.ended_by(event).map(|end| &end.how) {
            Some(How::Done(_)) => RequestFate::Done,
            Some(How::Refused) => RequestFate::Refused,
            Some(How::Open) => RequestFate::Unanswered,
            None => RequestFate::Waiting,
        }
    }
}

/// The requests that began by this event.
pub fn until(requests: &[RequestShot], event: u64) -> &[RequestShot] {
    &requests[..requests.partition_point(|request| request.event <= event)]
}

/// The run in numbers, of what was under way between two times and came of it by the event. A request that a
/// fault found under way counts with what follows: nothing shows more of what the fault cost.
pub fn totals(requests: &[RequestShot], event: u64, from: Time, to: Time) -> Totals {
    let within = until(requests, event).iter().filter(|it| {
        let lasts = it.ended_by(event).is_none_or(|end| end.at > from);
        it.at <= to && (it.at >= from || lasts)
    });
    let mut totals = Totals::default();
    let (mut times, mut done): (Vec<Time>, u64) = (Vec::new(), 0);
    for request in within {
        totals.asked += 1;
        let end = request.ended_by(event).filter(|end| matches!(end.how, How::Done(_)));
        done += u64::from(end.is_some_and(|end| (from..=to).contains(&end.at)));
        match request.fate(event) {
            RequestFate::Done => totals.done += 1,
            RequestFate::Refused => totals.refused += 1,
            RequestFate::Unanswered => totals.unanswered += 1,
            // It may be answered yet, and says nothing.
            RequestFate::Waiting => {
                totals.waiting += 1;
                continue;
            }
        }
        times.extend(request.response(event));
    }
    times.sort_unstable();
    let over = totals.asked - totals.waiting;
    let quantile = |share: usize| {
        let place = (over * share).div_ceil(100);
        place.checked_sub(1).and_then(|place| times.get(place)).copied()
    };
    (totals.median, totals.slowest) = (quantile(50), quantile(99));
    totals.rate = (done * 1_000_000_000).checked_div(to.since(from).0).unwrap_or(0);
    totals
}

/// From a fault to the first answer to something that was asked after it; `None` where there is none yet.
pub fn recovery(requests: &[RequestShot], event: u64, fault: &Fault) -> Option<Time> {
    let after = until(requests, event).iter().filter(|request| request.at >= fault.from);
    let done = after.filter(|request| request.fate(event) == RequestFate::Done);
    done.filter_map(|request| request.end.as_ref()).map(|end| end.at.since(fault.from)).min()
}

/// Writes of a key, in the order in which they were acknowledged.
#[derive(Default)]
struct Writes {
    /// The events with which each began and ended, and when it ended.
    acknowledged: Vec<(u64, u64, Time)>,
    /// By value: when its write began, and ended, if it did.
    by_value: BTreeMap<Text, (u64, Option<u64>)>,
}

/// The reads that missed something acknowledged, of those that were answered by this event.
pub fn stale(requests: &[RequestShot], event: u64) -> Vec<Stale> {
    let mut keys: BTreeMap<Text, Writes> = BTreeMap::new();
    let mut reads = Vec::new();
    for request in until(requests, event) {
        let Ok(operation) = request.text.parse::<Operation>() else { continue };
        let end = request.ended_by(event);
        let answer = end.and_then(|end| match &end.how {
            How::Done(answer) => Some(answer),
            How::Refused | How::Open => None,
        });
        let writes = keys.entry(operation.key().clone()).or_default();
        let value = match operation {
            Operation::Get { key } => {
                reads.extend(answer.map(|answer| (request, key, answer)));
                continue;
            }
            Operation::Cas { .. } if answer.is_some_and(|answer| **answer != *DONE) => continue,
            Operation::Put { value, .. } | Operation::Cas { new: value, .. } => value,
            Operation::Delete { .. } => NO_VALUE.into(),
        };
        let acknowledged = end.filter(|_| answer.is_some());
        writes.by_value.insert(value, (request.event, acknowledged.map(|end| end.event)));
        writes.acknowledged.extend(acknowledged.map(|end| (request.event, end.event, end.at)));
    }
    keys.values_mut().for_each(|writes| writes.acknowledged.sort_unstable_by_key(|write| write.1));
    let old = |(request, key, answer): &(&RequestShot, Text, &Text)| {
        let writes = keys.get(key)?;
        writes.missed(answer, request.event).map(|(versions, since)| Stale {
            event: request.event,
            at: request.at,
            versions,
            by: request.at.since(since),
        })
    };
    reads.iter().filter_map(old).collect()
}

impl Writes {
    /// How many writes came surely after the one that was read and were acknowledged before the read began
    /// with this event, and when the first of them was.
    fn missed(&self, answer: &str, read: u64) -> Option<(usize, Time)> {
        // Of several values (siblings) the newest counts.
        let ends = answer.split('|').map(|value| match self.by_value.get(value) {
            Some((_, Some(end))) => *end,
            // Nobody was told that it is there: all that was acknowledged may be older.
            Some((_, None)) => u64::MAX,
            None if value == NO_VALUE => 0,
            None => u64::MAX,
        });
        let written = ends.max().unwrap_or(u64::MAX);
        let before = self.acknowledged.partition_point(|(_, end, _)| *end < read);
        let newer =
            self.acknowledged[..before].iter().rev().take_while(|(_, end, _)| *end > written);
        let missed = newer.filter(|(call, _, _)| *call > written);
        missed.fold(None, |known, (_, _, at)| Some((known.map_or(1, |(count, _)| count + 1), *at)))
    }
}

/// The faults of a script, in their order, each until it was mended.
pub fn faults(lines: &[ScriptLine]) -> Vec<Fault> {
    let mut faults = Vec::new();
    // The place of each fault that lasts, and what mends it.
    let mut lasting: Vec<(usize, Broken)> = Vec::new();
    for ScriptLine { at, command } in lines {
        let mut mend = |mends: &dyn Fn(&Broken) -> bool, faults: &mut Vec<Fault>| {
            let mended = lasting.extract_if(.., |(_, broken)| mends(broken));
            mended.for_each(|(place, _)| faults[place].to = Some(*at));
        };
        match &**command {
            Command::Restart(place) => mend(&|it| *it == Broken::Down(*place), &mut faults),
            Command::Resume(place) => mend(&|it| *it == Broken::Still(*place), &mut faults),
            Command::Each { deed: Deed::Restart, places } => {
                mend(
                    &|it| matches!(it, Broken::Down(place) if places.contains(place)),
                    &mut faults,
                );
            }
            Command::Each { deed: Deed::Resume, places } => {
                mend(
                    &|it| matches!(it, Broken::Still(place) if places.contains(place)),
                    &mut faults,
                );
            }
            Command::Heal(links) if links.is_empty() => mend(&Broken::is_of_network, &mut faults),
            Command::Heal(links) => mend(&|it| *it == Broken::Links(links.clone()), &mut faults),
            Command::Partition(_) => mend(&|it| *it == Broken::Apart, &mut faults),
            _ => {}
        }
        if let Some((broken, name)) = broken(command) {
            lasting.push((faults.len(), broken));
            faults.push(Fault { from: *at, to: None, name });
        }
    }
    faults
}

/// The same script without its faults and what mends them; nothing where it has none.
pub fn faultless(script: &Script) -> Option<Script> {
    let mends = |command: &Command| {
        use Command::{Each, Heal, Restart, Resume};
        matches!(command, Restart(_) | Resume(_) | Heal(_))
            || matches!(command, Each { deed: Deed::Restart | Deed::Resume, .. })
    };
    let breaks = |line: &ScriptLine| broken(&line.command).is_some();
    script.lines.iter().any(breaks).then(|| {
        let mut script = script.clone();
        script.lines.retain(|line| !breaks(line) && !mends(&line.command));
        script
    })
}

/// What is broken, and so what mends it.
#[derive(Clone, PartialEq)]
enum Broken {
    Down(Place),
    Still(Place),
    Links(Vec<Link>),
    Apart,
}

impl Broken {
    fn is_of_network(&self) -> bool {
        matches!(self, Broken::Links(_) | Broken::Apart)
    }
}

/// What the command breaks for a while, and what that is called.
fn broken(command: &Command) -> Option<(Broken, Sentence)> {
    let listed = |places: &[Place]| Listed(places).to_string();
    Some(match command {
        Command::Crash { node, .. } | Command::Wipe(node) => {
            (Broken::Down(*node), sentence!("{0} down", *node))
        }
        Command::Pause(node) => (Broken::Still(*node), sentence!("{0} stands still", *node)),
        Command::Each { deed: Deed::Crash { .. } | Deed::Wipe, places } => {
            (Broken::Down(*places.first()?), sentence!("{0} down", listed(places)))
        }
        Command::Each { deed: Deed::Pause, places } => {
            (Broken::Still(*places.first()?), sentence!("{0} stands still", listed(places)))
        }
        Command::Partition(Partition::Groups(groups)) => {
            let largest = groups.iter().map(Vec::len).max()?;
            let mut smaller = groups.iter().filter(|group| group.len() < largest);
            let apart = smaller.next().or(groups.last())?;
            (Broken::Apart, sentence!("{0} cut off", listed(apart)))
        }
        Command::Partition(Partition::OneWay { unheard, deaf }) => {
            (Broken::Apart, sentence!("{0} unheard by {1}", listed(unheard), listed(deaf)))
        }
        Command::Cut(links) => {
            let named: Vec<String> = links.iter().map(Link::to_string).collect();
            (Broken::Links(links.clone()), sentence!("{0} cut", named.join(" ")))
        }
        Command::Hold(links) => {
            let named: Vec<String> = links.iter().map(Link::to_string).collect();
            (Broken::Links(links.clone()), sentence!("{0} held", named.join(" ")))
        }
        _ => return None,
    })
}

/// What was asked within a window of time, as far as it is known by an event, as comma-separated values,
/// a line each, for as long as `write` says.
pub fn csv(
    requests: &[RequestShot],
    window: Span,
    event: u64,
    write: &mut dyn FnMut(&str) -> bool,
) {
    if !write("asker,request,asked_us,ended_us,outcome,answer,answered_by\n") {
        return;
    }
    let quoted = |text: &str| match text.contains([',', '"', '\n']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    };
    for request in until(requests, event) {
        let end = request.ended_by(event);
        let ended = end.map_or(String::new(), |end| end.at.0.to_string());
        let by = end.and_then(|end| end.by).map_or(String::new(), |by| by.to_string());
        let answer = match end.map(|end| &end.how) {
            Some(How::Done(answer)) => quoted(answer),
            _ => String::new(),
        };
        let outcome = match request.fate(event) {
            RequestFate::Done => "done",
            RequestFate::Refused => "refused",
            RequestFate::Unanswered => "unanswered",
            RequestFate::Waiting => "waiting",
        };
        let (asker, asked) = (request.asker, request.at.0);
        if request.at < window.min || request.at > window.max {
            continue;
        }
        let what = quoted(&request.text);
        if !write(&format!("{asker},{what},{asked},{ended},{outcome},{answer},{by}\n")) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::requests::RequestEnd;
    use crate::scenario;

    fn request(text: &str, event: u64, end: Option<(u64, &str)>) -> RequestShot {
        let how = |answer: &str| match answer {
            "refused" => How::Refused,
            "open" => How::Open,
            answer => How::Done(answer.into()),
        };
        let at = |event: u64| Time::millis(event);
        let end = end.map(|(event, answer)| RequestEnd {
            event,
            at: at(event),
            by: None,
            how: how(answer),
        });
        let asker = Place::client(0);
        RequestShot { asker, seq: event, text: text.into(), event, at: at(event), under: None, end }
    }

    #[test]
    fn what_has_no_answer_is_slower_than_all() {
        let all = [
            request("put x=1", 1, Some((3, "ok"))),
            request("get x", 4, Some((9, "1"))),
            request("get x", 10, Some((12, "open"))),
            request("get x", 20, Some((22, "refused"))),
            request("get x", 30, None),
        ];
        let numbers = totals(&all, 40, Time::ZERO, Time::millis(100));
        let Totals { asked, done, refused, unanswered, waiting, .. } = numbers;
        assert_eq!((asked, done, refused, unanswered, waiting), (5, 2, 1, 1, 1));
        assert_eq!((numbers.median, numbers.slowest), (Some(Time::millis(5)), None));
        assert_eq!(numbers.rate, 20_000, "two in a tenth of a second");
        // At an earlier event less is known.
        let before = totals(&all, 8, Time::ZERO, Time::millis(8));
        assert_eq!((before.asked, before.done, before.waiting), (2, 1, 1));
        assert_eq!(before.slowest, Some(Time::millis(2)));
    }

    #[test]
    fn what_a_fault_found_under_way_counts_with_what_follows_it() {
        let all = [
            request("write", 10, Some((20, "taken"))),
            request("write", 100, Some((1_132, "taken"))),
            request("write", 300, Some((916, "taken"))),
        ];
        // From the fault at 180 ms to now, and to where it was mended.
        let numbers = totals(&all, 2_000, Time::millis(180), Time::millis(1_180));
        assert_eq!((numbers.asked, numbers.done, numbers.rate), (2, 2, 2_000));
        let slowest = Some(Time::millis(1_032));
        assert_eq!((numbers.median, numbers.slowest), (Some(Time::millis(616)), slowest));
        let numbers = totals(&all, 2_000, Time::millis(180), Time::millis(1_100));
        assert_eq!((numbers.asked, numbers.done), (2, 2));
        assert_eq!(numbers.rate, 1_086, "one of them was done before it was mended");
    }

    #[test]
    fn a_read_is_as_old_as_the_first_acknowledged_write_that_it_missed() {
        let all = [
            request("put x=1", 1, Some((2, "ok"))),
            request("put x=2", 3, Some((5, "ok"))),
            request("put x=3", 6, Some((8, "ok"))),
            request("put x=4", 9, None),
            request("get x", 10, Some((12, "1"))),
            request("get x", 13, Some((14, "3"))),
            request("get x", 15, Some((16, "4"))),
            request("get x", 17, Some((18, "no value"))),
            request("get x", 19, Some((20, "1|3"))),
        ];
        let found: Vec<(u64, usize, Time)> =
            stale(&all, 100).iter().map(|it| (it.event, it.versions, it.by)).collect();
        assert_eq!(found, [(10, 2, Time::millis(5)), (17, 3, Time::millis(15))]);
    }

    #[test]
    fn a_write_under_way_with_the_one_that_was_read_is_none_that_was_missed() {
        let all = [
            request("put x=1", 1, Some((6, "ok"))),
            request("put x=2", 2, Some((4, "ok"))),
            request("put x=3", 5, Some((7, "ok"))),
            request("get x", 8, Some((9, "1"))),
        ];
        assert_eq!(stale(&all, 100), []);
    }

    #[test]
    fn faults_last_until_they_are_mended() {
        let script = scenario::parse(
            "run raft nodes=5 seed=1\n1s crash S1\n2s partition S1 S2 | S3 S4 S5\n3s restart S1\n\
             4s cut S3-S4\n5s heal\n6s pause S2\n",
        );
        let faults = faults(&script.expect("a script").lines);
        let told: Vec<(String, u64, Option<u64>)> = faults
            .iter()
            .map(|it| {
                (it.name.to_string(), it.from.0 / 1_000_000, it.to.map(|to| to.0 / 1_000_000))
            })
            .collect();
        let expected = [
            ("S1 down".into(), 1, Some(3)),
            ("S1 S2 cut off".into(), 2, Some(5)),
            ("S3-S4 cut".into(), 4, Some(5)),
            ("S2 stands still".into(), 6, None),
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn recovery_counts_what_was_asked_after_the_fault() {
        let all = [
            request("put x=1", 1, Some((12, "ok"))),
            request("put x=2", 11, Some((13, "refused"))),
            request("put x=3", 14, Some((19, "ok"))),
        ];
        let fault = Fault { from: Time::millis(10), to: None, name: sentence!("{0} down", "S1") };
        assert_eq!(recovery(&all, 100, &fault), Some(Time::millis(9)));
        assert_eq!(recovery(&all, 15, &fault), None);
    }

    #[test]
    fn every_request_is_a_line_of_the_table() {
        let all = [request("put x=1", 1, Some((3, "a,\"b"))), request("get x", 4, None)];
        let expected = "asker,request,asked_us,ended_us,outcome,answer,answered_by\n\
                        C1,put x=1,1000,3000,done,\"a,\"\"b\",\nC1,get x,4000,,waiting,,\n";
        let (mut text, window) = (String::new(), Span::new(Time::ZERO, Time::seconds(1)));
        csv(&all, window, 100, &mut |line| {
            text += line;
            true
        });
        assert_eq!(text, expected);
    }
}
