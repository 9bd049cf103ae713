//! Conditions compared with what Falco did with them: `conditions.ndjson`.

use falco_rules::{Compiler, ConditionError, EventValues, ListText, Macros, Schema, parse};
use serde::Deserialize;

use crate::probe::Probe;

/// One line of `conditions.ndjson`.
#[derive(Debug, Deserialize)]
struct Recorded {
    condition: String,
    valid: bool,
    matches: Option<Vec<u64>>,
    error: Option<String>,
    warnings: Option<Vec<String>>,
}

/// How many conditions were compared, and each disagreement in words.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// How many.
    pub(crate) compared: usize,
    /// The disagreements.
    pub(crate) disagreements: Vec<String>,
}

impl Comparison {
    /// Takes another comparison into this one.
    pub(crate) fn add(&mut self, other: Self) {
        self.compared += other.compared;
        self.disagreements.extend(other.disagreements);
    }
}

/// Compares the conditions of a file over some events.
///
/// Warnings are compared only if the file records any: the random recordings left them out.
pub(crate) fn compare(ndjson: &str, events: &[Probe], schema: &Schema) -> serde_json::Result<Comparison> {
    let lines = ndjson.lines().filter(|line| !line.trim().is_empty());
    let recorded: Vec<Recorded> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
    let warnings_recorded = recorded.iter().any(|recorded| recorded.warnings.is_some());
    let disagreements = recorded.iter().filter_map(|recorded| {
        let ours = Outcome::of(&recorded.condition, events, schema);
        let falcos = Outcome::from(recorded);
        let agree = ours.result == falcos.result && (!warnings_recorded || ours.warned == falcos.warned);
        (!agree).then(|| format!("{}\n  ours:  {ours:?}\n  Falco: {falcos:?}", recorded.condition))
    });
    Ok(Comparison { compared: recorded.len(), disagreements: disagreements.collect() })
}

/// What became of a condition: the events it matched, or the code of the error; and whether there were warnings.
#[derive(Debug)]
struct Outcome {
    result: Result<Vec<u64>, String>,
    warned: bool,
}

impl From<&Recorded> for Outcome {
    fn from(recorded: &Recorded) -> Self {
        let result = if recorded.valid {
            Ok(recorded.matches.clone().unwrap_or_default())
        } else {
            Err(recorded.error.clone().unwrap_or_default())
        };
        Self { result, warned: recorded.warnings.is_some() }
    }
}

impl Outcome {
    fn of(condition: &str, events: &[Probe], schema: &Schema) -> Self {
        match Self::evaluated(condition, events, schema) {
            Ok(outcome) => outcome,
            Err(error) => Self { result: Err(error.code().to_owned()), warned: false },
        }
    }

    fn evaluated(condition: &str, events: &[Probe], schema: &Schema) -> Result<Self, ConditionError> {
        let condition = definitions()?.resolve(parse(with_lists(condition).as_str())?)?;
        let mut compiler = Compiler::new(schema);
        let checked = compiler.compile(&condition)?;
        let operands = compiler.finish();
        let matched = (1..).zip(events).filter_map(|(number, event)| {
            checked.condition.matches(&mut EventValues::new(&operands, event)).then_some(number)
        });
        let warned = checked.warnings.iter().any(falco_rules::ConditionWarning::is_falcos);
        Ok(Self { result: Ok(matched.collect()), warned })
    }
}

/// The condition with the lists that stood in front of each recorded one.
fn with_lists(condition: &str) -> ListText {
    const LISTS: [(&str, &[&str]); 5] = [
        ("l_names", &["alpha", "git-upload-pack"]),
        ("l_empty", &[]),
        ("l_nested", &["alpha", "git-upload-pack", "only s2", ""]),
        ("l_nums", &["5", "7"]),
        ("l_prefixes", &["al", "Al"]),
    ];
    let mut text = ListText::new(condition);
    for (name, items) in LISTS {
        let items: Vec<String> = items.iter().map(|item| (*item).to_owned()).collect();
        text.put_in(name, &items);
    }
    text
}

/// The macros that stood in front of each recorded condition.
fn definitions() -> Result<Macros, ConditionError> {
    let mut macros = Macros::default();
    macros.define("m_alpha", parse("t.s = alpha")?)?;
    macros.define("m_nested", parse("m_alpha and t.n > 1")?)?;
    Ok(macros)
}
