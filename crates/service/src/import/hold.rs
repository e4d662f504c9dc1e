//! What the caller wants left alone: picking cherries (MERGE.md §4, `hold`).

use std::collections::BTreeSet;

use dss_model::{Entity, EntityId, Kind, RegName, Severity, Stage, Value};

use super::sink::{Incoming, Mode, Sink};
use crate::ServiceError;
use crate::conflict::Names;
use crate::summary::Finding;

/// The names of what to leave alone.
#[derive(Debug, Default)]
pub(super) struct Held {
    names: Vec<String>,
    /// Those that something was called by.
    used: BTreeSet<usize>,
    /// The set that is being read, if it is one of them.
    set: Option<usize>,
}

/// What an item is called by, on one side.
#[derive(Debug, Default)]
struct Called {
    path: Option<String>,
    name: Option<String>,
    set: Option<EntityId>,
}

impl Called {
    fn of(entity: &Entity) -> Self {
        let text = |register| entity.string(&register).map(std::borrow::Cow::into_owned);
        let set = entity.value(&RegName::SET).and_then(Value::entity);
        Self { path: text(RegName::PATH), name: text(RegName::NAME), set }
    }

    fn of_body(body: &[(RegName, Value)]) -> Self {
        let value = |name: &RegName| body.iter().find(|(other, _)| other == name).map(|(_, value)| value);
        let text = |name| Some(value(&name)?.json()?.get_ref().string()?.into_owned());
        let set = value(&RegName::SET).and_then(Value::entity);
        Self { path: text(RegName::PATH), name: text(RegName::NAME), set }
    }
}

impl Held {
    pub(super) fn new(names: &[String]) -> Self {
        Self { names: names.to_vec(), ..Self::default() }
    }

    /// Whether there is nothing to leave alone.
    pub(super) const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What follows is in the set of that name.
    pub(super) fn enter_set(&mut self, name: &str) {
        self.set = self.names.iter().position(|held| held == name);
        self.used.extend(self.set);
    }

    pub(super) const fn leave_set(&mut self) {
        self.set = None;
    }

    /// Whether something goes by one of the names.
    fn has(&mut self, is_it: impl Fn(&str) -> bool) -> bool {
        let found = self.names.iter().position(|name| is_it(name));
        self.used.extend(found);
        found.is_some()
    }

    pub(super) fn has_id(&mut self, id: EntityId) -> bool {
        !self.names.is_empty() && self.has(|name| name == id.to_string())
    }

    fn has_called(&mut self, called: &Called, set: Option<&str>) -> bool {
        let is_below = |path: &str, name: &str| {
            path.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.has(|name| {
            called.path.as_ref().is_some_and(|path| is_below(path, name))
                || called.name.as_deref() == Some(name)
                || set == Some(name)
        })
    }
}

impl Sink<'_> {
    /// Whether the caller wants this left alone.
    pub(super) fn is_held(&mut self, incoming: &Incoming) -> Result<bool, ServiceError> {
        if self.held.is_empty() {
            return Ok(false);
        }
        let (id, kind, called) = match incoming {
            Incoming::Entity(entity) => (entity.id(), entity.kind(), Called::of(entity)),
            Incoming::Stated { id, kind, body, .. } => (*id, *kind, Called::of_body(body)),
        };
        if kind == Kind::Project {
            return Ok(false);
        }
        if self.held.set.is_some() || self.held.has_id(id) {
            return Ok(true);
        }
        // Looking things up would end the bulk load of a new project, which knows no other names anyway.
        let local = if self.mode == Mode::New { None } else { self.tx.get(id)? };
        let local = local.map(|row| Called::of(&row.entity));
        for called in std::iter::once(called).chain(local) {
            let set = match called.set {
                Some(set) if self.mode != Mode::New => {
                    Some(Names::new(&*self.tx, &mut self.names).name(set)?)
                }
                _ => None,
            };
            if self.held.has_called(&called, set.as_deref()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Leaves something alone.
    #[expect(clippy::unnecessary_wraps, reason = "ends a chain of fallible steps")]
    pub(super) fn hold(&mut self, kind: Kind) -> Result<(), ServiceError> {
        self.merged.outcomes.count(dss_merge::Outcome::Held);
        let kind = self.kinds.entry(kind).or_default();
        kind.read = kind.read.saturating_add(1);
        kind.held = kind.held.saturating_add(1);
        Ok(())
    }

    /// Says which names nothing was called by: a slip of the pen would let in what was to stay out.
    pub(super) fn report_unheld(&mut self) {
        let unused =
            self.held.names.iter().zip(0_usize..).filter(|(_, index)| !self.held.used.contains(index));
        let names: Vec<String> = unused.map(|(name, _)| name.clone()).collect();
        for name in names {
            self.findings.add(Finding {
                code: "hold_unmatched",
                stage: Stage::Structure,
                severity: Severity::Warning,
                file: String::new(),
                path: String::new(),
                line: None,
                message: format!("nothing in the input is called \"{name}\", so nothing was held for it"),
            });
        }
    }
}
