//! One alert for one burst: the shipped rules on what goes on for hours, comes again, or hides behind one's own builds.

use std::fs;

use serde_json::{Value, json};

use crate::{geoip, receiver::run_to_end};

/// An event of account 7, so many seconds after eight o'clock.
fn event(number: usize, second: usize, event_type: &str, further: &Value) -> String {
    let at = jiff::Timestamp::from_second(1_772_611_200 + i64::try_from(second).unwrap()).unwrap();
    let mut event = json!({
        "id": 1000 + number, "author_id": 7, "author_name": "Dev One", "entity_id": 7, "entity_type": "User",
        "entity_path": "dev1", "target_id": 7, "target_type": "User", "target_details": "Dev One",
        "ip_address": "203.0.113.9", "created_at": at.to_string(), "event_type": event_type, "details": {},
    });
    event.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    event.to_string()
}

fn fetch(project: &str, address: &str) -> Value {
    json!({
        "entity_type": "Project", "entity_path": project, "ip_address": address,
        "details": {"custom_message": {"protocol": "http", "action": "git-upload-pack"}},
    })
}

fn push(project: &str, address: &str) -> Value {
    let mut push = fetch(project, address);
    push["details"]["custom_message"]["action"] = "git-receive-pack".into();
    push
}

/// The ids of the events for which a shipped rule raises its alert, where 203.0.113.77 is a hosting provider's and 203.0.113.78
/// a Tor exit, 193.0.0.9 is in Berlin and 198.41.0.4 in Sydney.
fn alerts_of(rule: &str, events: &[String]) -> Vec<String> {
    alerts_with("", rule, events)
}

/// The same, with what an operator says in a file of their own.
fn alerts_with(local: &str, rule: &str, events: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let lists = json!({
        "hosting_providers": write("list.txt", "203.0.113.77\n"), "tor_exits": write("tor.txt", "203.0.113.78\n"),
    });
    let city = folder.path().join("city.mmdb");
    geoip::write_two_distant(&city, "193.0.0.9", "198.41.0.4");
    let config = json!({"AddressLists": lists, "MaxmindCityDBPath": city});
    let config = json!({"plugins": [{"name": "gitlab", "init_config": config}]});
    let config = write("falco.yaml", &config.to_string());
    let (path, own) = (write("events.ndjson", &events.join("\n")), write("zz_local.yaml", local));
    let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules");
    let rules: &[&str] = if local.is_empty() { &[] } else { &["--rules", shipped, "--rules", &own] };
    let (code, out, said) = run_to_end(&[&["replay", "-c", &config, "--json", &path], rules].concat());
    assert_eq!(code, 0, "{said}");
    let alerts = out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let of_rule = alerts.filter(|alert| alert["rule"] == rule);
    of_rule.map(|alert| alert["output_fields"]["gitlab.event_id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_program_that_fails_every_half_minute_for_hours_is_reported_once() {
    let failure = |n| event(n, n * 30, "login_failed_with_standard_authentication", &json!({}));
    let events: Vec<_> = (1..=400).map(failure).collect();
    assert_eq!(alerts_of("GitLab password guessed for one account", &events), ["1010"]);
}

#[test]
fn ten_projects_that_are_fetched_again_and_again_are_reported_once() {
    let again =
        |n: usize| event(n, n * 5, "repository_git_operation", &fetch(&format!("grp/{}", n.min(10)), "203.0.113.9"));
    let events: Vec<_> = (1..=60).map(again).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &events), ["1010"]);
}

#[test]
fn what_builds_fetch_for_an_account_does_not_hide_what_it_reads_itself() {
    let of_builds =
        (1..=12).map(|n| event(n, n, "repository_git_operation", &fetch(&format!("grp/{n}"), "10.20.0.11")));
    let from_elsewhere =
        (13..=29).map(|n| event(n, n, "repository_git_operation", &fetch(&format!("grp/{n}"), "203.0.113.9")));
    let events: Vec<_> = of_builds.chain(from_elsewhere).collect();
    let runners = "- list: gitlab_runner_networks\n  items: [10.20.0.0/24]\n";
    assert_eq!(alerts_with(runners, "GitLab repositories read in bulk", &events), ["1022"]);
}

