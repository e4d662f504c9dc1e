//! What a project's past looks like to people.

use std::borrow::Cow;
use std::collections::BTreeMap;

use dss_format::time;
use dss_model::{Dot, Entity, EntityId, JsonRef, JsonText, Kind, Life, Pair, RegName, Register, Value};
use dss_store::{DecisionRecord, ImportEntry, LifeFilter, ReadTx, Scan};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::ServiceError;
use crate::view::raw;

type Result<T> = std::result::Result<T, ServiceError>;

/// An operation in the log.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry {
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub who: String,
    /// What.
    pub action: String,
    /// On which project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// How it ended: `done`, `refused`, `failed`, `cancelled`; `elsewhere` for what an archive told of.
    pub outcome: String,
    /// The error's code, if it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_code: Option<String>,
    /// More about it.
    pub detail: Box<RawValue>,
}

/// What a field holds. A token's type and value are one field, and are told apart here.
#[derive(Clone, Debug, Serialize)]
pub struct FieldValue {
    /// The value, as JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Box<RawValue>>,
    /// The token's own `$type`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub token_type: Option<String>,
}

/// A write to one field of a token, from its history.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenHistoryEntry {
    /// What was changed: a field's name, such as `value`, `description`, `tag/core`.
    pub field: String,
    /// What it held before, as far as known here; of several values, the one that showed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<FieldValue>,
    /// What was written; nothing for a removal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<FieldValue>,
    /// The write, `replica:counter`.
    pub revision: String,
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// The import that brought it here, if one did and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub import: Option<u64>,
    /// Whether it is what shows now.
    pub is_current: bool,
    /// Whether it is one of several values between which nobody has decided yet.
    pub is_open: bool,
    /// Whether it is known only because an archive told of it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_told: bool,
}

/// An import, or the undo of one.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImportView {
    /// Counts the project's imports, from 1.
    pub number: u64,
    /// `import` or `undo`.
    pub action: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// What was imported, or taken back.
    pub source: String,
    /// The archive's `exportHash`, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    /// Whether it made the project.
    pub created: bool,
}

impl ImportView {
    pub(crate) fn of(entry: &ImportEntry) -> Self {
        let record = &entry.record;
        Self {
            number: entry.number,
            action: record.action.clone(),
            at: time::format(record.at_ms),
            by: record.by.clone(),
            source: record.source.clone(),
            hash: record.hash.map(|hash| hash.to_string()),
            created: entry.is_first,
        }
    }
}

/// What one import did.
#[derive(Clone, Debug, Serialize)]
pub struct ImportLog {
    /// The project's name.
    pub project: String,
    /// The import.
    pub import: ImportView,
    /// How many entities it changed, as far as people see them; 0 if it made the project.
    pub changed: u64,
    /// The first ones, as they were before and after.
    pub entities: Vec<EntityChange>,
    /// The first conflicts that it brought, and who or what decided them.
    pub decisions: Vec<DecisionView>,
}

/// A conflict that an import brought up, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionView {
    /// What is in conflict.
    pub kind: &'static str,
    /// The set it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Its path or name.
    pub path: String,
    /// The field.
    pub field: String,
    /// What decided: a strategy, `manual` for what was left to people.
    pub strategy: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who imported.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// Both sides, and which one was taken.
    pub record: Box<RawValue>,
}

impl DecisionView {
    pub(crate) fn of(decision: &DecisionRecord, entity: &Entity, labels: &Labels) -> Result<Self> {
        let (set, path) = labels.place(entity);
        Ok(Self {
            kind: entity.kind().name(),
            set,
            path,
            field: decision.register.to_string(),
            strategy: decision.strategy.clone(),
            at: time::format(decision.at_ms),
            by: decision.by.clone(),
            record: raw(&decision.record).or_else(|_| raw("null"))?,
        })
    }
}

/// What became of one entity.
#[derive(Clone, Debug, Serialize)]
pub struct EntityChange {
    /// Its identity.
    pub id: String,
    /// What it is.
    pub kind: &'static str,
    /// The set it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<String>,
    /// Its path or name.
    pub path: String,
    /// `added`, `deleted`, `restored` or `changed`.
    pub change: &'static str,
    /// The fields that changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldStep>,
}

/// What became of one field.
#[derive(Clone, Debug, Serialize)]
pub struct FieldStep {
    /// Its name.
    pub field: String,
    /// What it showed before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<FieldValue>,
    /// What it shows after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<FieldValue>,
    /// Other values that stand beside it after: a conflict that is open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<FieldValue>,
}

/// Names of what values refer to: sets, layers, groups.
pub(crate) struct Labels(BTreeMap<EntityId, String>);

impl Labels {
    pub(crate) fn new(tx: &dyn ReadTx) -> Result<Self> {
        let mut names = BTreeMap::new();
        let kinds = [Kind::TokenSet, Kind::Layer, Kind::ThemeGroup];
        tx.scan(&Scan::kinds(&kinds).life(LifeFilter::Any), &mut |row| {
            names.insert(row.entity.id(), row.columns.path);
            std::ops::ControlFlow::Continue(())
        })?;
        Ok(Self(names))
    }

