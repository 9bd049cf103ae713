//! The kinds of incident that an event can be evidence for.
use std::fmt;
use std::str::FromStr;

use super::read::CatalogueError;

/// A kind of incident: the scenarios of GitLab's pages "Responding to security incidents" and "Security incident
/// detection", and tampering with the monitoring itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scenario {
    /// A password, token or key became known to others.
    CredentialExposure,
    /// Somebody else uses a user's or bot's account.
    CompromisedAccount,
    /// Pipelines, runners, job tokens or CI/CD variables are abused.
    CiCd,
    /// Somebody has power over the whole instance.
    CompromisedInstance,
    /// A setting of a project or group was weakened.
    Misconfiguration,
    /// Code or data is taken out.
    Exfiltration,
    /// Accounts, compute or bandwidth are used for something else.
    Abuse,
    /// Audit events are hidden from those who watch them.
    Tampering,
}

impl Scenario {
    /// All of them, in the order of GitLab's pages.
    pub const ALL: [Self; 8] = [
        Self::CredentialExposure,
        Self::CompromisedAccount,
        Self::CiCd,
        Self::CompromisedInstance,
        Self::Misconfiguration,
        Self::Exfiltration,
        Self::Abuse,
        Self::Tampering,
    ];

    /// Its name in the field `gitlab.scenario`; a rule's tag is the same after `gitlab_`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CredentialExposure => "credential_exposure",
            Self::CompromisedAccount => "compromised_account",
            Self::CiCd => "ci_cd",
            Self::CompromisedInstance => "compromised_instance",
            Self::Misconfiguration => "misconfiguration",
            Self::Exfiltration => "exfiltration",
            Self::Abuse => "abuse",
            Self::Tampering => "tampering",
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.as_str())
    }
}

impl FromStr for Scenario {
    type Err = CatalogueError;

    fn from_str(text: &str) -> Result<Self, CatalogueError> {
        let found = Self::ALL.into_iter().find(|scenario| scenario.as_str() == text);
        found.ok_or_else(|| CatalogueError::unknown("scenario", text))
    }
}
