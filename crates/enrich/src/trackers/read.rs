//! Trackers as `Trackers` declares them.

use serde::Deserialize;
use serde_json::Value;

use super::declaration::{Learning, StepDeclaration, TrackerDeclaration, TrackerKind};
use super::duration::nanoseconds;
use super::error::TrackerError;

/// How many keys a tracker keeps unless it says otherwise.
pub(crate) const DEFAULT_MAX_KEYS: usize = 100_000;

/// The window of kinds that can do without.
const DEFAULT_SESSION: u64 = 12 * 3_600 * 1_000_000_000;

/// Reads the value of `Trackers`.
pub fn read_trackers(value: &Value) -> Result<Vec<TrackerDeclaration>, TrackerError> {
    let Value::Array(entries) = value else { return Err(TrackerError::NotAList) };
    if entries.len() > TrackerError::MAX_TRACKERS {
        return Err(TrackerError::TooMany);
    }
    let read = |(position, entry): (usize, &Value)| {
        let entry = Entry::deserialize(entry)
            .map_err(|cause| TrackerError::Malformed { position, cause: cause.to_string() })?;
        let tracker = entry.name.escape_debug().take(64).collect();
        entry.declaration().map_err(|problem| TrackerError::Tracker { tracker, problem })
    };
    (1..).zip(entries).map(read).collect()
}

/// An entry of the list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Entry {
    name: String,
    kind: Kind,
    condition: Option<String>,
    #[serde(default)]
    key: Fields,
    value: Option<String>,
    window: Option<String>,
    learning: Option<String>,
    learn_each_key: Option<bool>,
    new_for: Option<String>,
    steps: Option<Vec<Step>>,
    start: Option<String>,
    start_key: Option<Fields>,
    end: Option<String>,
    max_keys: Option<usize>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Count,
    Distinct,
    FirstSeen,
    Sequence,
    Session,
    Travel,
}

