//! `bench load`: each case one after another, once or in several rounds, then the table.

mod measurement;

use std::time::Duration;

use crate::arguments::LoadArguments;
use crate::case::Case;
use crate::cases::CASES;
use crate::failure::Failure;
use crate::host::{Falco, Programs};
use crate::interrupt::Interrupt;
use crate::report;
use crate::row::{FailedCase, Row};
use crate::targets::Verdict;
use crate::{ceilings, products, replay, rounds, sender, targets};
use measurement::Measurement;

pub(crate) fn run(arguments: &LoadArguments) -> Result<(), Failure> {
    if arguments.list {
        for case in CASES {
            println!("{:<24} {}", case.name, case.about);
        }
        return Ok(());
    }
    let cases = chosen(arguments)?;
    sender::check_descriptors(arguments.connections)?;
    let interrupt = Interrupt::install().map_err(Failure::system("catching signals"))?;
    let measurement = Measurement {
        programs: programs(arguments)?,
        connections: arguments.connections,
        length: Duration::from_secs(arguments.seconds),
        interrupt,
    };
    let (mut rows, mut failed) = (Vec::new(), Vec::new());
    for round in 1..=arguments.rounds {
        if arguments.rounds > 1 {
            eprintln!("round {round} of {}", arguments.rounds);
        }
        measure_all(&cases, &measurement, arguments, &mut rows, &mut failed);
        if measurement.interrupt.is_set() {
            break;
        }
    }
    let rows = rounds::medians(rows);
    let verdicts = targets::verdicts(&rows);
    if arguments.json {
        print_rest_as_json(&failed, &verdicts);
    } else {
        print_tables(&rows, &failed, &verdicts);
    }
    if failed.is_empty() { Ok(()) } else { Err(Failure::Cases(failed.len())) }
}

/// A case that could not be measured takes nothing from the others.
fn measure_all(
    cases: &[Case],
    measurement: &Measurement,
    arguments: &LoadArguments,
    rows: &mut Vec<Row>,
    failed: &mut Vec<FailedCase>,
) {
    let mut add = |case: &'static str, result: Result<Row, Failure>| match result {
        Ok(row) => {
            if arguments.json {
                println!("{}", serde_json::to_string(&row).unwrap_or_default());
            }
            rows.push(row);
        }
        Err(failure) => {
            eprintln!("{case} failed: {failure}");
            failed.push(FailedCase { case, failed: failure.to_string() });
        }
    };
    for case in cases {
        eprintln!("{}: {}", case.name, case.about);
        add(case.name, measurement.measure(case));
        if measurement.interrupt.is_set() {
            return;
        }
    }
    // Without it a target would have no answer.
    if let (true, Some(program)) = (arguments.cases.is_empty(), &measurement.programs.standalone) {
        eprintln!("{}: a file of {} events, all rules and trackers", replay::NAME, replay::EVENTS);
        add(
            replay::NAME,
            replay::measure(program, replay::EVENTS, replay::RUNS, &measurement.interrupt).map(|(row, _)| row),
        );
    }
}

/// The rows are printed as they come.
fn print_rest_as_json(failed: &[FailedCase], verdicts: &[Verdict]) {
    for case in failed {
        println!("{}", serde_json::to_string(case).unwrap_or_default());
    }
    for verdict in verdicts {
        println!("{}", serde_json::to_string(verdict).unwrap_or_default());
    }
}

fn print_tables(rows: &[Row], failed: &[FailedCase], verdicts: &[Verdict]) {
    print!("{}", report::markdown(rows, failed));
    if let Some(ceilings) = ceilings::markdown(CASES, rows) {
        print!("\n{ceilings}");
    }
    if !verdicts.is_empty() {
        print!("\n{}", targets::markdown(verdicts));
    }
}

/// The programs that are measured; ours are built first.
fn programs(arguments: &LoadArguments) -> Result<Programs, Failure> {
    if let (Some(program), Some(configuration), Some(url), Some(token)) =
        (&arguments.falco, &arguments.falco_config, &arguments.url, &arguments.token)
    {
        let (program, configuration) = (program.clone(), configuration.clone());
        let (url, token) = (url.clone(), token.clone());
        let falco = Falco { program, configuration, url, token, admin_address: arguments.admin };
        return Ok(Programs { standalone: None, falco: Some(falco) });
    }
    Ok(Programs { standalone: Some(arguments.bin.clone().map_or_else(products::build, Ok)?), falco: None })
}

/// The cases of these names; where none is named, all, or all that make sense with a Falco that is given.
fn chosen(arguments: &LoadArguments) -> Result<Vec<Case>, Failure> {
    let find =
        |name: &String| CASES.iter().find(|case| case.name == name).ok_or_else(|| Failure::UnknownCase(name.clone()));
    let named = arguments.cases.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    match (&arguments.falco, named.is_empty()) {
        (None, true) => Ok(CASES.to_vec()),
        (None, false) => Ok(named.into_iter().copied().collect()),
        (Some(_), true) => Ok(CASES.iter().filter_map(Case::for_falco).collect()),
        (Some(_), false) => {
            let fits = |case: &Case| case.for_falco().ok_or(Failure::NotForFalco(case.name));
            named.into_iter().map(fits).collect()
        }
    }
}
