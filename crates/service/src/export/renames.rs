//! Entities that show under another path than their own, because another one of their set shows there (MERGE.md §6).

use std::collections::HashSet;
use std::ops::ControlFlow;

use dss_model::{EntityId, Kind, TokenPath};
use dss_store::{Duplicate, ReadTx};

use crate::ServiceError;
use crate::import::temporary_file;
use crate::spill::{Spill, Table};

/// An id, and which of its names is free: 0 for the first.
const RECORD: usize = 20;

/// Who shows under another path. Held on disk when there are very many.
#[derive(Debug)]
pub(super) struct Renames(Table<RECORD>);

impl Renames {
    /// Finds them: at each path of a set the smallest id stays, but a group before any token, since what stands in it
    /// names it.
    pub(super) fn find(tx: &dyn ReadTx) -> Result<Self, ServiceError> {
        let mut finder = Finder { tx, spill: Spill::default(), keeper: None, given: HashSet::new() };
        let mut failed = Ok(());
        tx.duplicates(&mut |duplicate| {
            failed = finder.take(duplicate);
            if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        failed?;
        finder.spill.into_table().map(Self).map_err(temporary_file)
    }

    /// Whether everything shows at its own path.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The path that the entity `id` shows at, if it is not its own.
    pub(super) fn get(&self, id: EntityId, own: &str) -> Result<Option<TokenPath>, ServiceError> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let record = self.0.find(id).map_err(temporary_file)?;
        let attempt = record.and_then(|record| record.last_chunk::<4>().copied()).map(u32::from_be_bytes);
        Ok(attempt.map(|attempt| shown_path(id, own, attempt)))
    }
}

struct Finder<'a> {
    tx: &'a dyn ReadTx,
    spill: Spill<RECORD>,
    /// Who stays, of those at the path at hand.
    keeper: Option<Duplicate>,
    /// Paths that others at the path at hand have got.
    given: HashSet<TokenPath>,
}

impl Finder<'_> {
    fn take(&mut self, duplicate: Duplicate) -> Result<(), ServiceError> {
        match &mut self.keeper {
            Some(keeper) if (keeper.set, &keeper.path) == (duplicate.set, &duplicate.path) => {
                let is_stronger = duplicate.kind == Kind::Group && keeper.kind != Kind::Group;
                let other = if is_stronger { std::mem::replace(keeper, duplicate) } else { duplicate };
                self.rename(&other)
            }
            _ => {
                self.keeper = Some(duplicate);
                self.given.clear();
                Ok(())
            }
        }
    }

    fn rename(&mut self, duplicate: &Duplicate) -> Result<(), ServiceError> {
        let mut attempt = 0_u32;
        loop {
            let path = shown_path(duplicate.id, &duplicate.path, attempt);
            if !self.given.contains(&path) && !self.tx.is_taken(duplicate.set, path.as_str())? {
                self.given.insert(path);
                break;
            }
            // There are not as many names as that.
            attempt = attempt.saturating_add(1);
        }
        let mut record = [0_u8; RECORD];
        let number = attempt.to_be_bytes();
        for (to, from) in record.iter_mut().zip(duplicate.id.to_bytes().iter().chain(&number)) {
            *to = *from;
        }
        self.spill.push(record).map_err(temporary_file)
    }
}

/// The path of an entity whose own one another shows: `name~1a2b3c`, with digits of its id's SHA-256. Should that be
/// taken, numbers from 2 on tell it apart.
fn shown_path(id: EntityId, own: &str, attempt: u32) -> TokenPath {
    let own = TokenPath::parse(own).unwrap_or_default();
    let suffix = dss_merge::short(id);
    // `$root~…` would not be the name of a token, and `root~…` may be that of another.
    let mut name = match own.name().unwrap_or_default().as_ref() {
        "$root" => format!("root~{suffix}-1"),
        name => format!("{name}~{suffix}"),
    };
    if attempt > 0 {
        name.push_str(&format!("-{}", u64::from(attempt).saturating_add(1)));
    }
    own.parent().unwrap_or_default().child(&name)
}
