//! In what an event happens.
use std::fmt;
use std::str::FromStr;

use super::read::CatalogueError;

/// In what events of a type can happen; decides which streams get them. A group's stream has no events of users or of
/// the instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EventScope {
    /// The whole instance.
    Instance,
    /// A group.
    Group,
    /// A project.
    Project,
    /// A user.
    User,
}

impl EventScope {
    /// GitLab's word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Instance => "Instance",
            Self::Group => "Group",
            Self::Project => "Project",
            Self::User => "User",
        }
    }
}

impl fmt::Display for EventScope {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl FromStr for EventScope {
    type Err = CatalogueError;

    fn from_str(text: &str) -> Result<Self, CatalogueError> {
        [Self::Instance, Self::Group, Self::Project, Self::User]
            .into_iter()
            .find(|scope| scope.as_str() == text)
            .ok_or_else(|| CatalogueError::unknown("scope", text))
    }
}
