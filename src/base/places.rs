//! All who take part in a run: so many places of each kind. A protocol declares its kinds
//! ([`PlaceKind`]); the first line of a script says how many there are of each ([`Places`]).

use std::fmt;

use super::Place;

/// A kind of places, as a protocol declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceKind {
    /// Of its names: `S` in `S1`. `S` is for servers and `C` for clients.
    pub letter: char,
    /// What one of them is called: `server`.
    pub name: &'static str,
    /// The setting of a script that says how many there are: `nodes=5`, `brokers=3`.
    pub setting: &'static str,
    /// How many there are when a script does not say, and at the least and at the most.
    pub usual: u16,
    pub least: u16,
    pub most: u16,
    pub program: Program,
    /// It may be told to want something. Where there are clients of the house, they alone may.
    pub asks: bool,
}

/// Whose program a place runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    /// The protocol's.
    Own,
    /// The house's: it asks a service for something, and waits for the answer. It keeps no disk, and
    /// stands outside the cluster.
    Client,
}

/// More boxes than these are no picture.
const MOST_BOXES: usize = 60;

impl PlaceKind {
    /// Clients of a service.
    pub const CLIENTS: PlaceKind = PlaceKind {
        letter: Place::CLIENT,
        name: "client",
        setting: "clients",
        usual: 1,
        least: 0,
        most: 36,
        program: Program::Client,
        asks: true,
    };

    pub const fn servers(usual: u16, most: u16) -> PlaceKind {
        PlaceKind {
            letter: Place::SERVER,
            name: "server",
            setting: "nodes",
            usual,
            least: 1,
            most,
            program: Program::Own,
            asks: true,
        }
    }

    /// A kind of the protocol's own, which runs the protocol's program.
    pub const fn new(letter: char, name: &'static str, setting: &'static str) -> PlaceKind {
        let (usual, least, most, program) = (1, 1, 9, Program::Own);
        PlaceKind { letter, name, setting, usual, least, most, program, asks: true }
    }

    /// The same kind with other numbers.
    pub const fn counts(self, usual: u16, least: u16, most: u16) -> PlaceKind {
        PlaceKind { usual, least, most, ..self }
    }

    /// The same kind, which answers others and wants nothing itself.
    pub const fn answers(self) -> PlaceKind {
        PlaceKind { asks: false, ..self }
    }
}

/// All places of a run, in the order of their kinds. Servers come first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    kinds: Box<[(PlaceKind, u16)]>,
    /// How many of the first kind take part from the start, where not all do.
    members: Option<u16>,
}

impl Places {
    /// As many of each kind as is usual.
    pub fn of(kinds: &[PlaceKind]) -> Places {
        Places { kinds: kinds.iter().map(|kind| (*kind, kind.usual)).collect(), members: None }
    }

    /// So many servers, and nobody else.
    pub fn cluster(servers: u16) -> Places {
        Places { kinds: Box::new([(PlaceKind::servers(servers, servers), servers)]), members: None }
    }

    /// So many servers, and so many clients of theirs.
    pub fn with_clients(servers: u16, clients: u16) -> Places {
        let servers = (PlaceKind::servers(servers, servers), servers);
        Places { kinds: Box::new([servers, (PlaceKind::CLIENTS, clients)]), members: None }
    }

    /// Says how many of the first kind take part from the start; the others stand outside, and may join
    /// during the run.
    pub fn set_members(&mut self, members: Option<u16>) {
        self.members = members;
    }

    /// How many of the first kind take part from the start: as many as the script says, or all.
    pub fn members(&self) -> u16 {
        self.members.unwrap_or(self.kinds.first().map_or(0, |(_, count)| *count))
    }

    /// What the script says of it, if anything.
    pub fn members_said(&self) -> Option<u16> {
        self.members
    }

    /// Whether the place stands outside from the start.
    pub fn begins_outside(&self, place: Place) -> bool {
        let is_first = self.kinds.first().is_some_and(|(kind, _)| kind.letter == place.letter());
        is_first && place.number() >= self.members()
    }

    /// Kinds, and how many of each there are.
    pub fn kinds(&self) -> &[(PlaceKind, u16)] {
        &self.kinds
    }

    /// How many there are of the kind of this letter.
    pub fn count(&self, letter: char) -> u16 {
        self.kinds.iter().find(|(kind, _)| kind.letter == letter).map_or(0, |(_, count)| *count)
    }

    /// Says how many there are of a kind.
    pub fn set(&mut self, letter: char, count: u16) {
        for (kind, known) in &mut self.kinds {
            if kind.letter == letter {
                *known = count;
            }
        }
    }

    pub fn servers(&self) -> u16 {
        self.count(Place::SERVER)
    }

    pub fn clients(&self) -> u16 {
        self.count(Place::CLIENT)
    }

    pub fn has(&self, place: Place) -> bool {
        place.number() < self.count(place.letter())
    }

