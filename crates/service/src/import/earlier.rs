//! A project as it was, as a project that nobody else will see: for looking at it like at any other.

use std::ops::ControlFlow;

use dss_model::Kind;
use dss_store::{Columns, NewProject, ReadTx, Row, Scan, ScanOrder, WriteTx};

use super::facts::Facts;
use super::sink::{Mode, Sink};
use crate::observer::Observer;
use crate::options::ImportOptions;
use crate::past::{Moment, Past};
use crate::service::ProjectService;
use crate::{Phase, Progress, ServiceError};

type Result<T> = std::result::Result<T, ServiceError>;

/// Rows that are looked at a second time at once.
const PAGE: usize = 1_000;

impl ProjectService {
    /// The project as it was at that moment: every entity, with the types that its tokens had. Contents of
    /// assets stay where they are, and nothing has a place in a document.
    pub(crate) fn earlier<'s>(
        &'s self,
        now: &dyn ReadTx,
        moment: Moment,
        options: &'s ImportOptions,
        observer: &'s dyn Observer,
    ) -> Result<Box<dyn WriteTx + 's>> {
        observer.progress(Progress { phase: Phase::Reading, done: 0, total: None });
        let header = now.header()?;
        let project = NewProject::copy_of(header.ids, header.created_at_ms);
        let scratch = self.store.scratch(&project)?;
        let mut sink = Sink::new(scratch, Mode::New, project.ids.id(), options, observer, self.stamp());
        Past::at(now, moment)?.entities(&mut |entity| {
            if observer.is_cancelled() {
                return Err(ServiceError::Cancelled);
            }
            sink.put(entity, Facts { is_valid: true, ..Facts::default() })
        })?;
        sink.tx.finish_load()?;
        sink.tell_types()?;
        Ok(sink.into_summary()?.0)
    }
}

impl Sink<'_> {
    /// Tells the types of all tokens, now that their groups are there.
    fn tell_types(&mut self) -> Result<()> {
        let mut after = None;
        loop {
            let mut page: Vec<Row> = Vec::with_capacity(PAGE);
            let scan = Scan { after, ..Scan::kinds(&[Kind::Token]).by(ScanOrder::Id) };
            self.tx.scan(&scan, &mut |row| {
                page.push(row);
                if page.len() < PAGE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            })?;
            let Some(last) = page.last() else { break };
            after = Some(last.entity.id());
            for Row { entity, columns, .. } in page {
                let Facts { token_type, is_valid, references, .. } = self.facts(&entity, Vec::new())?;
                let columns = Columns { token_type, valid: is_valid, ..columns };
                self.tx.put(&Row { entity, columns, references })?;
            }
        }
        Ok(self.tx.resolve_references(&mut |_| ControlFlow::Continue(()))?)
    }
}
