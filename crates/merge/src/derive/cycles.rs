//! Circles of references, and where to cut them.
//!
//! Kosaraju's algorithm with explicit stacks: linear, and no archive can overflow the call stack.

use std::collections::{BTreeMap, BTreeSet};

use dss_model::{Dot, EntityId, RegName};

use super::{Finding, Reference, View};

type Graph = BTreeMap<EntityId, Vec<EntityId>>;

/// One finding per group of entities that refer to each other in circles.
pub(super) fn find(views: &BTreeMap<EntityId, View>) -> Vec<Finding> {
    let (mut forward, mut backward) = (Graph::new(), Graph::new());
    for (from, reference) in edges(views) {
        forward.entry(from).or_default().push(reference.target);
        backward.entry(reference.target).or_default().push(from);
    }
    let mut reached = BTreeSet::new();
    let mut finished = Vec::new();
    for start in forward.keys() {
        finished.extend(finishing_order(*start, &forward, &mut reached));
    }
    let mut reached = BTreeSet::new();
    let mut findings = Vec::new();
    for start in finished.into_iter().rev() {
        let group: BTreeSet<EntityId> = finishing_order(start, &backward, &mut reached).into_iter().collect();
        let refers_to_itself = || forward.get(&start).is_some_and(|targets| targets.contains(&start));
        if group.len() > 1 || (group.len() == 1 && refers_to_itself()) {
            let cut = cuts(&group, views);
            findings.push(Finding::RefCycle { entities: group.into_iter().collect(), cut });
        }
    }
    findings.sort_by_key(first);
    findings
}

/// References between entities that exist.
fn edges(views: &BTreeMap<EntityId, View>) -> impl Iterator<Item = (EntityId, &Reference)> {
    let alive = |id: &EntityId| views.get(id).is_some_and(|view| view.alive);
    let from_alive = views.values().filter(|view| view.alive);
    from_alive
        .flat_map(|view| view.references.iter().map(|reference| (view.id, reference)))
        .filter(move |(_, reference)| alive(&reference.target))
}

/// What can be reached from `start` and was not `reached` before, each after all it leads to.
fn finishing_order(start: EntityId, graph: &Graph, reached: &mut BTreeSet<EntityId>) -> Vec<EntityId> {
    let targets = |id: EntityId| graph.get(&id).map_or(&[][..], Vec::as_slice).iter();
    let mut order = Vec::new();
    if !reached.insert(start) {
        return order;
    }
    let mut path = vec![(start, targets(start))];
    while let Some((id, rest)) = path.last_mut() {
        match rest.next() {
            Some(next) if reached.insert(*next) => path.push((*next, targets(*next))),
            Some(_) => {}
            None => {
                order.push(*id);
                path.pop();
            }
        }
    }
    order
}

/// References whose removal leaves no circle within `group`: those that lead back when everything is
/// walked from the target of the youngest one, older references first. If there is but one circle,
/// that is its youngest reference.
fn cuts(group: &BTreeSet<EntityId>, views: &BTreeMap<EntityId, View>) -> Vec<(EntityId, RegName)> {
    let mut graph: BTreeMap<EntityId, Vec<(Dot, EntityId, &RegName)>> = BTreeMap::new();
    for view in group.iter().filter_map(|id| views.get(id)) {
        let inside = view.references.iter().filter(|reference| group.contains(&reference.target));
        let mut inside: Vec<_> = inside.map(|edge| (edge.origin, edge.target, &edge.register)).collect();
        inside.sort_unstable();
        graph.insert(view.id, inside);
    }
    let youngest =
        graph.iter().flat_map(|(from, edges)| edges.iter().map(move |edge| (edge.0, *from, edge.1)));
    let Some((_, _, start)) = youngest.max() else {
        return Vec::new();
    };
    let targets = |id: EntityId| graph.get(&id).map_or(&[][..], Vec::as_slice).iter();
    let mut cut = Vec::new();
    let mut reached = BTreeSet::from([start]);
    let mut on_path = BTreeSet::from([start]);
    let mut path = vec![(start, targets(start))];
    while let Some((id, rest)) = path.last_mut() {
        match rest.next() {
            Some((_, next, register)) if on_path.contains(next) => cut.push((*id, (*register).clone())),
            Some((_, next, _)) if reached.insert(*next) => {
                on_path.insert(*next);
                path.push((*next, targets(*next)));
            }
            Some(_) => {}
            None => {
                on_path.remove(id);
                path.pop();
            }
        }
    }
    cut.sort();
    cut
}

fn first(finding: &Finding) -> Option<EntityId> {
    match finding {
        Finding::RefCycle { entities, .. } => entities.first().copied(),
        _ => None,
    }
}
