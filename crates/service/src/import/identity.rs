//! A copy whose identity is in use elsewhere gets a new one (MERGE.md §7.3).

use std::ops::ControlFlow;

use dss_merge::{Clock, rebase_identity};
use dss_model::{Entity, ReplicaId, Severity, Stage};
use dss_store::{LifeFilter, OwnReplica, Row, Scan, ScanOrder};

use super::place::again;
use super::sink::Sink;
use crate::ServiceError;
use crate::summary::Finding;

/// Rows that are held at once.
const PAGE: usize = 256;

impl Sink<'_> {
    /// Gives this copy (and with it each of its sources) a new identity, and the live writes that it made under those
    /// that are `ahead` new names under the new.
    ///
    /// The archive knows writes under them that were never made here, up to the number beside each: the store was
    /// restored from a backup, or somebody works on a copy of its file. What is held here is never lost by this; it may be reported
    /// as a conflict once more.
    pub(super) fn renew_identity(&mut self, ahead: &[(OwnReplica, u64)]) -> Result<(), ServiceError> {
        self.tx.forget_identity()?;
        let first = self.tx.next_dot()?;
        let mut after = None;
        loop {
            // A page at a time: rows cannot be written while they are visited.
            let mut page: Vec<Row> = Vec::new();
            let scan = Scan { order: ScanOrder::Id, after, ..Scan::default() }.life(LifeFilter::Any);
            self.tx.scan(&scan, &mut |row| {
                after = Some(row.entity.id());
                if ahead.iter().any(|(old, _)| names(&row.entity, old.replica)) {
                    page.push(row);
                }
                if page.len() >= PAGE { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            let is_last = page.len() < PAGE;
            for row in page {
                // Names are given out per entity, as those of one edit are.
                let mut clock = Clock::new(first.replica, first.counter);
                let mut entity = row.entity.clone();
                for (old, _) in ahead {
                    entity = rebase_identity(&entity, old.replica, &mut clock)?;
                }
                self.tx.put(&again(Row { entity, ..row }))?;
            }
            if is_last {
                break;
            }
        }
        // The highest of the new names counts as issued.
        self.tx.next_dot()?;
        self.own = self.tx.own_replica()?;
        self.is_renewed = true;
        for (old, claimed) in ahead {
            self.renewed_finding(*old, *claimed);
        }
        Ok(())
    }

    fn renewed_finding(&mut self, old: OwnReplica, claimed: u64) {
        self.findings.add(Finding {
            code: "identity_renewed",
            stage: Stage::Manifest,
            severity: Severity::Warning,
            file: "manifest.json".to_owned(),
            path: String::new(),
            line: None,
            message: format!(
                "the archive knows write {claimed} of this copy, which has made {} only: the store was copied or \
                 restored, so this copy has a new identity now; edits of before may show up as conflicts once more",
                old.issued
            ),
        });
    }
}

/// Whether the entity's state has anything to do with the replica.
fn names(entity: &Entity, replica: ReplicaId) -> bool {
    let mut pairs = entity.registers().values().flat_map(dss_model::Register::pairs);
    entity.seen().get(replica) > 0 || pairs.any(|pair| pair.origin.replica == replica)
}
