//! Where everybody stands: in a ring, in rows by kind, or on two sides, as the protocol declares; clients
//! outside. The picture takes the shape of the room it is given, so that a phone's tall stage is
//! used as well as a desk's wide one, and text keeps its size until there are very many servers.

use super::arrangement::{
    BESIDE, GAP, LEAST, LINE, MARGIN, centres, column, in_lines, in_row, lines, row,
};
use super::field::Grid;
use super::links::between;
use crate::base::{Places, Program};
use crate::protocol::{Arrangement, Formation};
use crate::view::path::{Point, Size, within};

/// The room for a picture, in pixels, with what lies over its edges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Room {
    pub width: f64,
    pub height: f64,
    /// Covered at the top by the tools, at the bottom by the caption.
    pub top: f64,
    pub bottom: f64,
}

/// How much a node's box has room to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// Name, role, term, clock, six entries.
    Full,
    /// The same, closer.
    Compact,
    /// Name and term, under it the role, four entries.
    Slim,
    /// The same in two lines: what there are entries of goes before the role.
    Tiny,
}

/// Where clients stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// Right of all others.
    Beside,
    /// Beside the first server of a ring, at the top: one or two of them.
    InCorners,
    Below,
}

/// The picture's size and everybody's centre.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    pub size: Size,
    /// Covered by tools at the top and by the caption at the bottom, in the picture's units.
    pub top: f64,
    pub bottom: f64,
    pub detail: Detail,
    /// Whose the centres are: first come those that run the protocol's program, then clients.
    pub places: Places,
    pub formation: Formation,
    /// Where very many stand, each as a dot.
    pub grid: Option<Grid>,
    pub nodes: Vec<Point>,
    pub clients: Vec<Point>,
    pub node: Size,
    pub client: Size,
    /// How many times smaller than usual all is drawn, so that so many have room.
    pub shrunk: f64,
    /// For each client and server: where the way between them is bent, so as not to run behind
    /// somebody else.
    pub bends: Vec<Vec<Option<Point>>>,
}

impl Detail {
    fn node(self) -> Size {
        match self {
            Detail::Full => Size::new(144.0, 80.0),
            Detail::Compact => Size::new(112.0, 70.0),
            Detail::Slim => Size::new(80.0, 60.0),
            Detail::Tiny => Size::new(80.0, 44.0),
        }
    }

    fn client(self) -> Size {
        match self {
            Detail::Full => Size::new(152.0, 60.0),
            Detail::Compact => Size::new(112.0, 48.0),
            Detail::Slim | Detail::Tiny => Size::new(92.0, 44.0),
        }
    }

    /// Entries of the log that a box shows.
    pub fn entries(self) -> usize {
        match self {
            Detail::Full => 6,
            Detail::Compact => 5,
            Detail::Slim | Detail::Tiny => 4,
        }
    }

    /// Whether the role has a line of its own, under name and term.
    pub fn is_narrow(self) -> bool {
        self >= Detail::Slim
    }

    fn smaller(self) -> Option<Detail> {
        match self {
            Detail::Full => Some(Detail::Compact),
            Detail::Compact => Some(Detail::Slim),
            Detail::Slim => Some(Detail::Tiny),
            Detail::Tiny => None,
        }
    }
}

/// What the ring of a timer stands out of a narrow box, on two sides.
const RING: f64 = 16.0;
/// On a narrow screen every pixel is needed.
const NARROW: f64 = 500.0;
/// The words about very many places: how wide beside them, how high below.
const LEGEND: Size = Size::new(186.0, 62.0);
/// Below them on the narrowest stages the words take a line more.
const LEAST_WIDTH: f64 = 360.0;
/// In a picture of so many units nothing can be read any more.
const SMALLEST: f64 = 20_000.0;

