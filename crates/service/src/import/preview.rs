//! Preview tokens: what an import would do, in one hash (MERGE.md §11).

use dss_model::{ContentHash, Entity, EntityId, ProjectName, Value};
use dss_security::Sha256Digest;

use super::sink::{Mode, Sink};
use crate::ServiceError;
use crate::conflict::plain;
use crate::options::ImportOptions;

/// A hash over the input, how it is imported, and every entity that this changes: its state before, and what it
/// shows afterwards. What the import leaves alone may change in the meantime.
#[derive(Debug)]
pub(super) struct Preview {
    /// Of everything before `parts`.
    hash: Sha256Digest,
    parts: Vec<u8>,
}

/// Bytes that are hashed together.
const PARTS_BYTES: usize = 16 << 10;

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
        Self { hash: Sha256Digest::of(how.as_bytes()), parts: Vec::new() }
    }

    /// Goes on with `part`. Its length says where it ends.
    fn push(&mut self, part: &[u8]) {
        self.parts.extend_from_slice(&part.len().to_be_bytes());
        self.parts.extend_from_slice(part);
        if self.parts.len() >= PARTS_BYTES {
            self.close();
        }
    }

    fn close(&mut self) {
        let all = [self.hash.0.as_slice(), &self.parts].concat();
        self.hash = Sha256Digest::of(&all);
        self.parts.clear();
    }

    fn add(&mut self, before: Option<[u8; 16]>, after: &Entity) {
        self.push(&after.id().to_bytes());
        self.push(&before.unwrap_or_default());
        self.push(after.open_conflicts().to_string().as_bytes());
        // As it is spelled: the same input is spelled the same.
        for (name, value) in dss_merge::project(after) {
            self.push(name.as_str().as_bytes());
            match value {
                Value::Json(text) => self.push(text.as_str().as_bytes()),
                other => self.push(plain(other).as_bytes()),
            }
        }
        // No name is as short as that.
        self.push(&[]);
    }

    /// What one write brings into a new project.
    pub(super) fn add_new(&mut self, id: EntityId, registers: &[u8]) {
        self.push(&id.to_bytes());
        self.push(registers);
    }

    /// The token: half of the hash, which is enough to tell previews apart.
    fn token(mut self) -> String {
        self.close();
        let mut token = self.hash.to_string();
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
    pub(super) fn token(&mut self) -> Option<String> {
        self.preview.take().filter(|_| !self.is_renewed).map(Preview::token)
    }
}
