//! GitLab instances that have sent nothing for too long, and followed files into which nothing is written.

use std::sync::Arc;
use std::time::{Duration, Instant};

use intake::InstanceActivity;

/// `gitlab.pluginerror.kind` of what is reported.
pub(crate) const STREAM_SILENT: &str = "stream_silent";

/// Watches for silence. Time is that of arrivals and of the monotonic clock, so neither old events nor a clock that is set
/// can end or begin one.
#[derive(Debug)]
pub(crate) struct Silence {
    expected: Expected,
    longest: Duration,
    /// From when an instance is watched that has not sent anything.
    since: Instant,
    reported: Vec<Reported>,
}

/// How events are to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expected {
    /// Each token is an instance's.
    WithTokens,
    /// The files are one instance without a name.
    InFiles,
}

/// The last report of an instance's silence.
#[derive(Debug)]
struct Reported {
    instance: Option<Arc<str>>,
    at: Instant,
    count: u64,
}

/// An instance is silent.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Silent {
    pub(crate) instance: Option<Arc<str>>,
    lasts: Duration,
    /// The how manieth report of this silence it is.
    pub(crate) count: u64,
}

impl Silence {
    pub(crate) const fn new(expected: Expected, longest: Duration, since: Instant) -> Self {
        Self { expected, longest, since, reported: Vec::new() }
    }

    /// What to report of `silent`.
    pub(crate) fn message(&self, silent: &Silent) -> String {
        message(self.expected, silent)
    }

    /// Each silent instance, first when its silence has lasted as long as is allowed, then once in each further such span.
    pub(crate) fn due(&mut self, instances: &[InstanceActivity], now: Instant) -> Vec<Silent> {
        instances.iter().filter_map(|instance| self.look_at(instance, now)).collect()
    }

    fn look_at(&mut self, instance: &InstanceActivity, now: Instant) -> Option<Silent> {
        let last = instance.last_arrival.unwrap_or(self.since);
        let place = self.reported.iter().position(|reported| reported.instance == instance.name);
        // A report from before the last event belongs to a silence that is over.
        let place = match place {
            Some(place) if self.reported[place].at <= last => {
                self.reported.swap_remove(place);
                None
            }
            place => place,
        };
        let begins = place.map_or(last, |place| self.reported[place].at);
        if now.saturating_duration_since(begins) < self.longest {
            return None;
        }
        let count = place.map_or(1, |place| self.reported[place].count + 1);
        let reported = Reported { instance: instance.name.clone(), at: now, count };
        match place {
            Some(place) => self.reported[place] = reported,
            None => self.reported.push(reported),
        }
        Some(Silent { instance: instance.name.clone(), lasts: now.saturating_duration_since(last), count })
    }
}

fn message(expected: Expected, silent: &Silent) -> String {
    let (instance, seconds) = (silent.instance.as_deref(), silent.lasts.as_secs());
    match (expected, instance) {
        (Expected::InFiles, _) => {
            format!("no event has been written into the followed files for {seconds} seconds; look at what writes them")
        }
        (Expected::WithTokens, None) => {
            format!(
                "no event has come with the one token for {seconds} seconds; look at GitLab's streaming destination"
            )
        }
        (Expected::WithTokens, Some(name)) => format!(
            "no event has come with the token of {name} for {seconds} seconds; look at GitLab's streaming destination"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn instance(name: Option<&str>, last_arrival: Option<Instant>) -> InstanceActivity {
        InstanceActivity { name: name.map(Arc::from), events: 0, last_arrival }
    }

    /// The names and counts of what is reported.
    fn due(silence: &mut Silence, instances: &[InstanceActivity], now: Instant) -> Vec<(String, u64)> {
        let due = silence.due(instances, now).into_iter();
        due.map(|silent| (silent.instance.as_deref().unwrap_or("-").to_owned(), silent.count)).collect()
    }

    #[test]
    fn a_silence_is_reported_when_it_is_too_long_and_once_in_each_further_span() {
        let start = Instant::now();
        let mut silence = Silence::new(Expected::WithTokens, 10 * MINUTE, start);
        let instances = [instance(Some("eu"), None)];
        let mut reports = Vec::new();
        for minute in 0..=35 {
            if !due(&mut silence, &instances, start + minute * MINUTE).is_empty() {
                reports.push(minute);
            }
        }
        assert_eq!(reports, [10, 20, 30]);
    }

    #[test]
    fn an_event_ends_it_and_the_next_one_is_counted_anew() {
        let start = Instant::now();
        let mut silence = Silence::new(Expected::WithTokens, 10 * MINUTE, start);
        let silent = [instance(Some("eu"), None)];
        assert_eq!(due(&mut silence, &silent, start + 10 * MINUTE), [("eu".to_owned(), 1)]);
        assert_eq!(due(&mut silence, &silent, start + 20 * MINUTE), [("eu".to_owned(), 2)]);
        let spoke = [instance(Some("eu"), Some(start + 21 * MINUTE))];
        assert_eq!(due(&mut silence, &spoke, start + 30 * MINUTE), []);
        assert_eq!(due(&mut silence, &spoke, start + 31 * MINUTE), [("eu".to_owned(), 1)]);
    }

    #[test]
    fn each_instance_is_watched_for_itself_and_the_one_without_a_name_too() {
        let start = Instant::now();
        let mut silence = Silence::new(Expected::WithTokens, 10 * MINUTE, start);
        let instances =
            [instance(Some("eu"), Some(start + 5 * MINUTE)), instance(Some("us"), None), instance(None, None)];
        assert_eq!(due(&mut silence, &instances, start + 10 * MINUTE), [("us".to_owned(), 1), ("-".to_owned(), 1)]);
        assert_eq!(due(&mut silence, &instances, start + 15 * MINUTE), [("eu".to_owned(), 1)]);
    }
}
