//! Compiles everything the files define: lists, macros, then the rules.

use std::collections::BTreeMap;

use super::asked::asked_fields;
use super::lists::Lists;
use super::macros::{CompiledMacros, macro_at, mentioned};
use super::na_check::unsafe_na_checks;
use super::placement::{Assembled, Placement, code};
use crate::diagnostic::{Code, Diagnostic, ItemKind, Place, Trail};
use crate::exceptions::exceptions_text;
use crate::rules_file::{AfterError, Collection, Reading, RuleItem, Sources};
use crate::source_text::RulesFile;
use crate::{
    CompiledCondition, Compiler, ConditionError, ConditionErrorKind, Expr, Operands, OutputError, OutputFormat, Rule,
    Schema, Span, parse,
};

/// The rules of all sources, in the order in which their names first appeared.
pub(super) struct CompiledRules {
    /// For each schema what its rules' conditions need.
    pub(super) operands: Vec<Operands>,
    pub(super) rules: Vec<Rule>,
}

impl CompiledRules {
    pub(super) fn none(schemas: &[Schema]) -> Self {
        let operands = schemas.iter().map(|schema| Compiler::new(schema).finish()).collect();
        Self { operands, rules: Vec::new() }
    }
}

/// The rules, ready to run. None if there was an error.
pub(super) fn compile(
    collection: &Collection,
    sources: &Sources<'_>,
    files: &[RulesFile],
    after_error: AfterError,
    findings: &mut Vec<Diagnostic>,
) -> Option<CompiledRules> {
    let placement = Placement { files };
    let mut lists = Lists::new(&collection.lists);
    let macros = CompiledMacros::compile(&collection.macros, &mut lists, &placement, after_error, findings)?;
    let mut is_successful = macros.broken.is_empty();
    let mut compilers: Vec<_> = sources.0.iter().map(Compiler::new).collect();
    let mut compiler = RuleCompiler { placement, lists, macros, after_error, findings };
    let mut rules = Vec::new();
    for item in collection.rules.iter().map(|definition| &definition.item) {
        // A rule for a source nobody provides is not even looked at.
        let Some(source) = sources.position(&item.source) else { continue };
        match compiler.rule(item, source, &mut compilers[source]) {
            Ok(rule) => rules.extend(rule),
            Err(problem) => {
                is_successful = false;
                compiler.findings.extend(problem.map(|problem| *problem));
                if after_error == AfterError::Stop {
                    return None;
                }
            }
        }
    }
    if !is_successful {
        return None;
    }
    compiler.warn_of_unused(collection);
    Some(CompiledRules { operands: compilers.into_iter().map(Compiler::finish).collect(), rules })
}

/// Fields of system calls that Falco warns of, also where the event source does not have them.
const DEPRECATED_FIELDS: [&str; 6] =
    ["evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency"];

fn deprecated(field: &str) -> String {
    format!("the field {field} is deprecated")
}

/// Why a rule is not compiled; nothing where that has been reported elsewhere.
type Unusable = Option<Box<Diagnostic>>;

struct RuleCompiler<'a> {
    placement: Placement<'a>,
    lists: Lists,
    macros: CompiledMacros,
    after_error: AfterError,
    findings: &'a mut Vec<Diagnostic>,
}

