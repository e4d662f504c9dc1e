//! What changes about a token.

use dss_format::dtcg::{self, NodeReport};
use dss_model::{
    Entity, EntityId, JsonKind, JsonLimits, JsonRef, JsonText, Kind, Limits, RegName, Severity, TokenPath,
    Value,
};
use dss_store::Row;

use super::super::place::{self, Placed};
use super::super::sets::{DEFAULT_SET, SetRef};
use super::super::{Changes, Edit, Result, alive, check_name, newest, not_found, text, usage};
use super::{ambiguous, find};
use crate::view::token_view;
use crate::{ServiceError, TokenChange, TokenView};

impl Edit<'_> {
    /// The set that is meant: the named one, the one that has the path, or the only one.
    pub(super) fn set_for(&mut self, name: Option<&str>, path: &TokenPath) -> Result<SetRef> {
        if let Some(name) = name {
            return self.ensure_set(name);
        }
        let mut sets: Vec<_> = find(&*self.tx, None, path)?.into_iter().map(|(set, _)| set).collect();
        if sets.is_empty() {
            sets = SetRef::all(&*self.tx)?;
        }
        match sets.len() {
            0 => self.ensure_set(DEFAULT_SET),
            1 => sets.pop().ok_or_else(|| not_found("token", path.as_str())),
            _ => Err(ambiguous(path, sets.iter())),
        }
    }

    /// Writes a token; what was stored is `None` if nothing changed.
    pub(super) fn write_token(
        &mut self,
        set: &SetRef,
        path: &TokenPath,
        change: &TokenChange,
    ) -> Result<(EntityId, Option<Placed>)> {
        if let Some(Row { entity, .. }) = place::living(&*self.tx, set.id, path, &[Kind::Token])? {
            let changes = changes(Some(&entity), change)?;
            let changed = self.changed(&entity, changes)?;
            let placed = changed.map(|entity| self.put_placed(entity)).transpose()?;
            return Ok((entity.id(), placed));
        }
        if change.value.is_none() {
            let message = format!("\"{path}\" is a new token in set \"{}\", and has no value", set.name);
            return Err(usage(message, "give it a value"));
        }
        self.clear_place(set, path, None)?;
        let mut changes = changes(None, change)?;
        changes.extend(self.standing(set, path)?);
        let entity = match newest(self.tx.find(Kind::Token, Some(set.id), path.as_str())?) {
            Some(Row { entity, .. }) => {
                forget_others(&entity, &mut changes);
                self.changed(&entity, changes)?.unwrap_or(entity)
            }
            None => self.create(dss_store::fresh_id(self.now_ms), Kind::Token, changes)?,
        };
        let id = entity.id();
        let placed = self.put_placed(entity)?;
        // What is left of a token that held others stands in this one now.
        self.stand_below(set.id, path.clone())?;
        Ok((id, Some(placed)))
    }

    /// The registers that say where a token stands that comes last in its group.
    fn standing(&self, set: &SetRef, path: &TokenPath) -> Result<Changes> {
        let order = self.last_place(set.id, &path.parent().unwrap_or_default())?;
        Ok(vec![
            (RegName::LIFE, alive()),
            text(RegName::PATH, path.as_str()),
            (RegName::SET, Value::Ref(set.id)),
            text(RegName::ORDER, order.as_str()),
        ])
    }

    /// Moves a token to a place where nothing stands. What was valid stays so.
    pub(super) fn move_to(&mut self, row: &Row, set: &SetRef, to: &TokenPath) -> Result<()> {
        let old = place::place(&*self.tx, row.entity.clone())?;
        self.clear_place(set, to, Some(row.entity.id()))?;
        let mut changes = self.standing(set, to)?;
        let was_valid = old.report.is_valid();
        if let (true, Some(kept)) = (old.report.inherits_type, old.inherited_type) {
            // Where the token will stand is only known to the store once it stands there.
            let moved = self.changed(&row.entity, changes.clone())?.unwrap_or_else(|| row.entity.clone());
            if place::place(&*self.tx, moved)?.inherited_type.as_deref() != Some(&*kept) {
                let value = row.entity.json(&RegName::VALUE).map(JsonText::get_ref);
                changes.push((RegName::VALUE, Value::Json(value_with_type(value, Some(&kept)))));
            }
        }
        let changed = self.changed(&row.entity, changes)?.map(|entity| self.put_placed(entity));
        let changed = changed.transpose()?;
        self.stand_below(set.id, to.clone())?;
        match changed {
            Some(placed) if was_valid && !placed.report.is_valid() => Err(invalid(to, placed.report)),
            _ => Ok(()),
        }
    }

    /// Ends a change to one token, and shows it.
    pub(super) fn finish_token(mut self, id: EntityId, set: &SetRef) -> Result<TokenView> {
        self.settle()?;
        let row = self.tx.get(id)?.ok_or_else(|| not_found("token", &id.to_string()))?;
        let view = token_view(&row, &set.name)?;
        self.commit()?;
        Ok(view)
    }
}

