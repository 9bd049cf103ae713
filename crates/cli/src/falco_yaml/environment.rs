//! `${NAME}` in a value is the environment variable of that name, as in Falco; `$${NAME}` is the text `${NAME}`.

use std::env;

/// Replaces every `${NAME}` in a scalar.
///
/// Where Falco puts an empty text for a variable that is not set, this is a mistake: an empty token or path is never meant.
pub(super) fn expand(text: &str) -> Result<String, String> {
    expand_with(text, |name| env::var(name).ok())
}

fn expand_with(text: &str, variable: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let Some(length) = rest[start..].find('}') else { break };
        let end = start + length + 1;
        if let Some(before) = rest[..start].strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str(&rest[start..end]);
        } else {
            let name = &rest[start + 2..end - 1];
            let value = variable(name.trim());
            expanded.push_str(&rest[..start]);
            expanded.push_str(
                &value.ok_or_else(|| format!("the environment variable {name} is not set, or is not UTF-8"))?,
            );
        }
        rest = &rest[end..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(text: &str) -> Result<String, String> {
        expand_with(text, |name| (name == "TOKEN").then(|| "x${TOKEN}".to_owned()))
    }

    #[test]
    fn variables_are_replaced_once() {
        assert_eq!(expand("a ${TOKEN} b${ TOKEN }").unwrap(), "a x${TOKEN} bx${TOKEN}");
    }

    #[test]
    fn a_doubled_dollar_keeps_the_text() {
        assert_eq!(expand("$${TOKEN} $ ${ x").unwrap(), "${TOKEN} $ ${ x");
    }

    #[test]
    fn a_variable_that_is_not_set_is_a_mistake() {
        assert!(expand("${OTHER}").unwrap_err().contains("OTHER is not set"));
    }
}
