//! What was held for a while, on the lanes of the space-time diagram: what somebody believes to hold as a
//! dashed bar on his lane, what somebody has granted as a solid one on the lane of whoever granted it. Where
//! two believe at once, a band through their rows says so. And on the lane of whoever is written to under what
//! was granted, each write that it took or refused.

use std::collections::BTreeMap;

use super::spacetime::{Rows, Scale};
use crate::base::{Place, Time};
use crate::protocol::{Content, StampedWrite};
use crate::sim::snapshot::{TenureSpan, WriteMark};
use crate::view::path::{Point, within};
use crate::view::stage::flight::{CHIP_GAP, Chip, text_width};
use crate::words::{Language, translate};
use crate::{key, tr};

/// A bar on a lane: its left edge, its width, the middle of its row and how high it is.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldingBar {
    pub x: f64,
    pub w: f64,
    pub y: f64,
    pub h: f64,
    /// Nobody's but one's own.
    pub believed: bool,
    /// Whose it is, as whoever granted it knows.
    pub holder: Option<Place>,
    pub chip: Chip,
    /// From here on, to its right end, it was believed although nobody granted it any longer.
    pub lapsed: Option<f64>,
    /// Something else stands where its text would.
    pub covered: bool,
}

/// A stretch of time in which several believe that they hold what only one may hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    pub x: f64,
    pub w: f64,
    pub top: f64,
    pub bottom: f64,
    /// Where its text ends: beneath the first of their rows.
    pub told_at: Point,
    pub count: u64,
    pub lasted: Time,
}

/// A write that was taken or refused: its left edge is when. (What was refused covers the cross there.)
#[derive(Clone, Debug, PartialEq)]
pub struct WriteBox {
    pub x: f64,
    /// As wide as there is room for: with its text, or only its chip.
    pub w: f64,
    pub y: f64,
    pub h: f64,
    pub chip: Chip,
    pub mark: WriteMark,
}

/// All of a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HoldingBars {
    pub bars: Vec<HoldingBar>,
    pub writes: Vec<WriteBox>,
    pub overlaps: Vec<Overlap>,
}

/// The size of the text in a bar, and what lies between it and the edge.
pub const SIZE: f64 = 10.5;
const PAD: f64 = 3.0;
/// How much of its row a bar takes, and how high it is at the most, and with a text in it.
const SHARE: f64 = 0.58;
/// … and a write, which says more than where something begins and ends; and how narrow that may be.
const SHARE_OF_WRITE: f64 = 0.78;
const LEAST: f64 = 5.0;
/// Half a cross.
const CROSS: f64 = 5.5;
/// How wide the text of a bar may be, and half a sign of a fault.
const WORD: f64 = 46.0;
const SIGN: f64 = 9.0;
const HIGH: f64 = 14.0;
const WITH_TEXT: f64 = 12.0;

impl HoldingBars {
    /// Draws these, from one time to another; what goes on is drawn to the end, and counted up to `known`.
    pub fn of(
        (holdings, writes): (&[TenureSpan], &[WriteMark]),
        (from, to): (Time, Time),
        known: Time,
        scale: &Scale,
        rows: &Rows,
    ) -> HoldingBars {
        let granted = granted(holdings);
        let bar = |it: &TenureSpan| {
            let begins = it.since.max(from);
            let ends = it.over().unwrap_or(to).min(to);
            let x = scale.x(begins);
            let until = |time: Time| within(scale.x(time) - x, 0.0, scale.x(ends) - x);
            (begins < ends).then(|| HoldingBar {
                x,
                w: until(ends),
                y: rows.lane_y(it.lane).unwrap_or_default(),
                h: (rows.pitch * SHARE).min(HIGH),
                believed: it.holder.is_none(),
                holder: it.holder,
                chip: Chip::new(it.stamp),
                lapsed: lapses(it, &granted)
                    .filter(|at| *at < ends && *at < known)
                    .map(|at| x + until(at.max(begins))),
                covered: false,
            })
        };
        let shown = holdings.iter().filter(|it| rows.row(it.lane).is_some());
        HoldingBars {
            bars: shown.filter_map(bar).collect(),
            writes: boxes(writes, scale, rows),
            overlaps: overlaps(holdings, (from, to), known, scale, rows),
        }
    }

