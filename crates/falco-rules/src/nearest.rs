//! The known name that a misspelt one most likely stands for.

/// The name among `known` that is closest to `name`, if any is close enough to be worth suggesting: at most a third of
/// its letters differ.
pub(crate) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<String> {
    // Names longer than this are not misspellings of anything, and the distance costs quadratic time.
    const LONGEST: usize = 100;
    if name.len() > LONGEST {
        return None;
    }
    let allowed = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_name_finds_the_closest_known_one() {
        let known = ["gitlab.event_type", "gitlab.author_name", "gitlab.ip"];
        assert_eq!(nearest("gitlab.evnet_type", known).as_deref(), Some("gitlab.event_type"));
        assert_eq!(nearest("proc.name", known), None);
    }
}
