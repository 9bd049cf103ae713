//! The present time as GitLab writes it, made anew when it has changed enough.

use std::time::{Duration, Instant};

use jiff::{Timestamp, Unit};

use crate::traffic::TimeText;

/// Writing the time takes longer than all else that is done for a request.
const RESOLUTION: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct TimestampText {
    text: TimeText,
    made: Instant,
}

impl TimestampText {
    pub(super) fn new(now: Instant) -> Self {
        Self { text: text(Timestamp::now()), made: now }
    }

    pub(super) fn get(&mut self, now: Instant) -> &TimeText {
        if now.saturating_duration_since(self.made) >= RESOLUTION {
            *self = Self::new(now);
        }
        &self.text
    }
}

fn text(now: Timestamp) -> TimeText {
    // Three places of the second, also where they are noughts.
    let now = now.round(Unit::Millisecond).unwrap_or(now);
    let text = format!("{now:.3}");
    text.as_bytes().try_into().unwrap_or(*b"2026-01-01T00:00:00.000Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_has_milliseconds() {
        assert_eq!(text("2026-02-10T09:15:27Z".parse().unwrap()), *b"2026-02-10T09:15:27.000Z");
        assert_eq!(text("2026-02-10T09:15:27.3019Z".parse().unwrap()), *b"2026-02-10T09:15:27.302Z");
    }
}
