//! How large a spool and its segments may become.

/// A spool is let go of in steps of a segment, so there should be many in it; but each costs two fsyncs to begin.
const SEGMENTS_IN_SPOOL: u64 = 64;
const LARGEST_SEGMENT_BYTES: u64 = 8 * 1024 * 1024;

/// Some hundred events.
const MOST_PADDING_BYTES: u64 = 256 * 1024;
/// The part of a small segment that may be padding.
const PADDINGS_IN_SEGMENT: u64 = 8;
/// The fewest writes for which padding should do.
const WRITES_IN_PADDING: u64 = 4;

/// The bounds of a spool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    /// All files together.
    pub(super) max_bytes: u64,
    /// After which a new segment is begun.
    pub(super) segment_bytes: u64,
}

impl Bounds {
    pub(super) fn of_spool(max_bytes: u64) -> Self {
        Self { max_bytes, segment_bytes: (max_bytes / SEGMENTS_IN_SPOOL).min(LARGEST_SEGMENT_BYTES) }
    }

    /// How far a segment is padded at most.
    pub(super) fn most_padding(self) -> u64 {
        (self.segment_bytes / PADDINGS_IN_SEGMENT).min(MOST_PADDING_BYTES)
    }

    /// How far a segment is padded that ends at `end` after a write of `written` bytes: not at all where such writes would
    /// soon use it up again, and never beyond the size of a segment.
    pub(super) fn padding_after(self, written: u64, end: u64) -> u64 {
        let most = self.most_padding();
        if written > most / WRITES_IN_PADDING { 0 } else { most.min(self.segment_bytes.saturating_sub(end)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn a_segment_is_padded_for_small_writes_and_up_to_its_size() {
        let bounds = Bounds::of_spool(1024 * MIB);
        assert_eq!((bounds.segment_bytes, bounds.most_padding()), (8 * MIB, MIB / 4));
        assert_eq!(bounds.padding_after(MIB / 16, 20), MIB / 4);
        assert_eq!(bounds.padding_after(MIB / 16 + 1, 20), 0, "a large write");
        assert_eq!(bounds.padding_after(10, 8 * MIB - 7), 7, "nearly full");
        assert_eq!(bounds.padding_after(10, 9 * MIB), 0, "full");
        let small = Bounds::of_spool(MIB);
        assert_eq!((small.segment_bytes, small.most_padding()), (16 * 1024, 2 * 1024));
    }
}
