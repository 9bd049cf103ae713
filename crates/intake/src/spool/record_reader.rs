//! Reads the records of a segment one after the other and over what is damaged between them.

use std::io::{self, Read};
use std::mem;

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
    /// What is behind the last record.
    Tail(Tail),
}

/// The bytes behind the last record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    /// How many are no record: the write that a crash cut off.
    pub(super) torn: u64,
    /// How many noughts come then, which no record has replaced.
    pub(super) padding: u64,
}

impl Tail {
    /// Both together, where there should be records only.
    pub(super) const fn bytes(self) -> u64 {
        self.torn + self.padding
    }
}

/// Bytes that were read over since the last record.
#[derive(Debug, Default)]
struct Gap {
    bytes: u64,
    /// How many of them, at the end, are noughts.
    noughts: u64,
}

impl Gap {
    fn extend(&mut self, bytes: &[u8]) {
        let length = bytes.len() as u64;
        let noughts = bytes.iter().rev().take_while(|byte| **byte == 0).count() as u64;
        self.bytes += length;
        self.noughts = if noughts == length { self.noughts + length } else { noughts };
    }
}

/// Reads records. Its memory is bounded by the longest record there is.
#[derive(Debug)]
pub(super) struct RecordReader<R> {
    input: R,
    buffer: Vec<u8>,
    /// Where in the buffer the next record begins.
    position: usize,
    gap: Gap,
}

impl<R: Read> RecordReader<R> {
    /// Reads from where `input` is, which is where a record begins.
    pub(super) const fn new(input: R) -> Self {
        Self { input, buffer: Vec::new(), position: 0, gap: Gap { bytes: 0, noughts: 0 } }
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
                Beginning::Record(..) if self.gap.bytes > 0 => {
                    return Ok(Some(Item::Damage(mem::take(&mut self.gap).bytes)));
                }
                Beginning::Record(record, length) => {
                    self.position += length;
                    return Ok(Some(Item::Record(record)));
                }
                Beginning::Damage(length) => self.read_over(length),
                Beginning::NeedsBytes(needed) => {
                    if !self.fill(needed)? {
                        self.read_over(self.buffer.len() - self.position);
                        let Gap { bytes, noughts } = mem::take(&mut self.gap);
                        return Ok((bytes > 0).then(|| Item::Tail(Tail { torn: bytes - noughts, padding: noughts })));
                    }
                }
            }
        }
    }

    fn read_over(&mut self, length: usize) {
        self.gap.extend(&self.buffer[self.position..self.position + length]);
        self.position += length;
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
