//! Two weeks: days, hours, and who does what when. The first is there for what is learned from it; the second one counts.
use std::net::IpAddr;

use fastrand::Rng;

use crate::{
    company::{Company, HOTEL, OFFICE, Person, Role, mobile},
    record::Record,
};

/// Monday, 2 March 2026, midnight UTC, in milliseconds since the epoch.
const MONDAY: i64 = 1_772_409_600_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The first day that counts: trackers learn for a week what is usual, and say nothing of what is new meanwhile.
const COUNTED: i64 = 7;

/// When the week that counts begins.
pub(crate) const COUNTED_FROM: i64 = MONDAY + COUNTED * DAY;

/// On these days that count, and from which position among the people, somebody is at a conference in Spain.
const CONFERENCE: (std::ops::Range<i64>, usize) = (COUNTED + 1..COUNTED + 4, 100);

/// All that happens, in order.
pub(crate) struct Week {
    pub(crate) company: Company,
    pub(crate) events: Vec<Record>,
    pub(crate) rng: Rng,
}

/// Somebody's working day.
pub(crate) struct Shift<'a> {
    pub(crate) person: &'a Person,
    /// From where they work.
    pub(crate) address: IpAddr,
    pub(crate) begin: i64,
    pub(crate) end: i64,
}

impl Week {
    /// The same weeks each time.
    pub(crate) fn generate() -> Self {
        let mut rng = Rng::with_seed(2026);
        let company = Company::new(&mut rng);
        let mut week = Self { company, events: Vec::new(), rng };
        for day in 0..COUNTED + 7 {
            week.day(day);
        }
        week.rare_acts();
        week.events.sort_by_key(|event| event.at);
        week
    }

    fn day(&mut self, day: i64) {
        self.nightly(moment(day, 1));
        self.deployments(moment(day, 0));
        for person in self.company.people.clone() {
            if self.is_working(day, &person) {
                let (address, begin) = (self.place(day, &person), moment(day, 7) + self.rng.i64(0..2 * HOUR));
                let shift = Shift { person: &person, address, begin, end: begin + 8 * HOUR };
                self.sign_in(&shift);
                match person.role {
                    Role::Administrator => self.administrator(&shift),
                    Role::Developer => self.developer(&shift),
                    Role::Colleague => self.colleague(&shift),
                }
            }
        }
    }

    /// Nine of ten on a working day, a few at the weekend.
    fn is_working(&mut self, day: i64, person: &Person) -> bool {
        let is_weekend = day % 7 > 4;
        match person.role {
            Role::Developer if is_weekend => self.happens(0.03),
            _ if is_weekend => false,
            _ => self.happens(0.9),
        }
    }

    fn place(&mut self, day: i64, person: &Person) -> IpAddr {
        let (days, position) = CONFERENCE;
        if days.contains(&day) && person.id == self.company.people[position].id {
            return HOTEL;
        }
        if self.happens(0.005) {
            return mobile(&mut self.rng);
        }
        match self.rng.u8(..10) {
            ..5 => OFFICE,
            5..8 => person.vpn(),
            // Who administers does so from the company's networks.
            _ if person.role == Role::Administrator => person.vpn(),
            _ => person.home(&mut self.rng),
        }
    }

    /// What happens in the week that counts.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Record> {
        self.events.iter().filter(|event| event.at >= COUNTED_FROM)
    }

    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.rng.f64() < probability
    }

    /// A moment of a shift.
    pub(crate) fn during(&mut self, shift: &Shift<'_>) -> i64 {
        self.rng.i64(shift.begin..shift.end)
    }

    pub(crate) fn add(&mut self, record: Record, at: i64) {
        self.events.push(record.at(at));
    }

    /// The events' texts, one a line.
    pub(crate) fn lines(&self) -> String {
        (1000..).zip(&self.events).map(|(id, event)| event.json(id) + "\n").collect()
    }
}

/// An hour of a day of the week that counts, Monday being 0, in UTC.
pub(crate) fn counted_moment(day: i64, hour: i64) -> i64 {
    moment(COUNTED + day, hour)
}

/// An hour of a day of both weeks, the first Monday being 0, in UTC.
pub(crate) fn moment(day: i64, hour: i64) -> i64 {
    MONDAY + day * DAY + hour * HOUR
}
