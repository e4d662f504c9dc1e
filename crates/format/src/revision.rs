//! Revisions inside other formats' files: the extension `org.dss` (docs/archive-format.md §7,
//! schemas/org.dss.extension.schema.json).
//!
//! A file shows one value per field; an entity knows who wrote each, and what they had seen. The
//! extension says what the file's body does not: compactly where one write made everything, in full
//! where it did not. Reading the body and the extension gives back the very entity that was written.

mod decode;
mod encode;
mod table;

pub use decode::{Extension, Revision};
pub use encode::encode;
pub(crate) use encode::{encode_write, is_default};
pub use table::{Defaults, Replicas};

use dss_model::{JsonRef, OrderKey, RegName, Value};

/// The DTCG member that holds extensions.
pub(crate) const EXTENSIONS: &str = "$extensions";
/// Our key in it.
pub const VENDOR: &str = "org.dss";

/// What a file's body says about an entity: the value each register shows.
pub type Body = Vec<(RegName, Value)>;

/// The place that an item's extension gives it, if it is not simply the next one.
pub(crate) fn order_of(item: JsonRef<'_>) -> Option<OrderKey> {
    order_in(item.get(EXTENSIONS)?)
}

/// The same, from the value of `$extensions`.
pub(crate) fn order_in(extensions: JsonRef<'_>) -> Option<OrderKey> {
    OrderKey::parse(&extensions.get(VENDOR)?.get("order")?.string()?)
}

/// Whether two values are the same to the letter, spelling included.
pub(crate) fn is_same_spelling(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Json(a), Value::Json(b)) => a.as_str() == b.as_str(),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests;
