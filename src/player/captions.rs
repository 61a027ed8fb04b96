//! Captions are there to be read. At the speed at which a scene is told, or more slowly, the run waits before the
//! next caption until this one has stood long enough; its very first excepted, where the next comes soon, for whoever
//! has just come is to see something happen. Who plays faster wants to get on, and is not held up; nor is who reads a
//! lesson beside the run, waits for its answer, or stands at the front door. Whoever shows a run to a room goes from
//! caption to caption.

use super::action::Change;
use super::playback::{Speed, Stood, Target};
use super::store::Store;
use crate::base::Time;
use crate::command::Command;
use crate::words::translate;

/// Real µs that it takes to find a caption, and to read a character of it: the pace of subtitles.
const FIND: u64 = 500_000;
const CHARACTER: u64 = 40_000;
/// Longer than this nobody is held up.
const LONGEST: u64 = 5_000_000;
/// Sooner than this, in real µs, the second caption takes the place of the first.
const BEGINNING: u64 = 4_500_000;

/// How long a caption is to stand, in real µs. A Chinese character says as much as two letters.
fn reading_time(caption: &str) -> u64 {
    let letters: u64 = caption.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum();
    (FIND + CHARACTER * letters).min(LONGEST)
}

impl Store {
    /// How far the run may play on, for what stands to be read before what comes next.
    pub(super) fn as_far_as_read(&mut self, elapsed_micros: u64) -> Time {
        let now = self.pane().run.now();
        let captions = self.pane().run.script().lines.iter();
        let mut captions = captions.filter_map(|line| match &*line.command {
            Command::Say(text) => Some((line.at, text)),
            _ => None,
        });
        let (mut standing, mut is_first) = (None, true);
        let next = captions.find(|(at, text)| {
            let is_next = *at > now;
            if !is_next {
                is_first = standing.is_none();
                standing = Some((*at, translate(self.ui.language, text)));
            }
            is_next
        });
        let (Some((since, text)), Some((next, _))) = (standing, next) else { return Time::LIMIT };
        let Stood { since: stands, micros } = self.playback.stood;
        let stood = if stands == since { micros + elapsed_micros } else { 0 };
        let comes_soon = self.playback.speed.takes(next).is_none_or(|takes| takes < BEGINNING);
        let begins = is_first && comes_soon;
        let hurries = self.playback.speed > Speed::DEFAULT || self.playback.until.is_some();
        // At the front door the run is a picture of what goes on.
        let looks_on = self.study.is_some() || self.ui.door.is_some();
        let free = begins || hurries || looks_on || !self.caption_stands(since);
        let is_read = free || stood >= reading_time(text);
        self.playback.stood = Stood { since, micros: stood };
        if is_read { Time::LIMIT } else { Time(next.0 - 1).max(now) }
    }
}

impl Store {
    /// Plays on to the next caption and rests there, or goes back to the one before. A press on the way goes there
    /// at once. A run that says nothing goes step by step.
    pub(super) fn go_to_caption(&mut self, next: bool) -> Change {
        let (now, captions) = (self.pane().run.now(), self.captions());
        let arriving = self.playback.until.filter(|_| self.playback.playing);
        match next {
            _ if captions.is_empty() => return if next { self.step() } else { self.step_back() },
            true => match (arriving, captions.into_iter().find(|at| *at > now)) {
                (Some(at), _) => self.rest_at(at),
                (None, to) => {
                    self.playback.until = to;
                    self.play();
                }
            },
            false => {
                let before = captions.into_iter().rfind(|at| *at < now);
                self.rest_at(before.unwrap_or(Time::ZERO));
            }
        }
        Change::Frame
    }

    /// When something is said, in the run that is shown.
    fn captions(&self) -> Vec<Time> {
        let lines = self.pane().run.script().lines.iter();
        lines.filter(|line| matches!(*line.command, Command::Say(_))).map(|line| line.at).collect()
    }

    fn rest_at(&mut self, at: Time) {
        self.playback.until = None;
        self.pause();
        self.seek(Target::Time(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::tests::store;
    use crate::player::{Store, TimeAction};

    const TOLD: &str = "run raft nodes=3 seed=7\n0s say One.\n300ms say Two words.\n\
                        310ms say This one is longer, and takes a while.\n320ms say The end.";

    /// Where the run is after so many real milliseconds of play, in ticks of 20.
    fn after(store: &mut Store, millis: u64) -> Time {
        for _ in 0..millis / 20 {
            store.update(TimeAction::Tick { elapsed_micros: 20_000 });
        }
        store.pane().run.now()
    }

    #[test]
    fn a_caption_stands_until_it_has_been_read() {
        let mut store = store(TOLD);
        store.update(TimeAction::Seek(Time::millis(299)));
        store.update(TimeAction::Play);
        // Ten virtual ms take 0.2 s; the first caption takes 0.7 s, the second 0.9 s, the third 2.2 s.
        for (next, waits, goes_on) in [(300, 600, 200), (310, 600, 300), (320, 1_600, 700)] {
            let next = Time::millis(next);
            let waiting = after(&mut store, waits);
            assert!(waiting < next && waiting + Time::millis(1) >= next, "{waiting} of {next}");
            assert!(after(&mut store, goes_on) >= next, "{next}");
        }
    }

    #[test]
    fn nobody_waits_who_has_just_come_or_hurries() {
        let mut early = store(&TOLD.replace("300ms", "30ms").replace("310ms", "40ms"));
        early.update(TimeAction::Play);
        // 0.6 s to the second caption, for which nobody waits; that one is read.
        let waiting = after(&mut early, 1_000);
        assert!(waiting >= Time::millis(30) && waiting < Time::millis(40), "{waiting}");
        assert!(after(&mut early, 1_000) >= Time::millis(40));
        let mut fast = store(TOLD);
        fast.update(TimeAction::Seek(Time::millis(299)));
        fast.update(TimeAction::Faster);
        fast.update(TimeAction::Play);
        assert!(after(&mut fast, 400) > Time::millis(330));
    }
}
