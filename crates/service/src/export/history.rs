//! The audit trail of an archive: what was before, for display only.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::ops::ControlFlow;

use dss_format::history::{self, Line, PastImport, SupersededWrite};
use dss_model::{ContentHash, Dot, EntityId, RegName};
use dss_store::{HistoryRecord, ImportRecord, LifeFilter, ReadTx, Scan, ScanOrder};

use super::Export;
use crate::ServiceError;
use crate::history::nearest;

type Result<T> = std::result::Result<T, ServiceError>;

/// What tells one import from another, in the order in which they are written.
type ImportKey = (i64, String, String, String, Option<ContentHash>);

impl Export<'_> {
    /// Writes a line for each import, and one for each superseded write of what is wanted, by entity, register
    /// and write: what is known here and what archives told of, each once. Returns the number of lines.
    pub(super) fn write_history(
        &self,
        out: &mut dyn Write,
        failed: impl Fn(std::io::Error) -> ServiceError,
    ) -> Result<u64> {
        let mut count = 0_u64;
        let mut write = |line: &Line| {
            count = count.saturating_add(1);
            writeln!(out, "{}", history::encode(line)).map_err(&failed)
        };
        for import in imports(self.tx)? {
            write(&Line::Import(import))?;
        }
        let mut outcome = Ok(());
        let scan = Scan { life: LifeFilter::Any, order: ScanOrder::Id, ..Scan::default() };
        self.tx.scan(&scan, &mut |row| {
            outcome = self.wanted.has(&row).and_then(|is_wanted| {
                let writes = if is_wanted { superseded(self.tx, row.entity.id())? } else { BTreeMap::new() };
                writes.into_values().try_for_each(|superseded| write(&Line::Write(superseded)))
            });
            if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        outcome.map(|()| count)
    }
}

/// The superseded writes of one entity.
fn superseded(tx: &dyn ReadTx, entity: EntityId) -> Result<BTreeMap<(RegName, Dot), SupersededWrite>> {
    let mut writes = BTreeMap::new();
    let mut keep = |record: HistoryRecord| {
        let HistoryRecord { entity, register, pair, superseded_by, .. } = record;
        let entry = writes.entry((register.clone(), pair.dot));
        let write = entry.or_insert_with(|| SupersededWrite { entity, register, pair, superseded_by });
        write.superseded_by = nearest(write.superseded_by, superseded_by);
        ControlFlow::Continue(())
    };
    tx.history(Some(entity), &mut keep)?;
    tx.told(entity, &mut keep)?;
    Ok(writes)
}

/// The imports here and elsewhere, as far as known.
fn imports(tx: &dyn ReadTx) -> Result<Vec<PastImport>> {
    let mut keys: BTreeSet<ImportKey> = BTreeSet::new();
    tx.imports(&mut |entry| {
        keys.insert(key(entry.record));
        ControlFlow::Continue(())
    })?;
    tx.told_imports(&mut |record| {
        keys.insert(key(record));
        ControlFlow::Continue(())
    })?;
    let import =
        |(at_ms, by, action, source, export_hash)| PastImport { at_ms, by, action, source, export_hash };
    Ok(keys.into_iter().map(import).collect())
}

/// Folders are this machine's business.
fn key(record: ImportRecord) -> ImportKey {
    let ImportRecord { at_ms, by, action, source, hash, report: _ } = record;
    let name = source.rsplit(['/', '\\']).find(|name| !name.is_empty()).unwrap_or_default().to_owned();
    (at_ms, by, action, name, hash)
}
