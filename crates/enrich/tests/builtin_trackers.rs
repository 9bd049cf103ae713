//! Each built-in tracker: events as GitLab sends them, and what rules then see.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod scenarios;

use std::collections::BTreeSet;
use std::net::IpAddr;

use audit_event::{EventIndex, FieldValue, Origin, PluginError, field};
use enrich::{Arrival, EnrichedEvent, Enricher, EnricherSettings, builtin_trackers, with_builtin};
use jiff::Timestamp;
use scenarios::{BERLIN, TOKYO, databases, failure_of, git, of_user};
use serde_json::{Value, json};
use tempfile::TempDir;

const MINUTE: u64 = 60;
const DAY: u64 = 24 * 60 * MINUTE;

/// 2026-02-10T00:00:00Z, in seconds since the epoch.
const START: u64 = 1_770_681_600;

/// Events of one GitLab.
struct Stream {
    enricher: Enricher,
    _folder: TempDir,
    index: EventIndex,
    /// In seconds since [`START`].
    now: u64,
    id: u64,
}

impl Stream {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (city, asn) = databases(folder.path());
        let settings = EnricherSettings {
            city_database: Some(city),
            asn_database: Some(asn),
            trackers: with_builtin(Vec::new()),
            ..EnricherSettings::default()
        };
        let enricher = Enricher::new(&settings, |problem| panic!("{problem}")).unwrap();
        let mut stream = Self { enricher, _folder: folder, index: EventIndex::default(), now: 0, id: 0 };
        // The event clock is sure after 31 events.
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        stream
    }

    /// An event of user 7, from Berlin, in `grp/app`, unless `members` say otherwise; gives it as rules see it.
    #[expect(clippy::needless_pass_by_value, reason = "the members are written in the call")]
    fn send(&mut self, event_type: &str, members: Value) -> String {
        self.now += 1;
        self.id += 1;
        let seconds = i64::try_from(START + self.now).unwrap();
        let mut event = json!({
            "id": self.id, "event_type": event_type, "author_id": 7, "author_name": "Dev One", "entity_id": 29,
            "entity_type": "Project", "entity_path": "grp/app", "target_id": 29, "target_type": "Project",
            "target_details": "app", "ip_address": BERLIN, "details": {"author_class": "User", "custom_message": "x"},
            "created_at": Timestamp::from_second(seconds).unwrap().to_string(),
        });
        let own = event.as_object_mut().unwrap();
        for (name, value) in members.as_object().unwrap() {
            own.insert(name.clone(), value.clone());
        }
        let arrival = Arrival { received_at: 0, origin: Origin::Webhook, instance: None };
        let (enriched, indexed) = self.enricher.enrich(&event.to_string(), arrival);
        indexed.unwrap();
        enriched.json
    }

    /// What rules see in a field of the event.
    fn field(&mut self, json: &str, name: &str) -> Option<String> {
        let (name, key) = match name.split_once('[') {
            Some((name, key)) => (name, Some(key.trim_end_matches(']'))),
            None => (name, None),
        };
        let event = self.index.parse(json).unwrap();
        Some(match field(name).unwrap().extract(&event, key)? {
            FieldValue::Text(text) => text.into_owned(),
            FieldValue::Number(number) => number.to_string(),
            FieldValue::Bool(truth) => truth.to_string(),
            other => panic!("{other:?}"),
        })
    }

    fn expect(&mut self, json: &str, name: &str, expected: &str) {
        assert_eq!(self.field(json, name).as_deref(), Some(expected), "{name} of {json}");
    }
}

/// Sends `count` events, the `n`th with `members(n)`, and expects the tracker to count up to `count`.
fn counts(tracker: &str, event_types: &[&str], count: u64, members: impl Fn(u64) -> Value) {
    let mut stream = Stream::new();
    let name = format!("gitlab.count[{tracker}]");
    for n in 1..=count {
        let event_type = event_types[usize::try_from(n).unwrap() % event_types.len()];
        let json = stream.send(event_type, members(n));
        stream.expect(&json, &name, &n.to_string());
    }
    // After the longest of the windows the count begins anew.
    stream.now += 2 * DAY;
    let json = stream.send(event_types[0], members(1));
    stream.expect(&json, &name, "1");
}