impl Layout {
    /// The largest picture of these places that this room takes.
    pub fn new(places: &Places, formation: Formation, room: Room) -> Layout {
        // A large screen shows the picture larger, not emptier.
        let fits = (room.width / 960.0).min((room.height - room.top - room.bottom) / 440.0);
        let zoom = within(fits, 1.0, 1.7);
        let mut room = Room {
            width: (room.width / zoom).max(200.0),
            height: (room.height / zoom).max(160.0),
            top: room.top / zoom,
            bottom: room.bottom / zoom,
        };
        if places.are_many() {
            return Layout::field(places, formation, room);
        }
        let usual = room.width;
        let done = |layout: Layout| Layout { shrunk: layout.size.w / usual, ..layout.bent() };
        let mut detail = Detail::Full;
        let usable = room.height - room.top - room.bottom;
        let wide = room.width > 1.1 * usable && room.width >= NARROW;
        let corners = places.house_clients().count() <= 2 && places.own().count() > 2;
        // Where clients stand at best, and where else they may.
        let stands: &[Stand] = match (wide, corners) {
            (true, true) => &[Stand::Beside, Stand::InCorners, Stand::Below],
            (true, false) => &[Stand::Beside, Stand::Below],
            (false, true) => &[Stand::InCorners, Stand::Beside, Stand::Below],
            (false, false) => &[Stand::Below, Stand::Beside],
        };
        loop {
            let fit = |stand| Layout::try_fit(places, formation, room, detail, stand);
            let layout = fit(stands[0]);
            if layout.fits() {
                return done(layout);
            }
            // On a narrow screen, and before all is drawn smaller, the clients may stand elsewhere.
            let others = match detail.smaller() {
                None => &stands[1..],
                Some(_) if room.width < NARROW => &stands[1..2],
                Some(_) => &[],
            };
            if let Some(other) = others.iter().map(|stand| fit(*stand)).find(Layout::fits) {
                return done(other);
            }
            match detail.smaller() {
                Some(smaller) => detail = smaller,
                // Too many for the room: everything is drawn smaller.
                None if room.width > SMALLEST => return done(layout),
                None => {
                    // What lies over its edges keeps its size.
                    let Room { width, height, top, bottom } = &mut room;
                    [width, height, top, bottom].into_iter().for_each(|size| *size *= 1.15);
                }
            }
        }
    }

    /// A dot each. The words about all of them stand beside, on a narrow stage below.
    fn field(places: &Places, formation: Formation, room: Room) -> Layout {
        let clients = places.house_clients().count();
        let client = Detail::Tiny.client();
        let wide = room.width >= NARROW;
        let free = Size::new(room.width - 24.0, room.height - room.top - room.bottom - 12.0);
        let beside = if wide { LEGEND.w } else { 0.0 };
        let below = if wide { 0.0 } else { legend_height(room.width) };
        let (lines, in_each) = lines(clients, LINE);
        let visitors = lines as f64 * (client.w + BESIDE);
        let free = Size::new((free.w - beside - visitors).max(60.0), (free.h - below).max(60.0));
        let grid = Grid::new(places.own().count(), Point::new(12.0, room.top + 6.0), free);
        let x = 12.0 + free.w + visitors - client.w / 2.0;
        let stand = |line: usize, count| {
            let x = x - (lines - 1 - line) as f64 * (client.w + BESIDE);
            let top = Point::new(x, room.top + client.h);
            column(count, client, top, room.top + free.h)
        };
        Layout {
            nodes: (0..places.own().count()).map(|position| grid.centre(position)).collect(),
            clients: in_lines(clients, in_each, stand),
            node: Size::new(grid.pitch, grid.pitch),
            grid: Some(grid),
            ..Layout::empty(places, formation, room, Detail::Tiny)
        }
    }

    /// The picture before anybody has a place in it.
    fn empty(places: &Places, formation: Formation, room: Room, detail: Detail) -> Layout {
        Layout {
            places: places.clone(),
            formation,
            size: Size::new(room.width, room.height),
            top: room.top,
            bottom: room.bottom,
            detail,
            grid: None,
            nodes: Vec::new(),
            clients: Vec::new(),
            node: detail.node(),
            client: detail.client(),
            shrunk: 1.0,
            bends: Vec::new(),
        }
    }

    /// Where the words about very many places begin, and how wide they may be.
    pub fn legend(&self) -> (Point, f64) {
        match self.size.w >= NARROW {
            true => (Point::new(self.size.w - LEGEND.w, self.top + 24.0), LEGEND.w - 12.0),
            false => {
                let y = self.size.h - self.bottom - legend_height(self.size.w) + 14.0;
                (Point::new(14.0, y), self.size.w - 28.0)
            }
        }
    }

