//! The tokens of Falco's grammar, read on demand: which one is tried depends on what the parser expects.
//!
//! Falco's lexer has no word boundaries and does not go back after an operator that lacks its blank; both show in what
//! it accepts, so both are kept.

use crate::condition::ast::Span;
use crate::condition::error::{ConditionError, ConditionErrorKind};

pub(super) struct Lexer<'t> {
    text: &'t str,
    position: usize,
    /// The byte after the last token, blanks not counted: where a node ends.
    token_end: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, position: 0, token_end: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn at_end(&self) -> bool {
        self.position == self.text.len()
    }

    /// From `start` to the end of the last token.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.token_end.max(start))
    }

    /// From here to the end of the word that stands here, for errors.
    pub(super) fn word_here(&self) -> Span {
        let rest = self.rest();
        let length = match rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | ',' | '"' | '\'')) {
            Some(0) => rest.chars().next().map_or(0, char::len_utf8),
            Some(length) => length,
            None => rest.len(),
        };
        Span::new(self.position, self.position + length)
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    fn take(&mut self, length: usize) -> &'t str {
        let token = &self.rest()[..length];
        self.position += length;
        self.token_end = self.position;
        token
    }

    /// Skips blanks; says whether there were any.
    pub(super) fn blank(&mut self) -> bool {
        let rest = self.rest();
        let blanks = rest.len() - rest.trim_start_matches(is_blank).len();
        self.position += blanks;
        blanks > 0
    }

    pub(super) fn literal(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.take(token.len());
        }
        found
    }

    /// A word and the parenthesis right behind it, or nothing.
    pub(super) fn call(&mut self, word: &str) -> bool {
        let found = self.rest().strip_prefix(word).is_some_and(|rest| rest.starts_with('('));
        if found {
            self.take(word.len() + 1);
        }
        found
    }

    /// A word with a parenthesis behind it, which is left; or nothing.
    pub(super) fn word_before_list(&mut self, word: &str) -> bool {
        let rest = self.rest().strip_prefix(word);
        let found = rest.is_some_and(|rest| rest.trim_start_matches(is_blank).starts_with('('));
        if found {
            self.take(word.len());
        }
        found
    }

    /// `not` with a blank behind it.
    pub(super) fn not_and_blank(&mut self) -> bool {
        let Some(rest) = self.rest().strip_prefix("not") else { return false };
        let blanks = rest.len() - rest.trim_start_matches(is_posix_space).len();
        if blanks == 0 {
            return false;
        }
        self.take("not".len());
        self.position += blanks;
        true
    }

    /// A name: letters, digits and underscores, beginning with a letter.
    pub(super) fn identifier(&mut self) -> Option<&'t str> {
        let length = identifier_length(self.rest())?;
        Some(self.take(length))
    }

    /// Two or more names joined by dots.
    pub(super) fn field_name(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let mut length = identifier_length(rest)?;
        let mut parts = 1;
        while let Some(part) = rest[length..].strip_prefix('.').and_then(identifier_length) {
            length += 1 + part;
            parts += 1;
        }
        (parts > 1).then(|| self.take(length))
    }

    /// A field's argument without quotes.
    pub(super) fn bare_argument(&mut self) -> Option<&'t str> {
        self.while_matches(|c| !matches!(c, '[' | ']' | '"' | '\'' | '\0') && !is_posix_space(c))
    }

    /// A string without quotes.
    pub(super) fn bare_string(&mut self) -> Option<&'t str> {
        self.while_matches(is_bare_string_char)
    }

    fn while_matches(&mut self, accept: impl Fn(char) -> bool) -> Option<&'t str> {
        let rest = self.rest();
        let length = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        (length > 0).then(|| self.take(length))
    }

    /// A number: hexadecimal, or decimal with an optional sign, fraction and exponent.
    pub(super) fn number(&mut self) -> Option<&'t str> {
        let rest = self.rest();
        let length = hex_length(rest).or_else(|| decimal_length(rest))?;
        Some(self.take(length))
    }

    /// A string in single or double quotes, without them and with its escapes replaced. After an error the position is
    /// behind the closing quote.
    pub(super) fn quoted_string(&mut self) -> Result<Option<String>, ConditionError> {
        let rest = self.rest();
        let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else { return Ok(None) };
        // A quote behind a backslash does not end the string, even where the backslash is itself escaped.
        let mut previous = quote;
        for (offset, c) in rest.char_indices().skip(1) {
            if c == '\0' {
                return Ok(None);
            }
            if c == quote && previous != '\\' {
                let start = self.position;
                self.take(offset + 1);
                return unescape(&rest[1..offset], quote, start + 1).map(Some);
            }
            previous = c;
        }
        Ok(None)
    }
}

/// What may stand between tokens.
fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\x08' | '\r' | '\n')
}

/// The characters of `[[:space:]]` in a POSIX regular expression.
fn is_posix_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

pub(super) fn is_bare_string_char(c: char) -> bool {
    // Falco's strings end at a zero byte, so it cannot stand in one.
    !matches!(c, '(' | ')' | '"' | '\'' | '=' | ',' | '\0') && !is_posix_space(c)
}

fn identifier_length(text: &str) -> Option<usize> {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        .then(|| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len()))
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

fn hex_length(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X"))?;
    let length = rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len());
    (length > 0).then_some(2 + length)
}

fn decimal_length(text: &str) -> Option<usize> {
    let mut length = usize::from(text.starts_with(['+', '-']));
    let whole = digits(&text[length..]);
    if whole == 0 {
        return None;
    }
    length += whole;
    if text[length..].starts_with('.') {
        length += 1 + digits(&text[length + 1..]);
    }
    if let Some(exponent) = text[length..].strip_prefix(['e', 'E'])
        && exponent.starts_with(['+', '-'])
        && digits(&exponent[1..]) > 0
    {
        length += 2 + digits(&exponent[1..]);
    }
    Some(length)
}

fn unescape(text: &str, quote: char, start: usize) -> Result<String, ConditionError> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.char_indices();
    while let Some((offset, c)) = characters.next() {
        if c != '\\' {
            plain.push(c);
            continue;
        }
        // A closing quote is never behind a backslash, so something follows this one.
        let Some((_, escaped)) = characters.next() else { break };
        plain.push(match escaped {
            'b' => '\x08',
            'f' => '\x0c',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            // A backslash before a blank is a backslash, and the blank is gone: Falco keeps old rules working so.
            ' ' | '\\' => '\\',
            '/' => '/',
            escaped if escaped == quote => escaped,
            escaped => {
                let span = Span::new(start + offset, start + offset + 1 + escaped.len_utf8());
                return Err(ConditionError::new(ConditionErrorKind::Escape { escaped }, span));
            }
        });
    }
    Ok(plain)
}
