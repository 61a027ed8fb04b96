//! What is held for a while, in the row of a box: a ring that runs down by the clock of whoever shows it, the
//! chip of its token, and whose it is, or until when somebody believes that it is his own.

use super::flight::{CHIP_GAP, Chip, text_width};
use crate::base::{Place, Time};
use crate::protocol::{ClockReading, Tenure};
use crate::sim::snapshot::{NodeShot, TimerShot};
use crate::tr;
use crate::view::path::within;
use crate::words::Language;

/// Something that runs down as time goes by, like the ring of a timer: by true time, whatever clock it is
/// measured with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ring {
    pub ends: Time,
    pub whole: Time,
}

/// A mark in the row.
#[derive(Clone, Debug, PartialEq)]
pub struct TenureMark {
    pub ring: Ring,
    /// It has run out.
    pub over: bool,
    /// Nobody has granted it who shows it: it is a belief.
    pub believed: bool,
    /// Of its token, if it has one.
    pub chip: Option<Chip>,
    /// There is no room for the text.
    brief: bool,
    tenure: Tenure,
}

/// How much of a row a ring takes, the size of the text, and the space between two marks.
pub const RING: f64 = 13.0;
pub const SIZE: f64 = 11.0;
const BETWEEN: f64 = 9.0;

impl Ring {
    pub fn of_timer(timer: &TimerShot) -> Ring {
        Ring { ends: timer.fires_at, whole: timer.fires_at.since(timer.set_at) }
    }

    /// How much is still to run, from 1 to 0.
    pub fn left(&self, now: Time) -> f64 {
        within(self.ends.since(now).0 as f64 / self.whole.0.max(1) as f64, 0.0, 1.0)
    }

    fn of(tenure: &Tenure, shot: &NodeShot, now: Time) -> Ring {
        let shows = ClockReading { local: shot.local_now, steady: shot.steady_now };
        Ring { ends: tenure.ends(now, shows, shot.drift_ppm), whole: tenure.whole(shot.drift_ppm) }
    }
}

impl TenureMark {
    /// Those of a place.
    pub fn all(shot: &NodeShot, now: Time) -> Vec<TenureMark> {
        let mark = |tenure: &Tenure| {
            let ring = Ring::of(tenure, shot, now);
            let (over, believed) = (ring.ends <= now, tenure.holder.is_none());
            let chip = (tenure.stamp > 0).then(|| Chip::new(tenure.stamp));
            TenureMark { ring, over, believed, chip, brief: false, tenure: *tenure }
        };
        shot.view.tenures.iter().map(mark).collect()
    }

    /// As many of them as there is room for: the latest.
    pub fn trim(marks: &mut Vec<TenureMark>, room: f64) {
        while marks.len() > 1 && row_width(marks, Language::English) > room {
            marks.pop();
        }
        // One that does not fit even alone says no more than its ring and its chip do.
        let too_wide = row_width(marks, Language::English) > room;
        marks.iter_mut().for_each(|mark| mark.brief = too_wide);
        if row_width(marks, Language::English) > room {
            marks.iter_mut().for_each(|mark| mark.chip = mark.chip.as_ref().map(Chip::bare));
        }
    }

    /// Whose it is, as whoever shows it knows.
    pub fn holder(&self) -> Option<Place> {
        self.tenure.holder
    }

    /// Whose it is, or until when by one's own clock.
    pub fn told(&self, language: Language) -> String {
        match self.tenure.holder {
            Some(holder) => holder.to_string(),
            None if self.brief => String::new(),
            None => tr!(language, "until {0}", self.tenure.until.said()),
        }
    }

    pub fn width(&self, language: Language) -> f64 {
        self.before() + text_width(&self.told(language), SIZE)
    }

    /// What lies before its text.
    pub fn before(&self) -> f64 {
        let chip = self.chip.as_ref().map_or(0.0, |chip| chip.width + CHIP_GAP);
        RING + CHIP_GAP + chip
    }
}

