//! What somebody held alone for a while, or believed to hold, over the whole run; and what was written under
//! that to somebody who looks at it. It is noted while the run is
//! simulated for the first time, so that a picture of any stretch has it without simulating anything again.

use std::collections::BTreeMap;

use crate::base::{Place, Time};
use crate::protocol::{Content, PanelView};
use crate::sim::Sim;
use crate::sim::snapshot::{TenureSpan, WriteMark};
use crate::sim::trace::{Event, EventKind};

/// More of them are not kept: the oldest that are over go.
const MOST: usize = 20_000;
const MOST_WRITES: usize = 2_000;

/// All that there was and is, by when it began; and which of these go on.
#[derive(Clone, Debug, Default)]
pub(super) struct Holdings {
    all: Vec<TenureSpan>,
    open: Vec<usize>,
    writes: Vec<WriteMark>,
    /// How many writes each place has taken and refused.
    counted: BTreeMap<Place, u64>,
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

    /// What the place holds now, and what it has taken.
    fn look(&mut self, sim: &Sim, lane: Place) {
        self.look_at_tenures(sim, lane);
        self.look_at_writes(sim, lane);
    }

    fn look_at_tenures(&mut self, sim: &Sim, lane: Place) {
        let (now, held) = (sim.now(), sim.tenures(lane));
        let is_down = held.is_none() && !sim.places().is_house_client(lane);
        let mut held = held.unwrap_or_default();
        held.retain(|(tenure, _)| tenure.alone);
        let mut kept = None;
        let all = &mut self.all;
        self.open.retain(|at| {
            let it = &mut all[*at];
            match held.iter().find(|(tenure, _)| it.is_of(tenure)) {
                _ if it.lane != lane => {}
                // What is over stays over, whatever is done to the clock afterwards; but it may be renewed.
                Some((_, ends)) if it.ends > now || *ends > now => it.ends = (*ends).max(now),
                Some(_) => {}
                // Who is down forgets what it believed, and takes nothing back that is on its disk.
                None if is_down
                    && kept
                        .get_or_insert_with(|| sim.kept_tenures(lane))
                        .iter()
                        .any(|tenure| it.is_of(tenure)) => {}
                None => it.gone = Some(now),
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

    /// What it has taken or refused since it was last looked at: a step takes one write at the most.
    fn look_at_writes(&mut self, sim: &Sim, lane: Place) {
        let Some(write) = sim.latest_write(lane) else { return };
        let before = self.counted.insert(lane, write.number).unwrap_or(0);
        if write.number <= before {
            return;
        }
        let since = self.granted(write.by, write.stamp);
        let earlier = self.writes.iter().filter(|it| it.lane == lane && it.write.taken);
        let newest = earlier
            .filter_map(|it| Some((self.granted(it.write.by, it.write.stamp)?, it.write.stamp)))
            .max();
        let over =
            newest.filter(|(granted, _)| write.taken && since.is_some_and(|it| it < *granted));
        let over = over.map(|(_, stamp)| stamp);
        self.writes.push(WriteMark { lane, at: sim.now(), write, over });
        if self.writes.len() > MOST_WRITES {
            self.writes.drain(..MOST_WRITES / 2);
        }
    }

    /// When this was first granted to somebody, or he first believed so.
    fn granted(&self, to: Place, stamp: u64) -> Option<Time> {
        let is_his = |it: &&TenureSpan| it.stamp == stamp && it.holder.unwrap_or(it.lane) == to;
        self.all.iter().find(is_his).map(|it| it.since)
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
        self.forget_writes_after(sim);
        self.look_at_all(sim);
        // What began and ended in this very instant, and what had not begun by its last event.
        self.all.retain(|it| it.gone != Some(it.since));
        self.count_open();
    }

    fn forget_writes_after(&mut self, sim: &Sim) {
        self.counted.clear();
        for lane in sim.places().own() {
            self.counted.extend(sim.latest_write(lane).map(|write| (lane, write.number)));
        }
        let (now, counted) = (sim.now(), &self.counted);
        let is_true = |it: &WriteMark| {
            it.at < now || counted.get(&it.lane).is_none_or(|known| it.write.number <= *known)
        };
        self.writes.retain(|it| it.at <= now && is_true(it));
    }

    /// What was taken or refused between these two times.
    pub fn writes(&self, from: Time, to: Time) -> impl Iterator<Item = &WriteMark> {
        self.writes.iter().filter(move |it| it.at >= from && it.at < to)
    }

    /// Marks in the panels of a place what it took although it had taken something under a newer grant.
    pub fn mark_late(&self, lane: Place, panels: &mut [PanelView]) {
        let late = || self.writes.iter().filter(|it| it.lane == lane && it.over.is_some());
        if late().next().is_none() {
            return;
        }
        let tables = panels.iter_mut().filter_map(|panel| match &mut panel.content {
            Content::Table { rows, .. } => Some(rows),
            _ => None,
        });
        for row in tables.flatten() {
            let is_late = late().any(|it| {
                row.first() == Some(&it.write.stamp.to_string())
                    && row.get(1) == Some(&it.write.name)
            });
            let done = row.iter_mut().filter(|cell| is_late && *cell == Content::DONE);
            done.for_each(|cell| *cell = Content::LATE.into());
        }
    }

    /// Those of some time between these two, by when they began.
    pub fn between(&self, from: Time, to: Time) -> impl Iterator<Item = &TenureSpan> {
        self.all.iter().filter(move |it| it.since < to && it.over().is_none_or(|over| over > from))
    }
}
