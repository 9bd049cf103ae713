//! One tracker, ready for events.

use std::collections::BTreeSet;
use std::hash::Hasher;

use audit_event::AuditEvent;
use falco_rules::{Compiler, FieldId, Operands};
use siphasher::sip::SipHasher13;

use super::conditions::{ConditionId, Conditions, EventConditions};
use super::declaration::{Learning, TrackerDeclaration, TrackerKind};
use super::error::TrackerError;
use super::event_hashes::{EventHashes, HashedField, HashedFields, HashedKey};
use super::field_reference::FieldReference;
use super::found::Found;
use super::keyed::Keyed;
use super::memory::{Beginning, Learned, Memory};
use super::sequence::MAX_STEPS;
use super::subject::{Sought, Subject};
use super::window::{MAX_LATENESS, Moment, Window};
use crate::Location;

/// A tracker's name: fit to stand in brackets.
const MAX_NAME_BYTES: usize = 64;

/// The longest window: a leap year.
const MAX_WINDOW: u64 = 366 * 86_400 * 1_000_000_000;

/// The one tracker whose fields have no argument.
const TRAVEL: &str = "travel";

/// The parts of a session.
const SESSION_START: usize = 0;
const SESSION_END: usize = 1;
const SESSION_INSIDE: usize = 2;

/// A tracker.
#[derive(Debug)]
pub(crate) struct Tracker {
    name: Box<str>,
    /// Of the declaration: what another one remembers is of no use.
    fingerprint: u64,
    window: Window,
    /// One; the steps of a sequence; [`SESSION_START`], [`SESSION_END`] and [`SESSION_INSIDE`].
    parts: Vec<Part>,
    value: Option<Value>,
    learning: Learning,
    /// How long a value stays new.
    new_for: u64,
    memory: Memory,
}

/// Which events, and what their key is.
#[derive(Debug)]
struct Part {
    condition: Option<ConditionId>,
    key: HashedKey,
}

/// The field that is looked at beside the key.
#[derive(Debug)]
struct Value {
    field: FieldReference,
    hashed: HashedField,
}

/// One event, with what is needed to look at it.
pub(crate) struct Observed<'v, 'e> {
    pub(crate) event: AuditEvent<'e>,
    pub(crate) conditions: EventConditions<'v, 'e>,
    pub(crate) hashes: EventHashes<'v, 'e>,
    pub(crate) location: Option<Location>,
    pub(crate) moment: Moment,
}

/// What all trackers share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) conditions: Conditions,
    pub(crate) fields: HashedFields,
}

impl Tracker {
    /// Compiles a declaration.
    pub(crate) fn new(
        declared: &TrackerDeclaration,
        compiler: &mut Compiler<'_>,
        shared: &mut Shared,
    ) -> Result<Self, TrackerError> {
        let of_tracker = |problem| TrackerError::Tracker {
            tracker: declared.name.escape_debug().take(MAX_NAME_BYTES).collect(),
            problem,
        };
        Self::compile(declared, compiler, shared).map_err(of_tracker)
    }

