//! `dss config`

use std::path::PathBuf;

use serde::Serialize;

use crate::args::ConfigCommand;
use crate::config::{self, Files, Key, Setting, Source, Value};
use crate::exit::Exit;
use crate::failure::{Failure, Report};
use crate::render;
use crate::session::Session;

/// All settings, and what is wrong with the places that set something.
#[derive(Debug, Serialize)]
pub(crate) struct Shown {
    pub(crate) settings: Vec<ShownSetting>,
    pub(crate) files: ShownFiles,
    pub(crate) problems: Vec<Report>,
}

/// A setting, by whom it was set, and where else it could be.
#[derive(Debug, Serialize)]
pub(crate) struct ShownSetting {
    pub(crate) key: &'static str,
    pub(crate) value: Value,
    #[serde(flatten)]
    pub(crate) source: Source,
    pub(crate) env: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) option: Option<&'static str>,
}

/// Where settings are read from, and the store that they name.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownFiles {
    /// The nearest `dss.toml`; `None` if there is none.
    pub(crate) project: Option<PathBuf>,
    /// The user's own, whether it exists or not.
    pub(crate) user: Option<PathBuf>,
    pub(crate) user_exists: bool,
    /// The store's folder, whether it exists or not.
    pub(crate) store: Option<PathBuf>,
}

pub(super) fn run(command: &ConfigCommand, session: &mut Session) -> Result<Exit, Failure> {
    match command {
        ConfigCommand::Show { limits } => {
            session.add_options(limits.typed());
            let mut problems = std::mem::take(&mut session.problems);
            problems.extend(config::misspelled(std::env::vars_os().map(|(name, _)| name)));
            let shown = Shown { settings: settings(session), files: files(session), problems };
            session.show(&shown, render::config)?;
            session.warn(|page| shown.problems.iter().for_each(|problem| render::error(page, problem)));
        }
        ConfigCommand::Path => session.show(&files(session), render::files)?,
    }
    Ok(Exit::Done)
}

fn files(session: &Session) -> ShownFiles {
    let Files { project, user } = Files::find();
    let user_exists = user.as_ref().is_some_and(|file| file.is_file());
    ShownFiles { project, user, user_exists, store: session.root() }
}

/// Everything that is set, and what the program finds out by itself where nobody says anything.
fn settings(session: &Session) -> Vec<ShownSetting> {
    let found = |key| match key {
        Key::Store => session.root().map(Value::Path),
        Key::Author => Some(session.author()).filter(|author| !author.is_empty()).map(Value::Text),
        _ => None,
    };
    let setting = |key: &Key| {
        let said = session.settings.get(*key);
        let said = said.or_else(|| Some(Setting { value: found(*key)?, source: Source::Default }))?;
        let about = key.about();
        Some(ShownSetting {
            key: about.name,
            value: said.value,
            source: said.source,
            env: about.env,
            option: about.option,
        })
    };
    Key::ALL.iter().filter_map(setting).collect()
}
