//! Everything the files loaded so far define: later items replace earlier ones of the same name, or add to them.

use std::collections::HashMap;

use super::decode::Reading;
use super::item::{ExceptionItem, ListItem, MacroItem, RuleItem, RuleUpdate};
use super::sources::Sources;
use crate::diagnostic::{Code, Diagnostic, Trail};
use crate::exceptions::check_exception;
use crate::nearest::nearest;
use crate::versions::PluginRequirement;

/// What the files loaded so far define.
#[derive(Debug, Clone, Default)]
pub(crate) struct Collection {
    next: usize,
    pub(crate) lists: Definitions<ListItem>,
    pub(crate) macros: Definitions<MacroItem>,
    pub(crate) rules: Definitions<RuleItem>,
    pub(crate) plugins: Vec<(Vec<PluginRequirement>, Trail)>,
}

/// Definitions of one kind, in the order in which their names first appeared.
#[derive(Debug, Clone)]
pub(crate) struct Definitions<T> {
    in_order: Vec<Definition<T>>,
    by_name: HashMap<String, usize>,
}

/// A definition and when it came, counted over all kinds.
#[derive(Debug, Clone)]
pub(crate) struct Definition<T> {
    /// When its name first appeared.
    pub(crate) first: usize,
    /// When it was last changed: it can mention what first appeared before this.
    pub(crate) last: usize,
    pub(crate) item: T,
}

impl<T> Default for Definitions<T> {
    fn default() -> Self {
        Self { in_order: Vec::new(), by_name: HashMap::new() }
    }
}

