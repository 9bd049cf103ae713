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

/// Nobody travels faster. What the macro `gitlab_impossible_travel` of the shipped rules asks for.
const FASTEST_KMH: u64 = 1_000;

/// An impossible journey between the same two places is told again only when there was none for so long: somebody whose builds run in
/// another part of the world, or whose VPN goes on and off, makes hundreds of them a day.
const TOLD_AGAIN_AFTER: u64 = 24 * 3_600 * 1_000_000_000;

/// So many journeys of an account are remembered as told.
const MAX_TOLD: usize = 8;

const EARTH_RADIUS_KM: f64 = 6_371.0;

/// The last places of one account, and which journeys between them were told.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Visits {
    visits: SmallVec<[Visit; 1]>,
    /// Boxed, because nearly no account has any.
    told: Box<[Told]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Visit {
    time: u64,
    place: Place,
    accuracy_km: f32,
    country: Option<[u8; 2]>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Place {
    latitude: f32,
    longitude: f32,
}

/// An impossible journey, this way or back.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Told {
    between: [Place; 2],
    /// When it was made last.
    time: u64,
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
    /// Takes a place in, and tells the way to it from the place before, if that is far enough and was not told before.
    pub(crate) fn observe(&mut self, location: Location, country: Option<&str>, moment: Moment) -> Option<Journey> {
        let country = country.and_then(|country| country.as_bytes().try_into().ok());
        #[expect(clippy::cast_possible_truncation, reason = "a metre more or less is nothing here")]
        let visit = Visit {
            time: moment.time,
            place: Place { latitude: location.latitude as f32, longitude: location.longitude as f32 },
            accuracy_km: location.accuracy_km as f32,
            country,
        };
        let added = self.visits.partition_point(|known| known.time <= moment.time);
        let before = self.visits[..added].last().copied();
        self.visits.insert(added, visit);
        self.forget_farthest(moment.clock, added);
        let before = before?;
        let journey = journey(before, visit)?;
        let is_told = journey.speed_kmh > FASTEST_KMH && self.is_told([before.place, visit.place], moment);
        (!is_told).then_some(journey)
    }

    /// Whether an impossible journey between these places was told; from now on it is.
    fn is_told(&mut self, between: [Place; 2], moment: Moment) -> bool {
        if let Some(told) = self.told.iter_mut().find(|told| told.is_between(between)) {
            let is_told = told.time.abs_diff(moment.time) < TOLD_AGAIN_AFTER;
            // One from the future does not have all that follow told anew.
            told.time = if is_told { told.time.max(moment.time) } else { moment.time };
            return is_told;
        }
        let mut told = std::mem::take(&mut self.told).into_vec();
        if told.len() >= MAX_TOLD
            && let Some(farthest) = (0..told.len()).max_by_key(|known| moment.clock.abs_diff(told[*known].time))
        {
            told.remove(farthest);
        }
        told.push(Told { between, time: moment.time });
        self.told = told.into_boxed_slice();
        false
    }

    /// Forgets the visit farthest from the clock where there is one too many, never the one just added.
    ///
    /// The clock is the median of the last events, and on a quiet instance hours or days behind: the place of now would be
    /// farther from it than those before, and whoever has gone somewhere else would arrive there with every event anew.
    fn forget_farthest(&mut self, clock: u64, added: usize) {
        if self.visits.len() > MAX_VISITS {
            let others = (0..self.visits.len()).rev().filter(|visit| *visit != added);
            if let Some(farthest) = others.max_by_key(|visit| clock.abs_diff(self.visits[*visit].time)) {
                self.visits.remove(farthest);
            }
        }
    }
}

impl Told {
    /// Between the same places as far as anybody can tell, in whichever direction.
    fn is_between(&self, places: [Place; 2]) -> bool {
        let [one, other] = self.between;
        let near = |known: Place, place: Place| great_circle_km(known, place) < LEAST_DISTANCE_KM;
        let [from, to] = places;
        (near(one, from) && near(other, to)) || (near(one, to) && near(other, from))
    }
}

