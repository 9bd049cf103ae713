//! All trackers, with an index so that an event costs only those it can concern.

use std::collections::HashMap;

use audit_event::{AuditEvent, Finding, FindingValue, Travel};
use falco_rules::{Compiler, EventValues, EventValuesBuffer, Operands};
use serde::{Deserialize, Serialize};

use super::builtin::builtin_trackers;
use super::clock::EventClock;
use super::declaration::TrackerDeclaration;
use super::error::TrackerError;
use super::field_reference::event_id;
use super::tracker::{Found, Observed, Tracker};
use super::window::Moment;
use crate::Location;
use crate::rule_language::{EVENT_TYPE, GitlabEvent, tracker_schema};

/// The trackers of one pipeline.
pub(crate) struct TrackerSet {
    trackers: Vec<Tracker>,
    operands: Operands,
    /// Trackers that may be concerned by events of any type.
    always: Vec<usize>,
    /// Trackers that only events of this type can concern.
    by_event_type: HashMap<Box<str>, Vec<usize>>,
    clock: EventClock,
    events: u64,
    values: EventValuesBuffer,
    /// What was found about the event looked at last.
    found: Vec<(usize, Found)>,
}

/// What trackers remember, in a form to be written to a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedTrackers {
    clock: EventClock,
    events: u64,
    trackers: Vec<SavedTracker>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedTracker {
    name: String,
    fingerprint: u64,
    memory: Vec<u8>,
}

/// The operator's trackers and the built-in ones, of which those of the same name are replaced.
pub fn with_builtin(trackers: Vec<TrackerDeclaration>) -> Vec<TrackerDeclaration> {
    let is_replaced = |builtin: &TrackerDeclaration| trackers.iter().any(|tracker| tracker.name == builtin.name);
    let mut all: Vec<_> = builtin_trackers()
        .into_iter()
        .map(|builtin| builtin.declaration)
        .filter(|builtin| !is_replaced(builtin))
        .collect();
    all.extend(trackers);
    all
}

impl TrackerSet {
    /// Compiles the declarations.
    pub(crate) fn new(declarations: &[TrackerDeclaration]) -> Result<Self, TrackerError> {
        if declarations.len() > TrackerError::MAX_TRACKERS {
            return Err(TrackerError::TooMany);
        }
        let schema = tracker_schema();
        let mut compiler = Compiler::new(&schema);
        let mut trackers: Vec<Tracker> = Vec::new();
        for declaration in declarations {
            if trackers.iter().any(|tracker| tracker.name() == declaration.name) {
                let problem = "there are two trackers of this name".to_owned();
                return Err(TrackerError::Tracker { tracker: declaration.name.clone(), problem });
            }
            trackers.push(Tracker::new(declaration, &mut compiler)?);
        }
        let operands = compiler.finish();
        let mut always = Vec::new();
        let mut by_event_type: HashMap<Box<str>, Vec<usize>> = HashMap::new();
        let event_type = schema.field_id(EVENT_TYPE);
        for (place, tracker) in trackers.iter().enumerate() {
            match event_type.and_then(|field| tracker.required_values(&operands, field)) {
                None => always.push(place),
                Some(types) => {
                    for name in types {
                        by_event_type.entry(name.into()).or_default().push(place);
                    }
                }
            }
        }
        Ok(Self {
            trackers,
            operands,
            always,
            by_event_type,
            clock: EventClock::default(),
            events: 0,
            values: EventValuesBuffer::default(),
            found: Vec::new(),
        })
    }

