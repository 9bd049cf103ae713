//! Reads a rule: a whole one, changes to one defined before, or only whether it is enabled.

use std::collections::BTreeSet;

use super::decode::{Reading, misshapen, missing_key, optional, required, required_text, tags};
use super::item::{RuleItem, RuleUpdate};
use super::keys;
use super::node::Node;
use super::overrides::Overrides;
use super::read::Reader;
use super::read_exceptions::{FieldsAre, exceptions};
use super::text::Text;
use crate::Priority;
use crate::diagnostic::{Code, Diagnostic, ItemKind, Trail};

const APPENDABLE: &[&str] = &["condition", "output", "desc", "tags", "exceptions"];
const REPLACEABLE: &[&str] = &[
    "condition",
    "output",
    "desc",
    "priority",
    "tags",
    "exceptions",
    "enabled",
    "warn_evttypes",
    "skip-if-unknown-filter",
    "capture",
    "capture_duration",
    "capture_events",
    "capture_filesize",
];

/// The keys about captures of system calls with a number as value: accepted, and not used.
const CAPTURE_NUMBERS: [&str; 3] = ["capture_duration", "capture_events", "capture_filesize"];

pub(crate) fn rule(reader: &mut Reader<'_>, item: &Node, file: &Trail) -> Reading<()> {
    let (name, trail) = reader.name(item, "rule", ItemKind::Rule, keys::RULE, file)?;
    let appends = reader.append_flag(item, &trail)?;
    let overrides = Overrides::read(item, APPENDABLE, REPLACEABLE, &trail)?;
    if appends {
        overrides.refuse_beside_append(&trail)?;
    }
    if !overrides.is_empty() {
        return override_rule(reader, item, &name, &trail, &overrides);
    }
    if appends {
        return append_to_rule(reader, item, &name, &trail);
    }
    if ["condition", "output", "desc", "priority"].iter().all(|key| item.get(key).is_none()) {
        return enable_rule(reader, item, &name, &trail);
    }
    define_rule(reader, item, name, trail)
}

fn define_rule(reader: &mut Reader<'_>, item: &Node, name: String, trail: Trail) -> Reading<()> {
    let condition = reader.go_on(required_text(item, "condition", &trail))?;
    let output = reader.go_on(required_text(item, "output", &trail))?;
    let description = reader.go_on(required(item, "desc", &trail))?;
    let priority = reader.go_on(priority(item, &trail))?;
    let source = reader.go_on(optional(item, "source", &trail))?;
    let enabled = reader.go_on(optional(item, "enabled", &trail))?;
    let warn_evttypes = reader.go_on(optional(item, "warn_evttypes", &trail))?;
    let skip_if_unknown_filter = reader.go_on(optional(item, "skip-if-unknown-filter", &trail))?;
    reader.go_on(optional::<bool>(item, "capture", &trail))?;
    for key in CAPTURE_NUMBERS {
        reader.go_on(optional::<u32>(item, key, &trail))?;
    }
    let tags = reader.go_on(tags(item, &trail))?;
    let exceptions = exceptions(item, FieldsAre::Required, &trail, reader.findings);
    let exceptions = reader.go_on(exceptions)?;
    // Where reading goes on after errors, a rule without what is wrong with it is good enough to check the rest of it.
    let (Some(condition), Some(source)) = (condition, source) else { return Ok(()) };
    let output = output.unwrap_or_else(|| Text::new("-".to_owned(), condition.piece(0).0.clone()));
    let rule = RuleItem {
        name,
        source: source.unwrap_or_else(|| "syscall".to_owned()),
        condition,
        output: output.trimmed(),
        description: description.unwrap_or_default(),
        priority: priority.unwrap_or(Priority::Debug),
        tags: tags.flatten().unwrap_or_default(),
        exceptions: exceptions.unwrap_or_default(),
        enabled: enabled.flatten().unwrap_or(true),
        warn_evttypes: warn_evttypes.flatten().unwrap_or(true),
        skip_if_unknown_filter: skip_if_unknown_filter.flatten().unwrap_or(false),
        trail,
    };
    reader.collection.define_rule(rule, reader.sources, reader.findings)
}

fn priority(item: &Node, trail: &Trail) -> Reading<Priority> {
    let text: String = required(item, "priority", trail)?;
    let bytes = item.get("priority").map_or(0..0, |value| value.span.clone());
    text.parse().map_err(|_| {
        let near = crate::nearest::nearest(&text, Priority::ALL.iter().map(|priority| priority.name()))
            .map(|near| format!("did you mean `{}`?", near.to_uppercase()));
        let problem = misshapen(format!("Invalid priority '{text}'"), &trail.step(ItemKind::RulePriority, "", &bytes));
        let all = "expected EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFO or DEBUG";
        problem.help_if(near).help(all).into()
    })
}

