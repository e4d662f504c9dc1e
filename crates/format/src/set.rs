//! Token sets: a DTCG document on the outside, entities with revisions on the inside (docs/archive-format.md §6).

mod plain;
mod reader;
mod token;
mod writer;

pub use reader::{Decoded, Piece, SetReader};
pub use token::{Room, SetToken};
pub use writer::{Revisions, SetWriter};

#[cfg(test)]
mod tests;
