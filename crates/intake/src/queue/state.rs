//! What is in the queue: events by rank, and how far the host has got.

use std::collections::VecDeque;

use super::{BatchLimits, Unread};
use crate::arrival::Arrival;
use crate::event::ReceivedEvent;
use crate::shed::Counts;
use crate::worth::{Rank, Worth};

/// An event in the queue.
#[derive(Debug)]
pub(super) struct Entry {
    /// Its place among all events of the queue.
    order: u64,
    /// Its sequence number, if it is in the spool.
    sequence: Option<u64>,
    worth: Worth,
    event: ReceivedEvent,
}

#[derive(Debug)]
pub(super) struct State {
    ranks: [VecDeque<Entry>; Rank::ALL.len()],
    bytes: usize,
    next_order: u64,
    pub(super) unread: Unread,
    /// The greatest sequence number that was handed out.
    handed_out: u64,
    /// The greatest that was handed out before the host asked again.
    pub(super) acknowledged: u64,
    pub(super) is_closed: bool,
    /// The reader should look up although no event came.
    pub(super) is_woken: bool,
    /// Events come so fast that the reader lets them gather before it looks.
    pub(super) is_under_load: bool,
    /// Notifying costs a system call even when nobody waits, so those who wait are counted.
    pub(super) waiting_readers: usize,
}

impl Entry {
    pub(super) fn only_here(arrival: Arrival) -> Self {
        Self { order: 0, sequence: None, worth: arrival.worth, event: arrival.event }
    }

    pub(super) fn stored(sequence: u64, arrival: Arrival) -> Self {
        Self { sequence: Some(sequence), ..Self::only_here(arrival) }
    }
}

impl State {
    pub(super) fn new(unread: Unread) -> Self {
        let acknowledged = unread.from.saturating_sub(1);
        Self {
            ranks: Rank::ALL.map(|_| VecDeque::new()),
            bytes: 0,
            next_order: 0,
            unread,
            handed_out: acknowledged,
            acknowledged,
            is_closed: false,
            is_woken: false,
            is_under_load: false,
            waiting_readers: 0,
        }
    }

    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn len(&self) -> usize {
        self.ranks.iter().map(VecDeque::len).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.ranks.iter().all(VecDeque::is_empty)
    }

    /// Lets events of lower ranks go until there is room for one of `size`, and gives how many; none, and nothing is let
    /// go, if that would not do.
    pub(super) fn make_room(&mut self, rank: Rank, size: usize, max_bytes: usize) -> Option<Counts> {
        let mut evicted = Counts::default();
        let fits = |bytes: usize| bytes == 0 || bytes + size <= max_bytes;
        if fits(self.bytes) {
            return Some(evicted);
        }
        // At most a walk over all there is, and only when the queue is full of lower ranks.
        let lower = rank.lower().iter().flat_map(|rank| &self.ranks[*rank as usize]);
        let mut left = self.bytes;
        let going = lower.take_while(|entry| {
            let is_needed = !fits(left);
            left -= if is_needed { entry.event.size() } else { 0 };
            is_needed
        });
        let going = going.count();
        if !fits(left) {
            return None;
        }
        for _ in 0..going {
            let queue = rank.lower().iter().find(|rank| !self.ranks[**rank as usize].is_empty())?;
            let entry = self.ranks[*queue as usize].pop_front()?;
            self.bytes -= entry.event.size();
            evicted[entry.worth as usize] += 1;
        }
        Some(evicted)
    }

    pub(super) fn push(&mut self, mut entry: Entry) {
        entry.order = self.next_order;
        self.next_order += 1;
        self.bytes += entry.event.size();
        self.ranks[entry.worth.rank() as usize].push_back(entry);
    }

    /// The host asks again, so it has dealt with what it was given.
    pub(super) fn acknowledge(&mut self) {
        self.acknowledged = self.handed_out;
    }

    pub(super) fn move_into(&mut self, batch: &mut Vec<ReceivedEvent>, limits: BatchLimits) {
        let mut taken = 0;
        let mut bytes = 0_usize;
        while let Some((queue, size)) = self.first() {
            bytes = bytes.saturating_add(size);
            if taken > 0 && (taken >= limits.events || bytes > limits.bytes) {
                break;
            }
            taken += 1;
            self.bytes -= size;
            let Some(entry) = self.ranks[queue].pop_front() else { break };
            self.handed_out = self.handed_out.max(entry.sequence.unwrap_or(0));
            batch.push(entry.event);
        }
    }

    /// Where the oldest event is, and its size.
    fn first(&self) -> Option<(usize, usize)> {
        let fronts = self.ranks.iter().enumerate().filter_map(|(place, queue)| Some((place, queue.front()?)));
        let (place, entry) = fronts.min_by_key(|(_, entry)| entry.order)?;
        Some((place, entry.event.size()))
    }
}
