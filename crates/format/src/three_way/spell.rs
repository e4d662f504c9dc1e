//! Spelling what is put into a document as its author would have.

use std::collections::BTreeMap;

use dss_model::{JsonKind, JsonRef, JsonText};

use super::extension::Renumbering;
use super::shape::{EXTENSIONS, VENDOR};
use super::tree::{Id, Tree};

/// Members that are looked at to tell how a document is written.
const SAMPLE: usize = 100;

/// A value that comes into a document.
#[derive(Clone, Debug)]
pub(crate) enum New<'t> {
    /// One that stands in a document, and what becomes of the revisions in it.
    From(&'t Tree<'t>, Id, Option<&'t Renumbering>),
    /// A scalar, as spelled.
    Scalar(String),
    /// Members, their names with quotes.
    Object(Vec<(String, Self)>),
    /// Elements.
    Array(Vec<Self>),
}

impl New<'_> {
    pub(crate) fn string(text: &str) -> Self {
        Self::Scalar(JsonText::string(text).as_str().to_owned())
    }

    pub(crate) fn json(value: JsonRef<'_>) -> Self {
        match value.kind() {
            JsonKind::Object => {
                let members = value.members();
                Self::Object(members.map(|(name, value)| (quoted(&name), Self::json(value))).collect())
            }
            JsonKind::Array => Self::Array(value.elements().map(Self::json).collect()),
            _ => Self::Scalar(value.as_str().to_owned()),
        }
    }
}

/// A member's name with its quotes.
pub(crate) fn quoted(name: &str) -> String {
    JsonText::string(name).as_str().to_owned()
}

/// How a document is written.
#[derive(Clone, Debug)]
pub(super) struct Style {
    pub(super) newline: &'static str,
    pub(super) indent: String,
    colon: String,
    /// Everything on one line.
    pub(super) is_flat: bool,
    /// Between two members on one line.
    comma: &'static str,
}

