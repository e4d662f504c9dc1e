//! What has to be asked of Figma so that it has what is wanted: `POST /v1/files/:key/variables`.

use std::collections::{HashMap, HashSet};

use super::payload::{Payload, is_true};
use crate::json::{Json, Object};
use crate::report::{Fate, Report};

/// Modes that a collection may have, and variables, and characters that a mode's name may have, as Figma says.
const MODES_MAX: usize = 40;
const VARIABLES_MAX: usize = 5_000;
const MODE_NAME_MAX: usize = 40;

/// What temporary ids start with.
const TEMPORARY: [&str; 3] = ["collection:", "mode:", "variable:"];

/// The request that makes `wanted` of what is `there`. Nothing is deleted, and nothing of other files is changed.
pub(super) fn request(wanted: &Payload, there: &Payload, report: &mut Report) -> Object {
    let wanted = &renamed(wanted, there);
    let mut asked = Asked { there: Index::of(there), ..Asked::default() };
    for (id, collection) in wanted.collections.iter().filter(|(_, one)| !is_true(one, "remote")) {
        asked.collection(id, collection, report);
    }
    for (id, variable) in wanted.variables.iter().filter(|(_, one)| !is_true(one, "remote")) {
        asked.variable(id, variable, report);
    }
    let mut request = Object::new();
    request.push("variableCollections", Json::Array(asked.collections));
    request.push("variableModes", Json::Array(asked.modes));
    request.push("variables", Json::Array(asked.variables));
    request.push("variableModeValues", Json::Array(asked.values));
    request
}

/// What something is called that Figma had under an id and has no more.
pub(super) fn again(id: &str) -> String {
    format!("again:{id}")
}

/// What is wanted, with temporary ids for what Figma has had and has no more.
fn renamed(wanted: &Payload, there: &Payload) -> Payload {
    let index = Index::of(there);
    let modes_of = |collection: &Object| -> Vec<String> {
        let modes = collection.get("modes").and_then(Json::as_array).unwrap_or_default();
        modes.iter().filter_map(|mode| mode.get("modeId")?.as_str()).map(str::to_owned).collect()
    };
    let modes: HashSet<String> = there.collections.iter().flat_map(|(_, one)| modes_of(one)).collect();
    let mut gone: HashSet<String> = HashSet::new();
    for (id, collection) in wanted.collections.iter().filter(|(_, one)| !is_true(one, "remote")) {
        gone.extend(Some(id.clone()).filter(|id| !index.collections.contains_key(id.as_str())));
        gone.extend(modes_of(collection).into_iter().filter(|mode| !modes.contains(mode)));
    }
    let own = wanted.variables.iter().filter(|(_, one)| !is_true(one, "remote"));
    gone.extend(own.map(|(id, _)| id.clone()).filter(|id| !index.variables.contains_key(id.as_str())));
    gone.retain(|id| !TEMPORARY.iter().any(|start| id.starts_with(start)));
    if gone.is_empty() {
        return wanted.clone();
    }
    let rename = |objects: &[(String, Object)]| {
        let renamed = objects.iter().map(|(id, object)| {
            let mut object = Json::Object(object.clone());
            replace(&mut object, &gone);
            let Json::Object(object) = object else { return (id.clone(), Object::new()) };
            (if gone.contains(id) { again(id) } else { id.clone() }, object)
        });
        renamed.collect()
    };
    Payload {
        shell: wanted.shell.clone(),
        collections: rename(&wanted.collections),
        variables: rename(&wanted.variables),
    }
}

/// Replaces ids wherever they are a value, or the name of one in a mode.
fn replace(value: &mut Json, gone: &HashSet<String>) {
    match value {
        Json::String(text) if gone.contains(text) => *text = again(text),
        Json::Array(items) => items.iter_mut().for_each(|item| replace(item, gone)),
        Json::Object(object) => {
            let members = std::mem::take(object).into_iter().map(|(key, mut value)| {
                replace(&mut value, gone);
                (if gone.contains(&key) { again(&key) } else { key }, value)
            });
            *object = members.collect();
        }
        _ => {}
    }
}

/// What is there, by id.
#[derive(Default)]
struct Index<'a> {
    collections: HashMap<&'a str, &'a Object>,
    variables: HashMap<&'a str, &'a Object>,
}

impl<'a> Index<'a> {
    fn of(payload: &'a Payload) -> Self {
        Self {
            collections: payload.collections.iter().map(|(id, one)| (id.as_str(), one)).collect(),
            variables: payload.variables.iter().map(|(id, one)| (id.as_str(), one)).collect(),
        }
    }
}

#[derive(Default)]
struct Asked<'a> {
    there: Index<'a>,
    collections: Vec<Json>,
    modes: Vec<Json>,
    variables: Vec<Json>,
    values: Vec<Json>,
}

