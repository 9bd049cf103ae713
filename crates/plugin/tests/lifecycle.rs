//! What Falco learns of the plugin when it loads it, and what is left when it closes it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;

use std::net::TcpListener;

use host::{Host, Library, plugin};
use serde_json::Value;

#[test]
fn closing_with_events_nobody_took_is_clean() {
    let host = Host::http();
    for _ in 0..100 {
        host.post("{}");
    }
    let address = host.address;
    drop(host);
    TcpListener::bind(address).expect("the port is free");
}

#[test]
fn the_plugin_says_who_it_is() {
    let api = plugin();
    assert_eq!(Library::text(api.get_name), "gitlab");
    assert_eq!(Library::text(api.get_version), env!("CARGO_PKG_VERSION"));
    assert_eq!(Library::text(api.__bindgen_anon_1.get_event_source), "gitlab");
    // SAFETY: the function takes nothing and returns a number.
    assert_eq!(unsafe { api.__bindgen_anon_1.get_id.unwrap()() }, 19);
    assert_eq!(Library::text(api.get_required_api_version), "3.11.0", "README: Falco 0.41 or newer");
}

#[test]
fn every_field_of_the_go_plugin_is_offered_as_a_string() {
    let fields: Value = serde_json::from_str(&Library::text(plugin().__bindgen_anon_2.get_fields)).unwrap();
    let fields = fields.as_array().unwrap();
    for name in [
        "event_id",
        "event_type",
        "author_id",
        "author_name",
        "author_email",
        "author_class",
        "custom_message",
        "city",
        "country",
        "countryisocode",
        "continent",
        "entity_id",
        "entity_type",
        "entity_path",
        "failed_login",
        "created_at",
        "ip_address",
        "op_type",
        "op_item",
        "op_changed_from",
        "op_changed_to",
        "target_id",
        "target_type",
        "target_details",
        "pluginerrormessage",
    ] {
        let field = fields.iter().find(|field| field["name"] == format!("gitlab.{name}"));
        assert_eq!(field.unwrap_or_else(|| panic!("{name} is missing"))["type"], "string", "{name}");
    }
}
