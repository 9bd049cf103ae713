//! A field's value laid out in memory as Falco reads it.

use std::ffi::{c_char, c_void};
use std::net::IpAddr;
use std::ptr;

use audit_event::FieldValue;
use bumpalo::Bump;
use falco_plugin::api::{ss_plugin_byte_buffer, ss_plugin_extract_field};

/// A value in an arena, ready to be handed to Falco any number of times while the arena stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    values: *mut c_void,
    count: u64,
}

impl Answer {
    /// Lays `value` out in `arena`. An empty list is no value: Falco takes a count of nought for that.
    pub(super) fn new(value: FieldValue<'_>, arena: &Bump) -> Self {
        match value {
            FieldValue::Text(text) => Self::array(arena.alloc_slice_copy(&[c_string(&text, arena)])),
            FieldValue::TextList(texts) => {
                Self::array(arena.alloc_slice_fill_iter(texts.iter().map(|text| c_string(text, arena))))
            }
            FieldValue::Number(number) | FieldValue::Time(number) | FieldValue::Duration(number) => {
                Self::array(arena.alloc_slice_copy(&[number]))
            }
            // ss_plugin_bool is 32 bits wide.
            FieldValue::Bool(value) => Self::array(arena.alloc_slice_copy(&[u32::from(value)])),
            FieldValue::Address(address) | FieldValue::Network(address) => {
                Self::array(arena.alloc_slice_copy(&[octets(address, arena)]))
            }
        }
    }

    fn array<T>(values: &mut [T]) -> Self {
        Self { values: values.as_mut_ptr().cast(), count: values.len() as u64 }
    }

    /// Gives the value as the answer to `request`.
    pub(super) fn give(self, request: &mut ss_plugin_extract_field) {
        // Each member of the union is a pointer to the first value; which one is written does not matter.
        request.res.u64_ = self.values.cast();
        request.res_len = self.count;
    }
}

/// Answers `request` with "no value".
pub(crate) fn absent(request: &mut ss_plugin_extract_field) {
    request.res.u64_ = ptr::null_mut();
    request.res_len = 0;
}

/// The text with its terminating NUL. NULs inside were replaced by `audit_event` already, since nothing may hide behind one.
fn c_string(text: &str, arena: &Bump) -> *const c_char {
    let bytes = text.as_bytes();
    arena.alloc_slice_fill_with(bytes.len() + 1, |place| bytes.get(place).copied().unwrap_or(0)).as_ptr().cast()
}

fn octets(address: IpAddr, arena: &Bump) -> ss_plugin_byte_buffer {
    let octets: &[u8] = match address {
        IpAddr::V4(address) => arena.alloc(address.octets()),
        IpAddr::V6(address) => arena.alloc(address.octets()),
    };
    let len = if address.is_ipv4() { 4 } else { 16 };
    ss_plugin_byte_buffer { len, ptr: octets.as_ptr().cast() }
}
