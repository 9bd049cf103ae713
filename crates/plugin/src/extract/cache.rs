//! The event that Falco is looking at, parsed once, with the answers made for it so far.

use std::ffi::{CStr, CString};

use audit_event::{EventIndex, FIELDS, Field};
use bumpalo::Bump;
use falco_plugin::api::ss_plugin_extract_field;

use super::answer::{Answer, absent};

/// Above this the buffers of one huge event (up to 25 MiB) are given back when the next one comes.
const KEPT_BYTES: usize = 1 << 20;

/// Different keys, such as `author_name` in `gitlab.details[author_name]`, that are remembered. They come from rules, not
/// from events; beyond this many an answer is made again each time.
const KEPT_KEYS: usize = 1024;

/// The current event and its answers. Everything in here is used again for the next event, so that an event costs no
/// allocation once the buffers have grown.
#[derive(Default)]
pub(crate) struct FieldCache {
    event: Option<EventId>,
    has_fields: HasFields,
    /// The event's own copy of the payload: Falco's memory is only lent for the time of one call.
    json: String,
    index: EventIndex,
    arena: Bump,
    /// By place in [`FIELDS`].
    plain: Vec<Memo>,
    keyed: Vec<KeyedField>,
}

/// What tells one event from the next: its number, and where its payload stands.
///
/// The number alone would do, as Falco gives each event its own; the payload's place guards against a host that does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct EventId {
    number: usize,
    payload: *const u8,
    length: usize,
}

/// Whether the current event could be indexed. One that could not is remembered, too: it may have 25 MiB, and Falco asks
/// for dozens of fields.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum HasFields {
    Yes,
    #[default]
    No,
}

#[derive(Debug, Clone, Copy)]
enum Memo {
    NotAsked,
    Absent,
    Present(Answer),
}

/// A keyed field that a rule asks for, with its answer for the current event.
#[derive(Debug)]
struct KeyedField {
    field: u32,
    argument: CString,
    memo: Memo,
}

impl FieldCache {
    /// Makes the event with this number and payload the current one.
    pub(super) fn look_at(&mut self, number: usize, payload: &[u8]) {
        let event = EventId { number, payload: payload.as_ptr(), length: payload.len() };
        if self.event == Some(event) {
            return;
        }
        self.forget();
        self.event = Some(event);
        // A payload that is no JSON object (another plugin's, a damaged capture file) has no fields.
        let Ok(json) = str::from_utf8(payload) else { return };
        self.json.push_str(json);
        if self.index.parse(&self.json).is_ok() {
            self.has_fields = HasFields::Yes;
        }
    }

    fn forget(&mut self) {
        self.event = None;
        self.has_fields = HasFields::No;
        if self.json.capacity() > KEPT_BYTES {
            self.json = String::new();
            self.index = EventIndex::default();
        }
        self.json.clear();
        if self.arena.allocated_bytes() > KEPT_BYTES {
            self.arena = Bump::new();
        } else {
            self.arena.reset();
        }
        self.plain.clear();
        self.plain.resize(FIELDS.len(), Memo::NotAsked);
        for keyed in &mut self.keyed {
            keyed.memo = Memo::NotAsked;
        }
    }

    /// Answers one request about the current event.
    pub(super) fn answer(&mut self, request: &mut ss_plugin_extract_field) {
        match self.memo(request) {
            Memo::Present(answer) => answer.give(request),
            Memo::Absent | Memo::NotAsked => absent(request),
        }
    }

    fn memo(&mut self, request: &ss_plugin_extract_field) -> Memo {
        let place = request.field_id as usize;
        let (HasFields::Yes, Some(field)) = (self.has_fields, FIELDS.get(place)) else { return Memo::Absent };
        let Some(key) = key(request) else {
            if let Memo::NotAsked = self.plain[place] {
                self.plain[place] = self.extract(field, None);
            }
            return self.plain[place];
        };
        let known =
            self.keyed.iter().position(|known| known.field == request.field_id && known.argument.as_c_str() == key);
        if let Some(known) = known
            && !matches!(self.keyed[known].memo, Memo::NotAsked)
        {
            return self.keyed[known].memo;
        }
        let memo = key.to_str().map_or(Memo::Absent, |key| self.extract(field, Some(key)));
        match known {
            Some(known) => self.keyed[known].memo = memo,
            None if self.keyed.len() < KEPT_KEYS => {
                self.keyed.push(KeyedField { field: request.field_id, argument: key.to_owned(), memo });
            }
            None => {}
        }
        memo
    }

    fn extract(&self, field: &Field, key: Option<&str>) -> Memo {
        let event = self.index.event(&self.json);
        match field.extract(&event, key) {
            Some(value) => Memo::Present(Answer::new(value, &self.arena)),
            None => Memo::Absent,
        }
    }
}

impl std::fmt::Debug for FieldCache {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The event itself stays out of debug output: it may hold what people typed into a password box.
        formatter.debug_struct("FieldCache").field("event", &self.event).finish_non_exhaustive()
    }
}

/// The argument of a request, `KEY` in `gitlab.details[KEY]`.
fn key(request: &ss_plugin_extract_field) -> Option<&CStr> {
    if request.arg_present == 0 || request.arg_key.is_null() {
        return None;
    }
    // SAFETY: Falco sets arg_present and a non-null arg_key together, to a NUL-terminated string that stays for the call
    // (plugin_types.h, ss_plugin_extract_field); the borrow ends with the request's.
    Some(unsafe { CStr::from_ptr(request.arg_key) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_without_fields_is_read_once_as_well() {
        let members: Vec<String> = (0..2000).map(|number| format!("\"m{number}\":1")).collect();
        let too_many_members = format!("{{{}}}", members.join(","));
        let mut cache = FieldCache::default();
        cache.look_at(1, too_many_members.as_bytes());
        cache.json.clear();
        cache.look_at(1, too_many_members.as_bytes());
        assert!(cache.json.is_empty(), "the payload was copied and indexed again");
        cache.look_at(2, too_many_members.as_bytes());
        assert!(!cache.json.is_empty());
    }
}
