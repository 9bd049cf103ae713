//! How urgent an alert is: syslog's eight levels, as Falco names them.

use std::fmt;
use std::str::FromStr;

/// Priority of a rule, most urgent first: `Emergency < Debug`, as in syslog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Priority {
    /// The system is unusable.
    Emergency,
    /// Act at once.
    Alert,
    /// A critical condition.
    Critical,
    /// An error condition.
    Error,
    /// A warning condition.
    Warning,
    /// Normal but significant.
    Notice,
    /// For information; written `INFO` or `INFORMATIONAL` in a rules file.
    Informational,
    /// For debugging only.
    Debug,
}

impl Priority {
    /// All priorities, most urgent first.
    pub const ALL: [Self; 8] = [
        Self::Emergency,
        Self::Alert,
        Self::Critical,
        Self::Error,
        Self::Warning,
        Self::Notice,
        Self::Informational,
        Self::Debug,
    ];

    /// The name in alerts: `Critical`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Emergency => "Emergency",
            Self::Alert => "Alert",
            Self::Critical => "Critical",
            Self::Error => "Error",
            Self::Warning => "Warning",
            Self::Notice => "Notice",
            Self::Informational => "Informational",
            Self::Debug => "Debug",
        }
    }
}

impl fmt::Display for Priority {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The text is no priority.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no priority; expected one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO, DEBUG")]
pub struct PriorityError(pub String);

impl FromStr for Priority {
    type Err = PriorityError;

    /// Case does not matter; `info` stands for `informational`. No other abbreviation and no number, as in Falco.
    fn from_str(text: &str) -> Result<Self, PriorityError> {
        if text.eq_ignore_ascii_case("info") {
            return Ok(Self::Informational);
        }
        Self::ALL
            .into_iter()
            .find(|priority| priority.name().eq_ignore_ascii_case(text))
            .ok_or_else(|| PriorityError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_any_case() {
        assert_eq!("emergency".parse(), Ok(Priority::Emergency));
        assert_eq!("WARNING".parse(), Ok(Priority::Warning));
        assert_eq!("Info".parse(), Ok(Priority::Informational));
        assert_eq!("INFORMATIONAL".parse(), Ok(Priority::Informational));
    }

    #[test]
    fn abbreviations_and_numbers_are_no_priorities() {
        for text in ["warn", "4", "", " debug", "err"] {
            assert!(text.parse::<Priority>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn emergency_is_the_most_urgent() {
        assert!(Priority::Emergency < Priority::Debug);
        assert!(Priority::ALL.is_sorted());
    }
}
