//! Where a problem is, as Falco says it: the file, the item in it, the key in that.

use std::ops::Range;

/// What a location is. The names are those in Falco's reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ItemKind {
    ValueFor,
    Exceptions,
    Exception,
    ExceptionValues,
    ExceptionValue,
    RulesContent,
    RulesContentItem,
    RequiredEngineVersion,
    RequiredPluginVersions,
    RequiredPluginVersionsEntry,
    RequiredPluginVersionsAlternative,
    List,
    ListItem,
    Macro,
    MacroCondition,
    Rule,
    RuleCondition,
    ConditionExpression,
    RuleOutput,
    RulePriority,
    Override,
}

impl ItemKind {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ValueFor => "value for",
            Self::Exceptions => "exceptions",
            Self::Exception => "exception",
            Self::ExceptionValues => "exception values",
            Self::ExceptionValue => "exception value",
            Self::RulesContent => "rules content",
            Self::RulesContentItem => "rules content item",
            Self::RequiredEngineVersion => "required_engine_version",
            Self::RequiredPluginVersions => "required plugin versions",
            Self::RequiredPluginVersionsEntry => "required plugin versions entry",
            Self::RequiredPluginVersionsAlternative => "required plugin versions alternative",
            Self::List => "list",
            Self::ListItem => "list item",
            Self::Macro => "macro",
            Self::MacroCondition => "macro condition",
            Self::Rule => "rule",
            Self::RuleCondition => "rule condition",
            Self::ConditionExpression => "condition expression",
            Self::RuleOutput => "rule output",
            Self::RulePriority => "rule priority",
            Self::Override => "overrides",
        }
    }
}

/// Which of the files of one load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FileId(pub(crate) usize);

/// Bytes of one of the files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct FileSpan {
    pub(crate) file: FileId,
    pub(crate) bytes: Range<usize>,
}

/// One step on the way to a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Location {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    pub(crate) span: FileSpan,
}

/// The way from the file to an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Trail(Vec<Location>);

impl Trail {
    /// The whole file.
    pub(crate) fn file(file: FileId) -> Self {
        Self(vec![Location { kind: ItemKind::RulesContent, name: String::new(), span: FileSpan { file, bytes: 0..0 } }])
    }

    /// One step further.
    pub(crate) fn step(&self, kind: ItemKind, name: &str, bytes: &Range<usize>) -> Self {
        let mut locations = self.0.clone();
        let span = FileSpan { file: self.span().file, bytes: bytes.clone() };
        locations.push(Location { kind, name: name.to_owned(), span });
        Self(locations)
    }

    pub(crate) fn locations(&self) -> &[Location] {
        &self.0
    }

    /// Where the way ends.
    pub(crate) fn span(&self) -> &FileSpan {
        &self.last().span
    }

    pub(crate) fn last(&self) -> &Location {
        self.0.last().expect("a trail starts with the file and never gets shorter")
    }

    /// The rule, macro, list or exception the way leads into, for a sentence: `rule "A"`.
    pub(crate) fn item(&self) -> Option<String> {
        self.0
            .iter()
            .find(|location| !location.name.is_empty())
            .map(|location| format!("{} \"{}\"", location.kind.name(), location.name))
    }
}
