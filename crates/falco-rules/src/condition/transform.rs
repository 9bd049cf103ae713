//! What transformers do to values.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::condition::ast::Transformer;
use crate::condition::memory::{c_string, without_terminator};
use crate::condition::{base64, getopt};
use crate::value::Value;

/// The result of a transformer, or `None` where it has none.
pub(crate) fn apply(
    transformer: Transformer,
    arguments: &[&Value<'_>],
    selector: Option<u8>,
) -> Option<Value<'static>> {
    match (transformer, arguments) {
        (Transformer::Len, [value]) => Some(Value::Uint64(length(value))),
        (Transformer::Join, [separator, list]) => Some(join(separator, list)),
        (Transformer::Concat, parts) => {
            let mut text = Vec::new();
            for part in parts {
                text.extend_from_slice(c_string(&raw(first(part)?)));
            }
            Some(Value::String(Cow::Owned(text)))
        }
        (Transformer::GetOpt, [list, options]) => {
            let members = members(list);
            let arguments: Vec<_> = members.iter().map(raw).collect();
            let arguments: Vec<_> = arguments.iter().map(|argument| &**argument).collect();
            let options = raw(options);
            if let Some(selector) = selector {
                return getopt::selected(&arguments, &options, selector).map(Cow::Owned).map(Value::String);
            }
            let found = getopt::all(&arguments, &options);
            Some(Value::List(found.into_iter().map(|text| Value::String(Cow::Owned(text))).collect()))
        }
        (_, [Value::List(members)]) => {
            members.iter().map(|member| text(transformer, member)).collect::<Option<_>>().map(Value::List)
        }
        (_, [value]) => text(transformer, value),
        _ => None,
    }
}

/// A transformer of text. Its result counts the zero byte that Falco puts behind it.
fn text(transformer: Transformer, value: &Value<'_>) -> Option<Value<'static>> {
    let Value::String(text) = value else { return None };
    let text = without_terminator(text);
    let mut result = match transformer {
        Transformer::ToLower => text.to_ascii_lowercase(),
        Transformer::ToUpper => text.to_ascii_uppercase(),
        Transformer::B64 => base64::decode(text)?,
        Transformer::Basename => text.rsplit(|byte| *byte == b'/').next().unwrap_or(text).to_vec(),
        _ => return None,
    };
    if result.last() != Some(&0) {
        result.push(0);
    }
    Some(Value::String(Cow::Owned(result)))
}

fn length(value: &Value<'_>) -> u64 {
    let length = match value {
        Value::List(members) => members.len(),
        Value::String(text) => c_string(text).len(),
        _ => 0,
    };
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn join(separator: &Value<'_>, list: &Value<'_>) -> Value<'static> {
    let separator = raw(separator);
    let mut text = Vec::new();
    for (place, member) in members(list).iter().enumerate() {
        if place > 0 {
            text.extend_from_slice(&separator);
        }
        text.extend_from_slice(c_string(&raw(member)));
    }
    Value::String(Cow::Owned(text))
}

fn members<'v, 'e>(value: &'v Value<'e>) -> &'v [Value<'e>] {
    match value {
        Value::List(members) => members,
        single => std::slice::from_ref(single),
    }
}

fn first<'v, 'e>(value: &'v Value<'e>) -> Option<&'v Value<'e>> {
    members(value).first()
}

/// The bytes by which Falco holds a value. `join` and `concat` take any type, and read these as if they were text.
fn raw<'v>(value: &'v Value<'_>) -> Cow<'v, [u8]> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Uint64(number) | Value::RelTime(number) | Value::AbsTime(number) => {
            Cow::Owned(number.to_le_bytes().to_vec())
        }
        Value::Bool(truth) => Cow::Owned(u32::from(*truth).to_le_bytes().to_vec()),
        Value::IpAddr(address) | Value::IpNet(address) => Cow::Owned(match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        }),
        Value::List(members) => members.first().map_or(Cow::Borrowed(&[]), raw),
    }
}
