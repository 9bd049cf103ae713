//! A rules file of any content loads or is refused, with a report; nothing else happens.
#![no_main]

use falco_rules::{FieldArgument, FieldDefinition, FieldType, RuleSet, RulesFile, Schema};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let field = FieldDefinition::new;
    let fields = vec![
        field("t.s", FieldType::String),
        field("t.n", FieldType::Uint64),
        field("t.ls", FieldType::String).list(),
        field("t.k", FieldType::String).with_argument(FieldArgument::RequiredKey),
    ];
    let schema = Schema::new("tprobe", "tprobe", "0.1.0", fields);
    let (report, rules) = RuleSet::load(&[RulesFile::new("fuzz.yaml", text)], &[schema]);
    assert_eq!(report.is_successful(), rules.is_some());
    assert!(!report.to_text().contains(|c: char| c.is_control() && c != '\n'));
    assert!(report.to_json()["falco_load_results"].is_array());
});
