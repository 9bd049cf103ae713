//! What to say about the known name that somebody may have meant who wrote an unknown one.

use falco_rules::nearest;

/// The end of a sentence about the unknown name; empty where no known one is much like it.
pub(crate) fn hint<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}
