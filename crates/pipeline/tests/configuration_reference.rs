//! docs/configuration.md holds the reference that the table of keys generates.

use std::path::Path;
use std::{env, fs};

const BEGIN: &str = "<!-- generated from pipeline::KEYS: begin -->\n";
const END: &str = "<!-- generated: end -->";

#[test]
fn docs_configuration_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = fs::read_to_string(&path).expect("docs/configuration.md is there");
    let (before, rest) = page.split_once(BEGIN).expect("the page has the line that begins the generated part");
    let (_, after) = rest.split_once(END).expect("the page has the line that ends the generated part");
    let expected = format!("{before}{BEGIN}{}{END}{after}", pipeline::markdown());
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).expect("docs/configuration.md can be written");
    } else {
        assert_eq!(page, expected, "run the tests with UPDATE=1 to write docs/configuration.md anew");
    }
}
