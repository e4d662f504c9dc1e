//! Numbers that stand for our enumerations in the file, and 64-bit numbers in SQLite's.

use dss_model::Kind;

use crate::ReferenceKind;

pub(super) const ALIVE: i64 = 1;
pub(super) const VALID: i64 = 2;
/// It has references that resolving has to follow further: a token's aliases and parts, a group's extends.
pub(super) const REFERS: i64 = 4;

/// Part of the file format: places never change, new kinds go to the end.
const KINDS: [Kind; 9] = [
    Kind::Project,
    Kind::TokenSet,
    Kind::Group,
    Kind::Token,
    Kind::Layer,
    Kind::ThemeGroup,
    Kind::Theme,
    Kind::Component,
    Kind::Asset,
];

/// Codes of the two kinds that SQL has to know.
pub(super) const GROUP: i64 = 2;
pub(super) const TOKEN: i64 = 3;

/// Codes of kinds of references, which SQL has to know as well.
pub(super) const ALIAS: i64 = 0;
pub(super) const PART: i64 = 1;
pub(super) const POINTER: i64 = 2;
const EXTENDS: i64 = 3;

/// What may be wrong with a reference: nothing stands at its target, or something of another type than the one needed.
pub(super) const DANGLING: i64 = 0;
pub(super) const MISMATCH: i64 = 1;

/// The kind's number; -1, which no row has, for a kind this store does not know.
pub(super) fn kind_code(kind: Kind) -> i64 {
    let place = KINDS.iter().position(|known| *known == kind);
    place.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
}

/// The kind of that number.
pub(super) fn kind(code: i64) -> Option<Kind> {
    KINDS.get(usize::try_from(code).ok()?).copied()
}

/// The reference kind's number, as `sql/project_tables.sql` says.
pub(super) const fn reference_code(kind: ReferenceKind) -> i64 {
    match kind {
        ReferenceKind::Alias => ALIAS,
        ReferenceKind::Part => PART,
        ReferenceKind::Pointer => POINTER,
        ReferenceKind::Extends => EXTENDS,
    }
}

/// The reference kind of that number.
pub(super) const fn reference_kind(code: i64) -> Option<ReferenceKind> {
    match code {
        ALIAS => Some(ReferenceKind::Alias),
        PART => Some(ReferenceKind::Part),
        POINTER => Some(ReferenceKind::Pointer),
        EXTENDS => Some(ReferenceKind::Extends),
        _ => None,
    }
}

/// A counter as SQLite's integer: counters stay below 2^53.
pub(super) fn narrow(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}

/// A counter from SQLite's integer.
pub(super) fn wide(stored: i64) -> u64 {
    u64::try_from(stored).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_number() {
        for kind_ in Kind::ALL {
            assert_eq!(kind(kind_code(kind_)), Some(kind_));
        }
        assert_eq!((kind(GROUP), kind(TOKEN)), (Some(Kind::Group), Some(Kind::Token)));
        for code in 0..4 {
            assert_eq!(reference_kind(code).map(reference_code), Some(code));
        }
    }
}
