//! B10 and P-fold: no two names may meet on a file system that folds case or normalises Unicode.
//!
//! Names are compared segment by segment after folding and sorted, so that everything below one folder is neighbours:
//! looking at neighbours finds two spellings of a folder, and a file that is also a folder. Each folded segment becomes
//! a key of 12 bytes (itself, or a hash), so that memory stays below the size of the directory even for names that
//! grow when folded, and nothing is quadratic.

use std::cmp::Ordering;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use crate::entry::EntryInfo;
use crate::error::Refusal;
use crate::policy::Policy;
use crate::rule::Rule;
use crate::unicode::{fold_full, fold_simple};

/// A folded segment: its length and up to 11 bytes, or 0xFF and 88 bits of its SHA-256. A collision of hashes refuses
/// an archive without need; finding one takes about 2^44 hashes.
type Key = [u8; 12];

fn key_of(folded: &str) -> Key {
    let mut key = [0; 12];
    let digest;
    let (tag, bytes) = if let Ok(length @ 0..=11) = u8::try_from(folded.len()) {
        (length, folded.as_bytes())
    } else {
        digest = Sha256::digest(folded);
        (0xFF, digest.as_slice())
    };
    let [first, rest @ ..] = &mut key;
    *first = tag;
    rest.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    key
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
    let count = entries.iter().map(|entry| segments(entry).count()).sum();
    let mut keys: Vec<Key> = Vec::with_capacity(count);
    let mut rows: Vec<(Range<usize>, &EntryInfo)> = Vec::with_capacity(entries.len());
    for entry in entries {
        let start = keys.len();
        keys.extend(segments(entry).map(|segment| key_of(&fold(segment))));
        rows.push((start..keys.len(), entry));
    }
    let keys_of = |row: &(Range<usize>, _)| keys.get(row.0.clone()).unwrap_or_default();
    rows.sort_unstable_by(|one, other| keys_of(one).cmp(keys_of(other)).then(by_index(one.1, other.1)));
    for (one, other) in rows.iter().zip(rows.iter().skip(1)) {
        check_pair((keys_of(one), one.1), (keys_of(other), other.1), rule)?;
    }
    Ok(())
}

fn by_index(one: &EntryInfo, other: &EntryInfo) -> Ordering {
    one.index.cmp(&other.index)
}

fn segments(entry: &EntryInfo) -> impl Iterator<Item = &str> {
    entry.name.strip_suffix('/').unwrap_or(&entry.name).split('/')
}

/// `one` sorts right before `other`, or equals it.
fn check_pair(one: (&[Key], &EntryInfo), other: (&[Key], &EntryInfo), rule: Rule) -> Result<(), Refusal> {
    let ((one_keys, one), (other_keys, other)) = (one, other);
    let shared = one_keys.iter().zip(other_keys).take_while(|(one, other)| one == other).count();
    let refuse = |found: &str| {
        let first = crate::error::shown(one.name.as_bytes());
        let refusal =
            Refusal::new(rule, format_args!("{found} \"{first}\" in entry {}", one.index), "different names");
        Err(refusal.in_entry(other.index, other.name.as_bytes()))
    };
    let spelled_alike = segments(one).zip(segments(other)).take(shared).all(|(one, other)| one == other);
    if shared == one_keys.len() && shared == other_keys.len() {
        // The same directory may be listed twice: it has no data that could differ.
        let harmless = one.is_dir() && other.is_dir() && spelled_alike;
        return if harmless { Ok(()) } else { refuse("the same name as") };
    }
    if shared == one_keys.len() && !one.is_dir() {
        return refuse("a folder that is the file");
    }
    if spelled_alike { Ok(()) } else { refuse("another spelling of a folder of") }
}
