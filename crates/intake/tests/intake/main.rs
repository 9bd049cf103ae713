//! The intake from outside: real sockets on the loopback interface, real files.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod admin;
mod certificates;
mod client;
mod files;
mod follow;
mod go_defects;
mod hostile;
mod http2;
mod isolated;
mod problems;
mod requests;
mod server;
mod sources;
mod stop;
mod tls;
mod token_rotation;
