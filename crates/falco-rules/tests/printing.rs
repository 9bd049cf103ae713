//! Printing a condition and reading it back gives the same condition.

use falco_rules::{
    Comparison, Expr, ExprKind, FieldName, Literal, Modifier, Operand, OperandKind, Operator, Right, Span, Transformer,
    parse,
};
use proptest::prelude::*;

fn expr_of(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn operand_of(kind: OperandKind) -> Operand {
    Operand { kind, span: Span::default() }
}

fn literal(text: String) -> Literal {
    Literal { text, span: Span::default() }
}

/// Any text but the zero byte, which Falco's strings cannot hold; often with characters that matter to the lexer.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[^\0]{0,12}", r#"[ab \\"'\n\t(),=\[\]%-]{0,8}"#, "[a-z0-9./*-]{1,8}", "(val|tolower|anyof|not|in)"]
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z][a-zA-Z0-9_]{0,5}".prop_filter("`not` is no name", |name| name != "not")
}

fn field() -> impl Strategy<Value = Operand> {
    let argument = prop::option::of(text());
    ("[a-z][a-z0-9_]{0,3}(\\.[a-z][a-z0-9_]{0,3}){1,2}", argument)
        .prop_map(|(name, argument)| operand_of(OperandKind::Field(FieldName { name, argument })))
}

fn transformer() -> impl Strategy<Value = Transformer> {
    prop::sample::select(&Transformer::ALL[1..])
}

fn transform() -> impl Strategy<Value = Operand> {
    let leaf = prop_oneof![field(), text().prop_map(|text| operand_of(OperandKind::Text(text)))];
    let argument = leaf.prop_recursive(3, 8, 3, |inner| {
        let arguments = prop::collection::vec(inner.clone(), 1..3);
        let transform =
            (transformer(), arguments, prop::option::of(text())).prop_map(|(transformer, arguments, selector)| {
                operand_of(OperandKind::Transform { transformer, arguments, selector })
            });
        prop_oneof![inner, transform]
    });
    let list = prop::collection::vec(argument.clone(), 0..3).prop_map(|members| operand_of(OperandKind::List(members)));
    (transformer(), prop::collection::vec(prop_oneof![3 => argument, 1 => list], 1..3), prop::option::of(text()))
        .prop_map(|(transformer, arguments, selector)| {
            operand_of(OperandKind::Transform { transformer, arguments, selector })
        })
}

fn right_operand() -> impl Strategy<Value = Right> {
    let val = field().prop_map(|field| {
        operand_of(OperandKind::Transform { transformer: Transformer::Val, arguments: vec![field], selector: None })
    });
    prop_oneof![val, transform()].prop_map(Right::Operand)
}

fn list() -> impl Strategy<Value = Right> {
    prop::collection::vec(text().prop_map(literal), 0..4).prop_map(Right::List)
}

fn comparison() -> impl Strategy<Value = (Operator, Option<Modifier>, Right)> {
    let of_numbers = prop::sample::select(&Operator::ALL[..4]);
    let of_text = prop::sample::select(&Operator::ALL[4..15]);
    let of_lists = prop::sample::select(&Operator::ALL[15..]);
    let number = "(0[xX][0-9a-f]{1,4}|[+-]?[0-9]{1,4}(\\.[0-9]{0,2})?([eE][+-][0-9])?)";
    let modified = (of_text.clone(), prop::sample::select(Modifier::ALL.as_slice()), list());
    prop_oneof![
        (of_numbers.clone(), number).prop_map(|(operator, text)| (operator, None, Right::Value(literal(text)))),
        (of_numbers, right_operand()).prop_map(|(operator, right)| (operator, None, right)),
        (of_text.clone(), text()).prop_map(|(operator, text)| (operator, None, Right::Value(literal(text)))),
        (of_text, right_operand()).prop_map(|(operator, right)| (operator, None, right)),
        modified.prop_map(|(operator, modifier, list)| (operator, Some(modifier), list)),
        (of_lists.clone(), name()).prop_map(|(operator, name)| (operator, None, Right::Value(literal(name)))),
        (of_lists.clone(), right_operand()).prop_map(|(operator, right)| (operator, None, right)),
        (of_lists, list()).prop_map(|(operator, list)| (operator, None, list)),
    ]
}

fn condition() -> impl Strategy<Value = Expr> {
    let left = || prop_oneof![field(), transform()];
    let check = prop_oneof![
        name().prop_map(|name| expr_of(ExprKind::Macro { name, body: None })),
        left().prop_map(|operand| expr_of(ExprKind::Exists(Box::new(operand)))),
        (left(), comparison()).prop_map(|(left, (operator, modifier, right))| {
            expr_of(ExprKind::Compare(Box::new(Comparison { left, operator, modifier, right })))
        }),
    ];
    check.prop_recursive(4, 24, 3, |inner| {
        let members = || prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            members().prop_map(|members| expr_of(ExprKind::And(members))),
            members().prop_map(|members| expr_of(ExprKind::Or(members))),
            inner.prop_map(|inner| expr_of(ExprKind::Not(Box::new(inner)))),
        ]
    })
}

/// The same without the places in the text.
fn placeless(mut expr: Expr) -> Expr {
    fn in_expr(expr: &mut Expr) {
        expr.span = Span::default();
        match &mut expr.kind {
            ExprKind::And(members) | ExprKind::Or(members) => members.iter_mut().for_each(in_expr),
            ExprKind::Not(inner) => in_expr(inner),
            ExprKind::Macro { .. } => {}
            ExprKind::Exists(operand) => in_operand(operand),
            ExprKind::Compare(comparison) => {
                in_operand(&mut comparison.left);
                match &mut comparison.right {
                    Right::Value(value) => value.span = Span::default(),
                    Right::List(values) => values.iter_mut().for_each(|value| value.span = Span::default()),
                    Right::Operand(operand) => in_operand(operand),
                }
            }
        }
    }
    fn in_operand(operand: &mut Operand) {
        operand.span = Span::default();
        match &mut operand.kind {
            OperandKind::List(members) | OperandKind::Transform { arguments: members, .. } => {
                members.iter_mut().for_each(in_operand);
            }
            OperandKind::Field(_) | OperandKind::Text(_) => {}
        }
    }
    in_expr(&mut expr);
    expr
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_printed_condition_reads_back_as_it_was(condition in condition()) {
        let printed = condition.to_string();
        let again = parse(&printed).map_err(|error| TestCaseError::fail(format!("{printed}: {error} {:?}", error.span)))?;
        prop_assert_eq!(placeless(again), condition, "{}", printed);
    }

    #[test]
    fn spans_cut_out_what_they_name(condition in condition()) {
        let printed = condition.to_string();
        let again = parse(&printed).map_err(|error| TestCaseError::fail(error.to_string()))?;
        prop_assert_eq!(&printed[again.span.range()], printed.as_str());
    }
}
