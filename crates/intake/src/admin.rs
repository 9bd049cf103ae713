//! What operators and their monitoring ask: is it alive, is it ready, what has it counted.

mod address;
mod answer;
mod prometheus;
mod server;

pub use address::{AdminAddress, AdminAddressError};
pub use server::AdminServer;
