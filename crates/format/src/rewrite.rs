//! Changing tokens of a document where they stand, and no other byte of it.
//!
//! ```
//! use dss_format::rewrite::{Step, rewrite};
//! use dss_model::JsonText;
//!
//! let text = br#"{ "a": { "$type": "number",   "$value": "1" } }"#;
//! let changed = rewrite("a.json", text, &mut |spot| match spot.value.as_str() {
//!     "\"1\"" => Step::Replace(JsonText::integer(1)),
//!     _ => Step::Leave,
//! })?;
//! assert_eq!(changed, r#"{ "a": { "$type": "number",   "$value": 1 } }"#);
//! # Ok::<(), dss_format::FormatError>(())
//! ```

use dss_model::{JsonRef, JsonText, TokenPath};

use crate::error::FormatError;
use crate::three_way::rewrite::Rewrite;
use crate::three_way::spell::New;
use crate::three_way::tree::{Id, Tree};

/// A value of a token, a part of one, or the type of a token or group.
#[derive(Clone, Copy, Debug)]
pub struct Spot<'a> {
    /// The token or group.
    pub path: &'a TokenPath,
    /// The type that the token or group has by itself, or by the groups around it.
    pub token_type: Option<&'a str>,
    /// Where in the token this is: `$type`, or `$value` and the names and places below it.
    pub at: &'a [String],
    /// What stands there.
    pub value: JsonRef<'a>,
    /// The line in the document, from 1.
    pub line: u64,
}

/// What is to be done with a [`Spot`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing, nor with what is in it.
    Leave,
    /// It gets another value.
    Replace(JsonText),
    /// The member gets another name, and what is in it is looked at.
    Rename(&'static str),
    /// What is in it is looked at.
    Descend,
}

/// Asks `visit` about the types and values of all tokens, in their order, and makes the changes that it wants. Elements
/// of arrays that are no values, as in resolver documents, are documents of their own.
///
/// # Errors
/// [`FormatError`], which names the document `name`, if it is no JSON.
pub fn rewrite(
    name: &str,
    bytes: &[u8],
    visit: &mut dyn FnMut(&Spot<'_>) -> Step,
) -> Result<String, FormatError> {
    let tree = Tree::parse(name, bytes)?;
    let mut walk = Walk { tree: &tree, rewrite: Rewrite::new(&tree), visit, line: 1, counted: 0 };
    walk.object(Tree::root(), &TokenPath::root(), None);
    Ok(walk.rewrite.apply())
}

struct Walk<'t, 'v> {
    tree: &'t Tree<'t>,
    rewrite: Rewrite<'t>,
    visit: &'v mut dyn FnMut(&Spot<'_>) -> Step,
    /// The line that the byte `counted` is on.
    line: u64,
    counted: u32,
}

impl Walk<'_, '_> {
    /// Looks at a token or group. Recursion is bounded by the depth that the parser allows.
    fn object(&mut self, id: Id, path: &TokenPath, around: Option<&str>) {
        let own = self.tree.get(id, "$type").and_then(|kind| self.tree.string(kind)).map(String::from);
        let kind = own.as_deref().or(around);
        let tree = self.tree;
        let is_token = tree.get(id, "$value").is_some();
        for child in tree.children(id) {
            let name = tree.key(child);
            match &*name {
                "$type" => self.spot(child, path, kind, &mut vec![name.into_owned()]),
                "$value" if is_token => self.spot(child, path, kind, &mut vec![name.into_owned()]),
                name if name == "$root" || name == "$defs" || !name.starts_with('$') => {
                    if tree.is_object(child) {
                        self.object(child, &path.child(name), kind);
                    } else if tree.is_array(child) {
                        self.elements(child);
                    }
                }
                _ => {}
            }
        }
    }

    fn elements(&mut self, id: Id) {
        let tree = self.tree;
        for child in tree.children(id) {
            if tree.is_object(child) {
                self.object(child, &TokenPath::root(), None);
            }
        }
    }

    fn spot(&mut self, id: Id, path: &TokenPath, token_type: Option<&str>, at: &mut Vec<String>) {
        let tree = self.tree;
        let value = tree.json(id);
        let spot = Spot { path, token_type, at, value: value.get_ref(), line: self.line_of(id) };
        match (self.visit)(&spot) {
            Step::Leave => return,
            Step::Replace(value) => return self.rewrite.replace(id, New::json(value.get_ref())),
            Step::Rename(name) => self.rewrite.rename(id, name),
            Step::Descend => {}
        }
        let is_object = tree.is_object(id);
        for (index, child) in tree.children(id).enumerate() {
            at.push(if is_object { tree.key(child).into_owned() } else { index.to_string() });
            self.spot(child, path, token_type, at);
            at.pop();
        }
    }

    /// The line of a value, which is asked for in document order.
    fn line_of(&mut self, id: Id) -> u64 {
        let start = self.tree.start(id);
        let between = self.tree.slice((self.counted, start.max(self.counted)));
        let lines = between.bytes().filter(|byte| *byte == b'\n').count();
        self.line = self.line.saturating_add(u64::try_from(lines).unwrap_or_default());
        self.counted = start.max(self.counted);
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_and_values_are_visited_with_their_places() {
        let text = "\u{feff}{\n  \"$type\": \"a\", \"$extensions\": {\"x\": {\"$value\": 1}},\n  \"g\": {\"t\": {\"$value\": {\"p\": [1, 2]},\n\
                    \"u\": {\"$type\": \"b\", \"$value\": 3}}},\n  \"sets\": {\"s\": {\"sources\": [{\"v\": {\"$value\": 4}}]}}\n}";
        let mut seen = Vec::new();
        let changed = rewrite("x", text.as_bytes(), &mut |spot| {
            let at = spot.at.join("/");
            seen.push(format!(
                "{} {} {at} {} {}",
                spot.path,
                spot.token_type.unwrap_or("-"),
                spot.value.as_str(),
                spot.line
            ));
            match spot.value.as_str() {
                "2" => Step::Replace(JsonText::string("two")),
                "[1,2]" => Step::Rename("q"),
                _ => Step::Descend,
            }
        })
        .unwrap();
        assert_eq!(
            seen,
            [
                " a $type \"a\" 2",
                "g.t a $value {\"p\":[1,2]} 3",
                "g.t a $value/p [1,2] 3",
                "g.t a $value/p/0 1 3",
                "g.t a $value/p/1 2 3",
                "g.t.u b $type \"b\" 4",
                "g.t.u b $value 3 4",
                "v - $value 4 5",
            ]
        );
        assert_eq!(changed, text.replace("\"p\": [1, 2]", "\"q\": [1, \"two\"]"));
    }
}
