//! The `.dss` archive: a zip whose every byte is accounted for (docs/archive-format.md).

mod canonical;
mod reader;
mod valve;
mod writer;

pub use reader::{Archive, PayloadReader, refused};
pub use writer::{ArchiveWriter, EntryWriter, Header, Receipt};