/// One field or several.
#[derive(Deserialize, Default)]
#[serde(from = "OneOrMore")]
struct Fields(Vec<String>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl From<OneOrMore> for Fields {
    fn from(fields: OneOrMore) -> Self {
        match fields {
            OneOrMore::One(field) => Self(vec![field]),
            OneOrMore::More(fields) => Self(fields),
        }
    }
}

/// A condition, or a condition with a key of its own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Condition(String),
    WithKey(StepWithKey),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct StepWithKey {
    condition: String,
    key: Fields,
}

impl Entry {
    fn declaration(self) -> Result<TrackerDeclaration, String> {
        self.has_only_what_its_kind_uses()?;
        let window = self.window.as_deref().map(|text| span("Window", text)).transpose()?;
        let window = match self.kind {
            Kind::Session | Kind::Travel => window.unwrap_or(DEFAULT_SESSION),
            _ => window.ok_or_else(|| lacks("Window"))?,
        };
        let value = || self.value.clone().ok_or_else(|| lacks("Value"));
        let condition = self.condition.clone();
        let kind = match self.kind {
            Kind::Count => TrackerKind::Count { condition },
            Kind::Distinct => TrackerKind::Distinct { condition, value: value()? },
            Kind::FirstSeen => {
                let learning = self.learning.as_deref().map_or(Ok(0), |text| span("Learning", text))?;
                let learning = if self.learn_each_key == Some(true) {
                    Learning::EachKey(learning)
                } else {
                    Learning::Once(learning)
                };
                let new_for = self.new_for.as_deref().map_or(Ok(0), |text| span("NewFor", text))?;
                TrackerKind::FirstSeen { condition, value: value()?, learning, new_for }
            }
            Kind::Sequence => {
                let steps = self.steps.ok_or_else(|| lacks("Steps"))?;
                TrackerKind::Sequence { steps: steps.into_iter().map(StepDeclaration::from).collect() }
            }
            Kind::Session => TrackerKind::Session {
                condition,
                start: StepDeclaration {
                    condition: self.start.ok_or_else(|| lacks("Start"))?,
                    key: self.start_key.map(|fields| fields.0),
                },
                end: self.end.ok_or_else(|| lacks("End"))?,
                value: self.value.unwrap_or_else(|| "gitlab.event_id".to_owned()),
            },
            Kind::Travel => TrackerKind::Travel { condition },
        };
        let max_keys = self.max_keys.unwrap_or(DEFAULT_MAX_KEYS);
        Ok(TrackerDeclaration { name: self.name, kind, key: self.key.0, window, max_keys })
    }

    fn has_only_what_its_kind_uses(&self) -> Result<(), String> {
        use Kind::{Count, Distinct, FirstSeen, Sequence, Session, Travel};
        let members: [(&str, bool, &[Kind]); 9] = [
            ("Condition", self.condition.is_some(), &[Count, Distinct, FirstSeen, Session, Travel]),
            ("Value", self.value.is_some(), &[Distinct, FirstSeen, Session]),
            ("Learning", self.learning.is_some(), &[FirstSeen]),
            ("LearnEachKey", self.learn_each_key.is_some(), &[FirstSeen]),
            ("NewFor", self.new_for.is_some(), &[FirstSeen]),
            ("Steps", self.steps.is_some(), &[Sequence]),
            ("Start", self.start.is_some(), &[Session]),
            ("StartKey", self.start_key.is_some(), &[Session]),
            ("End", self.end.is_some(), &[Session]),
        ];
        match members.iter().find(|(_, is_given, kinds)| *is_given && !kinds.contains(&self.kind)) {
            Some((name, ..)) => Err(format!("a tracker of this kind has no {name}")),
            None => Ok(()),
        }
    }
}

impl From<Step> for StepDeclaration {
    fn from(step: Step) -> Self {
        match step {
            Step::Condition(condition) => Self { condition, key: None },
            Step::WithKey(StepWithKey { condition, key }) => Self { condition, key: Some(key.0) },
        }
    }
}

fn lacks(member: &str) -> String {
    format!("{member} is missing")
}

fn span(member: &str, text: &str) -> Result<u64, String> {
    nanoseconds(text).ok_or_else(|| format!("{member}: a span of time such as 90s, 10m, 24h or 30d is expected"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "the entry is written in the call")]
    fn refusal(entry: Value) -> String {
        read_trackers(&json!([entry])).unwrap_err().to_string()
    }

    #[test]
    fn each_kind_is_read() {
        let trackers = read_trackers(&json!([
            {"Name": "a", "Kind": "count", "Condition": "gitlab.event_type = x", "Key": "gitlab.ip", "Window": "10m"},
            {"Name": "b", "Kind": "distinct", "Value": "gitlab.target_details", "Key": ["gitlab.ip"], "Window": "10m"},
            {"Name": "c", "Kind": "first_seen", "Value": "gitlab.countryisocode", "Key": ["gitlab.author_id"],
             "Window": "30d", "Learning": "7d", "LearnEachKey": true, "NewFor": "1h",
             "MaxKeys": 5},
            {"Name": "d", "Kind": "sequence", "Window": "30m",
             "Steps": ["gitlab.event_type = x", {"Condition": "gitlab.event_type = y", "Key": "gitlab.target_id"}]},
            {"Name": "e", "Kind": "session", "Start": "gitlab.event_type = x", "End": "gitlab.event_type = y",
             "StartKey": "gitlab.target_id", "Key": "gitlab.author_id"},
            {"Name": "travel", "Kind": "travel", "Key": "gitlab.author_id"},
        ]))
        .unwrap();
        assert_eq!(trackers.len(), 6);
        assert_eq!(trackers[0].key, ["gitlab.ip"]);
        assert_eq!((trackers[0].window, trackers[0].max_keys), (600_000_000_000, 100_000));
        assert_eq!(trackers[2].max_keys, 5);
        let TrackerKind::FirstSeen { learning, new_for, .. } = &trackers[2].kind else { panic!() };
        assert_eq!(*learning, Learning::EachKey(7 * 86_400 * 1_000_000_000));
        assert_eq!(*new_for, 3_600_000_000_000);
    }

    #[test]
    fn mistakes_are_told_with_entry_or_name() {
        for (entry, expected) in [
            (json!({"Name": "a", "Kind": "count", "Windw": "10m"}), "entry 1: unknown field `Windw`"),
            (json!({"Kind": "count"}), "entry 1: missing field `Name`"),
            (json!({"Name": "a", "Kind": "counter"}), "entry 1: unknown variant `counter`"),
            (json!({"Name": "a", "Kind": "count"}), "a: Window is missing"),
            (json!({"Name": "a", "Kind": "count", "Window": "10"}), "a: Window: a span of time"),
            (
                json!({"Name": "a", "Kind": "count", "Window": "1m", "Value": "x"}),
                "a: a tracker of this kind has no Value",
            ),
            (json!({"Name": "a", "Kind": "distinct", "Window": "1m"}), "a: Value is missing"),
            (json!({"Name": "a", "Kind": "sequence", "Window": "1m"}), "a: Steps is missing"),
            (json!({"Name": "a", "Kind": "session", "Start": "x"}), "a: End is missing"),
        ] {
            let error = refusal(entry);
            assert!(error.starts_with(expected), "{error}");
        }
        assert_eq!(read_trackers(&json!({})), Err(TrackerError::NotAList));
    }
}
