//! Names of entries: what is accepted is the same file below the same folder on every system.

use std::path::{Component, Path};

use dss_security::{EntryPath, Limits, OpenOptions, Policy};
use unicode_normalization::UnicodeNormalization;

/// Checks `data` as the name of a file.
///
/// # Panics
/// If an accepted name leaves its folder, means something else on Windows, or is not accepted a second time.
pub fn name_rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(path) = EntryPath::parse(text) else { return };
    assert_eq!(path.as_str(), text, "names are refused, never changed");
    assert_eq!(path.to_string().parse().as_ref(), Ok(&path));
    let upload = OpenOptions::upload();
    EntryPath::parse_with(text, &upload.limits, &upload.policy).expect("a more generous policy");

    let root = Path::new("/root/folder");
    let joined = path.join_under(root);
    let below = joined.strip_prefix(root).expect("a joined path is below its root");
    let parts: Vec<_> = below.components().collect();
    assert!(parts.iter().all(|part| matches!(part, Component::Normal(_))), "{text}: not plain names");
    assert_eq!(parts.len(), path.segments().count(), "{text}: other segments");

    // macOS stores names taken apart, Linux as they come: both spellings must be one harmless name.
    let roomy = Limits::default().with_name_bytes(1 << 20).with_segment_bytes(1 << 20);
    let composed: String = text.nfc().collect();
    let again =
        EntryPath::parse_with(&composed, &roomy, &Policy::strict()).expect("its NFC is a good name, too");
    assert_eq!(again.segments().count(), path.segments().count(), "{text}: NFC makes other segments");

    for segment in path.segments() {
        EntryPath::parse(segment).expect("every part of a good name is one");
        assert!(!segment.contains(['\\', ':', '*', '?', '"', '<', '>', '|', '\0']), "{segment:?}");
        assert!(!segment.ends_with(['.', ' ']), "{segment:?}: Windows drops the end");
        // Windows drops spaces around it, and no other white space.
        let stem = segment.split('.').next().unwrap_or_default().trim_matches(' ').to_ascii_uppercase();
        let is_port =
            |name: &str| stem.strip_prefix(name).is_some_and(|end| end.len() == 1 && end.is_ascii());
        let is_device = matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
            || ((is_port("COM") || is_port("LPT")) && stem.ends_with(|end: char| end.is_ascii_digit()));
        assert!(!is_device, "{segment:?}: a device on Windows");
    }
    assert_eq!(path.file_name(), path.segments().next_back().unwrap_or_default());
}

pub(crate) fn made() -> Vec<Vec<u8>> {
    let long =
        ["a".repeat(255), "a".repeat(256), format!("{}x", "d/".repeat(31)), format!("{}x", "d/".repeat(32))];
    long.into_iter().map(String::into_bytes).collect()
}
