//! Reads a request's body within its bounds: size, time, and the memory all bodies take together.

use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Body, Bytes, Incoming};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::rejection::Rejection;
use super::settings::Limits;

/// Bodies up to this size, which nearly all are, take their memory without asking: the number of connections bounds them
/// well enough, and so they never wait behind a large one.
const SMALL_BODY_BYTES: u32 = 64 * 1024;

/// A whole body. Its share of the memory is given back when it is dropped.
#[derive(Debug)]
pub(super) struct RequestBody<'a> {
    pub(super) bytes: Vec<u8>,
    _memory: Option<SemaphorePermit<'a>>,
}

/// Reads `body` to its end. What is above the limit is not read.
pub(super) async fn read<'a, B>(body: B, limits: &Limits, memory: &'a Semaphore) -> Result<RequestBody<'a>, Rejection>
where
    B: Body<Data = Bytes> + Unpin,
{
    tokio::time::timeout(limits.body_timeout, read_without_timeout(body, limits, memory))
        .await
        .unwrap_or(Err(Rejection::BodyTooSlow))
}

async fn read_without_timeout<'a, B>(
    mut body: B,
    limits: &Limits,
    memory: &'a Semaphore,
) -> Result<RequestBody<'a>, Rejection>
where
    B: Body<Data = Bytes> + Unpin,
{
    let too_large = Rejection::BodyTooLarge { limit: limits.body_bytes };
    // A chunked body does not say how long it will be.
    let announced = body.size_hint().exact();
    let largest = match announced.map(u32::try_from) {
        Some(Ok(length)) if length <= limits.body_bytes => length,
        Some(_) => return Err(too_large),
        None => limits.body_bytes,
    };
    let mut bytes = Vec::with_capacity(announced.map_or(0, |_| largest.min(SMALL_BODY_BYTES) as usize));
    let mut share = None;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| Rejection::BodyBroken)?.into_data() else { continue };
        let length = bytes.len() + data.len();
        if length > limits.body_bytes as usize {
            return Err(too_large);
        }
        if length > SMALL_BODY_BYTES as usize && share.is_none() {
            // All that this body can grow to, in one step: bodies that each hold a part of the memory and wait for more
            // would wait for each other. The semaphore is never closed, so this does not fail.
            share = memory.acquire_many(largest.min(limits.bodies_in_flight_bytes)).await.ok();
            if announced.is_some() {
                // Growing by doubling would take up to twice what was granted.
                bytes.reserve_exact(largest as usize - bytes.len());
            }
        }
        bytes.extend_from_slice(&data);
    }
    Ok(RequestBody { bytes, _memory: share })
}

/// Reads a small body to nowhere while its request is answered.
///
/// Senders write the body before they read the answer, and closing a connection on which something arrives resets it:
/// they would see a broken connection and not the reason for it.
pub(super) fn discard(body: Incoming, patience: Duration) {
    if body.is_end_stream() {
        return;
    }
    let mut body = Limited::new(body, SMALL_BODY_BYTES as usize);
    tokio::spawn(tokio::time::timeout(patience, async move { while let Some(Ok(_)) = body.frame().await {} }));
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::convert::Infallible;
    use std::future::Future;
    use std::pin::{Pin, pin};
    use std::task::{Context, Poll, Waker};

    use http_body_util::Full;
    use hyper::body::Frame;

    use super::*;

    const KIB: usize = 1024;

    /// A body that does not say how long it is.
    struct Chunked(VecDeque<usize>);

    impl Body for Chunked {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Ready(self.0.pop_front().map(|length| Ok(Frame::data(vec![b'x'; length].into()))))
        }
    }

    fn announced(length: usize) -> Full<Bytes> {
        Full::from(vec![b'x'; length])
    }

    /// The outcome if it is there without waiting for anything.
    fn now<F: Future>(future: Pin<&mut F>) -> Option<F::Output> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(outcome) => Some(outcome),
            Poll::Pending => None,
        }
    }

    fn limits() -> Limits {
        Limits { body_bytes: 200 * 1024, bodies_in_flight_bytes: 300 * 1024, ..Limits::default() }
    }

    #[test]
    fn a_large_body_waits_for_the_memory_of_another_and_a_small_one_does_not() {
        let (limits, memory) = (limits(), Semaphore::new(300 * KIB));
        let first = now(pin!(read_without_timeout(announced(180 * KIB), &limits, &memory))).unwrap().unwrap();
        let mut second = pin!(read_without_timeout(announced(180 * KIB), &limits, &memory));
        assert!(now(second.as_mut()).is_none());
        let small = now(pin!(read_without_timeout(announced(64 * KIB), &limits, &memory))).unwrap().unwrap();
        assert_eq!(small.bytes.len(), 64 * KIB);
        drop(first);
        assert_eq!(now(second).unwrap().unwrap().bytes.len(), 180 * KIB);
        assert_eq!(memory.available_permits(), 300 * KIB);
    }

    #[test]
    fn a_chunked_body_that_gets_large_takes_the_largest_share() {
        let (limits, memory) = (limits(), Semaphore::new(300 * KIB));
        let chunked = |chunks: &[usize]| Chunked(chunks.iter().copied().collect());
        let small = now(pin!(read_without_timeout(chunked(&[KIB, 63 * KIB]), &limits, &memory))).unwrap().unwrap();
        assert_eq!((small.bytes.len(), memory.available_permits()), (64 * KIB, 300 * KIB));
        let large = now(pin!(read_without_timeout(chunked(&[KIB, 64 * KIB]), &limits, &memory))).unwrap().unwrap();
        assert_eq!((large.bytes.len(), memory.available_permits()), (65 * KIB, 100 * KIB));
    }

    #[test]
    fn a_body_of_the_limit_is_read_and_one_byte_more_is_not() {
        let (limits, memory) = (limits(), Semaphore::new(300 * KIB));
        let too_large = Rejection::BodyTooLarge { limit: limits.body_bytes };
        for (length, is_read) in [(200 * KIB, true), (200 * KIB + 1, false)] {
            for body in [Chunked([length].into()), Chunked([length - 1, 1].into())] {
                let outcome = now(pin!(read_without_timeout(body, &limits, &memory))).unwrap();
                assert_eq!(outcome.err(), (!is_read).then_some(too_large), "{length}");
            }
            let outcome = now(pin!(read_without_timeout(announced(length), &limits, &memory))).unwrap();
            assert_eq!(outcome.err(), (!is_read).then_some(too_large), "{length}");
        }
        assert_eq!(memory.available_permits(), 300 * KIB);
    }

    #[test]
    fn a_body_limit_above_the_memory_takes_all_of_it_and_does_not_wait_for_ever() {
        let limits = Limits { bodies_in_flight_bytes: 100 * 1024, ..limits() };
        let memory = Semaphore::new(100 * KIB);
        assert!(now(pin!(read_without_timeout(announced(150 * KIB), &limits, &memory))).unwrap().is_ok());
    }
}
