//! Which GitLab instances send events, and when each did so last.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// What has come from one instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceActivity {
    /// The name of its token; none for a token without a name.
    pub name: Option<Arc<str>>,
    /// Its events so far.
    pub events: u64,
    /// When the last of them came; none while there was none.
    pub last_arrival: Option<Instant>,
}

/// The instances of all tokens. Their number is the operator's, so no sender can make it grow.
#[derive(Debug, Default)]
pub(crate) struct Instances(Mutex<Vec<InstanceActivity>>);

impl Instances {
    /// Watches an instance, unless it is watched already.
    pub(crate) fn watch(&self, name: Option<&Arc<str>>) {
        let mut instances = self.lock();
        if !instances.iter().any(|instance| instance.name.as_ref() == name) {
            instances.push(InstanceActivity { name: name.cloned(), events: 0, last_arrival: None });
        }
    }

    /// Counts events that have come from an instance now.
    pub(crate) fn arrived(&self, name: Option<&Arc<str>>, events: u64) {
        let mut instances = self.lock();
        if let Some(instance) = instances.iter_mut().find(|instance| instance.name.as_ref() == name) {
            instance.events += events;
            instance.last_arrival = Some(Instant::now());
        }
    }

    pub(crate) fn activity(&self) -> Vec<InstanceActivity> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<InstanceActivity>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
