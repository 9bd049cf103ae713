//! What GitLab puts only into the words of `custom_message`: the token an event is about, an impersonator, a failure.
//!
//! The words are those of GitLab's own sources (`ee/app/services/ee/**/{create,revoke}_service.rb`). People choose the
//! names in them, so every reading is anchored where a name cannot reach, takes one pass, and gives nothing rather than
//! a guess.

/// What a message says about a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct TokenInMessage<'a> {
    pub(crate) id: Option<&'a str>,
    /// As Ruby prints an array, without its brackets: `:api, :read_api` or `"api"`.
    scopes: Option<&'a str>,
    pub(crate) access_level: Option<&'a str>,
}

impl<'a> TokenInMessage<'a> {
    pub(crate) fn scopes(self) -> Option<impl Iterator<Item = &'a str>> {
        let scope = |element: &'a str| element.trim().trim_start_matches(':').trim_matches('"');
        self.scopes.map(|scopes| scopes.split(',').map(scope).filter(|scope| !scope.is_empty()))
    }
}

/// How GitLab writes of one kind of token.
struct Wording {
    kind: &'static str,
    before_id: &'static str,
    name: Name,
}

/// Where the token's name stands, which people choose.
#[derive(Clone, Copy)]
enum Name {
    Nowhere,
    BeforeId,
}

const WORDINGS: [Wording; 8] = [
    Wording { kind: "personal access token", before_id: " with id ", name: Name::Nowhere },
    Wording { kind: "project access token", before_id: " with token_id: ", name: Name::Nowhere },
    Wording { kind: "group access token", before_id: " with token_id: ", name: Name::Nowhere },
    Wording { kind: "project token", before_id: " with token_id: ", name: Name::Nowhere },
    Wording { kind: "group token", before_id: " with token_id: ", name: Name::Nowhere },
    Wording { kind: "project deploy token", before_id: " with token_id: ", name: Name::BeforeId },
    Wording { kind: "group deploy token", before_id: " with token_id: ", name: Name::BeforeId },
    Wording { kind: "cluster agent token", before_id: " with id ", name: Name::BeforeId },
];

/// What was done to a token that exists; one whose creation failed has no id.
const DONE: [&str; 5] = ["Created ", "Revoked ", "Rotated ", "Attempted to revoke ", "Attempted to rotate "];

/// Reads a message such as
/// `Created project access token with token_id: 77 with scopes: [:api] and Maintainer access level.`
pub(crate) fn token(message: &str) -> TokenInMessage<'_> {
    token_with_id(message).unwrap_or_default()
}

fn token_with_id(message: &str) -> Option<TokenInMessage<'_>> {
    let message = split_impersonator(message).map_or(message, |(action, _)| action);
    let from_kind = DONE.into_iter().find_map(|done| message.strip_prefix(done))?;
    let wording = WORDINGS.iter().find(|wording| from_kind.starts_with(wording.kind))?;
    let after_kind = from_kind.strip_prefix(wording.kind)?;
    let from_id = match wording.name {
        Name::Nowhere => after_kind.strip_prefix(wording.before_id)?,
        // The name may say "with id 1" itself; GitLab's words come after it.
        Name::BeforeId => after_kind.rsplit_once(wording.before_id)?.1,
    };
    let digits = from_id.bytes().take_while(u8::is_ascii_digit).count();
    let (id, rest) = from_id.split_at(digits);
    let ends_here = rest.is_empty() || rest.starts_with([' ', ',', '.']);
    if id.is_empty() || !ends_here {
        return None;
    }
    let (scopes, rest) = rest.strip_prefix(" with scopes: [").and_then(|rest| rest.split_once(']')).unzip();
    let access_level = rest
        .and_then(|rest| rest.strip_prefix(" and "))
        .and_then(|rest| rest.trim_end_matches('.').strip_suffix(" access level"));
    Some(TokenInMessage { id: Some(id), scopes, access_level })
}

/// Splits the administrator off the message of an impersonated action: GitLab appends ` (by NAME)`.
pub(crate) fn split_impersonator(message: &str) -> Option<(&str, &str)> {
    // The last one is GitLab's: everything before may hold text that people typed.
    let (action, name) = message.strip_suffix(')')?.rsplit_once(" (by ")?;
    (!name.is_empty()).then_some((action, name))
}

/// The administrator of an impersonated action, unless the message ends so with a text that somebody typed, such as the title
/// `laptop (by Bob)` of a key.
pub(crate) fn impersonator<'m, 't>(message: &'m str, typed: impl Iterator<Item = &'t str>) -> Option<&'m str> {
    let (action, name) = split_impersonator(message)?;
    // Where GitLab's own suffix follows, the text stands before it, even a text that is itself such a suffix.
    let is_typed =
        |text: &str| text.ends_with(')') && text.contains("(by ") && message.ends_with(text) && !action.ends_with(text);
    let mut typed = typed;
    (!typed.any(is_typed)).then_some(name)
}

