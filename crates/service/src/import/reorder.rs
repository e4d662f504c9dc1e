//! Where the items of a document stand, before it is read in earnest: a file that puts one token
//! between two others has moved none of them.

use std::collections::HashMap;

use dss_format::dtcg;
use dss_format::set::Decoded;
use dss_model::{EntityId, Kind, OrderKey, RegName, Register, TokenPath};
use dss_store::Delivery;

use super::document::Item;
use super::files::Origin;
use super::judge::Judge;
use super::order::{self, Sibling};
use super::renames::Renames;
use super::sink::Sink;
use super::stated::order_in;
use crate::ServiceError;

/// Siblings that are put in order together. In longer groups, fewer may keep their places than could.
const WINDOW: usize = 4_096;

/// The open groups of a document.
#[derive(Debug, Default)]
pub(super) struct Reorder {
    groups: HashMap<TokenPath, Group>,
    pub(super) renames: Renames,
}

#[derive(Debug, Default)]
struct Group {
    members: Vec<Member>,
    /// The last one whose place is settled.
    last: Option<Sibling>,
}

#[derive(Debug)]
struct Member {
    sibling: Sibling,
    item: EntityId,
    entity: EntityId,
    /// The place that the document says, by position.
    stated: Option<OrderKey>,
}

impl Reorder {
    /// Takes the next node of the document.
    pub(super) fn node(
        &mut self,
        sink: &mut Sink<'_>,
        item: Item,
        set: EntityId,
    ) -> Result<(), ServiceError> {
        let Item { node, decoded, .. } = item;
        if let Some(group) = self.groups.remove(&node.path) {
            group.settle(sink)?;
        }
        let Some(parent) = node.path.parent() else { return Ok(()) };
        let (name, index) = (node.path.name().unwrap_or_default().into_owned(), node.index);
        // Of several that share a path, all but one are called otherwise in the file, and stand where they would not.
        let own_path = match &decoded {
            Decoded::Entity(entity) => dtcg::path_of(entity),
            _ => None,
        };
        let name = own_path.as_ref().and_then(TokenPath::name).map_or(name, std::borrow::Cow::into_owned);
        let (id, kind, body, revision) = match decoded {
            Decoded::Implicit => return Ok(()),
            Decoded::Foreign { id, kind, body } | Decoded::Damaged { id, kind, body, .. } => {
                (id, kind, body, None)
            }
            Decoded::Entity(entity) => (entity.id(), entity.kind(), Vec::new(), Some(entity)),
        };
        let origin = Origin::find(sink, id, kind, Some(set), node.path.as_str(), revision.is_some())?;
        if kind == Kind::Token && revision.is_none() {
            self.renames.look(id, &body, &origin)?;
        }
        let before = before(sink, &origin, revision.as_ref())?;
        let stated = revision.as_ref().map_or_else(|| order_in(&body), dtcg::order_of);
        let before = if kind == Kind::TokenSet { None } else { before };
        let sibling = Sibling { name, id: origin.entity, index, before };
        let group = self.groups.entry(parent).or_default();
        group.members.push(Member { sibling, item: id, entity: origin.entity, stated });
        if group.members.len() >= WINDOW {
            let last = std::mem::take(group).settle(sink)?;
            group.last = last;
        }
        Ok(())
    }
}

/// The place that an item had, as far as the source knows.
fn before(
    sink: &Sink<'_>,
    origin: &Origin,
    revision: Option<&dss_model::Entity>,
) -> Result<Option<OrderKey>, ServiceError> {
    let Some(local) = &origin.local else {
        return Ok(origin.delivery.as_ref().and_then(|delivery| delivery.place.clone()));
    };
    let written = revision.and_then(|revision| revision.register(&RegName::ORDER)).and_then(Register::shown);
    if let Some(pair) = written
        && let Some(value) = Judge::new(&*sink.tx, local).value_at(&RegName::ORDER, pair.dot)?
    {
        return Ok(value.json().and_then(|text| OrderKey::parse(&text.get_ref().string()?)));
    }
    let delivered = origin.delivery.as_ref().and_then(|delivery| delivery.place.clone());
    Ok(delivered.or_else(|| dtcg::order_of(local)))
}

impl Group {
    /// Settles the places of the members, and remembers those that the document does not say.
    fn settle(self, sink: &mut Sink<'_>) -> Result<Option<Sibling>, ServiceError> {
        let siblings: Vec<Sibling> = self.members.iter().map(|member| member.sibling.clone()).collect();
        let keys = order::keys(&siblings, self.last.as_ref());
        let mut last = self.last;
        let source = sink.speaker()?.id;
        for (Member { sibling, item, entity, stated }, key) in self.members.into_iter().zip(keys) {
            let delivery = sink.delivery(item)?;
            let is_known = match &delivery {
                Some(delivery) => delivery.place.as_ref() == Some(&key),
                None => stated.as_ref() == Some(&key),
            };
            if !is_known {
                let delivery = delivery.unwrap_or(Delivery { item, entity, place: None, statement: None });
                sink.tx.put_delivery(source, &Delivery { place: Some(key.clone()), ..delivery })?;
            }
            last = Some(Sibling { before: Some(key), ..sibling });
        }
        Ok(last)
    }
}
