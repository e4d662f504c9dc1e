//! A variable's own members, to and from what the tokens that it is carry.

use super::{CODE_SYNTAX, HIDDEN, SCOPES, VARIABLE_ID};
use crate::format::Format;
use crate::json::{Json, Object};
use crate::keep::kept;

/// The members of a variable, in the order in which Figma writes them.
const USUAL: [&str; 11] = [
    "name",
    "id",
    "remote",
    "key",
    "variableCollectionId",
    "resolvedType",
    "description",
    "hiddenFromPublishing",
    "valuesByMode",
    "scopes",
    "codeSyntax",
];

/// What a variable says beside its values, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facts<'a> {
    pub(super) id: &'a str,
    pub(super) name: &'a str,
    pub(super) collection: &'a str,
    pub(super) is_remote: bool,
    pub(super) resolved_type: Option<&'a str>,
    pub(super) values: &'a Object,
}

/// Puts what all of a variable's tokens carry into one of them: how it is described, and Figma's extensions.
pub(super) fn describe(token: &mut Object, id: &str, variable: &Object) {
    if let Some(description) = variable.string("description").filter(|text| !text.is_empty()) {
        token.push("$description", description);
    }
    let mut extensions = Object::new();
    extensions.push(VARIABLE_ID, id);
    if let Some(scopes @ Json::Array(_)) = variable.get("scopes") {
        extensions.push(SCOPES, scopes.clone());
    }
    if let Some(syntax) =
        variable.get("codeSyntax").and_then(Json::as_object).filter(|syntax| !syntax.is_empty())
    {
        extensions.push(CODE_SYNTAX, syntax.clone());
    }
    if variable.get("hiddenFromPublishing") == Some(&Json::Boolean(true)) {
        extensions.push(HIDDEN, Json::Boolean(true));
    }
    token.push("$extensions", extensions);
}

/// What has to be kept of a variable beside that, so that [`written`] writes the very same.
pub(super) fn leftover(token: &Object, variable: &Object, facts: &Facts<'_>) -> Object {
    let mut left = Object::new();
    let plain = written(token, facts);
    let members: Object = variable
        .iter()
        .filter(|(key, value)| plain.get(key) != Some(value))
        .map(|(key, value)| (key.to_owned(), value.clone()))
        .collect();
    if !members.is_empty() {
        left.push("members", members);
    }
    let mut with_members = token.clone();
    crate::keep::keep(&mut with_members, Format::Figma, left.clone());
    if !written(&with_members, facts).iter().map(|(key, _)| key).eq(variable.iter().map(|(key, _)| key)) {
        left.push("order", Json::Array(variable.iter().map(|(key, _)| Json::from(key)).collect()));
    }
    left
}

/// The variable that the token stands for, with the values that are given.
pub(super) fn written(token: &Object, facts: &Facts<'_>) -> Object {
    let kept = kept(token, Format::Figma);
    let members = kept.and_then(|kept| kept.get("members")?.as_object());
    let extension = |name: &str| token.get("$extensions").and_then(|extensions| extensions.get(name));
    let member = |name: &str| {
        let stated = match name {
            "name" => Json::from(facts.name),
            "id" => Json::from(facts.id),
            "remote" => Json::Boolean(facts.is_remote),
            "variableCollectionId" => Json::from(facts.collection),
            "resolvedType" => Json::from(facts.resolved_type?),
            "description" => Json::from(token.string("$description").unwrap_or_default()),
            "hiddenFromPublishing" => Json::Boolean(extension(HIDDEN) == Some(&Json::Boolean(true))),
            "valuesByMode" => Json::Object(facts.values.clone()),
            "scopes" => extension(SCOPES)?.clone(),
            "codeSyntax" => extension(CODE_SYNTAX).cloned().unwrap_or_else(|| Json::Object(Object::new())),
            _ => return None,
        };
        Some(stated)
    };
    let usual = USUAL.iter().filter_map(|name| {
        let kept = || members.and_then(|members| members.get(name)).cloned();
        let value = match member(name) {
            Some(value) if says(&value) && *name != "remote" => Some(value),
            nothing => kept().or(nothing),
        };
        Some(((*name).to_owned(), value?))
    });
    let others = members.into_iter().flat_map(Object::iter).filter(|(key, _)| !USUAL.contains(key));
    let all: Object = usual.chain(others.map(|(key, value)| (key.to_owned(), value.clone()))).collect();
    match kept.and_then(|kept| kept.get("order")?.as_array()) {
        Some(order) => arranged(all, order),
        None => all,
    }
}

/// The members in the order that is kept. Those that it does not list are there only if they say anything.
fn arranged(mut members: Object, order: &[Json]) -> Object {
    let mut arranged = Object::new();
    for name in order.iter().filter_map(Json::as_str) {
        if let Some(value) = members.remove(name) {
            arranged.push(name, value);
        }
    }
    let new = members.into_iter().filter(|(name, value)| name != "remote" && says(value));
    arranged.into_iter().chain(new).collect()
}

/// Whether a member says more than its absence would.
fn says(value: &Json) -> bool {
    match value {
        Json::Boolean(value) => *value,
        Json::String(text) => !text.is_empty(),
        Json::Object(object) => !object.is_empty(),
        _ => true,
    }
}
