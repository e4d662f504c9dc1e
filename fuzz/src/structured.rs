//! Archives as structures: honest ones are opened and hold what was put into them, and one lie is enough to be
//! refused. Checksums are right, so that lies about data are found by looking at the data.

use std::io::Read;

use arbitrary::{Arbitrary, Unstructured};
use dss_security::{OpenOptions, OpenedArchive, Policy, Stance};
use flate2::read::DeflateDecoder;

use crate::lying::{self, Archive, Descriptor, Entry, Field, Written};
use crate::{Mutator, differential::differential};

/// Entries of one archive: more find nothing new.
const ENTRIES_MAX: usize = 6;

/// Makes an archive of `data`, tells one lie about it, and damages some bytes.
///
/// # Panics
/// If the honest archive is refused or read as something else, if the lie is believed, or if somebody else reads
/// the damaged archive in another way than we do.
pub fn structured(data: &[u8]) {
    let mut source = Unstructured::new(data);
    let Ok(model) = Model::arbitrary(&mut source) else { return };
    let honest = model.archive();
    let written = honest.write();
    if is_misleading(&written) {
        return;
    }
    check_honest(&honest, &model, &written.bytes);
    if let Some(lie) = &model.lie
        && let Some(bytes) = lie.told(&honest, written)
    {
        let opened = OpenedArchive::open_verified(bytes.as_slice(), &options());
        assert!(opened.is_err(), "believed {lie:?} about {honest:#?}");
        differential(&bytes);
    }
    let mut bytes = honest.write().bytes;
    for (at, value) in &model.damage {
        let at = usize::from(*at) % bytes.len();
        bytes[at] = *value;
    }
    differential(&bytes);
}

/// Bytes of no meaning: the model makes an archive of any.
pub(crate) fn made() -> Vec<Vec<u8>> {
    let mut mutator = Mutator::new(0x2117);
    (0..48).map(|number| mutator.bytes(24 + 8 * number)).collect()
}

/// What the fuzzer's bytes mean.
#[derive(Debug, Arbitrary)]
struct Model {
    is_zip64: bool,
    comment: u8,
    entries: Vec<File>,
    lie: Option<Lie>,
    damage: Vec<(u16, u8)>,
}

#[derive(Debug, Arbitrary)]
struct File {
    folders: [u8; 2],
    is_folder: bool,
    is_deflated: bool,
    is_zip64: bool,
    descriptor: Option<Descriptor>,
    content: Content,
}

#[derive(Debug, Arbitrary)]
enum Content {
    Any(Vec<u8>),
    Run { byte: u8, length: u16 },
}

impl Content {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Any(bytes) => bytes.clone(),
            Self::Run { byte, length } => vec![*byte; usize::from(length % 5_000)],
        }
    }
}

/// Parts of good names.
const SEGMENTS: [&str; 8] = ["a", "B-c", "é", "色 2", "x.tokens.json", "🎨", "CONTENTS", "~"];

impl File {
    /// The name of the entry with that number, which no other has.
    fn name(&self, number: usize) -> String {
        let [first, last] = self.folders.map(|folder| SEGMENTS[usize::from(folder) % SEGMENTS.len()]);
        let end = if self.is_folder { "/" } else { "" };
        if self.folders[0] < 128 {
            format!("{number}{last}{end}")
        } else {
            format!("{number}{first}/{last}{end}")
        }
    }

    fn content(&self) -> Vec<u8> {
        if self.is_folder { Vec::new() } else { self.content.bytes() }
    }

    fn entry(&self, number: usize) -> Entry {
        let mut entry = Entry::new(self.name(number).as_bytes(), &self.content(), self.is_deflated);
        entry.descriptor = self.descriptor;
        entry.is_zip64 = self.is_zip64;
        entry
    }
}

impl Model {
    fn files(&self) -> impl Iterator<Item = (usize, &File)> {
        self.entries.iter().take(ENTRIES_MAX).enumerate()
    }

