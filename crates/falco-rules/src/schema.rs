//! The fields that rules of one event source may use.

use std::collections::HashMap;

use crate::nearest::nearest;

/// The type of a field's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// Text.
    String,
    /// A 64-bit number without a sign.
    Uint64,
    /// `true` or `false`.
    Bool,
    /// An IPv4 or IPv6 address, compared with addresses.
    IpAddr,
    /// An IPv4 or IPv6 address, compared with networks.
    IpNet,
    /// A duration in nanoseconds.
    RelTime,
    /// A point in time, in nanoseconds since the epoch.
    AbsTime,
}

impl FieldType {
    /// The name Falco gives the type in its messages and field listings.
    pub fn name(self) -> &'static str {
        match self {
            Self::String => "CHARBUF",
            Self::Uint64 => "UINT64",
            Self::Bool => "BOOL",
            Self::IpAddr => "IPADDR",
            Self::IpNet => "IPNET",
            Self::RelTime => "RELTIME",
            Self::AbsTime => "ABSTIME",
        }
    }
}

/// Whether a field is used with an argument in brackets, and which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldArgument {
    /// `field`.
    None,
    /// `field[KEY]`.
    RequiredKey,
    /// `field` or `field[KEY]`.
    OptionalKey,
    /// `field[7]`.
    RequiredIndex,
    /// `field` or `field[7]`.
    OptionalIndex,
}

/// A field that the caller's events have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldDefinition {
    /// Its name, such as `gitlab.event_type`.
    pub name: String,
    /// The type of its value, or of each value of its list.
    pub field_type: FieldType,
    /// Whether its value is a list.
    pub is_list: bool,
    /// Whether it takes an argument.
    pub argument: FieldArgument,
}

impl FieldDefinition {
    /// A field with one value of this type, and without an argument.
    pub fn new(name: impl Into<String>, field_type: FieldType) -> Self {
        Self { name: name.into(), field_type, is_list: false, argument: FieldArgument::None }
    }

    /// The same with a list of such values.
    #[must_use]
    pub fn list(self) -> Self {
        Self { is_list: true, ..self }
    }

    /// The same with an argument.
    #[must_use]
    pub fn with_argument(self, argument: FieldArgument) -> Self {
        Self { argument, ..self }
    }
}

/// The place of a field in the table given to [`Schema::new`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(u32);

impl FieldId {
    /// The position in that table, from 0.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A field that Falco itself gives every event of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GenericField {
    /// `evt.num`: the number of the event.
    Number,
    /// `evt.time`: the time of day with nanoseconds, in UTC.
    Time,
    /// `evt.time.s`: the time of day, in UTC.
    TimeSeconds,
    /// `evt.time.iso8601`: date and time with nanoseconds, in UTC.
    TimeIso8601,
    /// `evt.datetime`: date and time with nanoseconds, in UTC.
    DateTime,
    /// `evt.datetime.s`: date and time, in UTC.
    DateTimeSeconds,
    /// `evt.rawtime`: nanoseconds since the epoch.
    RawTime,
    /// `evt.rawtime.s`: whole seconds since the epoch.
    RawTimeSeconds,
    /// `evt.rawtime.ns`: the nanoseconds within the second.
    RawTimeNanoseconds,
    /// `evt.reltime`: nanoseconds since the first event.
    RelTime,
    /// `evt.reltime.s`: whole seconds since the first event.
    RelTimeSeconds,
    /// `evt.reltime.ns`: the nanoseconds within that second.
    RelTimeNanoseconds,
    /// `evt.pluginname`: the plugin the event came from.
    PluginName,
    /// `evt.plugininfo`: the event as one line of text.
    PluginInfo,
    /// `evt.source`: the event source.
    Source,
    /// `evt.is_async`: whether it is an asynchronous event.
    IsAsync,
    /// `evt.asynctype`: the name of an asynchronous event.
    AsyncType,
    /// `evt.hostname`: the host Falco runs on.
    Hostname,
}

