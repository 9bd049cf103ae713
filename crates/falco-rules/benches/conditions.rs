//! How fast conditions are evaluated over events that are parsed already.

use divan::counter::ItemsCount;
use falco_rules::{
    Argument, Compiler, Event, EventValues, EventValuesBuffer, FieldDefinition, FieldId, FieldType, Schema, Value,
    parse,
};

fn main() {
    divan::main();
}

struct Push {
    event_type: &'static str,
    author: &'static str,
    address: std::net::IpAddr,
}

impl Event for Push {
    fn value(&self, field: FieldId, _: Option<&Argument>) -> Option<Value<'_>> {
        match field.index() {
            0 => Some(self.event_type.into()),
            1 => Some(self.author.into()),
            2 => Some(Value::IpNet(self.address)),
            _ => None,
        }
    }

    fn number(&self) -> u64 {
        1
    }

    fn time(&self) -> u64 {
        0
    }
}

fn schema() -> Schema {
    let fields = vec![
        FieldDefinition::new("push.type", FieldType::String),
        FieldDefinition::new("push.author", FieldType::String),
        FieldDefinition::new("push.net", FieldType::IpNet),
    ];
    Schema::new("push", "push", "1.0.0", fields)
}

/// The items are evaluated conditions.
#[divan::bench(args = [
    "push.type = user_created",
    "push.type = repository_git_operation and not push.net in (10.0.0.0/8, 192.168.0.0/16)",
    "push.author icontains BOT or push.author regex \"ghost[0-9]+\"",
    "tolower(push.author) in (alice, bob, root)",
])]
fn one_condition(bencher: divan::Bencher<'_, '_>, text: &str) {
    let schema = schema();
    let mut compiler = Compiler::new(&schema);
    let condition = compiler.compile(&parse(text).expect("valid")).expect("valid").condition;
    let operands = compiler.finish();
    let event = Push { event_type: "repository_git_operation", author: "Alice", address: [203, 0, 113, 9].into() };
    let mut buffer = EventValuesBuffer::default();
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        let mut values = EventValues::reusing(std::mem::take(&mut buffer), &operands, &event);
        let matches = condition.matches(&mut values);
        buffer = values.into_buffer();
        matches
    });
}
