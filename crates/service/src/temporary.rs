//! Folders for a while, which nobody else can look into: what is in them may be a secret still.

use std::io;

use tempfile::TempDir;

/// A folder that is removed when it is let go of.
pub(crate) fn folder() -> io::Result<TempDir> {
    #[cfg_attr(not(unix), expect(unused_mut, reason = "other systems keep temporary folders apart by user"))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
    builder.tempdir()
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn nobody_else_looks_into_it() {
        let folder = folder().unwrap();
        let mode = std::fs::metadata(folder.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{mode:o}");
    }
}
