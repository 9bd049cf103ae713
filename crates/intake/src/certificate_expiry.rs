//! When the certificate in use ends, and what to say about it in time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use x509_cert::Certificate;
use x509_cert::der::Decode as _;

/// Two weekends to renew a certificate by hand.
const WARN_BEFORE: Duration = Duration::from_hours(14 * 24);

/// A day has that many seconds, as far as certificates are concerned.
const DAY: u64 = 24 * 60 * 60;

/// The end of the certificate in use, in seconds since the Unix epoch; 0 while there is none.
#[derive(Debug, Default)]
pub(crate) struct CertificateExpiry(AtomicU64);

impl CertificateExpiry {
    pub(crate) fn set(&self, not_after: Option<SystemTime>) {
        let seconds = not_after.map_or(0, |time| seconds(time).max(1));
        self.0.store(seconds, Ordering::Relaxed);
    }

    /// Seconds left at `now`, 0 if the certificate has ended; none if none is in use.
    pub(crate) fn seconds_left(&self, now: SystemTime) -> Option<u64> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            not_after => Some(not_after.saturating_sub(seconds(now))),
        }
    }
}

/// The end of a certificate's validity; none if it cannot be read, which does not keep rustls from serving it.
pub(crate) fn not_after(certificate: &[u8]) -> Option<SystemTime> {
    let certificate = Certificate::from_der(certificate).ok()?;
    Some(UNIX_EPOCH + certificate.tbs_certificate().validity().not_after.to_unix_duration())
}

/// What to say at `now` about a certificate that ends soon or has ended.
pub(crate) fn warning(not_after: SystemTime, now: SystemTime) -> Option<String> {
    match not_after.duration_since(now) {
        Ok(left) if left > WARN_BEFORE => None,
        Ok(left) => Some(format!(
            "the certificate expires in {} days; renew it, the new one is taken over without a restart",
            left.as_secs() / DAY
        )),
        Err(_) => Some("the certificate has expired, so GitLab does not connect; renew it".to_owned()),
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_certificate_is_read_out_of_it() {
        let mut parameters = rcgen::CertificateParams::new(["localhost".to_owned()]).unwrap();
        parameters.not_after = rcgen::date_time_ymd(2031, 5, 6);
        let certificate = parameters.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap();
        assert_eq!(not_after(certificate.der()), Some(UNIX_EPOCH + Duration::from_hours(537_720)));
        assert_eq!(not_after(b"garbage"), None);
    }

    #[test]
    fn two_weeks_before_the_end_the_warning_begins() {
        let (now, day) = (UNIX_EPOCH + Duration::from_hours(500_000), Duration::from_hours(24));
        assert_eq!(warning(now + 15 * day, now), None);
        assert!(warning(now + 13 * day, now).unwrap().contains("in 13 days"));
        assert!(warning(now - day, now).unwrap().contains("has expired"));
    }

    #[test]
    fn the_time_left_is_never_negative() {
        let (expiry, now) = (CertificateExpiry::default(), UNIX_EPOCH + Duration::from_hours(500_000));
        assert_eq!(expiry.seconds_left(now), None);
        expiry.set(Some(now + Duration::from_secs(7)));
        assert_eq!(expiry.seconds_left(now), Some(7));
        assert_eq!(expiry.seconds_left(now + Duration::from_secs(8)), Some(0));
    }
}
