//! What protocols for locks have in common, each in a file of its own: what must never break, what is
//! only counted, and how the resource and its clients are shown.
//!
//! Two things are told apart everywhere: what a client *believes*, and what the resource *takes*. An
//! observer counts the grants. So a write can be older than another whatever its token says, and two
//! clients may believe that they hold the lock although only one of them has been granted it.

use std::collections::BTreeMap;

use crate::base::{Place, PlaceKind, Span, Time};
use crate::protocol::{
    CellState, Cluster, Content, Effects, FieldName, Outcome, Panel, Property, PropertyKind,
};
use crate::protocol::{Protocol, Role, Stamp, StampedWrite, Tag, Tenure, Variable};
use crate::service::lock::{Grant, LockDisk, Refusal, Resource, Writer, Written};
use crate::{key, sentence};

/// A protocol whose clients take turns at a resource: what an observer sees of it.
pub trait Locking: Protocol {
    /// What has been granted, in this order.
    fn grants<'a>(cluster: &Cluster<'a, Self>) -> &'a [Grant];
    /// Whether this grant runs: it has neither run out, by the clock of whoever made it, nor been released by
    /// its holder.
    fn runs(cluster: &Cluster<'_, Self>, grant: &Grant) -> bool;
    /// What an observer counts, where whoever grants does not.
    fn observed<'a>(_cluster: &Cluster<'a, Self>) -> Option<&'a Observed> {
        None
    }
    /// What a client wants and believes; nothing, of others.
    fn writer(&self) -> &Writer;
    /// What the resource has taken, and what it has refused; nothing, of others.
    fn resource(&self) -> (&Resource, &[Refusal]);
}

/// Grants as an observer counts them where nobody who takes part could: whenever a client comes to
/// believe that it has the lock.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    pub grants: Vec<Grant>,
    /// The token that each client believed in last.
    tokens: BTreeMap<Place, u64>,
    writes: usize,
    /// A write that was taken although its writer's lock had been granted to another by then.
    late: Option<Written>,
}

impl Observed {
    /// Looks at a place after its step.
    pub fn look<P: Locking>(&mut self, place: Place, it: &P) {
        if let Some((token, ends)) = it.writer().belief
            && self.tokens.insert(place, token) != Some(token)
        {
            self.grants.push(Grant { to: place, token, ends, released_by: None });
        }
        let writes = it.resource().0.writes();
        if writes.len() > self.writes
            && let Some(last) = writes.last()
        {
            self.writes = writes.len();
            let newest = self.grants.last().map(|it| (it.token, it.to));
            if newest.is_some_and(|newest| newest != (last.token, last.by)) {
                self.late = Some(*last);
            }
        }
    }
}

/// The last two writes, where the later one was made under the earlier grant.
fn overtaken<P: Locking>(cluster: &Cluster<'_, P>) -> Option<[Written; 2]> {
    let [one, two] = *cluster.up().find_map(|(_, it)| it.resource().0.writes().last_chunk())?;
    let grants = P::grants(cluster);
    let nth = |of: &Written| grants.iter().rposition(|it| (it.token, it.to) == (of.token, of.by));
    (nth(&two) < nth(&one)).then_some([one, two])
}

pub const fn fencing<P: Locking>() -> Property<P> {
    Property {
        name: key!("Fencing"),
        formula: "write i before write j ⇒ grant(i) ≤ grant(j)",
        meaning: "Nothing is written under an older grant than what was written before.",
        kind: PropertyKind::Always,
        holds: |cluster| match overtaken(cluster) {
            Some([one, two]) => {
                Err(sentence!("token {0} overwrites the later {1}", two.token, one.token).into())
            }
            None => Ok(()),
        },
    }
}

pub const fn tokens_increase<P: Locking>() -> Property<P> {
    Property {
        name: key!("Tokens Increase"),
        formula: "grant i before grant j ⇒ tokenᵢ < tokenⱼ",
        meaning: "Each grant has a higher token than those before it.",
        kind: PropertyKind::Always,
        holds: |cluster| match P::grants(cluster).last_chunk() {
            Some([one, two]) if one.token >= two.token => {
                Err(sentence!("token {0} follows {1}", two.token, one.token).into())
            }
            _ => Ok(()),
        },
    }
}

