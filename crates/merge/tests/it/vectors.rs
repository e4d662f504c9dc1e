//! The hand-reviewed vectors of MERGE.md §13.
#![expect(clippy::disallowed_methods, reason = "tests read their vectors")]

use std::path::PathBuf;

use serde_json::Value as Json;

use crate::vector::check;

/// The folder that the project shares: `DSS_SHARED`, or `shared` beside the workspace.
pub(crate) fn shared() -> PathBuf {
    std::env::var("DSS_SHARED")
        .map_or_else(|_| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
}

#[test]
fn every_vector_holds() {
    let folder = shared().join("data/merge");
    let Ok(files) = std::fs::read_dir(&folder) else {
        println!("SKIPPED: no vectors in {}", folder.display());
        return;
    };
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    paths.sort();
    let mut failures = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let vector: Json = serde_json::from_str(&text).unwrap();
        failures.extend(check(&vector).err());
    }
    assert!(!paths.is_empty());
    println!("{} of {} vectors hold", paths.len() - failures.len(), paths.len());
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
