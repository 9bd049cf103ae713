//! The rules that come with the command.

use falco_rules::RulesFile;

/// A file of `rules/`, by its name.
macro_rules! shipped {
    ($name:literal) => {
        (concat!("built-in ", $name), include_str!(concat!("../../../../rules/", $name)))
    };
}

/// Sorted by name, as a folder of rules is read.
const FILES: [(&str, &str); 15] = [
    shipped!("gitlab_abuse.yaml"),
    shipped!("gitlab_aggravated.yaml"),
    shipped!("gitlab_ci_cd_pipelines.yaml"),
    shipped!("gitlab_ci_cd_secrets.yaml"),
    shipped!("gitlab_compromised_account_changes.yaml"),
    shipped!("gitlab_compromised_account_identity.yaml"),
    shipped!("gitlab_compromised_account_sign_in.yaml"),
    shipped!("gitlab_compromised_instance.yaml"),
    shipped!("gitlab_credential_exposure.yaml"),
    shipped!("gitlab_exfiltration.yaml"),
    shipped!("gitlab_misconfiguration_access.yaml"),
    shipped!("gitlab_misconfiguration_deletion.yaml"),
    shipped!("gitlab_misconfiguration_protection.yaml"),
    shipped!("gitlab_tampering.yaml"),
    shipped!("gitlab_unmatched.yaml"),
];

/// The rules used where no others are given.
pub(super) fn rules_files() -> Vec<RulesFile> {
    FILES.map(|(name, content)| RulesFile::new(name, content)).into()
}
