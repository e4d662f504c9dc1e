//! All references in one walk: each is looked at once, beside what stands at its target.
//!
//! The index of paths tells nearly everything. What waits for the type of its target, or refers to what refers further
//! itself, is noted for the steps that follow, and is little.

use std::collections::BTreeMap;

use rusqlite::params;

use super::codes;
use super::core::Core;
use crate::StoreError;

/// Types that are gathered before they are written in the order of their rows: 1 MiB.
const TYPES_MAX: usize = 1 << 16;

impl Core {
    /// Gives untyped aliases of typed tokens their types, as the first round of all; notes what is wrong with single
    /// references, and what the other steps need: `candidate`, `awaited`, `unclear`, `hop` and `namesake`.
    pub(super) fn survey(&self) -> Result<(), StoreError> {
        let mut survey = Survey { core: self, untyped: self.untyped()?, types: Vec::new() };
        for kind in [codes::ALIAS, codes::PART, codes::POINTER] {
            survey.walk(kind)?;
        }
        survey.write_types()
    }

    fn untyped(&self) -> Result<Rows, StoreError> {
        let lift = |error| self.lift(error);
        let mut untyped = Rows::default();
        let mut statement = self.prepare(include_str!("sql/untyped.sql"))?;
        let mut rows = statement.query([]).map_err(lift)?;
        while let Some(row) = rows.next().map_err(lift)? {
            untyped.insert(row.get(0).map_err(lift)?);
        }
        Ok(untyped)
    }
}

/// A reference, and the living tokens at its target.
#[derive(Debug, Default)]
struct Met {
    source: i64,
    target: String,
    kind: i64,
    expected: Option<i64>,
    tokens: Vec<Token>,
}

#[derive(Clone, Copy, Debug)]
struct Token {
    row: i64,
    type_number: Option<i64>,
    refers: bool,
}

impl Token {
    /// Whether it may get the type of what it refers to.
    const fn may_get_type(self) -> bool {
        self.type_number.is_none() && self.refers
    }
}

struct Survey<'a> {
    core: &'a Core,
    /// Living tokens without a type of their own that refer to something.
    untyped: Rows,
    /// Rows, and the types that they get.
    types: Vec<(i64, i64)>,
}

