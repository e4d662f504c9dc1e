//! Settings: what would be too much to say on every command line.
//!
//! Five places say something, each stronger than the one before: the program itself, the user's `dss.toml`, the project's
//! (the nearest one in the working folder or above it), the environment, the command line. [`key`] lists what can be
//! said, [`mod@file`] reads a `dss.toml`, [`settings`] decides what holds.

mod file;
mod key;
mod nearest;
mod preset;
mod settings;
mod value;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

pub(crate) use self::key::Key;
pub(crate) use self::settings::{Setting, Settings, Source};
pub(crate) use self::value::{Kind, Value};
use crate::exit::Exit;
use crate::failure::Report;
use crate::folders;

/// The file's name, wherever it is.
const NAME: &str = "dss.toml";

/// Variables that are read, and set no setting.
const OTHER_VARIABLES: [&str; 2] = ["DSS_CACHE", "DSS_ASSUME_TERMINAL"];

/// What one place says, and where exactly.
type Layer = BTreeMap<Key, (Value, Source)>;

/// What all places say.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    user: Layer,
    project: Layer,
    environment: Layer,
    options: Layer,
}

impl Config {
    /// What files and environment say in the working folder, and what is wrong with them: what is wrong says nothing.
    pub(crate) fn load() -> (Self, Vec<Report>) {
        let mut problems = Vec::new();
        let files = Files::find();
        let mut read = |path: Option<PathBuf>, reader: file::Reader| {
            path.filter(|path| path.is_file())
                .map(|path| reader.read(&path, &mut problems))
                .unwrap_or_default()
        };
        let user = read(files.user, file::Reader::User);
        let project = read(files.project, file::Reader::Project);
        let environment = environment(&|name| std::env::var_os(name), &mut problems);
        (Self { user, project, environment, options: Layer::default() }, problems)
    }

    /// Adds what was typed; what was not is `None`.
    pub(crate) fn add_options(&mut self, typed: impl IntoIterator<Item = (Key, Option<Value>)>) {
        let said = typed.into_iter().filter_map(|(key, value)| Some((key, value?)));
        self.options.extend(said.map(|(key, value)| (key, (value, Source::Option))));
    }

    /// What holds.
    pub(crate) fn settings(&self) -> Settings {
        Settings::new([&self.user, &self.project, &self.environment, &self.options])
    }
}

/// Where the files are.
#[derive(Debug)]
pub(crate) struct Files {
    /// The nearest one in the working folder or above it.
    pub(crate) project: Option<PathBuf>,
    /// The user's own, whether it exists or not; `None` on a system that names no folder for it.
    pub(crate) user: Option<PathBuf>,
}

impl Files {
    /// Looks for them.
    pub(crate) fn find() -> Self {
        let user = folders::config().map(|folder| folder.join(NAME));
        let here = std::env::current_dir().ok();
        let near = here.iter().flat_map(|folder| folder.ancestors()).map(|folder| folder.join(NAME));
        // Whoever works in the folder of their own settings has no other project there.
        let mut near = near.filter(|file| Some(file) != user.as_ref());
        Self { project: near.find(|file| file.is_file()), user }
    }
}

/// Variables that are probably ours, misspelled: nobody else would notice that they set nothing.
pub(crate) fn misspelled(names: impl IntoIterator<Item = OsString>) -> Vec<Report> {
    let known = || Key::ALL.iter().map(|key| key.about().env);
    let mut misspelled: Vec<Report> = Vec::new();
    for name in names.into_iter().filter_map(|name| name.into_string().ok()) {
        if !name.starts_with("DSS_") || known().chain(OTHER_VARIABLES).any(|known| known == name) {
            continue;
        }
        if let Some(meant) = nearest::nearest(&name, known()) {
            let message = format!("{name} sets nothing: there is no such variable");
            let hint = format!("did you mean {meant}?");
            misspelled.push(Report::new(Exit::Usage, "config_invalid", message, hint));
        }
    }
    misspelled
}

/// What the environment says. An empty variable says nothing.
fn environment(variable: &dyn Fn(&str) -> Option<OsString>, problems: &mut Vec<Report>) -> Layer {
    let mut layer = Layer::new();
    for key in Key::ALL {
        let about = key.about();
        let Some(text) = variable(about.env).filter(|text| !text.is_empty()) else { continue };
        match about.kind.of_os_text(&text) {
            Ok(value) => {
                layer.insert(*key, (value, Source::Env));
            }
            Err(message) => {
                problems.push(Report::new(
                    Exit::Usage,
                    "config_invalid",
                    format!("{}: {message}", about.env),
                    "correct or unset the variable; `dss config show` lists what can be set",
                ));
            }
        }
    }
    layer
}

#[cfg(test)]
mod tests;
