//! What a person sees on standard error when the receiver has started.

use std::{fmt, net::SocketAddr};

use intake::{Host, Listen, Secret, ServedPath};

use crate::output::Counted;

/// An event as GitLab sends it, on one line: an administrator begins to act as another user.
pub(crate) const SAMPLE_EVENT: &str = include_str!("sample_event.json");

/// How the event begins, and what a shell makes a new beginning of with each paste: an event that was there already is left
/// out, and whoever pastes the line again wants to see its alert again. Seconds, because not every `date` knows shorter times.
const FIXED_NUMBER: &str = r#"{"id":4211,"#;
const NEW_NUMBER: &str = r#"{"id":'$(date +%s)',"#;

/// What is said at start. Only a token that was made up is ever shown.
#[derive(Debug)]
pub(crate) struct Welcome<'a> {
    pub(crate) listen: &'a Listen,
    pub(crate) address: SocketAddr,
    pub(crate) made_up_token: Option<&'a Secret>,
    pub(crate) rules: usize,
}

impl Welcome<'_> {
    fn url(&self, host: impl fmt::Display) -> String {
        format!("{}://{host}:{}{}", self.listen.scheme(), self.address.port(), self.path())
    }

    fn path(&self) -> &str {
        if let ServedPath::Exactly(path) = self.listen.path() { path } else { "/" }
    }
}

impl fmt::Display for Welcome<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let every = self.address.ip().is_unspecified();
        let host = match self.listen.host() {
            Host::Every | Host::Address(_) if every => "127.0.0.1".to_owned(),
            host => host.to_string(),
        };
        let url = self.url(host);
        let rules = Counted::length(self.rules, "rule");
        write!(out, "falco-gitlab {} listens on {url}", env!("CARGO_PKG_VERSION"))?;
        write!(out, "{} with {rules}", if every { " (every address)" } else { "" })?;
        let Some(token) = self.made_up_token else { return Ok(()) };
        let token = token.expose();
        write!(
            out,
            "\nToken for this run, made up because none was given: {token}\n\
             Try it:\n\n  curl -H 'X-Gitlab-Event-Streaming-Token: {token}' -d '{}' {url}\n",
            SAMPLE_EVENT.trim_end().replacen(FIXED_NUMBER, NEW_NUMBER, 1)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn welcome(url: &str, address: &str, token: Option<&Secret>) -> String {
        let listen = url.parse().unwrap();
        Welcome { listen: &listen, address: address.parse().unwrap(), made_up_token: token, rules: 25 }.to_string()
    }

    #[test]
    fn the_port_is_the_real_one_and_a_host_that_can_be_reached() {
        let first_line = format!("falco-gitlab {} listens on ", env!("CARGO_PKG_VERSION"));
        for (url, address, expected) in [
            ("http://127.0.0.1:0/gitlab", "127.0.0.1:4711", "http://127.0.0.1:4711/gitlab with 25 rules"),
            ("https://:443/", "[::]:443", "https://127.0.0.1:443/ (every address) with 25 rules"),
            ("http://[::1]:0/x", "[::1]:8", "http://[::1]:8/x with 25 rules"),
            ("http://localhost:0/x", "127.0.0.1:8", "http://localhost:8/x with 25 rules"),
        ] {
            assert_eq!(welcome(url, address, None), format!("{first_line}{expected}"));
        }
    }

    #[test]
    fn a_made_up_token_is_shown_with_a_line_to_paste() {
        let token = Secret::new("abcdefghijklmnopqrstuvwx").unwrap();
        let text = welcome("http://127.0.0.1:0/gitlab", "127.0.0.1:4711", Some(&token));
        let line = text.lines().find(|line| line.contains("curl")).unwrap();
        let start =
            r#"-H 'X-Gitlab-Event-Streaming-Token: abcdefghijklmnopqrstuvwx' -d '{"id":'$(date +%s)',"author_id":1,"#;
        assert!(line.contains(start), "{line}");
        assert!(line.ends_with("}' http://127.0.0.1:4711/gitlab"), "{line}");
    }

    #[test]
    fn the_sample_event_can_stand_between_single_quotes() {
        assert!(!SAMPLE_EVENT.contains('\'') && SAMPLE_EVENT.trim_end().lines().count() == 1);
        assert!(SAMPLE_EVENT.starts_with(FIXED_NUMBER));
        assert!(serde_json::from_str::<serde_json::Value>(SAMPLE_EVENT).unwrap().is_object());
    }
}
