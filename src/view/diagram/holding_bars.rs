//! What was held for a while, on the lanes of the space-time diagram: what somebody believes to hold as a
//! dashed bar on his lane, what somebody has granted as a solid one on the lane of whoever granted it. Where
//! two believe at once, a band through their rows says so.

use std::collections::BTreeMap;

use super::spacetime::{Rows, Scale};
use crate::base::{Place, Time};
use crate::sim::snapshot::TenureSpan;
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

/// All of a window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HoldingBars {
    pub bars: Vec<HoldingBar>,
    pub overlaps: Vec<Overlap>,
}

/// The size of the text in a bar, and what lies between it and the edge.
pub const SIZE: f64 = 10.5;
const PAD: f64 = 3.0;
/// How much of its row a bar takes, and how high it is at the most, and with a text in it.
const SHARE: f64 = 0.58;
const HIGH: f64 = 14.0;
const WITH_TEXT: f64 = 12.0;

impl HoldingBars {
    /// Draws these, from one time to another; what goes on is drawn to the end, and counted up to `known`.
    pub fn of(
        holdings: &[TenureSpan],
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
            })
        };
        let shown = holdings.iter().filter(|it| rows.row(it.lane).is_some());
        HoldingBars {
            bars: shown.filter_map(bar).collect(),
            overlaps: overlaps(holdings, (from, to), known, scale, rows),
        }
    }
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

/// From when on a belief was only that: by one's own clock it is over, or nobody who granted it does any
/// longer.
fn lapses(belief: &TenureSpan, granted: &BTreeMap<(Place, u64), Time>) -> Option<Time> {
    let granted = granted.get(&(belief.lane, belief.stamp)).copied();
    let over = granted.map_or(belief.ends, |over| over.min(belief.ends));
    belief.holder.is_none().then_some(over)
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
        let fits = |told: &str| self.text_x() + text_width(told, SIZE) + PAD <= self.x + self.w;
        (self.h >= WITH_TEXT && fits(&told)).then_some(told)
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
        (HoldingBars::of(&holdings, window, known, &SCALE, &rows), rows)
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
        assert_eq!(asleep.lapsed, Some(700.0), "by its own clock it was over earlier");
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
            let held = |run: &catalog::Run| run.holdings(Time::ZERO, Time::seconds(2));
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

    #[test]
    fn what_is_granted_on_a_lane_that_is_not_shown_is_not_drawn() {
        let places: Places = Places::cluster(1);
        let rows = Rows::new(&places, 0.0, 80.0);
        let (lane, holder) = (Place::new('L', 0), Some(Place::client(0)));
        let (since, ends) = (Time::ZERO, Time::millis(50));
        let it = TenureSpan { lane, holder, stamp: 1, since, ends, gone: None };
        let bars = HoldingBars::of(&[it], (since, ends), ends, &SCALE, &rows);
        assert_eq!(bars, HoldingBars::default());
    }
}
