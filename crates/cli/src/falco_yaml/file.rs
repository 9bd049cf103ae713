//! One falco.yaml: read whole and checked before anything starts.

use std::{
    fs::File,
    io::{self, Read},
    path::{Path, PathBuf},
};

use falco_rules::{AlertFormat, Priority, RuleMatching, Selection, TimeFormat};
use serde_json::{Value, json};

use super::{
    document::{self, MAX_FILE_SIZE, Mistake, Node},
    keys::{IGNORED, READ, UNSUPPORTED},
    outputs::{self, OutputSettings},
    plugin::{self, Plugin},
    rules,
    section::Section,
};
use crate::{hostname::hostname, suggestion::hint};

/// What a falco.yaml says.
#[derive(Debug, Clone)]
pub(crate) struct FalcoYaml {
    /// The `gitlab` plugin; none where the file does not load it.
    pub(crate) plugin: Option<Plugin>,
    /// `rules_files`; none where the file has no such key.
    pub(crate) rules_files: Option<Vec<PathBuf>>,
    /// `rules`: what is enabled and disabled, in this order.
    pub(crate) selections: Vec<Selection>,
    /// `priority`: rules below it do not run.
    pub(crate) minimum_priority: Priority,
    /// `rule_matching`.
    pub(crate) rule_matching: RuleMatching,
    /// `json_output`; none where the file does not say.
    pub(crate) json_output: Option<bool>,
    /// How alerts are written.
    pub(crate) format: AlertFormat,
    /// Where alerts go.
    pub(crate) outputs: OutputSettings,
    /// What the operator should know although the file can be used.
    pub(crate) warnings: Vec<String>,
}

/// A mistake in falco.yaml: its line, the key and the mend.
#[derive(Debug, thiserror::Error)]
pub enum FalcoYamlError {
    /// There is no such file, or it may not be read.
    #[error("{}: the configuration file cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// Something in it is wrong.
    #[error("{}:{line}: {problem}", path.display())]
    Mistake {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong and how to mend it.
        problem: String,
    },
}

impl FalcoYaml {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, FalcoYamlError> {
        let text = text(path).map_err(|cause| FalcoYamlError::Unreadable { path: path.to_owned(), cause })?;
        Self::parse(&text, path).map_err(|Mistake { line, problem }| FalcoYamlError::Mistake {
            path: path.to_owned(),
            line,
            problem,
        })
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Mistake> {
        let document = document::parse(text)?;
        let file = Section::new("", &document)?;
        Ok(Self {
            warnings: check_keys(&document, path)?,
            plugin: plugin::read(&file)?,
            rules_files: rules::files(&file)?,
            selections: rules::selections(&file)?,
            minimum_priority: file
                .parsed("priority", |text| text.parse::<Priority>().map_err(|error| error.to_string()))?
                .unwrap_or(Priority::Debug),
            rule_matching: file.parsed("rule_matching", rule_matching)?.unwrap_or_default(),
            json_output: file.switch("json_output")?,
            format: alert_format(&file)?,
            outputs: outputs::read(&file)?,
        })
    }
}

fn alert_format(file: &Section<'_>) -> Result<AlertFormat, Mistake> {
    let mut format = AlertFormat::new(hostname());
    for (key, value) in [
        ("json_include_output_property", &mut format.json_include_output_property),
        ("json_include_tags_property", &mut format.json_include_tags_property),
        ("json_include_message_property", &mut format.json_include_message_property),
        ("json_include_output_fields_property", &mut format.json_include_output_fields_property),
    ] {
        *value = file.switch(key)?.unwrap_or(*value);
    }
    if file.switch("time_format_iso_8601")? == Some(true) {
        format.time_format = TimeFormat::Iso8601;
    }
    Ok(format)
}

fn text(path: &Path) -> io::Result<String> {
    let limit = MAX_FILE_SIZE as u64;
    let mut text = String::new();
    #[expect(clippy::disallowed_methods, reason = "bounded by MAX_FILE_SIZE")]
    let length = File::open(path)?.take(limit + 1).read_to_string(&mut text)?;
    if length > MAX_FILE_SIZE {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} bytes")));
    }
    Ok(text)
}

fn rule_matching(text: &str) -> Result<RuleMatching, String> {
    match text {
        "first" => Ok(RuleMatching::First),
        "all" => Ok(RuleMatching::All),
        _ => Err(format!("{text:?} is not known; write `first` or `all`")),
    }
}

/// Refuses what looks like a misspelt key, and tells of keys whose effect will be missed.
///
/// Any other unknown key only warns, as in Falco: a newer Falco may know it.
fn check_keys(document: &Node, path: &Path) -> Result<Vec<String>, Mistake> {
    let mut warnings = Vec::new();
    for (key, value) in document.entries() {
        let name = key.to_text();
        let (at, line) = (path.display(), key.line);
        if READ.contains(&name.as_str()) || IGNORED.contains(&name.as_str()) {
            continue;
        }
        if UNSUPPORTED.contains(&name.as_str()) {
            if !is_without_effect(&value.to_json()) {
                warnings.push(format!("{at}:{line}: {name}: not supported outside Falco; it has no effect"));
            }
            continue;
        }
        let name: String = name.chars().take(64).collect::<String>().escape_debug().to_string();
        let hint = hint(&name, READ.iter().copied());
        if !hint.is_empty() {
            return Err(Mistake { line, problem: format!("unknown key `{name}`{hint}") });
        }
        warnings.push(format!("{at}:{line}: unknown key `{name}`; it has no effect"));
    }
    Ok(warnings)
}

