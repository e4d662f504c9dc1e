//! Checking all references of a project, in memory: the same findings in the same order as SQL finds.

use std::collections::{BTreeMap, BTreeSet};

use dss_model::{EntityId, Kind};

use super::project::{Project, StoredRow};
use crate::{ALIAS_DEPTH_MAX, ReferenceFinding, ReferenceKind, ReferenceSource};

type Edges = BTreeMap<String, BTreeSet<String>>;

impl Project {
    /// Writes the types of untyped aliases; returns what is wrong.
    pub(super) fn resolve_references(&mut self) -> Vec<ReferenceFinding> {
        self.resolve_types();
        let mut findings = self.dangling();
        findings.extend(self.mismatches());
        findings.extend(self.cycles(Kind::Token, &[ReferenceKind::Alias, ReferenceKind::Part]));
        findings.extend(self.cycles(Kind::Group, &[ReferenceKind::Extends]));
        findings
    }

    fn alive(&self, kind: Kind, path: &str) -> impl Iterator<Item = &StoredRow> {
        self.rows.values().filter(move |stored| {
            stored.is_alive() && stored.row.entity.kind() == kind && stored.row.columns.path == path
        })
    }

    fn resolve_types(&mut self) {
        for stored in self.rows.values_mut().filter(|stored| stored.is_resolved) {
            stored.row.columns.token_type = None;
            stored.is_resolved = false;
        }
        for _ in 0..ALIAS_DEPTH_MAX {
            let fresh: Vec<_> = self
                .rows
                .values()
                .filter(|stored| stored.is_alive() && stored.row.entity.kind() == Kind::Token)
                .filter(|stored| stored.row.columns.token_type.is_none())
                .filter_map(|stored| Some((stored.row.entity.id(), self.type_of_target(stored)?)))
                .collect();
            if fresh.is_empty() {
                break;
            }
            for (id, token_type) in fresh {
                if let Some(stored) = self.rows.get_mut(&id) {
                    stored.row.columns.token_type = Some(token_type);
                    stored.is_resolved = true;
                }
            }
        }
    }

    fn type_of_target(&self, alias: &StoredRow) -> Option<String> {
        let references = alias.row.references.iter();
        let mut targets: Vec<_> = references
            .filter(|reference| reference.kind == ReferenceKind::Alias)
            .map(|reference| reference.target.as_str())
            .collect();
        targets.sort_unstable();
        targets.into_iter().find_map(|target| {
            let types = |own_set: bool| {
                self.alive(Kind::Token, target)
                    .filter(|found| !own_set || found.row.columns.set == alias.row.columns.set)
                    .filter_map(|found| found.row.columns.token_type.clone())
                    .min()
            };
            types(true).or_else(|| types(false))
        })
    }

    fn dangling(&self) -> Vec<ReferenceFinding> {
        let mut found = BTreeMap::new();
        for stored in self.rows.values().filter(|stored| stored.is_alive()) {
            for reference in &stored.row.references {
                let target = &reference.target;
                let leads_somewhere = match reference.kind {
                    ReferenceKind::Extends => {
                        let below = format!("{target}.");
                        self.alive(Kind::Group, target).next().is_some()
                            || self.rows.values().any(|other| {
                                matches!(other.row.entity.kind(), Kind::Token | Kind::Group)
                                    && other.is_alive()
                                    && other.row.columns.path.len() > below.len()
                                    && other.row.columns.path.starts_with(&below)
                            })
                    }
                    _ => self.alive(Kind::Token, target).next().is_some(),
                };
                if !leads_somewhere {
                    let source = source(stored);
                    let key = (source.path.clone(), source.id, target.clone(), reference.kind);
                    found.insert(key, source);
                }
            }
        }
        let findings = found.into_iter();
        findings
            .map(|((_, _, target, kind), source)| ReferenceFinding::Dangling { source, target, kind })
            .collect()
    }

    fn mismatches(&self) -> Vec<ReferenceFinding> {
        let mut mismatches = BTreeMap::new();
        for stored in self.rows.values().filter(|stored| stored.is_alive()) {
            for reference in &stored.row.references {
                let Some(expected) = &reference.expected_type else { continue };
                if !matches!(reference.kind, ReferenceKind::Alias | ReferenceKind::Part) {
                    continue;
                }
                let types: BTreeSet<_> = self
                    .alive(Kind::Token, &reference.target)
                    .map(|found| found.row.columns.token_type.clone())
                    .collect();
                let fits = types.contains(&None) || types.contains(&Some(expected.clone()));
                if let (false, Some(Some(found))) = (fits, types.into_iter().next()) {
                    let source = source(stored);
                    let key = (source.path.clone(), source.id, reference.target.clone(), expected.clone());
                    mismatches.insert(key, (source, found));
                }
            }
        }
        let findings = mismatches.into_iter();
        findings
            .map(|((_, _, target, expected), (source, found))| ReferenceFinding::TypeMismatch {
                source,
                target,
                expected,
                found,
            })
            .collect()
    }

