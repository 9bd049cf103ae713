//! What became of all events together, from the host's own count and from alerts, as far as there are any.

/// What was counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counts {
    /// Events answered with 200.
    pub(crate) accepted: u64,
    /// Events of requests that were not answered: delivered or not, both is right.
    pub(crate) uncertain: u64,
    /// The host's own count of events that it handed over, where it tells.
    pub(crate) delivered: Option<u64>,
    /// What the alerts say, where there are rules.
    pub(crate) alerts: Option<AlertCounts>,
}

/// What the alerts say about those events that should raise one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AlertCounts {
    pub(crate) lost: u64,
    pub(crate) duplicated: u64,
    /// Which events should.
    pub(crate) of: Seen,
}

/// How many of the events alerts tell of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Seen {
    Some,
    All,
}

/// None where nobody can say. The host's count is a sum, so one event handed over twice hides another that is lost, unless
/// alerts tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fate {
    pub(crate) lost: Option<u64>,
    pub(crate) duplicated: Option<u64>,
}

impl Fate {
    pub(crate) fn of(counts: &Counts) -> Self {
        let Counts { accepted, uncertain, delivered, alerts } = *counts;
        if accepted == 0 {
            return Self { lost: None, duplicated: None };
        }
        let missing = delivered.map(|delivered| accepted.saturating_sub(delivered));
        let surplus = delivered.map(|delivered| delivered.saturating_sub(accepted + uncertain));
        // Alerts about some say nothing of the others: a host without room lets the less valuable go, and those raise none.
        let missed = alerts.filter(|alerts| alerts.lost > 0 || alerts.of == Seen::All || missing.is_some());
        Self {
            lost: missing.max(missed.map(|alerts| alerts.lost)),
            duplicated: surplus.max(alerts.map(|alerts| alerts.duplicated)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_KNOWN: Counts = Counts { accepted: 1_000, uncertain: 0, delivered: None, alerts: None };

    fn alerts(lost: u64, duplicated: u64, of: Seen) -> AlertCounts {
        AlertCounts { lost, duplicated, of }
    }

    fn fate(counts: Counts) -> (Option<u64>, Option<u64>) {
        let Fate { lost, duplicated } = Fate::of(&counts);
        (lost, duplicated)
    }

    #[test]
    fn nothing_is_said_of_what_nobody_counted() {
        assert_eq!(fate(NOTHING_KNOWN), (None, None));
        assert_eq!(fate(Counts { alerts: Some(alerts(0, 0, Seen::Some)), ..NOTHING_KNOWN }), (None, Some(0)));
        assert_eq!(fate(Counts { accepted: 0, delivered: Some(0), ..NOTHING_KNOWN }), (None, None));
    }

    #[test]
    fn alerts_about_all_events_are_as_good_as_a_count() {
        assert_eq!(fate(Counts { alerts: Some(alerts(0, 0, Seen::All)), ..NOTHING_KNOWN }), (Some(0), Some(0)));
        assert_eq!(fate(Counts { alerts: Some(alerts(2, 1, Seen::Some)), ..NOTHING_KNOWN }), (Some(2), Some(1)));
    }

    #[test]
    fn a_count_above_what_was_answered_is_a_duplicate_and_no_loss() {
        assert_eq!(fate(Counts { delivered: Some(1_003), ..NOTHING_KNOWN }), (Some(0), Some(3)));
        assert_eq!(fate(Counts { delivered: Some(1_003), uncertain: 2, ..NOTHING_KNOWN }), (Some(0), Some(1)));
        assert_eq!(fate(Counts { delivered: Some(990), uncertain: 2, ..NOTHING_KNOWN }), (Some(10), Some(0)));
    }

    #[test]
    fn alerts_tell_a_loss_that_a_duplicate_hides() {
        let both = Counts { delivered: Some(1_000), alerts: Some(alerts(1, 1, Seen::All)), ..NOTHING_KNOWN };
        assert_eq!(fate(both), (Some(1), Some(1)));
    }
}
