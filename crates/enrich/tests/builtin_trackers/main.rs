//! Each built-in tracker: events as GitLab sends them, and what rules then see.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod accounts;
mod ci_cd;
mod code;
mod credentials;
#[path = "../scenarios/mod.rs"]
mod scenarios;
mod stream;

use std::collections::BTreeSet;
use std::net::IpAddr;

use enrich::{builtin_trackers, with_builtin};
use scenarios::{BERLIN, HOSTED, TOKYO, git};
use serde_json::json;
use stream::{HOSTED_AND_OWN, MINUTE, Stream};

type Scenario = (&'static str, fn());

/// A scenario for each tracker.
fn scenarios_of_all() -> impl Iterator<Item = &'static Scenario> {
    [accounts::SCENARIOS, credentials::SCENARIOS, ci_cd::SCENARIOS, code::SCENARIOS].into_iter().flatten()
}

#[test]
fn every_builtin_tracker_has_a_scenario() {
    let trackers: BTreeSet<String> = builtin_trackers().into_iter().map(|tracker| tracker.declaration.name).collect();
    let scenarios: BTreeSet<String> = scenarios_of_all().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(trackers, scenarios);
}

#[test]
fn every_builtin_tracker_does_what_its_detection_needs() {
    for (name, scenario) in scenarios_of_all() {
        println!("{name}");
        scenario();
    }
}

#[test]
fn every_detection_that_needs_memory_has_a_tracker() {
    // The catalogue's detections with state count, first_seen, sequence, session or geo; G042, not to tell of makers; G019, G046 and G112,
    // to be told once; G051, to be told at steps; G076, where it is one by one; and
    // G114, of what is opened by way of off. Not G007: the receiver counts what it refuses by itself, and reports it with `gitlab.pluginerror.count`.
    let needed = "G010 G011 G012 G013 G017 G018 G019 G021 G024 G037 G042 G046 G047 G048 G049 G051 G052 G062 G063 G067 G073 G074 G076 G078 \
                  G079 G082 G083 G084 G094 G098 G103 G104 G110 G111 G112 G113 G114 G117 G121 G122 G131";
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
fn what_comes_from_ones_own_range_at_a_hosting_provider_makes_that_provider_usual_for_no_account() {
    let mut stream = Stream::new();
    let names = ["git_address_list_of_account", "git_hosting_network_of_account"];
    let names = names.map(|name| format!("gitlab.first_seen[{name}]"));
    let fetch_from = |address: &str| {
        let mut fetch = git("fetch", "grp/app");
        fetch["ip_address"] = address.into();
        fetch
    };
    // Builds of user 7, all day.
    for first in ["true", "false", "false"] {
        let json = stream.send("repository_git_operation", fetch_from(HOSTED_AND_OWN));
        stream.expect(&json, "gitlab.ip.lists", "hosting_providers,own_networks");
        for name in &names {
            stream.expect(&json, name, first);
        }
    }
    // Whoever has stolen the account rents a server there.
    let json = stream.send("repository_git_operation", fetch_from(HOSTED));
    for name in &names {
        stream.expect(&json, name, "true");
    }
}

#[test]
fn whoever_goes_elsewhere_once_on_a_quiet_instance_has_travelled_once() {
    let mut stream = Stream::new();
    let mut journeys = 0;
    // Twelve minutes between two events: the event clock is three hours behind.
    for (place, address) in [BERLIN, TOKYO].iter().flat_map(|address| [address; 40]).enumerate() {
        stream.now += 12 * MINUTE;
        let mut fetch = git("fetch", "grp/app");
        fetch["ip_address"] = (*address).into();
        let json = stream.send("repository_git_operation", fetch);
        if stream.field(&json, "gitlab.travel.speed_kmh").is_some() {
            assert_eq!(place, 40, "{json}");
            journeys += 1;
        }
    }
    assert_eq!(journeys, 1);
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
