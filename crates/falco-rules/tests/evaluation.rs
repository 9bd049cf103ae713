//! Evaluation equals a naive evaluator that shares nothing with the real one: it walks the tree over the event's JSON.

#[path = "../examples/conform/probe.rs"]
mod probe;

use std::net::IpAddr;

use falco_rules::{
    AssumedCondition, Comparison, Compiler, EventValues, Expr, ExprKind, Modifier, Operand, OperandKind, Operator,
    Right, Transformer, parse,
};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// A value in the naive evaluator.
#[derive(Clone, Debug, PartialEq)]
enum Naive {
    Text(String),
    Number(u64),
    Truth(bool),
    Address(IpAddr),
    List(Vec<Naive>),
}

fn evaluate(expr: &Expr, event: &Json) -> bool {
    match &expr.kind {
        ExprKind::And(members) => members.iter().filter(|member| evaluate(member, event)).count() == members.len(),
        ExprKind::Or(members) => members.iter().filter(|member| evaluate(member, event)).count() > 0,
        ExprKind::Not(inner) => !evaluate(inner, event),
        ExprKind::Macro { .. } => unreachable!("none is generated"),
        ExprKind::Exists(operand) => value(operand, event).is_some(),
        ExprKind::Compare(comparison) => compare(comparison, event),
    }
}

fn compare(comparison: &Comparison, event: &Json) -> bool {
    let Comparison { left, operator, modifier, right } = comparison;
    let Some(left_value) = value(left, event) else { return false };
    let network = matches!(&left.kind, OperandKind::Field(field) if field.name == "t.net");
    let literals = match right {
        Right::Operand(operand) => {
            return value(operand, event).is_some_and(|right| holds(*operator, &left_value, &right));
        }
        Right::Value(literal) => vec![literal.text.clone()],
        Right::List(literals) => literals.iter().map(|literal| literal.text.clone()).collect(),
    };
    let answer = |value: &Naive, literal: &String| {
        if network {
            return in_network(value, literal) == (*operator != Operator::NotEqual);
        }
        holds(*operator, value, &like(value, literal))
    };
    match (&left_value, modifier) {
        (Naive::List(members), _) => {
            let found = members.iter().filter(|member| literals.iter().any(|literal| answer(member, literal))).count();
            if *operator == Operator::In { found == members.len() } else { found > 0 }
        }
        (single, modifier) => {
            let yes = literals.iter().filter(|literal| answer(single, literal)).count();
            match modifier {
                Some(Modifier::AllOf) => !literals.is_empty() && yes == literals.len(),
                Some(Modifier::OneOf) => yes == 1,
                Some(Modifier::AnyOf) | None => yes > 0,
            }
        }
    }
}

/// A literal as a value of the same type as another one.
fn like(value: &Naive, literal: &str) -> Naive {
    match value {
        Naive::Text(_) => Naive::Text(literal.to_owned()),
        Naive::Number(_) => Naive::Number(literal.parse().expect("a number is generated")),
        Naive::Truth(_) => Naive::Truth(literal == "true"),
        Naive::Address(_) => Naive::Address(literal.parse().expect("an address is generated")),
        Naive::List(_) => unreachable!("lists are compared member by member"),
    }
}

fn holds(operator: Operator, left: &Naive, right: &Naive) -> bool {
    if let (Naive::List(left), Naive::List(right)) = (left, right) {
        let common = left.iter().filter(|member| right.contains(member)).count();
        return if operator == Operator::In { common == left.len() } else { common > 0 };
    }
    match operator {
        Operator::Equal | Operator::In | Operator::Intersects => left == right,
        Operator::NotEqual => left != right,
        _ => match (left, right) {
            (Naive::Number(left), Naive::Number(right)) => match operator {
                Operator::Less => left < right,
                Operator::LessOrEqual => left <= right,
                Operator::Greater => left > right,
                Operator::GreaterOrEqual => left >= right,
                _ => unreachable!("not generated for numbers"),
            },
            (Naive::Text(left), Naive::Text(right)) => match operator {
                Operator::Contains => left.contains(right.as_str()),
                Operator::IContains => left.to_ascii_lowercase().contains(&right.to_ascii_lowercase()),
                Operator::StartsWith => left.starts_with(right.as_str()),
                Operator::EndsWith => left.ends_with(right.as_str()),
                Operator::Glob => glob(right.as_bytes(), left.as_bytes()),
                Operator::IGlob => glob(right.to_ascii_lowercase().as_bytes(), left.to_ascii_lowercase().as_bytes()),
                Operator::PMatch => below(left, right),
                _ => unreachable!("not generated for text"),
            },
            _ => unreachable!("not generated for other types"),
        },
    }
}