pub const fn one_grant<P: Locking>() -> Property<P> {
    Property {
        name: key!("One Grant"),
        formula: "runs(i) ∧ runs(j) ⇒ i = j",
        meaning: "At most one grant runs: it has neither run out, by the clock of whoever made it, nor \
                  been released by its holder.",
        kind: PropertyKind::Always,
        holds: |cluster| {
            let mut running = P::grants(cluster).iter().filter(|it| P::runs(cluster, it));
            match running.nth(1) {
                Some(it) => Err(sentence!("{0} is not alone in having the lock", it.to).into()),
                None => Ok(()),
            }
        },
    }
}

pub const fn late_write<P: Locking>() -> Property<P> {
    Property {
        name: key!("A Late Write Is Taken"),
        formula: "◇ write(i) ∧ ∃ j: grant(i) < grant(j)",
        meaning: "The resource takes a write of a client whose lock another has got meanwhile. No lock that \
                  relies on time alone can exclude it: about that Kleppmann is right (2016). Another \
                  challenge is about Sanfilippo's answer: which of these stops it?",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match P::observed(cluster).and_then(|it| it.late) {
            Some(_) => Ok(()),
            None => Err(sentence!("no write was late").into()),
        },
    }
}

pub const fn two_believe_it<P: Locking>() -> Property<P> {
    Property {
        name: key!("Two Believe It"),
        formula: "◇ ∃ i ≠ j: believesᵢ ∧ believesⱼ",
        meaning: "Two clients believe they hold the lock. It is allowed: no service can take a belief \
                  away.",
        kind: PropertyKind::Sometimes,
        holds: |cluster| match cluster.up().filter(|(_, it)| it.writer().belief.is_some()).count() {
            2.. => Ok(()),
            number => Err(sentence!("{0} of them believe it", number as u64).into()),
        },
    }
}

pub const fn served_in_the_end<P: Locking>() -> Property<P> {
    Property {
        name: key!("Served in the End"),
        formula: "◇□ ∀ i: ¬waitingᵢ",
        meaning: "When faults have ended, whoever wants to write gets to.",
        kind: PropertyKind::Converges,
        holds: |cluster| match cluster.up().find(|(_, it)| it.writer().wish().is_some()) {
            Some((place, _)) => Err(sentence!("{0} still waits", place).into()),
            None => Ok(()),
        },
    }
}

/// All of them, of a lock whose resource looks at tokens.
pub const fn fenced<P: Locking>() -> [Property<P>; 5] {
    [fencing(), tokens_increase(), one_grant(), two_believe_it(), served_in_the_end()]
}

/// The resource takes a write, and whether that is new; or it refuses what is below the highest token that
/// it has seen. What it has taken already it has taken, whatever it has seen since.
#[track_caller]
pub fn take<P: Protocol>(
    resource: &mut Resource,
    refused: &mut Vec<Refusal>,
    write: Written,
    fenced: bool,
    fx: &mut Effects<P>,
) -> Result<bool, u64> {
    let seen = resource.highest();
    if fenced && write.token < seen && !resource.has(&write) {
        fx.note(sentence!("refuses {0}: token {1} is below {2}", write.by, write.token, seen));
        refuse(resource, refused, write);
        return Err(seen);
    }
    Ok(resource.take(write))
}

/// It remembers what it has refused: what is asked for again, once.
pub fn refuse(resource: &Resource, refused: &mut Vec<Refusal>, write: Written) {
    if !refused.iter().any(|it| it.write == write) {
        refused.push(Refusal { write, after: resource.writes().len() as u64 });
    }
}

/// Those who write.
pub const CLIENTS: PlaceKind = PlaceKind::new(Place::CLIENT, "client", "clients").counts(2, 1, 9);
/// What they write to.
pub const RESOURCES: PlaceKind =
    PlaceKind::new('R', "resource", "resources").counts(1, 1, 1).answers();
pub const RESOURCE: Place = Place::new('R', 0);
/// How long a client takes from one thing to the next.
pub const PACE: Span = Span::new(Time::millis(50), Time::millis(80));