    fn cycles(&self, kind: Kind, kinds: &[ReferenceKind]) -> Vec<ReferenceFinding> {
        let refers = |stored: &StoredRow| {
            stored.row.references.iter().any(|reference| reference.kind != ReferenceKind::Pointer)
        };
        let mut edges = Edges::new();
        for stored in
            self.rows.values().filter(|stored| stored.is_alive() && stored.row.entity.kind() == kind)
        {
            let references = stored.row.references.iter();
            for reference in references.filter(|reference| kinds.contains(&reference.kind)) {
                if self.alive(kind, &reference.target).any(refers) {
                    let targets = edges.entry(stored.row.columns.path.clone()).or_default();
                    targets.insert(reference.target.clone());
                }
            }
        }
        let mut findings = Vec::new();
        let too_deep = peel(&mut edges);
        for path in &too_deep {
            let deep = self.alive(kind, path).filter(|stored| refers(stored));
            findings.extend(deep.map(|stored| ReferenceFinding::TooDeep { source: source(stored) }));
        }
        let is_shared = |path: &String| {
            let sets: BTreeSet<_> = self.alive(kind, path).map(|stored| stored.row.columns.set).collect();
            sets.len() > 1
        };
        let mut report = |edges: &Edges, certain: bool| {
            for paths in walk_all(edges) {
                if !certain && !paths.iter().any(is_shared) {
                    continue;
                }
                let first = paths.first().and_then(|path| self.alive(kind, path).next());
                findings.extend(first.map(|stored| ReferenceFinding::Cycle {
                    source: source(stored),
                    length: u64::try_from(paths.len()).unwrap_or(u64::MAX),
                    paths: paths.into_iter().take(64).collect(),
                    certain,
                }));
            }
        };
        report(&edges, false);
        edges.retain(|path, targets| {
            targets.retain(|target| !is_shared(target));
            !is_shared(path) && !targets.is_empty()
        });
        peel(&mut edges);
        report(&edges, true);
        findings
    }
}

/// Takes away what leads to nothing but what was taken away before; returns the paths that need one
/// step more than an alias may take.
fn peel(edges: &mut Edges) -> Vec<String> {
    let mut too_deep = Vec::new();
    let mut steps = 1_u32;
    loop {
        steps = steps.saturating_add(1);
        let sources: BTreeSet<String> = edges.keys().cloned().collect();
        let open = |targets: &BTreeSet<String>| targets.iter().any(|target| sources.contains(target));
        let freed: Vec<String> =
            edges.iter().filter(|(_, targets)| !open(targets)).map(|(path, _)| path.clone()).collect();
        if freed.is_empty() {
            break;
        }
        for path in &freed {
            edges.remove(path);
        }
        if steps == ALIAS_DEPTH_MAX.saturating_add(1) {
            too_deep = freed;
        }
    }
    let sources: BTreeSet<String> = edges.keys().cloned().collect();
    for targets in edges.values_mut() {
        targets.retain(|target| sources.contains(target));
    }
    too_deep
}

/// Walks from every path, always on to the smallest one, until it meets a path that was visited: in
/// the same walk, that is a cycle. Returns the cycles, each from its smallest path on.
fn walk_all(edges: &Edges) -> Vec<Vec<String>> {
    let mut visited = BTreeSet::new();
    let mut cycles = Vec::new();
    for start in edges.keys() {
        let mut walk: Vec<&String> = Vec::new();
        let mut next = Some(start);
        while let Some(path) = next {
            if let Some(from) = walk.iter().position(|known| *known == path) {
                let mut cycle: Vec<String> = walk.iter().skip(from).map(|path| (*path).clone()).collect();
                let smallest = cycle.iter().enumerate().min_by_key(|(_, path)| *path).map_or(0, |(at, _)| at);
                cycle.rotate_left(smallest);
                cycles.push(cycle);
                break;
            }
            if !visited.insert(path) {
                break;
            }
            walk.push(path);
            next = edges.get(path).and_then(BTreeSet::first);
        }
    }
    cycles
}

fn source(stored: &StoredRow) -> ReferenceSource {
    let id: EntityId = stored.row.entity.id();
    ReferenceSource { id, set: stored.row.columns.set, path: stored.row.columns.path.clone() }
}
