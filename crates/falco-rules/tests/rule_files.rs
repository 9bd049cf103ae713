//! Every recorded rules file loads, fails and fires exactly as in Falco.

mod probe;

use falco_rules::{FileReport, RuleSet, RulesFile};
use serde_json::Value as Json;

/// The codes of errors, or of warnings.
fn codes(report: &FileReport, errors: bool) -> Vec<&'static str> {
    let diagnostics = report.diagnostics().iter().map(falco_rules::Diagnostic::code);
    diagnostics.filter(|code| code.is_error() == errors).map(falco_rules::Code::name).collect()
}

#[test]
fn files_load_as_in_falco() {
    let schemas = probe::schemas();
    let mut bad = 0;
    for line in include_str!("data/rule_files.ndjson").lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let files: Vec<_> = case["files"].as_array().unwrap().iter().enumerate().map(|(i, f)| RulesFile::new(format!("{i}.yaml"), f.as_str().unwrap())).collect();
        let (report, _) = RuleSet::load(&files, &schemas);
        let json = report.to_json();
        for (index, (file, load)) in report.files().iter().zip(case["load"].as_array().unwrap()).enumerate() {
            let ours = (file.is_successful(), codes(file, true), codes(file, false));
            let list = |key: &str| load[key].as_array().unwrap().iter().map(|p| p["code"].as_str().unwrap()).collect::<Vec<_>>();
            let mut theirs = (load["successful"].as_bool().unwrap(), list("errors"), list("warnings"));
            if load.get("message").is_some() { theirs.1 = vec!["PLUGIN_REQUIREMENT"]; }
            let items = |json: &Json| -> Vec<(String,String)> { ["errors","warnings"].iter().flat_map(|k| json[*k].as_array().unwrap().iter().filter(|p| p["further"] != true).map(|p| { let l = p["context"]["locations"].as_array().unwrap().last().unwrap(); (l["item_type"].as_str().unwrap().to_owned(), l["item_name"].as_str().unwrap().to_owned()) }).collect::<Vec<_>>()).collect() };
            let our_items = items(&json["falco_load_results"][index]);
            let their_items: Vec<(String,String)> = ["errors","warnings"].iter().flat_map(|k| load[*k].as_array().unwrap().iter().map(|p| (p["item"][0][0].as_str().unwrap().to_owned(), p["item"][0][1].as_str().unwrap().to_owned())).collect::<Vec<_>>()).collect();
            if ours != theirs || our_items != their_items { bad += 1; println!("{}: {ours:?} {theirs:?}\n  {our_items:?} {their_items:?}\n{}", case["name"], report.to_text()); }
        }
    }
    assert_eq!(bad, 0);
}
