//! Room for values that are written and passed on.

use super::{JsonRef, ObjectBuilder, build};

/// Holds one value after the other, for those who write many and keep none.
///
/// ```
/// use dss_model::JsonBuffer;
/// let mut buffer = JsonBuffer::default();
/// assert_eq!(buffer.get_ref().as_str(), "null");
/// assert_eq!(buffer.string("a\"b").as_str(), r#""a\"b""#);
/// assert_eq!(buffer.object(|o| o.integer("size", 4)).as_str(), r#"{"size":4}"#);
/// ```
#[derive(Clone, Debug, Default)]
pub struct JsonBuffer(String);

impl JsonBuffer {
    /// Replaces the value by an object, its members added by `fill` in order.
    pub fn object(&mut self, fill: impl FnOnce(&mut ObjectBuilder<'_>)) -> JsonRef<'_> {
        self.0.clear();
        build::push_object(&mut self.0, fill);
        self.get_ref()
    }

    /// Replaces the value by the string that holds `value`.
    pub fn string(&mut self, value: &str) -> JsonRef<'_> {
        self.0.clear();
        build::push_string(&mut self.0, value);
        self.get_ref()
    }

    /// The value; `null` if there was none yet.
    pub fn get_ref(&self) -> JsonRef<'_> {
        JsonRef::trusted(if self.0.is_empty() { "null" } else { &self.0 })
    }
}
