//! A field as a tracker's key or value: found by its name, read for event after event.

use std::hash::Hasher;

use audit_event::{AuditEvent, Field, FieldArgument, FieldValue, field};
use falco_rules::{ExprKind, OperandKind};
use siphasher::sip128::SipHasher13;

/// A field with its argument, such as `gitlab.details[ref]`.
#[derive(Debug, Clone)]
pub(crate) struct FieldReference {
    field: &'static Field,
    argument: Option<String>,
}

impl PartialEq for FieldReference {
    fn eq(&self, other: &Self) -> bool {
        (self.field.name, &self.argument) == (other.field.name, &other.argument)
    }
}

impl FieldReference {
    /// The field that `text` means, written as in rules.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        let parsed = falco_rules::parse(&format!("{text} exists")).ok();
        let name = parsed.and_then(|expr| match expr.kind {
            ExprKind::Exists(operand) => match operand.kind {
                OperandKind::Field(name) => Some(name),
                _ => None,
            },
            _ => None,
        });
        let Some(name) = name else { return Err(format!("`{}` is not a field", text.escape_debug())) };
        let Some(field) = field(&name.name) else { return Err(format!("unknown field `{}`", name.name)) };
        if is_found_by_trackers(field) {
            return Err(format!("`{}` is found by trackers, so no tracker can look at it", name.name));
        }
        match (field.argument, &name.argument) {
            (FieldArgument::None, Some(_)) => Err(format!("`{}` takes no argument", name.name)),
            (FieldArgument::RequiredKey, None) => Err(format!("`{}` needs an argument in brackets", name.name)),
            _ => Ok(Self { field, argument: name.argument }),
        }
    }

    fn value<'a>(&self, event: &AuditEvent<'a>) -> Option<FieldValue<'a>> {
        self.field.extract(event, self.argument.as_deref())
    }

    /// Feeds the value to a hasher, as text and not by type, so that an id is the same key whichever field it comes from.
    /// None where there is no value.
    pub(crate) fn feed(&self, event: &AuditEvent<'_>, hasher: &mut SipHasher13) -> Option<()> {
        match self.value(event)? {
            FieldValue::Text(text) => hasher.write(text.as_bytes()),
            FieldValue::TextList(texts) => texts.iter().for_each(|text| {
                hasher.write(text.as_bytes());
                hasher.write_u8(0xff);
            }),
            FieldValue::Number(number) | FieldValue::Time(number) | FieldValue::Duration(number) => {
                hasher.write(number.to_string().as_bytes());
            }
            FieldValue::Bool(truth) => hasher.write(truth.to_string().as_bytes()),
            FieldValue::Address(address) | FieldValue::Network(address) => match address {
                std::net::IpAddr::V4(address) => hasher.write(&address.octets()),
                std::net::IpAddr::V6(address) => hasher.write(&address.octets()),
            },
        }
        Some(())
    }

    /// The value as text.
    pub(crate) fn text(&self, event: &AuditEvent<'_>) -> Option<String> {
        Some(match self.value(event)? {
            FieldValue::Text(text) => text.into_owned(),
            FieldValue::TextList(texts) => texts.join(","),
            FieldValue::Number(number) | FieldValue::Time(number) | FieldValue::Duration(number) => number.to_string(),
            FieldValue::Bool(truth) => truth.to_string(),
            FieldValue::Address(address) | FieldValue::Network(address) => address.to_string(),
        })
    }
}

/// Whether the field's value comes from trackers.
pub(crate) fn is_found_by_trackers(field: &Field) -> bool {
    field.argument == FieldArgument::Tracker || field.name.starts_with("gitlab.travel.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_as_in_rules() {
        assert!(FieldReference::new("gitlab.author_id").is_ok());
        assert!(FieldReference::new("gitlab.details[push_access_levels]").is_ok());
        for (mistake, problem) in [
            ("gitlab.autor_id", "unknown field"),
            ("gitlab.author_id or gitlab.x", "is not a field"),
            ("", "is not a field"),
            ("gitlab.details", "needs an argument"),
            ("gitlab.author_id[x]", "takes no argument"),
            ("gitlab.count[x]", "is found by trackers"),
            ("gitlab.travel.speed_kmh", "is found by trackers"),
        ] {
            let error = FieldReference::new(mistake).unwrap_err();
            assert!(error.contains(problem), "{mistake}: {error}");
        }
    }
}
