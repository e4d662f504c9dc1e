//! From a set's entities, in document order, to its document.

use std::io::{self, Write};

use dss_model::{Entity, EntityId, JsonRef, JsonText, Kind, OrderKey, Plain, RegName, TokenPath};

use super::plain::Shown;
use crate::dtcg::{self, DtcgWriter, Member, Node, SortKey, Spacing};
use crate::revision::{self, Body, Defaults, Extension, Replicas};

/// Whether a document says which revisions it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revisions {
    /// It does, in `$extensions["org.dss"]`.
    Written,
    /// It holds nothing but what DTCG knows.
    Omitted,
}

/// Writes one token set, or one part of one, as a DTCG document.
#[derive(Debug)]
pub struct SetWriter<'a, W> {
    writer: DtcgWriter<W>,
    set: &'a Entity,
    context: Context<'a>,
    /// The open groups, the root first.
    open: Vec<Open>,
    /// Whether the node before came through [`SetWriter::plain`]: it is opened only if the next one stands inside.
    is_last_plain: bool,
    tokens: u64,
}

/// A group whose end is still to come.
#[derive(Debug)]
struct Open {
    path: TokenPath,
    order: OrderKey,
    /// Its own `$type`, which a later part repeats for the tokens there.
    own_type: Option<JsonText>,
    children: u64,
    /// Whether the current part has opened it.
    is_in_part: bool,
}

impl Open {
    const fn new(path: TokenPath, order: OrderKey, own_type: Option<JsonText>) -> Self {
        Self { path, order, own_type, children: 0, is_in_part: true }
    }
}

/// What the revisions in the document are told relative to.
#[derive(Debug)]
struct Context<'a> {
    revisions: Revisions,
    spacing: Spacing,
    /// The set's place among the project's sets.
    index: u64,
    set: EntityId,
    set_name: String,
    replicas: &'a Replicas,
    defaults: Option<Defaults>,
}

static NO_REPLICAS: std::sync::LazyLock<Replicas> = std::sync::LazyLock::new(Replicas::default);