/// Whether the message reports that something was tried and failed.
pub(crate) fn is_failed_attempt(message: &str) -> bool {
    message.starts_with("Attempted to ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(message: &str) -> (Option<&str>, Vec<&str>, Option<&str>) {
        let token = token(message);
        (token.id, token.scopes().into_iter().flatten().collect(), token.access_level)
    }

    #[test]
    fn personal_access_tokens() {
        assert_eq!(read("Created personal access token with id 1"), (Some("1"), vec![], None));
        assert_eq!(read("Revoked personal access token with id 42"), (Some("42"), vec![], None));
        assert_eq!(
            read("Attempted to revoke personal access token with id 42 but failed with message: Could not revoke"),
            (Some("42"), vec![], None)
        );
        assert_eq!(
            read("Attempted to create personal access token but failed with message: Permission denied"),
            (None, vec![], None)
        );
    }

    #[test]
    fn project_and_group_access_tokens() {
        assert_eq!(
            read(
                "Created project access token with token_id: 77 with scopes: [:api, :read_api] and Maintainer access level."
            ),
            (Some("77"), vec!["api", "read_api"], Some("Maintainer"))
        );
        assert_eq!(
            read(r#"Created group token with token_id: 2 with scopes: ["read_api"]."#),
            (Some("2"), vec!["read_api"], None)
        );
        assert_eq!(read("Created project access token with token_id: 5 with scopes: []"), (Some("5"), vec![], None));
        assert_eq!(read("Revoked project access token with token_id: 1234567890"), (Some("1234567890"), vec![], None));
        assert_eq!(
            read("Attempted to revoke group access token with token_id: 9, but failed with message: denied"),
            (Some("9"), vec![], None)
        );
    }

    #[test]
    fn deploy_tokens() {
        assert_eq!(
            read("Created group deploy token with name: token-name with token_id: 7 with scopes: [:read_repository]."),
            (Some("7"), vec!["read_repository"], None)
        );
        assert_eq!(
            read(
                "Revoked project deploy token with name: a b with token_id: 8 with scopes: [:read_registry, :write_registry]."
            ),
            (Some("8"), vec!["read_registry", "write_registry"], None)
        );
    }

    #[test]
    fn cluster_agent_tokens() {
        assert_eq!(read("Created cluster agent token 'testcluster' with id 2"), (Some("2"), vec![], None));
        assert_eq!(
            read("Attempted to revoke cluster agent token 'c' with id 2 but failed with message: denied"),
            (Some("2"), vec![], None)
        );
    }

    #[test]
    fn an_impersonator_does_not_disturb_the_reading() {
        let message =
            "Created project access token with token_id: 7 with scopes: [:api] and Owner access level. (by Ada (root))";
        assert_eq!(read(message), (Some("7"), vec!["api"], Some("Owner")));
        assert_eq!(split_impersonator(message).map(|(_, name)| name), Some("Ada (root)"));
    }

    #[test]
    fn a_tokens_name_cannot_stand_in_for_its_id_or_scopes() {
        let name = "x with token_id: 1 with scopes: [:read_registry].";
        assert_eq!(
            read(&format!(
                "Created group deploy token with name: {name} with token_id: 7 with scopes: [:write_registry]."
            )),
            (Some("7"), vec!["write_registry"], None)
        );
        for name in ["a' with id 9", "a with token_id: 9 ", "a with token_id: 9 with scopes: [:api]"] {
            assert_eq!(read(&format!("Created cluster agent token '{name}' with id 2")), (Some("2"), vec![], None));
        }
        assert_eq!(
            read("Attempted to create cluster agent token 'a' with id 9' but failed with message: denied"),
            (None, vec![], None)
        );
        assert_eq!(
            read("Attempted to create personal access token but failed with message: no token with id 5"),
            (None, vec![], None)
        );
    }

    #[test]
    fn other_messages_hold_no_token() {
        for message in [
            "",
            "Added protected branch with id 5",
            "Changed name from x to Created personal access token with id 1",
            "Created personal access token with id",
            "Created personal access token with id -1",
            "Created personal access token with id 1e9",
            "Created personal access token with id \u{0661}",
            "created personal access token with id 1",
        ] {
            assert_eq!(token(message), TokenInMessage::default(), "{message}");
        }
    }

    #[test]
    fn a_hostile_message_takes_one_pass() {
        let message = format!("Created cluster agent token {}", " with id ".repeat(500_000));
        assert_eq!(token(&message), TokenInMessage::default());
        let message = format!("Created project access token with token_id: 1 with scopes: [{}", ",".repeat(1_000_000));
        assert_eq!(read(&message), (Some("1"), vec![], None));
        assert_eq!(split_impersonator(&format!("{})", " (by ".repeat(500_000))), None);
    }

    #[test]
    fn the_impersonator_is_the_last_one_named() {
        let message = "Changed name from a to b (by nobody) (by Ada Admin)";
        assert_eq!(split_impersonator(message), Some(("Changed name from a to b (by nobody)", "Ada Admin")));
        assert_eq!(split_impersonator("Changed name (by )"), None);
        assert_eq!(split_impersonator("Membership updated"), None);
        assert_eq!(split_impersonator("Signed in (by two-factor) from here"), None);
    }
}
