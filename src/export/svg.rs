//! The space-time diagram of a window of time as a picture by itself: lanes, bands, arrows and faults
//! as on the page, with names, a time axis, a legend of what is in it, and all of it in words
//! (`<title>`, `<desc>`). Its look is within, light, for paper and slides; it asks for nothing.

use std::fmt::Write;

use super::{cut_at, one_line};
use crate::base::{Sentence, Span, Time};
use crate::catalog::Run;
use crate::protocol::Tone;
use crate::sim::snapshot::{Mark, MarkKind, Stretch};
use crate::view::diagram::holding_bars::HoldingBars;
use crate::view::diagram::spacetime::{Diagram, Label, Rows, Scale, UnderWay};
use crate::view::diagram::ticks::{self, seconds};
use crate::view::path::{Path, Point, Size, number, translate, within};
use crate::view::stage::flight::Flight;
use crate::view::stage::scene::stamp_colour;
use crate::words::{self, Language};
use crate::{sentence, tr};

/// Events that one picture can show.
const EVENTS: u64 = 20_000;
/// With more arrows than this a picture is a blot.
const CROWD: usize = 1_500;
/// The least and the greatest width, and what an arrow adds.
const WIDTH: (f64, f64) = (960.0, 2_400.0);
const ARROW: f64 = 4.0;
/// Room for the names, for the title and the axis, and around it all.
const GUTTER: f64 = 58.0;
const TOP: f64 = 98.0;
const MARGIN: f64 = 18.0;
/// Lanes: from one to the next, at the most, and all of them.
const PITCH: f64 = 30.0;
const HEIGHT: f64 = 900.0;
/// From one tick to the next, about.
const TICK: f64 = 130.0;

/// Of stamps, as on the page in light.
const EPOCHS: [&str; 9] = [
    "#d4d0e2", "#8fb8de", "#8ccfa5", "#b89be6", "#f0c274", "#f0a09a", "#83d0d0", "#e6a9d8",
    "#c3c97c",
];

const STYLE: &str = "\
text{font:12px system-ui,\"Segoe UI\",\"Noto Sans\",\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;fill:#2b2640}\
.title{font-size:16px;font-weight:650}.soft{font-size:11.5px;fill:#645e7d}.name{font-weight:600}.name,.before{text-anchor:end}\
.paper{fill:#fff}.lane{stroke:#8a84a3;opacity:.5}.grid{stroke:#e4e0f0}\
path{fill:none}.down{fill:#8a84a3;opacity:.18}.held{fill:#aaaa33;opacity:.2}.isolated{fill:#b82c42;opacity:.09}\
.lead{stroke:#7b55d0;stroke-width:5;opacity:.55}.bid{stroke:#aaaa33;stroke-width:4;opacity:.6}\
.call,.reply,.vote,.beat,.client,.lost,.going{stroke:#7b55d0;stroke-width:1.2}\
.reply,.going{stroke:#8a84a3;stroke-dasharray:4 3}.vote{stroke:#aaaa33}.beat{stroke:#9370db;opacity:.55}\
.refusal{stroke:#b82c42;stroke-width:1.2;stroke-dasharray:4 3}.denials{stroke:#b82c42;stroke-width:2.2}\
.client{stroke:#2b2640;opacity:.75}.lost{stroke:#b82c42;stroke-dasharray:3 3}.going{stroke-dasharray:none}\
.heads{fill:#8a84a3}.losses{stroke:#b82c42;stroke-width:1.5}.timers{stroke:#2b2640;stroke-width:1.4;opacity:.55}\
.believed{fill-opacity:.34;stroke-dasharray:4 3}.overlap{fill:#aaaa33;opacity:.24}.in-bar{font-size:10.5px}\
.taken{fill:#fff;stroke:#7b55d0}.denied{fill:#fbe6ea;stroke:#b82c42}\
.fault .sign{fill:#b82c42}.fault .through{stroke:#b82c42;stroke-dasharray:1 3;opacity:.7}\
.fault text{font-size:11px;fill:#b82c42;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\
.mends .sign,.mends text{fill:#27724a}.mends .through{stroke:#27724a}\
.violated .sign{stroke:#b82c42;stroke-width:2.4}.violated .through{stroke-dasharray:none;stroke-width:1.4}";

