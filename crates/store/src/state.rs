//! The compact form in which an entity's state is stored: one byte string per entity.
//!
//! Replicas and authors are numbers of the project's tables ([`Names`]). Each distinct combination
//! of dot, time, author and origin is a *stamp*, written once; an entity that was written once has
//! one, and its registers then cost one byte each beyond their values. All numbers are LEB128.
//!
//! ```text
//! state    = header [seen] stamps registers
//! header   = 1 byte: bits 0-3 version (1); bit 4: `seen` is the join of the stamps' dots, and left out
//! seen     = count (replica counter)*
//! stamps   = count stamp*                      in the order of their first use
//! stamp    = replica counter zigzag(wall_ms) (author * 2 + has_origin) [replica counter]
//!            author 0 is nobody
//! registers= count register*                   by name
//! register = head [length name] (single | several)
//! head     = 1 byte: bits 0-2 tag of the single value; bit 3: several; bits 4-7 name, 0 = spelled out
//! single   = [stamp number] value              the number is left out if there is one stamp
//! several  = count (tag stamp-number value)*   by dot, two or more
//! value    = Absent, Alive, Deleted: nothing   Json: length text   Ref: 16 bytes   Blob: 32 bytes
//!            Path: nothing, the row's path as a JSON string        Set: nothing, the row's set
//! ```
//!
//! The same entity in the same project always has the same bytes, so that comparing states is
//! comparing bytes.

mod decode;
mod encode;
mod names;
mod plain;
mod varint;

pub(crate) use decode::{decode, decode_seen, decode_value};
pub(crate) use encode::{encode, encode_plain, encode_registers, encode_seen, encode_value};
pub(crate) use names::Names;
pub(crate) use plain::plain;

use dss_model::{EntityId, Kind, RegName};
use sha2::{Digest as _, Sha256};

const VERSION: u8 = 1;
const SEEN_IS_JOIN: u8 = 1 << 4;
const SEVERAL: u8 = 1 << 3;
const TAG_MASK: u8 = 0b111;

/// How a value is written; part of the stored format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
enum Tag {
    Absent = 0,
    Json = 1,
    Ref = 2,
    Blob = 3,
    Alive = 4,
    Deleted = 5,
    Path = 6,
    Set = 7,
}

impl Tag {
    const ALL: [Self; 8] =
        [Self::Absent, Self::Json, Self::Ref, Self::Blob, Self::Alive, Self::Deleted, Self::Path, Self::Set];

    /// The tag in a byte's lowest three bits.
    fn of(byte: u8) -> Self {
        Self::ALL.get(usize::from(byte & TAG_MASK)).copied().unwrap_or(Self::Absent)
    }

    const fn code(self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Json => 1,
            Self::Ref => 2,
            Self::Blob => 3,
            Self::Alive => 4,
            Self::Deleted => 5,
            Self::Path => 6,
            Self::Set => 7,
        }
    }
}

/// The names that take no space; a name's place (from 1) is part of the stored format.
static KNOWN_NAMES: [RegName; 12] = [
    RegName::LIFE,
    RegName::NAME,
    RegName::PATH,
    RegName::SET,
    RegName::ORDER,
    RegName::VALUE,
    RegName::DESCRIPTION,
    RegName::DEPRECATED,
    RegName::LAYOUT,
    RegName::GROUP,
    RegName::SOURCES,
    RegName::CONTENT,
];

/// What stands in the row beside the state, and so is not repeated in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) id: EntityId,
    pub(crate) kind: Kind,
    pub(crate) path: &'a str,
    pub(crate) set: Option<EntityId>,
}

/// Hash of a state and of what it leaves to the row: the first half of a SHA-256.
pub(crate) fn hash(state: &[u8], context: Context<'_>) -> [u8; 16] {
    let mut hasher = Sha256::new();
    hasher.update(state);
    hasher.update(context.id.to_bytes());
    hasher.update(context.kind.name());
    hasher.update(context.path.as_bytes());
    if let Some(set) = context.set {
        hasher.update(set.to_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    digest.first_chunk().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