    fn try_fit(
        places: &Places,
        formation: Formation,
        room: Room,
        detail: Detail,
        stand: Stand,
    ) -> Layout {
        let clients = places.house_clients().count();
        let (node, client) = (detail.node(), detail.client());
        let wide = stand == Stand::Beside;
        let (lines, in_each) = lines(clients, if wide { LINE } else { in_row(client, room.width) });
        let deep = |size: f64| lines as f64 * (size + BESIDE) - BESIDE;
        let (right, below) = match stand {
            Stand::Beside if clients > 0 => (deep(client.w) + GAP.w * 1.6, 0.0),
            Stand::Below if clients > 0 => (0.0, deep(client.h) + GAP.h * 1.5),
            _ => (0.0, 0.0),
        };
        let margin = if room.width < NARROW { MARGIN / 2.0 } else { MARGIN };
        let free = Size::new(
            room.width - 2.0 * margin - right - node.w,
            room.height - room.top - room.bottom - 1.4 * margin - below - node.h,
        );
        let wraps = detail.is_narrow() && room.width < NARROW && !wide;
        let ring = centres(places, formation.arrangement, free, (node, wraps));
        let extent = |pick: fn(&Point) -> f64| {
            let all = ring.iter().map(pick);
            all.fold((0.0f64, 0.0f64), |(low, high), at| (low.min(at), high.max(at)))
        };
        let ((left, east), (north, south)) = (extent(|p| p.x), extent(|p| p.y));
        // The ring and the clients beside it are centred together.
        let whole = east - left + node.w + right;
        let x0 = (room.width - whole) / 2.0 + node.w / 2.0 - left;
        let tall = south - north + node.h + below;
        let usable = room.height - room.top - room.bottom;
        let y0 = room.top + (usable - tall) / 2.0 + node.h / 2.0 - north;
        let nodes: Vec<Point> = ring.iter().map(|p| p.plus(x0, y0)).collect();
        let back = |line: usize, size: f64| (lines - 1 - line) as f64 * (size + BESIDE);
        let clients = match stand {
            Stand::Beside => {
                let x = x0 + east + node.w / 2.0 + right - client.w / 2.0;
                in_lines(clients, in_each, |line, count| {
                    let top = Point::new(x - back(line, client.w), y0 + north);
                    column(count, client, top, y0 + south)
                })
            }
            Stand::InCorners => {
                let y = y0 + north - (node.h - client.h) / 2.0;
                let x = room.width - client.w / 2.0 - 6.0;
                [x, room.width - x].iter().take(clients).map(|x| Point::new(*x, y)).collect()
            }
            Stand::Below => {
                let y = y0 + south + node.h / 2.0 + below - client.h / 2.0;
                in_lines(clients, in_each, |line, count| {
                    row(count, client, room.width, y - back(line, client.h))
                })
            }
        };
        Layout { nodes, clients, ..Layout::empty(places, formation, room, detail) }
    }

    /// Whether nobody stands in this corner of the picture, at the top left, where the room is so wide.
    pub fn leaves_free(&self, corner: Size, width: f64) -> bool {
        let scale = self.size.w / width.max(1.0);
        let is_in = |at: &Point, size: Size| {
            at.x - size.w / 2.0 < corner.w * scale && at.y - size.h / 2.0 < corner.h * scale
        };
        !self.nodes.iter().any(|at| is_in(at, self.node))
            && !self.clients.iter().any(|at| is_in(at, self.client))
    }

    /// How wide the picture's corner at the top right is, so far down, to the first who stands there.
    pub fn right_corner(&self, height: f64) -> f64 {
        let nodes = self.nodes.iter().map(|at| (at, self.node));
        let all = nodes.chain(self.clients.iter().map(|at| (at, self.client)));
        let high = all.filter(|(at, size)| at.y - size.h / 2.0 < height);
        self.size.w - high.map(|(at, size)| at.x + size.w / 2.0).fold(0.0, f64::max)
    }

    /// Whether those of a kind stand in several lines: then what joins one line runs behind another.
    pub fn is_wrapped(&self) -> bool {
        let lines = self.nodes.chunk_by(|one, other| one.y == other.y).count();
        let kinds = self.places.kinds().iter().filter(|(kind, _)| kind.program == Program::Own);
        self.formation.arrangement == Arrangement::Rows
            && lines > kinds.filter(|(_, count)| *count > 0).count()
    }

    /// The middle of those who run the protocol's program.
    pub fn middle(&self) -> Point {
        let sum = self.nodes.iter().fold(Point::default(), |sum, at| sum.plus(at.x, at.y));
        let count = self.nodes.len().max(1) as f64;
        Point::new(sum.x / count, sum.y / count)
    }

