//! The rules' techniques as a layer for ATT&CK Navigator.
use serde_json::json;

use crate::{shipped::Rule, technique::by_technique};

/// Techniques with the rules tagged with them; the score is the number of rules.
pub(crate) fn json(rules: &[Rule]) -> String {
    let techniques = by_technique(rules);
    let most = techniques.values().map(Vec::len).max().unwrap_or_default();
    let techniques: Vec<_> = techniques
        .iter()
        .map(|(id, rules)| json!({"techniqueID": id, "score": rules.len(), "comment": rules.join("\n")}))
        .collect();
    let layer = json!({
        "name": "falco-gitlab",
        "description": "Techniques that falco-gitlab's rules detect in GitLab's audit events. The score is the number of rules.",
        "domain": "enterprise-attack",
        "versions": {"attack": "19", "navigator": "5.2.0", "layer": "4.5"},
        "gradient": {"colors": ["#fff3cd", "#d9480f"], "minValue": 0, "maxValue": most},
        "techniques": techniques,
    });
    format!("{layer:#}\n")
}
