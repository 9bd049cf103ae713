//! Versions a rules file may require: of the rules engine and of plugins.

use std::fmt;
use std::str::FromStr;

/// The Falco rules engine whose language this crate speaks. Rules files that require a later one are refused.
pub const ENGINE_VERSION: Version = Version { major: 0, minor: 63, patch: 0 };

/// A version `major.minor.patch`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Incompatible changes.
    pub major: u32,
    /// Compatible additions.
    pub minor: u32,
    /// Corrections.
    pub patch: u32,
}

impl Version {
    /// Does this version offer what `required` asks for: the same major version, and not older?
    pub fn satisfies(self, required: Self) -> bool {
        self.major == required.major && self >= required
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// The text is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no version; expected three numbers, as in 0.1.0")]
pub struct VersionError(pub String);

impl FromStr for Version {
    type Err = VersionError;

    /// Three numbers with dots between; what follows the third (`-rc1`) is ignored, as Falco does.
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let error = || VersionError(text.to_owned());
        let mut rest = text;
        let mut numbers = [0_u32; 3];
        for (index, number) in numbers.iter_mut().enumerate() {
            if index > 0 {
                rest = rest.strip_prefix('.').ok_or_else(error)?;
            }
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            let (digits, after) = rest.split_at(end);
            *number = digits.parse().map_err(|_| error())?;
            rest = after;
        }
        let [major, minor, patch] = numbers;
        Ok(Self { major, minor, patch })
    }
}

/// One way to satisfy an entry of `required_plugin_versions`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PluginRequirement {
    pub(crate) name: String,
    pub(crate) version: Version,
}

/// A plugin that is loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LoadedPlugin<'a> {
    pub(crate) name: &'a str,
    pub(crate) version: Version,
}

/// Checks one entry: the first alternative that names a loaded plugin decides.
pub(crate) fn check_plugins(loaded: &[LoadedPlugin<'_>], alternatives: &[PluginRequirement]) -> Result<(), String> {
    let decisive = alternatives.iter().find_map(|required| {
        loaded.iter().find(|plugin| plugin.name == required.name).map(|plugin| (plugin, required))
    });
    match decisive {
        Some((plugin, required)) if plugin.version.satisfies(required.version) => Ok(()),
        Some((plugin, required)) => Err(format!(
            "Plugin '{}' version '{}' is not compatible with required plugin version '{}'",
            plugin.name, plugin.version, required.version
        )),
        None => {
            let wanted: Vec<_> =
                alternatives.iter().map(|required| format!("{} (>= {})", required.name, required.version)).collect();
            Err(format!("Plugin requirement not satisfied, must load one of: {}", wanted.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    fn requirement(name: &str, text: &str) -> PluginRequirement {
        PluginRequirement { name: name.to_owned(), version: version(text) }
    }

    #[test]
    fn versions_are_three_numbers() {
        assert_eq!(version("0.63.0"), ENGINE_VERSION);
        assert_eq!(version("1.2.3-rc1"), Version { major: 1, minor: 2, patch: 3 });
        for text in ["", "1", "1.2", "v1.2.3", "a.b.c", "1..3", "99999999999.0.0"] {
            assert!(text.parse::<Version>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn another_major_version_satisfies_nothing() {
        assert!(version("0.2.0").satisfies(version("0.1.9")));
        assert!(!version("0.1.0").satisfies(version("0.2.0")));
        assert!(!version("1.0.0").satisfies(version("0.1.0")));
    }

    #[test]
    fn the_first_alternative_that_is_loaded_decides() {
        let loaded = [LoadedPlugin { name: "gitlab", version: version("0.5.0") }];
        assert_eq!(check_plugins(&loaded, &[requirement("other", "9.0.0"), requirement("gitlab", "0.1.0")]), Ok(()));
        assert!(check_plugins(&loaded, &[requirement("gitlab", "0.6.0")]).unwrap_err().contains("not compatible"));
        let missing = check_plugins(&loaded, &[requirement("a", "1.0.0"), requirement("b", "2.0.0")]).unwrap_err();
        assert!(missing.ends_with("a (>= 1.0.0), b (>= 2.0.0)"), "{missing}");
    }
}
