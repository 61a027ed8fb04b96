//! What somebody held alone for a while, or believed to hold, over the whole run. It is noted while the run is
//! simulated for the first time, so that a picture of any stretch has it without simulating anything again.

use crate::base::{Place, Time};
use crate::sim::Sim;
use crate::sim::snapshot::TenureSpan;
use crate::sim::trace::{Event, EventKind};

/// More of them are not kept: the oldest that are over go.
const MOST: usize = 20_000;

/// All that there was and is, by when it began; and which of these go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Holdings {
    all: Vec<TenureSpan>,
    open: Vec<usize>,
}

impl Holdings {
    /// These events have just happened, the last of them to this cluster.
    pub fn follow<'a>(&mut self, sim: &Sim, events: impl Iterator<Item = &'a Event>) {
        let mut last = None;
        for event in events {
            if matches!(event.what, EventKind::Command(_)) {
                self.look_at_all(sim);
            } else if event.place.is_some() && event.place != last {
                last = event.place;
                last.iter().for_each(|place| self.look(sim, *place));
            }
        }
    }

    fn look_at_all(&mut self, sim: &Sim) {
        sim.places().own().for_each(|place| self.look(sim, place));
    }

    /// What the place holds now.
    fn look(&mut self, sim: &Sim, lane: Place) {
        let (now, held) = (sim.now(), sim.tenures(lane));
        let is_up = held.is_some();
        let mut held = held.unwrap_or_default();
        held.retain(|(tenure, _)| tenure.alone);
        let all = &mut self.all;
        self.open.retain(|at| {
            let it = &mut all[*at];
            match held.iter().find(|(tenure, _)| it.is_of(tenure)) {
                _ if it.lane != lane => {}
                // What is over stays over, whatever is done to the clock afterwards; but it may be renewed.
                Some((_, ends)) if it.ends > now || *ends > now => it.ends = (*ends).max(now),
                Some(_) => {}
                // Who is down forgets what it believed, and takes nothing back.
                None if is_up || it.holder.is_none() => it.gone = Some(now),
                None => {}
            }
            it.gone.is_none()
        });
        for (tenure, ends) in held.iter().rev() {
            if !self.open.iter().any(|at| all[*at].lane == lane && all[*at].is_of(tenure)) {
                let (holder, stamp) = (tenure.holder, tenure.stamp);
                all.push(TenureSpan { lane, holder, stamp, since: now, ends: *ends, gone: None });
                self.open.push(all.len() - 1);
            }
        }
        if self.all.len() > MOST {
            self.forget_the_oldest();
        }
    }

    fn forget_the_oldest(&mut self) {
        let half = self.all[MOST / 2].since;
        self.all.retain(|it| it.gone.is_none() || it.since >= half);
        self.count_open();
    }

    fn count_open(&mut self) {
        let open = self.all.iter().enumerate().filter(|(_, it)| it.gone.is_none());
        self.open = open.map(|(at, _)| at).collect();
    }

    /// What came after this cluster's last event is no longer true.
    pub fn forget_after(&mut self, sim: &Sim) {
        let now = sim.now();
        self.all.retain(|it| it.since <= now);
        for it in &mut self.all {
            it.gone = it.gone.filter(|gone| *gone < now);
        }
        self.count_open();
        self.look_at_all(sim);
        // What began and ended in this very instant, and what had not begun by its last event.
        self.all.retain(|it| it.gone != Some(it.since));
        self.count_open();
    }

    /// Those of some time between these two, by when they began.
    pub fn between(&self, from: Time, to: Time) -> impl Iterator<Item = &TenureSpan> {
        self.all.iter().filter(move |it| it.since < to && it.over().is_none_or(|over| over > from))
    }
}
