//! Watching a long operation, and stopping it.

use crate::ConflictItem;

/// What an operation is busy with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Phase {
    /// Proving that the container is sane.
    Opening,
    /// Reading items and checking each.
    Reading,
    /// Resolving references.
    Linking,
    /// Making the result durable.
    Saving,
    /// Writing items.
    Writing,
    /// Comparing items.
    Comparing,
}

impl Phase {
    /// The phase's name, for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opening => "opening",
            Self::Reading => "reading",
            Self::Linking => "linking",
            Self::Saving => "saving",
            Self::Writing => "writing",
            Self::Comparing => "comparing",
        }
    }
}

/// How far an operation has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it is busy with.
    pub phase: Phase,
    /// Items done in this phase.
    pub done: u64,
    /// Items in this phase, if that is known.
    pub total: Option<u64>,
}

/// Gets told how an operation comes along, and may stop it. Called often: return quickly.
pub trait Observer {
    /// Told from time to time.
    fn progress(&self, progress: Progress) {
        let _ = progress;
    }

    /// Told of every conflict that a merge brings up, however many there are.
    fn conflict(&self, conflict: &ConflictItem) {
        let _ = conflict;
    }

    /// Asked from time to time; `true` ends the operation with
    /// [`ServiceError::Cancelled`](crate::ServiceError::Cancelled), with nothing changed.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// Does not care.
impl Observer for () {}