impl Style {
    /// The style of a document, by the first places that show it.
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let text = tree.text();
        let newline = match text.split_once('\n') {
            Some((line, _)) if line.ends_with('\r') => "\r\n",
            _ => "\n",
        };
        let first = tree.children(Tree::root()).next();
        let is_flat = first.is_some_and(|first| !lead(tree, first).contains('\n'));
        let mut indent = None;
        let mut at = first;
        while let Some(id) = at.filter(|_| indent.is_none()) {
            let outer = indent_of(tree, tree.parent(id)).unwrap_or_default();
            let inner = indent_of(tree, id).and_then(|inner| inner.strip_prefix(outer));
            indent = inner.filter(|inner| !inner.is_empty());
            at = tree.children(id).next();
        }
        let colon = usual_colon(tree);
        let is_dense = is_flat && colon.is_none_or(|colon| !colon.ends_with(' '));
        Self {
            newline,
            indent: indent.unwrap_or("  ").to_owned(),
            colon: colon.unwrap_or(": ").to_owned(),
            is_flat,
            comma: if is_dense { "," } else { ", " },
        }
    }

    /// What stands before a member of an object whose members stand `indent` deep; `None` on one line.
    pub(super) fn lead(&self, indent: Option<&str>) -> String {
        indent.map(|indent| format!("{}{indent}", self.newline)).unwrap_or_default()
    }

    /// What separates two members on one line, behind the comma.
    pub(super) fn gap(&self) -> &'static str {
        self.comma.strip_prefix(',').unwrap_or_default()
    }

    /// `"name": value`, or only the value if there is no name; at `indent`, or on one line.
    pub(super) fn member(&self, name: &str, value: &New<'_>, indent: Option<&str>) -> String {
        let mut out = String::new();
        if !name.is_empty() {
            out.push_str(name);
            out.push_str(&self.colon);
        }
        self.push(&mut out, value, indent);
        out
    }

    /// Spells `value`, whose line starts with `indent`, or, without it, on one line.
    ///
    /// Recursion is bounded by the depth the parser allowed.
    pub(super) fn push(&self, out: &mut String, value: &New<'_>, indent: Option<&str>) {
        match value {
            New::Scalar(text) => out.push_str(text),
            New::Object(members) => {
                let items = members.iter().map(|(name, value)| (name.as_str(), value.clone()));
                self.push_items(out, items, indent, ('{', '}'));
            }
            New::Array(elements) => {
                let is_short = elements.iter().all(|element| matches!(element, New::Scalar(_)));
                let items = elements.iter().map(|element| ("", element.clone()));
                self.push_items(out, items, indent.filter(|_| !is_short), ('[', ']'));
            }
            New::From(tree, id, renumbering) => self.push_from(out, (tree, *id), *renumbering, indent),
        }
    }

    fn push_from<'t>(
        &self,
        out: &mut String,
        (tree, id): (&'t Tree<'t>, Id),
        renumbering: Option<&'t Renumbering>,
        indent: Option<&str>,
    ) {
        let raw = tree.raw(id);
        let brackets = match raw.as_bytes().first() {
            Some(b'{') => ('{', '}'),
            Some(b'[') => ('[', ']'),
            _ => return out.push_str(raw),
        };
        let first = tree.children(id).next();
        let is_broken = first.is_some_and(|first| lead(tree, first).contains('\n'));
        let is_kept = first.is_none() || (!raw.contains('\n') && !self.is_flat && !is_flat(tree));
        // What its author wrote on one line stays as it is, unless revisions in it have to be told anew.
        if is_kept && renumbering.is_none() {
            return out.push_str(raw);
        }
        let is_plain_array = brackets.0 == '[' && tree.children(id).all(|child| is_scalar(tree, child));
        let one_line = if is_flat(tree) { is_plain_array } else { !is_broken };
        let items = tree.children(id).map(|child| {
            let is_ours = renumbering.is_some()
                && tree.key(child) == VENDOR
                && tree.key(tree.parent(child)) == EXTENSIONS;
            let value = match renumbering.filter(|_| is_ours) {
                Some(renumbering) => New::json(renumbering.apply(&tree.json(child)).get_ref()),
                None => New::From(tree, child, renumbering),
            };
            (tree.raw_key(child), value)
        });
        self.push_items(out, items, indent.filter(|_| !one_line), brackets);
    }

    fn push_items<'n, 't>(
        &self,
        out: &mut String,
        items: impl Iterator<Item = (&'n str, New<'t>)>,
        indent: Option<&str>,
        (open, close): (char, char),
    ) {
        let inner = indent.map(|indent| format!("{indent}{}", self.indent));
        out.push(open);
        let mut is_empty = true;
        for (name, value) in items {
            match &inner {
                Some(inner) => {
                    out.push_str(if is_empty { "" } else { "," });
                    out.push_str(&self.lead(Some(inner)));
                }
                None if !is_empty => out.push_str(self.comma),
                None => {}
            }
            is_empty = false;
            out.push_str(&self.member(name, &value, inner.as_deref()));
        }
        if !is_empty {
            out.push_str(&self.lead(indent));
        }
        out.push(close);
    }
}

/// What mostly stands between names and values: some files align the values of a few members.
fn usual_colon<'a>(tree: &Tree<'a>) -> Option<&'a str> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for id in tree.ids().filter(|id| !tree.raw_key(*id).is_empty()).take(SAMPLE) {
        let count = counts.entry(tree.colon(id)).or_default();
        *count = count.saturating_add(1);
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(colon, _)| colon)
}

/// The white space before a member or element.
pub(super) fn lead<'a>(tree: &Tree<'a>, id: Id) -> &'a str {
    let start = tree.start(id);
    let before = tree.slice((0, start));
    let trimmed = before.trim_end_matches([' ', '\t', '\n', '\r']);
    let from = u32::try_from(trimmed.len()).unwrap_or(start);
    tree.slice((from, start))
}

/// What the line starts with on which a member begins, if nothing else stands before it there.
pub(super) fn indent_of<'a>(tree: &Tree<'a>, id: Id) -> Option<&'a str> {
    if id == Tree::root() {
        return Some("");
    }
    lead(tree, id).rsplit_once('\n').map(|(_, indent)| indent)
}

fn is_flat(tree: &Tree<'_>) -> bool {
    tree.children(Tree::root()).next().is_some_and(|first| !lead(tree, first).contains('\n'))
}

fn is_scalar(tree: &Tree<'_>, id: Id) -> bool {
    !tree.is_object(id) && !tree.is_array(id)
}
