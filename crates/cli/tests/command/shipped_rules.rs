//! What must hold between the shipped rules files, their runbooks and the list of detections.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use crate::receiver::run_to_end;

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path).canonicalize().unwrap()
}

/// The files of a folder whose names end so, sorted.
fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| name(path).ends_with(ending)).collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn rules_files() -> Vec<PathBuf> {
    files("rules", ".yaml").into_iter().filter(|path| !name(path).ends_with("_test.yaml")).collect()
}

/// The items of a rules file as they are written: what it defines, and its text up to the next blank line.
fn items(path: &Path) -> Vec<(String, String)> {
    let text = fs::read_to_string(path).unwrap();
    let starts = |line: &&str| ["- rule: ", "- list: ", "- macro: "].iter().any(|start| line.starts_with(start));
    let paragraphs = text.split("\n\n").filter_map(|paragraph| {
        let mut defined = paragraph.lines().filter(starts);
        let first = defined.next()?;
        // What stands in several files is compared by paragraph, which a second one in it would escape.
        assert_eq!(defined.next(), None, "{} has no blank line before it", path.display());
        Some((first.to_owned(), paragraph.trim().to_owned()))
    });
    paragraphs.collect()
}

fn rule_names() -> BTreeSet<String> {
    let items = rules_files().iter().flat_map(|path| items(path)).collect::<Vec<_>>();
    items.iter().filter_map(|(defined, _)| defined.strip_prefix("- rule: ")).map(str::to_owned).collect()
}

/// The name of a rule's page: its name in lower case without `GitLab`, words joined by `-`.
fn page_of(rule: &str) -> String {
    let words = rule.strip_prefix("GitLab ").unwrap().to_lowercase();
    let words: Vec<_> = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    format!("{}.md", words.join("-"))
}

#[test]
fn each_file_loads_alone_without_a_warning() {
    for path in rules_files() {
        let (code, out, said) = run_to_end(&["rules", "check", path.to_str().unwrap()]);
        assert_eq!((code, said.as_str()), (0, ""), "{out}");
        assert!(out.starts_with(&format!("{}: ok", path.display())), "{out}");
    }
}

#[test]
fn equal_names_have_equal_definitions_and_rules_stand_once() {
    let mut seen: BTreeMap<String, (String, PathBuf)> = BTreeMap::new();
    for path in rules_files() {
        for (defined, text) in items(&path) {
            if let Some((before, other)) = seen.get(&defined) {
                assert!(
                    !defined.starts_with("- rule: "),
                    "{defined} stands in {} and {}",
                    other.display(),
                    path.display()
                );
                assert_eq!(*before, text, "{defined} differs between {} and {}", other.display(), path.display());
            }
            seen.insert(defined, (text, path.clone()));
        }
    }
    assert!(seen.len() > 100);
}

#[test]
fn each_rules_file_has_its_tests_and_is_built_in() {
    let builtin = fs::read_to_string(repository("crates/cli/src/detection/builtin.rs")).unwrap();
    for path in rules_files() {
        assert!(path.with_file_name(name(&path).replace(".yaml", "_test.yaml")).exists(), "{}", path.display());
        assert!(builtin.contains(&format!("shipped!(\"{}\")", name(&path))), "{}", path.display());
    }
}

#[test]
fn the_built_in_rules_come_in_the_order_of_a_folder() {
    let builtin = fs::read_to_string(repository("crates/cli/src/detection/builtin.rs")).unwrap();
    let shipped = builtin.lines().filter_map(|line| line.trim().strip_prefix("shipped!(\"")?.strip_suffix("\"),"));
    assert_eq!(shipped.collect::<Vec<_>>(), rules_files().iter().map(|path| name(path)).collect::<Vec<_>>());
}

#[test]
fn each_rule_has_its_runbook_and_each_runbook_its_rule() {
    let pages: BTreeSet<_> =
        files("docs/rules", ".md").iter().map(|path| name(path)).filter(|name| name != "README.md").collect();
    let expected: BTreeSet<_> = rule_names().iter().map(|rule| page_of(rule)).collect();
    assert_eq!(pages, expected);
    let index = fs::read_to_string(repository("docs/rules/README.md")).unwrap();
    for rule in rule_names() {
        let page = page_of(&rule);
        assert!(index.contains(&format!("[{rule}]({page})")), "{rule} is not in docs/rules/README.md");
        let text = fs::read_to_string(repository("docs/rules").join(&page)).unwrap();
        assert!(text.starts_with(&format!("# {rule}\n")), "{page}");
        for heading in ["What it means", "Check next", "Contain", "Known false positives", "Tune"] {
            assert!(text.contains(&format!("\n## {heading}\n")), "{page} lacks {heading}");
        }
    }
}

#[test]
fn rules_that_runbooks_send_on_to_are_there() {
    let rules = rule_names();
    let mut named = 0;
    for path in files("docs/rules", ".md") {
        let words = fs::read_to_string(&path).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
        for rest in words.split("*GitLab ").skip(1) {
            let rule = format!("GitLab {}", rest.split('*').next().unwrap_or_default());
            assert!(rules.contains(&rule), "{}: there is no rule `{rule}`", path.display());
            named += 1;
        }
    }
    assert!(named > 50);
}

/// Scenarios as tags and as runbooks call them.
const SCENARIOS: [(&str, &str); 8] = [
    ("gitlab_abuse", "abuse and resource misuse"),
    ("gitlab_ci_cd", "CI/CD incident"),
    ("gitlab_compromised_account", "suspected compromised user account"),
    ("gitlab_compromised_instance", "suspected compromised instance"),
    ("gitlab_credential_exposure", "credential exposure"),
    ("gitlab_exfiltration", "data exfiltration"),
    ("gitlab_misconfiguration", "misconfigured project or group settings"),
    ("gitlab_tampering", "attack on the monitoring itself"),
];

