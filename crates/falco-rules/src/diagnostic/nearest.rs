//! The known name that somebody probably meant.

/// The name nearest to `unknown`, if one is near enough to be meant.
pub(crate) fn nearest<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // A name nobody would type is not worth comparing with thousands of others.
    const LONGEST: usize = 100;
    if unknown.len() > LONGEST {
        return None;
    }
    let allowed = (unknown.chars().count() / 3).clamp(1, 3);
    known
        .into_iter()
        .filter(|name| name.len() <= LONGEST)
        .map(|name| (strsim::osa_distance(&unknown.to_lowercase(), &name.to_lowercase()), name))
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, name)| name)
}


#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_finger_is_found() {
        let known = ["condition", "output", "gitlab.event_type", "desc"];
        assert_eq!(nearest("conditon", known), Some("condition"));
        assert_eq!(nearest("OUTPUT", known), Some("output"));
        assert_eq!(nearest("gitlab.evnet_type", known), Some("gitlab.event_type"));
    }

    #[test]
    fn another_name_is_not_suggested() {
        assert_eq!(nearest("colour", ["condition", "output"]), None);
        assert_eq!(nearest("x", ["ab"]), None);
        assert_eq!(nearest(&"a".repeat(1000), ["a"]), None);
    }
}
