//! Ceilings: what the libraries alone reach, in the same process layout and with the same number of threads.

mod http;
mod tls;

use tokio::runtime::{Builder, Runtime};

pub(crate) use http::bare_http;
pub(crate) use tls::bare_tls;

use crate::failure::Failure;

/// One for each of the two cores.
const WORKERS: usize = 2;

fn runtime() -> Result<Runtime, Failure> {
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    runtime.map_err(Failure::system("starting threads"))
}
