//! Operands, checked against a schema and stored once, so that each is computed at most once an event.

use std::collections::HashMap;

use crate::condition::ast::{Operand, OperandKind, Span, Transformer};
use crate::condition::error::{ConditionError, ConditionErrorKind};
use crate::condition::lookup;
use crate::event::Argument;
use crate::schema::{FieldId, FieldRef, FieldType, Schema};

/// The place of an operand among those of a [`Compiler`](crate::Compiler).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct OperandId(u32);

impl OperandId {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// How an operand's value is found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Program {
    Field { field: FieldRef, argument: Option<Argument> },
    Text(Box<[u8]>),
    List(Box<[OperandId]>),
    Transform { transformer: Transformer, arguments: Box<[OperandId]>, selector: Option<u8> },
}

/// The type of an operand's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shape {
    pub(crate) field_type: FieldType,
    pub(crate) is_list: bool,
}

impl Shape {
    const TEXT: Self = Self { field_type: FieldType::String, is_list: false };
    const TEXTS: Self = Self { field_type: FieldType::String, is_list: true };
    const NUMBER: Self = Self { field_type: FieldType::Uint64, is_list: false };

    pub(crate) fn describe(self) -> String {
        let list = if self.is_list { "a list of " } else { "" };
        format!("{list}type {}", self.field_type.name())
    }
}

#[derive(Clone, Debug)]
pub(crate) struct CompiledOperand {
    pub(crate) program: Program,
    pub(crate) shape: Shape,
    /// The shape before transformers. Falco checks the arguments of `join`, `concat` and `getopt` by it.
    origin: Shape,
}

/// The operands of all conditions compiled together.
#[derive(Clone, Debug)]
pub struct Operands {
    pub(crate) compiled: Vec<CompiledOperand>,
    pub(crate) source: String,
    pub(crate) plugin_name: String,
}

impl Operands {
    /// The caller's field, used without an argument, if any of the conditions uses it.
    pub(crate) fn field(&self, field: FieldId) -> Option<OperandId> {
        let wanted = Program::Field { field: FieldRef::Plugin(field), argument: None };
        (0..).map(OperandId).zip(&self.compiled).find(|(_, operand)| operand.program == wanted).map(|(id, _)| id)
    }
}

/// Checks and stores operands.
pub(crate) struct OperandTable<'s> {
    schema: &'s Schema,
    operands: Operands,
    known: HashMap<Program, OperandId>,
}

impl<'s> OperandTable<'s> {
    pub(crate) fn new(schema: &'s Schema) -> Self {
        let operands = Operands {
            compiled: Vec::new(),
            source: schema.source().to_owned(),
            plugin_name: schema.plugin_name().to_owned(),
        };
        Self { schema, operands, known: HashMap::new() }
    }

