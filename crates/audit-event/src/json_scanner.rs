//! Steps over JSON text value by value: checks every byte of it and builds nothing.
//!
//! Each event is stepped over two or three times on its way, so this is the most frequent work there is. It accepts what
//! `serde_json` accepts as a `RawValue`, which the tests hold it to.

mod open_brackets;
mod plain_characters;

use self::open_brackets::OpenBrackets;
use self::plain_characters::plain_characters;

/// The text stops being JSON at this offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotJson(pub(crate) usize);

/// A position in a JSON text.
#[derive(Clone, Debug)]
pub(crate) struct JsonScanner<'a> {
    text: &'a [u8],
    position: usize,
}

/// What was stepped over as a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Escapes {
    None,
    Some,
}

impl<'a> JsonScanner<'a> {
    /// A scanner that stands at the beginning of `text`, and takes its end for the end of everything.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text: text.as_bytes(), position: 0 }
    }

    pub(crate) const fn position(&self) -> usize {
        self.position
    }

    /// The next byte, without a step.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.text.get(self.position).copied()
    }

    /// The next byte that is no white space, without a step over it.
    pub(crate) fn peek_token(&mut self) -> Option<u8> {
        loop {
            let byte = self.peek()?;
            if !matches!(byte, b' ' | b'\t' | b'\n' | b'\r') {
                return Some(byte);
            }
            self.position += 1;
        }
    }

    /// Steps over the byte that [`peek_token`](Self::peek_token) told of.
    pub(crate) fn step(&mut self) {
        self.position += 1;
    }

    /// Steps over white space and this token.
    pub(crate) fn expect(&mut self, token: u8) -> Result<(), NotJson> {
        if self.peek_token() != Some(token) {
            return Err(NotJson(self.position));
        }
        self.step();
        Ok(())
    }

    /// Steps over the value that begins here, and gives how deep arrays and objects nest in it: 0 for what is neither.
    pub(crate) fn value(&mut self) -> Result<usize, NotJson> {
        match self.peek_token() {
            Some(b'{' | b'[') => self.array_or_object(),
            Some(b'"') => self.string().map(|_| 0),
            _ => self.scalar().map(|()| 0),
        }
    }

    fn array_or_object(&mut self) -> Result<usize, NotJson> {
        let mut open = OpenBrackets::default();
        let mut deepest = 0;
        loop {
            match self.peek_token() {
                Some(b'"') => _ = self.string()?,
                Some(opening @ (b'{' | b'[')) => {
                    self.step();
                    if self.peek_token() == Some(opening + 2) {
                        // In ASCII, each closing bracket is two behind its opening one.
                        self.step();
                        deepest = deepest.max(open.depth() + 1);
                    } else {
                        open.push(opening);
                        deepest = deepest.max(open.depth());
                        if opening == b'{' {
                            self.key()?;
                        }
                        continue;
                    }
                }
                Some(_) => self.scalar()?,
                None => return Err(NotJson(self.position)),
            }
            loop {
                let Some(innermost) = open.innermost() else { return Ok(deepest) };
                match self.peek_token() {
                    Some(b',') => {
                        self.step();
                        if innermost == b'{' {
                            self.key()?;
                        }
                        break;
                    }
                    Some(closing) if closing == innermost + 2 => {
                        self.step();
                        open.pop();
                    }
                    _ => return Err(NotJson(self.position)),
                }
            }
        }
    }

    /// Steps over a key and its colon.
    fn key(&mut self) -> Result<(), NotJson> {
        if self.peek_token() != Some(b'"') {
            return Err(NotJson(self.position));
        }
        self.string()?;
        self.expect(b':')
    }

    /// Steps over the string that begins here, its quotes included.
    pub(crate) fn string(&mut self) -> Result<Escapes, NotJson> {
        if self.peek() != Some(b'"') {
            return Err(NotJson(self.position));
        }
        self.step();
        self.position += plain_characters(&self.text[self.position..]);
        if self.peek() == Some(b'"') {
            self.step();
            return Ok(Escapes::None);
        }
        self.rest_of_string()
    }

    /// Steps over what begins with an escape in a string.
    fn rest_of_string(&mut self) -> Result<Escapes, NotJson> {
        while self.peek() == Some(b'\\') {
            self.escape()?;
            self.position += plain_characters(&self.text[self.position..]);
        }
        if self.peek() != Some(b'"') {
            return Err(NotJson(self.position));
        }
        self.step();
        Ok(Escapes::Some)
    }

    fn escape(&mut self) -> Result<(), NotJson> {
        self.step();
        let length = match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => 1,
            Some(b'u') if self.text.get(self.position + 1..self.position + 5).is_some_and(is_hexadecimal) => 5,
            _ => return Err(NotJson(self.position)),
        };
        self.position += length;
        Ok(())
    }

    /// Steps over a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> Result<(), NotJson> {
        match self.peek() {
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal(b"true")?,
            Some(b'f') => self.literal(b"false")?,
            Some(b'n') => self.literal(b"null")?,
            _ => return Err(NotJson(self.position)),
        }
        match self.peek() {
            None | Some(b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'[' | b']' | b'{' | b'}' | b',' | b':') => Ok(()),
            Some(_) => Err(NotJson(self.position)),
        }
    }

    fn literal(&mut self, literal: &[u8]) -> Result<(), NotJson> {
        if !self.text[self.position..].starts_with(literal) {
            return Err(NotJson(self.position));
        }
        self.position += literal.len();
        Ok(())
    }

    fn number(&mut self) -> Result<(), NotJson> {
        self.skip_if(|byte| byte == b'-');
        if !self.skip_if(|byte| byte == b'0') {
            self.digits()?;
        }
        if self.skip_if(|byte| byte == b'.') {
            self.digits()?;
        }
        if self.skip_if(|byte| matches!(byte, b'e' | b'E')) {
            self.skip_if(|byte| matches!(byte, b'+' | b'-'));
            self.digits()?;
        }
        Ok(())
    }

    /// Steps over one digit or more.
    fn digits(&mut self) -> Result<(), NotJson> {
        let begin = self.position;
        while self.skip_if(|byte| byte.is_ascii_digit()) {}
        if self.position == begin { Err(NotJson(begin)) } else { Ok(()) }
    }

    fn skip_if(&mut self, fits: impl Fn(u8) -> bool) -> bool {
        let is_there = self.peek().is_some_and(fits);
        self.position += usize::from(is_there);
        is_there
    }
}

fn is_hexadecimal(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_hexdigit)
}

#[cfg(test)]
mod tests;
