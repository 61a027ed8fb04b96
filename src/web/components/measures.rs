//! The measures of a run under the stage: plots one below the other, faults as bands through all of them,
//! the cursor's line, and numbers. A press goes to its instant. They can be read as a table instead.

use web_sys::Element;
use yew::prelude::*;

use super::draw::{names, path, text, when};
use super::other_runs::other_runs;
use crate::base::Time;
use crate::player::{Action, TimeAction};
use crate::tr;
use crate::view::path::number;
use crate::view::plot::{Plots, Scaled};
use crate::view::spread::SpreadPlot;
use crate::view::stage::flight::text_width;
use crate::view::{FaultBand, Point};
use crate::web::measures::{Measures, Period, Spreading};
use crate::web::shared::Shared;
use crate::words::{Language, tell};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub measures: Shared<Measures>,
    pub pane: usize,
    pub as_table: bool,
    pub letter: Option<&'static str>,
    pub language: Language,
    pub act: Callback<Action>,
}

#[component]
pub fn MeasuresView(props: &Props) -> Html {
    let Props { measures, language, .. } = props;
    let class = names(&["measures", when(props.as_table, "as-table")]);
    let label = tr!(*language, "Measures up to {0}", measures.now.said());
    let empty = measures.periods[0].totals.asked == 0 && measures.spread.is_none();
    let inside = match props.as_table || empty {
        true => table(measures, *language),
        false => picture(props),
    };
    let others = measures.others.as_ref();
    html! {
        <div {class} role="group" tabindex="0" aria-label={label}>
            { inside }
            { for others.map(|others| other_runs(others, props.pane, *language, &props.act)) }
        </div>
    }
}

fn picture(props: &Props) -> Html {
    let Props { measures, language, act, .. } = props;
    let plots = &measures.plots;
    let seek = {
        let (act, plots) = (act.clone(), plots.clone());
        Callback::from(move |event: PointerEvent| {
            let Some(picture) = event
                .current_target()
                .and_then(|it| wasm_bindgen::JsCast::dyn_into::<Element>(it).ok())
            else {
                return;
            };
            let rect = picture.get_bounding_client_rect();
            let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
            act.emit(Action::Time(TimeAction::Pause));
            act.emit(Action::Time(TimeAction::Seek(plots.axis.time(share * plots.axis.right))));
        })
    };
    let (width, height) = (number(plots.axis.right), number(plots.height));
    let at = plots.axis.x(measures.now);
    html! {
        <>
        <svg class="plots" aria-hidden="true" viewBox={format!("0 0 {width} {height}")} onpointerdown={seek}>
            { for plots.bands.iter().map(|band| band_behind(band, plots.height)) }
            { for plots.ticks.iter().map(|(x, tick)| text("tick", Point::new(x + 3.0, 11.0), &tick.label)) }
            { drawn(plots, *language) }
            <rect class="future" x={number(at)} y="18" width={number((plots.axis.right - at).max(0.0))} height={number(plots.height)} />
            <path class="now-line" d={format!("M{} 4V{}", number(at), number(plots.height))} />
            // What is to be read lies over all that is drawn.
            { scales(plots) }
            { names_of_bands(plots, measures, *language) }
            { titles(measures, *language) }
            { text("letter", Point::new(plots.axis.right - 14.0, 12.0), props.letter.unwrap_or("")) }
        </svg>
        { for measures.spread.iter().map(|spread| why(spread, *language)) }
        <div class="unseen">{ table(measures, *language) }</div>
        </>
    }
}

/// A fault, from when to when.
fn band_behind(band: &FaultBand, height: f64) -> Html {
    html! {
        <g class="fault">
            <rect x={number(band.from)} y="18" width={number((band.to - band.from).max(1.0))} height={number(height)} />
        </g>
    }
}

/// What faults are called, and after how long requests were answered again.
fn names_of_bands(plots: &Plots, measures: &Measures, language: Language) -> Html {
    let recovered = |name: &str| {
        let period = measures.periods.iter().find(|period| {
            period.fault.as_ref().is_some_and(|fault| tell(language, fault) == name)
        });
        period.and_then(|period| period.recovery)
    };
    let name = |band: &FaultBand| {
        let name = tell(language, &band.name);
        let told = match recovered(&name) {
            Some(time) => tr!(language, "{0}; answered again after {1}", name, time.said()),
            None => name,
        };
        text("", Point::new(band.from + 4.0, band.name_y()), &format!("▲ {told}"))
    };
    html! { <g class="fault">{ for plots.bands.iter().map(name) }</g> }
}

