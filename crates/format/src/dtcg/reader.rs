//! Reading token documents, one node at a time.

use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, Hasher, RandomState};
use std::io::Read;
use std::sync::Arc;

use dss_model::{JsonErrorKind, JsonLimits, JsonRef, JsonText, OrderKey, TokenPath};

use super::node::{Member, Node, SortKey, member};
use super::usual::Usual;
use crate::error::FormatError;
use crate::revision;
use crate::scan::is_child_name;
use crate::source::{Source, SourceError};

/// Groups inside groups.
const DEPTH_MAX: usize = 64;
/// Bytes of one path.
const PATH_BYTES_MAX: usize = 4 << 10;
/// Names of open groups that are remembered to catch duplicates at their line. Beyond it, the store's
/// check for paths that two entities share still catches them, without the line.
const NAMES_MAX: usize = 200_000;

/// Bounds on a token document.
#[derive(Clone, Copy, Debug)]
pub struct ReadLimits {
    /// Bytes of one token, or of one property of a group.
    pub item_bytes: usize,
    /// Bounds inside an item.
    pub json: JsonLimits,
}

impl Default for ReadLimits {
    fn default() -> Self {
        Self { item_bytes: 1 << 20, json: JsonLimits::default() }
    }
}

/// Reads one token document, which may come in several parts (an archive splits large sets).
///
/// Nodes arrive as soon as they are complete: tokens in document order, groups behind their
/// children, the root last. Memory is bounded by the limits, not by the document.
///
/// ```
/// use dss_format::dtcg::{DtcgReader, ReadLimits};
///
/// let file = br#"{"color": {"$type": "color", "brand": {"$value": "{color.blue}"}}}"#;
/// let mut reader = DtcgReader::new("base", ReadLimits::default());
/// let mut paths = Vec::new();
/// reader.read_part(&file[..], |_root, node| {
///     paths.push((node.path.to_string(), node.is_token(), node.inherited_type));
///     Ok::<(), dss_format::FormatError>(())
/// })?;
/// reader.finish(|_root, node| {
///     paths.push((node.path.to_string(), node.is_token(), None));
///     Ok::<(), dss_format::FormatError>(())
/// })?;
/// assert_eq!(paths[0], ("color.brand".into(), true, Some("color".into())));
/// assert_eq!(paths[1], ("color".into(), false, None));
/// assert_eq!(paths[2], ("".into(), false, None));
/// # Ok::<(), dss_format::FormatError>(())
/// ```
#[derive(Debug)]
pub struct DtcgReader {
    file: String,
    limits: ReadLimits,
    /// The open groups, the root first.
    scopes: Vec<Scope>,
    /// How many of them the current part has opened (again).
    depth: usize,
    /// Whether this is a later part, in which groups of the one before may go on.
    is_continued: bool,
    /// How many of the groups that the part before left open may still go on in this one.
    resumable: usize,
    hasher: RandomState,
    names: usize,
    has_bom: bool,
}

/// What comes next in a document.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nobody keeps one, and the large one is the common one")]
pub(crate) enum Found<'t> {
    /// A node with its members.
    Node(Node),
    /// Where a usual token stands (a node without members), and what it says.
    Usual(Node, Usual<'t>),
}

impl Found<'_> {
    pub(crate) fn into_node(self) -> Node {
        match self {
            Self::Node(node) => node,
            Self::Usual(place, usual) => Node { members: usual.to_members(), ..place },
        }
    }
}

/// A group whose end is still to come.
#[derive(Debug, Default)]
struct Scope {
    name: String,
    path: TokenPath,
    index: u64,
    line: u64,
    sort: SortKey,
    members: Vec<Member>,
    /// Hashes of its children's and members' names.
    names: HashSet<u64, BuildHasherDefault<AsIs>>,
    children: u64,
    last_child: Option<OrderKey>,
    inherited_type: Option<Arc<str>>,
    own_type: Option<Arc<str>>,
    is_type_late: bool,
}

/// The hasher for what is a hash already, by a key that nobody knows.
#[derive(Debug, Default)]
struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }
}

impl DtcgReader {
    /// A reader for the document that errors call `file`.
    pub fn new(file: &str, limits: ReadLimits) -> Self {
        Self {
            file: file.to_owned(),
            limits,
            scopes: vec![Scope { line: 1, ..Scope::default() }],
            depth: 0,
            is_continued: false,
            resumable: 0,
            hasher: RandomState::new(),
            names: 0,
            has_bom: false,
        }
    }

    /// The name errors use, for the next part.
    pub fn set_file(&mut self, file: &str) {
        file.clone_into(&mut self.file);
    }

    /// Whether the document starts with a byte order mark, which JSON does not allow.
    pub const fn has_bom(&self) -> bool {
        self.has_bom
    }

