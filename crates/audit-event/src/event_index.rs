//! Where everything is in one event: read once, kept as offsets in buffers that serve the next event again.
use std::ops::Range;

use crate::addition::ADDITION;
use crate::event::AuditEvent;
use crate::index_reader::{FalcoMember, read};
use crate::json_string;
use crate::json_value::JsonValue;

/// How many members the indexed objects of the sender may have together, and those that we added. GitLab's events have about 30.
///
/// Bounds the memory an index keeps and the time a look-up takes, whatever is sent.
const MAX_MEMBERS: usize = 1024;

/// How many members an object of GitLab's rarely has more than.
const USUAL_MEMBERS: usize = 24;

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

/// An object whose members are indexed. What is inside a part stands right behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Event,
    Details,
    /// `details.custom_message` where it is an object, as for Git operations.
    CustomMessage,
    /// `_falco`: what we added.
    Addition,
    Place,
    Network,
    Travel,
    Count,
    Burst,
    FirstSeen,
    Sequence,
    Session,
    PluginError,
}

impl Part {
    const COUNT: usize = Self::PluginError as usize + 1;

    /// The part that the member `name` of this part is, where it is an object.
    pub(crate) fn of_member(self, name: &[u8]) -> Option<Self> {
        const OURS: &[u8] = ADDITION.as_bytes();
        Some(match (self, name) {
            (Self::Event, b"details") => Self::Details,
            (Self::Event, OURS) => Self::Addition,
            (Self::Details, b"custom_message") => Self::CustomMessage,
            (Self::Addition, b"place") => Self::Place,
            (Self::Addition, b"network") => Self::Network,
            (Self::Addition, b"travel") => Self::Travel,
            (Self::Addition, b"count") => Self::Count,
            (Self::Addition, b"burst") => Self::Burst,
            (Self::Addition, b"first_seen") => Self::FirstSeen,
            (Self::Addition, b"sequence") => Self::Sequence,
            (Self::Addition, b"session") => Self::Session,
            (Self::Addition, b"plugin_error") => Self::PluginError,
            _ => return None,
        })
    }

    /// Whether a member of it may be a part.
    pub(crate) const fn has_parts(self) -> bool {
        matches!(self, Self::Event | Self::Details | Self::Addition)
    }

    /// The places of the parts inside this one.
    fn inner(self) -> Range<usize> {
        let behind = self as usize + 1;
        match self {
            Self::Event | Self::Addition => behind..Self::COUNT,
            Self::Details => behind..Self::Addition as usize,
            _ => behind..behind,
        }
    }

    /// Whether it is what we added, or in it.
    const fn is_ours(self) -> bool {
        !matches!(self, Self::Event | Self::Details | Self::CustomMessage)
    }
}

/// A stretch of the event's text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Span {
    pub(crate) fn text(self, json: &str) -> Option<&str> {
        json.get(self.start as usize..self.end as usize)
    }

    /// What is between the quotes of a string.
    pub(crate) fn inside_quotes(self, json: &str) -> Option<&[u8]> {
        json.as_bytes().get(self.start as usize + 1..(self.end as usize).checked_sub(1)?)
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    pub(crate) key: Span,
    pub(crate) key_has_escapes: bool,
    pub(crate) value: Span,
}

impl Member {
    fn is_named(&self, name: &str, json: &str) -> bool {
        if self.key_has_escapes {
            return self.key.text(json).is_some_and(|key| json_string::decode(key) == name);
        }
        // Told by the length alone for most members, without a look at the text; keys of the same length often begin
        // otherwise, and a call to compare them costs more than a look.
        (self.key.end - self.key.start) as usize == name.len() + 2
            && self
                .key
                .inside_quotes(json)
                .is_some_and(|key| key.first() == name.as_bytes().first() && key == name.as_bytes())
    }
}

/// The offsets of one event's members. Keep one and use it for event after event: it then allocates nothing.
#[derive(Clone, Debug, Default)]
pub struct EventIndex {
    parts: [Vec<Member>; Part::COUNT],
    members_read: usize,
    /// Ours comes on top of what the sender may send.
    max_members: usize,
    /// Members of the last `_falco` that are kept.
    added_members: usize,
}

impl EventIndex {
    /// Reads an event that went through [`with_addition`](crate::with_addition): its last `_falco` member is ours and
    /// is believed.
    pub fn parse<'a>(&'a mut self, json: &'a str) -> Result<AuditEvent<'a>, ParseError> {
        self.read(json, FalcoMember::IsOurs)?;
        Ok(self.event(json))
    }

    /// Reads an event as a sender gave it: a `_falco` member in it is not ours and no field sees it.
    pub fn parse_received<'a>(&'a mut self, json: &'a str) -> Result<AuditEvent<'a>, ParseError> {
        self.read(json, FalcoMember::IsTheSenders)?;
        Ok(self.event(json))
    }

    /// The event read last, again. `json` must be the same text; with another one fields are absent or nonsense.
    pub fn event<'a>(&'a self, json: &'a str) -> AuditEvent<'a> {
        AuditEvent::new(json, self)
    }

    /// The value of the last member `name` of `part`; none where it is missing or null.
    pub(crate) fn value<'a>(&self, json: &'a str, part: Part, name: &str) -> Option<JsonValue<'a>> {
        JsonValue::new(self.span(json, part, name)?.text(json)?)
    }

    /// Where the value of the last member `name` of `part` stands; none where it is missing.
    pub(crate) fn span(&self, json: &str, part: Part, name: &str) -> Option<Span> {
        self.parts[part as usize].iter().rfind(|member| member.is_named(name, json)).map(|member| member.value)
    }

    fn read(&mut self, json: &str, falco_member: FalcoMember) -> Result<(), ParseError> {
        self.clear(Part::Event);
        self.members_read = 0;
        self.max_members = match falco_member {
            FalcoMember::IsOurs => MAX_MEMBERS + 1,
            FalcoMember::IsTheSenders => MAX_MEMBERS,
        };
        let result = read(self, json, falco_member);
        if result.is_err() {
            self.clear(Part::Event);
        }
        result
    }

    /// Forgets the members of `part` and of the parts inside it: the last one of a name is the one that counts.
    pub(crate) fn clear(&mut self, part: Part) {
        self.parts[part as usize].clear();
        if matches!(part, Part::Event | Part::Addition) {
            self.added_members = 0;
        }
        for inner in &mut self.parts[part.inner()] {
            inner.clear();
        }
    }

    pub(crate) fn push(&mut self, part: Part, member: Member) -> Result<(), ParseError> {
        if part.is_ours() {
            // Ours never has so many. A sender's own `_falco` may; it is cleared when ours comes, and must not hide the event.
            if self.added_members < MAX_MEMBERS {
                self.added_members += 1;
                self.parts[part as usize].push(member);
            }
            return Ok(());
        }
        self.members_read += 1;
        if self.members_read > self.max_members {
            return Err(ParseError::TooManyMembers);
        }
        let members = &mut self.parts[part as usize];
        if members.capacity() == 0 {
            // One allocation for nearly all events.
            members.reserve(USUAL_MEMBERS);
        }
        members.push(member);
        Ok(())
    }
}
