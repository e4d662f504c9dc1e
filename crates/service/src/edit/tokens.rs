//! Tokens.

mod history;
pub(super) mod write;

use std::ops::ControlFlow;

use dss_model::{EntityId, Kind, ProjectName, TokenPath};
use dss_store::{ReadTx, Row, Scan};
use serde_json::json;

use super::sets::SetRef;
use super::{Edit, Result, not_found, place, usage};
use crate::view::token_view;
use crate::{ProjectService, ServiceError, TokenChange, TokenFilter, TokenView};

impl ProjectService {
    /// Visits tokens in document order; `each` returns false to stop.
    ///
    /// # Errors
    /// If the project or the set does not exist or cannot be read.
    pub fn tokens(
        &self,
        project: &ProjectName,
        filter: &TokenFilter,
        each: &mut dyn FnMut(TokenView) -> bool,
    ) -> Result<()> {
        let tx = self.store.read(project)?;
        let mut failed = None;
        let mut is_done = false;
        for set in SetRef::chosen(&*tx, filter.set.as_deref())? {
            let scan = Scan { below: filter.below.clone(), ..Scan::kinds(&[Kind::Token]).in_set(set.id) };
            tx.scan(&scan, &mut |row| {
                if !matches(&row, filter) {
                    return ControlFlow::Continue(());
                }
                is_done = match token_view(&row, &set.name) {
                    Ok(view) => !each(view),
                    Err(error) => {
                        failed = Some(error);
                        true
                    }
                };
                if is_done { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            })?;
            if is_done {
                break;
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// The tokens at that path: one for each set that defines it, in the order of the sets.
    ///
    /// # Errors
    /// If there is none, or the project cannot be read.
    pub fn token(
        &self,
        project: &ProjectName,
        set: Option<&str>,
        path: &TokenPath,
    ) -> Result<Vec<TokenView>> {
        let tx = self.store.read(project)?;
        let found = find(&*tx, set, path)?;
        if found.is_empty() {
            return Err(not_found("token", path.as_str()));
        }
        found.iter().map(|(set, row)| token_view(row, &set.name)).collect()
    }

    /// Creates or changes a token. Groups around it are created as needed; a deleted token of that
    /// path is restored, with nothing but what `change` says; a named set that does not exist is
    /// created.
    ///
    /// # Errors
    /// [`ServiceError::InvalidToken`] if the token would break the rules of the format and the change
    /// does not allow it; [`ServiceError::Exists`] if a group stands at the path, or a token where a
    /// group would have to; [`ServiceError::Usage`] if the path or a value is none, or it is not clear
    /// which set is meant. Nothing was changed then.
    pub fn set_token(
        &self,
        project: &ProjectName,
        set: Option<&str>,
        path: &TokenPath,
        change: &TokenChange,
    ) -> Result<TokenView> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let set = edit.set_for(set, path)?;
            let (id, placed) = edit.write_token(&set, path, change)?;
            if let Some(placed) = placed.filter(|placed| !placed.report.is_valid() && !change.allow_invalid) {
                return Err(write::invalid(path, placed.report));
            }
            edit.finish_token(id, &set)
        };
        self.audited("token.set", Some(project), run, detail)
    }

    /// Deletes a token. The groups around it stay.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is none; [`ServiceError::Usage`] if several sets have one
    /// and none is named. Nothing was changed then.
    pub fn remove_token(&self, project: &ProjectName, set: Option<&str>, path: &TokenPath) -> Result<()> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let (set, row) = find_one(&*edit.tx, set, path)?;
            let id = row.entity.id();
            edit.delete(row)?;
            edit.stand_beside(set.id, path.clone())?;
            edit.settle()?;
            edit.commit()?;
            Ok((set, id))
        };
        let detail = |(set, id): &(SetRef, EntityId)| json!({ "set": set.name, "path": path.as_str(), "id": id.to_string() });
        self.audited("token.remove", Some(project), run, detail).map(drop)
    }

    /// Renames or moves a token; its identity stays, and so does its type: if its old groups gave it
    /// one that the new ones do not, the token says it itself from now on. Returns it, and how many
    /// entities still refer to the old path.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] if there is none; [`ServiceError::Exists`] if something stands at the
    /// new path; [`ServiceError::InvalidToken`] if a valid token would not be one there;
    /// [`ServiceError::Usage`] if the new path is none, several sets have the old one and
    /// none is named, or other tokens stand inside. Nothing was changed then.
    pub fn move_token(
        &self,
        project: &ProjectName,
        set: Option<&str>,
        from: &TokenPath,
        to_set: Option<&str>,
        to: &TokenPath,
    ) -> Result<(TokenView, u64)> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let (old_set, row) = find_one(&*edit.tx, set, from)?;
            let set = match to_set {
                Some(name) if name != old_set.name => edit.ensure_set(name)?,
                _ => old_set.clone(),
            };
            let id = row.entity.id();
            if set.id == old_set.id && from == to {
                return Ok((token_view(&row, &set.name)?, 0));
            }
            if place::has_children(&*edit.tx, old_set.id, from)? {
                return Err(usage(format!("tokens stand inside \"{from}\""), "move them first"));
            }
            edit.move_to(&row, &set, to)?;
            edit.stand_beside(old_set.id, from.clone())?;
            let mut referrers: u64 = 0;
            edit.tx.referrers(from.as_str(), &mut |_| {
                referrers = referrers.saturating_add(1);
                ControlFlow::Continue(())
            })?;
            Ok((edit.finish_token(id, &set)?, referrers))
        };
        let detail = |(view, referrers): &(TokenView, u64)| {
            let mut detail = detail(view);
            if let Some(detail) = detail.as_object_mut() {
                detail.insert("from".to_owned(), json!(from.as_str()));
                detail.insert("referrers".to_owned(), json!(referrers));
            }
            detail
        };
        self.audited("token.move", Some(project), run, detail)
    }
}

fn detail(view: &TokenView) -> serde_json::Value {
    json!({ "set": view.set, "path": view.path, "id": view.id, "revision": view.revision })
}

fn matches(row: &Row, filter: &TokenFilter) -> bool {
    let has_type = filter.token_type.is_none() || filter.token_type == row.columns.token_type;
    let has_tag = |tag: &String| row.entity.members("tag").any(|(other, _)| other == tag.as_str());
    has_type && filter.tag.as_ref().is_none_or(has_tag) && !(filter.only_invalid && row.columns.valid)
}

/// The living tokens at that path, one for each set that has one.
fn find(tx: &dyn ReadTx, set: Option<&str>, path: &TokenPath) -> Result<Vec<(SetRef, Row)>> {
    let mut found = Vec::new();
    for set in SetRef::chosen(tx, set)? {
        let row = place::living(tx, set.id, path, &[Kind::Token])?;
        found.extend(row.map(|row| (set, row)));
    }
    Ok(found)
}

/// The one living token at that path.
fn find_one(tx: &dyn ReadTx, set: Option<&str>, path: &TokenPath) -> Result<(SetRef, Row)> {
    let mut found = find(tx, set, path)?;
    match found.len() {
        0 | 1 => found.pop().ok_or_else(|| not_found("token", path.as_str())),
        _ => Err(ambiguous(path, found.iter().map(|(set, _)| set))),
    }
}

fn ambiguous<'a>(path: &TokenPath, sets: impl Iterator<Item = &'a SetRef>) -> ServiceError {
    let names: Vec<_> = sets.map(|set| format!("\"{}\"", set.name)).collect();
    let message = format!("\"{path}\" could be in any of the token sets {}", names.join(", "));
    usage(message, "name the set")
}
