//! What is shown of a place.

use crate::base::{Sentence, Text, Time};
use crate::protocol::{Cluster, Content, Epidemic, Measure, Panel, Role, Shown, Tag, Variable};
use crate::{key, listed, sentence};

use super::update::{PULLED, PUSH};
use super::{Config, Gossip, Lose, Mode, Update, Version, What};

impl Update {
    /// As a sentence names it.
    pub(super) fn told(&self) -> String {
        match self.key.is_empty() {
            true => "rumour".to_owned(),
            false => self.to_string(),
        }
    }
}

impl Gossip {
    /// It has something to tell.
    pub(super) fn is_infective(&self) -> bool {
        self.entries.iter().any(|entry| entry.interested)
    }

    /// What it has of each key, but for what is deleted.
    pub(super) fn values(&self) -> impl Iterator<Item = (&Text, Version, &Text)> {
        let updates = self.entries.iter().map(|entry| &entry.update);
        updates.filter_map(|update| Some((&update.key, update.version, update.value()?)))
    }

    /// Its keys. The rumour has none.
    fn rows(&self) -> Option<Content> {
        let keyed = self.entries.iter().filter(|entry| !entry.update.key.is_empty());
        let rows = keyed.map(|entry| {
            let update = &entry.update;
            let value = match &update.what {
                What::Value(value) => value.to_string(),
                What::Deleted { .. } if entry.dormant => "(†)".to_owned(),
                What::Deleted { .. } => "†".to_owned(),
            };
            vec![update.key.to_string(), value, update.version.to_string()]
        });
        let rows: Vec<_> = rows.collect();
        let columns = &[key!("key"), key!("value"), key!("version")];
        (!rows.is_empty()).then_some(Content::Table { columns, rows })
    }
}

const SUSCEPTIBLE: &str = key!("susceptible");

pub(super) const MEASURES: &[Measure<Gossip>] = &[know, told];

fn know(cluster: &Cluster<Gossip>) -> Sentence {
    let know = cluster.up().filter(|(_, it)| !it.entries.is_empty()).count();
    sentence!("{0} of {1} know it", know, cluster.places.len())
}

fn told(cluster: &Cluster<Gossip>) -> Sentence {
    let sent: u64 = cluster.up().map(|(_, it)| it.sent).sum();
    let places = cluster.places.len().max(1) as u64;
    let hundredths = (sent * 100 + places / 2) / places;
    let each = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    sentence!("told {0} times: {1} each", sent, each)
}

/// In theory who knows it tells others for ever, at random.
pub(super) fn epidemic(config: &Config) -> Option<Epidemic> {
    let (fanout, mode) = (config.fanout, config.mode);
    let directions = if mode == Mode::PushPull { 2 } else { 1 };
    let half = format!("e^{}{}", fanout / 2, if fanout % 2 == 1 { ".5" } else { "" });
    let last = match mode {
        Mode::Push => sentence!(
            "In the end a cycle of pushes leaves one in {0} of those who have not heard it, by the formula one in \
             {1}.",
            format!("e^{fanout}"),
            half
        ),
        Mode::Pull | Mode::PushPull => sentence!(
            "In the end whoever has not heard it asks somebody who has: the share that has not is squared in each \
             cycle, by the formula it is divided by {0}.",
            half
        ),
    };
    let interest = sentence!("Who loses interest leaves a residue; the formula has nobody lose it.");
    let beside = match config.lose {
        Lose::Never => vec![last],
        Lose::Counter | Lose::Coin => vec![last, interest],
    };
    let cycle = Time((config.cycle.min.0 + config.cycle.max.0) / 2);
    let growth = 1 + fanout * directions;
    let (susceptible, carriers) = (SUSCEPTIBLE, &[PUSH, PULLED]);
    (fanout > 0).then_some(Epidemic { susceptible, carriers, fanout, cycle, growth, beside })
}

impl Shown<()> for Gossip {
    const VARIABLES: &'static [Variable<Gossip>] = &[
        Variable::sometimes(key!("told by"), |it| it.from.map(|place| place.to_string())),
        Variable::number(key!("in vain"), |it| it.entries.iter().map(|entry| entry.in_vain).sum()),
        Variable::number(key!("has told"), |it| it.sent),
    ];
    const PANELS: &'static [Panel<Gossip, ()>] = &[Panel::of(key!("entries"), |it, ()| it.rows())];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.entries.is_empty(), self.is_infective())) {
                (true, _) => Role { name: SUSCEPTIBLE, tag: Tag::Follows },
                (_, true) => Role { name: "infective", tag: Tag::Bids },
                _ => Role { name: "removed", tag: Tag::Follows },
            }
        }
    }
}
