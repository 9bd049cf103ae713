//! From a condition's tree to a program: types checked, literals read once, patterns prepared.

use std::collections::HashMap;
use std::sync::Arc;

use memchr::memmem;

use crate::condition::ast::{
    Comparison, Expr, ExprKind, Literal, Modifier, Operand, OperandKind, Operator, Right, Span, Transformer,
};
use crate::condition::check::{Check, Test, ValueTest};
use crate::condition::error::{ConditionError, ConditionErrorKind};
use crate::condition::glob::Glob;
use crate::condition::macros::MacroBody;
use crate::condition::memory::CaseRule;
use crate::condition::operand::{OperandId, OperandTable, Operands, Shape};
use crate::condition::paths::Paths;
use crate::condition::program::{CompiledCondition, Node};
use crate::condition::set::Set;
use crate::condition::text::TextTest;
use crate::condition::warning::{self, ConditionWarning, ConditionWarningKind};
use crate::condition::{literal, operators, re2};
use crate::schema::{FieldType, Schema};

/// The longest text a rule can compare with: Falco reads it into 256 bytes, a zero byte at the end included.
const MAX_TEXT_BYTES: usize = 255;

/// Compiles the conditions of one event source, so that a value they have in common is found once an event.
pub struct Compiler<'s> {
    table: OperandTable<'s>,
    warnings: Vec<ConditionWarning>,
    /// Macros compiled before, by the place of their bodies in memory.
    macros: HashMap<*const MacroBody, CompiledMacro>,
}

struct CompiledMacro {
    /// Kept so that its place in memory stays its own.
    _body: Arc<MacroBody>,
    node: Arc<Node>,
    warnings: Vec<ConditionWarningKind>,
}

/// A condition that can be evaluated, and what is questionable about it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The condition.
    pub condition: CompiledCondition,
    /// What is questionable about it.
    pub warnings: Vec<ConditionWarning>,
}

type Result<T> = std::result::Result<T, ConditionError>;

impl<'s> Compiler<'s> {
    /// A compiler for conditions over the fields of a schema.
    pub fn new(schema: &'s Schema) -> Self {
        Self { table: OperandTable::new(schema), warnings: Vec::new(), macros: HashMap::new() }
    }

    /// Compiles a condition whose macros are [in place](crate::Macros::resolve).
    ///
    /// # Errors
    /// The first check that Falco would not take. For one within a macro, the position is where the condition names it.
    pub fn compile(&mut self, condition: &Expr) -> Result<Compiled> {
        self.warnings.clear();
        let root = self.node(condition)?;
        Ok(Compiled { condition: CompiledCondition::new(root), warnings: std::mem::take(&mut self.warnings) })
    }

    /// Checks an operand, as in an output format.
    pub(crate) fn operand(&mut self, operand: &Operand) -> Result<OperandId> {
        self.table.add(operand)
    }

