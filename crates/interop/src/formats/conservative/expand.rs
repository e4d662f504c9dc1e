//! Groups that extend others, and references by pointer, spelled out.

use std::collections::{HashMap, HashSet};

use super::{Budget, Index, alias, is_child, pointer, push};
use crate::error::InteropError;
use crate::json::{Json, Object};
use crate::report::{Fate, Report};

/// Groups that extend each other, and pointers that lead to pointers.
const STEPS_MAX: usize = 32;

/// The documents, without `$extends` and `$ref`. What leads nowhere, or in circles, stays as it is.
pub(in crate::formats) fn expand(
    documents: &[Object],
    report: &mut Report,
) -> Result<Vec<Object>, InteropError> {
    let index = Index::of(documents);
    let mut expander =
        Expander { index: &index, document: 0, report, budget: Budget::default(), open: Vec::new() };
    let mut expanded = Vec::with_capacity(documents.len());
    for (at, document) in documents.iter().enumerate() {
        expander.document = at;
        expanded.push(expander.group("", document)?);
    }
    Ok(expanded)
}

struct Expander<'a> {
    index: &'a Index<'a>,
    /// The document that is being written.
    document: usize,
    report: &'a mut Report,
    budget: Budget,
    /// The groups that are being extended.
    open: Vec<String>,
}

impl Expander<'_> {
    fn group(&mut self, path: &str, group: &Object) -> Result<Object, InteropError> {
        let mut own = Object::new();
        for (key, value) in group.iter() {
            let written = match value {
                Json::Object(child) if is_child(key) => {
                    let mut below = path.to_owned();
                    push(&mut below, key);
                    Json::Object(self.child(&below, child)?)
                }
                value => {
                    self.budget.spend(value)?;
                    value.clone()
                }
            };
            own.push(key, written);
        }
        let Some(target) = group.get("$extends").and_then(target) else { return Ok(own) };
        if let Some(base) = self.base(path, &target)? {
            own.remove("$extends");
            return Ok(merged(base, own));
        }
        let what = "groups that extend what is not there, or themselves";
        self.report.note(Fate::Changed, what, || path.to_owned());
        Ok(own)
    }

    /// What a group extends, spelled out.
    fn base(&mut self, path: &str, target: &str) -> Result<Option<Object>, InteropError> {
        let is_around = path == target || path.strip_prefix(target).is_some_and(|rest| rest.starts_with('.'));
        let is_open = self.open.iter().any(|open| open == target);
        let Some(group) = self.index.find(self.document, target) else { return Ok(None) };
        if is_around || is_open || group.has("$value") || self.open.len() >= STEPS_MAX {
            return Ok(None);
        }
        self.open.push(target.to_owned());
        let base = self.group(target, group);
        self.open.pop();
        base.map(Some)
    }

    fn child(&mut self, path: &str, child: &Object) -> Result<Object, InteropError> {
        let is_alias = child.has("$ref") && !child.has("$value");
        if !is_alias && !child.has("$value") {
            return self.group(path, child);
        }
        let mut token = Object::new();
        for (key, value) in child.iter() {
            let (key, written) = match value {
                Json::Object(inside) if is_child(key) => {
                    let mut below = path.to_owned();
                    push(&mut below, key);
                    (key, Json::Object(self.child(&below, inside)?))
                }
                reference if key == "$ref" && is_alias => match curly(reference) {
                    Some(alias) => ("$value", alias),
                    None => (key, reference.clone()),
                },
                value if key == "$value" => (key, self.value(value, 0)?),
                value => (key, value.clone()),
            };
            self.budget.spend(&written)?;
            token.push(key, written);
        }
        Ok(token)
    }

    /// A value without pointers in it.
    fn value(&mut self, value: &Json, steps: usize) -> Result<Json, InteropError> {
        self.budget.spend(value)?;
        Ok(match value {
            Json::Object(object) if object.has("$ref") && object.len() == 1 => self.referred(value, steps)?,
            Json::Object(object) => {
                let parts = object.iter().map(|(key, part)| Ok((key.to_owned(), self.value(part, steps)?)));
                Json::Object(parts.collect::<Result<_, InteropError>>()?)
            }
            Json::Array(items) => {
                Json::Array(items.iter().map(|item| self.value(item, steps)).collect::<Result<_, _>>()?)
            }
            other => other.clone(),
        })
    }

    /// What a reference object stands for, or the object itself.
    fn referred(&mut self, value: &Json, steps: usize) -> Result<Json, InteropError> {
        let Some(reference) = value.get("$ref") else { return Ok(value.clone()) };
        if let Some(alias) = curly(reference) {
            return Ok(alias);
        }
        match self.pointed(reference).filter(|_| steps < STEPS_MAX) {
            Some(found) => self.value(&found, steps.saturating_add(1)),
            None => Ok(value.clone()),
        }
    }

    /// What a pointer into a token's value leads to; through aliases of whole tokens, too.
    fn pointed(&self, reference: &Json) -> Option<Json> {
        let names = pointer(reference)?;
        let value_at = names.iter().position(|name| name == "$value")?;
        let (path, inside) = names.split_at_checked(value_at)?;
        let mut path = path.join(".");
        let mut seen = HashSet::new();
        let token = loop {
            let token = self.index.find(self.document, &path)?;
            let whole = token.get("$ref").filter(|_| !token.has("$value")).and_then(curly);
            match token.get("$value").or(whole.as_ref()).and_then(alias) {
                Some(next) if seen.insert(path.clone()) => path = next.to_owned(),
                Some(_) => return None,
                None => break token,
            }
        };
        let mut value = token.get("$value")?;
        for name in inside.iter().skip(1) {
            value = match value {
                Json::Object(object) => object.get(name)?,
                Json::Array(items) => items.get(name.parse::<usize>().ok()?)?,
                _ => return None,
            };
        }
        Some(value.clone())
    }
}

/// The path of the group that `$extends` names.
fn target(reference: &Json) -> Option<String> {
    match alias(reference) {
        Some(path) => Some(path.to_owned()),
        None => pointer(reference).map(|names| names.join(".")),
    }
}

/// The alias that says the same as a pointer to a whole token.
fn curly(reference: &Json) -> Option<Json> {
    let mut names = pointer(reference)?;
    if names.last().is_some_and(|name| name == "$value") {
        names.pop();
    }
    let is_plain = |name: &String| !name.is_empty() && !name.contains(['{', '}', '.']) && name != "$value";
    names.iter().all(is_plain).then(|| Json::String(format!("{{{}}}", names.join("."))))
}

/// A group on top of another: tokens replace whole tokens, groups are merged.
fn merged(base: Object, own: Object) -> Object {
    let mut members: Vec<(String, Option<Json>)> =
        base.into_iter().map(|(key, value)| (key, Some(value))).collect();
    let places: HashMap<String, usize> =
        members.iter().zip(0..).map(|((key, _), at)| (key.clone(), at)).collect();
    for (key, value) in own {
        let old = places.get(&key).and_then(|at| members.get_mut(*at));
        let Some((_, slot)) = old else {
            members.push((key, Some(value)));
            continue;
        };
        *slot = Some(match (slot.take(), value) {
            (Some(Json::Object(below)), Json::Object(own))
                if is_group(&key, &below) && is_group(&key, &own) =>
            {
                Json::Object(merged(below, own))
            }
            (_, value) => value,
        });
    }
    members.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn is_group(key: &str, object: &Object) -> bool {
    is_child(key) && !object.has("$value")
}