/// Draws a window.
pub fn write(
    run: &Run,
    window: Span,
    most: u64,
    language: Language,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let most = most.min(EVENTS);
    let (mut count, mut cut) = (0, None);
    let mut stretch = run.long_stretch(window.min, window.max, &mut |event| {
        count += 1;
        if count > most && cut.is_none() && event.at <= window.max {
            cut = Some(event.at);
        }
        cut.is_none()
    });
    let known = run.head().1;
    let end = cut.unwrap_or(window.max).max(window.min);
    let setup = &run.script().setup;
    let lanes = setup.places.len();
    let pitch = within(HEIGHT / lanes.max(1) as f64, 8.0, PITCH);
    let mut rows = Rows::new(&setup.places, TOP, HEIGHT);
    rows.pitch = pitch;
    let thinned = thin_out(&mut stretch);
    let width = within(stretch.marks.len() as f64 * ARROW, WIDTH.0, WIDTH.1);
    let span = end.since(window.min);
    let scale = Scale { origin: window.min, pixels_per_micro: width / span.0.max(1) as f64 };
    let whole = Diagram::of(&stretch, (window.min, Time(u64::MAX)), end.min(known), &scale, &rows);
    let going = match run.event() == run.head().0 && cut.is_none() {
        true => UnderWay::of(&flights(run), known.max(run.now()), &scale, &rows),
        false => UnderWay::default(),
    };
    let figure = Figure {
        run,
        span: Span::new(window.min, end),
        scale,
        rows,
        width,
        language,
        lacks: match (cut.map(|at| cut_at(at, most)), thinned) {
            (Some(cut), Some(thinned)) => Some(sentence!("{0} {1}", cut, thinned)),
            (cut, thinned) => cut.or(thinned),
        },
    };
    write(&figure.draw(&whole, &going));
    figure.lacks.map_or(Ok(()), Err)
}

/// Where there are more arrows than a picture can show, those out of the ordinary are left, and every
/// so many of the others; what is to be said of it.
fn thin_out(stretch: &mut Stretch) -> Option<Sentence> {
    let is_arrow = |mark: &Mark| matches!(mark.what, MarkKind::Arrow { .. });
    let is_rare = |mark: &Mark| match mark.what {
        MarkKind::Arrow { lost, tone, .. } => {
            lost || matches!(tone, Tone::Vote | Tone::Client | Tone::Refusal)
        }
        _ => false,
    };
    let all = stretch.marks.iter().filter(|mark| is_arrow(mark)).count();
    if all <= CROWD {
        return None;
    }
    let rare = stretch.marks.iter().filter(|mark| is_rare(mark)).count();
    // Where even the rare ones are too many, they are the ordinary.
    let (kept, rest) = if rare <= CROWD / 2 { (rare, all - rare) } else { (0, all) };
    let every = rest.div_ceil(CROWD - kept);
    let mut passed = 0;
    stretch.marks.retain(|mark| {
        if !is_arrow(mark) {
            return !matches!(mark.what, MarkKind::Timer);
        }
        if kept > 0 && is_rare(mark) {
            return true;
        }
        passed += 1;
        passed % every == 0
    });
    Some(match kept {
        0 => sentence!(
            "{0} messages are too many for arrows: one of {1} is drawn. A shorter window shows all.",
            all,
            every
        ),
        _ => sentence!(
            "{0} messages are too many for arrows: votes, lost ones and clients' are drawn, and one of {1} others. A shorter window shows all.",
            all,
            every
        ),
    })
}

/// What is under way at the cursor. Only its times matter here.
fn flights(run: &Run) -> Vec<Flight> {
    run.snapshot()
        .flights
        .iter()
        .map(|shot| Flight::streak(shot, Point::default(), Point::default(), Language::English))
        .collect()
}

/// The picture in the making.
struct Figure<'a> {
    run: &'a Run,
    span: Span,
    scale: Scale,
    rows: Rows,
    /// Of the part that has a time axis.
    width: f64,
    language: Language,
    /// What is not in the picture.
    lacks: Option<Sentence>,
}

