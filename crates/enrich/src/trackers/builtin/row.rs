//! A built-in tracker as a row of a table, with the keys and spans that many rows have.

use super::BuiltinTracker;
use crate::trackers::declaration::{Learning, StepDeclaration, TrackerDeclaration, TrackerKind};
use crate::trackers::duration::nanoseconds;
use crate::trackers::read::DEFAULT_MAX_KEYS;
use RowKind::{Count, Distinct, FirstSeen, NewForAnHour, Sequence, Session, Travel};

const HOUR: u64 = 3_600 * 1_000_000_000;
const DAY: u64 = 24 * HOUR;
pub(super) const WEEK_EACH: Learning = Learning::EachKey(7 * DAY);
pub(super) const WEEK: Learning = Learning::Once(7 * DAY);

pub(super) const AUTHOR: &[&str] = &["gitlab.author.key"];
pub(super) const ACCOUNT: &[&str] = &["gitlab.target_id", "gitlab.target_details"];
pub(super) const ADDRESS: &[&str] = &["gitlab.ip"];
pub(super) const AUTHOR_AND_ADDRESS: &[&str] = &["gitlab.author.key", "gitlab.ip"];
pub(super) const AUTHOR_AND_TYPE: &[&str] = &["gitlab.author.key", "gitlab.event_type"];
pub(super) const AUTHOR_AND_VERB: &[&str] = &["gitlab.author.key", "gitlab.git.verb"];
pub(super) const AUTHOR_AND_PROJECT: &[&str] = &["gitlab.author.key", "gitlab.entity_path"];
pub(super) const PROJECT: &[&str] = &["gitlab.entity_path"];
pub(super) const EVERYTHING: &[&str] = &[];
pub(super) const TARGET: Option<&[&str]> = Some(&["gitlab.target_id"]);
pub(super) const AUTHOR_ID: Option<&[&str]> = Some(&["gitlab.author_id"]);

/// A row.
pub(super) struct Row {
    pub(super) detection: &'static str,
    pub(super) name: &'static str,
    pub(super) key: &'static [&'static str],
    pub(super) window: &'static str,
    pub(super) kind: RowKind,
}

pub(super) enum RowKind {
    Count(&'static str),
    Distinct(&'static str, &'static str),
    /// Condition and value.
    FirstSeen(&'static str, &'static str, Learning),
    /// The same, where a value stays new for an hour.
    NewForAnHour(&'static str, &'static str, Learning),
    Sequence(&'static [(&'static str, Option<&'static [&'static str]>)]),
    Session {
        condition: &'static str,
        start: &'static str,
        start_key: &'static str,
        end: &'static str,
        value: &'static str,
    },
    Travel(&'static str),
}

impl Row {
    pub(super) fn tracker(&self) -> BuiltinTracker {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let some = |condition: &str| Some(condition.to_owned());
        let kind = match self.kind {
            Count(condition) => TrackerKind::Count { condition: some(condition) },
            Distinct(condition, value) => TrackerKind::Distinct { condition: some(condition), value: value.to_owned() },
            FirstSeen(condition, value, learning) => {
                TrackerKind::FirstSeen { condition: some(condition), value: value.to_owned(), learning, new_for: 0 }
            }
            NewForAnHour(condition, value, learning) => {
                TrackerKind::FirstSeen { condition: some(condition), value: value.to_owned(), learning, new_for: HOUR }
            }
            Sequence(steps) => {
                let step = |(condition, key): &(&str, Option<&[&str]>)| StepDeclaration {
                    condition: (*condition).to_owned(),
                    key: key.map(owned),
                };
                TrackerKind::Sequence { steps: steps.iter().map(step).collect() }
            }
            Session { condition, start, start_key, end, value } => TrackerKind::Session {
                condition: some(condition),
                start: StepDeclaration { condition: start.to_owned(), key: Some(vec![start_key.to_owned()]) },
                end: end.to_owned(),
                value: value.to_owned(),
            },
            Travel(condition) => TrackerKind::Travel { condition: some(condition) },
        };
        let declaration = TrackerDeclaration {
            name: self.name.to_owned(),
            kind,
            key: owned(self.key),
            window: nanoseconds(self.window).unwrap_or_default(),
            max_keys: DEFAULT_MAX_KEYS,
        };
        BuiltinTracker { detection: self.detection, declaration }
    }
}
