//! What Falco's YAML library reads although it is no YAML, brought into a form that our parser reads.
//!
//! Every repair keeps each character in its place, so that positions stay right.

use super::yaml::YamlError;

/// The most repairs of one file: each costs a reading.
pub(super) const MOST_REPAIRS: usize = 16;

/// The text with one fault mended, if the library would not mind it.
pub(super) fn repaired(text: &str, error: &YamlError) -> Option<String> {
    let at = error.span.start;
    if error.message.contains("quoted scalar") {
        quoted_to_its_end(text, at)
    } else if error.message.starts_with("invalid indentation") {
        joined_to_the_line_before(text, at)
    } else {
        None
    }
}

/// The text with blanks for the tabs between a key's colon and its value, if there are any: the parser refuses them, YAML and
/// Falco do not.
pub(super) fn tabs_behind_keys_as_blanks(text: &str) -> Option<String> {
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut changed = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let key = line.trim_start_matches([' ', '-']);
        let value = key.trim_start_matches(is_key).strip_prefix(':').filter(|value| value.starts_with('\t'));
        let Some(value) = value else {
            changed.push_str(line);
            continue;
        };
        let rest = value.trim_start_matches(['\t', ' ']);
        changed.push_str(&line[..line.len() - value.len()]);
        changed.extend(std::iter::repeat_n(' ', value.len() - rest.len()));
        changed.push_str(rest);
    }
    (changed != text).then_some(changed)
}

/// Where another document begins without saying so: the first line behind a list that stands at its level and is no item.
pub(super) fn next_document(text: &str) -> Option<usize> {
    let mut is_list = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        match line.bytes().next() {
            Some(b'-') => is_list = true,
            // A closing bracket may stand there too, and ends nothing but its list.
            Some(b' ' | b'\t' | b'\r' | b'\n' | b'#' | b'.' | b']' | b'}') | None => {}
            Some(_) if is_list => return Some(start),
            Some(_) => return None,
        }
        start += line.len();
    }
    None
}

/// Between brackets a line may begin anywhere: it is put behind the one before, whose comment is left out.
fn joined_to_the_line_before(text: &str, at: usize) -> Option<String> {
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let line = before.strip_suffix('\n')?;
    let begin = line.rfind('\n').map_or(0, |end| end + 1);
    let from = line[begin..].find(" #").map_or(line.trim_end().len(), |comment| begin + comment);
    if !text[from..at].is_ascii() {
        return None;
    }
    Some(format!("{}{}{}", &text[..from], " ".repeat(at - from), &text[at..]))
}

/// A quoted text may begin its lines anywhere, and the end of the last line ends it.
fn quoted_to_its_end(text: &str, at: usize) -> Option<String> {
    let quote = text.get(at..)?.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let mut repaired = String::from(&text[..=at]);
    let mut is_escaped = false;
    let mut is_open = true;
    for c in text[at + 1..].chars() {
        if is_open && !is_escaped && c == quote {
            is_open = false;
        }
        repaired.push(if is_open && matches!(c, '\n' | '\r') { ' ' } else { c });
        is_escaped = is_open && !is_escaped && quote == '"' && c == '\\';
    }
    if is_open {
        if !text.ends_with('\n') {
            return None;
        }
        repaired.push(quote);
    }
    (repaired != text).then_some(repaired)
}
