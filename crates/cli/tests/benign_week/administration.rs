//! Tokens, keys, members, settings: what is done now and then, and what happens once a week.
use serde_json::{Value, json};

use crate::{
    code::git,
    company::{OFFICE, Person, Project, Role},
    record::{Record, Thing},
    sign_in::own,
    week::{HOUR, MINUTE, Shift, Week, counted_moment},
};

/// What developers do now and then in a project: event type, how likely on a day, class of the target, message.
const IN_PROJECTS: [(&str, f64, &str, &str); 18] = [
    ("repository_file_accessed_web", 0.5, "Project", "Accessed file"),
    ("comment_created", 0.4, "Note", "Added comment"),
    ("job_artifact_downloaded", 0.15, "Ci::JobArtifact", "Downloaded artifact"),
    ("feature_flag_updated", 0.08, "Operations::FeatureFlag", "Updated feature flag"),
    ("label_created", 0.05, "ProjectLabel", "Created label"),
    ("variable_viewed_graphql", 0.04, "Ci::Variable", "CI/CD variables viewed"),
    ("variable_viewed_api", 0.01, "Ci::Variable", "CI/CD variable viewed through the API"),
    ("project_ci_cd_settings_accessed", 0.04, "Project", "CI/CD settings accessed"),
    ("ci_variable_created", 0.015, "Ci::Variable", "Added ci variable"),
    ("release_created", 0.02, "Release", "Created release"),
    ("delete_issue", 0.01, "Issue", "Removed issue"),
    ("repository_download_operation", 0.01, "Project", "Repository download started"),
    ("container_repository_tags_deleted", 0.005, "ContainerRepository", "Deleted container repository tags"),
    ("deploy_token_revoked", 0.002, "DeployToken", "Revoked deploy token"),
    ("approval_rule_created", 0.005, "ApprovalProjectRule", "Created approval rule"),
    ("environment_protected", 0.003, "ProtectedEnvironment", "Protected environment"),
    ("project_name_updated", 0.003, "Project", "Changed name"),
    ("project_description_updated", 0.005, "Project", "Changed description"),
];

impl Week {
    /// What a developer does beside code.
    pub(crate) fn now_and_then(&mut self, shift: &Shift<'_>) {
        for (event_type, probability, class, message) in IN_PROJECTS {
            if self.happens(probability) {
                let (project, at) = (self.project_of(shift.person), self.during(shift));
                let target = Thing::new(self.rng.i64(1..90_000), class, &project.path);
                let record = Record::new(event_type, Thing::user(shift.person), Thing::project(&project), target);
                self.add(record.from(shift.address).saying(message), at);
            }
        }
        self.own_credentials(shift);
        if self.happens(0.015) {
            let (project, at) = (self.project_of(shift.person), self.during(shift));
            let change = json!({"change": "value(hidden)"});
            let record = in_project(shift.person, "ci_variable_updated", &project, "Ci::Variable", "DEPLOY_REGION");
            self.add(record.from(shift.address).saying("Changed value(hidden)").with(change), at);
        }
    }

    fn own_credentials(&mut self, shift: &Shift<'_>) {
        let id = self.rng.i64(1000..9000);
        let acts = [
            ("personal_access_token_created", 0.03, format!("Created personal access token with id {id}")),
            ("personal_access_token_revoked", 0.015, format!("Revoked personal access token with id {id}")),
            ("add_ssh_key", 0.01, "Added SSH key".to_owned()),
            ("remove_ssh_key", 0.005, "Removed SSH key".to_owned()),
            ("add_gpg_key", 0.002, "Added new GPG key to user".to_owned()),
            ("user_authorized_oauth_application", 0.01, "User authorized an OAuth application.".to_owned()),
        ];
        for (event_type, probability, message) in acts {
            if self.happens(probability) {
                let at = self.during(shift);
                let further = match event_type {
                    "user_authorized_oauth_application" => {
                        json!({"application_name": "GitLab Workflow", "application_id": 3, "scopes": ["read_api"]})
                    }
                    _ => json!({}),
                };
                self.add(own(shift.person, event_type).from(shift.address).saying(message).with(further), at);
            }
        }
    }

    /// An administrator looks after the instance, from the office or through the VPN.
    pub(crate) fn administrator(&mut self, shift: &Shift<'_>) {
        for _ in 0..self.rng.usize(0..3) {
            let at = self.during(shift);
            self.add(own(shift.person, "user_enable_admin_mode").from(shift.address).saying("Admin Mode enabled"), at);
        }
    }

