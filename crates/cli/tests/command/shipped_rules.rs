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
        let defined = paragraph.lines().find(starts)?;
        Some((defined.to_owned(), paragraph.trim().to_owned()))
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
fn each_rule_has_the_tags_that_alerts_are_sorted_by() {
    const SCENARIOS: [&str; 8] = [
        "gitlab_abuse",
        "gitlab_ci_cd",
        "gitlab_compromised_account",
        "gitlab_compromised_instance",
        "gitlab_credential_exposure",
        "gitlab_exfiltration",
        "gitlab_misconfiguration",
        "gitlab_tampering",
    ];
    let detections = fs::read_to_string(repository("docs/rules/detections.yaml")).unwrap();
    let items = rules_files().iter().flat_map(|path| items(path)).collect::<Vec<_>>();
    for (defined, text) in items.iter().filter(|(defined, _)| defined.starts_with("- rule: ")) {
        let tags = text.lines().find_map(|line| line.strip_prefix("  tags: [")).expect("tags in one line");
        let tags: Vec<_> = tags.trim_end_matches(']').split(", ").collect();
        assert!(tags.contains(&"gitlab"), "{defined}");
        assert_eq!(tags.iter().filter(|tag| SCENARIOS.contains(tag)).count(), 1, "{defined}");
        assert_eq!(tags.iter().filter(|tag| tag.starts_with("maturity_")).count(), 1, "{defined}");
        assert!(text.contains("%gitlab.event_id"), "{defined}");
        // A technique that was split in ATT&CK v19 has its older id beside it, never alone.
        assert!(!text.contains("T1562") || tags.contains(&"T1685"), "{defined}");
        for id in tags.iter().filter(|tag| tag.starts_with('G')) {
            assert!(detections.contains(&format!("- id: {id}\n")), "{defined}: {id} is no detection");
        }
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
