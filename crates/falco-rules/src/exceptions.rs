//! Exceptions of rules: what shapes they may have, and the condition they stand for.
//!
//! Falco writes an exception out as text behind the rule's condition, and so do we: what a value with a quote or a blank
//! in it becomes is part of the language.

use crate::condition::quoted;
use crate::diagnostic::{Code, Diagnostic};
use crate::nearest::nearest;
use crate::rules_file::{Entry, ExceptionItem, Reading, Sources};
use crate::{Modifier, Operator};

/// The operator that needs no value.
const EXISTS: &str = "exists";

/// An operator as an exception writes it.
fn operator(text: &str) -> Option<(Operator, Option<Modifier>)> {
    let mut words = text.split_ascii_whitespace();
    let name = words.next().map(|name| if name == "==" { "=" } else { name })?;
    let operator = Operator::ALL.into_iter().find(|operator| operator.name() == name)?;
    let Some(word) = words.next() else { return Some((operator, None)) };
    let modifier = Modifier::ALL.into_iter().find(|modifier| modifier.name() == word)?;
    (is_of_text(operator) && words.next().is_none()).then_some((operator, Some(modifier)))
}

/// Can the operator have a list modifier?
fn is_of_text(operator: Operator) -> bool {
    use Operator::{Greater, GreaterOrEqual, In, Intersects, Less, LessOrEqual, PMatch};
    !matches!(operator, Less | LessOrEqual | Greater | GreaterOrEqual | In | Intersects | PMatch)
}

fn takes_list(text: &str) -> bool {
    match operator(text) {
        Some((_, Some(_))) => true,
        Some((operator, None)) => matches!(operator, Operator::In | Operator::Intersects | Operator::PMatch),
        None => false,
    }
}

/// Checks fields against operators, and fills in the operators that are not said: `=` for each field, `in` for a single one.
pub(crate) fn check_exception(exception: &mut ExceptionItem, source: &str, sources: &Sources<'_>) -> Reading<()> {
    match (&exception.fields, exception.comps.is_missing()) {
        (Entry::Many(fields), true) => exception.comps = Entry::Many(vec![Entry::One("=".to_owned()); fields.len()]),
        (Entry::One(_), true) => exception.comps = Entry::One("in".to_owned()),
        _ => {}
    }
    trim(&mut exception.comps);
    let invalid = |message: String| Diagnostic::new(Code::Validate, message, exception.trail.clone());
    let fields: Vec<&str> = match (&exception.fields, &exception.comps) {
        (Entry::Many(fields), comps) => {
            if fields.len() != comps.elements().len() {
                return Err(invalid("Fields and comps lists must have equal length".to_owned()).into());
            }
            for text in comps.elements().iter().map(Entry::text) {
                if text != EXISTS && operator(text).is_none() {
                    let problem = invalid(format!("'{text}' is not a supported comparison operator"));
                    let near = nearest(text, Operator::ALL.iter().map(|operator| operator.name()));
                    return Err(problem.help_if(near.map(|near| format!("did you mean `{near}`?"))).into());
                }
            }
            fields.iter().map(Entry::text).collect()
        }
        (Entry::One(_), Entry::Many(_)) => {
            return Err(invalid("Fields and comps must both be strings".to_owned()).into());
        }
        (Entry::One(field), Entry::One(operator)) => {
            if !takes_list(operator) {
                let message = "When fields is a single value, comps must be one of (in, pmatch, intersects) or a \
                               modifier operator (e.g. startswith oneof)";
                let help = "to compare with another operator, write lists: `fields: [f]`, `comps: [contains]`, \
                            `values: [[v]]`";
                return Err(invalid(message.to_owned()).help(help).into());
            }
            vec![field]
        }
    };
    for field in fields {
        if let Err(near) = sources.check_field(source, field) {
            let problem = invalid(format!("'{field}' is not a supported filter field"));
            return Err(problem.help_if(near.map(|near| format!("did you mean `{near}`?"))).into());
        }
    }
    Ok(())
}

fn trim(comps: &mut Entry) {
    match comps {
        Entry::One(operator) => {
            let trimmed = operator.trim_matches([' ', '\t', '\r', '\n']);
            if trimmed.len() < operator.len() {
                *operator = trimmed.to_owned();
            }
        }
        Entry::Many(operators) => operators.iter_mut().filter(|entry| matches!(entry, Entry::One(_))).for_each(trim),
    }
}

/// What exceptions add behind a rule's condition, which stands in parentheses then.
pub(crate) fn exceptions_text(exceptions: &[ExceptionItem]) -> Reading<String> {
    let mut text = String::new();
    for exception in exceptions {
        let condition = match &exception.fields {
            Entry::One(field) => single_field(exception, field)?,
            Entry::Many(fields) => several_fields(exception, fields)?,
        };
        if let Some(condition) = condition {
            text.push_str(" and not ");
            text.push_str(&condition);
        }
    }
    Ok(text)
}