impl Figure<'_> {
    fn draw(&self, diagram: &Diagram, going: &UnderWay) -> String {
        let bottom = self.rows.bottom();
        let (legend, lines) = self.legend(diagram);
        let below = bottom + 30.0 + 22.0 * f64::from(lines);
        let height = below + if self.lacks.is_some() { 18.0 } else { 0.0 };
        let width = GUTTER + self.width + MARGIN;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" lang=\"{}\">\n",
            self.language.tag(),
            w = number(width),
            h = number(height)
        );
        let _ = writeln!(svg, "<title>{}</title>", text(self.title()));
        let _ = writeln!(svg, "<desc>{}</desc>", text(&self.told(diagram)));
        let _ = writeln!(svg, "<style>{}</style>", text(STYLE));
        let _ = writeln!(
            svg,
            "<clipPath id=\"synod-window\"><rect y=\"{}\" width=\"{}\" height=\"{}\"/></clipPath>",
            number(TOP - 22.0),
            number(self.width),
            number(bottom - TOP + 22.0)
        );
        svg += "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
        let title = fitted(self.title(), GUTTER + self.width);
        svg += &words("title", Point::new(MARGIN, 30.0), &title);
        svg += &words("soft", Point::new(MARGIN, 50.0), &self.times());
        svg += &self.lanes();
        let _ = writeln!(svg, "<g transform=\"{}\">", translate(Point::new(GUTTER, 0.0)));
        svg += &self.ticks();
        svg += "<g clip-path=\"url(#synod-window)\">\n";
        svg += &self.bands(diagram);
        svg += &self.held();
        svg += &arrows(diagram, going);
        svg += "</g>\n";
        svg.extend(diagram.labels.iter().map(|label| self.fault(label)));
        svg += "</g>\n";
        svg += &legend;
        if let Some(lacks) = &self.lacks {
            let told = words::tell(self.language, lacks);
            svg += &words("soft", Point::new(MARGIN, below + 12.0), &told);
        }
        svg + "</svg>\n"
    }

    fn bands(&self, diagram: &Diagram) -> String {
        let bands = &diagram.bands;
        let all = [
            ("down", &bands.down),
            ("held", &bands.paused),
            ("isolated", &bands.isolated),
            ("lead", &bands.lead),
            ("bid", &bands.bid),
        ];
        all.iter().map(|(class, shape)| path(class, shape)).collect()
    }

    /// What was held for a while, and what was believed.
    fn held(&self) -> String {
        let Span { min, max } = self.span;
        let known = self.run.head().1.max(self.run.now()).min(max);
        let holdings = self.run.holdings(min, known);
        let writes = self.run.stamped_writes(min, known);
        let held = (&holdings[..], &writes[..]);
        let HoldingBars { bars, writes, overlaps } =
            HoldingBars::of(held, (min, known), known, &self.scale, &self.rows);
        let mut svg = String::new();
        for it in &overlaps {
            let corner = Point::new(it.x, it.top);
            svg += &rect("overlap", corner, Size::new(it.w, it.bottom - it.top), "");
        }
        for bar in &bars {
            let class = if bar.believed { "believed" } else { "granted" };
            let colour = EPOCHS[stamp_colour(bar.chip.stamp) as usize % EPOCHS.len()];
            let (corner, size) = (Point::new(bar.x, bar.y - bar.h / 2.0), Size::new(bar.w, bar.h));
            svg += &rect("paper", corner, size, "");
            svg += &rect(class, corner, size, colour);
            if bar.shows_chip() {
                svg += &words("in-bar", Point::new(bar.x + 4.0, bar.y + 3.6), &bar.chip.text);
            }
            if let Some(told) = bar.told(self.language) {
                svg += &words("in-bar", Point::new(bar.text_x(), bar.y + 3.6), &told);
            }
        }
        for it in &writes {
            let class = if it.sign() == "lane takes" { "taken" } else { "denied" };
            let corner = Point::new(it.x, it.y - it.h / 2.0);
            let colour = EPOCHS[stamp_colour(it.chip.stamp) as usize % EPOCHS.len()];
            svg += &rect(class, corner, Size::new(it.w, it.h), "");
            svg += &rect("granted", corner, Size::new(it.chip.width.min(it.w), it.h), colour);
            if it.shows_chip() {
                svg += &words("in-bar", Point::new(it.x + 4.0, it.y + 3.6), &it.chip.text);
            }
            if it.shows_text() {
                let at = Point::new(it.x + it.before_text(), it.y + 3.6);
                svg += &words("in-bar", at, &it.told(self.language));
            }
        }
        for it in &overlaps {
            svg += &words("before in-bar", it.told_at, &it.told(self.language));
        }
        svg
    }

    fn title(&self) -> &str {
        self.word(self.run.script().title.as_deref().unwrap_or(self.run.meta().title))
    }

    fn times(&self) -> String {
        let (from, to) = (seconds(self.span.min, 3), seconds(self.span.max, 3));
        tr!(self.language, "from {0} to {1}", from, to)
    }

    fn word<'b>(&self, english: &'b str) -> &'b str {
        words::translate(self.language, english)
    }

    /// What the picture shows, and which run it is of.
    fn told(&self, diagram: &Diagram) -> String {
        let language = self.language;
        let lost = diagram.losses.as_str().matches('M').count() / 2;
        let about = tr!(
            language,
            "Space-time diagram: a lane for each client and server, time to the right, messages as arrows."
        );
        let mut told = vec![about.to_owned(), format!("{}.", self.times())];
        told.push(tr!(
            language,
            "{0} messages end in it; {1} of them are lost.",
            diagram.arrows.len(),
            lost
        ));
        for label in &diagram.labels {
            let at = seconds(self.scale.time(label.at.x), 3);
            told.push(tr!(language, "At {0}: {1}.", at, self.word(label.text).to_owned()));
        }
        told.extend(self.lacks.as_ref().map(|lacks| words::tell(language, lacks)));
        told.push(tr!(language, "The run: {0}", self.run.script().setup.to_string()));
        told.join(" ")
    }

    fn lanes(&self) -> String {
        let (mut lines, mut names) = (Path::new(), String::new());
        for (row, lane) in self.rows.lanes().iter().flatten().enumerate() {
            let y = self.rows.y(row);
            lines.move_to(Point::new(GUTTER, y)).across_to(GUTTER + self.width);
            names += &words("name", Point::new(GUTTER - 12.0, y + 4.0), &lane.to_string());
        }
        path("lane", &lines) + &names
    }

    fn ticks(&self) -> String {
        let step = ticks::step(self.span.max.since(self.span.min), (self.width / TICK) as u64);
        let (mut grid, mut labels) = (Path::new(), String::new());
        for tick in ticks::ticks(self.span.min, self.span.max, step) {
            let x = self.scale.x(tick.at);
            grid.move_to(Point::new(x, TOP - 6.0)).down_to(self.rows.bottom());
            // The last one would stand outside.
            if x < self.width - 30.0 {
                labels += &words("soft", Point::new(x + 4.0, TOP - 26.0), &tick.label);
            }
        }
        path("grid", &grid) + &labels
    }

    /// A fault or a violation, with its word.
    fn fault(&self, label: &Label) -> String {
        if label.at.x < 0.0 || label.at.x > self.width {
            return String::new();
        }
        let look = if label.violation {
            " violated"
        } else if label.mends {
            " mends"
        } else {
            ""
        };
        let shape = if label.violation { "M-5 -5L5 5M5 -5L-5 5" } else { "M0 -7L6 4H-6Z" };
        let mut mark = format!("<g class=\"fault{look}\" transform=\"{}\">", translate(label.at));
        if label.across {
            let mut through = Path::new();
            through.move_to(Point::new(0.0, 4.0)).down_to(self.rows.bottom() - label.at.y);
            mark += &path("through", &through);
        }
        let _ = write!(mark, "<path class=\"sign\" d=\"{shape}\"/>");
        if label.shows_word() {
            let word = self.word(label.text);
            // At the edge it stands before its sign.
            let outside = label.at.x + 9.0 + span_of(word, 11.0) > self.width + MARGIN;
            let (class, x) = if outside { ("before", -9.0) } else { ("", 9.0) };
            mark += &words(class, Point::new(x, 4.0), word);
        }
        mark + "</g>\n"
    }

    /// The looks that are in the picture, each with its meaning, and how many lines they take.
    fn legend(&self, diagram: &Diagram) -> (String, u32) {
        let language = self.language;
        let bands = &diagram.bands;
        let looks = [
            (&diagram.calls, "call", tr!(language, "call")),
            (&diagram.replies, "reply", tr!(language, "reply")),
            (&diagram.votes, "vote", tr!(language, "request for a vote")),
            (&diagram.beats, "beat", tr!(language, "heartbeat")),
            (&diagram.client, "client", tr!(language, "client")),
            (&diagram.lost, "lost", tr!(language, "lost message")),
            (&bands.lead, "lead", tr!(language, "leads")),
            (&bands.bid, "bid", tr!(language, "wants to lead")),
            (&bands.down, "down", tr!(language, "crashed")),
            (&bands.paused, "held", tr!(language, "paused")),
            (&bands.isolated, "isolated", tr!(language, "cut off")),
        ];
        let (mut legend, mut x, mut line) = (String::new(), GUTTER, 0);
        for (_, class, meaning) in looks.into_iter().filter(|(path, ..)| !path.is_empty()) {
            let width = 50.0 + span_of(meaning, 11.5);
            if x + width > GUTTER + self.width {
                (x, line) = (GUTTER, line + 1);
            }
            let y = self.rows.bottom() + 26.0 + 22.0 * f64::from(line);
            let fills = matches!(class, "down" | "held" | "isolated");
            let sample = if fills { "h22v10h-22Z" } else { "m0 5h22" };
            let _ = writeln!(
                legend,
                "<path class=\"{class}\" d=\"M{} {}{sample}\"/>",
                number(x),
                number(y - 9.0)
            );
            legend += &words("soft", Point::new(x + 28.0, y), meaning);
            x += width;
        }
        (legend, line + 1)
    }
}

