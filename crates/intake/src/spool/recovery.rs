//! Reads through a spool at start: what is in it, what a crash cut off, what is damaged.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use super::error::SpoolError;
use super::record_reader::{Item, RecordReader, Tail};
use super::segment::{self, HEAD_BYTES, Head, SegmentId};
use super::segments::{Segment, Segments};
use crate::fingerprint::Fingerprint;
use crate::regular_file;

/// What was found at start.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// The sequence number of the next event.
    pub(crate) next_sequence: u64,
    /// Events that the host has yet to take.
    pub(crate) waiting: u64,
    /// Places that cannot be read.
    pub(crate) damages: u64,
    /// What is wrong with the first of them, in a sentence.
    pub(crate) first_damage: String,
    /// Bytes that were cut away at the ends: events whose senders never got an answer.
    pub(crate) torn_bytes: u64,
}

/// Is told of each event in the spool that has a number, and when it arrived, in nanoseconds since the Unix epoch.
pub(crate) type Recall<'a> = dyn FnMut(Fingerprint, u64) + 'a;

/// Reads through the segments in `directory`. The host has taken the events up to `acknowledged`.
pub(super) fn recover(
    directory: &Path,
    acknowledged: u64,
    recall: &mut Recall<'_>,
) -> Result<(Segments, Recovered), SpoolError> {
    let unusable = |cause| SpoolError::Unusable { path: directory.to_owned(), cause };
    let entries = fs::read_dir(directory).and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect());
    let paths: Vec<PathBuf> = entries.map_err(unusable)?;
    let mut ids: Vec<SegmentId> = paths.iter().filter_map(|path| SegmentId::of_path(path)).collect();
    ids.sort_unstable_by_key(|id| (id.rank, id.first));

    let mut segments = Segments::default();
    let mut recovered = Recovered { next_sequence: acknowledged + 1, ..Recovered::default() };
    for (place, id) in ids.iter().enumerate() {
        let is_last = ids.get(place + 1).is_none_or(|next| next.rank != id.rank);
        let end = if is_last { End::MayBeTorn } else { End::WasClosed };
        let path = id.path(directory);
        let unusable = |cause| SpoolError::Unusable { path: path.clone(), cause };
        let file = regular_file::open(&path).map_err(unusable)?;
        let mut reading = Reading { path: &path, acknowledged, end, recovered: &mut recovered };
        let segment = match segment::read_head(&file).map_err(unusable)? {
            Head::OtherVersion(version) => return Err(SpoolError::OtherVersion { path, version }),
            head => reading.read(*id, head, file, recall).map_err(unusable)?,
        };
        // More than its first number also where a crash came before its first record, so that no name is used twice.
        recovered.next_sequence = recovered.next_sequence.max(segment.last + 1).max(id.first + 1);
        segments.add(segment);
    }
    Ok((segments, recovered))
}

/// What bytes at the end of a segment may be that are no record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// What a crash cut off.
    MayBeTorn,
    /// Damage: the segment ended with a record when the next one was begun, or with the noughts behind it.
    WasClosed,
}

/// The reading of one segment.
struct Reading<'a> {
    path: &'a Path,
    acknowledged: u64,
    end: End,
    recovered: &'a mut Recovered,
}

impl Reading<'_> {
    fn read(&mut self, id: SegmentId, head: Head, file: File, recall: &mut Recall<'_>) -> io::Result<Segment> {
        let mut segment = Segment::empty(id);
        segment.file_bytes = file.metadata()?.len();
        segment.bytes = segment.file_bytes;
        if head == Head::Damaged && segment.bytes >= HEAD_BYTES {
            self.damage("its head is damaged");
        }
        let mut reader = RecordReader::new(file);
        loop {
            match reader.next() {
                Ok(None) => return Ok(segment),
                Ok(Some(Item::Record(record))) => {
                    segment.last = segment.last.max(record.sequence);
                    segment.counts[record.arrival.worth as usize] += 1;
                    let received_at = record.arrival.event.received_at;
                    segment.first_received_at.get_or_insert(received_at);
                    self.recovered.waiting += u64::from(record.sequence > self.acknowledged);
                    if let Some(fingerprint) = record.arrival.fingerprint {
                        recall(fingerprint, received_at);
                    }
                }
                Ok(Some(Item::Tail(Tail { torn, padding }))) if torn == 0 || self.end == End::MayBeTorn => {
                    segment.bytes -= torn + padding;
                    segment.file_bytes = segment.bytes;
                    self.recovered.torn_bytes += torn;
                    OpenOptions::new().write(true).open(self.path)?.set_len(segment.bytes)?;
                }
                Ok(Some(Item::Damage(bytes))) => {
                    segment.told_damages += 1;
                    self.damage(&format!("{bytes} bytes are damaged"));
                }
                Ok(Some(Item::Tail(tail))) => {
                    segment.told_damages += 1;
                    self.damage(&format!("{} bytes are damaged", tail.bytes()));
                }
                // A bad sector is no reason not to start.
                Err(error) => {
                    segment.told_damages += 1;
                    self.damage(&error.to_string());
                    return Ok(segment);
                }
            }
        }
    }

    fn damage(&mut self, what: &str) {
        if self.recovered.damages == 0 {
            self.recovered.first_damage = format!("events in {} cannot be read: {what}", self.path.display());
        }
        self.recovered.damages += 1;
    }
}
