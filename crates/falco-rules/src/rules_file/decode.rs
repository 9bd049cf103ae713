//! Takes typed values out of YAML mappings, and says what is wrong where that fails.

use std::collections::BTreeSet;

use super::node::{FromScalar, Node};
use super::text::Text;
use crate::diagnostic::{Code, Diagnostic, FileSpan, ItemKind, Trail};

/// What a reading function returns: a problem ends the reading of the file, as in Falco.
pub(crate) type Reading<T> = Result<T, Box<Diagnostic>>;

/// A problem with the shape of the YAML.
pub(crate) fn misshapen(message: impl Into<String>, trail: &Trail) -> Diagnostic {
    Diagnostic::new(Code::YamlValidate, message, trail.clone())
}

/// The value of a key that must be there.
pub(crate) fn required<T: FromScalar>(item: &Node, key: &str, trail: &Trail) -> Reading<T> {
    match item.get(key) {
        Some(value) => decode(value, key, trail),
        None => Err(missing_key(item, key, trail).into()),
    }
}

/// The value of a key that may be there.
pub(crate) fn optional<T: FromScalar>(item: &Node, key: &str, trail: &Trail) -> Reading<Option<T>> {
    item.get(key).map(|value| decode(value, key, trail)).transpose()
}

/// The value of a key that must be there, with its place in the file.
pub(crate) fn required_text(item: &Node, key: &str, trail: &Trail) -> Reading<Text> {
    let text = required(item, key, trail)?;
    let bytes = item.get(key).map_or(0..0, |value| value.span.clone());
    Ok(Text::new(text, FileSpan { file: trail.span().file, bytes }))
}

pub(crate) fn missing_key(item: &Node, key: &str, trail: &Trail) -> Diagnostic {
    let known = item.entries().iter().filter_map(|(name, _)| name.scalar());
    let meant =
        crate::nearest::nearest(key, known).map(|near| format!("there is a key `{near}`; did you mean `{key}`?"));
    misshapen(format!("Item has no mapping for key '{key}'"), trail).help_if(meant)
}

fn decode<T: FromScalar>(value: &Node, key: &str, trail: &Trail) -> Reading<T> {
    if value.is_null() {
        let problem = misshapen(format!("Mapping for key '{key}' is empty"), trail);
        return Err(problem.help(format!("expected {}", T::EXPECTED)).at(place(value, trail)).into());
    }
    let trail = trail.step(ItemKind::ValueFor, key, &value.span);
    let wrong = |message: &str| misshapen(message, &trail).help(format!("expected {}", T::EXPECTED));
    let text = value.scalar().ok_or_else(|| wrong("Value is not a scalar value"))?;
    if text.is_empty() {
        return Err(wrong("Value must be non-empty").into());
    }
    T::from_scalar(text).ok_or_else(|| wrong("Can't decode YAML scalar value").into())
}

/// The texts of a sequence.
pub(crate) fn texts<C: FromIterator<String>>(value: &Node, key: &str, trail: &Trail) -> Reading<C> {
    let trail = trail.step(ItemKind::ValueFor, key, &value.span);
    let elements = value.sequence().ok_or_else(|| {
        misshapen("Value is not a sequence", &trail).help(format!("expected a list: `{key}: [a, b]`"))
    })?;
    elements
        .iter()
        .map(|element| {
            let trail = trail.step(ItemKind::ListItem, "", &element.span);
            element.scalar().map(str::to_owned).ok_or_else(|| misshapen("sequence value is not scalar", &trail).into())
        })
        .collect()
}

/// `tags`, each once.
pub(crate) fn tags(item: &Node, trail: &Trail) -> Reading<Option<BTreeSet<String>>> {
    item.get("tags").map(|value| texts(value, "tags", trail)).transpose()
}

pub(crate) fn place(value: &Node, trail: &Trail) -> crate::diagnostic::Place {
    crate::diagnostic::Place::File(FileSpan { file: trail.span().file, bytes: value.span.clone() })
}
