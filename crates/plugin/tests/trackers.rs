//! Each built-in tracker, from posted events through `libgitlab.so` to the alert of the rule that looks at it.
//!
//! Rules ask the plugin for fields through its C interface, as Falco's do; what they do with the values is Falco's rule
//! language.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;
#[path = "../../enrich/tests/scenarios/mod.rs"]
mod scenarios;

use std::cell::RefCell;
use std::fs;
use std::time::UNIX_EPOCH;

use audit_event::FIELDS;
use falco_plugin_runner::ExtractedField;
use falco_rules::{Argument, Engine, EngineOptions, FieldId, RuleSet, RulesFile, Scratch, Selection, SelectionAction};
use falco_rules::{Event, Value};
use host::{Host, Post, folder, rules_files, time};
use scenarios::{Scenario, databases, scenarios, tor_exits};
use serde_json::json;

/// The fields of an event, each asked of the plugin.
struct Extracted<'h> {
    host: RefCell<&'h mut Host>,
    event: &'h falco_plugin_runner::Event,
}

impl Event for Extracted<'_> {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>> {
        let asked = &FIELDS[field.index()];
        let name = asked.name;
        let name = match argument {
            Some(Argument::Key(key)) => format!("{name}[{key}]"),
            Some(Argument::Index(index)) => format!("{name}[{index}]"),
            None => name.to_owned(),
        };
        let value = value(self.host.borrow_mut().field(self.event, &name))?;
        // The runner gives a list of one as that one.
        Some(match value {
            Value::List(values) => Value::List(values),
            one if asked.is_list => Value::List(vec![one]),
            one => one,
        })
    }

    fn number(&self) -> u64 {
        1
    }

    fn time(&self) -> u64 {
        time(self.event)
    }
}

fn value(extracted: ExtractedField) -> Option<Value<'static>> {
    let nanoseconds = |span: std::time::Duration| u64::try_from(span.as_nanos()).unwrap();
    Some(match extracted {
        ExtractedField::None => return None,
        ExtractedField::U64(number) => number.into(),
        ExtractedField::Bool(truth) => truth.into(),
        ExtractedField::RelTime(span) => Value::RelTime(nanoseconds(span)),
        ExtractedField::AbsTime(time) => Value::AbsTime(nanoseconds(time.duration_since(UNIX_EPOCH).unwrap())),
        ExtractedField::String(text) => text.into_string().unwrap().into(),
        ExtractedField::IpAddr(address) => Value::IpAddr(address),
        ExtractedField::IpNet(network) => Value::IpNet(network.0),
        ExtractedField::Vec(values) => Value::List(values.into_iter().filter_map(value).collect()),
    })
}

/// The shipped rules and one of the operator's, of which the named one alone runs.
fn engine(rule: &str, own_rule: Option<String>) -> Engine {
    let shipped = rules_files().into_iter().map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()));
    let own = own_rule.map(|text| ("own.yaml".to_owned(), text));
    let files: Vec<_> = shipped.chain(own).map(|(name, text)| RulesFile::new(name, text)).collect();
    let (report, rules) = RuleSet::load(&files, &[enrich::schema()]);
    let rules = rules.unwrap_or_else(|| panic!("{}", report.to_text()));
    let selections =
        vec![Selection::rule(SelectionAction::Disable, "*"), Selection::rule(SelectionAction::Enable, rule)];
    let engine = Engine::new(rules, &EngineOptions { selections, ..EngineOptions::default() });
    assert_eq!(engine.rules(enrich::SOURCE).count(), 1, "{rule}");
    engine
}

/// Whether the event raises an alert.
fn fires(engine: &Engine, host: &mut Host, event: &falco_plugin_runner::Event) -> bool {
    let extracted = Extracted { host: RefCell::new(host), event };
    !engine.alerts(enrich::SOURCE, &extracted, &mut Scratch::default()).is_empty()
}

/// The ids of the events that raise an alert of the scenario's rule.
fn detected(scenario: &Scenario) -> Vec<String> {
    let engine = engine(scenario.rule_name(), scenario.own_rule());
    let folder = folder();
    let (city, asn) = databases(folder.path());
    let mut host = Host::with(&json!({"MaxmindCityDBPath": city, "MaxmindASNDBPath": asn,
        "AddressLists": {"tor_exits": tor_exits(folder.path())}}));
    let mut ids = Vec::new();
    for event in &scenario.events {
        assert_eq!(host.post(event).status, 200);
        let event = host.next_event();
        if fires(&engine, &mut host, &event) {
            ids.push(host.text(&event, "gitlab.event_id").unwrap());
        }
    }
    ids
}

#[test]
fn each_builtin_tracker_raises_its_alert_through_the_plugin_with_the_event_that_is_too_much_and_not_before() {
    for scenario in scenarios() {
        assert_eq!(detected(&scenario), [scenario.last_id()], "{}", scenario.tracker);
    }
}

#[test]
fn posts_with_a_wrong_token_raise_the_alert_of_a_tracker_that_counts_them() {
    let rule = "- rule: Own\n  desc: x\n  condition: gitlab.count[refused_posts] >= 1\n  output: x\n  \
                priority: WARNING\n  source: gitlab\n";
    let engine = engine("Own", Some(rule.to_owned()));
    let mut host = Host::with(&json!({"Trackers": [{"Name": "refused_posts", "Kind": "count", "Window": "10m",
        "Condition": "gitlab.pluginerror.kind = unauthorized"}]}));
    assert_eq!(host.send(&Post::new("{}").token("a-token-of-somebody-else")).status, 401);
    let event = host.next_event();
    assert!(fires(&engine, &mut host, &event));
    assert_eq!(host.text(&event, "gitlab.count[refused_posts]").as_deref(), Some("1"));
}
