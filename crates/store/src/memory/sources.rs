//! Outside sources as plain data.

use std::collections::BTreeMap;
use std::ops::Bound;

use dss_model::{Dot, EntityId, ReplicaId};
use uuid::Uuid;

use crate::{Delivery, OwnReplica, Source, SourceId};

/// Deliveries that are remembered in any case, and for each entity.
const DELIVERIES: (usize, usize) = (10_000, 4);

/// The sources of a project, and what each stated last.
#[derive(Clone, Debug, Default)]
pub(super) struct Sources {
    known: BTreeMap<SourceId, Known>,
    last: i64,
}

#[derive(Clone, Debug, Default)]
struct Known {
    name: String,
    own: Option<OwnReplica>,
    delivered_at_ms: Option<i64>,
    made: Option<Dot>,
    deliveries: BTreeMap<EntityId, Delivery>,
}

impl Sources {
    pub(super) fn all(&self) -> Vec<Source> {
        let mut all: Vec<_> = self.known.iter().map(|(id, known)| known.source(*id)).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    pub(super) fn named(&mut self, name: &str) -> Source {
        if let Some((id, known)) = self.known.iter().find(|(_, known)| known.name == name) {
            return known.source(*id);
        }
        self.last = self.last.saturating_add(1);
        let (id, known) = (SourceId(self.last), Known { name: name.to_owned(), ..Known::default() });
        self.known.entry(id).or_insert(known).source(id)
    }

    pub(super) fn next_dot(&mut self, source: SourceId, clock: u64) -> Dot {
        let known = self.known.entry(source).or_default();
        let replica = known.own.map_or_else(|| Uuid::new_v4().into_bytes(), |own| own.replica.to_bytes());
        let counter = clock.max(known.own.map_or(0, |own| own.issued)).saturating_add(1);
        let replica = ReplicaId::from_bytes(replica);
        known.own = Some(OwnReplica { replica, issued: counter });
        Dot { counter, replica }
    }

    pub(super) fn replicas(&self) -> Vec<OwnReplica> {
        self.known.values().filter_map(|known| known.own).collect()
    }

    pub(super) fn forget_replicas(&mut self) {
        self.known.values_mut().for_each(|known| known.own = None);
    }

    pub(super) fn delivery(&self, source: SourceId, item: EntityId) -> Option<Delivery> {
        self.known.get(&source)?.deliveries.get(&item).cloned()
    }

    pub(super) fn deliveries(&self, source: SourceId, after: Option<EntityId>) -> Vec<Delivery> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let known = self.known.get(&source).map(|known| known.deliveries.range((from, Bound::Unbounded)));
        known.into_iter().flatten().map(|(_, delivery)| delivery.clone()).collect()
    }

    /// What was stated about an item was stated about another one.
    pub(super) fn move_item(&mut self, old: EntityId, new: EntityId) {
        for known in self.known.values_mut() {
            if let Some(delivery) = known.deliveries.remove(&old) {
                let entity = if delivery.entity == old { new } else { delivery.entity };
                known.deliveries.insert(new, Delivery { item: new, entity, ..delivery });
            }
        }
    }

    pub(super) fn put(&mut self, source: SourceId, delivery: &Delivery) {
        self.known.entry(source).or_default().deliveries.insert(delivery.item, delivery.clone());
    }

    pub(super) fn end_delivery(&mut self, source: SourceId, at_ms: i64, made: Option<Dot>, entities: usize) {
        let known = self.known.entry(source).or_default();
        known.delivered_at_ms = Some(at_ms);
        known.made = made.or(known.made);
        let room = entities.saturating_mul(DELIVERIES.1).saturating_add(DELIVERIES.0);
        let count = |known: &BTreeMap<SourceId, Known>| {
            known.values().map(|known| known.deliveries.len()).fold(0, usize::saturating_add)
        };
        while count(&self.known) > room {
            let others = self.known.iter().filter(|(id, _)| **id != source);
            let oldest = others.min_by_key(|(id, known)| (known.delivered_at_ms, **id)).map(|(id, _)| *id);
            let Some(oldest) = oldest else { break };
            self.known.remove(&oldest);
        }
    }
}

impl Known {
    fn source(&self, id: SourceId) -> Source {
        Source { id, name: self.name.clone(), delivered_at_ms: self.delivered_at_ms, made: self.made }
    }
}