/// Why a token is refused.
pub(in crate::edit) fn invalid(path: &TokenPath, report: NodeReport) -> ServiceError {
    let errors = report.findings.into_iter().filter(|(_, severity, _)| *severity == Severity::Error);
    ServiceError::InvalidToken {
        path: path.to_string(),
        reasons: errors.map(|(_, _, message)| message).collect(),
    }
}

/// The registers that a change asks for.
fn changes(existing: Option<&Entity>, change: &TokenChange) -> Result<Changes> {
    let mut changes = Changes::new();
    changes.extend(changed_value(existing, change)?.map(|value| (RegName::VALUE, Value::Json(value))));
    match &change.description {
        Some(Some(description)) => changes.push(text(RegName::DESCRIPTION, description)),
        Some(None) => changes.push((RegName::DESCRIPTION, Value::Absent)),
        None => {}
    }
    match &change.deprecated {
        Some(Some(json)) => {
            changes.push((RegName::DEPRECATED, Value::Json(parse("the deprecation", json)?)));
        }
        Some(None) => changes.push((RegName::DEPRECATED, Value::Absent)),
        None => {}
    }
    for tag in &change.add_tags {
        check_name("tag", tag)?;
        changes.push((dtcg::tag_register(tag), Value::Json(JsonText::boolean(true))));
    }
    changes.extend(change.remove_tags.iter().map(|tag| (dtcg::tag_register(tag), Value::Absent)));
    Ok(changes)
}

/// The register [`RegName::VALUE`], if the change touches it.
fn changed_value(existing: Option<&Entity>, change: &TokenChange) -> Result<Option<JsonText>> {
    let old = existing.and_then(|entity| entity.json(&RegName::VALUE)).map(JsonText::get_ref);
    let value = match &change.value {
        Some(json) => Some(with_value(old, &parse("the value", json)?)),
        None if change.token_type.is_some() => old.map(JsonRef::to_text),
        None => None,
    };
    let named = change.token_type.as_ref().map(Option::as_deref);
    Ok(value.map(|value| match named {
        Some(named) => value_with_type(Some(value.get_ref()), named),
        None => value,
    }))
}

/// The old `$type` with a new `$value`. A token that refers by `$ref` goes on doing so.
pub(in crate::edit) fn with_value(old: Option<JsonRef<'_>>, value: &JsonText) -> JsonText {
    let pointer = old.and_then(|old| old.get("$ref")).and_then(|_| only_pointer(value.get_ref()));
    JsonText::object(|out| {
        if let Some(named) = old.and_then(|old| old.get("$type")) {
            out.raw("$type", named);
        }
        match pointer {
            Some(pointer) => out.raw("$ref", pointer),
            None => out.raw("$value", value.get_ref()),
        }
    })
}

/// The pointer in `{"$ref": pointer}`.
fn only_pointer(value: JsonRef<'_>) -> Option<JsonRef<'_>> {
    let is_alone = value.kind() == JsonKind::Object && value.members().count() == 1;
    value.get("$ref").filter(|pointer| is_alone && pointer.kind() == JsonKind::String)
}

/// A token's value with that `$type`, or none.
fn value_with_type(value: Option<JsonRef<'_>>, named: Option<&str>) -> JsonText {
    JsonText::object(|out| {
        if let Some(named) = named {
            out.string("$type", named);
        }
        let members = value.into_iter().flat_map(JsonRef::members).filter(|(name, _)| name != "$type");
        members.for_each(|(name, value)| out.raw(&name, value));
    })
}

/// Empties every register that `changes` does not write.
fn forget_others(entity: &Entity, changes: &mut Changes) {
    for name in entity.registers().keys() {
        if !changes.iter().any(|(written, _)| written == name) {
            changes.push((name.clone(), Value::Absent));
        }
    }
}

pub(in crate::edit) fn parse(what: &str, json: &str) -> Result<JsonText> {
    let hint = "write strings in quotes, as JSON does: \"#ff0000\"";
    let limit = Limits::default().item_bytes;
    if json.len() > limit {
        return Err(usage(format!("{what} has {} bytes, at most {limit} are allowed", json.len()), hint));
    }
    JsonText::parse(json.as_bytes(), &JsonLimits::default())
        .map_err(|error| usage(format!("{what} is not JSON: {error}"), hint))
}
