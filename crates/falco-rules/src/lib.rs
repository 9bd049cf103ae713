//! Falco's rule language: load, check, compile, evaluate, format.
mod priority;
mod rules_file;
mod selection;
mod source_text;
mod versions;