    /// Reads a whole document, or the next part of one; hands every node that is complete to `each`,
    /// together with the root's members so far.
    ///
    /// # Errors
    /// [`FormatError`] if this is no JSON object, or over a limit; whatever `each` returns.
    pub fn read_part<E: From<FormatError>>(
        &mut self,
        reader: impl Read,
        mut each: impl FnMut(&[Member], Node) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_found(reader, |root, found| each(root, found.into_node()))
    }

    /// As [`DtcgReader::read_part`], with usual tokens where they stand.
    pub(crate) fn read_found<E: From<FormatError>>(
        &mut self,
        reader: impl Read,
        mut each: impl FnMut(&[Member], Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut source = Source::new(reader, self.limits.item_bytes, self.limits.json);
        self.depth = 1;
        self.walk(&mut source, &mut each)?;
        self.is_continued = true;
        self.resumable = self.scopes.len();
        Ok(())
    }

    /// Ends the document: hands over the groups that are still open, and the root.
    ///
    /// # Errors
    /// Whatever `each` returns.
    pub fn finish<E: From<FormatError>>(
        mut self,
        mut each: impl FnMut(&[Member], Node) -> Result<(), E>,
    ) -> Result<(), E> {
        self.close_to(1, &mut |root, found| each(root, found.into_node()))?;
        match self.scopes.pop() {
            Some(root) => each(&[], root.into_node()),
            None => Ok(()),
        }
    }

    fn walk<R: Read, E: From<FormatError>>(
        &mut self,
        source: &mut Source<R>,
        each: &mut impl FnMut(&[Member], Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.has_bom |= self.check(source.skip_bom())?;
        self.check(source.expect(b'{'))?;
        let mut is_first = true;
        while self.depth > 0 {
            let next = self.check(source.peek())?;
            if next == Some(b'}') {
                self.check(source.expect(b'}'))?;
                self.leave();
                is_first = false;
                continue;
            }
            if !is_first {
                self.check(source.expect(b','))?;
            }
            is_first = self.member(source, each)?;
        }
        match self.check(source.peek())? {
            Some(_) => Err(self.wrap(source.fault(JsonErrorKind::TrailingData)).into()),
            None => Ok(()),
        }
    }

    /// Reads a member of the innermost group; true if it opened another one.
    fn member<R: Read, E: From<FormatError>>(
        &mut self,
        source: &mut Source<R>,
        each: &mut impl FnMut(&[Member], Found<'_>) -> Result<(), E>,
    ) -> Result<bool, E> {
        self.check(source.peek())?;
        let line = source.line();
        let name = self.check(source.key())?;
        let is_object = self.check(source.peek())? == Some(b'{');
        if !is_object || !is_child_name(&name) {
            let value = self.check(source.value())?;
            self.property(name, value).map_err(|kind| self.wrap(source.fault(kind)))?;
            return Ok(false);
        }
        if self.continues(&name) {
            self.check(source.expect(b'{'))?;
            self.depth = self.depth.saturating_add(1);
            return Ok(true);
        }
        self.close_to(self.depth, each)?;
        self.resumable = self.resumable.min(self.depth);
        self.remember(&name).map_err(|kind| self.wrap(source.fault(kind)))?;
        let leaf = source.leaf(|text| {
            let found = self.leaf(&name, line, text)?;
            each(self.root_members(), found)
        });
        if let Some(read) = self.check(leaf)? {
            return read.map(|()| false);
        }
        self.check(source.expect(b'{'))?;
        self.enter(name, line)?;
        Ok(true)
    }

    /// Keeps a property of the innermost group.
    fn property(&mut self, name: String, value: JsonText) -> Result<(), JsonErrorKind> {
        let is_again = self.is_continued
            && self.scope().is_some_and(|scope| member(&scope.members, &name) == Some(&value));
        // A later part repeats what its tokens need to be valid alone.
        if is_again || (self.is_continued && self.depth == 1 && name == revision::EXTENSIONS) {
            return Ok(());
        }
        self.remember(&name)?;
        let Some(scope) = self.scope_mut() else { return Ok(()) };
        if name == "$type" {
            scope.own_type = value.get_ref().string().map(|text| Arc::from(&*text));
            scope.is_type_late = scope.children > 0;
        }
        let after = scope.last_child.clone();
        scope.members.push(Member { name, value, after });
        Ok(())
    }

    /// Whether `name` is the group in which the part before stopped.
    fn continues(&self, name: &str) -> bool {
        self.depth < self.resumable && self.scopes.get(self.depth).is_some_and(|scope| scope.name == name)
    }

    fn enter(&mut self, name: String, line: u64) -> Result<(), FormatError> {
        if self.scopes.len() > DEPTH_MAX {
            let message = format!("groups nested more than {DEPTH_MAX} deep");
            return Err(FormatError::limit(&self.file, Some(line), "group_depth", &message));
        }
        let place = self.place(&name, line, None)?;
        self.scopes.push(Scope {
            name,
            path: place.path,
            index: place.index,
            line,
            sort: place.sort,
            inherited_type: place.inherited_type,
            ..Scope::default()
        });
        self.depth = self.scopes.len();
        Ok(())
    }

    fn leaf<'t>(&mut self, name: &str, line: u64, text: JsonRef<'t>) -> Result<Found<'t>, FormatError> {
        let usual = Usual::of(text);
        if let Some(usual) = usual.filter(|usual| usual.ours().is_none_or(|ours| ours.get("order").is_none()))
        {
            return Ok(Found::Usual(self.place(name, line, None)?, usual));
        }
        let members = text.members().map(|(name, value)| Member {
            name: name.into_owned(),
            value: value.to_text(),
            after: None,
        });
        let members: Vec<Member> = members.collect();
        let extensions = member(&members, revision::EXTENSIONS);
        let order = extensions.and_then(|value| revision::order_in(value.get_ref()));
        Ok(Found::Node(Node { members, ..self.place(name, line, order)? }))
    }

    /// The node that comes next in the innermost group, still without members.
    fn place(&mut self, name: &str, line: u64, order: Option<OrderKey>) -> Result<Node, FormatError> {
        self.settle_scope();
        let parent = self.depth.checked_sub(1).and_then(|at| self.scopes.get_mut(at));
        let Some(parent) = parent else {
            return Err(FormatError::internal("a node outside the root"));
        };
        let path = parent.path.child(name);
        if path.as_str().len() > PATH_BYTES_MAX {
            let message = format!("path longer than {PATH_BYTES_MAX} bytes");
            return Err(FormatError::limit(&self.file, Some(line), "path_bytes", &message));
        }
        let index = parent.children;
        let order = order.unwrap_or_else(|| OrderKey::nth(index));
        let sort = parent.sort.child(&order, name);
        parent.children = index.saturating_add(1);
        parent.last_child = Some(order);
        let inherited_type = parent.own_type.as_ref().or(parent.inherited_type.as_ref()).cloned();
        Ok(Node {
            path,
            members: Vec::new(),
            has_children: false,
            index,
            sort,
            line,
            inherited_type,
            is_type_late: false,
        })
    }

    /// Before a group's first child: a revision among the members read so far may name its place.
    fn settle_scope(&mut self) {
        let Some(parent_at) = self.depth.checked_sub(2) else { return };
        let order = self.scope().filter(|scope| scope.children == 0).and_then(|scope| {
            member(&scope.members, revision::EXTENSIONS).and_then(|value| revision::order_in(value.get_ref()))
        });
        let Some(order) = order else { return };
        let Some(parent) = self.scopes.get_mut(parent_at) else { return };
        parent.last_child = Some(order.clone());
        let parent_sort = parent.sort.clone();
        if let Some(scope) = self.scope_mut() {
            scope.sort = parent_sort.child(&order, &scope.name);
        }
    }

    /// The innermost group ends in this part. It stays open all the same: it may go on in the next one.
    fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.resumable = self.resumable.min(self.depth);
    }

