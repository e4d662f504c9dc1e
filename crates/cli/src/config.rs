//! `dss.toml`: what would be too much to say on every command line.
//!
//! An option wins over its environment variable (clap sees to both), that over the file of the project, and that over the
//! file of the user. The project's file is the nearest one in the working folder or above it.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use serde::Deserialize;

use crate::args::LimitArgs;
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::folders;

/// The file's name, wherever it is.
const NAME: &str = "dss.toml";
/// Largest file that is read.
const BYTES_MAX: u64 = 1 << 20;

/// What the files say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// Bounds on inputs.
    pub(crate) limits: LimitArgs,
}

impl Config {
    /// What holds in the working folder.
    pub(crate) fn load() -> Result<Self, Failure> {
        let here = std::env::current_dir().ok();
        let near = here.iter().flat_map(|folder| folder.ancestors()).map(|folder| folder.join(NAME));
        let project = near.into_iter().find(|file| file.is_file());
        let user = folders::config().map(|folder| folder.join(NAME)).filter(|file| file.is_file());
        let [project, user] =
            [project, user].map(|file| file.map_or_else(|| Ok(Self::default()), |file| Self::read(&file)));
        Ok(project?.or(&user?))
    }

    /// This, and where it says nothing, that.
    fn or(&self, other: &Self) -> Self {
        Self { limits: self.limits.or(&other.limits) }
    }

    fn read(path: &Path) -> Result<Self, Failure> {
        let mut text = String::new();
        let read = File::open(path).and_then(|file| file.take(BYTES_MAX).read_to_string(&mut text));
        match read {
            Ok(_) => Self::parse(&text, path),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(invalid(path, None, "is not UTF-8 text", "write it as UTF-8"))
            }
            Err(error) => Err(Failure::file(path, &error)),
        }
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Failure> {
        toml::from_str(text).map_err(|error| {
            let line = error.span().and_then(|span| text.get(..span.start)).map(|before| {
                u64::try_from(before.matches('\n').count()).unwrap_or(u64::MAX).saturating_add(1)
            });
            let message = error.message().lines().next().unwrap_or("is not TOML").to_owned();
            let hint = match suggestion(&message) {
                Some(known) => format!("did you mean `{known}`?"),
                None => "correct the line; `dss import --help` lists the limits".to_owned(),
            };
            invalid(path, line, message, hint)
        })
    }
}

fn invalid(path: &Path, line: Option<u64>, message: impl Into<String>, hint: impl Into<String>) -> Failure {
    let entry = path.display().to_string();
    let place = line.map_or_else(|| entry.clone(), |line| format!("{entry}:{line}"));
    let report = Report::new(Exit::Usage, "config_invalid", format!("{place}: {}", message.into()), hint);
    Failure::Told(Box::new(Report { entry: Some(entry), line, ..report }))
}

/// The known name nearest to an unknown one, in a message that names first that one, then those that are known.
fn suggestion(message: &str) -> Option<&str> {
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    let near = names.map(|known| (distance(unknown, known), known)).min()?;
    (near.0 <= unknown.len().div_ceil(3)).then_some(near.1)
}

/// Characters to insert, remove or replace (Levenshtein) to make one name of the other.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (above, a) in from.chars().enumerate() {
        let mut diagonal = above;
        let mut left = above.saturating_add(1);
        for (b, cell) in to.chars().zip(row.iter_mut().skip(1)) {
            let replaced = diagonal.saturating_add(usize::from(a != b));
            diagonal = *cell;
            left = replaced.min(left.saturating_add(1)).min(cell.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, Box<Report>> {
        Config::parse(text, Path::new("dss.toml")).map_err(|failure| match failure {
            Failure::Told(report) | Failure::Shown(report) => report,
        })
    }

    #[test]
    fn sizes_are_numbers_or_texts() {
        let config = parse(
            "[limits]\npreset = \"conservative\"\nmax-file-size = \"2MiB\"\nmax-item-size = 4096\nbusy-timeout = 0.5\n",
        );
        assert_eq!(config.unwrap_err().line, Some(5), "TOML's fractions are not exact");
        let config = parse(
            "[limits]\npreset = \"conservative\"\nmax-file-size = \"2MiB\"\nmax-item-size = 4096\nbusy-timeout = \"0.5\"\n",
        );
        let limits = config.unwrap().limits.to_limits();
        assert_eq!((limits.archive_bytes, limits.item_bytes, limits.busy_timeout_ms), (2 << 20, 4096, 500));
        assert_eq!(limits.tokens, 5_000);
        assert!(parse("").is_ok());
    }

    #[test]
    fn mistakes_are_told_with_line_and_remedy() {
        for (text, line, message, hint) in [
            ("[limits]\nmax-tokns = 1", 2, "unknown field `max-tokns`", "did you mean `max-tokens`?"),
            ("[limit]\nmax-tokens = 1", 1, "unknown field `limit`", "did you mean `limits`?"),
            ("[limits]\npreset = \"big\"", 2, "unknown variant `big`", "correct the line"),
            ("[limits]\nmax-tokens = -1", 2, "invalid value", "correct the line"),
            ("[limits]\nmax-file-size = \"2 parsecs\"", 2, "expected a size", "correct the line"),
            ("[limits\n", 1, "", "correct the line"),
        ] {
            let report = parse(text).unwrap_err();
            assert_eq!((report.code, report.line), ("config_invalid", Some(line)), "{}", report.message);
            assert!(report.message.contains(message), "{}", report.message);
            assert!(report.hint.contains(hint), "{text}: {}", report.hint);
        }
    }

    #[test]
    fn the_readme_shows_every_key() {
        let readme = include_str!("../README.md");
        let example = readme.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let limits = parse(example).unwrap().limits;
        let shown = format!("{limits:?}");
        assert!(!shown.contains("None"), "{shown}");
    }

    #[test]
    fn distances() {
        for (from, to, expected) in [("", "", 0), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 2)] {
            assert_eq!((distance(from, to), distance(to, from)), (expected, expected));
        }
    }
}
