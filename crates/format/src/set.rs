//! Token sets: a DTCG document on the outside, entities with revisions on the inside (docs/archive-format.md §6).

mod plain;
mod reader;
mod writer;

pub use reader::{Decoded, SetReader};
pub use writer::{Revisions, SetWriter};

#[cfg(test)]
mod tests;