/// A client whose time is over gives its write up, and says so to whoever asked for it.
#[track_caller]
pub fn give_up<P: Protocol>(me: Place, seq: u64, fx: &mut Effects<P>) {
    fx.reply(me, seq, Outcome::Refused(sentence!("given up, not knowing whether it was taken")));
}

/// The same, but no longer than its lock lasts by its own clock: it knows at once when its time is over.
pub fn pace(writer: &Writer, now: Time) -> Span {
    match writer.belief {
        Some((_, until)) if until > now => {
            // A µs more, or the last one of a fast clock would take no time at all, again and again.
            let left = until - now + Time(1);
            Span::new(PACE.min.min(left), PACE.max.min(left))
        }
        _ => PACE,
    }
}

/// Until when a client believes that it holds the lock.
pub const fn believes_until<P: Locking>() -> Variable<P> {
    Variable::sometimes(key!("believes until"), |it| Some(it.writer().belief?.1.to_string()))
}

/// The same as a panel. It is nowhere but in its memory.
pub const fn belief<P: Locking>() -> Panel<P, P::Disk> {
    Panel::of(key!("until"), |it, _| {
        let (stamp, until) = it.writer().belief?;
        Some(Content::Value { text: until.to_string(), stamp, state: CellState::Pending })
    })
}

/// What the resource has taken and what it has refused, the last first.
pub const fn writes<P: Locking>() -> Panel<P, P::Disk> {
    Panel::of(key!("writes"), |it, _| {
        let row = |(of, taken): &(Written, bool)| {
            let sign = if *taken { Content::DONE } else { Content::REFUSED };
            vec![of.token.to_string(), named(of), sign.into()]
        };
        let (resource, refused) = it.resource();
        let rows = resource.log(refused).iter().rev().map(row).collect();
        let columns = const { &[token_word::<P>(), key!("writer"), key!("taken")] };
        Some(Content::Table { columns, rows })
    })
}

/// What the resource has taken or refused last.
pub fn latest_write<P: Locking>(it: &P) -> Option<StampedWrite> {
    let (resource, refused) = it.resource();
    let taken = resource.writes().len() as u64;
    let number = taken + refused.len() as u64;
    let refusal = refused.last().filter(|it| it.after == taken).map(|it| it.write);
    let write = refusal.or(resource.writes().last().copied())?;
    let (stamp, by, name) = (write.token, write.by, named(&write));
    Some(StampedWrite { number, stamp, by, name, taken: refusal.is_none() })
}

/// Whose it is, and which of his.
fn named(write: &Written) -> String {
    format!("{}.{}", write.by, write.seq)
}

/// What the protocol calls its tokens.
const fn token_word<P: Locking>() -> &'static str {
    match P::STAMP {
        Some(stamp) => stamp.name,
        None => TOKEN.name,
    }
}

/// What has been granted, the last first.
pub fn grants<P: Locking>(grants: &[Grant], now: Time) -> Option<Content> {
    let until = |of: &Grant| if of.runs(now) { of.ends.to_string() } else { "–".into() };
    let row = |of: &Grant| vec![of.token.to_string(), of.to.to_string(), until(of)];
    let columns = const { &[token_word::<P>(), key!("client"), key!("until")] };
    Some(Content::Table { columns, rows: grants.iter().rev().map(row).collect() })
}

/// The last grant, its token and whose it is; and the last write.
pub const LAST: &[Variable<LockDisk>] = &[
    Variable::sometimes(key!("last grant"), |disk| {
        disk.grants.last().map(|it| format!("{} {}", it.token, it.to))
    }),
    Variable::sometimes(key!("last write"), |disk| last_write(&disk.resource)),
];

/// The last write, and under which token.
pub fn last_write(resource: &Resource) -> Option<String> {
    resource.writes().last().map(|it| format!("{} {}", it.token, named(it)))
}

/// So many are shown of a place at the most.
const LATEST: usize = 3;

/// What a client believes, and what a place has granted, the latest first; beliefs go by the steady clock or by the
/// one that shows a time of day.
pub fn tenures<P: Locking>(
    it: &P,
    now: Time,
    grants: &[Grant],
    lasts: Time,
    steady: bool,
) -> Vec<Tenure> {
    let believed = believed(it, lasts, steady).into_iter();
    believed.chain(granted(now, grants, lasts)).take(LATEST).collect()
}

