//! What a value is, by its structure: one rule for DTCG, Style Dictionary, Tokens Studio and any other JSON.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::tree::{Id, Members, Tree};

pub(super) use crate::revision::{EXTENSIONS, VENDOR};

/// Open conflicts, in our extension.
pub(crate) const CONFLICTS: &str = "conflicts";
/// Tags, in our extension.
pub(super) const TAGS: &str = "tags";
/// Copies that wrote revisions, in our extension of a document's root.
pub(super) const REPLICAS: &str = "replicas";

/// The members that are one unit, a token's value with its type: the register `{type, value}` of MERGE.md §6.
///
/// A composite value is not taken apart. Its parts are chosen to fit together (a line height for a font size), the
/// store merges it as one, and a file must not be merged by another rule than the project it came from.
const UNIT: [&str; 5] = ["$value", "$type", "$ref", "value", "type"];

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// An object with a value: `$value`, `$ref`, or `value` of Style Dictionary and Tokens Studio.
    Token,
    /// Any other object.
    Group,
    /// An array of objects that each have an `id` of their own, such as Tokens Studio's `$themes.json`.
    List,
    /// Everything else: taken or left as a whole.
    Whole,
}

impl Shape {
    pub(super) fn of(tree: &Tree<'_>, id: Id) -> Self {
        if tree.is_object(id) {
            return if value_name(tree, id).is_some() { Self::Token } else { Self::Group };
        }
        if tree.is_array(id) && elements(tree, id).is_some() { Self::List } else { Self::Whole }
    }

    /// Whether it is merged by what is in it, and a deletion of it too.
    pub(super) const fn is_open(self) -> bool {
        matches!(self, Self::Group | Self::List)
    }
}

/// The name under which an object has a value, if it is a token.
pub(super) fn value_name(tree: &Tree<'_>, id: Id) -> Option<&'static str> {
    let mut found = None;
    for child in tree.children(id) {
        if !tree.may_be_key(child, b"$v") {
            continue;
        }
        match tree.key(child).as_ref() {
            "$value" => return Some("$value"),
            "$ref" => found = Some("$ref"),
            "value" if found.is_none() && !holds_tokens(tree, child) => found = Some("value"),
            _ => {}
        }
    }
    found
}

/// Whether a member of a token belongs to its value.
pub(super) fn is_unit(name: &str) -> bool {
    UNIT.contains(&name)
}

/// A group may be called `value`.
fn holds_tokens(tree: &Tree<'_>, id: Id) -> bool {
    let has_value = |child: Id| tree.get(child, "$value").or_else(|| tree.get(child, "value")).is_some();
    tree.is_object(id) && tree.children(id).any(has_value)
}

/// The elements of a list by their ids; `None` if it is none.
pub(super) fn elements<'a>(tree: &Tree<'a>, id: Id) -> Option<Members<'a>> {
    let mut items: Vec<(Cow<'a, str>, Id)> = Vec::new();
    let mut seen = BTreeSet::new();
    for child in tree.children(id) {
        let name = tree.string(tree.get(child, "id")?)?;
        if !seen.insert(name.clone()) {
            return None;
        }
        items.push((name, child));
    }
    (!items.is_empty()).then(|| Members::new(items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_by_structure() {
        for (text, shape) in [
            (r#"{"$value": 1}"#, Shape::Token),
            (r##"{"$ref": "#/a"}"##, Shape::Token),
            (r#"{"value": "1px", "type": "sizing"}"#, Shape::Token),
            (r#"{"value": {"value": 4, "unit": "px"}}"#, Shape::Token),
            (r#"{"value": {"red": {"value": "red"}}}"#, Shape::Group),
            (r#"{"type": {"$value": 1}}"#, Shape::Group),
            ("{}", Shape::Group),
            (r#"[{"id": "a"}, {"id": "b"}]"#, Shape::List),
            (r#"[{"id": "a"}, {"id": "a"}]"#, Shape::Whole),
            (r#"[{"id": 1}]"#, Shape::Whole),
            ("[]", Shape::Whole),
            ("[1]", Shape::Whole),
            ("1", Shape::Whole),
        ] {
            let tree = Tree::parse("test", text.as_bytes()).unwrap();
            assert_eq!(Shape::of(&tree, Tree::root()), shape, "{text}");
        }
    }
}
