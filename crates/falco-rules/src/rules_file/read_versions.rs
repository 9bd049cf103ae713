//! Reads what a rules file requires: a version of the rules engine, versions of plugins.

use std::collections::HashSet;

use super::collection::Collection;
use super::decode::{Reading, misshapen, required};
use super::node::Node;
use crate::diagnostic::{Code, Diagnostic, ItemKind, Trail};
use crate::versions::{ENGINE_VERSION, PluginRequirement, Version};

/// Checks `required_engine_version`: three numbers, or the single one that was written before engine versions had three.
pub(crate) fn engine_version(item: &Node, file: &Trail) -> Reading<()> {
    const KEY: &str = "required_engine_version";
    let trail = file.step(ItemKind::RequiredEngineVersion, "", &item.span);
    let version = if let Ok(minor) = required::<u32>(item, KEY, &trail) {
        Version { major: ENGINE_VERSION.major, minor, patch: ENGINE_VERSION.patch }
    } else {
        let text: String = required(item, KEY, &trail)?;
        text.parse().map_err(|_| {
            let message = format!(
                "Unable to parse engine version '{text}' as a semver string. Expected \"x.y.z\" semver format."
            );
            misshapen(message, &trail)
        })?
    };
    if ENGINE_VERSION.satisfies(version) {
        return Ok(());
    }
    let message = format!("Rules require engine version {version}, but engine version is {ENGINE_VERSION}");
    Err(Box::new(Diagnostic::new(Code::Validate, message, trail)))
}

/// Reads `required_plugin_versions`. Whether the plugins are there is checked once the file is loaded.
pub(crate) fn plugin_versions(collection: &mut Collection, requirements: &Node, file: &Trail) -> Reading<()> {
    let trail = file.step(ItemKind::RequiredPluginVersions, "", &requirements.span);
    let entries = requirements
        .sequence()
        .ok_or_else(|| misshapen("Value of required_plugin_versions must be a sequence", &trail))?;
    for entry in entries {
        let unnamed = trail.step(ItemKind::RequiredPluginVersionsEntry, "", &entry.span);
        if !entry.is_mapping() {
            return Err(misshapen("Plugin version must be a mapping", &unnamed).into());
        }
        let name: String = required(entry, "name", &unnamed)?;
        let named = trail.step(ItemKind::RequiredPluginVersionsEntry, &name, &entry.span);
        let mut written = vec![(name, required(entry, "version", &named)?)];
        written.extend(alternatives(entry, &named)?);
        collection.require_plugin(requirement(written, &named)?, named);
    }
    Ok(())
}

fn alternatives(entry: &Node, named: &Trail) -> Reading<Vec<(String, String)>> {
    let Some(alternatives) = entry.get("alternatives") else { return Ok(Vec::new()) };
    let alternatives = alternatives
        .sequence()
        .ok_or_else(|| misshapen("Value of plugin version alternatives must be a sequence", named))?;
    alternatives
        .iter()
        .map(|alternative| {
            let trail = named.step(ItemKind::RequiredPluginVersionsAlternative, "", &alternative.span);
            if !alternative.is_mapping() {
                return Err(misshapen("Plugin version alternative must be a mapping", &trail).into());
            }
            let name: String = required(alternative, "name", &trail)?;
            let trail = named.step(ItemKind::RequiredPluginVersionsAlternative, &name, &alternative.span);
            Ok((name, required(alternative, "version", &trail)?))
        })
        .collect()
}

/// The alternatives of one entry as versions; each plugin once.
fn requirement(written: Vec<(String, String)>, trail: &Trail) -> Reading<Vec<PluginRequirement>> {
    let invalid = |message: String| Box::new(Diagnostic::new(Code::Validate, message, trail.clone()));
    let mut seen = HashSet::new();
    written
        .into_iter()
        .map(|(name, text)| {
            let version =
                text.parse().map_err(|_| invalid(format!("Invalid required version '{text}' for plugin '{name}'")))?;
            if !seen.insert(name.clone()) {
                return Err(invalid(format!("Defined multiple alternative version requirements for plugin '{name}'")));
            }
            Ok(PluginRequirement { name, version })
        })
        .collect()
}
