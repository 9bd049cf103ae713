//! GitLab as a sender, as cheap as it can be: the host has the same two cores.
//!
//! One thread, requests that are only patched, answers of which the status and the length are read.

mod connect;
mod connection;
mod descriptors;
mod pace;
mod post;
mod response;
mod sent;
mod throttle;
mod timestamp;
mod tls;

pub(crate) use descriptors::check as check_descriptors;
pub(crate) use post::{Posting, post};
pub(crate) use sent::{Outcome, Sent};
pub(crate) use throttle::Throttle;
