//! How fast an account must have come from its last place.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use super::keyed::State;
use super::window::Moment;
use crate::Location;

/// So many places of an account are kept, for events that come late.
const MAX_VISITS: usize = 4;

/// Below this distance nobody has travelled: databases are no better, and a company's exits are spread so.
const LEAST_DISTANCE_KM: f64 = 100.0;

/// Two events within a minute have no more exact speed: clocks of servers differ.
const LEAST_TIME_HOURS: f64 = 1.0 / 60.0;

const EARTH_RADIUS_KM: f64 = 6_371.0;

/// The last places of one account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visits(SmallVec<[Visit; 1]>);

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Visit {
    time: u64,
    latitude: f32,
    longitude: f32,
    accuracy_km: f32,
    country: Option<[u8; 2]>,
}

/// A way between two places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Journey {
    pub(crate) speed_kmh: u64,
    pub(crate) distance_km: u64,
    /// ISO 3166 code, two ASCII letters.
    pub(crate) from_country: Option<[u8; 2]>,
}

impl Visits {
    /// Takes a place in, and tells the way to it from the place before, if that is far enough.
    pub(crate) fn observe(&mut self, location: Location, country: Option<&str>, moment: Moment) -> Option<Journey> {
        let country = country.and_then(|country| country.as_bytes().try_into().ok());
        #[expect(clippy::cast_possible_truncation, reason = "a metre more or less is nothing here")]
        let visit = Visit {
            time: moment.time,
            latitude: location.latitude as f32,
            longitude: location.longitude as f32,
            accuracy_km: location.accuracy_km as f32,
            country,
        };
        let place = self.0.partition_point(|known| known.time <= moment.time);
        let before = self.0[..place].last().copied();
        self.0.insert(place, visit);
        self.forget_farthest(moment.clock, place);
        journey(before?, visit)
    }

    /// Forgets the visit farthest from the clock where there is one too many, never the one just added.
    ///
    /// The clock is the median of the last events, and on a quiet instance hours or days behind: the place of now would be
    /// farther from it than those before, and whoever has gone somewhere else would arrive there with every event anew.
    fn forget_farthest(&mut self, clock: u64, added: usize) {
        if self.0.len() > MAX_VISITS {
            let others = (0..self.0.len()).rev().filter(|place| *place != added);
            if let Some(farthest) = others.max_by_key(|place| clock.abs_diff(self.0[*place].time)) {
                self.0.remove(farthest);
            }
        }
    }
}

impl State for Visits {
    fn is_sound(&self) -> bool {
        self.0.len() <= MAX_VISITS && self.0.is_sorted_by_key(|visit| visit.time)
    }
}

fn journey(from: Visit, to: Visit) -> Option<Journey> {
    // Most events come from where the one before came from.
    if (from.latitude, from.longitude) == (to.latitude, to.longitude) {
        return None;
    }
    // What the database is unsure of is taken off, so that the way is never longer than it was.
    let distance = great_circle_km(from, to) - f64::from(from.accuracy_km) - f64::from(to.accuracy_km);
    if distance < LEAST_DISTANCE_KM {
        return None;
    }
    let hours = std::time::Duration::from_nanos(to.time - from.time).as_secs_f64() / 3_600.0;
    let speed = distance / hours.max(LEAST_TIME_HOURS);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive and below 20,000 km a minute"
    )]
    Some(Journey { speed_kmh: speed.round() as u64, distance_km: distance.round() as u64, from_country: from.country })
}

