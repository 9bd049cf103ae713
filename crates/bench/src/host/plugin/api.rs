//! The plugin's C interface, linked in: the functions that Falco would find by name in `libgitlab.so`.

use std::sync::OnceLock;

use falco_plugin::api::{
    plugin_api, plugin_api__bindgen_ty_1, plugin_api__bindgen_ty_2, plugin_api__bindgen_ty_3, plugin_api__bindgen_ty_4,
    plugin_api__bindgen_ty_5,
};
use gitlab::c_interface as plugin;

pub(super) fn api() -> &'static plugin_api {
    static API: OnceLock<plugin_api> = OnceLock::new();
    API.get_or_init(|| plugin_api {
        get_required_api_version: Some(plugin::plugin_get_required_api_version),
        get_init_schema: Some(plugin::plugin_get_init_schema),
        init: Some(plugin::plugin_init),
        destroy: Some(plugin::plugin_destroy),
        get_last_error: Some(plugin::plugin_get_last_error),
        get_name: Some(plugin::plugin_get_name),
        get_description: Some(plugin::plugin_get_description),
        get_contact: Some(plugin::plugin_get_contact),
        get_version: Some(plugin::plugin_get_version),
        __bindgen_anon_1: plugin_api__bindgen_ty_1 {
            get_id: Some(plugin::plugin_get_id),
            get_event_source: Some(plugin::plugin_get_event_source),
            open: Some(plugin::plugin_open),
            close: Some(plugin::plugin_close),
            list_open_params: Some(plugin::plugin_list_open_params),
            get_progress: Some(plugin::plugin_get_progress),
            event_to_string: Some(plugin::plugin_event_to_string),
            next_batch: Some(plugin::plugin_next_batch),
        },
        __bindgen_anon_2: plugin_api__bindgen_ty_2 {
            get_extract_event_types: Some(plugin::plugin_get_extract_event_types),
            get_extract_event_sources: Some(plugin::plugin_get_extract_event_sources),
            get_fields: Some(plugin::plugin_get_fields),
            extract_fields: Some(plugin::plugin_extract_fields),
        },
        __bindgen_anon_3: plugin_api__bindgen_ty_3 {
            get_parse_event_types: None,
            get_parse_event_sources: None,
            parse_event: None,
        },
        __bindgen_anon_4: plugin_api__bindgen_ty_4 {
            get_async_event_sources: None,
            get_async_events: None,
            set_async_event_handler: None,
            dump_state: None,
        },
        __bindgen_anon_5: plugin_api__bindgen_ty_5 { capture_open: None, capture_close: None },
        set_config: Some(plugin::plugin_set_config),
        get_metrics: Some(plugin::plugin_get_metrics),
    })
}
