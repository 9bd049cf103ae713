//! A text of a rule put together from pieces of rules files: `append` adds to a condition defined elsewhere.

use crate::diagnostic::FileSpan;

/// A text and the pieces it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    joined: String,
    pieces: Vec<Piece>,
}

/// One scalar of a rules file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    /// Where its text starts in the joined text.
    start: usize,
    /// The scalar in the file, quotes and block header included.
    span: FileSpan,
}

impl Text {
    pub(crate) fn new(text: String, span: FileSpan) -> Self {
        Self { joined: text, pieces: vec![Piece { start: 0, span }] }
    }

    /// Adds a piece behind a blank.
    pub(crate) fn append(&mut self, other: &Self) {
        self.joined.push(' ');
        let shift = self.joined.len();
        self.joined.push_str(&other.joined);
        self.pieces
            .extend(other.pieces.iter().map(|piece| Piece { start: shift + piece.start, span: piece.span.clone() }));
    }

    /// The same without blanks at its ends.
    pub(crate) fn trimmed(self) -> Self {
        let leading = self.joined.len() - self.joined.trim_start().len();
        let pieces = self.pieces.into_iter().map(|piece| Piece { start: piece.start.saturating_sub(leading), ..piece });
        Self { joined: self.joined.trim().to_owned(), pieces: pieces.collect() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.joined
    }

    /// The piece a byte of the joined text is in: the scalar in its file, the piece's text, and the byte in that text.
    pub(crate) fn piece(&self, byte: usize) -> (&FileSpan, &str, usize) {
        let index = self.pieces.partition_point(|piece| piece.start <= byte).saturating_sub(1);
        let piece = &self.pieces[index];
        // The blank between two pieces belongs to neither.
        let end = self.pieces.get(index + 1).map_or(self.joined.len(), |next| next.start - 1);
        (&piece.span, &self.joined[piece.start..end], byte - piece.start)
    }
}
