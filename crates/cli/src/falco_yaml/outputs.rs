//! Where alerts go: `stdout_output`, `file_output`, `program_output` and `http_output`.

use std::path::PathBuf;

use super::{document::Mistake, section::Section};

/// The outputs that are enabled.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct OutputSettings {
    /// `stdout_output.enabled`; none where the file does not say.
    pub(crate) stdout: Option<bool>,
    /// `file_output`.
    pub(crate) file: Option<FileSettings>,
    /// `program_output`.
    pub(crate) program: Option<ProgramSettings>,
    /// `http_output`.
    pub(crate) http: Option<HttpSettings>,
}

/// `keep_alive`: what happens to a file or program between two alerts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lifetime {
    /// It stays open.
    Kept,
    /// It is opened, or started, anew.
    EachTime,
}

/// A file that alerts are appended to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSettings {
    /// `filename`.
    pub(crate) path: PathBuf,
    /// `keep_alive`.
    pub(crate) lifetime: Lifetime,
}

/// A shell command that alerts are written to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProgramSettings {
    /// `program`.
    pub(crate) command: String,
    /// `keep_alive`.
    pub(crate) lifetime: Lifetime,
}

/// An address that alerts are posted to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HttpSettings {
    /// `url`.
    pub(crate) url: String,
    /// `user_agent`.
    pub(crate) user_agent: String,
    /// Whom to believe when the address is HTTPS.
    pub(crate) trust: Trust,
}

/// Which certificates of a server are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Those of the authorities the system knows.
    System,
    /// Those of the authorities in this PEM file: `ca_cert` or `ca_bundle`.
    File(PathBuf),
    /// Any: `insecure`.
    Everybody,
}

pub(super) fn read(file: &Section<'_>) -> Result<OutputSettings, Mistake> {
    Ok(OutputSettings {
        stdout: file.section("stdout_output")?.switch("enabled")?,
        file: enabled(file, "file_output", |section| {
            let path = PathBuf::from(section.needed_text("filename")?);
            Ok(FileSettings { path, lifetime: lifetime(section)? })
        })?,
        program: enabled(file, "program_output", |section| {
            Ok(ProgramSettings { command: section.needed_text("program")?, lifetime: lifetime(section)? })
        })?,
        http: enabled(file, "http_output", http)?,
    })
}

fn enabled<T>(
    file: &Section<'_>,
    key: &str,
    read: impl Fn(&Section<'_>) -> Result<T, Mistake>,
) -> Result<Option<T>, Mistake> {
    let section = file.section(key)?;
    if section.switch("enabled")? == Some(true) { read(&section).map(Some) } else { Ok(None) }
}

fn lifetime(section: &Section<'_>) -> Result<Lifetime, Mistake> {
    let is_kept = section.switch("keep_alive")?.unwrap_or(false);
    Ok(if is_kept { Lifetime::Kept } else { Lifetime::EachTime })
}

fn http(section: &Section<'_>) -> Result<HttpSettings, Mistake> {
    section.needed_text("url")?;
    let url = section.parsed("url", |text| match ureq::http::Uri::try_from(text) {
        Ok(url) if matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() => Ok(text.to_owned()),
        _ => Err("it must be a URL that begins with http:// or https://".to_owned()),
    })?;
    section.parsed("mtls", |text| match text {
        "true" => {
            Err("client certificates are not supported here; put a proxy in front, or say `mtls: false`".to_owned())
        }
        _ => Ok(()),
    })?;
    let authorities = |key| section.text(key).map(|path| path.filter(|path| !path.is_empty()).map(PathBuf::from));
    Ok(HttpSettings {
        url: url.unwrap_or_default(),
        user_agent: section.text("user_agent")?.unwrap_or_else(|| "falcosecurity/falco".to_owned()),
        trust: match (section.switch("insecure")?, authorities("ca_cert")?.or(authorities("ca_bundle")?)) {
            (Some(true), _) => Trust::Everybody,
            (_, Some(path)) => Trust::File(path),
            (_, None) => Trust::System,
        },
    })
}
