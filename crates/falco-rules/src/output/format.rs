//! Output formats: text with `%field`, `%field[argument]` and `%transformer(field)` in it.

use serde_json::Value as Json;

use crate::condition::{Compiler, EventValues, Operand, OperandId, OperandKind, Transformer, parse_operand};
use crate::output::render::{ABSENT, json_of, text_of};
use crate::schema::{FieldRef, GenericField};

/// The widest column of `%10field`.
const WIDEST: usize = 10_000;

/// A field's name is shorter than this, so there is nothing to find in a longer word.
const LONGEST_NAME: usize = 256;

/// How many closing brackets behind a `%` are tried as the end of a transformer or an argument.
const MOST_BRACKETS: usize = 64;

/// Why an output format cannot be used. The code Falco gives it is `LOAD_ERR_COMPILE_OUTPUT`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// There is no text.
    #[error("the output is empty")]
    Empty,
    /// A `%` with nothing behind it, or with nothing but a width.
    #[error("expected a field or a transformer after '%'")]
    Unfinished {
        /// The byte at which the `%` stands.
        position: usize,
    },
    /// A `%` with something behind it that is no field.
    #[error("after '%': {problem}")]
    Operand {
        /// The byte at which the `%` stands.
        position: usize,
        /// What is wrong.
        problem: crate::ConditionErrorKind,
    },
}

/// An output format, compiled together with the conditions of its event source.
#[derive(Clone, Debug)]
pub struct OutputFormat {
    pieces: Vec<Piece>,
    fields: Vec<OutputField>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Value { operand: OperandId, width: Option<usize>, style: Style },
}

#[derive(Clone, Debug)]
struct OutputField {
    name: String,
    operand: OperandId,
    style: Style,
}

/// How a field is written, where its type alone does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Typed,
    /// As JSON, the event's time in nanoseconds.
    EventTime,
    /// In the text, at least nine digits.
    NineDigits,
    /// In the text, no value: Falco writes a number in the format of the field it was made from, and texts of its own
    /// have none.
    NoText,
}

impl OutputFormat {
    /// Reads an output format. A `*` in front of it has no meaning any more.
    ///
    /// Behind `%`, the longest name counts that is a field: where `t.s` is one and `t.sum` is none, `%t.sum` is the value
    /// of `t.s`, followed by `um`.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn new(text: &str, compiler: &mut Compiler<'_>) -> Result<Self, OutputError> {
        if text.is_empty() {
            return Err(OutputError::Empty);
        }
        let mut format = Self { pieces: Vec::new(), fields: Vec::new() };
        let mut rest = text.strip_prefix('*').unwrap_or(text);
        while let Some((plain, behind)) = rest.split_once('%') {
            let position = text.len() - behind.len() - 1;
            format.push_text(plain);
            let digits = behind.len() - behind.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let width = (digits > 0).then(|| behind[..digits].parse().unwrap_or(WIDEST).min(WIDEST));
            let behind = &behind[digits..];
            if behind.is_empty() {
                return Err(OutputError::Unfinished { position });
            }
            let (operand, length) =
                longest_operand(behind, compiler).map_err(|problem| OutputError::Operand { position, problem })?;
            format
                .push_value(&operand, width, compiler)
                .map_err(|problem| OutputError::Operand { position, problem })?;
            rest = &behind[length..];
        }
        format.push_text(rest);
        Ok(format)
    }

    fn push_text(&mut self, text: &str) {
        if !text.is_empty() {
            self.pieces.push(Piece::Text(text.to_owned()));
        }
    }

    fn push_value(
        &mut self,
        operand: &Operand,
        width: Option<usize>,
        compiler: &mut Compiler<'_>,
    ) -> Result<(), crate::ConditionErrorKind> {
        let id = compiler.operand(operand).map_err(|error| error.kind)?;
        let width = width.filter(|width| *width > 0);
        self.pieces.push(Piece::Value { operand: id, width, style: style(operand, compiler) });
        self.push_fields(operand, compiler)
    }

    /// The fields in an operand; transformers themselves are no output fields.
    fn push_fields(&mut self, operand: &Operand, compiler: &mut Compiler<'_>) -> Result<(), crate::ConditionErrorKind> {
        match &operand.kind {
            OperandKind::Field(name) => {
                let id = compiler.operand(operand).map_err(|error| error.kind)?;
                self.fields.push(OutputField { name: name.to_string(), operand: id, style: style(operand, compiler) });
                Ok(())
            }
            OperandKind::Text(_) => Ok(()),
            OperandKind::List(members) | OperandKind::Transform { arguments: members, .. } => {
                members.iter().try_for_each(|member| self.push_fields(member, compiler))
            }
        }
    }

    /// The text for an event. An absent value is `<NA>`; bytes that are no UTF-8 become U+FFFD.
    pub fn text(&self, values: &mut EventValues<'_>) -> String {
        let mut text = Vec::new();
        for piece in &self.pieces {
            match piece {
                Piece::Text(plain) => text.extend_from_slice(plain.as_bytes()),
                Piece::Value { operand, width, style } => {
                    let start = text.len();
                    match values.get(*operand).filter(|_| *style != Style::NoText) {
                        Some(value) if *style == Style::NineDigits => {
                            let digits = text_of(value);
                            text.resize(text.len() + 9_usize.saturating_sub(digits.len()), b'0');
                            text.extend_from_slice(&digits);
                        }
                        Some(value) => text.extend_from_slice(&text_of(value)),
                        None => text.extend_from_slice(ABSENT.as_bytes()),
                    }
                    if let Some(width) = width {
                        text.resize(start + width, b' ');
                    }
                }
            }
        }
        match String::from_utf8_lossy(&text) {
            std::borrow::Cow::Borrowed(text) => text.to_owned(),
            std::borrow::Cow::Owned(text) => text,
        }
    }

    /// The names and values of the fields in the format, for an alert's `output_fields`. An absent value is `null`.
    pub fn fields<'f>(&'f self, values: &mut EventValues<'_>) -> Vec<(&'f str, Json)> {
        self.fields.iter().map(|field| (field.name.as_str(), field.json(values))).collect()
    }
}

