//! Running other programs: always from the workspace root, never with standard input.

use std::env;
use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};

use crate::failure::Failure;
use crate::workspace::Workspace;

/// Which of a child's two streams is read while it is shown.
#[derive(Clone, Copy)]
pub(crate) enum Stream {
    Stdout,
    Stderr,
}

/// A command in the workspace root, without what `cargo run` left in the environment for this process: crates
/// whose build scripts look at those variables would otherwise be built again and again.
pub(crate) fn command(workspace: &Workspace, program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace.root()).stdin(Stdio::null());
    for (name, _) in env::vars_os() {
        let foreign = name.to_str().is_some_and(|name| {
            name == "CARGO" || name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        });
        if foreign {
            command.env_remove(name);
        }
    }
    // Tests on real input read other people's token files from a folder beside the checkout.
    if env::var_os("DSS_SHARED").is_none() {
        command.env("DSS_SHARED", workspace.default_shared());
    }
    command
}

/// `cargo ARGUMENTS` with the toolchain of this workspace.
pub(crate) fn cargo(workspace: &Workspace, arguments: &[&str]) -> Command {
    let mut cargo = command(workspace, "cargo");
    cargo.args(arguments);
    cargo
}

/// Runs a command whose output goes straight to the terminal; a non-zero exit is a failure.
pub(crate) fn check(command: &mut Command) -> Result<(), Failure> {
    let line = shown(command);
    let status = command.status().map_err(|error| Failure::new(format!("cannot run `{line}`: {error}")))?;
    succeeded(status, &line)
}

/// Runs a command quietly and returns what it wrote to standard output.
pub(crate) fn output(command: &mut Command) -> Result<Vec<u8>, Failure> {
    let line = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Failure::new(format!("cannot run `{line}`: {error}")))?;
    succeeded(output.status, &line)?;
    Ok(output.stdout)
}

/// True if the command can be started and exits with zero; all that it prints is dropped.
pub(crate) fn works(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// What a watched command printed to one stream, and how it ended: a test run that failed has closing lines, too.
pub(crate) struct Watched {
    pub(crate) lines: Vec<String>,
    pub(crate) outcome: Result<(), Failure>,
}

/// Shows a command's output as it comes, and keeps one stream's lines.
pub(crate) fn watch(command: &mut Command, stream: Stream) -> Result<Watched, Failure> {
    let line = shown(command);
    match stream {
        Stream::Stdout => command.stdout(Stdio::piped()),
        Stream::Stderr => command.stderr(Stdio::piped()),
    };
    let mut child = command.spawn().map_err(|error| Failure::new(format!("cannot run `{line}`: {error}")))?;
    let lines = match stream {
        Stream::Stdout => tee(child.stdout.take(), io::stdout())?,
        Stream::Stderr => tee(child.stderr.take(), io::stderr())?,
    };
    Ok(Watched { lines, outcome: succeeded(child.wait()?, &line) })
}

fn tee(source: Option<impl Read>, mut screen: impl Write) -> Result<Vec<String>, Failure> {
    let mut lines = Vec::new();
    let Some(source) = source else { return Ok(lines) };
    let mut source = BufReader::new(source);
    let mut bytes = Vec::new();
    while source.read_until(b'\n', &mut bytes)? > 0 {
        screen.write_all(&bytes)?;
        screen.flush()?;
        lines.push(String::from_utf8_lossy(&bytes).trim_end().to_owned());
        bytes.clear();
    }
    Ok(lines)
}

fn succeeded(status: ExitStatus, line: &str) -> Result<(), Failure> {
    if status.success() { Ok(()) } else { Err(Failure::new(format!("`{line}` failed ({status})"))) }
}

fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
