#![doc = include_str!("../README.md")]

pub mod archive;
pub mod dtcg;
mod error;
pub mod layout;
pub mod manifest;
mod object;
pub mod record;
pub mod resolver;
pub mod revision;
mod scan;
pub mod set;
mod source;
pub mod time;

pub use error::{FormatError, FormatErrorKind};
