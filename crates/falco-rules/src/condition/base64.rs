//! The `b64` transformer's decoder.
//!
//! It takes the standard alphabet, padded or not; what is left over in the last character must be zero bits. The base64
//! crates agree, but none of them takes one `=` where two belong, as Falco does.

/// What a text stands for, or `None` where it is no base64.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = match text {
        // Nothing but padding is no base64; nothing at all stands for nothing.
        [] => return Some(Vec::new()),
        [text @ .., b'=', b'='] | [text @ .., b'='] => Some(text).filter(|text| !text.is_empty())?,
        text => text,
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for group in text.chunks(4) {
        let mut bits = 0_u32;
        for &character in group {
            bits = bits << 6 | u32::from(six_bits(character)?);
        }
        let [.., first, second, third] = bits.to_be_bytes();
        match group.len() {
            4 => bytes.extend([first, second, third]),
            3 if bits.trailing_zeros() >= 2 => bytes.extend((bits >> 2).to_be_bytes().into_iter().skip(2)),
            2 if bits.trailing_zeros() >= 4 => bytes.extend((bits >> 4).to_be_bytes().into_iter().skip(3)),
            _ => return None,
        }
    }
    Some(bytes)
}

fn six_bits(character: u8) -> Option<u8> {
    Some(match character {
        b'A'..=b'Z' => character - b'A',
        b'a'..=b'z' => character - b'a' + 26,
        b'0'..=b'9' => character - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn padding_is_optional() {
        for text in ["aGVsbG8=", "aGVsbG8"] {
            assert_eq!(decode(text.as_bytes()).as_deref(), Some(&b"hello"[..]));
        }
        assert_eq!(decode(b"aw==").as_deref(), Some(&b"k"[..]));
        assert_eq!(decode(b"").as_deref(), Some(&b""[..]));
    }

    #[test]
    fn what_is_no_base64_has_no_value() {
        for text in ["a", "=", "ab", "a b=", "alpha", "-1"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
