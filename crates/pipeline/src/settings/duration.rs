//! Spans of time as operators write them: a whole number and a unit, `90s`, `10m`, `30d`.

use std::time::Duration;

use serde_json::Value;

use super::error::Problem;

/// What a span of time may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DurationRange {
    /// The least.
    pub least: Duration,
    /// The most.
    pub most: Duration,
}

/// Reads a span of time. A number without a unit is refused: nobody could tell what it counts.
pub(super) fn duration(value: &Value, range: DurationRange) -> Result<Duration, Problem> {
    let text = match value {
        Value::String(text) => text.trim(),
        Value::Number(number) => {
            return Err(Problem::Because(format!("{number} has no unit; write s, m, h or d behind it, such as 10m")));
        }
        _ => return Err(Problem::WrongType),
    };
    parse(text).filter(|span| (range.least..=range.most).contains(span)).ok_or_else(|| {
        Problem::Because(format!(
            "must be a whole number and a unit (s, m, h or d), from {} to {}",
            written(range.least),
            written(range.most)
        ))
    })
}

fn parse(text: &str) -> Option<Duration> {
    let unit = text.char_indices().next_back()?;
    let seconds: u64 = match unit.1 {
        's' => 1,
        'm' => 60,
        'h' => 60 * 60,
        'd' => 24 * 60 * 60,
        _ => return None,
    };
    let number = text[..unit.0].trim_end();
    // `parse` alone would take a sign.
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let number: u64 = number.parse().ok().filter(|_| is_number)?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

/// A span as it would be written in a configuration, in the largest unit that fits.
pub(super) fn written(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [(24 * 60 * 60, 'd'), (60 * 60, 'h'), (60, 'm')];
    match units.into_iter().find(|(length, _)| seconds > 0 && seconds.is_multiple_of(*length)) {
        Some((length, unit)) => format!("{}{unit}", seconds / length),
        None => format!("{seconds}s"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RANGE: DurationRange = DurationRange { least: Duration::from_secs(5), most: Duration::from_hours(30 * 24) };

    #[test]
    fn a_number_and_a_unit_are_a_span() {
        for (text, seconds) in [("90s", 90), ("10m", 600), (" 2 h ", 7200), ("30d", 2_592_000)] {
            assert_eq!(duration(&json!(text), RANGE).unwrap(), Duration::from_secs(seconds), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_the_range() {
        for text in ["", "s", "1", "-1m", "+1m", "1.5h", "1w", "31d", "4s", "99999999999999999999d", "1\u{663}m", "ä"]
        {
            let Err(Problem::Because(text)) = duration(&json!(text), RANGE) else { panic!("{text}") };
            assert_eq!(text, "must be a whole number and a unit (s, m, h or d), from 5s to 30d");
        }
    }

    #[test]
    fn a_number_without_a_unit_says_what_is_missing() {
        let Err(Problem::Because(text)) = duration(&json!(600), RANGE) else { panic!() };
        assert!(text.contains("no unit"), "{text}");
        assert!(matches!(duration(&json!(true), RANGE), Err(Problem::WrongType)));
    }
}
