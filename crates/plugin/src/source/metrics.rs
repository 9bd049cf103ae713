//! The pipeline's counts as Falco's plugin metrics.

use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::sync::{Mutex, PoisonError};

use falco_plugin::base::{Metric, MetricLabel, MetricType, MetricValue};
use pipeline::{MetricKind, Metrics};

/// The metrics of the open source, if one is open.
#[derive(Debug, Default)]
pub(crate) struct SharedMetrics(Option<Metrics>);

impl SharedMetrics {
    /// Shows these metrics from now on.
    pub(super) fn watch(&mut self, metrics: Metrics) {
        self.0 = Some(metrics);
    }
}

/// The metrics in Falco's form; none while no source is open.
pub(crate) fn metrics(shared: &SharedMetrics) -> Vec<Metric> {
    let values = shared.0.as_ref().map(Metrics::read).unwrap_or_default();
    let metric = |metric: pipeline::Metric| {
        let kind = match metric.kind {
            MetricKind::Monotonic => MetricType::Monotonic,
            MetricKind::Gauge => MetricType::NonMonotonic,
        };
        MetricLabel::new(c_name(metric.name), kind).with_value(MetricValue::U64(metric.value))
    };
    values.into_iter().map(metric).collect()
}

/// The name as a C string that stays for ever, as Falco's interface wants it. Names are few and fixed, so this is bounded.
fn c_name(name: &'static str) -> &'static CStr {
    static NAMES: Mutex<BTreeMap<&'static str, &'static CStr>> = Mutex::new(BTreeMap::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    names.entry(name).or_insert_with(|| Box::leak(CString::new(name).unwrap_or_default().into_boxed_c_str()))
}
