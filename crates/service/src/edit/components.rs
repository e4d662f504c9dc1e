//! Components.

use std::collections::BTreeMap;

use dss_format::record;
use dss_model::{JsonLimits, JsonRef, JsonText, Kind, Limits, ProjectName, RegName, Value};
use dss_store::{LifeFilter, Row};
use serde_json::json;

use super::{Edit, Result, check_name, collect, find_alive, next_order, not_found, text, usage};
use crate::view::record_view;
use crate::{ProjectService, RecordView, ServiceError};

impl ProjectService {
    /// Components by order.
    ///
    /// # Errors
    /// If the project does not exist or cannot be read.
    pub fn components(&self, project: &ProjectName) -> Result<Vec<RecordView>> {
        let tx = self.store.read(project)?;
        collect(&*tx, &[Kind::Component], LifeFilter::Alive)?.iter().map(record_view).collect()
    }

    /// One component.
    ///
    /// # Errors
    /// If it does not exist, or the project cannot be read.
    pub fn component(&self, project: &ProjectName, name: &str) -> Result<RecordView> {
        let tx = self.store.read(project)?;
        record_view(&find_alive(&*tx, Kind::Component, name, "component")?)
    }

    /// Creates or replaces a component from a JSON object (its `name` member names it).
    ///
    /// # Errors
    /// [`Usage`](crate::ServiceError::Usage) if that is no JSON object, or no component; nothing was
    /// changed then.
    pub fn set_component(&self, project: &ProjectName, record: &[u8]) -> Result<RecordView> {
        let written = self.set_components(project, &[record])?.pop();
        written.ok_or_else(|| ServiceError::Internal("a component was not written".to_owned()))
    }

    /// Creates or replaces components from JSON objects, all of them or none. Of two with one name, the later
    /// one counts.
    ///
    /// # Errors
    /// As [`ProjectService::set_component`]; nothing was changed then.
    pub fn set_components(&self, project: &ProjectName, records: &[&[u8]]) -> Result<Vec<RecordView>> {
        let run = || {
            let named = records.iter().map(|record| named(record)).collect::<Result<Vec<_>>>()?;
            let last: BTreeMap<&String, usize> =
                named.iter().enumerate().map(|(place, (_, name))| (name, place)).collect();
            let mut edit = Edit::begin(self, project)?;
            let mut written = Vec::new();
            for (place, (record, name)) in named.iter().enumerate() {
                // One write to each: an entity cannot be written twice at once.
                if last.get(name) == Some(&place) {
                    written.push(edit.write_component(record, name)?);
                }
            }
            edit.settle()?;
            edit.commit()?;
            written.iter().map(record_view).collect()
        };
        let detail = |views: &Vec<RecordView>| match views.as_slice() {
            [view] => json!({ "name": view.name, "id": view.id }),
            views => {
                let names = views.iter().take(NAMES_LOGGED_MAX).map(|view| view.name.as_str());
                json!({ "name": names.collect::<Vec<_>>().join(", "), "components": views.len() })
            }
        };
        self.audited("component.set", Some(project), run, detail)
    }

    /// Deletes a component.
    ///
    /// # Errors
    /// [`NotFound`](crate::ServiceError::NotFound) if there is none; nothing was changed then.
    pub fn remove_component(&self, project: &ProjectName, name: &str) -> Result<()> {
        let run = || {
            let mut edit = Edit::begin(self, project)?;
            let row = find_alive(&*edit.tx, Kind::Component, name, "component")?;
            edit.delete(row)?;
            edit.settle()?;
            edit.commit()
        };
        self.audited("component.remove", Some(project), run, |()| json!({ "name": name }))
    }
}

/// Names that the log tells, at most.
const NAMES_LOGGED_MAX: usize = 20;

const HINT: &str = "a component is a JSON object like {\"name\": \"Button\", \"props\": {}}";

/// A component and its name.
fn named(record: &[u8]) -> Result<(JsonText, String)> {
    let record = parse(record)?;
    let name = record.get_ref().get("name").and_then(JsonRef::string).map(std::borrow::Cow::into_owned);
    let name = name.ok_or_else(|| usage("the component has no \"name\"", HINT))?;
    check_name("component", &name)?;
    Ok((record, name))
}

fn parse(record: &[u8]) -> Result<JsonText> {
    let limit = Limits::default().item_bytes;
    if record.len() > limit {
        let message = format!("the component has {} bytes, at most {limit} are allowed", record.len());
        return Err(usage(message, HINT));
    }
    JsonText::parse(record, &JsonLimits::default())
        .map_err(|error| usage(format!("the component is not JSON: {error}"), HINT))
}

impl Edit<'_> {
    fn write_component(&mut self, record: &JsonText, name: &str) -> Result<Row> {
        if let Some(fault) = record::check(Kind::Component, record.get_ref()).first() {
            return Err(usage(format!("the component cannot be read: {}", fault.message), HINT));
        }
        let body = record::body_of(Kind::Component, record.get_ref(), None);
        let mut changes =
            body.map_err(|reason| usage(format!("the component cannot be read: {reason}"), HINT))?;
        // Where it stands is not told by the record of one.
        changes.retain(|(register, _)| *register != RegName::ORDER);
        let place = self.named(Kind::Component, name, record::derived_id(Kind::Component, name))?;
        for gone in place.existing.iter().flat_map(|row| row.entity.registers().keys()) {
            let is_kept = *gone == RegName::ORDER || changes.iter().any(|(register, _)| register == gone);
            if !is_kept {
                changes.push((gone.clone(), Value::Absent));
            }
        }
        if !place.is_alive() {
            let order = next_order(&*self.tx, &[Kind::Component], |_| true)?;
            changes.push(text(RegName::ORDER, order.as_str()));
        }
        let id = self.put_named(Kind::Component, place, changes)?.id();
        self.tx.get(id)?.ok_or_else(|| not_found("component", name))
    }
}
