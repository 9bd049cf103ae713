//! One problem of a rules file: what it is, where it is, what would be right.

mod code;
mod location;

use std::ops::Range;

pub use code::Code;
pub(crate) use location::{FileId, FileSpan, ItemKind, Trail};

/// One problem of a rules file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: Vec<String>,
    pub(crate) trail: Trail,
    pub(crate) place: Place,
    /// Does Falco report it too?
    pub(crate) is_falcos: bool,
}

/// The text to underline.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// It is in a file as it stands.
    File(FileSpan),
    /// It is in a text put together from several places, or written in a way that hides where its characters are.
    Text { text: String, span: Range<usize> },
}

impl Diagnostic {
    /// A problem at the end of a trail.
    pub(crate) fn new(code: Code, message: impl Into<String>, trail: Trail) -> Self {
        let place = Place::File(trail.span().clone());
        Self { code, message: message.into(), help: Vec::new(), trail, place, is_falcos: true }
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    pub(crate) fn help_if(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// What makes two problems the same to a reader.
    pub(crate) fn essence(&self) -> (Code, String, Place) {
        (self.code, self.message.clone(), self.place.clone())
    }

    /// Falco's code.
    pub fn code(&self) -> Code {
        self.code
    }

    /// What is wrong, in one sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What was expected, and the nearest name where one is unknown.
    pub fn help_lines(&self) -> &[String] {
        &self.help
    }
}
