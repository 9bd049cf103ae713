//! One post, exactly as GitLab makes it.

use std::time::Duration;

use intake::Secret;
use ureq::{
    Agent,
    http::{HeaderValue, Uri},
};

use crate::{
    Failure,
    falco_yaml::Trust,
    http_client::{Connections, client, explain},
};

/// GitLab gives up opening, writing and reading after 8 s each.
const TIMEOUT: Duration = Duration::from_secs(24);

/// A receiver of events, and what it asks for.
pub(super) struct Destination {
    client: Agent,
    url: Uri,
    token: Secret,
}

impl Destination {
    pub(super) fn new(url: &str, token: Secret, trust: &Trust) -> Result<Self, Failure> {
        let url: Uri = url
            .parse()
            .ok()
            .filter(|url: &Uri| matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some())
            .ok_or_else(|| Failure::Flag {
                flag: "--to",
                problem:
                    "it must be a URL that begins with http:// or https://, for example http://127.0.0.1:8765/gitlab"
                        .to_owned(),
            })?;
        let client = client(trust, Connections::OneEach, TIMEOUT).map_err(|cause| match trust {
            Trust::File(path) => Failure::Flag { flag: "--ca-cert", problem: format!("{}: {cause}", path.display()) },
            _ => Failure::System { doing: "reading the system's certificate authorities", cause },
        })?;
        Ok(Self { client, url, token })
    }

    /// Posts one event. GitLab leaves the type's header out where the event has no type.
    ///
    /// The body is raw JSON although the content type says a form: Ruby's default, which GitLab does not change.
    pub(super) fn post(&self, event: &str, event_type: Option<&str>) -> Result<(), String> {
        let mut request = self
            .client
            .post(&self.url)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Connection", "close")
            .header("X-Gitlab-Event-Streaming-Token", self.token.expose());
        if let Some(value) = event_type.and_then(|event_type| HeaderValue::from_str(event_type).ok()) {
            request = request.header("X-Gitlab-Audit-Event-Type", value);
        }
        match request.send(event) {
            Ok(answer) if answer.status().is_success() => Ok(()),
            Ok(answer) => Err(format!("the receiver answered {}", answer.status())),
            Err(error) => Err(explain(&error)),
        }
    }
}
