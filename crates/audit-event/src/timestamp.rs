//! Times as GitLab writes them, in nanoseconds since the Unix epoch.

use jiff::Timestamp;

/// Reads an RFC 3339 time; none of what is no such time, or lies before the epoch.
///
/// The library's parser, which knows all that such a time may look like, took a twenty-fifth of a replay; nearly all events
/// have the one form that is read here.
pub(crate) fn nanoseconds(text: &str) -> Option<u64> {
    utc_seconds(text.as_bytes()).or_else(|| u64::try_from(text.parse::<Timestamp>().ok()?.as_nanosecond()).ok())
}

/// `2026-03-04T07:42:30.123Z`, with up to nine digits of the second's parts or none; none of every other text.
fn utc_seconds(text: &[u8]) -> Option<u64> {
    let (time, fraction) = text.strip_suffix(b"Z")?.split_at_checked(19)?;
    let [year, month, day, hour, minute, second] =
        [0..4, 5..7, 8..10, 11..13, 14..16, 17..19].map(|digits| number(&time[digits]));
    let is_separated =
        [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')].iter().all(|(at, byte)| time[*at] == *byte);
    let days = days_since_epoch(year?, month?, day?)?;
    let is_a_time = is_separated && hour? < 24 && minute? < 60 && second? < 60;
    let seconds = ((days * 24 + hour?) * 60 + minute?) * 60 + second?;
    is_a_time.then_some(seconds)?.checked_mul(1_000_000_000)?.checked_add(parts(fraction)?)
}

/// `.123` as nanoseconds.
fn parts(fraction: &[u8]) -> Option<u64> {
    let Some(digits) = fraction.strip_prefix(b".") else { return fraction.is_empty().then_some(0) };
    let places = u32::try_from(digits.len()).ok().filter(|places| (1..=9).contains(places))?;
    Some(number(digits)? * 10_u64.pow(9 - places))
}

fn number(digits: &[u8]) -> Option<u64> {
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0')))
}

/// Days of the Gregorian calendar from 1 January 1970, counted in years that begin in March, so that the leap day is their last.
fn days_since_epoch(year: u64, month: u64, day: u64) -> Option<u64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 => 28 + u64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => return None,
    };
    if year < 1970 || !(1..=length).contains(&day) {
        return None;
    }
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days_before_month = (153 * month + 2) / 5;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + days_before_month + day - 1 - 719_468)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn by_the_library(text: &str) -> Option<u64> {
        u64::try_from(text.parse::<Timestamp>().ok()?.as_nanosecond()).ok()
    }

    #[test]
    fn each_day_is_that_of_the_library() {
        for day in 0..200_000 {
            let time = Timestamp::from_second(day * 86_400).unwrap();
            assert_eq!(
                utc_seconds(time.to_string().as_bytes()),
                Some(u64::try_from(day).unwrap() * 86_400_000_000_000)
            );
        }
    }

    proptest! {
        #[test]
        fn times_and_what_looks_like_them_are_read_as_by_the_library(
            text in "[0-9]{3}[0-9][-/][01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|z|\\+01:00|)"
        ) {
            prop_assert_eq!(nanoseconds(&text), by_the_library(&text));
        }

        #[test]
        fn a_time_of_this_form_is_read_without_the_library(
            seconds in 0_i64..100_000_000_000, nanoseconds in 0_i32..1_000_000_000
        ) {
            let time = Timestamp::new(seconds, nanoseconds).unwrap();
            prop_assert_eq!(utc_seconds(time.to_string().as_bytes()), u64::try_from(time.as_nanosecond()).ok());
        }
    }
}
