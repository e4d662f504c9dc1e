#![doc = include_str!("../README.md")]

pub mod archive;
pub mod dtcg;
mod error;
mod finding;
pub mod history;
pub mod layout;
pub mod manifest;
mod object;
pub mod record;
pub mod resolve;
pub mod resolver;
pub mod revision;
pub mod rewrite;
mod scan;
pub mod set;
mod source;
pub mod three_way;
pub mod time;

pub use error::{FormatError, FormatErrorKind};
pub use finding::{FINDING_CODES, FindingCode};
