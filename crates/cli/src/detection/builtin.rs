//! The rules that come with the command.

use falco_rules::RulesFile;

/// The rules used where no others are given.
pub(super) fn rules_file() -> RulesFile {
    RulesFile::new("built-in gitlab_rules.yaml", include_str!("../../../../rules/gitlab_rules.yaml"))
}
