//! All trackers, with an index so that an event costs only those it can concern.

use std::collections::HashMap;
use std::sync::Arc;

use audit_event::AuditEvent;
use falco_rules::{Compiler, EventValues, EventValuesBuffer, Operands};
use serde::{Deserialize, Serialize};

use super::builtin::builtin_trackers;
use super::clock::{self, EventClock};
use super::conditions::{AssumedConditions, EventConditions, OutcomeBuffer};
use super::declaration::TrackerDeclaration;
use super::error::TrackerError;
use super::event_hashes::{EventHashes, HashBuffer, event_id};
use super::found::Found;
use super::memory::{Beginning, SavedMemory};
use super::subject::Subject;
use super::tracker::{Observed, Shared, Tracker};
use super::window::Moment;
use crate::Location;
use crate::rule_language::{EVENT_TYPE, GitlabEvent, tracker_schema};

/// The trackers of one pipeline.
pub(crate) struct TrackerSet {
    trackers: Vec<Tracker>,
    names: Arc<[Box<str>]>,
    operands: Operands,
    shared: Shared,
    by_event_type: HashMap<Box<str>, OfType>,
    /// Events of a type that no tracker asks for.
    of_other_type: OfType,
    clock: EventClock,
    events: u64,
    /// Trackers that do not know yet when they began.
    beginning: Vec<usize>,
    values: EventValuesBuffer,
    outcomes: OutcomeBuffer,
    hashes: HashBuffer,
    /// What the event looked at last was to the trackers.
    subjects: Vec<(usize, Subject)>,
    /// What was found about it.
    found: Vec<(usize, Found)>,
}

/// What is known beforehand of events of one type.
#[derive(Debug)]
struct OfType {
    /// Trackers that they may concern.
    concerned: Vec<usize>,
    conditions: AssumedConditions,
}

