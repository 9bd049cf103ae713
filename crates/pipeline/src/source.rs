//! Where events come from, as Falco's `open_params` or a command line say it.

use std::path::PathBuf;

use intake::Listen;

use crate::settings::{DefaultScheme, Settings, SettingsError};

/// Where events come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// GitLab posts them.
    Webhook(Listen),
    /// They are in files, read once.
    Files(Vec<PathBuf>),
    /// They are in files that are being written: a file, a folder or a pattern.
    Followed(PathBuf),
}

impl Source {
    /// Reads Falco's `open_params`, in the manner of the k8saudit plugin.
    ///
    /// Empty or absent (Falco tells the two apart, nobody else does): what `Listen` says, else every address on port 443
    /// or 80. An `http://` or `https://` URL: listen there. A `file://` URL: follow what it
    /// names. Anything else is a path: read it and end.
    pub fn from_open_params(text: &str, settings: &Settings) -> Result<Self, SettingsError> {
        let text = text.trim();
        if text.is_empty() {
            return settings.listen.clone().map_or_else(|| default_listen(settings.scheme), Ok).map(Self::Webhook);
        }
        match text.split_once("://") {
            None => Ok(Self::Files(vec![PathBuf::from(text)])),
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") => {
                text.parse().map(Self::Webhook).map_err(|error: intake::ListenError| open_params(error.to_string()))
            }
            Some((scheme, path)) if scheme.eq_ignore_ascii_case("file") => {
                // Three slashes: between the second and the third would be the name of another machine.
                let path = path.strip_prefix("localhost").unwrap_or(path);
                if path.starts_with('/') {
                    return Ok(Self::Followed(PathBuf::from(path)));
                }
                Err(open_params(
                    "a file:// URL needs an absolute path, such as file:///var/log/gitlab/audit_json.log".to_owned(),
                ))
            }
            Some((scheme, _)) => Err(open_params(format!(
                "`{}://` is not known; give an http:// or https:// URL to listen on, a file:// URL to follow, or the path of a file or folder to read",
                scheme.escape_debug().take(32).collect::<String>()
            ))),
        }
    }
}

fn default_listen(scheme: DefaultScheme) -> Result<Listen, SettingsError> {
    let url = match scheme {
        DefaultScheme::Https => "https://",
        DefaultScheme::Http => "http://",
    };
    url.parse().map_err(|error: intake::ListenError| open_params(error.to_string()))
}

fn open_params(problem: String) -> SettingsError {
    SettingsError::Value { key: "open_params", problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(open_params: &str, init_config: &str) -> Result<Source, SettingsError> {
        Source::from_open_params(open_params, &Settings::from_init_config(init_config).unwrap())
    }

    fn webhook(url: &str) -> Source {
        Source::Webhook(url.parse().unwrap())
    }

    #[test]
    fn empty_means_the_ports_of_the_go_plugin() {
        assert_eq!(source("", ""), Ok(webhook("https://:443/")));
        assert_eq!(source(" ", r#"{"UseHTTPS": false}"#), Ok(webhook("http://:80/")));
    }

    #[test]
    fn listen_speaks_where_open_params_are_silent_and_only_there() {
        let listen = r#"{"Listen": "http://127.0.0.1:8765/gitlab"}"#;
        assert_eq!(source("", listen), Ok(webhook("http://127.0.0.1:8765/gitlab")));
        assert_eq!(source("http://[::1]:1/", listen), Ok(webhook("http://[::1]:1/")));
    }

    #[test]
    fn a_path_is_read_once() {
        assert_eq!(source("/var/log/audit.ndjson", ""), Ok(Source::Files(vec!["/var/log/audit.ndjson".into()])));
    }

    #[test]
    fn a_file_url_is_followed() {
        for url in ["file:///var/log/*.log", "FILE://localhost/var/log/*.log"] {
            assert_eq!(source(url, ""), Ok(Source::Followed("/var/log/*.log".into())));
        }
        assert!(source("file://var/log/x", "").unwrap_err().to_string().contains("file:///"));
    }

    #[test]
    fn mistakes_name_open_params() {
        for mistake in ["http://host:99999/", "https://a b/", "ftp://host/"] {
            let error = source(mistake, "").unwrap_err().to_string();
            assert!(error.starts_with("open_params: "), "{error}");
        }
    }
}