/// `(field in (a, b))`
fn single_field(exception: &ExceptionItem, field: &str) -> Reading<Option<String>> {
    if exception.values.iter().any(|value| matches!(value, Entry::Many(_))) {
        let message = "Expected values array to contain a list of strings";
        let problem = Diagnostic::new(Code::Validate, message, exception.trail.clone());
        return Err(problem.help("with a single field, the values are single: `values: [a, b]`").into());
    }
    if exception.values.is_empty() {
        return Ok(None);
    }
    let values: Vec<_> = exception.values.iter().map(|value| quoted(value.text())).collect();
    Ok(Some(format!("({field} {} ({}))", exception.comps.text(), values.join(", "))))
}

/// `(( a = 1 and  b in (2, 3)) or ( …))`, blanks as in Falco
fn several_fields(exception: &ExceptionItem, fields: &[Entry]) -> Reading<Option<String>> {
    let mut alternatives = Vec::new();
    for values in &exception.values {
        let values = values.elements();
        if values.len() != fields.len() {
            let message = "Fields and values lists must have equal length";
            let problem = Diagnostic::new(Code::Validate, message, exception.trail.clone());
            let help = format!("each of the values is a list of {}, one for each field", fields.len());
            return Err(problem.help(help).into());
        }
        let comparisons: Vec<_> = fields
            .iter()
            .zip(values)
            .enumerate()
            .map(|(index, (field, value))| {
                // Operators are missing only where `override: {exceptions: replace}` left them out.
                let operator = exception.comps.elements().get(index).map_or("=", Entry::text);
                format!(" {} {operator} {}", field.text(), value_text(value, operator))
            })
            .collect();
        alternatives.push(format!("({})", comparisons.join(" and ")));
    }
    Ok((!alternatives.is_empty()).then(|| format!("({})", alternatives.join(" or "))))
}

fn value_text(value: &Entry, operator: &str) -> String {
    match value {
        Entry::Many(values) => {
            let values: Vec<_> = values.iter().map(|value| quoted(value.text())).collect();
            format!("({})", values.join(", "))
        }
        Entry::One(text) if !takes_list(operator) => quoted(text).into_owned(),
        Entry::One(text) if text.starts_with('(') => text.clone(),
        Entry::One(text) => format!("({text})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{FileId, Trail};

    fn one(text: &str) -> Entry {
        Entry::One(text.to_owned())
    }

    fn many(texts: &[&str]) -> Entry {
        Entry::Many(texts.iter().copied().map(one).collect())
    }

    fn exception(fields: Entry, comps: Entry, values: Vec<Entry>) -> ExceptionItem {
        ExceptionItem { name: "e".to_owned(), fields, comps, values, trail: Trail::file(FileId(0)) }
    }

    #[test]
    fn a_single_field_is_compared_with_all_values() {
        let exception = exception(one("f"), one("in"), vec![one("a"), one("b c"), one("'d e'")]);
        assert_eq!(exceptions_text(&[exception]).unwrap(), " and not (f in (a, \"b c\", 'd e'))");
    }

    #[test]
    fn several_fields_make_a_conjunction_for_each_tuple() {
        let tuple = Entry::Many(vec![many(&["a", "x y"]), one("5")]);
        let exception = exception(many(&["f", "g"]), many(&["in", ">="]), vec![tuple.clone(), tuple]);
        let expected = " and not (( f in (a, \"x y\") and  g >= 5) or ( f in (a, \"x y\") and  g >= 5))";
        assert_eq!(exceptions_text(&[exception]).unwrap(), expected);
    }

    #[test]
    fn a_list_name_goes_into_parentheses() {
        let exception = exception(many(&["f", "g"]), many(&["startswith oneof", "="]), vec![many(&["L", "a b"])]);
        assert_eq!(exceptions_text(&[exception]).unwrap(), " and not (( f startswith oneof (L) and  g = \"a b\"))");
    }

    #[test]
    fn an_exception_without_values_adds_nothing() {
        let none = exception(many(&["f"]), many(&["="]), vec![]);
        assert_eq!(exceptions_text(&[none, exception(one("f"), one("in"), vec![])]).unwrap(), "");
    }

    #[test]
    fn operators_know_whether_they_take_a_list() {
        for operator in ["in", "pmatch", "intersects", "startswith oneof", "= anyof", "regex allof"] {
            assert!(takes_list(operator), "{operator}");
        }
        for operator in ["", "=", "startswith", "in oneof", ">= oneof", "exists anyof", "startswith noneof", "oneof"] {
            assert!(!takes_list(operator), "{operator}");
        }
    }
}
