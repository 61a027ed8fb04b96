//! All branches of a run as one text, so that neither a reload nor a kept run loses any: each is its
//! script, with the branch it departs from, when, how far it had been run, and its name.
//!
//! ```text
//! branches 1
//! branch reached=2s touched=0
//! run raft nodes=3 seed=7
//! branch of=0 since=600ms reached=1.5s touched=1 shown
//! name Without S1
//! run raft nodes=3 seed=7
//! 600ms    crash S1
//! ```
//!
//! The text is bounded. Where there is no room for all, the branch on screen is kept, and of the others
//! those that were touched last; how many there is no room for stands on the first line (`without=2`).

use std::fmt;

use super::{BRANCHES, Branch, Dropped, Pane, Scene, hand_over, start, tidy};
use crate::base::{Sentence, Time};
use crate::command::Script;
use crate::{scenario, sentence};

/// The longest text, in bytes, unless the branch on screen is longer by itself.
pub const LONGEST: usize = 256 * 1024;
/// Of what is written here. A greater one is a newer Synod's.
const VERSION: u32 = 1;

/// The branches of a run as they are stored. The id of a branch is its place here, and every branch stands
/// behind the one that it departs from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branches {
    branches: Vec<Branch>,
    shown: usize,
    left_out: usize,
}

impl Branches {
    /// The text of a pane's branches, where there is more to keep than the script on screen.
    pub fn text(pane: &Pane) -> Option<String> {
        let plain = pane.branches.len() == 1 && pane.current().name.is_none();
        (!plain).then(|| Branches::of(pane).to_string())
    }

    pub(in crate::player) fn of(pane: &Pane) -> Branches {
        let mut branches = pane.branches.clone();
        branches[pane.branch].reached = pane.reached();
        let mut room = LONGEST;
        let mut kept = vec![false; branches.len()];
        for place in by_touch(&branches, pane.branch).into_iter().rev() {
            let length = written(&branches[place], false).len();
            kept[place] = length <= room || place == pane.branch;
            room = room.saturating_sub(if kept[place] { length } else { 0 });
        }
        let left_out = kept.iter().filter(|kept| !**kept).count();
        for place in (0..branches.len()).rev().filter(|place| !kept[*place]) {
            let gone = branches.remove(place);
            hand_over(&mut branches, &gone);
        }
        let shown = kept[..pane.branch].iter().filter(|kept| **kept).count();
        Branches { branches, shown, left_out }.numbered()
    }

    /// The same with places for ids.
    fn numbered(mut self) -> Branches {
        let ids: Vec<u32> = self.branches.iter().map(|branch| branch.id).collect();
        let place = |id: u32| ids.iter().position(|known| *known == id).map(|place| place as u32);
        for (branch, id) in self.branches.iter_mut().zip(0..) {
            branch.parent = branch.parent.and_then(|(of, since)| Some((place(of)?, since)));
            branch.id = id;
        }
        self
    }

    /// Reads such a text; the error says why it cannot be read.
    pub fn parse(text: &str) -> Result<Branches, Sentence> {
        let version = text
            .strip_prefix("branches ")
            .and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next()?.parse::<u32>().ok());
        match version {
            Some(version) if version > VERSION => Err(sentence!(
                "A newer Synod has stored the branches of this run: only the run itself is opened here."
            )),
            _ => Branches::read(text).ok_or_else(Branches::damaged),
        }
    }

    /// What is said of branches that cannot be what was stored.
    pub fn damaged() -> Sentence {
        sentence!("The stored branches of this run are damaged: only the run itself is opened.")
    }

    fn read(text: &str) -> Option<Branches> {
        let mut parts = text.split("\nbranch ");
        let mut first = parts.next()?.strip_prefix("branches 1")?.split_whitespace();
        let left_out = match first.next() {
            Some(word) => word.strip_prefix("without=")?.parse().ok()?,
            None => 0,
        };
        let (mut branches, mut shown) = (Vec::new(), None);
        for (id, part) in (0..BRANCHES as u32 + 1).zip(parts) {
            let (branch, is_shown) = read(id, part)?;
            if is_shown {
                shown = Some(branches.len());
            }
            branches.push(branch);
        }
        let shown = shown.filter(|_| branches.len() <= BRANCHES)?;
        Some(Branches { branches, shown, left_out })
    }

    /// The script of the branch on screen.
    pub fn script(&self) -> &Script {
        &self.branches[self.shown].script
    }

    /// How many there are, and for how many there was no room.
    pub fn count(&self) -> (usize, usize) {
        (self.branches.len(), self.left_out)
    }

    /// What is to be said of those for which there was no room.
    pub fn lacks(&self) -> Option<Sentence> {
        let left_out = self.left_out;
        (left_out > 0).then(|| {
            sentence!("Not all branches could be kept, for they are too long together: {0} left alone longest are gone.", left_out)
        })
    }
}

