//! Reads the exceptions of a rule: names, fields, operators and values, whose shapes are free.

use super::decode::{Reading, misshapen, missing_key, required};
use super::item::{Entry, ExceptionItem};
use super::node::{Node, NodeValue};
use crate::diagnostic::{Code, Diagnostic, ItemKind, Trail};

/// Must an exception say its fields? Not where it adds values to one defined before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldsAre {
    Required,
    Optional,
}

/// The exceptions of an item; none if the key is missing or empty.
pub(crate) fn exceptions(
    item: &Node,
    fields: FieldsAre,
    parent: &Trail,
    findings: &mut Vec<Diagnostic>,
) -> Reading<Vec<ExceptionItem>> {
    let mut exceptions: Vec<ExceptionItem> = Vec::new();
    let Some(value) = item.get("exceptions").filter(|value| !value.is_null()) else { return Ok(exceptions) };
    let trail = parent.step(ItemKind::Exceptions, "", &value.span);
    let elements = value.sequence().ok_or_else(|| {
        Box::new(
            misshapen("Rule exceptions must be a sequence", &trail)
                .help("expected `exceptions: [{name: …, fields: …, values: […]}]`"),
        )
    })?;
    for element in elements {
        let exception = exception(element, fields, &trail, parent, findings)?;
        if exceptions.iter().any(|earlier| earlier.name == exception.name) {
            let message = format!("Multiple definitions of exception '{}' in the same rule", exception.name);
            findings.push(Diagnostic::new(Code::ExceptionNameNotUnique, message, exception.trail.clone()));
        }
        exceptions.push(exception);
    }
    Ok(exceptions)
}

fn exception(
    element: &Node,
    fields_are: FieldsAre,
    outer: &Trail,
    rule: &Trail,
    findings: &mut Vec<Diagnostic>,
) -> Reading<ExceptionItem> {
    let unnamed = outer.step(ItemKind::Exception, "", &element.span);
    if !element.is_mapping() {
        return Err(misshapen("Rule exception must be a mapping", &unnamed).into());
    }
    let name: String = required(element, "name", &unnamed)?;
    let trail = rule.step(ItemKind::Exception, &name, &element.span);
    let fields = match element.get("fields") {
        Some(value) => entry(value, "fields", &trail)?,
        None if fields_are == FieldsAre::Optional => Entry::missing(),
        None => return Err(missing_key(element, "fields", &trail).into()),
    };
    let comps = match element.get("comps") {
        Some(value) => entry(value, "comps", &trail)?,
        None => Entry::missing(),
    };
    let mut values = Vec::new();
    if let Some(value) = element.get("values") {
        let trail = trail.step(ItemKind::ExceptionValues, "", &value.span);
        let elements = value.sequence().ok_or_else(|| misshapen("Rule exception values must be a sequence", &trail))?;
        for value in elements {
            values.push(entry(value, "", &trail.step(ItemKind::ExceptionValue, "", &value.span))?);
        }
    } else if fields_are == FieldsAre::Optional {
        let message = "Overriding/appending exception with no values";
        findings.push(Diagnostic::new(Code::AppendNoValues, message, trail.clone()));
    }
    Ok(ExceptionItem { name, fields, comps, values, trail })
}

/// One value or a list of them. Falco takes a null or a mapping for an empty text.
fn entry(value: &Node, key: &str, trail: &Trail) -> Reading<Entry> {
    let trail = trail.step(ItemKind::ValueFor, key, &value.span);
    match &value.value {
        NodeValue::Scalar(scalar) if scalar.text.is_empty() => Err(misshapen("Value must be non-empty", &trail).into()),
        NodeValue::Scalar(scalar) => Ok(Entry::One(scalar.text.to_string())),
        NodeValue::Sequence(elements) => {
            let entries: Reading<Vec<_>> = elements
                .iter()
                .map(|element| entry(element, "", &trail.step(ItemKind::Exception, "", &element.span)))
                .collect();
            Ok(Entry::Many(entries?))
        }
        NodeValue::Null | NodeValue::Mapping(_) => Ok(Entry::missing()),
    }
}
