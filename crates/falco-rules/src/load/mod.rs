//! Loads rules files: reads one after the other, and after each compiles everything there is so far, as Falco does.

mod asked;
mod compile;
mod lists;
mod macros;
mod na_check;
mod placement;

use std::collections::{BTreeSet, HashSet};

use crate::diagnostic::{Code, Diagnostic, FileId, ItemKind, Trail};
use crate::report::{FileReport, LoadReport};
use crate::rules_file::{AfterError, Collection, Node, Reader, Sources, documents};
use crate::source_text::{LineIndex, RulesFile};
use crate::versions::{LoadedPlugin, check_plugins};
use crate::{Event, EventValues, Explanation, Operands, Rule, Schema, explain};
use compile::CompiledRules;

/// The rules of a number of rules files, compiled.
#[derive(Debug, Clone)]
pub struct RuleSet {
    pub(crate) sources: Vec<CompiledSource>,
    pub(crate) rules: Vec<Rule>,
}

/// An event source, and what the conditions of its rules need.
#[derive(Debug, Clone)]
pub(crate) struct CompiledSource {
    pub(crate) schema: Schema,
    pub(crate) operands: Operands,
}

impl RuleSet {
    /// Loads rules files in the order given.
    ///
    /// The schemas are the event sources there are, with their fields; their plugins are those that
    /// `required_plugin_versions` is checked against. There is a rule set only if all files are without errors; the
    /// report says what is wrong with the others.
    pub fn load(files: &[RulesFile], schemas: &[Schema]) -> (LoadReport, Option<Self>) {
        let mut loader =
            Loader { files, schemas, collection: Collection::default(), compiled: CompiledRules::none(schemas) };
        let reports = (0..files.len()).map(|index| loader.load(FileId(index))).collect();
        let report = LoadReport { sources: files.to_vec(), files: reports };
        if !report.is_successful() {
            return (report, None);
        }
        let CompiledRules { operands, rules } = loader.compiled;
        let sources =
            schemas.iter().cloned().zip(operands).map(|(schema, operands)| CompiledSource { schema, operands });
        (report, Some(Self { sources: sources.collect(), rules }))
    }

    /// The rules, in the order in which their names first appeared. Rules for unknown sources are not among them.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule of that name.
    pub fn rule(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.name == name)
    }

    /// The texts of which a field must have one for a rule to fire, the field used without an argument. `None` where the
    /// rule can fire with any text or none, where there is no such rule, or where its source has no such field.
    pub fn required_values(&self, rule: &str, field: &str) -> Option<BTreeSet<&str>> {
        let rule = self.rule(rule)?;
        let source = &self.sources[rule.source_index];
        rule.condition.required_values(&source.operands, source.schema.field_id(field)?)
    }

    /// Why a rule is true of an event of its source, or is not: its condition part by part. `None` where there is no such
    /// rule.
    pub fn explain(&self, rule: &str, event: &dyn Event) -> Option<Explanation> {
        let rule = self.rule(rule)?;
        let mut values = EventValues::new(&self.sources[rule.source_index].operands, event);
        Some(explain(&rule.expr, &rule.condition, &mut values))
    }
}

struct Loader<'a> {
    files: &'a [RulesFile],
    schemas: &'a [Schema],
    /// What the files before this one define, and what this one does up to its first error.
    collection: Collection,
    compiled: CompiledRules,
}

impl Loader<'_> {
    fn load(&mut self, id: FileId) -> FileReport {
        let file = &self.files[id.0];
        let trail = Trail::file(id);
        let lines = LineIndex::new(&file.content);
        let documents = match documents(&file.content, &lines) {
            Ok(documents) => documents,
            Err(error) => {
                let trail = trail.step(ItemKind::ValueFor, "", &error.span);
                let diagnostics = vec![Diagnostic::new(Code::YamlParse, error.message, trail)];
                return FileReport { diagnostics, further: Vec::new() };
            }
        };
        let mut before = self.collection.clone();
        let mut diagnostics = Vec::new();
        let mut collection = std::mem::take(&mut self.collection);
        let compiled = self.attempt(&mut collection, &documents, &trail, AfterError::Stop, &mut diagnostics);
        self.collection = collection;
        let mut further = Vec::new();
        if let Some(compiled) = compiled {
            self.compiled = compiled;
        } else {
            // The same once more, going on after errors: it begins with the same findings.
            self.attempt(&mut before, &documents, &trail, AfterError::Continue, &mut further);
            further.drain(..diagnostics.len().min(further.len()));
            // Rules that use the same broken macro have the same problem in the same place.
            let mut seen: HashSet<_> = diagnostics.iter().map(Diagnostic::essence).collect();
            further.retain(|diagnostic| seen.insert(diagnostic.essence()));
        }
        further.splice(..0, diagnostics.extract_if(.., |diagnostic| !diagnostic.is_falcos));
        diagnostics.extend(self.plugin_requirements(id));
        FileReport { diagnostics, further }
    }

    /// Reads and compiles. None if there was an error.
    fn attempt(
        &self,
        collection: &mut Collection,
        documents: &[Node],
        trail: &Trail,
        after_error: AfterError,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<CompiledRules> {
        let sources = Sources(self.schemas);
        let mut reader = Reader { sources: &sources, collection, findings, after_error, has_failed: false };
        reader.documents(documents, trail);
        let is_readable = !reader.has_failed;
        if !is_readable && after_error == AfterError::Stop {
            return None;
        }
        let rules = compile::compile(collection, &sources, self.files, after_error, findings);
        rules.filter(|_| is_readable)
    }

    /// What this file requires of plugins and does not get. Falco checks that last, and then says nothing else.
    fn plugin_requirements(&self, file: FileId) -> Vec<Diagnostic> {
        let loaded: Vec<_> = self
            .schemas
            .iter()
            .filter_map(|schema| {
                let version = schema.plugin_version().parse().ok()?;
                Some(LoadedPlugin { name: schema.plugin_name(), version })
            })
            .collect();
        self.collection
            .plugins
            .iter()
            .filter(|(_, trail)| trail.span().file == file)
            .filter_map(|(alternatives, trail)| {
                let message = check_plugins(&loaded, alternatives).err()?;
                Some(Diagnostic::new(Code::PluginRequirement, message, trail.clone()))
            })
            .collect()
    }
}