impl GenericField {
    /// All of them, with their names and types.
    pub const ALL: [(Self, &'static str, FieldType); 18] = [
        (Self::Number, "evt.num", FieldType::Uint64),
        (Self::Time, "evt.time", FieldType::String),
        (Self::TimeSeconds, "evt.time.s", FieldType::String),
        (Self::TimeIso8601, "evt.time.iso8601", FieldType::String),
        (Self::DateTime, "evt.datetime", FieldType::String),
        (Self::DateTimeSeconds, "evt.datetime.s", FieldType::String),
        (Self::RawTime, "evt.rawtime", FieldType::AbsTime),
        (Self::RawTimeSeconds, "evt.rawtime.s", FieldType::AbsTime),
        (Self::RawTimeNanoseconds, "evt.rawtime.ns", FieldType::AbsTime),
        (Self::RelTime, "evt.reltime", FieldType::RelTime),
        (Self::RelTimeSeconds, "evt.reltime.s", FieldType::RelTime),
        (Self::RelTimeNanoseconds, "evt.reltime.ns", FieldType::RelTime),
        (Self::PluginName, "evt.pluginname", FieldType::String),
        (Self::PluginInfo, "evt.plugininfo", FieldType::String),
        (Self::Source, "evt.source", FieldType::String),
        (Self::IsAsync, "evt.is_async", FieldType::Bool),
        (Self::AsyncType, "evt.asynctype", FieldType::String),
        (Self::Hostname, "evt.hostname", FieldType::String),
    ];
}

/// A field found by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldRef {
    /// One of Falco's own.
    Generic(GenericField),
    /// One of the caller's.
    Plugin(FieldId),
}

/// The fields of one event source. Rules of different sources have different schemas.
#[derive(Clone, Debug)]
pub struct Schema {
    source: String,
    plugin_name: String,
    plugin_version: String,
    fields: Vec<FieldDefinition>,
    by_name: HashMap<String, FieldRef>,
}

impl Schema {
    /// A schema of the event source `source`, whose events come from the plugin `plugin_name` in the version
    /// `plugin_version`. [`Event::value`](crate::Event::value) is called with the position of a field in `fields`.
    ///
    /// A name that is given twice, or that Falco uses for its own fields, keeps its first meaning.
    pub fn new(
        source: impl Into<String>,
        plugin_name: impl Into<String>,
        plugin_version: impl Into<String>,
        fields: Vec<FieldDefinition>,
    ) -> Self {
        let mut by_name: HashMap<String, FieldRef> =
            GenericField::ALL.iter().map(|&(field, name, _)| (name.to_owned(), FieldRef::Generic(field))).collect();
        for (id, field) in (0..).map(FieldId).zip(&fields) {
            by_name.entry(field.name.clone()).or_insert(FieldRef::Plugin(id));
        }
        Self {
            source: source.into(),
            plugin_name: plugin_name.into(),
            plugin_version: plugin_version.into(),
            fields,
            by_name,
        }
    }

    /// The event source, as in a rule's `source`.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The plugin's name, as in `required_plugin_versions` and `evt.pluginname`.
    pub fn plugin_name(&self) -> &str {
        &self.plugin_name
    }

    /// The plugin's version.
    pub fn plugin_version(&self) -> &str {
        &self.plugin_version
    }

    /// The table given to [`Schema::new`].
    pub fn fields(&self) -> &[FieldDefinition] {
        &self.fields
    }

    /// The field of that name, Falco's own or the caller's.
    pub fn field(&self, name: &str) -> Option<FieldRef> {
        self.by_name.get(name).copied()
    }

    /// The field with the longest name that this one begins with.
    pub(crate) fn field_it_begins_with(&self, name: &str) -> Option<FieldRef> {
        let fitting = self.by_name.iter().filter(|(known, _)| name.starts_with(known.as_str()));
        fitting.max_by_key(|(known, _)| known.len()).map(|(_, field)| *field)
    }

    /// The caller's field of that name.
    pub fn field_id(&self, name: &str) -> Option<FieldId> {
        match self.field(name)? {
            FieldRef::Plugin(id) => Some(id),
            FieldRef::Generic(_) => None,
        }
    }

    /// The type of a field's value, whether it is a list, and which argument it takes.
    pub fn shape(&self, field: FieldRef) -> (FieldType, bool, FieldArgument) {
        match field {
            FieldRef::Plugin(id) => {
                let field = &self.fields[id.index()];
                (field.field_type, field.is_list, field.argument)
            }
            FieldRef::Generic(generic) => {
                let field_type = GenericField::ALL
                    .iter()
                    .find(|(field, ..)| *field == generic)
                    .map_or(FieldType::String, |&(.., field_type)| field_type);
                (field_type, false, FieldArgument::None)
            }
        }
    }

    /// The known field whose name is closest to a misspelt one.
    pub fn nearest_field(&self, name: &str) -> Option<String> {
        nearest(name, self.by_name.keys().map(String::as_str)).map(str::to_owned)
    }
}
