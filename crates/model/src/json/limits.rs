//! What a JSON value may cost.

/// Bounds on one JSON value, checked while it is parsed and before anything is allocated for it.
///
/// Defaults: 64 levels, strings of 1 MiB, keys of 1 KiB, 100,000 members or elements per container,
/// numbers of 128 digits, unique keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct JsonLimits {
    /// Nested objects and arrays.
    pub depth: u32,
    /// Bytes between a string's quotes, as written.
    pub string_bytes: usize,
    /// Bytes between a key's quotes, as written.
    pub key_bytes: usize,
    /// Members of one object, or elements of one array.
    pub members: u32,
    /// Characters of one number.
    pub number_digits: usize,
    /// Whether an object that names a key twice is refused (it loses data in most readers).
    pub unique_keys: bool,
}

impl Default for JsonLimits {
    fn default() -> Self {
        Self {
            depth: 64,
            string_bytes: 1 << 20,
            key_bytes: 1 << 10,
            members: 100_000,
            number_digits: 128,
            unique_keys: true,
        }
    }
}
