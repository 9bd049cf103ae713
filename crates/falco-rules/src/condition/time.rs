//! An event's time as Falco writes it, in UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

fn written(nanoseconds: u64, format: &str) -> String {
    // The whole range of a u64 of nanoseconds is within what a timestamp can be.
    let time = Timestamp::from_nanosecond(i128::from(nanoseconds)).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).strftime(format).to_string()
}

/// `17:13:20.000000000`
pub(crate) fn time_of_day(nanoseconds: u64) -> String {
    written(nanoseconds, "%H:%M:%S.%9f")
}

/// `17:13:20`
pub(crate) fn time_of_day_seconds(nanoseconds: u64) -> String {
    written(nanoseconds, "%H:%M:%S")
}

/// `2023-11-14T17:13:20.000000000+0000`
pub(crate) fn iso8601(nanoseconds: u64) -> String {
    written(nanoseconds, "%Y-%m-%dT%H:%M:%S.%9f+0000")
}

/// `2023-11-14T17:13:20.000000000Z`
pub(crate) fn rfc3339(nanoseconds: u64) -> String {
    written(nanoseconds, "%Y-%m-%dT%H:%M:%S.%9fZ")
}

/// `2023-11-14 17:13:20.000000000`
pub(crate) fn date_time(nanoseconds: u64) -> String {
    written(nanoseconds, "%Y-%m-%d %H:%M:%S.%9f")
}

/// `2023-11-14 17:13:20`
pub(crate) fn date_time_seconds(nanoseconds: u64) -> String {
    written(nanoseconds, "%Y-%m-%d %H:%M:%S")
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_are_written_in_utc_with_nine_decimals() {
        let time = 1_699_982_000_000_000_001;
        assert_eq!(super::iso8601(time), "2023-11-14T17:13:20.000000001+0000");
        assert_eq!(super::time_of_day(time), "17:13:20.000000001");
        assert_eq!(super::date_time_seconds(time), "2023-11-14 17:13:20");
        assert!(super::iso8601(u64::MAX).starts_with("2554-"));
    }
}