    /// Shows an event to the trackers that it can concern. One without a time of its own is shown to none: nothing here
    /// may depend on when it arrived.
    pub(crate) fn observe(&mut self, event: AuditEvent<'_>, location: Option<Location>) {
        self.found.clear();
        let Some(time) = event.created_at() else { return };
        self.clock.see(time);
        self.events += 1;
        let event_type = event.event_type();
        let of_type =
            event_type.and_then(|event_type| self.by_event_type.get(&*event_type)).map_or(&[][..], Vec::as_slice);
        if of_type.is_empty() && self.always.is_empty() {
            return;
        }
        let moment = Moment {
            time,
            clock: self.clock.now(),
            settled: self.clock.settled(),
            id: event_id(&event),
            arrival: self.events,
        };
        let seen = GitlabEvent { event, number: self.events, time };
        let buffer = std::mem::take(&mut self.values);
        let mut values = EventValues::reusing(buffer, &self.operands, &seen);
        let mut observed = Observed { event, values: &mut values, location, moment };
        for &place in of_type.iter().chain(&self.always) {
            if let Some(found) = self.trackers[place].observe(&mut observed) {
                self.found.push((place, found));
            }
        }
        self.values = values.into_buffer();
    }

    /// What was found about the event shown last, travel apart.
    pub(crate) fn findings<'a>(&'a self) -> Vec<Finding<'a>> {
        let findings = |(place, found): &'a (usize, Found)| {
            let (value, burst) = match found {
                &Found::Count { count, is_height } => {
                    (Some(FindingValue::Count(count)), is_height.then_some(FindingValue::Burst(count)))
                }
                &Found::FirstSeen(truth) => (Some(FindingValue::FirstSeen(truth)), None),
                &Found::Sequence(truth) => (Some(FindingValue::Sequence(truth)), None),
                Found::Session(text) => (Some(FindingValue::Session(text)), None),
                Found::Travel(_) => (None, None),
            };
            let tracker = self.trackers[*place].name();
            value.into_iter().chain(burst).map(move |value| Finding { tracker, value })
        };
        self.found.iter().flat_map(findings).collect()
    }

    /// How the account of the event shown last came to its place.
    pub(crate) fn travel(&self) -> Option<Travel<'_>> {
        self.found.iter().find_map(|(_, found)| match found {
            Found::Travel(journey) => Some(Travel {
                speed_kmh: journey.speed_kmh,
                distance_km: journey.distance_km,
                from_country: journey.from_country.as_ref().and_then(|country| std::str::from_utf8(country).ok()),
            }),
            _ => None,
        })
    }

    /// How many keys all trackers know, and how many had to go for others.
    pub(crate) fn keys(&self) -> (usize, u64) {
        let of = |tracker: &Tracker| tracker.memory().keys();
        self.trackers.iter().map(of).fold((0, 0), |(keys, evicted), (more, gone)| (keys + more, evicted + gone))
    }

    /// What the trackers remember.
    pub(crate) fn save(&self) -> Result<SavedTrackers, postcard::Error> {
        let trackers = self.trackers.iter().map(|tracker| {
            let memory = tracker.memory().save()?;
            Ok(SavedTracker { name: tracker.name().to_owned(), fingerprint: tracker.fingerprint(), memory })
        });
        let trackers = trackers.collect::<Result<_, postcard::Error>>()?;
        Ok(SavedTrackers { clock: self.clock.clone(), events: self.events, trackers })
    }

    /// Takes over what was saved, and gives the names of trackers that were saved and begin anew: because they are
    /// declared otherwise now, or cannot be read.
    pub(crate) fn restore(&mut self, saved: SavedTrackers) -> Vec<String> {
        if saved.clock.is_sound() {
            self.clock = saved.clock;
        }
        self.events = saved.events;
        let mut anew = Vec::new();
        for SavedTracker { name, fingerprint, memory } in saved.trackers {
            let Some(tracker) = self.trackers.iter_mut().find(|tracker| tracker.name() == name) else { continue };
            if tracker.fingerprint() != fingerprint || tracker.memory_mut().restore(&memory).is_err() {
                anew.push(name);
            }
        }
        anew
    }
}

impl std::fmt::Debug for TrackerSet {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TrackerSet").field("trackers", &self.trackers).finish_non_exhaustive()
    }
}