/// `*` and `?` only.
fn glob(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), None) => glob(rest, text),
        (Some((b'*', rest)), Some((_, tail))) => glob(rest, text) || glob(pattern, tail),
        (Some((b'?', rest)), Some((_, tail))) => glob(rest, tail),
        (Some((wanted, rest)), Some((byte, tail))) => wanted == byte && glob(rest, tail),
        _ => false,
    }
}

/// Without patterns.
fn below(path: &str, folder: &str) -> bool {
    let names = |path: &str| path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    names(path).starts_with(&names(folder))
}

fn in_network(value: &Naive, network: &str) -> bool {
    let Naive::Address(address) = value else { return false };
    let (base, length) = network.split_once('/').expect("a network is generated");
    let length: u32 = length.parse().expect("a network is generated");
    match (address, base.parse().expect("a network is generated")) {
        (IpAddr::V4(address), IpAddr::V4(base)) => {
            let differing = address.to_bits() ^ base.to_bits();
            differing.checked_shr(32 - length).unwrap_or(0) == 0
        }
        (IpAddr::V6(address), IpAddr::V6(base)) => {
            let differing = address.to_bits() ^ base.to_bits();
            differing.checked_shr(128 - length).unwrap_or(0) == 0
        }
        _ => false,
    }
}

fn value(operand: &Operand, event: &Json) -> Option<Naive> {
    match &operand.kind {
        OperandKind::Field(field) => {
            let member = match (field.name.as_str(), &field.argument) {
                ("t.net", _) => &event["ip"],
                ("t.k", Some(key)) => &event["k"][key],
                ("t.ki", Some(index)) => &event["ls"][index.parse::<usize>().expect("an index is generated")],
                (name, _) => &event[&name[2..]],
            };
            let address = matches!(field.name.as_str(), "t.ip" | "t.net" | "t.lip");
            naive(member, address)
        }
        OperandKind::Text(text) => Some(Naive::Text(text.clone())),
        OperandKind::List(members) => {
            members.iter().map(|member| value(member, event)).collect::<Option<_>>().map(Naive::List)
        }
        OperandKind::Transform { transformer, arguments, .. } => {
            let values = arguments.iter().map(|argument| value(argument, event)).collect::<Option<Vec<_>>>()?;
            Some(match (transformer, values.as_slice()) {
                (Transformer::Val, [value]) => value.clone(),
                (Transformer::ToLower, [Naive::Text(text)]) => Naive::Text(text.to_ascii_lowercase()),
                (Transformer::ToUpper, [Naive::Text(text)]) => Naive::Text(text.to_ascii_uppercase()),
                (Transformer::Basename, [Naive::Text(text)]) => {
                    Naive::Text(text.split('/').next_back().unwrap_or_default().to_owned())
                }
                (Transformer::Len, [Naive::Text(text)]) => Naive::Number(text.len() as u64),
                (Transformer::Len, [Naive::List(members)]) => Naive::Number(members.len() as u64),
                (Transformer::Join, [Naive::Text(separator), Naive::List(members)]) => {
                    let texts: Vec<_> = members.iter().map(plain).collect();
                    Naive::Text(texts.join(separator))
                }
                (Transformer::Concat, parts) => Naive::Text(parts.iter().map(plain).collect()),
                _ => unreachable!("not generated"),
            })
        }
    }
}

fn plain(value: &Naive) -> String {
    match value {
        Naive::Text(text) => text.clone(),
        _ => unreachable!("only texts are joined here"),
    }
}

