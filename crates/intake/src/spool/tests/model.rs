//! The spool against a model that is the set of events that must still come.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Store(Vec<(Worth, usize)>),
    Read(usize),
    Acknowledge,
    Reopen,
}

fn step() -> impl Strategy<Value = Step> {
    // The small ones are so small that even these segments are padded.
    let size = prop_oneof![0_usize..9, 0_usize..3_000];
    let event = (prop::sample::select(&Worth::ALL[..]), size);
    prop_oneof![
        3 => prop::collection::vec(event.clone(), 1..8).prop_map(Step::Store),
        3 => prop::collection::vec(event, 1..2).prop_map(Step::Store),
        3 => (0_usize..8_000).prop_map(Step::Read),
        1 => Just(Step::Acknowledge),
        1 => Just(Step::Reopen),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// The model is the set of events that must still come. Nothing is lost that was not told, nothing is too large.
    #[test]
    fn events_are_read_once_in_order_unless_they_were_let_go(
        bound in prop::sample::select(&[64 * 1024, 128 * 1024, 256 * 1024][..]),
        steps in prop::collection::vec(step(), 1..100),
    ) {
        let place = Place::new();
        let mut spool = place.open(bound);
        let (mut waiting, mut next_number) = (BTreeSet::<(u64, Worth)>::new(), 0_u64);
        let (mut from, mut handed_out) = (1, 0);
        let (mut told, mut lost) = ([0_u64; 4], [0_u64; 4]);
        for step in steps {
            match step {
                Step::Store(events) => {
                    let arrivals: Vec<_> = events
                        .iter()
                        .map(|(worth, size)| {
                            next_number += 1;
                            arrival(*worth, &format!("{next_number} {}", "x".repeat(*size)))
                        })
                        .collect();
                    let outcome = spool.writer.store(&arrivals, || from);
                    prop_assert!(outcome.failure.is_none());
                    for (told, count) in told.iter_mut().zip(outcome.evicted) {
                        *told += count;
                    }
                    for (arrival, fate) in arrivals.iter().zip(outcome.fates) {
                        let number = arrival.event.json.split(' ').next().unwrap().parse().unwrap();
                        match fate {
                            Fate::Stored(_) => _ = waiting.insert((number, arrival.worth)),
                            Fate::Shed => {}
                            Fate::Failed => prop_assert!(false, "the disk did not fail"),
                        }
                    }
                }
                Step::Read(bytes) => {
                    let read = spool.reader.read(from, MAX, bytes, |read| read).unwrap();
                    prop_assert!(read.damages.is_empty());
                    from = if read.next == MAX { from.max(handed_out + 1) } else { read.next };
                    for (sequence, arrival) in read.events {
                        prop_assert!(sequence > handed_out);
                        (handed_out, from) = (sequence, from.max(sequence + 1));
                        let number: u64 = arrival.event.json.split(' ').next().unwrap().parse().unwrap();
                        // What should have come before this one was let go.
                        while let Some((earlier, worth)) = waiting.pop_first() {
                            if earlier == number {
                                break;
                            }
                            prop_assert!(earlier < number, "an event came twice, or one that nobody stored");
                            lost[worth as usize] += 1;
                        }
                    }
                }
                Step::Acknowledge => {
                    spool.progress.set(handed_out).unwrap();
                    spool.writer.remove_up_to(handed_out).unwrap();
                }
                Step::Reopen => {
                    spool.progress.set(handed_out).unwrap();
                    drop(spool);
                    spool = place.open(bound);
                    prop_assert_eq!((spool.recovered.damages, spool.recovered.torn_bytes), (0, 0));
                    from = handed_out + 1;
                }
            }
            prop_assert!(place.bytes() <= bound);
            prop_assert_eq!(place.bytes(), spool.reader.bytes());
        }
        for text in read_from(&spool, from) {
            let number: u64 = text.split(' ').next().unwrap().parse().unwrap();
            while let Some((earlier, worth)) = waiting.pop_first() {
                if earlier == number {
                    break;
                }
                lost[worth as usize] += 1;
            }
        }
        for (_, worth) in waiting {
            lost[worth as usize] += 1;
        }
        prop_assert_eq!(lost, told, "all that was lost was told, and nothing else");
        prop_assert_eq!(lost[Worth::Saved as usize], 0, "nothing is worth more than a saved event");
    }
}

fn read_from(spool: &Spool, from: u64) -> Vec<String> {
    let texts = |read: Read| read.events.into_iter().map(|(_, arrival)| arrival.event.json.into_string()).collect();
    spool.reader.read(from, MAX, usize::MAX, texts).unwrap()
}
