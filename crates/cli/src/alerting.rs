//! Which rules are used and how alerts are written, from flags, falco.yaml and the defaults: the same for `run` and `replay`.

use std::io::{self, IsTerminal};

use falco_rules::AlertFormat;

use crate::{
    Failure,
    arguments::AlertArguments,
    detection::{Detector, RuleChoice},
    falco_yaml::FalcoYaml,
    hostname::hostname,
    output::{LineFormat, OutputChoice, StandardChoice, StandardFormat},
};

/// Rules ready to run, and where their alerts go.
pub(crate) struct Alerting {
    pub(crate) detector: Detector,
    pub(crate) outputs: OutputChoice,
    /// What the operator should know although nothing stands in the way.
    pub(crate) warnings: Vec<String>,
}

impl Alerting {
    pub(crate) fn new(arguments: &AlertArguments, file: Option<&FalcoYaml>) -> Result<Self, Failure> {
        let rules = RuleChoice::new(&arguments.rules, file);
        let (detector, mut warnings) = Detector::load(&rules)?;
        warnings.splice(0..0, file.into_iter().flat_map(|file| file.warnings.clone()));
        Ok(Self { detector, outputs: outputs(arguments, file), warnings })
    }
}

fn outputs(arguments: &AlertArguments, file: Option<&FalcoYaml>) -> OutputChoice {
    let json_output = file.and_then(|file| file.json_output);
    let standard = StandardFormat::choose(StandardChoice {
        json_flag: arguments.json,
        color: arguments.color,
        json_output,
        is_terminal: io::stdout().is_terminal(),
        no_color: std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
    });
    let settings = file.map(|file| file.outputs.clone()).unwrap_or_default();
    let has_others = settings.file.is_some() || settings.program.is_some() || settings.http.is_some();
    OutputChoice {
        // Falco prints nothing unless told to; here somebody who names no output at all wants to see something.
        standard: settings.stdout.unwrap_or(!has_others).then_some(standard),
        lines: if arguments.json || json_output == Some(true) { LineFormat::Json } else { LineFormat::Text },
        format: file.map_or_else(|| AlertFormat::new(hostname()), |file| file.format.clone()),
        settings,
    }
}