impl OutputField {
    fn json(&self, values: &mut EventValues<'_>) -> Json {
        let time = values.time();
        match (values.get(self.operand), self.style) {
            (None, _) => Json::Null,
            (Some(_), Style::EventTime) => Json::from(time),
            (Some(value), _) => json_of(value),
        }
    }
}

fn style(operand: &Operand, compiler: &Compiler<'_>) -> Style {
    let name = match &operand.kind {
        OperandKind::Field(name) => name,
        OperandKind::Transform { transformer: Transformer::Len, arguments, .. } => {
            return match arguments.as_slice() {
                [argument] if !is_of_plugin(argument, compiler) => Style::NoText,
                _ => Style::Typed,
            };
        }
        _ => return Style::Typed,
    };
    match compiler.schema().field(&name.name) {
        Some(FieldRef::Generic(
            GenericField::Time
            | GenericField::TimeSeconds
            | GenericField::TimeIso8601
            | GenericField::DateTime
            | GenericField::DateTimeSeconds,
        )) => Style::EventTime,
        Some(FieldRef::Generic(
            GenericField::RawTimeNanoseconds | GenericField::RelTime | GenericField::RelTimeNanoseconds,
        )) => Style::NineDigits,
        _ => Style::Typed,
    }
}

/// Whether a field of the caller is transformed here, and not several values or a field of Falco's own.
fn is_of_plugin(operand: &Operand, compiler: &Compiler<'_>) -> bool {
    match &operand.kind {
        OperandKind::Field(name) => compiler.schema().field_id(&name.name).is_some(),
        OperandKind::Transform { transformer, arguments, .. } if transformer.is_of_one() => {
            arguments.iter().all(|argument| is_of_plugin(argument, compiler))
        }
        _ => false,
    }
}