#[test]
fn who_reads_thirty_projects_in_the_office_is_reported_although_nobody_named_the_runners() {
    for office in ["10.1.2.3", "192.168.1.9"] {
        let read = |n: usize| event(n, n, "repository_git_operation", &fetch(&format!("grp/{n}"), office));
        let events: Vec<_> = (1..=30).map(read).collect();
        assert_eq!(alerts_of("GitLab repositories read in bulk", &events), ["1010", "1030"]);
    }
}

#[test]
fn what_an_account_reads_from_ever_new_addresses_is_reported_once_too() {
    let from = |n: usize| fetch(&format!("grp/{n}"), &format!("198.51.100.{n}"));
    let events: Vec<_> = (1..=40).map(|n| event(n, n, "repository_git_operation", &from(n))).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &events), ["1030"]);
}

#[test]
fn the_transfer_of_one_project_is_one_export_and_no_bulk() {
    let project = json!({"entity_type": "Project", "entity_path": "grp/app"});
    let begun = event(1, 1, "direct_transfer_relations_export_initiated", &project);
    let downloads = (2..=40).map(|n| event(n, n, "direct_transfer_relation_export_downloaded", &project));
    let events: Vec<_> = std::iter::once(begun).chain(downloads).collect();
    assert_eq!(alerts_of("GitLab project or group exported", &events), ["1001"]);
    assert_eq!(alerts_of("GitLab exports in bulk", &events), [""; 0]);
}

#[test]
fn password_resets_from_ever_new_addresses_are_a_burst_too() {
    let reset = |n: usize| event(n, n, "password_reset_requested", &json!({"ip_address": format!("198.51.100.{n}")}));
    let events: Vec<_> = (1..=12).map(reset).collect();
    assert_eq!(alerts_of("GitLab burst of password resets", &events), ["1010"]);
}

#[test]
fn secrets_of_a_group_are_counted_as_those_of_a_project() {
    let read =
        |n| event(n, n, "secrets_manager_read_group_secret", &json!({"entity_type": "Group", "entity_path": "grp"}));
    let events: Vec<_> = (1..=12).map(read).collect();
    assert_eq!(alerts_of("GitLab Secrets Manager read or emptied in bulk", &events), ["1010"]);
}

#[test]
fn whoever_changes_their_display_name_in_the_middle_of_a_burst_is_still_one_author() {
    let named = |n: usize, every: usize, mut further: Value| {
        further["author_name"] = format!("Dev {}", n / every).into();
        further
    };
    let clone =
        |n: usize| event(n, n, "repository_git_operation", &named(n, 9, fetch(&format!("grp/{n}"), "203.0.113.9")));
    let clones: Vec<_> = (1..=30).map(clone).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &clones), ["1010", "1030"]);

    let deletion = |n: usize| event(n, n, "project_destroyed", &named(n, 5, json!({"target_id": n})));
    let deletions: Vec<_> = (1..=6).map(deletion).collect();
    assert_eq!(alerts_of("GitLab projects or data deleted in bulk", &deletions), ["1005"]);
}

#[test]
fn builds_at_a_hosting_provider_on_a_list_are_reported_once_a_day_and_not_with_each_fetch() {
    let fetch = |n: usize| event(n, n * 60, "repository_git_operation", &fetch("grp/app", "203.0.113.77"));
    let fetches: Vec<_> = (1..=30).map(fetch).collect();
    assert_eq!(alerts_of("GitLab repository used from a listed address", &fetches), ["1001"]);
    let token =
        |n: usize| event(n, n * 60, "user_authenticated_using_job_token", &json!({"ip_address": "203.0.113.77"}));
    let tokens: Vec<_> = (1..=30).map(token).collect();
    assert_eq!(alerts_of("GitLab event from a listed address", &tokens), ["1001"]);
}

const DAY: usize = 86_400;

#[test]
fn builds_that_fetch_daily_at_a_hosting_provider_do_not_hide_a_push_from_there() {
    let daily = |n: usize| event(n, n * DAY / 2, "repository_git_operation", &fetch("grp/app", "203.0.113.77"));
    let mut events: Vec<_> = (1..=20).map(daily).collect();
    events.push(event(21, 10 * DAY + 60, "repository_git_operation", &push("grp/app", "203.0.113.77")));
    events.push(event(22, 10 * DAY + 120, "repository_git_operation", &push("grp/app", "203.0.113.77")));
    assert_eq!(alerts_of("GitLab repository used from a listed address", &events), ["1001", "1021"]);
}

