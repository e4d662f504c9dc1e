//! Findings that the rest of the input may clear up, however many: on disk when they are many.

use std::io;

use dss_model::{EntityId, Severity, Stage};
use serde::{Deserialize, Serialize};

use crate::FINDING_CODES;
use crate::spill::IdSpill;
use crate::summary::Finding;
use crate::tape::Tape;

/// What is in doubt, and what of it is not any more.
#[derive(Debug, Default)]
pub(super) struct Doubts {
    noted: Tape<Doubt>,
    cleared: IdSpill,
}

/// A finding of the stage `schema` about an item.
#[derive(Debug, Serialize, Deserialize)]
struct Doubt {
    number: u64,
    id: String,
    code: String,
    is_error: bool,
    file: String,
    path: String,
    line: Option<u64>,
    message: String,
}

impl Doubts {
    pub(super) fn add(&mut self, number: u64, id: EntityId, finding: &Finding) -> io::Result<()> {
        let Finding { code, stage: _, severity, file, path, line, message } = finding.clone();
        let (id, is_error) = (id.to_string(), severity == Severity::Error);
        self.noted.push(&Doubt { number, id, code: code.to_owned(), is_error, file, path, line, message })
    }

    pub(super) fn clear_up(&mut self, id: EntityId) -> io::Result<()> {
        if self.noted.is_empty() { Ok(()) } else { self.cleared.add(id) }
    }

    /// The findings that nothing has cleared up, with their numbers, in the order of these.
    pub(super) fn left(self) -> io::Result<impl Iterator<Item = io::Result<(u64, Finding)>>> {
        let cleared = self.cleared.into_table()?;
        Ok(self.noted.play()?.filter_map(move |doubt| {
            let found = doubt.and_then(|doubt| {
                let is_cleared = cleared.find(doubt.id()?)?.is_some();
                if is_cleared { Ok(None) } else { doubt.into_finding().map(Some) }
            });
            found.transpose()
        }))
    }
}

impl Doubt {
    fn id(&self) -> io::Result<EntityId> {
        self.id.parse().map_err(|_| io::Error::other(format!("\"{}\" was noted as an id", self.id)))
    }

    fn into_finding(self) -> io::Result<(u64, Finding)> {
        let mut known = FINDING_CODES.iter().chain(dss_format::FINDING_CODES).map(|entry| entry.code);
        let code = known.find(|code| *code == self.code);
        let code = code.ok_or_else(|| io::Error::other(format!("\"{}\" was noted as a code", self.code)))?;
        let severity = if self.is_error { Severity::Error } else { Severity::Warning };
        let Self { number, file, path, line, message, .. } = self;
        Ok((number, Finding { code, stage: Stage::Schema, severity, file, path, line, message }))
    }
}
