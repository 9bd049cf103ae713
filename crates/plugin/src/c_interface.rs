//! The functions that Falco looks for in `libgitlab.so`, as the SDK's macros write them.
//!
//! What each does is documented in Falco's `plugin_api.h`.
#![allow(missing_docs, reason = "the SDK's macros write these functions without documentation")]

use falco_plugin::{extract_plugin, plugin, source_plugin};

use crate::GitlabPlugin;

plugin!(GitlabPlugin);
source_plugin!(GitlabPlugin);
extract_plugin!(GitlabPlugin);
