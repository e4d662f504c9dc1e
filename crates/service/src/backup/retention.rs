//! Which backups stay.

use std::path::Path;

use super::files::Folder;
use super::manifest::Manifest;
use super::{BackupOptions, Result};

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Removes backups of that store that nothing keeps; returns how many are left, and the names of those that are gone.
///
/// The new backup stays, for it has just been checked, and so does whatever is not a backup of this store: another
/// store's, one that cannot be read, anything else that bears such a name.
pub(super) fn apply(
    folder: &Folder,
    new: &str,
    store: &Path,
    options: &BackupOptions,
    now_ms: i64,
) -> Result<(u64, Vec<String>)> {
    let mut backups = folder.backups()?;
    backups
        .retain(|(_, name)| Manifest::read(&folder.join(name)).is_ok_and(|manifest| manifest.is_of(store)));
    // The newest first; a clock that was set back does not make the new one old.
    backups.sort_by_key(|(taken_ms, name)| (name != new, std::cmp::Reverse(*taken_ms)));
    let mut kept = 0_u64;
    let mut removed = Vec::new();
    for (taken_ms, name) in backups {
        if name == new || is_kept(options, kept, now_ms.saturating_sub(taken_ms)) {
            kept = kept.saturating_add(1);
        } else {
            folder.remove(&name)?;
            removed.push(name);
        }
    }
    Ok((kept, removed))
}

/// Whether a backup of that age stays that has so many newer ones.
fn is_kept(options: &BackupOptions, newer: u64, age_ms: i64) -> bool {
    let BackupOptions { keep, keep_days } = *options;
    let is_young = |days: u64| age_ms < i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY_MS);
    (keep.is_none() && keep_days.is_none())
        || keep.is_some_and(|keep| newer < keep)
        || keep_days.is_some_and(is_young)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backup_goes_when_nothing_keeps_it() {
        let options = |keep, keep_days| BackupOptions { keep, keep_days };
        for (options, newer, days, expected) in [
            (options(None, None), 1_000, 1_000, true),
            (options(Some(2), None), 1, 1_000, true),
            (options(Some(2), None), 2, 0, false),
            (options(None, Some(7)), 100, 6, true),
            (options(None, Some(7)), 1, 7, false),
            (options(Some(2), Some(7)), 5, 6, true),
            (options(Some(2), Some(7)), 1, 30, true),
            (options(Some(2), Some(7)), 2, 7, false),
            (options(None, Some(u64::MAX)), 9, 100_000, true),
        ] {
            assert_eq!(is_kept(&options, newer, days * DAY_MS), expected, "{options:?}, {newer}, {days}");
        }
    }
}
