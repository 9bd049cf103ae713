//! Lists in conditions: a condition's text with the names of lists replaced by their items.
//!
//! Falco replaces text before it parses, wherever a list's name stands between blanks, commas, parentheses or `=`, even
//! inside quotes, and in the order in which the lists were defined. All of that shows, so it is done the same way here,
//! with a record of where each byte of the result came from.

use std::ops::Range;

use crate::exceptions::quoted;
use crate::rules_file::{Definitions, ListItem};

/// How large a condition may become. Lists that mention lists can grow without limit otherwise.
const MAX_EXPANDED: usize = 1 << 20;

/// The lists of all files, each with the items to put in its place, and whether anything mentions it.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    lists: Vec<List>,
}

#[derive(Debug)]
struct List {
    name: String,
    replacement: String,
    is_used: bool,
}

/// The condition would be larger than any we accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Lists {
    /// Replaces in each list the names of lists that came before its last change, one level deep as Falco does.
    pub(crate) fn new(definitions: &Definitions<ListItem>) -> Self {
        let mut used = std::collections::HashSet::new();
        let mut lists = Vec::new();
        for definition in definitions.iter() {
            let mut replacement = String::new();
            let mut push = |item: &str| {
                if replacement.len() <= MAX_EXPANDED {
                    if !replacement.is_empty() {
                        replacement.push_str(", ");
                    }
                    replacement.push_str(&quoted(item));
                }
            };
            for item in &definition.item.items {
                match definitions.get(item).filter(|mentioned| mentioned.first < definition.last) {
                    Some(mentioned) => {
                        used.insert(item.as_str());
                        mentioned.item.items.iter().for_each(|item| push(item));
                    }
                    None => push(item),
                }
            }
            lists.push(List { name: definition.item.name.clone(), replacement, is_used: false });
        }
        for list in &mut lists {
            list.is_used = used.contains(list.name.as_str());
        }
        Self { lists }
    }

    /// The names of lists nothing mentions.
    pub(crate) fn unused(&self) -> impl Iterator<Item = &str> {
        self.lists.iter().filter(|list| !list.is_used).map(|list| list.name.as_str())
    }

    /// Puts items in the place of names, one list after the other.
    pub(crate) fn expand(&mut self, text: &str) -> Result<Expanded, TooLarge> {
        let mut expanded = Expanded { text: text.to_owned(), origins: None };
        for list in &mut self.lists {
            list.is_used |= expanded.replace(&list.name, &list.replacement)?;
        }
        Ok(expanded)
    }
}

/// A text with lists expanded, and where its bytes came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expanded {
    pub(crate) text: String,
    /// For each byte the byte of the original; nothing as long as they are the same.
    origins: Option<Vec<u32>>,
}

impl Expanded {
    /// The bytes of the original that the bytes of the expanded text came from.
    pub(crate) fn original(&self, range: &Range<usize>) -> Range<usize> {
        let Some(origins) = &self.origins else { return range.clone() };
        let origin = |byte: usize| origins.get(byte).map(|&origin| origin as usize);
        let end_of_all = origins.last().map_or(0, |&last| last as usize + 1);
        let start = origin(range.start).unwrap_or(end_of_all);
        let end = range.end.checked_sub(1).and_then(origin).map_or(start, |last| last + 1);
        start..end.max(start)
    }

    fn replace(&mut self, name: &str, replacement: &str) -> Result<bool, TooLarge> {
        if !self.text.contains(name) {
            return Ok(false);
        }
        let before = std::mem::take(&mut self.text);
        let origins = self.origins.take().unwrap_or_else(|| (0..=u32::MAX).take(before.len()).collect());
        let mut output = Output { text: String::new(), origins: Vec::new() };
        let mut rest = 0;
        let mut search_from = 0;
        let mut is_used = false;
        while let Some(at) = find(&before, name, search_from) {
            let mut end = at + name.len();
            output.copy(&before, &origins, rest..at);
            rest = at;
            search_from = next_character(&before, at);
            if !output.text.is_empty() && !output.text.ends_with(is_delimiter) || !delimited_at(&before, end) {
                continue;
            }
            while before[end..].starts_with(is_blank) {
                end += 1;
            }
            output.trim_end();
            if replacement.is_empty() && !output.pop(',') && before[end..].starts_with(',') {
                end += 1;
            }
            let is_first = output.text.is_empty();
            if !is_first {
                output.push(" ", origins[at]);
            }
            output.push(replacement, origins[at]);
            output.push(" ", origins[at]);
            is_used = true;
            rest = end;
            // Falco's search goes on one byte further where the name stood at the very beginning.
            search_from = if is_first { next_character(&before, end) } else { end };
            if output.text.len() > MAX_EXPANDED {
                return Err(TooLarge);
            }
        }
        output.copy(&before, &origins, rest..before.len());
        (self.text, self.origins) = (output.text, Some(output.origins));
        Ok(is_used)
    }
}

struct Output {
    text: String,
    origins: Vec<u32>,
}

impl Output {
    fn copy(&mut self, text: &str, origins: &[u32], range: Range<usize>) {
        self.text.push_str(&text[range.clone()]);
        self.origins.extend_from_slice(&origins[range]);
    }

    fn push(&mut self, text: &str, origin: u32) {
        self.text.push_str(text);
        self.origins.resize(self.text.len(), origin);
    }

    fn trim_end(&mut self) {
        self.text.truncate(self.text.trim_end_matches(is_blank).len());
        self.origins.truncate(self.text.len());
    }

    fn pop(&mut self, last: char) -> bool {
        let ends_so = self.text.ends_with(last);
        if ends_so {
            self.text.pop();
            self.origins.truncate(self.text.len());
        }
        ends_so
    }
}

fn find(text: &str, name: &str, from: usize) -> Option<usize> {
    text.get(from..)?.find(name).map(|at| from + at)
}

fn next_character(text: &str, at: usize) -> usize {
    text[at..].chars().next().map_or(at + 1, |c| at + c.len_utf8())
}

fn delimited_at(text: &str, at: usize) -> bool {
    text[at..].chars().next().is_none_or(is_delimiter)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

fn is_delimiter(c: char) -> bool {
    is_blank(c) || matches!(c, '(' | ')' | ',' | '=')
}
