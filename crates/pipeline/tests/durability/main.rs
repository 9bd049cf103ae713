//! What was answered 200 is delivered, whatever happens to the process, its disk or its host.
//!
//! Each test runs a pipeline in a process of its own, posts events to it as GitLab does, and does something bad to it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "the figures are for whoever runs the tests")]

mod crash;
mod disk;
mod full_disk;
mod process;
mod program;
mod sender;
mod soak;
mod stall;