impl fmt::Display for Branches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "branches {VERSION}")?;
        if self.left_out > 0 {
            write!(f, " without={}", self.left_out)?;
        }
        let mut texts = self.branches.iter().enumerate();
        texts.try_for_each(|(at, branch)| f.write_str(&written(branch, at == self.shown)))
    }
}

/// The places of branches from the one left alone longest to the one on screen.
fn by_touch(branches: &[Branch], shown: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..branches.len()).collect();
    order.sort_unstable_by_key(|&place| (place == shown, branches[place].touched));
    order
}

/// A branch, from the end of the line before to the end of its own last line.
fn written(branch: &Branch, shown: bool) -> String {
    let mut text = "\nbranch ".to_owned();
    if let Some((of, since)) = branch.parent {
        text += &format!("of={of} since={since} ");
    }
    text += &format!("reached={} touched={}", branch.reached, branch.touched);
    if let Some(Scene { protocol, name }) = branch.scene {
        text += &format!(" scene={protocol}/{name}");
    }
    if shown {
        text += " shown";
    }
    if let Some(name) = &branch.name {
        text += &format!("\nname {name}");
    }
    format!("{text}\n{}", branch.script.to_string().trim_end())
}

/// Reads a branch without its first word; and whether it is the one on screen.
fn read(id: u32, text: &str) -> Option<(Branch, bool)> {
    let (head, mut rest) = text.split_once('\n')?;
    let mut name = None;
    if let Some((line, script)) = rest.strip_prefix("name ").and_then(|rest| rest.split_once('\n'))
    {
        (name, rest) = (tidy(line).ok()?, script);
    }
    let script = scenario::parse(rest).ok()?;
    let mut branch = Branch { name, ..Branch::new(id, None, None, script) };
    let (mut of, mut since, mut shown) = (None, Time::ZERO, false);
    let time = |value: &str| value.parse::<Time>().ok();
    for word in head.split_whitespace() {
        match word.split_once('=').unwrap_or((word, "")) {
            ("of", value) => of = Some(value.parse().ok().filter(|of| *of < id)?),
            ("since", value) => since = time(value)?,
            ("reached", value) => branch.reached = time(value)?,
            ("touched", value) => branch.touched = value.parse().ok()?,
            // A scene may be another one by now: then it is none.
            ("scene", value) => {
                branch.scene = value.split_once('/').and_then(|(of, name)| Scene::find(of, name));
            }
            ("shown", _) => shown = true,
            _ => {}
        }
    }
    branch.parent = of.map(|of| (of, since));
    Some((branch, shown))
}

impl Pane {
    /// Runs the branch that was on screen, from its start, with all others beside it.
    pub(in crate::player) fn open(
        &mut self,
        stored: Branches,
    ) -> Result<Option<Dropped>, Sentence> {
        let run = start(stored.script().clone())?;
        self.leave(false);
        self.run = run;
        Ok(self.adopt(stored))
    }

    /// Goes on with what another pane runs, and has all of its branches beside its own.
    pub(in crate::player) fn take_over(&mut self, other: Pane) -> Option<Dropped> {
        let stored = Branches::of(&other);
        self.leave(false);
        self.run = other.run;
        self.adopt(stored)
    }