    /// The layout with its ways found.
    fn bent(mut self) -> Layout {
        let to_all =
            |client: &Point| (0..self.nodes.len()).map(|node| self.way(*client, node)).collect();
        self.bends = self.clients.iter().map(to_all).collect();
        self
    }

    /// Where the way from a client to a server is bent: only if it would run behind somebody else,
    /// and as little as it takes.
    fn way(&self, from: Point, node: usize) -> Option<Point> {
        let to = self.nodes[node];
        let others =
            || self.nodes.iter().enumerate().filter(|(i, _)| *i != node).map(|(_, at)| *at);
        let room = self.node.grown(16.0, 14.0);
        let clear = |bend: Option<Point>| {
            (1..40).all(|step| {
                let at = between(from, bend, to, f64::from(step) / 40.0);
                let inside = at.x > 4.0
                    && at.x < self.size.w - 4.0
                    && at.y > 4.0
                    && at.y < self.size.h - 4.0;
                inside && !others().any(|other| room.covers(other, at))
            })
        };
        if clear(None) {
            return None;
        }
        let (middle, along) = (from.towards(to, 0.5), from.direction(to));
        let bends = (1..24).flat_map(|step| [f64::from(step) * 24.0, f64::from(step) * -24.0]);
        bends
            .map(|by| Some(middle.plus(-along.y * by, along.x * by)))
            .find(|bend| clear(*bend))
            .flatten()
    }

    /// Whether all boxes stand apart and inside the picture.
    fn fits(&self) -> bool {
        let gap = if self.detail.is_narrow() { LEAST } else { GAP };
        let apart = |a: Point, b: Point, size: Size| {
            (a.x - b.x).abs() >= size.w + gap.w || (a.y - b.y).abs() >= size.h + gap.h
        };
        let inside = self.nodes.iter().all(|p| {
            p.x >= self.node.w / 2.0
                && p.x <= self.size.w - self.node.w / 2.0
                && p.y >= self.node.h / 2.0
        });
        let pairs = self.nodes.iter().enumerate();
        // A timer's ring stands out from the corner of a small box.
        let ring = if self.detail.is_narrow() { RING } else { 0.0 };
        let visitors = self.node.grown(self.client.w + ring, self.client.h + ring);
        let clear = self
            .clients
            .iter()
            .all(|client| !self.nodes.iter().any(|node| visitors.covers(*node, *client)));
        let Size { w, h } = self.client;
        let in_sight = |p: &Point| {
            p.x >= w / 2.0
                && p.x <= self.size.w - w / 2.0
                && p.y >= h / 2.0
                && p.y <= self.size.h - self.bottom - h / 2.0
        };
        let beside = |a: Point, b: Point| (a.x - b.x).abs() >= w || (a.y - b.y).abs() >= h;
        let clear = clear
            && self.clients.iter().all(in_sight)
            && self
                .clients
                .iter()
                .enumerate()
                .all(|(i, a)| self.clients[..i].iter().all(|b| beside(*a, *b)));
        inside
            && clear
            && pairs.clone().all(|(i, a)| self.nodes[..i].iter().all(|b| apart(*a, *b, self.node)))
    }
}

