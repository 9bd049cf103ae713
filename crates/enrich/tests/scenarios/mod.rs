//! For each built-in tracker the events of which the last one must raise an alert, and the rule that raises it.
//!
//! The tests of both hosts use them: whatever brings the events, the last one raises the alert and none before it does.
#![allow(dead_code, unused_imports, reason = "each test program uses its own part of this module")]

mod members;
mod places;
mod story;
mod table;

pub(crate) use members::{failure_by_name, failure_of, git, of_user};
pub(crate) use places::{
    BERLIN, GERMANY_BY_ANOTHER_NETWORK, HOSTED, HOSTED_BY_ANOTHER, JAPAN_BY_THE_SAME_NETWORK, NETWORK_UNKNOWN, TOKYO,
    TOR_EXIT, databases, tor_exits,
};
pub(crate) use story::Story;
pub(crate) use table::scenarios;

/// The rule that looks at a tracker.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Looking {
    /// A shipped one, by its name.
    Shipped(&'static str),
    /// One with this condition: the tracker is there for rules of the operator's, and for outputs.
    Own(&'static str),
}

/// What happens, and what must come of it.
pub(crate) struct Scenario {
    /// The tracker's name.
    pub(crate) tracker: &'static str,
    /// The rule that must fire for the last event, and for no other.
    pub(crate) rule: Looking,
    /// The events, one JSON text each, in order of time.
    pub(crate) events: Vec<String>,
}

impl Scenario {
    /// The name of the rule.
    pub(crate) fn rule_name(&self) -> &str {
        match self.rule {
            Looking::Shipped(name) => name,
            Looking::Own(_) => "Own",
        }
    }

    /// The text of the operator's rule, where that is the one.
    pub(crate) fn own_rule(&self) -> Option<String> {
        let Looking::Own(condition) = self.rule else { return None };
        Some(format!(
            "- rule: {}\n  desc: x\n  condition: {condition}\n  output: event_id=%gitlab.event_id\n  priority: WARNING\n  \
             source: gitlab\n",
            self.rule_name()
        ))
    }

    /// The id of the event that must raise the alert.
    pub(crate) fn last_id(&self) -> String {
        self.events.len().to_string()
    }
}
