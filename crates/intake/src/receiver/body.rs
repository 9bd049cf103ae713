//! Reads a request's body within its bounds: size, time, and the memory all bodies take together.

use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::rejection::Rejection;
use super::settings::Limits;

/// Bodies up to this size, which nearly all are, take their memory without asking: the number of connections bounds them
/// well enough, and so they never wait behind a large one.
const SMALL_BODY_BYTES: u32 = 64 * 1024;

/// A whole body. Its share of the memory is given back when it is dropped.
pub(super) struct RequestBody<'a> {
    pub(super) bytes: Vec<u8>,
    _memory: Option<SemaphorePermit<'a>>,
}

/// Reads `body` to its end. What is above the limit is not read.
pub(super) async fn read<'a>(
    body: Incoming,
    limits: &Limits,
    memory: &'a Semaphore,
) -> Result<RequestBody<'a>, Rejection> {
    tokio::time::timeout(limits.body_timeout, read_without_timeout(body, limits, memory))
        .await
        .unwrap_or(Err(Rejection::BodyTooSlow))
}

async fn read_without_timeout<'a>(
    mut body: Incoming,
    limits: &Limits,
    memory: &'a Semaphore,
) -> Result<RequestBody<'a>, Rejection> {
    let too_large = Rejection::BodyTooLarge { limit: limits.body_bytes };
    let largest = match body.size_hint().exact() {
        Some(length) if length > u64::from(limits.body_bytes) => return Err(too_large),
        Some(length) => u32::try_from(length).unwrap_or(limits.body_bytes),
        // A chunked body does not say how long it will be.
        None => limits.body_bytes,
    };
    let mut bytes = Vec::with_capacity(body.size_hint().exact().map_or(0, |_| largest.min(SMALL_BODY_BYTES) as usize));
    let mut reserved = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Rejection::BodyBroken)?.into_data() else { continue };
        let length = bytes.len() + data.len();
        if length > limits.body_bytes as usize {
            return Err(too_large);
        }
        if length > SMALL_BODY_BYTES as usize && reserved.is_none() {
            // All that this body can grow to, in one step: bodies that each hold a part of the memory and wait for more
            // would wait for each other.
            let share = largest.min(limits.bodies_in_flight_bytes);
            // The semaphore is never closed, so this fails never.
            reserved = memory.acquire_many(share).await.ok();
        }
        bytes.extend_from_slice(&data);
    }
    Ok(RequestBody { bytes, _memory: reserved })
}
