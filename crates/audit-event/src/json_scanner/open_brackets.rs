//! Which arrays and objects a scanner is in.

/// The brackets that are open: a bit each, the innermost the lowest.
#[derive(Debug, Default)]
pub(super) struct OpenBrackets {
    depth: usize,
    innermost: u64,
    /// Full ones, the outermost first. No event of GitLab gets so far.
    others: Vec<u64>,
}

impl OpenBrackets {
    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    pub(super) fn push(&mut self, bracket: u8) {
        if self.depth > 0 && self.depth.is_multiple_of(64) {
            self.others.push(self.innermost);
        }
        self.depth += 1;
        self.innermost = self.innermost << 1 | u64::from(bracket == b'{');
    }

    pub(super) fn innermost(&self) -> Option<u8> {
        (self.depth > 0).then_some(if self.innermost & 1 == 1 { b'{' } else { b'[' })
    }

    pub(super) fn pop(&mut self) {
        self.depth -= 1;
        self.innermost >>= 1;
        if self.depth.is_multiple_of(64) {
            self.innermost = self.others.pop().unwrap_or_default();
        }
    }
}
