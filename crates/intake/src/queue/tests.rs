//! The queue against what it promises, and against a simple model.

use std::sync::Arc;
use std::thread;

use audit_event::Origin;
use proptest::prelude::*;

use super::*;

const ALL: BatchLimits = BatchLimits { events: usize::MAX, bytes: usize::MAX };
const NO_WAIT: Duration = Duration::ZERO;
/// Longer than any test lives: a wait that nothing ends shows as a hanging test.
const LONG: Duration = Duration::from_hours(1);

/// An event of `size` bytes as the queue counts them.
fn event(size: usize) -> ReceivedEvent {
    let bookkeeping = size_of::<ReceivedEvent>();
    assert!(size >= bookkeeping);
    ReceivedEvent::now(&" ".repeat(size - bookkeeping), Origin::Webhook, None)
}

fn take(queue: &Queue, limits: BatchLimits) -> (Taken, Vec<usize>) {
    let mut batch = Vec::new();
    let taken = queue.take(&mut batch, limits, NO_WAIT);
    (taken, batch.iter().map(ReceivedEvent::size).collect())
}

#[test]
fn events_come_out_in_the_order_they_went_in() {
    let queue = Queue::new(10_000);
    for size in [300, 100, 200] {
        queue.push(event(size)).unwrap();
    }
    assert_eq!(queue.depth(), (3, 600));
    assert_eq!(take(&queue, ALL), (Taken::Events, vec![300, 100, 200]));
    assert_eq!(queue.depth(), (0, 0));
    assert_eq!(take(&queue, ALL), (Taken::Nothing, vec![]));
}

#[test]
fn a_full_queue_refuses_until_something_is_taken() {
    let queue = Queue::new(1_000);
    queue.push(event(900)).unwrap();
    assert_eq!(queue.push(event(101)), Err(Refused::Full));
    queue.push(event(100)).unwrap();
    take(&queue, BatchLimits { events: 1, ..ALL });
    queue.push(event(900)).unwrap();
}

#[test]
fn an_event_larger_than_the_queue_is_taken_when_it_is_alone() {
    let queue = Queue::new(1_000);
    queue.push(event(5_000)).unwrap();
    assert_eq!(queue.push(event(100)), Err(Refused::Full));
    assert_eq!(take(&queue, BatchLimits { events: 1, bytes: 1 }), (Taken::Events, vec![5_000]));
    queue.push(event(100)).unwrap();
    assert_eq!(queue.push(event(5_000)), Err(Refused::Full));
}

#[test]
fn tiny_events_count_with_their_bookkeeping() {
    let queue = Queue::new(100_000);
    let accepted =
        (0..100_000).take_while(|_| queue.push(ReceivedEvent::now("{}", Origin::Webhook, None)).is_ok()).count();
    assert!(accepted * size_of::<ReceivedEvent>() <= 100_000, "{accepted} events");
}

#[test]
fn a_waiting_reader_gets_an_event_at_once() {
    let queue = Arc::new(Queue::new(1_000));
    let reader = thread::spawn({
        let queue = Arc::clone(&queue);
        move || queue.take(&mut Vec::new(), ALL, LONG)
    });
    while queue.lock().waiting_readers == 0 {
        thread::yield_now();
    }
    queue.push(event(100)).unwrap();
    assert_eq!(reader.join().unwrap(), Taken::Events);
}

#[test]
fn a_wait_without_end_is_ended_by_closing() {
    let queue = Arc::new(Queue::new(1_000));
    let reader = thread::spawn({
        let queue = Arc::clone(&queue);
        move || queue.take(&mut Vec::new(), ALL, Duration::MAX)
    });
    while queue.lock().waiting_readers == 0 {
        thread::yield_now();
    }
    queue.close();
    assert_eq!(reader.join().unwrap(), Taken::Closed);
}

#[test]
fn waking_ends_one_wait_even_if_it_comes_first() {
    let queue = Queue::new(1_000);
    queue.wake();
    assert_eq!(queue.take(&mut Vec::new(), ALL, LONG), Taken::Nothing);
}

#[test]
fn a_closed_queue_gives_what_it_has_and_takes_nothing() {
    let queue = Queue::new(1_000);
    queue.push(event(100)).unwrap();
    queue.close();
    assert_eq!(queue.push(event(100)), Err(Refused::Closed));
    assert_eq!(take(&queue, ALL), (Taken::Events, vec![100]));
    assert_eq!(queue.take(&mut Vec::new(), ALL, LONG), Taken::Closed);
}

#[derive(Debug, Clone)]
enum Step {
    Push(usize),
    Take(BatchLimits),
}

fn step() -> impl Strategy<Value = Step> {
    let size = size_of::<ReceivedEvent>()..1_000;
    prop_oneof![
        size.prop_map(Step::Push),
        (0_usize..5, 0_usize..2_000).prop_map(|(events, bytes)| Step::Take(BatchLimits { events, bytes })),
    ]
}

proptest! {
    #[test]
    fn it_behaves_like_a_list_of_sizes(max_bytes in 0_usize..3_000, steps in prop::collection::vec(step(), 0..60)) {
        let queue = Queue::new(max_bytes);
        let mut model = Vec::<usize>::new();
        for step in steps {
            match step {
                Step::Push(size) => {
                    let fits = model.is_empty() || model.iter().sum::<usize>() + size <= max_bytes;
                    prop_assert_eq!(queue.push(event(size)), if fits { Ok(()) } else { Err(Refused::Full) });
                    model.extend(fits.then_some(size));
                }
                Step::Take(limits) => {
                    let within = |count: &usize| {
                        *count <= limits.events && model[..*count].iter().sum::<usize>() <= limits.bytes
                    };
                    let count = (0..=model.len()).rev().find(within).unwrap_or(0).max(model.len().min(1));
                    let expected: Vec<_> = model.drain(..count).collect();
                    let taken = if expected.is_empty() { Taken::Nothing } else { Taken::Events };
                    prop_assert_eq!(take(&queue, limits), (taken, expected));
                }
            }
            prop_assert_eq!(queue.depth(), (model.len(), model.iter().sum()));
        }
    }
}
