//! What references say, for those that turn out to be wrong.

use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};

use dss_model::{EntityId, Kind};
use dss_store::{Reference, ReferenceFinding, ReferenceKind, ReferenceSource};
use tempfile::SpooledTempFile;

use super::Noted;

/// Bytes that are kept in memory.
const MEMORY_BYTES: usize = 256 << 10;
/// What references are for, by the number that is written.
const KINDS: [ReferenceKind; 4] =
    [ReferenceKind::Alias, ReferenceKind::Part, ReferenceKind::Pointer, ReferenceKind::Extends];

/// A reference in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) id: EntityId,
    set: Option<EntityId>,
    path: String,
    target: String,
    kind: ReferenceKind,
    expected: String,
    /// Whether what refers is a token that is valid so far.
    pub(super) is_valid_token: bool,
}

impl Text {
    pub(super) fn in_order_of_kinds(&self) -> impl Ord + use<'_> {
        (&self.path, self.id, &self.target, self.kind)
    }

    pub(super) fn in_order_of_types(&self) -> impl Ord + use<'_> {
        (&self.path, self.id, &self.target, &self.expected)
    }

    pub(super) fn dangling(self) -> ReferenceFinding {
        let Self { id, set, path, target, kind, .. } = self;
        ReferenceFinding::Dangling { source: ReferenceSource { id, set, path }, target, kind }
    }

    pub(super) fn mistaken(self, found: &str) -> ReferenceFinding {
        let Self { id, set, path, target, expected, .. } = self;
        let (source, found) = (ReferenceSource { id, set, path }, found.to_owned());
        ReferenceFinding::TypeMismatch { source, target, expected, found }
    }
}

/// Texts one after the other, on disk when they are many.
#[derive(Debug, Default)]
pub(super) struct Texts {
    out: Option<BufWriter<SpooledTempFile>>,
    end: u64,
}

impl Texts {
    /// Keeps the text of a row's reference; returns where.
    pub(super) fn add(&mut self, row: &Noted<'_>, reference: &Reference) -> io::Result<u64> {
        let out = self.out.get_or_insert_with(|| BufWriter::new(SpooledTempFile::new(MEMORY_BYTES)));
        let at = self.end;
        let mut put = |bytes: &[u8]| {
            self.end = self.end.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            out.write_all(bytes)
        };
        let kind = KINDS.iter().position(|kind| *kind == reference.kind).unwrap_or_default();
        let is_valid_token = row.kind == Kind::Token && row.columns.valid;
        put(&[u8::try_from(kind).unwrap_or_default(), u8::from(is_valid_token)])?;
        put(&row.id.to_bytes())?;
        // No set has that id.
        put(&row.columns.set.map_or([0; 16], EntityId::to_bytes))?;
        for text in
            [&row.columns.path, &reference.target, reference.expected_type.as_deref().unwrap_or_default()]
        {
            put(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes())?;
            put(text.as_bytes())?;
        }
        Ok(at)
    }

    /// Reads a text again.
    pub(super) fn get(&mut self, at: u64) -> io::Result<Text> {
        let lost = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let out = self.out.as_mut().ok_or_else(lost)?;
        out.seek(SeekFrom::Start(at))?;
        let mut file = BufReader::new(out.get_mut());
        let [kind, is_valid_token] = read(&mut file)?;
        let (id, set) = (EntityId::from_bytes(read(&mut file)?), read(&mut file)?);
        let mut text = || {
            let len = u64::from_be_bytes(read(&mut file)?);
            let mut text = String::new();
            (&mut file).take(len).read_to_string(&mut text)?;
            Ok::<_, io::Error>(text)
        };
        Ok(Text {
            id,
            set: Some(set).filter(|set| *set != [0; 16]).map(EntityId::from_bytes),
            path: text()?,
            target: text()?,
            kind: KINDS.get(usize::from(kind)).copied().ok_or_else(lost)?,
            expected: text()?,
            is_valid_token: is_valid_token != 0,
        })
    }
}

fn read<const N: usize>(file: &mut impl Read) -> io::Result<[u8; N]> {
    let mut field = [0; N];
    file.read_exact(&mut field).map(|()| field)
}