    pub(crate) fn schema(&self) -> &'s Schema {
        self.schema
    }

    pub(crate) fn finish(self) -> Operands {
        self.operands
    }

    pub(crate) fn shape(&self, id: OperandId) -> Shape {
        self.operands.compiled[id.index()].shape
    }

    fn origin(&self, id: OperandId) -> Shape {
        self.operands.compiled[id.index()].origin
    }

    /// Stores an operand, or finds the same one stored before.
    pub(crate) fn add(&mut self, operand: &Operand) -> Result<OperandId, ConditionError> {
        match &operand.kind {
            OperandKind::Field(name) => {
                let (field, argument) = lookup::field(self.schema, &name.name, name.argument.as_deref())
                    .map_err(|kind| ConditionError::new(kind, operand.span))?;
                let (field_type, is_list, _) = self.schema.shape(field);
                let shape = Shape { field_type, is_list };
                Ok(self.store(Program::Field { field, argument }, shape, shape))
            }
            OperandKind::Text(text) => Ok(self.store(Program::Text(text.as_bytes().into()), Shape::TEXT, Shape::TEXT)),
            OperandKind::List(members) => {
                let members = members.iter().map(|member| self.add(member)).collect::<Result<_, _>>()?;
                Ok(self.store(Program::List(members), Shape::TEXTS, Shape::TEXTS))
            }
            OperandKind::Transform { transformer, arguments, selector } => {
                self.transform(*transformer, arguments, selector.as_deref(), operand.span)
            }
        }
    }

    fn transform(
        &mut self,
        transformer: Transformer,
        arguments: &[Operand],
        selector: Option<&str>,
        span: Span,
    ) -> Result<OperandId, ConditionError> {
        let refuse =
            |problem: String| ConditionError::new(ConditionErrorKind::Transformer { transformer, problem }, span);
        let selector = match selector {
            None => None,
            Some(_) if transformer != Transformer::GetOpt => {
                return Err(refuse("takes no argument in brackets".to_owned()));
            }
            Some(text) => match text.as_bytes() {
                [option] => Some(*option),
                _ => return Err(refuse("the argument in brackets must be one option character".to_owned())),
            },
        };
        let of_one = transformer.is_of_one();
        if of_one && (arguments.len() != 1 || matches!(arguments[0].kind, OperandKind::Text(_))) {
            return Err(refuse("takes one argument: a field or a transformer".to_owned()));
        }
        let ids = arguments.iter().map(|argument| self.add(argument)).collect::<Result<Box<[_]>, _>>()?;
        let (shape, origin) = if of_one {
            if transformer == Transformer::Val {
                return Ok(ids[0]);
            }
            (self.shape_of_one(transformer, ids[0]).map_err(refuse)?, self.origin(ids[0]))
        } else {
            let shape = self.shape_of_many(transformer, &ids, selector).map_err(refuse)?;
            // To another transformer around it, Falco presents any of these as one text.
            (shape, Shape::TEXT)
        };
        Ok(self.store(Program::Transform { transformer, arguments: ids, selector }, shape, origin))
    }

    fn shape_of_one(&self, transformer: Transformer, argument: OperandId) -> Result<Shape, String> {
        let shape = self.shape(argument);
        match (transformer, shape) {
            (Transformer::Len, Shape { is_list: true, .. } | Shape { field_type: FieldType::String, .. }) => {
                Ok(Shape::NUMBER)
            }
            (
                Transformer::ToLower | Transformer::ToUpper | Transformer::B64 | Transformer::Basename,
                Shape { field_type: FieldType::String, .. },
            ) => Ok(shape),
            _ => Err(format!("does not work on {}", shape.describe())),
        }
    }

    fn shape_of_many(
        &self,
        transformer: Transformer,
        arguments: &[OperandId],
        selector: Option<u8>,
    ) -> Result<Shape, String> {
        let origins: Vec<Shape> = arguments.iter().map(|argument| self.origin(*argument)).collect();
        let (fits, needs, shape) = match (transformer, origins.as_slice()) {
            (Transformer::Join, [separator, list]) => {
                (!separator.is_list && list.is_list, "a separator and a list", Shape::TEXT)
            }
            (Transformer::Join, _) => (false, "a separator and a list", Shape::TEXT),
            (Transformer::GetOpt, arguments) => {
                let shape = if selector.is_some() { Shape::TEXT } else { Shape::TEXTS };
                (arguments == [Shape::TEXTS, Shape::TEXT], "a list of strings and a string of options", shape)
            }
            (_, parts) => {
                let fits = parts.len() >= 2 && parts.iter().all(|part| *part == Shape::TEXT);
                (fits, "two or more strings", Shape::TEXT)
            }
        };
        if fits { Ok(shape) } else { Err(format!("takes {needs}")) }
    }

    fn store(&mut self, program: Program, shape: Shape, origin: Shape) -> OperandId {
        let next = OperandId(u32::try_from(self.operands.compiled.len()).unwrap_or(u32::MAX));
        let operands = &mut self.operands.compiled;
        *self.known.entry(program).or_insert_with_key(|program| {
            operands.push(CompiledOperand { program: program.clone(), shape, origin });
            next
        })
    }
}
