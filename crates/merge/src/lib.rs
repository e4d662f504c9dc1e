#![doc = include_str!("../README.md")]

mod clock;
mod decide;
mod derive;
mod error;
mod fork;
mod guard;
mod identity;
mod import;
mod join;
mod legacy;
mod plan;
mod preview;
mod replace;
mod short;
mod skew;
mod values;
mod write;

pub use clock::Clock;
pub use decide::{Choice, Decision, Source, Strategy, decide};
pub use derive::{Finding, Place, Reference, ShownAs, View, derive, project};
pub use error::{Integrity, WriteError};
pub use fork::{Fork, fork_id};
pub use guard::{MassDeletion, check_mark};
pub use identity::{rebase_identity, split_collisions};
pub use import::{Import, ImportError, ImportOptions, Imported};
pub use join::join;
pub use legacy::from_legacy;
pub use plan::{Conflict, ConflictKind, Granularity, Outcome, Plan, plan};
pub use preview::{Preview, base, preview};
pub use replace::{ReplaceError, Replaced, replace};
pub use short::short;
pub use skew::{Advice, Clocks, Recommendation, SkewOptions, SkewWarning, recommend};
pub use write::{create, delete, restore, superseded, write};
