//! How the run goes under other seeds and without its faults, in numbers; the curves stand in the plot of what
//! spreads. Nothing is run before somebody asks.

use yew::prelude::*;

use super::bits::asks;
use crate::explore::other_runs::{OtherRun, Otherwise, SEEDS};
use crate::player::{Action, RunAction};
use crate::tr;
use crate::web::measures::Others;
use crate::words::{Language, tell};

pub fn other_runs(
    others: &Others,
    pane: usize,
    language: Language,
    act: &Callback<Action>,
) -> Html {
    let begin = asks(act, RunAction::OtherRuns(Some(pane)));
    let end = asks(act, RunAction::OtherRuns(None));
    let done = others.done.len();
    html! {
        <div class="other-runs">
            if others.all == 0 {
                <button class="quiet" onclick={begin}>{ match others.has_faults {
                    true => tr!(language, "Under {0} other seeds, and without the faults", SEEDS),
                    false => tr!(language, "Under {0} other seeds", SEEDS),
                } }</button>
            } else {
                <p role="status">{ match others.spread {
                    _ if done < others.all => tr!(language, "{0} of {1} other runs", done, others.all),
                    Some(spread) => summary(spread, language),
                    None => tr!(language, "{0} other runs", done),
                } }</p>
                <button class="quiet" onclick={end}>{ match done < others.all {
                    true => tr!(language, "Cancel"),
                    false => tr!(language, "Without other runs"),
                } }</button>
                if done == others.all { { each(others, language, act) } }
            }
        </div>
    }
}

/// On average, and between which numbers.
fn summary([unaware, cycles]: [[f64; 3]; 2], language: Language) -> String {
    let [share, lowest, highest] = unaware.map(|share| format!("{share:.3}"));
    let [mean, least, most] = cycles.map(|cycle| format!("{cycle:.1}"));
    tr!(
        language,
        "Under {0} other seeds, by the same time, {1} of all have not heard it ({2} to {3}); the last one heard it in cycle {4} ({5} to {6}).",
        SEEDS,
        share,
        lowest,
        highest,
        mean,
        least,
        most
    )
}

fn each(others: &Others, language: Language, act: &Callback<Action>) -> Html {
    let row = |other: &std::rc::Rc<OtherRun>| {
        let measures: Vec<String> =
            other.measures.iter().map(|measure| tell(language, measure)).collect();
        html! {
            <tr>
                <th scope="row">{ match other.otherwise {
                    Otherwise::Faultless => tr!(language, "without the faults").into(),
                    Otherwise::Seed(seed) => {
                        let label = tr!(language, "Run seed {0}", seed);
                        html! { <button class="link" aria-label={label} onclick={asks(act, RunAction::Seed(seed))}>{ seed }</button> }
                    }
                } }</th>
                <td>{ measures.join(" · ") }</td>
            </tr>
        }
    };
    html! {
        <details>
            <summary>{ tr!(language, "Each of them") }</summary>
            <table class="numbers">
                <thead><tr><th scope="col">{ tr!(language, "seed") }</th><th></th></tr></thead>
                <tbody>{ for others.done.iter().map(row) }</tbody>
            </table>
        </details>
    }
}