/// By the haversine formula.
fn great_circle_km(from: Visit, to: Visit) -> f64 {
    let radians = |degrees: f32| f64::from(degrees).to_radians();
    let (from_latitude, to_latitude) = (radians(from.latitude), radians(to.latitude));
    let half_latitude = (to_latitude - from_latitude) / 2.0;
    let half_longitude = (radians(to.longitude) - radians(from.longitude)) / 2.0;
    let chord = half_latitude.sin().powi(2) + from_latitude.cos() * to_latitude.cos() * half_longitude.sin().powi(2);
    2.0 * EARTH_RADIUS_KM * chord.sqrt().min(1.0).asin()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600 * 1_000_000_000;
    const BERLIN: Location = Location { latitude: 52.52, longitude: 13.40, accuracy_km: 0.0 };
    const TOKYO: Location = Location { latitude: 35.68, longitude: 139.69, accuracy_km: 0.0 };
    const POTSDAM: Location = Location { latitude: 52.40, longitude: 13.07, accuracy_km: 0.0 };

    fn at(time: u64) -> Moment {
        Moment { time, clock: time, settled: time, id: 0, arrival: time }
    }

    #[test]
    fn the_way_from_berlin_to_tokyo_is_8900_kilometres() {
        let mut visits = Visits::default();
        assert_eq!(visits.observe(BERLIN, Some("DE"), at(0)), None);
        let journey = visits.observe(TOKYO, Some("JP"), at(2 * HOUR)).unwrap();
        assert!((8_900..8_940).contains(&journey.distance_km), "{journey:?}");
        assert_eq!(journey.speed_kmh, journey.distance_km.div_ceil(2));
        assert_eq!(journey.from_country, Some(*b"DE"));
    }

    #[test]
    fn a_short_way_is_none_and_so_is_one_within_what_the_database_is_unsure_of() {
        let mut visits = Visits::default();
        visits.observe(BERLIN, None, at(0));
        assert_eq!(visits.observe(POTSDAM, None, at(1)), None);
        let unsure = Location { accuracy_km: 9_000.0, ..TOKYO };
        assert_eq!(visits.observe(unsure, None, at(HOUR)), None);
    }

    #[test]
    fn at_the_same_time_the_way_takes_a_minute() {
        let mut visits = Visits::default();
        visits.observe(BERLIN, None, at(HOUR));
        let journey = visits.observe(TOKYO, None, at(HOUR)).unwrap();
        assert!(journey.speed_kmh.abs_diff(journey.distance_km * 60) <= 60, "{journey:?}");
    }

    #[test]
    fn a_late_event_is_measured_from_the_place_before_it() {
        let mut visits = Visits::default();
        visits.observe(BERLIN, Some("DE"), at(0));
        visits.observe(BERLIN, Some("DE"), at(4 * HOUR));
        assert!(visits.observe(TOKYO, Some("JP"), at(2 * HOUR)).is_some());
        assert!(visits.observe(BERLIN, Some("DE"), at(3 * HOUR)).is_some());
    }

    #[test]
    fn an_event_from_the_future_does_not_hide_the_place_of_now() {
        let mut visits = Visits::default();
        visits.observe(BERLIN, Some("DE"), at(HOUR));
        for ahead in 1..20 {
            visits.observe(BERLIN, None, Moment { clock: HOUR, ..at(u64::MAX / 2 + ahead) });
        }
        assert!(visits.observe(TOKYO, None, at(2 * HOUR)).is_some());
    }

    #[test]
    fn with_a_clock_far_behind_whoever_stays_has_travelled_once() {
        let mut visits = Visits::default();
        // On a quiet instance the clock is some fifteen events behind, here of two people who work by turns.
        let behind = |hour: u64| Moment { clock: hour.saturating_sub(8) * HOUR, ..at(hour * HOUR) };
        for hour in 0..40 {
            assert_eq!(visits.observe(BERLIN, Some("DE"), behind(hour)), None);
        }
        let journeys = (40..80).filter_map(|hour| visits.observe(TOKYO, Some("JP"), behind(hour)));
        assert_eq!(journeys.count(), 1);
    }

    #[test]
    fn places_out_of_order_are_unsound() {
        let mut visits = Visits::default();
        visits.observe(BERLIN, Some("DE"), at(HOUR));
        visits.observe(BERLIN, Some("DE"), at(2 * HOUR));
        assert!(visits.is_sound());
        visits.0.swap(0, 1);
        assert!(!visits.is_sound());
    }
}
