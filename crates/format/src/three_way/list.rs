//! What is open in a file, and what a file says in lines.

use dss_model::{JsonText, TokenPath};

use super::record::{self, Side};
use super::shape::{EXTENSIONS, Shape, VENDOR, elements, is_unit, value_name};
use super::tree::{Id, Members, Tree};
use crate::error::FormatError;

/// A conflict that a file keeps until somebody decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What it is about: `color.brand` for a whole token or group, `color.brand.$value` for its value and type,
    /// `color.brand.$description` for another member.
    pub path: TokenPath,
    /// What ours says; `None` if it has nothing there.
    pub ours: Option<JsonText>,
    /// What theirs says; `None` if it has nothing there.
    pub theirs: Option<JsonText>,
    /// What both started from, if that is known.
    pub base: Option<JsonText>,
    /// Who deleted it, if it is a token or group that one side deleted and the other one edited.
    pub deleted: Option<Side>,
}

/// The conflicts that are open in a file, in its order; errors name it `name`.
///
/// # Errors
/// [`FormatErrorKind::Json`](crate::FormatErrorKind::Json).
pub fn conflicts(name: &str, bytes: &[u8]) -> Result<Vec<Conflict>, FormatError> {
    let tree = Tree::parse(name, bytes)?;
    let mut found = Vec::new();
    walk(&tree, Tree::root(), &TokenPath::root(), &mut |object, path| {
        found.extend(kept(&tree, object, path).into_iter().map(|kept| kept.conflict));
    });
    Ok(found)
}

/// A conflict, and where it is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) record: Id,
    /// What it is about, from the object that keeps it.
    pub(super) of: Vec<String>,
    pub(super) conflict: Conflict,
}

/// The conflicts that an object keeps.
pub(super) fn kept(tree: &Tree<'_>, object: Id, path: &TokenPath) -> Vec<Kept> {
    let json = |id: Option<Id>| id.map(|id| tree.json(id));
    let open = record::Open::of(tree, object).into_iter();
    open.map(|open| {
        let side = tree.get(open.id, "deleted").and_then(|side| tree.string(side));
        let deleted = match side.as_deref() {
            Some("ours") if open.of.is_empty() => Some(Side::Ours),
            Some("theirs") if open.of.is_empty() => Some(Side::Theirs),
            _ => None,
        };
        let shown = shown(tree, object, &open.of);
        let other = json(tree.get(open.id, "theirs"));
        let (ours, theirs) = match deleted {
            Some(Side::Ours) => (None, shown),
            Some(Side::Theirs) => (shown, None),
            None => (shown, other),
        };
        let path = open.of.iter().fold(path.clone(), |path, name| path.child(name));
        let conflict = Conflict { path, ours, theirs, base: json(tree.get(open.id, "base")), deleted };
        Kept { record: open.id, of: open.of, conflict }
    })
    .collect()
}

/// What the file shows at a place: of a token's value, the whole unit.
fn shown(tree: &Tree<'_>, object: Id, of: &[String]) -> Option<JsonText> {
    if of.is_empty() {
        let whole = tree.json(object);
        return Some(JsonText::object(|out| {
            whole
                .get_ref()
                .members()
                .filter(|(name, _)| name != EXTENSIONS)
                .for_each(|(n, v)| out.raw(&n, v));
        }));
    }
    if is_of_unit(tree, object, of) {
        return Some(JsonText::object(|out| {
            let members = tree.children(object).filter(|child| is_unit(&tree.key(*child)));
            members.for_each(|child| out.raw(&tree.key(child), tree.json(child).get_ref()));
        }));
    }
    find(tree, object, of).map(|id| tree.json(id))
}

/// Whether a conflict is about a token's value and type.
pub(super) fn is_of_unit(tree: &Tree<'_>, object: Id, of: &[String]) -> bool {
    matches!(of, [name] if is_unit(name)) && value_name(tree, object).is_some()
}

