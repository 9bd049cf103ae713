//! How alerts are written.

use super::readable::Palette;
use crate::arguments::Color;

/// One alert, one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineFormat {
    /// Falco's JSON.
    Json,
    /// Falco's text.
    Text,
}

/// How alerts appear on standard output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StandardFormat {
    /// One line each.
    Lines(LineFormat),
    /// For a person.
    Readable(Palette),
}

/// What decides the form on standard output, the first that speaks wins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StandardChoice {
    /// `--json`.
    pub(crate) json_flag: bool,
    /// `--color`.
    pub(crate) color: Color,
    /// `json_output` in falco.yaml.
    pub(crate) json_output: Option<bool>,
    /// Whether standard output is a terminal.
    pub(crate) is_terminal: bool,
    /// Whether `NO_COLOR` is set to anything.
    pub(crate) no_color: bool,
}

impl StandardFormat {
    pub(crate) fn choose(choice: StandardChoice) -> Self {
        let palette = match choice.color {
            Color::Never => Palette::Plain,
            Color::Auto if choice.no_color => Palette::Plain,
            Color::Auto | Color::Always => Palette::Coloured,
        };
        match choice {
            StandardChoice { json_flag: true, .. } => Self::Lines(LineFormat::Json),
            StandardChoice { color: Color::Always, .. } => Self::Readable(palette),
            StandardChoice { json_output: Some(true), .. } => Self::Lines(LineFormat::Json),
            StandardChoice { is_terminal: true, .. } => Self::Readable(palette),
            StandardChoice { json_output: Some(false), .. } => Self::Lines(LineFormat::Text),
            StandardChoice { json_output: None, .. } => Self::Lines(LineFormat::Json),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIPED: StandardChoice =
        StandardChoice { json_flag: false, color: Color::Auto, json_output: None, is_terminal: false, no_color: false };
    const TERMINAL: StandardChoice = StandardChoice { is_terminal: true, ..PIPED };

    #[test]
    fn a_terminal_is_readable_and_a_pipe_is_json() {
        assert_eq!(StandardFormat::choose(TERMINAL), StandardFormat::Readable(Palette::Coloured));
        assert_eq!(StandardFormat::choose(PIPED), StandardFormat::Lines(LineFormat::Json));
    }

    #[test]
    fn json_can_be_asked_for_on_a_terminal() {
        for choice in
            [StandardChoice { json_flag: true, ..TERMINAL }, StandardChoice { json_output: Some(true), ..TERMINAL }]
        {
            assert_eq!(StandardFormat::choose(choice), StandardFormat::Lines(LineFormat::Json));
        }
    }

    #[test]
    fn falcos_text_is_for_those_who_turned_json_off() {
        let choice = StandardChoice { json_output: Some(false), ..PIPED };
        assert_eq!(StandardFormat::choose(choice), StandardFormat::Lines(LineFormat::Text));
    }

    #[test]
    fn no_color_takes_the_colours_and_not_the_form() {
        let choice = StandardChoice { no_color: true, ..TERMINAL };
        assert_eq!(StandardFormat::choose(choice), StandardFormat::Readable(Palette::Plain));
        let choice = StandardChoice { color: Color::Always, ..choice };
        assert_eq!(StandardFormat::choose(choice), StandardFormat::Readable(Palette::Coloured));
    }
}
