//! From a set's document back to its entities.

use std::io::Read;

use dss_model::{Entity, EntityId, JsonRef, Kind, TokenPath};

use crate::dtcg::{self, DtcgReader, Found, Member, Node, ReadLimits, Usual};
use crate::error::FormatError;
use crate::revision::{Body, Defaults, Extension, Replicas, Revision};

use super::token::SetToken;
use super::writer::set_body;

/// What a node turned out to be.
#[derive(Debug)]
pub enum Decoded {
    /// An entity, exactly as it was exported.
    Entity(Entity),
    /// Something that says no revision: a file that DSS did not write, or a token that somebody added.
    Foreign {
        /// Its identity: what the extension says, or derived from kind, set and path.
        id: EntityId,
        /// What it is.
        kind: Kind,
        /// What it says, register by register.
        body: Body,
    },
    /// A group without own members that stands for a deleted one; not an entity.
    Implicit,
    /// An entity whose revision is damaged: why, and what can be read without it.
    Damaged {
        /// What is wrong with the revision.
        reason: String,
        /// Its identity, as far as known.
        id: EntityId,
        /// What it is.
        kind: Kind,
        /// What it says, register by register.
        body: Body,
    },
}

/// What comes next in a set's document.
#[derive(Debug)]
pub enum Piece<'p> {
    /// A token that one write made, or that says no revision, where it stands.
    Token(SetToken<'p>),
    /// Anything, taken apart.
    Node(Node, Decoded),
}

/// Reads one token set's document, in one part or several, as entities.
#[derive(Debug)]
pub struct SetReader {
    reader: DtcgReader,
    context: Context,
}

#[derive(Debug)]
pub(super) struct Context {
    name: String,
    index: u64,
    set: EntityId,
    replicas: Replicas,
    defaults: Option<Defaults>,
    is_settled: bool,
    /// Whether the document itself says which set it is.
    is_stated: bool,
    /// Whether the caller knows better which set it is.
    is_fixed: bool,
}

impl SetReader {
    /// A reader for the `index`-th set of a project, which is called `name` unless it says otherwise;
    /// errors name `file`.
    pub fn new(file: &str, name: &str, index: u64, limits: ReadLimits) -> Self {
        let context = Context {
            name: name.to_owned(),
            index,
            set: EntityId::derived(Kind::TokenSet, name, &TokenPath::root()),
            replicas: Replicas::default(),
            defaults: None,
            is_settled: false,
            is_stated: false,
            is_fixed: false,
        };
        Self { reader: DtcgReader::new(file, limits), context }
    }

    /// Takes the document for that set's, whatever it says itself.
    #[must_use]
    pub fn in_set(mut self, set: EntityId, name: &str) -> Self {
        self.context.set = set;
        name.clone_into(&mut self.context.name);
        self.context.is_fixed = true;
        self
    }

    /// Whether the document starts with a byte order mark.
    pub const fn has_bom(&self) -> bool {
        self.reader.has_bom()
    }

    /// The set's identity, as far as it is known: the one derived from its name until its document
    /// says another.
    pub const fn set(&self) -> EntityId {
        self.context.set
    }

    /// The set's identity, if the document has said it by now.
    pub fn stated_set(&self) -> Option<EntityId> {
        self.context.is_stated.then_some(self.context.set)
    }

    /// Reads the document, or its next part, which errors call `file`; hands every node to `each`.
    ///
    /// # Errors
    /// As [`DtcgReader::read_part`].
    pub fn read_part<E: From<FormatError>>(
        &mut self,
        file: &str,
        reader: impl Read,
        mut each: impl FnMut(Node, Decoded) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_found(file, reader, |context, found| {
            let (node, decoded) = context.take_apart(found);
            each(node, decoded)
        })
    }

    /// As [`SetReader::read_part`], with tokens of which there is nothing special to say where they stand.
    ///
    /// # Errors
    /// As [`DtcgReader::read_part`].
    pub fn read_pieces<E: From<FormatError>>(
        &mut self,
        file: &str,
        reader: impl Read,
        mut each: impl FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read_found(file, reader, |context, found| {
            if let Found::Usual(place, usual) = &found
                && let Some(token) = context.token(place, usual)
            {
                return each(Piece::Token(token));
            }
            let (node, decoded) = context.take_apart(found);
            each(Piece::Node(node, decoded))
        })
    }

    fn read_found<E: From<FormatError>>(
        &mut self,
        file: &str,
        reader: impl Read,
        mut each: impl FnMut(&Context, Found<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.reader.set_file(file);
        let context = &mut self.context;
        self.reader.read_found(reader, |root, found| {
            context.settle(root);
            #[cfg(test)]
            context.assert_same(&found);
            each(context, found)
        })
    }

    /// Ends the document: hands over the open groups, and last the set itself.
    ///
    /// # Errors
    /// Whatever `each` returns.
    pub fn finish<E: From<FormatError>>(
        self,
        mut each: impl FnMut(Node, Decoded) -> Result<(), E>,
    ) -> Result<(), E> {
        let Self { reader, mut context } = self;
        reader.finish(|root, node| {
            context.settle(root);
            let decoded =
                if node.path.is_root() { context.decode_root(&node) } else { context.decode(&node) };
            each(node, decoded)
        })
    }
}

impl Context {
    /// Takes from the root what revisions in the document are told relative to. Only what stands
    /// before the first token counts.
    fn settle(&mut self, root: &[Member]) {
        if self.is_settled {
            return;
        }
        self.is_settled = true;
        let Some(extension) = dtcg::extension_of(root) else { return };
        self.replicas = read_replicas(extension);
        if let Ok(revision) = Revision::new(extension, &self.replicas, None) {
            self.defaults = Some(revision.defaults());
            if !self.is_fixed {
                self.set = revision.id();
                self.is_stated = true;
            }
        }
        if let Some(name) = name_of(extension).filter(|_| !self.is_fixed) {
            self.name = name;
        }
    }

