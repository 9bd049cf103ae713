//! docs/configuration.md holds the reference that the table of keys generates, and says what every kind of problem means.

use std::path::{Path, PathBuf};
use std::{env, fs};

const BEGIN: &str = "<!-- generated from pipeline::KEYS: begin -->\n";
const END: &str = "<!-- generated: end -->";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md")
}

#[test]
fn docs_configuration_is_up_to_date() {
    let path = page();
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

#[test]
fn every_kind_of_problem_is_explained_once() {
    let page = fs::read_to_string(page()).expect("docs/configuration.md is there");
    let (_, table) =
        page.split_once("| `gitlab.pluginerror.kind` | meaning |\n|---|---|\n").expect("the table is there");
    let rows = table.lines().take_while(|line| line.starts_with('|'));
    // The first cell: one name or several, each in backticks.
    let cells = rows.filter_map(|row| row.split('|').nth(1));
    let mut explained: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let mut kinds: Vec<_> = pipeline::problem_kinds().collect();
    explained.sort_unstable();
    kinds.sort_unstable();
    assert_eq!(explained, kinds);
}
