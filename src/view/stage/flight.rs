//! A message under way: a pill on its link, whose place is a function of virtual time. The same
//! function serves play, pause, scrub and step; nothing is animated that could not be drawn still.

use super::links::between;
use crate::base::{Place, Time};
use crate::protocol::Tone;
use crate::sim::snapshot::FlightShot;
use crate::view::path::{Point, Size, within};
use crate::words::{Language, tell_briefly};

/// A message on the stage.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// The event that sent it, and which copy: unique on the stage.
    pub key: (u64, u32),
    pub from: Place,
    pub to: Place,
    /// Where the pill leaves and where it arrives, at the borders of the boxes.
    pub start: Point,
    pub goal: Point,
    /// Where its way is bent.
    pub bend: Option<Point>,
    pub sent_at: Time,
    pub arrives_at: Time,
    pub lost_at: Option<Time>,
    pub held: bool,
    pub tone: Tone,
    pub kind: &'static str,
    /// What it is sent under, before its label.
    pub chip: Option<Chip>,
    pub label: String,
    pub pill: Size,
}

/// A stamp as a chip of its colour, wherever it turns up, with its number where there is room for that.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    pub stamp: u64,
    pub text: String,
    pub width: f64,
}

/// Where a message is at one instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    pub at: Point,
    /// The end of the trail it draws behind it.
    pub tail: Point,
    /// From 1 (there) to 0 (gone): a lost message fades.
    pub presence: f64,
    /// It has begun to fall.
    pub falls: bool,
}

/// The text in a chip, and what lies between a chip and what follows it.
const CHIP: f64 = 10.5;
pub const CHIP_GAP: f64 = 4.0;
/// How narrow a chip may be.
const LEAST: f64 = 14.0;
/// Of a greater number than these a chip says the end, a smaller mark nothing: it is told by its colour.
const NUMBERED: std::ops::Range<u64> = 1..1_000;
const PILL_HEIGHT: f64 = 22.0;
const TRAIL: f64 = 42.0;
/// … of a message that is no more than that.
const STREAK: f64 = 16.0;
/// The last part of a lost message's way, over which it falls.
const FALL: f64 = 0.45;
/// How far a lost message falls.
const DEPTH: f64 = 30.0;
const LONGEST_LABEL: usize = 26;
/// A pill goes at least this share of the way between two places.
const LEAST_WAY: f64 = 0.2;
/// How far from its line a pill keeps at the most.
const KEEP_RIGHT: f64 = 46.0;

impl Flight {
    /// The pill of a message between two boxes. It keeps right by half of itself, so that opposite messages
    /// do not cover each other; `lane` moves it further aside.
    pub fn new(
        shot: &FlightShot,
        ends: [(Point, Size); 2],
        bend: Option<Point>,
        lane: f64,
        language: Language,
    ) -> Flight {
        let chip = shot.stamp.map(Chip::new);
        let label = shot.labelled(language);
        let label = shortened(&chip.as_ref().map_or(label.clone(), |it| it.left_of(&label)));
        let before = chip.as_ref().map_or(0.0, |chip| chip.width + CHIP_GAP);
        let pill = Size::new((before + text_width(&label, 11.5) + 18.0).max(26.0), PILL_HEIGHT);
        let [(a, a_box), (b, b_box)] = ends;
        let direction = a.direction(b);
        let lane = aside(pill, direction) + lane;
        let shifted = |point: Point| point.plus(-direction.y * lane, direction.x * lane);
        let (from, to, bend) = (shifted(a), shifted(b), bend.map(shifted));
        let (towards_b, towards_a) = (bend.unwrap_or(to), bend.unwrap_or(from));
        // The pill keeps clear of the boxes. Where there is little room it comes out from behind one, and goes
        // behind the other, by no more than it must.
        let ends = |of: fn(Size, Size) -> Size| {
            (of(a_box, pill).exit(a, from, towards_b), of(b_box, pill).exit(b, to, towards_a))
        };
        let way = |(start, goal): (Point, Point)| {
            from.distance(to) - start.distance(from) - goal.distance(to)
        };
        let (hidden, whole) = (ends(|size, _| size), ends(|size, pill| size.grown(pill.w, pill.h)));
        let least = from.distance(to) * LEAST_WAY;
        let share = within((way(hidden) - least) / (way(hidden) - way(whole)).max(1.0), 0.0, 1.0);
        let start = hidden.0.towards(whole.0, share);
        let goal = hidden.1.towards(whole.1, share);
        Flight {
            key: (shot.id, shot.copy),
            from: shot.from,
            to: shot.to,
            start,
            goal,
            bend,
            sent_at: shot.sent_at,
            arrives_at: shot.arrives_at,
            lost_at: shot.lost_at,
            held: shot.held,
            tone: shot.tone(),
            kind: shot.kind.name,
            chip,
            label,
            pill,
        }
    }

