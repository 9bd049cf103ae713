//! Reading an event's text into an index, in one pass.
//!
//! Members whose own members are indexed too are walked into on the way.
use crate::event_index::{EventIndex, Member, ParseError, Part, Span};
use crate::json_scanner::{Escapes, JsonScanner, NotJson};
use crate::json_string;

/// The depth at which `serde_json` gives up when it builds values; later readers recurse.
pub(crate) const MAX_DEPTH: usize = 128;

/// Whose a member `_falco` is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FalcoMember {
    IsOurs,
    IsTheSenders,
}

/// Fills `index`, which must be empty.
pub(crate) fn read(index: &mut EventIndex, json: &str, falco_member: FalcoMember) -> Result<(), ParseError> {
    if u32::try_from(json.len()).is_err() {
        return Err(ParseError::TooLong);
    }
    let mut reader = Reader { json, scanner: JsonScanner::new(json), falco_member, index, deepest: 0 };
    reader.object(Part::Event, 1)?;
    if reader.scanner.peek_token().is_some() {
        return Err(ParseError::NotAnObject);
    }
    if reader.deepest > MAX_DEPTH { Err(ParseError::TooDeep) } else { Ok(()) }
}

struct Reader<'i, 'a> {
    json: &'a str,
    scanner: JsonScanner<'a>,
    falco_member: FalcoMember,
    index: &'i mut EventIndex,
    /// How deep arrays and objects nest, as far as was read.
    deepest: usize,
}

impl Reader<'_, '_> {
    /// Reads an object that is so deep in others, itself included. Recursion ends with the parts.
    fn object(&mut self, part: Part, depth: usize) -> Result<(), ParseError> {
        self.scanner.expect(b'{')?;
        self.deepest = self.deepest.max(depth);
        if self.scanner.peek_token() == Some(b'}') {
            self.scanner.step();
            return Ok(());
        }
        loop {
            self.member(part, depth)?;
            match self.scanner.peek_token() {
                Some(b',') => self.scanner.step(),
                _ => return Ok(self.scanner.expect(b'}')?),
            }
        }
    }

    fn member(&mut self, part: Part, depth: usize) -> Result<(), ParseError> {
        self.scanner.peek_token();
        let key_start = self.scanner.position();
        let escapes = self.scanner.string()?;
        let key = span(key_start, self.scanner.position());
        self.scanner.expect(b':')?;
        let begins_object = self.scanner.peek_token() == Some(b'{');
        let value_start = self.scanner.position();
        let inner = self.part_of_member(part, key, escapes);
        if let Some(inner) = inner {
            self.index.clear(inner);
        }
        match inner.filter(|_| begins_object) {
            Some(inner) => self.object(inner, depth + 1)?,
            None => self.deepest = self.deepest.max(depth + self.scanner.value()?),
        }
        let value = span(value_start, self.scanner.position());
        self.index.push(part, Member { key, key_has_escapes: escapes == Escapes::Some, value })
    }

    fn part_of_member(&self, part: Part, key: Span, escapes: Escapes) -> Option<Part> {
        if !part.has_parts() {
            return None;
        }
        let inner = match escapes {
            Escapes::None => part.of_member(key.inside_quotes(self.json)?)?,
            Escapes::Some => part.of_member(json_string::decode(key.text(self.json)?).as_bytes())?,
        };
        (inner != Part::Addition || self.falco_member == FalcoMember::IsOurs).then_some(inner)
    }
}

impl From<NotJson> for ParseError {
    fn from(_: NotJson) -> Self {
        Self::NotAnObject
    }
}

fn span(start: usize, end: usize) -> Span {
    let fits = "read() refuses a text whose length does not fit";
    Span { start: u32::try_from(start).expect(fits), end: u32::try_from(end).expect(fits) }
}