/// The plots without their words: they change only when more of the run is known.
fn drawn(plots: &Plots, language: Language) -> Html {
    let fates = &plots.availability;
    let scaled = |plot: &Scaled, class: &'static str| {
        let line = |(y, _): &(f64, u64)| {
            html! { <path d={format!("M0 {}H{}", number(*y), number(plots.axis.right))} /> }
        };
        html! {
            <g class={class}>
                <g class="scale">{ for plot.lines.iter().map(line) }</g>
                { path("marks", &plot.dots) }{ path("line", &plot.line) }{ path("failed", &plot.failed) }
            </g>
        }
    };
    html! {
        <>
        { for plots.spread.iter().map(|plot| spread(plot, plots.axis.right, language)) }
        <g class="fates">{ path("done", &fates.done) }{ path("waiting", &fates.waiting) }{ path("failed", &fates.failed) }</g>
        { scaled(&plots.response, "response") }
        { scaled(&plots.throughput, "throughput") }
        { for plots.staleness.iter().map(|plot| scaled(plot, "staleness")) }
        </>
    }
}

/// Who asks, and what the lines of the plots stand for.
fn scales(plots: &Plots) -> Html {
    let at = |y: f64, name: &str| text("", Point::new(plots.axis.right - 4.0, y - 2.0), name);
    let scale = |plot: &Scaled, name: &dyn Fn(u64) -> String| -> Html {
        plot.lines.iter().map(|(y, value)| at(*y, &name(*value))).collect()
    };
    let spreads = plots.spread.iter().flat_map(shares).map(|(name, y)| at(y, name));
    let time = |micros: u64| Time(micros).said();
    let count = |count: u64| count.to_string();
    let asker = |(place, y): &(crate::base::Place, f64)| {
        text("asker", Point::new(2.0, y + 3.5), &place.to_string())
    };
    html! {
        <>
        { for plots.askers.iter().map(asker) }
        <g class="scale">
            { for spreads }
            { scale(&plots.response, &time) }
            { scale(&plots.throughput, &count) }
            { for plots.staleness.iter().map(|plot| scale(plot, &time)) }
        </g>
        </>
    }
}

/// Lines of the plot of what spreads, and where they run.
fn shares(plot: &SpreadPlot) -> [(&'static str, f64); 3] {
    [("100 %", plot.top), ("50 %", (plot.top + plot.bottom) / 2.0), ("0 %", plot.bottom)]
}

/// The share that has heard, and the formula's curve.
fn spread(plot: &SpreadPlot, width: f64, language: Language) -> Html {
    let line = |(_, y): (&'static str, f64)| {
        html! { <g class="scale"><path d={format!("M0 {}H{}", number(y), number(width))} /></g> }
    };
    // The one that is ahead has its name on its left.
    let ahead = plot.run_name.x <= plot.formula_name.x;
    let name = |class: &'static str, at: Point, left: bool, name: &str| {
        // Where there is no room on the left, beneath the curve.
        let has_room = at.x > text_width(name, 12.0) + 10.0;
        let (side, x, y) = match (left, has_room) {
            (true, true) => ("end", at.x - 6.0, at.y + 4.0),
            (true, false) => ("start", at.x + 6.0, at.y + 22.0),
            (false, _) => ("start", at.x + 6.0, at.y + 4.0),
        };
        html! { <text class={names(&[class, side])} x={number(x)} y={number(y)}>{ name }</text> }
    };
    html! {
        <g class="spread">
            { for shares(plot).into_iter().map(line) }
            { path("seeds", &plot.seeds) }{ path("faultless", &plot.faultless) }
            { path("line", &plot.run) }{ path("formula", &plot.formula) }
            if !plot.faultless.is_empty() {
                { text("faultless-name", Point::new(plot.faultless_name.x - 6.0, plot.faultless_name.y + 4.0), tr!(language, "without the faults")) }
            }
            { name("run-name", plot.run_name, ahead, tr!(language, "this run")) }
            { name("", plot.formula_name, !ahead, tr!(language, "by the formula")) }
        </g>
    }
}

/// The numbers of what spreads, and why they are not the formula's.
fn why(spread: &Spreading, language: Language) -> Html {
    let sentences = spread.numbers.iter().map(|number| tell(language, number) + " · ");
    html! {
        <p class="theory">
            <b>{ for sentences }{ tr!(language, "the last one heard in cycle {0}", spread.cycles.1) }</b>
            { for spread.why.iter().map(|why| format!(" {}", tell(language, why))) }
        </p>
    }
}

