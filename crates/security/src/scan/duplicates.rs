//! B10 and P-fold: no two names may meet on a file system that folds case or normalises Unicode.
//!
//! Names are compared segment by segment after folding and sorted, so that everything below one folder is
//! neighbours: looking at neighbours finds two spellings of a folder, and a file that is also a folder.
//! Nothing is quadratic, and the keys take no more than twelve bytes for each segment, also for names that
//! grow when folded.

use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::entry::EntryInfo;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::rule::Rule;
use crate::unicode::{fold_full, fold_simple};

/// Longest folded segment that is kept as it is; a longer one becomes as many bytes of its SHA-256. A
/// collision of hashes refuses an archive without need; finding one takes about 2^44 hashes.
const KEPT_BYTES: u8 = 11;
/// Tag of a hash, where otherwise the length is.
const HASHED: u8 = 0xFF;

/// Appends tag and bytes of a segment. No key is the beginning of another, so that sorting concatenated keys
/// by their bytes sorts by segments.
fn push_key(keys: &mut Vec<u8>, folded: &str) {
    match u8::try_from(folded.len()) {
        Ok(length) if length <= KEPT_BYTES => {
            keys.push(length);
            keys.extend(folded.as_bytes());
        }
        _ => {
            keys.push(HASHED);
            keys.extend(Sha256::digest(folded).iter().take(KEPT_BYTES.into()));
        }
    }
}

/// Takes concatenated keys apart.
fn split_keys(mut keys: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let length = usize::from((*keys.first()?).min(KEPT_BYTES)).saturating_add(1);
        let (key, rest) = keys.split_at_checked(length)?;
        keys = rest;
        Some(key)
    })
}

pub(super) fn check(entries: &[EntryInfo], policy: &Policy) -> Result<(), Refusal> {
    check_folded(entries, fold_simple, Rule::Duplicate)?;
    // For ASCII both ways to fold are the same.
    if policy.fold_collisions.refuses() && entries.iter().any(|entry| !entry.name.is_ascii()) {
        check_folded(entries, fold_full, Rule::FoldCollision)?;
    }
    Ok(())
}

fn check_folded(entries: &[EntryInfo], fold: fn(&str) -> String, rule: Rule) -> Result<(), Refusal> {
    let mut keys: Vec<u8> = Vec::with_capacity(entries.iter().map(|entry| entry.name.len()).sum());
    let mut rows: Vec<(Range<usize>, &EntryInfo)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let start = keys.len();
        segments(entry).for_each(|segment| push_key(&mut keys, &fold(segment)));
        rows.push((start..keys.len(), entry));
    }
    let keys_of = |row: &(Range<usize>, _)| keys.get(row.0.clone()).unwrap_or_default();
    rows.sort_unstable_by(|one, other| {
        keys_of(one).cmp(keys_of(other)).then(one.1.index.cmp(&other.1.index))
    });
    for (one, other) in rows.iter().zip(rows.iter().skip(1)) {
        check_pair((keys_of(one), one.1), (keys_of(other), other.1), rule)?;
    }
    Ok(())
}

fn segments(entry: &EntryInfo) -> impl Iterator<Item = &str> {
    entry.name.strip_suffix('/').unwrap_or(&entry.name).split('/')
}

/// `one` sorts right before `other`, or equals it.
fn check_pair(one: (&[u8], &EntryInfo), other: (&[u8], &EntryInfo), rule: Rule) -> Result<(), Refusal> {
    let ((one_keys, one), (other_keys, other)) = (one, other);
    let shared =
        split_keys(one_keys).zip(split_keys(other_keys)).take_while(|(one, other)| one == other).count();
    let refuse = |found: &str| {
        let first = crate::error::shown(one.name.as_bytes());
        let refusal =
            Refusal::new(rule, format_args!("{found} \"{first}\" in entry {}", one.index), "different names");
        Err(refusal.in_entry(other.index, other.name.as_bytes()))
    };
    let spelled_alike = segments(one).zip(segments(other)).take(shared).all(|(one, other)| one == other);
    if one_keys == other_keys {
        // The same directory may be listed twice: it has no data that could differ.
        let harmless = one.is_dir() && other.is_dir() && spelled_alike;
        return if harmless { Ok(()) } else { refuse("the same name as") };
    }
    if other_keys.starts_with(one_keys) && !one.is_dir() {
        return refuse("a folder that is the file");
    }
    if spelled_alike { Ok(()) } else { refuse("another spelling of a folder of") }
}
