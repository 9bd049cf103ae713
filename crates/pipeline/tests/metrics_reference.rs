//! docs/operations.md lists every metric of a pipeline that has everything switched on.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::{env, fs};

use pipeline::{Pipeline, Settings, Source};
use tempfile::TempDir;

const BEGIN: &str = "<!-- generated from the metrics of a running pipeline: begin -->\n";
const END: &str = "<!-- generated: end -->";

#[test]
fn docs_operations_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/operations.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let expected = format!("{before}{BEGIN}{}{END}{after}", table(&metrics()));
    if env::var_os("UPDATE").is_some() {
        fs::write(&path, expected).unwrap();
    } else {
        assert_eq!(page, expected, "run the tests with UPDATE=1 to write docs/operations.md anew");
    }
}

fn metrics() -> String {
    let (secrets, state) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../intake/tests/data");
    fs::copy(data.join("ec.crt"), secrets.path().join("server.crt")).unwrap();
    fs::copy(data.join("ec.sec1.key"), secrets.path().join("server.key")).unwrap();
    let settings = Settings {
        secrets_dir: Some(secrets.path().to_owned()),
        state_dir: Some(state.path().to_owned()),
        ..Settings::from_init_config(r#"{"VerificationToken": "abcdefghijklmnop", "AdminAddress": "127.0.0.1:0"}"#)
            .unwrap()
    };
    let source = Source::from_open_params("https://127.0.0.1:0/", &settings).unwrap();
    let pipeline = Pipeline::start(&settings, &source).unwrap();
    let mut stream = TcpStream::connect(pipeline.admin_address().unwrap()).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let mut answer = String::new();
    #[expect(clippy::disallowed_methods, reason = "the server is ours")]
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The families of a page of metrics, as Markdown.
fn table(metrics: &str) -> String {
    let mut table = "| metric | kind | meaning |\n|---|---|---|\n".to_owned();
    let mut description = "";
    for line in metrics.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            description = help.split_once(' ').unwrap().1;
        }
        if let Some((name, kind)) = line.strip_prefix("# TYPE ").and_then(|family| family.split_once(' ')) {
            writeln!(table, "| `{name}` | {kind} | {description} |").unwrap();
        }
    }
    table
}