    fn archive(&self) -> Archive {
        let entries = self.files().map(|(number, file)| file.entry(number)).collect();
        let comment = vec![b'c'; usize::from(self.comment)];
        Archive { entries, is_zip64: self.is_zip64, comment, ..Archive::default() }
    }
}

/// One thing about an archive that is not so.
#[derive(Debug, Arbitrary)]
enum Lie {
    /// A field of one record has another value.
    Field {
        which: u16,
        value: u64,
    },
    /// An entry has a bad name, in both headers.
    Name {
        entry: u8,
        which: u8,
    },
    /// Two entries have names that are one on some system.
    Collision {
        entry: u8,
        other: u8,
        which: u8,
    },
    /// An entry is said to be something else than a file or a folder.
    Kind {
        entry: u8,
        which: u8,
    },
    /// Both headers set a flag of encryption, or one without meaning.
    Flags {
        entry: u8,
        bit: u8,
    },
    /// Both headers name another method.
    Method {
        entry: u8,
        method: u16,
    },
    /// Both headers have bad extra fields.
    Extra {
        entry: u8,
        which: u8,
    },
    /// The data is not what both headers say.
    Data {
        entry: u8,
        lie: DataLie,
    },
    /// Bytes that belong to nothing.
    Bytes {
        place: Place,
        entry: u8,
        bytes: [u8; 3],
        count: u8,
    },
    /// The directory does not list an entry, or lists it twice; or it is not there.
    Unlisted {
        entry: u8,
    },
    Twice {
        entry: u8,
    },
    Absent {
        entry: u8,
    },
}

#[derive(Debug, Arbitrary)]
enum DataLie {
    /// Bytes after the end of the deflate stream.
    Trailing(u8),
    /// The deflate stream misses its last bytes.
    Cut(u16),
    /// It has more content than announced; the checksum is that of what was announced.
    Longer(u16),
    /// It has less.
    Shorter(u8),
    Crc(u32),
    /// It never says that it ends.
    Endless,
    /// Some bytes are others.
    Other {
        at: u16,
        value: u8,
    },
}

#[derive(Debug, Clone, Copy, Arbitrary)]
enum Place {
    BeforeAll,
    AfterEntry,
    BeforeDirectory,
    AfterDirectory,
    BeforeEnd,
    AfterAll,
}

/// Names that no entry may have.
const BAD_NAMES: [&[u8]; 38] = [
    b"",
    b"/",
    b"..",
    b".",
    b"../x",
    b"a/../../x",
    b"a/./x",
    b"a//x",
    b"/etc/x",
    b"\\x",
    b"a\\..\\x",
    b"C:x",
    b"c:/x",
    b"x:y",
    b"a\0b",
    b"\x1b[31m",
    b"a\x7f",
    "a\u{85}".as_bytes(),
    b"\xff",
    b"\xc0\xae\xc0\xae/x",
    b"\xed\xa0\x80",
    b"con",
    b"a/NUL.txt",
    b"com1",
    b"LPT9.json",
    "COM\u{b9}".as_bytes(),
    b"CONIN$",
    b"aux .x",
    b"x.",
    b"x ",
    b"a./x",
    b"a?",
    b"<a>",
    b".hidden",
    b"a/.git/x",
    "\u{202e}x".as_bytes(),
    "a\u{200b}".as_bytes(),
    "\u{ff0e}\u{ff0e}\u{ff0f}x".as_bytes(),
];

/// Extra fields that no entry may have: cut off, encrypted, links, a second name, twice what may be there once.
const BAD_EXTRAS: [&[u8]; 9] = [
    b"\x00",
    b"\x55\x54\x05\x00\x00",
    b"\x17\x00\x00\x00",
    b"\x01\x99\x07\x00\x02\x00AE\x03\x00\x00",
    b"\x6e\x75\x00\x00",
    b"\x0d\x00\x00\x00",
    b"\x75\x70\x06\x00\x01\x00\x00\x00\x00x",
    b"\x75\x63\x00\x00\x75\x63\x00\x00",
    b"\x01\x00\x02\x00\x00\x00",
];

