//! What is noted, as bytes that sort: by path first.

use dss_store::ReferenceKind;

use crate::spill::Fields;

/// What stands for a path.
pub(super) type Key = [u8; 16];

/// The number of a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Type(u32);

impl Type {
    /// No type, or none that is known.
    pub(super) const NONE: Self = Self(0);
    /// Several.
    pub(super) const MIXED: Self = Self(u32::MAX);

    /// The number of the type that is in that place, from 1.
    pub(super) fn nth(place: usize) -> Self {
        Self(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The place, from 0, if it is a type.
    pub(super) fn place(self) -> Option<usize> {
        usize::try_from(self.0).ok()?.checked_sub(1)
    }
}

fn flags([a, b, c]: [bool; 3]) -> [u8; 1] {
    let [a, b, c] = [a, b, c].map(u8::from);
    [a | b << 1 | c << 2]
}

/// Reads fields one after the other.
struct In<'a>(&'a [u8]);

impl In<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (field, rest) =
            self.0.split_first_chunk().map_or(([0; N], self.0), |(field, rest)| (*field, rest));
        self.0 = rest;
        field
    }

    fn flags(&mut self) -> [bool; 3] {
        let [byte] = self.take();
        [byte & 1, byte & 2, byte & 4].map(|bit| bit != 0)
    }

    fn number(&mut self) -> u32 {
        u32::from_be_bytes(self.take())
    }

    fn long(&mut self) -> u64 {
        u64::from_be_bytes(self.take())
    }
}

/// A token or group, by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) path: Key,
    pub(super) set: u32,
    pub(super) is_token: bool,
    /// Whether resolving goes on from there: a pointer may lead back to its own token without harm.
    pub(super) refers: bool,
    /// Whether it has its type from what it is an alias of.
    pub(super) is_untyped_alias: bool,
    pub(super) own_type: Type,
}

impl Place {
    pub(super) const BYTES: usize = 25;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let flags = [self.is_token, self.refers, self.is_untyped_alias];
        Fields::new()
            .put(&self.path)
            .number(self.set)
            .put(&self::flags(flags))
            .number(self.own_type.0)
            .record()
    }

    pub(super) fn of(record: &[u8; Self::BYTES]) -> Self {
        let mut fields = In(record);
        let (path, set) = (fields.take(), fields.number());
        let [is_token, refers, is_untyped_alias] = fields.flags();
        Self { path, set, is_token, refers, is_untyped_alias, own_type: Type(fields.number()) }
    }
}

/// A reference, by where it leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) target: Key,
    pub(super) source: Key,
    pub(super) kind: ReferenceKind,
    /// Whether what refers has its type from what it is an alias of.
    pub(super) is_untyped_alias: bool,
    /// The type the target has to have, if that matters.
    pub(super) expected: Type,
    /// Where its text is.
    pub(super) text: u64,
}

impl Link {
    pub(super) const BYTES: usize = 45;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let (is_alias, is_part) = (self.kind == ReferenceKind::Alias, self.kind == ReferenceKind::Part);
        let out = Fields::new().put(&self.target).put(&self.source);
        let out = out.put(&flags([is_alias, is_part, self.is_untyped_alias])).number(self.expected.0);
        out.put(&self.text.to_be_bytes()).record()
    }

    pub(super) fn of(record: &[u8; Self::BYTES]) -> Self {
        let mut fields = In(record);
        let (target, source) = (fields.take(), fields.take());
        let [is_alias, is_part, is_untyped_alias] = fields.flags();
        let kind = match (is_alias, is_part) {
            (true, _) => ReferenceKind::Alias,
            (_, true) => ReferenceKind::Part,
            _ => ReferenceKind::Pointer,
        };
        let (expected, text) = (Type(fields.number()), fields.long());
        Self { target, source, kind, is_untyped_alias, expected, text }
    }
}

/// A token that has its type from what it is an alias of, by where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Alias {
    pub(super) source: Key,
    pub(super) target: Key,
    /// The type that tokens at the target have by themselves.
    pub(super) known: Type,
    /// Whether some of them are such aliases, too.
    pub(super) goes_on: bool,
}

impl Alias {
    pub(super) const BYTES: usize = 37;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let out = Fields::new().put(&self.source).put(&self.target).number(self.known.0);
        out.put(&flags([self.goes_on, false, false])).record()
    }

    pub(super) fn of(record: &[u8; Self::BYTES]) -> Self {
        let mut fields = In(record);
        let (source, target) = (fields.take(), fields.take());
        let known = Type(fields.number());
        let [goes_on, ..] = fields.flags();
        Self { source, target, known, goes_on }
    }
}

/// A reference that needs a type which only what it leads to in the end can tell, by how far it was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) target: Key,
    /// Where the reference's text is.
    pub(super) text: u64,
    pub(super) expected: Type,
    /// The first by name of the types that tokens at the reference's target have by themselves.
    pub(super) lowest: Type,
}

impl Wanted {
    pub(super) const BYTES: usize = 32;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let out = Fields::new().put(&self.target).put(&self.text.to_be_bytes());
        out.number(self.expected.0).number(self.lowest.0).record()
    }

    pub(super) fn of(record: &[u8; Self::BYTES]) -> Self {
        let mut fields = In(record);
        let (target, text) = (fields.take(), fields.long());
        Self { target, text, expected: Type(fields.number()), lowest: Type(fields.number()) }
    }
}

/// A type that a reference leads to in the end, by reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reached {
    pub(super) text: u64,
    pub(super) expected: Type,
    pub(super) lowest: Type,
    pub(super) end: Type,
}

impl Reached {
    pub(super) const BYTES: usize = 20;

    pub(super) fn to_bytes(self) -> [u8; Self::BYTES] {
        let out = Fields::new().put(&self.text.to_be_bytes()).number(self.expected.0);
        out.number(self.lowest.0).number(self.end.0).record()
    }

    pub(super) fn of(record: &[u8; Self::BYTES]) -> Self {
        let mut fields = In(record);
        let text = fields.long();
        let (expected, lowest) = (Type(fields.number()), Type(fields.number()));
        Self { text, expected, lowest, end: Type(fields.number()) }
    }
}
