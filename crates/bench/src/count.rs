//! Counts as numbers to divide by.

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) const fn float(count: u64) -> f64 {
    count as f64
}
