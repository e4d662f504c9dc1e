//! Guarded JSON: text that is proven well formed, read without a tree.
//!
//! [`JsonText`] is one JSON value (RFC 8259) as its author spelled it, without insignificant white
//! space. It can only be made by the guarded parser or by [`JsonText::object`] and its siblings, so
//! whoever holds one needs no further check: depth, string and key lengths, duplicate keys, invalid
//! UTF-8, lone surrogates and numbers no double can hold were refused at the door. Number spelling
//! and member order are kept; [`JsonText::canonical`] gives the spelling that equal values share.

mod buffer;
mod build;
mod canonical;
mod check;
mod cursor;
mod error;
mod keys;
mod limits;
mod marks;
mod parse;
mod parser;
mod places;
mod swar;

pub use buffer::JsonBuffer;
pub use build::{ArrayBuilder, ObjectBuilder};
pub use cursor::{Elements, JsonKind, JsonRef, Members};
pub use error::{JsonError, JsonErrorKind};
pub use limits::JsonLimits;
pub use parser::JsonParser;
pub use places::JsonPlace;

use std::fmt;

/// One well-formed JSON value, compact, spelled as written.
///
/// Two texts are equal when they hold the same *value*: member order, escapes and number spelling
/// (`1.0`, `1`, `10e-1`) do not count. Compare [`JsonText::as_str`] where the spelling matters.
///
/// ```
/// use dss_model::{JsonLimits, JsonText};
///
/// let written = JsonText::parse(br#" { "b" : 0.10, "a" : "x" } "#, &JsonLimits::default())?;
/// assert_eq!(written.as_str(), r#"{"b":0.10,"a":"x"}"#);
/// assert_eq!(written.canonical(), r#"{"a":"x","b":0.1}"#);
/// assert!(JsonText::parse(br#"{"a":1,"a":2}"#, &JsonLimits::default()).is_err());
/// # Ok::<(), dss_model::JsonError>(())
/// ```
#[derive(Clone)]
pub struct JsonText(Box<str>);

impl JsonText {
    /// Parses one JSON value, refusing whatever `limits` or RFC 8259 refuse.
    ///
    /// # Errors
    /// [`JsonError`] with the kind and the position of the first byte at fault.
    pub fn parse(bytes: &[u8], limits: &JsonLimits) -> Result<Self, JsonError> {
        let mut text = String::new();
        let input = parse::compact(bytes, limits, &mut parse::Room::default(), &mut text)?;
        Ok(Self(if text.is_empty() { input.into() } else { text.into_boxed_str() }))
    }

    /// The compact text, as spelled by whoever wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A cursor on the value, for reading it.
    pub fn get_ref(&self) -> JsonRef<'_> {
        JsonRef::trusted(&self.0)
    }

    /// The one spelling that equal values share: RFC 8785 for every number a double's shortest
    /// form holds exactly, and the same notation with more digits for the others, so that no two
    /// different decimals are ever called equal.
    pub fn canonical(&self) -> String {
        self.get_ref().canonical()
    }

    /// The JSON `null`.
    pub fn null() -> Self {
        Self("null".into())
    }

    /// A JSON boolean.
    pub fn boolean(value: bool) -> Self {
        Self(if value { "true" } else { "false" }.into())
    }

    /// A JSON integer.
    pub fn integer(value: i64) -> Self {
        Self(value.to_string().into_boxed_str())
    }

    /// A JSON string holding `value`.
    pub fn string(value: &str) -> Self {
        let mut out = String::with_capacity(value.len().saturating_add(2));
        build::push_string(&mut out, value);
        Self(out.into_boxed_str())
    }

    /// A JSON object, its members added by `fill` in order.
    ///
    /// ```
    /// use dss_model::JsonText;
    /// let value = JsonText::object(|o| {
    ///     o.string("unit", "px");
    ///     o.raw("value", JsonText::integer(4).get_ref());
    /// });
    /// assert_eq!(value.as_str(), r#"{"unit":"px","value":4}"#);
    /// ```
    pub fn object(fill: impl FnOnce(&mut ObjectBuilder<'_>)) -> Self {
        Self::sized_object(0, fill)
    }

    /// The same, where it is known about how many bytes long the text becomes.
    pub fn sized_object(bytes: usize, fill: impl FnOnce(&mut ObjectBuilder<'_>)) -> Self {
        let mut out = String::with_capacity(bytes);
        build::push_object(&mut out, fill);
        Self(out.into_boxed_str())
    }

    /// A JSON array, its elements added by `fill` in order.
    pub fn array(fill: impl FnOnce(&mut ArrayBuilder<'_>)) -> Self {
        let mut out = String::new();
        build::push_array(&mut out, fill);
        Self(out.into_boxed_str())
    }

    /// Takes text that is a value by construction; only this module's own code can vouch for that.
    pub(crate) fn trusted(text: &str) -> Self {
        Self(text.into())
    }
}

impl PartialEq for JsonText {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || self.canonical() == other.canonical()
    }
}

impl Eq for JsonText {}

impl fmt::Debug for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for JsonText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests;
