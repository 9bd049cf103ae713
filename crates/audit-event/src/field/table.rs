//! Every field: its name, where its value comes from, and what it means.
use super::Field;
use super::extract::Extract::{
    Address, Bool, BoolOfTracker, Duration, Network, Number, NumberOfTracker, Text, TextList, TextOfKey, TextOfTracker,
    Time,
};

/// All fields: first the 25 of the Go plugin, whose names and meaning rules in use rely on, then the others.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "a path to the method is not general over the event's lifetime"
)]
pub static FIELDS: &[Field] = &[
    Field::new(
        "gitlab.event_id",
        Text(|event| event.id()),
        "Id of the event: a number, or a UUID where GitLab only streams the event and does not save it",
    ),
    Field::new(
        "gitlab.event_type",
        Text(|event| event.event_type()),
        "What happened, in one word of GitLab's, such as `user_impersonation`; `pluginerror` where this plugin reports a problem of its own",
    ),
    Field::new(
        "gitlab.author_id",
        Text(|event| event.author_id()),
        "Id of who did it: a user, `-1` for nobody signed in and for GitLab itself, `-2` for a deploy token, `-3` for a deploy key",
    ),
    Field::new(
        "gitlab.author_name",
        Text(|event| event.author_name()),
        "Display name of who did it; for a failed sign-in to an unknown account what was typed as user name, which may be a password",
    ),
    Field::new(
        "gitlab.author_email",
        Text(|event| event.author_email()),
        "E-mail address of who did it; only the REST API gives it",
    ),
    Field::new(
        "gitlab.author_class",
        Text(|event| event.author_class()),
        "GitLab's class of who did it, such as `User`, `DeployKey` or `Gitlab::Audit::UnauthenticatedAuthor`",
    ),
    Field::new(
        "gitlab.custom_message",
        Text(|event| event.custom_message()),
        "What happened, in GitLab's words; compact JSON where GitLab sends an object, as for Git operations",
    ),
    Field::new("gitlab.city", Text(|event| event.city()), "City of the address, in English; needs a GeoIP database"),
    Field::new(
        "gitlab.country",
        Text(|event| event.country()),
        "Country of the address, in English; needs a GeoIP database",
    ),
    Field::new(
        "gitlab.countryisocode",
        Text(|event| event.country_iso_code()),
        "ISO 3166 code of the country of the address, such as `DE`; needs a GeoIP database",
    ),
    Field::new(
        "gitlab.continent",
        Text(|event| event.continent()),
        "Continent of the address, in English; needs a GeoIP database",
    ),
    Field::new(
        "gitlab.entity_id",
        Text(|event| event.entity_id()),
        "Id of the project, group, user or instance it happened in",
    ),
    Field::new(
        "gitlab.entity_type",
        Text(|event| event.entity_type()),
        "What it happened in: `Project`, `Group`, `User` or `Gitlab::Audit::InstanceScope`",
    ),
    Field::new(
        "gitlab.entity_path",
        Text(|event| event.entity_path()),
        "Full path of the project or group, the user name, or `gitlab_instance`",
    ),
    Field::new(
        "gitlab.failed_login",
        Text(|event| event.failed_login()),
        "How a failed sign-in was tried: `STANDARD`, `OTP`, `WEBAUTHN` or a provider in upper case",
    ),
    Field::new("gitlab.created_at", Text(|event| event.created_at_text()), "When it happened, as GitLab wrote it"),
    Field::new(
        "gitlab.ip_address",
        Text(|event| event.ip_address()),
        "Address it came from, as GitLab wrote it: a comma list behind proxies; absent where GitLab knows none",
    ),
    Field::new(
        "gitlab.op_type",
        Text(|event| event.operation_type()),
        "`add`, `change` or `remove`: the first of these members that `details` has",
    ),
    Field::new(
        "gitlab.op_item",
        Text(|event| event.operation_item()),
        "What was added, changed or removed: the value of that member",
    ),
    Field::new(
        "gitlab.op_changed_from",
        Text(|event| event.changed_from()),
        "Value before the change; arrays and objects as compact JSON",
    ),
    Field::new(
        "gitlab.op_changed_to",
        Text(|event| event.changed_to()),
        "Value after the change; arrays and objects as compact JSON",
    ),
    Field::new("gitlab.target_id", Text(|event| event.target_id()), "Id of what it was done to"),
    Field::new(
        "gitlab.target_type",
        Text(|event| event.target_type()),
        "GitLab's class of what it was done to, such as `User` or `PersonalAccessToken`",
    ),
    Field::new(
        "gitlab.target_details",
        Text(|event| event.target_details()),
        "Name of what it was done to; compact JSON where GitLab sends an object",
    ),
    Field::new(
        "gitlab.pluginerrormessage",
        Text(|event| event.plugin_error_message()),
        "What went wrong and what to do, where the event reports a problem of this plugin",
    ),
    Field::new(
        "gitlab.details",
        TextOfKey(|event, key| event.details(key)),
        "Any member of `details`: dots go deeper into objects, but a key that itself holds the dots comes first; arrays and objects as compact JSON, numbers and booleans as written; `null` is absent. An event without `details`, such as a line of `audit_json.log`, has its members at the top level",
    ),
    Field::new(
        "gitlab.ip",
        Address(|event| event.address()),
        "First address of `gitlab.ip_address`, without port or zone; an IPv4-mapped IPv6 address as IPv4",
    ),
    Field::new(
        "gitlab.net",
        Network(|event| event.address()),
        "The same address, to compare with networks: `gitlab.net in (10.0.0.0/8)`",
    ),
    Field::new(
        "gitlab.ip.class",
        Text(|event| event.address_class().map(|class| class.as_str().into())),
        "What kind of address `gitlab.ip` is: `public`, `private`, `loopback`, `link_local`, `cgnat`, `documentation`, `multicast` or `reserved`",
    ),
    Field::new(
        "gitlab.ip.lists",
        TextList(|event| event.address_lists()),
        "Names of the lists of `AddressLists` that `gitlab.ip` is on",
    ),
    Field::new(
        "gitlab.asn",
        Number(|event| event.asn()),
        "Number of the autonomous system (provider, company, cloud) of the address; needs an ASN database",
    ),
    Field::new(
        "gitlab.as_org",
        Text(|event| event.as_organization()),
        "Who runs the autonomous system of the address; needs an ASN database",
    ),
    Field::new(
        "gitlab.author.type",
        Text(|event| event.author_type().map(|author| author.as_str().into())),
        "`user`, `unauthenticated` (nobody signed in, also a runner with its registration token), `system` (GitLab itself), `deploy_token`, `deploy_key` or `bot`, told by the author's id and class; a bot is told by names, which people choose, so do not excuse an action for it alone",
    ),
    Field::new(
        "gitlab.author.key",
        Text(|event| event.author_key()),
        "Who did it, the same under any display name, as trackers tell authors apart: a user's id alone; where several share an id (`-1`, `-2`, `-3`) the id, a space and the name, which for a failed sign-in may be a password",
    ),
    Field::new(
        "gitlab.author.is_target",
        Bool(|event| event.author_is_target()),
        "Whether they did it to their own account: the target is a `User` with the author's id; absent where the event does not tell",
    ),
    Field::new(
        "gitlab.impersonated_by",
        Text(|event| event.impersonated_by()),
        "Administrator behind an impersonated action: `details.impersonated_by` of older GitLab versions, else NAME of a message that ends with ` (by NAME)`; not where it is the target's name or the new value, which people choose, that ends so",
    ),
    Field::new(
        "gitlab.attempt_failed",
        Bool(|event| Some(event.attempt_failed())),
        "Whether the message begins with `Attempted to`: GitLab reports some failures under the type of the success, such as `personal_access_token_created` and `cluster_agent_token_created`",
    ),
    Field::new(
        "gitlab.git.protocol",
        Text(|event| event.git_protocol()),
        "How a Git operation came: `ssh`, `http` or `web`",
    ),
    Field::new(
        "gitlab.git.action",
        Text(|event| event.git_action()),
        "`git-upload-pack` (fetch, clone) or `git-receive-pack` (push)",
    ),
    Field::new(
        "gitlab.git.verb",
        Text(|event| event.git_verb()),
        "`push`, `fetch` or `clone` as GitLab says (its `pull` is `fetch`), else by `gitlab.git.action`, where a clone counts as `fetch`",
    ),
    Field::new(
        "gitlab.token.id",
        Text(|event| event.token_id()),
        "Id of the access token, deploy token or agent token it is about, from the target or the message",
    ),
    Field::new(
        "gitlab.token.scopes",
        TextList(|event| event.token_scopes()),
        "Scopes of the token or OAuth application, from `details` or the message; GitLab does not tell those of personal access tokens",
    ),
    Field::new(
        "gitlab.token.access_level",
        Text(|event| event.token_access_level()),
        "Role of a new project access token, such as `Maintainer`, from the message",
    ),
    Field::new("gitlab.role", Text(|event| event.role()), "Role of a member, such as `Owner`: `details.as`"),
    Field::new(
        "gitlab.auth_method",
        Text(|event| event.auth_method()),
        "How somebody signed in, such as `standard` or `two-factor`: `details.with`",
    ),
    Field::new("gitlab.received_at", Time(|event| event.received_at()), "When the event arrived here"),
    Field::new(
        "gitlab.delay",
        Duration(|event| event.delay()),
        "How long it took from GitLab to here; absent where GitLab's clock is ahead",
    ),
    Field::new(
        "gitlab.origin",
        Text(|event| event.origin()),
        "How the event arrived: `webhook`, `file`, `api` or `stream`",
    ),
    Field::new(
        "gitlab.instance",
        Text(|event| event.instance()),
        "Which GitLab sent it: the name of the token it came with",
    ),
    Field::new(
        "gitlab.count",
        NumberOfTracker(|event, tracker| event.count(tracker)),
        "How many events, or how many different values, the tracker of this name (kind `count` or `distinct`) has in its window, this event included; see docs/trackers.md",
    ),
    Field::new(
        "gitlab.burst",
        NumberOfTracker(|event, tracker| event.burst(tracker)),
        "The next height of `gitlab.count`, one above the highest of the window before, where this event reaches it; so each step of a burst in order is told once, and a burst that goes on at its height is not told at every event",
    ),
    Field::new(
        "gitlab.first_seen",
        BoolOfTracker(|event, tracker| event.first_seen(tracker)),
        "Whether no event within the window had the value for this key, as far as the tracker of this name (kind `first_seen`) remembers; absent while it still learns",
    ),
    Field::new(
        "gitlab.sequence",
        BoolOfTracker(|event, tracker| event.sequence(tracker)),
        "Whether this event completes the sequence of the tracker of this name (kind `sequence`)",
    ),
    Field::new(
        "gitlab.session",
        TextOfTracker(|event, tracker| event.session(tracker)),
        "What the tracker of this name (kind `session`) keeps of the event that opened the session in which this event lies; absent outside sessions",
    ),
    Field::new(
        "gitlab.travel.speed_kmh",
        Number(|event| event.travel_speed()),
        "Speed in kilometres an hour at which the account must have come from the place of its event before; absent where it did not come 100 km",
    ),
    Field::new(
        "gitlab.travel.distance_km",
        Number(|event| event.travel_distance()),
        "Kilometres between the place of the account's event before and this one, less what the database is unsure of; absent below 100",
    ),
    Field::new(
        "gitlab.travel.from_country",
        Text(|event| event.travel_from_country()),
        "ISO 3166 code of the country of the account's event before, where it came 100 km or more since",
    ),
    Field::new(
        "gitlab.pluginerror.kind",
        Text(|event| event.plugin_error_kind()),
        "What went wrong, in one word, where the event reports a problem of this plugin",
    ),
    Field::new(
        "gitlab.pluginerror.count",
        Number(|event| event.plugin_error_count()),
        "How often that went wrong since the last such event",
    ),
    Field::new(
        "gitlab.category",
        Text(|event| event.category()),
        "Heading of GitLab's documentation that the event type stands under, such as `System access`",
    ),
    Field::new(
        "gitlab.event_scope",
        TextList(|event| event.event_scope()),
        "In what events of this type can happen: `Instance`, `Group`, `Project`, `User`",
    ),
    Field::new(
        "gitlab.known_type",
        Bool(|event| event.is_known_type()),
        "Whether the event type is in the catalogue; GitLab adds some twenty types a month, so a new one is normal",
    ),
    Field::new(
        "gitlab.stream_only",
        Bool(|event| event.is_stream_only()),
        "Whether GitLab only streams the event and does not save it, by its type; for unknown types by whether its id is a UUID",
    ),
    Field::new(
        "gitlab.scenario",
        TextList(|event| event.scenarios()),
        "Incident scenarios that the event type is evidence for: `credential_exposure`, `compromised_account`, `ci_cd`, `compromised_instance`, `misconfiguration`, `exfiltration`, `abuse`, `tampering`",
    ),
];
