//! The known name that somebody may have meant who wrote an unknown one.

/// So many mistakes are forgiven at most; in short names, fewer.
const MAX_MISTAKES: usize = 2;

/// The known name most like `name`, unless none is much like it. Case makes no difference.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_ascii_lowercase();
    let distance = |known: &str| strsim::damerau_levenshtein(&known.to_ascii_lowercase(), &name);
    let (distance, nearest) = known.map(|known| (distance(known), known)).min_by_key(|(distance, _)| *distance)?;
    (distance <= MAX_MISTAKES.min(name.len() / 4)).then_some(nearest)
}

/// The same as the end of a sentence about the unknown name; empty where none is much like it.
pub(crate) fn hint<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(name, known).map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["user_impersonation", "add_gpg_key", "Pages"];

    fn hint_for(name: &str) -> String {
        hint(name, KNOWN.into_iter())
    }

    #[test]
    fn what_is_nearly_a_known_name_is_meant_whatever_its_case() {
        for name in ["user_impersonaton", "USER_IMPERSONATION", "user_impresonation"] {
            assert_eq!(hint_for(name), "; did you mean `user_impersonation`?");
        }
        assert_eq!(hint_for("page"), "; did you mean `Pages`?");
    }

    #[test]
    fn nothing_is_suggested_for_a_name_that_is_like_none() {
        for name in ["nope", "audit", "nosuch_type", ""] {
            assert_eq!(hint_for(name), "");
        }
    }
}
