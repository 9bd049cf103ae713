//! Loads `libgitlab.so` as Falco does and finds its functions by name.

use std::ffi::{CStr, CString, c_char};
use std::path::PathBuf;
use std::ptr;
use std::sync::OnceLock;

use falco_plugin::api::{
    plugin_api, plugin_api__bindgen_ty_1, plugin_api__bindgen_ty_2, plugin_api__bindgen_ty_3, plugin_api__bindgen_ty_4,
    plugin_api__bindgen_ty_5, ss_plugin_init_input, ss_plugin_owner_t, ss_plugin_rc_SS_PLUGIN_SUCCESS, ss_plugin_t,
};
use libloading::os::unix;

/// The functions of the built library.
pub fn plugin() -> &'static plugin_api {
    static API: OnceLock<plugin_api> = OnceLock::new();
    API.get_or_init(load)
}

/// The library that Cargo built beside this test program.
pub fn library_path() -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let folder = program.parent().unwrap();
    let candidates = [folder.join("libgitlab.so"), folder.parent().unwrap().join("libgitlab.so")];
    let newest = candidates.into_iter().filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path))).max();
    newest.expect("libgitlab.so is built with the tests").1
}

fn load() -> plugin_api {
    // SAFETY: the library is ours and has no constructors.
    let library = unsafe { unix::Library::new(library_path()) }.unwrap();
    macro_rules! function {
        ($name:literal) => {
            // SAFETY: the names and signatures are those of plugin_api.h, which the SDK's macros export.
            Some(*unsafe { library.get($name) }.unwrap())
        };
    }
    let api = plugin_api {
        get_required_api_version: function!(b"plugin_get_required_api_version"),
        get_init_schema: function!(b"plugin_get_init_schema"),
        init: function!(b"plugin_init"),
        destroy: function!(b"plugin_destroy"),
        get_last_error: function!(b"plugin_get_last_error"),
        get_name: function!(b"plugin_get_name"),
        get_description: function!(b"plugin_get_description"),
        get_contact: function!(b"plugin_get_contact"),
        get_version: function!(b"plugin_get_version"),
        __bindgen_anon_1: plugin_api__bindgen_ty_1 {
            get_id: function!(b"plugin_get_id"),
            get_event_source: function!(b"plugin_get_event_source"),
            open: function!(b"plugin_open"),
            close: function!(b"plugin_close"),
            list_open_params: function!(b"plugin_list_open_params"),
            get_progress: function!(b"plugin_get_progress"),
            event_to_string: function!(b"plugin_event_to_string"),
            next_batch: function!(b"plugin_next_batch"),
        },
        __bindgen_anon_2: plugin_api__bindgen_ty_2 {
            get_extract_event_types: function!(b"plugin_get_extract_event_types"),
            get_extract_event_sources: function!(b"plugin_get_extract_event_sources"),
            get_fields: function!(b"plugin_get_fields"),
            extract_fields: function!(b"plugin_extract_fields"),
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
        set_config: function!(b"plugin_set_config"),
        get_metrics: function!(b"plugin_get_metrics"),
    };
    // Falco keeps the library until it exits, too.
    _ = library.into_raw();
    api
}

/// The library driven call by call, for what the runner keeps to itself: the texts of errors, open parameters, the schema.
pub struct Library;

impl Library {
    /// A text that the library tells about itself.
    pub fn text(function: Option<unsafe extern "C-unwind" fn() -> *const c_char>) -> String {
        // SAFETY: these functions take nothing and return a static text.
        unsafe { CStr::from_ptr(function.unwrap()()) }.to_str().unwrap().to_owned()
    }

    /// The configuration's JSON schema.
    pub fn schema() -> String {
        let mut kind = 0;
        // SAFETY: the pointer is to a variable that outlives the call; the result is a static text.
        unsafe { CStr::from_ptr(plugin().get_init_schema.unwrap()(&raw mut kind)) }.to_str().unwrap().to_owned()
    }

    /// Initialises the plugin and opens its source; then closes and destroys all. The text of the error, if there is one.
    pub fn try_to_open(config: &str, open_params: Option<&str>) -> Result<(), String> {
        let config = CString::new(config).unwrap();
        let open_params = open_params.map(|params| CString::new(params).unwrap());
        let api = plugin();
        let input = ss_plugin_init_input {
            config: config.as_ptr(),
            owner: ptr::null_mut(),
            get_owner_last_error: Some(no_error),
            tables: ptr::null(),
            log_fn: None,
        };
        let mut code = 0;
        // SAFETY: the calls and their order are Falco's: init, open, close, destroy, each with what the former returned;
        // every pointer lives until the end of this function.
        unsafe {
            let plugin = api.init.unwrap()(&raw const input, &raw mut code);
            let mut result = outcome(api, plugin, code);
            if result.is_ok() {
                let source = &api.__bindgen_anon_1;
                let params = open_params.as_deref().map_or(ptr::null(), CStr::as_ptr);
                let instance = source.open.unwrap()(plugin, params, &raw mut code);
                result = outcome(api, plugin, code);
                if result.is_ok() {
                    source.close.unwrap()(plugin, instance);
                }
            }
            api.destroy.unwrap()(plugin);
            result
        }
    }
}

/// # Safety
/// `plugin` must be what `init` returned.
unsafe fn outcome(api: &plugin_api, plugin: *mut ss_plugin_t, code: i32) -> Result<(), String> {
    if code == ss_plugin_rc_SS_PLUGIN_SUCCESS {
        return Ok(());
    }
    // SAFETY: as above; the text stays until the next call.
    let error = unsafe { CStr::from_ptr(api.get_last_error.unwrap()(plugin)) };
    Err(error.to_str().unwrap().to_owned())
}

unsafe extern "C-unwind" fn no_error(_: *mut ss_plugin_owner_t) -> *const c_char {
    c"".as_ptr()
}
