//! A field as a tracker's key or value: found by its name, read and hashed for event after event.

use std::hash::Hasher;

use audit_event::{AuditEvent, Field, FieldArgument, FieldValue, field};
use falco_rules::{ExprKind, OperandKind};
use siphasher::sip128::{Hasher128, SipHasher13};

/// A field with its argument, such as `gitlab.details[ref]`.
#[derive(Debug, Clone)]
pub(crate) struct FieldReference {
    field: &'static Field,
    argument: Option<String>,
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

    /// A hash of the value; none where there is no value.
    pub(crate) fn hash(&self, event: &AuditEvent<'_>) -> Option<u64> {
        let mut hasher = hasher();
        feed(&mut hasher, &self.value(event)?);
        Some(hasher.finish())
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

/// A hash of the values of all `fields`, of 128 bits so that no two keys are ever taken for one; none where one of them has
/// no value. Ids are only unique within one GitLab, so the instance is part of every key.
pub(crate) fn key(fields: &[FieldReference], event: &AuditEvent<'_>) -> Option<u128> {
    let mut hasher = hasher();
    if let Some(instance) = event.instance() {
        hasher.write(instance.as_bytes());
    }
    for field in fields {
        // Keeps `a` and `bc` apart from `ab` and `c`.
        hasher.write_u8(0xff);
        feed(&mut hasher, &field.value(event)?);
    }
    Some(hasher.finish128().as_u128())
}

/// Which event it is, by the id that its sender gave it.
pub(crate) fn event_id(event: &AuditEvent<'_>) -> u32 {
    let mut hasher = hasher();
    match event.id() {
        Some(id) => hasher.write(id.as_bytes()),
        None => hasher.write(event.json().as_bytes()),
    }
    // The lower half is as good as any.
    u32::try_from(hasher.finish() & u64::from(u32::MAX)).unwrap_or_default()
}

/// Always with the same key: a snapshot must be of use after a restart, and a replay must give the same estimates.
fn hasher() -> SipHasher13 {
    SipHasher13::new()
}

/// As text and not by type, so that an id is the same key whichever field it comes from.
fn feed(hasher: &mut SipHasher13, value: &FieldValue<'_>) {
    match value {
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
}

#[cfg(test)]
mod tests {
    use audit_event::{Addition, EventIndex, Origin};

    use super::*;

    fn key_of(fields: &[&str], json: &str, instance: Option<&str>) -> Option<u128> {
        let fields: Vec<_> = fields.iter().map(|field| FieldReference::new(field).unwrap()).collect();
        let addition = Addition { instance, ..Addition::new(0, Origin::File) };
        let mut index = EventIndex::default();
        key(&fields, &index.parse_received(json).unwrap().with(&addition))
    }

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

    #[test]
    fn a_key_is_the_same_for_the_same_values_only() {
        let fields = ["gitlab.author_id", "gitlab.entity_path"];
        let one = key_of(&fields, r#"{"author_id":7,"entity_path":"a"}"#, None);
        assert_eq!(one, key_of(&fields, r#"{"id":3,"entity_path":"a","author_id":"7"}"#, None));
        assert_ne!(one, key_of(&fields, r#"{"author_id":7,"entity_path":"b"}"#, None));
        assert_ne!(
            key_of(&fields, r#"{"author_id":"7a","entity_path":"b"}"#, None),
            key_of(&fields, r#"{"author_id":"7","entity_path":"ab"}"#, None)
        );
        assert_eq!(key_of(&fields, r#"{"author_id":7}"#, None), None);
    }

    #[test]
    fn the_same_id_of_another_gitlab_is_another_key() {
        let key = |instance| key_of(&["gitlab.author_id"], r#"{"author_id":7}"#, instance);
        assert_ne!(key(Some("eu")), key(Some("us")));
        assert_ne!(key(Some("eu")), key(None));
    }

    #[test]
    fn an_id_is_the_same_key_whichever_field_it_comes_from() {
        let author = key_of(&["gitlab.author_id"], r#"{"author_id":7}"#, None);
        assert_eq!(author, key_of(&["gitlab.target_id"], r#"{"target_id":"7"}"#, None));
    }
}