    pub(crate) fn get(&self, id: EntityId) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }

    fn label(&self, id: EntityId) -> Cow<'_, str> {
        self.get(id).map_or_else(|| Cow::Owned(id.to_string()), Cow::Borrowed)
    }

    /// What a register holds, as people read it; `None` for nothing.
    pub(crate) fn field(&self, name: &RegName, value: &Value) -> Result<Option<FieldValue>> {
        let plain = |json: JsonText| -> Result<Option<FieldValue>> {
            Ok(Some(FieldValue { value: Some(raw(json.as_str())?), token_type: None }))
        };
        match value {
            Value::Absent => Ok(None),
            Value::Json(json) if *name == RegName::VALUE => typed(json.get_ref()).map(Some),
            Value::Json(json) if *name == RegName::SOURCES => plain(self.sources(json.get_ref())),
            Value::Json(json) => plain(json.clone()),
            Value::Ref(id) => plain(JsonText::string(&self.label(*id))),
            Value::Blob(hash) => plain(JsonText::string(&hash.to_string())),
            Value::Life(Life::Alive) => plain(JsonText::string("alive")),
            Value::Life(Life::Deleted) => plain(JsonText::string("deleted")),
        }
    }

    /// What a layer or theme is made of, by name; what is none of ours stays as it is.
    fn sources(&self, sources: JsonRef<'_>) -> JsonText {
        JsonText::array(|list| {
            for item in sources.elements() {
                let id = |text: JsonRef<'_>| text.string().and_then(|text| text.parse::<EntityId>().ok());
                let layer = item.get("layer").and_then(id).and_then(|id| self.get(id));
                match (id(item).and_then(|id| self.get(id)), layer) {
                    (Some(set), _) => list.string(set),
                    (None, Some(layer)) => list.string(&format!("#{layer}")),
                    (None, None) => list.raw(item),
                }
            }
        })
    }

    /// Where an entity stands: its set, its path or name.
    pub(crate) fn place(&self, entity: &Entity) -> (Option<String>, String) {
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        let name = if set.is_some() { &RegName::PATH } else { &RegName::NAME };
        let path = entity.string(name).unwrap_or_default().into_owned();
        match (set, entity.value(&RegName::GROUP).and_then(Value::entity)) {
            (Some(set), _) => (Some(self.label(set).into_owned()), path),
            (None, Some(group)) => (None, format!("{}/{path}", self.label(group))),
            (None, None) => (None, path),
        }
    }
}

/// A token's `$type` and `$value`, or what it has in its place.
fn typed(value: JsonRef<'_>) -> Result<FieldValue> {
    let token_type = value.get("$type").and_then(JsonRef::string).map(Cow::into_owned);
    let rest = || value.members().filter(|(name, _)| name != "$type");
    let told = match value.get("$value") {
        Some(value) => Some(raw(value.as_str())?),
        None if rest().next().is_none() => None,
        None => Some(raw(
            JsonText::object(|out| rest().for_each(|(name, value)| out.raw(&name, value))).as_str()
        )?),
    };
    Ok(FieldValue { value: told, token_type })
}

/// Of two accounts of what took a write's place, the one that knew more: writes that came at once are seen
/// as one step.
pub(crate) fn nearest(one: Option<Dot>, other: Option<Dot>) -> Option<Dot> {
    one.into_iter().chain(other).min()
}

/// Whether writes of other registers change this one by the way.
pub(crate) fn is_quiet(name: &RegName) -> bool {
    [RegName::LIFE, RegName::LAYOUT, RegName::ORDER].contains(name)
}

impl EntityChange {
    /// What became of an entity, as far as people see it; `None` if they see nothing.
    pub(crate) fn between(before: Option<&Entity>, after: &Entity, labels: &Labels) -> Result<Option<Self>> {
        let was_alive = before.is_some_and(Entity::is_alive);
        let change = match (was_alive, after.is_alive()) {
            (false, false) => return Ok(None),
            (false, true) if before.is_none() => "added",
            (false, true) => "restored",
            (true, false) => "deleted",
            (true, true) => "changed",
        };
        let fields = match change {
            "deleted" => Vec::new(),
            "changed" => fields(before, after, labels)?,
            _ => fields(None, after, labels)?,
        };
        if change == "changed" && fields.is_empty() {
            return Ok(None);
        }
        let (set, path) = labels.place(after);
        let (id, kind) = (after.id().to_string(), after.kind().name());
        Ok(Some(Self { id, kind, set, path, change, fields }))
    }
}

/// The fields that show something else, or between whose values nobody has decided yet. Those that every
/// write changes by the way are only told where there is nothing else.
fn fields(before: Option<&Entity>, after: &Entity, labels: &Labels) -> Result<Vec<FieldStep>> {
    let mut told = Vec::new();
    let mut quiet = Vec::new();
    for (name, register) in after.registers() {
        let old = before.and_then(|before| before.value(name));
        let new = after.value(name);
        let was_open = before.and_then(|before| before.register(name)).is_some_and(Register::is_conflict);
        let is_opened = register.is_conflict() && !was_open;
        if old == new && !is_opened || *name == RegName::LAYOUT {
            continue;
        }
        let others = if register.is_conflict() { other_values(register) } else { Vec::new() };
        let field = |value: Option<&Value>| match value {
            Some(value) => labels.field(name, value),
            None => Ok(None),
        };
        let change = FieldStep {
            field: name.to_string(),
            old: field(old)?,
            new: field(new)?,
            others: others
                .into_iter()
                .filter_map(|value| labels.field(name, value).transpose())
                .collect::<Result<_>>()?,
        };
        if is_quiet(name) && !is_opened {
            quiet.push(change);
        } else {
            told.push(change);
        }
    }
    if told.is_empty() && before.is_some() {
        told = quiet;
    }
    Ok(told)
}

/// The values of a register that it does not show, each once.
fn other_values(register: &Register) -> Vec<&Value> {
    let shown = register.shown().map(|pair| &pair.value);
    let mut others: Vec<&Value> = Vec::new();
    for Pair { value, .. } in register.pairs() {
        if Some(value) != shown && !others.contains(&value) {
            others.push(value);
        }
    }
    others
}
