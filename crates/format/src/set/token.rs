//! The common token, read where it stands: the way back from `plain.rs`.

use dss_model::{EntityId, JsonBuffer, Kind, Life, OrderKey, Plain, PlainValue, PlainWrite, TokenPath};

use super::reader::{Context, Decoded};
use crate::dtcg::{self, Found, Node, NodeReport, SortKey, Usual};
use crate::revision::Revision;

/// A token whose document says all of it in the usual way: one write made it, or it says no revision.
#[derive(Debug)]
pub struct SetToken<'p> {
    pub(super) context: &'p Context,
    pub(super) place: &'p Node,
    pub(super) usual: &'p Usual<'p>,
    pub(super) set: EntityId,
    pub(super) id: EntityId,
    pub(super) revision: Option<Revision<'p>>,
}

/// Room for what registers hold that does not lie in a document as they hold it; made once, used for every token.
#[derive(Debug, Default)]
pub struct Room {
    value: JsonBuffer,
    order: String,
    vendors: String,
}

impl<'p> SetToken<'p> {
    /// Where it stands.
    pub const fn path(&self) -> &'p TokenPath {
        &self.place.path
    }

    /// Its position in the document.
    pub const fn sort(&self) -> &'p SortKey {
        &self.place.sort
    }

    /// The line it starts on, from 1.
    pub const fn line(&self) -> u64 {
        self.place.line
    }

    /// The set it is in.
    pub const fn set(&self) -> EntityId {
        self.set
    }

    /// Its identity: what its revision says, or derived from set and path.
    pub const fn id(&self) -> EntityId {
        self.id
    }

    /// The write that made it, if it says a revision.
    pub fn write(&self) -> Option<PlainWrite<'_>> {
        self.revision.as_ref().map(Revision::write)
    }

    /// The token as any other node.
    pub fn take_apart(&self) -> (Node, Decoded) {
        self.context.take_apart(Found::Usual(self.place.clone(), self.usual.clone()))
    }

    /// Checks it as [`dtcg::check`] does.
    pub fn check(&self) -> NodeReport {
        self.usual.check(&self.place.path, self.place.inherited_type.as_deref())
    }

    /// The entity that `write` has made of it; `None` if no single write could have.
    pub fn plain<'r>(&'r self, write: PlainWrite<'r>, room: &'r mut Room) -> Option<Plain<'r>> {
        let Room { value, order, vendors } = room;
        vendors.clear();
        for (vendor, _) in self.usual.vendors() {
            vendors.push_str(dtcg::EXTENSION_PREFIX);
            vendors.push_str(vendor);
        }
        OrderKey::nth(self.place.index).as_str().clone_into(order);
        let text = |name, value| Some((name, PlainValue::Json(value?)));
        // By name.
        let mut registers = Vec::with_capacity(self.usual.vendors().len().saturating_add(7));
        registers.push(("@life", PlainValue::Life(Life::Alive)));
        registers.extend(text("deprecated", self.usual.deprecated()));
        registers.extend(text("description", self.usual.description()));
        let mut names = vendors.as_str();
        for (vendor, value) in self.usual.vendors() {
            let length = dtcg::EXTENSION_PREFIX.len().saturating_add(vendor.len());
            let (name, rest) = names.split_at_checked(length)?;
            names = rest;
            registers.push((name, PlainValue::Json(*value)));
        }
        registers.push(("order", PlainValue::Text(order)));
        registers.push(("path", PlainValue::Text(self.place.path.as_str())));
        registers.push(("set", PlainValue::Ref(self.set)));
        registers.push(("value", PlainValue::Json(self.usual.value(value))));
        Plain::new(self.id, Kind::Token, write, registers)
    }

    /// Holds it to what the long way says.
    #[cfg(test)]
    pub(super) fn assert_same(&self, decoded: &Decoded) {
        use dss_model::{Author, Dot, JsonText, ReplicaId, Value};

        let author = Author::default();
        let dot = Dot { counter: 1, replica: ReplicaId::from_bytes([1; 16]) };
        let mut room = Room::default();
        let write = self.write().unwrap_or(PlainWrite { dot, origin: dot, wall_ms: 0, author: &author });
        let plain = self.plain(write, &mut room).unwrap();
        let value = |value: &PlainValue<'_>| match value {
            PlainValue::Absent => Value::Absent,
            PlainValue::Json(text) => Value::Json(text.to_text()),
            PlainValue::Text(text) => Value::Json(JsonText::string(text)),
            PlainValue::Ref(id) => Value::Ref(*id),
            PlainValue::Blob(hash) => Value::Blob(*hash),
            PlainValue::Life(life) => Value::Life(*life),
        };
        let said: Vec<_> =
            plain.registers().iter().map(|(name, held)| ((*name).to_owned(), value(held))).collect();
        let spelled = |said: &[(String, Value)]| format!("{said:?}");
        match decoded {
            Decoded::Entity(entity) => {
                let other = Plain::of(entity).unwrap();
                let shown: Vec<_> =
                    other.registers().iter().map(|(name, held)| ((*name).to_owned(), value(held))).collect();
                assert_eq!(spelled(&said), spelled(&shown));
                assert_eq!(
                    (plain.id(), plain.kind(), plain.write()),
                    (entity.id(), entity.kind(), other.write())
                );
            }
            Decoded::Foreign { id, kind, body } => {
                let mut shown: Vec<_> =
                    body.iter().map(|(name, value)| (name.as_str().to_owned(), value.clone())).collect();
                shown.sort_by(|(one, _), (other, _)| one.cmp(other));
                assert_eq!(spelled(&said), spelled(&shown));
                assert_eq!((self.id, Kind::Token), (*id, *kind));
                assert!(self.write().is_none());
            }
            other => panic!("{other:?}"),
        }
    }
}