impl State for Visits {
    fn is_sound(&self) -> bool {
        self.visits.len() <= MAX_VISITS
            && self.visits.is_sorted_by_key(|visit| visit.time)
            && self.told.len() <= MAX_TOLD
    }
}

fn journey(from: Visit, to: Visit) -> Option<Journey> {
    // Most events come from where the one before came from.
    if from.place == to.place {
        return None;
    }
    // What the database is unsure of is taken off, so that the way is never longer than it was.
    let distance = great_circle_km(from.place, to.place) - f64::from(from.accuracy_km) - f64::from(to.accuracy_km);
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
fn great_circle_km(from: Place, to: Place) -> f64 {
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
    const CHICAGO: Location = Location { latitude: 41.88, longitude: -87.63, accuracy_km: 0.0 };
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
        assert!(visits.observe(CHICAGO, Some("US"), at(3 * HOUR)).is_some());
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
        visits.visits.swap(0, 1);
        assert!(!visits.is_sound());
    }

    /// How many journeys are told of somebody who is in these places one after the other, half an hour each.
    fn told(visits: &mut Visits, places: &[Location], begin: u64) -> usize {
        let moments = (0..).map(|number| at(begin + number * HOUR / 2));
        places.iter().zip(moments).filter(|(place, moment)| visits.observe(**place, None, *moment).is_some()).count()
    }

    #[test]
    fn to_and_fro_between_the_same_two_places_is_told_once_until_a_day_goes_by_without() {
        let mut visits = Visits::default();
        let to_and_fro = [BERLIN, TOKYO, POTSDAM, TOKYO].repeat(20);
        assert_eq!(told(&mut visits, &to_and_fro, 0), 1);
        // Each journey counts from the one before it, so a whole week like that is told once.
        assert_eq!(told(&mut visits, &to_and_fro, 40 * HOUR), 0);
        // The first way of these is one of more than a day, which somebody may well have made.
        assert_eq!(told(&mut visits, &to_and_fro, 80 * HOUR + 24 * HOUR), 2);
    }

    #[test]
    fn a_journey_to_a_third_place_is_told_all_the_same() {
        let mut visits = Visits::default();
        assert_eq!(told(&mut visits, &[BERLIN, TOKYO, BERLIN, CHICAGO, BERLIN, TOKYO, CHICAGO], 0), 3);
    }

    #[test]
    fn a_journey_that_an_aeroplane_makes_does_not_hide_an_impossible_one() {
        let mut visits = Visits::default();
        assert_eq!(visits.observe(BERLIN, None, at(0)), None);
        assert!(visits.observe(TOKYO, None, at(12 * HOUR)).is_some());
        assert!(visits.observe(BERLIN, None, at(13 * HOUR)).is_some());
    }

    #[test]
    fn a_journey_in_the_future_does_not_have_those_of_now_told_each_time() {
        let mut visits = Visits::default();
        let future = u64::MAX / 2;
        for (place, time) in [(BERLIN, future), (TOKYO, future + 1)] {
            visits.observe(place, None, Moment { clock: HOUR, ..at(time) });
        }
        assert_eq!(told(&mut visits, &[BERLIN, TOKYO].repeat(20), HOUR), 1);
    }

    #[test]
    fn however_many_places_there_are_few_journeys_are_remembered() {
        let mut visits = Visits::default();
        for number in 0..100_u32 {
            let place = Location { latitude: 0.0, longitude: f64::from(number * 37 % 360) - 180.0, accuracy_km: 0.0 };
            visits.observe(place, None, at(u64::from(number) * HOUR / 2));
            assert!(visits.is_sound());
        }
        assert_eq!(visits.told.len(), MAX_TOLD);
        visits.told = [&visits.told[..], &visits.told[..1]].concat().into();
        assert!(!visits.is_sound());
    }
}
