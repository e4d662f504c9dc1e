//! What can be wrong with states and writes.

use std::error::Error;
use std::fmt;

use dss_model::{Dot, EntityError, EntityId, Kind, RegName, ReplicaId};

/// A contradiction that honest copies cannot produce: an identity in use twice, or a damaged archive
/// (MERGE.md §7, §10). Nothing was changed when one is returned.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Integrity {
    /// One write with two values: two copies share a replica id. [`split_collisions`](crate::split_collisions)
    /// keeps both values.
    DotCollision {
        /// The entity.
        entity: EntityId,
        /// The register with the two values.
        register: RegName,
        /// The write.
        dot: Dot,
    },
    /// One side knows every write of the other and yet lacks something that is live there.
    CoveredButDifferent {
        /// The entity.
        entity: EntityId,
    },
    /// Each side claims to know that the other's value was superseded: nothing would be left.
    RegisterAnnihilated {
        /// The entity.
        entity: EntityId,
        /// The register that would be empty.
        register: RegName,
    },
    /// The other side knows writes of this copy that this copy never made.
    OwnIdAhead {
        /// This copy's replica id.
        replica: ReplicaId,
        /// The highest counter it issued.
        issued: u64,
        /// The counter that is known elsewhere.
        claimed: u64,
    },
    /// A write later than the archive says it can contain.
    AboveMark {
        /// The entity.
        entity: EntityId,
        /// The write.
        dot: Dot,
        /// The archive's high-water mark.
        mark: u64,
    },
    /// Two different entities were to be joined.
    NotOneEntity {
        /// The first entity.
        entity: EntityId,
        /// Its kind.
        kind: Kind,
        /// The second entity.
        other: EntityId,
        /// Its kind.
        other_kind: Kind,
    },
    /// A state that no sequence of writes can reach.
    Impossible {
        /// The entity.
        entity: EntityId,
        /// What contradicts what.
        source: EntityError,
    },
}

impl Integrity {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::DotCollision { .. } => "merge_dot_collision",
            Self::CoveredButDifferent { .. } => "merge_covered_but_different",
            Self::RegisterAnnihilated { .. } => "merge_register_annihilated",
            Self::OwnIdAhead { .. } => "merge_own_id_ahead",
            Self::AboveMark { .. } => "merge_above_mark",
            Self::NotOneEntity { .. } => "merge_not_one_entity",
            Self::Impossible { .. } => "merge_impossible_state",
        }
    }
}

impl fmt::Display for Integrity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DotCollision { entity, register, dot } => {
                write!(f, "entity {entity}: write {dot} of \"{register}\" has two different values")
            }
            Self::CoveredButDifferent { entity } => {
                write!(f, "entity {entity}: what one side has seen entirely differs from what it holds")
            }
            Self::RegisterAnnihilated { entity, register } => {
                write!(f, "entity {entity}: joining would leave nothing of \"{register}\"")
            }
            Self::OwnIdAhead { replica, issued, claimed } => write!(
                f,
                "replica {replica} has issued {issued} writes, yet write {claimed} of it is known elsewhere"
            ),
            Self::AboveMark { entity, dot, mark } => {
                write!(f, "entity {entity}: write {dot} is above the archive's high-water mark {mark}")
            }
            Self::NotOneEntity { entity, kind, other, other_kind } => {
                write!(f, "entity {entity} ({kind}) cannot be joined with entity {other} ({other_kind})")
            }
            Self::Impossible { entity, source } => write!(f, "entity {entity}: {source}"),
        }
    }
}

impl Error for Integrity {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Impossible { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// A write that was not made. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// The write does not come after everything the entity has seen: the clock did not observe it.
    NotNewer {
        /// The entity.
        entity: EntityId,
        /// The write.
        dot: Dot,
        /// The highest counter that the entity has seen.
        newest: u64,
    },
    /// The Lamport counter has reached 2^53 - 1.
    ClockExhausted,
    /// The state would be impossible, such as a life value in another register.
    Impossible(EntityError),
}

impl WriteError {
    /// A stable name for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotNewer { .. } => "merge_write_not_newer",
            Self::ClockExhausted => "counter_out_of_range",
            Self::Impossible(_) => "merge_impossible_state",
        }
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotNewer { entity, dot, newest } => write!(
                f,
                "write {dot} of entity {entity} does not come after counter {newest}, which it has seen"
            ),
            Self::ClockExhausted => f.write_str("the revision counter has reached its end (2^53 - 1)"),
            Self::Impossible(error) => error.fmt(f),
        }
    }
}

impl Error for WriteError {}

impl From<EntityError> for WriteError {
    fn from(error: EntityError) -> Self {
        Self::Impossible(error)
    }
}
