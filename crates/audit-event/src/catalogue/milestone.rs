//! A version of GitLab, as its milestones count: 18.9, then 18.10.
use std::fmt;
use std::str::FromStr;

use super::read::CatalogueError;

/// A version of GitLab without its patch level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Milestone {
    /// The 18 of 18.9.
    pub major: u16,
    /// The 9 of 18.9.
    pub minor: u16,
}

impl fmt::Display for Milestone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)
    }
}

impl FromStr for Milestone {
    type Err = CatalogueError;

    fn from_str(text: &str) -> Result<Self, CatalogueError> {
        let parts = text.split_once('.').map(|(major, minor)| (major.parse(), minor.parse()));
        let Some((Ok(major), Ok(minor))) = parts else { return Err(CatalogueError::unknown("version", text)) };
        Ok(Self { major, minor })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_number() {
        let [old, new] = ["18.9", "18.10"].map(|text| text.parse::<Milestone>().unwrap());
        assert!(old < new);
        assert_eq!(new.to_string(), "18.10");
        assert!(["18", "18.x", "", "1.2.3"].iter().all(|text| text.parse::<Milestone>().is_err()));
    }
}