fn arrows(diagram: &Diagram, going: &UnderWay) -> String {
    [
        ("beat", &diagram.beats),
        ("call", &diagram.calls),
        ("reply", &diagram.replies),
        ("refusal", &diagram.refusals),
        ("vote", &diagram.votes),
        ("client", &diagram.client),
        ("lost", &diagram.lost),
        ("going", &going.sound),
        ("lost", &going.doomed),
        ("heads", &diagram.heads),
        ("losses", &diagram.losses),
        ("denials", &diagram.denials),
        ("denials", &going.denials),
        ("timers", &diagram.timers),
    ]
    .iter()
    .map(|(class, shape)| path(class, shape))
    .collect()
}

fn rect(class: &str, corner: Point, size: Size, colour: &str) -> String {
    let [x, y, w, h] = [corner.x, corner.y, size.w, size.h].map(number);
    let colour = if colour.is_empty() {
        String::new()
    } else {
        format!(" fill=\"{colour}\" stroke=\"{colour}\"")
    };
    format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\"{colour}/>\n")
}

pub fn path(class: &str, path: &Path) -> String {
    match path.is_empty() {
        true => String::new(),
        false => format!("<path class=\"{class}\" d=\"{path}\"/>\n"),
    }
}

pub fn words(class: &str, at: Point, said: &str) -> String {
    let (x, y) = (number(at.x), number(at.y));
    format!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\">{}</text>\n", text(said))
}

/// About how wide a text is.
pub fn span_of(text: &str, size: f64) -> f64 {
    text.chars().map(|c| if c.is_ascii() { 0.58 * size } else { 1.05 * size }).sum()
}

/// As much of a title as there is room for.
fn fitted(title: &str, room: f64) -> String {
    let mut fits = String::new();
    for c in title.chars() {
        if span_of(&fits, 17.0) > room - 40.0 {
            return fits + "…";
        }
        fits.push(c);
    }
    fits
}

/// Text between two tags.
pub fn text(text: &str) -> String {
    one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
