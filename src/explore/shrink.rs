//! The smallest script that still shows what was found. Lines are left out first, many at a time, then one or
//! two, also under other seeds; then what is left is made plain: fewer places, the usual network, commands
//! that do less, times that are round. What is demanded at the end stays fair all the while.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::base::{Place, Time};
use crate::catalog;
use crate::command::{
    Command, Latency, Partition, Quality, QualityChange, Script, ScriptLine, Setup,
};
use crate::explore::fuzz::{Finding, QUIET, judge};
use crate::protocol::PropertyKind;
use crate::scenario::Variant;

/// Seeds under which fewer lines are tried: what one schedule owes to chance, another seed may give for less.
const SEEDS: u64 = 12;
/// With so few lines left, pairs of them are tried as well, under fewer seeds.
const FEW: usize = 26;
const SEEDS_OF_PAIRS: u64 = 3;
/// Under another seed the same takes a little longer, perhaps.
const SLACK: Time = Time::millis(1_500);

/// The smallest script found that breaks the same property, in at most so many runs.
pub fn shrink(script: &Script, verdict: &Finding, tries: u32) -> Script {
    let liveness = !is_safety(script, verdict);
    let mut best = script.clone();
    if !liveness {
        end_at(&mut best, verdict.at);
    }
    let mut shrinker = Shrinker { best, property: verdict.property, liveness, tries };
    shrinker.setup();
    shrinker.chunks();
    loop {
        let before = shrinker.best.clone();
        shrinker.lines();
        shrinker.places();
        shrinker.setup();
        shrinker.commands();
        if shrinker.best == before {
            break;
        }
    }
    shrinker.times();
    shrinker.best
}

/// The best script so far, and what it has to break.
struct Shrinker {
    best: Script,
    property: &'static str,
    /// Something is demanded at the end: that is fair where all is well for long enough before it.
    liveness: bool,
    tries: u32,
}

impl Shrinker {
    /// Takes the candidate if it breaks the same; one that breaks it sooner ends sooner.
    fn take(&mut self, mut candidate: Script) -> bool {
        let unfair = self.liveness && !is_fair(&candidate);
        if self.tries == 0 || candidate == self.best || unfair {
            return false;
        }
        self.tries -= 1;
        let found = judge(&candidate, self.liveness).ok().flatten();
        let Some(found) = found.filter(|found| found.property == self.property) else {
            return false;
        };
        if !self.liveness {
            end_at(&mut candidate, found.at);
        }
        self.best = candidate;
        true
    }

    /// The best script, changed.
    fn with(&self, change: impl FnOnce(&mut Script)) -> Script {
        let mut candidate = self.best.clone();
        change(&mut candidate);
        candidate
    }

    /// How many lines may go: the end stays.
    fn removable(&self) -> usize {
        let stays = |line: &&ScriptLine| *line.command == Command::End;
        self.best.lines.iter().take_while(|line| !stays(line)).count()
    }

    /// Leaves out pieces, ever smaller ones.
    fn chunks(&mut self) {
        let mut piece = self.removable().max(1);
        while piece > 0 {
            let mut start = 0;
            while start < self.removable() {
                let end = (start + piece).min(self.removable());
                if !self.take(self.with(|script| drop(script.lines.drain(start..end)))) {
                    start += piece;
                }
            }
            piece /= 2;
        }
    }

    /// Leaves out a line or two, if need be under another seed.
    fn lines(&mut self) {
        let mut smaller = true;
        while smaller {
            let count = self.removable();
            let pairs = (0..count).flat_map(|a| (a + 1..count).map(move |b| vec![a, b]));
            let pairs = pairs.filter(|_| count <= FEW);
            let gone: Vec<Vec<usize>> = (0..count).map(|line| vec![line]).chain(pairs).collect();
            smaller = gone.iter().any(|gone| self.without(gone));
        }
    }

    fn without(&mut self, gone: &[usize]) -> bool {
        let own = self.best.setup.seed;
        let most = if gone.len() > 1 { SEEDS_OF_PAIRS } else { SEEDS };
        let seeds = std::iter::once(own).chain((1..=most).filter(|seed| *seed != own));
        for seed in seeds {
            let candidate = self.with(|script| {
                for line in gone.iter().rev() {
                    script.lines.remove(*line);
                }
                script.setup.seed = seed;
                if !self.liveness && seed != own {
                    let end = script.lines.last().map_or(Time::ZERO, |line| line.at);
                    end_at(script, end + SLACK);
                }
            });
            if self.take(candidate) {
                return true;
            }
        }
        false
    }

    /// Fewer places of each kind; what is done to those that are gone goes with them.
    fn places(&mut self) {
        for (kind, _) in self.best.setup.places.clone().kinds() {
            while let count = self.best.setup.places.count(kind.letter)
                && count > kind.least
            {
                let fewer = Variant::Setting(kind.setting.into(), (count - 1).to_string());
                let Ok((candidate, _)) = fewer.of(&self.best) else { break };
                if !self.take(candidate) {
                    break;
                }
            }
        }
    }