    /// A usual token, if one write made it, or if it says no revision; `None` says nothing.
    fn token<'p>(&'p self, place: &'p Node, usual: &'p Usual<'p>) -> Option<SetToken<'p>> {
        let revision = match usual.ours() {
            None => None,
            Some(ours) => {
                Some(Revision::plain(Extension::new(ours)?, &self.replicas, self.defaults.as_ref())?)
            }
        };
        let id = match &revision {
            Some(revision) => revision.id(),
            None => EntityId::derived(Kind::Token, &self.name, &place.path),
        };
        Some(SetToken { context: self, place, usual, set: self.set, id, revision })
    }

    pub(super) fn take_apart(&self, found: Found<'_>) -> (Node, Decoded) {
        let node = found.into_node();
        let decoded = self.decode(&node);
        (node, decoded)
    }

    /// Every test of this crate holds what stands in place to what is taken apart.
    #[cfg(test)]
    fn assert_same(&self, found: &Found<'_>) {
        if let Found::Usual(place, usual) = found
            && let Some(token) = self.token(place, usual)
        {
            token.assert_same(&token.take_apart().1);
        }
    }

    fn decode(&self, node: &Node) -> Decoded {
        let extension = dtcg::extension_of(&node.members);
        let says = |member: &str| extension.and_then(|extension| extension.get(member));
        if says("implicit").and_then(JsonRef::boolean) == Some(true) && !node.is_token() {
            return Decoded::Implicit;
        }
        let stated = says("kind").and_then(|kind| Kind::from_name(&kind.string()?));
        let implied = if node.is_token() { Kind::Token } else { Kind::Group };
        let kind = stated.filter(|kind| matches!(kind, Kind::Token | Kind::Group)).unwrap_or(implied);
        let body = dtcg::body_with(node, Some(self.set), extension);
        let derived = || EntityId::derived(kind, &self.name, &node.path);
        match extension.filter(|extension| extension.has_revision()) {
            Some(extension) => self.revised(extension, self.defaults.as_ref(), kind, body, derived),
            None => self.unrevised(node, kind, body, derived()),
        }
    }

    fn decode_root(&self, node: &Node) -> Decoded {
        let extension = dtcg::extension_of(&node.members);
        let name = extension.and_then(name_of).filter(|_| !self.is_fixed);
        let name = name.unwrap_or_else(|| self.name.clone());
        let root = Node { index: self.index, ..node.clone() };
        let body = set_body(&root, &name);
        let derived = EntityId::derived(Kind::TokenSet, &name, &TokenPath::root());
        match extension.filter(|extension| extension.has_revision()) {
            Some(extension) => {
                let replicas = read_replicas(extension);
                let context = Self { name, replicas, ..self.without_table() };
                match context.revised(extension, None, Kind::TokenSet, body.clone(), || derived) {
                    Decoded::Entity(entity) if self.is_fixed && entity.id() != self.set => {
                        Decoded::Foreign { id: self.set, kind: Kind::TokenSet, body }
                    }
                    decoded => decoded,
                }
            }
            None => Decoded::Foreign { id: self.set, kind: Kind::TokenSet, body },
        }
    }

    fn without_table(&self) -> Self {
        Self {
            name: String::new(),
            index: self.index,
            set: self.set,
            replicas: Replicas::default(),
            defaults: None,
            is_settled: true,
            is_stated: self.is_stated,
            is_fixed: self.is_fixed,
        }
    }

    fn revised(
        &self,
        extension: Extension<'_>,
        defaults: Option<&Defaults>,
        kind: Kind,
        body: Body,
        derived: impl FnOnce() -> EntityId,
    ) -> Decoded {
        let revision = match Revision::new(extension, &self.replicas, defaults) {
            Ok(revision) => revision,
            Err(reason) => return Decoded::Damaged { reason, id: derived(), kind, body },
        };
        match revision.entity(kind, body.clone()) {
            Ok(entity) => Decoded::Entity(entity),
            Err(reason) => Decoded::Damaged { reason, id: revision.id(), kind, body },
        }
    }

    /// In a file of ours, a group without own members came with the set and is as it was then.
    fn unrevised(&self, node: &Node, kind: Kind, body: Body, id: EntityId) -> Decoded {
        let defaults = self.defaults.as_ref().filter(|_| kind == Kind::Group && node.members.is_empty());
        match defaults.map(|defaults| defaults.entity(id, kind, body.clone())) {
            Some(Ok(entity)) => Decoded::Entity(entity),
            Some(Err(reason)) => Decoded::Damaged { reason, id, kind, body },
            None => Decoded::Foreign { id, kind, body },
        }
    }
}

fn read_replicas(extension: Extension<'_>) -> Replicas {
    let ids = extension.get("replicas").into_iter().flat_map(JsonRef::elements);
    Replicas::listed(ids.filter_map(|id| id.string()?.parse().ok()))
}

fn name_of(extension: Extension<'_>) -> Option<String> {
    extension.get("name")?.string().map(std::borrow::Cow::into_owned)
}
