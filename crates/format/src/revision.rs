//! Revisions inside other formats' files: the extension `org.dss` (docs/archive-format.md §7,
//! schemas/org.dss.extension.schema.json).
//!
//! A file shows one value per field; an entity knows who wrote each, and what they had seen. The
//! extension says what the file's body does not: compactly where one write made everything, in full
//! where it did not. Reading the body and the extension gives back the very entity that was written.

mod decode;
mod encode;
mod table;

pub(crate) use decode::read_value;
pub use decode::{Extension, Revision};
pub use encode::encode;
pub(crate) use encode::{encode_write, is_default, write_value};
pub use table::{Defaults, Replicas};

use std::sync::LazyLock;

use dss_model::{JsonRef, OrderKey, RegName, Value};
use memchr::memmem::Finder;

/// The DTCG member that holds extensions.
pub(crate) const EXTENSIONS: &str = "$extensions";
/// Our key in it.
pub const VENDOR: &str = "org.dss";

/// What a file's body says about an entity: the value each register shows.
pub type Body = Vec<(RegName, Value)>;

/// The place that an item's `$extensions` give it, if it is not simply the next one.
pub(crate) fn order_in(extensions: JsonRef<'_>) -> Option<OrderKey> {
    OrderKey::parse(&ours_in(extensions)?.get("order")?.string()?)
}

/// What our extension says, from the value of `$extensions`. Files that others wrote have none, which shows at a
/// glance.
pub(crate) fn ours_in(extensions: JsonRef<'_>) -> Option<JsonRef<'_>> {
    static OURS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(VENDOR));
    let text = extensions.as_str().as_bytes();
    // A name may be spelled with escapes.
    let may_be_there = OURS.find(text).is_some() || memchr::memchr(b'\\', text).is_some();
    if may_be_there { extensions.get(VENDOR) } else { None }
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
