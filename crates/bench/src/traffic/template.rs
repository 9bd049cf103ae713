//! A request whose bytes are ready but for the events' numbers and times.

use std::ops::Range;

use memchr::memmem;

use super::number::EventNumber;

/// What stands for `created_at` in a text that is to be patched; as wide as every time that GitLab writes.
pub(super) const TIME_PLACEHOLDER: &str = "2000-01-01T00:00:00.000Z";

/// A time as GitLab writes it.
pub(crate) type TimeText = [u8; TIME_PLACEHOLDER.len()];

/// Bytes and where in them numbers and times belong.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    bytes: Vec<u8>,
    numbers: Vec<Range<usize>>,
    times: Vec<Range<usize>>,
}

impl Template {
    /// Each number in the text is another event's.
    pub(crate) fn new(text: &str) -> Self {
        Self {
            numbers: places(text, EventNumber::PLACEHOLDER),
            times: places(text, TIME_PLACEHOLDER),
            bytes: text.as_bytes().to_vec(),
        }
    }

    /// Writes the request with events `first`, `first` + 1 and so on into `buffer`, in place of what it held.
    pub(crate) fn fill(&self, buffer: &mut Vec<u8>, first: u64, time: &TimeText) {
        buffer.clear();
        buffer.extend_from_slice(&self.bytes);
        for (place, range) in (first..).zip(&self.numbers) {
            EventNumber::new(place).write(&mut buffer[range.clone()]);
        }
        for range in &self.times {
            buffer[range.clone()].copy_from_slice(time);
        }
    }
}

fn places(text: &str, placeholder: &str) -> Vec<Range<usize>> {
    let starts = memmem::find_iter(text.as_bytes(), placeholder);
    starts.map(|start| start..start + placeholder.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_event_of_a_request_gets_its_number_and_all_get_the_time() {
        let event = format!(r#"{{"id":{},"created_at":"{TIME_PLACEHOLDER}"}}"#, EventNumber::PLACEHOLDER);
        let template = Template::new(&format!("[{event},{event}]"));
        let mut buffer = b"what was there before".to_vec();
        template.fill(&mut buffer, 41, b"2026-02-10T09:15:27.301Z");
        assert_eq!(
            String::from_utf8(buffer).unwrap(),
            r#"[{"id":1000000041,"created_at":"2026-02-10T09:15:27.301Z"},{"id":1000000042,"created_at":"2026-02-10T09:15:27.301Z"}]"#
        );
    }
}