    /// How many there are, of all kinds.
    pub fn len(&self) -> usize {
        self.kinds.iter().map(|(_, count)| usize::from(*count)).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Everybody, in order.
    pub fn all(&self) -> impl Iterator<Item = Place> + Clone {
        self.kinds.iter().flat_map(|(kind, count)| Place::numbered(kind.letter, *count))
    }

    /// Those that run the protocol's program.
    pub fn own(&self) -> impl Iterator<Item = Place> + Clone {
        self.running(Program::Own)
    }

    /// Whether so many run the protocol's program that each is drawn as a dot, and told of only together
    /// with others.
    pub fn are_many(&self) -> bool {
        let own = self.kinds.iter().filter(|(kind, _)| kind.program == Program::Own);
        own.map(|(_, count)| usize::from(*count)).sum::<usize>() > MOST_BOXES
    }

    /// Those that run the house's program.
    pub fn house_clients(&self) -> impl Iterator<Item = Place> + Clone {
        self.running(Program::Client)
    }

    /// Everybody in the order of lanes: the house's clients first.
    pub fn lanes(&self) -> impl Iterator<Item = Place> + Clone {
        self.house_clients().chain(self.own())
    }

    /// Whether the protocol serves clients of the house, though this run may have none.
    pub fn serve_clients(&self) -> bool {
        self.kinds.iter().any(|(kind, _)| kind.program == Program::Client)
    }

    /// Whether this place may be told to want something: a client of the house, or, where the protocol
    /// serves none, anybody whose kind asks.
    pub fn may_ask(&self, place: Place) -> bool {
        match self.serve_clients() {
            true => self.is_house_client(place),
            false => self.kind(place).is_none_or(|kind| kind.asks),
        }
    }

    /// Everybody who may be told to want something.
    pub fn askers(&self) -> impl Iterator<Item = Place> {
        self.all().filter(|place| self.may_ask(*place))
    }

    fn running(&self, program: Program) -> impl Iterator<Item = Place> + Clone {
        let kinds = self.kinds.iter().filter(move |(kind, _)| kind.program == program);
        kinds.flat_map(|(kind, count)| Place::numbered(kind.letter, *count))
    }

    /// The place's position in [`Places::all`].
    pub fn index(&self, place: Place) -> usize {
        if place.is_server() {
            return place.index(); // They come first, and are asked for all the time.
        }
        let letter = place.letter();
        let before = self.kinds.iter().take_while(|(kind, _)| kind.letter != letter);
        before.map(|(_, count)| usize::from(*count)).sum::<usize>() + place.index()
    }

    /// The place's position in [`Places::own`].
    pub fn own_index(&self, place: Place) -> usize {
        let letter = place.letter();
        let before = self.kinds.iter().take_while(|(kind, _)| kind.letter != letter);
        let own = before.filter(|(kind, _)| kind.program == Program::Own);
        own.map(|(_, count)| usize::from(*count)).sum::<usize>() + place.index()
    }

    /// Whose program it runs; `None` where there is no such kind.
    pub fn program(&self, place: Place) -> Option<Program> {
        self.kind(place).map(|kind| kind.program)
    }

    fn kind(&self, place: Place) -> Option<&PlaceKind> {
        let known = self.kinds.iter().find(|(kind, _)| kind.letter == place.letter());
        known.map(|(kind, _)| kind)
    }

    /// It runs the house's program.
    pub fn is_house_client(&self, place: Place) -> bool {
        self.program(place) == Some(Program::Client)
    }
}

/// `S1–S5, C1`
impl fmt::Display for Places {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = self.kinds.iter().filter(|(_, count)| *count > 0);
        for (at, (kind, count)) in present.enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            match count {
                1 => write!(f, "{comma}{}1", kind.letter)?,
                count => write!(f, "{comma}{0}1–{0}{count}", kind.letter)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: &[PlaceKind] = &[
        PlaceKind::servers(3, 15),
        PlaceKind::new('B', "broker", "brokers").counts(2, 1, 9),
        PlaceKind::CLIENTS,
    ];

    #[test]
    fn who_is_not_among_the_first_members_begins_outside() {
        let all = Places::with_clients(5, 6);
        assert_eq!((all.members(), all.members_said()), (5, None));
        assert!(!all.all().any(|place| all.begins_outside(place)));
        let mut some = all;
        some.set_members(Some(3));
        let outside: Vec<String> =
            some.all().filter(|at| some.begins_outside(*at)).map(|at| at.to_string()).collect();
        assert_eq!((outside.join(" ").as_str(), some.members()), ("S4 S5", 3));
        assert_eq!(some.len(), 11, "they are places of the run like all others");
    }

    #[test]
    fn everybody_has_a_position_in_the_order_of_the_kinds() {
        let mut places = Places::of(KINDS);
        assert_eq!(places.to_string(), "S1–S3, B1–B2, C1");
        for (position, place) in places.all().enumerate() {
            assert_eq!(places.index(place), position, "{place}");
            assert!(places.has(place));
        }
        assert_eq!((places.len(), places.servers(), places.clients()), (6, 3, 1));
        places.set('B', 4);
        places.set('X', 7);
        assert_eq!(places.index(Place::client(0)), 7);
        assert!(!places.has(Place::server(3)) && !places.has(Place::new('X', 0)));
        assert_eq!(places.own().count(), 7);
        assert_eq!(places.house_clients().collect::<Vec<_>>(), [Place::client(0)]);
        assert!(
            places.is_house_client(Place::client(5)) && !places.is_house_client(Place::server(0))
        );
        assert_eq!(places.askers().collect::<Vec<_>>(), [Place::client(0)]);
    }

    #[test]
    fn without_clients_of_the_house_whoever_does_not_only_answer_may_ask() {
        let (asks, answers) = (PlaceKind::new('P', "p", "ps"), PlaceKind::new('L', "l", "ls"));
        let places = Places::of(&[answers.answers(), asks.counts(2, 1, 9)]);
        assert_eq!(places.askers().map(|it| it.to_string()).collect::<Vec<_>>(), ["P1", "P2"]);
        assert!(!places.may_ask(Place::new('L', 0)));
    }
}
