//! Writing token documents, one node at a time.

use std::io::{self, Write};

use dss_model::{JsonBuffer, JsonRef, ObjectBuilder, OrderKey, TokenPath};

use super::node::Member;

/// How a document is spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// One token or property a line, without indentation: small, and diffs well.
    Lines,
    /// Two spaces a level, as people write it.
    Pretty,
}

/// Writes one token document from nodes in document order.
///
/// It opens and closes groups by the nodes' paths, and remembers only the open ones.
#[derive(Debug)]
pub struct DtcgWriter<W> {
    out: W,
    spacing: Spacing,
    /// The open groups, the root first.
    scopes: Vec<Scope>,
    /// The node before, which is a group only if the next one stands inside.
    held: Option<Held>,
    /// The same, for one that came as a whole; its room is used again and again.
    whole: Whole,
    bytes: u64,
    /// Room for a name or a value.
    buffer: JsonBuffer,
}

#[derive(Debug)]
struct Scope {
    path: TokenPath,
    /// Own members that stand behind children, in order.
    pending: std::vec::IntoIter<Member>,
    next: Option<Member>,
    is_empty: bool,
}

#[derive(Debug)]
struct Held {
    path: TokenPath,
    order: OrderKey,
    members: Vec<Member>,
}

#[derive(Debug, Default)]
struct Whole {
    is_held: bool,
    path: String,
    order: String,
    members: JsonBuffer,
}

/// A node that came as a whole.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WholeNode<'a> {
    pub(crate) path: &'a str,
    pub(crate) order: &'a str,
    pub(crate) members: JsonRef<'a>,
}

