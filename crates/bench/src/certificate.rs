//! The certificate that a host serves.

use std::path::PathBuf;

use rcgen::generate_simple_self_signed;

use crate::case::Key;
use crate::failure::Failure;
use crate::workplace::Workplace;

/// RSA keys take long to make, and `ring` cannot make them.
const RSA_CERTIFICATE: &str = include_str!("../data/rsa.crt");
const RSA_KEY: &str = include_str!("../data/rsa.pkcs8.key");

/// Writes `server.crt` and `server.key`, and gives their folder.
pub(crate) fn write(key: Key, workplace: &Workplace) -> Result<PathBuf, Failure> {
    let (certificate, key) = match key {
        Key::Rsa => (RSA_CERTIFICATE.to_owned(), RSA_KEY.to_owned()),
        Key::Ecdsa => {
            let made = generate_simple_self_signed(vec!["localhost".to_owned()]).map_err(Failure::Certificate)?;
            (made.cert.pem(), made.signing_key.serialize_pem())
        }
    };
    let certificate = workplace.write("server.crt", certificate)?;
    workplace.write("server.key", key)?;
    Ok(certificate.parent().map(PathBuf::from).unwrap_or_default())
}