    /// A plain network, and what is usual.
    fn setup(&mut self) {
        let plain = Setup::default();
        let changes: [fn(&mut Setup, &Setup); 9] = [
            |setup, plain| setup.link = plain.link,
            |setup, plain| setup.link.loss = plain.link.loss,
            |setup, plain| setup.link.duplicate = plain.link.duplicate,
            |setup, plain| setup.link.replay = plain.link.replay,
            |setup, plain| setup.link.reorder = plain.link.reorder,
            |setup, plain| setup.link.latency = plain.link.latency,
            |setup, plain| setup.disk = plain.disk,
            |setup, plain| setup.retry = plain.retry,
            |setup, plain| setup.options = plain.options.clone(),
        ];
        for change in changes {
            self.take(self.with(|script| change(&mut script.setup, &plain)));
        }
        for option in (0..self.best.setup.options.len()).rev() {
            self.take(self.with(|script| drop(script.setup.options.remove(option))));
        }
    }

    /// Commands that do less.
    fn commands(&mut self) {
        let mut line = 0;
        while line < self.removable() {
            let simpler = simpler(&self.best.lines[line].command);
            let is_simpler = simpler.into_iter().any(|command| {
                self.take(self.with(|script| script.lines[line].command = Rc::new(command)))
            });
            line += usize::from(!is_simpler);
        }
    }

    /// Round times, as early as may be.
    fn times(&mut self) {
        for line in 0..self.removable() {
            for unit in [100_000, 10_000, 1_000] {
                if line >= self.removable() {
                    return;
                }
                let at = self.best.lines[line].at.0;
                let before = line.checked_sub(1).map_or(0, |before| self.best.lines[before].at.0);
                let round = at / unit * unit;
                if !at.is_multiple_of(unit)
                    && round >= before
                    && self.take(self.with(|script| script.lines[line].at = Time(round)))
                {
                    break;
                }
            }
        }
        let end = self.best.lines.last().map_or(0, |end| end.at.0);
        match self.liveness {
            true => drop(self.take(self.with(|script| end_at(script, rounded_up(end, 1_000_000))))),
            false => end_at(&mut self.best, rounded_up(end, 1_000)),
        }
    }
}

fn rounded_up(time: u64, unit: u64) -> Time {
    Time(time.div_ceil(unit) * unit)
}

/// Whether something can be demanded at the end of this script: for long before it nobody is away, all hear each
/// other, and disks, clocks and the network are no worse than usual.
fn is_fair(script: &Script) -> bool {
    let mut trouble = Trouble::at_first(&script.setup);
    let mut well_since = Some(Time::ZERO).filter(|_| trouble.is_over());
    for line in &script.lines {
        trouble.goes_on(&line.command);
        well_since = match trouble.is_over() {
            true => well_since.or(Some(line.at)),
            false => None,
        };
    }
    let end = script.lines.last().map_or(Time::ZERO, |line| line.at);
    well_since.is_some_and(|since| since + QUIET <= end)
}

/// What is not as usual at some instant of a script.
struct Trouble {
    /// Who was stopped and is not back.
    away: BTreeSet<Place>,
    /// Whose clock runs at a rate of its own, and whose disk is slow.
    drifting: BTreeSet<Place>,
    slow: BTreeSet<Place>,
    parted: bool,
    /// Every link, and whether one has a quality of its own.
    links: Quality,
    odd: bool,
}

impl Trouble {
    fn at_first(setup: &Setup) -> Trouble {
        let slow = setup.places.own().filter(|_| !is_usual(setup.disk, Setup::default().disk));
        Trouble {
            away: BTreeSet::new(),
            drifting: BTreeSet::new(),
            slow: slow.collect(),
            parted: false,
            links: setup.link,
            odd: false,
        }
    }

    fn goes_on(&mut self, command: &Command) {
        let mark = |places: &mut BTreeSet<Place>, place: Place, is_in: bool| match is_in {
            true => drop(places.insert(place)),
            false => drop(places.remove(&place)),
        };
        match command {
            Command::Crash { node, .. } | Command::Wipe(node) | Command::Pause(node) => {
                mark(&mut self.away, *node, true);
            }
            Command::Restart(node) | Command::Resume(node) => mark(&mut self.away, *node, false),
            Command::Each { deed, places } => {
                places.iter().for_each(|place| self.goes_on(&deed.to(*place)));
            }
            Command::Drift { node, ppm } => mark(&mut self.drifting, *node, *ppm != 0),
            Command::Disk { node, latency } => {
                mark(&mut self.slow, *node, !is_usual(*latency, Setup::default().disk));
            }
            Command::Cut(_) | Command::Hold(_) | Command::Partition(_) => self.parted = true,
            Command::Heal(links) if links.is_empty() => self.parted = false,
            Command::Link { links, change } if links.is_empty() => {
                self.links = self.links.with(change);
                let QualityChange { latency, loss, duplicate, replay, reorder } = change;
                let all = loss.and(*duplicate).and(*replay).and(*reorder);
                self.odd &= all.is_none() || latency.is_none();
            }
            Command::Link { .. } => self.odd = true,
            _ => {}
        }
    }

