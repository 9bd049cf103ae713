//! The queue against what it promises, and against a simple model.

use std::sync::Arc;
use std::thread::{self, JoinHandle};

use audit_event::Origin;
use proptest::prelude::*;

use super::*;
use crate::worth::Worth;

const ALL: BatchLimits = BatchLimits { events: usize::MAX, bytes: usize::MAX };
const NO_WAIT: Duration = Duration::ZERO;
/// Longer than any test lives: a wait that nothing ends shows as a hanging test.
const LONG: Duration = Duration::from_hours(1);

fn queue(max_bytes: usize) -> Queue {
    Queue::new(max_bytes, Unread { from: 1, to: 1 })
}

/// An event of `size` bytes as the queue counts them, of a type that GitLab saves.
fn event(size: usize) -> Arrival {
    worth(Worth::Saved, size)
}

fn worth(worth: Worth, size: usize) -> Arrival {
    let bookkeeping = size_of::<ReceivedEvent>();
    assert!(size >= bookkeeping);
    let event = ReceivedEvent::now(&" ".repeat(size - bookkeeping), Origin::Webhook, None);
    Arrival { event, worth, fingerprint: None }
}

fn take(queue: &Queue, limits: BatchLimits) -> (Taken, Vec<usize>) {
    let mut batch = Vec::new();
    let Outcome::Taken(taken) = queue.take(&mut batch, limits, NO_WAIT, Look::InMemory) else {
        panic!("not asked for")
    };
    (taken, batch.iter().map(ReceivedEvent::size).collect())
}

fn take_patiently(queue: &Queue, patience: Duration) -> Outcome {
    queue.take(&mut Vec::new(), ALL, patience, Look::Everywhere)
}

/// Has begun to wait when this returns.
fn waiting_reader(queue: &Arc<Queue>, patience: Duration) -> JoinHandle<Outcome> {
    let reader = thread::spawn({
        let queue = Arc::clone(queue);
        move || take_patiently(&queue, patience)
    });
    while queue.lock().waiting_readers == 0 {
        thread::yield_now();
    }
    reader
}

#[test]
fn events_come_out_in_the_order_they_went_in() {
    let queue = queue(10_000);
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
    let queue = queue(1_000);
    queue.push(event(900)).unwrap();
    assert_eq!(queue.push(event(101)), Err(Refused::Full));
    queue.push(event(100)).unwrap();
    take(&queue, BatchLimits { events: 1, ..ALL });
    queue.push(event(900)).unwrap();
}

#[test]
fn an_event_larger_than_the_queue_is_taken_when_it_is_alone() {
    let queue = queue(1_000);
    queue.push(event(5_000)).unwrap();
    assert_eq!(queue.push(event(100)), Err(Refused::Full));
    assert_eq!(take(&queue, BatchLimits { events: 1, bytes: 1 }), (Taken::Events, vec![5_000]));
    queue.push(event(100)).unwrap();
    assert_eq!(queue.push(event(5_000)), Err(Refused::Full));
}

#[test]
fn tiny_events_count_with_their_bookkeeping() {
    let queue = queue(100_000);
    let accepted = (0..100_000).take_while(|_| queue.push(event(2 + size_of::<ReceivedEvent>())).is_ok()).count();
    assert!(accepted * size_of::<ReceivedEvent>() <= 100_000, "{accepted} events");
}

#[test]
fn a_waiting_reader_gets_an_event_at_once() {
    let queue = Arc::new(queue(1_000));
    let reader = waiting_reader(&queue, LONG);
    queue.push(event(100)).unwrap();
    assert_eq!(reader.join().unwrap(), Outcome::Taken(Taken::Events));
}

#[test]
fn a_wait_without_end_is_ended_by_closing() {
    let queue = Arc::new(queue(1_000));
    let reader = waiting_reader(&queue, Duration::MAX);
    queue.close();
    assert_eq!(reader.join().unwrap(), Outcome::Taken(Taken::Closed));
}

#[test]
fn waking_ends_one_wait_even_if_it_comes_first() {
    let queue = queue(1_000);
    queue.wake();
    assert_eq!(take_patiently(&queue, LONG), Outcome::Taken(Taken::Nothing));
}

/// A queue whose reader was woken by an event a moment after it had begun to wait.
fn under_load() -> Arc<Queue> {
    let queue = Arc::new(queue(1_000_000));
    while !queue.lock().is_under_load {
        let reader = waiting_reader(&queue, LONG);
        queue.push(event(100)).unwrap();
        assert_eq!(reader.join().unwrap(), Outcome::Taken(Taken::Events));
    }
    queue
}

#[test]
fn what_gathers_under_load_is_taken_together() {
    let queue = under_load();
    let reader = thread::spawn({
        let queue = Arc::clone(&queue);
        move || {
            let mut sizes = Vec::new();
            while sizes.len() < 100 {
                let mut batch = Vec::new();
                queue.take(&mut batch, ALL, LONG, Look::InMemory);
                sizes.extend(batch.iter().map(ReceivedEvent::size));
            }
            sizes
        }
    });
    for size in 100..200 {
        queue.push(event(size)).unwrap();
    }
    assert_eq!(reader.join().unwrap(), (100..200).collect::<Vec<_>>());
}

#[test]
fn under_load_as_ever_the_end_and_waking_are_noticed_and_no_more_time_is_taken_than_there_is() {
    assert_eq!(take_patiently(&under_load(), NO_WAIT), Outcome::Taken(Taken::Nothing));
    assert_eq!(take_patiently(&under_load(), Duration::from_micros(1)), Outcome::Taken(Taken::Nothing));
    let queue = under_load();
    queue.wake();
    assert_eq!(take_patiently(&queue, LONG), Outcome::Taken(Taken::Nothing));
    let queue = under_load();
    queue.close();
    assert_eq!(take_patiently(&queue, LONG), Outcome::Taken(Taken::Closed));
}

