//! Falco's names for what can be wrong with a rules file.

/// What kind of problem a rules file has, by Falco's own code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Code {
    /// The file cannot be read.
    FileRead,
    /// The file is not YAML.
    YamlParse,
    /// The YAML does not have the shape of a rules file.
    YamlValidate,
    /// A condition cannot be compiled.
    CompileCondition,
    /// An output cannot be compiled.
    CompileOutput,
    /// A rule, macro, list, exception or requirement is wrong in itself.
    Validate,
    /// A plugin the file requires is missing or of another version. Falco has no code for it: it refuses to start.
    PluginRequirement,
    /// A rule is for an event source nobody provides; it is skipped.
    UnknownSource,
    /// A comparison with `<NA>` that does not do what it says.
    UnsafeNaCheck,
    /// A system call rule that does not say for which event types it is.
    NoEvttype,
    /// A field is unknown, and the rule says to skip it then.
    UnknownFilter,
    /// A macro that nothing uses.
    UnusedMacro,
    /// A list that nothing uses.
    UnusedList,
    /// A top level item that is no rule, macro, list or requirement.
    UnknownItem,
    /// Something Falco will drop one day.
    DeprecatedItem,
    /// An exception is appended without values.
    AppendNoValues,
    /// A rule defines an exception twice.
    ExceptionNameNotUnique,
    /// A macro name that no condition can mention.
    InvalidMacroName,
    /// A list name that no condition can mention.
    InvalidListName,
    /// A condition that is valid, but hardly means what it says.
    CompileConditionWarning,
    /// A key that means nothing here.
    UnknownKey,
}

impl Code {
    /// Does this stop a file from loading? All others are warnings.
    pub const fn is_error(self) -> bool {
        matches!(
            self,
            Self::FileRead
                | Self::YamlParse
                | Self::YamlValidate
                | Self::CompileCondition
                | Self::CompileOutput
                | Self::Validate
                | Self::PluginRequirement
        )
    }

    /// Falco's code: `LOAD_ERR_YAML_PARSE`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FileRead => "LOAD_ERR_FILE_READ",
            Self::YamlParse => "LOAD_ERR_YAML_PARSE",
            Self::YamlValidate => "LOAD_ERR_YAML_VALIDATE",
            Self::CompileCondition => "LOAD_ERR_COMPILE_CONDITION",
            Self::CompileOutput => "LOAD_ERR_COMPILE_OUTPUT",
            Self::Validate => "LOAD_ERR_VALIDATE",
            Self::PluginRequirement => "PLUGIN_REQUIREMENT",
            Self::UnknownSource => "LOAD_UNKNOWN_SOURCE",
            Self::UnsafeNaCheck => "LOAD_UNSAFE_NA_CHECK",
            Self::NoEvttype => "LOAD_NO_EVTTYPE",
            Self::UnknownFilter => "LOAD_UNKNOWN_FILTER",
            Self::UnusedMacro => "LOAD_UNUSED_MACRO",
            Self::UnusedList => "LOAD_UNUSED_LIST",
            Self::UnknownItem => "LOAD_UNKNOWN_ITEM",
            Self::DeprecatedItem => "LOAD_DEPRECATED_ITEM",
            Self::AppendNoValues => "LOAD_APPEND_NO_VALUES",
            Self::ExceptionNameNotUnique => "LOAD_EXCEPTION_NAME_NOT_UNIQUE",
            Self::InvalidMacroName => "LOAD_INVALID_MACRO_NAME",
            Self::InvalidListName => "LOAD_INVALID_LIST_NAME",
            Self::CompileConditionWarning => "LOAD_COMPILE_CONDITION",
            Self::UnknownKey => "LOAD_UNKNOWN_KEY",
        }
    }

    /// What the code means, in a few words.
    pub const fn description(self) -> &'static str {
        match self {
            Self::FileRead => "File read error",
            Self::YamlParse => "YAML parse error",
            Self::YamlValidate => "Error validating internal structure of YAML file",
            Self::CompileCondition => "Error compiling condition",
            Self::CompileOutput => "Error compiling output",
            Self::Validate => "Error validating rule/macro/list/exception objects",
            Self::PluginRequirement => "Required plugin version not available",
            Self::UnknownSource => "Unknown event source",
            Self::UnsafeNaCheck => "Unsafe <NA> comparison in condition",
            Self::NoEvttype => "Condition has no event-type restriction",
            Self::UnknownFilter => "Unknown field or event-type in condition or output",
            Self::UnusedMacro => "Unused macro",
            Self::UnusedList => "Unused list",
            Self::UnknownItem => "Unknown rules file item",
            Self::DeprecatedItem => "Used deprecated item",
            Self::AppendNoValues => "Overriding/appending with no values",
            Self::ExceptionNameNotUnique => "Multiple exceptions defined with the same name",
            Self::InvalidMacroName => "Invalid macro name",
            Self::InvalidListName => "Invalid list name",
            Self::CompileConditionWarning => "Warning in rule condition",
            Self::UnknownKey => "Unknown key in item definition",
        }
    }
}
