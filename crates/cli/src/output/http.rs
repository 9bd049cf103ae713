//! `http_output`: alerts posted to an address.

use std::{io, time::Duration};

use ureq::Agent;

use super::{LineFormat, background::Delivery};
use crate::{
    falco_yaml::HttpSettings,
    http_client::{Connections, client, explain},
};

/// How long one post may take, from the look-up of the name to the answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How much of an answer is read, in bytes; after a longer one the connection is closed.
const MAX_ANSWER: u64 = 64 << 10;

/// An address that takes alerts, one a request.
pub(super) struct HttpOutput {
    client: Agent,
    settings: HttpSettings,
    content_type: &'static str,
}

impl HttpOutput {
    /// Reads the certificates to trust.
    pub(super) fn new(settings: &HttpSettings, format: LineFormat) -> io::Result<Self> {
        Ok(Self {
            client: client(&settings.trust, Connections::Kept, TIMEOUT)?,
            settings: settings.clone(),
            content_type: match format {
                LineFormat::Json => "application/json",
                LineFormat::Text => "text/plain",
            },
        })
    }
}

impl Delivery for HttpOutput {
    fn deliver(&mut self, alert: &str) -> Result<(), String> {
        let HttpSettings { url, user_agent, .. } = &self.settings;
        let request = self.client.post(url).header("Content-Type", self.content_type).header("User-Agent", user_agent);
        let mut answer = request.send(alert).map_err(|error| explain(&error))?;
        // Read to its end, so that the connection can serve the next alert; what it says does not matter.
        let _ = answer.body_mut().with_config().limit(MAX_ANSWER).read_to_vec();
        if answer.status().is_success() { Ok(()) } else { Err(format!("the server answered {}", answer.status())) }
    }
}