/// What a client believes, by its own clock.
pub fn believed<P: Locking>(it: &P, lasts: Time, steady: bool) -> Option<Tenure> {
    let (stamp, until) = it.writer().belief?;
    Some(Tenure { holder: None, stamp, alone: true, lasts, until, steady })
}

/// What has been granted for a while and not been given back, by the clock of whoever granted it: what has run out
/// only as long as nothing newer is granted.
fn granted(now: Time, grants: &[Grant], lasts: Time) -> impl Iterator<Item = Tenure> {
    let kept =
        grants.iter().rev().enumerate().filter(move |(newer, it)| {
            it.released_by != Some(it.to) && (*newer == 0 || it.runs(now))
        });
    kept.map(move |(_, it)| {
        let (holder, stamp, until) = (Some(it.to), it.token, it.ends);
        Tenure { holder, stamp, alone: true, lasts, until, steady: false }
    })
}

/// The token that a place goes by: of its lock, of the last that it has granted, or of the last write.
pub fn token<P: Locking>(it: &P, grants: &[Grant]) -> Option<Stamp> {
    let granted = grants.last().map(|it| it.token);
    let taken = it.resource().0.writes().last().map(|it| it.token);
    let believed = it.writer().belief.map(|(token, _)| token);
    Some(Stamp::new(TOKEN.name, believed.or(granted).or(taken)?))
}

pub const TOKEN: FieldName = FieldName::number(key!("token"));
pub const WRITTEN_TO: Role = Role { name: "resource", tag: Tag::Follows };
pub const BELIEVES: Role = Role { name: "believes it holds", tag: Tag::Leads };
pub const WAITING: Role = Role { name: "waiting", tag: Tag::Bids };
pub const IDLE: Role = Role { name: "idle", tag: Tag::Follows };

/// All places of the usual run as they start, and what a property says of them: nothing, where it holds.
#[cfg(test)]
pub mod trial {
    use crate::base::{Place, Places, Time};
    use crate::protocol::Protocol;
    use crate::protocol::{ClockReading, Cluster, Effect, Effects, Input, Message as _, Property};

    pub fn boot<P: Protocol>(me: Place, config: &P::Config) -> P {
        let (places, disk) = (Places::of(P::META.kinds), P::Disk::default());
        P::boot(me, &places, config, &disk, &mut Effects::new())
    }

    pub fn all<P: Protocol>() -> Vec<Option<P>> {
        let places = Places::of(P::META.kinds);
        places.all().map(|place| Some(boot(place, &P::Config::default()))).collect()
    }

    /// Has the place changed by hand.
    pub fn change<P: Protocol>(all: &mut [Option<P>], place: Place, how: impl FnOnce(&mut P)) {
        let index = Places::of(P::META.kinds).index(place);
        how(all[index].as_mut().expect("it is up"));
    }

    pub fn objection<P: Protocol>(
        property: &Property<P>,
        replicas: &[Option<P>],
        ghost: &P::Ghost,
        changed: Option<Place>,
    ) -> Option<String> {
        let places = &Places::of(P::META.kinds);
        let cluster = Cluster { places, replicas, ghost, changed };
        (property.holds)(&cluster).err().map(|breach| breach.why.to_string())
    }

    /// Has the place take a step at this reading of its clock: what it sends, with all that it carries.
    pub fn step<P: Protocol>(it: &mut P, now: Time, input: Input<P>) -> Vec<(Place, String)> {
        let mut fx = Effects::new();
        fx.start(ClockReading { local: now, steady: now });
        it.step(input, &mut fx);
        let told = |message: &P::Message| {
            let label = message.label().to_string();
            let name = label.split(' ').next().unwrap_or_default().to_owned();
            message.fields().iter().fold(name, |told, field| format!("{told} {}", field.value))
        };
        let sent = fx.drain().filter_map(|(effect, _)| match effect {
            Effect::Send { to, message } => Some((to, told(&message))),
            _ => None,
        });
        sent.collect()
    }
}
