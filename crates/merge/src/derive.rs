//! Findings on the merged state: derived from the view, never stored, never a write (MERGE.md §6).
//!
//! Merging never fails on them: two valid edits may together break a rule that each kept. Folders are
//! paths here, not entities with parents, so that a folder cycle cannot be written down; whether a
//! token's value fits its `$type` is the format's question.

mod cycles;

use std::collections::BTreeMap;

use dss_model::{ContentHash, Dot, Entity, EntityId, Kind, RegName, Value};

use crate::short::short;

/// What [`derive()`] needs to know of one entity.
///
/// [`View::of`] reads the registers; a caller who finds more references (say, aliases inside of
/// values) adds them to `references`, and one who normalises names (say, to NFC) replaces
/// [`Place::key`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The entity.
    pub id: EntityId,
    /// What it is.
    pub kind: Kind,
    /// Whether it exists.
    pub alive: bool,
    /// Where it stands, if it has a path or a name.
    pub place: Option<Place>,
    /// What it refers to.
    pub references: Vec<Reference>,
    /// The contents it needs, by register.
    pub blobs: Vec<(RegName, ContentHash)>,
    /// What [`RegName::VALUE`] shows: for a deleted entity, the last value.
    pub value: Option<Value>,
}

/// Where an entity stands among those of its kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The set or theme group that it belongs to.
    pub scope: Option<EntityId>,
    /// Its path or name as written.
    pub text: String,
    /// What must be unique within kind and scope: the text with case folded.
    pub key: String,
    /// The write that claimed the place.
    pub origin: Dot,
}

/// A reference to another entity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The register that refers.
    pub register: RegName,
    /// The entity referred to.
    pub target: EntityId,
    /// The write that made it.
    pub origin: Dot,
}

impl View {
    /// The default view of `entity`.
    pub fn of(entity: &Entity) -> Self {
        let mut references = Vec::new();
        let mut blobs = Vec::new();
        for (name, register) in entity.registers() {
            let Some(shown) = register.shown() else { continue };
            match shown.value {
                Value::Ref(target) => {
                    references.push(Reference { register: name.clone(), target, origin: shown.origin });
                }
                Value::Blob(hash) => blobs.push((name.clone(), hash)),
                Value::Absent | Value::Json(_) | Value::Life(_) => {}
            }
        }
        Self {
            id: entity.id(),
            kind: entity.kind(),
            alive: entity.is_alive(),
            place: place(entity),
            references,
            blobs,
            value: entity.value(&RegName::VALUE).cloned(),
        }
    }
}

fn place(entity: &Entity) -> Option<Place> {
    let (name, text) = [RegName::PATH, RegName::NAME]
        .into_iter()
        .find_map(|name| entity.string(&name).map(|text| (name, text.into_owned())))?;
    let scope = [RegName::SET, RegName::GROUP]
        .into_iter()
        .find_map(|name| entity.value(&name).and_then(Value::entity));
    let origin = entity.register(&name)?.shown()?.origin;
    Some(Place { scope, key: fold_case(&text), text, origin })
}

/// The value of every register in the default view of `entity`, removed ones as [`Value::Absent`].
pub fn project(entity: &Entity) -> impl Iterator<Item = (&RegName, &Value)> {
    let shown = |(name, register)| Some((name, &dss_model::Register::shown(register)?.value));
    entity.registers().iter().filter_map(shown)
}

/// Folds case by upper and then lower case, which also unites `ß` with `SS` and `ς` with `Σ`.
fn fold_case(text: &str) -> String {
    text.to_uppercase().to_lowercase()
}