    /// The fields it compiles for.
    pub fn schema(&self) -> &'s Schema {
        self.table.schema()
    }

    /// What the compiled conditions need to be evaluated.
    pub fn finish(self) -> Operands {
        self.table.finish()
    }

    fn node(&mut self, expr: &Expr) -> Result<Node> {
        match &expr.kind {
            ExprKind::And(members) => {
                members.iter().map(|member| self.node(member)).collect::<Result<_>>().map(Node::And)
            }
            ExprKind::Or(members) => {
                members.iter().map(|member| self.node(member)).collect::<Result<_>>().map(Node::Or)
            }
            ExprKind::Not(inner) => Ok(Node::Not(Box::new(self.node(inner)?))),
            ExprKind::Macro { name, body: None } => {
                let kind = ConditionErrorKind::UndefinedMacro { name: name.clone(), nearest: None };
                Err(ConditionError::new(kind, expr.span))
            }
            ExprKind::Macro { body: Some(body), .. } => self.shared(body, expr.span).map(Node::Macro),
            ExprKind::Exists(operand) => {
                let operand = self.table.add(operand)?;
                Ok(Node::Check(Check { operand, test: Test::Exists }))
            }
            ExprKind::Compare(comparison) => self.comparison(comparison, expr.span).map(Node::Check),
        }
    }

    fn shared(&mut self, body: &Arc<MacroBody>, span: Span) -> Result<Arc<Node>> {
        let place = Arc::as_ptr(body);
        if !self.macros.contains_key(&place) {
            let outer = std::mem::take(&mut self.warnings);
            let node = self.node(body.expr());
            let warnings = std::mem::replace(&mut self.warnings, outer);
            let node = Arc::new(node.map_err(|error| ConditionError::new(error.kind, span))?);
            let warnings = warnings.into_iter().map(|warning| warning.kind).collect();
            self.macros.insert(place, CompiledMacro { _body: Arc::clone(body), node, warnings });
        }
        let known = &self.macros[&place];
        // Every condition that uses the macro is warned.
        self.warnings.extend(known.warnings.iter().map(|kind| ConditionWarning { kind: kind.clone(), span }));
        Ok(Arc::clone(&known.node))
    }

    fn comparison(&mut self, comparison: &Comparison, span: Span) -> Result<Check> {
        let Comparison { left, operator, modifier, right } = comparison;
        let operand = self.table.add(left)?;
        let shape = self.table.shape(operand);
        let allowed = operators::allowed(shape);
        if !allowed.contains(operator) {
            let names: Vec<_> = allowed.iter().map(|operator| operator.name()).collect();
            let kind = ConditionErrorKind::Operator {
                operator: *operator,
                operand: shape.describe(),
                allowed: format!("exists, {}", names.join(", ")),
            };
            return Err(ConditionError::new(kind, span));
        }
        let test = match right {
            Right::Operand(right) => self.with_operand(left, *operator, shape, right)?,
            Right::Value(value) => self.with_literals(*operator, *modifier, shape, std::slice::from_ref(value))?,
            Right::List(values) => self.with_literals(*operator, *modifier, shape, values)?,
        };
        Ok(Check { operand, test })
    }

    fn with_operand(&mut self, left: &Operand, operator: Operator, shape: Shape, right: &Operand) -> Result<Test> {
        let id = self.table.add(right)?;
        let refuse = |kind| Err(ConditionError::new(kind, right.span));
        if matches!(operator, Operator::PMatch | Operator::Regex) {
            return refuse(ConditionErrorKind::RightOperand { operator });
        }
        if shape.field_type == FieldType::IpNet {
            return refuse(ConditionErrorKind::NetworkOperand);
        }
        let other = self.table.shape(id);
        if shape != other {
            return refuse(ConditionErrorKind::TypeMismatch { left: shape.describe(), right: other.describe() });
        }
        if let (Some(transformer), true) = (innermost_of_many(left), right.is_val()) {
            let kind = ConditionWarningKind::CrashesFalco { transformer };
            self.warnings.push(ConditionWarning { kind, span: right.span });
        }
        Ok(Test::Operand(operator, id))
    }

    fn with_literals(
        &mut self,
        operator: Operator,
        modifier: Option<Modifier>,
        shape: Shape,
        values: &[Literal],
    ) -> Result<Test> {
        self.warn(operator, values);
        if shape.field_type == FieldType::String
            && let Some(value) = values.iter().find(|value| value.text.len() > MAX_TEXT_BYTES)
        {
            let kind = ConditionErrorKind::TextTooLong { limit: MAX_TEXT_BYTES };
            return Err(ConditionError::new(kind, value.span));
        }
        if shape.is_list {
            let set = set(shape.field_type, values)?;
            return Ok(if operator == Operator::In { Test::Every(set) } else { Test::Some(set) });
        }
        let test = match (operator, modifier) {
            (Operator::In | Operator::Intersects, _) => ValueTest::In(set(shape.field_type, values)?),
            (Operator::PMatch, _) => {
                let paths = Paths::new(values.iter().map(|value| value.text.as_str()));
                ValueTest::Text(TextTest::PMatch(Box::new(paths)))
            }
            // No value, no answer, whatever the modifier.
            (_, Some(_)) if values.is_empty() => ValueTest::Always(false),
            (Operator::Equal, Some(Modifier::AnyOf)) => match set(shape.field_type, values)? {
                // Falco looks an address up among networks here, and finds none.
                Set::Networks(_) => ValueTest::Always(false),
                set => ValueTest::In(set),
            },
            (Operator::NotEqual, Some(Modifier::AllOf)) => match set(shape.field_type, values)? {
                Set::Networks(_) => ValueTest::Always(true),
                set => ValueTest::NotIn(set),
            },
            (_, Some(modifier)) => {
                let tests = values.iter().map(|value| value_test(operator, shape.field_type, value));
                return Ok(Test::Combined(modifier, tests.collect::<Result<_>>()?));
            }
            (_, None) => match values {
                [value] => value_test(operator, shape.field_type, value)?,
                _ => ValueTest::Always(false),
            },
        };
        Ok(Test::One(test))
    }

    fn warn(&mut self, operator: Operator, values: &[Literal]) {
        for value in values {
            let mut push = |kind| self.warnings.push(ConditionWarning { kind, span: value.span });
            if operator == Operator::Regex && warning::is_plain_regex(&value.text) {
                push(ConditionWarningKind::PlainRegex { pattern: value.text.clone() });
            }
            if let Some(kind) = warning::of_literal(self.table.schema(), &value.text) {
                push(kind);
            }
        }
    }
}

