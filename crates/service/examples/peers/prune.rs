//! Documents without the tokens that are marked invalid, and without those that lead to nothing else.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use dss_service::interop::{Json, Object};
use dss_service::model::TokenPath;

use super::Result;

/// Members of a token that are not its children.
const OF_TOKENS: [&str; 6] = ["$value", "$type", "$ref", "$description", "$extensions", "$deprecated"];

/// How many tokens are in a document.
pub(super) fn tokens(group: &Object) -> usize {
    let children = group.iter().filter(|(key, _)| is_child(key)).filter_map(|(_, child)| child.as_object());
    children.map(tokens).fold(usize::from(is_token(group)), usize::saturating_add)
}

pub(super) fn is_child(key: &str) -> bool {
    key == "$root" || !key.starts_with('$')
}

/// Whether this is a token; a `$ref` alone is one, or a group that extends another in that way.
pub(super) fn is_token(object: &Object) -> bool {
    object.has("$value") || (object.has("$ref") && !object.iter().any(|(key, _)| is_child(key)))
}

/// Takes the tokens out of documents, which are called like sets.
pub(super) fn without_invalid(
    documents: &mut BTreeMap<String, Object>,
    invalid: &BTreeMap<String, BTreeSet<TokenPath>>,
) -> Result<()> {
    for (set, paths) in invalid {
        let names = [".tokens.json", ".json", ".tokens"].map(|ending| format!("{set}{ending}"));
        let name = names.iter().chain([set]).find(|name| documents.contains_key(*name));
        let name = name.ok_or_else(|| format!("no file of set \"{set}\""))?;
        for path in paths {
            let names: Vec<_> = path.segments().map(std::borrow::Cow::into_owned).collect();
            take(documents.get_mut(name).ok_or("no document")?, &names);
        }
    }
    Ok(())
}

/// Takes tokens out that refer to paths where no token is left, until none does.
pub(super) fn without_dangling(documents: &mut BTreeMap<String, Object>) {
    loop {
        let mut left = HashSet::new();
        documents.values().for_each(|document| paths(document, "", &mut left));
        let before: usize = documents.values().map(tokens).sum();
        documents.values_mut().for_each(|document| drop_dangling(document, &left));
        if documents.values().map(tokens).sum::<usize>() == before {
            return;
        }
    }
}

/// Takes a token out, and leaves what is inside it.
fn take(document: &mut Object, path: &[String]) {
    let Some((name, rest)) = path.split_first() else { return };
    let Some(Json::Object(child)) = document.get_mut(name) else { return };
    if !rest.is_empty() {
        return take(child, rest);
    }
    OF_TOKENS.iter().for_each(|member| {
        child.remove(member);
    });
    if child.is_empty() {
        document.remove(name);
    }
}

fn paths(group: &Object, path: &str, found: &mut HashSet<String>) {
    if is_token(group) || path.is_empty() {
        found.insert(path.to_owned());
    }
    for (key, child) in group.iter().filter_map(|(key, child)| Some((key, child.as_object()?))) {
        if is_child(key) {
            let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            paths(child, &below, found);
        }
    }
}

fn drop_dangling(group: &mut Object, left: &HashSet<String>) {
    let is_dangling = |object: &Object| {
        let value = object.get("$value").or_else(|| object.get("$ref"));
        value.is_some_and(|value| leads_nowhere(value, left))
    };
    let dangling: Vec<String> = group
        .iter()
        .filter(|(key, child)| {
            is_child(key) && child.as_object().is_some_and(|child| is_token(child) && is_dangling(child))
        })
        .map(|(key, _)| key.to_owned())
        .collect();
    for key in dangling {
        take(group, &[key]);
    }
    for (key, child) in group.iter_mut() {
        if let (true, Json::Object(child)) = (is_child(key), child) {
            drop_dangling(child, left);
        }
    }
}

fn leads_nowhere(value: &Json, left: &HashSet<String>) -> bool {
    match value {
        Json::Object(object) => object.iter().any(|(_, part)| leads_nowhere(part, left)),
        Json::Array(items) => items.iter().any(|item| leads_nowhere(item, left)),
        value => {
            let alias = value.as_str().and_then(|text| text.strip_prefix('{')?.strip_suffix('}'));
            alias.is_some_and(|path| !left.contains(path))
        }
    }
}
