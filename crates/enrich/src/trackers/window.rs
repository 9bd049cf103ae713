//! The window of a tracker, and what of the past must be kept for it.

/// How late an event may come and still find all others of its window, at most.
pub(super) const MAX_LATENESS: u64 = 3_600 * 1_000_000_000;

/// A span of event time, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Window(u64);

/// One event as trackers see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// When it happened, in nanoseconds since the epoch.
    pub(crate) time: u64,
    /// How far event time has come, as far as is known.
    pub(crate) clock: u64,
    /// The same once it is sure, 0 before: what it calls old may be forgotten.
    pub(crate) settled: u64,
    /// Which event it is, so that one that is sent twice counts once.
    pub(crate) id: u32,
    /// Its number, which orders events of the same time.
    pub(crate) arrival: u64,
}

impl Window {
    pub(crate) const fn new(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    pub(crate) const fn length(self) -> u64 {
        self.0
    }

    /// The window that ends at `end` holds the times after this one, up to and including `end`. `None`: all of them.
    pub(crate) const fn start(self, end: u64) -> Option<u64> {
        end.checked_sub(self.0)
    }

    /// Whether the window that ends at `end` holds `time`.
    pub(crate) fn holds(self, end: u64, time: u64) -> bool {
        time <= end && self.start(end).is_none_or(|start| time > start)
    }

    /// What happened before this time will be asked for no more. Never within the event's own window, whatever the clock
    /// says.
    pub(crate) fn keep_from(self, moment: Moment) -> u64 {
        let lateness = self.0.min(MAX_LATENESS);
        moment.settled.min(moment.time).saturating_sub(self.0).saturating_sub(lateness)
    }
}

/// Removes the elements whose times are farthest from the clock, until `limit` are left. `times` are sorted.
///
/// Neither a flood of times from the future nor one from the past can so drive out those of now.
pub(crate) fn keep_nearest<T>(elements: &mut impl Retain<T>, limit: usize, clock: u64, time: impl Fn(&T) -> u64) {
    let all = elements.as_slice();
    let (mut first, mut last) = (0, all.len());
    while last - first > limit {
        let before = clock.abs_diff(time(&all[first]));
        let after = clock.abs_diff(time(&all[last - 1]));
        if before >= after { first += 1 } else { last -= 1 }
    }
    elements.keep(first, last);
}

/// A list of which a stretch can be kept.
pub(crate) trait Retain<T> {
    fn as_slice(&self) -> &[T];
    fn keep(&mut self, first: usize, last: usize);
}

impl<A: smallvec::Array> Retain<A::Item> for smallvec::SmallVec<A> {
    fn as_slice(&self) -> &[A::Item] {
        self
    }

    fn keep(&mut self, first: usize, last: usize) {
        self.truncate(last);
        self.drain(..first);
    }
}

#[cfg(test)]
mod tests {
    use smallvec::{SmallVec, smallvec};

    use super::*;

    #[test]
    fn what_is_farthest_from_the_clock_goes_first() {
        let mut times: SmallVec<[u64; 1]> = smallvec![1, 90, 95, 100, 105, 900, 901];
        keep_nearest(&mut times, 4, 100, |time| *time);
        assert_eq!(times.as_slice(), [90, 95, 100, 105]);
        keep_nearest(&mut times, 4, 100, |time| *time);
        assert_eq!(times.len(), 4);
    }

    #[test]
    fn a_wrong_clock_never_takes_what_the_events_own_window_holds() {
        let window = Window::new(600);
        let at = |time, clock| window.keep_from(Moment { time, clock, settled: clock, id: 0, arrival: 0 });
        assert_eq!(at(10_000, u64::MAX), 10_000 - 1_200);
        assert_eq!(at(10_000, 5_000), 5_000 - 1_200);
        assert_eq!(at(100, 100), 0);
    }
}
