//! The settings as a Markdown table, for docs/configuration.md.

use super::duration::written;
use super::key::Kind;
use super::table::KEYS;

/// The reference of all keys, as Markdown.
pub fn markdown() -> String {
    let rows = KEYS.iter().map(|key| {
        let kind = match key.kind {
            Kind::Size(range) | Kind::Count(range) => {
                format!("{}, {} to {}", key.kind.describe(), range.least, range.most)
            }
            Kind::Duration(range) => {
                format!("{}, {} to {}", key.kind.describe(), written(range.least), written(range.most))
            }
            kind => kind.describe().to_owned(),
        };
        format!("| `{}` | {kind} | {} | {} |\n", key.name, key.default, key.description)
    });
    ["| key | value | default | meaning |\n|---|---|---|---|\n".to_owned()].into_iter().chain(rows).collect()
}
