//! Cuts a text of any length into the JSON values it is a sequence of: one a line, one after another, or in an array.

use std::io::{self, BufRead};

use super::nesting::{Nesting, Outcome};
use super::place::Place;
use super::window::Window;

/// One value and the line it begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    pub(super) line: u64,
    pub(super) text: Result<&'a [u8], PieceError>,
}

/// Why there is no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PieceError {
    Broken,
    TooDeep,
    TooLarge,
    UnclosedArray,
}

/// The pieces of a text. No more of it is held than twice `max_bytes` and one buffer.
///
/// Behind a broken value it goes on with the next line that begins like a value and is not indented more than the broken
/// one was; so one cut-off line costs one line, and one broken object of an indented array costs that object. A line can
/// therefore be looked at more than once, but not more often than brackets may nest: a value that is still open at the
/// end of its line is one level deeper for whoever looked at it before.
///
/// An error of the reader loses nothing: asked again, it goes on where it was. So the end of a file that still grows may be
/// an error, such as [`io::ErrorKind::WouldBlock`].
pub(super) struct Pieces<R> {
    window: Window<R>,
    max_bytes: usize,
    in_array: bool,
    leaving: Option<Leaving>,
    /// Length of the piece handed out last, which is still in the window.
    handed_out: usize,
}