/// Whether an unsupported key says only what holds anyway.
fn is_without_effect(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty() || members.get("enabled") == Some(&json!(false)),
        Value::Bool(true) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use pipeline::Source;

    use super::*;
    use crate::falco_yaml::{FileSettings, Lifetime, Trust};

    fn parse(text: &str) -> Result<FalcoYaml, String> {
        FalcoYaml::parse(text, Path::new("falco.yaml"))
            .map_err(|mistake| format!("{}: {}", mistake.line, mistake.problem))
    }

    fn mistake(text: &str) -> String {
        parse(text).unwrap_err()
    }

    #[test]
    fn an_empty_file_has_falcos_defaults() {
        let file = parse("").unwrap();
        assert!(file.plugin.is_none() && file.rules_files.is_none() && file.json_output.is_none());
        assert_eq!(file.minimum_priority, Priority::Debug);
        assert_eq!(file.rule_matching, RuleMatching::First);
        assert_eq!(file.outputs, OutputSettings::default());
    }

    #[test]
    fn the_plugin_is_configured_by_a_map_or_by_json() {
        for init_config in
            ["\n      VerificationToken: '0123456789abcdef'", " '{\"VerificationToken\": \"0123456789abcdef\"}'"]
        {
            let text = format!(
                "load_plugins: [gitlab]\nplugins:\n  - name: gitlab\n    library_path: libgitlab.so\n    init_config:{init_config}\n    open_params: http://127.0.0.1:1/x\n"
            );
            let plugin = parse(&text).unwrap().plugin.unwrap();
            assert_eq!(plugin.settings.tokens[0].secret.expose(), "0123456789abcdef");
            assert_eq!(plugin.source, Source::Webhook("http://127.0.0.1:1/x".parse().unwrap()));
        }
    }

    #[test]
    fn load_plugins_and_plugins_must_agree() {
        assert!(mistake("load_plugins: [json]\nplugins:\n  - name: gitlab\n").starts_with("1: load_plugins: `gitlab`"));
        assert!(mistake("plugins: []\nload_plugins: [gitlab]\n").starts_with("2: load_plugins: `gitlab`"));
        assert!(parse("load_plugins: [json]\nplugins: [{name: json}]\n").unwrap().plugin.is_none());
    }

    #[test]
    fn a_mistake_in_init_config_names_its_line_and_the_nearest_key() {
        let mistake = mistake("plugins:\n  - name: gitlab\n    init_config:\n      VerifcationToken: x\n");
        assert_eq!(
            mistake,
            "4: plugins.init_config: unknown key `VerifcationToken`; did you mean `VerificationToken`?"
        );
    }

    #[test]
    fn outputs_are_read_when_enabled() {
        let text = "file_output: {enabled: true, keep_alive: true, filename: /x}\nprogram_output: {enabled: false}\n\
                    http_output: {enabled: true, url: 'https://h/p', ca_cert: /ca}\nstdout_output: {enabled: false}\n";
        let outputs = parse(text).unwrap().outputs;
        assert_eq!(outputs.file, Some(FileSettings { path: "/x".into(), lifetime: Lifetime::Kept }));
        assert_eq!((outputs.program, outputs.stdout), (None, Some(false)));
        assert_eq!(outputs.http.unwrap().trust, Trust::File("/ca".into()));
    }

    #[test]
    fn mistakes_name_the_key_and_the_line() {
        for (text, expected) in [
            ("a_new_key: 1\njson_output: maybe\n", "2: json_output: a text was given where true or false is expected"),
            ("priority: loud\n", "1: priority: "),
            ("rule_matching: some\n", "1: rule_matching: "),
            ("jsno_output: true\n", "1: unknown key `jsno_output`; did you mean `json_output`?"),
            ("rule_files: []\n", "1: unknown key `rule_files`; did you mean `rules_files`?"),
            ("file_output:\n  enabled: true\n", "2: file_output.filename: not set"),
            ("http_output:\n  enabled: true\n  url: ftp://x\n", "3: http_output.url: "),
            ("file_output: yes\n", "1: file_output: true or false was given where a map is expected"),
            ("rules:\n  - disable: x\n", "2: rules: "),
            ("rules_files: []\nrules_file: []\n", "2: rules_file: "),
            ("- x\n", "1: the file: a list was given"),
        ] {
            let mistake = mistake(text);
            assert!(mistake.starts_with(expected), "{text:?}: {mistake}");
        }
    }

    #[test]
    fn what_has_no_effect_is_said_once() {
        let text = "syslog_output: {enabled: false}\ngrpc_output: {enabled: true}\nengine: {kind: nodriver}\nfrom_the_future: 1\n";
        assert_eq!(
            parse(text).unwrap().warnings,
            [
                "falco.yaml:2: grpc_output: not supported outside Falco; it has no effect",
                "falco.yaml:4: unknown key `from_the_future`; it has no effect"
            ]
        );
    }
}
