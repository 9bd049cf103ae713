//! Cut what arrived into events: one object, an array of objects, or objects one after another, as NDJSON.
use crate::body_error::{BodyError, JsonKind};
use crate::index_reader::MAX_DEPTH;
use crate::json_scanner::{JsonScanner, NotJson};

/// The events of one body or one chunk of a file, each as the verbatim text of one JSON object.
///
/// A byte order mark and white space are tolerated. An empty array holds no events and is no error. What is not an
/// event is an `Err` in its place, and the cut goes on: in an array with the next element, elsewhere with the next
/// line.
///
/// The work is linear in the body's length whatever the body holds; nothing is copied.
pub fn events(body: &[u8]) -> EventsInBody<'_> {
    let start = if body.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let mut events = EventsInBody {
        body,
        text: "",
        text_start: start,
        position: 0,
        next_text: start,
        spans_lines_from: 0,
        line_end: 0,
        array_limit: None,
        in_garbage: false,
        is_empty: body[start..].trim_ascii().is_empty(),
    };
    events.read_text();
    events
}

/// Iterator over the events of a body; see [`events`].
#[derive(Clone, Debug)]
pub struct EventsInBody<'a> {
    body: &'a [u8],
    /// The stretch of valid UTF-8 in work: lines up to one that is not UTF-8, usually the whole body.
    text: &'a str,
    /// Where `text` begins in `body`.
    text_start: usize,
    /// How far `text` is consumed.
    position: usize,
    /// Where in `body` to go on after `text`.
    next_text: usize,
    /// A value beginning before this position is looked for in its own line only: one over several lines was tried
    /// there already and reached this far. Without this bound, lines that each open an object would be read over and
    /// over.
    spans_lines_from: usize,
    /// The end of the line looked at last, so that a long line of many objects is not searched for its end at each.
    line_end: usize,
    /// Inside an array of events: how far it may reach.
    array_limit: Option<usize>,
    /// What came last was not JSON, and that is reported; lines that follow belong to it until one is JSON.
    in_garbage: bool,
    /// Nothing was sent, and that is not reported yet.
    is_empty: bool,
}

impl<'a> Iterator for EventsInBody<'a> {
    type Item = Result<&'a str, BodyError>;

    fn next(&mut self) -> Option<Self::Item> {
        if std::mem::take(&mut self.is_empty) {
            return Some(Err(BodyError::Empty));
        }
        loop {
            let found = match self.array_limit {
                Some(limit) => self.next_in_array(limit),
                None => self.next_in_line(),
            };
            match found {
                Found::Event(event) => {
                    self.in_garbage = false;
                    return Some(Ok(event));
                }
                Found::Error(error) => return Some(Err(error)),
                Found::Nothing => {}
                Found::End => return self.next_bad_utf8().map(Err),
            }
        }
    }
}

enum Found<'a> {
    Event(&'a str),
    Error(BodyError),
    /// Progress without a result.
    Nothing,
    /// The end of the text.
    End,
}

