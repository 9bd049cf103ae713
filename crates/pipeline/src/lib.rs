//! From configuration to a running pipeline, and the queue its host reads.