/// `join` or `concat`, also within transformers of one value.
fn innermost_of_many(operand: &Operand) -> Option<Transformer> {
    match &operand.kind {
        OperandKind::Transform { transformer: transformer @ (Transformer::Join | Transformer::Concat), .. } => {
            Some(*transformer)
        }
        OperandKind::Transform { arguments, .. } => match arguments.as_slice() {
            [only] => innermost_of_many(only),
            _ => None,
        },
        _ => None,
    }
}

fn not_a(value: &Literal, expected: &'static str) -> ConditionError {
    ConditionError::new(ConditionErrorKind::Value { value: value.text.clone(), expected }, value.span)
}

const NUMBER: &str = "a whole number";
const TRUTH: &str = "true or false";
const ADDRESS: &str = "an IPv4 or IPv6 address";
const NETWORK: &str = "a network such as 10.0.0.0/8 or 2001:db8::/32";

fn read<T>(value: &Literal, read: fn(&str) -> Option<T>, expected: &'static str) -> Result<T> {
    read(&value.text).ok_or_else(|| not_a(value, expected))
}

fn set(field_type: FieldType, values: &[Literal]) -> Result<Set> {
    fn all<T>(values: &[Literal], of: fn(&str) -> Option<T>, expected: &'static str) -> Result<Vec<T>> {
        values.iter().map(|value| read(value, of, expected)).collect()
    }
    fn in_order<T: Ord>(mut values: Vec<T>) -> Box<[T]> {
        values.sort_unstable();
        values.dedup();
        values.into_boxed_slice()
    }
    Ok(match field_type {
        FieldType::String => Set::texts(values.iter().map(|value| value.text.as_str().into()).collect()),
        FieldType::Uint64 | FieldType::RelTime | FieldType::AbsTime => {
            Set::Numbers(in_order(all(values, literal::number, NUMBER)?))
        }
        FieldType::Bool => Set::Truths(in_order(all(values, literal::truth, TRUTH)?)),
        FieldType::IpAddr => Set::Addresses(in_order(all(values, literal::address, ADDRESS)?)),
        FieldType::IpNet => Set::Networks(all(values, literal::network, NETWORK)?.into_boxed_slice()),
    })
}

fn value_test(operator: Operator, field_type: FieldType, value: &Literal) -> Result<ValueTest> {
    Ok(match field_type {
        FieldType::String => ValueTest::Text(text_test(operator, value)?),
        FieldType::Uint64 | FieldType::RelTime | FieldType::AbsTime => {
            ValueTest::Number(operator, read(value, literal::number, NUMBER)?)
        }
        FieldType::Bool => ValueTest::Truth(operator, read(value, literal::truth, TRUTH)?),
        FieldType::IpAddr => ValueTest::Address(operator, read(value, literal::address, ADDRESS)?),
        FieldType::IpNet => {
            let network = read(value, literal::network, NETWORK)?;
            if operator == Operator::NotEqual {
                ValueTest::OutsideNetwork(network)
            } else {
                ValueTest::Network(network)
            }
        }
    })
}

fn text_test(operator: Operator, value: &Literal) -> Result<TextTest> {
    let text = value.text.as_bytes();
    Ok(match operator {
        Operator::Equal => TextTest::Equal(text.into()),
        Operator::NotEqual => TextTest::NotEqual(text.into()),
        Operator::Contains => TextTest::Contains(Box::new(memmem::Finder::new(text).into_owned())),
        Operator::IContains => TextTest::IContains(text.to_ascii_lowercase().into()),
        Operator::StartsWith => TextTest::StartsWith(text.into()),
        Operator::EndsWith => TextTest::EndsWith(text.into()),
        Operator::Glob => TextTest::Glob(Box::new(Glob::new(text, CaseRule::Exact))),
        Operator::IGlob => TextTest::Glob(Box::new(Glob::new(text, CaseRule::IgnoreAscii))),
        Operator::Regex => match re2::compile(&value.text) {
            Ok(regex) => TextTest::Regex(Box::new(regex)),
            Err(problem) => return Err(ConditionError::new(ConditionErrorKind::Regex { problem }, value.span)),
        },
        operator => TextTest::Ordered(operator, text.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::Compiler;
    use crate::condition::macros::Macros;
    use crate::condition::parser::parse;
    use crate::schema::Schema;

    #[test]
    fn each_condition_is_warned_of_what_its_macros_do() {
        let schema = Schema::new("a", "a", "1.0.0", Vec::new());
        let mut macros = Macros::default();
        macros.define("m", parse("evt.source = evt.pluginname").expect("valid")).expect("small");
        let mut compiler = Compiler::new(&schema);
        for text in ["m", "not m and evt.num = 1"] {
            let condition = macros.resolve(parse(text).expect("valid")).expect("defined");
            let warnings = compiler.compile(&condition).expect("valid").warnings;
            let warned: Vec<_> = warnings.iter().map(|warning| &text[warning.span.range()]).collect();
            assert_eq!(warned, ["m"]);
        }
    }
}
