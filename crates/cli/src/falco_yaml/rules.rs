//! Which rules: `rules_files`, and `rules`, which enables and disables them.

use std::path::PathBuf;

use falco_rules::{Selection, SelectionAction};

use super::{
    document::{Mistake, Node},
    section::Section,
};

/// The paths under `rules_files`, or `rules_file` as the key was called; none where the file has neither.
pub(super) fn files(file: &Section<'_>) -> Result<Option<Vec<PathBuf>>, Mistake> {
    let list = match (file.get("rules_files"), file.get("rules_file")) {
        (Some(_), Some(old)) => {
            let problem =
                "rules_file: the old name of rules_files, which is there too; leave one of them out".to_owned();
            return Err(Mistake { line: old.line, problem });
        }
        (new, old) => new.or(old),
    };
    Ok(list.map(|list| list.elements().map(|path| PathBuf::from(path.to_text())).collect()))
}

/// The entries under `rules`: `- disable: {rule: "*"}`, `- enable: {tag: gitlab}`.
pub(super) fn selections(file: &Section<'_>) -> Result<Vec<Selection>, Mistake> {
    file.get("rules").into_iter().flat_map(Node::elements).map(selection).collect()
}

fn selection(entry: &Node) -> Result<Selection, Mistake> {
    let mistake = || Mistake {
        line: entry.line,
        problem: "rules: an entry is `enable:` or `disable:` with `rule: NAME` or `tag: NAME`".to_owned(),
    };
    let [(action, target)] = entry.entries() else { return Err(mistake()) };
    let action = match action.to_text().as_str() {
        "enable" => SelectionAction::Enable,
        "disable" => SelectionAction::Disable,
        _ => return Err(mistake()),
    };
    let [(kind, name)] = target.entries() else { return Err(mistake()) };
    match kind.to_text().as_str() {
        "rule" => Ok(Selection::rule(action, name.to_text())),
        "tag" => Ok(Selection::tag(action, name.to_text())),
        _ => Err(mistake()),
    }
}
