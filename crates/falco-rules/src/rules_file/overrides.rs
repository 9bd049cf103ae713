//! The `override` key: which keys of an item are added to those of an earlier item, and which replace them.

use std::collections::BTreeSet;

use super::decode::{Reading, misshapen};
use super::node::Node;
use crate::diagnostic::{Code, Diagnostic, ItemKind, Trail};

/// The keys of an item by what is to be done with them.
#[derive(Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) append: BTreeSet<String>,
    pub(crate) replace: BTreeSet<String>,
}

impl Overrides {
    /// Reads `override`; the two lists say which keys allow which operation.
    pub(crate) fn read(item: &Node, appendable: &[&str], replaceable: &[&str], trail: &Trail) -> Reading<Self> {
        let mut overrides = Self::default();
        let Some(value) = item.get("override") else { return Ok(overrides) };
        let trail = trail.step(ItemKind::Override, "", &item.span);
        if value.sequence().is_some_and(|elements| !elements.is_empty()) {
            return Err(not_a_mapping(value, &trail).into());
        }
        for (key, operation) in value.entries() {
            let (Some(name), Some(operation_name)) = (key.as_text(), operation.as_text()) else {
                return Err(not_a_mapping(operation, &trail).into());
            };
            let key_trail = trail.step(ItemKind::Override, name, &key.span);
            let (may_append, may_replace) = (appendable.contains(&name), replaceable.contains(&name));
            match operation_name {
                "append" if may_append => overrides.append.insert(name.to_owned()),
                "append" => {
                    let message = format!("Key '{name}' cannot be appended to, use 'replace' instead");
                    return Err(misshapen(message, &key_trail).help(allowed(name, appendable)).into());
                }
                "replace" if may_replace => overrides.replace.insert(name.to_owned()),
                "replace" => {
                    let message = format!("Key '{name}' cannot be replaced");
                    return Err(misshapen(message, &key_trail).help(allowed(name, replaceable)).into());
                }
                other => {
                    let trail = trail.step(ItemKind::ValueFor, name, &operation.span);
                    let message = format!("Invalid override operation for key '{name}': '{other}'");
                    return Err(misshapen(message, &trail).help("expected `append` or `replace`").into());
                }
            };
        }
        Ok(overrides)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.append.is_empty() && self.replace.is_empty()
    }

    /// For an item with `append: true`, which excludes `override`.
    pub(crate) fn refuse_beside_append(&self, trail: &Trail) -> Reading<()> {
        if !self.is_empty() {
            let message = "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. \
                           'condition: append') under 'override' instead.";
            return Err(misshapen(message, trail).into());
        }
        Ok(())
    }
}

fn allowed(name: &str, keys: &[&str]) -> String {
    match crate::nearest::nearest(name, keys.iter().copied()) {
        Some(near) if near != name => format!("did you mean `{near}`?"),
        _ => format!("this works for {}", keys.join(", ")),
    }
}

fn not_a_mapping(value: &Node, trail: &Trail) -> Diagnostic {
    // Falco's YAML library throws here, which Falco reports as a problem of the content and not of its shape.
    let trail = trail.step(ItemKind::Override, "", &value.span);
    let problem = Diagnostic::new(Code::Validate, "'override' is not a mapping of keys to operations", trail);
    problem.help("expected `override: {condition: append}`")
}
