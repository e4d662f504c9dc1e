//! Values as people read them: names in place of identities.

use std::collections::BTreeMap;

use dss_model::{EntityId, JsonRef, JsonText, Life, RegName, Value};
use dss_store::ReadTx;
use serde_json::value::RawValue;

use super::report;
use crate::ServiceError;

/// Names that are remembered, at most: sets and theme groups, of which there are few.
const REMEMBERED: usize = 10_000;

/// The names behind identities, each looked up once.
pub(crate) struct Names<'t> {
    tx: &'t dyn ReadTx,
    known: &'t mut BTreeMap<EntityId, String>,
}

impl<'t> Names<'t> {
    pub(crate) fn new(tx: &'t dyn ReadTx, known: &'t mut BTreeMap<EntityId, String>) -> Self {
        Self { tx, known }
    }

    /// The name of a set, layer or theme group; its id if it is not here.
    pub(crate) fn name(&mut self, id: EntityId) -> Result<String, ServiceError> {
        if let Some(name) = self.known.get(&id) {
            return Ok(name.clone());
        }
        let name = self.tx.get(id)?.map_or_else(|| id.to_string(), |row| row.columns.path);
        if self.known.len() < REMEMBERED {
            self.known.insert(id, name.clone());
        }
        Ok(name)
    }

    /// A register's value as JSON; nothing for what was removed.
    pub(crate) fn value(
        &mut self,
        register: &RegName,
        value: &Value,
    ) -> Result<Option<Box<RawValue>>, ServiceError> {
        let json = match value {
            Value::Absent => return Ok(None),
            Value::Json(json) if *register == RegName::SOURCES => self.sources(json.get_ref())?,
            Value::Json(json) => json.clone(),
            Value::Ref(id) => JsonText::string(&self.name(*id)?),
            Value::Blob(_) | Value::Life(_) => JsonText::string(&plain(value)),
        };
        report(&json).map(Some)
    }

    /// What a layer or theme is made of, by name; `#name` for a layer.
    fn sources(&mut self, list: JsonRef<'_>) -> Result<JsonText, ServiceError> {
        let mut items = Vec::new();
        for item in list.elements() {
            let id = |id: JsonRef<'_>| id.string().and_then(|id| id.parse::<EntityId>().ok());
            items.push(match (id(item), item.get("layer").and_then(id)) {
                (Some(set), _) => JsonText::string(&self.name(set)?),
                (None, Some(layer)) => JsonText::string(&format!("#{}", self.name(layer)?)),
                (None, None) => item.to_text(),
            });
        }
        Ok(JsonText::array(|list| items.iter().for_each(|item| list.raw(item.get_ref()))))
    }
}

/// The text of a value that is no JSON.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Absent => String::new(),
        Value::Json(json) => json.to_string(),
        Value::Ref(id) => id.to_string(),
        Value::Blob(hash) => hash.to_string(),
        Value::Life(Life::Alive) => "alive".to_owned(),
        Value::Life(Life::Deleted) => "deleted".to_owned(),
    }
}