/// What is at a place inside an object.
pub(super) fn find(tree: &Tree<'_>, object: Id, of: &[String]) -> Option<Id> {
    of.iter().try_fold(object, |at, name| match elements(tree, at).filter(|_| tree.is_array(at)) {
        Some(elements) => elements.get(name),
        None => tree.is_object(at).then(|| Members::of(tree, at)).and_then(|members| members.get(name)),
    })
}

/// Visits every object that may keep conflicts: groups, tokens, elements of lists.
///
/// Recursion is bounded by the depth the parser allowed.
pub(super) fn walk(tree: &Tree<'_>, id: Id, path: &TokenPath, visit: &mut impl FnMut(Id, &TokenPath)) {
    match Shape::of(tree, id) {
        Shape::Whole => {}
        Shape::List => {
            let elements = elements(tree, id);
            for (name, child) in elements.iter().flat_map(Members::items) {
                walk(tree, *child, &path.child(name), visit);
            }
        }
        shape @ (Shape::Token | Shape::Group) => {
            visit(id, path);
            for child in tree.children(id) {
                let name = tree.key(child);
                let is_value = shape == Shape::Token && is_unit(&name);
                if name != EXTENSIONS && !is_value && (tree.is_object(child) || tree.is_array(child)) {
                    walk(tree, child, &path.child(&name), visit);
                }
            }
        }
    }
}

/// What a token file says, a line for each token and for each of its other members, sorted: two files that differ only
/// in order, indentation and revisions give the same lines. Made for `git diff`.
///
/// ```
/// use dss_format::three_way;
/// let file = br##"{"b":{"$type":"color","a":{"$value":"#f00","$description":"Red"}}}"##;
/// assert_eq!(
///     three_way::lines("b.json", file)?,
///     "b.$type = \"color\"\nb.a = \"#f00\"\nb.a.$description = \"Red\"\n"
/// );
/// # Ok::<(), dss_format::FormatError>(())
/// ```
///
/// # Errors
/// As [`conflicts`].
pub fn lines(name: &str, bytes: &[u8]) -> Result<String, FormatError> {
    let tree = Tree::parse(name, bytes)?;
    let mut lines = Vec::new();
    let mut add = |path: &TokenPath, text: String| lines.push((path.to_string(), text));
    if Shape::of(&tree, Tree::root()) == Shape::Whole {
        add(&TokenPath::root(), tree.json(Tree::root()).as_str().to_owned());
    }
    walk(&tree, Tree::root(), &TokenPath::root(), &mut |object, path| {
        if let Some(value) = value_name(&tree, object) {
            let text = |name: &str| tree.get(object, name).map(|id| tree.json(id).as_str().to_owned());
            let kind = text("$type").or_else(|| text("type"));
            let kind = kind.map(|kind| format!(" ({})", kind.trim_matches('"'))).unwrap_or_default();
            add(path, format!("{}{kind}", text(value).unwrap_or_default()));
        }
        for child in tree.children(object) {
            let name = tree.key(child);
            let is_value = is_unit(&name) && value_name(&tree, object).is_some();
            if name == EXTENSIONS && tree.is_object(child) {
                for vendor in tree.children(child).filter(|vendor| tree.key(*vendor) != VENDOR) {
                    let place = path.child(&name).child(&tree.key(vendor));
                    add(&place, tree.json(vendor).as_str().to_owned());
                }
            } else if !is_value && Shape::of(&tree, child) == Shape::Whole {
                add(&path.child(&name), tree.json(child).as_str().to_owned());
            }
        }
        for open in kept(&tree, object, path) {
            let theirs = open.conflict.theirs.as_ref().map_or("deleted", JsonText::as_str);
            add(&open.conflict.path, format!("CONFLICT, theirs: {theirs}"));
        }
    });
    lines.sort();
    let mut out = String::new();
    lines.into_iter().for_each(|(path, text)| out.push_str(&format!("{path} = {text}\n")));
    Ok(out)
}
