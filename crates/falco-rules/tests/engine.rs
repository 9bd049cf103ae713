//! The engine tries only the rules an event can make fire, and no rule of another source.

use std::cell::RefCell;
use std::collections::HashMap;

use falco_rules::{
    Argument, Engine, EngineOptions, Event, FieldDefinition, FieldId, FieldType, RuleMatching, RuleSet, RulesFile,
    Schema, Scratch, Value,
};

fn rule(name: &str, source: &str, condition: &str) -> String {
    format!("- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n  source: {source}\n")
}

fn schema(source: &str) -> Schema {
    let field = |name| FieldDefinition::new(name, FieldType::String);
    Schema::new(source, source, "1.0.0", vec![field("x.other"), field("x.type")])
}

fn rule_set(rules: &str) -> RuleSet {
    let (report, rules) = RuleSet::load(&[RulesFile::new("r.yaml", rules)], &[schema("x"), schema("y")]);
    assert!(report.is_successful(), "{}", report.to_text());
    rules.expect("no errors")
}

fn engine(rules: &str, rule_matching: RuleMatching) -> Engine {
    Engine::new(rule_set(rules), &EngineOptions { rule_matching, ..EngineOptions::default() })
}

/// An event that counts how often each of its fields is taken.
#[derive(Default)]
struct Counting {
    values: [&'static str; 2],
    taken: RefCell<HashMap<usize, u32>>,
}

impl Event for Counting {
    fn value(&self, field: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
        *self.taken.borrow_mut().entry(field.index()).or_default() += 1;
        Some(Value::from(self.values[field.index()]))
    }

    fn number(&self) -> u64 {
        1
    }

    fn time(&self) -> u64 {
        0
    }
}

fn fired(engine: &Engine, source: &str, event: &Counting) -> Vec<String> {
    engine.evaluate(source, event, &mut Scratch::default()).map(|rule| rule.name().to_owned()).collect()
}

#[test]
fn rules_that_cannot_fire_are_not_tried() {
    let rules: String =
        (0..100).map(|n| rule(&format!("R{n}"), "x", &format!("x.type = t{n} and x.other = o"))).collect();
    let engine = engine(&rules, RuleMatching::All);
    assert_eq!(engine.index_field("x"), Some(("x.type", 100)));
    let event = Counting { values: ["o", "none of them"], ..Counting::default() };
    assert_eq!(fired(&engine, "x", &event), [""; 0]);
    assert_eq!(event.taken.into_inner(), HashMap::from([(1, 1)]), "only the field of the index is looked at");
}

#[test]
fn a_field_is_taken_once_an_event() {
    let rules: String =
        (0..100).map(|n| rule(&format!("R{n}"), "x", &format!("x.other contains {n} or x.type = a"))).collect();
    let event = Counting { values: ["o", "a"], ..Counting::default() };
    assert_eq!(fired(&engine(&rules, RuleMatching::All), "x", &event).len(), 100);
    assert_eq!(event.taken.into_inner(), HashMap::from([(0, 1), (1, 1)]));
}

#[test]
fn the_index_does_not_change_which_rule_is_first() {
    let rules = [
        rule("Indexed later", "x", "x.type in (b, c)"),
        rule("Any", "x", "x.other exists"),
        rule("Indexed", "x", "x.type = a"),
        rule("Never", "x", "x.type = a and x.type = b"),
    ]
    .concat();
    let event = |value| Counting { values: ["o", value], ..Counting::default() };
    let all = engine(&rules, RuleMatching::All);
    assert_eq!(fired(&all, "x", &event("a")), ["Any", "Indexed"]);
    assert_eq!(fired(&all, "x", &event("c")), ["Indexed later", "Any"]);
    let first = engine(&rules, RuleMatching::First);
    assert_eq!(fired(&first, "x", &event("a")), ["Any"]);
    assert_eq!(fired(&first, "x", &event("b")), ["Indexed later"]);
}

#[test]
fn rules_of_other_sources_are_never_tried() {
    let rules = [rule("X", "x", "x.type exists"), rule("Y", "y", "x.type exists")].concat();
    let engine = engine(&rules, RuleMatching::All);
    let event = Counting { values: ["o", "a"], ..Counting::default() };
    assert_eq!(fired(&engine, "x", &event), ["X"]);
    assert_eq!(fired(&engine, "y", &event), ["Y"]);
    assert_eq!(fired(&engine, "z", &event), [""; 0]);
}

#[test]
fn threads_share_one_engine() {
    fn is_shared<T: Send + Sync>(_: &T) {}
    is_shared(&engine(&rule("X", "x", "x.type regex 'a.*' or x.other glob 'b*'"), RuleMatching::First));
}

#[test]
fn a_rule_is_explained_with_its_exceptions_in_place() {
    let exceptions = "  exceptions: [{name: e, fields: x.other, values: [o]}]\n";
    let rules = rule_set(&(rule("X", "x", "x.type = a") + exceptions));
    let event = Counting { values: ["o", "a"], ..Counting::default() };
    let explanation = rules.explain("X", &event).expect("there is the rule");
    assert!(!explanation.result);
    assert_eq!(explanation.parts.iter().map(|part| part.result).collect::<Vec<_>>(), [true, false]);
    assert!(rules.explain("Y", &event).is_none());
}

#[test]
fn a_rule_tells_which_texts_it_needs() {
    let rules = [rule("Some", "x", "x.type in (b, c) and x.other exists"), rule("Any", "x", "x.other exists")].concat();
    let rules = rule_set(&rules);
    let required = |rule| rules.required_values(rule, "x.type").map(Vec::from_iter);
    assert_eq!(required("Some"), Some(vec!["b", "c"]));
    assert_eq!(required("Any"), None);
    assert_eq!(required("No such rule"), None);
    assert_eq!(rules.required_values("Some", "x.no_such_field"), None);
}
