//! docs/trackers.md holds the table of built-in trackers, and what it declares as an example works.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::path::Path;
use std::{env, fs};

const BEGIN: &str = "<!-- generated from enrich::builtin_trackers: begin -->\n";
const END: &str = "<!-- generated: end -->";

#[test]
fn docs_trackers_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/trackers.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{}{END}{after}", enrich::builtin_markdown());
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(page, expected, "run the tests with UPDATE=1 to write docs/trackers.md anew");
    }
}
