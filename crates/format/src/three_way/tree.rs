//! A JSON document as spans: where every value stands, and no copy of any.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use dss_model::{JsonLimits, JsonPlace, JsonText};

use super::like;
use super::nodes::{Nodes, narrow, shifted};
use crate::error::FormatError;

/// Nested objects and arrays. More than other readers allow, since a record of a conflict stands a few levels below
/// what it is about.
const DEPTH: u32 = 128;

/// A value of a [`Tree`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Id(u32);

/// Bytes of the text, from and to.
pub(crate) type Span = (u32, u32);

/// A document that was proven well formed, and its values' places in document order.
#[derive(Debug)]
pub(crate) struct Tree<'a> {
    text: &'a str,
    nodes: Nodes,
}

impl<'a> Tree<'a> {
    /// Reads a document, which may start with a byte order mark.
    pub(crate) fn parse(name: &str, bytes: &'a [u8]) -> Result<Self, FormatError> {
        let content = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let skipped = bytes.len().saturating_sub(content.len());
        let wide = u64::try_from(skipped).unwrap_or_default();
        let (text, mut nodes) = JsonPlace::all(content, &limits())
            .map_err(|error| FormatError::malformed(name, error.shifted(wide, 0, wide)))?;
        if skipped == 0 {
            return Ok(Self { text, nodes: Nodes::whole(nodes) });
        }
        // The mark is part of the text: what is written again begins with it, too.
        nodes.iter_mut().for_each(|node| *node = shifted(*node, narrow(skipped)));
        Ok(Self { text: std::str::from_utf8(bytes).unwrap_or_default(), nodes: Nodes::whole(nodes) })
    }

    /// The same for a document that is probably much like `other`: what both have in common is read once.
    pub(crate) fn parse_like(name: &str, bytes: &'a [u8], other: &Tree<'_>) -> Result<Self, FormatError> {
        let like = |text| Self::like(text, other);
        std::str::from_utf8(bytes).ok().and_then(like).map_or_else(|| Self::parse(name, bytes), Ok)
    }

    /// A text that is like `other`; `None` if it has to be read as a whole.
    pub(crate) fn like(text: &'a str, other: &Tree<'_>) -> Option<Self> {
        let nodes = like::nodes(text, other.text, other.nodes.as_whole()?, &limits())?;
        Some(Self { text, nodes })
    }

    pub(crate) const fn root() -> Id {
        Id(0)
    }

    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    fn node(&self, id: Id) -> JsonPlace {
        self.nodes.get(id.0)
    }

