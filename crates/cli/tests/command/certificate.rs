//! A certificate authority and a server certificate made for one test.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};

/// Writes `server.crt` and `server.key` for 127.0.0.1 and `localhost` into a folder; gives the path of the authority's
/// certificate there.
pub(crate) fn write(folder: &Path) -> PathBuf {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &authority).unwrap();
    fs::write(folder.join("server.crt"), certificate.pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    let path = folder.join("ca.crt");
    fs::write(&path, authority.pem()).unwrap();
    path
}

/// Writes a certificate that is its own authority, as `openssl req -x509` makes them.
pub(crate) fn write_self_signed(folder: &Path) -> PathBuf {
    let mut params = CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    fs::write(folder.join("server.key"), certificate.key().serialize_pem()).unwrap();
    let path = folder.join("server.crt");
    fs::write(&path, certificate.pem()).unwrap();
    path
}
