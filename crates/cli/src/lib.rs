//! The falco-gitlab command.
