//! By what an event that comes a second time is known.

use std::sync::Arc;

use audit_event::AuditEvent;
use ring::digest::{Context, SHA256};

/// Two sends of one event have the same fingerprint; no other two events that a sender can make up have.
///
/// It covers who sent the event, its number, and every byte of the event but its `id`. A number alone would not do: numbers are
/// handed out in order, so whoever has the token of a destination, which each of its owners has, could send the numbers
/// of the near future and have the true events with those numbers taken for repetitions. As it is, an event is only
/// ever left out for one that says the same, and that one was delivered.
///
/// The number is the `stream_id` where there is one, else the `id`: GitLab up to 18.9 makes a new `id` for each send of
/// an event it does not save, and later versions give it a `stream_id` that stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Fingerprint([u8; Self::LENGTH]);

impl Fingerprint {
    /// In bytes. Half of a SHA-256: nobody finds two events with the same one.
    pub(crate) const LENGTH: usize = 16;

    /// The fingerprint of an event from `instance`; none if the event has no number.
    pub(crate) fn of(event: AuditEvent<'_>, instance: Option<&Arc<str>>) -> Option<Self> {
        let number = event.stream_id().or_else(|| event.id())?;
        let (before, after) = event.json_around_id();
        let mut digest = Context::new(&SHA256);
        for part in [instance.map_or("", |name| &**name), &number, before, after] {
            // The lengths keep one part's end from being taken for the next one's beginning.
            digest.update(&(part.len() as u64).to_le_bytes());
            digest.update(part.as_bytes());
        }
        let mut fingerprint = [0; Self::LENGTH];
        fingerprint.copy_from_slice(&digest.finish().as_ref()[..Self::LENGTH]);
        Some(Self(fingerprint))
    }

    pub(crate) const fn from_bytes(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn to_bytes(self) -> [u8; Self::LENGTH] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use audit_event::EventIndex;

    use super::*;

    fn fingerprint(json: &str, instance: Option<&str>) -> Option<Fingerprint> {
        Fingerprint::of(EventIndex::default().parse_received(json).unwrap(), instance.map(Arc::from).as_ref())
    }

    #[test]
    fn an_event_sent_again_is_known() {
        let json = r#"{"id":7,"entity_type":"Group","created_at":"2026-01-01T00:00:00Z"}"#;
        assert!(fingerprint(json, None).is_some());
        assert_eq!(fingerprint(json, Some("eu")), fingerprint(json, Some("eu")));
    }

    #[test]
    fn another_instance_scope_number_or_content_is_another_event() {
        let mut all = vec![
            fingerprint(r#"{"id":7,"entity_type":"Group","author_id":1}"#, None),
            fingerprint(r#"{"id":7,"entity_type":"Group","author_id":1}"#, Some("eu")),
            fingerprint(r#"{"id":7,"entity_type":"Project","author_id":1}"#, None),
            fingerprint(r#"{"id":8,"entity_type":"Group","author_id":1}"#, None),
            fingerprint(r#"{"id":7,"entity_type":"Group","author_id":2}"#, None),
        ];
        all.dedup();
        assert_eq!(all.len(), 5);
    }

    #[test]
    fn a_stream_id_stays_while_the_id_changes() {
        let send = |id: &str, stream_id: &str| {
            fingerprint(&format!(r#"{{"id":"{id}","stream_id":"{stream_id}","event_type":"x"}}"#), None)
        };
        assert_eq!(send("a", "s"), send("b", "s"));
        assert_ne!(send("a", "s"), send("a", "t"));
    }

    #[test]
    fn an_event_without_a_number_is_never_known() {
        assert_eq!(fingerprint(r#"{"event_type":"x"}"#, None), None);
        assert_eq!(fingerprint(r#"{"id":null}"#, None), None);
    }
}
