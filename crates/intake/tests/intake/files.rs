//! Events out of files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use audit_event::{AuditEvent, EventIndex, Origin};
use flate2::Compression;
use flate2::write::GzEncoder;
use intake::{FileChunk, FileError, FileEvent, FileProblem, InputFiles, ProblemKind};
use proptest::prelude::*;
use tempfile::TempDir;

fn read(path: &Path) -> Vec<Result<FileEvent, FileError>> {
    InputFiles::find([path]).unwrap().events().collect()
}

/// The outcome of reading a file with this content, one line each: `line text` or `line: problem`.
fn outcome(content: impl AsRef<[u8]>) -> Vec<String> {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), content).unwrap();
    let one_by_one = read(file.path());
    let texts = |found: &Result<FileEvent, FileError>| match found {
        Ok(event) => event.event.json.to_string(),
        Err(error) => error.to_string(),
    };
    assert_eq!(in_chunks(file.path()), one_by_one.iter().map(texts).collect::<Vec<_>>());
    one_by_one
        .into_iter()
        .map(|found| match found {
            Ok(event) => format!("{} {}", event.line, event.event.json),
            Err(error) => {
                format!("{}: {}", error.line.map_or("whole".to_owned(), |line| line.to_string()), error.problem)
            }
        })
        .collect()
}

