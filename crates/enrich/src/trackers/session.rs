//! Whether an event lies between the beginning and the end of something.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::keyed::State;
use super::window::{Moment, Window, keep_nearest};

/// So many beginnings and ends of a key are kept.
const MAX_MARKS: usize = 64;

/// The longest text that is kept of a beginning, in bytes.
const MAX_TEXT_BYTES: usize = 256;

/// The beginnings and ends of one key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// In order of time and arrival.
    marks: SmallVec<[Mark; 1]>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Mark {
    time: u64,
    /// What is kept of a beginning; an end has none.
    opened_by: Option<Box<str>>,
}

impl Session {
    /// Something begins; `text` is what will be told of it.
    pub(crate) fn open(&mut self, window: Window, text: &str, moment: Moment) {
        let text = &text[..text.floor_char_boundary(MAX_TEXT_BYTES)];
        self.mark(window, Some(text.into()), moment);
    }

    /// It ends.
    pub(crate) fn close(&mut self, window: Window, moment: Moment) {
        self.mark(window, None, moment);
    }

    /// What is told of the session that is open at this moment; none where none is, or where it has been open for longer
    /// than a window.
    pub(crate) fn at(&self, window: Window, moment: Moment) -> Option<&str> {
        let last = self.marks[..self.place(moment.time)].last()?;
        last.opened_by.as_deref().filter(|_| window.holds(moment.time, last.time))
    }

    fn mark(&mut self, window: Window, opened_by: Option<Box<str>>, moment: Moment) {
        let keep_from = window.keep_from(moment);
        let expired = self.marks.partition_point(|mark| mark.time < keep_from);
        self.marks.drain(..expired);
        let mark = Mark { time: moment.time, opened_by };
        let place = self.place(moment.time);
        // GitLab reports one impersonation up to 21 times: for the user and for groups of theirs.
        if self.marks[..place].last() != Some(&mark) {
            self.marks.insert(place, mark);
            keep_nearest(&mut self.marks, MAX_MARKS, moment.clock, |mark| mark.time);
        }
    }

    fn place(&self, time: u64) -> usize {
        self.marks.partition_point(|mark| mark.time <= time)
    }
}

impl State for Session {
    fn is_sound(&self) -> bool {
        let is_short = |mark: &Mark| mark.opened_by.as_ref().is_none_or(|text| text.len() <= MAX_TEXT_BYTES);
        self.marks.len() <= MAX_MARKS
            && self.marks.is_sorted_by_key(|mark| mark.time)
            && self.marks.iter().all(is_short)
    }
}
