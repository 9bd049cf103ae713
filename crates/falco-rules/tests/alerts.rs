//! Alerts are written as Falco writes them, with the options of falco.yaml.

#[path = "../examples/conform/probe.rs"]
mod probe;

use falco_rules::{AlertFormat, Engine, EngineOptions, RuleSet, RulesFile, Scratch, TimeFormat};
use serde_json::json;

const RULE: &str = "
- rule: A rule
  desc: d
  condition: t.s exists
  output: n=%t.n b=%t.b
  priority: INFO
  source: tprobe
  tags: [two, one, two]
";

fn with_alert(check: impl Fn(&falco_rules::Alert<'_>)) {
    let (_, rules) = RuleSet::load(&[RulesFile::new("rules.yaml", RULE)], &[probe::schema()]);
    let engine = Engine::new(rules.expect("valid"), &EngineOptions::default());
    let events = probe::Probe::read_all("{\"s\": \"x\", \"n\": 5}\n").expect("JSON");
    let alerts = engine.alerts("tprobe", &events[0], &mut Scratch::default());
    assert_eq!(alerts.len(), 1);
    alerts.iter().for_each(check);
}

#[test]
fn the_json_has_typed_fields_and_a_time_in_utc() {
    with_alert(|alert| {
        let format = AlertFormat { time_format: TimeFormat::Iso8601, ..AlertFormat::new("host") };
        let expected = json!({
            "hostname": "host",
            "output": "2023-11-14T17:13:20.000000000+0000: Informational n=5 b=<NA>",
            "output_fields": {"evt.time.iso8601": 1_699_982_000_000_000_000_u64, "t.b": null, "t.n": 5},
            "priority": "Informational",
            "rule": "A rule",
            "source": "tprobe",
            "tags": ["one", "two"],
            "time": "2023-11-14T17:13:20.000000000Z",
        });
        assert_eq!(alert.to_json(&format), expected);
    });
}

#[test]
fn each_part_of_the_json_can_be_left_out() {
    with_alert(|alert| {
        let format = AlertFormat {
            json_include_output_property: false,
            json_include_tags_property: false,
            json_include_message_property: true,
            json_include_output_fields_property: false,
            ..AlertFormat::new("host")
        };
        let json = alert.to_json(&format);
        let keys: Vec<_> = json.as_object().expect("an object").keys().collect();
        assert_eq!(keys, ["hostname", "message", "priority", "rule", "source", "time"]);
        assert_eq!(json["message"], "n=5 b=<NA>");
    });
}

#[test]
fn the_text_begins_with_the_time_of_day() {
    with_alert(|alert| {
        assert_eq!(alert.to_text(&AlertFormat::new("host")), "17:13:20.000000000: Informational n=5 b=<NA>");
    });
}