/// The same without the lines of events, read in chunks. The index of each event is one of its text.
fn in_chunks(path: &Path) -> Vec<String> {
    let mut files = InputFiles::find([path]).unwrap().events();
    let (mut chunk, mut found) = (FileChunk::default(), Vec::new());
    while files.read_chunk(&mut chunk) {
        let first = found.len();
        for (json, index) in chunk.events() {
            let mut read_anew = EventIndex::default();
            assert_eq!(index.event(json).id(), read_anew.parse_received(json).unwrap().id());
            found.push(json.to_owned());
        }
        assert_eq!(chunk.len(), found.len() - first);
        for (before, (events, error)) in chunk.problems().enumerate() {
            found.insert(first + events + before, error.to_string());
        }
    }
    found
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn one_event_a_line() {
    assert_eq!(outcome("{\"a\":1}\n\n{\"b\":2}\r\n{\"c\":3}"), ["1 {\"a\":1}", "3 {\"b\":2}", "4 {\"c\":3}"]);
}

#[test]
fn events_one_after_another_and_over_several_lines() {
    let pretty = "{\n  \"a\": {\n    \"b\": []\n  }\n}";
    let expected = [format!("1 {pretty}"), format!("6 {pretty}"), "10 {}".to_owned(), "10 {}".to_owned()];
    assert_eq!(outcome(format!("{pretty}\n{pretty}{{}} {{}}\n")), expected);
}

#[test]
fn an_array_in_one_line_and_over_several() {
    assert_eq!(outcome(r#"[{"a":1},{"b":"]}"}]"#), ["1 {\"a\":1}", "1 {\"b\":\"]}\"}"]);
    assert_eq!(outcome("[\n  {\n    \"a\": 1\n  },\n  {}\n]\n"), ["2 {\n    \"a\": 1\n  }", "5 {}"]);
    assert_eq!(outcome("[]\n[{}]\n[ ]"), ["2 {}"]);
}

#[test]
fn an_empty_file_has_no_events_and_no_errors() {
    for content in ["", "\n\n", "  ", "\u{feff}", "[]"] {
        assert_eq!(outcome(content), [""; 0], "{content:?}");
    }
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert_eq!(outcome("\u{feff}{}"), ["1 {}"]);
}

#[test]
fn a_broken_line_costs_that_line_only() {
    for broken in
        ["{\"a\":1", "{\"a\":\"x", "{\"a\":", "{\"a\":[", "{\"a\":[1,", "{\"a\":tru}", "{", "}", "garbage", "{\"a\" 1}"]
    {
        let expected = ["1 {}", "2: not JSON", "3 {\"b\":2}", "4 {}", "5 {}"];
        assert_eq!(outcome(format!("{{}}\n{broken}\n{{\"b\":2}}\n{{}}\n{{}}\n")), expected, "{broken}");
    }
}

#[test]
fn a_line_cut_off_at_the_end_of_the_file_is_an_error() {
    assert_eq!(outcome("{}\n{\"a\":\"x"), ["1 {}", "2: not JSON"]);
}

#[test]
fn a_line_that_is_no_object_says_what_it_is() {
    let expected =
        ["1: an event is a JSON object, not null", "2: an event is a JSON object, not a string", "3: not JSON", "4 {}"];
    assert_eq!(outcome("null\n\"{}\"\n2024-01-01 {}\n{}"), expected);
}

#[test]
fn a_broken_element_of_an_array_costs_that_element_only() {
    let array =
        "[\n  {\n    \"a\": 1,\n  \n    \"b\": \"x\n  },\n  {\"c\": [\n    {}\n  ]},\n  null,\n  [{}],\n  {}\n]";
    let expected = [
        "2: not JSON",
        "7 {\"c\": [\n    {}\n  ]}",
        "10: an event is a JSON object, not null",
        "11: an event is a JSON object, not an array",
        "12 {}",
    ];
    assert_eq!(outcome(array), expected);
    assert_eq!(
        outcome("[{},{\"a\":tru},1,{}]"),
        ["1 {}", "1: not JSON", "1: an event is a JSON object, not a number", "1 {}"]
    );
}

#[test]
fn a_broken_last_element_does_not_hide_the_end_of_the_array() {
    assert_eq!(outcome("[\n  {},\n  {\"a\":\n]\n{}\n"), ["2 {}", "3: not JSON", "5 {}"]);
}

#[test]
fn an_array_cut_off_is_an_error() {
    let cut = "the array of events does not end; the file may have been cut";
    assert_eq!(outcome("[{},\n{}\n"), ["1 {}".to_owned(), "2 {}".to_owned(), format!("3: {cut}")]);
}

#[test]
fn bytes_that_are_not_utf_8_are_an_error_of_their_line() {
    assert_eq!(outcome(b"{\"a\":\"\xff\"}\n{}\n\xff\xfe{\0}\0\n{}"), ["1: not UTF-8", "2 {}", "3: not UTF-8", "4 {}"]);
}

#[test]
fn an_event_above_the_limit_costs_its_line_only() {
    let large = "x".repeat(26 * 1024 * 1024);
    let expected = ["1 {}", "2: an event is larger than 26214400 bytes", "3 {}"];
    assert_eq!(outcome(format!("{{}}\n{{\"a\":\"{large}\"}}\n{{}}\n")), expected);
    assert_eq!(outcome(format!("{{}}\n{large}\n{{}}\n")), expected);
}

#[test]
fn an_event_of_the_limit_is_read() {
    let frame = r#"{"a":""}"#.len();
    let event = format!("{{\"a\":\"{}\"}}", "x".repeat(25 * 1024 * 1024 - frame));
    assert!(outcome(format!("{event}\n{{}}")) == [format!("1 {event}"), "2 {}".to_owned()]);
}

#[test]
fn depth_is_an_error_and_costs_neither_stack_nor_time() {
    let deep = format!("{{\"a\":{}\n", "[".repeat(1_000_000));
    let closed = format!("{{\"a\":{}{}}}\n", "[".repeat(200), "]".repeat(200));
    let problem = "arrays and objects nest deeper than 128 levels";
    let expected = [format!("1: {problem}"), format!("2: {problem}"), "3 {}".to_owned()];
    assert_eq!(outcome(format!("{deep}{closed}{{}}")), expected);
    assert_eq!(outcome("{\"a\":[\n".repeat(100_000)).len(), 100_000);
}

#[test]
fn compression_is_told_by_content_and_may_come_in_several_parts() {
    let (first, second) = (b"{\"a\":1}\n{\"b\"", b":2}\n");
    let gzipped = [gzip(first), gzip(second)].concat();
    let zstandard = [zstd::encode_all(&first[..], 1).unwrap(), zstd::encode_all(&second[..], 1).unwrap()].concat();
    for content in [gzipped, zstandard] {
        assert_eq!(outcome(content), ["1 {\"a\":1}", "2 {\"b\":2}"]);
    }
}

#[test]
fn damaged_compression_is_an_error_after_what_could_be_read() {
    let content = "{\"a\":1}\n".repeat(100_000);
    for mut compressed in [gzip(content.as_bytes()), zstd::encode_all(content.as_bytes(), 1).unwrap()] {
        compressed.truncate(compressed.len() - 10);
        let found = outcome(compressed);
        let (last, before) = found.split_last().unwrap();
        assert!(last.starts_with("whole: cannot be read: "), "{last}");
        assert!(before.iter().all(|found| found.ends_with(" {\"a\":1}")));
    }
}

#[test]
fn a_small_file_that_unpacks_to_gigabytes_is_one_error() {
    // 1 GiB of one letter in about 100 kB.
    let bomb = {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.write_all(b"{\"a\":\"").unwrap();
        let part = vec![b'x'; 1024 * 1024];
        for _ in 0..1024 {
            encoder.write_all(&part).unwrap();
        }
        encoder.finish().unwrap()
    };
    assert_eq!(outcome(bomb), ["1: an event is larger than 26214400 bytes"]);
}

#[test]
fn a_folder_is_read_recursively_in_the_order_of_names() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path: PathBuf = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write("project/2026/02/type_2_2.json", b"{\"id\":3}");
    write("group/2026/02/type_1_1.json.gz", &gzip(b"[{\"id\":1},{\"id\":2}]"));
    write("zz/audit_json.log.1", b"{\"id\":4}\nbroken\n{\"id\":5}\n");
    write("README.md", b"not an event");
    let files = InputFiles::find([folder.path()]).unwrap();
    assert_eq!((files.len(), files.is_empty()), (3, false));
    let found: Vec<_> = files.events().collect();
    let ids: Vec<_> = found.iter().flatten().map(|event| &*event.event.json).collect();
    assert_eq!(ids, ["{\"id\":1}", "{\"id\":2}", "{\"id\":3}", "{\"id\":4}", "{\"id\":5}"]);
    let error = found.iter().find_map(|found| found.as_ref().err()).unwrap();
    let log = folder.path().join("zz/audit_json.log.1");
    assert_eq!((&*error.file, error.line, error.kind()), (&*log, Some(2), ProblemKind::MalformedFile));
    assert_eq!(error.to_string(), format!("{}:2: not JSON", log.display()));
}

#[test]
fn a_pattern_is_what_it_matches_in_the_order_of_names() {
    let folder = TempDir::new().unwrap();
    for (name, content) in [("b.log", "{\"id\":2}"), ("a.log", "{\"id\":1}"), ("c.txt", "{}"), (".d.log", "{}")] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let ids: Vec<_> = read(&folder.path().join("*.log")).into_iter().map(|event| event.unwrap().event.json).collect();
    assert_eq!(ids, ["{\"id\":1}".into(), "{\"id\":2}".into()]);
    for nothing in ["*.json", "[", "**x"] {
        assert!(InputFiles::find([folder.path().join(nothing)]).is_err(), "{nothing}");
    }
    // A name is taken as it is where there is such a file.
    fs::write(folder.path().join("[1].log"), "{}").unwrap();
    assert_eq!(read(&folder.path().join("[1].log")).len(), 1);
}

#[test]
fn what_gitlab_and_its_operators_write_is_read() {
    let folder = TempDir::new().unwrap();
    let write = |name: &str, content: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    // The S3 destination: one object a file, since 19 also an array.
    write("user/2026/02/user_created_1_1770000000000.json", r#"{"id":1,"event_type":"user_created"}"#);
    write("2026/02/13/1770000000000_2.json", r#"[{"id":2},{"id":3}]"#);
    // audit_json.log has other members of its own around those of an event.
    write("audit_json.log", "{\"severity\":\"INFO\",\"time\":\"2026-02-13T00:00:00.000Z\",\"id\":4}\n");
    // A dump of the REST API, page after page.
    write("rest.json", "[\n  {\"id\": 5, \"details\": {\"add\": \"x\"}}\n]\n[\n  {\"id\": 6}\n]\n");
    let mut ids: Vec<_> = read(folder.path())
        .into_iter()
        .map(|event| serde_json::from_str::<serde_json::Value>(&event.unwrap().event.json).unwrap()["id"].clone())
        .collect();
    ids.sort_by_key(serde_json::Value::as_u64);
    assert_eq!(ids, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn an_event_tells_its_place_and_origin() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "\n{}").unwrap();
    let [event] = read(file.path()).try_into().unwrap();
    let event = event.unwrap();
    assert_eq!((&*event.file, event.line, event.event.origin), (file.path(), 2, Origin::File));
}

#[test]
fn a_path_that_does_not_exist_is_an_error_at_once() {
    let error = InputFiles::find([Path::new("/nonexistent/x.json")]).unwrap_err();
    assert_eq!(error.kind(), ProblemKind::UnreadableFile);
    assert!(error.to_string().starts_with("/nonexistent/x.json: cannot be read: "), "{error}");
}

#[test]
fn a_file_that_vanishes_does_not_stop_the_others() {
    let folder = TempDir::new().unwrap();
    for name in ["a.json", "b.json"] {
        fs::write(folder.path().join(name), "{}").unwrap();
    }
    let files = InputFiles::find([folder.path()]).unwrap();
    fs::remove_file(folder.path().join("a.json")).unwrap();
    let found: Vec<_> = files.events().collect();
    assert!(matches!(found[0], Err(FileError { problem: FileProblem::Unreadable(_), .. })), "{found:?}");
    assert!(found[1].is_ok());
}

#[test]
fn a_loop_of_links_is_an_error_and_ends() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("b.json"), "{}").unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a")).unwrap();
    let found = read(folder.path());
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found.iter().flatten().count(), 1);
}

#[test]
fn progress_counts_bytes_as_they_are_on_the_disk() {
    let folder = TempDir::new().unwrap();
    let compressed = gzip("{}\n".repeat(100_000).as_bytes());
    fs::write(folder.path().join("a.ndjson.gz"), &compressed).unwrap();
    fs::write(folder.path().join("b.ndjson"), "{}\n").unwrap();
    let files = InputFiles::find([folder.path()]).unwrap();
    let total = compressed.len() as u64 + 3;
    assert_eq!(files.total_bytes(), Some(total));
    let mut events = files.events();
    let progress = events.progress();
    assert_eq!(progress.bytes_read(), 0);
    assert_eq!(events.by_ref().count(), 100_001);
    assert_eq!(progress.bytes_read(), total);
}

#[test]
fn the_total_of_standard_input_is_not_known() {
    let files = InputFiles::find(["-"]).unwrap();
    assert_eq!((files.total_bytes(), files.len()), (None, 1));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_hold_the_events_and_problems_that_come_one_by_one(
        content in r#"(\{"id":[0-9]{1,3}\}|\{"id":1|\{"a":\[1,\n?\{\}\]\}|\[|\]|,|\n|\n|\n|\r\n| |x|"|7){0,60}"#
    ) {
        outcome(content);
    }
}

#[test]
fn a_large_file_comes_in_chunks_and_an_event_of_too_many_members_is_a_problem_of_its_own() {
    let lines: Vec<_> = (0..2_000).map(|id| format!("{{\"id\":{id}}}\n")).collect();
    assert_eq!(outcome(lines.concat()).len(), 2_000);
    let members: Vec<_> = (0..2_000).map(|name| format!("\"{name}\":1")).collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), format!("{{\"id\":1}}\n{{{}}}\n{{\"id\":2}}\n", members.join(","))).unwrap();
    let problem = format!("{}:2: the event has more than 1024 members", file.path().display());
    assert_eq!(in_chunks(file.path()), ["{\"id\":1}", problem.as_str(), "{\"id\":2}"]);
}

