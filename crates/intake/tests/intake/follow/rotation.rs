//! Files that are renamed, cut, copied or replaced while they are followed.

use std::thread;

use super::*;

#[test]
fn a_renamed_file_is_read_to_its_end_before_its_successor() {
    let (folder, log) = folder();
    append(&log, "{\"id\":1}\n");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    let mut writer = OpenOptions::new().append(true).open(&log).unwrap();
    fs::rename(&log, folder.path().join("audit_json.log.1")).unwrap();
    append(&log, "{\"id\":4}\n");
    // The writer has not noticed yet.
    writer.write_all(b"{\"id\":2}\n{\"id\":3}\n").unwrap();
    followed.expect(&["{\"id\":2}", "{\"id\":3}", "{\"id\":4}"]);
    writer.write_all(b"{\"id\":5}\n").unwrap();
    followed.expect(&["{\"id\":5}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn a_file_that_is_cut_is_read_from_its_start() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n{\"id\":2}\n");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}", "{\"id\":2}"]);
    File::create(&log).unwrap();
    append(&log, "{\"id\":3}\n");
    followed.expect(&["{\"id\":3}"]);
    // It is longer than before when somebody looks again, and begins otherwise.
    File::create(&log).unwrap();
    append(&log, "{\"id\":4}\n{\"id\":5}\n{\"id\":6}\n");
    followed.expect(&["{\"id\":4}", "{\"id\":5}", "{\"id\":6}"]);
    assert!(followed.errors.is_empty(), "{:?}", followed.errors);
}

#[test]
fn what_was_written_just_before_a_copied_file_was_cut_is_read_in_the_copy() {
    for ending in [".1", ".1.gz", "-20260301.zst"] {
        let (_folder, log) = folder();
        append(&log, "{\"id\":1}\n{\"id\":2}\n{\"id\":");
        let mut followed = Followed::of(&log);
        followed.expect(&["{\"id\":1}", "{\"id\":2}"]);
        // Nobody looks before the file is cut.
        append(&log, "3}\nrubbish\n{\"id\":4}\n");
        fs::write(log.with_extension("log.2"), "{\"id\":-1}\n{\"id\":-2}\n{\"id\":-3}\n").unwrap();
        copy_and_truncate(&log, ending);
        append(&log, "{\"id\":5}\n");
        followed.expect(&["{\"id\":3}", "{\"id\":4}", "{\"id\":5}"]);
        append(&log, "{\"id\":6}\n");
        followed.expect(&["{\"id\":6}"]);
        let [error] = &followed.errors[..] else { panic!("{:?}", followed.errors) };
        assert_eq!((error.line, error.kind()), (Some(4), ProblemKind::MalformedFile), "{ending}");
        assert!(error.to_string().contains(ending), "{error}");
    }
}

#[test]
fn a_file_cut_in_the_middle_of_an_event_is_told() {
    let (_folder, log) = folder();
    append(&log, "{\"id\":1}\n{\"id\":");
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    File::create(&log).unwrap();
    append(&log, "{\"a\":1}\n");
    followed.expect(&["{\"a\":1}"]);
    assert_eq!(followed.errors.len(), 1);
    assert!(followed.errors[0].to_string().contains("cut in the middle"), "{}", followed.errors[0]);
}

#[test]
fn a_link_that_is_switched_leads_to_the_other_file() {
    let (folder, log) = folder();
    let (one, two) = (folder.path().join("1"), folder.path().join("2"));
    append(&one, "{\"id\":1}\n");
    append(&two, "{\"id\":2}\n");
    std::os::unix::fs::symlink(&one, &log).unwrap();
    let mut followed = Followed::of(&log);
    followed.expect(&["{\"id\":1}"]);
    std::os::unix::fs::symlink(&two, folder.path().join("next")).unwrap();
    fs::rename(folder.path().join("next"), &log).unwrap();
    followed.expect(&["{\"id\":2}"]);
}

#[test]
fn rotation_while_somebody_writes_loses_nothing() {
    const EVENTS: u64 = 2_000;
    let (folder, log) = folder();
    File::create(&log).unwrap();
    let mut followed = Followed::of(&log);
    let writer = thread::spawn({
        let (folder, log) = (folder.path().to_owned(), log.clone());
        move || {
            for number in 0..EVENTS {
                append(&log, &format!("{{\"id\":{number}}}\n"));
                if number % 500 == 499 {
                    fs::rename(&log, folder.join(format!("old.{number}"))).unwrap();
                }
                thread::yield_now();
            }
        }
    });
    // A rotation that comes and goes between two looks is found only where the old name is followed too, so this reader
    // looks at all names.
    let mut all = Followed::of(folder.path().join("*"));
    eventually("all events", || {
        all.read();
        followed.read();
        all.texts.len() as u64 >= EVENTS
    });
    writer.join().unwrap();
    let mut numbers: Vec<u64> = all
        .texts
        .iter()
        .map(|text| serde_json::from_str::<serde_json::Value>(text).unwrap()["id"].as_u64().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (0..EVENTS).collect::<Vec<u64>>());
}
