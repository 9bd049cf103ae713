//! One record of a segment: an event in bytes, guarded so that damage is noticed and what follows is found again.
//!
//! All numbers are little-endian.
//!
//! | bytes | head |
//! |---|---|
//! | 4 | the mark, which no text holds |
//! | 4 | length of the body |
//! | 8 | sequence number |
//! | 4 | CRC-32 of the body |
//! | 4 | CRC-32 of the head up to here |
//!
//! | bytes | body |
//! |---|---|
//! | 8 | `received_at` |
//! | 1 | origin |
//! | 1 | worth |
//! | 2 | length of the instance's name; 65,535 for none |
//! | 16 | fingerprint; noughts for none |
//! | | the instance's name, then the event, both UTF-8 |

use std::sync::Arc;

use audit_event::Origin;
use memchr::memmem;

use crate::arrival::Arrival;
use crate::event::ReceivedEvent;
use crate::fingerprint::Fingerprint;
use crate::worth::Worth;

/// 0xFF is in no UTF-8 text, so no sender can write a record into an event that would be found after damage.
const MARK: [u8; 4] = [0xFF, 0xA7, 0x0D, 0xFF];

pub(super) const HEAD_BYTES: usize = 24;
const FIXED_BODY_BYTES: usize = 28;
const NO_INSTANCE: u16 = u16::MAX;

/// The largest event that `MaxEventSize` can let through, and what comes with it. A head that claims more is damage, and what
/// reads it gets no memory for it.
const MAX_BODY_BYTES: usize = (256 << 20) + FIXED_BODY_BYTES + NO_INSTANCE as usize;

/// No spool gets that far, so a greater number is damage; it leaves room to count on.
pub(super) const MAX_SEQUENCE: u64 = u64::MAX / 2;

const ORIGINS: [Origin; 4] = [Origin::Webhook, Origin::File, Origin::Api, Origin::Stream];

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Its place in the order of all events, from 1.
    pub(super) sequence: u64,
    pub(super) arrival: Arrival,
}

/// What some bytes begin with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    /// A record, and its length.
    Record(Record, usize),
    /// So many bytes that are no record.
    Damage(usize),
    /// What may become a record with so many bytes in all.
    NeedsBytes(usize),
}

/// The length of an event's record.
pub(super) fn length(event: &ReceivedEvent) -> u64 {
    (HEAD_BYTES + FIXED_BODY_BYTES + instance(event).len() + event.json.len()) as u64
}

/// A name too long for its length field is cut, which the settings do not let happen.
fn instance(event: &ReceivedEvent) -> &str {
    let name = event.instance.as_deref().unwrap_or_default();
    &name[..name.floor_char_boundary(usize::from(NO_INSTANCE - 1))]
}

/// Appends an event's record to `bytes`; none if the event is longer than any limit lets through.
pub(super) fn write(sequence: u64, arrival: &Arrival, bytes: &mut Vec<u8>) -> Option<()> {
    let Arrival { event, worth, fingerprint } = arrival;
    let name = instance(event);
    let body_bytes =
        u32::try_from(length(event) - HEAD_BYTES as u64).ok().filter(|bytes| *bytes as usize <= MAX_BODY_BYTES)?;
    let name_bytes = event.instance.as_ref().map_or(Some(NO_INSTANCE), |_| u16::try_from(name.len()).ok())?;

    let start = bytes.len();
    bytes.extend_from_slice(&[0; HEAD_BYTES]);
    bytes.extend_from_slice(&event.received_at.to_le_bytes());
    bytes.extend_from_slice(&[origin_code(event.origin), *worth as u8]);
    bytes.extend_from_slice(&name_bytes.to_le_bytes());
    bytes.extend_from_slice(fingerprint.map_or([0; Fingerprint::LENGTH], Fingerprint::to_bytes).as_slice());
    bytes.extend_from_slice(name.as_bytes());
    bytes.extend_from_slice(event.json.as_bytes());

    let (head, body) = bytes[start..].split_at_mut(HEAD_BYTES);
    head[..4].copy_from_slice(&MARK);
    head[4..8].copy_from_slice(&body_bytes.to_le_bytes());
    head[8..16].copy_from_slice(&sequence.to_le_bytes());
    head[16..20].copy_from_slice(&crc32fast::hash(body).to_le_bytes());
    let checksum = crc32fast::hash(&head[..20]);
    head[20..].copy_from_slice(&checksum.to_le_bytes());
    Some(())
}

/// What `bytes` begin with. Never more than all of them.
pub(super) fn read(bytes: &[u8]) -> Beginning {
    let Some((head, rest)) = bytes.split_first_chunk::<HEAD_BYTES>() else {
        return Beginning::NeedsBytes(HEAD_BYTES);
    };
    if head[..4] != MARK || number(&head[20..]) != u64::from(crc32fast::hash(&head[..20])) {
        return Beginning::Damage(damage(bytes));
    }
    let body_bytes = usize::try_from(number(&head[4..8])).ok().filter(|bytes| *bytes <= MAX_BODY_BYTES);
    let Some(body_bytes) = body_bytes else { return Beginning::Damage(damage(bytes)) };
    let Some(body) = rest.get(..body_bytes) else { return Beginning::NeedsBytes(HEAD_BYTES + body_bytes) };
    let sequence = number(&head[8..16]);
    let is_whole = sequence <= MAX_SEQUENCE && u64::from(crc32fast::hash(body)) == number(&head[16..20]);
    match is_whole.then(|| arrival(body)).flatten() {
        Some(arrival) => Beginning::Record(Record { sequence, arrival }, HEAD_BYTES + body_bytes),
        // The head is sound, so the next record begins where it says.
        None => Beginning::Damage(HEAD_BYTES + body_bytes),
    }
}

