//! What an alert costs: taking the values for its output, and writing it as Falco's JSON or text.
#![expect(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher, black_box};
use falco_rules::{
    Alert, AlertFormat, Argument, Engine, EngineOptions, Event, FieldDefinition, FieldId, FieldType, RuleSet,
    RulesFile, Schema, Scratch, Value,
};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

/// Eight fields, as the shipped rules have them.
const RULES: &str = r"
- rule: GitLab access token created
  desc: A token was created.
  condition: gitlab.event_type = personal_access_token_created
  output: >
    Access token created by %gitlab.author_name: %gitlab.custom_message (entity=%gitlab.entity_path
    target=%gitlab.target_details ip=%gitlab.ip_address country=%gitlab.country author_id=%gitlab.author_id
    event_id=%gitlab.event_id)
  priority: NOTICE
  source: gitlab
  tags: [gitlab, gitlab_credential_exposure, maturity_stable, mitre_persistence, T1098.001, G004]
";

const FIELDS: [(&str, Option<&str>); 9] = [
    ("gitlab.event_type", Some("personal_access_token_created")),
    ("gitlab.author_name", Some("Dev \"One\" Müller")),
    ("gitlab.custom_message", Some("Created personal access token with id 4711")),
    ("gitlab.entity_path", Some("dev1")),
    ("gitlab.target_details", Some("Dev One")),
    ("gitlab.ip_address", Some("198.51.100.7")),
    ("gitlab.country", None),
    ("gitlab.author_id", Some("7")),
    ("gitlab.event_id", Some("90019")),
];

fn main() {
    divan::main();
}

struct TokenCreated;

impl Event for TokenCreated {
    fn value(&self, field: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
        FIELDS.get(field.index())?.1.map(Value::from)
    }

    fn number(&self) -> u64 {
        1
    }

    fn time(&self) -> u64 {
        1_699_982_000_123_456_789
    }
}

fn engine() -> Engine {
    let fields = FIELDS.map(|(name, _)| FieldDefinition::new(name, FieldType::String));
    let schema = Schema::new("gitlab", "gitlab", "0.1.0", fields.to_vec());
    let (report, rules) = RuleSet::load(&[RulesFile::new("rules.yaml", RULES)], &[schema]);
    assert!(report.is_successful(), "{}", report.to_text());
    Engine::new(rules.unwrap(), &EngineOptions::default())
}

/// The rule, and the values for its output.
#[divan::bench]
fn resolve(bencher: Bencher<'_, '_>) {
    let engine = engine();
    let mut scratch = Scratch::default();
    bencher
        .counter(ItemsCount::new(1_usize))
        .bench_local(|| engine.alerts("gitlab", &TokenCreated, &mut scratch).len());
}

#[divan::bench]
fn write_json(bencher: Bencher<'_, '_>) {
    write(bencher, |alert, format| black_box(alert).to_json(format).to_string());
}

#[divan::bench]
fn write_text(bencher: Bencher<'_, '_>) {
    write(bencher, |alert, format| black_box(alert).to_text(format));
}

fn write(bencher: Bencher<'_, '_>, write: impl Fn(&Alert<'_>, &AlertFormat) -> String) {
    let engine = engine();
    let alerts = engine.alerts("gitlab", &TokenCreated, &mut Scratch::default());
    let format = AlertFormat::new("gitlab-audit");
    bencher.counter(ItemsCount::new(1_usize)).bench_local(|| write(&alerts[0], &format));
}
