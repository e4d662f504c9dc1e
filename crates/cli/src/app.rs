//! From words on a command line to an exit code.

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use clap::builder::StyledStr;
use clap::error::ErrorKind;
use clap::{CommandFactory as _, Parser as _, ValueEnum as _};
use serde_json::json;

use crate::args::{Cli, ColorChoice, Command};
use crate::command;
use crate::exit::Exit;
use crate::failure::{Document, Failure, Report};
use crate::output::Sink;
use crate::render::{self, Page};
use crate::session::{Session, wants_color};

/// What a panic said, and where: the hook knows it, the one who catches the panic does not.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

/// Runs the program.
pub(crate) fn run(words: impl IntoIterator<Item = OsString>) -> Exit {
    let words: Vec<OsString> = words.into_iter().collect();
    let exit = run_words(&words);
    let is_merge_driver = words.get(1).is_some_and(|word| word == "merge-driver");
    match exit {
        // Whatever went wrong, down to an option that this version does not know.
        failed if is_merge_driver && !matches!(failed, Exit::Done | Exit::Open) => Exit::NotMerged,
        exit => exit,
    }
}

fn run_words(words: &[OsString]) -> Exit {
    let cli = match Cli::try_parse_from(words) {
        Ok(cli) => cli,
        Err(error) => return not_understood(&error, words),
    };
    let mut session = Session::new(&cli.global);
    let outcome = guard(|| {
        if cli.command.takes_settings() {
            session.configure(&cli.global);
            // Whoever asks for the settings is told what is wrong with them, and the rest.
            let is_shown = matches!(cli.command, Command::Config(_));
            if !is_shown && !session.problems.is_empty() {
                return Err(Failure::Told(Box::new(session.problems.swap_remove(0))));
            }
        }
        command::run(&cli.command, &mut session)
    });
    let outcome = outcome.and_then(|exit| session.flush().map(|()| exit));
    match outcome {
        Ok(exit) => exit,
        Err(failure) => tell(&failure, &mut session),
    }
}

/// Turns a panic into a failure: whatever happens, the user hears of it in our words.
fn guard(work: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        let said = info.payload_as_str().unwrap_or("something unheard of");
        let text = format!("{said}{}", place.unwrap_or_default());
        *PANIC.lock().unwrap_or_else(PoisonError::into_inner) = Some(text);
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        let said = PANIC.lock().unwrap_or_else(PoisonError::into_inner).take();
        Err(Failure::bug(format!("dss stopped where it should not: {}", said.unwrap_or_default())))
    })
}

/// Tells what went wrong: as the JSON document, or on standard error.
fn tell(failure: &Failure, session: &mut Session) -> Exit {
    if let Failure::Told(report) = failure {
        if session.is_json {
            // What is gathered already and cannot be written is the failure itself, mostly.
            let _told = session.out.json(&Document { error: report });
        } else {
            let mut page = Page::new(session.err_look, session.is_verbose);
            render::error(&mut page, report);
            let _told = session.err.write_all(page.text().as_bytes());
        }
    }
    // The failure is told; a second one about telling it would help nobody.
    let _flushed = session.out.flush();
    failure.exit()
}

/// Help that was asked for, or a command line that makes no sense.
fn not_understood(error: &clap::Error, words: &[OsString]) -> Exit {
    let is_json = words.iter().any(|word| word == "--json");
    let is_help = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let (mut sink, is_terminal) = if is_help || is_json {
        (Sink::stdout(), io::stdout().is_terminal())
    } else {
        (Sink::stderr(), io::stderr().is_terminal())
    };
    let written = if is_json && is_help {
        let name = if error.kind() == ErrorKind::DisplayVersion { "version" } else { "help" };
        sink.json(&json!({ name: error.render().to_string().trim_end() }))
    } else if is_json {
        sink.json(&Document { error: &usage_report(error) })
    } else {
        let styled = match error.kind() {
            ErrorKind::MissingSubcommand => help_of(words),
            _ => error.render(),
        };
        let has_color = wants_color(color_choice(words), is_terminal);
        let text = if has_color { styled.ansi().to_string() } else { styled.to_string() };
        let text = if is_help { text } else { text.replacen("error:", "error[usage]:", 1) };
        sink.write_all(text.as_bytes())
    };
    let written = written.and_then(|()| sink.flush());
    match (is_help, written) {
        (true, Ok(())) => Exit::Done,
        (true, Err(_)) => Exit::Store,
        (false, _) => Exit::Usage,
    }
}

/// The help of the command that was named last: what could have come next.
fn help_of(words: &[OsString]) -> StyledStr {
    let mut command = Cli::command();
    command.build();
    for word in words {
        if let Some(named) = command.find_subcommand(word) {
            command = named.clone();
        }
    }
    command.render_help()
}

/// What clap says, in the parts that our errors have.
fn usage_report(error: &clap::Error) -> Report {
    let help = "`dss --help` shows what there is";
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand
    ) {
        return Report::usage("a command is missing", help);
    }
    let text = error.render().to_string();
    let mut parts = text.split("\n\n").map(one_line).filter(|part| !part.is_empty());
    let message = parts.next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(&message);
    let hint: Vec<String> = parts.filter(|part| !part.starts_with("For more information")).collect();
    Report::usage(message, if hint.is_empty() { help.to_owned() } else { hint.join("; ") })
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The choice of colours in a command line that was not understood.
fn color_choice(words: &[OsString]) -> ColorChoice {
    let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
    let after =
        words.iter().zip(words.iter().skip(1)).find(|(word, _)| **word == "--color").map(|(_, next)| *next);
    let choice = words.iter().find_map(|word| word.strip_prefix("--color=")).or(after);
    choice.and_then(|choice| ColorChoice::from_str(choice, true).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_as_a_bug() {
        let outcome = guard(|| panic!("no such thing"));
        let Err(Failure::Told(report)) = outcome else { panic!("not caught") };
        assert_eq!(report.exit, Exit::Bug);
        assert_eq!(report.code, "internal");
        assert!(report.message.contains("no such thing at "), "{}", report.message);
        assert!(report.message.contains("app.rs:"), "{}", report.message);
    }

    #[test]
    fn usage_errors_have_message_and_hint() {
        let error = Cli::try_parse_from(["dss", "improt", "x"]).unwrap_err();
        let report = usage_report(&error);
        assert_eq!(report.message, "unrecognized subcommand 'improt'");
        assert!(report.hint.contains("'import'"), "{}", report.hint);
        let report = usage_report(&Cli::try_parse_from(["dss"]).unwrap_err());
        assert_eq!(report.message, "a command is missing");
    }
}
