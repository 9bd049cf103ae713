//! How fast rules are tried on GitLab-like events that are parsed already, with few rules and with many.
//!
//! Items are events. All events of a round are different, about one in forty makes a rule fire.
#![expect(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use std::collections::HashMap;
use std::net::IpAddr;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use falco_rules::{
    Argument, Engine, EngineOptions, Event, FieldArgument, FieldDefinition, FieldId, FieldType, RuleMatching, RuleSet,
    RulesFile, Schema, Scratch, Value,
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// What rules ask of an event, ready to be taken.
struct GitLabEvent {
    texts: [Option<String>; 4],
    author_id: Option<u64>,
    address: Option<IpAddr>,
    details: HashMap<String, String>,
    time: u64,
}

impl GitLabEvent {
    fn new(json: &str, time: u64) -> Self {
        let event: serde_json::Value = serde_json::from_str(json).unwrap();
        let text = |member: &str| event[member].as_str().map(str::to_owned);
        let details = event["details"].as_object().unwrap();
        Self {
            texts: [
                text("event_type"),
                text("entity_type"),
                text("entity_path"),
                details["author_name"].as_str().map(str::to_owned),
            ],
            author_id: event["author_id"].as_u64(),
            address: event["ip_address"].as_str().and_then(|address| address.parse().ok()),
            details: details
                .iter()
                .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
                .collect(),
            time,
        }
    }
}

const FIELDS: [(&str, FieldType, FieldArgument); 7] = [
    ("gitlab.event_type", FieldType::String, FieldArgument::None),
    ("gitlab.entity_type", FieldType::String, FieldArgument::None),
    ("gitlab.entity_path", FieldType::String, FieldArgument::None),
    ("gitlab.author_name", FieldType::String, FieldArgument::None),
    ("gitlab.author_id", FieldType::Uint64, FieldArgument::None),
    ("gitlab.net", FieldType::IpNet, FieldArgument::None),
    ("gitlab.details", FieldType::String, FieldArgument::RequiredKey),
];

impl Event for GitLabEvent {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>> {
        match (field.index(), argument) {
            (4, _) => self.author_id.map(Value::Uint64),
            (5, _) => self.address.map(Value::IpNet),
            (6, Some(Argument::Key(key))) => self.details.get(key).map(|text| text.as_str().into()),
            (text, _) => self.texts.get(text)?.as_deref().map(Value::from),
        }
    }

    fn number(&self) -> u64 {
        1
    }

    fn time(&self) -> u64 {
        self.time
    }
}

fn events() -> Vec<GitLabEvent> {
    let lines = include_str!("data/events.ndjson").lines();
    (1_699_982_000_000_000_000..).zip(lines).map(|(time, line)| GitLabEvent::new(line, time)).collect()
}

/// So many rules, each for another event type and asking for a detail that no other asks for.
fn engine_of_many_operands(count: usize) -> Engine {
    engine_of(count, |number| format!("(gitlab.details[key_{number}] = x or gitlab.entity_type = Group)"))
}

/// So many rules, each for another event type: first those of the events, then types that never come.
fn engine(count: usize) -> Engine {
    const REST: [&str; 4] = [
        "gitlab.author_name != root and gitlab.entity_path startswith example-",
        "not gitlab.net in (10.0.0.0/8, 192.168.0.0/16) and gitlab.details[custom_message] icontains secret",
        "gitlab.entity_type in (Group, Project) and gitlab.details[change] = visibility",
        "gitlab.author_id > 100000 and (gitlab.details[as] = Owner or gitlab.details[to] = public)",
    ];
    engine_of(count, |number| REST[number % REST.len()].to_owned())
}

fn engine_of(count: usize, rest: impl Fn(usize) -> String) -> Engine {
    let known = events().into_iter().filter_map(|event| event.texts.into_iter().next().flatten());
    let types = known.chain((0..).map(|number| format!("type_{number}")));
    let rule = |(number, event_type): (usize, String)| {
        format!(
            "- rule: Rule {number}\n  desc: d\n  condition: gitlab.event_type = {event_type} and {}\n  output: \
             \"user=%gitlab.author_name\"\n  priority: WARNING\n  source: gitlab\n",
            rest(number)
        )
    };
    let rules: String = types.take(count).enumerate().map(rule).collect();
    let fields =
        FIELDS.map(|(name, field_type, argument)| FieldDefinition::new(name, field_type).with_argument(argument));
    let schema = Schema::new("gitlab", "gitlab", "0.1.0", fields.to_vec());
    let (report, rules) = RuleSet::load(&[RulesFile::new("rules.yaml", rules)], &[schema]);
    assert!(report.is_successful(), "{}", report.to_text());
    let engine =
        Engine::new(rules.unwrap(), &EngineOptions { rule_matching: RuleMatching::All, ..EngineOptions::default() });
    assert_eq!(engine.index_field("gitlab"), Some(("gitlab.event_type", count)));
    engine
}

#[divan::bench(args = [1, 25, 100, 1_000])]
fn rules(bencher: Bencher<'_, '_>, count: usize) {
    let engine = engine(count);
    let events = events();
    let mut scratch = Scratch::default();
    bencher.counter(ItemsCount::new(events.len())).bench_local(|| {
        let fired: usize =
            events.iter().map(|event| engine.evaluate("gitlab", black_box(event), &mut scratch).len()).sum();
        fired
    });
}

#[divan::bench(args = [100, 1_000, 10_000])]
fn operands(bencher: Bencher<'_, '_>, count: usize) {
    let engine = engine_of_many_operands(count);
    let events = events();
    let mut scratch = Scratch::default();
    bencher.counter(ItemsCount::new(events.len())).bench_local(|| {
        let fired: usize =
            events.iter().map(|event| engine.evaluate("gitlab", black_box(event), &mut scratch).len()).sum();
        fired
    });
}