impl Lie {
    /// The archive with this lie in it; `None` if there is nothing to lie about.
    fn told(&self, honest: &Archive, written: Written) -> Option<Vec<u8>> {
        if let Self::Field { which, value } = self {
            return change_field(written, *which, *value);
        }
        let mut archive = Archive {
            entries: honest.entries.clone(),
            is_zip64: honest.is_zip64,
            comment: honest.comment.clone(),
            ..Archive::default()
        };
        self.apply(&mut archive)?;
        Some(archive.write().bytes)
    }

    fn apply(&self, archive: &mut Archive) -> Option<()> {
        match self {
            Self::Field { .. } => return None,
            Self::Name { entry, which } => {
                let entry = pick(&mut archive.entries, *entry)?;
                let bad = BAD_NAMES[usize::from(*which) % BAD_NAMES.len()];
                // What is wrong must be the name alone.
                *entry = Entry { gap: Vec::new(), ..Entry::new(bad, b"x", false) };
            }
            Self::Collision { entry, other, which } => collide(&mut archive.entries, *entry, *other, *which)?,
            Self::Kind { entry, which } => {
                let entry = pick(&mut archive.entries, *entry)?;
                let is_folder = entry.name.ends_with(b"/");
                let wrong = if is_folder { 0o100_000 } else { 0o040_000 };
                let kinds =
                    [0o010_000, 0o020_000, 0o060_000, 0o120_000, 0o140_000, 0o150_000, 0o170_000, wrong];
                let kind = kinds.get(usize::from(*which) % (kinds.len() + 1));
                match kind {
                    Some(kind) => entry.attributes = (kind | 0o644) << 16,
                    None if is_folder => return None,
                    None => entry.attributes |= 0x10,
                }
            }
            Self::Flags { entry, bit } => {
                let flag = 1 << (bit % 16);
                (flag & 0x080e == 0).then_some(())?;
                pick(&mut archive.entries, *entry)?.flags |= flag;
            }
            Self::Method { entry, method } => {
                let entry = pick(&mut archive.entries, *entry)?;
                (entry.method != *method).then_some(())?;
                entry.method = *method;
            }
            Self::Extra { entry, which } => {
                let which = usize::from(*which) % BAD_EXTRAS.len();
                pick(&mut archive.entries, *entry)?.extra = BAD_EXTRAS[which].to_vec();
            }
            Self::Data { entry, lie } => lie.apply(pick(&mut archive.entries, *entry)?)?,
            Self::Bytes { place, entry, bytes, count } => {
                // At most three: the fourth could make one form of a descriptor another one.
                let bytes = bytes[..=usize::from(count % 3)].to_vec();
                *place.of(archive, *entry)? = bytes;
            }
            Self::Unlisted { entry } => pick(&mut archive.entries, *entry)?.listed = 0,
            Self::Twice { entry } => {
                let entry = pick(&mut archive.entries, *entry)?;
                entry.listed = 2;
            }
            Self::Absent { entry } => pick(&mut archive.entries, *entry)?.is_present = false,
        }
        Some(())
    }
}

impl Place {
    fn of(self, archive: &mut Archive, entry: u8) -> Option<&mut Vec<u8>> {
        Some(match self {
            Self::BeforeAll => &mut archive.before_all,
            Self::AfterEntry => &mut pick(&mut archive.entries, entry)?.gap,
            Self::BeforeDirectory => &mut archive.before_directory,
            Self::AfterDirectory => &mut archive.after_directory,
            Self::BeforeEnd => &mut archive.before_end,
            Self::AfterAll => &mut archive.after_all,
        })
    }
}

