//! `file_output`: alerts appended to a file, one a line.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    time::Instant,
};

use super::{Output, losses::Losses};
use crate::falco_yaml::{FileSettings, Lifetime};

/// How much waits for the end of a batch at most, about.
const MAX_WAITING: usize = 1 << 20;

/// A file that alerts are appended to.
pub(super) struct FileOutput {
    path: PathBuf,
    lifetime: Lifetime,
    file: Option<File>,
    /// Lines that wait for the end of the batch.
    waiting: Vec<u8>,
    last_line: LastLine,
    lost: Losses,
}

/// How the file ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LastLine {
    Whole,
    /// The disk was full in the middle of it: the next line must not be glued to it.
    CutShort,
}

impl FileOutput {
    /// Opens the file, so that a path that cannot be written is known at start.
    pub(super) fn open(settings: &FileSettings) -> io::Result<Self> {
        let FileSettings { path, lifetime } = settings.clone();
        let file = Some(append_to(&path)?);
        let lost = Losses::new("file_output", "not written");
        Ok(Self { path, lifetime, file, waiting: Vec::new(), last_line: LastLine::Whole, lost })
    }

    /// Appends what waits; what could not be written still waits afterwards.
    fn append(&mut self) -> io::Result<()> {
        let mut file = match self.file.take() {
            Some(file) => file,
            None => append_to(&self.path)?,
        };
        append_lines(&mut file, &mut self.waiting, &mut self.last_line)?;
        if self.lifetime == Lifetime::Kept {
            self.file = Some(file);
        }
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Moves lines from `waiting` to `file`, as many as it takes.
fn append_lines(file: &mut impl Write, waiting: &mut Vec<u8>, last_line: &mut LastLine) -> io::Result<()> {
    if *last_line == LastLine::CutShort {
        file.write_all(b"\n")?;
        *last_line = LastLine::Whole;
    }
    let mut written = 0;
    let result = loop {
        match file.write(&waiting[written..]) {
            Ok(0) if written < waiting.len() => break Err(ErrorKind::WriteZero.into()),
            Ok(0) => break Ok(()),
            Ok(length) => written += length,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => break Err(error),
        }
    };
    if waiting[..written].last().is_some_and(|&byte| byte != b'\n') {
        *last_line = LastLine::CutShort;
    }
    waiting.drain(..written);
    result
}

impl Output for FileOutput {
    fn write(&mut self, line: &str) {
        self.waiting.extend_from_slice(line.as_bytes());
        self.waiting.push(b'\n');
        if self.waiting.len() >= MAX_WAITING {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        if let Err(error) = self.append() {
            let alerts = memchr::memchr_iter(b'\n', &self.waiting).count() as u64;
            self.lost.add(alerts, Some(&format!("{}: {error}", self.path.display())));
        }
        self.waiting.clear();
    }

    fn finish(mut self: Box<Self>, _deadline: Instant) {
        self.flush();
        self.lost.tell();
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_moved_away_is_made_anew_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        for (lifetime, expected) in [(Lifetime::EachTime, "b\n"), (Lifetime::Kept, "")] {
            let path = folder.path().join("alerts");
            let mut output = FileOutput::open(&FileSettings { path: path.clone(), lifetime }).unwrap();
            output.write("a");
            output.flush();
            fs::rename(&path, folder.path().join("rotated")).unwrap();
            output.write("b");
            output.flush();
            assert_eq!(fs::read_to_string(&path).unwrap_or_default(), expected);
        }
    }

    /// A disk with room for so many bytes.
    struct Disk {
        content: Vec<u8>,
        room: usize,
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let length = bytes.len().min(self.room);
            if length == 0 && !bytes.is_empty() {
                return Err(ErrorKind::StorageFull.into());
            }
            self.content.extend_from_slice(&bytes[..length]);
            self.room -= length;
            Ok(length)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_a_full_disk_cut_short_does_not_swallow_the_next_one() {
        for (room, expected, lost) in
            [(6, "one\ntw\nfour\n", "o\n"), (8, "one\ntwo\nfour\n", ""), (4, "one\nfour\n", "two\n")]
        {
            let (mut disk, mut last_line) = (Disk { content: Vec::new(), room }, LastLine::Whole);
            let mut waiting = b"one\ntwo\n".to_vec();
            let result = append_lines(&mut disk, &mut waiting, &mut last_line);
            assert_eq!((result.is_err(), waiting), (!lost.is_empty(), lost.as_bytes().to_vec()));
            disk.room = 100;
            append_lines(&mut disk, &mut b"four\n".to_vec(), &mut last_line).unwrap();
            assert_eq!(String::from_utf8(disk.content).unwrap(), expected);
        }
    }

    #[test]
    fn a_path_that_cannot_be_written_is_an_error_at_once() {
        let settings = FileSettings { path: "/nonexistent/alerts".into(), lifetime: Lifetime::Kept };
        assert!(FileOutput::open(&settings).is_err());
    }
}
