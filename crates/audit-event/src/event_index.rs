//! Where everything is in one event: read once, kept as offsets in buffers that serve the next event again.
use std::ops::Range;

use crate::event::AuditEvent;
use crate::json_depth::is_too_deep;
use crate::json_members::{for_each_member, key_is};
use crate::json_value::JsonValue;

/// How many members the objects that are indexed may have together. GitLab's events have about 30.
///
/// Bounds the memory an index keeps and the time a look-up takes, whatever is sent.
const MAX_MEMBERS: usize = 1024;

/// Why a text is not an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not JSON, not an object, or more than one value.
    #[error("an event is one JSON object")]
    NotAnObject,
    /// Arrays and objects nest deeper than 128 levels.
    #[error("arrays and objects nest deeper than 128 levels")]
    TooDeep,
    /// The event and its `details` have more than 1,024 members.
    #[error("the event has more than {MAX_MEMBERS} members")]
    TooManyMembers,
    /// Longer than 4 GiB: offsets would not fit.
    #[error("the event is longer than 4 GiB")]
    TooLong,
}

/// An object whose members are indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Event,
    Details,
    /// `custom_message` where it is an object, as for Git operations.
    CustomMessage,
    /// `_falco`: what we added.
    Addition,
    Place,
    PluginError,
}

const PARTS: usize = Part::PluginError as usize + 1;

#[derive(Clone, Copy, Debug)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn of(piece: &str, json: &str) -> Option<Self> {
        let start = piece.as_ptr().addr().checked_sub(json.as_ptr().addr())?;
        Some(Self { start: u32::try_from(start).ok()?, end: u32::try_from(start + piece.len()).ok()? })
    }

    fn text(self, json: &str) -> Option<&str> {
        json.get(self.start as usize..self.end as usize)
    }
}

#[derive(Clone, Copy, Debug)]
struct Member {
    key: Span,
    value: Span,
}

/// The offsets of one event's members. Keep one and use it for event after event: it then allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct EventIndex {
    members: Vec<Member>,
    parts: [Range<usize>; PARTS],
}

impl EventIndex {
    /// Reads an event that went through [`with_addition`](crate::with_addition): its last `_falco` member is ours and is believed.
    pub fn parse<'a>(&'a mut self, json: &'a str) -> Result<AuditEvent<'a>, ParseError> {
        self.read(json, Self::read_all)?;
        Ok(self.event(json))
    }

    /// Reads an event as a sender gave it: a `_falco` member in it is not ours and no field sees it.
    pub fn parse_received<'a>(&'a mut self, json: &'a str) -> Result<AuditEvent<'a>, ParseError> {
        self.read(json, Self::read_sent)?;
        Ok(self.event(json))
    }

    /// The event read last, again. `json` must be the same text; with another one fields are absent or nonsense.
    pub fn event<'a>(&'a self, json: &'a str) -> AuditEvent<'a> {
        AuditEvent::new(json, self)
    }

    /// The value of the last member `name` of `part`; none where it is missing or null.
    pub(crate) fn value<'a>(&self, json: &'a str, part: Part, name: &str) -> Option<JsonValue<'a>> {
        let members = self.members.get(self.parts[part as usize].clone())?;
        let member = members.iter().rfind(|member| member.key.text(json).is_some_and(|key| key_is(key, name)))?;
        JsonValue::new(member.value.text(json)?)
    }

    fn read(
        &mut self,
        json: &str,
        read: impl FnOnce(&mut Self, &str) -> Result<(), ParseError>,
    ) -> Result<(), ParseError> {
        self.clear();
        let result = read(self, json);
        if result.is_err() {
            self.clear();
        }
        result
    }

    fn clear(&mut self) {
        self.members.clear();
        self.parts = Default::default();
    }

    fn read_all(&mut self, json: &str) -> Result<(), ParseError> {
        self.read_sent(json)?;
        self.read_part(Part::Addition, json, self.value(json, Part::Event, "_falco"))?;
        self.read_part(Part::Place, json, self.value(json, Part::Addition, "place"))?;
        self.read_part(Part::PluginError, json, self.value(json, Part::Addition, "plugin_error"))
    }

    fn read_sent(&mut self, json: &str) -> Result<(), ParseError> {
        if u32::try_from(json.len()).is_err() {
            return Err(ParseError::TooLong);
        }
        self.read_object(Part::Event, json, json)?;
        if is_too_deep(json) {
            return Err(ParseError::TooDeep);
        }
        self.read_part(Part::Details, json, self.value(json, Part::Event, "details"))?;
        let in_details = self.value(json, Part::Details, "custom_message");
        let message = in_details.or_else(|| self.value(json, Part::Event, "custom_message"));
        self.read_part(Part::CustomMessage, json, message)
    }

    fn read_part(&mut self, part: Part, json: &str, value: Option<JsonValue<'_>>) -> Result<(), ParseError> {
        match value {
            Some(value) if value.is_object() => self.read_object(part, json, value.json()),
            _ => Ok(()),
        }
    }

    fn read_object(&mut self, part: Part, json: &str, object: &str) -> Result<(), ParseError> {
        let first = self.members.len();
        let members = &mut self.members;
        let mut too_many = false;
        let read = for_each_member(object, |key, value| {
            too_many = members.len() == MAX_MEMBERS;
            if !too_many && let (Some(key), Some(value)) = (Span::of(key, json), Span::of(value, json)) {
                members.push(Member { key, value });
            }
            !too_many
        });
        match read {
            Ok(()) => {
                self.parts[part as usize] = first..self.members.len();
                Ok(())
            }
            Err(_) if too_many => Err(ParseError::TooManyMembers),
            Err(_) => Err(ParseError::NotAnObject),
        }
    }
}