#[test]
fn a_large_file_of_rubbish_comes_in_chunks() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "rubbish\n".repeat(2_000)).unwrap();
    let (mut files, mut chunk) = (InputFiles::find([file.path()]).unwrap().events(), FileChunk::default());
    let mut found = 0;
    while files.read_chunk(&mut chunk) {
        assert!(chunk.problems().count() <= 256);
        found += chunk.problems().count();
    }
    assert_eq!(found, 2_000);
}

#[test]
fn unwanted_events_of_a_chunk_are_left_out_and_problems_stay_where_they_were() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), "{\"id\":1}\nx\n{\"id\":2}\n{\"id\":3}\ny\n{\"id\":4}\n{\"id\":5}\nz\n").unwrap();
    let mut chunk = FileChunk::default();
    assert!(InputFiles::find([file.path()]).unwrap().events().read_chunk(&mut chunk));
    let is_unwanted = |event: AuditEvent<'_>| matches!(event.id().as_deref(), Some("1" | "3" | "5"));
    assert_eq!(chunk.leave_out(is_unwanted), 3);
    let left: Vec<_> = chunk.events().map(|(json, index)| index.event(json).id().unwrap().into_owned()).collect();
    assert_eq!(left, ["2", "4"]);
    let problems: Vec<_> = chunk.problems().map(|(events_before, error)| (events_before, error.line)).collect();
    assert_eq!(problems, [(0, Some(2)), (1, Some(5)), (2, Some(8))]);
}
