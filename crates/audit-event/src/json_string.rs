//! The text of a JSON string: borrowed when it holds no escapes, else decoded.

use std::borrow::Cow;
use std::char::REPLACEMENT_CHARACTER;

/// Decodes `quoted`, a valid JSON string with its quotes.
///
/// A surrogate without its partner and a NUL become U+FFFD: the first has no UTF-8 form, and Falco's strings end at a
/// NUL, so what stands behind one would be hidden from every rule.
pub(crate) fn decode(quoted: &str) -> Cow<'_, str> {
    let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or(quoted);
    match memchr::memchr(b'\\', inner.as_bytes()) {
        None => Cow::Borrowed(inner),
        Some(first_escape) => Cow::Owned(decode_escapes(inner, first_escape)),
    }
}

fn decode_escapes(inner: &str, first_escape: usize) -> String {
    let mut text = String::with_capacity(inner.len());
    let (plain, mut rest) = inner.split_at(first_escape);
    text.push_str(plain);
    while let Some(escape) = rest.strip_prefix('\\') {
        rest = decode_escape(escape, &mut text);
        let plain = rest.find('\\').unwrap_or(rest.len());
        text.push_str(&rest[..plain]);
        rest = &rest[plain..];
    }
    text
}

/// Decodes one escape, given without its backslash, and returns what follows it.
fn decode_escape<'a>(escape: &'a str, text: &mut String) -> &'a str {
    let mut characters = escape.chars();
    let decoded = match characters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return decode_code_unit(characters.as_str(), text),
        Some(itself) => itself,
        None => REPLACEMENT_CHARACTER,
    };
    text.push(decoded);
    characters.as_str()
}

fn decode_code_unit<'a>(digits: &'a str, text: &mut String) -> &'a str {
    let Some((unit, rest)) = hex4(digits) else {
        text.push(REPLACEMENT_CHARACTER);
        return digits;
    };
    if (0xD800..0xDC00).contains(&unit)
        && let Some((low, after_pair)) = rest.strip_prefix("\\u").and_then(hex4)
        && (0xDC00..0xE000).contains(&low)
    {
        let code_point = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        text.push(char::from_u32(code_point).unwrap_or(REPLACEMENT_CHARACTER));
        return after_pair;
    }
    text.push(char::from_u32(unit).filter(|decoded| *decoded != '\0').unwrap_or(REPLACEMENT_CHARACTER));
    rest
}

fn hex4(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    Some((u32::from_str_radix(digits, 16).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_without_escapes_is_borrowed() {
        assert!(matches!(decode(r#""Dev & Co + 100%; é""#), Cow::Borrowed("Dev & Co + 100%; é")));
        assert!(matches!(decode(r#""""#), Cow::Borrowed("")));
    }

    #[test]
    fn escapes_are_decoded_as_serde_json_does() {
        for quoted in [r#""a\"b\\c\/d\b\f\n\r\te""#, r#""\u00e9\u20AC x""#, r#""\ud83d\ude00!""#, r#""é\n\né""#] {
            let expected: String = serde_json::from_str(quoted).unwrap();
            assert_eq!(decode(quoted), expected);
        }
    }

    #[test]
    fn a_nul_hides_nothing_behind_it() {
        assert_eq!(decode(r#""root\u0000 not really""#), "root\u{fffd} not really");
    }

    #[test]
    fn a_surrogate_without_its_partner_is_replaced() {
        assert_eq!(decode(r#""a\ud800b""#), "a\u{fffd}b");
        assert_eq!(decode(r#""a\udc00b""#), "a\u{fffd}b");
        assert_eq!(decode(r#""\ud800\ud83d\ude00""#), "\u{fffd}😀");
        assert_eq!(decode(r#""\ud800\u0041""#), "\u{fffd}A");
        assert_eq!(decode(r#""\ud800\n""#), "\u{fffd}\n");
    }
}
