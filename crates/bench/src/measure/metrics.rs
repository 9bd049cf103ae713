//! The host's own counts, from its `/metrics`.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::failure::Failure;

const PATIENCE: Duration = Duration::from_secs(10);
const MOST_BYTES: u64 = 4 << 20;

/// The answer of one request for metrics.
#[derive(Debug)]
pub(crate) struct HostMetrics(String);

impl HostMetrics {
    pub(crate) fn read(address: SocketAddr) -> Result<Self, Failure> {
        get(address, "/metrics").map(Self).map_err(|error| Failure::Metrics(error.to_string()))
    }

    /// A count without labels; 0 where there is none of that name.
    pub(crate) fn get(&self, name: &str) -> u64 {
        let line = self.0.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.and_then(|value| value.trim().parse().ok()).unwrap_or(0)
    }
}

/// Whether the host says that it receives.
pub(crate) fn is_ready(address: SocketAddr) -> bool {
    get(address, "/readyz").is_ok_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

#[expect(clippy::disallowed_methods, reason = "bounded by MOST_BYTES")]
fn get(address: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(MOST_BYTES).read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_found_by_its_whole_name() {
        let metrics = HostMetrics("# TYPE a counter\na_total_more 3\na_total 7\nb{x=\"y\"} 4\n".to_owned());
        assert_eq!((metrics.get("a_total"), metrics.get("b"), metrics.get("c")), (7, 0, 0));
    }
}
