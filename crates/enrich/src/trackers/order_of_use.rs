//! Which place was used longest ago.

/// A place in a list that only grows. Four bytes are enough for the most keys that a tracker may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place(u32);

/// The places `0..len` in the order of their last use.
///
/// They are a ring, in which the one used last is followed by the one used longest ago. The links are kept apart from what
/// the places hold: a use touches two neighbours, which are small here and lie close together.
#[derive(Debug, Default)]
pub(crate) struct OrderOfUse {
    links: Vec<Link>,
    newest: Option<Place>,
}

#[derive(Debug, Clone, Copy)]
struct Link {
    older: Place,
    newer: Place,
}

impl Place {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

impl OrderOfUse {
    /// Adds the next place, as the one used last.
    ///
    /// # Panics
    /// Above 2^32 places, of which each one takes memory elsewhere: 400 GB before that.
    pub(crate) fn push(&mut self) -> Place {
        let added = Place(u32::try_from(self.links.len()).expect("there is no memory for so many"));
        self.links.push(Link { older: added, newer: added });
        self.put_last(added);
        added
    }

    /// Makes a place the one used last.
    pub(crate) fn touch(&mut self, place: Place) {
        if self.newest == Some(place) {
            return;
        }
        let Link { older, newer } = self.links[place.index()];
        self.links[older.index()].newer = newer;
        self.links[newer.index()].older = older;
        self.put_last(place);
    }

    /// The place used longest ago.
    pub(crate) fn oldest(&self) -> Option<Place> {
        self.newest.map(|newest| self.links[newest.index()].newer)
    }

    /// All places, the one used longest ago first.
    pub(crate) fn iter(&self) -> impl ExactSizeIterator<Item = Place> {
        // Without any place, it is never looked at.
        let mut next = self.oldest().unwrap_or(Place(0));
        self.links.iter().map(move |_| {
            let place = next;
            next = self.links[place.index()].newer;
            place
        })
    }

    fn put_last(&mut self, place: Place) {
        if let Some(newest) = self.newest {
            let oldest = std::mem::replace(&mut self.links[newest.index()].newer, place);
            self.links[oldest.index()].older = place;
            self.links[place.index()] = Link { older: newest, newer: oldest };
        }
        self.newest = Some(place);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_is_the_order_of_the_last_uses(uses in prop::collection::vec(0u32..8, 0..60)) {
            let mut order = OrderOfUse::default();
            let mut expected: Vec<u32> = Vec::new();
            for place in uses {
                let place = place.min(u32::try_from(expected.len()).unwrap());
                expected.retain(|known| *known != place);
                if order.links.len() > place as usize {
                    order.touch(Place(place));
                } else {
                    prop_assert_eq!(order.push(), Place(place));
                }
                expected.push(place);
                prop_assert_eq!(order.iter().map(|place| place.0).collect::<Vec<_>>(), expected.clone());
                prop_assert_eq!(order.oldest().map(|place| place.0), expected.first().copied());
            }
        }
    }
}
