//! Events as lines, for a replay: the mix that is posted, at times of their own.

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

use super::mix::Mix;
use super::template::{Template, TimeText};
use crate::case::Alerts;

/// Different texts; the numbers and times make all events different.
const TEXTS: usize = 16_384;

/// Those who work with one GitLab.
const PEOPLE: u32 = 2_000;

/// When the first event happened.
const START: &str = "2026-02-10T06:00:00Z";

/// From one event to the next: some 2 million a day, a large instance.
const STEP: SignedDuration = SignedDuration::from_millis(40);

/// Writes events one after another.
#[derive(Debug)]
pub(crate) struct EventLines {
    texts: Vec<Template>,
    next: u64,
    time: Timestamp,
}

impl EventLines {
    pub(crate) fn new() -> Self {
        let mut mix = Mix::new(PEOPLE);
        let texts = (0..TEXTS).map(|_| Template::new(&(mix.event(Alerts::ONE_IN_A_THOUSAND).1 + "\n"))).collect();
        Self { texts, next: 0, time: START.parse().expect("START is a time") }
    }

    /// How many events were written until now.
    pub(crate) const fn written(&self) -> u64 {
        self.next
    }

    /// The next `count` events, later than those before.
    pub(crate) fn write(&mut self, count: u64, out: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        let length = self.texts.len() as u64;
        for number in self.next..self.next + count {
            let text = &self.texts[usize::try_from(number % length).unwrap_or(0)];
            text.fill(&mut line, number, &time_text(self.time));
            out.write_all(&line)?;
            self.time += STEP;
        }
        self.next += count;
        Ok(())
    }
}

/// `2026-02-10T06:00:00.040Z`. By hand, because writing the times would take longer than all else.
fn time_text(time: Timestamp) -> TimeText {
    let mut text = *b"2026-01-01T00:00:00.000Z";
    let now = jiff::tz::Offset::UTC.to_datetime(time);
    let mut put = |place: usize, digits: usize, value: i32| {
        let mut rest = value;
        for digit in text[place..place + digits].iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        }
    };
    put(0, 4, now.year().into());
    put(5, 2, now.month().into());
    put(8, 2, now.day().into());
    put(11, 2, now.hour().into());
    put(14, 2, now.minute().into());
    put(17, 2, now.second().into());
    put(20, 3, now.millisecond().into());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_events_whose_times_go_on_from_one_call_to_the_next() {
        let mut lines = EventLines::new();
        let mut out = Vec::new();
        lines.write(2, &mut out).unwrap();
        lines.write(1, &mut out).unwrap();
        let events: Vec<serde_json::Value> =
            String::from_utf8(out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let times: Vec<&str> = events.iter().map(|event| event["created_at"].as_str().unwrap()).collect();
        assert_eq!(times, ["2026-02-10T06:00:00.000Z", "2026-02-10T06:00:00.040Z", "2026-02-10T06:00:00.080Z"]);
        let ids: Vec<String> = events.iter().map(|event| event["id"].to_string()).collect();
        assert!(ids.iter().zip(["0", "1", "2"]).all(|(id, end)| id.trim_matches('"').ends_with(end)), "{ids:?}");
    }
}