    fn is_over(&self) -> bool {
        let usual = Quality::default();
        let nobody = self.away.is_empty() && self.drifting.is_empty() && self.slow.is_empty();
        let plain = Quality { latency: usual.latency, ..self.links } == usual;
        nobody && !self.parted && !self.odd && plain && is_usual(self.links.latency, usual.latency)
    }
}

/// Whether this takes no longer than what is usual.
fn is_usual(latency: Latency, usual: Latency) -> bool {
    match (latency, usual) {
        (Latency::Uniform(span), Latency::Uniform(usual)) => span.max <= usual.max,
        _ => latency == usual,
    }
}

/// The script up to this time, which is its end.
fn end_at(script: &mut Script, at: Time) {
    script.lines.retain(|line| line.at <= at && *line.command != Command::End);
    script.lines.push(ScriptLine { at, command: Rc::new(Command::End) });
}

/// What may stand for a command and does less.
fn simpler(command: &Command) -> Vec<Command> {
    let without = |places: &[Place]| -> Vec<Vec<Place>> {
        let rest = |gone| {
            let rest = (0..places.len()).filter(|place| *place != gone);
            rest.map(|place| places[place]).collect::<Vec<_>>()
        };
        (0..places.len()).map(rest).filter(|rest| !rest.is_empty()).collect()
    };
    match command {
        Command::Crash { node, torn: true } => vec![Command::Crash { node: *node, torn: false }],
        Command::Disk { node, .. } => {
            vec![Command::Disk { node: *node, latency: Latency::constant(Time::ZERO) }]
        }
        Command::Partition(Partition::Groups(groups)) => {
            // Whoever is not named forms a group all the same.
            let mut fewer: Vec<Vec<Vec<Place>>> = Vec::new();
            for (place, group) in groups.iter().enumerate() {
                if groups.len() > 1 {
                    let mut rest = groups.clone();
                    rest.remove(place);
                    fewer.push(rest);
                }
                fewer.extend(without(group).into_iter().map(|group| {
                    let mut rest = groups.clone();
                    rest[place] = group;
                    rest
                }));
            }
            fewer.into_iter().map(|groups| Command::Partition(Partition::Groups(groups))).collect()
        }
        Command::Partition(Partition::OneWay { unheard, deaf }) => {
            let left = without(unheard).into_iter().map(|unheard| (unheard, deaf.clone()));
            let right = without(deaf).into_iter().map(|deaf| (unheard.clone(), deaf));
            let fewer = left.chain(right);
            fewer
                .map(|(unheard, deaf)| Command::Partition(Partition::OneWay { unheard, deaf }))
                .collect()
        }
        Command::Request { client, to, request } if !to.is_empty() => {
            vec![Command::Request { client: *client, to: Vec::new(), request: request.clone() }]
        }
        _ => Vec::new(),
    }
}

pub(super) fn is_safety(script: &Script, verdict: &Finding) -> bool {
    let properties = catalog::find(&script.setup.protocol).map(|entry| (entry.properties)());
    let mut properties = properties.unwrap_or_default().into_iter();
    properties
        .any(|property| property.name == verdict.property && property.kind == PropertyKind::Always)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario;

    #[test]
    fn something_is_demanded_where_all_is_well_for_long() {
        let fair = |setup: &str, lines: &str| {
            let text = format!("run raft nodes=3 seed=1 {setup}\n{lines}");
            is_fair(&scenario::parse(&text).unwrap())
        };
        assert!(fair("", "1s request C1 put x=1\n9s end"));
        assert!(!fair("", "1s crash S1\n2s restart S2\n20s end"));
        assert!(!fair("", "1s pause S3\n20s end") && !fair("", "1s wipe S2\n20s end"));
        let back = "1s crash S1 torn\n2s pause S2\n3s restart S1\n3s resume S2\n";
        assert!(fair("", &format!("{back}11s end")) && !fair("", &format!("{back}10s end")));
        assert!(!fair("", "1s cut S1>S2\n20s end") && fair("", "1s cut S1>S2\n2s heal\n20s end"));
        assert!(!fair("", "1s partition S1\n2s heal S1-S2\n20s end"));
        assert!(!fair("", "1s clock S1 drift=1%\n20s end") && !fair("loss=1%", "20s end"));
        let plain =
            "1s link all latency=5ms..15ms loss=0% duplicate=0% replay=0% reorder=0%\n20s end";
        assert!(fair("loss=1%", plain) && !fair("disk=0s..30ms", plain));
        assert!(!fair("", "1s link S1>S2 latency=1s\n20s end"));
        assert!(fair("", &format!("500ms link S1>S2 latency=1s\n{plain}")));
        let disks =
            "1s disk S1 latency=2ms\n1s disk S2 latency=1ms\n1s disk S3 latency=0s\n20s end";
        assert!(fair("disk=0s..30ms", disks));
    }
}
