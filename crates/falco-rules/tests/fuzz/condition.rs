//! What is tried with hostile conditions, here and in the fuzz target.

use falco_rules::{Compiler, FieldArgument, FieldDefinition, FieldType, ListText, Macros, OutputFormat, Schema, parse};

/// Reads a text as a condition with a list and a macro, compiles it, and prints it; prints must read back as they were.
/// Also reads it as an output format.
pub(crate) fn try_condition(text: &str) {
    let schema = schema();
    let mut compiler = Compiler::new(&schema);
    let _ = OutputFormat::new(text, &mut compiler);

    let mut text = ListText::new(text);
    text.put_in("list", &["one".to_owned(), "two words".to_owned(), "list".to_owned()]);
    let tree = match parse(text.as_str()) {
        Ok(tree) => tree,
        Err(error) => {
            let place = error.span;
            assert!(text.as_str().get(place.range()).is_some(), "an error points into the text: {place:?}");
            let original = text.original(place);
            assert!(original.start <= original.end);
            return;
        }
    };
    let printed = tree.to_string();
    let again = parse(&printed).map(|tree| tree.to_string());
    assert_eq!(again.as_deref(), Ok(printed.as_str()));

    let mut macros = Macros::default();
    if let Ok(body) = parse("a.text = x and a.number > 1") {
        let _ = macros.define("m", body);
    }
    if let Ok(condition) = macros.resolve(tree) {
        let _ = compiler.compile(&condition);
    }
}

fn schema() -> Schema {
    let field = FieldDefinition::new;
    let fields = vec![
        field("a.text", FieldType::String),
        field("a.texts", FieldType::String).list(),
        field("a.number", FieldType::Uint64),
        field("a.truth", FieldType::Bool),
        field("a.address", FieldType::IpAddr),
        field("a.network", FieldType::IpNet),
        field("a.key", FieldType::String).with_argument(FieldArgument::RequiredKey),
        field("a.index", FieldType::String).with_argument(FieldArgument::RequiredIndex),
    ];
    Schema::new("fuzz", "fuzz", "1.0.0", fields)
}
