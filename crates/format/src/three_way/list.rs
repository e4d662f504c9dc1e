//! What is open in a file, and what a file says in lines.

use std::collections::BTreeMap;

use dss_model::{JsonText, TokenPath};
use memchr::memmem;

use super::record::{self, Side};
use super::shape::{CONFLICTS, EXTENSIONS, Shape, VENDOR, elements, is_unit, value_name};
use super::tree::{Id, Members, Tree};
use crate::error::FormatError;

/// Bytes of conflicts that are shown, for each byte of the file.
const SHOWN_PER_BYTE: usize = 16;

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
/// [`FormatErrorKind::Json`](crate::FormatErrorKind::Json); [`FormatErrorKind::Limit`](crate::FormatErrorKind::Limit) if
/// the same is in conflict more often than any merge makes it.
pub fn conflicts(name: &str, bytes: &[u8]) -> Result<Vec<Conflict>, FormatError> {
    open(name, &Tree::parse(name, bytes)?)
}

/// The same for a document that was read already.
pub(super) fn open(name: &str, tree: &Tree<'_>) -> Result<Vec<Conflict>, FormatError> {
    let mut found = Vec::new();
    each(name, tree, |_, kept| found.extend(kept.into_iter().map(|kept| kept.conflict)))?;
    Ok(found)
}

/// A conflict, and where it is kept.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) record: Id,
    /// What it is about, from the object that keeps it.
    pub(super) of: Vec<String>,
    /// Under which name the value stands that it is about, with its type.
    pub(super) unit: Option<&'static str>,
    pub(super) conflict: Conflict,
}

/// Visits every object that keeps conflicts.
pub(super) fn each(
    name: &str,
    tree: &Tree<'_>,
    mut visit: impl FnMut(Id, Vec<Kept>),
) -> Result<(), FormatError> {
    let mut finder = Finder::new(tree);
    // Whoever writes a record a few bytes long makes us show a whole object: no honest file does so over and over.
    let mut room = tree.text().len().saturating_mul(SHOWN_PER_BYTE).saturating_add(1 << 20);
    let traces = Traces::of(tree);
    walk(tree, Tree::root(), &TokenPath::root(), &|id| traces.are_in(id), &mut |object, path| {
        if room > 0
            && let kept = kept(&mut finder, object, path, &mut room)
            && !kept.is_empty()
        {
            visit(object, kept);
        }
    });
    if room > 0 {
        return Ok(());
    }
    Err(FormatError::limit(name, None, "conflicts", "too many conflicts about the same objects"))
}

/// The conflicts that an object keeps, until there is no room for more.
fn kept(finder: &mut Finder<'_>, object: Id, path: &TokenPath, room: &mut usize) -> Vec<Kept> {
    let tree = finder.tree;
    let open = record::Open::of(tree, object);
    if open.is_empty() {
        return Vec::new();
    }
    let value = value_name(tree, object);
    let mut all = Vec::new();
    for open in open {
        if *room == 0 {
            break;
        }
        let json = |name: &str| tree.get(open.id, name).map(|id| tree.json(id));
        let side = tree.get(open.id, "deleted").and_then(|side| tree.string(side));
        let deleted = match side.as_deref() {
            Some("ours") if open.of.is_empty() => Some(Side::Ours),
            Some("theirs") if open.of.is_empty() => Some(Side::Theirs),
            _ => None,
        };
        let unit = value.filter(|_| matches!(open.of.as_slice(), [name] if is_unit(name)));
        let shown = match (open.of.is_empty(), unit) {
            (true, _) => Some(members(tree, object, |name| name != EXTENSIONS)),
            (_, Some(_)) => Some(members(tree, object, is_unit)),
            _ => finder.find(object, &open.of).map(|id| tree.json(id)),
        };
        *room = room.saturating_sub(shown.as_ref().map_or(0, |shown| shown.as_str().len()));
        let (ours, theirs) = match deleted {
            Some(Side::Ours) => (None, shown),
            Some(Side::Theirs) => (shown, None),
            None => (shown, json("theirs")),
        };
        let path = open.of.iter().fold(path.clone(), |path, name| path.child(name));
        let conflict = Conflict { path, ours, theirs, base: json("base"), deleted };
        all.push(Kept { record: open.id, of: open.of, unit, conflict });
    }
    all
}

