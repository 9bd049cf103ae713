// The event that the examples in `language.md` are about.

use falco_rules::{
    Argument, Condition, Event, FieldArgument, FieldDefinition, FieldId, FieldType, ListText, Macros, Schema, Value, parse,
};

struct Login;

impl Event for Login {
    fn value(&self, field: FieldId, argument: Option<&Argument>) -> Option<Value<'_>> {
        let address = [10, 1, 2, 3].into();
        match (field.index(), argument) {
            (0, _) => Some("Alice".into()),
            (1, _) => Some(Value::List(vec!["admins".into(), "developers".into()])),
            (2, _) => Some(Value::Uint64(42)),
            (3, _) => Some(Value::Bool(false)),
            (4, _) => Some(Value::IpAddr(address)),
            (5, _) => Some(Value::IpNet(address)),
            (6, _) => Some(Value::RelTime(90_000_000_000)),
            (7, Some(Argument::Key(key))) if key == "Accept" => Some("text/html".into()),
            (8, Some(Argument::Index(0))) => Some("admins".into()),
            (9, _) => Some("/var/log/login.log".into()),
            _ => None,
        }
    }

    fn number(&self) -> u64 {
        1
    }

    fn time(&self) -> u64 {
        1_700_000_000_000_000_000
    }
}

/// The fields of the examples.
pub fn schema() -> Schema {
    let field = FieldDefinition::new;
    let fields = vec![
        field("user.name", FieldType::String),
        field("user.groups", FieldType::String).list(),
        field("user.id", FieldType::Uint64),
        field("user.blocked", FieldType::Bool),
        field("net.ip", FieldType::IpAddr),
        field("net.net", FieldType::IpNet),
        field("session.age", FieldType::RelTime),
        field("http.header", FieldType::String).with_argument(FieldArgument::RequiredKey),
        field("user.group", FieldType::String).with_argument(FieldArgument::RequiredIndex),
        field("log.path", FieldType::String),
        field("user.email", FieldType::String),
    ];
    Schema::new("login", "login", "1.0.0", fields)
}

/// Whether a condition is true of the event; the list `staff` and the macro `known_user` can be used in it.
pub fn is(condition: &str) -> bool {
    let mut text = ListText::new(condition);
    text.put_in("staff", &["Alice".to_owned(), "Bob Smith".to_owned()]);
    let mut macros = Macros::default();
    macros.define("known_user", parse("user.name exists").unwrap()).unwrap();
    Condition::with_macros(text.as_str(), &macros, &schema()).unwrap().matches(&Login)
}

/// Whether a condition is refused.
pub fn is_refused(condition: &str) -> bool {
    Condition::new(condition, &schema()).is_err()
}

/// The text of an output format for the event.
pub fn output(format: &str) -> String {
    let schema = schema();
    let mut compiler = falco_rules::Compiler::new(&schema);
    let format = falco_rules::OutputFormat::new(format, &mut compiler).unwrap();
    let operands = compiler.finish();
    format.text(&mut falco_rules::EventValues::new(&operands, &Login))
}
