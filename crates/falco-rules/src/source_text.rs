//! The text of one rules file, and where in it a byte is: line and column.

use std::ops::Range;

/// A rules file: its name for messages, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RulesFile {
    /// The name in reports, usually the path.
    pub name: String,
    /// The YAML.
    pub content: String,
}

impl RulesFile {
    /// A rules file with this name and text.
    pub fn new(name: impl Into<String>, content: impl Into<String>) -> Self {
        Self { name: name.into(), content: content.into() }
    }
}

/// A place in a text, counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1.
    pub column: usize,
}

/// Finds lines, columns and characters in a text, none of it by walking through a long line.
#[derive(Debug, Clone)]
pub(crate) struct LineIndex<'a> {
    text: &'a str,
    /// The byte at which each line starts.
    lines: Vec<usize>,
    /// The byte of every [`STRIDE`]th character.
    characters: Vec<usize>,
}

/// Characters between two entries of the character table.
const STRIDE: usize = 64;

impl<'a> LineIndex<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends_line = |at: usize| bytes[at] == b'\n' || bytes[at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
        let lines = std::iter::once(0).chain((0..bytes.len()).filter(|&at| ends_line(at)).map(|at| at + 1)).collect();
        let characters = text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect();
        Self { text, lines, characters }
    }

    /// The byte of a character counted from the start of the text; the end of the text if there are fewer.
    pub(crate) fn byte(&self, character: usize) -> usize {
        let start = self.characters.get(character / STRIDE).copied().unwrap_or(self.text.len());
        self.text[start..].char_indices().nth(character % STRIDE).map_or(self.text.len(), |(at, _)| start + at)
    }

    /// How many characters come before a byte.
    pub(crate) fn character(&self, byte: usize) -> usize {
        let byte = self.text.floor_char_boundary(byte);
        let Some(entry) = self.characters.partition_point(|&start| start <= byte).checked_sub(1) else { return 0 };
        entry * STRIDE + self.text[self.characters[entry]..byte].chars().count()
    }

    pub(crate) fn position(&self, byte: usize) -> LineColumn {
        let line = self.lines.partition_point(|&start| start <= byte);
        LineColumn { line, column: self.character(byte) - self.character(self.lines[line - 1]) + 1 }
    }

    /// The bytes of a line (from 1), without its end.
    pub(crate) fn line(&self, line: usize) -> Range<usize> {
        let Some(&start) = self.lines.get(line.saturating_sub(1)) else { return self.text.len()..self.text.len() };
        let end = self.lines.get(line).copied().unwrap_or(self.text.len());
        start..start + self.text[start..end].trim_end_matches(['\r', '\n']).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_with_any_line_end() {
        let index = LineIndex::new("a\r\nbé c\rd\n");
        assert_eq!(index.position(0), LineColumn { line: 1, column: 1 });
        assert_eq!(index.position(3), LineColumn { line: 2, column: 1 });
        assert_eq!(index.position(7), LineColumn { line: 2, column: 4 });
        let lines: Vec<_> = [2, 3, 4, 99].map(|line| &"a\r\nbé c\rd\n"[index.line(line)]).into();
        assert_eq!(lines, ["bé c", "d", "", ""]);
    }

    #[test]
    fn characters_and_bytes_find_each_other() {
        let text = "aé\n".repeat(100);
        let index = LineIndex::new(&text);
        for (character, (byte, _)) in text.char_indices().enumerate() {
            assert_eq!(index.byte(character), byte);
            assert_eq!(index.character(byte), character);
        }
        assert_eq!(index.byte(9999), text.len());
        assert_eq!(LineIndex::new("").position(0), LineColumn { line: 1, column: 1 });
    }
}
