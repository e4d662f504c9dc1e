//! The identity under which a copy writes (MERGE.md §7).

use dss_model::ReplicaId;
use uuid::Uuid;

use super::super::witness::Witness;
use super::{Target, WriteTransaction};
use crate::{OwnReplica, StoreError};

/// What is known about the copy's identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// What the file says, not checked yet.
    Unchecked,
    /// The next write mints one.
    None,
    /// The witness vouched for it, or it was minted in this transaction.
    Valid(OwnReplica),
}

impl WriteTransaction<'_> {
    /// The identity, if the file has one and its witness vouches for it.
    pub(super) fn checked_own(&mut self) -> Result<Own, StoreError> {
        if self.own == Own::Unchecked {
            self.own = match (&self.target, self.core.stored_own()?) {
                (Target::Existing { store, .. }, Some(own)) => {
                    let path = &self.core.place.path;
                    let expected = Witness::of(path, own.replica, self.issued_at_all(own)?);
                    let vouched = expected.is_some() && expected == store.witnesses.get(path);
                    if vouched { Own::Valid(own) } else { Own::None }
                }
                _ => Own::None,
            };
        }
        Ok(self.own)
    }

    /// The identity; minted, for the copy and for all of its sources, if there was none.
    pub(super) fn ensure_own(&mut self) -> Result<OwnReplica, StoreError> {
        match self.checked_own()? {
            Own::Valid(own) => Ok(own),
            Own::Unchecked | Own::None => {
                let replica = ReplicaId::from_bytes(Uuid::new_v4().into_bytes());
                let own = OwnReplica { replica, issued: 0 };
                self.core.forget_source_replicas()?;
                self.own = Own::Valid(own);
                Ok(own)
            }
        }
    }

    /// What the witness has to know: the highest counter that was issued, for the copy or a source.
    pub(super) fn issued_at_all(&self, own: OwnReplica) -> Result<u64, StoreError> {
        Ok(own.issued.max(self.core.issued_for_sources()?))
    }
}
