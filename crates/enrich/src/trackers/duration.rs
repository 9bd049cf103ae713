//! Spans of time as people write them: `90s`, `10m`, `24h`, `30d`, `1h30m`.

/// Units and their nanoseconds.
const UNITS: [(&str, u64); 5] =
    [("w", 7 * 86_400 * SECOND), ("d", 86_400 * SECOND), ("h", 3_600 * SECOND), ("m", 60 * SECOND), ("s", SECOND)];

const SECOND: u64 = 1_000_000_000;

/// Reads a span of time, in nanoseconds; none where it is no such span, or longer than five centuries.
pub(crate) fn nanoseconds(text: &str) -> Option<u64> {
    let mut rest = text.trim();
    let mut sum: u64 = 0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|character: char| !character.is_ascii_digit())?;
        let (number, unit) = rest.split_at(digits);
        let (_, factor) = UNITS.iter().find(|(name, _)| unit.starts_with(name))?;
        sum = sum.checked_add(number.parse::<u64>().ok()?.checked_mul(*factor)?)?;
        rest = &unit[1..];
    }
    Some(sum)
}

/// The shortest way to write a span of time of whole seconds.
pub(crate) fn describe(nanoseconds: u64) -> String {
    let (name, factor) = UNITS.iter().find(|(_, factor)| nanoseconds.is_multiple_of(*factor)).unwrap_or(&("s", SECOND));
    format!("{}{name}", nanoseconds / factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_in_each_unit_and_together() {
        for (text, seconds) in
            [("90s", 90), ("10m", 600), ("24h", 86_400), ("30d", 2_592_000), ("1w", 604_800), ("1h30m", 5_400)]
        {
            assert_eq!(nanoseconds(text), Some(seconds * SECOND), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_none() {
        for text in ["", "10", "m", "10 m", "-1s", "1.5h", "10x", "99999999999w", "10m5", "1ms"] {
            assert_eq!(nanoseconds(text), None, "{text}");
        }
    }

    #[test]
    fn a_span_is_written_in_its_largest_unit() {
        for text in ["90s", "10m", "36h", "3d", "2w"] {
            assert_eq!(describe(nanoseconds(text).unwrap()), text);
        }
    }
}
