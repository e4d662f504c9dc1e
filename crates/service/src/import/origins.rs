//! Where in the input entities came from: what is wrong with them may turn out only when all is read.

use dss_model::EntityId;

use super::sink::temporary_file;
use crate::ServiceError;
use crate::spill::{Fields, Spill, Table};

/// An id, the number of a file, a line.
const RECORD: usize = 28;

/// Origins by id, on disk when they are many. All are noted before the first one is looked for.
#[derive(Debug, Default)]
pub(super) struct Origins {
    files: Vec<String>,
    noted: Spill<RECORD>,
    sorted: Option<Table<RECORD>>,
}

impl Origins {
    /// `id` stands in `file`, at `line` (from 1).
    pub(super) fn add(&mut self, id: EntityId, file: &str, line: u64) -> Result<(), ServiceError> {
        // Files come one after the other.
        if self.files.last().is_none_or(|last| last != file) {
            self.files.push(file.to_owned());
        }
        let number = u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX);
        let record = Fields::new().put(&id.to_bytes()).number(number).put(&line.to_be_bytes());
        self.noted.push(record.record()).map_err(temporary_file)
    }

    /// The file and line (from 1) that `id` came from, if it was noted.
    pub(super) fn find(&mut self, id: EntityId) -> Result<Option<(String, u64)>, ServiceError> {
        let record = self.sorted()?.find(id).map_err(temporary_file)?;
        Ok(record.and_then(|record| self.read(&record)))
    }

    /// The first two places of an id that came more than once.
    pub(super) fn both(&mut self, id: EntityId) -> Result<Vec<(String, u64)>, ServiceError> {
        let records = self.sorted()?.find_some(id, 2).map_err(temporary_file)?;
        Ok(records.iter().filter_map(|record| self.read(record)).collect())
    }

    fn sorted(&mut self) -> Result<&Table<RECORD>, ServiceError> {
        let sorted = match self.sorted.take() {
            Some(sorted) => sorted,
            None => std::mem::take(&mut self.noted).into_table().map_err(temporary_file)?,
        };
        Ok(self.sorted.insert(sorted))
    }

    fn read(&self, record: &[u8; RECORD]) -> Option<(String, u64)> {
        let number = record.get(16..20).and_then(|bytes| bytes.first_chunk()).copied();
        let number = number.map(u32::from_be_bytes).and_then(|number| usize::try_from(number).ok());
        let line = record.last_chunk().copied().map(u64::from_be_bytes).unwrap_or_default();
        number.and_then(|number| self.files.get(number)).map(|file| (file.clone(), line))
    }
}
