//! The cases that `bench load` knows.

use std::num::NonZeroU32;

use crate::case::{Alerts, Case, GoPlugin, Pace, RuleChoice, Token};

const NO_MATCH: Option<GoPlugin> = Some(GoPlugin { as_shipped: 9_100.0, at_its_best: 16_600.0 });
const EVERY_EVENT: Option<GoPlugin> = Some(GoPlugin { as_shipped: 1_400.0, at_its_best: 4_700.0 });
const WRONG_TOKEN: Option<GoPlugin> = Some(GoPlugin { as_shipped: 7_400.0, at_its_best: 21_000.0 });

const THOUSAND: Pace = Pace::PerSecond(NonZeroU32::new(1_000).expect("it is not 0"));

/// All cases, in the order in which they are measured.
pub(crate) const CASES: &[Case] = &[
    Case { go_plugin: NO_MATCH, ..Case::new("keep-alive", "one event a request, a rule that does not match") },
    Case { rules: RuleChoice::None, ..Case::new("keep-alive-no-rules", "one event a request, no rules") },
    Case { rules: RuleChoice::TwentyFive, ..Case::new("keep-alive-25-rules", "one event a request, 25 rules") },
    Case { rules: RuleChoice::Shipped, ..Case::new("keep-alive-all-rules", "one event a request, all shipped rules") },
    Case {
        alerts: Alerts::Every,
        go_plugin: EVERY_EVENT,
        ..Case::new("every-event-alerts", "one event a request, each raises an alert with three fields, as JSON")
    },
    Case { events_per_request: 100, ..Case::new("batch", "100 events a request, a rule that does not match") },
    Case {
        events_per_request: 100,
        rules: RuleChoice::Shipped,
        ..Case::new("batch-all-rules", "100 events a request, all shipped rules")
    },
    Case {
        pace: THOUSAND,
        rules: RuleChoice::Shipped,
        alerts: Alerts::Every,
        ..Case::new(
            "thousand-a-second",
            "1,000 events a second at fixed times, each raises an alert, all shipped rules",
        )
    },
    Case {
        token: Token::Wrong,
        go_plugin: WRONG_TOKEN,
        ..Case::new("wrong-token", "one event a request, with a wrong token")
    },
    Case { pace: Pace::Idle, rules: RuleChoice::Shipped, ..Case::new("idle", "nothing is sent, all shipped rules") },
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_case_has_a_name_of_its_own() {
        let names: HashSet<&str> = CASES.iter().map(|case| case.name).collect();
        assert_eq!(names.len(), CASES.len());
    }
}
