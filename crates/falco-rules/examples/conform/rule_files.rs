//! Rules files compared with what Falco did with them: `rule_files.ndjson`.

use falco_rules::{
    Alert, AlertFormat, Code, Diagnostic, Engine, EngineOptions, FileReport, RuleMatching, RuleSet, RulesFile, Schema,
    Scratch, TimeFormat,
};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::conditions::Comparison;
use crate::probe::{self, Probe};

/// The event sources of the Falco that was recorded: the plugin's, and system calls, of which it saw none.
pub(crate) fn schemas() -> [Schema; 2] {
    [probe::schema(), Schema::new("syscall", "", "", Vec::new())]
}

/// One line of `rule_files.ndjson`.
#[derive(Debug, Deserialize)]
struct Recorded {
    name: String,
    files: Vec<String>,
    load: Vec<RecordedLoad>,
    alerts: Vec<Json>,
}

/// What loading one of the files did.
#[derive(Debug, Deserialize)]
struct RecordedLoad {
    successful: bool,
    errors: Vec<RecordedProblem>,
    warnings: Vec<RecordedProblem>,
}

#[derive(Debug, Deserialize)]
struct RecordedProblem {
    code: String,
}

/// Whether a file loaded, the codes of its errors and those of its warnings.
type Load = (bool, Vec<String>, Vec<String>);

/// Compares the rules files of a recording: loading, and the alerts over some events.
pub(crate) fn compare(ndjson: &str, events: &[Probe], schemas: &[Schema]) -> serde_json::Result<Comparison> {
    let lines = ndjson.lines().filter(|line| !line.trim().is_empty());
    let recorded: Vec<Recorded> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
    let disagreements = recorded.iter().filter_map(|recorded| {
        let files: Vec<_> =
            recorded.files.iter().enumerate().map(|(n, text)| RulesFile::new(format!("{n}.yaml"), text)).collect();
        let (report, rules) = RuleSet::load(&files, schemas);
        let ours: Vec<_> = report.files().iter().map(load).collect();
        let falcos: Vec<_> = recorded.load.iter().map(Load::from).collect();
        let our_alerts = rules.map_or_else(Vec::new, |rules| alerts(rules, events));
        let agree = ours == falcos && our_alerts == recorded.alerts;
        (!agree).then(|| {
            format!(
                "{}\n  ours:  {ours:?} {}\n  Falco: {falcos:?} {}",
                recorded.name,
                Json::from(our_alerts),
                Json::from(recorded.alerts.clone())
            )
        })
    });
    Ok(Comparison { compared: recorded.len(), disagreements: disagreements.collect() })
}

impl From<&RecordedLoad> for Load {
    fn from(load: &RecordedLoad) -> Self {
        let codes = |problems: &[RecordedProblem]| problems.iter().map(|problem| problem.code.clone()).collect();
        (load.successful, codes(&load.errors), codes(&load.warnings))
    }
}

fn load(report: &FileReport) -> Load {
    // Falco says that a plugin is missing, and reports nothing else.
    let refused = report.diagnostics().iter().any(|diagnostic| diagnostic.code() == Code::PluginRequirement);
    let codes = report.diagnostics().iter().map(Diagnostic::code).filter(|_| !refused);
    let (errors, warnings): (Vec<_>, Vec<_>) = codes.partition(|code| code.is_error());
    let names = |codes: Vec<Code>| codes.iter().map(|code| code.name().to_owned()).collect();
    (report.is_successful(), names(errors), names(warnings))
}

/// The alerts as they were recorded: without host name and times.
fn alerts(rules: RuleSet, events: &[Probe]) -> Vec<Json> {
    let options = EngineOptions { rule_matching: RuleMatching::First, ..EngineOptions::default() };
    let engine = Engine::new(rules, &options);
    let format = AlertFormat { time_format: TimeFormat::Iso8601, ..AlertFormat::new("host") };
    let mut scratch = Scratch::default();
    let mut recorded = Vec::new();
    for event in events {
        for alert in engine.alerts("tprobe", event, &mut scratch) {
            recorded.push(without_times(&alert, &format));
        }
    }
    recorded
}

fn without_times(alert: &Alert<'_>, format: &AlertFormat) -> Json {
    let mut json = alert.to_json(format);
    let line = json["output"].as_str().unwrap_or_default();
    let output = line.split_once(": ").map_or_else(String::new, |(_, output)| output.to_owned());
    json["output"] = json!(output);
    if let Some(fields) = json["output_fields"].as_object_mut() {
        fields.retain(|name, _| !name.starts_with("evt.time"));
    }
    if let Some(members) = json.as_object_mut() {
        members.remove("time");
        members.remove("hostname");
    }
    json
}
