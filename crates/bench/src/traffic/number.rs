//! The number that tells each posted event from all others.

/// Ten digits, the first no nought: JSON knows no number that begins with one, and the width never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EventNumber(u64);

impl EventNumber {
    /// How many digits it has.
    pub(crate) const DIGITS: usize = 10;
    const FIRST: u64 = 1_000_000_000;
    /// What stands for a number in a text that is to be patched.
    pub(super) const PLACEHOLDER: &'static str = "9876543210";

    /// The number of the event that is posted after `place` others.
    pub(crate) fn new(place: u64) -> Self {
        Self(Self::FIRST + place % (9 * Self::FIRST))
    }

    /// How many events were posted before it.
    pub(crate) fn place(self) -> u64 {
        self.0 - Self::FIRST
    }

    /// Reads the digits that `text` begins with.
    pub(crate) fn read(text: &[u8]) -> Option<Self> {
        let digits = std::str::from_utf8(text.get(..Self::DIGITS)?).ok()?;
        digits.parse().ok().filter(|number| *number >= Self::FIRST).map(Self)
    }

    pub(crate) fn write(self, place: &mut [u8]) {
        let mut rest = self.0;
        for digit in place.iter_mut().rev() {
            *digit = b'0' + u8::try_from(rest % 10).expect("a digit is below 10");
            rest /= 10;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_was_written() {
        for place in [0, 7, 1_234_567, 8_999_999_999] {
            let mut text = [0; EventNumber::DIGITS];
            EventNumber::new(place).write(&mut text);
            assert_ne!(text[0], b'0');
            assert_eq!(EventNumber::read(&text).unwrap().place(), place);
        }
        assert_eq!(EventNumber::read(b"123"), None);
        assert_eq!(EventNumber::read(b"0000000001"), None);
        assert_eq!(EventNumber::read(b"12345x7890"), None);
    }
}
