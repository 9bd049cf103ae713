//! Every field: its name, type and meaning, and where its value comes from.
use super::FieldValue::{self, Text};
use super::extract::{of_addition, of_details, of_event, operation_item, operation_type};
use super::{Field, FieldArgument, FieldType};
use crate::event::AuditEvent;
use crate::event_index::Part;

type Extract = for<'a> fn(&AuditEvent<'a>, &str) -> Option<FieldValue<'a>>;

const fn text(name: &'static str, description: &'static str, extract: Extract) -> Field {
    Field { name, ty: FieldType::Text, is_list: false, argument: FieldArgument::None, description, extract }
}

/// All fields, those of the Go plugin first.
pub static FIELDS: &[Field] = &[
    text(
        "gitlab.event_id",
        "Id of the audit event: a number, or a UUID for an event that is only streamed",
        |event, _| event.id().map(Text),
    ),
    text("gitlab.event_type", "Type of the audit event, such as `user_impersonation`", |event, _| {
        event.event_type().map(Text)
    }),
    text(
        "gitlab.author_id",
        "Id of who did it; `-1` nobody signed in or GitLab itself, `-2` a deploy token, `-3` a deploy key",
        |event, _| event.author_id().map(Text),
    ),
    text(
        "gitlab.author_name",
        "Display name of who did it; for a failed sign-in to an unknown account, what was typed as user name",
        |event, _| event.author_name().map(Text),
    ),
    text("gitlab.author_email", "E-mail address of who did it; only the REST API tells it", |event, _| {
        of_event(event, "author_email")
    }),
    text("gitlab.author_class", "GitLab's class of the author, such as `User` or `DeployKey`", |event, _| {
        event.author_class().map(Text)
    }),
    text(
        "gitlab.custom_message",
        "What happened in GitLab's words; JSON where GitLab sends an object, as for Git operations",
        |event, _| event.custom_message().map(Text),
    ),
    text("gitlab.city", "City of the address, in English", |event, _| of_addition(event, Part::Place, "city")),
    text("gitlab.country", "Country of the address, in English", |event, _| of_addition(event, Part::Place, "country")),
    text("gitlab.countryisocode", "ISO 3166 code of the country of the address, such as `DE`", |event, _| {
        of_addition(event, Part::Place, "country_iso_code")
    }),
    text("gitlab.continent", "Continent of the address, in English", |event, _| {
        of_addition(event, Part::Place, "continent")
    }),
    text("gitlab.entity_id", "Id of the project, group, user or instance it happened in", |event, _| {
        event.entity_id().map(Text)
    }),
    text("gitlab.entity_type", "`Project`, `Group`, `User` or `Gitlab::Audit::InstanceScope`", |event, _| {
        event.entity_type().map(Text)
    }),
    text("gitlab.entity_path", "Full path of the project or group, the user name, or `gitlab_instance`", |event, _| {
        event.entity_path().map(Text)
    }),
    text(
        "gitlab.failed_login",
        "How a failed sign-in was tried: `STANDARD`, `OTP`, `WEBAUTHN` or a provider",
        |event, _| of_details(event, "failed_login"),
    ),
    text("gitlab.created_at", "When it happened, as GitLab wrote it", |event, _| event.created_at_text().map(Text)),
    text(
        "gitlab.ip_address",
        "The address it came from, as GitLab wrote it: behind proxies a comma list",
        |event, _| event.ip_address().map(Text),
    ),
    text("gitlab.op_type", "`add`, `change` or `remove`: which of these `details` has", |event, _| {
        operation_type(event)
    }),
    text("gitlab.op_item", "What was added, changed or removed", |event, _| operation_item(event)),
    text("gitlab.op_changed_from", "The value before", |event, _| of_details(event, "from")),
    text("gitlab.op_changed_to", "The value after", |event, _| of_details(event, "to")),
    text("gitlab.target_id", "Id of what it was done to", |event, _| event.target_id().map(Text)),
    text(
        "gitlab.target_type",
        "GitLab's class of what it was done to, such as `User` or `PersonalAccessToken`",
        |event, _| event.target_type().map(Text),
    ),
    text("gitlab.target_details", "Name of what it was done to; JSON where GitLab sends an object", |event, _| {
        event.target_details().map(Text)
    }),
    text(
        "gitlab.pluginerrormessage",
        "What went wrong, where the event reports a problem of this plugin",
        |event, _| of_addition(event, Part::PluginError, "message"),
    ),
    Field {
        argument: FieldArgument::RequiredKey,
        ..text("gitlab.details", "Any member of `details`", |event, key| event.details(key).map(Text))
    },
];
