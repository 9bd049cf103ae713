//! Accounts: guessed passwords, odd places, impersonation, floods of accounts.

use serde_json::json;

use crate::Scenario;
use crate::scenarios::{BERLIN, TOKYO, failure_by_name, failure_of, git, of_user};
use crate::stream::{DAY, MINUTE, OWN_IN_JAPAN, Stream, completes, counts, tells_first};

pub(crate) const SCENARIOS: &[Scenario] = &[
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
    ("accounts_tried", || {
        counts("accounts_tried", &["login_failed_with_standard_authentication", "omniauth_login_failed"], 60, |n| {
            let mut failure = failure_of(n);
            failure["ip_address"] = json!(format!("198.51.100.{n}"));
            failure
        });
        let mut stream = Stream::new();
        let json = stream.send("login_failed_with_standard_authentication", failure_by_name("admin"));
        assert_eq!(stream.field(&json, "gitlab.count[accounts_tried]"), None, "a name of no account: {json}");
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
    ("failures_by_name_then_sign_in", || {
        let failure = ("login_failed_with_standard_authentication", failure_by_name("user7"));
        let mut steps = vec![failure; 5];
        steps.push(("authenticated_with_password", of_user(7)));
        completes("failures_by_name_then_sign_in", &steps);
    }),
    ("failed_codes_by_account", || {
        counts("failed_codes_by_account", &["login_failed_with_otp_authentication"], 4, |_| failure_of(7));
    }),
    ("country_of_account", || {
        tells_first("country_of_account", "authenticated_with_password", &of_user(7), &{
            let mut abroad = of_user(7);
            abroad["ip_address"] = TOKYO.into();
            // Whoever changes the display name is not learned anew.
            abroad["author_name"] = "somebody else".into();
            abroad
        });
    }),
    ("country_of_account", || {
        // What is done first in a stolen session may have a rule that says less; the key made next from there is new all the same.
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[country_of_account]";
        stream.send("authenticated_with_password", of_user(7));
        stream.now += 8 * DAY;
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        for (event_type, address, expected) in [
            ("variable_viewed_api", TOKYO, None),
            ("add_ssh_key", OWN_IN_JAPAN, None),
            ("add_ssh_key", TOKYO, Some("true")),
            ("authenticated_with_password", TOKYO, Some("false")),
        ] {
            let json = stream.send(event_type, json!({"ip_address": address}));
            assert_eq!(stream.field(&json, name).as_deref(), expected, "{json}");
        }
    }),
    ("country_of_sensitive_acts", || {
        // Whoever has stolen a session does not sign in; what a runner abroad does is left out.
        let mut stream = Stream::new();
        let name = "gitlab.first_seen[country_of_sensitive_acts]";
        stream.send("authenticated_with_password", of_user(7));
        stream.now += 8 * DAY;
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        for (event_type, address, expected) in [
            ("ci_variable_updated", OWN_IN_JAPAN, None),
            ("member_created", BERLIN, Some("false")),
            ("member_created", TOKYO, Some("true")),
            ("authenticated_with_password", TOKYO, Some("false")),
        ] {
            let json = stream.send(event_type, json!({"ip_address": address}));
            assert_eq!(stream.field(&json, name).as_deref(), expected, "{json}");
        }
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
    ("travel", || {
        // A job on the company's own runner fetches in the name of who pushed, and is no place of theirs; a sign-in from there is.
        let mut stream = Stream::new();
        let from = |address: &str| json!({"ip_address": address});
        let speed = "gitlab.travel.speed_kmh";
        stream.send("authenticated_with_password", of_user(7));
        for _ in 0..3 {
            let mut fetch = git("fetch", "grp/app");
            fetch["ip_address"] = OWN_IN_JAPAN.into();
            let json = stream.send("repository_git_operation", fetch);
            assert_eq!(stream.field(&json, speed), None, "{json}");
            let json = stream.send("repository_git_operation", git("push", "grp/app"));
            assert_eq!(stream.field(&json, speed), None, "{json}");
        }
        let json = stream.send("personal_access_token_created", from(OWN_IN_JAPAN));
        assert_eq!(stream.field(&json, speed), None, "{json}");
        let json = stream.send("personal_access_token_created", from(TOKYO));
        assert!(stream.field(&json, speed).is_some(), "{json}");
        stream.now += 25 * 60 * MINUTE;
        stream.send("repository_git_operation", git("push", "grp/app"));
        let json = stream.send("authenticated_with_password", from(OWN_IN_JAPAN));
        assert!(stream.field(&json, speed).is_some(), "{json}");
    }),
    ("travel", || {
        // What no rule tells of must not use the journey up: who sets up a second factor first would make the token in silence.
        let mut stream = Stream::new();
        stream.send("authenticated_with_password", of_user(7));
        let from_tokyo = json!({"ip_address": TOKYO});
        let refused = json!({"ip_address": TOKYO, "details": {"custom_message":
            "Attempted to create personal access token but failed with message: Name can't be blank"}});
        stream.send("user_enable_two_factor", from_tokyo.clone());
        stream.send("user_authorized_oauth_application", from_tokyo.clone());
        stream.send("personal_access_token_created", refused);
        let json = stream.send("personal_access_token_created", from_tokyo);
        assert!(stream.field(&json, "gitlab.travel.speed_kmh").is_some(), "{json}");
    }),
    ("travel", || {
        // To and fro is told once, and again only after a day without.
        let mut stream = Stream::new();
        stream.send("authenticated_with_password", of_user(7));
        let mut journeys = |pause: u64| {
            stream.now += pause;
            let places = [TOKYO, BERLIN].into_iter().cycle().take(10);
            let fetches = places.map(|address| {
                let mut fetch = git("fetch", "grp/app");
                fetch["ip_address"] = address.into();
                let json = stream.send("repository_git_operation", fetch);
                usize::from(stream.field(&json, "gitlab.travel.distance_km").is_some())
            });
            fetches.sum::<usize>()
        };
        assert_eq!([0, 60 * MINUTE, 25 * 60 * MINUTE].map(&mut journeys), [1, 0, 1 + 1]);
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
    ("reset_sign_in_credential", || {
        for (last, target) in [
            ("user_enable_passkey", "User"),
            ("user_enable_two_factor", "User"),
            ("user_authorized_oauth_application", "User"),
            ("deploy_key_added", "DeployKey"),
            ("add_gpg_key", "GpgKey"),
        ] {
            completes(
                "reset_sign_in_credential",
                &[
                    ("user_email_address_updated", of_user(7)),
                    ("authenticated_with_password", of_user(7)),
                    (last, json!({"target_id": 99, "target_type": target})),
                ],
            );
        }
    }),
    ("new_network_of_account", || stays_new_for_an_hour("new_network_of_account", BERLIN, TOKYO)),
    ("new_address_of_account", || stays_new_for_an_hour("new_address_of_account", "200.0.0.1", "200.0.0.2")),
    ("new_address_of_account", || {
        // Where the provider is known, and where an office or a VPN gives the address, it says nothing.
        let mut stream = Stream::new();
        for address in [BERLIN, "10.8.0.7", "100.64.0.7"] {
            let json = stream.send("authenticated_with_password", json!({"ip_address": address}));
            stream.now += 8 * DAY;
            for _ in 0..40 {
                stream.send("something_else", json!({}));
            }
            assert_eq!(stream.field(&json, "gitlab.first_seen[new_address_of_account]"), None, "{json}");
        }
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
    ("country_of_sensitive_acts", || {
        // An account that only works through the API never signs in; the key made with its stolen token is from a new country all the same.
        let mut stream = Stream::new();
        stream.send("member_created", json!({}));
        stream.now += 8 * DAY;
        for _ in 0..40 {
            stream.send("something_else", json!({}));
        }
        let json = stream.send("add_ssh_key", json!({"ip_address": TOKYO}));
        assert_eq!(stream.field(&json, "gitlab.first_seen[country_of_account]"), None, "{json}");
        stream.expect(&json, "gitlab.first_seen[country_of_sensitive_acts]", "true");
    }),
    ("sensitive_acts_by_account", || {
        counts("sensitive_acts_by_account", &["member_created", "variable_viewed_api"], 2, |_| json!({"author_id": 1}));
    }),
    ("sensitive_acts_by_account", || {
        // What a rule tells by itself takes no step.
        let mut stream = Stream::new();
        for (event_type, expected) in
            [("user_enable_admin_mode", None), ("ci_variable_updated", None), ("member_created", Some("1"))]
        {
            let json = stream.send(event_type, json!({"author_id": 1}));
            assert_eq!(stream.field(&json, "gitlab.burst[sensitive_acts_by_account]").as_deref(), expected, "{json}");
        }
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
    ("lockouts_by_account", || {
        counts("lockouts_by_account", &["user_blocked", "member_destroyed"], 6, |n| json!({"target_id": n}));
    }),
];

/// Whoever signs in from a new place does what comes next from a new place, too, for an hour.
fn stays_new_for_an_hour(tracker: &str, usual: &str, unusual: &str) {
    let mut stream = Stream::new();
    let name = format!("gitlab.first_seen[{tracker}]");
    let from = |address: &str| json!({"ip_address": address});
    stream.send("authenticated_with_password", from(usual));
    stream.now += 8 * DAY;
    for _ in 0..40 {
        stream.send("something_else", json!({}));
    }
    let json = stream.send("user_password_updated", from(usual));
    stream.expect(&json, &name, "false");
    for event_type in ["authenticated_with_password", "user_enable_passkey", "add_ssh_key"] {
        let json = stream.send(event_type, from(unusual));
        stream.expect(&json, &name, "true");
        stream.now += 20 * MINUTE;
    }
    let json = stream.send("personal_access_token_created", from(unusual));
    stream.expect(&json, &name, "false");
    // An account of the day learns first.
    let json = stream.send("add_ssh_key", json!({"ip_address": unusual, "author_id": 8}));
    assert_eq!(stream.field(&json, &name), None, "{json}");
}
