//! How deep arrays and objects may nest: `serde_json` skips over any depth without complaint, later readers recurse.

/// The depth at which `serde_json` itself gives up when it builds values.
pub(crate) const MAX_DEPTH: usize = 128;

/// Whether `json`, which must be valid JSON, nests deeper than [`MAX_DEPTH`].
pub(crate) fn is_too_deep(json: &str) -> bool {
    // Nearly every event opens fewer than 128 brackets altogether, and counting bytes is many times faster than
    // following strings.
    let opening = json.bytes().filter(|byte| matches!(byte, b'{' | b'[')).count();
    opening > MAX_DEPTH && depth(json) > MAX_DEPTH
}

fn depth(json: &str) -> usize {
    let (mut deepest, mut depth) = (0_usize, 0_usize);
    let mut bytes = json.bytes();
    let mut in_string = false;
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => in_string = !in_string,
            b'\\' if in_string => {
                bytes.next();
            }
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_128_is_accepted_and_129_is_not() {
        assert!(!is_too_deep(&format!("{}{}", "[".repeat(128), "]".repeat(128))));
        assert!(is_too_deep(&format!("{}{}", "[".repeat(129), "]".repeat(129))));
    }

    #[test]
    fn brackets_side_by_side_or_in_strings_are_not_depth() {
        assert!(!is_too_deep(&format!("[{}[]]", "[],".repeat(500))));
        assert!(!is_too_deep(&format!(r#"{{"a\"":"{}"}}"#, "[".repeat(500))));
    }
}
