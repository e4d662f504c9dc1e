//! One stored entity, and how to ask for many.

use dss_model::{Entity, EntityId, Kind, Plain, TokenPath};

use crate::StoreError;

/// An entity as it is stored: its state, and what queries need beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The entity, whole.
    pub entity: Entity,
    /// What the caller derived from the entity's view.
    pub columns: Columns,
    /// Paths the entity refers to. Written by [`WriteTx::put`](crate::WriteTx::put) and read back by
    /// [`ReadTx::referrers`](crate::ReadTx::referrers) only: rows that were read have none here.
    pub references: Vec<Reference>,
}

/// A row in the middle of a scan: to be looked at where it lies, or taken apart.
pub trait RowInPlace {
    /// [`Columns::path`].
    fn path(&self) -> &str;

    /// [`Columns::sort`].
    fn sort(&self) -> &[u8];

    /// The entity, if one write made it. `None` says nothing more: [`RowInPlace::to_row`] tells.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    fn plain(&self) -> Result<Option<Plain<'_>>, StoreError>;

    /// The row, whole.
    ///
    /// # Errors
    /// [`StoreError::Damaged`].
    fn to_row(&self) -> Result<Row, StoreError>;
}

impl RowInPlace for Row {
    fn path(&self) -> &str {
        &self.columns.path
    }

    fn sort(&self) -> &[u8] {
        &self.columns.sort
    }

    fn plain(&self) -> Result<Option<Plain<'_>>, StoreError> {
        Ok(Plain::of(&self.entity))
    }

    fn to_row(&self) -> Result<Row, StoreError> {
        Ok(self.clone())
    }
}

/// What queries need to know about an entity, derived from its default view by the caller.
///
/// What the store derives by itself (alive, open conflicts, last update) has no place here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// The token set a token or group belongs to; `None` for other kinds.
    pub set: Option<EntityId>,
    /// A token's or group's path, another entity's name.
    pub path: String,
    /// Place in the document: bytes that sort as the set's members are written.
    pub sort: Vec<u8>,
    /// A token's type; `None` if it has none of its own. Rows that are read show the type that
    /// [`WriteTx::resolve_references`](crate::WriteTx::resolve_references) found for an alias as well,
    /// so this column is derived anew for every put, never copied from what was read.
    pub token_type: Option<String>,
    /// Whether the entity keeps the rules of its format.
    pub valid: bool,
}

/// A path that an entity refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Path of the token or group, as [`TokenPath`] spells it.
    pub target: String,
    /// What the reference is for.
    pub kind: ReferenceKind,
    /// The type the target has to have, if that matters.
    pub expected_type: Option<String>,
}

/// What a reference is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReferenceKind {
    /// The token's whole value: it takes the target's type, too.
    Alias,
    /// Another token's whole value inside a composite value.
    Part,
    /// A part of another token's value, by JSON pointer. It may lead back to the same token.
    Pointer,
    /// A group that a group takes its members from.
    Extends,
}

/// Which rows a scan visits, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Kinds to visit; empty for all.
    pub kinds: Vec<Kind>,
    /// Only members of this set.
    pub set: Option<EntityId>,
    /// Only what lies below this group path (not the group itself).
    pub below: Option<TokenPath>,
    /// Alive, deleted or both.
    pub life: LifeFilter,
    /// Only rows with an open conflict.
    pub only_conflicts: bool,
    /// In which order.
    pub order: ScanOrder,
    /// With [`ScanOrder::Id`]: only ids above this one, to go on where an earlier scan was stopped.
    pub after: Option<EntityId>,
}

impl Scan {
    /// Everything alive of these kinds, in document order.
    pub fn kinds(kinds: &[Kind]) -> Self {
        Self { kinds: kinds.to_vec(), ..Self::default() }
    }

    /// Only members of `set`.
    #[must_use]
    pub const fn in_set(mut self, set: EntityId) -> Self {
        self.set = Some(set);
        self
    }

    /// In this order.
    #[must_use]
    pub const fn by(mut self, order: ScanOrder) -> Self {
        self.order = order;
        self
    }

    /// Alive, deleted or both.
    #[must_use]
    pub const fn life(mut self, life: LifeFilter) -> Self {
        self.life = life;
        self
    }
}

/// Which entities count: those that exist, those that were deleted, or both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LifeFilter {
    /// Those that exist in the default view.
    #[default]
    Alive,
    /// Those that were deleted.
    Deleted,
    /// All.
    Any,
}

/// The order of a scan. Every order is total, and but for [`ScanOrder::Insertion`] a function of
/// the rows alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScanOrder {
    /// Set by set, each as its document is written: by [`Columns::sort`], then id. Rows without a
    /// set come first; sets come in the order in which the store first heard of them.
    #[default]
    Document,
    /// By id.
    Id,
    /// As rows were first written: the fastest.
    Insertion,
}
