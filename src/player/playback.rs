//! How real time becomes virtual time: speeds, ticks, and goals that take more than one tick.
//!
//! The virtual clock is a whole number of µs, so what a tick leaves over is carried to the next one
//! exactly: at 1/100, a hundred frames advance the run by as much as one frame does at 1. A tick
//! takes a bounded number of steps; a run too busy for its speed falls behind rather than freezing
//! the page.

use super::captions::Stood;
use crate::base::{Ratio, Time};
use crate::explore::difference::Comparison;
use crate::explore::search::{Search, SearchEnd};

/// Steps that one tick may take while playing at a speed.
pub(super) const STEPS: u32 = 2_000;
/// Steps that one tick may take at full speed, or on the way to a goal.
pub(super) const FAST_STEPS: u32 = 20_000;
/// Steps that one tick may take of a search ahead of the run, where each is looked at.
pub(super) const SEARCH_STEPS: u32 = 5_000;
/// Real time that one tick may bring: after a page was hidden, it goes on instead of leaping.
const LONGEST_TICK: u64 = 100_000;
/// Real time between two steps in reduced motion.
const REST: u64 = 800_000;

/// A step of the ladder of speeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Speed(u8);

impl Speed {
    /// Virtual for real seconds, as (numerator, denominator).
    const LADDER: [(u32, u32); 9] =
        [(1, 100), (1, 50), (1, 20), (1, 10), (1, 5), (1, 2), (1, 1), (5, 1), (10, 1)];
    /// Twenty times slower than life: a message takes about a third of a second.
    pub const DEFAULT: Speed = Speed(2);
    /// While a message is to be watched: it takes about a second.
    pub const SLOW: Speed = Speed(1);
    /// As fast as it goes.
    pub const MAX: Speed = Speed(Speed::LADDER.len() as u8);

    /// All of them, from slow to fast.
    pub fn all() -> impl DoubleEndedIterator<Item = Speed> {
        (0..=Speed::MAX.0).map(Speed)
    }

    /// Its text in a link and on the page: `1/20`, `5`, `max`.
    pub fn code(self) -> String {
        match self.ratio() {
            None => "max".to_owned(),
            Some((whole, 1)) => whole.to_string(),
            Some((numerator, denominator)) => format!("{numerator}/{denominator}"),
        }
    }

    /// The speed of that text.
    pub fn of(code: &str) -> Option<Speed> {
        Speed::all().find(|speed| speed.code() == code)
    }

    pub fn faster(self) -> Speed {
        Speed(self.0 + 1).min(Speed::MAX)
    }

    /// The real µs in which the run plays from its start to a time, unless it plays as fast as it goes.
    pub(super) fn takes(self, time: Time) -> Option<u64> {
        let (numerator, denominator) = self.ratio()?;
        Some(time.0.saturating_mul(u64::from(denominator)) / u64::from(numerator))
    }

    pub fn slower(self) -> Speed {
        Speed(self.0.saturating_sub(1))
    }

    /// Virtual for real time, unless it is as fast as it goes.
    fn ratio(self) -> Option<(u32, u32)> {
        Speed::LADDER.get(usize::from(self.0)).copied()
    }
}

impl Default for Speed {
    fn default() -> Speed {
        Speed::DEFAULT
    }
}

/// How the run is being played.
#[derive(Default)]
pub struct Playback {
    pub playing: bool,
    pub speed: Speed,
    /// Kinds of messages that are worth slowing down for.
    pub slow_for: Vec<&'static str>,
    /// It does so at the moment.
    slowed: bool,
    /// The caption that is being read.
    pub(super) stood: Stood,
    /// Where it stops by itself.
    pub until: Option<Time>,
    /// A long way to go, some steps in every tick.
    pub goal: Option<Goal>,
    /// How many goals were given up on the way: whoever waits for one can tell it from an arrival.
    pub(super) given_up: u32,
    /// What has not made a whole virtual µs yet, in parts of the speed's denominator.
    carry: u64,
    /// Real µs since the last step, in reduced motion.
    rest: u64,
}

/// What a tick asks of the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Advance {
    /// Not yet.
    Nothing,
    /// One step, whenever it is.
    Step,
    /// So much virtual time.
    By(Time),
    /// As many steps as a tick may take.
    AllOut,
}

impl Playback {
    /// What so much more real time asks of the run.
    pub(super) fn tick(&mut self, elapsed_micros: u64, reduced_motion: bool) -> Advance {
        let elapsed = elapsed_micros.min(LONGEST_TICK);
        let speed = if self.slowed { self.speed.min(Speed::SLOW) } else { self.speed };
        let Some((numerator, denominator)) = speed.ratio() else { return Advance::AllOut };
        if reduced_motion {
            self.rest += elapsed;
            if self.rest < REST {
                return Advance::Nothing;
            }
            self.rest = 0;
            return Advance::Step;
        }
        let parts = elapsed * u64::from(numerator) + self.carry;
        self.carry = parts % u64::from(denominator);
        match parts / u64::from(denominator) {
            0 => Advance::Nothing,
            micros => Advance::By(Time(micros)),
        }
    }

    /// Slows down, or goes back to its own speed.
    pub(super) fn slow(&mut self, slowed: bool) {
        if slowed != self.slowed {
            (self.slowed, self.carry) = (slowed, 0);
        }
    }

    /// Goes no further; whether there was somewhere to go.
    pub(super) fn give_up(&mut self) -> bool {
        let gone = self.goal.take().is_some();
        self.given_up += u32::from(gone);
        gone
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        self.speed = speed;
        self.carry = 0;
    }