    /// A message among very many places: no pill, and a short trail.
    pub fn streak(shot: &FlightShot, start: Point, goal: Point, language: Language) -> Flight {
        Flight {
            key: (shot.id, shot.copy),
            from: shot.from,
            to: shot.to,
            start,
            goal,
            bend: None,
            sent_at: shot.sent_at,
            arrives_at: shot.arrives_at,
            lost_at: shot.lost_at,
            held: shot.held,
            tone: shot.tone(),
            kind: shot.kind.name,
            chip: None,
            label: shot.labelled(language),
            pill: Size::default(),
        }
    }

    /// Whether it is drawn without a pill.
    pub fn is_streak(&self) -> bool {
        self.pill == Size::default()
    }

    /// Where it is at this instant.
    pub fn place(&self, now: Time) -> Spot {
        let gone = now.since(self.sent_at).0 as f64;
        if self.held {
            // It leaves, and waits just outside.
            let share = 0.16 * gone / (gone + 4_000.0);
            return self.on_the_way(share, 1.0, 0.0);
        }
        let share = |end: Time| match end.since(self.sent_at).0 {
            0 => 1.0,
            whole => within(gone / whole as f64, 0.0, 1.0),
        };
        match self.lost_at {
            None => self.on_the_way(share(self.arrives_at), 1.0, 0.0),
            Some(lost) => {
                let fallen = within((share(lost) - (1.0 - FALL)) / FALL, 0.0, 1.0);
                // Slower and slower along the way, faster and faster down.
                let along = share(self.arrives_at).min(share(lost) * 0.72 + 0.1);
                self.on_the_way(along, 1.0 - 0.8 * fallen * fallen, fallen)
            }
        }
    }

    fn on_the_way(&self, share: f64, presence: f64, fallen: f64) -> Spot {
        let on_the_way = |share| between(self.start, self.bend, self.goal, share);
        let at = on_the_way(share);
        let length = self.start.distance(self.goal).max(1.0);
        // What has no pill needs no more than to be seen to move, and has no room to fall.
        let (trail, depth) = if self.is_streak() { (STREAK, 0.0) } else { (TRAIL, DEPTH) };
        let tail = on_the_way((share - trail / length).max(0.0));
        let drop = depth * fallen * fallen;
        Spot {
            at: at.plus(0.0, drop),
            tail: tail.plus(0.0, drop * 0.4),
            presence,
            falls: fallen > 0.0,
        }
    }
}

/// A stamp in a small mark of its colour, where its number is short enough for that.
pub fn numbered(stamp: u64) -> String {
    if NUMBERED.contains(&stamp) { stamp.to_string() } else { String::new() }
}

impl Chip {
    pub fn new(stamp: u64) -> Chip {
        let text = match stamp {
            0 => String::new(),
            _ if NUMBERED.contains(&stamp) => stamp.to_string(),
            _ => format!("…{:03}", stamp % NUMBERED.end),
        };
        let width = (text_width(&text, CHIP) + 8.0).max(LEAST);
        Chip { stamp, text, width }
    }

    /// Told by its colour alone, where there is little room and it says only the end of its number.
    pub fn bare(&self) -> Chip {
        let is_whole = self.stamp < NUMBERED.end;
        if is_whole { self.clone() } else { Chip { text: String::new(), width: LEAST, ..*self } }
    }

