//! `docs/fields.md` says what the field table says.
use std::fs;
use std::path::Path;

#[test]
fn the_field_reference_is_up_to_date() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fields.md");
    let expected = audit_event::markdown();
    if std::env::var_os("UPDATE").is_some_and(|update| update == "1") {
        fs::write(&page, &expected).unwrap();
    }
    let found = fs::read_to_string(&page).unwrap_or_default();
    assert!(
        found == expected,
        "docs/fields.md differs from the field table; write it anew with\n\n    UPDATE=1 cargo test -p audit-event --test field_reference\n"
    );
}

#[test]
fn descriptions_fit_a_table_of_markdown() {
    for field in audit_event::FIELDS {
        assert!(!field.description.contains(['|', '\n']) && !field.description.ends_with('.'), "{}", field.name);
        assert_eq!(field.description.matches('`').count() % 2, 0, "{}", field.name);
    }
}
