//! What somebody has not got yet.
//!
//! It is decided entity by entity. A project's highest counters say nothing about its single entities: who
//! took part of a project from somebody has seen late writes and not the early ones of what was left out
//! (MERGE.md §0). So a base archive is read, and each entity compared with what the archive holds of it.

use dss_model::{ContentHash, ObjectBuilder, Seen};
use dss_store::{ReadTx, Row, WriteTx};

use crate::ServiceError;
use crate::past::{find_import, first_change};
use crate::service::ProjectService;
use crate::{ImportOptions, Observer, options};

type Result<T> = std::result::Result<T, ServiceError>;

/// What the receiver has already.
pub(super) enum Since<'a> {
    /// Nothing, as far as is known.
    Always,
    /// Every write of these copies up to their counters.
    Context(Seen),
    /// What an archive holds.
    Archive(Box<dyn WriteTx + 'a>, ContentHash),
    /// What was here when the import had been done: its number, and the newest change.
    Import(u64, u64),
}

impl<'a> Since<'a> {
    pub(super) fn new(
        service: &'a ProjectService,
        tx: &dyn ReadTx,
        since: Option<&options::Since>,
        unpacking: &'a ImportOptions,
        observer: &'a dyn Observer,
    ) -> Result<Self> {
        match since {
            None => Ok(Self::Always),
            Some(options::Since::Context(dots)) => Ok(Self::Context(dots.iter().copied().collect())),
            Some(options::Since::Import(number)) => {
                Ok(Self::Import(*number, find_import(tx, *number)?.change_after))
            }
            Some(options::Since::Archive(path)) => {
                let (base, hash) = service.unpack(path, &tx.header()?.ids, unpacking, observer)?;
                Ok(Self::Archive(base, hash))
            }
        }
    }

    /// Whether the receiver may not have it.
    pub(super) fn has(&self, tx: &dyn ReadTx, row: &Row) -> Result<bool> {
        let entity = &row.entity;
        Ok(match self {
            Self::Always => true,
            Self::Context(seen) => !seen.dominates(entity.seen()),
            Self::Archive(base, _) => {
                let known = base.get(entity.id())?;
                known.is_none_or(|known| !known.entity.seen().dominates(entity.seen()))
            }
            Self::Import(_, change) => first_change(tx, entity.id(), *change)?.is_some(),
        })
    }

    /// Says it in an archive's selection.
    pub(super) fn write(&self, out: &mut ObjectBuilder<'_>) {
        match self {
            Self::Always => {}
            Self::Context(seen) => out.object("since", |out| {
                out.array("revisions", |list| {
                    seen.iter().for_each(|dot| list.string(&dot.to_string()));
                });
            }),
            Self::Archive(_, hash) => {
                out.object("since", |out| out.string("exportHash", &hash.to_string()));
            }
            Self::Import(number, _) => out.object("since", |out| out.integer("import", *number)),
        }
    }
}
