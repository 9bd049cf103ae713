//! The known name that a misspelt one most likely stands for.

/// The name among `known` that is closest to `name`, if any is close enough to be worth suggesting: at most a third of
/// its letters differ. Case makes no difference.
pub fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // Names longer than this are not misspellings of anything, and the distance costs quadratic time.
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_finds_the_closest_known_one_whatever_its_case() {
        let known = ["gitlab.event_type", "gitlab.author_name", "gitlab.ip"];
        assert_eq!(nearest("gitlab.evnet_type", known), Some("gitlab.event_type"));
        assert_eq!(nearest("GitLab.IP", known), Some("gitlab.ip"));
    }

    #[test]
    fn nothing_is_near_a_name_that_is_like_none() {
        let known = ["user_impersonation", "add_gpg_key", "Pages"];
        for name in ["nope", "audit", "nosuch_type", "", &"x".repeat(100_000)] {
            assert_eq!(nearest(name, known), None);
        }
    }
}