/// Lets the tracker learn for eight days with `usual`, then expects `unusual` to be new once.
fn tells_first(tracker: &str, event_type: &str, usual: &Value, unusual: &Value) {
    let mut stream = Stream::new();
    let name = format!("gitlab.first_seen[{tracker}]");
    let json = stream.send(event_type, usual.clone());
    assert_eq!(stream.field(&json, &name), None, "it still learns");
    stream.now += 8 * DAY;
    for _ in 0..40 {
        stream.send("something_else", json!({}));
    }
    let json = stream.send(event_type, usual.clone());
    stream.expect(&json, &name, "false");
    let json = stream.send(event_type, unusual.clone());
    stream.expect(&json, &name, "true");
    let json = stream.send(event_type, unusual.clone());
    stream.expect(&json, &name, "false");
}

/// Sends the steps, and expects the last one alone to complete the sequence.
fn completes(tracker: &str, steps: &[(&str, Value)]) {
    let name = format!("gitlab.sequence[{tracker}]");
    let mut stream = Stream::new();
    for (number, (event_type, members)) in (1..).zip(steps) {
        let json = stream.send(event_type, members.clone());
        let is_last = number == steps.len();
        assert_eq!(stream.field(&json, &name), Some(is_last.to_string()), "step {number}: {json}");
    }
    // In the wrong order, nothing is complete.
    let mut stream = Stream::new();
    for (event_type, members) in steps.iter().rev() {
        stream.now += DAY;
        let json = stream.send(event_type, members.clone());
        assert_ne!(stream.field(&json, &name).as_deref(), Some("true"), "{json}");
    }
}

