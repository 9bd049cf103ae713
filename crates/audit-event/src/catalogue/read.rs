//! Reads the catalogue's file, `data/event_types.csv`.
use std::str::FromStr;

use serde::Deserialize;

use super::EventType;

/// Why a line of the catalogue cannot be used, or a word is not one of the catalogue's.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct CatalogueError(Cause);

#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error("{0}")]
    Csv(#[from] csv::Error),
    #[error("unknown {what} `{text}`")]
    Unknown { what: &'static str, text: String },
}

impl CatalogueError {
    pub(super) fn unknown(what: &'static str, text: &str) -> Self {
        Self(Cause::Unknown { what, text: text.to_owned() })
    }
}

/// A line as it is written.
#[derive(Deserialize)]
struct Line {
    name: String,
    category: String,
    scopes: String,
    saved: bool,
    introduced: String,
    retired: bool,
    scenarios: String,
    description: String,
}

pub(super) fn event_types(file: &str) -> Result<Vec<EventType>, CatalogueError> {
    let mut lines = csv::Reader::from_reader(file.as_bytes());
    let lines = lines.deserialize::<Line>();
    let read = lines.map(|line| line.map_err(|error| CatalogueError(error.into()))?.try_into());
    let mut event_types = read.collect::<Result<Vec<EventType>, _>>()?;
    event_types.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(event_types)
}

impl TryFrom<Line> for EventType {
    type Error = CatalogueError;

    fn try_from(line: Line) -> Result<Self, CatalogueError> {
        Ok(Self {
            scopes: words(&line.scopes)?,
            introduced: words(&line.introduced)?.pop(),
            scenarios: words(&line.scenarios)?,
            name: line.name,
            category: line.category,
            is_saved: line.saved,
            is_retired: line.retired,
            description: line.description,
        })
    }
}

/// The words of a cell, which `;` separates.
fn words<T: FromStr>(cell: &str) -> Result<Vec<T>, T::Err> {
    cell.split(';').filter(|word| !word.is_empty()).map(str::parse).collect()
}

#[cfg(test)]
mod tests {
    use super::event_types;

    const HEAD: &str = "name,category,scopes,saved,introduced,retired,scenarios,description\n";

    #[test]
    fn a_word_that_is_no_scenario_is_named() {
        let error = event_types(&format!("{HEAD}a,b,Group,true,18.1,false,mischief,c\n")).unwrap_err();
        assert_eq!(error.to_string(), "unknown scenario `mischief`");
    }

    #[test]
    fn lines_are_sorted_and_cells_may_be_empty() {
        let types =
            event_types(&format!("{HEAD}b,x,User,true,,true,,d\na,x,User;Group,true,18.1,false,abuse,\"d, e\"\n"));
        let types = types.unwrap();
        assert_eq!(types.iter().map(|listed| listed.name.as_str()).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!((types[0].scopes.len(), types[0].description.as_str()), (2, "d, e"));
        assert!(types[1].introduced.is_none() && types[1].scenarios.is_empty());
    }
}
