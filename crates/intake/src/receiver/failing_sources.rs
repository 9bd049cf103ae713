//! Sources that show wrong tokens again and again: they are answered later and later, within bounds.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use lru::LruCache;
use tokio::sync::Semaphore;

/// Mistakes are free up to here: a GitLab with an old token sends some before anybody has changed it.
const FREE_FAILURES: u32 = 10;
const FIRST_DELAY: Duration = Duration::from_millis(10);
/// A source that has been quiet that long is a new one.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(10);
/// Some 400 kB. With more sources at once, those that failed longest ago are forgotten first.
const MAX_SOURCES: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// The sources that failed lately. Whoever shows the right token is not asked after here, so a legitimate sender that
/// shares its address with an attacker is never held up.
#[derive(Debug)]
pub(super) struct FailingSources {
    sources: Mutex<LruCache<IpAddr, Failures>>,
    /// Answers that may be held back at once; further ones go out at once, so that waiting uses up no connections that
    /// legitimate senders need.
    places: Semaphore,
    longest_delay: Duration,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl FailingSources {
    /// At most a quarter of `connections` are held back.
    pub(super) fn new(connections: u32, longest_delay: Duration) -> Self {
        Self {
            sources: Mutex::new(LruCache::new(MAX_SOURCES)),
            places: Semaphore::new((connections / 4).max(1) as usize),
            longest_delay,
        }
    }

    /// Counts a failure and tells how long its answer is to be held back.
    pub(super) fn failed(&self, address: IpAddr, now: Instant) -> Duration {
        let mut sources = self.sources.lock().unwrap_or_else(PoisonError::into_inner);
        let failures = sources.get_or_insert_mut(source(address), || Failures { count: 0, last: now });
        if now.saturating_duration_since(failures.last) >= FORGOTTEN_AFTER {
            failures.count = 0;
        }
        *failures = Failures { count: failures.count.saturating_add(1), last: now };
        match failures.count.saturating_sub(FREE_FAILURES) {
            0 => Duration::ZERO,
            more => self.longest_delay.min(FIRST_DELAY * 2_u32.saturating_pow((more - 1).min(16))),
        }
    }

    /// Waits that long, if there is a place to wait.
    pub(super) async fn hold_back(&self, delay: Duration) {
        if !delay.is_zero()
            && let Ok(_place) = self.places.try_acquire()
        {
            tokio::time::sleep(delay).await;
        }
    }
}

/// Who has one IPv6 address usually has 2^64 of them, so these count as one source.
fn source(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST_DELAY: Duration = Duration::from_secs(2);

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_delay_grows_after_some_free_failures_and_is_bounded() {
        let (failing, now) = (FailingSources::new(1024, LONGEST_DELAY), Instant::now());
        let delays: Vec<_> = (0..1000).map(|_| failing.failed(address("192.0.2.1"), now).as_millis()).collect();
        assert_eq!(delays[..10], [0; 10]);
        assert_eq!(delays[10..19], [10, 20, 40, 80, 160, 320, 640, 1280, 2000]);
        assert_eq!(delays[999], 2000);
        assert_eq!(failing.failed(address("192.0.2.2"), now), Duration::ZERO);
    }

    #[test]
    fn addresses_of_one_ipv6_network_are_one_source() {
        let (failing, now) = (FailingSources::new(1024, LONGEST_DELAY), Instant::now());
        for host in 0..10 {
            failing.failed(address(&format!("2001:db8:0:1::{host}")), now);
        }
        assert_eq!(failing.failed(address("2001:db8:0:1:ffff::"), now), FIRST_DELAY);
        assert_eq!(failing.failed(address("2001:db8:0:2::"), now), Duration::ZERO);
    }

    #[test]
    fn a_quiet_source_is_forgotten() {
        let (failing, now) = (FailingSources::new(1024, LONGEST_DELAY), Instant::now());
        for _ in 0..20 {
            failing.failed(address("192.0.2.1"), now);
        }
        assert_eq!(failing.failed(address("192.0.2.1"), now + FORGOTTEN_AFTER), Duration::ZERO);
    }

    #[test]
    fn ten_thousand_sources_take_the_memory_of_the_bound_and_push_out_the_quiet_ones() {
        let (failing, now) = (FailingSources::new(1024, LONGEST_DELAY), Instant::now());
        for _ in 0..20 {
            failing.failed(address("192.0.2.1"), now);
        }
        for number in 0..10_000_u32 {
            failing.failed(std::net::Ipv4Addr::from_bits(0x0a00_0000 + number).into(), now);
            if number % 1000 == 0 {
                assert_eq!(failing.failed(address("192.0.2.1"), now), LONGEST_DELAY);
            }
        }
        assert_eq!(failing.sources.lock().unwrap().len(), MAX_SOURCES.get());
    }
}