    fn compile(
        declared: &TrackerDeclaration,
        compiler: &mut Compiler<'_>,
        shared: &mut Shared,
    ) -> Result<Self, String> {
        check(declared)?;
        let Shared { conditions, fields: hashed } = shared;
        let key = hashed.add_key(&declared.key)?;
        let of_value = declared.kind.value().map(|name| Value::new(name, hashed)).transpose()?;
        let mut part = |condition: Option<&str>, own_key: Option<&[String]>| {
            let condition = condition.map(|condition| conditions.add(condition, compiler)).transpose()?;
            let key = own_key.map_or(Ok(key), |own| hashed.add_key(own))?;
            Ok::<_, String>(Part { condition, key })
        };
        let max_keys = declared.max_keys;
        let (mut learns, mut stays_new) = (Learning::Once(0), 0);
        let (parts, memory) = match &declared.kind {
            TrackerKind::Count { condition } => {
                (vec![part(condition.as_deref(), None)?], Memory::Count(Keyed::new(max_keys)))
            }
            TrackerKind::Distinct { condition, .. } => {
                (vec![part(condition.as_deref(), None)?], Memory::Distinct(Keyed::new(max_keys)))
            }
            TrackerKind::FirstSeen { condition, learning, new_for, .. } => {
                (learns, stays_new) = (*learning, *new_for);
                let learned = Learned { keys: Keyed::new(max_keys), beginning: Beginning::AfterEvents(0) };
                (vec![part(condition.as_deref(), None)?], Memory::FirstSeen(learned))
            }
            TrackerKind::Sequence { steps } => {
                let steps = steps.iter().map(|step| part(Some(&step.condition), step.key.as_deref()));
                (steps.collect::<Result<_, _>>()?, Memory::Sequence(Keyed::new(max_keys)))
            }
            TrackerKind::Session { condition, start, end, .. } => {
                let parts = vec![
                    part(Some(&start.condition), start.key.as_deref())?,
                    part(Some(end), start.key.as_deref())?,
                    part(condition.as_deref(), None)?,
                ];
                (parts, Memory::Session(Keyed::new(max_keys)))
            }
            TrackerKind::Travel { condition } => {
                (vec![part(condition.as_deref(), None)?], Memory::Travel(Keyed::new(max_keys)))
            }
        };
        Ok(Self {
            name: declared.name.as_str().into(),
            fingerprint: fingerprint(declared),
            window: Window::new(declared.window),
            parts,
            value: of_value,
            learning: learns,
            new_for: stays_new,
            memory,
        })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    pub(crate) fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    /// The values of which `field` must have one for the tracker to be concerned; none where it may be with any.
    pub(crate) fn required_values<'a>(
        &self,
        conditions: &'a Conditions,
        operands: &'a Operands,
        field: FieldId,
    ) -> Option<BTreeSet<&'a str>> {
        let mut all = BTreeSet::new();
        for part in &self.parts {
            all.extend(conditions.required_values(part.condition?, operands, field)?);
        }
        Some(all)
    }

    /// Tells what an event is to the tracker. Into a subject that lies where it stays: there is one for each event and tracker.
    pub(crate) fn fill(&self, subject: &mut Subject, observed: &mut Observed<'_, '_>) {
        for (number, part) in self.parts.iter().enumerate() {
            if let Some(key) = part.key_of(observed) {
                subject.add(number, key);
            }
        }
    }

    /// Takes an event in, and tells what it means; none where it means nothing.
    pub(crate) fn observe(&mut self, subject: &Subject, observed: &mut Observed<'_, '_>) -> Option<Found> {
        let Self { window, parts, value, learning, new_for, memory, .. } = self;
        let (window, moment) = (*window, observed.moment);
        match memory {
            Memory::Count(keys) => {
                let counted = subject.key_as(0)?.state(keys);
                let (count, height) = counted.observe(window, moment, |state| state.observe(window, moment));
                Some(Found::Count { count, height })
            }
            Memory::Distinct(keys) => {
                let value = observed.hashes.value(value.as_ref()?.hashed)?;
                let counted = subject.key_as(0)?.state(keys);
                let (count, height) = counted.observe(window, moment, |state| state.observe(window, value, moment));
                Some(Found::Count { count, height })
            }
            Memory::FirstSeen(learned) => {
                let value = observed.hashes.value(value.as_ref()?.hashed)?;
                let state = subject.key_as(0)?.state(&mut learned.keys);
                let is_new = state.observe(window, *new_for, value, moment);
                learned.beginning.is_over(*learning, state.since(), moment).then_some(Found::FirstSeen(is_new))
            }
            Memory::Sequence(keys) => {
                // Steps may have different keys; one event may be steps of several keys at once.
                let complete = |(key, steps): (Sought, _)| key.state(keys).observe(window, parts.len(), steps, moment);
                subject.keys().map(complete).reduce(|one, other| one || other).map(Found::Sequence)
            }
            Memory::Session(keys) => {
                if let Some(key) = subject.key_as(SESSION_START) {
                    let text = value.as_ref().and_then(|value| value.field.text(&observed.event)).unwrap_or_default();
                    key.state(keys).open(window, &text, moment);
                }
                if let Some(key) = subject.key_as(SESSION_END) {
                    key.state(keys).close(window, moment);
                }
                let inside = subject.key_as(SESSION_INSIDE)?;
                inside.known(keys)?.at(window, moment).map(|text| Found::Session(text.into()))
            }
            Memory::Travel(keys) => {
                let location = observed.location?;
                let country = observed.event.country_iso_code();
                subject.key_as(0)?.state(keys).observe(location, country.as_deref(), moment).map(Found::Travel)
            }
        }
    }
}