impl<W: Write> DtcgWriter<W> {
    /// Starts a document whose root has these members.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn new(out: W, spacing: Spacing, root: Vec<Member>) -> io::Result<Self> {
        let mut writer = Self {
            out,
            spacing,
            scopes: Vec::new(),
            held: None,
            whole: Whole::default(),
            bytes: 0,
            buffer: JsonBuffer::default(),
        };
        writer.open(TokenPath::root(), root)?;
        Ok(writer)
    }

    /// Adds a node: a token or a group, with its place among its siblings.
    ///
    /// Nodes come in document order: every group before what it contains, siblings in their order.
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn node(&mut self, path: &TokenPath, order: &OrderKey, members: Vec<Member>) -> io::Result<()> {
        self.release(Some(path.as_str()))?;
        self.held = Some(Held { path: path.clone(), order: order.clone(), members });
        Ok(())
    }

    /// Adds a node as [`DtcgWriter::node`] does, for those who have its members in their order.
    pub(crate) fn whole_node(
        &mut self,
        path: &str,
        order: &str,
        members: impl FnOnce(&mut ObjectBuilder<'_>),
    ) -> io::Result<()> {
        self.release(Some(path))?;
        let whole = &mut self.whole;
        whole.is_held = true;
        whole.path.clear();
        whole.path.push_str(path);
        whole.order.clear();
        whole.order.push_str(order);
        whole.members.object(members);
        Ok(())
    }

    /// What came last to [`DtcgWriter::whole_node`].
    pub(crate) fn whole(&self) -> WholeNode<'_> {
        let Whole { path, order, members, .. } = &self.whole;
        WholeNode { path, order, members: members.get_ref() }
    }

    /// Bytes written so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Ends the document.
    ///
    /// # Errors
    /// Whatever the output returns.
    pub fn finish(mut self) -> io::Result<W> {
        self.release(None)?;
        while !self.scopes.is_empty() {
            self.close()?;
        }
        self.put("\n")?;
        Ok(self.out)
    }

    /// Writes the held node: as a group if `next` stands inside it, as a leaf otherwise.
    fn release(&mut self, next: Option<&str>) -> io::Result<()> {
        if self.whole.is_held {
            let mut whole = std::mem::take(&mut self.whole);
            whole.is_held = false;
            let released = self.release_whole(&whole, next);
            self.whole = whole;
            return released;
        }
        match self.held.take() {
            Some(held) => self.release_held(held, next),
            None => Ok(()),
        }
    }

    fn release_whole(&mut self, whole: &Whole, next: Option<&str>) -> io::Result<()> {
        if next.is_some_and(|next| TokenPath::is_below_in(next, &whole.path)) {
            let path = TokenPath::parse(&whole.path).unwrap_or_default();
            let order = OrderKey::parse(&whole.order).unwrap_or_else(|| OrderKey::nth(0));
            let members = whole.members.get_ref().members().map(|(name, value)| Member {
                name: name.into_owned(),
                value: value.to_text(),
                after: None,
            });
            let members = members.collect();
            return self.release_held(Held { path, order, members }, next);
        }
        self.enter(TokenPath::parent_in(&whole.path))?;
        self.members_before(&whole.order)?;
        self.child(&whole.path)?;
        self.value(whole.members.get_ref())
    }

    fn release_held(&mut self, held: Held, next: Option<&str>) -> io::Result<()> {
        self.enter(TokenPath::parent_in(held.path.as_str()))?;
        self.members_before(held.order.as_str())?;
        self.child(held.path.as_str())?;
        if next.is_some_and(|next| held.path.is_above(next)) {
            self.open(held.path, held.members)
        } else {
            self.leaf(&held.members)
        }
    }

    /// Closes groups that do not contain `path` and opens those that do and are not open.
    fn enter(&mut self, path: &str) -> io::Result<()> {
        while self
            .scopes
            .last()
            .is_some_and(|scope| scope.path.as_str() != path && !scope.path.is_above(path))
        {
            self.close()?;
        }
        if self.scopes.last().is_some_and(|scope| scope.path.as_str() == path) {
            return Ok(());
        }
        let open = self.scopes.len().saturating_sub(1);
        let path = TokenPath::parse(path).unwrap_or_default();
        for name in path.segments().skip(open) {
            let inner = self.scopes.last().map(|scope| scope.path.child(&name)).unwrap_or_default();
            self.child(inner.as_str())?;
            self.open(inner, Vec::new())?;
        }
        Ok(())
    }

    fn open(&mut self, path: TokenPath, members: Vec<Member>) -> io::Result<()> {
        let (first, late): (Vec<_>, Vec<_>) = members.into_iter().partition(|member| member.after.is_none());
        let mut pending = late.into_iter();
        let next = pending.next();
        self.put("{")?;
        self.scopes.push(Scope { path, pending, next, is_empty: true });
        for member in first {
            self.property(&member)?;
        }
        Ok(())
    }

    /// Writes the innermost group's own members that stand before a child at `order`.
    fn members_before(&mut self, order: &str) -> io::Result<()> {
        while let Some(scope) = self.scopes.last_mut() {
            let Some(member) =
                scope.next.take_if(|next| next.after.as_ref().is_some_and(|after| after.as_str() < order))
            else {
                break;
            };
            scope.next = scope.pending.next();
            self.property(&member)?;
        }
        Ok(())
    }

    fn close(&mut self) -> io::Result<()> {
        while let Some(scope) = self.scopes.last_mut() {
            let Some(member) = scope.next.take() else { break };
            scope.next = scope.pending.next();
            self.property(&member)?;
        }
        let Some(scope) = self.scopes.pop() else { return Ok(()) };
        if !scope.is_empty {
            self.line()?;
        }
        self.put("}")
    }

    fn property(&mut self, member: &Member) -> io::Result<()> {
        self.comma()?;
        self.key(&member.name)?;
        self.value(member.value.get_ref())
    }

    fn child(&mut self, path: &str) -> io::Result<()> {
        self.comma()?;
        self.key(&TokenPath::name_in(path))
    }

    fn leaf(&mut self, members: &[Member]) -> io::Result<()> {
        self.buffered(|writer, buffer| {
            let value = buffer.object(|out| {
                members.iter().for_each(|member| out.raw(&member.name, member.value.get_ref()));
            });
            writer.value(value)
        })
    }

    fn comma(&mut self) -> io::Result<()> {
        if let Some(scope) = self.scopes.last_mut()
            && !std::mem::replace(&mut scope.is_empty, false)
        {
            self.put(",")?;
        }
        self.line()
    }

    fn key(&mut self, name: &str) -> io::Result<()> {
        self.buffered(|writer, buffer| writer.put(buffer.string(name).as_str()))?;
        self.put(if self.spacing == Spacing::Pretty { ": " } else { ":" })
    }

    fn value(&mut self, value: JsonRef<'_>) -> io::Result<()> {
        match self.spacing {
            Spacing::Lines => self.put(value.as_str()),
            Spacing::Pretty => {
                let text = super::pretty::indent(value, self.scopes.len());
                self.put(&text)
            }
        }
    }

    /// Lends out the room for a value.
    fn buffered(
        &mut self,
        write: impl FnOnce(&mut Self, &mut JsonBuffer) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut buffer = std::mem::take(&mut self.buffer);
        let written = write(self, &mut buffer);
        self.buffer = buffer;
        written
    }

    fn line(&mut self) -> io::Result<()> {
        self.put("\n")?;
        if self.spacing == Spacing::Pretty {
            let indent = "  ".repeat(self.scopes.len());
            self.put(&indent)?;
        }
        Ok(())
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        self.bytes = self.bytes.saturating_add(u64::try_from(text.len()).unwrap_or(u64::MAX));
        self.out.write_all(text.as_bytes())
    }
}