impl<T> Definitions<T> {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Definition<T>> {
        self.in_order.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Definition<T>> {
        self.by_name.get(name).map(|&index| &self.in_order[index])
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    fn get_mut(&mut self, name: &str) -> Option<&mut Definition<T>> {
        self.by_name.get(name).map(|&index| &mut self.in_order[index])
    }

    /// Defines a name, or defines it anew in its old place.
    fn define(&mut self, name: &str, item: T, now: usize) {
        if let Some(earlier) = self.get_mut(name) {
            earlier.last = now;
            earlier.item = item;
        } else {
            self.by_name.insert(name.to_owned(), self.in_order.len());
            self.in_order.push(Definition { first: now, last: now, item });
        }
    }
}

impl Collection {
    fn now(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    pub(crate) fn require_plugin(&mut self, alternatives: Vec<PluginRequirement>, trail: Trail) {
        self.plugins.push((alternatives, trail));
    }

    pub(crate) fn define_list(&mut self, list: ListItem) {
        let now = self.now();
        self.lists.define(&list.name.clone(), list, now);
    }

    pub(crate) fn append_list(&mut self, list: ListItem) -> Reading<()> {
        let now = self.now();
        let Some(earlier) = self.lists.get_mut(&list.name) else {
            let message = "List uses 'append' or 'override.items: append' but no list by that name already exists";
            return Err(nothing_to_change(message, &list.name, self.lists.names(), &list.trail).into());
        };
        earlier.item.items.extend(list.items);
        earlier.last = now;
        Ok(())
    }

    pub(crate) fn define_macro(&mut self, definition: MacroItem) {
        let now = self.now();
        self.macros.define(&definition.name.clone(), definition, now);
    }

    pub(crate) fn append_macro(&mut self, addition: &MacroItem) -> Reading<()> {
        let now = self.now();
        let Some(earlier) = self.macros.get_mut(&addition.name) else {
            let message =
                "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists";
            return Err(nothing_to_change(message, &addition.name, self.macros.names(), &addition.trail).into());
        };
        earlier.item.condition.append(&addition.condition);
        earlier.last = now;
        Ok(())
    }

    pub(crate) fn define_rule(
        &mut self,
        mut rule: RuleItem,
        sources: &Sources<'_>,
        findings: &mut Vec<Diagnostic>,
    ) -> Reading<()> {
        self.check_source(&rule.name, Some(&rule.source), &rule.trail)?;
        if !sources.is_known(&rule.source) {
            let near = nearest(&rule.source, sources.names()).map(|near| format!("did you mean `{near}`?"));
            let message = format!("Unknown source {}, skipping", rule.source);
            findings.push(Diagnostic::new(Code::UnknownSource, message, rule.trail.clone()).help_if(near));
        }
        for exception in &mut rule.exceptions {
            if exception.fields.is_missing() {
                let message = "Rule exception item must have fields property with a list of fields";
                return Err(invalid(message, &exception.trail).into());
            }
            check_exception(exception, &rule.source, sources)?;
        }
        let now = self.now();
        self.rules.define(&rule.name.clone(), rule, now);
        Ok(())
    }

    pub(crate) fn append_rule(&mut self, update: RuleUpdate, sources: &Sources<'_>) -> Reading<()> {
        self.check_source(&update.name, update.source.as_deref(), &update.trail)?;
        let now = self.now();
        let Some(definition) = self.rules.get_mut(&update.name) else {
            let message = "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists";
            return Err(nothing_to_change(message, &update.name, self.rules.names(), &update.trail).into());
        };
        if update.is_empty() {
            let message = "Appended rule must have exceptions or condition property";
            return Err(invalid(message, &update.trail).into());
        }
        let rule = &mut definition.item;
        if let Some(condition) = update.condition {
            rule.condition.append(&condition);
        }
        if let Some(output) = update.output {
            rule.output.append(&output);
        }
        if let Some(description) = update.description {
            rule.description.push(' ');
            rule.description.push_str(&description);
        }
        rule.tags.extend(update.tags.unwrap_or_default());
        for exception in update.exceptions.unwrap_or_default() {
            append_exception(rule, exception, sources)?;
        }
        definition.last = now;
        Ok(())
    }

    pub(crate) fn replace_in_rule(&mut self, update: RuleUpdate) -> Reading<()> {
        self.check_source(&update.name, update.source.as_deref(), &update.trail)?;
        let now = self.now();
        let Some(definition) = self.rules.get_mut(&update.name) else {
            let message =
                "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists";
            return Err(nothing_to_change(message, &update.name, self.rules.names(), &update.trail).into());
        };
        if update.is_empty() {
            return Err(invalid("The rule must have at least one field that can be replaced", &update.trail).into());
        }
        let rule = &mut definition.item;
        replace(&mut rule.condition, update.condition);
        replace(&mut rule.output, update.output);
        replace(&mut rule.description, update.description);
        replace(&mut rule.tags, update.tags);
        replace(&mut rule.exceptions, update.exceptions);
        replace(&mut rule.priority, update.priority);
        replace(&mut rule.enabled, update.enabled);
        replace(&mut rule.warn_evttypes, update.warn_evttypes);
        replace(&mut rule.skip_if_unknown_filter, update.skip_if_unknown_filter);
        definition.last = now;
        Ok(())
    }

    /// The rule that an item with nothing but `enabled` turns on or off.
    pub(crate) fn rule_to_enable(&mut self, name: &str, trail: &Trail) -> Reading<&mut RuleItem> {
        let Some(&index) = self.rules.by_name.get(name) else {
            let message = "Rule has 'enabled' key but no rule by that name already exists";
            return Err(nothing_to_change(message, name, self.rules.names(), trail).into());
        };
        Ok(&mut self.rules.in_order[index].item)
    }

    /// A rule keeps its event source.
    fn check_source(&self, name: &str, source: Option<&str>, trail: &Trail) -> Reading<()> {
        match (self.rules.get(name), source) {
            (Some(earlier), Some(source)) if earlier.item.source != source => {
                let problem = invalid("Rule has been re-defined with a different source", trail);
                Err(problem.help(format!("the rule was defined for the source `{}`", earlier.item.source)).into())
            }
            _ => Ok(()),
        }
    }
}

/// Adds an exception, or values to the exception that has its name.
fn append_exception(rule: &mut RuleItem, mut exception: ExceptionItem, sources: &Sources<'_>) -> Reading<()> {
    if let Some(earlier) = rule.exceptions.iter_mut().find(|earlier| earlier.name == exception.name) {
        for (entry, key) in [(&exception.fields, "fields"), (&exception.comps, "comps")] {
            if !entry.is_missing() {
                let message = format!("Can not append exception {key} to existing exception, only values");
                return Err(invalid(message, &exception.trail).into());
            }
        }
        earlier.values.append(&mut exception.values);
        return Ok(());
    }
    if exception.fields.is_missing() {
        return Err(invalid("Rule exception must have fields property with a list of fields", &exception.trail).into());
    }
    if exception.values.is_empty() {
        return Err(invalid("Rule exception must have values property with a list of values", &exception.trail).into());
    }
    check_exception(&mut exception, &rule.source, sources)?;
    rule.exceptions.push(exception);
    Ok(())
}

fn replace<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

fn invalid(message: impl Into<String>, trail: &Trail) -> Diagnostic {
    Diagnostic::new(Code::Validate, message, trail.clone())
}

fn nothing_to_change<'a>(message: &str, name: &str, known: impl Iterator<Item = &'a str>, trail: &Trail) -> Diagnostic {
    let near = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
    invalid(message, trail).help_if(near)
}
