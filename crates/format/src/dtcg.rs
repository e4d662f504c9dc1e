//! Design Tokens Format Module 2025.10: reading, checking and writing token documents.
//!
//! Specifications: <https://www.designtokens.org/tr/2025.10/format/> and, for colours,
//! <https://www.designtokens.org/tr/2025.10/color/>.

pub mod alias;
mod check;
mod fields;
mod node;
mod pretty;
mod reader;
mod types;
mod usual;
pub mod value;
mod writer;

pub use check::{NodeReport, check, inherits_type};
pub(crate) use fields::{EXTENSION_PREFIX, add_extras, body_with, extension_of, with_extension};
pub use fields::{
    body_of, extension_register, members_of, order_of, other_register, path_of, tag_register,
    without_extension,
};
pub use node::{Member, Node, SortKey};
pub use pretty::indent;
pub(crate) use reader::Found;
pub use reader::{DtcgReader, ReadLimits};
pub use types::TokenType;
pub(crate) use usual::Usual;
pub use writer::{DtcgWriter, Spacing};
