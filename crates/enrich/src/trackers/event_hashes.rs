//! Hashes of one event's fields, each found when it is first needed and kept for all trackers.

use std::hash::Hasher;

use audit_event::AuditEvent;
use siphasher::sip128::{Hasher128, SipHasher13};

use super::field_reference::FieldReference;

/// The fields that trackers use as keys and values, and the keys, each once.
#[derive(Debug, Default)]
pub(crate) struct HashedFields {
    fields: Vec<FieldReference>,
    keys: Vec<Vec<HashedField>>,
}

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashedField(usize);

/// A list of them whose values together are a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashedKey(usize);

/// What is known of them for one event. Kept from event to event for its memory, of which most is not even cleared.
#[derive(Debug, Default)]
pub(crate) struct HashBuffer {
    /// Counts the events.
    event: u64,
    fields: Vec<Found>,
    keys: Vec<Found>,
}

/// A hash, or that there is no value.
#[derive(Debug, Clone, Copy, Default)]
struct Found {
    /// Of which event; of another one it means nothing.
    event: u64,
    hash: Option<u128>,
}

/// The hashes of one event.
pub(crate) struct EventHashes<'v, 'e> {
    fields: &'v HashedFields,
    event: AuditEvent<'e>,
    found: &'v mut HashBuffer,
}

impl HashedFields {
    /// The field, which is remembered.
    pub(crate) fn add(&mut self, field: FieldReference) -> HashedField {
        HashedField(place_of(field, &mut self.fields))
    }

    /// The key that the fields of these names are together.
    pub(crate) fn add_key(&mut self, names: &[String]) -> Result<HashedKey, String> {
        let fields: Result<Vec<_>, String> =
            names.iter().map(|name| Ok(self.add(FieldReference::new(name)?))).collect();
        Ok(HashedKey(place_of(fields?, &mut self.keys)))
    }
}

fn place_of<T: PartialEq>(wanted: T, all: &mut Vec<T>) -> usize {
    all.iter().position(|known| *known == wanted).unwrap_or_else(|| {
        all.push(wanted);
        all.len() - 1
    })
}

impl<'v, 'e> EventHashes<'v, 'e> {
    pub(crate) fn new(fields: &'v HashedFields, event: AuditEvent<'e>, found: &'v mut HashBuffer) -> Self {
        found.event += 1;
        found.fields.resize(fields.fields.len(), Found::default());
        found.keys.resize(fields.keys.len(), Found::default());
        Self { fields, event, found }
    }

    /// A hash of the values of all fields of the key, of 128 bits so that no two keys are ever taken for one; none where one of them
    /// has no value. Ids are only unique within one GitLab, so the instance is part of every key.
    pub(crate) fn key(&mut self, key: HashedKey) -> Option<u128> {
        let HashedKey(place) = key;
        let found = self.found.keys[place];
        if found.event == self.found.event {
            return found.hash;
        }
        let hash = self.hash_of_all(&self.fields.keys[place]);
        self.found.keys[place] = Found { event: self.found.event, hash };
        hash
    }

    fn hash_of_all(&mut self, fields: &[HashedField]) -> Option<u128> {
        let mut hasher = hasher();
        for field in fields {
            hasher.write(&self.find(*field)?.to_le_bytes());
        }
        if let Some(instance) = self.event.instance() {
            hasher.write(instance.as_bytes());
        }
        Some(hasher.finish128().as_u128())
    }

    /// A hash of the field's value; none where there is no value.
    pub(crate) fn value(&mut self, field: HashedField) -> Option<u64> {
        // The lower half is as good as any.
        self.find(field).and_then(|hash| u64::try_from(hash & u128::from(u64::MAX)).ok())
    }

    fn find(&mut self, HashedField(place): HashedField) -> Option<u128> {
        let Self { fields, event, found } = self;
        let HashBuffer { event: number, fields: found, .. } = found;
        if found[place].event != *number {
            let mut hasher = hasher();
            let hash = fields.fields[place].feed(event, &mut hasher).map(|()| hasher.finish128().as_u128());
            found[place] = Found { event: *number, hash };
        }
        found[place].hash
    }
}

/// Which event it is, by the id that its sender gave it.
pub(crate) fn event_id(event: &AuditEvent<'_>) -> u32 {
    let mut hasher = hasher();
    match event.id() {
        Some(id) => hasher.write(id.as_bytes()),
        None => hasher.write(event.json().as_bytes()),
    }
    u32::try_from(hasher.finish() & u64::from(u32::MAX)).unwrap_or_default()
}

/// Always with the same key: a snapshot must be of use after a restart, and a replay must give the same estimates.
fn hasher() -> SipHasher13 {
    SipHasher13::new()
}

#[cfg(test)]
mod tests {
    use audit_event::{Addition, EventIndex, Origin};

    use super::*;

    fn key_of(fields: &[&str], json: &str, instance: Option<&str>) -> Option<u128> {
        let mut all = HashedFields::default();
        let names: Vec<_> = fields.iter().map(|&name| name.to_owned()).collect();
        let key = all.add_key(&names).unwrap();
        let addition = Addition { instance, ..Addition::new(0, Origin::File) };
        let mut index = EventIndex::default();
        let event = index.parse_received(json).unwrap().with(&addition);
        EventHashes::new(&all, event, &mut HashBuffer::default()).key(key)
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

    #[test]
    fn nothing_is_kept_of_the_event_before() {
        let mut all = HashedFields::default();
        let field = all.add(FieldReference::new("gitlab.author_id").unwrap());
        assert_eq!(field, all.add(FieldReference::new("gitlab.author_id").unwrap()));
        let (mut index, mut found) = (EventIndex::default(), HashBuffer::default());
        let mut value =
            |json: &str| EventHashes::new(&all, index.parse_received(json).unwrap(), &mut found).value(field);
        let seven = value(r#"{"author_id":7}"#);
        assert!(seven.is_some());
        assert_eq!(value("{}"), None);
        assert_ne!(value(r#"{"author_id":8}"#), seven);
    }
}
