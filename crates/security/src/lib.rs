#![doc = include_str!("../README.md")]

mod archive;
mod bytes;
mod canonical;
mod digest;
mod entry;
mod entry_path;
mod error;
mod limits;
mod name_rules;
mod policy;
mod reader;
mod rule;
mod scan;
mod source;
mod unicode;

pub use archive::OpenedArchive;
pub use digest::{HashingReader, HashingWriter, ParseDigestError, Sha256Digest};
pub use entry::{EntryInfo, Method};
pub use entry_path::EntryPath;
pub use error::{OpenError, ReadError, Refusal};
pub use limits::{LimitWarning, Limits};
pub use policy::{HiddenFiles, OpenOptions, Policy, Stance};
pub use reader::EntryReader;
pub use rule::{CodeInfo, Rule, codes};
pub use source::ReadAt;
