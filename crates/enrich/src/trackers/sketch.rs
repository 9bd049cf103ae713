//! About how many different values a window holds, where they are too many to keep.

use hyperloglockless::HyperLogLog;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use smallvec::SmallVec;

use super::window::{Moment, Window, keep_nearest};

/// 2^12 registers: a standard error of 1.6 %. (The crate's estimate is wrong for 2^11; a test holds this one to its error.)
const PRECISION: u8 = 12;

/// One more than the zeros that a hash of 64 bits can end with.
const MAX_REGISTER: u8 = 65;

/// A window is cut into so many slices of time; its edge is blurred by one of them.
const SLICES_OF_WINDOW: u64 = 8;

/// Slices that can be of use: those of a window, of its lateness, and some of clocks that run ahead.
const MAX_SLICES: usize = 24;

/// A sketch for each slice of time, 4 KiB each.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Sketch {
    slices: SmallVec<[Slice; 1]>,
    /// The window asked for last, all its slices in one, which new values go into as well.
    #[serde(skip)]
    window: Option<Slice>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Slice {
    /// Which one, counted from the epoch.
    number: u64,
    registers: Registers,
}

/// Sketches take hashes, so the hasher inside is never used; the seed only makes equal ones equal.
#[derive(Debug, Clone)]
struct Registers(HyperLogLog);

impl Default for Registers {
    fn default() -> Self {
        Self(HyperLogLog::seeded(PRECISION, 0))
    }
}

impl Serialize for Registers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0.iter().collect::<Vec<u8>>())
    }
}

impl<'de> Deserialize<'de> for Registers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let registers = <&[u8]>::deserialize(deserializer)?;
        if registers.len() != 1 << PRECISION || registers.iter().any(|register| *register > MAX_REGISTER) {
            return Err(serde::de::Error::custom("not the registers of a sketch"));
        }
        let zeros = memchr::memchr_iter(0, registers).count();
        let sum = registers.iter().map(|register| (-f64::from(*register)).exp2()).sum();
        let empty = HyperLogLog::seeded(PRECISION, 0);
        let (_, hasher, ..) = empty.parts();
        Ok(Self(HyperLogLog::from_parts(registers.into(), hasher.clone(), zeros, sum)))
    }
}

impl Sketch {
    pub(crate) fn is_empty(&self) -> bool {
        self.slices.is_empty()
    }

    /// Whether the slices are in order and no more than are kept.
    pub(crate) fn is_sound(&self) -> bool {
        self.slices.len() <= MAX_SLICES && self.slices.is_sorted_by(|one, next| one.number < next.number)
    }

    pub(crate) fn forget_before(&mut self, window: Window, keep_from: u64) {
        let first = slice(window, keep_from);
        self.slices.retain(|slice| slice.number >= first);
    }

    pub(crate) fn add(&mut self, value: u64, window: Window, time: u64, clock: u64) {
        let number = slice(window, time);
        let place = self.slices.partition_point(|slice| slice.number < number);
        if self.slices.get(place).is_none_or(|slice| slice.number != number) {
            self.slices.insert(place, Slice { number, registers: Registers::default() });
        }
        self.slices[place].registers.0.insert_hash(value);
        if let Some(asked) = &mut self.window
            && of_window(asked.number).contains(&number)
        {
            asked.registers.0.insert_hash(value);
        }
        keep_nearest(&mut self.slices, MAX_SLICES, slice(window, clock), |slice| slice.number);
    }

    /// As for exact values: the window that ends with the event or with the last that has it in its window.
    pub(crate) fn count(&mut self, window: Window, moment: Moment) -> u64 {
        let reach = slice(window, moment.time.saturating_add(window.length()));
        let last = self.slices.iter().rev().map(|slice| slice.number).find(|number| *number < reach);
        let own = slice(window, moment.time);
        let count = self.within(own);
        last.filter(|last| *last > own).map_or(count, |last| count.max(self.within(last)))
    }

    fn within(&mut self, last: u64) -> u64 {
        if self.window.as_ref().is_none_or(|window| window.number != last) {
            let mut registers = Registers::default();
            let all = of_window(last);
            for slice in self.slices.iter().filter(|slice| all.contains(&slice.number)) {
                // They all have the same precision, which is all that can be wrong.
                let _ = registers.0.union(&slice.registers.0);
            }
            self.window = Some(Slice { number: last, registers });
        }
        self.window.as_ref().map_or(0, |window| window.registers.0.count() as u64)
    }
}

/// The slices of the window that ends with this one.
fn of_window(last: u64) -> std::ops::RangeInclusive<u64> {
    last.saturating_sub(SLICES_OF_WINDOW)..=last
}

fn slice(window: Window, time: u64) -> u64 {
    time / (window.length() / SLICES_OF_WINDOW).max(1)
}
