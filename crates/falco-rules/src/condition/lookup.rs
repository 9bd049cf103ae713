//! A field by its name and argument as Falco finds it.

use crate::condition::error::ConditionErrorKind;
use crate::event::Argument;
use crate::schema::{FieldArgument, FieldRef, Schema};

/// The field that `name` or `name[argument]` means.
///
/// Falco puts name and argument together and takes them apart again, so a blank or a bracket in an argument is an error
/// even in quotes.
pub(crate) fn field(
    schema: &Schema,
    name: &str,
    argument: Option<&str>,
) -> Result<(FieldRef, Option<Argument>), ConditionErrorKind> {
    let unknown = || ConditionErrorKind::UnknownField { name: name.to_owned(), nearest: schema.nearest_field(name) };
    let problem = |problem| ConditionErrorKind::FieldArgument { field: name.to_owned(), problem };
    let Some(field) = schema.field(name) else {
        // Falco takes such a name for the longest field that it begins with, and misses the argument of that first.
        return Err(match schema.field_it_begins_with(name).map(|field| schema.shape(field).2) {
            Some(FieldArgument::RequiredKey | FieldArgument::RequiredIndex) if argument.is_none() => {
                problem("is no field; a field with a shorter name requires an argument in brackets")
            }
            _ => unknown(),
        });
    };
    let (.., takes) = schema.shape(field);
    let Some(argument) = argument.filter(|argument| !argument.is_empty()) else {
        return match takes {
            FieldArgument::RequiredKey => Err(problem("requires an argument: a key in brackets")),
            FieldArgument::RequiredIndex => Err(problem("requires an argument: an index in brackets")),
            _ => Ok((field, None)),
        };
    };
    if argument.contains(' ') && matches!(field, FieldRef::Plugin(_)) {
        return Err(problem("cannot have a blank in its argument, not even in quotes"));
    }
    // To Falco, these are names of fields that do not exist, which `skip-if-unknown-filter` lets pass.
    if argument.contains(']') || matches!(field, FieldRef::Generic(_)) {
        let name = format!("{name}[{argument}]");
        return Err(ConditionErrorKind::UnknownField { name, nearest: None });
    }
    match takes {
        FieldArgument::None => Err(problem("takes no argument")),
        FieldArgument::RequiredKey | FieldArgument::OptionalKey => {
            Ok((field, Some(Argument::Key(argument.to_owned()))))
        }
        FieldArgument::RequiredIndex | FieldArgument::OptionalIndex => {
            let digits = argument.bytes().all(|byte| byte.is_ascii_digit());
            let plain = digits && (argument.len() == 1 || !argument.starts_with('0'));
            match argument.parse() {
                Ok(index) if plain => Ok((field, Some(Argument::Index(index)))),
                _ => Err(problem("requires an index: a number without a leading zero")),
            }
        }
    }
}

/// Whether a text, such as `t.k[a]`, names a field.
pub(crate) fn names_field(schema: &Schema, text: &str) -> bool {
    let (name, argument) = match text.split_once('[') {
        Some((name, rest)) => match rest.strip_suffix(']') {
            Some(argument) => (name, Some(argument)),
            None => return false,
        },
        None => (text, None),
    };
    // Most texts are no fields, and for those it is not worth while to look for the nearest one.
    schema.field(name).is_some() && field(schema, name, argument).is_ok()
}
