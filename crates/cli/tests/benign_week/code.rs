//! People and machines work on code: Git, pipelines, merge requests.
use std::net::IpAddr;

use serde_json::json;

use crate::{
    company::{BACKUP, CLUSTER, Person, Project, Role, runner},
    record::{Record, Thing},
    week::{HOUR, MINUTE, Shift, Week},
};

impl Week {
    pub(crate) fn developer(&mut self, shift: &Shift<'_>) {
        for _ in 0..self.rng.usize(4..12) {
            let (project, at) = (self.project_of(shift.person), self.during(shift));
            self.add(git(Thing::user(shift.person), &project, shift.address, "ssh", "fetch"), at);
        }
        for _ in 0..self.rng.usize(1..6) {
            let (project, at) = (self.project_of(shift.person), self.during(shift));
            self.add(git(Thing::user(shift.person), &project, shift.address, "ssh", "push"), at);
            self.pipeline(shift.person, &project, at + 5_000);
        }
        if self.happens(0.5) {
            self.merge_request(shift);
        }
        self.now_and_then(shift);
    }

    /// Jobs fetch the code and use their token, each on some runner.
    fn pipeline(&mut self, person: &Person, project: &Project, begin: i64) {
        let mut at = begin;
        for _ in 0..self.rng.usize(3..8) {
            at += self.rng.i64(2_000..3 * MINUTE);
            let runner = runner(&mut self.rng);
            self.add(git(Thing::user(person), project, runner, "http", "fetch"), at);
            for _ in 0..self.rng.usize(1..4) {
                at += self.rng.i64(500..MINUTE);
                let used = Record::new(
                    "user_authenticated_using_job_token",
                    Thing::user(person),
                    Thing::project(project),
                    Thing::user(person),
                );
                self.add(used.from(runner).saying("User authenticated using CI/CD job token"), at);
            }
        }
    }

    /// Each project is built at night, the bot that updates dependencies looks at all of them from a runner, and a backup
    /// fetches them all.
    pub(crate) fn nightly(&mut self, begin: i64) {
        let administrator = self.company.with_role(Role::Administrator).next().unwrap().clone();
        for project in self.company.projects.clone() {
            let at = begin + self.rng.i64(0..3 * HOUR);
            self.pipeline(&administrator, &project, at);
        }
        let bot = Thing::new(300, "User", "renovate-bot");
        let runner = runner(&mut self.rng);
        self.fetch_all(&bot, runner, begin + 3 * HOUR, MINUTE);
        self.fetch_all(&Thing::new(-3, "DeployKey", "backup"), BACKUP, begin + HOUR, 20_000);
    }

    /// All projects, one after the other.
    fn fetch_all(&mut self, author: &Thing, address: IpAddr, begin: i64, pause: i64) {
        let mut at = begin;
        for project in self.company.projects.clone() {
            at += self.rng.i64(pause / 3..pause);
            self.add(git(author.clone(), &project, address, "ssh", "fetch"), at);
        }
    }

    /// The cluster looks every few minutes whether there is something new to deploy, with each group's deploy token.
    pub(crate) fn deployments(&mut self, begin: i64) {
        for number in 0..6 * 24 {
            for project in self.company.projects.clone().iter().filter(|project| project.path.ends_with("/deploy")) {
                let token = Thing::new(-2, "DeployToken", format!("{}-cluster", project.group));
                let at = begin + number * 10 * MINUTE + self.rng.i64(0..MINUTE);
                self.add(git(token, project, CLUSTER, "http", "fetch"), at);
            }
        }
    }

    /// An engineer changes the same line in many projects.
    pub(crate) fn change_everywhere(&mut self, shift: &Shift<'_>) {
        let mut at = self.during(shift);
        for project in self.company.projects.clone().iter().step_by(8) {
            at += self.rng.i64(15_000..40_000);
            self.add(git(Thing::user(shift.person), project, shift.address, "ssh", "clone"), at);
        }
    }

    fn merge_request(&mut self, shift: &Shift<'_>) {
        let (project, at) = (self.project_of(shift.person), self.during(shift));
        let reviewer = self.colleague_of(shift.person);
        let number = self.rng.i64(1..900);
        let request = Thing::new(20_000 + number, "MergeRequest", format!("Improve part {number}"));
        let acts = [
            ("merge_request_create", shift.person, "Added merge request", 0),
            ("merge_request_approval_operation", &reviewer, "Approved merge request", HOUR),
            ("merge_request_merged", shift.person, "Merged merge request", HOUR + 10 * MINUTE),
        ];
        for (event_type, person, message, later) in acts {
            let address = if person.id == shift.person.id { shift.address } else { person.vpn() };
            let record = Record::new(event_type, Thing::user(person), Thing::project(&project), request.clone());
            self.add(record.from(address).saying(message), at + later);
        }
    }

    pub(crate) fn colleague(&mut self, shift: &Shift<'_>) {
        for _ in 0..self.rng.usize(0..3) {
            let (project, at) = (self.project_of(shift.person), self.during(shift));
            let note = json!({"id": 7, "noteable_type": "Issue", "noteable_id": self.rng.i64(1..5000)});
            let record = Record::new(
                "comment_created",
                Thing::user(shift.person),
                Thing::project(&project),
                Thing::new(self.rng.i64(1..90_000), "Note", note.to_string()),
            );
            self.add(record.from(shift.address).saying("Added comment").with(json!({"body": "Looks good"})), at);
        }
    }

    pub(crate) fn project_of(&mut self, person: &Person) -> Project {
        let position = person.projects[self.rng.usize(..person.projects.len())];
        self.company.projects[position].clone()
    }

    /// The next person, who is of the same team.
    fn colleague_of(&self, person: &Person) -> Person {
        let position = usize::try_from(person.id - 1).unwrap() % self.company.people.len();
        self.company.people[position].clone()
    }
}

pub(crate) fn git(author: Thing, project: &Project, address: IpAddr, protocol: &str, verb: &str) -> Record {
    let action = if verb == "push" { "git-receive-pack" } else { "git-upload-pack" };
    Record::new("repository_git_operation", author, Thing::project(project), Thing::project(project))
        .from(address)
        .saying(json!({"protocol": protocol, "action": action, "verb": verb}))
}