impl RuleCompiler<'_> {
    /// The rule, or nothing if it is to be skipped: in Falco's order the exceptions, the output, the condition.
    fn rule(&mut self, item: &RuleItem, source: usize, compiler: &mut Compiler<'_>) -> Result<Option<Rule>, Unusable> {
        let exceptions = exceptions_text(&item.exceptions).map_err(Some)?;
        let output = match self.output(item, compiler) {
            Ok(Some(output)) => output,
            Ok(None) => return Ok(None),
            Err(problem) if self.after_error == AfterError::Stop => return Err(Some(problem)),
            Err(problem) => {
                self.findings.push(*problem);
                return Err(self.condition(item, &exceptions, compiler).err().flatten());
            }
        };
        let Some((expr, condition)) = self.condition(item, &exceptions, compiler)? else { return Ok(None) };
        if item.source == "syscall" && item.warn_evttypes {
            // Our schemas of system calls have no `evt.type`, so no condition can name event types.
            let message = "Rule matches too many evt.type values. This has a significant performance penalty.";
            self.findings.push(Diagnostic::new(Code::NoEvttype, message, item.trail.clone()));
        }
        Ok(Some(Rule {
            name: item.name.clone(),
            source: item.source.clone(),
            source_index: source,
            description: item.description.clone(),
            priority: item.priority,
            tags: item.tags.iter().cloned().collect(),
            enabled: item.enabled,
            expr,
            condition,
            output,
        }))
    }

    fn output(&mut self, item: &RuleItem, compiler: &mut Compiler<'_>) -> Reading<Option<OutputFormat>> {
        const CONTAINER_INFO: &str = "%container.info";
        let mut text = item.output.as_str().to_owned();
        if text.contains(CONTAINER_INFO) {
            let message = "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0";
            self.findings.push(Diagnostic::new(Code::DeprecatedItem, message, item.trail.clone()));
            text = text.replace(CONTAINER_INFO, "");
        }
        let error = match OutputFormat::new(&text, compiler) {
            Ok(output) => {
                // Falco looks for the names anywhere in the text.
                for field in DEPRECATED_FIELDS.into_iter().filter(|field| text.contains(field)) {
                    let trail = item.trail.step(ItemKind::RuleOutput, "", &item.output.piece(0).0.bytes);
                    self.findings.push(Diagnostic::new(Code::DeprecatedItem, deprecated(field), trail));
                }
                return Ok(Some(output));
            }
            Err(error) => error,
        };
        // Falco's text for every problem behind a `%` begins with words that `skip-if-unknown-filter` covers.
        let is_skipped = item.skip_if_unknown_filter && matches!(error, OutputError::Operand { .. });
        let code = if is_skipped { Code::UnknownFilter } else { Code::CompileOutput };
        let trail = item.trail.step(ItemKind::RuleOutput, "", &item.output.piece(0).0.bytes);
        let problem = Diagnostic::new(code, error.to_string(), trail).at(self.output_place(item, text, &error));
        if is_skipped {
            self.findings.push(problem);
            return Ok(None);
        }
        Err(Box::new(problem))
    }

    /// The field or transformer an output's error is about.
    fn output_place(&self, item: &RuleItem, text: String, error: &OutputError) -> Place {
        let start = match error {
            OutputError::Empty => 0,
            OutputError::Unfinished { position } | OutputError::Operand { position, .. } => *position,
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '%' | '.' | '_' | '[' | ']');
        let length = text[start..].find(|c| !is_word(c)).unwrap_or(text.len() - start);
        let range = start..start + text[start..start + length].trim_end_matches('.').len();
        let in_file = if text == item.output.as_str() { self.placement.in_file(&item.output, &range) } else { None };
        in_file.map_or_else(|| Place::Text { text, span: range }, Place::File)
    }

    fn condition(
        &mut self,
        item: &RuleItem,
        exceptions: &str,
        compiler: &mut Compiler<'_>,
    ) -> Result<Option<(Expr, CompiledCondition)>, Unusable> {
        let condition = item.condition.as_str();
        let (whole, prefix) = if item.exceptions.is_empty() {
            (condition.to_owned(), 0)
        } else {
            (format!("({condition}){exceptions}"), 1)
        };
        let text = self.lists.put_into(&whole);
        let assembled = Assembled { condition: &item.condition, prefix, text: &text };
        let trail = item.trail.step(ItemKind::RuleCondition, "", &item.condition.piece(0).0.bytes);
        let expr = parse(text.as_str())
            .map_err(|error| Some(Box::new(self.placement.problem(code(&error), &error, &trail, &assembled))))?;
        let mut uses_broken = false;
        mentioned(&expr, &mut |name, _| {
            uses_broken |= self.macros.broken.contains(name);
            self.macros.used.insert(name.to_owned());
        });
        if uses_broken {
            return Err(None);
        }
        let expr =
            self.macros.macros.resolve(expr).map_err(|error| {
                Some(Box::new(self.placement.problem(code(&error), &error, &item.trail, &assembled)))
            })?;
        let mut unsafe_checks = Vec::new();
        unsafe_na_checks(&expr, &mut |span| unsafe_checks.push(span));
        // Falco warns once of a condition.
        if let Some(&span) = unsafe_checks.first() {
            let message = "comparing a field with <NA> does not tell whether it has a value";
            let problem = Diagnostic::new(Code::UnsafeNaCheck, message, trail.clone());
            self.findings.push(problem.at(self.placement.place(span, &assembled)).help("use `exists`"));
        }
        let mut asked = BTreeMap::new();
        asked_fields(&expr, &mut |field, span| {
            asked.entry(field).or_insert(span);
        });
        for field in DEPRECATED_FIELDS {
            let Some(&span) = asked.get(field) else { continue };
            let problem = Diagnostic::new(Code::DeprecatedItem, deprecated(field), trail.clone());
            self.findings.push(problem.at(self.placement.place(span, &assembled)));
        }
        self.compile_condition(item, expr, compiler, &trail, &assembled)
    }

    fn compile_condition(
        &mut self,
        item: &RuleItem,
        expr: Expr,
        compiler: &mut Compiler<'_>,
        trail: &Trail,
        assembled: &Assembled<'_>,
    ) -> Result<Option<(Expr, CompiledCondition)>, Unusable> {
        match compiler.compile(&expr) {
            Ok(checked) => {
                for warning in checked.warnings {
                    let place = self.placement.place(warning.span, assembled);
                    let trail = trail.step(ItemKind::ConditionExpression, "", &trail.span().bytes);
                    let mut problem =
                        Diagnostic::new(Code::CompileConditionWarning, warning.to_string(), trail).at(place);
                    problem.is_falcos = warning.is_falcos();
                    self.findings.push(problem);
                }
                Ok(Some((expr, checked.condition)))
            }
            Err(error) => {
                let is_skipped = item.skip_if_unknown_filter && is_unknown_field(&error);
                let code = if is_skipped { Code::UnknownFilter } else { code(&error) };
                let problem = self.placement.problem(code, &error, trail, assembled);
                let problem = self.in_macro(problem, &expr, error.span, compiler);
                if is_skipped {
                    self.findings.push(problem);
                    return Ok(None);
                }
                Err(Some(Box::new(problem)))
            }
        }
    }

    /// A problem with a macro, shown where it is in the macro.
    fn in_macro(&self, problem: Diagnostic, expr: &Expr, span: Span, compiler: &mut Compiler<'_>) -> Diagnostic {
        let mut innermost = None;
        let (mut expr, mut span) = (expr, span);
        while let Some((name, body)) = macro_at(expr, span) {
            let Err(error) = compiler.compile(body) else { break };
            innermost = Some((name, error.span));
            (expr, span) = (body, error.span);
        }
        let Some((name, span)) = innermost else { return problem };
        let Some((condition, text)) = self.macros.texts.get(name) else { return problem };
        let place = self.placement.place(span, &Assembled { condition, prefix: 0, text });
        problem.at(place).help(format!("this is the macro `{name}`, which the rule uses"))
    }

    fn warn_of_unused(&mut self, collection: &Collection) {
        for item in collection.macros.iter().map(|definition| &definition.item) {
            if !self.macros.used.contains(&item.name) {
                let message = "Macro not referred to by any other rule/macro";
                self.findings.push(Diagnostic::new(Code::UnusedMacro, message, item.trail.clone()));
            }
        }
        for (index, definition) in collection.lists.iter().enumerate() {
            if self.lists.is_unused(index) {
                let message = "List not referred to by any other rule/macro";
                self.findings.push(Diagnostic::new(Code::UnusedList, message, definition.item.trail.clone()));
            }
        }
    }
}

fn is_unknown_field(error: &ConditionError) -> bool {
    matches!(error.kind, ConditionErrorKind::UnknownField { .. })
}