    pub(crate) fn slice(&self, span: Span) -> &'a str {
        let (from, to) = (usize::try_from(span.0), usize::try_from(span.1));
        from.ok().zip(to.ok()).and_then(|(from, to)| self.text.get(from..to)).unwrap_or_default()
    }

    /// The value as it is spelled.
    pub(crate) fn raw(&self, id: Id) -> &'a str {
        self.slice(self.node(id).value)
    }

    pub(crate) fn span(&self, id: Id) -> Span {
        self.node(id).value
    }

    /// Where the member's name is, with its quotes; empty for elements.
    pub(crate) fn key_span(&self, id: Id) -> Span {
        self.node(id).key
    }

    /// Where the member starts: its name, or an element's value.
    pub(crate) fn start(&self, id: Id) -> u32 {
        let node = self.node(id);
        if node.key.1 > 0 { node.key.0 } else { node.value.0 }
    }

    /// The member's name with its quotes; empty for elements.
    pub(crate) fn raw_key(&self, id: Id) -> &'a str {
        self.slice(self.node(id).key)
    }

    /// The member's name; empty for elements.
    pub(crate) fn key(&self, id: Id) -> Cow<'a, str> {
        unquote(self.raw_key(id))
    }

    /// Whether the member's name may start with one of these bytes: a look at a byte, before the name is read.
    pub(crate) fn may_be_key(&self, id: Id, first: &[u8]) -> bool {
        let start = self.raw_key(id).as_bytes().get(1);
        start.is_some_and(|byte| *byte == b'\\' || first.contains(byte))
    }

    /// What stands between the member's name and its value.
    pub(crate) fn colon(&self, id: Id) -> &'a str {
        let node = self.node(id);
        self.slice((node.key.1, node.value.0))
    }

    /// The string's characters, if it is one.
    pub(crate) fn string(&self, id: Id) -> Option<Cow<'a, str>> {
        let raw = self.raw(id);
        raw.starts_with('"').then(|| unquote(raw))
    }

    /// The value's text, compact.
    pub(crate) fn json(&self, id: Id) -> JsonText {
        parse(self.raw(id))
    }

    pub(crate) fn parent(&self, id: Id) -> Id {
        Id(self.node(id).parent)
    }

    pub(crate) fn is_object(&self, id: Id) -> bool {
        self.raw(id).starts_with('{')
    }

    pub(crate) fn is_array(&self, id: Id) -> bool {
        self.raw(id).starts_with('[')
    }

    /// All values, in document order.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..self.nodes.count()).map(Id)
    }

    #[cfg(test)]
    pub(crate) fn places(&self) -> Vec<JsonPlace> {
        self.ids().map(|id| self.node(id)).collect()
    }

    #[cfg(test)]
    pub(crate) fn is_whole(&self) -> bool {
        self.nodes.as_whole().is_some()
    }

    /// The values directly inside, in order.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> + '_ {
        let end = self.node(id).next;
        let first = id.0.saturating_add(1);
        let mut at = first;
        std::iter::from_fn(move || {
            let child = (at < end).then_some(Id(at))?;
            at = self.node(child).next;
            Some(child)
        })
    }

    /// The object's member of that name.
    pub(crate) fn get(&self, id: Id, name: &str) -> Option<Id> {
        if !self.is_object(id) {
            return None;
        }
        self.children(id).find(|child| self.key(*child) == name)
    }
}

/// The guarded reading of a value that stands alone.
pub(crate) fn parse(raw: &str) -> JsonText {
    JsonText::parse(raw.as_bytes(), &limits()).unwrap_or_else(|_| JsonText::null())
}

fn limits() -> JsonLimits {
    let mut limits = JsonLimits::default();
    limits.depth = DEPTH;
    limits.members = u32::MAX;
    limits.unique_keys = false;
    limits
}

fn unquote(raw: &str) -> Cow<'_, str> {
    if raw.contains('\\') {
        return Cow::Owned(parse(raw).get_ref().string().unwrap_or_default().into_owned());
    }
    Cow::Borrowed(raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"')).unwrap_or_default())
}

/// The members of an object, or the elements of a list, findable by name.
#[derive(Debug, Default)]
pub(crate) struct Members<'a> {
    items: Vec<(Cow<'a, str>, Id)>,
    /// Indexes into `items`, by name; empty where looking at all of them is as fast.
    by_name: Vec<usize>,
}

impl<'a> Members<'a> {
    pub(crate) fn new(items: Vec<(Cow<'a, str>, Id)>) -> Self {
        let mut by_name: Vec<usize> = Vec::new();
        if items.len() > 12 {
            by_name.extend(0..items.len());
            by_name.sort_by(|a, b| match (items.get(*a), items.get(*b)) {
                (Some((a, _)), Some((b, _))) => a.cmp(b),
                _ => Ordering::Equal,
            });
        }
        Self { items, by_name }
    }

    /// An object's members. A name that comes twice is the second time called `name (2)`: which of the two a reader
    /// takes is not ours to say, and neither may get lost.
    pub(crate) fn of(tree: &Tree<'a>, id: Id) -> Self {
        let members = Self::new(tree.children(id).map(|child| (tree.key(child), child)).collect());
        if !members.has_twins() {
            return members;
        }
        let mut counts: BTreeMap<Cow<'a, str>, usize> = BTreeMap::new();
        let mut name = |name: Cow<'a, str>| {
            let count = counts.entry(name.clone()).or_default();
            *count = count.saturating_add(1);
            if *count > 1 { Cow::Owned(format!("{name} ({count})")) } else { name }
        };
        Self::new(members.items.into_iter().map(|(key, child)| (name(key), child)).collect())
    }

