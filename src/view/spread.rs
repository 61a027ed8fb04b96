//! What spreads, beside theory: the share that has heard over time, the formula's curve dashed, and
//! sentences that say why they differ.

use std::rc::Rc;

use super::path::{Path, Point, within};
use crate::base::{Places, Ratio, Sentence, Time};
use crate::explore::other_runs::{OtherRun, Otherwise};
use crate::protocol::Epidemic;
use crate::protocol::epidemic::{Heard, Hearing, grew_last};
use crate::sentence;
use crate::sim::snapshot::{Mark, MarkKind, Status};

/// A run in which something spreads.
#[derive(Clone, Debug)]
pub struct Spread {
    pub epidemic: Epidemic,
    /// As far as the run is known, in its order.
    heard: Vec<Heard>,
    pub places: usize,
    /// Of all messages.
    loss: Ratio,
    /// As far as the run is known.
    known: Time,
}

/// Where the two curves stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SpreadPlot {
    /// Where its title stands, and the plot's upper and lower edge.
    pub title: f64,
    pub top: f64,
    pub bottom: f64,
    pub run: Path,
    pub formula: Path,
    /// Under other seeds, and under this one without the faults: where that has its name.
    pub seeds: Path,
    pub faultless: Path,
    pub faultless_name: Point,
    /// Where each has its name: from where on it is to be read.
    pub run_name: Point,
    pub formula_name: Point,
}

impl Spread {
    /// Of what happened where, up to when it is known.
    pub fn new(
        epidemic: Epidemic,
        marks: &[Mark],
        known: Time,
        places: &Places,
        loss: Ratio,
    ) -> Spread {
        let mut hearing = Hearing::new(&epidemic, places);
        for mark in marks {
            let role = match &mark.what {
                MarkKind::Role(role) => Some(role.name),
                MarkKind::Status(Status::Down) => None,
                _ => continue,
            };
            if let Some(place) = mark.lane.filter(|place| places.has(*place)) {
                hearing.note((mark.event, mark.at), places.index(place), role);
            }
        }
        Spread { epidemic, heard: hearing.heard, places: places.own().count(), loss, known }
    }

    /// When the first knew.
    pub fn since(&self) -> Option<Time> {
        self.heard.first().map(|first| first.at)
    }

    /// How many have heard by this event.
    pub fn heard(&self, event: u64) -> usize {
        self.before(event).last().map_or(0, |heard| heard.count)
    }

    fn before(&self, event: u64) -> &[Heard] {
        &self.heard[..self.heard.partition_point(|heard| heard.event <= event)]
    }

    /// So many cycles after the first knew.
    fn cycles(&self, at: Time) -> f64 {
        at.since(self.since().unwrap_or(at)).0 as f64 / self.epidemic.cycle.0.max(1) as f64
    }

    /// The cycle that it is at this time, and the one in which the last one by this event has heard, from 0 on.
    pub fn cycles_by(&self, now: Time, event: u64) -> (u64, u64) {
        let last = grew_last(self.before(event)).or(self.since());
        (self.cycles(now) as u64, last.map_or(0, |at| self.cycles(at) as u64))
    }

    /// By how much the formula's curve grows in a cycle: e to the power of this.
    pub fn rate(&self) -> f64 {
        let arrive = 1.0 - f64::from(self.loss.ppm()) / f64::from(Ratio::WHOLE);
        self.epidemic.fanout as f64 * arrive / 2.0
    }

    /// The share that has heard after so many cycles, by the formula.
    pub fn formula(&self, cycles: f64) -> f64 {
        1.0 / (1.0 + (self.places as f64 + 1.0) * (-self.rate() * cycles).exp())
    }

    /// Why the run is not as the formula has it.
    pub fn why(&self, is_cut: bool) -> Vec<Sentence> {
        let (growth, rate) = (self.epidemic.growth, self.rate().exp());
        let by = format!("{rate:.2}");
        let first = match growth as f64 > rate {
            true => sentence!(
                "While few have heard it, a cycle multiplies them by {0}, by the formula by {1}: the run leads.",
                growth,
                by
            ),
            false => sentence!(
                "While few have heard it, a cycle multiplies them by {0}, by the formula by {1}: the formula leads.",
                growth,
                by
            ),
        };
        let cut = sentence!(
            "What is cut off hears nothing: the formula knows only how much is lost on average."
        );
        let beside = self.epidemic.beside.iter().cloned();
        std::iter::once(first).chain(beside).chain(is_cut.then_some(cut)).collect()
    }