impl<'a, W: Write> SetWriter<'a, W> {
    /// Starts the document of the `index`-th set of the project.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn new(
        out: W,
        set: &'a Entity,
        index: u64,
        replicas: &'a Replicas,
        revisions: Revisions,
        spacing: Spacing,
    ) -> io::Result<Self> {
        let set_name = set.string(&RegName::NAME).unwrap_or_default().into_owned();
        let is_late = dtcg::members_of(set)
            .iter()
            .any(|member| member.name == revision::EXTENSIONS && member.after.is_some());
        // Revisions that come behind the tokens cannot help to read them: then each says it all itself.
        let context = Context {
            revisions,
            spacing,
            index,
            set: if is_late {
                EntityId::derived(Kind::TokenSet, &set_name, &TokenPath::root())
            } else {
                set.id()
            },
            set_name,
            replicas: if is_late { &NO_REPLICAS } else { replicas },
            defaults: if is_late { None } else { main_write(set) },
        };
        let writer = context.start(out, set)?;
        let root = Open::new(TokenPath::root(), OrderKey::nth(0), None);
        Ok(Self { writer, set, context, open: vec![root], is_last_plain: false, tokens: 0 })
    }

    /// Adds a token or group at `path`, which is its own unless another one shows there already. They
    /// come in document order, by [`SortKey`].
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn node(&mut self, entity: &Entity, path: TokenPath, sort: &SortKey) -> io::Result<()> {
        let Some(parent) = path.parent() else { return Ok(()) };
        if let Some(plain) = Plain::of(entity)
            && self.plain(&plain, path.as_str(), sort.as_bytes())?
        {
            // Every test of this crate compares both ways.
            #[cfg(test)]
            self.assert_same(entity, path);
            return Ok(());
        }
        self.enter(parent.as_str(), sort.as_bytes())?;
        let index = self.next_index();
        let mut node = new_node(path, index, dtcg::members_of(entity));
        if self.context.revisions == Revisions::Written {
            self.context.add_extension(&mut node, entity);
        }
        let order = dtcg::order_of(entity).unwrap_or_else(|| OrderKey::nth(index));
        self.count(entity.kind());
        let own_type = node.member("$type").cloned();
        self.writer.node(&node.path, &order, node.members)?;
        self.open.push(Open::new(node.path, order, own_type));
        Ok(())
    }

    /// Adds a token or group as [`SetWriter::node`] does, if what it says can be written as it is; `false`
    /// if it was not written. `sort` are the bytes of its [`SortKey`].
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn plain(&mut self, node: &Plain<'_>, path: &str, sort: &[u8]) -> io::Result<bool> {
        if self.context.revisions != Revisions::Written || path.is_empty() {
            return Ok(false);
        }
        self.enter(TokenPath::parent_in(path), sort)?;
        let index = self.open.last().map_or(0, |open| open.children);
        let Some(shown) = Shown::of(node, path, index, self.context.set) else { return Ok(false) };
        self.next_index();
        self.count(node.kind());
        let Context { replicas, set_name, .. } = &self.context;
        let defaults = self.context.defaults.as_ref();
        let is_silent = shown.is_silent(path, set_name, defaults);
        self.writer.whole_node(path, shown.order, |out| {
            if !is_silent {
                shown.write(out, replicas, defaults);
            }
        })?;
        self.is_last_plain = true;
        Ok(true)
    }

    #[cfg(test)]
    fn assert_same(&self, entity: &Entity, path: TokenPath) {
        let index = self.open.last().unwrap().children.saturating_sub(1);
        let mut node = new_node(path, index, dtcg::members_of(entity));
        self.context.add_extension(&mut node, entity);
        let text = JsonText::object(|out| {
            node.members.iter().for_each(|member| out.raw(&member.name, member.value.get_ref()));
        });
        assert_eq!(self.writer.whole().members.as_str(), text.as_str());
        assert!(node.members.iter().all(|member| member.after.is_none()));
    }

    fn count(&mut self, kind: Kind) {
        self.tokens = self.tokens.saturating_add(u64::from(kind == Kind::Token));
    }

    /// Tokens written so far.
    pub const fn tokens(&self) -> u64 {
        self.tokens
    }

    /// Bytes written so far.
    pub const fn bytes(&self) -> u64 {
        self.writer.bytes()
    }

    /// Whether the document may be cut before the node at `path`: not between a group and its first
    /// child.
    pub fn can_split_before(&self, path: &str) -> bool {
        if self.is_last_plain {
            return !TokenPath::is_below_in(path, self.writer.whole().path);
        }
        self.open.last().is_some_and(|last| last.children > 0 || !last.path.is_above(path))
    }

    /// Ends this part and returns it; what follows is written to `out`, as a document that is valid alone.
    ///
    /// # Errors
    /// Whatever the outputs return.
    pub fn next_part(&mut self, out: W) -> io::Result<W> {
        let next = self.context.start(out, self.set)?;
        let done = std::mem::replace(&mut self.writer, next).finish()?;
        self.open.iter_mut().skip(1).for_each(|group| group.is_in_part = false);
        self.is_last_plain = false;
        self.tokens = 0;
        Ok(done)
    }

    /// Ends the document.
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn finish(self) -> io::Result<W> {
        self.writer.finish()
    }

    /// Makes `parent` the innermost open group. Groups that have no entity (theirs was deleted while
    /// somebody added to them) are marked, so that reading does not bring them back.
    fn enter(&mut self, parent: &str, sort: &[u8]) -> io::Result<()> {
        let last = self.writer.whole();
        if std::mem::take(&mut self.is_last_plain)
            && (parent == last.path || TokenPath::is_below_in(parent, last.path))
        {
            let path = TokenPath::parse(last.path).unwrap_or_default();
            let order = OrderKey::parse(last.order).unwrap_or_else(|| OrderKey::nth(0));
            let own_type = last.members.get("$type").map(JsonRef::to_text);
            self.open.push(Open::new(path, order, own_type));
        }
        while self.open.last().is_some_and(|open| open.path.as_str() != parent && !open.path.is_above(parent))
        {
            self.open.pop();
        }
        // What is open inside a group that the part has opened was opened by it, too.
        if self.open.last().is_some_and(|open| open.is_in_part && open.path.as_str() == parent) {
            return Ok(());
        }
        for group in self.open.iter_mut().filter(|group| !group.is_in_part) {
            let own_type = group.own_type.clone();
            let members = own_type
                .map(|value| Member { name: "$type".to_owned(), value, after: None })
                .into_iter()
                .collect();
            self.writer.node(&group.path, &group.order, members)?;
            group.is_in_part = true;
        }
        let orders = SortKey::orders_in(sort);
        let depth = self.open.len().saturating_sub(1);
        let parent = TokenPath::parse(parent).unwrap_or_default();
        let names: Vec<String> = parent.segments().skip(depth).map(std::borrow::Cow::into_owned).collect();
        for (name, depth) in names.iter().zip(depth..) {
            let path = self.open.last().map(|open| open.path.child(name)).unwrap_or_default();
            let index = self.next_index();
            let order = orders.get(depth).cloned().unwrap_or_else(|| OrderKey::nth(index));
            let members = self.context.implicit_members(index, &order);
            self.writer.node(&path, &order, members)?;
            self.open.push(Open::new(path, order, None));
        }
        Ok(())
    }

    /// Counts one more child of the innermost group.
    fn next_index(&mut self) -> u64 {
        let Some(open) = self.open.last_mut() else { return 0 };
        let index = open.children;
        open.children = index.saturating_add(1);
        index
    }
}

