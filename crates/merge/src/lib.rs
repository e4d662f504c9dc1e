#![doc = include_str!("../README.md")]

mod clock;
mod error;
mod join;
mod plan;
mod replace;
mod values;
mod write;

pub use clock::Clock;
pub use error::{Integrity, WriteError};
pub use join::join;
pub use plan::{Conflict, ConflictKind, Granularity, Outcome, Plan, plan};
pub use replace::{ReplaceError, Replaced, replace};
pub use write::{create, delete, restore, superseded, write};