    /// Under these other seeds: the share that has not heard it in the end, on average, least and most, and the
    /// same of the cycle in which the last one heard; nothing where there are none.
    pub fn elsewhere(&self, others: &[Rc<OtherRun>]) -> Option<[[f64; 3]; 2]> {
        let seeds = others.iter().filter(|other| matches!(other.otherwise, Otherwise::Seed(_)));
        let all = self.places.max(1) as f64;
        let of = |other: &Rc<OtherRun>| {
            let since = other.heard.first().map_or(Time::ZERO, |first| first.at);
            let last = grew_last(&other.heard).unwrap_or(since).since(since);
            [
                1.0 - last_share(&other.heard, all),
                last.0 as f64 / self.epidemic.cycle.0.max(1) as f64,
            ]
        };
        let of: Vec<[f64; 2]> = seeds.map(of).collect();
        let sum_up = |which: usize| {
            let values = of.iter().map(|it| it[which]);
            let mean = values.clone().sum::<f64>() / of.len() as f64;
            [mean, values.clone().fold(f64::MAX, f64::min), values.fold(0.0, f64::max)]
        };
        (!of.is_empty()).then(|| [sum_up(0), sum_up(1)])
    }

    /// The curves up to this time, over the plot's width; the run's and others' as far as it is known.
    pub(super) fn draw(
        &self,
        until: Time,
        x: &dyn Fn(Time) -> f64,
        others: &[Rc<OtherRun>],
        mut plot: SpreadPlot,
    ) -> SpreadPlot {
        let height = |share: f64| plot.bottom - (plot.bottom - plot.top) * within(share, 0.0, 1.0);
        let all = self.places.max(1) as f64;
        let Some(since) = self.since() else { return plot };
        let course = |heard: &[Heard], known: Time, path: &mut Path| {
            path.move_to(Point::new(0.0, height(0.0)));
            let mut last = 0.0;
            for heard in heard {
                let (at, share) = (x(heard.at), heard.count as f64 / all);
                // A step a pixel is enough.
                if at - last >= 1.0 || share == 1.0 {
                    path.line_to(Point::new(at, height(share)));
                    last = at;
                }
            }
            path.line_to(Point::new(x(until.min(known)), height(last_share(heard, all))));
        };
        // Where a course has this share for the last time.
        let passes = |heard: &[Heard], share: f64| {
            let last = heard.iter().rev().find(|heard| heard.count as f64 / all <= share);
            last.map(|heard| Point::new(x(heard.at), height(heard.count as f64 / all)))
        };
        course(&self.heard, self.known, &mut plot.run);
        plot.run_name = passes(&self.heard, 0.5).unwrap_or_default();
        for other in others {
            match other.otherwise {
                Otherwise::Seed(_) => course(&other.heard, self.known, &mut plot.seeds),
                Otherwise::Faultless => {
                    course(&other.heard, self.known, &mut plot.faultless);
                    // Above the names of the others.
                    plot.faultless_name = passes(&other.heard, 0.75).unwrap_or_default();
                }
            }
        }
        const STEPS: u64 = 120;
        let length = until.since(since);
        for step in 0..=STEPS {
            let at = Time(since.0 + length.0 * step / STEPS);
            let share = self.formula(self.cycles(at));
            let point = Point::new(x(at), height(share));
            match step {
                0 => plot.formula.move_to(point),
                _ => plot.formula.line_to(point),
            };
            if share <= 0.5 {
                plot.formula_name = point;
            }
        }
        plot
    }
}