impl Part {
    /// The key of an event that the condition accepts.
    fn key_of(&self, observed: &mut Observed<'_, '_>) -> Option<u128> {
        let accepts = self.condition.is_none_or(|condition| observed.conditions.matches(condition));
        if accepts { observed.hashes.key(self.key) } else { None }
    }
}

impl Value {
    fn new(name: &str, hashed: &mut HashedFields) -> Result<Self, String> {
        let field = FieldReference::new(name)?;
        Ok(Self { hashed: hashed.add(field.clone()), field })
    }
}

impl Beginning {
    /// Whether a tracker that began then has learned, and a key of it that is known since then.
    fn is_over(self, learning: Learning, since: Option<u64>, moment: Moment) -> bool {
        // By the clock as well: one event from the future does not end the learning.
        let now = moment.settled.min(moment.time);
        let learned = |since: u64, span| now >= since.saturating_add(span);
        match (learning, self) {
            (Learning::Once(0) | Learning::EachKey(0), _) => true,
            (_, Self::AfterEvents(_)) => false,
            (Learning::Once(span), Self::At(beginning)) => learned(beginning, span),
            (Learning::EachKey(span), Self::At(beginning)) => learned(beginning.max(since.unwrap_or_default()), span),
        }
    }
}

fn check(declared: &TrackerDeclaration) -> Result<(), String> {
    let TrackerDeclaration { name, kind, window, max_keys, .. } = declared;
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    if name.is_empty() || name.len() > MAX_NAME_BYTES || !name.bytes().all(fits) {
        return Err(format!("Name: letters, digits, `_`, `-` and `.` are allowed, at most {MAX_NAME_BYTES}"));
    }
    if !(1_000_000_000..=MAX_WINDOW).contains(window) {
        return Err("Window: from 1s to 366d".to_owned());
    }
    if !(1..=100_000_000).contains(max_keys) {
        return Err("MaxKeys: from 1 to 100000000".to_owned());
    }
    match kind {
        TrackerKind::FirstSeen { new_for, .. } if *new_for > MAX_LATENESS.min(*window) => {
            Err("NewFor: at most an hour, and no longer than Window".to_owned())
        }
        TrackerKind::Travel { .. } if name != TRAVEL => Err(format!(
            "a tracker of kind travel must be named `{TRAVEL}`, because the fields gitlab.travel.* have no argument"
        )),
        TrackerKind::Sequence { steps } if !(2..=MAX_STEPS).contains(&steps.len()) => {
            Err(format!("Steps: from 2 to {MAX_STEPS}"))
        }
        _ => Ok(()),
    }
}

fn fingerprint(declared: &TrackerDeclaration) -> u64 {
    let mut hasher = SipHasher13::new();
    // How many keys are kept does not change what is remembered of each.
    hasher.write(format!("{:?}", TrackerDeclaration { max_keys: 0, ..declared.clone() }).as_bytes());
    hasher.finish()
}