    /// Takes these branches among its own; what runs, runs on. A script that is a branch already is
    /// no other one.
    pub(in crate::player) fn adopt(&mut self, stored: Branches) -> Option<Dropped> {
        // The present one, where it is nothing but its script, comes back as what it was.
        let is_bare = |branch: &Branch| {
            let departs = |other: &Branch| other.parent.is_some_and(|(of, _)| of == branch.id);
            let comes = stored.branches.iter().any(|coming| coming.script == branch.script);
            let is_more = branch.parent.is_some() || branch.name.is_some();
            let runs = branch.script == *self.run.script();
            runs && comes && !is_more && !self.branches.iter().any(departs)
        };
        if let Some(present) = self.branches.iter().position(is_bare) {
            self.branches.remove(present);
        }
        let known = self.branches.len();
        let mut ids: Vec<u32> = Vec::new();
        for coming in &stored.branches {
            let same = self.branches[..known].iter().find(|branch| branch.script == coming.script);
            let id = same.map(|branch| branch.id);
            ids.push(id.unwrap_or_else(|| {
                let id = self.count();
                let parent = coming.parent.map(|(of, since)| (ids[of as usize], since));
                self.branches.push(Branch { id, parent, ..coming.clone() });
                id
            }));
        }
        for place in by_touch(&stored.branches, stored.shown) {
            let touched = self.count();
            self.branches
                .iter_mut()
                .filter(|b| b.id == ids[place])
                .for_each(|b| b.touched = touched);
        }
        self.compared = None;
        let runs = |branch: &&Branch| branch.script == *self.run.script();
        let here = self
            .branches
            .iter()
            .filter(runs)
            .max_by_key(|b| (b.id == ids[stored.shown], b.touched));
        let here = here.map(|branch| branch.id);
        self.branch = self.branches.iter().position(|branch| Some(branch.id) == here).unwrap_or(0);
        self.make_room()
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{notice, store};
    use super::super::super::{Action, BranchAction, Preferences, RunAction, Store, TimeAction};
    use super::*;
    use crate::base::Place;
    use crate::command::Command;

    const PLAIN: &str = "run raft nodes=3 seed=7";

    fn crash(node: u16) -> Action {
        Action::Do(Command::Crash { node: Place::server(node), torn: false })
    }

    /// A scene that was taken back twice, and from there once more; the middle one has a name.
    fn grown() -> Store {
        let mut store = store(PLAIN);
        store.update(RunAction::LoadScene {
            protocol: "raft".into(),
            scene: "minority-leader".into(),
        });
        for (millis, node) in [(950, 0), (600, 2), (700, 3)] {
            store.update(TimeAction::Seek(Time::seconds(2)));
            store.update(TimeAction::Seek(Time::millis(millis)));
            store.update(crash(node));
            assert_eq!(notice(&store), "");
        }
        store.update(BranchAction::Name(2, "Without S1 分支".into()));
        store.update(BranchAction::GoTo(2));
        assert_eq!(store.pane().branches.len(), 5, "{:?}", told(&store));
        store
    }

    /// All that is told of the branches, whatever numbers they have.
    fn told(store: &Store) -> Vec<String> {
        let pane = store.pane();
        let place = |id| pane.branches.iter().position(|branch| branch.id == id);
        let mut touched: Vec<u32> = pane.branches.iter().map(|branch| branch.touched).collect();
        touched.sort_unstable();
        let line = |branch: &Branch| {
            let parent = branch.parent.map(|(of, since)| (place(of), since));
            let rank = touched.binary_search(&branch.touched);
            let runs = branch.id == pane.current().id;
            let reached = if runs { Time::ZERO } else { branch.reached };
            format!(
                "{parent:?} {:?} {:?} {reached} {rank:?} {runs} {}",
                branch.name, branch.scene, branch.script
            )
        };
        pane.branches.iter().map(line).collect()
    }

    #[test]
    fn a_reload_keeps_every_branch() {
        let mut before = grown();
        let text = Branches::text(before.pane()).expect("there are several");
        let mut after = Store::from_link(&before.link(), Preferences::default());
        assert_eq!(after.pane().branches.len(), 1, "a link carries what is on screen");
        let cursor = after.pane().cursor();
        assert!(after.bring_back(0, &text));
        assert_eq!((told(&after), notice(&after)), (told(&before), String::new()));
        assert_eq!(
            (after.pane().cursor(), after.link()),
            (cursor, before.link()),
            "it stays there"
        );
        assert_eq!(
            Branches::text(after.pane()).map(|text| text.lines().count()),
            Some(text.lines().count())
        );
        // And what is done next is done as if nothing had been.
        for store in [&mut before, &mut after] {
            store.update(TimeAction::Seek(Time::millis(650)));
            store.update(crash(0));
            store.update(BranchAction::Delete(2));
            store.update(BranchAction::Restore);
        }
        assert_eq!(told(&after), told(&before));
    }

    #[test]
    fn a_run_without_branches_has_nothing_more_to_be_kept_but_its_name() {
        let mut store = store(PLAIN);
        assert_eq!(Branches::text(store.pane()), None);
        store.update(BranchAction::Name(0, "Alone".into()));
        let text = Branches::text(store.pane()).unwrap();
        let mut after = Store::from_link(&store.link(), Preferences::default());
        assert!(after.bring_back(0, &text));
        assert_eq!(after.pane().current().name.as_deref(), Some("Alone"));
    }

    #[test]
    fn a_kept_run_opens_with_its_branches_beside_what_is_there_and_only_once() {
        let grown = grown();
        let stored = Branches::parse(&Branches::text(grown.pane()).unwrap()).unwrap();
        let load = || {
            Action::Run(RunAction::Load {
                script: Box::new(stored.script().clone()),
                branches: Some(Box::new(stored.clone())),
                at: Time::millis(650),
                notice: None,
            })
        };
        let mut store = store("run raft nodes=3 seed=8");
        store.update(load());
        assert_eq!(store.pane().run.script(), grown.pane().run.script());
        assert_eq!(store.pane().run.now(), Time::millis(650));
        let parents = |store: &Store| {
            let pane = store.pane();
            let script =
                |id| pane.branches.iter().find(|b| b.id == id).map(|b| b.script.to_string());
            pane.branches
                .iter()
                .map(|b| b.parent.map(|(of, at)| (script(of), at)))
                .collect::<Vec<_>>()
        };
        assert_eq!(store.pane().branches.len(), 6, "what ran before stays");
        assert_eq!(parents(&store)[1..], parents(&grown));
        store.update(BranchAction::GoTo(0));
        store.update(load());
        assert_eq!(store.pane().branches.len(), 6, "they are there already");
        assert_eq!(store.pane().current().name.as_deref(), Some("Without S1 分支"));
        assert_eq!(parents(&store)[1..], parents(&grown));
    }

    #[test]
    fn where_there_are_too_many_those_left_alone_longest_go() {
        let mut store = store(PLAIN);
        for seed in 0..30 {
            store.update(RunAction::LoadText(format!(
                "run raft nodes=3 seed={seed}\n1s crash S1\n"
            )));
        }
        let stored = Branches::parse(&Branches::text(grown().pane()).unwrap()).unwrap();
        let (script, branches) = (Box::new(stored.script().clone()), Some(Box::new(stored)));
        store.update(RunAction::Load { script, branches, at: Time::ZERO, notice: None });
        assert_eq!(store.pane().branches.len(), BRANCHES);
        assert_eq!(
            notice(&store),
            "Only 32 branches are kept: the 3 you left alone longest are gone."
        );
        assert_eq!(store.pane().current().name.as_deref(), Some("Without S1 分支"));
    }

    #[test]
    fn what_has_no_room_is_told() {
        let mut store = store(PLAIN);
        let long = |seed: u64| {
            let says = format!("1s say {}\n", "x".repeat(100)).repeat(1_000);
            Action::Run(RunAction::LoadText(format!("run raft nodes=3 seed={seed}\n{says}")))
        };
        for seed in 1..=4 {
            store.update(long(seed));
        }
        store.update(BranchAction::GoTo(0));
        assert_eq!(notice(&store), "");
        let text = Branches::text(store.pane()).unwrap();
        assert!(text.len() < LONGEST, "{}", text.len());
        let stored = Branches::parse(&text).unwrap();
        assert_eq!(stored.count(), (3, 2));
        let seeds: Vec<u64> = stored.branches.iter().map(|b| b.script.setup.seed).collect();
        assert_eq!(
            (seeds, stored.script().setup.seed),
            (vec![7, 3, 4], 7),
            "the one on screen, and the latest"
        );
        let mut after = Store::from_link(&store.link(), Preferences::default());
        after.bring_back(0, &text);
        assert_eq!(
            notice(&after),
            "Not all branches could be kept, for they are too long together: 2 left alone longest are gone."
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_in_a_sentence_and_changes_nothing() {
        let text = Branches::text(grown().pane()).unwrap();
        let mut store = store(PLAIN);
        let mut read = |text: &str| {
            store.ui.notice = None;
            (store.bring_back(0, text), told(&store).len(), notice(&store))
        };
        let newer = text.replacen("branches 1", "branches 20 in=another-way", 1);
        let words = "A newer Synod has stored the branches of this run: only the run itself is opened here.";
        assert_eq!(read(&newer), (false, 1, words.to_owned()));
        let words = "The stored branches of this run are damaged: only the run itself is opened.";
        let damaged = [
            String::new(),
            "branches".into(),
            "branches 1".into(),
            text.replace(" shown", ""),
            text.replacen("of=1", "of=9", 1),
            text.replacen("since=", "since=x", 1),
            text.replacen("name W", &format!("name {}", "W".repeat(100)), 1),
            text.replace(" crash S", " fly S"),
            text.replacen("\nbranch ", &"\nbranch reached=0s touched=0\nrun raft".repeat(40), 1),
            text[..text.len() - 3].to_owned(),
        ];
        for text in damaged {
            assert_eq!(read(&text), (false, 1, words.to_owned()), "{text:.300}");
        }
    }
}
