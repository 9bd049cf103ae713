//! Puts events into segments: room first, then one write and one fsync for each rank that got something.

use std::fs::{self, File};
use std::io;
use std::mem;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::backlog::Backlog;
use super::bounds::Bounds;
use super::padding::Padder;
use super::record;
use super::segment::{HEAD_BYTES, SegmentId};
use super::segments::{Segment, Segments};
use crate::arrival::Arrival;
use crate::shed::Counts;
use crate::worth::Rank;

/// How long the disk is left alone after it failed, so that a dead one does not hold up every event.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);

/// What writer and reader share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) segments: Mutex<Segments>,
    /// Whoever holds it may rely on nothing being read meanwhile.
    pub(super) backlog: Mutex<Backlog>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is on the disk, under this sequence number.
    Stored(u64),
    /// The disk failed.
    Failed,
    /// The spool is full, and nothing in it is worth less.
    Shed,
}

/// What came of storing some events.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// The fate of each, in their order.
    pub(crate) fates: Vec<Fate>,
    /// How many events of earlier days had to make room.
    pub(crate) evicted: Counts,
    /// Why the disk failed.
    pub(crate) failure: Option<io::Error>,
}

/// The one that writes.
#[derive(Debug)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
    directory: PathBuf,
    bounds: Bounds,
    open: [Option<(SegmentId, File)>; Rank::ALL.len()],
    next_sequence: u64,
    rests_until: Option<Instant>,
    padder: Padder,
}

/// The records for one rank that are written at once.
#[derive(Debug, Default)]
struct Draft {
    bytes: Vec<u8>,
    counts: Counts,
    first: u64,
    last: u64,
    first_received_at: u64,
}

/// Whether another event may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    Enough,
    None,
}

