//! An alert for a person at a terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use falco_rules::Priority;
use jiff::Timestamp;

use super::visible::Visible;

/// Whether to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Palette {
    Coloured,
    Plain,
}

/// What of an alert is shown.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Readable<'a> {
    /// When the event happened, in nanoseconds since the epoch.
    pub(crate) time: u64,
    pub(crate) priority: Priority,
    pub(crate) rule: &'a str,
    /// The rule's output, filled in, without Falco's time and priority in front.
    pub(crate) message: &'a str,
}

impl Readable<'_> {
    /// Writes two or three lines, whatever the width of the terminal: time, priority and rule; what happened; the facts
    /// in brackets that rules end their output with, less those the event does not have.
    pub(crate) fn write(&self, palette: Palette, out: &mut impl Write) -> io::Result<()> {
        let style = |style: Style| if palette == Palette::Coloured { style } else { Style::new() };
        let (bold, dim) = (style(Style::new().bold()), style(Style::new().dimmed()));
        let urgent = style(priority_style(self.priority));
        let priority = self.priority.name().to_uppercase();
        writeln!(
            out,
            "{dim}{}{dim:#}  {urgent}{priority:<9}{urgent:#}  {bold}{}{bold:#}",
            time(self.time),
            Visible(self.rule)
        )?;
        let (what, facts) = split_facts(self.message.trim());
        writeln!(out, "    {}", Visible(what))?;
        if !facts.is_empty() {
            let facts: Vec<&str> = facts.split(' ').filter(|fact| !fact.ends_with("=<NA>")).collect();
            writeln!(out, "    {dim}{}{dim:#}", Visible(&facts.join(" ")))?;
        }
        Ok(())
    }
}

fn priority_style(priority: Priority) -> Style {
    let colour = match priority {
        Priority::Emergency | Priority::Alert | Priority::Critical => {
            return AnsiColor::White.on(AnsiColor::Red).bold();
        }
        Priority::Error => AnsiColor::Red,
        Priority::Warning => AnsiColor::Yellow,
        Priority::Notice => AnsiColor::Cyan,
        Priority::Informational => AnsiColor::Green,
        Priority::Debug => AnsiColor::Blue,
    };
    colour.on_default().bold()
}

fn time(nanoseconds: u64) -> String {
    Timestamp::from_nanosecond(i128::from(nanoseconds))
        .map_or_else(|_| nanoseconds.to_string(), |time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string())
}

/// Cuts `What happened (a=1 b=2)` at the bracket. Where the text has no such end, all of it is what happened.
fn split_facts(message: &str) -> (&str, &str) {
    let begins_fact = |text: &str| {
        let name = text.split_once('=').map_or("", |(name, _)| name);
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    let Some(inside) = message.strip_suffix(')') else { return (message, "") };
    let bracket = inside.match_indices(" (").find(|(at, _)| begins_fact(&inside[at + 2..]));
    bracket.map_or((message, ""), |(at, _)| (&inside[..at], &inside[at + 2..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn render(message: &str, palette: Palette) -> String {
        let alert = Readable { time: 1_700_000_001_500_000_000, priority: Priority::Critical, rule: "A rule", message };
        let mut text = Vec::new();
        alert.write(palette, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn facts_in_brackets_have_their_own_line_without_the_absent_ones() {
        assert_eq!(
            render("Changed (x) by root (ip=1.2.3.4 country=<NA> name=a b)", Palette::Plain),
            "2023-11-14 22:13:21Z  CRITICAL   A rule\n    Changed (x) by root\n    ip=1.2.3.4 name=a b\n"
        );
        assert_eq!(
            render("No facts (at all)", Palette::Plain),
            "2023-11-14 22:13:21Z  CRITICAL   A rule\n    No facts (at all)\n"
        );
    }

    #[test]
    fn only_our_own_colours_reach_the_terminal() {
        let coloured = render("by \x1b[31mmallory\x1b[0m\n(ip=\x1b]0;x\x07)", Palette::Coloured);
        assert!(coloured.contains("\x1b[1m"), "{coloured:?}");
        assert!(coloured.contains("by \\u{1b}[31mmallory\\u{1b}[0m\\n"), "{coloured:?}");
        assert!(!render("by \x1b[31mmallory (ip=\x1b]0;x\x07)", Palette::Plain).contains('\x1b'));
    }
}