fn naive(member: &Json, address: bool) -> Option<Naive> {
    Some(match member {
        Json::String(text) if address => Naive::Address(text.parse().ok()?),
        Json::String(text) => Naive::Text(text.clone()),
        Json::Number(number) => Naive::Number(number.as_u64()?),
        Json::Bool(truth) => Naive::Truth(*truth),
        Json::Array(members) if !members.is_empty() => {
            Naive::List(members.iter().map(|member| naive(member, address)).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}

const TEXTS: [&str; 12] = ["", "a", "A", "ab", "/a/b", "/a", "a/b", "alpha", "Alpha Beta", "ü", "*", "10.1.2.3"];
const NUMBERS: [u64; 6] = [0, 1, 2, 5, 1 << 63, u64::MAX];
const ADDRESSES: [&str; 6] = ["10.1.2.3", "10.1.2.4", "192.0.2.7", "::1", "2001:db8::1", "2001:db8:ffff::"];
const NETWORKS: [&str; 7] =
    ["10.0.0.0/8", "10.1.2.2/31", "0.0.0.0/0", "10.1.2.3/32", "2001:db8::/33", "2001:db8::/32", "::1/128"];

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(texts).prop_map(|text| format!("\"{text}\""))
}

fn list_of(item: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    prop::collection::vec(item, 0..4).prop_map(|items| format!("({})", items.join(", ")))
}

fn text_operand() -> impl Strategy<Value = String> {
    const FIELDS: [&str; 5] = ["t.s", "t.s2", "t.k[a]", "t.ki[0]", "t.ki[1]"];
    let field = || prop::sample::select(FIELDS.as_slice()).prop_map(str::to_owned);
    prop_oneof![
        4 => field(),
        1 => (prop::sample::select(["tolower", "toupper", "basename"].as_slice()), field())
            .prop_map(|(transformer, field)| format!("{transformer}({field})")),
        1 => (field(), field()).prop_map(|(one, other)| format!("concat({one}, \"/\", {other})")),
        1 => (field(), field()).prop_map(|(one, other)| format!("tolower(join(\"-\", ({one}, {other})))")),
        1 => Just("join(\",\", t.ls)".to_owned()),
    ]
}

fn number_operand() -> impl Strategy<Value = String> {
    const OPERANDS: [&str; 6] = ["t.n", "len(t.s)", "len(t.ls)", "len(t.ln)", "len(tolower(t.s2))", "t.n"];
    prop::sample::select(OPERANDS.as_slice()).prop_map(str::to_owned)
}

fn check() -> impl Strategy<Value = String> {
    const ONE: [&str; 8] = ["=", "!=", "contains", "icontains", "startswith", "endswith", "glob", "iglob"];
    const ORDER: [&str; 6] = ["=", "!=", "<", "<=", ">", ">="];
    const SETS: [&str; 2] = ["in", "intersects"];
    const MODIFIERS: [&str; 3] = ["oneof", "anyof", "allof"];
    const FIELDS: [&str; 9] = ["t.s", "t.n", "t.b", "t.ip", "t.net", "t.ls", "t.ln", "t.lip", "t.k[a]"];
    let number = || prop::sample::select(NUMBERS.as_slice()).prop_map(|number| number.to_string());
    let sets = || prop::sample::select(SETS.as_slice());
    let plain_path = || one_of(&TEXTS[..8]);
    let with = |left: String, operator: &str, right: String| format!("{left} {operator} {right}");
    prop_oneof![
        (text_operand(), prop::sample::select(ONE.as_slice()), one_of(&TEXTS))
            .prop_map(move |(left, operator, right)| with(left, operator, right)),
        (
            text_operand(),
            prop::sample::select(ONE.as_slice()),
            prop::sample::select(MODIFIERS.as_slice()),
            list_of(one_of(&TEXTS))
        )
            .prop_map(|(left, operator, modifier, right)| format!("{left} {operator} {modifier} {right}")),
        (
            text_operand(),
            prop::sample::select(ONE.as_slice()),
            prop::sample::select(["t.s", "t.s2", "t.k[a]"].as_slice())
        )
            .prop_map(|(left, operator, right)| format!("{left} {operator} val({right})")),
        (text_operand(), sets(), list_of(one_of(&TEXTS)))
            .prop_map(move |(left, operator, right)| with(left, operator, right)),
        (text_operand(), list_of(plain_path())).prop_map(|(left, right)| format!("{left} pmatch {right}")),
        (number_operand(), prop::sample::select(ORDER.as_slice()), number())
            .prop_map(move |(left, operator, right)| with(left, operator, right)),
        (number_operand(), prop::sample::select(ORDER.as_slice()))
            .prop_map(|(left, operator)| format!("{left} {operator} val(t.n)")),
        (number_operand(), sets(), list_of(number()))
            .prop_map(move |(left, operator, right)| with(left, operator, right)),
        (prop::sample::select(["=", "!="].as_slice()), any::<bool>())
            .prop_map(|(operator, truth)| format!("t.b {operator} {truth}")),
        (prop::sample::select(["=", "!="].as_slice()), one_of(&ADDRESSES))
            .prop_map(|(operator, right)| format!("t.ip {operator} {right}")),
        (sets(), list_of(one_of(&ADDRESSES))).prop_map(|(operator, right)| format!("t.ip {operator} {right}")),
        (prop::sample::select(["=", "!="].as_slice()), one_of(&NETWORKS))
            .prop_map(|(operator, right)| format!("t.net {operator} {right}")),
        (sets(), list_of(one_of(&NETWORKS))).prop_map(|(operator, right)| format!("t.net {operator} {right}")),
        (sets(), list_of(one_of(&TEXTS))).prop_map(|(operator, right)| format!("t.ls {operator} {right}")),
        (sets(), list_of(number())).prop_map(|(operator, right)| format!("t.ln {operator} {right}")),
        (sets(), list_of(one_of(&ADDRESSES))).prop_map(|(operator, right)| format!("t.lip {operator} {right}")),
        sets().prop_map(|operator| format!("t.ls {operator} val(t.ls)")),
        prop::sample::select(FIELDS.as_slice()).prop_map(|field| format!("{field} exists")),
    ]
}

fn condition() -> impl Strategy<Value = String> {
    check().prop_recursive(3, 12, 3, |inner| {
        let joined = (prop::sample::select([" and ", " or "].as_slice()), prop::collection::vec(inner.clone(), 2..4));
        prop_oneof![
            joined.prop_map(|(word, members)| format!("({})", members.join(word))),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

fn event() -> impl Strategy<Value = Json> {
    let text = || prop::option::of(prop::sample::select(TEXTS.as_slice()));
    let number = || prop::sample::select(NUMBERS.as_slice());
    let address = || prop::sample::select(ADDRESSES.as_slice());
    let texts = prop::option::of(prop::collection::vec(prop::sample::select(TEXTS.as_slice()), 0..4));
    let numbers = prop::option::of(prop::collection::vec(number(), 0..4));
    let addresses = prop::option::of(prop::collection::vec(address(), 0..4));
    let single =
        (text(), text(), prop::option::of(number()), any::<Option<bool>>(), prop::option::of(address()), text());
    (single, texts, numbers, addresses).prop_map(|((s, s2, n, b, ip, key), ls, ln, lip)| {
        json!({"s": s, "s2": s2, "n": n, "b": b, "ip": ip, "ls": ls, "ln": ln, "lip": lip, "k": {"a": key}})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn evaluation_equals_the_naive_one(text in condition(), events in prop::collection::vec(event(), 1..6)) {
        let expr = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let schema = probe::schema();
        let mut compiler = Compiler::new(&schema);
        let checked = compiler.compile(&expr).map_err(|error| TestCaseError::fail(format!("{text}: {error}")))?;
        let operands = compiler.finish();
        let lines: Vec<_> = events.iter().map(Json::to_string).collect();
        let probes = probe::Probe::read_all(&lines.join("\n")).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let field = schema.field_id("t.s").expect("it is one");
        for (probe, event) in probes.iter().zip(&events) {
            let matches = checked.condition.matches(&mut EventValues::new(&operands, probe));
            prop_assert_eq!(matches, evaluate(&expr, event), "{} of {}", text, event);
            // What a condition requires of a field holds wherever it is true.
            if let (true, Some(required)) = (matches, checked.condition.required_values(&operands, field)) {
                prop_assert!(event["s"].as_str().is_some_and(|text| required.contains(text)), "{} of {}", text, event);
            }
            // And what is left of it where the field is known comes to the same.
            if let Some(known) = event["s"].as_str() {
                let left = match checked.condition.assuming(&operands, field, known) {
                    AssumedCondition::Always => true,
                    AssumedCondition::Never => false,
                    AssumedCondition::If(left) => left.matches(&mut EventValues::new(&operands, probe)),
                };
                prop_assert_eq!(left, matches, "{} of {}", text, event);
            }
        }
    }
}