/// The tags of a rule as it is written.
fn tags(rule: &str) -> Vec<&str> {
    let tags = rule.lines().find_map(|line| line.strip_prefix("  tags: [")).expect("tags in one line");
    tags.trim_end_matches(']').split(", ").collect()
}

fn is_technique(tag: &str) -> bool {
    tag.strip_prefix('T').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
}

#[test]
fn each_runbook_begins_with_what_the_rule_says_of_itself() {
    for path in rules_files() {
        for (defined, text) in items(&path) {
            let Some(rule) = defined.strip_prefix("- rule: ") else { continue };
            let (tags, priority) = (tags(&text), text.lines().find_map(|line| line.strip_prefix("  priority: ")));
            let priority = priority.unwrap().to_lowercase();
            let priority = priority[..1].to_uppercase() + &priority[1..];
            let of = |is_wanted: &dyn Fn(&str) -> bool| {
                tags.iter().filter(|tag| is_wanted(tag)).copied().collect::<Vec<_>>().join(", ")
            };
            let (detections, techniques) = (of(&|tag| tag.starts_with('G')), of(&is_technique));
            let scenario = SCENARIOS.iter().find(|(tag, _)| tags.contains(tag)).unwrap().1.to_owned();
            let techniques = if techniques.is_empty() { techniques } else { format!("ATT&CK {techniques}") };
            let file = name(&path);
            let place = format!("[`rules/{file}`](../../rules/{file})");
            let parts = [priority, detections, scenario, techniques, place];
            let expected = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
            let page = fs::read_to_string(repository("docs/rules").join(page_of(rule))).unwrap();
            assert_eq!(page.lines().nth(2), Some(expected.as_str()), "{rule}");
        }
    }
}

#[test]
fn each_rule_has_the_tags_that_alerts_are_sorted_by() {
    let detections = fs::read_to_string(repository("docs/rules/detections.yaml")).unwrap();
    let items = rules_files().iter().flat_map(|path| items(path)).collect::<Vec<_>>();
    for (defined, text) in items.iter().filter(|(defined, _)| defined.starts_with("- rule: ")) {
        let tags = tags(text);
        assert!(tags.contains(&"gitlab"), "{defined}");
        assert_eq!(tags.iter().filter(|tag| SCENARIOS.iter().any(|(name, _)| name == *tag)).count(), 1, "{defined}");
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("maturity_")).count(), 1, "{defined}");
        // Any event is no attack.
        let is_attack = defined != "- rule: GitLab event without a rule";
        assert_eq!(tags.iter().any(|tag| tag.starts_with("mitre_")), is_attack, "{defined}");
        assert_eq!(tags.iter().any(|tag| is_technique(tag)), is_attack, "{defined}");
        // Who, where and from which address and country; our own reports have neither author nor place.
        let is_report = text.contains("gitlab.pluginerror.kind");
        for field in ["%gitlab.event_id", "%gitlab.author_id", "%gitlab.ip_address", "%gitlab.country"] {
            assert!(text.contains(field) || (is_report && field != "%gitlab.event_id"), "{defined} lacks {field}");
        }
        // The technique that got another id in ATT&CK v19 has its older one beside it, and neither stands alone.
        let has_older = tags.iter().any(|tag| tag.starts_with("T1562."));
        assert_eq!(tags.contains(&"T1685"), has_older, "{defined}");
        for id in tags.iter().filter(|tag| tag.starts_with('G')) {
            assert!(detections.contains(&format!("- id: {id}\n")), "{defined}: {id} is no detection");
        }
    }
}

#[test]
fn each_rule_is_described_in_one_or_two_sentences() {
    let items = rules_files().iter().flat_map(|path| items(path)).collect::<Vec<_>>();
    for (defined, text) in items.iter().filter(|(defined, _)| defined.starts_with("- rule: ")) {
        let description = text.lines().skip_while(|line| *line != "  desc: >").skip(1);
        let words: Vec<_> =
            description.take_while(|line| line.starts_with("    ")).flat_map(str::split_whitespace).collect();
        let sentences = words.iter().filter(|word| word.ends_with(['.', '!', '?'])).count();
        assert!((1..=2).contains(&sentences), "{defined}: {sentences} sentences");
        assert!(words.last().is_some_and(|word| word.ends_with('.')), "{defined}");
    }
}

#[test]
fn each_detection_names_its_rules_or_a_reason() {
    let text = fs::read_to_string(repository("docs/rules/detections.yaml")).unwrap();
    let rules = rule_names();
    let detections: Vec<_> = text.split("\n- id: ").skip(1).collect();
    assert_eq!(detections.len(), 96);
    for detection in detections {
        let named: Vec<_> = detection.lines().filter_map(|line| line.strip_prefix("    - ")).collect();
        assert!(named.iter().all(|name| rules.contains(*name)), "{detection}");
        let has_reason = detection.lines().any(|line| line.starts_with("  reason: "));
        assert_ne!(named.is_empty(), !has_reason, "{detection}");
    }
}

#[test]
fn each_builtin_tracker_is_looked_at_by_a_rule() {
    let rules: String = rules_files().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let trackers = enrich::builtin_trackers().into_iter().map(|tracker| tracker.declaration.name);
    let unused: Vec<_> = trackers.filter(|name| !rules.contains(&format!("[{name}]"))).collect();
    // Fields of travel have no argument.
    assert_eq!(unused, ["travel"]);
}