    /// A label without the number that the chip tells.
    fn left_of(&self, label: &str) -> String {
        let mut words: Vec<&str> = label.split(' ').collect();
        let number = self.stamp.to_string();
        if let Some(number) = words.iter().position(|word| *word == number) {
            words.remove(number);
        }
        words.join(" ")
    }
}

/// How far from its line a pill keeps: half of what it takes across that line, so that two that keep right pass
/// each other.
fn aside(pill: Size, direction: Point) -> f64 {
    let half = (pill.w * direction.y.abs() + pill.h * direction.x.abs()) / 2.0;
    half.min(KEEP_RIGHT) + 1.0
}

impl FlightShot {
    fn tone(&self) -> Tone {
        self.kind.tone
    }

    /// What its pill says in this language.
    pub fn labelled(&self, language: Language) -> String {
        self.label.as_ref().map_or(String::new(), |label| tell_briefly(language, label))
    }
}

fn shortened(label: &str) -> String {
    match label.chars().count() > LONGEST_LABEL {
        true => label.chars().take(LONGEST_LABEL - 1).chain(['…']).collect(),
        false => label.to_owned(),
    }
}

/// About how wide a text is drawn: nothing here can measure, and a pill needs no more.
pub fn text_width(text: &str, size: f64) -> f64 {
    let width = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '|' | '!' | '\'' | ' ' => 0.34,
        'f' | 't' | 'r' | '(' | ')' | '/' => 0.42,
        'm' | 'w' | 'M' | 'W' => 0.9,
        'A'..='Z' => 0.68,
        c if c.is_ascii() => 0.6,
        '·' => 0.5,
        _ => 1.02,
    };
    text.chars().map(width).sum::<f64>() * size
}