/// Which share has heard in the end.
fn last_share(heard: &[Heard], all: f64) -> f64 {
    heard.last().map_or(0, |heard| heard.count) as f64 / all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::protocol::{Role, Tag};

    fn spread(growth: u64, fanout: u64) -> Spread {
        let epidemic = Epidemic {
            susceptible: "susceptible",
            carriers: &[],
            fanout,
            cycle: Time::millis(50),
            growth,
            beside: Vec::new(),
        };
        let mark = |event, place, name| Mark {
            event,
            at: Time::millis(event * 10),
            lane: Some(Place::server(place)),
            what: MarkKind::Role(Role { name, tag: Tag::Follows }),
        };
        let marks = [
            mark(1, 0, "susceptible"),
            mark(5, 0, "infective"),
            mark(12, 1, "infective"),
            mark(13, 0, "removed"),
            mark(30, 2, "infective"),
            mark(31, 1, "susceptible"),
        ];
        Spread::new(epidemic, &marks, Time::millis(350), &Places::cluster(4), Ratio::ZERO)
    }

    #[test]
    fn those_who_play_another_role_have_heard() {
        let spread = spread(2, 1);
        let heard: Vec<usize> = [1, 5, 12, 29, 30, 31].map(|event| spread.heard(event)).into();
        assert_eq!(heard, [0, 1, 2, 2, 3, 2]);
        assert_eq!(spread.since(), Some(Time::millis(50)));
        assert_eq!(spread.cycles_by(Time::millis(200), 20), (3, 1));
        assert_eq!(spread.cycles_by(Time::millis(400), 40), (7, 5));
    }

    #[test]
    fn the_formula_begins_with_one_and_ends_with_all() {
        let one = spread(2, 1);
        assert!((one.formula(0.0) - 1.0 / 6.0).abs() < 1e-9);
        assert!(one.formula(40.0) > 0.999);
        let told = |spread: &Spread| spread.why(false)[0].to_string();
        assert!(told(&one).contains("by 2, by the formula by 1.65: the run leads"));
        assert!(told(&spread(4, 3)).contains("by 4, by the formula by 4.48: the formula leads"));
        assert_eq!(one.why(true).len(), 2);
    }

    #[test]
    fn what_is_lost_makes_the_formula_slower() {
        let mut lossy = spread(2, 1);
        lossy.loss = Ratio::percent(20);
        assert!((lossy.rate() - 0.4).abs() < 1e-9);
    }

    fn heard(hundreds: u64, count: usize) -> Heard {
        Heard { event: hundreds, at: Time::millis(hundreds * 100), count }
    }

    #[test]
    fn other_seeds_are_summed_up() {
        let other = |seed, counts: &[usize]| {
            let heard = (1..).zip(counts).map(|(n, count)| heard(n, *count)).collect();
            let otherwise = Otherwise::Seed(seed);
            Rc::new(OtherRun { otherwise, heard, measures: Vec::new() })
        };
        let told = spread(2, 1).elsewhere(&[other(1, &[1, 2, 4]), other(2, &[1, 2, 1])]);
        assert_eq!(told, Some([[0.375, 0.0, 0.75], [3.0, 2.0, 4.0]]));
        assert_eq!(spread(2, 1).elsewhere(&[]), None);
    }

    #[test]
    fn more_is_higher() {
        let plot = SpreadPlot { top: 10.0, bottom: 110.0, ..SpreadPlot::default() };
        let course = |otherwise, counts: &[usize]| {
            let heard = (1..).zip(counts).map(|(n, count)| heard(n, *count)).collect();
            Rc::new(OtherRun { otherwise, heard, measures: Vec::new() })
        };
        let others =
            [course(Otherwise::Faultless, &[1, 2, 4]), course(Otherwise::Seed(9), &[1, 2, 3])];
        let drawn =
            spread(2, 1).draw(Time::millis(400), &|at| at.0 as f64 / 1_000.0, &others, plot);
        assert!(drawn.run.to_string().ends_with("L350 60"), "{}", drawn.run);
        assert!(drawn.formula.to_string().contains("L400 "), "{}", drawn.formula);
        assert!(drawn.run_name.y == 60.0 && drawn.formula_name.y > 60.0);
        assert!(drawn.seeds.to_string().ends_with("L300 35L350 35"), "{}", drawn.seeds);
        assert_eq!(drawn.faultless_name, Point::new(200.0, 60.0));
    }
}
