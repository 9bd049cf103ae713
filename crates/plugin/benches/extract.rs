//! What Falco pays for fields, through the C interface: it asks for one field at a time, again for each rule.
//!
//! The event lies in memory as Falco has it; a new number makes it a new event, as in Falco.
#![expect(clippy::unwrap_used, reason = "a benchmark stops by panicking")]

use std::ffi::{CStr, c_char};
use std::hint::black_box;
use std::ptr;

use divan::counter::ItemsCount;
use divan::{AllocProfiler, Bencher};
use falco_plugin::api::{
    ss_plugin_event_input, ss_plugin_extract_field, ss_plugin_extract_field__bindgen_ty_1,
    ss_plugin_field_extract_input, ss_plugin_init_input, ss_plugin_owner_t, ss_plugin_t,
    ss_plugin_table_reader_vtable_ext,
};
use gitlab::c_interface::{plugin_destroy, plugin_extract_fields, plugin_get_fields, plugin_init};
use serde_json::Value;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const EVENT: &str = include_str!("../../audit-event/tests/samples/constructed/git_push_19x_flagged.json");

/// A text that many rules ask for, one from `details`, one that is an object there, one that is absent.
const FIELDS: [(&str, Option<&CStr>); 4] = [
    ("gitlab.event_type", None),
    ("gitlab.details", Some(c"target_type")),
    ("gitlab.custom_message", None),
    ("gitlab.country", None),
];

fn main() {
    divan::main();
}

/// The event is read for it.
#[divan::bench]
fn first_field_of_a_new_event(bencher: Bencher<'_, '_>) {
    let mut host = Host::new();
    let entity_type = host.field("gitlab.entity_type");
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        host.next_event();
        host.extract(entity_type, None)
    });
}

/// With the first, which is in every sample: the benchmark above says how much that is.
#[divan::bench(args = FIELDS.map(|(name, _)| name))]
fn first_field_and_one_more(bencher: Bencher<'_, '_>, name: &str) {
    let key = FIELDS.iter().find(|(field, _)| *field == name).and_then(|(_, key)| *key);
    let mut host = Host::new();
    let (first, field) = (host.field("gitlab.entity_type"), host.field(name));
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        host.next_event();
        black_box(host.extract(first, None));
        host.extract(field, key)
    });
}

/// As for 100 rules that all ask for the type. Items are fields.
#[divan::bench]
fn the_same_field_100_times(bencher: Bencher<'_, '_>) {
    let host = Host::new();
    let event_type = host.field("gitlab.event_type");
    bencher.counter(ItemsCount::new(100_usize)).bench_local(move || {
        for _ in 0..100 {
            black_box(host.extract(event_type, None));
        }
    });
}

/// As for 25 rules that ask for four fields each. Items are fields.
#[divan::bench]
fn four_fields_of_a_new_event_25_times(bencher: Bencher<'_, '_>) {
    let mut host = Host::new();
    let fields = FIELDS.map(|(name, key)| (host.field(name), key));
    bencher.counter(ItemsCount::new(100_usize)).bench_local(move || {
        host.next_event();
        for _ in 0..25 {
            for (field, key) in fields {
                black_box(host.extract(field, key));
            }
        }
    });
}

/// Falco with one event.
struct Host {
    plugin: *mut ss_plugin_t,
    names: Vec<String>,
    event: Vec<u8>,
    number: u64,
}

impl Host {
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
        // SAFETY: the function returns a static text.
        let fields = unsafe { CStr::from_ptr(plugin_get_fields()) };
        let fields: Vec<Value> = serde_json::from_str(fields.to_str().unwrap()).unwrap();
        let names = fields.iter().map(|field| field["name"].as_str().unwrap().to_owned()).collect();
        Self { plugin, names, event: plugin_event(EVENT), number: 1 }
    }

    fn field(&self, name: &str) -> u32 {
        self.names.iter().position(|field| field == name).unwrap().try_into().unwrap()
    }

    fn next_event(&mut self) {
        self.number += 1;
    }

    /// What Falco does for one field of one rule; gives how many values there are.
    fn extract(&self, field: u32, key: Option<&CStr>) -> u64 {
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
        request.res_len
    }
}

impl Drop for Host {
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
