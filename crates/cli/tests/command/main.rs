//! The built command, driven from outside: real processes, real sockets on loopback, real files.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod bursts;
mod certificate;
mod events;
mod falco_yaml;
mod geoip;
mod https;
mod impersonation;
mod log;
mod mistakes;
mod outputs;
mod receiver;
mod replay;
mod rules;
mod run;
mod samples;
mod send;
mod shipped_rules;
mod socket_activation;
mod terminal;
mod trackers;
mod typed_names;
