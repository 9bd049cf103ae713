//! Which posted events came out as alerts, how often and how late.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::alerts::Alert;
use super::latency::Latencies;
use crate::clock::Moment;
use crate::sender::Sent;

/// What became of the events that should raise an alert.
#[derive(Debug, Default)]
pub(crate) struct Deliveries {
    /// Answered with 200, and no alert.
    pub(crate) lost: u64,
    /// Alerts above the first of an event.
    pub(crate) duplicated: u64,
    /// From the post to the first alert.
    pub(crate) latencies: Latencies,
}

/// Matches alerts with what was posted.
pub(crate) fn count_deliveries(
    sent: &[Sent],
    alerts: &[Alert],
    events_per_request: u32,
    is_marker: impl Fn(u64) -> bool,
) -> Deliveries {
    let mut first_alerts: HashMap<u64, Moment> = HashMap::with_capacity(alerts.len());
    let mut deliveries = Deliveries::default();
    for alert in alerts {
        match first_alerts.entry(alert.event.place()) {
            Entry::Vacant(none) => _ = none.insert(alert.at),
            Entry::Occupied(_) => deliveries.duplicated += 1,
        }
    }
    for request in sent {
        for event in request.first..request.first + u64::from(events_per_request) {
            if !is_marker(event) {
                continue;
            }
            match first_alerts.get(&event) {
                Some(at) => deliveries.latencies.add(at.since(request.at)),
                None if request.was_accepted() => deliveries.lost += 1,
                None => {}
            }
        }
    }
    deliveries
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sender::Outcome;
    use crate::traffic::EventNumber;

    fn sent(first: u64, outcome: Outcome) -> Sent {
        Sent { first, at: Moment(first * 1_000_000), answered_at: Moment(first * 1_000_000 + 500), outcome }
    }

    fn alert(place: u64, milliseconds: u64) -> Alert {
        Alert { event: EventNumber::new(place), at: Moment(milliseconds * 1_000_000) }
    }

    #[test]
    fn an_accepted_event_without_an_alert_is_lost_and_a_refused_one_is_not() {
        let ok = Outcome::Status(200);
        let posted = [sent(0, ok), sent(2, ok), sent(4, Outcome::Status(503)), sent(6, Outcome::Broken)];
        let alerts = [alert(0, 3), alert(1, 4), alert(2, 5)];
        let deliveries = count_deliveries(&posted, &alerts, 2, |_| true);
        assert_eq!((deliveries.lost, deliveries.duplicated), (1, 0));
        assert_eq!(deliveries.latencies.spread().map(|spread| format!("{:.1}", spread.max)).as_deref(), Some("4.0"));
    }

    #[test]
    fn a_second_alert_of_an_event_is_a_duplicate() {
        let posted = [sent(0, Outcome::Status(200))];
        let deliveries = count_deliveries(&posted, &[alert(0, 1), alert(0, 2), alert(0, 3)], 1, |_| true);
        assert_eq!((deliveries.lost, deliveries.duplicated), (0, 2));
    }

    #[test]
    fn only_markers_count() {
        let posted = [sent(0, Outcome::Status(200))];
        let deliveries = count_deliveries(&posted, &[alert(0, 1)], 100, |place| place == 0);
        assert_eq!((deliveries.lost, deliveries.duplicated), (0, 0));
        assert_eq!(Moment(7).since(Moment(9)), Duration::ZERO);
    }
}