/// How high the words about very many places are below them.
fn legend_height(width: f64) -> f64 {
    LEGEND.h + if width < LEAST_WIDTH { 16.0 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::PlaceKind;

    const DESK: Room = Room { width: 962.0, height: 578.0, top: 56.0, bottom: 84.0 };
    const PHONE: Room = Room { width: 390.0, height: 520.0, top: 52.0, bottom: 64.0 };
    const EMBED: Room = Room { width: 720.0, height: 250.0, top: 44.0, bottom: 8.0 };

    #[test]
    fn any_cluster_fits_any_room() {
        for room in [DESK, PHONE, EMBED] {
            for nodes in 1..=15 {
                for clients in [0, 1, 2, 3, 4, 9, 10, 36] {
                    let layout =
                        Layout::new(&Places::with_clients(nodes, clients), Formation::RING, room);
                    assert_eq!(
                        (layout.nodes.len(), layout.clients.len()),
                        (nodes.into(), clients.into())
                    );
                    assert!(layout.fits(), "{nodes} servers in {room:?}");
                }
            }
        }
    }

    #[test]
    fn who_begins_outside_stands_aside() {
        for room in [DESK, PHONE, EMBED] {
            for (nodes, members) in [(5, 3), (4, 3), (7, 1), (15, 5), (6, 2)] {
                let mut places = Places::with_clients(nodes, 2);
                places.set_members(Some(members));
                let layout = Layout::new(&places, Formation::RING, room);
                assert!(layout.fits(), "{members} of {nodes} in {room:?}");
                let (ring, aside) = layout.nodes.split_at(members.into());
                let left = ring.iter().all(|at| aside.iter().all(|out| out.x < at.x - 60.0));
                let below = ring.iter().all(|at| aside.iter().all(|out| out.y > at.y + 40.0));
                assert!(left || below, "{members} of {nodes} in {room:?}: {:?}", layout.nodes);
            }
        }
    }

    /// However small the picture is drawn: what covers its edges does not shrink with it.
    #[test]
    fn nobody_stands_behind_the_tools_or_the_caption() {
        for room in [DESK, PHONE, EMBED, Room { width: 390.0, height: 430.0, ..PHONE }] {
            for nodes in 1..=40 {
                let layout = Layout::new(&Places::with_clients(nodes, 2), Formation::RING, room);
                let scale = (room.width / layout.size.w).min(room.height / layout.size.h);
                let half = layout.node.h / 2.0;
                let high = layout.nodes.iter().map(|at| at.y - half).fold(f64::MAX, f64::min);
                let low = layout.nodes.iter().map(|at| at.y + half).fold(0.0, f64::max);
                assert!(high * scale >= room.top - 0.5, "{nodes} servers in {room:?}: {high}");
                let bottom = room.height - room.bottom;
                assert!(low * scale <= bottom + 0.5, "{nodes} servers in {room:?}: {low}");
            }
        }
    }

    #[test]
    fn kinds_stand_in_rows_or_on_two_sides() {
        let kinds = [
            PlaceKind::new('B', "broker", "brokers").counts(3, 1, 9),
            PlaceKind::new('W', "worker", "workers").counts(4, 1, 9),
            PlaceKind::CLIENTS,
        ];
        let places = Places::of(&kinds);
        for room in [DESK, PHONE, EMBED] {
            let rows = Layout::new(&places, Formation::ROWS, room);
            let (brokers, workers) = rows.nodes.split_at(3);
            assert!(brokers.iter().all(|at| at.y == brokers[0].y), "{room:?}");
            // On a phone there is no room for four in a line.
            assert!(workers.iter().all(|at| at.y == workers[0].y) != rows.is_wrapped(), "{room:?}");
            assert!(workers.iter().all(|at| at.y > brokers[0].y), "{room:?}");
            let sides = Layout::new(&places, Formation::SIDES, room);
            let (left, right) = sides.nodes.split_at(3);
            assert!(left.iter().all(|at| at.x == left[0].x), "{room:?}");
            assert!(right.iter().all(|at| at.x == right[0].x && at.x > left[0].x));
            assert!(rows.fits() && sides.fits(), "{room:?}");
            assert_eq!(rows.place("W2".parse().unwrap()).0, rows.nodes[4]);
        }
    }

    #[test]
    fn a_very_long_row_stands_in_several_lines_and_stays_legible() {
        let kinds = |count| {
            [
                PlaceKind::new('Z', "keeper", "keepers").counts(1, 1, 1),
                PlaceKind::new('W', "worker", "workers").counts(count, 1, 90),
                PlaceKind::new('R', "resource", "resources").counts(1, 1, 1),
            ]
        };
        for (count, wrapped) in [(5, false), (9, false), (50, true)] {
            let layout = Layout::new(&Places::of(&kinds(count)), Formation::ROWS, DESK);
            assert_eq!(layout.is_wrapped(), wrapped, "{count}");
            assert!(layout.fits() && layout.size.w < 1.6 * DESK.width, "{:?}", layout.size);
            let last = layout.nodes.len() - 1;
            let workers = &layout.nodes[1..last];
            let [first, end] = [layout.nodes[0].y, layout.nodes[last].y];
            assert!(workers.iter().all(|at| first < at.y && at.y < end), "between the others");
        }
    }

    #[test]
    fn a_small_phone_has_room_for_roles_and_logs() {
        let small = Room { width: 320.0, height: 330.0, top: 52.0, bottom: 62.0 };
        let layout = Layout::new(&Places::with_clients(5, 1), Formation::RING, small);
        assert_eq!((layout.detail, layout.size.w), (Detail::Slim, 320.0));
        assert!(layout.detail.entries() > 0);
    }

    /// As in a crowded scene on a phone: clients stand in lines, and nothing is drawn much smaller than usual.
    #[test]
    fn clients_of_a_narrow_stage_stand_in_lines() {
        let phone = Room { width: 390.0, height: 470.0, top: 52.0, bottom: 70.0 };
        let layout = Layout::new(&Places::with_clients(7, 9), Formation::RING, phone);
        assert!(layout.fits() && layout.shrunk < 1.4, "{}", layout.shrunk);
        let lines = layout.clients.chunk_by(|one, other| one.y == other.y).count();
        assert_eq!(lines, 3, "{:?}", layout.clients);
    }

    /// A row of five wraps on a small phone, its second line between the first one's, so that boxes are not drawn
    /// smaller than a finger.
    #[test]
    fn a_row_wraps_on_a_small_phone() {
        let kinds: &'static [PlaceKind] = Box::leak(Box::new([
            PlaceKind::new('M', "store", "stores").counts(5, 1, 9),
            PlaceKind::new('W', "worker", "workers").counts(2, 1, 9),
            PlaceKind::new('R', "resource", "resources").counts(1, 1, 1),
        ]));
        let small = Room { width: 320.0, height: 330.0, top: 52.0, bottom: 62.0 };
        let layout = Layout::new(&Places::of(kinds), Formation::ROWS, small);
        assert!(layout.is_wrapped() && layout.fits());
        assert!(layout.size.w < 400.0, "{:?}", layout.size);
        let [first, second] = [&layout.nodes[..3], &layout.nodes[3..5]];
        assert!(second.iter().all(|at| first.iter().all(|other| other.x != at.x)));
        let tall = Room { width: 390.0, height: 520.0, ..small };
        assert!(Layout::new(&Places::of(kinds), Formation::ROWS, tall).size.w < 400.0);
    }

    /// Half a window: four in a row and a client beside them would be small, and below there is room.
    #[test]
    fn where_there_is_no_room_beside_a_row_its_client_stands_below() {
        let kinds: &'static [PlaceKind] = Box::leak(Box::new([
            PlaceKind::servers(4, 9),
            PlaceKind::new('G', "gateway", "gateways").counts(1, 1, 4),
            PlaceKind::new('M', "service", "services").counts(1, 1, 1),
            PlaceKind::CLIENTS,
        ]));
        let pane = Room { width: 481.0, height: 304.0, top: 4.0, bottom: 4.0 };
        let layout = Layout::new(&Places::of(kinds), Formation::ROWS, pane);
        assert!(layout.shrunk < 1.01 && layout.clients[0].y > layout.nodes[5].y, "{layout:?}");
    }

    #[test]
    fn a_ring_leaves_the_corner_to_the_tools_and_a_row_does_not() {
        let low = Room { width: 844.0, height: 230.0, top: 4.0, bottom: 48.0 };
        let kinds: &'static [PlaceKind] = Box::leak(Box::new([
            PlaceKind::new('M', "store", "stores").counts(5, 1, 9),
            PlaceKind::new('R', "resource", "resources").counts(1, 1, 1),
        ]));
        let tools = Size::new(300.0, 40.0);
        let ring = Layout::new(&Places::with_clients(5, 1), Formation::RING, low);
        assert!(ring.leaves_free(tools, low.width));
        let rows = Layout::new(&Places::of(kinds), Formation::ROWS, low);
        assert!(!rows.leaves_free(tools, low.width));
    }

    #[test]
    fn the_first_server_stands_at_the_top_and_the_rest_go_clockwise() {
        let layout = Layout::new(&Places::with_clients(5, 1), Formation::RING, DESK);
        let [s1, s2, s3, s4, s5] = layout.nodes[..] else { panic!() };
        assert!(layout.nodes.iter().all(|p| p.y >= s1.y));
        assert!(s2.x > s1.x && s3.x > s1.x && s4.x < s1.x && s5.x < s1.x);
        assert!(s3.y > s2.y && s4.y > s5.y);
        assert_eq!(layout.detail, Detail::Full);
        assert_eq!(
            Layout::new(&Places::with_clients(5, 1), Formation::RING, PHONE).detail,
            Detail::Compact
        );
    }

    #[test]
    fn a_large_screen_shows_it_larger() {
        let large = Layout::new(
            &Places::with_clients(5, 1),
            Formation::RING,
            Room { width: 1900.0, height: 1000.0, top: 56.0, bottom: 84.0 },
        );
        assert!(large.size.w < 1200.0, "{:?}", large.size);
    }
}
