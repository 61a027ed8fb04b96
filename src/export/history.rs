//! The history of a window of time as a picture by itself: what was asked and told, a lane of bars for each who
//! asks, faults as bands, where each took effect and which do not fit, and all of it in words (`<title>`,
//! `<desc>`). Its look is within, light, for paper and slides; it asks for nothing.

use std::fmt::Write;

use super::svg::{path, span_of, text, words};
use crate::base::{Sentence, Span, Time};
use crate::catalog::Run;
use crate::measure::{RequestFate, faults};
use crate::view::HistoryView;
use crate::view::diagram::ticks::seconds;
use crate::view::history::{BAR, Basis, EffectMark, HistoryRequest, RequestBar, of_run};
use crate::view::path::{Path, Point, number, translate, within};
use crate::words::{self, Language};
use crate::{sentence, tr};

/// Requests that one picture can show.
const REQUESTS: usize = 1_000;
/// The least and the greatest width, and what a request adds.
const WIDTH: (f64, f64) = (960.0, 2_400.0);
const EACH: f64 = 26.0;
/// Room around it, for the title above and the legend below.
const MARGIN: f64 = 18.0;
const TOP: f64 = 64.0;
const BELOW: f64 = 40.0;
/// Those of a history that are told one by one.
const TOLD: usize = 200;

const STYLE: &str = "\
text{font:12px system-ui,\"Segoe UI\",\"Noto Sans\",\"PingFang SC\",\"Microsoft YaHei\",\"Noto Sans CJK SC\",sans-serif;fill:#2b2640}\
.title{font-size:16px;font-weight:650}.soft{font-size:11.5px;fill:#645e7d}.name{font-weight:600;text-anchor:end}\
.paper{fill:#fff}path{fill:none}.lane{stroke:#8a84a3;opacity:.5}.grid{stroke:#e4e0f0}\
.label{font-size:11px;paint-order:stroke;stroke:#fff;stroke-width:3px;stroke-linejoin:round}\
.bar{fill:#ececff;stroke:#9370db;stroke-width:1.2}.refused{fill:#fff0f0;stroke:#b82c42;stroke-width:2}\
.given-up{fill:none;stroke:#8a84a3;stroke-dasharray:4 3}.waits{fill:#fffbe8;stroke:#aaaa33;stroke-dasharray:6 2}\
.proof{fill:#fff0f0;stroke:#b82c42;stroke-width:2.6}.effect{fill:#2b2640}.nowhere{stroke:#b82c42;stroke-width:2.2}\
.disc{fill:#b82c42}.number{fill:#fff;font-size:10.5px;font-weight:700;text-anchor:middle}\
.fault{fill:#b82c42;opacity:.09}.fault-name{font-size:11px;fill:#b82c42}";

/// Draws a window.
pub fn write(
    run: &Run,
    window: Span,
    language: Language,
    write: &mut dyn FnMut(&str) -> bool,
) -> Result<(), Sentence> {
    let (head, known) = run.head();
    let now = known.max(run.now()).min(window.max);
    let (lanes, mut asked) = of_run(run.requests(), head);
    asked.retain(|it| it.at <= window.max && it.over.is_none_or(|over| over >= window.min));
    let cut = asked.get(REQUESTS).map(|first| first.at);
    asked.truncate(REQUESTS);
    let end = cut.unwrap_or(window.max);
    let width = within(asked.len() as f64 * EACH, WIDTH.0, WIDTH.1);
    let view = HistoryView::new(&HistoryRequest {
        lanes,
        asked,
        faults: &faults(&run.script().lines),
        basis: &Basis::of(run),
        now,
        from: window.min,
        span: end.since(window.min).max(Time(1)),
        width,
    });
    let title = run.script().title.as_deref().unwrap_or(run.meta().title);
    let lacks = cut.map(|at| {
        sentence!(
            "Cut off at {0}: it holds {1} requests and no more. A shorter window shows the rest.",
            at,
            REQUESTS
        )
    });
    write(&draw(&view, words::translate(language, title), lacks.as_ref(), language));
    lacks.map_or(Ok(()), Err)
}

/// The picture, whatever it is of.
pub fn draw(
    view: &HistoryView,
    title: &str,
    lacks: Option<&Sentence>,
    language: Language,
) -> String {
    let (from, to) = (seconds(view.axis.from, 3), seconds(view.axis.to(), 3));
    let times = tr!(language, "from {0} to {1}", from, to);
    let width = view.axis.right + 2.0 * MARGIN;
    let height = TOP + view.height + BELOW;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" lang=\"{}\">\n",
        language.tag(),
        w = number(width),
        h = number(height)
    );
    let _ = writeln!(svg, "<title>{}</title>", text(title));
    let _ = writeln!(svg, "<desc>{}</desc>", text(&told(view, &times, lacks, language)));
    let _ = writeln!(svg, "<style>{}</style>", text(STYLE));
    svg += "<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n";
    svg += &words("title", Point::new(MARGIN, 30.0), title);
    svg += &words("soft", Point::new(MARGIN, 50.0), &times);
    let _ = writeln!(svg, "<g transform=\"{}\">", translate(Point::new(MARGIN, TOP)));
    svg += &behind(view, language);
    svg.extend(view.bars.iter().map(bar));
    svg += "</g>\n";
    svg += &legend(view, language);
    if let Some(lacks) = lacks {
        svg += &words("soft", Point::new(MARGIN, height - 6.0), &words::tell(language, lacks));
    }
    svg + "</svg>\n"
}