    /// Leaves room to what was broken and mended: to each such sign, here, with a word of this width.
    pub fn leave_room(&mut self, signs: &[(Point, f64)]) {
        for bar in &mut self.bars {
            bar.covered = signs.iter().any(|(at, word)| bar.is_covered(*at, *word));
        }
    }
}

/// The writes, each with its text where the next one on its lane leaves room for that.
fn boxes(writes: &[WriteMark], scale: &Scale, rows: &Rows) -> Vec<WriteBox> {
    let one = |(place, mark): (usize, &WriteMark)| {
        let y = rows.lane_y(mark.lane)?;
        let next = writes[place + 1..].iter().find(|next| next.lane == mark.lane);
        let x = scale.x(mark.at);
        let room = next.map_or(f64::INFINITY, |next| scale.x(next.at) - x);
        let (chip, mark) = (Chip::new(mark.write.stamp), mark.clone());
        let mut it =
            WriteBox { x, w: 0.0, y, h: (rows.pitch * SHARE_OF_WRITE).min(HIGH), chip, mark };
        let whole = it.before_text() + it.text_width() + PAD;
        it.w = if whole <= room { whole } else { it.before_text().min(room.max(LEAST)) };
        it.x -= if it.mark.write.taken { 0.0 } else { CROSS };
        Some(it)
    };
    writes.iter().enumerate().filter_map(one).collect()
}

/// Until when each was granted: by its holder and its token, by the latest of those who granted it.
fn granted(holdings: &[TenureSpan]) -> BTreeMap<(Place, u64), Time> {
    let mut granted = BTreeMap::new();
    for it in holdings {
        if let (Some(holder), Some(over)) = (it.holder, it.over()) {
            let until = granted.entry((holder, it.stamp)).or_insert(over);
            *until = over.max(*until);
        }
    }
    granted
}

/// From when on a belief was only that: nobody grants it any longer; or, where nobody is seen to have granted
/// it, by one's own clock it is over.
fn lapses(belief: &TenureSpan, granted: &BTreeMap<(Place, u64), Time>) -> Option<Time> {
    let granted = granted.get(&(belief.lane, belief.stamp)).copied();
    belief.holder.is_none().then_some(granted.unwrap_or(belief.ends))
}

/// Where more than one lane believes.
fn overlaps(
    holdings: &[TenureSpan],
    (from, to): (Time, Time),
    known: Time,
    scale: &Scale,
    rows: &Rows,
) -> Vec<Overlap> {
    let lasts = |it: &&TenureSpan| it.holder.is_none() && it.gone != Some(it.since);
    let beliefs = holdings.iter().filter(lasts);
    // Each begins and ends a turn: who believes goes from turn to turn.
    let mut turns: Vec<(Time, bool, Place)> = beliefs
        .flat_map(|it| {
            [(it.since, true, it.lane), (it.gone.unwrap_or(Time::LIMIT), false, it.lane)]
        })
        .collect();
    turns.sort_unstable();
    let mut overlaps: Vec<(Time, Time, Vec<Place>)> = Vec::new();
    let mut who: Vec<Place> = Vec::new();
    for (place, (at, begins, lane)) in turns.iter().enumerate() {
        match begins {
            true => who.push(*lane),
            false => drop(who.iter().position(|it| it == lane).map(|it| who.swap_remove(it))),
        }
        let Some((next, ..)) = turns.get(place + 1).filter(|(next, ..)| next > at) else {
            continue;
        };
        let mut lanes = who.clone();
        lanes.sort_unstable();
        lanes.dedup();
        match overlaps.last_mut() {
            _ if lanes.len() < 2 => {}
            Some((_, end, before)) if end == at && *before == lanes => *end = *next,
            _ => overlaps.push((*at, *next, lanes)),
        }
    }
    let overlap = |(since, end, who): (Time, Time, Vec<Place>)| {
        let (x, ends) = (scale.x(since.max(from)), scale.x(end.min(to)));
        let lanes = || who.iter().filter_map(|lane| rows.lane_y(*lane));
        let (top, bottom) = (
            lanes().reduce(f64::min)? - rows.pitch / 2.0,
            lanes().reduce(f64::max)? + rows.pitch / 2.0,
        );
        let told_at = Point::new(scale.x(end.min(to).min(known)) - PAD, top + rows.pitch + 3.8);
        let (count, lasted) = (who.len() as u64, end.min(known).since(since));
        (since < to && end > from && lasted > Time::ZERO).then_some(Overlap {
            x,
            w: ends - x,
            top,
            bottom,
            told_at,
            count,
            lasted,
        })
    };
    overlaps.into_iter().filter_map(overlap).collect()
}