    /// What happens about once a week: all of it in the one that counts.
    pub(crate) fn rare_acts(&mut self) {
        let administrator = self.company.with_role(Role::Administrator).next().unwrap().clone();
        let developers: Vec<Person> = self.company.with_role(Role::Developer).cloned().collect();
        for (day, developer) in (0..3).zip(&developers[10..]) {
            let signed_in = self.forgotten_password(&office(developer, day));
            if day == 0 {
                // With a new laptop.
                self.add(own(developer, "add_ssh_key").from(OFFICE).saying("Added SSH key"), signed_in + 8 * MINUTE);
            }
        }
        self.new_phone(&office(&developers[20], 1));
        self.new_phone(&office(&developers[21], 3));
        self.change_everywhere(&office(&developers[80], 2));
        self.locked_out(&developers[30]);
        self.two_people_join(&administrator);
        self.somebody_leaves(&administrator, &developers[40]);
        self.support_impersonates(&administrator, &developers[50]);
        self.team_leads_change_roles(&developers);
        self.a_project_is_set_up(&developers[60]);
        self.a_project_ends(&developers[70]);
        let setting = json!({"change": "max_artifacts_size", "from": 100, "to": 200});
        let record = Record::new(
            "application_setting_updated",
            Thing::user(&administrator),
            Thing::instance(),
            Thing::new(1, "ApplicationSetting", "ApplicationSetting"),
        );
        let record = record.from(administrator.vpn()).saying("Changed max_artifacts_size from 100 to 200");
        self.add(record.with(setting), counted_moment(1, 10));
    }

    fn locked_out(&mut self, person: &Person) {
        let record = Record::new("user_access_locked", Thing::system(), Thing::account(person), Thing::user(person));
        self.add(record.saying("User access locked - excessive failed login attempts"), counted_moment(2, 7));
        let record = own(person, "user_access_unlocked").from(OFFICE).saying("User access unlocked");
        self.add(record, counted_moment(2, 8));
    }

    /// New colleagues get accounts, a place in their group, and clone what their team works on.
    fn two_people_join(&mut self, administrator: &Person) {
        for (number, name) in ["Vera Vogt", "Willi Wolf"].into_iter().enumerate() {
            let id = 400 + i64::try_from(number).unwrap();
            let user_name = name.to_lowercase().replace(' ', ".");
            let projects = (number * 20..number * 20 + 6).collect();
            let provider = administrator.provider;
            let person = Person { id, name: name.to_owned(), user_name, role: Role::Developer, provider, projects };
            let created =
                Record::new("user_created", Thing::user(administrator), Thing::account(&person), Thing::user(&person));
            let mut at = counted_moment(0, 8) + id * 10_000;
            self.add(created.from(administrator.vpn()).saying("Added user"), at);
            let project = self.company.projects[number * 20].clone();
            let entity = Thing::group(&project);
            self.add(member("member_created", administrator, entity, &person, "Developer"), at + 5 * MINUTE);
            at += HOUR;
            at = self.first_sign_in(&person, at);
            self.add(own(&person, "add_ssh_key").from(OFFICE).saying("Added SSH key"), at);
            if number == 0 {
                let made = own(&person, "personal_access_token_created").from(OFFICE);
                self.add(made.saying("Created personal access token with id 9100"), at + MINUTE);
            }
            for position in person.projects.clone() {
                at += 3 * MINUTE;
                let project = self.company.projects[position].clone();
                self.add(git(Thing::user(&person), &project, OFFICE, "ssh", "clone"), at);
            }
        }
    }

    fn somebody_leaves(&mut self, administrator: &Person, person: &Person) {
        let at = counted_moment(4, 16);
        let blocked =
            Record::new("user_blocked", Thing::user(administrator), Thing::account(person), Thing::user(person));
        self.add(blocked.from(administrator.vpn()).saying("Blocked user"), at);
        let project = self.company.projects[person.projects[0]].clone();
        let entity = Thing::group(&project);
        self.add(member("member_destroyed", administrator, entity, person, "Developer"), at + MINUTE);
        let revoked = Record::new(
            "personal_access_token_revoked",
            Thing::user(administrator),
            Thing::account(administrator),
            Thing::user(person),
        );
        self.add(revoked.from(administrator.vpn()).saying("Revoked personal access token with id 77"), at + 2 * MINUTE);
    }

