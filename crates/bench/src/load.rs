//! `bench load`: each case one after another, then the table.

mod measurement;

use std::time::Duration;

use crate::arguments::LoadArguments;
use crate::case::Case;
use crate::cases::CASES;
use crate::failure::Failure;
use crate::host::{Falco, Programs};
use crate::interrupt::Interrupt;
use crate::report;
use crate::row::Row;
use crate::{ceilings, products, replay, sender, targets};
use measurement::Measurement;

/// Fewer than `bench replay` has, for the time it takes.
const REPLAYS: usize = 3;

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
    let mut rows: Vec<Row> = Vec::new();
    for case in cases {
        eprintln!("{}: {}", case.name, case.about);
        let row = measurement.measure(&case)?;
        if arguments.json {
            println!("{}", serde_json::to_string(&row).unwrap_or_default());
        }
        rows.push(row);
    }
    // Without it a target would have no answer.
    if let (true, Some(program)) = (arguments.cases.is_empty(), &measurement.programs.standalone) {
        eprintln!("{}: a file of {} events, all rules and trackers", replay::NAME, replay::EVENTS);
        rows.push(replay::measure(program, REPLAYS, &measurement.interrupt)?.0);
    }
    let verdicts = targets::verdicts(&rows);
    if arguments.json {
        for verdict in &verdicts {
            println!("{}", serde_json::to_string(verdict).unwrap_or_default());
        }
        return Ok(());
    }
    print!("{}", report::markdown(&rows));
    if let Some(ceilings) = ceilings::markdown(CASES, &rows) {
        print!("\n{ceilings}");
    }
    if !verdicts.is_empty() {
        print!("\n{}", targets::markdown(&verdicts));
    }
    Ok(())
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