/// How wide all of them are.
pub fn row_width(marks: &[TenureMark], language: Language) -> f64 {
    let widths: f64 = marks.iter().map(|mark| mark.width(language) + BETWEEN).sum();
    (widths - BETWEEN).max(0.0)
}

/// Each with its left edge, in a row around the middle.
pub fn placed(marks: &[TenureMark], language: Language) -> Vec<(f64, &TenureMark)> {
    let mut x = -row_width(marks, language) / 2.0;
    let mut place = |mark| {
        let left = x;
        x += TenureMark::width(mark, language) + BETWEEN;
        (left, mark)
    };
    marks.iter().map(&mut place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog;
    use crate::scenario;

    /// The service or a client of a lease, under a script, at this instant.
    fn marks(place: &str, script: &str, at: Time) -> Vec<TenureMark> {
        let text =
            format!("run lease clients=2 seed=1 latency=10ms\n100ms request C1 write\n{script}\n");
        let mut run = catalog::start(scenario::parse(&text).expect("a script")).expect("a run");
        assert!(run.run_to(at, u32::MAX));
        let place: Place = place.parse().expect("a place");
        TenureMark::all(run.snapshot().node(place).expect("it is there"), at)
    }

    #[test]
    fn a_belief_runs_by_its_own_clock_and_a_grant_by_that_of_the_service() {
        let at = Time::millis(130);
        let [client] = &marks("C1", "", at)[..] else { panic!("one belief") };
        let [service] = &marks("L1", "", at)[..] else { panic!("one grant") };
        // Asked at 100 ms, granted at 110 ms, for 600 ms.
        assert_eq!((client.ring.ends, service.ring.ends), (Time::millis(700), Time::millis(710)));
        assert!(client.believed && !service.believed && !client.over && !service.over);
        assert_eq!(client.told(Language::English), "until 700 ms");
        assert_eq!(
            (service.told(Language::English).as_str(), service.chip.as_ref().map(|it| it.stamp)),
            ("C1", Some(1))
        );
        let [fast] = &marks("C1", "130ms clock C1 drift=+100%", at)[..] else { panic!("one") };
        assert_eq!(fast.ring.ends, Time(130_000 + 570_000 / 2), "it takes half as long");
        let left = [130, 415, 700, 900].map(|ms| client.ring.left(Time::millis(ms)));
        assert_eq!(left, [0.95, 0.475, 0.0, 0.0]);
    }

    #[test]
    fn whoever_is_paused_believes_on_when_its_lease_has_run_out() {
        let script = "140ms pause C1\n200ms request C2 write";
        let at = Time::millis(900);
        let [client] = &marks("C1", script, at)[..] else { panic!("it still believes") };
        assert!(client.believed && client.over);
        let grants = marks("L1", script, at);
        let told: Vec<_> =
            grants.iter().map(|mark| (mark.told(Language::English), mark.over)).collect();
        assert_eq!(told, [("C2".to_owned(), false)], "what has run out goes with the next");
        let [over] = &marks("L1", "140ms pause C1", at)[..] else { panic!("one grant") };
        assert!(over.over && !over.believed);
    }

    #[test]
    fn where_there_is_no_room_a_belief_is_a_ring_and_a_chip() {
        let at = Time::millis(130);
        let width = |room: f64| {
            let mut marks = marks("C1", "", at);
            TenureMark::trim(&mut marks, room);
            (marks[0].told(Language::English), row_width(&marks, Language::English))
        };
        assert_eq!(width(400.0).0, "until 700 ms");
        assert!(width(60.0).0.is_empty() && width(60.0).1 <= 60.0);
    }

    #[test]
    fn marks_lie_side_by_side_around_the_middle_and_the_oldest_go_first() {
        let mut grants = marks("L1", "", Time::millis(130));
        grants.extend(marks("C1", "", Time::millis(130)));
        let placed = placed(&grants, Language::English);
        assert_eq!(placed[0].0, -row_width(&grants, Language::English) / 2.0);
        assert!(placed[0].0 + placed[0].1.width(Language::English) < placed[1].0);
    }
}
