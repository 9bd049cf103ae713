//! What is measured besides the answers: alerts, processor time, memory.

mod alerts;
mod deliveries;
mod fate;
mod latency;
mod metrics;
mod process;

pub(crate) use alerts::{Alert, AlertReader};
pub(crate) use deliveries::count_deliveries;
pub(crate) use fate::{AlertCounts, Counts, Fate, Seen};
pub(crate) use latency::{Latencies, Spread};
pub(crate) use metrics::{HostMetrics, is_ready};
pub(crate) use process::ProcessUsage;