/// How far it is to the next place where a record may begin.
fn damage(bytes: &[u8]) -> usize {
    memmem::find(&bytes[1..], &MARK).map_or_else(
        // The mark may begin in the last bytes.
        || bytes.len() - (MARK.len() - 1),
        |distance| distance + 1,
    )
}

fn arrival(body: &[u8]) -> Option<Arrival> {
    let (fixed, texts) = body.split_first_chunk::<FIXED_BODY_BYTES>()?;
    let name_bytes = u16::try_from(number(&fixed[10..12])).ok()?;
    let (name, json) = match name_bytes {
        NO_INSTANCE => (None, texts),
        length => texts.split_at_checked(usize::from(length)).map(|(name, json)| (Some(name), json))?,
    };
    let name = name.map(str::from_utf8).transpose().ok()?;
    let fingerprint = fixed[12..].try_into().ok()?;
    let event = ReceivedEvent {
        json: str::from_utf8(json).ok()?.into(),
        received_at: number(&fixed[..8]),
        origin: *ORIGINS.get(usize::from(fixed[8]))?,
        instance: name.map(Arc::from),
    };
    Some(Arrival {
        event,
        worth: *Worth::ALL.get(usize::from(fixed[9]))?,
        fingerprint: (fingerprint != [0; Fingerprint::LENGTH]).then(|| Fingerprint::from_bytes(fingerprint)),
    })
}

const fn origin_code(origin: Origin) -> u8 {
    match origin {
        Origin::Webhook => 0,
        Origin::File => 1,
        Origin::Api => 2,
        Origin::Stream => 3,
    }
}

/// A number of up to eight bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_record() -> impl Strategy<Value = Record> {
        let event = ("\\PC{0,60}", any::<u64>(), 0..ORIGINS.len(), prop::option::of("[a-z.]{0,20}"));
        let rest = (0..=MAX_SEQUENCE, 0..Worth::ALL.len(), prop::option::of(1..u8::MAX));
        (event, rest).prop_map(|((json, received_at, origin, instance), (sequence, worth, fingerprint))| Record {
            sequence,
            arrival: Arrival {
                event: ReceivedEvent {
                    json: json.into(),
                    received_at,
                    origin: ORIGINS[origin],
                    instance: instance.map(Arc::from),
                },
                worth: Worth::ALL[worth],
                fingerprint: fingerprint.map(|byte| Fingerprint::from_bytes([byte; Fingerprint::LENGTH])),
            },
        })
    }

    fn bytes(record: &Record) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(record.sequence, &record.arrival, &mut bytes).unwrap();
        bytes
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(record in any_record(), after in prop::collection::vec(any::<u8>(), 0..50)) {
            let mut bytes = bytes(&record);
            let length = bytes.len();
            prop_assert_eq!(length as u64, super::length(&record.arrival.event));
            bytes.extend(after);
            prop_assert_eq!(read(&bytes), Beginning::Record(record, length));
        }

        #[test]
        fn a_part_of_a_record_asks_for_more_and_never_for_too_much(record in any_record()) {
            let bytes = bytes(&record);
            for length in 0..bytes.len() {
                let Beginning::NeedsBytes(needed) = read(&bytes[..length]) else { panic!("{length}") };
                prop_assert!((length + 1..=bytes.len()).contains(&needed));
            }
        }

        #[test]
        fn one_changed_bit_anywhere_is_damage(record in any_record(), place in any::<prop::sample::Index>(), bit in 0..8) {
            let mut bytes = bytes(&record);
            let length = bytes.len();
            bytes[place.index(length)] ^= 1_u8 << bit;
            let Beginning::Damage(damage) = read(&bytes) else { panic!("not noticed") };
            prop_assert!((1..=length).contains(&damage));
        }

        #[test]
        fn any_bytes_are_something_of_their_length(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            match read(&bytes) {
                Beginning::Record(_, length) | Beginning::Damage(length) => prop_assert!((1..=bytes.len()).contains(&length)),
                Beginning::NeedsBytes(needed) => prop_assert!(needed > bytes.len()),
            }
        }
    }

    #[test]
    fn a_sound_head_that_claims_more_than_any_event_is_damage() {
        let claims = |body_bytes: u32| {
            let mut head = [MARK, body_bytes.to_le_bytes(), [1, 0, 0, 0], [0; 4], [0; 4]].concat();
            head.extend(crc32fast::hash(&head).to_le_bytes());
            read(&head)
        };
        let most = u32::try_from(MAX_BODY_BYTES).unwrap();
        assert_eq!(claims(most), Beginning::NeedsBytes(HEAD_BYTES + MAX_BODY_BYTES));
        assert!(matches!(claims(most + 1), Beginning::Damage(_)));
    }

    #[test]
    fn the_codes_of_origins_are_their_places() {
        for (code, origin) in ORIGINS.into_iter().enumerate() {
            assert_eq!(usize::from(origin_code(origin)), code);
        }
    }
}