impl DataLie {
    fn apply(&self, entry: &mut Entry) -> Option<()> {
        let is_deflated = entry.method == 8;
        let content = content_of(entry);
        match self {
            Self::Trailing(byte) => {
                is_deflated.then(|| entry.raw.push(*byte))?;
            }
            Self::Cut(count) => {
                is_deflated.then_some(())?;
                let left = entry.raw.len().saturating_sub(1 + usize::from(*count));
                entry.raw.truncate(left);
            }
            Self::Longer(count) => {
                let size = content.len().checked_sub(1 + usize::from(*count))?;
                (entry.size, entry.crc) = (size as u64, lying::crc(&content[..size]));
            }
            Self::Shorter(count) => {
                let more = [content, vec![0; 1 + usize::from(*count)]].concat();
                (entry.size, entry.crc) = (more.len() as u64, lying::crc(&more));
            }
            Self::Crc(crc) => {
                (entry.crc != *crc).then_some(())?;
                entry.crc = *crc;
            }
            Self::Endless => {
                is_deflated.then_some(())?;
                // A stored block that is not the last one (RFC 1951, 3.2.4).
                let length = u16::try_from(content.len()).ok()?;
                entry.raw = [&[0], &length.to_le_bytes()[..], &(!length).to_le_bytes(), &content].concat();
            }
            Self::Other { at, value } => {
                // A stored file has no byte that could be another one; deflate streams have bits that mean nothing.
                (!is_deflated).then_some(())?;
                let place = entry.raw.len().checked_sub(1)?.min(usize::from(*at));
                (entry.raw[place] != *value).then_some(())?;
                entry.raw[place] = *value;
            }
        }
        Some(())
    }
}

fn change_field(mut written: Written, which: u16, value: u64) -> Option<Vec<u8>> {
    let field = &written.fields[usize::from(which) % written.fields.len()];
    let Field { at, bytes, also, ignored, .. } = *field;
    let all = u64::MAX >> (64 - 8 * bytes);
    let place = &mut written.bytes[at..at + bytes];
    let old = place.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let new = value & all & !ignored | old & ignored;
    (new != old && Some(new) != also).then_some(())?;
    place.copy_from_slice(&new.to_le_bytes()[..bytes]);
    Some(written.bytes)
}

/// Gives one entry a name that is another one's on a system that folds case or Unicode, or that makes a folder of a
/// file.
fn collide(entries: &mut [Entry], entry: u8, other: u8, which: u8) -> Option<()> {
    let other = pick(entries, other)?.name.clone();
    let other = String::from_utf8(other).ok()?;
    let plain = other.trim_end_matches('/');
    let is_folder = plain.len() < other.len();
    let name = match which % 6 {
        0 => plain.to_owned(),
        1 => plain.to_uppercase(),
        2 => plain.to_lowercase(),
        3 => plain.replace('é', "e\u{301}"),
        4 if !is_folder => format!("{plain}/below"),
        5 => {
            let (folder, _) = plain.split_once('/')?;
            let respelled = folder.to_uppercase();
            // In the same spelling of a folder it is only another file.
            (respelled != folder).then(|| format!("{respelled}/new"))?
        }
        _ => return None,
    };
    let index = usize::from(entry) % entries.len();
    let is_other = entries[index].name != other.as_bytes();
    entries[index] = Entry::new(name.as_bytes(), b"", false);
    is_other.then_some(())
}

fn pick(entries: &mut [Entry], number: u8) -> Option<&mut Entry> {
    let index = usize::from(number).checked_rem(entries.len())?;
    entries.get_mut(index)
}

fn content_of(entry: &Entry) -> Vec<u8> {
    if entry.method == 0 {
        return entry.raw.clone();
    }
    let mut content = Vec::new();
    DeflateDecoder::new(entry.raw.as_slice()).read_to_end(&mut content).expect("our own stream");
    content
}

/// Whether a number in the directory, a checksum for one, happens to be a record's signature: such an archive is
/// refused, for programs that search for records would find one there.
fn is_misleading(written: &Written) -> bool {
    let fields = written.fields.iter().filter(|field| field.name.ends_with("signature"));
    let records: Vec<usize> = fields
        .skip_while(|field| field.name.starts_with("local") || field.name.starts_with("descriptor"))
        .map(|field| field.at)
        .collect();
    let start = records.first().copied().unwrap_or_default();
    let is_signature = |at: &usize| {
        let bytes = &written.bytes[*at..];
        bytes.starts_with(b"PK") && bytes.iter().skip(2).take(2).all(|byte| *byte < 9)
    };
    (start..written.bytes.len()).filter(is_signature).any(|at| !records.contains(&at))
}