    /// A support case: GitLab writes one event for the user and one for each of their groups.
    fn support_impersonates(&mut self, administrator: &Person, person: &Person) {
        let group = Thing::group(&self.company.projects[person.projects[0]]);
        for (verb, group_verb, at) in
            [("Started", "started", counted_moment(2, 9)), ("Stopped", "stopped", counted_moment(2, 9) + 10 * MINUTE)]
        {
            let record = |entity: Thing, message: String| {
                Record::new("user_impersonation", Thing::user(administrator), entity, Thing::user(person))
                    .from(administrator.vpn())
                    .saying(message)
            };
            self.add(record(Thing::account(person), format!("{verb} Impersonation")), at);
            let message = format!("Instance administrator {group_verb} impersonation of {}", person.user_name);
            self.add(record(group.clone(), message), at + 20);
        }
    }

    fn team_leads_change_roles(&mut self, developers: &[Person]) {
        for (number, lead) in (0..8).zip(developers.iter().step_by(15)) {
            let member_of_team = &developers[number * 15 + 3];
            let entity = Thing::project(&self.company.projects[lead.projects[0]]);
            let at = counted_moment(i64::try_from(number % 5).unwrap(), 11);
            self.add(member("member_created", lead, entity, member_of_team, "Developer"), at);
        }
        let (lead, promoted) = (&developers[0], &developers[5]);
        let entity = Thing::project(&self.company.projects[lead.projects[0]]);
        let change = json!({"change": "access_level", "from": "Developer", "to": "Maintainer", "as": "Maintainer"});
        let record = Record::new("member_updated", Thing::user(lead), entity, Thing::user(promoted));
        self.add(record.from(OFFICE).saying("Membership updated").with(change), counted_moment(3, 13));
    }

    /// A new service: project, protection, runner, deployment credentials, a webhook to the chat.
    fn a_project_is_set_up(&mut self, lead: &Person) {
        let project = self.company.projects[lead.projects[0]].clone();
        let levels = json!({
            "push_access_levels": ["Maintainers"], "merge_access_levels": ["Developers + Maintainers"],
            "allow_force_push": false, "code_owner_approval_required": true,
        });
        let token = "Created project access token with token_id: 501 with scopes: [:api] and Maintainer access level.";
        let acts: [(&'static str, &'static str, &str, &str, Value); 8] = [
            ("project_created", "Project", "new-service", "Added project", json!({"add": "project"})),
            ("protected_branch_created", "ProtectedBranch", "main", "Added protected branch", levels),
            ("ci_runner_created", "Ci::Runner", "/runners/31", "Created project CI runner", json!({})),
            ("deploy_key_added", "DeployKey", "deploy", "Added deploy key", json!({"write_access": false})),
            ("deploy_token_created", "DeployToken", "registry", "Created deploy token", json!({})),
            ("project_access_token_created", "PersonalAccessToken", "release-bot", token, json!({})),
            ("webhook_created", "ProjectHook", "Hook 14", "Created project hook", json!({})),
            ("ci_variable_updated", "Ci::Variable", "DEPLOY_KEY", "Changed variable masking from false to true", {
                json!({"change": "variable masking", "from": false, "to": true})
            }),
        ];
        let mut at = counted_moment(1, 9);
        for (event_type, class, name, message, details) in acts {
            at += 4 * MINUTE;
            let record = in_project(lead, event_type, &project, class, name);
            self.add(record.from(OFFICE).saying(message).with(details), at);
        }
    }

    fn a_project_ends(&mut self, lead: &Person) {
        let project = self.company.projects[lead.projects[0]].clone();
        for (event_type, message, hour) in [
            ("project_archived", "Project archived", 9),
            ("project_deletion_marked", "Project marked for deletion", 15),
        ] {
            let record = in_project(lead, event_type, &project, "Project", "old-service");
            self.add(record.from(OFFICE).saying(message), counted_moment(4, hour));
        }
    }
}

/// Somebody's day in the office, in the week that counts.
fn office(person: &Person, day: i64) -> Shift<'_> {
    Shift { person, address: OFFICE, begin: counted_moment(day, 8), end: counted_moment(day, 15) }
}

fn in_project(person: &Person, event_type: &'static str, project: &Project, class: &'static str, name: &str) -> Record {
    Record::new(event_type, Thing::user(person), Thing::project(project), Thing::new(project.id, class, name))
}

fn member(event_type: &'static str, author: &Person, entity: Thing, person: &Person, role: &str) -> Record {
    let (message, kind) = match event_type {
        "member_created" => ("Membership created", "add"),
        _ => ("Membership destroyed", "remove"),
    };
    Record::new(event_type, Thing::user(author), entity, Thing::user(person))
        .from(author.vpn())
        .saying(message)
        .with(json!({"as": role, kind: "user_access", "member_id": person.id}))
}