    fn has_twins(&self) -> bool {
        let key = |at: &usize| self.items.get(*at).map(|(key, _)| key);
        if self.by_name.is_empty() {
            let mut rest = self.items.as_slice();
            while let Some(((name, _), others)) = rest.split_first() {
                if others.iter().any(|(other, _)| other == name) {
                    return true;
                }
                rest = others;
            }
            return false;
        }
        self.by_name.windows(2).any(|pair| matches!(pair, [a, b] if key(a) == key(b)))
    }

    /// In document order.
    pub(crate) fn items(&self) -> &[(Cow<'a, str>, Id)] {
        &self.items
    }

    /// The place of a name in [`Self::items`].
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        if self.by_name.is_empty() {
            return self.items.iter().position(|(key, _)| key == name);
        }
        let key = |at: &usize| self.items.get(*at).map_or("", |(key, _)| key.as_ref());
        let found = self.by_name.binary_search_by(|at| key(at).cmp(name)).ok()?;
        self.by_name.get(found).copied()
    }

    pub(crate) fn get(&self, name: &str) -> Option<Id> {
        self.items.get(self.position(name)?).map(|(_, id)| *id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_where_everything_stands() {
        let text = "\u{feff} { \"a\\u0062\" : [1, {\"x\": \"}\\\"\"}] ,\r\n\"c\":-1e3 }\n";
        let tree = Tree::parse("test", text.as_bytes()).unwrap();
        let members = Members::of(&tree, Tree::root());
        let names: Vec<_> = members.items().iter().map(|(name, _)| name.as_ref()).collect();
        assert_eq!(names, ["ab", "c"]);
        let list = members.get("ab").unwrap();
        assert_eq!((tree.raw(list), tree.colon(list)), ("[1, {\"x\": \"}\\\"\"}]", " : "));
        let elements: Vec<_> = tree.children(list).collect();
        assert_eq!(elements.iter().map(|id| tree.raw(*id)).collect::<Vec<_>>(), ["1", "{\"x\": \"}\\\"\"}"]);
        let inner = tree.get(*elements.last().unwrap(), "x").unwrap();
        assert_eq!(tree.string(inner).unwrap(), "}\"");
        assert_eq!(tree.raw(members.get("c").unwrap()), "-1e3");
    }

    #[test]
    fn refuses_what_the_guarded_reader_refuses() {
        for text in ["", "{", "[1 2]", "{} x", "\"\\ud800\""] {
            assert!(Tree::parse("test", text.as_bytes()).is_err(), "{text}");
        }
        let error = Tree::parse("ours", b"\xef\xbb\xbf{\n  \"a\": 1,\n}").unwrap_err();
        assert_eq!((error.code(), error.line(), error.entry()), ("json_invalid", Some(3), "ours"));
    }

    #[test]
    fn finds_names_in_large_objects() {
        let many: Vec<_> = (0..100).map(|n| format!("\"k{}\":{n}", (n * 37) % 100)).collect();
        let text = format!("{{{}}}", many.join(","));
        let tree = Tree::parse("test", text.as_bytes()).unwrap();
        let members = Members::of(&tree, Tree::root());
        assert_eq!(tree.raw(members.get("k37").unwrap()), "1");
        assert!(members.get("k100").is_none());
    }

    #[test]
    fn tells_twins_apart() {
        for more in [0, 20] {
            let others: Vec<_> = (0..more).map(|n| format!(",\"k{n}\":0")).collect();
            let text = format!("{{\"a\":1,\"b\":2,\"a\":3{}}}", others.concat());
            let tree = Tree::parse("test", text.as_bytes()).unwrap();
            let members = Members::of(&tree, Tree::root());
            let values = ["a", "b", "a (2)"].map(|name| tree.raw(members.get(name).unwrap()));
            assert_eq!(values, ["1", "2", "3"]);
        }
    }
}
