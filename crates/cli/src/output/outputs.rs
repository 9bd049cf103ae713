//! All places that take alerts, each alert written once for each form that is asked for.

use std::{io, time::Instant};

use falco_rules::{Alert, AlertFormat};

use super::{
    Broken, LineFormat, Output, StandardFormat, background::Background, file::FileOutput, http::HttpOutput,
    program::ProgramOutput, readable::Readable, standard::StandardOutput, visible::Visible,
};
use crate::{Failure, falco_yaml::OutputSettings, stop::StopSignal};

/// Where alerts go and in which form.
#[derive(Debug, Clone)]
pub(crate) struct OutputChoice {
    /// The form on standard output; none if nothing is printed.
    pub(crate) standard: Option<StandardFormat>,
    /// The form everywhere else.
    pub(crate) lines: LineFormat,
    /// What is in it.
    pub(crate) format: AlertFormat,
    /// Everywhere else.
    pub(crate) settings: OutputSettings,
}

impl OutputChoice {
    /// The same without files, programs and addresses: old events must not raise new alarms there.
    pub(crate) fn printed_only(self) -> Self {
        let standard = self.standard.unwrap_or(StandardFormat::Lines(self.lines));
        Self { standard: Some(standard), settings: OutputSettings::default(), ..self }
    }
}

/// The open outputs.
pub(crate) struct Outputs {
    standard: Option<(StandardFormat, StandardOutput)>,
    lines: LineFormat,
    others: Vec<Box<dyn Output>>,
    format: AlertFormat,
}

impl Outputs {
    /// Opens files and reads certificates, so that a mistake shows at start.
    pub(crate) fn open(choice: &OutputChoice, stop: &StopSignal) -> Result<Self, Failure> {
        let key = |key, cause: io::Error| Failure::Key { key, problem: cause.to_string() };
        let thread = |cause| Failure::System { doing: "starting a thread for an output", cause };
        let mut others: Vec<Box<dyn Output>> = Vec::new();
        if let Some(settings) = &choice.settings.file {
            let file = FileOutput::open(settings).map_err(|cause| Failure::Key {
                key: "file_output.filename",
                problem: format!("{} cannot be written: {cause}", settings.path.display()),
            })?;
            others.push(Box::new(file));
        }
        if let Some(settings) = &choice.settings.program {
            let program = ProgramOutput::new(settings.clone());
            others.push(Box::new(Background::start("program_output", program).map_err(thread)?));
        }
        if let Some(settings) = &choice.settings.http {
            let http = HttpOutput::new(settings, choice.lines).map_err(|cause| key("http_output.ca_cert", cause))?;
            others.push(Box::new(Background::start("http_output", http).map_err(thread)?));
        }
        let standard_output = |cause| Failure::System { doing: "opening standard output", cause };
        let standard = choice
            .standard
            .map(|format| StandardOutput::open(stop.clone()).map(|out| (format, out)))
            .transpose()
            .map_err(standard_output)?;
        Ok(Self { standard, lines: choice.lines, others, format: choice.format.clone() })
    }

    /// Gives one alert to every output.
    pub(crate) fn publish(&mut self, alert: &Alert<'_>) -> Result<(), Broken> {
        let Self { standard, lines, others, format } = self;
        let line = |form| match form {
            LineFormat::Json => alert.to_json(format).to_string(),
            // A line break in an event must not begin a line of its own in a log.
            LineFormat::Text => Visible(&alert.to_text(format)).to_string(),
        };
        let mut written = None;
        match standard {
            Some((StandardFormat::Readable(palette), out)) => {
                let (time, priority, rule) = (alert.time(), alert.rule().priority(), alert.rule().name());
                out.readable(&Readable { time, priority, rule, message: alert.message() }, *palette)?;
            }
            Some((StandardFormat::Lines(form), out)) => {
                let line = line(*form);
                match form {
                    LineFormat::Json => out.json(&line)?,
                    LineFormat::Text => out.text(&line)?,
                }
                written = (form == lines).then_some(line);
            }
            None => {}
        }
        if !others.is_empty() {
            let line = written.unwrap_or_else(|| line(*lines));
            for output in others {
                output.write(&line);
            }
        }
        Ok(())
    }

    /// Gives one alert to every output; a terminal shows it at once.
    pub(crate) fn publish_now(&mut self, alert: &Alert<'_>) -> Result<(), Broken> {
        self.publish(alert)?;
        match &mut self.standard {
            Some((_, out)) if out.is_terminal() => out.flush(),
            _ => Ok(()),
        }
    }

    /// The end of a batch: what was published goes out now.
    pub(crate) fn flush(&mut self) -> Result<(), Broken> {
        self.others.iter_mut().for_each(|output| output.flush());
        self.standard.as_mut().map_or(Ok(()), |(_, out)| out.flush())
    }

    /// The end of the run: slow outputs have until the deadline.
    pub(crate) fn finish(self, deadline: Instant) {
        self.others.into_iter().for_each(|output| output.finish(deadline));
    }
}
