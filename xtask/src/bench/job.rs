//! One process: what is run, and what it used.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use wait4::Wait4 as _;

use super::cost::Cost;
use crate::failure::Failure;
use crate::run;
use crate::workspace::Workspace;

/// A command line, and how it may end.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    program: PathBuf,
    words: Vec<OsString>,
    /// Where its standard output goes; nowhere without it.
    stdout: Option<PathBuf>,
    variables: Vec<(&'static str, PathBuf)>,
    exit: i32,
}

impl Job {
    pub(crate) fn new(program: impl Into<PathBuf>) -> Self {
        let (words, variables) = (Vec::new(), Vec::new());
        Self { program: program.into(), words, stdout: None, variables, exit: 0 }
    }

    /// A line for the shell, where what people do today takes several programs.
    pub(crate) fn shell(line: impl Into<OsString>) -> Self {
        Self::new("sh").word("-c").word(line)
    }

    pub(crate) fn word(mut self, word: impl Into<OsString>) -> Self {
        self.words.push(word.into());
        self
    }

    pub(crate) fn words<W: Into<OsString>>(mut self, words: impl IntoIterator<Item = W>) -> Self {
        self.words.extend(words.into_iter().map(Into::into));
        self
    }

    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<PathBuf>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    pub(crate) fn stdout(mut self, file: impl Into<PathBuf>) -> Self {
        self.stdout = Some(file.into());
        self
    }

    /// The exit code that means success.
    pub(crate) const fn exits(mut self, code: i32) -> Self {
        self.exit = code;
        self
    }

    /// The same under another program, such as valgrind.
    pub(crate) fn under(self, program: &str, words: &[OsString]) -> Self {
        let inner = std::iter::once(self.program.into_os_string()).chain(self.words);
        Self { program: program.into(), words: words.iter().cloned().chain(inner).collect(), ..self }
    }

    /// Runs it and says what it used; what it prints to standard error is left in `stderr`.
    pub(crate) fn run(&self, workspace: &Workspace, stderr: &Path) -> Result<Cost, Failure> {
        let mut command = run::command(workspace, &self.program);
        command.args(&self.words).envs(self.variables.iter().map(|(name, value)| (*name, value)));
        command.stderr(File::create(stderr)?);
        match &self.stdout {
            Some(file) => command.stdout(File::create(file)?),
            None => command.stdout(Stdio::null()),
        };
        let failed = |what: String| {
            let words: Vec<_> = self.words.iter().map(|word| word.to_string_lossy()).collect();
            let said = fs::read_to_string(stderr).unwrap_or_default();
            Failure::new(format!("`{} {}` {what}\n{said}", self.program.display(), words.join(" ")))
        };
        let start = Instant::now();
        let child = command.spawn().map_err(|error| failed(format!("cannot be run: {error}")))?;
        let used = child.wait4()?;
        let wall_s = start.elapsed().as_secs_f64();
        if used.status.code() != Some(self.exit) {
            return Err(failed(format!("ended with {}, not {}", used.status, self.exit)));
        }
        let cpu_s = used.rusage.utime.as_secs_f64() + used.rusage.stime.as_secs_f64();
        Ok(Cost { wall_s, cpu_s, peak_kib: used.rusage.maxrss.div_euclid(1024), bytes: None })
    }
}

/// Bytes of a file, or of all files in a folder.
pub(crate) fn size(place: &Path) -> Result<u64, Failure> {
    let about = fs::metadata(place)?;
    if !about.is_dir() {
        return Ok(about.len());
    }
    fs::read_dir(place)?.try_fold(0_u64, |sum, entry| Ok(sum.saturating_add(size(&entry?.path())?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{clear, copy, sync};

    fn place(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("dss-bench-{}-{name}", std::process::id()))
    }

    #[test]
    fn a_process_is_measured_by_itself() -> Result<(), Failure> {
        let (workspace, stderr) = (Workspace::find()?, place("stderr"));
        let busy = Job::shell("i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
        let cost = busy.run(&workspace, &stderr)?;
        assert!(cost.cpu_s > 0.0 && cost.wall_s > 0.0 && cost.peak_kib > 0, "{cost:?}");
        assert!(Job::shell("sleep 0.2").run(&workspace, &stderr)?.wall_s >= 0.2);
        clear(&stderr)
    }

    #[test]
    fn another_exit_code_is_a_failure_that_says_what_was_printed() -> Result<(), Failure> {
        let (workspace, stderr) = (Workspace::find()?, place("failing"));
        let job = Job::shell("echo why >&2; exit 3");
        let failure =
            job.run(&workspace, &stderr).err().map(|failure| failure.to_string()).unwrap_or_default();
        assert!(failure.contains("why") && failure.contains('3'), "{failure}");
        job.exits(3).run(&workspace, &stderr)?;
        assert!(Job::new("no-such-program-anywhere").run(&workspace, &stderr).is_err());
        clear(&stderr)
    }

    #[test]
    fn folders_are_copied_whole_and_over_what_was_there() -> Result<(), Failure> {
        let (from, to) = (place("from"), place("to"));
        fs::create_dir_all(from.join("inner"))?;
        fs::write(from.join("inner/file"), "12345")?;
        fs::create_dir_all(&to)?;
        fs::write(to.join("old"), "1")?;
        copy(&from, &to)?;
        sync(&to)?;
        assert_eq!((size(&to)?, to.join("old").exists()), (5, false));
        clear(&from)?;
        clear(&to)?;
        clear(&to)
    }
}
