//! Keys that are compared and set.

use super::*;

/// After every event the verdict is that of the search, where writes compare too.
fn check_verdicts(events: &[Event]) -> Result<(), TestCaseError> {
    for remembers in [1, REMEMBERED] {
        let judge = Linearizability { remembers, ..Linearizability::default() };
        check_verdicts_of(judge, events)?;
    }
    Ok(())
}

/// … by this judge.
fn check_verdicts_of(judge: Linearizability, events: &[Event]) -> Result<(), TestCaseError> {
    let mut history = Judged { judge, ..Judged::default() };
    for (length, event) in (1..).zip(events) {
        event.happens(&mut history);
        let right = linearizable(&events[..length]);
        prop_assert_eq!(history.verdict().is_ok(), right, "{:#?}", &events[..length]);
        if !right {
            break;
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES / 4))]

    #[test]
    fn what_is_compared_and_set_is_judged_as_a_search_would(
        draws in any_draws(),
        sense in any::<bool>(),
    ) {
        let compares = |draw| Draw { compares: true, ..draw };
        let draws: Vec<Draw> = draws.into_iter().map(compares).collect();
        check_verdicts(&nonsense(&draws, 7, sense))?;
        let mut run = DrawnRun::default();
        let events: Vec<Event> = draws.iter().filter_map(|draw| run.step(*draw, 8)).collect();
        check_verdicts(&events)?;
    }
}

#[test]
fn a_compare_and_set_that_found_another_value_tells_it() {
    holds("1 put x=1, 1 < ok, 1 cas x 1 2, 1 < ok, 2 cas x 1 3, 2 < no: 2, 1 get x, 1 < 2");
    holds("1 cas x 1 2, 1 < no: no value");
    breaks("1 put x=1, 1 < ok, 1 cas x 1 2, 1 < ok, 2 cas x 1 3, 2 < ok", "no: 2");
    breaks("1 put x=1, 1 < ok, 1 cas x 1 2, 1 < ok, 2 get x, 2 < 1", "2");
    // One of two may take the place of what both expect.
    holds("1 put x=1, 1 < ok, 1 cas x 1 2, 2 cas x 1 3, 2 < ok, 1 < no: 3");
    breaks("1 put x=1, 1 < ok, 1 cas x 1 2, 2 cas x 1 3, 2 < ok, 1 < ok", "no: 3");
    // What was put and got before is judged with it.
    breaks("1 put x=1, 1 gives up, 2 get x, 2 < 1, 2 cas x 2 3, 2 < ok", "no: 1");
}
