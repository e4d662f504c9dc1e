//! Reading states. Stored bytes may be damaged: every step can fail, none can panic.

use std::collections::BTreeMap;

use dss_model::{
    ContentHash, Dot, Entity, EntityId, JsonLimits, JsonRef, JsonText, Kind, Life, Pair, RegName, Register,
    Seen, Stamp, Value,
};

use super::{Context, KNOWN_NAMES, Names, SEEN_IS_JOIN, SEVERAL, Tag, VERSION, varint};

/// Why stored bytes are no state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub(crate) struct Damage {
    what: String,
}

impl Damage {
    fn new(what: impl Into<String>) -> Self {
        Self { what: what.into() }
    }
}

/// Reads back what [`encode`](super::encode) wrote.
pub(crate) fn decode(state: &[u8], context: Context<'_>, names: &Names) -> Result<Entity, Damage> {
    let mut reader = Reader { bytes: state, names, context };
    let header = reader.byte()?;
    if header & !SEEN_IS_JOIN != VERSION {
        return Err(Damage::new(format!("unknown state version {header:#04x}")));
    }
    let spelled_out = if header & SEEN_IS_JOIN == 0 { Some(reader.list(2, Reader::dot)?) } else { None };
    let stamps = reader.list(4, Reader::stamp)?;
    let seen: Seen = match spelled_out {
        Some(dots) => dots.into_iter().collect(),
        None => stamps.iter().map(|stamp| stamp.dot).collect(),
    };
    let count = reader.count(1)?;
    let mut registers = BTreeMap::new();
    for _ in 0..count {
        let (name, register) = reader.register(&stamps)?;
        if registers.insert(name, register).is_some() {
            return Err(Damage::new("a register stands twice"));
        }
    }
    if !reader.bytes.is_empty() {
        return Err(Damage::new("bytes after the state"));
    }
    Entity::new(context.id, context.kind, seen, registers).map_err(|error| Damage::new(error.to_string()))
}

/// Reads back what [`encode_seen`](super::encode_seen) wrote.
pub(crate) fn decode_seen(bytes: &[u8], names: &Names) -> Result<Seen, Damage> {
    let mut reader = Reader { bytes, names, context: ALONE };
    let seen = reader.list(2, Reader::dot)?.into_iter().collect();
    if reader.bytes.is_empty() { Ok(seen) } else { Err(Damage::new("bytes after the version vector")) }
}

/// Of what says everything itself.
const ALONE: Context<'_> =
    Context { id: EntityId::from_bytes([0; 16]), kind: Kind::Project, path: "", set: None };

/// Reads back what [`encode_value`](super::encode_value) wrote.
pub(crate) fn decode_value(bytes: &[u8]) -> Result<Value, Damage> {
    let names = Names::default();
    let mut reader = Reader { bytes, names: &names, context: ALONE };
    let tag = Tag::of(reader.byte()?);
    let value = reader.value(tag)?;
    if reader.bytes.is_empty() { Ok(value) } else { Err(Damage::new("bytes after the value")) }
}

/// Everything about a pair but its value.
struct Stamped {
    dot: Dot,
    origin: Dot,
    stamp: Stamp,
}