impl Asked<'_> {
    fn collection(&mut self, id: &str, wanted: &Object, report: &mut Report) {
        let there = self.there.collections.get(id).copied();
        let modes = wanted.get("modes").and_then(Json::as_array).unwrap_or_default();
        let first = wanted.string("defaultModeId");
        match there {
            None => {
                let mut create = action("CREATE", id);
                copy(&mut create, wanted, &["name"]);
                first.into_iter().for_each(|first| create.push("initialModeId", first));
                copy_if_true(&mut create, wanted);
                self.collections.push(Json::Object(create));
            }
            Some(there) => {
                let changed = changed(wanted, there, &["name", "hiddenFromPublishing"]);
                self.collections.extend(update(id, &changed, wanted));
            }
        }
        let known = there.and_then(|there| there.get("modes")?.as_array()).unwrap_or_default();
        for mode in modes.iter().filter_map(Json::as_object) {
            let Some(mode_id) = mode.string("modeId") else { continue };
            let is_it = |known: &&Json| known.get("modeId").and_then(Json::as_str) == Some(mode_id);
            let known = known.iter().find(is_it);
            // The first mode of a new collection is there with it, under no name of its own.
            let is_first = there.is_none() && first == Some(mode_id);
            let verb = match known {
                Some(known) if known.get("name") == mode.get("name") => continue,
                Some(_) => "UPDATE",
                None if is_first => "UPDATE",
                None => "CREATE",
            };
            let mut change = action(verb, mode_id);
            copy(&mut change, mode, &["name"]);
            change.push("variableCollectionId", id);
            self.modes.push(Json::Object(change));
        }
        note_limits(wanted, modes, report);
    }

    fn variable(&mut self, id: &str, wanted: &Object, report: &mut Report) {
        let there = self.there.variables.get(id).copied();
        match there {
            None => {
                let mut create = action("CREATE", id);
                copy(&mut create, wanted, &["name", "variableCollectionId", "resolvedType"]);
                if wanted.string("description").is_some_and(|text| !text.is_empty()) {
                    copy(&mut create, wanted, &["description"]);
                }
                copy_if_true(&mut create, wanted);
                copy(&mut create, wanted, &["scopes"]);
                if wanted.get("codeSyntax").and_then(Json::as_object).is_some_and(|syntax| !syntax.is_empty())
                {
                    copy(&mut create, wanted, &["codeSyntax"]);
                }
                self.variables.push(Json::Object(create));
            }
            Some(there) => {
                let members = ["name", "description", "hiddenFromPublishing", "scopes", "codeSyntax"];
                let changed = changed(wanted, there, &members);
                self.variables.extend(update(id, &changed, wanted));
                if wanted.get("resolvedType") != there.get("resolvedType") {
                    let what = "changes of a variable's type, which Figma does not make";
                    report.note(Fate::Lost, what, || wanted.string("name").unwrap_or_default().to_owned());
                    return;
                }
            }
        }
        let known = there.and_then(|there| there.get("valuesByMode")?.as_object());
        let values = wanted.get("valuesByMode").and_then(Json::as_object);
        for (mode, value) in values.into_iter().flat_map(Object::iter) {
            if known
                .and_then(|known| known.get(mode))
                .is_some_and(|known| super::value::is_same(known, value))
            {
                continue;
            }
            let mut change = Object::new();
            change.push("variableId", id);
            change.push("modeId", mode);
            change.push("value", value.clone());
            self.values.push(Json::Object(change));
        }
    }
}

/// A change of that kind, of the thing with that id.
pub(super) fn action(verb: &str, id: &str) -> Object {
    let mut action = Object::new();
    action.push("action", verb);
    action.push("id", id);
    action
}

fn copy(to: &mut Object, from: &Object, names: &[&str]) {
    for name in names {
        from.get(name).into_iter().for_each(|value| to.push(*name, value.clone()));
    }
}

fn copy_if_true(to: &mut Object, from: &Object) {
    if is_true(from, "hiddenFromPublishing") {
        to.push("hiddenFromPublishing", Json::Boolean(true));
    }
}

/// The members that are wanted otherwise than they are there.
fn changed<'a>(wanted: &Object, there: &Object, names: &[&'a str]) -> Vec<&'a str> {
    let differs = |name: &&&str| wanted.get(name).is_some_and(|value| there.get(name) != Some(value));
    names.iter().filter(differs).copied().collect()
}

fn update(id: &str, changed: &[&str], wanted: &Object) -> Option<Json> {
    let mut update = action("UPDATE", id);
    copy(&mut update, wanted, changed);
    (!changed.is_empty()).then_some(Json::Object(update))
}

fn note_limits(collection: &Object, modes: &[Json], report: &mut Report) {
    let name = || collection.string("name").unwrap_or_default().to_owned();
    if modes.len() > MODES_MAX {
        report.note(Fate::Changed, "collections with more modes than Figma takes", name);
    }
    let variables = collection.get("variableIds").and_then(Json::as_array).map_or(0, <[Json]>::len);
    if variables > VARIABLES_MAX {
        report.note(Fate::Changed, "collections with more variables than Figma takes", name);
    }
    let names = modes.iter().filter_map(|mode| mode.get("name")?.as_str());
    for long in names.filter(|name| name.chars().count() > MODE_NAME_MAX) {
        report.note(Fate::Changed, "names of modes that are longer than Figma takes", || long.to_owned());
    }
}
