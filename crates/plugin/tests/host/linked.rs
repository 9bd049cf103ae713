//! A stand-in for Falco that has the library linked in, so that it can measure and count what happens inside.
//!
//! The event lies in memory as Falco has it; a new number makes it a new event, as in Falco.

use std::ffi::{CStr, c_char};
use std::ptr;

use falco_plugin::api::{
    ss_plugin_event_input, ss_plugin_extract_field, ss_plugin_extract_field__bindgen_ty_1,
    ss_plugin_field_extract_input, ss_plugin_init_input, ss_plugin_owner_t, ss_plugin_t,
    ss_plugin_table_reader_vtable_ext,
};
use gitlab::c_interface::{plugin_destroy, plugin_extract_fields, plugin_get_fields, plugin_init};
use serde_json::Value;

/// Falco with one event, asking one field at a time.
pub struct LinkedHost {
    plugin: *mut ss_plugin_t,
    names: Vec<String>,
    event: Vec<u8>,
    number: u64,
}

impl LinkedHost {
    /// With the default configuration and this event.
    pub fn new(event: &str) -> Self {
        let input = ss_plugin_init_input {
            config: c"{}".as_ptr(),
            owner: ptr::null_mut(),
            get_owner_last_error: Some(no_error),
            tables: ptr::null(),
            log_fn: None,
        };
        let mut code = 0;
        // SAFETY: the pointers live through the call.
        let plugin = unsafe { plugin_init(&raw const input, &raw mut code) };
        assert_eq!(code, 0);
        // SAFETY: the function returns a static text.
        let fields = unsafe { CStr::from_ptr(plugin_get_fields()) };
        let fields: Vec<Value> = serde_json::from_str(fields.to_str().unwrap()).unwrap();
        let names = fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        Self { plugin, names, event: plugin_event(event), number: 1 }
    }

    /// The number of a field.
    pub fn field(&self, name: &str) -> u32 {
        self.names.iter().position(|field| field == name).unwrap().try_into().unwrap()
    }

    /// Makes it a new event, with the same bytes.
    pub fn next_event(&mut self) {
        self.number += 1;
    }

    /// What Falco does for one field of one rule; gives the value of a field that is one text.
    pub fn extract(&self, field: u32, key: Option<&CStr>) -> Option<&CStr> {
        let answer = self.ask(field, key);
        if answer.res_len == 0 {
            return None;
        }
        // SAFETY: the answer is one text that stays until the next event.
        Some(unsafe { CStr::from_ptr(*answer.res.str_) })
    }

    /// The same for a field of any type; the answer's pointers are good until the next event.
    pub fn ask(&self, field: u32, key: Option<&CStr>) -> ss_plugin_extract_field {
        // The plugin only reads the event.
        let input = ss_plugin_event_input {
            evt: self.event.as_ptr().cast_mut().cast(),
            evtnum: self.number,
            evtsrc: c"gitlab".as_ptr(),
        };
        let mut request = ss_plugin_extract_field {
            res: ss_plugin_extract_field__bindgen_ty_1 { u64_: ptr::null_mut() },
            res_len: 0,
            field_id: field,
            field: c"".as_ptr(),
            arg_key: key.map_or(ptr::null(), CStr::as_ptr),
            arg_index: 0,
            arg_present: u32::from(key.is_some()),
            ftype: 9,
            flist: 0,
        };
        // SAFETY: a table of function pointers of which none is set is all zeros.
        let mut tables: ss_plugin_table_reader_vtable_ext = unsafe { std::mem::zeroed() };
        let extract = ss_plugin_field_extract_input {
            owner: ptr::null_mut(),
            get_owner_last_error: Some(no_error),
            num_fields: 1,
            fields: &raw mut request,
            // SAFETY: as above.
            table_reader: unsafe { std::mem::zeroed() },
            table_reader_ext: &raw mut tables,
            value_offsets: ptr::null_mut(),
        };
        // SAFETY: the plugin was initialised, the event is whole, and every pointer lives through the call.
        let code = unsafe { plugin_extract_fields(self.plugin, &raw const input, &raw const extract) };
        assert_eq!(code, 0);
        request
    }
}

impl Drop for LinkedHost {
    fn drop(&mut self) {
        // SAFETY: it was initialised and is not used again.
        unsafe { plugin_destroy(self.plugin) };
    }
}

unsafe extern "C-unwind" fn no_error(_: *mut ss_plugin_owner_t) -> *const c_char {
    c"".as_ptr()
}

/// A plugin event as it stands in Falco's memory: header, lengths, plugin id, payload.
fn plugin_event(payload: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(1_700_000_000_000_000_000_u64.to_ne_bytes()); // time
    bytes.extend((-1_i64).to_ne_bytes()); // thread
    bytes.extend(u32::try_from(26 + 8 + 4 + payload.len()).unwrap().to_ne_bytes());
    bytes.extend(322_u16.to_ne_bytes()); // PPME_PLUGINEVENT_E
    bytes.extend(2_u32.to_ne_bytes()); // number of parameters
    bytes.extend(4_u32.to_ne_bytes());
    bytes.extend(u32::try_from(payload.len()).unwrap().to_ne_bytes());
    bytes.extend(19_u32.to_ne_bytes());
    bytes.extend(payload.as_bytes());
    bytes
}