/// Some members of an object.
fn members(tree: &Tree<'_>, object: Id, is_shown: impl Fn(&str) -> bool) -> JsonText {
    JsonText::object(|out| {
        let members = tree.children(object).filter(|child| is_shown(&tree.key(*child)));
        members.for_each(|child| out.raw(&tree.key(child), tree.json(child).get_ref()));
    })
}

/// Finds what is at a place inside an object; many times over in the same one, too.
#[derive(Debug)]
pub(super) struct Finder<'t> {
    tree: &'t Tree<'t>,
    members: BTreeMap<Id, Members<'t>>,
}

impl<'t> Finder<'t> {
    pub(super) const fn new(tree: &'t Tree<'t>) -> Self {
        Self { tree, members: BTreeMap::new() }
    }

    pub(super) fn find(&mut self, object: Id, of: &[String]) -> Option<Id> {
        of.iter().try_fold(object, |at, name| {
            let tree = self.tree;
            let read = || match tree.is_object(at) {
                true => Some(Members::of(tree, at)),
                false if tree.is_array(at) => elements(tree, at),
                false => None,
            };
            self.members.entry(at).or_insert_with(|| read().unwrap_or_default()).get(name)
        })
    }
}

/// Where the name under which conflicts are kept is spelled: most objects have it nowhere in them.
struct Traces<'t> {
    tree: &'t Tree<'t>,
    /// `None` if it may be spelled with escapes, and so be anywhere.
    places: Option<Vec<usize>>,
}

impl<'t> Traces<'t> {
    fn of(tree: &'t Tree<'t>) -> Self {
        let text = tree.text().as_bytes();
        let is_plain = memmem::find(text, b"\\u").is_none();
        let places = is_plain.then(|| memmem::find_iter(text, CONFLICTS).collect());
        Self { tree, places }
    }

    fn are_in(&self, id: Id) -> bool {
        let Some(places) = &self.places else { return true };
        let (from, to) = self.tree.span(id);
        let is_before = |at: &usize, end: u32| u32::try_from(*at).is_ok_and(|at| at < end);
        let first = places.partition_point(|at| is_before(at, from));
        places.get(first).is_some_and(|at| is_before(at, to))
    }
}

/// Visits every object that may keep conflicts, groups, tokens and elements of lists, as long as `is_wanted` says so of
/// them and of what they are in.
///
/// Recursion is bounded by the depth the parser allowed.
fn walk(
    tree: &Tree<'_>,
    id: Id,
    path: &TokenPath,
    is_wanted: &impl Fn(Id) -> bool,
    visit: &mut impl FnMut(Id, &TokenPath),
) {
    match Shape::of(tree, id) {
        Shape::Whole => {}
        Shape::List => {
            let elements = elements(tree, id);
            for (name, child) in elements.iter().flat_map(Members::items).filter(|(_, id)| is_wanted(*id)) {
                walk(tree, *child, &path.child(name), is_wanted, visit);
            }
        }
        shape @ (Shape::Token | Shape::Group) => {
            visit(id, path);
            for child in tree.children(id) {
                let name = tree.key(child);
                let is_value = shape == Shape::Token && is_unit(&name);
                let is_open =
                    name != EXTENSIONS && !is_value && (tree.is_object(child) || tree.is_array(child));
                if is_open && is_wanted(child) {
                    walk(tree, child, &path.child(&name), is_wanted, visit);
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
    walk(&tree, Tree::root(), &TokenPath::root(), &|_| true, &mut |object, path| {
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
    });
    each(name, &tree, |_, kept| {
        for Kept { conflict, .. } in kept {
            let theirs = conflict.theirs.as_ref().map_or("deleted", JsonText::as_str);
            lines.push((conflict.path.to_string(), format!("CONFLICT, theirs: {theirs}")));
        }
    })?;
    lines.sort();
    let mut out = String::new();
    lines.into_iter().for_each(|(path, text)| out.push_str(&format!("{path} = {text}\n")));
    Ok(out)
}
