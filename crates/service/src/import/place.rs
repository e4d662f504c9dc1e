//! Where imported tokens and groups stand, among what is here already.

use std::collections::HashSet;
use std::ops::ControlFlow;

use dss_format::dtcg::{self, SortKey};
use dss_model::{Entity, EntityId, Kind, OrderKey, RegName, TokenPath, Value};
use dss_store::{Columns, LifeFilter, Placed, Row, Scan, ScanOrder};

use super::link::noted_id;
use super::sink::{Sink, temporary_file};
use crate::around::node_of;
use crate::tape::Levels;
use crate::{ServiceError, edit, view};

/// Places that are remembered so as not to be looked at twice.
const RECENT_MAX: usize = 10_000;

impl Sink<'_> {
    /// The place of a token or group here, given its place in the input's document.
    pub(super) fn place(
        &mut self,
        set: EntityId,
        entity: &Entity,
        stated: &[u8],
    ) -> Result<Vec<u8>, ServiceError> {
        let Some(path) = dtcg::path_of(entity) else { return Ok(stated.to_vec()) };
        let parent = path.parent().unwrap_or_default();
        let around = self.placed_at(set, &parent)?;
        self.note_tokens(&around, entity.id())?;
        let group = sort_of_first(around);
        // A group arrives behind what stands in it; until then, the document's word counts.
        let is_placed = parent.is_root() || group.is_some();
        let sort = if is_placed { sort_in(group, entity, &path) } else { stated.to_vec() };
        let here = self.tx.placed(set, path.as_str())?;
        let own = here.iter().find(|placed| placed.id == entity.id());
        let elsewhere = match own {
            Some(_) => None,
            None => self.tx.get(entity.id())?.map(|row| row.columns),
        };
        let before = own.map(|placed| &placed.sort).or(elsewhere.as_ref().map(|columns| &columns.sort));
        // What stands below follows one of several at the same path, and which one may change.
        let is_shared = here.iter().any(|placed| placed.id != entity.id());
        if is_shared && entity.kind() == Kind::Group {
            self.note_tokens(&here, entity.id())?;
        }
        if entity.kind() == Kind::Token && before.is_none() && edit::has_children(&*self.tx, set, &path)? {
            self.again.note_holder(entity.id()).map_err(temporary_file)?;
        }
        if is_shared || sort != stated || before.is_some_and(|before| *before != sort) {
            self.note_moved(set, &path)?;
        }
        // What came below the place that it leaves may have been placed by it, if only by itself.
        if let Some(Columns { set: Some(old_set), path: old_path, .. }) = &elsewhere
            && (*old_set, old_path.as_str()) != (set, path.as_str())
        {
            let old_path = TokenPath::parse(old_path).unwrap_or_default();
            self.note_moved(*old_set, &old_path)?;
            let left = self.placed_at(*old_set, &old_path.parent().unwrap_or_default())?;
            self.note_tokens(&left, entity.id())?;
            let left = self.placed_at(*old_set, &old_path)?;
            self.note_tokens(&left, entity.id())?;
        }
        Ok(sort)
    }

    /// Whether something stands in a token may have changed.
    fn note_tokens(&mut self, here: &[Placed], but: EntityId) -> Result<(), ServiceError> {
        let tokens = here.iter().filter(|placed| placed.kind == Kind::Token && placed.is_alive);
        for token in tokens.filter(|token| token.id != but) {
            self.again.note_holder(token.id).map_err(temporary_file)?;
        }
        Ok(())
    }

    fn note_moved(&mut self, set: EntityId, path: &TokenPath) -> Result<(), ServiceError> {
        let noted = (set.to_string(), path.to_string());
        self.moved.push(path.segments().count(), &noted).map_err(temporary_file)
    }

    /// Places again what stands in groups whose place changed.
    pub(super) fn place_moved(&mut self) -> Result<(), ServiceError> {
        let mut recent: HashSet<(String, String)> = HashSet::new();
        for noted in std::mem::take(&mut self.moved).play() {
            let noted = noted.map_err(temporary_file)?;
            if recent.len() >= RECENT_MAX {
                recent.clear();
            }
            if !recent.insert(noted.clone()) {
                continue;
            }
            let (set, path) = noted;
            let set = noted_id(&set)?;
            let mut below: Levels<String> = Levels::default();
            let mut failed = Ok(());
            let scan = Scan {
                below: TokenPath::parse(&path),
                life: LifeFilter::Any,
                ..Scan::kinds(&[Kind::Group, Kind::Token]).in_set(set).by(ScanOrder::Insertion)
            };
            self.tx.scan(&scan, &mut |row| {
                failed = below.push(row.columns.path.matches('.').count(), &row.entity.id().to_string());
                if failed.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            failed.map_err(temporary_file)?;
            // Groups before what stands in them.
            for id in below.play() {
                self.place_again(noted_id(&id.map_err(temporary_file)?)?)?;
            }
        }
        Ok(())
    }

    fn place_again(&mut self, id: EntityId) -> Result<(), ServiceError> {
        let Some(row) = self.tx.get(id)? else { return Ok(()) };
        let sort = self.sort_of(&row.entity)?;
        if sort == row.columns.sort {
            return Ok(());
        }
        let columns = Columns { sort, ..row.columns };
        self.tx.put(&again(Row { columns, ..row }))?;
        Ok(())
    }

    /// The place of an entity in its document, by its group's.
    pub(super) fn sort_of(&self, entity: &Entity) -> Result<Vec<u8>, ServiceError> {
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        let (Some(set), Some(path)) = (set, dtcg::path_of(entity)) else {
            return Ok(place_of(entity).as_str().as_bytes().to_vec());
        };
        let group = sort_of_first(self.placed_at(set, &path.parent().unwrap_or_default())?);
        Ok(sort_in(group, entity, &path))
    }

    /// What stands at a path of a set, or has stood there; nothing at its root.
    fn placed_at(&self, set: EntityId, path: &TokenPath) -> Result<Vec<Placed>, ServiceError> {
        if path.is_root() { Ok(Vec::new()) } else { Ok(self.tx.placed(set, path.as_str())?) }
    }
}

/// Where the group stands, or the token that has children; deleted ones only where there is no other.
fn sort_of_first(here: Vec<Placed>) -> Option<Vec<u8>> {
    let first =
        here.into_iter().min_by_key(|placed| (!placed.is_alive, placed.kind != Kind::Group, placed.id));
    first.map(|placed| placed.sort)
}

/// The place of an entity in its document, in a group that stands there.
fn sort_in(group: Option<Vec<u8>>, entity: &Entity, path: &TokenPath) -> Vec<u8> {
    let group = group.map(SortKey::from_bytes).unwrap_or_default();
    group.child(&place_of(entity), &path.name().unwrap_or_default()).as_bytes().to_vec()
}

fn place_of(entity: &Entity) -> OrderKey {
    dtcg::order_of(entity).unwrap_or_else(|| OrderKey::nth(0))
}

/// A row to put that was read: what is read back has no references, and the type that an alias found. Both are
/// told by the value again.
pub(super) fn again(row: Row) -> Row {
    if !matches!(row.entity.kind(), Kind::Token | Kind::Group) {
        return row;
    }
    let path = TokenPath::parse(&row.columns.path).unwrap_or_default();
    let report = dtcg::check(&node_of(&row.entity, path, row.columns.token_type.as_deref()));
    let token_type = row.columns.token_type.filter(|_| !report.takes_target_type);
    let columns = Columns { token_type, ..row.columns };
    Row { columns, references: view::references(&report.references), ..row }
}
