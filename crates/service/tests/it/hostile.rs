//! Input that wants to do us harm: read what it must not, take for ever, or fill the memory.

mod collisions;
pub(crate) mod craft;
mod folders;
mod json;
mod records;
mod references;
