//! Why a stretch of a body is not an event; short reasons, fit for an HTTP answer, that never repeat what was sent.
use std::fmt;

/// What is wrong with a body, or with one of its elements. The sender is at fault, always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// Nothing but white space was sent.
    #[error("the body is empty; send one JSON object, an array of objects, or one object a line")]
    Empty,
    /// A byte sequence is not UTF-8, which JSON must be.
    #[error("not UTF-8 at byte {offset}")]
    NotUtf8 {
        /// Where, counted in bytes from the start of the body.
        offset: usize,
    },
    /// Not JSON, or JSON that ends too early. A run of lines that are not JSON is reported once, at its first.
    #[error("what begins at byte {offset} is not JSON")]
    NotJson {
        /// Where the value begins that is not JSON, counted in bytes from the start of the body.
        offset: usize,
    },
    /// Valid JSON, but an event is an object.
    #[error("an event is a JSON object, not {found}")]
    NotAnObject {
        /// What stands there instead.
        found: JsonKind,
    },
    /// Arrays and objects nest deeper than 128 levels; GitLab's events nest four.
    #[error("arrays and objects nest deeper than 128 levels")]
    TooDeep,
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array inside the array of events.
    Array,
    /// An object.
    Object,
}

impl JsonKind {
    /// The kind of a valid JSON value, told by its first byte.
    pub(crate) fn of(json: &str) -> Self {
        match json.as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Bool,
            Some(b'n') => Self::Null,
            _ => Self::Number,
        }
    }
}

impl fmt::Display for JsonKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
        })
    }
}
