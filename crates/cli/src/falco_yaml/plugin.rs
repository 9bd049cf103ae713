//! The `gitlab` entry of `plugins`, and whether `load_plugins` lets it run.

use pipeline::{Settings, Source};

use super::{
    document::{Mistake, Node},
    section::Section,
};

/// The plugin's name in falco.yaml.
const NAME: &str = "gitlab";

/// What falco.yaml says of the `gitlab` plugin.
#[derive(Debug, Clone)]
pub(crate) struct Plugin {
    /// `init_config`.
    pub(crate) settings: Settings,
    /// `open_params`, and `Listen` where they are silent.
    pub(crate) source: Source,
}

pub(super) fn read(file: &Section<'_>) -> Result<Option<Plugin>, Mistake> {
    let entry = file.get("plugins").into_iter().flat_map(Node::elements).find(|entry| name(entry) == NAME);
    let load_plugins = file.get("load_plugins");
    let is_loaded = load_plugins.is_some_and(|list| list.elements().any(|loaded| loaded.to_text() == NAME));
    match (entry, load_plugins) {
        (Some(entry), Some(list)) if !is_loaded => Err(Mistake {
            line: list.line,
            problem: format!(
                "load_plugins: `{NAME}` is not in it although `plugins` has it (line {}); add it",
                entry.line
            ),
        }),
        (Some(entry), _) => settings(entry).map(Some),
        (None, Some(list)) if is_loaded => Err(Mistake {
            line: list.line,
            problem: format!(
                "load_plugins: `{NAME}` is in it, but `plugins` has no entry with `name: {NAME}`; add one"
            ),
        }),
        (None, _) => Ok(None),
    }
}

fn name(entry: &Node) -> String {
    let name = entry.entries().iter().find(|(key, _)| key.to_text() == "name");
    name.map(|(_, value)| value.to_text()).unwrap_or_default()
}

fn settings(entry: &Node) -> Result<Plugin, Mistake> {
    let section = Section::new("plugins", entry)?;
    let init_config = section.get("init_config");
    let line = init_config.map_or(entry.line, |node| node.line);
    let settings = match init_config.map(Node::to_json) {
        None => Settings::default(),
        Some(serde_json::Value::String(text)) if text.trim().is_empty() => Settings::default(),
        Some(value) => Settings::from_value(&value)
            .map_err(|error| Mistake { line, problem: format!("plugins.init_config: {error}") })?,
    };
    let open_params = section.text("open_params")?.unwrap_or_default();
    let line = section.get("open_params").map_or(entry.line, |node| node.line);
    let source = Source::from_open_params(&open_params, &settings)
        .map_err(|error| Mistake { line, problem: format!("plugins.{error}") })?;
    Ok(Plugin { settings, source })
}
