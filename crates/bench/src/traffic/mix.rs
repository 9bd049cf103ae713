//! Which events come: on GitLab.com about 99 in 100 are Git operations and job tokens, which are only streamed.

use fastrand::Rng;

use super::event::{Actor, EventKind, event};
use crate::case::Alerts;

/// People, projects and addresses; each person works on few projects from one address.
#[derive(Debug)]
pub(crate) struct Mix {
    actors: Vec<Actor>,
    random: Rng,
}

impl Mix {
    /// The same events each time.
    pub(crate) fn new(people: u32) -> Self {
        let mut random = Rng::with_seed(7);
        let actors = (0..people).map(|person| actor(person, people, &mut random)).collect();
        Self { actors, random }
    }

    /// An event's type and text, with placeholders.
    pub(crate) fn event(&mut self, alerts: Alerts) -> (&'static str, String) {
        let kind = match (alerts, self.random.u32(0..1_000)) {
            (Alerts::Every, _) => EventKind::Marker,
            (Alerts::OneIn(_), 0..500) => EventKind::Fetch,
            (Alerts::OneIn(_), 500..600) => EventKind::Push,
            (Alerts::OneIn(_), 600..990) => EventKind::JobToken,
            (Alerts::OneIn(_), _) => EventKind::Saved,
        };
        let actor = &self.actors[self.random.usize(0..self.actors.len())];
        (kind.event_type(), event(kind, actor))
    }
}

fn actor(person: u32, people: u32, random: &mut Rng) -> Actor {
    let project = random.u32(0..people.div_ceil(2));
    Actor {
        id: 1_000 + person,
        name: format!("Developer Number {person}"),
        project_id: 20_000 + project,
        project: format!("platform/team-{}/service-{project}", project % 23),
        address: format!("10.{}.{}.{}", person % 200, person / 200 % 250, 1 + random.u32(0..250)),
    }
}
