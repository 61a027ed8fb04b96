//! What is shown of a process.

use crate::base::Place;
use crate::protocol::{
    Content, FieldName, Opinion, Panel, Regard, Role, Shown, Stamp, Tag, Variable,
};
use crate::{key, listed};

use super::{Member, Standing, State, Swim};

fn regard(state: State) -> Regard {
    match state {
        State::Alive => Regard::Sound,
        State::Suspect => Regard::Doubted,
        State::Dead => Regard::Lost,
        State::Left => Regard::Away,
    }
}

impl Shown<()> for Swim {
    const STAMP: Option<FieldName> = Some(FieldName::number(key!("incarnation")));
    const VARIABLES: &'static [Variable<Swim>] = &[
        Variable::sometimes(key!("pings"), |it| Some(it.probe.as_ref()?.target.to_string())),
        Variable::number(key!("health"), |it| it.health),
        Variable::number(key!("accusations"), |it| it.accusations),
        Variable::number(key!("members known"), |it| it.group()),
    ];
    const PANELS: &'static [Panel<Swim, ()>] = &[
        Panel::of(key!("members"), |it, _| {
            let of = |(of, member): (&Place, &Member)| {
                let (word, regard) = (member.state.name(), regard(member.state));
                Opinion { of: *of, word, number: member.incarnation, regard }
            };
            let of: Vec<Opinion> = it.members.iter().map(of).collect();
            (!of.is_empty()).then_some(Content::Opinions { number: key!("incarnation"), of })
        }),
        Panel::of(key!("to pass on"), |it, _| {
            let rows = it.queue.iter().map(|queued| vec![queued.update.to_string(), queued.sends.to_string()]);
            let rows: Vec<_> = rows.collect();
            (!rows.is_empty()).then_some(Content::Table { columns: &[key!("update"), key!("sent")], rows })
        }),
    ];

    listed! {
        fn roles() -> &'static [Role];
        fn role(&self) -> Role {
            match ((self.standing, self.health)) {
                (Standing::Outside, _) => Role { name: "newcomer", tag: Tag::Outside },
                (Standing::Left, _) => Role { name: "departed", tag: Tag::Outside },
                (Standing::Joining, _) => Role { name: "joining", tag: Tag::Bids },
                (Standing::Member, 0) => Role { name: "member", tag: Tag::Follows },
                _ => Role { name: "degraded", tag: Tag::Bids },
            }
        }
    }

    fn stamp(&self) -> Option<Stamp> {
        Some(Stamp::new("incarnation", self.incarnation))
    }
}
