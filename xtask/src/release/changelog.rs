//! `CHANGELOG.md`, in the form of <https://keepachangelog.com/en/1.1.0/>.

use crate::failure::Failure;

const NEXT: &str = "## [Unreleased]";

/// The changelog with everything that is unreleased under a version of this day.
pub(super) fn released(changelog: &str, version: &str, day: &str) -> Result<String, Failure> {
    let missing = || Failure::new(format!("CHANGELOG.md has no line `{NEXT}`"));
    let (before, after) = changelog.split_once(&format!("{NEXT}\n")).ok_or_else(missing)?;
    if after.contains(&format!("## [{version}]")) || before.contains(&format!("## [{version}]")) {
        return Err(Failure::new(format!("CHANGELOG.md has version {version} already")));
    }
    let news = after.split("\n## [").next().unwrap_or_default();
    if !news.lines().any(|line| line.starts_with("- ")) {
        return Err(Failure::new("CHANGELOG.md says of nothing new: what is this release for?"));
    }
    Ok(format!("{before}{NEXT}\n\n## [{version}] - {day}\n{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OLD: &str = "\n## [0.1.0] - 2026-01-01\n\n### Added\n\n- All of it.\n";

    #[test]
    fn what_is_new_gets_a_version_and_a_day() -> Result<(), Failure> {
        let changelog = format!("# Changelog\n\n## [Unreleased]\n\n### Fixed\n\n- A bug.\n{OLD}");
        let expected = format!(
            "# Changelog\n\n## [Unreleased]\n\n## [0.1.1] - 2026-02-03\n\n### Fixed\n\n- A bug.\n{OLD}"
        );
        assert_eq!(released(&changelog, "0.1.1", "2026-02-03")?, expected);
        Ok(())
    }

    #[test]
    fn a_release_without_news_is_none() {
        for empty in ["", "\n### Added\n"] {
            let changelog = format!("# Changelog\n\n## [Unreleased]\n{empty}{OLD}");
            assert!(released(&changelog, "0.1.1", "2026-02-03").is_err(), "{empty}");
        }
        assert!(released("# Changelog\n\n- A bug.\n", "0.1.1", "2026-02-03").is_err());
        let again = format!("## [Unreleased]\n\n- A bug.\n{OLD}");
        assert!(released(&again, "0.1.0", "2026-02-03").is_err());
    }
}
