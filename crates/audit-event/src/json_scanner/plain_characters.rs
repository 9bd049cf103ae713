//! How far a string goes on without a character that means something.

/// The length of the beginning of `text` that holds no quote, backslash or control character: eight bytes at a time,
/// because strings are most of an event.
pub(super) fn plain_characters(text: &[u8]) -> usize {
    let mut length = 0;
    while let Some(eight) = text[length..].first_chunk() {
        let special = special_characters(u64::from_le_bytes(*eight));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    let rest = text[length..].iter();
    length + rest.take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

/// Sets the highest bit of each byte that is a quote, a backslash or below a space. Above the lowest such byte there may be
/// more bits set than that.
const fn special_characters(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    let quote = eight ^ (ONES * b'"' as u64);
    let backslash = eight ^ (ONES * b'\\' as u64);
    // A byte borrows from its highest bit only when it is below what is taken away.
    let is_quote = quote.wrapping_sub(ONES) & !quote;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    let is_control = eight.wrapping_sub(ONES * 0x20) & !eight;
    (is_quote | is_backslash | is_control) & HIGHEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_of_a_word_is_looked_at() {
        for special in ["\"", "\\", "\n", "\0", "\u{1f}"] {
            for before in 0..20 {
                let text = format!(
                    "{}{special}{}",
                    "é".repeat(before / 2) + &"x".repeat(before % 2),
                    "\u{7f}\u{80}z".repeat(9)
                );
                assert_eq!(plain_characters(text.as_bytes()), text.find(special).unwrap_or_default(), "{text:?}");
            }
        }
    }
}
