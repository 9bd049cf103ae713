//! `bench load`: each case one after another, then the table.

mod measurement;

use std::time::Duration;

use crate::arguments::LoadArguments;
use crate::case::Case;
use crate::cases::CASES;
use crate::failure::Failure;
use crate::interrupt::Interrupt;
use crate::report;
use crate::row::Row;
use crate::{products, sender};
use measurement::Measurement;

pub(crate) fn run(arguments: &LoadArguments) -> Result<(), Failure> {
    if arguments.list {
        for case in CASES {
            println!("{:<24} {}", case.name, case.about);
        }
        return Ok(());
    }
    let cases = chosen(&arguments.cases)?;
    sender::check_descriptors(arguments.connections)?;
    let interrupt = Interrupt::install().map_err(Failure::system("catching signals"))?;
    let program = arguments.bin.clone().map_or_else(products::build, Ok)?;
    let measurement = Measurement {
        program,
        connections: arguments.connections,
        length: Duration::from_secs(arguments.seconds.get()),
        interrupt,
    };
    let mut rows: Vec<Row> = Vec::new();
    for case in cases {
        eprintln!("{}: {}", case.name, case.about);
        let row = measurement.measure(case)?;
        if arguments.json {
            println!("{}", serde_json::to_string(&row).unwrap_or_default());
        }
        rows.push(row);
    }
    if !arguments.json {
        print!("{}", report::markdown(&rows));
    }
    Ok(())
}

/// The cases of these names; all where none is named.
fn chosen(names: &[String]) -> Result<Vec<&'static Case>, Failure> {
    if names.is_empty() {
        return Ok(CASES.iter().collect());
    }
    let find =
        |name: &String| CASES.iter().find(|case| case.name == name).ok_or_else(|| Failure::UnknownCase(name.clone()));
    names.iter().map(find).collect()
}