    /// Ends all groups but the outermost `keep`.
    fn close_to<E: From<FormatError>>(
        &mut self,
        keep: usize,
        each: &mut impl FnMut(&[Member], Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.scopes.len() > keep.max(1) {
            let Some(scope) = self.scopes.pop() else { break };
            self.names = self.names.saturating_sub(scope.names.len());
            each(self.root_members(), Found::Node(scope.into_node()))?;
        }
        Ok(())
    }

    fn remember(&mut self, name: &str) -> Result<(), JsonErrorKind> {
        let hash = self.hasher.hash_one(name);
        let is_full = self.names >= NAMES_MAX;
        let Some(scope) = self.scope_mut() else { return Ok(()) };
        let is_known = if is_full { scope.names.contains(&hash) } else { !scope.names.insert(hash) };
        if is_known {
            return Err(JsonErrorKind::DuplicateKey(name.to_owned()));
        }
        self.names = self.names.saturating_add(usize::from(!is_full));
        Ok(())
    }

    fn root_members(&self) -> &[Member] {
        self.scopes.first().map(|root| root.members.as_slice()).unwrap_or_default()
    }

    fn scope(&self) -> Option<&Scope> {
        self.scopes.get(self.depth.checked_sub(1)?)
    }

    fn scope_mut(&mut self) -> Option<&mut Scope> {
        self.scopes.get_mut(self.depth.checked_sub(1)?)
    }

    fn check<T>(&self, result: Result<T, SourceError>) -> Result<T, FormatError> {
        result.map_err(|error| self.wrap(error))
    }

    fn wrap(&self, error: SourceError) -> FormatError {
        FormatError::source(&self.file, error)
    }
}

impl Scope {
    fn into_node(self) -> Node {
        let has_children = self.children > 0;
        let mut node = Node {
            path: self.path,
            members: self.members,
            has_children,
            index: self.index,
            sort: self.sort,
            line: self.line,
            inherited_type: self.inherited_type,
            is_type_late: self.is_type_late,
        };
        // Only groups give types; what turned out to be a token was none to its children while they were read.
        node.is_type_late |= has_children && self.own_type.is_some() && node.is_token();
        node
    }
}
