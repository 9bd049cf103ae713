//! `pmatch`: whether a path is one of some paths, or below one.

use crate::condition::glob::Glob;
use crate::condition::memory::CaseRule;

/// Paths to search for, cut at their slashes. A component with `*`, `?` or `[` in it is a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Paths(Box<[Box<[Component]>]>);

#[derive(Clone, Debug)]
enum Component {
    Name(Box<[u8]>),
    Pattern(Glob),
}

impl Paths {
    pub(crate) fn new<'t>(paths: impl IntoIterator<Item = &'t str>) -> Self {
        let paths = paths.into_iter().map(|path| components(path.as_bytes()).map(Component::new).collect());
        Self(paths.collect())
    }

    /// Slashes at the beginning, at the end, and in a row do not count. A path without a name, such as `/`, is above
    /// every path.
    pub(crate) fn match_path(&self, path: &[u8]) -> bool {
        self.0.iter().any(|wanted| {
            let mut names = components(path);
            wanted.iter().all(|component| names.next().is_some_and(|name| component.matches(name)))
        })
    }
}

fn components(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|name| !name.is_empty())
}

impl Component {
    fn new(name: &[u8]) -> Self {
        if name.iter().any(|byte| matches!(byte, b'*' | b'?' | b'[')) {
            Self::Pattern(Glob::new(name, CaseRule::Exact))
        } else {
            Self::Name(name.into())
        }
    }

    fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Name(wanted) => **wanted == *name,
            Self::Pattern(pattern) => pattern.matches(name),
        }
    }
}
