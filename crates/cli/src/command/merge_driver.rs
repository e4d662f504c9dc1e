//! `dss merge-driver`

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use dss_service::ServiceError;
use dss_service::format::three_way;
use dss_service::model::Limits;
use serde::Serialize;

use crate::args::MergeDriverArgs;
use crate::command::read_input;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::render::{Paint, escape};
use crate::session::Session;

/// What a merge came to.
#[derive(Debug, Serialize)]
struct Report {
    path: String,
    /// `tokens`, or `lines` where the file is not what it should be.
    by: &'static str,
    open: usize,
    conflicts: Vec<String>,
}

pub(super) fn run(args: &MergeDriverArgs, session: &mut Session) -> Result<Exit, Failure> {
    let path = args.path.as_ref().unwrap_or(&args.ours).display().to_string();
    let merged = match merged(args) {
        Ok(merged) => merged,
        Err(failure) => return by_lines(args, path, &failure, session),
    };
    overwrite(&args.ours, &merged.text).map_err(|error| Failure::file(&args.ours, &error))?;
    let report = Report {
        path,
        by: "tokens",
        open: merged.conflicts.len(),
        conflicts: merged.conflicts.iter().map(|conflict| conflict.path.to_string()).collect(),
    };
    if session.is_json || report.open > 0 {
        session.report(&report, |page, report| {
            let path = escape(&report.path);
            let is = if report.open == 1 { "conflict is" } else { "conflicts are" };
            page.painted(Paint::Warning, &format!("{} {is} kept in {path}:", report.open));
            report.conflicts.iter().for_each(|conflict| page.line(&format!("  {}", escape(conflict))));
            page.line(&format!("`dss conflicts {path}` shows and decides them."));
        })?;
    }
    Ok(if report.open == 0 { Exit::Done } else { Exit::Open })
}

fn merged(args: &MergeDriverArgs) -> Result<three_way::Merged, Failure> {
    let read = |path: &PathBuf| read_input(path, Limits::balanced().archive_bytes);
    let (base, ours, theirs) = (read(&args.base)?, read(&args.ours)?, read(&args.theirs)?);
    // A file that both sides added has an empty base.
    let base = Some(base.as_slice()).filter(|base| !base.trim_ascii().is_empty());
    three_way::merge(base, &ours, &theirs).map_err(|error| Failure::from(ServiceError::Format(error)))
}

/// Writes over what a file holds, which costs less than to empty it first. Should we be stopped meanwhile, git takes
/// nothing from the file, since we did not end well.
fn overwrite(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create(true).truncate(false).open(path)?;
    file.write_all(text.as_bytes())?;
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    if file.metadata()?.len() > length { file.set_len(length) } else { Ok(()) }
}

/// Does what git would have done without us, and says why.
fn by_lines(
    args: &MergeDriverArgs,
    path: String,
    failure: &Failure,
    session: &mut Session,
) -> Result<Exit, Failure> {
    let (Failure::Told(why) | Failure::Shown(why)) = failure;
    session.warn(|page| {
        let (path, why) = (escape(&path), escape(&why.message));
        page.painted(Paint::Warning, &format!("{path} is merged line by line, not by tokens: {why}"));
    });
    let mut git = Command::new("git");
    git.args([
        "merge-file",
        &format!("--marker-size={}", args.marker_size),
        "-L",
        "ours",
        "-L",
        "base",
        "-L",
        "theirs",
    ]);
    git.args([&args.ours, &args.base, &args.theirs].map(|path| plain(path)));
    let status = git.status().map_err(|error| failed(&error.to_string()))?;
    // The number of conflicts, or beyond 127 an error.
    let open = match status.code() {
        Some(open @ 0..=127) => usize::try_from(open).unwrap_or_default(),
        _ => return Err(failed(&status.to_string())),
    };
    if session.is_json {
        session.report(&Report { path, by: "lines", open, conflicts: Vec::new() }, |_, _| {})?;
    }
    Ok(if open == 0 { Exit::Done } else { Exit::Open })
}

fn failed(why: &str) -> Failure {
    let message = format!("git merge-file failed: {why}");
    Failure::new(Exit::Store, "git_failed", message, "check that git is installed and may write here")
}

/// A path that no program takes for an option.
fn plain(path: &Path) -> PathBuf {
    if path.is_absolute() { path.to_owned() } else { Path::new(".").join(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_of_what_was_there() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("file");
        for text in ["long", "longer", "", "short"] {
            overwrite(&path, text)?;
            assert_eq!(std::fs::read_to_string(&path)?, text);
        }
        Ok(())
    }
}