/// The operand at the beginning of a text, and how long it is.
fn longest_operand(text: &str, compiler: &mut Compiler<'_>) -> Result<(Operand, usize), crate::ConditionErrorKind> {
    let problem = match parse_operand(text) {
        Ok((operand, length)) => match compiler.operand(&operand) {
            Ok(_) => return Ok((operand, length)),
            Err(error) => error.kind,
        },
        Err(error) => error.kind,
    };
    // Falco leaves off one byte after the other until something is left that it knows. Only at the end of a name, of an
    // argument or of a transformer can that be.
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let name = text.find(|c| !is_name(c)).unwrap_or(text.len()).min(LONGEST_NAME);
    let closing = text.char_indices().filter(|(_, c)| matches!(c, ')' | ']')).map(|(at, _)| at + 1);
    let ends: Vec<_> = (1..=name).chain(closing.take(MOST_BRACKETS).filter(|end| *end > name)).collect();
    let shorter = ends.into_iter().rev().find_map(|length| {
        let (operand, taken) = parse_operand(&text[..length]).ok()?;
        compiler.operand(&operand).is_ok().then_some((operand, taken))
    });
    shorter.ok_or(problem)
}

#[cfg(test)]
mod tests {
    use super::OutputFormat;
    use crate::condition::{Compiler, EventValues};
    use crate::event::{Argument, Event};
    use crate::schema::{FieldDefinition, FieldId, FieldType, Schema};
    use crate::value::Value;

    struct Sample;

    impl Event for Sample {
        fn value(&self, field: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
            match field.index() {
                0 => Some("dHJ1ZQ==".into()),
                1 => Some(Value::List(vec!["a".into(), "b".into()])),
                _ => None,
            }
        }

        fn number(&self) -> u64 {
            7
        }

        fn time(&self) -> u64 {
            1_699_982_000_000_000_005
        }
    }

    fn schema() -> Schema {
        let field = |name| FieldDefinition::new(name, FieldType::String);
        Schema::new("t", "t", "1.0.0", vec![field("t.s"), field("t.ls").list(), field("t.none")])
    }

    fn formatted(format: &str) -> Option<(String, String)> {
        let schema = schema();
        let mut compiler = Compiler::new(&schema);
        let format = OutputFormat::new(format, &mut compiler).ok()?;
        let operands = compiler.finish();
        let mut values = EventValues::new(&operands, &Sample);
        let fields: serde_json::Map<_, _> =
            format.fields(&mut values).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Some((format.text(&mut values), serde_json::Value::Object(fields).to_string()))
    }

    #[test]
    fn values_stand_where_their_fields_do() {
        let (text, fields) = formatted("*%b64(t.s), %t.ls;%t.none.%evt.num").expect("valid");
        assert_eq!(text, "true, (a,b);<NA>.7");
        assert_eq!(fields, r#"{"evt.num":7,"t.ls":["a","b"],"t.none":null,"t.s":"dHJ1ZQ=="}"#);
    }

    #[test]
    fn the_longest_known_name_counts() {
        assert_eq!(formatted("%t.sum").map(|(text, _)| text).as_deref(), Some("dHJ1ZQ==um"));
        assert_eq!(formatted("%t.s[0]").map(|(text, _)| text).as_deref(), Some("dHJ1ZQ==[0]"));
        for text in ["[x]", "[", "[%evt.num] (a)", "[\"a\"]"] {
            let expected = format!("true{}", text.replace("%evt.num", "7"));
            assert_eq!(formatted(&format!("%b64(t.s){text}")).map(|(text, _)| text), Some(expected), "{text}");
        }
    }

    #[test]
    fn lengths_are_written_only_of_the_callers_fields() {
        let (text, _) = formatted("%len(t.s) %len(b64(t.s)) %len(evt.source) %len(concat(t.s, t.s))").expect("valid");
        assert_eq!(text, "8 4 <NA> <NA>");
    }

    #[test]
    fn a_width_pads_and_cuts() {
        assert_eq!(formatted("%10evt.num|%2t.s|").map(|(text, _)| text).as_deref(), Some("7         |dH|"));
    }

    #[test]
    fn times_are_text_in_the_text_and_numbers_in_json() {
        let (text, fields) = formatted("%evt.time.iso8601 %evt.rawtime.ns").expect("valid");
        assert_eq!(text, "2023-11-14T17:13:20.000000005+0000 000000005");
        assert_eq!(fields, r#"{"evt.rawtime.ns":5,"evt.time.iso8601":1699982000000000005}"#);
    }

    #[test]
    fn what_is_no_field_is_refused() {
        for format in ["", "100%", "%%", "%5", "%t.unknown", "%tolower(t.s", "% t.s"] {
            assert!(formatted(format).is_none(), "{format}");
        }
    }
}
