//! Where in the input entities came from: what is wrong with them may turn out only when all is read.

use dss_model::EntityId;

use super::sink::temporary_file;
use crate::ServiceError;
use crate::spill::{Fields, Spill, Table};

/// An id, the number of a file, a line.
const RECORD: usize = 28;

/// Collects origins, on disk when they are many.
#[derive(Debug, Default)]
pub(super) struct OriginsBuilder {
    files: Vec<String>,
    records: Spill<RECORD>,
}

impl OriginsBuilder {
    /// `id` stands in `file`, at `line` (from 1).
    pub(super) fn add(&mut self, id: EntityId, file: &str, line: u64) -> Result<(), ServiceError> {
        // Files come one after the other.
        if self.files.last().is_none_or(|last| last != file) {
            self.files.push(file.to_owned());
        }
        let number = u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let record = Fields::new().put(&id.to_bytes()).number(number).put(&line.to_be_bytes());
        self.records.push(record.record()).map_err(temporary_file)
    }

    pub(super) fn into_origins(self) -> Result<Origins, ServiceError> {
        let records = self.records.into_table().map_err(temporary_file)?;
        Ok(Origins { files: self.files, records })
    }
}

/// Origins by id.
#[derive(Debug)]
pub(super) struct Origins {
    files: Vec<String>,
    records: Table<RECORD>,
}

impl Origins {
    /// The file and line (from 1) that `id` came from, if it was noted.
    pub(super) fn find(&self, id: EntityId) -> Result<Option<(String, u64)>, ServiceError> {
        let record = self.records.find(id).map_err(temporary_file)?;
        Ok(record.and_then(|record| self.read(&record)))
    }

    /// The first two places of an id that came more than once.
    pub(super) fn both(&self, id: EntityId) -> Result<Vec<(String, u64)>, ServiceError> {
        let records = self.records.find_some(id, 2).map_err(temporary_file)?;
        Ok(records.iter().filter_map(|record| self.read(record)).collect())
    }

    fn read(&self, record: &[u8; RECORD]) -> Option<(String, u64)> {
        let number = record.get(16..20).and_then(|bytes| bytes.first_chunk()).copied();
        let number = number.map(u32::from_be_bytes).and_then(|number| usize::try_from(number).ok());
        let line = record.last_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
        number.and_then(|number| self.files.get(number)).map(|file| (file.clone(), line))
    }
}
