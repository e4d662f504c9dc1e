//! Writing token documents, one node at a time.

use std::io::{self, Write};

use dss_model::{JsonText, OrderKey, TokenPath};

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
    bytes: u64,
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

impl<W: Write> DtcgWriter<W> {
    /// Starts a document whose root has these members.
    ///
    /// # Errors
    /// Whatever `out` returns.
    pub fn new(out: W, spacing: Spacing, root: Vec<Member>) -> io::Result<Self> {
        let mut writer = Self { out, spacing, scopes: Vec::new(), held: None, bytes: 0 };
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
        self.release(Some(path))?;
        self.held = Some(Held { path: path.clone(), order: order.clone(), members });
        Ok(())
    }

    /// Bytes written so far.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Paths of the groups that are open, the outermost first.
    pub fn open_groups(&self) -> impl Iterator<Item = &TokenPath> {
        self.scopes.iter().skip(1).map(|scope| &scope.path)
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
    fn release(&mut self, next: Option<&TokenPath>) -> io::Result<()> {
        let held = self.held.take();
        let anchor = held.as_ref().map(|held| &held.path).or(next);
        let parent = anchor.and_then(TokenPath::parent);
        if let (Some(parent), Some(held)) = (parent, held) {
            self.enter(&parent)?;
            self.members_before(&held.order)?;
            if next.is_some_and(|next| next.is_below(&held.path)) {
                self.child(&held.path)?;
                self.open(held.path, held.members)?;
            } else {
                self.child(&held.path)?;
                self.leaf(&held.members)?;
            }
        }
        Ok(())
    }

    /// Closes groups that do not contain `path` and opens those that do and are not open.
    fn enter(&mut self, path: &TokenPath) -> io::Result<()> {
        while self.scopes.last().is_some_and(|scope| scope.path != *path && !path.is_below(&scope.path)) {
            self.close()?;
        }
        let open = self.scopes.len().saturating_sub(1);
        let names: Vec<_> = path.segments().skip(open).collect();
        for name in names {
            let inner = self.scopes.last().map(|scope| scope.path.child(&name)).unwrap_or_default();
            self.child(&inner)?;
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
    fn members_before(&mut self, order: &OrderKey) -> io::Result<()> {
        while let Some(scope) = self.scopes.last_mut() {
            let Some(member) =
                scope.next.take_if(|next| next.after.as_ref().is_some_and(|after| after < order))
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
        self.value(&member.value)
    }

    fn child(&mut self, path: &TokenPath) -> io::Result<()> {
        self.comma()?;
        let name = path.name().unwrap_or_default().into_owned();
        self.key(&name)
    }

    fn leaf(&mut self, members: &[Member]) -> io::Result<()> {
        let value = JsonText::object(|out| {
            members.iter().for_each(|member| out.raw(&member.name, member.value.get_ref()))
        });
        self.value(&value)
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
        self.put(JsonText::string(name).as_str())?;
        self.put(if self.spacing == Spacing::Pretty { ": " } else { ":" })
    }

    fn value(&mut self, value: &JsonText) -> io::Result<()> {
        match self.spacing {
            Spacing::Lines => self.put(value.as_str()),
            Spacing::Pretty => {
                let text = super::pretty::indent(value.get_ref(), self.scopes.len());
                self.put(&text)
            }
        }
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
