//! Records against their schemas, member by member (schemas/components.schema.json, schemas/assets.schema.json).

use std::collections::HashSet;

use dss_model::{JsonKind, JsonRef, Kind, TokenPath};

use crate::dtcg::alias::{self, Target};
use crate::resolver::pointer;

/// The code of everything that a record can get wrong.
pub const RECORD_INVALID: &str = "record_invalid";

/// Something that a record gets wrong: which member, as a JSON pointer into the record, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordFault {
    /// Where, such as `/tags/2`.
    pub path: String,
    /// What, for people.
    pub message: String,
}

/// Everything that `record` gets wrong as an entity of that kind.
///
/// ```
/// use dss_format::record::check;
/// use dss_model::{JsonText, Kind};
/// let component = JsonText::object(|out| out.boolean("name", true));
/// assert_eq!(check(Kind::Component, component.get_ref())[0].path, "/name");
/// ```
pub fn check(kind: Kind, record: JsonRef<'_>) -> Vec<RecordFault> {
    let mut faults = Faults::default();
    match record.get("name").map(JsonRef::string) {
        None => faults.add(&["name"], "is missing"),
        Some(None) => faults.add(&["name"], "is no string"),
        Some(Some(name)) if name.is_empty() => faults.add(&["name"], "is empty"),
        Some(Some(_)) => {}
    }
    for (name, value) in record.members() {
        let is = |kind| value.kind() == kind;
        let fault = match (kind, name.as_ref()) {
            (_, "description") | (Kind::Component, "status" | "category") | (Kind::Asset, "mediaType") => {
                (!is(JsonKind::String)).then_some("is no string")
            }
            (Kind::Component, "props" | "variants" | "slots") | (_, "$extensions") => {
                (!is(JsonKind::Object)).then_some("is no object")
            }
            (Kind::Component, "tags") if is(JsonKind::Array) => {
                faults.tags(value);
                value.elements().next().is_none().then_some("is an empty list")
            }
            (Kind::Component, "tags") => Some("is no list"),
            (Kind::Asset, "size") => value.u64().is_none().then_some("is no whole number"),
            _ => None,
        };
        if let Some(fault) = fault {
            faults.add(&[&name], fault);
        }
    }
    if kind == Kind::Asset {
        for name in ["sha256", "size"] {
            if record.get(name).is_none() {
                faults.add(&[name], "is missing");
            }
        }
    }
    faults.0
}

#[derive(Default)]
struct Faults(Vec<RecordFault>);

impl Faults {
    fn add(&mut self, names: &[&str], what: &str) {
        let name = names.join("/");
        let message = format!("\"{}\" {what}", name.escape_debug());
        self.0.push(RecordFault { path: pointer(names), message });
    }

    fn tags(&mut self, tags: JsonRef<'_>) {
        let mut names = HashSet::new();
        for (index, tag) in tags.elements().enumerate() {
            match tag.string() {
                None => self.add(&["tags", &index.to_string()], "is no string"),
                Some(tag) if !names.insert(tag.clone()) => {
                    self.add(&["tags", &index.to_string()], "stands twice in the list");
                }
                Some(_) => {}
            }
        }
    }
}

/// The tokens that a component uses: every string in its `tokens`, and in those of its variants.
pub fn tokens_of(component: JsonRef<'_>) -> Vec<TokenPath> {
    let variants = component.get("variants").into_iter().flat_map(JsonRef::members);
    let lists = variants.filter_map(|(_, variant)| variant.get("tokens"));
    let mut found = Vec::new();
    for list in component.get("tokens").into_iter().chain(lists) {
        collect(list, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// Depth is bounded by the parser.
fn collect(value: JsonRef<'_>, found: &mut Vec<TokenPath>) {
    if let Some(text) = value.string() {
        match alias::curly(&text) {
            Some(Target::Whole(path)) => found.push(path),
            Some(_) => {}
            None if text.is_empty() => {}
            None => found.push(TokenPath::from_alias(&text)),
        }
    }
    value.elements().for_each(|item| collect(item, found));
    value.members().for_each(|(_, item)| collect(item, found));
}

#[cfg(test)]
mod tests {
    use dss_model::{JsonLimits, JsonText};

    use super::*;

    fn faults(kind: Kind, text: &str) -> Vec<String> {
        let record = JsonText::parse(text.as_bytes(), &JsonLimits::default()).unwrap();
        check(kind, record.get_ref()).into_iter().map(|fault| fault.path).collect()
    }

    #[test]
    fn members_are_what_the_schema_says() {
        let good = r#"{"name":"a","description":"","status":"x","category":"y","tags":["a","b"],
            "props":{},"variants":{},"slots":{},"tokens":1,"links":null,"docs":[],"own":0,"$extensions":{}}"#;
        assert!(faults(Kind::Component, good).is_empty());
        let bad = r#"{"name":null,"description":1,"status":[],"category":{},"tags":["a",2,"a"],
            "props":[],"variants":"","slots":1,"$extensions":[]}"#;
        let expected = [
            "/name",
            "/description",
            "/status",
            "/category",
            "/tags/1",
            "/tags/2",
            "/props",
            "/variants",
            "/slots",
            "/$extensions",
        ];
        assert_eq!(faults(Kind::Component, bad), expected);
        assert_eq!(faults(Kind::Component, r#"{"tags":[]}"#), ["/name", "/tags"]);
        assert_eq!(faults(Kind::Component, r#"{"name":"","tags":{}}"#), ["/name", "/tags"]);
        assert_eq!(
            faults(Kind::Asset, r#"{"name":"a","mediaType":1,"size":-1}"#),
            ["/mediaType", "/size", "/sha256"]
        );
    }

    #[test]
    fn tokens_are_named_as_paths_or_aliases() {
        let text =
            r#"{"tokens":{"a":"x.y","b":["{x.z}",{"c":"x.y"}]},"variants":{"v":{"tokens":["w"]},"u":1}}"#;
        let record = JsonText::parse(text.as_bytes(), &JsonLimits::default()).unwrap();
        let tokens: Vec<_> = tokens_of(record.get_ref()).iter().map(ToString::to_string).collect();
        assert_eq!(tokens, ["w", "x.y", "x.z"]);
    }
}
