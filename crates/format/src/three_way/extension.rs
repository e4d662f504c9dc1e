//! Our own extension in a merge: what it notes about revisions never is a conflict.
//!
//! A revision says what the editor of a file had seen. Whoever merges two files has seen both, so whichever of the two
//! revisions is kept claims nothing untrue: at worst too little, and then an import asks about an edit that it need
//! not have asked about.

use std::collections::BTreeMap;

use dss_model::{JsonKind, JsonRef, JsonText};

use super::shape::{EXTENSIONS, REPLICAS, VENDOR};
use super::tree::{Id, Tree};

/// The members that together are one revision.
const REVISION: [&str; 7] = ["id", "rev", "at", "by", "origin", "seen", "regs"];

/// Whether a member belongs to the revision.
pub(super) fn is_revision(name: &str) -> bool {
    REVISION.contains(&name)
}

/// The copies that a document's revisions name by number.
pub(super) fn replicas(tree: &Tree<'_>) -> Vec<String> {
    let own = tree.get(Tree::root(), EXTENSIONS).and_then(|extensions| tree.get(extensions, VENDOR));
    let table = own.and_then(|own| tree.get(own, REPLICAS));
    let ids = table.into_iter().flat_map(|table| tree.children(table).collect::<Vec<_>>());
    ids.map(|id| tree.string(id).unwrap_or_default().into_owned()).collect()
}

/// From the numbers of copies in one document to their names in another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Renumbering(Vec<String>);

impl Renumbering {
    /// From one table to another; `None` if the same numbers mean the same copies.
    pub(super) fn between(from: &[String], to: &[String]) -> Option<Self> {
        // A document without a table gets the other's, if it gets any revision at all.
        if to.is_empty() || to.starts_with(from) {
            return None;
        }
        let numbers: BTreeMap<&String, usize> = to.iter().zip(0..).collect();
        let number = |id: &String| numbers.get(id).map(usize::to_string);
        Some(Self(from.iter().map(|id| number(id).unwrap_or_else(|| id.clone())).collect()))
    }

    /// From a table to the copies' own ids.
    pub(super) fn to_ids(from: &[String]) -> Self {
        Self(from.to_vec())
    }

    /// A value of `org.dss`, with its revisions told anew.
    pub(super) fn apply(&self, own: &JsonText) -> JsonText {
        JsonText::object(|out| {
            for (name, value) in own.get_ref().members() {
                match name.as_ref() {
                    "rev" | "origin" => out.raw(&name, self.dot(value).get_ref()),
                    "seen" if value.kind() == JsonKind::Array => out.array(&name, |list| {
                        value.elements().for_each(|dot| list.raw(self.dot(dot).get_ref()));
                    }),
                    "regs" if value.kind() == JsonKind::Object => out.object(&name, |regs| {
                        value
                            .members()
                            .for_each(|(name, entry)| regs.raw(&name, self.entry(entry).get_ref()));
                    }),
                    _ => out.raw(&name, value),
                }
            }
        })
    }

    fn entry(&self, entry: JsonRef<'_>) -> JsonText {
        match entry.kind() {
            JsonKind::Array => JsonText::array(|list| {
                entry.elements().for_each(|pair| list.raw(self.pair(pair).get_ref()));
            }),
            _ => self.pair(entry),
        }
    }

    fn pair(&self, pair: JsonRef<'_>) -> JsonText {
        if pair.kind() != JsonKind::Object {
            return pair.to_text();
        }
        JsonText::object(|out| {
            for (name, value) in pair.members() {
                match name.as_ref() {
                    "rev" | "origin" => out.raw(&name, self.dot(value).get_ref()),
                    _ => out.raw(&name, value),
                }
            }
        })
    }

    fn dot(&self, dot: JsonRef<'_>) -> JsonText {
        let renamed = dot.string().and_then(|text| {
            let (number, counter) = text.split_once(':')?;
            let name = self.0.get(number.parse::<usize>().ok()?)?;
            Some(JsonText::string(&format!("{name}:{counter}")))
        });
        renamed.unwrap_or_else(|| dot.to_text())
    }
}

/// The revision in a value of `org.dss`, spelled the same wherever it is the same.
pub(super) fn revision(tree: &Tree<'_>, own: Id, table: &[String]) -> String {
    let named = Renumbering::to_ids(table).apply(&tree.json(own));
    let only = JsonText::object(|out| {
        let members = named.get_ref().members().filter(|(name, _)| is_revision(name));
        members.for_each(|(name, value)| out.raw(&name, value));
    });
    only.canonical()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::three_way::tree::parse;

    #[test]
    fn renumbers_every_dot() {
        let own = parse(
            r#"{"id":"x","rev":"1:7","seen":["0:1","2:2"],"regs":{"value":[{"rev":"0:3","origin":"1:1"},{}],"ext":null}}"#,
        );
        let table = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let (from, to) = (table(&["a", "c"]), table(&["a", "b", "c"]));
        let told = Renumbering::between(&from, &to).unwrap().apply(&own);
        assert_eq!(
            told.as_str(),
            r#"{"id":"x","rev":"2:7","seen":["0:1","2:2"],"regs":{"value":[{"rev":"0:3","origin":"2:1"},{}],"ext":null}}"#
        );
        let unknown = Renumbering::between(&table(&["z"]), &to).unwrap().apply(&parse(r#"{"rev":"0:1"}"#));
        assert_eq!(unknown.as_str(), r#"{"rev":"z:1"}"#);
        assert_eq!(Renumbering::between(&to, &to), None);
        assert_eq!(Renumbering::between(&from, &[]), None);
    }
}
