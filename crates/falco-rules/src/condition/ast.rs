//! A condition as a tree, with the place of each part in the text.

use std::ops::Range;
use std::sync::Arc;

use crate::condition::macros::MacroBody;

/// A range of bytes in the text of a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last one.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same as a range, to cut it out of the text.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

/// An expression that is true or false.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an [`Expr`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// `a and b and c`: two or more.
    And(Vec<Expr>),
    /// `a or b or c`: two or more.
    Or(Vec<Expr>),
    /// `not a`. The parser folds `not not a` into `a`.
    Not(Box<Expr>),
    /// The name of a macro.
    Macro {
        /// The name.
        name: String,
        /// What it stands for, once [`Macros::resolve`](crate::Macros::resolve) has put it in.
        body: Option<Arc<MacroBody>>,
    },
    /// `field exists`.
    Exists(Box<Operand>),
    /// `field operator value`.
    Compare(Box<Comparison>),
}

/// `field operator value`, or `field operator modifier (list)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// The left-hand side.
    pub left: Operand,
    /// The operator.
    pub operator: Operator,
    /// The modifier between the operator and its list.
    pub modifier: Option<Modifier>,
    /// The right-hand side.
    pub right: Right,
}

/// What has a value in an event: a field, or something made from fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operand {
    /// What it is.
    pub kind: OperandKind,
    /// Where it stands.
    pub span: Span,
}

impl Operand {
    pub(crate) fn is_val(&self) -> bool {
        matches!(self.kind, OperandKind::Transform { transformer: Transformer::Val, .. })
    }
}

/// What an [`Operand`] is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// `field` or `field[argument]`.
    Field(FieldName),
    /// `transformer(argument, …)`, or `getopt(…)[selector]`.
    Transform {
        /// Which one.
        transformer: Transformer,
        /// What it is applied to.
        arguments: Vec<Operand>,
        /// The text in brackets behind it.
        selector: Option<String>,
    },
    /// A quoted string or a number, as an argument of a transformer.
    Text(String),
    /// `(a, b)`, as an argument of a transformer.
    List(Vec<Operand>),
}

/// A field by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldName {
    /// Its name.
    pub name: String,
    /// The text in brackets, without quotes.
    pub argument: Option<String>,
}

/// The right-hand side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Right {
    /// One value.
    Value(Literal),
    /// `(a, b, c)`.
    List(Vec<Literal>),
    /// `val(field)` or a transformer: the values of the event itself.
    Operand(Operand),
}

/// A value as the text says it. Its type comes from the field it is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The value, without quotes and escapes.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operator {
    /// `=` and `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `contains`: has the text somewhere.
    Contains,
    /// `icontains`: the same without regard to the case of ASCII letters.
    IContains,
    /// `bcontains`: for byte buffers, which plugin fields never are.
    BContains,
    /// `startswith`.
    StartsWith,
    /// `bstartswith`: for byte buffers, which plugin fields never are.
    BStartsWith,
    /// `endswith`.
    EndsWith,
    /// `glob`: a shell pattern matches the whole text.
    Glob,
    /// `iglob`: the same without regard to the case of ASCII letters.
    IGlob,
    /// `regex`: a regular expression matches the whole text.
    Regex,
    /// `in`: is one of; for a list field: all of its values are.
    In,
    /// `intersects`: for a list field: one of its values is one of.
    Intersects,
    /// `pmatch`: is one of the paths or below it.
    PMatch,
}

impl Operator {
    /// All of them, in the order in which Falco names them.
    pub const ALL: [Self; 18] = [
        Self::LessOrEqual,
        Self::Less,
        Self::GreaterOrEqual,
        Self::Greater,
        Self::Equal,
        Self::NotEqual,
        Self::Glob,
        Self::IGlob,
        Self::Contains,
        Self::IContains,
        Self::BContains,
        Self::StartsWith,
        Self::BStartsWith,
        Self::EndsWith,
        Self::Regex,
        Self::Intersects,
        Self::In,
        Self::PMatch,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Contains => "contains",
            Self::IContains => "icontains",
            Self::BContains => "bcontains",
            Self::StartsWith => "startswith",
            Self::BStartsWith => "bstartswith",
            Self::EndsWith => "endswith",
            Self::Glob => "glob",
            Self::IGlob => "iglob",
            Self::Regex => "regex",
            Self::In => "in",
            Self::Intersects => "intersects",
            Self::PMatch => "pmatch",
        }
    }
}

/// How the answers for each value of a list become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modifier {
    /// `oneof`: exactly one.
    OneOf,
    /// `anyof`: at least one.
    AnyOf,
    /// `allof`: every one.
    AllOf,
}

impl Modifier {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::OneOf, Self::AnyOf, Self::AllOf];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneOf => "oneof",
            Self::AnyOf => "anyof",
            Self::AllOf => "allof",
        }
    }
}

/// A function of values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transformer {
    /// `val(field)`: the value itself; only on the right-hand side.
    Val,
    /// `tolower(text)`: ASCII letters in lower case.
    ToLower,
    /// `toupper(text)`: ASCII letters in upper case.
    ToUpper,
    /// `b64(text)`: what the base64 text stands for.
    B64,
    /// `basename(text)`: what follows the last `/`.
    Basename,
    /// `len(text or list)`: how many bytes, or how many values.
    Len,
    /// `join(separator, list)`.
    Join,
    /// `concat(text, text, …)`.
    Concat,
    /// `getopt(list, optstring)`: the options of a command line.
    GetOpt,
}

impl Transformer {
    /// All of them, in the order in which Falco names them.
    pub const ALL: [Self; 9] = [
        Self::Val,
        Self::ToLower,
        Self::ToUpper,
        Self::B64,
        Self::Basename,
        Self::Len,
        Self::Join,
        Self::Concat,
        Self::GetOpt,
    ];

    /// Whether it is applied to one value, or to each value of one list.
    pub(crate) fn is_of_one(self) -> bool {
        !matches!(self, Self::Join | Self::Concat | Self::GetOpt)
    }

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Val => "val",
            Self::ToLower => "tolower",
            Self::ToUpper => "toupper",
            Self::B64 => "b64",
            Self::Basename => "basename",
            Self::Len => "len",
            Self::Join => "join",
            Self::Concat => "concat",
            Self::GetOpt => "getopt",
        }
    }
}