/// What each plot says, with the number at the cursor.
fn titles(measures: &Measures, language: Language) -> Html {
    let (plots, latest) = (&measures.plots, &measures.latest);
    let totals = &latest.totals;
    let over = totals.asked - totals.waiting;
    let failed = totals.refused + totals.unanswered;
    let since = latest.fault.as_ref().map(|fault| tell(language, fault));
    let title = |y: f64, bad: bool, number: String, words: String| {
        let class = names(&["plot-title", when(bad, "bad")]);
        html! { <text {class} x="2" y={crate::view::path::number(y + 12.0)}><tspan class="value">{ number }</tspan>{ " " }{ words }</text> }
    };
    let requests = match &since {
        Some(since) => {
            tr!(language, "requests refused or without an answer since: {0}", since.clone())
        }
        None => tr!(language, "requests refused or without an answer").into(),
    };
    let time = |time: Option<Time>| time.map_or(tr!(language, "no answer").into(), Time::said);
    let median = if over == 0 { "–".to_owned() } else { time(totals.median) };
    let slowest = if over == 0 { "–".to_owned() } else { time(totals.slowest) };
    let (response, throughput) = match since {
        Some(_) => (
            tr!(language, "median response since then, {0} for 99 of 100", slowest),
            tr!(language, "requests done a second since then"),
        ),
        None => (
            tr!(language, "median response, {0} for 99 of 100", slowest),
            tr!(language, "requests done a second"),
        ),
    };
    let (reads, stale, worst) = measures.reads;
    let rate = format!("{}.{}", totals.rate / 1_000, totals.rate % 1_000 / 100);
    html! {
        <>
        { for plots.spread.iter().zip(&measures.spread).map(|(plot, spread)| {
            let unaware = (spread.places - spread.heard) as f64 / spread.places.max(1) as f64;
            let words = tr!(language, "of all have not heard it, in cycle {0}", spread.cycles.0);
            title(plot.title, false, format!("{unaware:.3}"), words)
        }) }
        { title(plots.availability.top - 17.0, failed > 0, format!("{failed} / {over}"), requests) }
        { title(plots.response.title, false, median, response) }
        { title(plots.throughput.title, false, rate, throughput.into()) }
        { for plots.staleness.iter().map(|plot| {
            let words = match stale {
                0 => tr!(language, "reads stale").into(),
                _ => tr!(language, "reads stale, the worst by {0}", worst.said()),
            };
            title(plot.title, stale > 0, format!("{stale} / {reads}"), words)
        }) }
        </>
    }
}

/// The same in numbers.
fn table(measures: &Measures, language: Language) -> Html {
    let heads = [
        tr!(language, "requests"),
        tr!(language, "done"),
        tr!(language, "refused"),
        tr!(language, "without an answer"),
        tr!(language, "still waiting"),
        tr!(language, "median"),
        tr!(language, "99 of 100"),
        tr!(language, "a second"),
        tr!(language, "answered again after"),
    ];
    let time = |time: Option<Time>| time.map_or("–".to_owned(), Time::said);
    let row = |period: &Period| {
        let totals = &period.totals;
        let name = match &period.fault {
            Some(fault) => tell(language, fault),
            None => tr!(language, "The run so far").into(),
        };
        let counts = [totals.asked, totals.done, totals.refused, totals.unanswered, totals.waiting];
        let rate = format!("{}.{}", totals.rate / 1_000, totals.rate % 1_000 / 100);
        let times = [time(totals.median), time(totals.slowest), rate, time(period.recovery)];
        html! {
            <tr>
                <th scope="row">{ name }</th>
                { for counts.iter().map(|count| html! { <td>{ count }</td> }) }
                { for times.iter().map(|time| html! { <td>{ time }</td> }) }
            </tr>
        }
    };
    let (reads, stale, worst) = measures.reads;
    html! {
        <>
        if measures.periods[0].totals.asked == 0 {
            <p class="soft">{ tr!(language, "Nothing has been asked yet: send a request, or keep clients busy.") }</p>
        } else {
            { for measures.spread.iter().map(|spread| why(spread, language)) }
            <table class="numbers">
                <thead><tr><th></th>{ for heads.iter().map(|head| html! { <th scope="col">{ *head }</th> }) }</tr></thead>
                <tbody>{ for measures.periods.iter().map(row) }</tbody>
            </table>
            if reads > 0 {
                <p>{ tr!(language, "{0} of {1} reads stale, the worst by {2}", stale, reads, worst.said()) }</p>
            }
        }
        </>
    }
}
