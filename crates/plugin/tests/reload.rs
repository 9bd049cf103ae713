//! Falco reloads a plugin in one process (SIGHUP, `watch_config_files`); nothing may stay behind.
//!
//! One test in a program of its own, because threads are counted for the whole process.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

mod host;

use std::ffi::CString;
use std::net::TcpListener;

use falco_plugin_runner::PluginRunner;
use host::{TOKEN, plugin};
use serde_json::{Value, json};

fn threads() -> usize {
    std::fs::read_dir("/proc/self/task").unwrap().count()
}

fn reload_many_times(settings: &Value) {
    let address = host::free_address();
    let mut config = json!({"VerificationToken": TOKEN, "Listen": format!("http://{address}/gitlab")});
    config.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
    let config = CString::new(config.to_string()).unwrap();
    let before = threads();
    for _ in 0..30 {
        let mut runner = PluginRunner::new();
        runner.register_plugin(plugin(), &config).unwrap();
        let runner = runner.start_capture().expect("the port was released by the one before");
        assert_eq!(host::Post::new("{}").to(address, None).status, 200);
        drop(runner.stop_capture().unwrap());
    }
    assert_eq!(threads(), before, "every thread has ended");
    TcpListener::bind(address).expect("the port is free");
}

#[test]
fn a_reload_releases_port_and_threads_with_and_without_a_city_database() {
    reload_many_times(&json!({}));
    let folder = host::folder();
    reload_many_times(&json!({"MaxmindCityDBPath": host::city_database(folder.path(), "GeoLite2-City")}));
}