impl HoldingBar {
    /// What stands in it, where there is room: whose it is, or that it is believed.
    pub fn told(&self, language: Language) -> Option<String> {
        let told = match self.holder {
            Some(holder) => holder.to_string(),
            None => translate(language, key!("believes")).to_owned(),
        };
        let fits = |told: &str| {
            !self.covered && self.text_x() + text_width(told, SIZE) + PAD <= self.x + self.w
        };
        (self.h >= WITH_TEXT && fits(&told)).then_some(told)
    }

    /// Whether something that stands there, with a word of this width to its right, would lie over its text.
    fn is_covered(&self, at: Point, word: f64) -> bool {
        let text = self.text_x()..self.text_x() + WORD;
        at.y == self.y && at.x - SIGN < text.end && at.x + SIGN + word > text.start
    }

    /// Whether its number fits.
    pub fn shows_chip(&self) -> bool {
        self.h >= WITH_TEXT && !self.chip.text.is_empty() && self.chip.width <= self.w
    }

    /// Where its text begins.
    pub fn text_x(&self) -> f64 {
        let chip = if self.chip.text.is_empty() { PAD } else { self.chip.width + CHIP_GAP };
        self.x + chip
    }
}

impl WriteBox {
    /// What stands in it beside its chip: whose it is, that it was refused, or over what it was written.
    pub fn told(&self, language: Language) -> String {
        let StampedWrite { name, taken, .. } = &self.mark.write;
        match self.mark.over {
            Some(stamp) => tr!(language, "{0} over {1}", name.clone(), Chip::new(stamp).text),
            None if *taken => name.clone(),
            None => format!("{name} {}", Content::REFUSED),
        }
    }

    /// All of it in words.
    pub fn said(&self, language: Language) -> String {
        let (WriteMark { at, write, over, .. }, language) = (&self.mark, language);
        let (name, at, stamp) = (write.name.clone(), at.said(), write.stamp);
        match over {
            Some(newer) => {
                tr!(
                    language,
                    "{0} under {1} at {2}, over what was written under {3}",
                    name,
                    stamp,
                    at,
                    *newer
                )
            }
            None => tr!(language, "{0} under {1} at {2}", name, stamp, at),
        }
    }

    /// The sign that it is.
    pub fn sign(&self) -> &'static str {
        match self.mark.over {
            Some(_) => "lane overwrites",
            None if self.mark.write.taken => "lane takes",
            None => "lane refuses",
        }
    }

    /// Whether its texts fit: that in its chip, and that beside it.
    pub fn shows_chip(&self) -> bool {
        self.h >= WITH_TEXT && !self.chip.text.is_empty() && self.w >= self.chip.width
    }

    pub fn shows_text(&self) -> bool {
        self.h >= WITH_TEXT && self.w > self.before_text()
    }

    pub fn before_text(&self) -> f64 {
        self.chip.width + CHIP_GAP
    }

    fn text_width(&self) -> f64 {
        Language::ALL.map(|it| text_width(&self.told(it), SIZE)).into_iter().fold(0.0, f64::max)
    }
}

