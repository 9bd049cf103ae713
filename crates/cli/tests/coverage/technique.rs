//! The ATT&CK techniques that rules are tagged with.
use std::collections::BTreeMap;

use regex::Regex;

use crate::shipped::Rule;

/// Ids of earlier versions of ATT&CK, which rules carry beside the current one.
const SUPERSEDED: [&str; 1] = ["T1562"];

/// Techniques, and the names of the rules tagged with them.
pub(crate) fn by_technique(rules: &[Rule]) -> BTreeMap<&str, Vec<&str>> {
    let pattern = Regex::new(r"^(T[0-9]{4})(\.[0-9]{3})?$").unwrap();
    let mut techniques: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in rules {
        for tag in &rule.tags {
            if pattern.captures(tag).is_some_and(|parts| !SUPERSEDED.contains(&&parts[1])) {
                techniques.entry(tag).or_default().push(&rule.name);
            }
        }
    }
    techniques
}

#[test]
fn earlier_ids_and_other_tags_are_left_out() {
    let tags = ["T1685", "T1098.001", "T1562.008", "gitlab", "T16850"].map(str::to_owned).to_vec();
    let rule = Rule { name: "R".to_owned(), priority: "Notice".to_owned(), tags, enabled: true, event_types: None };
    assert_eq!(by_technique(&[rule]).into_keys().collect::<Vec<_>>(), ["T1098.001", "T1685"]);
}