/// Axis, lanes and faults.
fn behind(view: &HistoryView, language: Language) -> String {
    let (mut grid, mut lines, mut labels) = (Path::new(), Path::new(), String::new());
    for (x, tick) in &view.ticks {
        grid.move_to(Point::new(*x, 4.0)).down_to(view.height);
        // The last one would stand outside.
        if *x < view.axis.right - 30.0 {
            labels += &words("soft", Point::new(x + 3.0, 11.0), &tick.label);
        }
    }
    for (who, y) in &view.lanes {
        lines.line(Point::new(view.axis.left, *y), Point::new(view.axis.right, *y));
        labels += &words("name", Point::new(view.axis.left - 8.0, y + 4.0), who);
    }
    let mut faults = String::new();
    for band in &view.bands {
        let (x, w) = (number(band.from), number((band.to - band.from).max(1.0)));
        let high = number(view.height - 18.0);
        let _ = writeln!(
            faults,
            "<rect class=\"fault\" x=\"{x}\" y=\"18\" width=\"{w}\" height=\"{high}\"/>"
        );
        let name = format!("▲ {}", words::tell(language, &band.name));
        faults += &words("fault-name", Point::new(band.from + 4.0, band.name_y()), &name);
    }
    path("grid", &grid) + &faults + &path("lane", &lines) + &labels
}

fn bar(bar: &RequestBar) -> String {
    let class = match bar.fate {
        _ if bar.proof.is_some() => "bar proof",
        RequestFate::Done => "bar",
        RequestFate::Refused => "bar refused",
        RequestFate::Unanswered => "bar given-up",
        RequestFate::Waiting => "bar waits",
    };
    let (x, y) = (number(bar.at.x), number(bar.at.y));
    let (w, h) = (number(bar.w), number(BAR));
    let mut drawn = format!(
        "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"2.5\"/>\n"
    );
    let middle = bar.at.y + BAR / 2.0;
    let mut mark = Path::new();
    match bar.effect {
        Some(EffectMark::At(x)) => {
            drawn += &path("effect", mark.circle(Point::new(x, middle), 2.5))
        }
        Some(EffectMark::Nowhere) => {
            let at = Point::new(bar.at.x + bar.w / 2.0, middle);
            drawn += &path("nowhere", mark.saltire(at, 4.0));
        }
        None => {}
    }
    let aside = if bar.proof.is_some() { 9.0 } else { 0.0 };
    if !bar.label.is_empty() {
        drawn += &words("label", bar.at.plus(aside, -4.0), &bar.label);
    }
    if let Some(place) = bar.proof {
        let at = bar.at.plus(-2.0, -8.0);
        let mut disc = Path::new();
        drawn += &path("disc", disc.circle(at, 8.0));
        drawn += &words("number", at.plus(0.0, 3.5), &(place + 1).to_string());
    }
    drawn
}

/// The signs that are in the picture, each with its meaning.
fn legend(view: &HistoryView, language: Language) -> String {
    let has = |is: &dyn Fn(&RequestBar) -> bool| view.bars.iter().any(is);
    let signs = [
        (
            has(&|bar| matches!(bar.effect, Some(EffectMark::At(_)))),
            "●",
            tr!(language, "took effect"),
        ),
        (
            has(&|bar| bar.effect == Some(EffectMark::Nowhere)),
            "✕",
            tr!(language, "no instant fits"),
        ),
        (has(&|bar| bar.proof.is_some()), "①", tr!(language, "shows what is broken")),
    ];
    let (mut legend, mut x) = (String::new(), MARGIN + view.axis.left);
    for (_, sign, meaning) in signs.into_iter().filter(|(there, ..)| *there) {
        let said = format!("{sign} {meaning}");
        legend += &words("soft", Point::new(x, TOP + view.height + 18.0), &said);
        x += span_of(&said, 11.5) + 22.0;
    }
    legend
}

/// What the picture shows.
fn told(view: &HistoryView, times: &str, lacks: Option<&Sentence>, language: Language) -> String {
    let about =
        tr!(language, "History: a lane for each who asks, time to the right, requests as bars.");
    let mut told = vec![about.to_owned(), format!("{times}.")];
    let mut bars: Vec<&RequestBar> = view.bars.iter().collect();
    bars.sort_by_key(|bar| (bar.from, bar.event));
    let each = bars.iter().take(TOLD).map(|bar| format!("{}.", words::tell(language, &bar.told())));
    told.extend(each);
    told.extend(lacks.map(|lacks| words::tell(language, lacks)));
    told.join(" ")
}