type Scenario = (&'static str, fn());

/// A scenario for each tracker.
const SCENARIOS: &[Scenario] = &[
    ("unauthorized_posts", || {
        let mut stream = Stream::new();
        let problem = PluginError { kind: "unauthorized", message: "no token", count: 1 };
        for n in 1..=3u64 {
            let arrival = Arrival { received_at: (START + n) * 1_000_000_000, origin: Origin::Webhook, instance: None };
            let json = stream.enricher.report_for(&problem, arrival, |event| EnrichedEvent::from(event).json);
            stream.expect(&json, "gitlab.count[unauthorized_posts]", &n.to_string());
        }
    }),
    ("failed_sign_ins_by_account", || {
        counts(
            "failed_sign_ins_by_account",
            &["login_failed_with_standard_authentication", "omniauth_login_failed"],
            8,
            |_| failure_of(7),
        );
    }),
    ("accounts_tried_by_address", || {
        counts("accounts_tried_by_address", &["login_failed_with_standard_authentication"], 6, failure_of);
    }),
    ("failures_then_sign_in", || {
        let failure = ("login_failed_with_standard_authentication", failure_of(7));
        let mut steps = vec![failure; 5];
        steps.push(("authenticated_with_password", of_user(7)));
        completes("failures_then_sign_in", &steps);
        // Mistyping three times is no attack.
        let mut stream = Stream::new();
        for _ in 0..3 {
            stream.send("login_failed_with_standard_authentication", failure_of(7));
        }
        let json = stream.send("authenticated_with_password", of_user(7));
        stream.expect(&json, "gitlab.sequence[failures_then_sign_in]", "false");
    }),
    ("failed_codes_by_account", || {
        counts("failed_codes_by_account", &["login_failed_with_otp_authentication"], 4, |_| failure_of(7));
    }),
    ("country_of_account", || {
        tells_first("country_of_account", "authenticated_with_password", &of_user(7), &{
            let mut abroad = of_user(7);
            abroad["ip_address"] = TOKYO.into();
            abroad
        });
    }),
    ("network_of_account", || {
        tells_first("network_of_account", "authenticated_with_ldap", &of_user(7), &{
            let mut elsewhere = of_user(7);
            elsewhere["ip_address"] = TOKYO.into();
            elsewhere
        });
    }),
    ("travel", || {
        let mut stream = Stream::new();
        let json = stream.send("authenticated_with_password", of_user(7));
        assert_eq!(stream.field(&json, "gitlab.travel.speed_kmh"), None);
        stream.now += 60 * MINUTE - 1;
        let mut abroad = git("fetch", "grp/app");
        abroad["ip_address"] = TOKYO.into();
        let json = stream.send("repository_git_operation", abroad);
        let speed: u64 = stream.field(&json, "gitlab.travel.speed_kmh").unwrap().parse().unwrap();
        assert!((8_800..9_000).contains(&speed), "{speed}");
        stream.expect(&json, "gitlab.travel.from_country", "DE");
    }),
    ("password_resets_by_address", || {
        counts("password_resets_by_address", &["password_reset_requested", "password_reset_failed"], 5, of_user);
    }),
    ("password_resets", || {
        counts(
            "password_resets",
            &["password_reset_requested"],
            5,
            |n| json!({"target_id": n, "ip_address": format!("198.51.100.{n}")}),
        );
    }),
    ("reset_sign_in_credential", || {
        let mut reset = of_user(7);
        reset["author_id"] = json!(-1);
        completes(
            "reset_sign_in_credential",
            &[
                ("password_reset_requested", reset),
                ("authenticated_with_password", of_user(7)),
                ("add_ssh_key", json!({"target_id": 99, "target_type": "Key"})),
            ],
        );
    }),
    ("denied_group_access_by_address", || {
        counts("denied_group_access_by_address", &["ip_restricted_group_accessed"], 4, |_| json!({}));
    }),
    ("impersonation_begun", || {
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[impersonation_begun]";
        let impersonation = |target: u64, message: &str| {
            json!({"author_id": 1, "author_name": "Ada Admin", "target_id": target, "target_type": "User",
                   "details": {"custom_message": message}})
        };
        let copy = "Instance administrator started impersonation of dev1";
        for (target, message, expected) in [
            (7, copy, Some("true")),
            (7, "Started Impersonation", Some("false")),
            (7, copy, Some("false")),
            (8, copy, Some("true")),
            (7, "Stopped Impersonation", None),
        ] {
            let json = stream.send("user_impersonation", impersonation(target, message));
            assert_eq!(stream.field(&json, name).as_deref(), expected, "{json}");
        }
        stream.now += 3600;
        let json = stream.send("user_impersonation", impersonation(7, copy));
        stream.expect(&json, name, "true");
    }),
    ("impersonation", || {
        let mut stream = Stream::new();
        let impersonation = |message: &str| {
            json!({"author_id": 1, "author_name": "Ada Admin", "target_id": 7, "target_type": "User",
                   "details": {"custom_message": message}})
        };
        let name = "gitlab.session[impersonation]";
        let json = stream.send("personal_access_token_created", json!({}));
        assert_eq!(stream.field(&json, name), None);
        stream.send("user_impersonation", impersonation("Started Impersonation"));
        stream.send("user_impersonation", impersonation("Instance administrator started impersonation of dev1"));
        let json = stream.send("personal_access_token_created", json!({}));
        stream.expect(&json, name, "Ada Admin");
        let json = stream.send("personal_access_token_created", json!({"author_id": 8}));
        assert_eq!(stream.field(&json, name), None, "somebody else");
        stream.send("user_impersonation", impersonation("Stopped Impersonation"));
        let json = stream.send("personal_access_token_created", json!({}));
        assert_eq!(stream.field(&json, name), None, "it is over");
    }),
    ("new_account_made_powerful", || {
        let mut owner = of_user(9);
        owner["details"] = json!({"as": "Owner"});
        completes("new_account_made_powerful", &[("user_created", of_user(9)), ("member_created", owner)]);
    }),
    ("accounts_created", || {
        counts("accounts_created", &["user_created", "registration_created", "user_provisioned_by_scim"], 9, of_user);
    }),
    ("admin_mode_address_of_account", || {
        tells_first(
            "admin_mode_address_of_account",
            "user_enable_admin_mode",
            &json!({}),
            &json!({"ip_address": "193.0.0.2"}),
        );
    }),
    ("tokens_created_by_account", || {
        counts(
            "tokens_created_by_account",
            &["personal_access_token_created", "deploy_token_creation_failed"],
            5,
            |_| json!({}),
        );
    }),
    ("credential_kind_of_account", || {
        let mut stream = Stream::new();
        stream.send("add_ssh_key", json!({}));
        stream.now += 8 * DAY;
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        let name = "gitlab.first_seen[credential_kind_of_account]";
        let json = stream.send("add_ssh_key", json!({}));
        stream.expect(&json, name, "false");
        let json = stream.send("personal_access_token_created", json!({}));
        stream.expect(&json, name, "true");
    }),
    ("credentials_revoked_by_account", || {
        counts(
            "credentials_revoked_by_account",
            &["personal_access_token_revoked", "remove_ssh_key"],
            6,
            |n| json!({"target_id": n}),
        );
    }),
    ("projects_with_variables_read_by_account", || {
        counts(
            "projects_with_variables_read_by_account",
            &["variable_viewed_api"],
            5,
            |n| json!({"entity_path": format!("grp/{n}")}),
        );
    }),
    ("project_with_variables_read_by_account", || {
        tells_first(
            "project_with_variables_read_by_account",
            "variable_viewed_api",
            &json!({}),
            &json!({"entity_path": "grp/secret"}),
        );
    }),
    ("runner_address_of_account", || {
        tells_first("runner_address_of_account", "ci_runner_created", &json!({}), &json!({"ip_address": "193.0.0.9"}));
    }),
    ("job_token_address_of_project", || {
        tells_first(
            "job_token_address_of_project",
            "user_authenticated_using_job_token",
            &json!({}),
            &json!({"ip_address": "193.0.0.9"}),
        );
    }),
    ("downstream_of_project", || {
        let details = json!({"upstream_root_project_path": "grp/up"});
        tells_first(
            "downstream_of_project",
            "multi_project_downstream_pipeline_created",
            &json!({"details": details}),
            &json!({"details": details, "entity_path": "grp/other"}),
        );
    }),
    ("own_project_or_group_joined", || {
        let path = json!({"entity_path": "grp/new"});
        let joining = json!({"entity_path": "grp/new", "target_id": 7, "target_type": "User"});
        completes("own_project_or_group_joined", &[("project_created", path), ("member_created", joining)]);
    }),
    ("own_deployment_approved", || {
        let deployment = json!({"target_id": 44, "target_type": "Deployment"});
        completes(
            "own_deployment_approved",
            &[("deployment_started", deployment.clone()), ("deployment_approved", deployment)],
        );
    }),
    ("secrets_read_by_project", || {
        counts("secrets_read_by_project", &["secrets_manager_read_project_secret"], 6, |n| json!({"author_id": n}));
    }),
    ("artifacts_downloaded_by_account", || {
        counts("artifacts_downloaded_by_account", &["job_artifact_downloaded"], 6, |n| json!({"target_id": n}));
    }),
    ("protection_dropped_and_restored", || {
        completes(
            "protection_dropped_and_restored",
            &[
                ("protected_branch_removed", json!({})),
                ("repository_git_operation", git("push", "grp/app")),
                ("protected_branch_created", json!({})),
            ],
        );
    }),
    ("push_protection_skips_by_account", || {
        counts("push_protection_skips_by_account", &["skip_secret_push_protection"], 4, |_| json!({}));
    }),
    ("publisher_of_project", || {
        tells_first("publisher_of_project", "release_created", &json!({}), &json!({"author_id": 8}));
    }),
    ("severity_overrides_by_account", || {
        counts("severity_overrides_by_account", &["vulnerability_severity_override"], 6, |n| json!({"target_id": n}));
    }),
    ("projects_fetched_by_account", || {
        counts("projects_fetched_by_account", &["repository_git_operation"], 12, |n| {
            git("clone", &format!("grp/project-{n}"))
        });
    }),
    ("projects_fetched_by_account_and_address", || {
        counts("projects_fetched_by_account_and_address", &["repository_git_operation"], 12, |n| {
            git("clone", &format!("grp/project-{n}"))
        });
    }),
    ("projects_fetched_by_address", || {
        counts("projects_fetched_by_address", &["repository_git_operation"], 12, |n| {
            let mut fetch = git("fetch", &format!("grp/project-{n}"));
            fetch["author_id"] = n.into();
            fetch
        });
    }),
    ("fetch_address_of_project", || {
        tells_first("fetch_address_of_project", "repository_git_operation", &git("fetch", "grp/app"), &{
            let mut elsewhere = git("fetch", "grp/app");
            elsewhere["ip_address"] = "193.0.0.9".into();
            elsewhere
        });
    }),
    ("git_country_of_account", || {
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[git_country_of_account]";
        for (first, again) in [("true", 0), ("false", 0), ("false", 20 * 3600), ("true", 25 * 3600)] {
            stream.now += again;
            let json = stream.send("repository_git_operation", git("fetch", "grp/app"));
            stream.expect(&json, name, first);
        }
    }),
    ("exports_by_account", || {
        counts(
            "exports_by_account",
            &["project_export_created", "group_export_created"],
            4,
            |n| json!({"target_id": n}),
        );
    }),
    ("token_then_fetch", || {
        completes(
            "token_then_fetch",
            &[("personal_access_token_created", json!({})), ("repository_git_operation", git("clone", "grp/app"))],
        );
    }),
    ("deletions_by_account", || {
        counts("deletions_by_account", &["project_destroyed", "group_destroyed"], 6, |n| json!({"target_id": n}));
    }),
    ("lockouts_by_account", || {
        counts("lockouts_by_account", &["user_blocked", "member_destroyed"], 6, |n| json!({"target_id": n}));
    }),
    ("api_request_of_account", || {
        tells_first(
            "api_request_of_account",
            "api_request_access_with_scope",
            &json!({"details": {"request": "/api/v4/user"}}),
            &json!({"details": {"request": "/api/v4/projects"}}),
        );
    }),
];

#[test]
fn every_builtin_tracker_has_a_scenario() {
    let trackers: BTreeSet<String> = builtin_trackers().into_iter().map(|tracker| tracker.declaration.name).collect();
    let scenarios: BTreeSet<String> = SCENARIOS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(trackers, scenarios);
}

#[test]
fn every_builtin_tracker_does_what_its_detection_needs() {
    for (name, scenario) in SCENARIOS {
        println!("{name}");
        scenario();
    }
}

#[test]
fn every_detection_that_needs_memory_has_a_tracker() {
    // The catalogue's detections with state count, first_seen, sequence, session or geo; G042, not to tell makers; and G046 and G112, to be told once.
    let needed = "G007 G010 G011 G012 G013 G017 G018 G021 G024 G037 G042 G046 G047 G048 G049 G052 G062 G063 G067 G073 G074 G078 G079 \
                  G082 G083 G084 G094 G098 G103 G104 G110 G111 G112 G113 G117 G121 G122 G131";
    let needed: BTreeSet<&str> = needed.split_whitespace().collect();
    let there: BTreeSet<&str> = builtin_trackers().iter().map(|tracker| tracker.detection).collect();
    assert_eq!(there, needed);
}

#[test]
fn a_tracker_of_the_operators_replaces_the_one_of_its_name() {
    let own = enrich::read_trackers(&json!([{"Name": "deletions_by_account", "Kind": "count", "Window": "1h",
        "Condition": "gitlab.event_type = delete_issue", "Key": "gitlab.entity_path"}]));
    let all = with_builtin(own.unwrap());
    let same_name: Vec<_> = all.iter().filter(|tracker| tracker.name == "deletions_by_account").collect();
    assert_eq!((same_name.len(), same_name[0].window), (1, 3_600_000_000_000));
    assert_eq!(all.len(), builtin_trackers().len());
}

#[test]
fn deploy_tokens_are_told_apart_although_they_share_an_id() {
    let mut stream = Stream::new();
    let deploy_token = |name: &str| {
        let mut fetch = git("fetch", name);
        fetch["author_id"] = json!(-2);
        fetch["author_name"] = name.into();
        fetch
    };
    for name in ["token a", "token b", "token c"] {
        let json = stream.send("repository_git_operation", deploy_token(name));
        stream.expect(&json, "gitlab.count[projects_fetched_by_account]", "1");
    }
}

#[test]
fn what_builds_fetch_for_an_account_is_not_mixed_with_what_it_fetches_itself() {
    let mut stream = Stream::new();
    let mut fetch = |project: &str, address: &str| {
        let mut fetch = git("fetch", project);
        fetch["ip_address"] = address.into();
        stream.send("repository_git_operation", fetch)
    };
    fetch("grp/a", "10.20.0.11");
    fetch("grp/b", "10.20.0.12");
    let json = fetch("grp/c", "193.0.0.1");
    stream.expect(&json, "gitlab.count[projects_fetched_by_account_and_address]", "1");
    stream.expect(&json, "gitlab.count[projects_fetched_by_account]", "3");
}

#[test]
fn a_project_that_is_fetched_again_is_counted_and_is_no_new_height_of_the_burst() {
    let mut stream = Stream::new();
    let [_, second, again] =
        ["grp/a", "grp/b", "grp/b"].map(|project| stream.send("repository_git_operation", git("fetch", project)));
    stream.expect(&second, "gitlab.burst[projects_fetched_by_account]", "2");
    stream.expect(&again, "gitlab.count[projects_fetched_by_account]", "2");
    assert!(!again.contains("\"burst\""), "{again}");
}

#[test]
fn an_event_that_concerns_no_tracker_gets_no_findings() {
    let json = Stream::new().send("label_created", json!({}));
    for member in ["\"count\":", "\"burst\":", "\"first_seen\":", "\"sequence\":", "\"session\":", "\"travel\":"] {
        assert!(!json.contains(member), "{json}");
    }
}

#[test]
fn addresses_of_the_test_are_public() {
    for address in [BERLIN, TOKYO] {
        assert!(audit_event::AddressClass::of(address.parse::<IpAddr>().unwrap()) == audit_event::AddressClass::Public);
    }
}
