//! Folders: temporary ones, and the one with shared test data.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// A folder that is removed at the end of the test.
#[derive(Debug)]
pub struct TempDir(tempfile::TempDir);

impl TempDir {
    /// Makes one in the system's temporary folder.
    ///
    /// # Errors
    /// What the system says.
    pub fn new() -> io::Result<Self> {
        tempfile::Builder::new().prefix("dss-test-").tempdir().map(Self)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The path of something in it.
    pub fn join(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.path().join(name)
    }
}

/// Copies a folder with all that is in it; what is read-only there may be written here.
///
/// # Errors
/// What the system says.
pub fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

/// The real design systems below `data/tokens` of [`shared`] that DSS imports as they are.
pub const DESIGN_SYSTEMS: [&str; 8] = [
    "primer-dtcg/github-primer.resolver.json",
    "figma-sds-dtcg/figma-sds.resolver.json",
    "carbon-themes",
    "figma-native-bison",
    "shopware-meteor",
    "kong",
    "digdir-designsystemet",
    "open-props/open-props.resolver.json",
];

/// The folder with the data that tests share but the repository does not hold: `DSS_SHARED`, else
/// `shared` beside the workspace. If it is missing, says so; the test is then skipped.
///
/// ```no_run
/// # fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let Some(shared) = dss_testkit::shared() else { return Ok(()) };
/// # Ok(()) }
/// ```
#[expect(clippy::print_stderr, reason = "a skipped test must not look like one that passed")]
pub fn shared() -> Option<PathBuf> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2)?;
    let beside = workspace.parent().map(|parent| parent.join("shared"));
    let folder = std::env::var_os("DSS_SHARED").map(PathBuf::from).or(beside)?;
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("SKIPPED: {} is missing; set DSS_SHARED to the folder with the shared data", folder.display());
    None
}