#[test]
fn what_comes_over_tor_day_by_day_is_told_each_time() {
    let daily = |n: usize| event(n, n * DAY / 2, "repository_git_operation", &fetch("grp/app", "203.0.113.78"));
    let events: Vec<_> = (1..=6).map(daily).collect();
    let all = ["1001", "1002", "1003", "1004", "1005", "1006"];
    assert_eq!(alerts_of("GitLab repository used from a listed address", &events), all);
}

#[test]
fn variables_that_a_program_makes_at_a_hosting_provider_are_told_once_and_over_tor_each_time() {
    let made = |n: usize, address: &str| {
        event(n, n * 60, "ci_variable_created", &json!({"entity_type": "Project", "ip_address": address}))
    };
    let rule = "GitLab sensitive action from a listed address";
    let at_provider: Vec<_> = (1..=30).map(|n| made(n, "203.0.113.77")).collect();
    assert_eq!(alerts_of(rule, &at_provider), ["1001"]);
    assert_eq!(alerts_of("GitLab CI/CD variable created, changed or removed", &at_provider).len(), 29);
    let over_tor: Vec<_> = (1..=3).map(|n| made(n, "203.0.113.78")).collect();
    assert_eq!(alerts_of(rule, &over_tor), ["1001", "1002", "1003"]);
}

#[test]
fn who_reads_a_file_of_each_of_twelve_projects_is_told_and_who_reads_forty_of_one_is_not() {
    let file = |n: usize, project: String| {
        event(n, n, "repository_file_accessed_api", &json!({"entity_type": "Project", "entity_path": project}))
    };
    let each: Vec<_> = (1..=12).map(|n| file(n, format!("grp/{n}"))).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &each), ["1010"]);
    let one: Vec<_> = (1..=40).map(|n| file(n, "grp/app".to_owned())).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &one), [""; 0]);
}

#[test]
fn a_backup_that_reads_all_projects_each_night_is_a_notice_once_it_is_known_and_who_stole_its_key_is_not() {
    let read = |night: usize, n: usize, address: &str| {
        let mut read = fetch(&format!("grp/{n}"), address);
        read["author_id"] = (-3).into();
        read["author_name"] = "backup".into();
        event(night * 100 + n, night * DAY + n, "repository_git_operation", &read)
    };
    let nights = (1..=10).flat_map(|night| (1..=12).map(move |n| read(night, n, "10.30.0.5")));
    let theft = (1..=12).map(|n| read(11, n, "203.0.113.9"));
    let events: Vec<_> = nights.chain(theft).collect();
    let told = alerts_of("GitLab repositories read in bulk", &events);
    assert_eq!(told[told.len() - 1], "2110", "the theft");
    let known = alerts_of("GitLab repositories read in bulk by a known machine", &events);
    assert_eq!(known, ["2010"], "once the project's week of learning is over");
    assert_eq!(told.len() + known.len(), 11, "one for each of ten nights, and the theft");
}

#[test]
fn a_day_of_a_developer_behind_a_hosted_vpn_is_told_with_the_first_sign_in_and_over_tor_each_sign_in_and_each_kind_of_act()
 {
    let acts =
        ["authenticated_with_two_factor", "label_created", "merge_request_created", "issue_created_by_project_bot"];
    let day = |address: &str| -> Vec<String> {
        let act = |n: usize| {
            let further = json!({"entity_type": "Project", "entity_path": "grp/app", "ip_address": address});
            event(n, n * 600, acts[n % acts.len()], &further)
        };
        (4..40).map(act).collect()
    };
    let rules = [
        "GitLab sign-in from a listed address",
        "GitLab event from a listed address",
        "GitLab act from a Tor exit or threat feed",
        "GitLab sensitive action from a listed address",
    ];
    let told = |address| rules.map(|rule| alerts_of(rule, &day(address)).len());
    assert_eq!(told("203.0.113.77"), [1, 0, 0, 0]);
    assert_eq!(told("203.0.113.78"), [9, 0, 3, 0]);
}

#[test]
fn what_strangers_read_over_tor_raises_nothing_however_often_until_it_is_in_bulk() {
    let clone = |n: usize| {
        let mut clone = fetch(&format!("grp/{}", n.min(12)), "203.0.113.78");
        clone["author_id"] = (-1).into();
        clone["author_name"] = "An unauthenticated user".into();
        event(n, n, "repository_git_operation", &clone)
    };
    let events: Vec<_> = (1..=100).map(clone).collect();
    assert_eq!(alerts_of("GitLab repository used from a listed address", &events), [""; 0]);
    assert_eq!(alerts_of("GitLab repositories read in bulk", &events), ["1010"]);
}

