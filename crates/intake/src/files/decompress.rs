//! Plain text out of a file that may be compressed, told by its first bytes and not by its name.

use std::io::{self, BufRead, BufReader, Read};

use flate2::read::MultiGzDecoder;

const BUFFER_BYTES: usize = 64 * 1024;

/// Reads `reader` through the decompressor it needs. Nothing is held but one buffer, so a small file that unpacks to
/// terabytes costs time and no memory.
pub(super) fn decompress(mut reader: impl Read + Send + 'static) -> io::Result<Box<dyn BufRead + Send>> {
    let start = first_bytes(&mut reader)?;
    let compression = Compression::of(&start);
    let reader = BufReader::with_capacity(BUFFER_BYTES, io::Cursor::new(start).chain(reader));
    Ok(match compression {
        None => Box::new(reader),
        Some(Compression::Gzip) => Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader))),
        Some(Compression::Zstd) => {
            Box::new(BufReader::with_capacity(BUFFER_BYTES, zstd::Decoder::with_buffer(reader)?))
        }
    })
}

enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            // A frame, or a skippable frame, which parallel compressors write first.
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Up to four bytes; a pipe may give them one by one.
fn first_bytes(reader: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4);
    let mut limited = reader.take(4);
    #[expect(clippy::disallowed_methods, reason = "bounded by the take above")]
    limited.read_to_end(&mut bytes)?;
    Ok(bytes)
}
