//! Versions, and where they stand in the workspace's manifest.

use std::fmt;
use std::str::FromStr;

use crate::failure::Failure;

/// A version of <https://semver.org/spec/v2.0.0.html> without a pre-release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

/// Which part of a version is raised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Patch,
    Minor,
    Major,
}

impl Version {
    /// The version that comes after this one.
    pub(super) const fn next(self, level: Level) -> Self {
        let Self { major, minor, patch } = self;
        match level {
            Level::Patch => Self { major, minor, patch: patch.saturating_add(1) },
            Level::Minor => Self { major, minor: minor.saturating_add(1), patch: 0 },
            Level::Major => Self { major: major.saturating_add(1), minor: 0, patch: 0 },
        }
    }

    /// What a step of this level to this version may change, in the words of cargo-semver-checks. Below 1.0 cargo takes
    /// the second number for the first one, and the third for the second.
    pub(super) const fn means(self, level: Level) -> &'static str {
        match (level, self.major) {
            (Level::Major, _) | (Level::Minor, 0) => "major",
            (Level::Minor, _) | (Level::Patch, 0) => "minor",
            (Level::Patch, _) => "patch",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let numbers: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok(&[major, minor, patch]) => Ok(Self { major, minor, patch }),
            _ => Err(Failure::new(format!("`{text}` is no version like 1.2.3"))),
        }
    }
}

impl FromStr for Level {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "patch" => Ok(Self::Patch),
            "minor" => Ok(Self::Minor),
            "major" => Ok(Self::Major),
            _ => Err(()),
        }
    }
}

/// The version that all published crates share.
pub(super) fn of_workspace(manifest: &str) -> Result<Version, Failure> {
    let lines = manifest.lines().skip_while(|line| *line != "[workspace.package]");
    let version = lines
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.ok_or_else(|| Failure::new("Cargo.toml: no version in [workspace.package]"))?.parse()
}

/// The manifest with another version: the workspace's own, and what its crates ask of each other.
pub(super) fn set(manifest: &str, old: Version, new: Version) -> Result<String, Failure> {
    let (before, after) = (format!("version = \"{old}\""), format!("version = \"{new}\""));
    let mut is_package = false;
    let (mut own, mut between) = (0_u32, 0_u32);
    let mut lines = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_package = line == "[workspace.package]";
        }
        let count = if is_package && line == before {
            &mut own
        } else if line.starts_with("dss-") && line.contains(&before) {
            &mut between
        } else {
            lines.push(line.to_owned());
            continue;
        };
        *count = count.saturating_add(1);
        lines.push(line.replace(&before, &after));
    }
    if own != 1 || between == 0 {
        return Err(Failure::new(format!("Cargo.toml has not version {old} where it is expected")));
    }
    lines.push(String::new());
    Ok(lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.9.1\"\nedition = \"2024\"\n\n[workspace.dependencies]\n\
                            dss-model = { path = \"crates/model\", version = \"0.9.1\" }\n\
                            dss-testkit = { path = \"crates/testkit\" }\nother = { version = \"0.9.1\" }\n";

    #[test]
    fn versions_are_read_raised_and_written() -> Result<(), Failure> {
        let version: Version = "0.9.1".parse()?;
        for (level, next) in [(Level::Patch, "0.9.2"), (Level::Minor, "0.10.0"), (Level::Major, "1.0.0")] {
            assert_eq!(version.next(level).to_string(), next);
        }
        for wrong in ["", "1", "1.2", "1.2.3.4", "1.2.x", "1.2.3-rc.1"] {
            assert!(wrong.parse::<Version>().is_err(), "{wrong}");
        }
        Ok(())
    }

    #[test]
    fn below_one_the_second_number_breaks() -> Result<(), Failure> {
        let (early, late): (Version, Version) = ("0.2.0".parse()?, "1.2.0".parse()?);
        assert_eq!(
            [Level::Patch, Level::Minor, Level::Major].map(|level| early.means(level)),
            ["minor", "major", "major"]
        );
        assert_eq!(
            [Level::Patch, Level::Minor, Level::Major].map(|level| late.means(level)),
            ["patch", "minor", "major"]
        );
        Ok(())
    }

    #[test]
    fn only_our_own_versions_are_set() -> Result<(), Failure> {
        let old = of_workspace(MANIFEST)?;
        let edited = set(MANIFEST, old, old.next(Level::Minor))?;
        let expected = MANIFEST.replacen("0.9.1", "0.10.0", 2);
        assert_eq!(edited, expected);
        assert!(set(MANIFEST, "0.9.2".parse()?, old).is_err());
        assert!(of_workspace("[package]\nversion = \"1.0.0\"\n").is_err());
        Ok(())
    }
}
