//! Identities: of entities, of project copies, of content.

use std::fmt;
use std::str::FromStr;

use sha1::{Digest as _, Sha1};
use uuid::{Builder, Uuid};

use crate::{Kind, TokenPath};

/// The namespace of ids that are derived from names (`UUIDv5`, RFC 9562 §5.5).
const NAMESPACE: Uuid = Uuid::from_u128(0x6b1d_9c1e_5b0a_5f0e_9d4e_0d55_0d55_0d55);

/// An id, a replica or a hash that is not spelled as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseIdError {
    /// What was read, shortened.
    pub text: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\" is no {}", self.text.escape_debug(), self.expected)
    }
}

impl std::error::Error for ParseIdError {}

impl ParseIdError {
    pub(crate) fn new(text: &str, expected: &'static str) -> Self {
        Self { text: text.chars().take(64).collect(), expected }
    }
}

/// Identity of an entity: it survives renames, moves and exchange.
///
/// ```
/// use dss_model::{EntityId, Kind, TokenPath};
/// let path = TokenPath::from_segments(["color", "brand"]);
/// let id = EntityId::derived(Kind::Token, "base/light", &path);
/// assert_eq!(id, EntityId::derived(Kind::Token, "base/light", &path));
/// assert_eq!(id.to_string().parse(), Ok(id));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntityId([u8; 16]);

impl EntityId {
    /// The id with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// The id as [`fmt::Display`] spells it, in `buffer`.
    pub fn encode(self, buffer: &mut [u8; 36]) -> &str {
        Uuid::from_bytes(self.0).hyphenated().encode_lower(buffer)
    }

    /// The id of what came from a token file: a `UUIDv5` of kind, set and path, so that two people
    /// who import the same file get the same entities.
    pub fn derived(kind: Kind, set: &str, path: &TokenPath) -> Self {
        let mut name =
            String::with_capacity(set.len().saturating_add(path.as_str().len()).saturating_add(16));
        for part in [kind.name(), set, path.as_str()] {
            name.push_str(part);
            name.push('\0');
        }
        Self(uuid_v5(name.as_bytes()))
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for EntityId {
    type Err = ParseIdError;

    /// Reads the one spelling that [`fmt::Display`] writes: lower case with hyphens.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        canonical_uuid(text).map(Self).ok_or_else(|| ParseIdError::new(text, "entity id"))
    }
}

/// Identity of one copy of a project, issued at random; every write names the copy that made it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplicaId([u8; 16]);

impl ReplicaId {
    /// The id with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id's bytes.
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// A pseudo replica: a `UUIDv5` of `parts`, for writers that have no copy of their own (archives
    /// without revisions, one half of a cloned identity: MERGE.md §5, §7).
    pub fn derived(parts: &[&str]) -> Self {
        Self(uuid_v5(parts.join("\0").as_bytes()))
    }
}

impl fmt::Display for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).hyphenated().fmt(f)
    }
}

impl fmt::Debug for ReplicaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ReplicaId {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        canonical_uuid(text).map(Self).ok_or_else(|| ParseIdError::new(text, "replica id"))
    }
}

/// The `UUIDv5` of a name. The processor's own instructions do most of it, which the crate `uuid` does without.
fn uuid_v5(name: &[u8]) -> [u8; 16] {
    let hash = Sha1::new_with_prefix(NAMESPACE.as_bytes()).chain_update(name).finalize();
    let bytes = hash.first_chunk().copied().unwrap_or_default();
    Builder::from_sha1_bytes(bytes).into_uuid().into_bytes()
}

fn canonical_uuid(text: &str) -> Option<[u8; 16]> {
    let uuid = Uuid::try_parse(text).ok()?;
    let mut buffer = Uuid::encode_buffer();
    (uuid.hyphenated().encode_lower(&mut buffer) == text).then(|| uuid.into_bytes())
}

/// SHA-256 of some content; this crate names hashes, others compute them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash([u8; 32]);

impl ContentHash {
    /// The hash with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash's bytes.
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl fmt::Display for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for ContentHash {
    type Err = ParseIdError;

    /// Reads 64 lower-case hexadecimal digits.
    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let error = || ParseIdError::new(text, "SHA-256 in lower-case hexadecimal");
        let mut bytes = [0_u8; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(error());
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = nibble(*high).zip(nibble(*low)).map(|(high, low)| (high << 4) | low).ok_or_else(error)?;
        }
        Ok(Self(bytes))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

/// A project's name in a store: 1 to 100 characters out of letters, digits, `-`, `_`, `.` and space,
/// starting with a letter or digit and not ending with a dot or space.
///
/// The rule is narrow on purpose: stores use the name as a file name, on every system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProjectName(String);

impl ProjectName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ProjectName {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        let allowed = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
        let length_fits = (1..=100).contains(&text.chars().count()) && text.len() <= 200;
        let ends_fit = text.starts_with(char::is_alphanumeric) && !text.ends_with(['.', ' ']);
        if length_fits && ends_fit && text.chars().all(allowed) && !is_device_name(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseIdError::new(text, "project name (letters, digits, '-', '_', '.', ' ')"))
        }
    }
}

/// Names that Windows keeps for devices, with or without an ending.
fn is_device_name(text: &str) -> bool {
    let stem = text.split('.').next().unwrap_or(text).trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        stem.strip_prefix(prefix)
            .is_some_and(|digit| digit.len() == 1 && digit.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_spelling() {
        let id = EntityId::from_bytes([0xab; 16]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().to_uppercase().parse::<EntityId>().is_err());
        assert!(id.to_string().replace('-', "").parse::<EntityId>().is_err());
        let hash = ContentHash::from_bytes([0x0f; 32]);
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert!("0F".repeat(32).parse::<ContentHash>().is_err());
        assert!("0f".repeat(31).parse::<ContentHash>().is_err());
    }

    #[test]
    fn derived_ids_are_version_5() {
        // As Python's uuid.uuid5 has it.
        let id = EntityId::derived(Kind::Token, "base", &TokenPath::from_alias("color.brand"));
        assert_eq!(id.to_string(), "eb27e28a-bbab-5636-9a82-86269cb46505");
    }

    #[test]
    fn derived_ids_separate_their_parts() {
        let path = |text: &str| TokenPath::from_segments(text.split('.'));
        let one = EntityId::derived(Kind::Token, "a", &path("b.c"));
        assert_ne!(one, EntityId::derived(Kind::Group, "a", &path("b.c")));
        assert_ne!(one, EntityId::derived(Kind::Token, "a.b", &path("c")));
    }

    #[test]
    fn project_names_are_file_names_everywhere() {
        for good in ["primer", "GitHub Primer 2.0", "größe", "a"] {
            assert!(good.parse::<ProjectName>().is_ok(), "{good}");
        }
        for bad in ["", ".a", "a.", "a/b", "..", "con", "NUL.txt", "com1", "a\nb", " a"] {
            assert!(bad.parse::<ProjectName>().is_err(), "{bad}");
        }
    }
}