/// `enabled` and nothing else: turns a rule defined before on or off.
fn enable_rule(reader: &mut Reader<'_>, item: &Node, name: &str, trail: &Trail) -> Reading<()> {
    if item.get("enabled").is_none() {
        let problem = missing_key(item, "enabled", trail);
        return Err(problem.help("a rule needs `desc`, `condition`, `output` and `priority`").into());
    }
    let enabled = required(item, "enabled", trail)?;
    let message = "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' \
                   entry under the 'override' key (i.e. 'enabled: replace').";
    reader.findings.push(Diagnostic::new(Code::DeprecatedItem, message, trail.clone()));
    reader.collection.rule_to_enable(name, trail)?.enabled = enabled;
    Ok(())
}

/// `append: true`: more condition, more exceptions.
fn append_to_rule(reader: &mut Reader<'_>, item: &Node, name: &str, trail: &Trail) -> Reading<()> {
    let source = optional(item, "source", trail)?;
    let mut update = RuleUpdate::new(name, source, trail);
    if item.get("condition").is_some() {
        update.condition = Some(required_text(item, "condition", trail)?);
    }
    if item.get("exceptions").is_some() {
        update.exceptions = Some(exceptions(item, FieldsAre::Optional, trail, reader.findings)?);
    }
    reader.collection.append_rule(update, reader.sources)
}

/// `override`: first what is appended, then what replaces, then what nobody asked for.
fn override_rule(
    reader: &mut Reader<'_>,
    item: &Node,
    name: &str,
    trail: &Trail,
    overrides: &Overrides,
) -> Reading<()> {
    let source: Option<String> = optional(item, "source", trail)?;
    let given = REPLACEABLE.iter().copied().filter(|key| item.get(key).is_some());
    let mut update = Update { item, trail, unclaimed: given.collect() };
    if !overrides.append.is_empty() {
        let changes =
            update.read(&overrides.append, "append", RuleUpdate::new(name, source.clone(), trail), reader.findings)?;
        reader.collection.append_rule(changes, reader.sources)?;
    }
    if !overrides.replace.is_empty() {
        let changes =
            update.read(&overrides.replace, "replace", RuleUpdate::new(name, source, trail), reader.findings)?;
        reader.collection.replace_in_rule(changes)?;
    }
    match update.unclaimed.first() {
        None => Ok(()),
        Some(key) => {
            let bytes = item.get(key).map_or(0..0, |value| value.span.clone());
            let message = format!("Unexpected key '{key}': no corresponding entry under 'override' is defined.");
            let problem = misshapen(message, &trail.step(ItemKind::Override, key, &bytes));
            Err(problem.help(format!("say what to do with it: `override: {{{key}: replace}}`")).into())
        }
    }
}

/// An item with `override`, while its keys are taken one after the other.
struct Update<'a> {
    item: &'a Node,
    trail: &'a Trail,
    /// Keys of the item that could be overridden, less those that an operation has claimed. In Falco's order, by name.
    unclaimed: BTreeSet<&'static str>,
}

impl Update<'_> {
    /// The changes of one operation, its keys in Falco's order.
    fn read(
        &mut self,
        keys: &BTreeSet<String>,
        operation: &str,
        mut update: RuleUpdate,
        findings: &mut Vec<Diagnostic>,
    ) -> Reading<RuleUpdate> {
        let (item, trail) = (self.item, self.trail);
        let mut claims = |key: &str| -> Reading<bool> {
            if !keys.contains(key) {
                return Ok(false);
            }
            if self.unclaimed.remove(key) {
                return Ok(true);
            }
            let message = format!("An {operation} override for '{key}' was specified but '{key}' is not defined");
            Err(misshapen(message, trail).into())
        };
        if claims("condition")? {
            update.condition = Some(required_text(item, "condition", trail)?);
        }
        if claims("exceptions")? {
            let fields = if operation == "append" { FieldsAre::Optional } else { FieldsAre::Required };
            update.exceptions = Some(exceptions(item, fields, trail, findings)?);
        }
        if claims("output")? {
            update.output = Some(required_text(item, "output", trail)?);
        }
        if claims("desc")? {
            update.description = Some(required(item, "desc", trail)?);
        }
        if claims("tags")? {
            update.tags = tags(item, trail)?;
        }
        if claims("priority")? {
            update.priority = Some(priority(item, trail)?);
        }
        if claims("capture")? {
            required::<bool>(item, "capture", trail)?;
            update.capture = true;
        }
        for key in CAPTURE_NUMBERS {
            if claims(key)? {
                required::<u32>(item, key, trail)?;
                update.capture = true;
            }
        }
        if claims("enabled")? {
            update.enabled = Some(required(item, "enabled", trail)?);
        }
        if claims("warn_evttypes")? {
            update.warn_evttypes = Some(required(item, "warn_evttypes", trail)?);
        }
        if claims("skip-if-unknown-filter")? {
            update.skip_if_unknown_filter = Some(required(item, "skip-if-unknown-filter", trail)?);
        }
        Ok(update)
    }
}
