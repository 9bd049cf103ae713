//! Reads the records of a segment one after the other and over what is damaged between them.

use std::io::{self, Read};

use super::record::{self, Beginning, Record};

/// What is read at once. Longer records are read as they are.
const CHUNK_BYTES: usize = 256 * 1024;

/// What a segment holds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// An event.
    Record(Record),
    /// So many bytes between records that are none.
    Damage(u64),
    /// So many bytes at the end that are no record: the write that a crash cut off.
    Torn(u64),
}

/// Reads records. Its memory is bounded by the longest record there is.
#[derive(Debug)]
pub(super) struct RecordReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next record begins.
    position: usize,
    /// How many bytes were read over since the last record.
    damaged: u64,
}

impl<R: Read> RecordReader<R> {
    /// Reads from where `input` is, which is where a record begins.
    pub(super) const fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), position: 0, damaged: 0 }
    }

    /// What is read from, to let it be read further.
    pub(super) const fn input(&mut self) -> &mut R {
        &mut self.input
    }

    /// The next item; none at the end.
    pub(super) fn next(&mut self) -> io::Result<Option<Item>> {
        loop {
            match record::read(&self.buffer[self.position..]) {
                // Told first; the record is read again with the next call.
                Beginning::Record(..) if self.damaged > 0 => return Ok(Some(Item::Damage(self.take_damaged()))),
                Beginning::Record(record, length) => {
                    self.position += length;
                    return Ok(Some(Item::Record(record)));
                }
                Beginning::Damage(length) => {
                    self.position += length;
                    self.damaged += length as u64;
                }
                Beginning::NeedsBytes(needed) => {
                    if !self.fill(needed)? {
                        self.damaged += (self.buffer.len() - self.position) as u64;
                        self.position = self.buffer.len();
                        return Ok((self.damaged > 0).then(|| Item::Torn(self.take_damaged())));
                    }
                }
            }
        }
    }

    const fn take_damaged(&mut self) -> u64 {
        std::mem::replace(&mut self.damaged, 0)
    }

    /// Reads until `needed` bytes are in the buffer; false if the input ends before.
    fn fill(&mut self, needed: usize) -> io::Result<bool> {
        self.buffer.drain(..self.position);
        self.position = 0;
        let missing = needed.max(CHUNK_BYTES).saturating_sub(self.buffer.len());
        #[expect(clippy::disallowed_methods, reason = "bounded by take; the memory grows only with what is there")]
        self.input.by_ref().take(missing as u64).read_to_end(&mut self.buffer)?;
        Ok(self.buffer.len() >= needed)
    }
}
