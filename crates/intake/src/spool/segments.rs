//! Which segments there are, rank by rank: what writer and reader both have to know.

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::segment::{HEAD_BYTES, SegmentId};
use crate::shed::Counts;
use crate::worth::{Rank, Worth};

/// What is known of one segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Segment {
    pub(super) id: SegmentId,
    /// The sequence number of its last record; before the first one, of the record before that.
    pub(super) last: u64,
    /// How far its records are safely on the disk. What may be behind that is never read.
    pub(super) bytes: u64,
    /// Size of its file, which reaches further while it is written: padding comes behind its records.
    pub(super) file_bytes: u64,
    pub(super) counts: Counts,
    /// When its first record arrived, in nanoseconds since the Unix epoch.
    pub(super) first_received_at: Option<u64>,
    /// Damaged places that were told when the segment was found, and that whoever reads it comes to.
    pub(super) told_damages: u64,
}

impl Segment {
    pub(super) const fn empty(id: SegmentId) -> Self {
        let counts = [0; Worth::ALL.len()];
        let last = id.first.saturating_sub(1);
        let bytes = HEAD_BYTES;
        Self { id, last, bytes, file_bytes: bytes, counts, first_received_at: None, told_damages: 0 }
    }
}

/// All segments, those of one rank in the order of their records.
#[derive(Debug, Default)]
pub(super) struct Segments {
    ranks: [VecDeque<Segment>; Rank::ALL.len()],
    file_bytes: u64,
}

impl Segments {
    /// Adds the newest segment of its rank.
    pub(super) fn add(&mut self, segment: Segment) {
        self.file_bytes += segment.file_bytes;
        self.ranks[segment.id.rank as usize].push_back(segment);
    }

    /// Takes in what has become of the newest segment of its rank.
    pub(super) fn replace(&mut self, changed: Segment) {
        if let Some(segment) = self.ranks[changed.id.rank as usize].back_mut().filter(|last| last.id == changed.id) {
            self.file_bytes = self.file_bytes - segment.file_bytes + changed.file_bytes;
            *segment = changed;
        }
    }

    /// Size of all files together.
    pub(super) const fn file_bytes(&self) -> u64 {
        self.file_bytes
    }

    pub(super) fn count(&self) -> usize {
        self.ranks.iter().map(VecDeque::len).sum()
    }

    /// The segment, as far as it has got.
    pub(super) fn get(&self, id: SegmentId) -> Option<&Segment> {
        // Mostly the newest one is asked for.
        self.ranks[id.rank as usize].iter().rfind(|segment| segment.id == id)
    }

    /// Whether a damaged place that a reader has come to was told when the segment was found.
    pub(super) fn was_told(&mut self, id: SegmentId) -> bool {
        let Some(segment) = self.ranks[id.rank as usize].iter_mut().find(|segment| segment.id == id) else {
            return false;
        };
        let was_told = segment.told_damages > 0;
        segment.told_damages -= u64::from(was_told);
        was_told
    }

    /// The first segment of `rank` that has a record from `sequence` on and comes after `last`.
    pub(super) fn next(&self, rank: Rank, sequence: u64, last: Option<SegmentId>) -> Option<&Segment> {
        self.ranks[rank as usize]
            .iter()
            .find(|segment| segment.last >= sequence && last.is_none_or(|last| segment.id.first > last.first))
    }

    /// Takes a segment out.
    pub(super) fn remove(&mut self, id: SegmentId) -> Option<Segment> {
        let segments = &mut self.ranks[id.rank as usize];
        let place = segments.iter().position(|segment| segment.id == id)?;
        let segment = segments.remove(place)?;
        self.file_bytes -= segment.file_bytes;
        Some(segment)
    }

    /// The segments whose records are all up to `sequence`, without those that `is_open` for writing.
    pub(super) fn up_to(&self, sequence: u64, is_open: impl Fn(SegmentId) -> bool) -> Vec<SegmentId> {
        let done = self.ranks.iter().flat_map(|rank| rank.iter().take_while(|segment| segment.last <= sequence));
        done.map(|segment| segment.id).filter(|id| !is_open(*id)).collect()
    }

    /// The segments that may make room for an event of `rank`, in the order they should: those of lower ranks that nobody
    /// has begun to read, and that hold anything.
    pub(super) fn expendable(&self, rank: Rank, unread_from: u64) -> impl Iterator<Item = &Segment> {
        let lower = rank.lower().iter().flat_map(|rank| &self.ranks[*rank as usize]);
        lower.filter(move |segment| segment.id.first >= unread_from && segment.last >= segment.id.first)
    }

    /// How long ago the oldest segment that holds something after `sequence` was begun. A clock that was set back makes it 0.
    pub(super) fn oldest_age(&self, sequence: u64, now: SystemTime) -> Duration {
        let waiting = self.ranks.iter().flatten().filter(|segment| segment.last > sequence);
        let oldest = waiting.filter_map(|segment| segment.first_received_at).min();
        let begun = oldest.map(|nanoseconds| UNIX_EPOCH + Duration::from_nanos(nanoseconds));
        begun.and_then(|begun| now.duration_since(begun).ok()).unwrap_or_default()
    }
}
