//! Reads an address list: one address or network a line.

use std::fs::File;
use std::io::Read;
use std::net::IpAddr;
use std::path::Path;

use ipnet::IpNet;

use super::{AddressListError, AddressRanges};

/// Reads the list at `path`. White space around an entry does not count; `#` and `;` begin a comment.
pub fn read_address_list(path: &Path) -> Result<AddressRanges, AddressListError> {
    let unreadable = |cause| AddressListError::Unreadable { path: path.into(), cause };
    let mut bytes = Vec::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by MAX_BYTES")]
    File::open(path)
        .and_then(|file| file.take(AddressListError::MAX_BYTES + 1).read_to_end(&mut bytes))
        .map_err(unreadable)?;
    if bytes.len() as u64 > AddressListError::MAX_BYTES {
        return Err(AddressListError::TooLarge { path: path.into() });
    }
    // Windows tools put a byte order mark before the first line. What a comment is written in does not matter.
    let lines = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes).split(|byte| *byte == b'\n').zip(1..);
    let entries = lines.map(|(line, number)| {
        let entry = line.split(|byte| matches!(byte, b'#' | b';')).next().unwrap_or_default().trim_ascii();
        if entry.is_empty() {
            return Ok(None);
        }
        network(entry).map(Some).ok_or_else(|| AddressListError::NotAnAddress { path: path.into(), line: number })
    });
    entries.filter_map(Result::transpose).collect()
}

fn network(entry: &[u8]) -> Option<IpNet> {
    let entry = std::str::from_utf8(entry).ok()?;
    entry.parse::<IpNet>().ok().or_else(|| entry.parse::<IpAddr>().ok().map(IpNet::from))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Result<AddressRanges, String> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("list.txt");
        fs::write(&path, text).unwrap();
        read_address_list(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn addresses_networks_comments_and_blank_lines_are_read() {
        let ranges = read(
            "\u{feff}# Tor exits\n\n192.0.2.1\r\n  198.51.100.0/24 ; office\n2001:db8::1 # one\n2001:db8:1::/48\n",
        )
        .unwrap();
        assert_eq!(ranges.len(), 4);
        for inside in ["192.0.2.1", "198.51.100.200", "2001:db8::1", "2001:db8:1:2::3"] {
            assert!(ranges.contains(inside.parse().unwrap()), "{inside}");
        }
    }

    #[test]
    fn a_line_that_is_no_address_is_named_by_file_and_number() {
        for mistake in ["192.0.2.256", "192.0.2.0/33", "example.com", "192.0.2.1 192.0.2.2"] {
            let error = read(format!("192.0.2.1\n# note\n{mistake}\n")).unwrap_err();
            assert!(error.contains("list.txt:3: not an address"), "{error}");
        }
    }

    #[test]
    fn a_comment_may_be_written_in_any_encoding() {
        let ranges = read(b"# exits of M\xfcnchen\r\n192.0.2.1 ; B\xfcro\r\n").unwrap();
        assert!(ranges.contains("192.0.2.1".parse().unwrap()));
    }

    #[test]
    fn a_line_that_never_ends_and_bytes_that_are_no_text_are_a_mistake_in_their_line_and_are_not_repeated() {
        for line in [vec![b'1'; 8 << 20], b"192.0.2.\xff".to_vec(), vec![0; 4096], b"\xff\xfe1\x009\x002\x00".to_vec()]
        {
            let error = read([b"192.0.2.1\n", &line[..]].concat()).unwrap_err();
            assert!(error.contains("list.txt:2: not an address") && error.len() < 500, "{error}");
        }
    }

    #[test]
    fn a_list_too_large_to_be_one_is_refused() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("list.txt");
        // A hole: takes no space on the disk.
        File::create(&path).unwrap().set_len(AddressListError::MAX_BYTES + 1).unwrap();
        assert!(matches!(read_address_list(&path), Err(AddressListError::TooLarge { .. })));
    }

    #[test]
    fn an_empty_list_holds_nobody() {
        assert!(read("").unwrap().is_empty());
    }

    #[test]
    fn hundreds_of_thousands_of_entries_are_held_in_little_memory() {
        let text: String =
            (0..500_000u32).map(|n| std::net::Ipv4Addr::from(n * 2 + (1 << 24)).to_string() + "\n").collect();
        let ranges = read(&text).unwrap();
        assert_eq!(ranges.len(), 500_000);
        assert!(ranges.contains("1.0.0.2".parse().unwrap()) && !ranges.contains("1.0.0.3".parse().unwrap()));
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = read_address_list(Path::new("/nonexistent/tor.txt")).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/tor.txt"), "{error}");
    }
}
