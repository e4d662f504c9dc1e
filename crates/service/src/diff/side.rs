//! One side of a comparison: a snapshot of a project, and what it can speak of.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use dss_model::{EntityId, Kind};
use dss_store::{LifeFilter, ReadTx, Row, Scan};

use super::report::DiffSideView;
use crate::ServiceError;

/// The kinds that others name by id.
const NAMED: [Kind; 3] = [Kind::TokenSet, Kind::Layer, Kind::ThemeGroup];

/// What a side speaks of: of what it cannot hold, its silence says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A project, or an archive of all of it.
    Everything,
    /// An archive of a part: what it lacks may exist all the same.
    Part,
    /// Token files with a resolver document.
    Resolver,
    /// A folder of token files.
    Sets,
    /// One token file, which is one token set; its name is only the file's.
    OneSet,
}

impl Extent {
    /// The kinds of things that such a side can hold.
    pub(super) const fn kinds(self) -> &'static [Kind] {
        match self {
            Self::Everything | Self::Part => &Kind::ALL,
            Self::Resolver => {
                &[Kind::TokenSet, Kind::Group, Kind::Token, Kind::Layer, Kind::ThemeGroup, Kind::Theme]
            }
            Self::Sets | Self::OneSet => &[Kind::TokenSet, Kind::Group, Kind::Token],
        }
    }
}

/// One side of a comparison: whatever can be read as a project.
pub(crate) struct Side<'s> {
    pub(super) tx: Box<dyn ReadTx + 's>,
    pub(super) view: DiffSideView,
    /// Which project it is a copy of, if it is one.
    pub(super) project_id: Option<EntityId>,
    pub(super) extent: Extent,
    /// Token sets, layers and theme groups, alive or deleted.
    named: BTreeMap<EntityId, Named>,
}

/// Something that others name by id.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) is_alive: bool,
}

impl<'s> Side<'s> {
    /// A snapshot as a side. `kind` is what reports call it.
    pub(crate) fn new(
        tx: Box<dyn ReadTx + 's>,
        name: String,
        kind: &'static str,
        project_id: Option<EntityId>,
        extent: Extent,
    ) -> Result<Self, ServiceError> {
        let mut named = BTreeMap::new();
        let scan = Scan::kinds(&NAMED).life(LifeFilter::Any);
        tx.scan(&scan, &mut |row| {
            let (kind, is_alive) = (row.entity.kind(), row.entity.is_alive());
            named.insert(row.entity.id(), Named { kind, name: row.columns.path, is_alive });
            ControlFlow::Continue(())
        })?;
        let view = DiffSideView { name, kind, project_id: project_id.map(|id| id.to_string()) };
        Ok(Self { tx, view, project_id, extent, named })
    }

    /// The name of a token set, layer or theme group.
    pub(super) fn name_of(&self, id: EntityId) -> Option<&str> {
        self.named.get(&id).map(|named| named.name.as_str())
    }

    /// What a living token set, layer or theme group is.
    pub(super) fn living_kind(&self, id: EntityId) -> Option<Kind> {
        self.named.get(&id).filter(|named| named.is_alive).map(|named| named.kind)
    }

    /// The living token sets, layers and theme groups.
    pub(super) fn named(&self) -> impl Iterator<Item = (EntityId, &Named)> {
        self.named.iter().filter(|(_, named)| named.is_alive).map(|(id, named)| (*id, named))
    }

    /// The living thing of that id.
    pub(super) fn living(&self, id: EntityId) -> Result<Row, ServiceError> {
        let row = self.tx.get(id)?.filter(|row| row.entity.is_alive());
        row.ok_or_else(|| ServiceError::Internal(format!("{} lost entity {id}", self.view.name)))
    }
}
