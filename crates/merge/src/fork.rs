//! Forks: the losing side of a conflict as an entity of its own (MERGE.md §4).

use std::collections::{BTreeMap, BTreeSet};

use dss_model::{Dot, Entity, EntityId, JsonText, Kind, Life, RegName, ReplicaId, Stamp, TokenPath, Value};

use crate::WriteError;
use crate::decide::Choice;
use crate::decide::case::Case;
use crate::short::short;
use crate::write::put_new;

/// An entity to be created for the losing side. Both sides of a conflict make the same one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// Its id: [`fork_id`].
    pub id: EntityId,
    /// What it is.
    pub kind: Kind,
    /// The persons' writes that lost, and whose values it takes.
    pub losing: BTreeSet<Dot>,
    /// Its registers: the losing values, and what the joined state shows for the others.
    pub choices: Vec<Choice>,
}

impl Fork {
    pub(crate) fn new(case: &Case<'_>, lost: Vec<Choice>, losing: BTreeSet<Dot>) -> Self {
        let state = case.state();
        let shown = state.registers().iter().filter_map(|(name, register)| Some((name, register.shown()?)));
        let mut choices: BTreeMap<RegName, Choice> =
            shown.map(|(name, pair)| (name.clone(), case.choose(name, pair.value.clone()))).collect();
        choices.extend(lost.into_iter().map(|choice| (choice.register.clone(), choice)));
        let life = case.choose(&RegName::LIFE, Value::Life(Life::Alive));
        choices.insert(RegName::LIFE, life);
        let id = fork_id(state.id(), &losing);
        Self { id, kind: state.kind(), losing, choices: choices.into_values().collect() }
    }

    /// Creates the entity with the write `dot`. Its path (or, if it has none, its name) ends in
    /// `-conflict-` and six hexadecimal digits of its id's SHA-256.
    ///
    /// # Errors
    /// [`WriteError::Impossible`] if the counter is out of range.
    pub fn create(&self, dot: Dot, stamp: &Stamp) -> Result<Entity, WriteError> {
        let has_path = |choice: &Choice| choice.register == RegName::PATH && choice.value.json().is_some();
        let renamed = if self.choices.iter().any(has_path) { RegName::PATH } else { RegName::NAME };
        let suffix = format!("-conflict-{}", short(self.id));
        let changes = self.choices.iter().cloned().map(|mut choice| {
            if choice.register == renamed {
                choice.value = with_suffix(choice.value, &suffix, renamed == RegName::PATH);
            }
            choice.into_change(stamp)
        });
        put_new(self.id, self.kind, dot, changes.collect(), stamp)
    }
}

/// The id of the entity that takes the losing side: the same whoever decides, a `UUIDv5` of the entity
/// and the persons' writes that lost.
pub fn fork_id(entity: EntityId, losing_origins: &BTreeSet<Dot>) -> EntityId {
    let origins: Vec<String> =
        losing_origins.iter().map(|dot| format!("{}.{}", dot.counter, dot.replica)).collect();
    let derived = ReplicaId::derived(&["merge-fork", &entity.to_string(), &origins.join(",")]);
    EntityId::from_bytes(derived.to_bytes())
}

/// Appends to a path's last name, or to a name.
fn with_suffix(value: Value, suffix: &str, is_path: bool) -> Value {
    let Some(text) = value.json().and_then(|json| json.get_ref().string()) else {
        return value;
    };
    let path = if is_path { TokenPath::parse(&text) } else { None };
    let renamed = match path {
        Some(path) => {
            let name = path.name().unwrap_or_default();
            path.parent().unwrap_or_default().child(&format!("{name}{suffix}")).as_str().to_owned()
        }
        None => format!("{text}{suffix}"),
    };
    Value::Json(JsonText::string(&renamed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_go_to_the_last_name() {
        let text = |text: &str| Value::Json(JsonText::string(text));
        let path = |path: &str| with_suffix(text(path), "-x", true);
        assert_eq!(path("color.brand"), text("color.brand-x"));
        assert_eq!(path("a.~2"), text("a.-x"));
        assert_eq!(path("no~path"), text("no~path-x"));
        assert_eq!(with_suffix(text("a~1b"), "-x", false), text("a~1b-x"));
        assert_eq!(with_suffix(Value::Absent, "-x", true), Value::Absent);
    }

    #[test]
    fn ids_depend_on_entity_and_losers_only() {
        let entity = EntityId::from_bytes([1; 16]);
        let dot = |counter| Dot { counter, replica: ReplicaId::from_bytes([2; 16]) };
        let id = |dots: &[Dot]| fork_id(entity, &dots.iter().copied().collect());
        assert_eq!(id(&[dot(1), dot(2)]), id(&[dot(2), dot(1), dot(1)]));
        assert_ne!(id(&[dot(1)]), id(&[dot(2)]));
        assert_ne!(id(&[dot(1)]), fork_id(EntityId::from_bytes([3; 16]), &[dot(1)].into_iter().collect()));
    }
}
