//! From configuration to a running pipeline: events come in, are enriched, and wait for whoever reads them.
//!
//! Two hosts read the same [`Pipeline`]: the Falco plugin and the standalone command. It does not know which.
//!
//! ```
//! # use std::time::Duration;
//! use pipeline::{Batch, BatchLimits, Pipeline, Settings, Source};
//!
//! let settings = Settings::from_init_config(r#"{"VerificationToken": "abcdefghijklmnop"}"#)?;
//! let source = Source::from_open_params("http://127.0.0.1:0/gitlab", &settings)?;
//! let mut pipeline = Pipeline::start(&settings, &source)?;
//! let limit = BatchLimits { events: 100, bytes: 1 << 20 };
//! assert!(matches!(pipeline.next_batch(limit, Duration::ZERO), Batch::Nothing));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod enrichment_metrics;
mod incoming;
mod keeping;
mod metrics;
mod problem_kinds;
mod running;
mod settings;
mod silence;
mod source;
mod start_error;

pub use batch::Batch;
pub use enrich::{Enriched, EnrichedEvent};
pub use intake::{BatchLimits, Metric, MetricKind, Taken, inherit_socket};
pub use metrics::Metrics;
pub use problem_kinds::problem_kinds;
pub use running::Pipeline;
pub use settings::{
    DefaultScheme, IgnoredEvents, KEYS, Key, Kind, Settings, SettingsError, Token, json_schema, markdown,
};
pub use source::Source;
pub use start_error::StartError;