/// A clone by a deploy token.
fn by_token(mut clone: Value) -> Value {
    clone["author_id"] = (-2).into();
    clone["author_name"] = "backup".into();
    clone
}

#[test]
fn a_deploy_token_that_takes_all_projects_in_the_office_where_people_read_them_is_no_known_machine() {
    let of_people = (0..20).flat_map(|day| {
        (1..=60).map(move |n| {
            let mut clone = fetch(&format!("grp/{n}"), "10.1.2.3");
            clone["author_id"] = (100 + n).into();
            event(day * 100 + n, day * DAY + n, "repository_git_operation", &clone)
        })
    });
    let theft = (1..=60).map(|n| {
        event(5000 + n, 20 * DAY + n, "repository_git_operation", &by_token(fetch(&format!("grp/{n}"), "10.1.2.3")))
    });
    let events: Vec<_> = of_people.chain(theft).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &events), ["6010", "6030", "6050"]);
    assert_eq!(alerts_of("GitLab repositories read in bulk by a known machine", &events), [""; 0]);
}

#[test]
fn a_thief_who_reads_a_few_projects_weeks_before_all_is_no_known_machine() {
    let read = |number: usize, second: usize, n: usize| {
        event(number, second, "repository_git_operation", &by_token(fetch(&format!("grp/{n}"), "193.0.0.9")))
    };
    let before = [10, 30, 50].map(|n| read(n, n, n));
    let again = [10, 30, 50].map(|n| read(100 + n, 10 * DAY + n, n));
    let theft = (1..=60).map(|n| read(1000 + n, 20 * DAY + n, n));
    let events: Vec<_> = before.into_iter().chain(again).chain(theft).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &events), ["2010", "2030", "2050"]);
    assert_eq!(alerts_of("GitLab repositories read in bulk by a known machine", &events), [""; 0]);
}

#[test]
fn visitors_who_did_not_sign_in_are_many_people_and_one_address_of_them_is_one() {
    let download = |n: usize, address: &str| {
        let archive = json!({
            "author_id": -1, "author_name": "An unauthenticated user", "entity_type": "Project",
            "entity_path": format!("grp/{n}"), "ip_address": address,
        });
        event(n, n, "public_repository_download_operation", &archive)
    };
    let of_many: Vec<_> = (1..=40).map(|n| download(n, &format!("198.51.100.{n}"))).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &of_many), [""; 0]);
    let of_one: Vec<_> = (1..=40).map(|n| download(n, "198.51.100.9")).collect();
    assert_eq!(alerts_of("GitLab repositories read in bulk", &of_one), ["1010"]);
}

#[test]
fn a_stolen_token_of_a_program_is_told_at_a_hosting_provider() {
    let local = "- list: gitlab_provisioning_accounts\n  items: [\"7\"]\n";
    let at = json!({"entity_type": "Project", "entity_path": "grp/app", "ip_address": "203.0.113.77", "target_id": 8});
    let acts = ["member_created", "webhook_created", "variable_viewed_api", "personal_access_token_created"];
    let events: Vec<_> = acts.iter().zip(1..).map(|(act, n)| event(n, n, act, &at)).collect();
    let told = alerts_with(local, "GitLab sensitive action from a listed address", &events);
    assert_eq!(told, ["1001", "1002", "1003", "1004"]);
}

#[test]
fn what_the_owner_does_at_home_does_not_hide_the_tenth_project_that_a_thief_takes_far_away() {
    let clone =
        |n: usize, project: &str, address: &str| event(n, n * 20, "repository_git_operation", &fetch(project, address));
    let mut events = vec![
        clone(1, "grp/own", "193.0.0.9"),
        event(2, 40, "personal_access_token_created", &json!({"ip_address": "198.41.0.4"})),
    ];
    events.extend((1..=9).map(|n| clone(2 + n, &format!("grp/{n}"), "198.41.0.4")));
    events.push(clone(12, "grp/own", "193.0.0.9"));
    events.extend((10..=12).map(|n| clone(3 + n, &format!("grp/{n}"), "198.41.0.4")));
    assert_eq!(alerts_of("GitLab token made and many repositories read", &events), ["1013"]);
    // The token is the journey; the way back is the same one.
    assert_eq!(alerts_of("GitLab account used from two distant places", &events), ["1002"]);
}
