//! Every sample is cut into events and read; a snapshot for each file pins the value of each field it has.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helper functions too")]

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use audit_event::{EventIndex, FIELDS, FieldArgument, FieldType, FieldValue, events};

/// Members of `details` that no other field gives, or gives otherwise.
const DETAILS_KEYS: [&str; 6] =
    ["event_name", "custom_message.protocol", "target_details.noteable_type", "scopes", "system_event", "no_such_key"];

fn sample_files() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples");
    let mut files: Vec<_> = ["real", "constructed"]
        .into_iter()
        .flat_map(|folder| fs::read_dir(samples.join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

fn show(value: &FieldValue<'_>) -> String {
    match value {
        FieldValue::Text(text) => format!("{text:?}"),
        FieldValue::TextList(texts) => format!("{texts:?}"),
        FieldValue::Number(number) | FieldValue::Time(number) | FieldValue::Duration(number) => number.to_string(),
        FieldValue::Bool(truth) => truth.to_string(),
        FieldValue::Address(address) | FieldValue::Network(address) => address.to_string(),
    }
}

fn all_fields(body: &[u8]) -> String {
    let mut page = String::new();
    let mut index = EventIndex::default();
    for json in events(body) {
        let event = index.parse_received(json.unwrap()).unwrap();
        writeln!(page, "event at {:?}", event.created_at()).unwrap();
        for field in FIELDS {
            let keys = match field.argument {
                FieldArgument::None => vec![None],
                FieldArgument::RequiredKey => DETAILS_KEYS.into_iter().map(Some).collect(),
                // Samples are as GitLab sent them; no tracker has seen them.
                FieldArgument::Tracker => Vec::new(),
            };
            for key in keys {
                let Some(value) = field.extract(&event, key) else { continue };
                assert!(is_of_type(&value, field.ty, field.is_list), "{}", field.name);
                let key = key.map(|key| format!("[{key}]")).unwrap_or_default();
                writeln!(page, "  {}{key} = {}", field.name, show(&value)).unwrap();
            }
        }
    }
    page
}

fn is_of_type(value: &FieldValue<'_>, ty: FieldType, is_list: bool) -> bool {
    let type_of_value = match value {
        FieldValue::Text(_) | FieldValue::TextList(_) => FieldType::Text,
        FieldValue::Number(_) => FieldType::Number,
        FieldValue::Bool(_) => FieldType::Bool,
        FieldValue::Address(_) => FieldType::Address,
        FieldValue::Network(_) => FieldType::Network,
        FieldValue::Time(_) => FieldType::Time,
        FieldValue::Duration(_) => FieldType::Duration,
    };
    type_of_value == ty && is_list == matches!(value, FieldValue::TextList(_))
}

#[test]
fn every_field_of_every_sample_is_as_recorded() {
    let files = sample_files();
    assert_eq!(files.len(), 71);
    for file in files {
        let fields = all_fields(&fs::read(&file).unwrap());
        let name = file.file_stem().unwrap().to_str().unwrap();
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, fields);
        });
    }
}
