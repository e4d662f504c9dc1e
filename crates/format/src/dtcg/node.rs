//! One object of a token document: a token, a group, or the root.

use std::sync::Arc;

use dss_model::{JsonText, OrderKey, TokenPath};

/// A member of an object that is not a child: a `$` property, or something the format does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The member's name.
    pub name: String,
    /// Its value, as written.
    pub value: JsonText,
    /// The child it stands behind; `None` when it stands before all children.
    pub after: Option<OrderKey>,
}

/// A token, a group, or a set's root, with everything that is its own.
///
/// An object with `$value` *and* children, which the format forbids and files contain, is a token
/// that has children.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where it stands.
    pub path: TokenPath,
    /// Its own members, in order.
    pub members: Vec<Member>,
    /// Whether groups or tokens stand inside.
    pub has_children: bool,
    /// Its position among its siblings, from 0.
    pub index: u64,
    /// Its position in the document.
    pub sort: SortKey,
    /// The line it starts on, from 1.
    pub line: u64,
    /// The `$type` that the groups around it give it, as far as they had been read.
    pub inherited_type: Option<Arc<str>>,
    /// Whether children of it were read before it was known which type it gives them: its own `$type` came later, or
    /// it turned out to be a token, which gives none.
    pub is_type_late: bool,
}

impl Node {
    /// The own member of that name.
    pub fn member(&self, name: &str) -> Option<&JsonText> {
        member(&self.members, name)
    }

    /// Whether this is a token: it has a `$value`, or nothing but a `$ref`.
    pub fn is_token(&self) -> bool {
        !self.path.is_root()
            && (self.member("$value").is_some() || (self.member("$ref").is_some() && !self.has_children))
    }
}

/// The member of that name.
pub(crate) fn member<'a>(members: &'a [Member], name: &str) -> Option<&'a JsonText> {
    members.iter().find(|member| member.name == name).map(|member| &member.value)
}

/// Position of a node in its document: sorting by it lists parents before children and siblings in
/// their order, and never tears a group apart, even where two siblings claim one place.
///
/// Per level: the [`OrderKey`], a byte `1`, and six bytes of the name's FNV-1a hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey(Vec<u8>);

impl SortKey {
    /// The root's position.
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The position of the child with this place and name.
    #[must_use]
    pub fn child(&self, order: &OrderKey, name: &str) -> Self {
        let mut key = Vec::with_capacity(self.0.len().saturating_add(order.as_str().len()).saturating_add(7));
        key.extend_from_slice(&self.0);
        key.extend_from_slice(order.as_str().as_bytes());
        key.push(1);
        key.extend(fnv1a(name).to_be_bytes().into_iter().skip(2));
        Self(key)
    }

    /// The same position under another name, for a node that is shown under a name that is not its own.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Self {
        let Some(order) = self.orders().pop() else { return self.clone() };
        let level = order.as_str().len().saturating_add(7);
        let parent = self.0.len().saturating_sub(level);
        Self(self.0.get(..parent).unwrap_or_default().to_vec()).child(&order, name)
    }

    /// The places of the node and of the groups around it, the outermost first.
    pub fn orders(&self) -> Vec<OrderKey> {
        Self::orders_in(&self.0)
    }

    /// The same, from the position's bytes.
    pub(crate) fn orders_in(bytes: &[u8]) -> Vec<OrderKey> {
        let mut orders = Vec::new();
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|byte| *byte == 1) {
            let order = rest.get(..end).and_then(|order| OrderKey::parse(std::str::from_utf8(order).ok()?));
            orders.extend(order);
            rest = rest.get(end.saturating_add(7)..).unwrap_or_default();
        }
        orders
    }

    /// The position that these bytes spell.
    pub const fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The position's bytes, which compare as it does.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
