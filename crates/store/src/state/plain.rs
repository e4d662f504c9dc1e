//! Reading states in place: those of entities that one write made, which are most.

use dss_model::{ContentHash, Dot, EntityId, JsonRef, Life, Plain, PlainValue, PlainWrite};

use super::{Context, KNOWN_NAMES, Names, SEEN_IS_JOIN, SEVERAL, Tag, VERSION, varint};

/// The entity, if one write made it. `None` says nothing: [`decode`](super::decode) finds out.
pub(crate) fn plain<'a>(state: &'a [u8], context: Context<'a>, names: &'a Names) -> Option<Plain<'a>> {
    let mut reader = Reader { bytes: state, names, context };
    if reader.byte()? != VERSION | SEEN_IS_JOIN || reader.number()? != 1 {
        return None;
    }
    let write = reader.write()?;
    let count = usize::try_from(reader.number()?).ok().filter(|count| *count <= state.len())?;
    let mut registers = Vec::with_capacity(count);
    for _ in 0..count {
        registers.push(reader.register()?);
    }
    let is_all = reader.bytes.is_empty();
    Plain::new(context.id, context.kind, write, registers).filter(|_| is_all)
}

struct Reader<'a> {
    bytes: &'a [u8],
    names: &'a Names,
    context: Context<'a>,
}

impl<'a> Reader<'a> {
    fn byte(&mut self) -> Option<u8> {
        self.bytes.split_off_first().copied()
    }

    fn number(&mut self) -> Option<u64> {
        varint::take(&mut self.bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.bytes.split_off(..N)?.first_chunk().copied()
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.bytes.split_off(..length)
    }

    fn dot(&mut self) -> Option<Dot> {
        let replica = self.number()?;
        Some(Dot { replica: self.names.replica(replica)?, counter: self.number()? })
    }

    fn write(&mut self) -> Option<PlainWrite<'a>> {
        let dot = self.dot()?;
        let wall_ms = varint::unzigzag(self.number()?);
        let packed = self.number()?;
        let author = self.names.author(packed >> 1)?;
        let origin = if packed & 1 == 1 { self.dot()? } else { dot };
        Some(PlainWrite { dot, origin, wall_ms, author })
    }

    fn register(&mut self) -> Option<(&'a str, PlainValue<'a>)> {
        let head = self.byte()?;
        let name = match usize::from(head >> 4).checked_sub(1) {
            None => std::str::from_utf8(self.text()?).ok()?,
            Some(index) => KNOWN_NAMES.get(index)?.as_str(),
        };
        if head & SEVERAL != 0 {
            return None;
        }
        let value = match Tag::of(head) {
            Tag::Absent => PlainValue::Absent,
            Tag::Json => PlainValue::Json(JsonRef::compact(self.text()?)?),
            Tag::Ref => PlainValue::Ref(EntityId::from_bytes(self.array()?)),
            Tag::Blob => PlainValue::Blob(ContentHash::from_bytes(self.array()?)),
            Tag::Alive => PlainValue::Life(Life::Alive),
            Tag::Deleted => PlainValue::Life(Life::Deleted),
            Tag::Path => PlainValue::Text(self.context.path),
            Tag::Set => PlainValue::Ref(self.context.set?),
        };
        Some((name, value))
    }
}