#[test]
fn a_closed_queue_gives_what_it_has_and_takes_nothing() {
    let queue = queue(1_000);
    queue.push(event(100)).unwrap();
    queue.close();
    assert_eq!(queue.push(event(100)), Err(Refused::Closed));
    assert_eq!(take(&queue, ALL), (Taken::Events, vec![100]));
    assert_eq!(take_patiently(&queue, LONG), Outcome::Taken(Taken::Closed));
}

#[test]
fn the_least_valuable_and_of_them_the_oldest_make_room() {
    let queue = queue(1_000);
    for (kind, size) in
        [(Worth::Saved, 100), (Worth::GitOperation, 201), (Worth::StreamedOnly, 300), (Worth::JobToken, 202)]
    {
        queue.push(worth(kind, size)).unwrap();
    }
    assert_eq!(queue.push(worth(Worth::GitOperation, 203)), Err(Refused::Full));
    assert_eq!(queue.push(worth(Worth::StreamedOnly, 250)), Ok([1, 0, 0, 0]));
    assert_eq!(queue.push(worth(Worth::Saved, 600)), Ok([0, 1, 1, 0]));
    assert_eq!(queue.push(worth(Worth::Saved, 301)), Err(Refused::Full), "and nothing is let go in vain");
    assert_eq!(take(&queue, ALL), (Taken::Events, vec![100, 250, 600]));
}

#[test]
fn stored_events_are_kept_in_memory_up_to_half_of_it_and_read_back_after() {
    let queue = queue(1_000);
    for sequence in 1..=4 {
        queue.push_stored(sequence, event(200));
    }
    assert_eq!(queue.depth(), (2, 400));
    queue.push(event(600)).unwrap();
    assert_eq!(take(&queue, ALL), (Taken::Events, vec![200, 200, 600]));
    assert_eq!(take_patiently(&queue, LONG), Outcome::Behind(Unread { from: 3, to: 5 }));
    queue.push_stored(5, event(100));
    queue.refill(vec![(3, event(201)), (4, event(202))], 5);
    assert_eq!(take(&queue, ALL), (Taken::Events, vec![201, 202]));
    assert_eq!(take_patiently(&queue, LONG), Outcome::Behind(Unread { from: 5, to: 6 }));
}

#[test]
fn events_are_acknowledged_when_the_host_asks_again() {
    let queue = Queue::new(1_000, Unread { from: 8, to: 8 });
    assert_eq!(queue.acknowledged(), 7);
    queue.push_stored(8, event(100));
    queue.push_stored(9, event(100));
    take(&queue, BatchLimits { events: 1, ..ALL });
    assert_eq!(queue.acknowledged(), 7);
    take(&queue, ALL);
    assert_eq!(queue.acknowledged(), 8);
    take(&queue, ALL);
    assert_eq!(queue.acknowledged(), 9);
}

#[derive(Debug, Clone)]
enum Step {
    Push(Worth, usize),
    Take(BatchLimits),
}

fn step() -> impl Strategy<Value = Step> {
    let size = size_of::<ReceivedEvent>()..1_000;
    prop_oneof![
        3 => (prop::sample::select(&Worth::ALL[..]), size).prop_map(|(worth, size)| Step::Push(worth, size)),
        1 => (0_usize..5, 0_usize..2_000).prop_map(|(events, bytes)| Step::Take(BatchLimits { events, bytes })),
    ]
}

/// What is left when an event of `worth` and `size` has come, or none if it is refused.
fn after_push(model: &[(Worth, usize)], worth: Worth, size: usize, max_bytes: usize) -> Option<Vec<(Worth, usize)>> {
    let mut left = model.to_vec();
    loop {
        let bytes: usize = left.iter().map(|(_, size)| size).sum();
        if bytes == 0 || bytes + size <= max_bytes {
            left.push((worth, size));
            return Some(left);
        }
        let mut lower = worth.rank().lower().iter();
        let place = lower.find_map(|rank| left.iter().position(|(queued, _)| queued.rank() == *rank))?;
        left.remove(place);
    }
}

proptest! {
    #[test]
    fn it_behaves_like_a_list(max_bytes in 0_usize..3_000, steps in prop::collection::vec(step(), 0..60)) {
        let queue = queue(max_bytes);
        let mut model = Vec::<(Worth, usize)>::new();
        for step in steps {
            match step {
                Step::Push(kind, size) => {
                    let expected = after_push(&model, kind, size, max_bytes);
                    let evicted = queue.push(worth(kind, size));
                    prop_assert_eq!(evicted.is_ok(), expected.is_some());
                    if let (Some(left), Ok(evicted)) = (expected, evicted) {
                        prop_assert_eq!(evicted.iter().sum::<u64>(), (model.len() + 1 - left.len()) as u64);
                        model = left;
                    }
                }
                Step::Take(limits) => {
                    let bytes = |count: usize| model[..count].iter().map(|(_, size)| size).sum::<usize>();
                    let within = |count: &usize| *count <= limits.events && bytes(*count) <= limits.bytes;
                    let count = (0..=model.len()).rev().find(within).unwrap_or(0).max(model.len().min(1));
                    let expected: Vec<_> = model.drain(..count).map(|(_, size)| size).collect();
                    let taken = if expected.is_empty() { Taken::Nothing } else { Taken::Events };
                    prop_assert_eq!(take(&queue, limits), (taken, expected));
                }
            }
            prop_assert_eq!(queue.depth(), (model.len(), model.iter().map(|(_, size)| size).sum()));
        }
    }
}
