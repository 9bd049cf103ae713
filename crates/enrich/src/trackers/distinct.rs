//! How many different values of one key a window holds.

use serde::{Deserialize, Serialize};

use super::keyed::State;
use super::sketch::Sketch;
use super::values::Values;
use super::window::{Moment, Window};

/// Up to so many different values are counted exactly.
pub(crate) const EXACT_VALUES: usize = 1000;

/// The values of one key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Distinct {
    Exact(Values),
    Approximate(Box<Sketch>),
}

impl Default for Distinct {
    fn default() -> Self {
        Self::Exact(Values::default())
    }
}

impl Distinct {
    /// Counts a value in, and says how many different ones the event's window holds; see
    /// [`Count::observe`](super::count::Count::observe) for which that is.
    pub(crate) fn observe(&mut self, window: Window, value: u64, moment: Moment) -> u64 {
        let keep_from = window.keep_from(moment);
        match self {
            Self::Exact(values) => {
                values.forget_before(keep_from);
                values.add(value, window, moment);
                if values.len() > EXACT_VALUES {
                    *self = Self::Approximate(Box::new(sketch(values, window, moment)));
                }
            }
            Self::Approximate(sketch) => {
                sketch.forget_before(window, keep_from);
                if sketch.is_empty() {
                    *self = Self::default();
                    return self.observe(window, value, moment);
                }
                sketch.add(value, window, moment.time, moment.clock);
            }
        }
        match self {
            Self::Exact(values) => count(values, window, moment),
            Self::Approximate(sketch) => sketch.count(window, moment),
        }
    }
}

impl State for Distinct {
    fn is_sound(&self) -> bool {
        match self {
            Self::Exact(values) => values.is_sound() && values.len() <= EXACT_VALUES,
            Self::Approximate(sketch) => sketch.is_sound(),
        }
    }
}

fn count(values: &Values, window: Window, moment: Moment) -> u64 {
    let within = |end| values.iter().filter(|(_, seen)| seen.any_in(window, end)).count() as u64;
    let own = within(moment.time);
    let reach = moment.time.saturating_add(window.length()) - 1;
    // Hardly ever is a later event known.
    let is_newest = values.iter().all(|(_, seen)| seen.latest().is_none_or(|latest| latest <= moment.time));
    let last = if is_newest { None } else { values.iter().filter_map(|(_, seen)| seen.last_until(reach)).max() };
    last.filter(|last| *last > moment.time).map_or(own, |last| own.max(within(last)))
}

fn sketch(values: &Values, window: Window, moment: Moment) -> Sketch {
    let mut sketch = Sketch::default();
    for (value, seen) in values.iter() {
        for time in seen.times() {
            sketch.add(*value, window, time, moment.clock);
        }
    }
    sketch
}