impl<'a> EventsInBody<'a> {
    /// Takes up the valid UTF-8 from `next_text` on, up to the line that is not.
    fn read_text(&mut self) {
        let bytes = &self.body[self.next_text..];
        self.text_start = self.next_text;
        self.position = 0;
        self.spans_lines_from = 0;
        self.line_end = 0;
        self.array_limit = None;
        let valid = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let valid = &bytes[..error.valid_up_to()];
                let last_line = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
                std::str::from_utf8(&valid[..last_line]).unwrap_or_default()
            }
        };
        self.text = valid;
        self.next_text = self.text_start + valid.len();
    }

    /// At the end of a text: the end of the body, or a line that is not UTF-8.
    fn next_bad_utf8(&mut self) -> Option<BodyError> {
        let line = &self.body[self.next_text..];
        let error = std::str::from_utf8(line).err()?;
        let offset = self.next_text + error.valid_up_to();
        let line_end = self.body[offset..].iter().position(|byte| *byte == b'\n');
        self.next_text = line_end.map_or(self.body.len(), |newline| offset + newline + 1);
        self.read_text();
        self.in_garbage = true;
        Some(BodyError::NotUtf8 { offset })
    }

    /// Moves on to what is not white space before `limit` and returns its first byte.
    fn skip_space(&mut self, limit: usize) -> Option<u8> {
        let rest = self.text[self.position..limit].trim_ascii_start();
        self.position = limit - rest.len();
        rest.bytes().next()
    }

    /// The value at the position, when it is JSON; the position moves behind it.
    fn value(&mut self, limit: usize) -> Result<Value<'a>, NotJson> {
        let rest = &self.text[self.position..limit];
        let mut scanner = JsonScanner::new(rest);
        match scanner.value() {
            Ok(depth) => {
                self.position += scanner.position();
                Ok(Value { json: &rest[..scanner.position()], depth })
            }
            Err(NotJson(at)) => Err(NotJson(self.position + at)),
        }
    }

    /// Objects one after another, or the beginning of an array.
    fn next_in_line(&mut self) -> Found<'a> {
        let Some(first) = self.skip_space(self.text.len()) else { return Found::End };
        let start = self.position;
        let limit = if start < self.spans_lines_from { self.end_of_line(start) } else { self.text.len() };
        if first == b'[' {
            self.position += 1;
            self.array_limit = Some(limit);
            return Found::Nothing;
        }
        let error = match self.value(limit) {
            Ok(value) => match JsonKind::of(value.json) {
                JsonKind::Object => return value.object(),
                found => BodyError::NotAnObject { found },
            },
            Err(NotJson(at)) => {
                // Up to the line that holds what is no JSON.
                let reached = self.text[..at].rfind('\n').map_or(0, |newline| newline + 1);
                self.spans_lines_from = self.spans_lines_from.max(reached);
                self.not_json(start)
            }
        };
        self.position = self.end_of_line(start);
        if std::mem::replace(&mut self.in_garbage, true) { Found::Nothing } else { Found::Error(error) }
    }

    fn next_in_array(&mut self, limit: usize) -> Found<'a> {
        match self.skip_space(limit) {
            None => {
                self.array_limit = None;
                return Found::Error(self.not_json(self.position));
            }
            Some(b']') => {
                self.position += 1;
                self.array_limit = None;
                return Found::Nothing;
            }
            Some(_) => {}
        }
        let start = self.position;
        let Ok(value) = self.value(limit) else { return self.skip_element(start, limit) };
        match self.skip_space(limit) {
            Some(b',') => self.position += 1,
            Some(b']') | None => {}
            Some(_) => return self.skip_element(start, limit),
        }
        match JsonKind::of(value.json) {
            JsonKind::Object => value.object(),
            found => Found::Error(BodyError::NotAnObject { found }),
        }
    }

    /// Leaves an element that is not JSON and goes on behind its comma or at the array's end; where neither comes, the
    /// bracket was no array's, and the next line is next.
    fn skip_element(&mut self, start: usize, limit: usize) -> Found<'a> {
        match end_of_element(&self.text[self.position..limit]) {
            Some((length, b',')) => self.position += length + 1,
            Some((length, _)) => self.position += length,
            None => {
                self.array_limit = None;
                self.spans_lines_from = self.spans_lines_from.max(limit);
                self.position = self.end_of_line(start);
            }
        }
        self.in_garbage = true;
        Found::Error(self.not_json(start))
    }

    fn not_json(&self, position: usize) -> BodyError {
        BodyError::NotJson { offset: self.text_start + position }
    }

    /// Where the line after the one of `position` begins.
    fn end_of_line(&mut self, position: usize) -> usize {
        if position >= self.line_end {
            self.line_end = self.text[position..].find('\n').map_or(self.text.len(), |newline| position + newline + 1);
        }
        self.line_end
    }
}

/// How long an array's broken element is, and the comma or bracket behind it.
fn end_of_element(text: &str) -> Option<(usize, u8)> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    text.bytes().enumerate().find(|(_, byte)| {
        match byte {
            b'"' if !escaped => in_string = !in_string,
            b',' | b']' if !in_string && depth == 0 => return true,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        escaped = in_string && *byte == b'\\' && !escaped;
        false
    })
}

/// A JSON value that was cut out.
struct Value<'a> {
    json: &'a str,
    depth: usize,
}

impl<'a> Value<'a> {
    /// What comes of an object.
    fn object(self) -> Found<'a> {
        if self.depth > MAX_DEPTH { Found::Error(BodyError::TooDeep) } else { Found::Event(self.json) }
    }
}
