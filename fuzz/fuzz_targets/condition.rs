//! Any text read as a condition: no panic, no endless work, and what prints reads back.
#![no_main]

#[path = "../../crates/falco-rules/tests/fuzz/condition.rs"]
mod condition;

libfuzzer_sys::fuzz_target!(|text: &str| condition::try_condition(text));
