//! Reads the items of a file, one after the other, into the collection, in Falco's order of checks.

use super::collection::Collection;
use super::decode::{Reading, misshapen, optional, required, required_text, texts};
use super::item::{ListItem, MacroItem};
use super::keys;
use super::node::{Node, NodeValue};
use super::overrides::Overrides;
use super::sources::Sources;
use super::{read_rule, read_versions};
use crate::diagnostic::{Code, Diagnostic, ItemKind, Trail};

pub(crate) const APPEND_IS_DEPRECATED: &str = "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: \
                                               append') under 'override' instead.";

/// Reads the items of one file after the other.
pub(crate) struct Reader<'a> {
    pub(crate) sources: &'a Sources<'a>,
    pub(crate) collection: &'a mut Collection,
    pub(crate) findings: &'a mut Vec<Diagnostic>,
    pub(crate) after_error: AfterError,
    /// Was there an error?
    pub(crate) has_failed: bool,
}

/// What to do after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterError {
    /// Stop, as Falco does: what comes after the error is not collected.
    Stop,
    /// Go on, to find every problem of the file.
    Continue,
}

impl Reader<'_> {
    /// Reads the documents of a file.
    pub(crate) fn documents(&mut self, documents: &[Node], file: &Trail) {
        for document in documents.iter().filter(|document| !document.is_null()) {
            match items(document, file) {
                Ok(items) => self.items(items, file),
                Err(problem) => self.fail(*problem),
            }
            if self.has_failed && self.after_error == AfterError::Stop {
                return;
            }
        }
    }

    fn items(&mut self, items: &[Node], file: &Trail) {
        for item in items.iter().filter(|item| !item.is_null()) {
            if let Err(problem) = self.item(item, file) {
                self.fail(*problem);
                if self.after_error == AfterError::Stop {
                    return;
                }
            }
        }
    }

    fn fail(&mut self, problem: Diagnostic) {
        self.findings.push(problem);
        self.has_failed = true;
    }

    /// What was read; or, where reading goes on after errors, nothing, the error being reported.
    pub(crate) fn go_on<T>(&mut self, read: Reading<T>) -> Reading<Option<T>> {
        match read {
            Ok(value) => Ok(Some(value)),
            Err(problem) if self.after_error == AfterError::Continue => {
                self.fail(*problem);
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    fn item(&mut self, item: &Node, file: &Trail) -> Reading<()> {
        if !item.is_mapping() {
            let trail = file.step(ItemKind::RulesContentItem, "", &item.span);
            let problem =
                misshapen("Unexpected element type. Each element should be a yaml associative array.", &trail);
            return Err(problem.help("expected a rule, a macro or a list: `- rule: Name`").into());
        }
        if item.get("required_engine_version").is_some() {
            read_versions::engine_version(item, file)
        } else if let Some(requirements) = item.get("required_plugin_versions") {
            read_versions::plugin_versions(self.collection, requirements, file)
        } else if item.get("list").is_some() {
            self.list(item, file)
        } else if item.get("macro").is_some() {
            self.macro_definition(item, file)
        } else if item.get("rule").is_some() {
            read_rule::rule(self, item, file)
        } else {
            self.unknown_item(item, file);
            Ok(())
        }
    }

    fn unknown_item(&mut self, item: &Node, file: &Trail) {
        const KNOWN: [&str; 5] = ["rule", "macro", "list", "required_engine_version", "required_plugin_versions"];
        let meant = item
            .entries()
            .iter()
            .filter_map(|(key, _)| crate::nearest::nearest(key.scalar()?, KNOWN))
            .map(|near| format!("did you mean `{near}`?"))
            .next();
        let trail = file.step(ItemKind::RulesContentItem, "", &item.span);
        let help = meant.unwrap_or_else(|| format!("an item has one of the keys {}", KNOWN.join(", ")));
        self.findings.push(Diagnostic::new(Code::UnknownItem, "Unknown top level item", trail).help(help));
    }

    fn list(&mut self, item: &Node, file: &Trail) -> Reading<()> {
        let (name, trail) = self.name(item, "list", ItemKind::List, keys::LIST, file)?;
        if !is_bare_string(&name) {
            let message = "List has an invalid name: no condition can mention it";
            let problem = Diagnostic::new(Code::InvalidListName, message, trail.clone());
            self.findings.push(problem.help("a list name has no blanks, quotes, parentheses, commas or `=`"));
        }
        let value = item.get("items").ok_or_else(|| super::decode::missing_key(item, "items", &trail))?;
        let items = texts(value, "items", &trail)?;
        let appends = self.appends(item, "items", &trail)?;
        let list = ListItem { name, items, trail };
        if appends {
            return self.collection.append_list(list);
        }
        self.collection.define_list(list);
        Ok(())
    }

    fn macro_definition(&mut self, item: &Node, file: &Trail) -> Reading<()> {
        let (name, trail) = self.name(item, "macro", ItemKind::Macro, keys::MACRO, file)?;
        if !is_identifier(&name) {
            let message = "Macro has an invalid name: no condition can mention it";
            let problem = Diagnostic::new(Code::InvalidMacroName, message, trail.clone());
            self.findings.push(problem.help("a macro name is letters, digits and underscores, a letter first"));
        }
        let condition = required_text(item, "condition", &trail)?;
        let appends = self.appends(item, "condition", &trail)?;
        let definition = MacroItem { name, condition, trail };
        if appends {
            return self.collection.append_macro(&definition);
        }
        self.collection.define_macro(definition);
        Ok(())
    }

    /// The name of an item, and the trail to it; warns of keys the item cannot have.
    pub(crate) fn name(
        &mut self,
        item: &Node,
        key: &str,
        kind: ItemKind,
        known_keys: &[&str],
        file: &Trail,
    ) -> Reading<(String, Trail)> {
        let name: String = required(item, key, &file.step(kind, "", &item.span))?;
        let trail = file.step(kind, &name, &item.span);
        self.findings.extend(keys::unknown_keys(item, known_keys, &trail));
        Ok((name, trail))
    }

    /// `append: true`, which is deprecated.
    pub(crate) fn append_flag(&mut self, item: &Node, trail: &Trail) -> Reading<bool> {
        let appends = optional(item, "append", trail)?.unwrap_or(false);
        if appends {
            let key = item.entries().iter().map(|(key, _)| key).find(|key| key.scalar() == Some("append"));
            let problem = Diagnostic::new(Code::DeprecatedItem, APPEND_IS_DEPRECATED, trail.clone());
            self.findings.push(match key {
                Some(key) => problem.at(super::decode::place(key, trail)),
                None => problem,
            });
        }
        Ok(appends)
    }

    /// Is a list or macro, which has only one key to override, added to the one before?
    fn appends(&mut self, item: &Node, key: &str, trail: &Trail) -> Reading<bool> {
        let flag = self.append_flag(item, trail)?;
        let overrides = Overrides::read(item, &[key], &[key], trail)?;
        if flag {
            overrides.refuse_beside_append(trail)?;
        }
        Ok(flag || overrides.append.contains(key))
    }
}

fn items<'a>(document: &'a Node, file: &Trail) -> Reading<&'a [Node]> {
    let wrong = |message: &str| {
        let trail = file.clone();
        let place = super::decode::place(document, file);
        Box::new(
            Diagnostic::new(Code::YamlValidate, message, trail)
                .at(place)
                .help("expected a list of items, each beginning with `- `"),
        )
    };
    match &document.value {
        NodeValue::Sequence(items) => Ok(items),
        NodeValue::Mapping(_) => Err(wrong("Rules content is not yaml array of objects")),
        NodeValue::Scalar(_) | NodeValue::Null => Err(wrong("Rules content is not yaml")),
    }
}

/// Can the condition language read the text as one value without quotes?
fn is_bare_string(text: &str) -> bool {
    let is_blank = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}');
    !text.is_empty() && !text.contains(|c| is_blank(c) || matches!(c, '(' | ')' | '"' | '\'' | '=' | ','))
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