/// Contents are anybody's: those that look like archives are no lie.
fn options() -> OpenOptions {
    let policy = Policy::strict().with_nested_archives(Stance::Allow).with_stored_descriptors(Stance::Allow);
    OpenOptions::strict().with_policy(policy)
}

fn check_honest(honest: &Archive, model: &Model, bytes: &[u8]) {
    let archive = OpenedArchive::open_verified(bytes, &options())
        .unwrap_or_else(|error| panic!("refused: {error}\n{honest:#?}"));
    let entries: Vec<_> = archive.entries().collect();
    assert_eq!(entries.len(), honest.entries.len());
    for ((number, file), entry) in model.files().zip(entries) {
        let mut content = Vec::new();
        archive.reader(entry).expect("our own entry").read_to_end(&mut content).expect("honest data");
        assert_eq!((entry.name(), content), (file.name(number).as_str(), file.content()));
    }
    differential(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stored file, a deflated one in a folder, a folder, and a file whose sizes come after it.
    fn model(is_zip64: bool) -> Model {
        let file = |number: u8, content: &[u8]| File {
            folders: [if number == 1 { 200 } else { 0 }, number],
            is_folder: number == 2,
            is_deflated: number == 1,
            is_zip64,
            descriptor: (number == 3).then_some(Descriptor { is_signed: true, is_long: is_zip64 }),
            content: Content::Any(content.to_vec()),
        };
        let entries = vec![file(0, b"zero"), file(1, &[b'x'; 300]), file(2, b""), file(3, b"three")];
        Model { is_zip64, comment: 3, entries, lie: None, damage: Vec::new() }
    }

    fn lies() -> Vec<Lie> {
        let mut lies = Vec::new();
        for which in 0..400 {
            for value in [0, 1, 0x10, 0xff, 0x0101, 0x4b50, 0xffff_fffe, u64::MAX / 3, u64::MAX] {
                lies.push(Lie::Field { which, value });
            }
        }
        for entry in 0..4 {
            lies.extend((0..38).map(|which| Lie::Name { entry, which }));
            lies.extend((0..24).map(|which| Lie::Collision { entry, other: which / 6, which: which % 6 }));
            lies.extend((0..9).map(|which| Lie::Kind { entry, which }));
            lies.extend((0..16).map(|bit| Lie::Flags { entry, bit }));
            lies.extend([0, 1, 6, 8, 9, 12, 14, 93, 95, 99].map(|method| Lie::Method { entry, method }));
            lies.extend((0..9).map(|which| Lie::Extra { entry, which }));
            for count in 0..3 {
                let places =
                    [Place::BeforeAll, Place::BeforeDirectory, Place::AfterDirectory, Place::BeforeEnd];
                for place in places.into_iter().chain([Place::AfterEntry, Place::AfterAll]) {
                    lies.push(Lie::Bytes { place, entry, bytes: *b"\0PK", count });
                }
                let data = [
                    DataLie::Trailing(count),
                    DataLie::Cut(count.into()),
                    DataLie::Longer(count.into()),
                    DataLie::Shorter(count),
                    DataLie::Crc(count.into()),
                    DataLie::Endless,
                    DataLie::Other { at: count.into(), value: 7 },
                ];
                lies.extend(data.map(|lie| Lie::Data { entry, lie }));
            }
            lies.extend([Lie::Unlisted { entry }, Lie::Twice { entry }, Lie::Absent { entry }]);
        }
        lies
    }

    #[test]
    fn every_lie_is_told_and_refused() {
        let mut told = 0;
        for is_zip64 in [false, true] {
            let model = model(is_zip64);
            let honest = model.archive();
            check_honest(&honest, &model, &honest.write().bytes);
            for lie in lies() {
                let Some(bytes) = lie.told(&honest, honest.write()) else { continue };
                told += 1;
                let opened = OpenedArchive::open_verified(bytes.as_slice(), &options());
                assert!(opened.is_err(), "zip64 {is_zip64}: {lie:?} was believed");
            }
        }
        assert!(told > 7_000, "only {told} lies were told");
    }
}
