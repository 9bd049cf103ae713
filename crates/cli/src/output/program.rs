//! `program_output`: alerts on the standard input of a shell command.

use std::{
    io::{self, Write},
    process::{Child, ChildStdin, Command, Stdio},
};

use super::background::Delivery;
use crate::falco_yaml::{Lifetime, ProgramSettings};

/// A shell command, run for each alert or kept running.
pub(super) struct ProgramOutput {
    settings: ProgramSettings,
    running: Option<Running>,
}

/// The process and the pipe into it. Ends with the pipe closed and the process waited for.
struct Running {
    child: Child,
    input: Option<ChildStdin>,
}

impl ProgramOutput {
    pub(super) const fn new(settings: ProgramSettings) -> Self {
        Self { settings, running: None }
    }

    fn start(&self) -> io::Result<Running> {
        // As Falco's popen: by the shell, with our standard output and standard error.
        let mut child = Command::new("sh").arg("-c").arg(&self.settings.command).stdin(Stdio::piped()).spawn()?;
        let input = child.stdin.take();
        Ok(Running { child, input })
    }

    fn write(&mut self, alert: &str) -> io::Result<()> {
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        running.write(alert)?;
        match self.settings.lifetime {
            Lifetime::Kept => self.running = Some(running),
            Lifetime::EachTime => running.end()?,
        }
        Ok(())
    }
}

impl Running {
    fn write(&mut self, alert: &str) -> io::Result<()> {
        let Some(input) = &mut self.input else { return Ok(()) };
        input.write_all(format!("{alert}\n").as_bytes())
    }

    fn end(mut self) -> io::Result<()> {
        drop(self.input.take());
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(io::Error::other(format!("the program ended with {status}"))) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.input.take());
        // Waited for so that it does not stay behind as a zombie; its status tells nothing new here.
        let _ = self.child.wait();
    }
}

impl Delivery for ProgramOutput {
    fn deliver(&mut self, alert: &str) -> Result<(), String> {
        let was_running = self.running.is_some();
        let written = self.write(alert);
        // A program that was kept may have ended since the last alert; a new one gets the alert then.
        let written = if was_running { written.or_else(|_| self.write(alert)) } else { written };
        written.map_err(|error| format!("{:?}: {error}", self.settings.command))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn deliver(lifetime: Lifetime, command: &str) -> Vec<Result<(), String>> {
        let mut output = ProgramOutput::new(ProgramSettings { command: command.to_owned(), lifetime });
        ["one", "two"].map(|alert| output.deliver(alert)).into()
    }

    #[test]
    fn each_alert_has_a_program_of_its_own_unless_it_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out");
        for (lifetime, expected) in [(Lifetime::EachTime, "one\nend\ntwo\nend\n"), (Lifetime::Kept, "one\ntwo\nend\n")]
        {
            let command = format!("cat >> {path}; echo end >> {path}", path = path.display());
            assert_eq!(deliver(lifetime, &command), [Ok(()), Ok(())]);
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
            fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn a_program_that_fails_is_told_of() {
        let results = deliver(Lifetime::EachTime, "cat > /dev/null; exit 3");
        assert!(results[0].as_ref().unwrap_err().contains("exit status: 3"), "{results:?}");
    }
}
