//! One run: what was asked for globally, and where output goes.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;

use dss_service::model::Limits;
use dss_service::{ProjectService, ServiceError, ServiceOptions};
use serde::Serialize;

use crate::args::{ColorChoice, GlobalArgs, LimitArgs, LogLevel};
use crate::config::{Config, Key, Settings, Value};
use crate::failure::{Failure, Report};
use crate::folders;
use crate::logs;
use crate::output::Sink;
use crate::progress::Bar;
use crate::render::{Look, Page};

/// What every command gets.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct Session {
    pub(crate) out: Sink,
    pub(crate) err: Sink,
    pub(crate) out_look: Look,
    pub(crate) err_look: Look,
    pub(crate) is_json: bool,
    pub(crate) is_quiet: bool,
    pub(crate) is_verbose: bool,
    pub(crate) has_progress: bool,
    /// Whether questions may be asked though nobody sits at a terminal.
    pub(crate) assumes_terminal: bool,
    /// What is wrong with files and variables that set something.
    pub(crate) problems: Vec<Report>,
    /// What holds.
    pub(crate) settings: Settings,
    config: Config,
    /// Where this machine keeps the witnesses of its copies.
    pub(crate) witness: Option<PathBuf>,
}

impl Session {
    /// The run that the user asked for.
    pub(crate) fn new(global: &GlobalArgs) -> Self {
        let has_progress = io::stderr().is_terminal() && !global.no_progress && !global.json && !global.quiet;
        let mut session = Self {
            out: Sink::stdout(),
            err: Sink::stderr(),
            has_progress,
            assumes_terminal: std::env::var_os("DSS_ASSUME_TERMINAL").is_some_and(|value| value == "1"),
            witness: folders::witness(),
            ..Self::in_memory(global)
        };
        session.look_around();
        session
    }

    /// A run whose output is kept, and that no settings but its options reach.
    pub(crate) fn in_memory(global: &GlobalArgs) -> Self {
        let mut config = Config::default();
        config.add_options(global.typed());
        Self {
            out: Sink::memory(),
            err: Sink::memory(),
            out_look: Look::PLAIN,
            err_look: Look::PLAIN,
            is_json: global.json,
            is_quiet: global.quiet,
            is_verbose: global.verbose,
            has_progress: false,
            assumes_terminal: false,
            problems: Vec::new(),
            settings: config.settings(),
            config,
            witness: None,
        }
    }

    /// Sees what the outputs can show.
    fn look_around(&mut self) {
        let color = self.settings.color();
        self.out_look = Look::new(
            wants_color(color, io::stdout().is_terminal()),
            terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| width.0),
        );
        self.err_look = Look::new(
            wants_color(color, io::stderr().is_terminal()),
            terminal_size::terminal_size_of(io::stderr()).map(|(width, _)| width.0),
        );
    }

    /// Takes what the command line leaves open from files and the environment.
    pub(crate) fn configure(&mut self, global: &GlobalArgs) {
        (self.config, self.problems) = Config::load();
        self.add_options(global.typed());
        self.look_around();
        let level = self.settings.log_level();
        logs::start(self.settings.log_format(), level, self.err_look.has_color());
        // A bar and lines of a log would write over each other.
        self.has_progress &= level == LogLevel::Off;
    }

    /// Adds what was typed for one command.
    pub(crate) fn add_options(&mut self, typed: impl IntoIterator<Item = (Key, Option<Value>)>) {
        self.config.add_options(typed);
        self.settings = self.config.settings();
    }

    /// Bounds on inputs.
    pub(crate) fn limits(&mut self, asked: &LimitArgs) -> Limits {
        self.add_options(asked.typed());
        self.settings.limits()
    }

    /// Where the store is, or will be.
    pub(crate) fn root(&self) -> Option<PathBuf> {
        self.settings.store().map(PathBuf::from).or_else(folders::store)
    }

    /// Whether there is a store already.
    pub(crate) fn has_store(&self) -> bool {
        self.root().is_some_and(|root| ProjectService::has_store(&root))
    }

    /// Opens the store that is there: a mistyped folder must not become another one.
    pub(crate) fn service(&self) -> Result<ProjectService, Failure> {
        if let Some(root) = self.root().filter(|root| !ProjectService::has_store(root)) {
            let name = root.display().to_string();
            return Err(ServiceError::NotFound { what: "store", name }.into());
        }
        self.service_or_new()
    }

    /// Opens the store, if there is one: who only looks needs none.
    pub(crate) fn existing_service(&self) -> Result<Option<ProjectService>, Failure> {
        self.has_store().then(|| self.service_or_new()).transpose()
    }

    /// Opens the store, and makes it if there is none, for what can be the first thing that is in it.
    pub(crate) fn service_or_new(&self) -> Result<ProjectService, Failure> {
        let root = self.root().ok_or_else(|| {
            Failure::usage(
                "this system names no folder for data",
                "say where the store is with --store DIR or DSS_STORE",
            )
        })?;
        let options = ServiceOptions {
            root,
            witness_dir: self.witness.clone(),
            busy_timeout_ms: self.settings.busy_timeout_ms(),
            actor: self.author(),
        };
        Ok(ProjectService::open(options)?)
    }

    /// Who works with it.
    pub(crate) fn author(&self) -> String {
        let user = || {
            let names = ["USER", "USERNAME"];
            names.iter().find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        };
        self.settings.author().map(str::to_owned).or_else(user).unwrap_or_default()
    }

    /// A progress bar, or none.
    pub(crate) fn bar(&self) -> Bar {
        Bar::new(self.has_progress)
    }

    /// Shows a result that was asked for.
    pub(crate) fn show<T: Serialize>(
        &mut self,
        value: &T,
        render: impl FnOnce(&mut Page, &T),
    ) -> Result<(), Failure> {
        if self.is_json {
            return self.out.json(value).map_err(|error| Failure::output(&error));
        }
        let mut page = self.page();
        render(&mut page, value);
        self.print(&page)
    }

    /// Reports a deed, unless the user wants to hear nothing.
    pub(crate) fn report<T: Serialize>(
        &mut self,
        value: &T,
        render: impl FnOnce(&mut Page, &T),
    ) -> Result<(), Failure> {
        if self.is_quiet && !self.is_json { Ok(()) } else { self.show(value, render) }
    }

    /// An empty page for results.
    pub(crate) const fn page(&self) -> Page {
        Page::new(self.out_look, self.is_verbose)
    }

    /// Prints a page of results.
    pub(crate) fn print(&mut self, page: &Page) -> Result<(), Failure> {
        self.out.write_all(page.text().as_bytes()).map_err(|error| Failure::output(&error))
    }

    /// Warns the person in front of the terminal; programs find the same in the JSON document.
    pub(crate) fn warn(&mut self, render: impl FnOnce(&mut Page)) {
        if self.is_json || self.is_quiet {
            return;
        }
        let mut page = Page::new(self.err_look, self.is_verbose);
        render(&mut page);
        // Nobody is left to be told that nobody can be told.
        let _told = self.err.write_all(page.text().as_bytes());
    }

    /// Writes out what is gathered.
    pub(crate) fn flush(&mut self) -> Result<(), Failure> {
        self.out.flush().map_err(|error| Failure::output(&error))
    }
}

/// Whether colours are wanted: by option, else by environment, else on terminals.
pub(crate) fn wants_color(choice: ColorChoice, is_terminal: bool) -> bool {
    let is_set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR").is_some() => false,
        ColorChoice::Auto if is_set("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
        ColorChoice::Auto => is_terminal && is_set("TERM").is_none_or(|terminal| terminal != "dumb"),
    }
}
