//! Preview tokens: what an import would do, in one hash (MERGE.md §11).

use std::borrow::Cow;

use dss_model::{ContentHash, Entity, EntityId, ProjectName, Value};
use dss_security::Sha256Digest;

use super::sink::{Mode, Sink};
use crate::ServiceError;
use crate::conflict::plain;
use crate::options::ImportOptions;

/// A hash over the input, how it is imported, and every entity that this changes: its state before, and what it
/// shows afterwards. What the import leaves alone may change in the meantime.
#[derive(Clone, Copy, Debug)]
pub(super) struct Preview(Sha256Digest);

impl Preview {
    pub(super) fn new(
        project: &ProjectName,
        mode: Mode,
        input: Option<ContentHash>,
        options: &ImportOptions,
    ) -> Self {
        let how = format!(
            "{project} {mode:?} {input:?} {} {:?} {:?} {:?}",
            options.on_conflict.name(),
            options.granularity,
            options.skew,
            options.hold
        );
        Self(Sha256Digest::of(how.as_bytes()))
    }

    fn add(&mut self, before: Option<[u8; 16]>, after: &Entity) {
        let mut all = self.0.0.to_vec();
        all.extend_from_slice(&after.id().to_bytes());
        all.extend_from_slice(&before.unwrap_or_default());
        all.extend_from_slice(after.open_conflicts().to_string().as_bytes());
        // As it is spelled: the same input is spelled the same.
        for (name, value) in dss_merge::project(after) {
            let text = match value {
                Value::Json(text) => Cow::Borrowed(text.as_str()),
                other => Cow::Owned(plain(other)),
            };
            for part in [name.as_str(), &text] {
                all.extend_from_slice(&part.len().to_be_bytes());
                all.extend_from_slice(part.as_bytes());
            }
        }
        self.0 = Sha256Digest::of(&all);
    }

    /// What one write brings into a new project.
    pub(super) fn add_new(&mut self, id: EntityId, registers: &[u8]) {
        let mut all = self.0.0.to_vec();
        all.extend_from_slice(&id.to_bytes());
        all.extend_from_slice(registers);
        self.0 = Sha256Digest::of(&all);
    }

    /// The token: half of the hash, which is enough to tell previews apart.
    pub(super) fn token(self) -> String {
        let mut token = self.0.to_string();
        token.truncate(32);
        token
    }
}

impl Sink<'_> {
    /// Notes that the import is about to bring an entity into that state.
    pub(super) fn touch(&mut self, entity: &Entity) -> Result<(), ServiceError> {
        let Some(preview) = &mut self.preview else { return Ok(()) };
        let before = match self.mode {
            // Looking things up would end the bulk load.
            Mode::New => None,
            Mode::Replace | Mode::Merge => self.tx.state_hash(entity.id())?,
        };
        preview.add(before, entity);
        Ok(())
    }

    /// The preview's token, if one was wanted and this import can be had twice.
    pub(super) fn token(&self) -> Option<String> {
        self.preview.filter(|_| !self.is_renewed).map(Preview::token)
    }
}
