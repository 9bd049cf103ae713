//! How fast rules files load that define many lists and many rules. Items are rules.

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use falco_rules::{FieldDefinition, FieldType, RuleSet, RulesFile, Schema};

fn main() {
    divan::main();
}

/// As many lists as rules; each rule uses one of them.
fn file(count: usize) -> RulesFile {
    let mut text = String::new();
    for number in 0..count {
        let _ = writeln!(text, "- list: list_{number}\n  items: [a{number}, b{number}, c{number}]");
    }
    for number in 0..count {
        let _ = write!(
            text,
            "- rule: Rule {number}\n  desc: d\n  condition: a.text in (list_{number}) and a.text != x{number}\n  output: \
             o\n  priority: INFO\n  source: a\n"
        );
    }
    RulesFile::new("rules.yaml", text)
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 3, sample_size = 1)]
fn lists_and_rules(bencher: Bencher<'_, '_>, count: usize) {
    let field = FieldDefinition::new("a.text", FieldType::String);
    let schema = [Schema::new("a", "a", "1.0.0", vec![field])];
    let files = [file(count)];
    bencher.counter(ItemsCount::new(count)).bench_local(|| {
        let (report, rules) = RuleSet::load(black_box(&files), &schema);
        assert!(report.is_successful(), "{}", report.to_text());
        rules
    });
}