struct Reader<'a> {
    bytes: &'a [u8],
    names: &'a Names,
    context: Context<'a>,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Result<u8, Damage> {
        let (&byte, rest) = self.bytes.split_first().ok_or_else(cut_off)?;
        self.bytes = rest;
        Ok(byte)
    }

    fn number(&mut self) -> Result<u64, Damage> {
        varint::take(&mut self.bytes).ok_or_else(cut_off)
    }

    /// The number of items that follow, each of at least `item_bytes`: never more than can be there.
    fn count(&mut self, item_bytes: usize) -> Result<usize, Damage> {
        let count = usize::try_from(self.number()?).map_err(|_| cut_off())?;
        if count.saturating_mul(item_bytes) > self.bytes.len() {
            return Err(cut_off());
        }
        Ok(count)
    }

    fn list<T>(
        &mut self,
        item_bytes: usize,
        item: impl Fn(&mut Self) -> Result<T, Damage>,
    ) -> Result<Vec<T>, Damage> {
        let count = self.count(item_bytes)?;
        (0..count).map(|_| item(self)).collect()
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], Damage> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or_else(cut_off)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Damage> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or_else(cut_off)?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn text(&mut self) -> Result<&'a [u8], Damage> {
        let length = self.count(1)?;
        self.take(length)
    }

    fn dot(&mut self) -> Result<Dot, Damage> {
        let number = self.number()?;
        let replica =
            self.names.replica(number).ok_or_else(|| Damage::new(format!("no replica {number}")))?;
        Ok(Dot { replica, counter: self.number()? })
    }

    fn stamp(&mut self) -> Result<Stamped, Damage> {
        let dot = self.dot()?;
        let wall_ms = varint::unzigzag(self.number()?);
        let packed = self.number()?;
        let number = packed >> 1;
        let author = self.names.author(number).ok_or_else(|| Damage::new(format!("no author {number}")))?;
        let author = author.clone();
        let origin = if packed & 1 == 1 { self.dot()? } else { dot };
        Ok(Stamped { dot, origin, stamp: Stamp { wall_ms, author } })
    }

    fn register(&mut self, stamps: &[Stamped]) -> Result<(RegName, Register), Damage> {
        let head = self.byte()?;
        let name = match usize::from(head >> 4).checked_sub(1) {
            None => {
                let text = std::str::from_utf8(self.text()?).ok();
                text.and_then(RegName::new).ok_or_else(|| Damage::new("no register name"))?
            }
            Some(index) => {
                KNOWN_NAMES.get(index).cloned().ok_or_else(|| Damage::new("unknown register name"))?
            }
        };
        let register = if head & SEVERAL == 0 {
            Register::single(self.pair(Tag::of(head), stamps, stamps.len() > 1)?)
        } else {
            let pairs = self.list(2, |reader| {
                let tag = Tag::of(reader.byte()?);
                reader.pair(tag, stamps, true)
            })?;
            Register::new(pairs).ok_or_else(|| Damage::new("a register without writes"))?
        };
        Ok((name, register))
    }

    fn pair(&mut self, tag: Tag, stamps: &[Stamped], numbered: bool) -> Result<Pair, Damage> {
        let number = if numbered { self.number()? } else { 0 };
        let stamped = usize::try_from(number).ok().and_then(|index| stamps.get(index));
        let stamped = stamped.ok_or_else(|| Damage::new(format!("no stamp {number}")))?;
        let value = self.value(tag)?;
        Ok(Pair { dot: stamped.dot, value, stamp: stamped.stamp.clone(), origin: stamped.origin })
    }

    fn value(&mut self, tag: Tag) -> Result<Value, Damage> {
        Ok(match tag {
            Tag::Absent => Value::Absent,
            Tag::Json => Value::Json(stored_json(self.text()?)?),
            Tag::Ref => Value::Ref(EntityId::from_bytes(self.array()?)),
            Tag::Blob => Value::Blob(ContentHash::from_bytes(self.array()?)),
            Tag::Alive => Value::Life(Life::Alive),
            Tag::Deleted => Value::Life(Life::Deleted),
            Tag::Path => Value::Json(JsonText::string(self.context.path)),
            Tag::Set => Value::Ref(self.context.set.ok_or_else(|| Damage::new("no set to refer to"))?),
        })
    }
}

/// What was stored was within somebody's limits once; today's do not matter.
fn stored_json(text: &[u8]) -> Result<JsonText, Damage> {
    if let Some(text) = JsonRef::compact(text) {
        return Ok(text.to_text());
    }
    let mut limits = JsonLimits::default();
    limits.depth = u32::MAX;
    limits.string_bytes = usize::MAX;
    limits.key_bytes = usize::MAX;
    limits.members = u32::MAX;
    limits.number_digits = usize::MAX;
    limits.unique_keys = false;
    JsonText::parse(text, &limits).map_err(|error| Damage::new(error.to_string()))
}

fn cut_off() -> Damage {
    Damage::new("the state is cut off")
}