/// A value that is no piece, while its end is looked for.
struct Leaving {
    /// Where it begins.
    position: u64,
    line: u64,
    column: usize,
    error: PieceError,
    until: Until,
    /// The line that was being left is behind.
    is_at_line_start: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// The next line.
    NextLine,
    /// The next line in which a value can begin that does not belong to the broken one.
    NextValue,
}

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<R: BufRead> Pieces<R> {
    pub(super) fn new(reader: R, max_bytes: usize) -> Self {
        Self::resume(reader, max_bytes, Place::START)
    }

    /// The pieces of a text from this place on, where `reader` begins.
    pub(super) const fn resume(reader: R, max_bytes: usize, place: Place) -> Self {
        let window = Window::new(reader, place.offset, place.line);
        Self { window, max_bytes, in_array: place.in_array, leaving: None, handed_out: 0 }
    }

    /// Up to where the text is dealt with, the piece handed out last included.
    pub(super) fn place(&self) -> Place {
        let in_array = self.in_array;
        if let Some(Leaving { position, line, .. }) = self.leaving {
            return Place { offset: position, line, in_array };
        }
        let handed_out = &self.window.bytes()[..self.handed_out];
        let line = self.window.line() + memchr::memchr_iter(b'\n', handed_out).count() as u64;
        Place { offset: self.window.position() + self.handed_out as u64, line, in_array }
    }

    /// Whether something has been read that is no whole piece yet.
    pub(super) fn has_rest(&self) -> bool {
        self.leaving.is_some() || !self.window.bytes()[self.handed_out..].trim_ascii().is_empty()
    }

    /// The next line, if it has been read to its end and begins with an object outside of any array. Whether it is one
    /// event is for others to say: [`take`](Self::take) takes it, else it is a part of what [`next`](Self::next) cuts.
    pub(super) fn line(&mut self) -> io::Result<Option<&[u8]>> {
        self.window.consume(std::mem::take(&mut self.handed_out));
        if self.leaving.is_some() || self.in_array {
            return Ok(None);
        }
        let first = self.skip_to_value()?;
        // On the way there, an array may have begun.
        if first != Some(b'{') || self.in_array {
            return Ok(None);
        }
        Ok(self.window.line_break().map(|length| &self.window.bytes()[..length]))
    }

    /// Takes the line of this length that was given last.
    pub(super) fn take(&mut self, length: usize) {
        let line_break = 1;
        self.handed_out = length + line_break;
    }

    /// Whether [`line`](Self::line) has something to look at that has been read already, so that it does not wait.
    pub(super) fn has_line(&self) -> bool {
        let rest = self.window.bytes()[self.handed_out..].trim_ascii_start();
        rest.first() == Some(&b'{') && memchr::memchr(b'\n', rest).is_some()
    }

    /// The next piece, none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece<'_>>> {
        self.window.consume(std::mem::take(&mut self.handed_out));
        if let Some(leaving) = self.leaving.take() {
            return self.leave(leaving).map(Some);
        }
        let Some(first) = self.skip_to_value()? else { return Ok(self.end()) };
        let line = self.window.line();
        let found = match first {
            b'{' | b'[' => self.nested_value()?,
            _ => self.other_value()?,
        };
        match found {
            Ok(length) => {
                self.handed_out = length;
                Ok(Some(Piece { line, text: Ok(&self.window.bytes()[..length]) }))
            }
            Err((error, until)) => {
                let column = self.window.column();
                self.leave(Leaving {
                    position: self.window.position(),
                    line,
                    column,
                    error,
                    until,
                    is_at_line_start: false,
                })
                .map(Some)
            }
        }
    }

    /// Skips white space and what separates values; enters and leaves arrays. Tells the first byte of the value.
    fn skip_to_value(&mut self) -> io::Result<Option<u8>> {
        self.skip_byte_order_mark()?;
        while let Some(first) = self.window.first()? {
            match first {
                b' ' | b'\t' | b'\r' | b'\n' => {}
                b',' if self.in_array => {}
                b'[' if !self.in_array => self.in_array = true,
                b']' if self.in_array => self.in_array = false,
                _ => return Ok(Some(first)),
            }
            self.window.consume(1);
        }
        Ok(None)
    }

    fn skip_byte_order_mark(&mut self) -> io::Result<()> {
        let is_start = self.window.line() == 1 && self.window.column() == 0;
        if is_start && self.window.first()? == BYTE_ORDER_MARK.first().copied() {
            while self.window.bytes().len() < BYTE_ORDER_MARK.len() && self.window.grow()? {}
            if self.window.bytes().starts_with(BYTE_ORDER_MARK) {
                self.window.consume(BYTE_ORDER_MARK.len());
            }
        }
        Ok(())
    }

    fn end(&mut self) -> Option<Piece<'static>> {
        let line = self.window.line();
        std::mem::take(&mut self.in_array).then_some(Piece { line, text: Err(PieceError::UnclosedArray) })
    }

    /// The length of the object or array that begins here.
    fn nested_value(&mut self) -> io::Result<Result<usize, (PieceError, Until)>> {
        let mut nesting = Nesting::default();
        let error = loop {
            match nesting.look_at(self.window.bytes()) {
                Outcome::Complete(length) if length <= self.max_bytes => return Ok(Ok(length)),
                Outcome::Complete(_) => break PieceError::TooLarge,
                Outcome::Broken => break PieceError::Broken,
                Outcome::TooDeep => break PieceError::TooDeep,
                Outcome::Unfinished if self.window.bytes().len() > self.max_bytes => break PieceError::TooLarge,
                Outcome::Unfinished => {}
            }
            if !self.window.grow()? {
                break PieceError::Broken;
            }
        };
        Ok(Err((error, Until::NextValue)))
    }

    /// Leaves the broken value behind and tells what was wrong with it.
    fn leave(&mut self, mut leaving: Leaving) -> io::Result<Piece<'static>> {
        match self.try_to_leave(&mut leaving) {
            Ok(()) => Ok(Piece { line: leaving.line, text: Err(leaving.error) }),
            Err(error) => {
                self.leaving = Some(leaving);
                Err(error)
            }
        }
    }

    fn try_to_leave(&mut self, leaving: &mut Leaving) -> io::Result<()> {
        loop {
            if !leaving.is_at_line_start {
                self.window.consume_line()?;
                leaving.is_at_line_start = true;
            }
            if leaving.until == Until::NextLine {
                return Ok(());
            }
            let column = leaving.column;
            while self.window.column() <= column && matches!(self.window.first()?, Some(b' ' | b'\t')) {
                self.window.consume(1);
            }
            match self.window.first()? {
                None => return Ok(()),
                Some(b'{' | b'[') if self.window.column() <= column => return Ok(()),
                Some(b']') if self.in_array && self.window.column() <= column => return Ok(()),
                Some(_) => leaving.is_at_line_start = false,
            }
        }
    }

    /// The length of what begins here and is no object: a number, a string, garbage. It ends with its line; in an array,
    /// also with its element.
    fn other_value(&mut self) -> io::Result<Result<usize, (PieceError, Until)>> {
        let mut seen = 0;
        loop {
            let rest = &self.window.bytes()[seen..];
            let end =
                if self.in_array { memchr::memchr3(b'\n', b',', b']', rest) } else { memchr::memchr(b'\n', rest) };
            if let Some(end) = end {
                return Ok(Ok(seen + end));
            }
            seen += rest.len();
            if seen > self.max_bytes {
                return Ok(Err((PieceError::TooLarge, Until::NextLine)));
            }
            if !self.window.grow()? {
                return Ok(Ok(seen));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use proptest::prelude::*;

    use super::*;

    /// Line and text of each piece, read in portions of `buffer` bytes.
    fn pieces(text: &str, buffer: usize) -> Vec<(u64, Result<String, PieceError>)> {
        let mut pieces = Pieces::new(BufReader::with_capacity(buffer, text.as_bytes()), 10_000);
        let mut found = Vec::new();
        while let Some(piece) = pieces.next().unwrap() {
            found.push((piece.line, piece.text.map(|text| String::from_utf8(text.to_vec()).unwrap())));
        }
        found
    }

    /// A text of which these portions come in one after another, and after them the rest.
    struct Growing {
        text: Vec<u8>,
        portions: std::vec::IntoIter<usize>,
    }

    impl io::Read for Growing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let portion = self.portions.next().unwrap_or(usize::MAX).min(self.text.len()).min(buffer.len());
            if portion == 0 && !self.text.is_empty() {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            buffer[..portion].copy_from_slice(&self.text[..portion]);
            self.text.drain(..portion);
            Ok(portion)
        }
    }

    /// JSON values, at most three levels deep, with the characters that mean something in JSON in their strings.
    fn value() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<i32>().prop_map(serde_json::Value::from),
            r#"[a-c"\\{}\[\],:\n ]{0,6}"#.prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![prop::collection::vec(inner.clone(), 0..3).prop_map(serde_json::Value::from), object(inner)]
        })
    }

    fn object(member: impl Strategy<Value = serde_json::Value>) -> impl Strategy<Value = serde_json::Value> {
        prop::collection::btree_map("[a-c]{0,2}", member, 0..3)
            .prop_map(|members| serde_json::Value::Object(members.into_iter().collect()))
    }

    proptest! {
        #[test]
        fn cut_off_lines_cost_no_whole_line(
            lines in prop::collection::vec((object(value()), prop::option::of(any::<prop::sample::Index>())), 0..8),
            buffer in 1_usize..40,
        ) {
            let mut text = String::new();
            let mut expected = Vec::new();
            for (line, (object, cut)) in (1..).zip(&lines) {
                let object = object.to_string();
                if let Some(cut) = cut {
                    // The first byte stays, for an empty line is no broken one.
                    text += &object[..=cut.index(object.len() - 1)];
                } else {
                    text += &object;
                    expected.push((line, object));
                }
                text.push('\n');
            }
            let found = pieces(&text, buffer);
            let whole: Vec<_> = found.iter().filter_map(|(line, text)| Some((*line, text.clone().ok()?))).collect();
            prop_assert_eq!(whole, expected, "{}", text);
            prop_assert!(found.len() <= lines.len());
        }

        #[test]
        fn pretty_printed_objects_come_out_alone_and_in_an_array(
            objects in prop::collection::vec(object(value()), 0..5),
            buffer in 1_usize..40,
        ) {
            let pretty = |value: &serde_json::Value| serde_json::to_string_pretty(value).unwrap();
            let one_after_another: Vec<_> = objects.iter().map(pretty).collect();
            let array = pretty(&serde_json::Value::from(objects.clone()));
            for text in [one_after_another.join("\n"), one_after_another.concat(), array] {
                let found: Vec<serde_json::Value> = pieces(&text, buffer)
                    .into_iter()
                    .map(|(_, text)| serde_json::from_str(&text.unwrap()).unwrap())
                    .collect();
                prop_assert_eq!(&found, &objects, "{}", text);
            }
        }

        #[test]
        fn a_text_that_comes_in_while_it_is_read_gives_the_same(
            text in r#"[a{}\[\]":,\\ \n1]{0,60}"#,
            portions in prop::collection::vec(0_usize..5, 0..100),
        ) {
            let reader = BufReader::new(Growing { text: text.clone().into(), portions: portions.into_iter() });
            let mut pieces = Pieces::new(reader, 10_000);
            let mut found = Vec::new();
            loop {
                match pieces.next() {
                    Ok(Some(piece)) => {
                        found.push((piece.line, piece.text.map(|text| String::from_utf8(text.to_vec()).unwrap())));
                    }
                    Ok(None) => break,
                    Err(error) => prop_assert_eq!(error.kind(), io::ErrorKind::WouldBlock),
                }
            }
            prop_assert_eq!(found, self::pieces(&text, 1_000));
        }

        #[test]
        fn the_size_of_the_buffer_makes_no_difference(text in r#"[a{}\[\]":,\\ \n1]{0,60}"#, buffer in 1_usize..70) {
            prop_assert_eq!(pieces(&text, buffer), pieces(&text, 1_000));
        }
    }
}
