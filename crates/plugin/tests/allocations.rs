//! A rule that does not match costs no allocation: Falco asks for a field of each event for each rule.
//!
//! The library is linked in here, not loaded, so that this program's allocator counts for both.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ffi::{CStr, CString, c_char};
use std::ptr;

use falco_plugin::api::{
    ss_plugin_event_input, ss_plugin_extract_field, ss_plugin_extract_field__bindgen_ty_1,
    ss_plugin_field_extract_input, ss_plugin_init_input, ss_plugin_owner_t, ss_plugin_t,
    ss_plugin_table_reader_vtable_ext,
};
use gitlab::c_interface::{plugin_destroy, plugin_extract_fields, plugin_get_fields, plugin_init};
use serde_json::Value;

struct Counting;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.set(COUNT.get() + 1);
        // SAFETY: the caller's promise.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller's promise.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

unsafe extern "C-unwind" fn no_error(_: *mut ss_plugin_owner_t) -> *const c_char {
    c"".as_ptr()
}

struct Plugin(*mut ss_plugin_t);

impl Plugin {
    fn new() -> Self {
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
        Self(plugin)
    }

    /// What Falco does for one field of one rule; gives the text.
    fn extract(&self, event: &mut [u8], number: u64, field: u32, key: Option<&CStr>) -> Option<&CStr> {
        let input =
            ss_plugin_event_input { evt: event.as_mut_ptr().cast(), evtnum: number, evtsrc: c"gitlab".as_ptr() };
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
        assert_eq!(unsafe { plugin_extract_fields(self.0, &raw const input, &raw const extract) }, 0);
        if request.res_len == 0 {
            return None;
        }
        // SAFETY: the answer is one text that stays until the next event.
        Some(unsafe { CStr::from_ptr(*request.res.str_) })
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        // SAFETY: it was initialised and is not used again.
        unsafe { plugin_destroy(self.0) };
    }
}

/// A plugin event as it stands in Falco's memory: header, lengths, plugin id, payload.
fn event(json: &str) -> Vec<u8> {
    let length = u32::try_from(26 + 8 + 4 + json.len()).unwrap();
    let mut bytes = Vec::new();
    bytes.extend(1_700_000_000_000_000_000_u64.to_ne_bytes()); // time
    bytes.extend((-1_i64).to_ne_bytes()); // thread
    bytes.extend(length.to_ne_bytes());
    bytes.extend(322_u16.to_ne_bytes()); // PPME_PLUGINEVENT_E
    bytes.extend(2_u32.to_ne_bytes()); // number of parameters
    bytes.extend(4_u32.to_ne_bytes());
    bytes.extend(u32::try_from(json.len()).unwrap().to_ne_bytes());
    bytes.extend(19_u32.to_ne_bytes());
    bytes.extend(json.as_bytes());
    bytes
}

#[test]
fn no_match_costs_no_allocation() {
    // SAFETY: the function returns a static text.
    let fields = unsafe { CStr::from_ptr(plugin_get_fields()) };
    let fields: Vec<Value> = serde_json::from_str(fields.to_str().unwrap()).unwrap();
    let place = |name: &str| u32::try_from(fields.iter().position(|field| field["name"] == name).unwrap()).unwrap();
    let (event_type, author, country, details) =
        (place("gitlab.event_type"), place("gitlab.author_id"), place("gitlab.country"), place("gitlab.details"));
    let key = CString::new("target_type").unwrap();
    let json = include_str!("../../audit-event/tests/samples/constructed/git_push_19x_flagged.json");
    let mut event = event(json);
    let plugin = Plugin::new();

    let rules = |number: u64, event: &mut [u8]| {
        let before = COUNT.get();
        for _ in 0..25 {
            assert_eq!(plugin.extract(event, number, event_type, None), Some(c"repository_git_operation"));
            assert_eq!(plugin.extract(event, number, author, None), Some(c"7"));
            assert_eq!(plugin.extract(event, number, country, None), None);
            assert_eq!(plugin.extract(event, number, details, Some(&key)), Some(c"Project"));
        }
        COUNT.get() - before
    };

    rules(1, &mut event);
    rules(2, &mut event);
    assert_eq!(rules(3, &mut event), 0, "the buffers of the first events serve all later ones");
}
