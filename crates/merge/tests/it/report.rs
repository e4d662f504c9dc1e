//! Results in the words of the vectors.

use dss_merge::{Clocks, Finding, SkewWarning, View, derive, preview, project};
use dss_model::{Dot, EntityId, RegName, Value};
use serde_json::{Map, Value as Json, json};

use crate::importer::{Archive, Copy, Entities, Report, Written};
use crate::names::Names;

pub(crate) fn report_json(
    names: &Names,
    before: &Copy,
    archive: &Archive,
    report: &Report,
    clocks: &Clocks,
    history: &Json,
) -> Json {
    let mut items = Vec::new();
    for (id, planned, outcome) in &report.items {
        let theirs = archive.entities.iter().find(|entity| entity.id() == *id).unwrap();
        let conflicts = planned.conflicts.iter().map(|conflict| {
            let values = |values: &[Value]| values.iter().map(|value| names.value_json(value)).collect();
            let mut json = json!({
                "reg": conflict.register.as_str(),
                "kind": conflict.kind.name(),
                "new": conflict.new,
                "local": Json::Array(values(&conflict.local)),
                "imported": Json::Array(values(&conflict.imported)),
            });
            if conflict.new {
                let past = past(names, history, *id, &conflict.register);
                let local = &before.entities[id];
                let preview = preview(local, theirs, &conflict.register, past, clocks);
                // Writes that are still live on both sides are history in the reviewed vectors, and
                // not known to the random ones.
                let has_history = history.as_array().is_some_and(|history| !history.is_empty());
                json["base"] = match &preview.base {
                    Some(value) if has_history => json!({"known": true, "val": names.value_json(value)}),
                    _ => json!({"known": false}),
                };
                json["recommendation"] = json!(preview.advice.recommendation.name());
                // The model knows the reasons to distrust a clock, not the remark on distance (§16).
                let warnings = preview.advice.warnings.iter().filter(|warning| warning.forbids_advice());
                json["warnings"] = warnings.map(SkewWarning::code).collect();
            }
            json
        });
        let outcome = outcome.unwrap_or(planned.outcome).name();
        let conflicts: Vec<Json> = conflicts.collect();
        items.push(json!({"id": names.entity_name(*id), "outcome": outcome, "conflicts": conflicts}));
    }
    Json::Array(items)
}

fn past(names: &Names, history: &Json, id: EntityId, register: &RegName) -> Vec<(Dot, Value)> {
    let entries = history.as_array().map_or(&[][..], Vec::as_slice).iter();
    let of_register = entries.filter(|entry| {
        names.entity(entry["entity"].as_str().unwrap()) == id && entry["reg"] == register.as_str()
    });
    of_register
        .map(|entry| {
            let dot = names.dot(entry["dot"].as_str().unwrap());
            (dot, names.value(register.as_str(), &entry["val"]))
        })
        .collect()
}

pub(crate) fn write_json(names: &Names, (id, dot, changes): &Written) -> Json {
    let changes: Map<String, Json> =
        changes.iter().map(|(name, value)| (name.to_string(), names.value_json(value))).collect();
    json!({"id": names.entity_name(*id), "dot": names.dot_name(*dot), "changes": changes})
}

pub(crate) fn entities_json(names: &Names, entities: &Entities) -> Json {
    entities.values().map(|entity| names.entity_json(entity)).collect()
}

/// What is shown. Where the halves of a split write tie, derived ids order them otherwise than the
/// model's names: the expected value counts as shown if it is one of them.
pub(crate) fn view_json(names: &Names, entities: &Entities, expected: &Json) -> Json {
    let mut view = Map::new();
    for entity in entities.values() {
        let name = names.entity_name(entity.id());
        let mut shown = Map::new();
        for (register, value) in project(entity) {
            let pairs = entity.register(register).unwrap().pairs();
            let top = pairs.iter().map(|pair| pair.origin).max();
            let mut tied = pairs.iter().filter(|pair| Some(pair.origin) == top && pair.origin != pair.dot);
            let wanted = &expected[&name][register.as_str()];
            let is_tie = pairs.len() > 1 && tied.clone().count() > 1;
            let among = is_tie && tied.any(|pair| names.value_json(&pair.value) == *wanted);
            let value = if among { wanted.clone() } else { names.value_json(value) };
            if entity.is_alive() || *register == RegName::LIFE {
                shown.insert(register.to_string(), value);
            }
        }
        view.insert(name, Json::Object(shown));
    }
    Json::Object(view)
}

pub(crate) fn findings_json(names: &Names, entities: &Entities) -> Json {
    let mut findings = Vec::new();
    for finding in derive(entities.values().map(View::of), &|_| true) {
        let code = finding.code();
        match finding {
            Finding::PathCollision { key, keeps, shown_as, .. } => {
                let shown_as: Map<String, Json> = shown_as
                    .iter()
                    // The suffix hashes the id, which is another one here: only its form is compared.
                    .map(|shown| {
                        assert_eq!(shown.suffix.len(), 7);
                        (names.entity_name(shown.entity), json!(format!("{}~######", shown.text)))
                    })
                    .collect();
                let keeps = names.entity_name(keeps);
                findings.push(json!({"type": code, "path": key, "keeps": keeps, "shown_as": shown_as}));
            }
            Finding::DanglingRef { entity, register, target, last_value } => findings.push(json!({
                "type": code, "entity": names.entity_name(entity), "reg": register.as_str(),
                "target": names.entity_name(target),
                "last_value": last_value.map_or(Json::Null, |value| names.value_json(&value)),
            })),
            Finding::UnknownRef { entity, register, target } => findings.push(json!({
                "type": code, "entity": names.entity_name(entity), "reg": register.as_str(),
                "target": names.entity_name(target),
            })),
            Finding::RefCycle { entities, .. } => findings.extend(
                entities.iter().map(|entity| json!({"type": code, "entity": names.entity_name(*entity)})),
            ),
            other => panic!("unexpected {other:?}"),
        }
    }
    Json::Array(findings)
}

/// Sorts what compares as a set, and hides what hashes of other ids would differ in.
pub(crate) fn normal(json: &Json) -> Json {
    match json {
        Json::Array(elements) => {
            let mut elements: Vec<Json> = elements.iter().map(normal).collect();
            elements.sort_by_key(Json::to_string);
            Json::Array(elements)
        }
        Json::Object(members) => {
            Json::Object(members.iter().map(|(key, value)| (key.clone(), normal(value))).collect())
        }
        Json::String(text) => Json::String(without_hash(text)),
        other => other.clone(),
    }
}

fn without_hash(text: &str) -> String {
    for mark in ["-conflict-", "~"] {
        if let Some((name, hash)) = text.rsplit_once(mark)
            && hash.len() == 6
            && hash.bytes().all(|byte| byte.is_ascii_hexdigit())
        {
            return format!("{}{mark}######", without_hash(name));
        }
    }
    text.to_owned()
}