impl Overlap {
    pub fn told(&self, language: Language) -> String {
        tr!(language, "{0} believe it: {1}", self.count, self.lasted.said())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Places;
    use crate::catalog;
    use crate::command::Command;
    use crate::scenario;

    const SCALE: Scale = Scale { origin: Time::ZERO, pixels_per_micro: 0.001 };

    fn bars(script: &str, known: Time) -> (HoldingBars, Rows) {
        let text =
            format!("run lease clients=2 seed=1 latency=10ms\n100ms request C1 write\n{script}\n");
        let mut run = catalog::start(scenario::parse(&text).expect("a script")).expect("a run");
        assert!(run.run_to(known, u32::MAX));
        let rows = Rows::new(&run.script().setup.places, 0.0, 80.0);
        let window = (Time::ZERO, Time::seconds(3));
        let holdings = run.holdings(window.0, window.1);
        let writes = run.stamped_writes(window.0, window.1);
        (HoldingBars::of((&holdings, &writes), window, known, &SCALE, &rows), rows)
    }

    fn of(bars: &HoldingBars, believed: bool) -> Vec<(u64, f64, f64)> {
        let these = bars.bars.iter().filter(|bar| bar.believed == believed);
        these.map(|bar| (bar.chip.stamp, bar.x.round(), (bar.x + bar.w).round())).collect()
    }

    #[test]
    fn a_belief_is_on_its_own_lane_and_a_grant_on_that_of_the_service() {
        let (bars, rows) = bars("", Time::seconds(1));
        let [belief, grant] =
            [true, false].map(|believed| bars.bars.iter().find(|bar| bar.believed == believed));
        let place = |text: &str| rows.lane_y(text.parse().expect("a place"));
        assert_eq!(belief.map(|bar| bar.y), place("C1"));
        assert_eq!(grant.map(|bar| bar.y), place("L1"));
        assert_eq!(grant.and_then(|bar| bar.holder), "C1".parse().ok());
        // Granted at 110 ms; that is on the disk at 112, and believed at 122.
        let (belief, grant) = (of(&bars, true)[0], of(&bars, false)[0]);
        assert_eq!((grant.1, belief.1), (110.0, 122.0));
        assert!(belief.2 < grant.2, "the release is under way: {belief:?} {grant:?}");
        assert!(bars.overlaps.is_empty());
    }

    #[test]
    fn who_is_paused_believes_on_and_where_two_do_it_is_said_for_how_long() {
        let script = "170ms pause C1\n200ms request C2 write\n1.5s resume C1";
        let (early, _) = bars(script, Time::millis(600));
        assert!(early.overlaps.is_empty() && early.bars.iter().all(|bar| bar.lapsed.is_none()));
        let (bars, rows) = bars(script, Time::seconds(2));
        let grant = of(&bars, false)[0];
        assert_eq!((grant.0, grant.2), (1, 710.0), "by the clock of the service");
        let asleep = bars.bars.iter().find(|bar| bar.believed).expect("a belief");
        assert_eq!(asleep.lapsed, Some(710.0), "from here on nobody grants it");
        let [both] = &bars.overlaps[..] else { panic!("{:?}", bars.overlaps) };
        let second = of(&bars, true)[1];
        assert_eq!((both.x.round(), (both.x + both.w).round()), (second.1, second.2));
        let (top, bottom) = (rows.top + rows.pitch, rows.top + 3.0 * rows.pitch);
        assert_eq!((both.count, both.top, both.bottom), (2, top, bottom), "C1 and C2");
        assert!((both.lasted.0 as f64 / 1_000.0 - both.w).abs() < 1.0);
    }

    #[test]
    fn a_future_that_is_no_longer_true_is_forgotten() {
        let text = "run lease clients=2 seed=1 latency=10ms\n100ms request C1 write\n\
                    200ms request C2 write\n1s request C1 write\n";
        let script = scenario::parse(text).expect("a script");
        for at in [1, 112, 122, 250, 300, 700, 1_015].map(Time::millis) {
            let mut run = catalog::start(script.clone()).expect("a run");
            run.run_to(Time::seconds(2), u32::MAX);
            run.seek(at, u32::MAX);
            run.command(Command::Pause(Place::client(0))).expect("it can be paused");
            run.run_to(Time::seconds(2), u32::MAX);
            let mut anew = catalog::start(run.script().clone()).expect("a run");
            anew.run_to(Time::seconds(2), u32::MAX);
            let (begin, end) = (Time::ZERO, Time::seconds(2));
            let held =
                |run: &catalog::Run| (run.holdings(begin, end), run.stamped_writes(begin, end));
            assert_eq!(held(&run), held(&anew), "paused at {at}");
        }
    }

    #[test]
    fn a_clock_that_is_stepped_ends_what_runs_by_it() {
        let script = "200ms clock L1 jump=+1s";
        let (bars, _) = bars(&format!("130ms pause C1\n{script}"), Time::seconds(1));
        assert_eq!(of(&bars, false), [(1, 110.0, 200.0)]);
        let belief = &bars.bars.iter().find(|bar| bar.believed).expect("a belief");
        assert_eq!(belief.lapsed, Some(200.0));
    }

    /// Of each write its token, whether it was taken, and what it overwrote.
    fn written(bars: &HoldingBars) -> Vec<(u64, bool, Option<u64>)> {
        let told = |it: &WriteBox| (it.chip.stamp, it.mark.write.taken, it.mark.over);
        bars.writes.iter().map(told).collect()
    }

    const OVERSLEPT: &str = "170ms pause C1\n200ms request C2 write\n1.5s resume C1";

    #[test]
    fn each_write_is_on_the_lane_of_who_took_or_refused_it() {
        let (bars, rows) = bars(OVERSLEPT, Time::seconds(2));
        assert_eq!(written(&bars)[..2], [(2, true, None), (1, false, None)]);
        let refused = &bars.writes[1];
        assert_eq!(Some(refused.y), rows.lane_y("R1".parse().expect("a place")));
        assert_eq!(refused.told(Language::English), "C1.1 ✕");
        assert!(refused.said(Language::English).starts_with("C1.1 under 1 at 1.5"));
    }

    #[test]
    fn a_write_under_an_older_grant_that_was_taken_says_what_it_overwrote() {
        let text = format!(
            "run lease clients=2 seed=1 latency=10ms flaw=unfenced\n100ms request C1 write\n{OVERSLEPT}\n"
        );
        let mut run = catalog::start(scenario::parse(&text).expect("a script")).expect("a run");
        run.run_to(Time::millis(1_550), u32::MAX);
        let marks = run.stamped_writes(Time::ZERO, Time::seconds(3));
        let told: Vec<_> = marks.iter().map(|it| (it.write.stamp, it.over)).collect();
        assert_eq!(told, [(2, None), (1, Some(2))]);
        let shot = run.look("R1".parse().expect("a place")).expect("it is there");
        let late = shot.panels.iter().any(|panel| match &panel.content {
            Content::Table { rows, .. } => {
                rows.first().is_some_and(|row| *row == ["1", "C1.1", Content::LATE])
            }
            _ => false,
        });
        assert!(late, "{:?}", shot.panels);
    }

    #[test]
    fn what_a_wiped_store_granted_is_granted_no_longer() {
        let wiped = "130ms pause C1\n200ms wipe L1\n300ms restart L1";
        let crashed = "130ms pause C1\n200ms crash L1\n300ms restart L1";
        let until = |script: &str| of(&bars(script, Time::seconds(1)).0, false)[0].2;
        assert_eq!((until(wiped), until(crashed)), (200.0, 710.0));
        // It granted this at 110 ms, and that is on its disk at 112.
        let early = "111ms crash L1\n300ms restart L1";
        assert_eq!(until(early), 111.0);
    }

    #[test]
    fn what_is_granted_on_a_lane_that_is_not_shown_is_not_drawn() {
        let places: Places = Places::cluster(1);
        let rows = Rows::new(&places, 0.0, 80.0);
        let (lane, holder) = (Place::new('L', 0), Some(Place::client(0)));
        let (since, ends) = (Time::ZERO, Time::millis(50));
        let it = TenureSpan { lane, holder, stamp: 1, since, ends, gone: None };
        let bars = HoldingBars::of((&[it], &[]), (since, ends), ends, &SCALE, &rows);
        assert_eq!(bars, HoldingBars::default());
    }
}