/// Something about the merged state that a person should look at. Blocks publishing, never merging.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// Entities of one kind claim the same place. All are kept.
    PathCollision {
        /// Their kind.
        kind: Kind,
        /// The set or theme group that they belong to.
        scope: Option<EntityId>,
        /// The place, case folded.
        key: String,
        /// The oldest claim, which keeps the place.
        keeps: EntityId,
        /// The others, which are shown and exported under another name.
        shown_as: Vec<ShownAs>,
    },
    /// A reference to a deleted entity.
    DanglingRef {
        /// The entity that refers.
        entity: EntityId,
        /// Its register.
        register: RegName,
        /// The deleted entity.
        target: EntityId,
        /// Its last value, to be shown in its place.
        last_value: Option<Value>,
    },
    /// A reference to an entity that this copy has never seen, as partial archives bring.
    UnknownRef {
        /// The entity that refers.
        entity: EntityId,
        /// Its register.
        register: RegName,
        /// The unknown entity.
        target: EntityId,
    },
    /// References that lead in circles.
    RefCycle {
        /// The entities that can be reached from themselves this way.
        entities: Vec<EntityId>,
        /// The references to ignore so that no circle is left: the youngest, where there is one circle.
        cut: Vec<(EntityId, RegName)>,
    },
    /// Content that is not stored here.
    MissingBlob {
        /// The entity that needs it.
        entity: EntityId,
        /// Its register.
        register: RegName,
        /// The content.
        hash: ContentHash,
    },
    /// A set or group register that refers to something else.
    TypeMismatch {
        /// The entity that refers.
        entity: EntityId,
        /// Its register.
        register: RegName,
        /// What it refers to.
        target: EntityId,
        /// The kind it should have.
        expected: Kind,
        /// The kind it has.
        found: Kind,
    },
}

/// An entity that lost its place to an older claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAs {
    /// The entity.
    pub entity: EntityId,
    /// Its path or name as written.
    pub text: String,
    /// What to append to its last name: `~` and six hexadecimal digits of its id's SHA-256.
    pub suffix: String,
}

impl Finding {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::PathCollision { .. } => "path_collision",
            Self::DanglingRef { .. } => "dangling_ref",
            Self::UnknownRef { .. } => "unknown_ref",
            Self::RefCycle { .. } => "ref_cycle",
            Self::MissingBlob { .. } => "missing_blob",
            Self::TypeMismatch { .. } => "type_mismatch",
        }
    }
}

/// Finds what is wrong with a project's view, given the views of all its entities, deleted ones
/// included. Independent of their order.
///
/// `has_blob` says whether a content is stored.
pub fn derive(views: impl IntoIterator<Item = View>, has_blob: &dyn Fn(ContentHash) -> bool) -> Vec<Finding> {
    let views: BTreeMap<EntityId, View> = views.into_iter().map(|view| (view.id, view)).collect();
    let mut findings = path_collisions(&views);
    for view in views.values().filter(|view| view.alive) {
        findings.extend(view.references.iter().filter_map(|reference| check(view, reference, &views)));
        let missing = view.blobs.iter().filter(|(_, hash)| !has_blob(*hash));
        findings.extend(missing.map(|(register, hash)| Finding::MissingBlob {
            entity: view.id,
            register: register.clone(),
            hash: *hash,
        }));
    }
    findings.extend(cycles::find(&views));
    findings
}

fn path_collisions(views: &BTreeMap<EntityId, View>) -> Vec<Finding> {
    type Unique<'a> = (Kind, Option<EntityId>, &'a str);
    let mut places: BTreeMap<Unique<'_>, Vec<(&Place, EntityId)>> = BTreeMap::new();
    for view in views.values().filter(|view| view.alive) {
        if let Some(place) = &view.place {
            places.entry((view.kind, place.scope, &place.key)).or_default().push((place, view.id));
        }
    }
    let mut findings = Vec::new();
    for ((kind, scope, key), mut claims) in places {
        claims.sort_by_key(|(place, id)| (place.origin, *id));
        let [(_, keeps), others @ ..] = claims.as_slice() else { continue };
        if others.is_empty() {
            continue;
        }
        let shown_as = others.iter().map(|(place, entity)| ShownAs {
            entity: *entity,
            text: place.text.clone(),
            suffix: format!("~{}", short(*entity)),
        });
        let (key, keeps, shown_as) = (key.to_owned(), *keeps, shown_as.collect());
        findings.push(Finding::PathCollision { kind, scope, key, keeps, shown_as });
    }
    findings
}

fn check(view: &View, reference: &Reference, views: &BTreeMap<EntityId, View>) -> Option<Finding> {
    let (entity, register, target) = (view.id, reference.register.clone(), reference.target);
    let Some(found) = views.get(&target) else {
        return Some(Finding::UnknownRef { entity, register, target });
    };
    if !found.alive {
        let last_value = found.value.clone();
        return Some(Finding::DanglingRef { entity, register, target, last_value });
    }
    let expected = match &register {
        name if *name == RegName::SET => Kind::TokenSet,
        name if *name == RegName::GROUP => Kind::ThemeGroup,
        _ => return None,
    };
    let found = found.kind;
    (found != expected).then_some(Finding::TypeMismatch { entity, register, target, expected, found })
}

#[cfg(test)]
mod tests;
