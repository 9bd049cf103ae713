//! The `getopt` transformer: the short options of a command line.

/// Which options there are, and which of them take a value: `ab:` has `-a` and `-b VALUE`.
struct Options<'o>(&'o [u8]);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Unknown,
    Flag,
    WithValue,
}

impl Options<'_> {
    fn kind(&self, option: u8) -> Kind {
        let mut known = Kind::Unknown;
        let mut rest = self.0;
        while let Some((&character, tail)) = rest.split_first() {
            rest = tail;
            if character == b':' {
                continue;
            }
            let with_value = rest.first() == Some(&b':');
            if character == option && known != Kind::WithValue {
                known = if with_value { Kind::WithValue } else { Kind::Flag };
            }
            if with_value {
                rest = &rest[1..];
            }
        }
        known
    }
}

/// Each option found, followed by its value if it takes one; `?` for an unknown option and nothing for a missing value.
pub(crate) fn all(arguments: &[&[u8]], options: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    walk(arguments, &Options(options), |event| match event {
        Found::Flag(name) => found.push(vec![name]),
        Found::Value(name, value) => found.extend([vec![name], value.to_vec()]),
        Found::MissingValue(_) => found.push(Vec::new()),
        Found::Unknown => found.push(vec![b'?']),
    });
    found
}

/// The last value of one option; its name if it takes none; nothing for a missing value.
pub(crate) fn selected(arguments: &[&[u8]], options: &[u8], selector: u8) -> Option<Vec<u8>> {
    let mut found = None;
    walk(arguments, &Options(options), |event| match event {
        Found::Flag(name) if name == selector => found = Some(vec![name]),
        Found::Value(name, value) if name == selector => found = Some(value.to_vec()),
        Found::MissingValue(name) if name == selector => found = Some(Vec::new()),
        _ => {}
    });
    found
}

enum Found<'a> {
    Flag(u8),
    Value(u8, &'a [u8]),
    MissingValue(u8),
    Unknown,
}

fn walk<'a>(arguments: &[&'a [u8]], options: &Options<'_>, mut found: impl FnMut(Found<'a>)) {
    let mut arguments = arguments.iter();
    while let Some(&argument) = arguments.next() {
        match argument {
            b"--" => break,
            // Long options are not known to it, so they are passed over.
            [b'-', b'-', _, ..] => continue,
            [b'-', _, ..] => {}
            // The first argument that is no option ends them.
            _ => break,
        }
        let mut cluster = &argument[1..];
        while let Some((&option, rest)) = cluster.split_first() {
            cluster = rest;
            match options.kind(option) {
                Kind::Unknown => found(Found::Unknown),
                Kind::Flag => found(Found::Flag(option)),
                Kind::WithValue => {
                    let value = if rest.is_empty() { arguments.next().copied() } else { Some(rest) };
                    found(value.map_or(Found::MissingValue(option), |value| Found::Value(option, value)));
                    break;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{all, selected};

    #[test]
    fn options_come_with_their_values() {
        let arguments: [&[u8]; 5] = [b"-nt", b"5", b"--long", b"-x", b"stop"];
        let found = all(&arguments, b"nt:");
        assert_eq!(found, [&b"n"[..], b"t", b"5", b"?"]);
        assert_eq!(selected(&arguments, b"nt:", b't').as_deref(), Some(&b"5"[..]));
        assert_eq!(selected(&arguments, b"nt:", b'z'), None);
    }
}
