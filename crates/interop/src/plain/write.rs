//! A DTCG document as a tool's token tree.

use std::collections::{HashMap, HashSet};

use super::read::read_own;
use super::{Dialect, Style, Typed, split};
use crate::json::{Json, Object};
use crate::keep::{kept, take};
use crate::report::{Fate, Report};

/// Writes a document; what the tool cannot say is counted.
pub(crate) fn write_document(dialect: &Dialect, set: &str, document: &Object, report: &mut Report) -> Object {
    let mut writer = Writer::new(dialect, document);
    let whole = kept(document, dialect.format).and_then(|kept| kept.get("document")?.as_object());
    if let Some(whole) = whole
        && super::read_document(dialect, set, whole, &mut Report::default()) == *document
    {
        return whole.clone();
    }
    set.clone_into(&mut writer.place);
    let written = writer.document(document);
    report.add(writer.report);
    written
}

/// Writes the tokens of one document.
pub(super) struct Writer<'a> {
    dialect: &'a Dialect,
    style: Style,
    report: Report,
    place: String,
}

impl<'a> Writer<'a> {
    pub(super) fn new(dialect: &'a Dialect, document: &Object) -> Self {
        let style = kept(document, dialect.format).and_then(|kept| Style::named(kept.string("style")?));
        Self {
            dialect,
            style: style.unwrap_or(dialect.style),
            report: Report::default(),
            place: String::new(),
        }
    }

    pub(super) fn document(&mut self, document: &Object) -> Object {
        let mut document = document.clone();
        take(&mut document, self.dialect.format);
        self.group(&document, None)
    }

    fn group(&mut self, group: &Object, inherited: Option<&str>) -> Object {
        let inherited = group.string("$type").or(inherited);
        let (mut own, children) = split(group);
        if own.has("$extends") || own.has("$ref") {
            self.report.note(
                Fate::Changed,
                "groups that extend others, as members that mean nothing there",
                || self.place.clone(),
            );
        }
        self.children(&mut own, children, inherited);
        own
    }

    fn token(&mut self, token: &Object, inherited: Option<&str>) -> Object {
        let (own, children) = split(token);
        let mut written = own_token(self.dialect, self.style, &own, inherited);
        self.children(&mut written, children, inherited);
        written
    }

    fn children(&mut self, own: &mut Object, children: Vec<(&str, &Object)>, inherited: Option<&str>) {
        let mut children: HashMap<&str, &Object> = children.into_iter().collect();
        for (key, value) in own.iter_mut() {
            let Some(child) = children.remove(key) else { continue };
            let before = self.place.len();
            self.place.push(if self.place.contains(':') { '.' } else { ':' });
            self.place.push_str(key);
            let written =
                if is_token(child) { self.token(child, inherited) } else { self.group(child, inherited) };
            self.place.truncate(before);
            *value = Json::Object(written);
        }
    }
}

/// Whether an object of a DTCG document is a token.
fn is_token(object: &Object) -> bool {
    object.has("$value")
}

/// A token's own members as the tool writes them.
pub(super) fn own_token(dialect: &Dialect, style: Style, token: &Object, inherited: Option<&str>) -> Object {
    let kept = kept(token, dialect.format).cloned().unwrap_or_default();
    if let Some(whole) = kept.get("token").and_then(Json::as_object)
        && read_own(dialect, style, whole, inherited).0 == *token
    {
        return whole.clone();
    }
    let mut token = token.clone();
    take(&mut token, dialect.format);
    let style = kept.string("style").and_then(Style::named).unwrap_or(style);
    let typed = typed(dialect, &token, &kept, inherited);
    let style = if is_taken(dialect, style, &token, &typed) { Style::Dollar } else { style };
    let mut written = Object::new();
    for (key, value) in token.iter() {
        match key {
            "$value" => written.push(style.value(), typed.value.clone()),
            "$type" => typed.kind.iter().for_each(|kind| written.push(style.kind(), kind.clone())),
            "$description" if value.as_str().is_some() => {
                written.push(style.description(dialect), value.clone())
            }
            _ => written.push(key, value.clone()),
        }
    }
    if let Some(kind) = typed.kind.filter(|_| !token.has("$type")) {
        written.set(style.kind(), kind);
    }
    if let Some(Json::Object(members)) = kept.get("members") {
        let there: HashSet<String> = written.iter().map(|(key, _)| key.to_owned()).collect();
        let new = members.iter().filter(|(key, _)| !there.contains(*key));
        new.for_each(|(key, value)| written.push(key, value.clone()));
    }
    match kept.get("order").and_then(Json::as_array) {
        Some(order) => ordered(written, order),
        None => written,
    }
}

/// Whether the token has members, or others inside, that are called as its properties would be without their `$`.
fn is_taken(dialect: &Dialect, style: Style, token: &Object, typed: &Typed) -> bool {
    style == Style::Plain
        && (token.has(style.value())
            || (token.has(style.kind()) && typed.kind.is_some())
            || (token.has(style.description(dialect)) && token.has("$description")))
}

/// The type and value as the tool says them: as they were, if that still means what is there now.
fn typed(dialect: &Dialect, token: &Object, kept: &Object, inherited: Option<&str>) -> Typed {
    let now = Typed {
        kind: token.get("$type").cloned(),
        inherited: inherited.map(str::to_owned),
        value: token.get("$value").cloned().unwrap_or(Json::Null),
    };
    let spelled = (dialect.from_dtcg)(&now);
    let kind = match kept.get("type") {
        None => spelled.kind.clone(),
        Some(Json::Null) => None,
        Some(kind) => Some(kind.clone()),
    };
    let value = kept.get("value").unwrap_or(&spelled.value).clone();
    let still_means = |typed: &Typed| (dialect.to_dtcg)(typed).0 == now;
    let as_it_was = Typed { kind, value, inherited: now.inherited.clone() };
    if still_means(&as_it_was) {
        return as_it_was;
    }
    let with_its_type = Typed { value: spelled.value.clone(), ..as_it_was };
    if still_means(&with_its_type) { with_its_type } else { spelled }
}

/// The members in that order, and those that are new behind them.
fn ordered(members: Object, order: &[Json]) -> Object {
    let place: HashMap<&str, usize> = order.iter().filter_map(Json::as_str).zip(0..).collect();
    let mut members: Vec<(String, Json)> = members.into_iter().collect();
    members.sort_by_key(|(key, _)| place.get(key.as_str()).copied().unwrap_or(usize::MAX));
    members.into_iter().collect()
}