    /// Starts to play; in reduced motion the first step comes at once.
    pub(super) fn play(&mut self) {
        self.playing = true;
        self.rest = REST;
        self.carry = 0;
    }
}

/// Something that takes more than one tick.
pub struct Goal {
    pub target: Target,
    /// How much of the way is done, where the way's length is known.
    pub progress: Option<Ratio>,
    /// Where it set out: time and event.
    from: (Time, u64),
    /// How far the run is known from before: that is seen again on the way, whichever way it is.
    pub(super) known: Time,
}

/// A search for where a condition becomes true in one pane's run.
pub struct Ahead {
    pub(super) place: usize,
    pub(super) search: Search,
    pub(super) outcome: Option<SearchEnd>,
}

/// Where a goal ends.
pub enum Target {
    Time(Time),
    Event(u64),
    /// A link's cursor: a time, and the last event that has happened.
    Cursor(Time, u64),
    /// Where a condition becomes true. Until that is known, the run stays where it is.
    Found(Vec<Ahead>),
    /// Where the present branch first differs from the one of this id, if by this time. The run stays.
    Difference {
        with: u32,
        by: Time,
        comparison: Box<Comparison>,
    },
    /// Whatever [`TextSearch`](super::TextSearch) looks for.
    Find,
}

impl Goal {
    pub(super) fn new(target: Target, from: (Time, u64)) -> Goal {
        Goal { target, progress: None, from, known: Time::ZERO }
    }

    /// Whether the run goes there itself, and is not looked ahead of.
    pub(super) fn leads_run(&self) -> bool {
        matches!(self.target, Target::Time(_) | Target::Event(_) | Target::Cursor(..))
    }

    /// Whether the cursor only passes by, where the run had been before.
    pub(super) fn recollects(&self) -> bool {
        self.leads_run() && self.known > Time::ZERO
    }

    /// Notes how far it has come.
    pub(super) fn reached(&mut self, (now, event): (Time, u64)) {
        let (start, first) = self.from;
        self.progress = match &self.target {
            Target::Time(to) | Target::Cursor(to, _) => {
                Some(share(now.since(start).0, to.since(start).0))
            }
            Target::Event(to) => Some(share(event.saturating_sub(first), to.saturating_sub(first))),
            Target::Difference { by, comparison, .. } => Some(share(comparison.reached().0, by.0)),
            Target::Found(_) | Target::Find => None,
        };
    }

    /// Where it leads, as a link says it; `None` where that is not known before.
    pub(super) fn place(&self) -> Option<(Time, Option<u64>)> {
        match self.target {
            Target::Time(time) => Some((time, None)),
            Target::Cursor(time, event) => Some((time, Some(event))),
            Target::Event(_) | Target::Found(_) | Target::Difference { .. } | Target::Find => None,
        }
    }

    /// How far it has looked ahead, where the run stays meanwhile.
    pub fn looked(&self) -> Option<Time> {
        match &self.target {
            Target::Found(searches) => searches.iter().map(|ahead| ahead.search.reached()).min(),
            Target::Difference { comparison, .. } => Some(comparison.reached()),
            _ => None,
        }
    }
}

/// How much of the whole is done.
pub(super) fn share(done: u64, whole: u64) -> Ratio {
    let ppm = u128::from(done) * u128::from(Ratio::WHOLE) / u128::from(whole.max(1));
    Ratio::from_ppm(u32::try_from(ppm).unwrap_or(Ratio::WHOLE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_have_names() {
        let codes: Vec<String> = Speed::all().map(Speed::code).collect();
        assert_eq!(codes, ["1/100", "1/50", "1/20", "1/10", "1/5", "1/2", "1", "5", "10", "max"]);
        for speed in Speed::all() {
            assert_eq!(Speed::of(&speed.code()), Some(speed));
            assert!(speed.slower() <= speed && speed <= speed.faster());
        }
        assert_eq!(Speed::default().code(), "1/20");
        assert_eq!(Speed::of("3"), None);
    }

    #[test]
    fn no_microsecond_is_lost() {
        for speed in Speed::all().filter(|&speed| speed != Speed::MAX) {
            let mut playback = Playback { speed, ..Playback::default() };
            let mut virtual_micros = 0;
            for _ in 0..10_000 {
                if let Advance::By(time) = playback.tick(16_667, false) {
                    virtual_micros += time.0;
                }
            }
            let (numerator, denominator) = speed.ratio().unwrap();
            assert_eq!(virtual_micros, 166_670_000 * u64::from(numerator) / u64::from(denominator));
        }
    }

    #[test]
    fn a_hidden_page_does_not_leap() {
        let mut playback = Playback { speed: Speed::of("1").unwrap(), ..Playback::default() };
        assert_eq!(playback.tick(u64::MAX, false), Advance::By(Time(LONGEST_TICK)));
    }

    #[test]
    fn reduced_motion_steps_at_once_and_then_rests() {
        let mut playback = Playback::default();
        playback.play();
        let steps: Vec<bool> =
            (0..100).map(|_| playback.tick(16_000, true) == Advance::Step).collect();
        assert!(steps[0] && steps[50], "16 ms fifty times are 0.8 s");
        assert_eq!(steps.iter().filter(|&&step| step).count(), 2);
    }

    #[test]
    fn progress_is_a_share_of_the_way() {
        let mut goal = Goal::new(Target::Time(Time(300)), (Time(100), 5));
        goal.reached((Time(150), 9));
        assert_eq!(goal.progress, Some(Ratio::percent(25)));
        let mut goal = Goal::new(Target::Event(u64::MAX), (Time(100), 5));
        goal.reached((Time(150), 9));
        assert_eq!(goal.progress, Some(Ratio::ZERO));
    }
}
