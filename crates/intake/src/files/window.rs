//! The part of a text that is being looked at: grows forward by reading, shrinks from the front by consuming.

use std::io::{self, BufRead};

/// A stretch of a text, which knows where in the text it begins.
pub(super) struct Window<R> {
    reader: R,
    bytes: Vec<u8>,
    /// What is before is consumed.
    start: usize,
    line: u64,
    column: usize,
    /// How many bytes of the text are behind.
    position: u64,
    /// Where the text was searched for line breaks up to, and the last one found there.
    searched: u64,
    line_break: Option<u64>,
}

impl<R: BufRead> Window<R> {
    /// A window on the rest of a text, of which so many bytes are behind; it begins in this line.
    pub(super) const fn new(reader: R, position: u64, line: u64) -> Self {
        Self { reader, bytes: Vec::new(), start: 0, line, column: 0, position, searched: 0, line_break: None }
    }

    /// How many bytes of the text are before [`bytes`](Self::bytes).
    pub(super) const fn position(&self) -> u64 {
        self.position
    }

    /// What is read and not consumed.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// The line, from 1, in which [`bytes`](Self::bytes) begins.
    pub(super) const fn line(&self) -> u64 {
        self.line
    }

    /// How many bytes of that line are before [`bytes`](Self::bytes).
    pub(super) const fn column(&self) -> usize {
        self.column
    }

    /// How many bytes of [`bytes`](Self::bytes) are before the next line break, if there is one. No byte is searched twice.
    pub(super) fn line_break(&mut self) -> Option<usize> {
        if self.line_break.is_none_or(|line_break| line_break < self.position) {
            let from = self.searched.max(self.position) - self.position;
            let rest = &self.bytes()[usize::try_from(from).ok()?..];
            let end = self.position + self.bytes().len() as u64;
            self.line_break = memchr::memchr(b'\n', rest).map(|found| self.position + from + found as u64);
            self.searched = self.line_break.map_or(end, |line_break| line_break + 1);
        }
        usize::try_from(self.line_break? - self.position).ok()
    }

    /// Reads some more; `false` at the end of the text.
    pub(super) fn grow(&mut self) -> io::Result<bool> {
        // Moving the rest to the front only when it is the smaller part costs each byte one move at most on average.
        if self.start > self.bytes.len() / 2 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        let more = loop {
            match self.reader.fill_buf() {
                Ok(more) => break more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        };
        let length = more.len();
        self.bytes.extend_from_slice(more);
        self.reader.consume(length);
        Ok(length > 0)
    }

    /// The first byte, reading on if needed; none at the end of the text.
    pub(super) fn first(&mut self) -> io::Result<Option<u8>> {
        while self.bytes().is_empty() && self.grow()? {}
        Ok(self.bytes().first().copied())
    }

    /// Leaves `length` bytes behind.
    pub(super) fn consume(&mut self, length: usize) {
        let consumed = &self.bytes[self.start..self.start + length];
        match memchr::memrchr(b'\n', consumed) {
            Some(newline) => {
                self.line += memchr::memchr_iter(b'\n', consumed).count() as u64;
                self.column = length - newline - 1;
            }
            None => self.column += length,
        }
        self.start += length;
        self.position += length as u64;
    }

    /// Leaves the rest of the line behind, however long it is.
    pub(super) fn consume_line(&mut self) -> io::Result<()> {
        loop {
            match memchr::memchr(b'\n', self.bytes()) {
                Some(newline) => {
                    self.consume(newline + 1);
                    return Ok(());
                }
                None => self.consume(self.bytes().len()),
            }
            if !self.grow()? {
                return Ok(());
            }
        }
    }
}
