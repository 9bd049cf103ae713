//! Any body: every event cut from it is a JSON object, takes our addition and gives its fields, without a panic.
#![no_main]

use audit_event::{Addition, EventIndex, FIELDS, FieldValue, Origin, events, with_addition};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

fuzz_target!(|body: &[u8]| {
    let addition = Addition::new(1, Origin::Webhook);
    let mut index = EventIndex::default();
    for json in events(body).flatten() {
        // serde_json refuses some numbers and surrogates as values that it takes as text.
        if let Ok(value) = serde_json::from_str::<Value>(json) {
            assert!(value.is_object());
        }
        let event = with_addition(json, &addition);
        let Ok(event) = index.parse(&event) else { continue };
        assert_eq!(event.received_at(), Some(1));
        assert_eq!(event.plugin_error_kind(), None);
        for field in FIELDS {
            if let Some(FieldValue::Text(text)) = field.extract(&event, Some("custom_message.verb")) {
                assert!(!text.contains('\0'));
            }
        }
    }
});
