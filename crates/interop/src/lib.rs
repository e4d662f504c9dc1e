#![doc = include_str!("../README.md")]

mod bundle;
mod codec;
mod design;
mod detect;
mod error;
mod file;
pub mod fix;
mod format;
mod formats;
mod json;
mod keep;
mod lines;
mod names;
mod permutation;
mod plain;
mod report;
mod themes;
mod value;

pub use bundle::{Bundle, Document};
pub use codec::{read, write};
pub use design::{Design, Reading, Skipped, TokenSet, WriteOptions, Written};
pub use detect::{Fit, detect, may_be_foreign};
pub use error::{InteropError, InteropErrorKind, Tried};
pub use file::{File, ReadLimits};
pub use format::Format;
pub use formats::dtcg::keep_spelling;
pub use formats::figma::sync::{FigmaCounts, FigmaRequest, FigmaVariables, with_figma_ids};
pub use json::{Json, Object};
pub use keep::EXTENSION;
pub use lines::lines;
pub use report::{Fate, Note, Report};