/// What trackers remember, in a form to be written to a file.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SavedTrackers<'a> {
    clock: EventClock,
    events: u64,
    #[serde(borrow)]
    trackers: Vec<SavedTracker<'a>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct SavedTracker<'a> {
    name: &'a str,
    fingerprint: u64,
    #[serde(borrow)]
    memory: SavedMemory<'a>,
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
        let mut shared = Shared::default();
        let mut trackers: Vec<Tracker> = Vec::new();
        for declaration in declarations {
            if trackers.iter().any(|tracker| tracker.name() == declaration.name) {
                let problem = "there are two trackers of this name".to_owned();
                return Err(TrackerError::Tracker { tracker: declaration.name.clone(), problem });
            }
            trackers.push(Tracker::new(declaration, &mut compiler, &mut shared)?);
        }
        let operands = compiler.finish();
        let event_type = schema.field_id(EVENT_TYPE).expect("it is a field of every event");
        let types: Vec<_> =
            trackers.iter().map(|tracker| tracker.required_values(&shared.conditions, &operands, event_type)).collect();
        let of_type = |name: Option<&str>| OfType {
            concerned: (0..)
                .zip(&types)
                .filter(|(_, types)| types.as_ref().is_none_or(|types| name.is_some_and(|name| types.contains(name))))
                .map(|(place, _)| place)
                .collect(),
            conditions: shared.conditions.assuming(&operands, event_type, name),
        };
        let by_event_type =
            types.iter().flatten().flatten().map(|name| ((*name).into(), of_type(Some(name)))).collect();
        let of_other_type = of_type(None);
        let mut set = Self {
            names: trackers.iter().map(|tracker| tracker.name().into()).collect(),
            trackers,
            operands,
            shared,
            by_event_type,
            of_other_type,
            clock: EventClock::default(),
            events: 0,
            beginning: Vec::new(),
            values: EventValuesBuffer::default(),
            outcomes: OutcomeBuffer::new(),
            hashes: HashBuffer::default(),
            subjects: Vec::new(),
            found: Vec::new(),
        };
        set.all_begin_here();
        Ok(set)
    }

    /// Shows an event to the trackers that it can concern. One without a time of its own is shown to none: nothing here
    /// may depend on when it arrived.
    pub(crate) fn observe(&mut self, event: AuditEvent<'_>, created_at: Option<u64>, location: Option<Location>) {
        self.found.clear();
        let Some(time) = created_at else { return };
        self.clock.see(time);
        self.events = self.events.saturating_add(1);
        if !self.beginning.is_empty() {
            self.tell_beginning();
        }
        let event_type = event.event_type();
        let of_type = event_type.and_then(|event_type| self.by_event_type.get(&*event_type));
        let OfType { concerned, conditions } = of_type.unwrap_or(&self.of_other_type);
        if concerned.is_empty() {
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
        let values = EventValues::reusing(buffer, &self.operands, &seen);
        let conditions = EventConditions::new(conditions, values, &mut self.outcomes);
        let hashes = EventHashes::new(&self.shared.fields, event, &mut self.hashes);
        let mut observed = Observed { event, conditions, hashes, location, moment };
        self.subjects.clear();
        for &place in concerned {
            let (_, subject) = self.subjects.push_mut((place, Subject::default()));
            self.trackers[place].fill(subject, &mut observed);
            if subject.is_empty() {
                self.subjects.pop();
            }
        }
        for (place, subject) in &mut self.subjects {
            self.trackers[*place].memory().look_up(subject);
        }
        for (place, subject) in &self.subjects {
            if let Some(found) = self.trackers[*place].observe(subject, &mut observed) {
                self.found.push((*place, found));
            }
        }
        self.values = observed.conditions.into_buffer();
    }

    /// Lets all trackers begin after the events that were seen until now.
    fn all_begin_here(&mut self) {
        let events = self.events;
        let begin = |(place, tracker): (usize, &mut Tracker)| {
            *tracker.memory_mut().beginning_mut()? = Beginning::AfterEvents(events);
            Some(place)
        };
        self.beginning = self.trackers.iter_mut().enumerate().filter_map(begin).collect();
    }

    /// Tells the trackers when they began, once the clock is sure by events that came since then alone: those from before
    /// may be a month older, if nothing was received meanwhile.
    fn tell_beginning(&mut self) {
        let Self { trackers, beginning, events, clock, .. } = self;
        let settled = clock.settled();
        if settled == 0 {
            return;
        }
        beginning.retain(|place| {
            let Some(beginning) = trackers[*place].memory_mut().beginning_mut() else { return false };
            let is_open = |before: u64| *events < before.saturating_add(clock::EVENTS as u64);
            match *beginning {
                Beginning::AfterEvents(before) if is_open(before) => return true,
                Beginning::AfterEvents(_) => *beginning = Beginning::At(settled),
                Beginning::At(_) => {}
            }
            false
        });
    }

    /// What was found about the event shown last, to be told with [`names`](Self::names).
    pub(crate) fn found(&self) -> &[(usize, Found)] {
        &self.found
    }

    /// The trackers' names.
    pub(crate) fn names(&self) -> &Arc<[Box<str>]> {
        &self.names
    }

    /// How many keys all trackers know, and how many had to go for others.
    pub(crate) fn keys(&self) -> (usize, u64) {
        let of = |tracker: &Tracker| tracker.memory().keys();
        self.trackers.iter().map(of).fold((0, 0), |(keys, evicted), (more, gone)| (keys + more, evicted + gone))
    }

    /// What the trackers remember.
    pub(crate) fn save(&self) -> Result<SavedTrackers<'_>, postcard::Error> {
        let trackers = self.trackers.iter().map(|tracker| {
            let memory = tracker.memory().save()?;
            Ok(SavedTracker { name: tracker.name(), fingerprint: tracker.fingerprint(), memory })
        });
        let trackers = trackers.collect::<Result<_, postcard::Error>>()?;
        Ok(SavedTrackers { clock: self.clock.clone(), events: self.events, trackers })
    }

    /// Takes over what was saved, and gives the names of trackers that were saved and begin anew: because they are
    /// declared otherwise now, or cannot be read.
    pub(crate) fn restore(&mut self, saved: SavedTrackers<'_>) -> Vec<String> {
        if saved.clock.is_sound() {
            self.clock = saved.clock;
        }
        self.events = saved.events;
        // Those of which nothing was saved begin now.
        self.all_begin_here();
        let mut anew = Vec::new();
        for SavedTracker { name, fingerprint, memory } in saved.trackers {
            let Some(tracker) = self.trackers.iter_mut().find(|tracker| tracker.name() == name) else { continue };
            if tracker.fingerprint() != fingerprint || tracker.memory_mut().restore(&memory).is_err() {
                anew.push(name.to_owned());
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
