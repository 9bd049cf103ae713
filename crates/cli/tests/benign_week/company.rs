//! The company: its people, where they work, its projects and machines.
use std::net::{IpAddr, Ipv4Addr};

use fastrand::Rng;

/// A company whose GitLab can be reached from the Internet and through a VPN.
pub(crate) struct Company {
    pub(crate) people: Vec<Person>,
    pub(crate) projects: Vec<Project>,
}

/// Somebody with an account.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) user_name: String,
    pub(crate) role: Role,
    /// Their provider at home, as the second number of the addresses it gives; a new one each day.
    pub(crate) provider: u8,
    /// What they work on, as positions in [`Company::projects`].
    pub(crate) projects: Vec<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Administrator,
    Developer,
    /// Product, design, support: they read and comment.
    Colleague,
}

/// A project.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    pub(crate) id: i64,
    pub(crate) group_id: i64,
    pub(crate) group: &'static str,
    pub(crate) path: String,
}

/// The address of the office, as seen from the Internet.
pub(crate) const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(87, 140, 10, 20));

/// A hotel in Spain.
pub(crate) const HOTEL: IpAddr = IpAddr::V4(Ipv4Addr::new(81, 33, 10, 20));

/// Where the company's software runs.
pub(crate) const CLUSTER: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 40, 0, 7));

/// The machine that keeps copies of all repositories.
pub(crate) const BACKUP: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 30, 0, 5));

const GROUPS: [&str; 8] = ["shop", "payments", "logistics", "data", "platform", "mobile", "web", "tools"];
const SERVICES: [&str; 15] = [
    "api", "frontend", "worker", "schema", "deploy", "docs", "client", "gateway", "search", "export", "mailer",
    "cache", "metrics", "e2e", "config",
];
const FIRST_NAMES: [&str; 20] = [
    "Anna", "Ben", "Clara", "David", "Elif", "Felix", "Greta", "Hugo", "Ida", "Jonas", "Katja", "Leon", "Mia", "Noah",
    "Olga", "Paul", "Rosa", "Samir", "Tessa", "Yusuf",
];
const LAST_NAMES: [&str; 10] =
    ["Adler", "Brandt", "Conrad", "Demir", "Engel", "Fuchs", "Graf", "Hahn", "Ivanov", "Jansen"];

impl Company {
    pub(crate) fn new(rng: &mut Rng) -> Self {
        let projects = (0..GROUPS.len() * SERVICES.len()).map(project).collect::<Vec<_>>();
        let people = (0..200).map(|number| person(number, projects.len(), rng)).collect();
        Self { people, projects }
    }

    pub(crate) fn with_role(&self, role: Role) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(move |person| person.role == role)
    }
}

fn project(number: usize) -> Project {
    let (group, service) = (number / SERVICES.len(), SERVICES[number % SERVICES.len()]);
    let path = format!("{}/{service}", GROUPS[group]);
    Project { id: 100 + number_of(number), group_id: 10 + number_of(group), group: GROUPS[group], path }
}

fn person(number: usize, projects: usize, rng: &mut Rng) -> Person {
    let (first, last) = (FIRST_NAMES[number % 20], LAST_NAMES[number / 20]);
    let role = match number {
        ..4 => Role::Administrator,
        4..150 => Role::Developer,
        _ => Role::Colleague,
    };
    // A team's projects lie side by side; everybody also has one elsewhere.
    let team = number * projects / 200;
    let of_team = (0..rng.usize(2..6)).map(|next| (team + next) % projects);
    Person {
        id: 2 + number_of(number),
        name: format!("{first} {last}"),
        user_name: format!("{}.{}", first.to_lowercase(), last.to_lowercase()),
        role,
        provider: 10 + rng.u8(..4),
        projects: of_team.chain([rng.usize(..projects)]).collect(),
    }
}

impl Person {
    /// Where they are when they are at home.
    pub(crate) fn home(&self, rng: &mut Rng) -> IpAddr {
        IpAddr::V4(Ipv4Addr::new(91, self.provider, rng.u8(..), rng.u8(1..)))
    }

    /// The address their VPN client has.
    pub(crate) fn vpn(&self) -> IpAddr {
        let [high, low] = u16::try_from(self.id).unwrap().to_be_bytes();
        IpAddr::V4(Ipv4Addr::new(10, 8, high, low))
    }
}

/// An address of a mobile network, such as a phone has that lends its own to a laptop on a train.
pub(crate) fn mobile(rng: &mut Rng) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(80, 187, rng.u8(..), rng.u8(1..)))
}

/// A runner's address; runners are rented in another part of the world.
pub(crate) fn runner(rng: &mut Rng) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(34, 10, 0, rng.u8(10..22)))
}

fn number_of(position: usize) -> i64 {
    i64::try_from(position).unwrap()
}