/// As much of a text as a width takes.
pub fn clipped(text: &str, size: f64, width: f64) -> String {
    if text_width(text, size) <= width {
        return text.to_owned();
    }
    let mut left = width - text_width("…", size);
    let fits = |c: &char| {
        left -= text_width(c.encode_utf8(&mut [0; 4]), size);
        left >= 0.0
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

/// A text in lines of this width, where it has words that are short enough.
pub fn wrapped(text: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_inclusive(' ') {
        match lines.last_mut() {
            Some(line) if text_width(&format!("{line}{word}"), size) <= width => {
                line.push_str(word)
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Place;
    use crate::protocol::Kind;
    use crate::sentence;

    #[test]
    fn lines_are_broken_between_words() {
        assert_eq!(
            wrapped("4 of 6 maps are completed", 12.0, 80.0),
            ["4 of 6 maps ", "are ", "completed"]
        );
        assert_eq!(wrapped("x", 12.0, 0.0), ["x"]);
    }

    fn shot() -> FlightShot {
        FlightShot {
            id: 7,
            copy: 0,
            from: Place::server(0),
            to: Place::server(1),
            kind: Kind { name: "AppendEntries", tone: Tone::Call },
            label: Some(sentence!("append z=9")),
            stamp: None,
            sent_at: Time::millis(10),
            arrives_at: Time::millis(20),
            lost_at: None,
            held: false,
        }
    }

    fn flight(lost_at: Option<Time>, held: bool) -> Flight {
        let shot = FlightShot { lost_at, held, ..shot() };
        let size = Size::new(100.0, 60.0);
        Flight::new(
            &shot,
            [(Point::new(0.0, 0.0), size), (Point::new(600.0, 0.0), size)],
            None,
            0.0,
            Language::English,
        )
    }

    #[test]
    fn a_message_glides_from_border_to_border() {
        let flight = flight(None, false);
        assert_eq!(flight.place(Time::millis(10)).at, flight.start);
        assert_eq!(flight.place(Time::millis(20)).at, flight.goal);
        assert_eq!(flight.place(Time::millis(15)).at.x, 300.0);
        assert_eq!(flight.place(Time::millis(5)).at, flight.start, "before its time");
        assert!(flight.start.x > 50.0 && flight.goal.x < 550.0);
    }

    #[test]
    fn a_pill_is_as_wide_as_what_it_says_in_the_reader_s_language() {
        crate::words::learn_more(include_str!("../../../www/locale/zh/raft.txt"));
        let shot = FlightShot { label: Some(sentence!("beat")), ..shot() };
        let ends = [(Point::default(), Size::default()); 2];
        let [english, chinese] =
            Language::ALL.map(|language| Flight::new(&shot, ends, None, 0.0, language));
        assert_eq!((english.label.as_str(), chinese.label.as_str()), ("beat", "心跳"));
        for flight in [english, chinese] {
            assert!(flight.pill.w >= text_width(&flight.label, 11.5) + 12.0);
        }
    }

    #[test]
    fn a_message_there_and_one_back_do_not_cover_each_other() {
        let shot = |from: u16, to: u16, label: &'static str| FlightShot {
            from: Place::server(from),
            to: Place::server(to),
            label: Some(sentence!("{0}", label)),
            ..shot()
        };
        let size = Size::new(100.0, 60.0);
        let (a, labels) = (Point::new(400.0, 400.0), ["beat", "ok 3", "vote? t1"]);
        for (x, y) in [(300, 0), (0, 300), (250, 200), (-120, 280), (300, 40), (-40, -320)] {
            let b = a.plus(f64::from(x), f64::from(y));
            for (one, other) in labels.iter().flat_map(|one| labels.map(|other| (*one, other))) {
                let flight = |shot, ends| Flight::new(&shot, ends, None, 0.0, Language::English);
                let there = flight(shot(0, 1, one), [(a, size), (b, size)]);
                let back = flight(shot(1, 0, other), [(b, size), (a, size)]);
                let wide = (there.pill.w + back.pill.w) / 2.0;
                let apart = (10..=20).map(Time::millis).all(|now| {
                    let (p, q) = (there.place(now).at, back.place(now).at);
                    (p.x - q.x).abs() >= wide || (p.y - q.y).abs() >= PILL_HEIGHT
                });
                assert!(apart, "{one} and {other} by {x} {y}");
            }
        }
    }

    #[test]
    fn where_there_is_room_a_pill_is_whole_from_its_first_to_its_last_place() {
        let (size, a) = (Size::new(100.0, 60.0), Point::new(400.0, 400.0));
        for (x, y) in [(320, 0), (0, 300), (250, 200), (-220, 280), (300, 60), (-60, -320)] {
            let b = a.plus(f64::from(x), f64::from(y));
            for (label, lane) in [("beat", 0.0), ("ok 3", 22.0), ("promise 19.S2", 0.0)] {
                let shot = FlightShot { label: Some(sentence!("{0}", label)), ..shot() };
                let ends = [(a, size), (b, size)];
                let flight = Flight::new(&shot, ends, None, lane, Language::English);
                for at in [flight.start, flight.goal] {
                    let pill = size.grown(flight.pill.w - 2.0, flight.pill.h - 2.0);
                    let hidden = pill.covers(a, at) || pill.covers(b, at);
                    assert!(!hidden, "{label} by {x} {y} at {at:?}");
                }
            }
        }
    }

    #[test]
    fn a_number_stands_in_the_chip_or_in_the_label_and_never_in_both() {
        for (stamp, label, chip, rest) in [
            (33, "Write 33 1", "33", "Write 1"),
            (1, "Write 1 1", "1", "Write 1"),
            (7, "Held C1", "7", "Held C1"),
            (604_213, "Set 604213", "…213", "Set"),
        ] {
            let told = Chip::new(stamp);
            assert_eq!((told.text.as_str(), told.left_of(label).as_str()), (chip, rest));
            assert!(told.width >= text_width(chip, CHIP) + 6.0);
        }
    }

    #[test]
    fn a_lost_one_falls_and_fades_on_its_way() {
        let flight = flight(Some(Time::millis(16)), false);
        let (early, late) = (flight.place(Time::millis(12)), flight.place(Time::millis(16)));
        assert!(!early.falls && early.presence == 1.0);
        assert!(late.falls && late.presence < 0.3 && late.at.y > 20.0 && late.at.x < flight.goal.x);
    }

    #[test]
    fn a_held_one_waits_outside_its_sender() {
        let flight = flight(None, true);
        let place = flight.place(Time::seconds(60));
        assert!(place.at.x > flight.start.x && place.at.x < 200.0);
    }
}
