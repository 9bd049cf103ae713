//! Falco's rule language: load, check, compile, evaluate, format.