impl Survey<'_> {
    /// Looks at all references of that kind.
    fn walk(&mut self, kind: i64) -> Result<(), StoreError> {
        let lift = |error| self.core.lift(error);
        let mut statement = self.core.prepare(include_str!("sql/survey.sql"))?;
        let mut rows = statement.query([kind]).map_err(lift)?;
        let mut met = Met { kind, ..Met::default() };
        let mut is_first = true;
        while let Some(row) = rows.next().map_err(lift)? {
            let target = row.get_ref(0).and_then(|target| Ok(target.as_str()?)).map_err(lift)?;
            let (source, expected) = (row.get(1).map_err(lift)?, row.get(2).map_err(lift)?);
            if is_first || (met.source, met.expected) != (source, expected) || met.target != target {
                if !std::mem::take(&mut is_first) {
                    self.take(&met)?;
                }
                (met.source, met.expected) = (source, expected);
                met.target.clear();
                met.target.push_str(target);
                met.tokens.clear();
            }
            if let Some(number) = row.get(3).map_err(lift)? {
                let flags: i64 = row.get(5).map_err(lift)?;
                let type_number = row.get(4).map_err(lift)?;
                met.tokens.push(Token { row: number, type_number, refers: flags & codes::REFERS != 0 });
            }
        }
        if is_first { Ok(()) } else { self.take(&met) }
    }

    fn take(&mut self, met: &Met) -> Result<(), StoreError> {
        if met.tokens.is_empty() {
            return self.fault(met, codes::DANGLING, met.kind);
        }
        if met.kind == codes::POINTER {
            return Ok(());
        }
        if let Some(expected) = met.expected {
            self.compare(met, expected)?;
        }
        if met.kind == codes::ALIAS && self.untyped.contains(met.source) {
            self.find_type(met)?;
        }
        if met.tokens.iter().any(|token| token.refers) {
            self.note_hop(met)?;
        }
        Ok(())
    }

    fn fault(&self, met: &Met, what: i64, detail: i64) -> Result<(), StoreError> {
        let fault = params![met.source, what, met.target, detail];
        self.core.run("INSERT OR IGNORE INTO fault VALUES (?1, ?2, ?3, ?4)", fault).map(drop)
    }

    /// Whether any of the tokens has the type needed, or none at all.
    fn compare(&self, met: &Met, expected: i64) -> Result<(), StoreError> {
        let fits = |token: &Token| token.type_number.map_or(!token.refers, |number| number == expected);
        if met.tokens.iter().any(fits) {
            return Ok(());
        }
        if met.tokens.iter().any(|token| token.may_get_type()) {
            let unclear = params![met.source, met.target, met.kind, expected];
            return self.core.run("INSERT INTO temp.unclear VALUES (?1, ?2, ?3, ?4)", unclear).map(drop);
        }
        self.fault(met, codes::MISMATCH, expected)
    }

    /// The first alias of a token, by its target, whose target has a type gives it that type.
    fn find_type(&mut self, met: &Met) -> Result<(), StoreError> {
        let mut types = met.tokens.iter().filter_map(|token| token.type_number);
        let Some(first) = types.next() else {
            let is_shared = met.tokens.len() > 1;
            for token in met.tokens.iter().filter(|token| token.may_get_type()) {
                let awaited = params![met.source, token.row, met.target, is_shared];
                self.core.run("INSERT INTO temp.awaited VALUES (?1, ?2, ?3, ?4)", awaited)?;
            }
            return Ok(());
        };
        if types.all(|other| other == first) {
            self.types.push((met.source, first));
            return if self.types.len() < TYPES_MAX { Ok(()) } else { self.write_types() };
        }
        // Which of them it is takes a closer look.
        self.write_types()?;
        let sql = "INSERT OR IGNORE INTO temp.candidate SELECT ?1, ?2, NULL, NULL
            WHERE NOT EXISTS (SELECT 1 FROM resolved_type y WHERE y.row = ?1)";
        self.core.run(sql, params![met.source, met.target]).map(drop)
    }

    fn write_types(&mut self) -> Result<(), StoreError> {
        // What came first stays the first of its row.
        self.types.sort_by_key(|(row, _)| *row);
        let mut statement = self.core.prepare(
            "INSERT OR IGNORE INTO resolved_type SELECT ?1, ?2, 1
             WHERE NOT EXISTS (SELECT 1 FROM temp.candidate c WHERE c.source = ?1)",
        )?;
        for (row, type_number) in self.types.drain(..) {
            statement.execute([row, type_number]).map_err(|error| self.core.lift(error))?;
        }
        Ok(())
    }

    /// A reference to what refers further.
    fn note_hop(&self, met: &Met) -> Result<(), StoreError> {
        let Some(node) = met.tokens.iter().map(|token| token.row).min() else { return Ok(()) };
        self.core.run("INSERT INTO temp.hop VALUES (?1, ?2)", [met.source, node])?;
        if met.tokens.len() > 1 {
            for token in met.tokens.iter().filter(|token| token.refers) {
                self.core.run("INSERT OR IGNORE INTO temp.namesake VALUES (?1, ?2)", [token.row, node])?;
            }
        }
        Ok(())
    }
}

/// Numbers of rows, a bit for each: in a large project there are many, and nearly all close together.
#[derive(Debug, Default)]
struct Rows(BTreeMap<i64, [u64; 64]>);

impl Rows {
    /// Which block, which word in it, and which bit in that.
    fn place(row: i64) -> (i64, usize, u64) {
        let word = usize::try_from((row >> 6) & 63).unwrap_or(0);
        (row >> 12, word, 1 << (row & 63))
    }

    fn insert(&mut self, row: i64) {
        let (block, word, bit) = Self::place(row);
        if let Some(word) = self.0.entry(block).or_insert([0; 64]).get_mut(word) {
            *word |= bit;
        }
    }

    fn contains(&self, row: i64) -> bool {
        let (block, word, bit) = Self::place(row);
        self.0.get(&block).and_then(|words| words.get(word)).is_some_and(|word| word & bit != 0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn rows_are_found_again(rows: BTreeSet<i64>, near in prop::collection::btree_set(-200..5_000_i64, 0..99)) {
            let mut bits = Rows::default();
            rows.iter().chain(&near).for_each(|row| bits.insert(*row));
            for row in rows.iter().copied().chain(-210..5_010) {
                prop_assert_eq!(bits.contains(row), rows.contains(&row) || near.contains(&row));
            }
        }
    }
}
