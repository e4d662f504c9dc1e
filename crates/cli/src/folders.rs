//! Where this system keeps data and caches.

use std::ffi::OsString;
use std::path::PathBuf;

/// What decides where folders are; the environment, or a test's idea of one.
type Variables<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Which conventions apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum System {
    Unix,
    Mac,
    Windows,
}

const HERE: System = if cfg!(windows) {
    System::Windows
} else if cfg!(target_os = "macos") {
    System::Mac
} else {
    System::Unix
};

/// The folder of the store, if none is named; `None` on a system that names no home.
pub(crate) fn store() -> Option<PathBuf> {
    data(HERE, &|name| std::env::var_os(name)).map(|folder| folder.join("dss"))
}

/// The folder of the user's own settings.
pub(crate) fn config() -> Option<PathBuf> {
    settings(HERE, &|name| std::env::var_os(name)).map(|folder| folder.join("dss"))
}

/// The user's home.
pub(crate) fn own_home() -> Option<PathBuf> {
    let variables: Variables<'_> = &|name| std::env::var_os(name);
    absolute(variables, if HERE == System::Windows { "USERPROFILE" } else { "HOME" })
}

/// The folder with this machine's witnesses of its copies (`DSS_CACHE`, else the system's folder for caches).
pub(crate) fn witness() -> Option<PathBuf> {
    let own = std::env::var_os("DSS_CACHE").filter(|folder| !folder.is_empty()).map(PathBuf::from);
    own.or_else(|| cache(HERE, &|name| std::env::var_os(name)).map(|folder| folder.join("dss")))
        .map(|folder| folder.join("witness"))
}

fn data(system: System, variables: Variables<'_>) -> Option<PathBuf> {
    match system {
        System::Unix => {
            absolute(variables, "XDG_DATA_HOME").or_else(|| home(variables, &[".local", "share"]))
        }
        System::Mac => home(variables, &["Library", "Application Support"]),
        System::Windows => absolute(variables, "LOCALAPPDATA"),
    }
}

fn cache(system: System, variables: Variables<'_>) -> Option<PathBuf> {
    match system {
        System::Unix => absolute(variables, "XDG_CACHE_HOME").or_else(|| home(variables, &[".cache"])),
        System::Mac => home(variables, &["Library", "Caches"]),
        System::Windows => absolute(variables, "LOCALAPPDATA").map(|folder| folder.join("Temp")),
    }
}

fn settings(system: System, variables: Variables<'_>) -> Option<PathBuf> {
    match system {
        System::Unix => absolute(variables, "XDG_CONFIG_HOME").or_else(|| home(variables, &[".config"])),
        System::Mac => home(variables, &["Library", "Application Support"]),
        System::Windows => absolute(variables, "APPDATA"),
    }
}

/// The XDG specification: relative paths are to be ignored.
fn absolute(variables: Variables<'_>, name: &str) -> Option<PathBuf> {
    variables(name).map(PathBuf::from).filter(|path| path.is_absolute())
}

fn home(variables: Variables<'_>, below: &[&str]) -> Option<PathBuf> {
    absolute(variables, "HOME").map(|home| below.iter().fold(home, |path, name| path.join(name)))
}

#[cfg(all(test, unix))]
mod tests {
    use std::path::Path;

    use super::*;

    fn with<'a>(set: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<OsString> + 'a {
        move |name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into())
    }

    #[test]
    fn each_system_has_its_places() {
        let home = with(&[("HOME", "/home/ada")]);
        assert_eq!(data(System::Unix, &home).as_deref(), Some(Path::new("/home/ada/.local/share")));
        assert_eq!(cache(System::Unix, &home).as_deref(), Some(Path::new("/home/ada/.cache")));
        assert_eq!(settings(System::Unix, &home).as_deref(), Some(Path::new("/home/ada/.config")));
        assert_eq!(
            data(System::Mac, &home).as_deref(),
            Some(Path::new("/home/ada/Library/Application Support"))
        );
        assert_eq!(cache(System::Mac, &home).as_deref(), Some(Path::new("/home/ada/Library/Caches")));
        assert_eq!(data(System::Windows, &home), None);
    }

    #[test]
    fn variables_win_if_they_are_absolute() {
        let set = with(&[("HOME", "/home/ada"), ("XDG_DATA_HOME", "/data"), ("XDG_CACHE_HOME", "relative")]);
        assert_eq!(data(System::Unix, &set).as_deref(), Some(Path::new("/data")));
        assert_eq!(cache(System::Unix, &set).as_deref(), Some(Path::new("/home/ada/.cache")));
        assert_eq!(data(System::Unix, &with(&[])), None);
    }
}
