//! The suite `nst/JSONTestSuite` (MIT): what must be read is read, what must be refused is refused.

use std::path::{Path, PathBuf};

use dss_model::{JsonErrorKind, JsonLimits, JsonText};

/// The suite's files, or `None`, said aloud, where the shared data is not at hand.
#[expect(clippy::print_stderr, reason = "a skipped test must not look like one that passed")]
fn files() -> Option<Vec<PathBuf>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(3)?.join("shared");
    let shared = std::env::var_os("DSS_SHARED").map_or(beside, PathBuf::from);
    let folder = shared.join("data/json/test_parsing");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!(
            "SKIPPED: {} is missing; set DSS_SHARED to the folder with the shared data",
            folder.display()
        );
        return None;
    };
    Some(entries.filter_map(Result::ok).map(|entry| entry.path()).collect())
}

#[test]
fn json_test_suite() {
    let Some(files) = files() else { return };
    let (mut read, mut refused) = (0_u32, 0_u32);
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let result = JsonText::parse(&bytes, &JsonLimits::default());
        match name.as_bytes() {
            // Valid JSON that names a key twice: read only by those who asked to lose one of the values.
            _ if name.starts_with("y_object_duplicated_key") => {
                assert!(matches!(result.unwrap_err().kind, JsonErrorKind::DuplicateKey(_)), "{name}");
                let mut lenient = JsonLimits::default();
                lenient.unique_keys = false;
                assert!(JsonText::parse(&bytes, &lenient).is_ok(), "{name}");
            }
            [b'y', ..] => {
                assert!(result.is_ok(), "{name} must be read: {result:?}");
                read = read.saturating_add(1);
            }
            [b'n', ..] => {
                assert!(result.is_err(), "{name} must be refused");
                refused = refused.saturating_add(1);
            }
            _ => {}
        }
    }
    assert!(read > 90 && refused > 180, "the suite is not whole: {read} read, {refused} refused");
    println!("JSONTestSuite: {read} read, {refused} refused");
}
