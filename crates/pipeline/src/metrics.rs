//! What the pipeline counts, readable from any thread while it runs.

use std::sync::{Arc, Weak};

use intake::{Inbox, Metric};

/// A view of a running pipeline's counts. It does not keep the pipeline's memory once that has ended.
#[derive(Debug, Clone)]
pub struct Metrics(Weak<Inbox>);

impl Metrics {
    pub(crate) fn new(inbox: &Arc<Inbox>) -> Self {
        Self(Arc::downgrade(inbox))
    }

    /// The counts now; none once the pipeline has ended.
    pub fn read(&self) -> Vec<Metric> {
        self.0.upgrade().map(|inbox| inbox.metrics()).unwrap_or_default()
    }
}
