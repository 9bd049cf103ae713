//! Reads answers: the status, and where the answer ends.

use memchr::memmem;

/// An answer is small; more than this is not from the host that is measured.
const MOST_BYTES: usize = 64 * 1024;

/// What is known of an answer that is being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Progress {
    Unfinished,
    /// With its status.
    Finished(u16),
}

/// That is no answer of HTTP/1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotHttp;

/// Collects the bytes of one answer after another.
#[derive(Debug, Default)]
pub(super) struct ResponseReader {
    bytes: Vec<u8>,
}

impl ResponseReader {
    /// Takes what was read; says whether the answer is whole.
    pub(super) fn take(&mut self, read: &[u8]) -> Result<Progress, NotHttp> {
        // Most answers come in one piece, and then nothing is copied.
        if self.bytes.is_empty() {
            let progress = look_at(read)?;
            if progress == Progress::Unfinished {
                self.bytes.extend_from_slice(read);
            }
            return Ok(progress);
        }
        self.bytes.extend_from_slice(read);
        let progress = look_at(&self.bytes)?;
        if progress != Progress::Unfinished {
            self.bytes.clear();
        }
        Ok(progress)
    }

    /// The connection has ended: an answer without a length is whole now.
    pub(super) fn end(&mut self) -> Option<u16> {
        let head = memmem::find(&self.bytes, b"\r\n\r\n").map(|end| &self.bytes[..end]);
        let status = head.and_then(|head| content_length(head).is_none().then(|| status(head)).flatten());
        self.bytes.clear();
        status
    }
}

fn look_at(bytes: &[u8]) -> Result<Progress, NotHttp> {
    let Some(end) = memmem::find(bytes, b"\r\n\r\n") else {
        return if bytes.len() > MOST_BYTES { Err(NotHttp) } else { Ok(Progress::Unfinished) };
    };
    let head = &bytes[..end];
    let status = status(head).ok_or(NotHttp)?;
    match content_length(head) {
        Some(length) if bytes.len() - end - 4 >= length => Ok(Progress::Finished(status)),
        _ if bytes.len() > MOST_BYTES => Err(NotHttp),
        _ => Ok(Progress::Unfinished),
    }
}

/// From `HTTP/1.1 200 OK`.
fn status(head: &[u8]) -> Option<u16> {
    let rest = head.strip_prefix(b"HTTP/1.")?;
    std::str::from_utf8(rest.get(2..5)?).ok()?.parse().ok()
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    head.split(|byte| *byte == b'\n').find_map(|line| {
        let (name, value) = line.split_at_checked(NAME.len())?;
        let value = name.eq_ignore_ascii_case(NAME).then_some(value)?;
        std::str::from_utf8(value).ok()?.trim().parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 5\r\ndate: x\r\n\r\nnever";

    #[test]
    fn an_answer_is_whole_wherever_it_is_cut() {
        for cut in 1..ANSWER.len() {
            let mut reader = ResponseReader::default();
            assert_eq!(reader.take(&ANSWER[..cut]), Ok(Progress::Unfinished), "{cut}");
            assert_eq!(reader.take(&ANSWER[cut..]), Ok(Progress::Finished(401)), "{cut}");
            assert_eq!(reader.take(ANSWER), Ok(Progress::Finished(401)));
        }
    }

    #[test]
    fn an_answer_without_a_length_ends_with_the_connection() {
        let mut reader = ResponseReader::default();
        assert_eq!(reader.take(b"HTTP/1.0 200 OK\r\n\r\nRequest"), Ok(Progress::Unfinished));
        assert_eq!(reader.take(b" Successful"), Ok(Progress::Unfinished));
        assert_eq!(reader.end(), Some(200));
        assert_eq!(reader.end(), None, "nothing is left of it");
    }

    #[test]
    fn a_cut_answer_is_none() {
        let mut reader = ResponseReader::default();
        assert_eq!(reader.take(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf"), Ok(Progress::Unfinished));
        assert_eq!(reader.end(), None);
    }

    #[test]
    fn what_is_not_http_is_said() {
        assert_eq!(ResponseReader::default().take(b"SSH-2.0\r\n\r\n"), Err(NotHttp));
        assert_eq!(ResponseReader::default().take(&vec![b'x'; MOST_BYTES + 1]), Err(NotHttp));
    }
}
