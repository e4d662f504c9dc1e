//! Rows of entities that one write made.

use std::path::PathBuf;

use dss_model::{Dot, EntityId, Kind, Plain, PlainWrite, Stamp};

use crate::state::{self, Context, Names};
use crate::{Columns, Reference, Row, StoreError};

/// What [`Row`] is to an entity, for what one write made: it can be made on one thread and put on another, and is not
/// taken apart in between.
#[derive(Clone, Debug)]
pub struct PlainRow {
    id: EntityId,
    kind: Kind,
    write: OwnedWrite,
    is_alive: bool,
    /// As in the entity's state.
    registers: Vec<u8>,
    columns: Columns,
    references: Vec<Reference>,
}

/// A [`PlainWrite`] that borrows nothing.
#[derive(Clone, Debug)]
struct OwnedWrite {
    dot: Dot,
    origin: Dot,
    stamp: Stamp,
}

impl PlainRow {
    /// The row of `plain`, with what the caller derived from it.
    pub fn new(plain: &Plain<'_>, columns: Columns, references: Vec<Reference>) -> Self {
        let PlainWrite { dot, origin, wall_ms, author } = plain.write();
        let stamp = Stamp { wall_ms, author: author.clone() };
        let mut row = Self {
            id: plain.id(),
            kind: plain.kind(),
            write: OwnedWrite { dot, origin, stamp },
            is_alive: plain.is_alive(),
            registers: Vec::new(),
            columns,
            references,
        };
        let mut registers = Vec::with_capacity(512);
        state::encode_registers(plain, row.context(), &mut registers);
        row.registers = registers;
        row
    }

    /// The entity's identity.
    pub const fn id(&self) -> EntityId {
        self.id
    }

    /// What it is.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether it exists.
    pub const fn is_alive(&self) -> bool {
        self.is_alive
    }

    /// The write that made it.
    pub const fn write(&self) -> PlainWrite<'_> {
        let OwnedWrite { dot, origin, stamp } = &self.write;
        PlainWrite { dot: *dot, origin: *origin, wall_ms: stamp.wall_ms, author: &stamp.author }
    }

    /// What the caller derived from it.
    pub const fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Paths that it refers to.
    pub fn references(&self) -> &[Reference] {
        &self.references
    }

    /// Its registers as bytes that are the same for the same registers: for telling whether they changed.
    pub fn registers(&self) -> &[u8] {
        &self.registers
    }

    /// What the caller derived from it.
    pub(crate) fn into_parts(self) -> (Columns, Vec<Reference>) {
        (self.columns, self.references)
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { id: self.id, kind: self.kind, path: &self.columns.path, set: self.columns.set }
    }

    /// The row, taken apart.
    ///
    /// # Errors
    /// [`StoreError::Database`] never, for what was written down can be read.
    pub fn to_row(&self) -> Result<Row, StoreError> {
        let (mut names, mut state) = (Names::default(), Vec::new());
        state::encode_plain(self.write(), &self.registers, &mut names, &mut state);
        let entity = state::decode(&state, self.context(), &names)
            .map_err(|damage| StoreError::Database { path: PathBuf::new(), cause: damage.into() })?;
        Ok(Row { entity, columns: self.columns.clone(), references: self.references.clone() })
    }
}
