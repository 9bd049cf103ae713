//! How far a string goes on without a character that means something.

/// The length of the beginning of `text` that holds no quote, backslash or control character: eight bytes at a time,
/// because strings are most of an event.
pub(super) fn plain_characters(text: &[u8]) -> usize {
    let (eights, rest) = text.as_chunks();
    let mut length = 0;
    for eight in eights {
        let special = special_characters(u64::from_le_bytes(*eight));
        if special != 0 {
            return length + special.trailing_zeros() as usize / 8;
        }
        length += 8;
    }
    length + rest.iter().take_while(|byte| !matches!(byte, b'"' | b'\\' | 0..0x20)).count()
}

/// Sets the highest bit of each byte that is a quote, a backslash or below a space. Above the lowest such byte there may be
/// more bits set than that.
const fn special_characters(eight: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    // Exchanges the quote, 0x22, for the space, 0x20, and else only characters on the same side of them.
    let exchanged = eight ^ (ONES * 2);
    let backslash = eight ^ (ONES * b'\\' as u64);
    // A byte borrows from its highest bit only when it is below what is taken away.
    let is_quote_or_control = exchanged.wrapping_sub(ONES * 0x21) & !exchanged;
    let is_backslash = backslash.wrapping_sub(ONES) & !backslash;
    (is_quote_or_control | is_backslash) & HIGHEST
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