impl Shared {
    pub(super) fn segments(&self) -> MutexGuard<'_, Segments> {
        // Each change is made whole or not at all.
        self.segments.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn backlog(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    pub(super) fn new(shared: Arc<Shared>, directory: &Path, bounds: Bounds, next_sequence: u64) -> Self {
        Self {
            shared,
            directory: directory.to_owned(),
            bounds,
            open: Rank::ALL.map(|_| None),
            next_sequence,
            rests_until: None,
            padder: Padder::default(),
        }
    }

    /// Stores events. Those of the fate [`Fate::Stored`] stay after a crash and after a power failure.
    ///
    /// `unread_from` tells the first sequence number that the host would have to read from the disk.
    pub(crate) fn store(&mut self, arrivals: &[Arrival], unread_from: impl Fn() -> u64) -> Outcome {
        let mut outcome = Outcome::default();
        let is_resting = self.rests_until.is_some_and(|end| Instant::now() < end);
        let mut drafts = Rank::ALL.map(|_| Draft::default());
        let mut drafted = 0;
        for arrival in arrivals {
            let fate = if is_resting || outcome.failure.is_some() {
                Ok(Fate::Failed)
            } else {
                self.make_room(arrival, drafted, &unread_from, &mut outcome.evicted).map(|room| match room {
                    Room::None => Fate::Shed,
                    Room::Enough => {
                        drafted += record::length(&arrival.event);
                        self.draft(arrival, &mut drafts[arrival.worth.rank() as usize])
                    }
                })
            };
            outcome.fates.push(fate.unwrap_or_else(|error| {
                self.rest();
                outcome.failure = Some(error);
                Fate::Failed
            }));
        }
        let drafts = Rank::ALL.into_iter().zip(&drafts).filter(|(_, draft)| !draft.bytes.is_empty());
        // All are written before any is synchronised: what the file system does for the first then mostly serves the others.
        let written: Vec<_> = drafts.map(|(rank, draft)| (rank, self.write(rank, draft))).collect();
        for (rank, written) in written {
            if let Err(error) = written.and_then(|segment| self.synchronise(segment)) {
                self.abandon(rank);
                self.rest();
                outcome.failure = Some(error);
                for (arrival, fate) in arrivals.iter().zip(&mut outcome.fates) {
                    if arrival.worth.rank() == rank && matches!(fate, Fate::Stored(_)) {
                        *fate = Fate::Failed;
                    }
                }
            }
        }
        outcome
    }

    /// The disk failed; it is not asked again at once.
    fn rest(&mut self) {
        self.rests_until = Instant::now().checked_add(PAUSE_AFTER_FAILURE);
    }

    /// Removes the segments that the host has read to their end.
    pub(crate) fn remove_up_to(&mut self, sequence: u64) -> io::Result<()> {
        let is_open = |id| self.open.iter().flatten().any(|(open, _)| *open == id);
        let done = self.shared.segments().up_to(sequence, is_open);
        for id in done {
            remove_file(&id.path(&self.directory))?;
            self.shared.segments().remove(id);
        }
        Ok(())
    }

    fn draft(&mut self, arrival: &Arrival, draft: &mut Draft) -> Fate {
        let sequence = self.next_sequence;
        if record::write(sequence, arrival, &mut draft.bytes).is_none() {
            return Fate::Shed;
        }
        self.next_sequence += 1;
        if draft.first == 0 {
            (draft.first, draft.first_received_at) = (sequence, arrival.event.received_at);
        }
        draft.last = sequence;
        draft.counts[arrival.worth as usize] += 1;
        Fate::Stored(sequence)
    }

    /// Lets segments of lower ranks go until there is room. Nothing is let go if that would not do.
    fn make_room(
        &mut self,
        arrival: &Arrival,
        drafted: u64,
        unread_from: impl Fn() -> u64,
        evicted: &mut Counts,
    ) -> io::Result<Room> {
        // Each rank may begin a new segment, and be padded.
        let of_ranks = (HEAD_BYTES + self.bounds.most_padding()) * Rank::ALL.len() as u64;
        let coming = drafted + of_ranks + record::length(&arrival.event);
        let excess = |segments: &Segments| (segments.file_bytes() + coming).saturating_sub(self.bounds.max_bytes);
        if excess(&self.shared.segments()) == 0 {
            return Ok(Room::Enough);
        }
        let wanted = excess(&self.shared.segments());
        // Nothing is read while this is held, so what is unread stays so.
        let mut backlog = self.shared.backlog();
        let (mut going, mut freed) = (Vec::new(), 0);
        for segment in self.shared.segments().expendable(arrival.worth.rank(), unread_from()) {
            going.push(segment.id);
            freed += segment.file_bytes;
            if freed >= wanted {
                break;
            }
        }
        if freed < wanted {
            return Ok(Room::None);
        }
        for id in going {
            let open = &mut self.open[id.rank as usize];
            open.take_if(|(open, _)| *open == id);
            backlog.close(id.rank);
            remove_file(&id.path(&self.directory))?;
            if let Some(segment) = self.shared.segments().remove(id) {
                for (count, gone) in evicted.iter_mut().zip(segment.counts) {
                    *count += gone;
                }
            }
        }
        Ok(Room::Enough)
    }

    /// Writes behind the last record of the rank's segment, or into a new one. Gives the segment as it is when that is safe.
    fn write(&mut self, rank: Rank, draft: &Draft) -> io::Result<Segment> {
        let known = |id: &SegmentId| self.shared.segments().get(*id).cloned();
        let current = self.open[rank as usize].as_ref().and_then(|(id, _)| known(id));
        let is_full = |segment: &Segment| {
            segment.bytes > HEAD_BYTES && segment.bytes + draft.bytes.len() as u64 > self.bounds.segment_bytes
        };
        let mut segment = match current {
            Some(segment) if !is_full(&segment) => segment,
            current => {
                if let Some(full) = current {
                    self.close(full);
                }
                self.begin(rank, draft.first)?
            }
        };
        if let Some((_, file)) = &mut self.open[rank as usize] {
            file.write_all_at(&draft.bytes, segment.bytes)?;
            segment.bytes += draft.bytes.len() as u64;
            if segment.bytes > segment.file_bytes {
                let padding = self.bounds.padding_after(draft.bytes.len() as u64, segment.bytes);
                segment.file_bytes = segment.bytes + self.padder.pad(file, segment.bytes, padding)?;
            }
        }
        segment.last = draft.last;
        segment.first_received_at.get_or_insert(draft.first_received_at);
        for (count, more) in segment.counts.iter_mut().zip(draft.counts) {
            *count += more;
        }
        Ok(segment)
    }

    /// Makes safe what was written last to a rank's segment, of which it has become `written`.
    fn synchronise(&self, written: Segment) -> io::Result<()> {
        if let Some((_, file)) = &self.open[written.id.rank as usize] {
            file.sync_data()?;
        }
        self.shared.segments().replace(written);
        Ok(())
    }

    /// Cuts off the padding that a full segment has left. Where that fails it stays, which the next start does not mind.
    fn close(&mut self, full: Segment) {
        if let Some((_, file)) = mem::take(&mut self.open[full.id.rank as usize])
            && full.file_bytes > full.bytes
        {
            self.cut(&file, full);
        }
    }

    /// Cuts off all that is behind the last record.
    fn cut(&self, file: &File, mut segment: Segment) {
        if file.set_len(segment.bytes).is_ok() {
            segment.file_bytes = segment.bytes;
            self.shared.segments().replace(segment);
        }
    }

    fn begin(&mut self, rank: Rank, first: u64) -> io::Result<Segment> {
        let id = SegmentId { rank, first };
        let file = id.create(&self.directory)?;
        self.open[rank as usize] = Some((id, file));
        let segment = Segment::empty(id);
        self.shared.segments().add(segment.clone());
        Ok(segment)
    }

    /// Never writes to a file again whose write or fsync failed: the system may have dropped what it did not write, and
    /// say at the next attempt that all is well.
    fn abandon(&mut self, rank: Rank) {
        let Some((id, file)) = mem::take(&mut self.open[rank as usize]) else { return };
        let segment = self.shared.segments().get(id).cloned();
        // If this fails, too, the rest is read again after a restart: delivered once more, not lost.
        match segment {
            Some(segment) if segment.bytes > HEAD_BYTES => self.cut(&file, segment),
            _ => {
                if remove_file(&id.path(&self.directory)).is_ok() {
                    self.shared.segments().remove(id);
                }
            }
        }
    }
}

fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