fn new_node(path: TokenPath, index: u64, members: Vec<Member>) -> Node {
    Node {
        path,
        members,
        has_children: false,
        index,
        sort: SortKey::root(),
        line: 0,
        inherited_type: None,
        is_type_late: false,
    }
}

impl Context<'_> {
    /// Starts a document, or a part of one, with the root's members.
    fn start<W: Write>(&self, out: W, set: &Entity) -> io::Result<DtcgWriter<W>> {
        let mut root = new_node(TokenPath::root(), self.index, dtcg::members_of(set));
        root.has_children = true;
        if self.revisions == Revisions::Written {
            self.add_root_extension(&mut root, set);
        }
        DtcgWriter::new(out, self.spacing, root.members)
    }

    /// The members of a group without entity.
    fn implicit_members(&self, index: u64, order: &OrderKey) -> Vec<Member> {
        if self.revisions == Revisions::Omitted {
            return Vec::new();
        }
        let mark = JsonText::object(|out| {
            out.boolean("implicit", true);
            if *order != OrderKey::nth(index) {
                out.string("order", order.as_str());
            }
        });
        dtcg::with_extension(Vec::new(), &mark)
    }

    fn add_extension(&self, node: &mut Node, entity: &Entity) {
        let plain = node.members.clone();
        dtcg::add_extras(node, entity);
        let body = dtcg::body_of(node, Some(self.set));
        let extras = dtcg::extension_of(&node.members);
        let has_extras = extras.is_some_and(|extras| !extras.is_empty());
        let is_derived = EntityId::derived(entity.kind(), &self.set_name, &node.path) == entity.id();
        let is_silent = entity.kind() == Kind::Group
            && plain.is_empty()
            && !has_extras
            && is_derived
            && self.defaults.as_ref().is_some_and(|defaults| revision::is_default(entity, &body, defaults));
        if is_silent {
            node.members = plain;
        } else {
            let extension = JsonText::object(|out| {
                self.write(out, entity, &body, self.defaults.as_ref());
                extras
                    .into_iter()
                    .flat_map(Extension::members)
                    .for_each(|(name, value)| out.raw(&name, value));
            });
            node.members = dtcg::with_extension(plain, &extension);
        }
    }

    fn add_root_extension(&self, node: &mut Node, set: &Entity) {
        let plain = node.members.clone();
        dtcg::add_extras(node, set);
        let body = set_body(node, &self.set_name);
        let extras = dtcg::extension_of(&node.members);
        let extension = JsonText::object(|out| {
            out.array("replicas", |list| {
                self.replicas.ids().iter().for_each(|id| list.string(&id.to_string()));
            });
            out.string("name", &self.set_name);
            self.write(out, set, &body, None);
            extras.into_iter().flat_map(Extension::members).for_each(|(name, value)| out.raw(&name, value));
        });
        node.members = dtcg::with_extension(plain, &extension);
    }

    fn write(
        &self,
        out: &mut dss_model::ObjectBuilder<'_>,
        entity: &Entity,
        body: &Body,
        defaults: Option<&Defaults>,
    ) {
        revision::encode(out, entity, body, self.replicas, defaults);
    }
}

/// What the root of a document says about its set.
pub(super) fn set_body(root: &Node, name: &str) -> Body {
    let mut body = dtcg::body_of(root, None);
    body.push((RegName::NAME, dss_model::Value::Json(JsonText::string(name))));
    body
}

/// The write that tokens of this set are told relative to: the set's own newest.
fn main_write(set: &Entity) -> Option<Defaults> {
    let pair = set.register(&RegName::LIFE)?.pairs().last()?;
    Some(Defaults { dot: pair.dot, stamp: pair.stamp.clone() })
}
