//! Stage A: where the archive ends, where its directory lies, and that nothing else is around it.

use memchr::memmem;

use crate::bytes::{Fields, find_signature};
use crate::error::{OpenError, Refusal};
use crate::limits::Limits;
use crate::rule::Rule;
use crate::source::{ReadAt, read_exact_at};

/// Length of an end of central directory record without its comment (APPNOTE 4.3.16).
const END_BYTES: u64 = 22;
/// The longest end record: the comment length has 16 bits.
const END_BYTES_MAX: u64 = 22 + 0xFFFF;
/// Length of a zip64 end of central directory locator (APPNOTE 4.3.15).
const LOCATOR_BYTES: u64 = 20;
/// Length of a zip64 end of central directory record without its extensible sector (APPNOTE 4.3.14).
const END64_BYTES: u64 = 56;
/// What such a record says its own length is: all of it but the first 12 bytes.
const END64_SIZE_FIELD: u64 = 44;
/// Length of a central directory header without its variable fields (APPNOTE 4.3.12).
pub(crate) const CENTRAL_BYTES: u64 = 46;

/// The proven frame of an archive.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) archive_bytes: u64,
    pub(crate) entries: u64,
    pub(crate) directory_offset: u64,
    /// Where the directory ends and the (zip64) end record starts.
    pub(crate) directory_end: u64,
    pub(crate) comment_bytes: u16,
    pub(crate) is_zip64: bool,
}

/// The end of central directory record, APPNOTE 4.3.16.
#[derive(Debug, Default)]
struct End {
    offset: u64,
    disk: u16,
    directory_disk: u16,
    entries_on_disk: u16,
    entries: u16,
    directory_bytes: u32,
    directory_offset: u32,
    comment_bytes: u16,
}

impl End {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        fields.array::<4>()?;
        Some(Self {
            offset: 0,
            disk: fields.u16()?,
            directory_disk: fields.u16()?,
            entries_on_disk: fields.u16()?,
            entries: fields.u16()?,
            directory_bytes: fields.u32()?,
            directory_offset: fields.u32()?,
            comment_bytes: fields.u16()?,
        })
    }

    fn has_sentinel(&self) -> bool {
        [self.entries_on_disk, self.entries].contains(&u16::MAX)
            || [self.directory_bytes, self.directory_offset].contains(&u32::MAX)
    }
}

/// The zip64 end of central directory record without an extensible sector, APPNOTE 4.3.14.
struct End64 {
    size: u64,
    disk: u32,
    directory_disk: u32,
    entries_on_disk: u64,
    entries: u64,
    directory_bytes: u64,
    directory_offset: u64,
}

impl End64 {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let mut fields = Fields(bytes);
        fields.array().filter(|signature| signature == b"PK\x06\x06")?;
        let size = fields.u64()?;
        // Version made by, version needed: they say nothing about where things are.
        fields.array::<4>()?;
        Some(Self {
            size,
            disk: fields.u32()?,
            directory_disk: fields.u32()?,
            entries_on_disk: fields.u64()?,
            entries: fields.u64()?,
            directory_bytes: fields.u64()?,
            directory_offset: fields.u64()?,
        })
    }
}

/// Count, size and offset of the directory, from whichever end record holds them.
struct Place {
    entries: u64,
    directory_bytes: u64,
    directory_offset: u64,
    /// Where the first of the end records starts.
    end: u64,
}

pub(crate) fn scan<S: ReadAt>(source: &S, limits: &Limits) -> Result<Frame, OpenError> {
    let archive_bytes = source.len()?;
    if archive_bytes > limits.archive_bytes {
        let expected = format_args!("at most {}", limits.archive_bytes);
        return Err(
            Refusal::new(Rule::ArchiveTooLarge, format_args!("{archive_bytes} bytes"), expected).into()
        );
    }
    let end = find_end(source, archive_bytes)?;
    if u64::from(end.comment_bytes) > limits.comment_bytes {
        let expected = format_args!("at most {}", limits.comment_bytes);
        let found = format_args!("{} bytes", end.comment_bytes);
        return Err(Refusal::new(Rule::CommentTooLong, found, expected).into());
    }
    let locator = read_locator(source, &end)?;
    let place = match &locator {
        Some(locator) => read_end64(source, &end, locator)?,
        None if end.has_sentinel() => {
            return Err(
                Refusal::new(Rule::Zip64Mismatch, "no zip64 locator", "one before the end record").into()
            );
        }
        None => Place {
            entries: end.entries.into(),
            directory_bytes: end.directory_bytes.into(),
            directory_offset: end.directory_offset.into(),
            end: end.offset,
        },
    };
    // All ones mean that the zip64 end record holds the value; its own disks were checked with it. Where it is there
    // although nothing else asks for it, readers who do not look for it see disk 65535.
    let is_deferred = locator.is_some() && end.has_sentinel();
    let is_first = |disk: u16| disk == 0 || (disk == u16::MAX && is_deferred);
    if !is_first(end.disk) || !is_first(end.directory_disk) {
        let found = format_args!("disk {} and directory disk {}", end.disk, end.directory_disk);
        return Err(Refusal::new(Rule::MultiDisk, found, "disk 0").into());
    }
    if end.entries_on_disk != end.entries {
        let found = format_args!("{} on this disk, {} in all", end.entries_on_disk, end.entries);
        return Err(Refusal::new(Rule::CountMismatch, found, "equal counts").into());
    }
    check_place(&place, limits)?;
    Ok(Frame {
        archive_bytes,
        entries: place.entries,
        directory_offset: place.directory_offset,
        directory_end: place.end,
        comment_bytes: end.comment_bytes,
        is_zip64: locator.is_some(),
    })
}

/// A2: exactly one end record reaches the end of the file, and no other signature follows it.
fn find_end<S: ReadAt>(source: &S, archive_bytes: u64) -> Result<End, OpenError> {
    let refuse = |rule, found: &str| Err(Refusal::new(rule, found, "one end record at the very end").into());
    if archive_bytes < END_BYTES {
        return refuse(Rule::NotAZip, "too few bytes");
    }
    let tail_bytes = archive_bytes.min(END_BYTES_MAX);
    let tail_offset = archive_bytes.saturating_sub(tail_bytes);
    let mut tail = vec![0; usize::try_from(tail_bytes).unwrap_or_default()];
    read_exact_at(source, &mut tail, tail_offset)?;
    let mut found: Option<(usize, End)> = None;
    let mut last = 0;
    for at in memmem::find_iter(&tail, b"PK\x05\x06") {
        last = at;
        let record = tail.get(at..).unwrap_or_default();
        let Some(end) = End::parse(record) else { continue };
        if u64::try_from(record.len()).ok() != END_BYTES.checked_add(end.comment_bytes.into()) {
            continue;
        }
        if found.replace((at, end)).is_some() {
            return refuse(Rule::AmbiguousEnd, "two end records that reach the end");
        }
    }
    let Some((at, mut end)) = found else {
        return refuse(Rule::NotAZip, "no end record that reaches the end");
    };
    let inside = tail.get(at..).and_then(|record| record.get(4..)).unwrap_or_default();
    if last != at || find_signature(inside, false).is_some() {
        return refuse(Rule::AmbiguousEnd, "a zip signature inside the end record or its comment");
    }
    end.offset = u64::try_from(at).ok().and_then(|at| tail_offset.checked_add(at)).unwrap_or(u64::MAX);
    Ok(end)
}

/// The zip64 end of central directory locator, APPNOTE 4.3.15.
struct Locator {
    offset: u64,
    end64_disk: u32,
    end64_offset: u64,
    disks: u32,
}

fn read_locator<S: ReadAt>(source: &S, end: &End) -> Result<Option<Locator>, OpenError> {
    let Some(offset) = end.offset.checked_sub(LOCATOR_BYTES) else { return Ok(None) };
    let mut bytes = [0; 20];
    read_exact_at(source, &mut bytes, offset)?;
    let mut fields = Fields(&bytes);
    if fields.array() != Some(*b"PK\x06\x07") {
        return Ok(None);
    }
    let mut parse = || {
        Some(Locator { offset, end64_disk: fields.u32()?, end64_offset: fields.u64()?, disks: fields.u32()? })
    };
    Ok(parse())
}

/// A3b and A4: the zip64 end record (APPNOTE 4.3.14) lies exactly before its locator and agrees with the end
/// record.
fn read_end64<S: ReadAt>(source: &S, end: &End, locator: &Locator) -> Result<Place, OpenError> {
    if (locator.end64_disk, locator.disks) != (0, 1) {
        let found = format_args!("disk {} of {}", locator.end64_disk, locator.disks);
        return Err(Refusal::new(Rule::LocatorDisks, found, "disk 0 of 1").into());
    }
    let refuse = |found: &dyn std::fmt::Display, expected: &dyn std::fmt::Display| {
        Err(Refusal::new(Rule::Zip64Mismatch, found, expected).into())
    };
    let offset = locator.end64_offset;
    let expected = locator.offset.checked_sub(END64_BYTES);
    if expected != Some(offset) {
        return refuse(
            &format_args!("a locator that points to {offset}"),
            &"the 56 bytes before the locator",
        );
    }
    let mut bytes = [0; 56];
    read_exact_at(source, &mut bytes, offset)?;
    let Some(end64) = End64::parse(&bytes) else {
        return refuse(&"no zip64 end record before the locator", &"one");
    };
    if end64.size != END64_SIZE_FIELD {
        return refuse(&format_args!("a zip64 end record that says it has {} bytes", end64.size), &"44");
    }
    if [end64.disk, end64.directory_disk] != [0, 0] {
        let found = format_args!("disk {} and directory disk {}", end64.disk, end64.directory_disk);
        return Err(Refusal::new(Rule::MultiDisk, found, "disk 0").into());
    }
    let End64 { entries_on_disk, entries, directory_bytes, directory_offset, .. } = end64;
    let agree = |short: u64, sentinel: u64, long: u64| short == sentinel || short == long;
    if !agree(end.entries.into(), u16::MAX.into(), entries)
        || !agree(end.entries_on_disk.into(), u16::MAX.into(), entries_on_disk)
        || !agree(end.directory_bytes.into(), u32::MAX.into(), directory_bytes)
        || !agree(end.directory_offset.into(), u32::MAX.into(), directory_offset)
    {
        return refuse(
            &"an end record with other values",
            &"the values of the zip64 end record, or all ones",
        );
    }
    if entries_on_disk != entries {
        let found = format_args!("{entries_on_disk} on this disk, {entries} in all");
        return Err(Refusal::new(Rule::CountMismatch, found, "equal counts").into());
    }
    Ok(Place { entries, directory_bytes, directory_offset, end: offset })
}

/// A5 and A6.
fn check_place(place: &Place, limits: &Limits) -> Result<(), Refusal> {
    let &Place { entries, directory_bytes, directory_offset, end } = place;
    if entries > limits.entries {
        let expected = format_args!("at most {}", limits.entries);
        return Err(Refusal::new(Rule::TooManyEntries, format_args!("{entries} entries"), expected));
    }
    if entries.checked_mul(CENTRAL_BYTES).is_none_or(|least| least > directory_bytes) {
        let found = format_args!("{entries} entries in {directory_bytes} bytes");
        return Err(Refusal::new(Rule::ImpossibleCount, found, "at least 46 bytes for each"));
    }
    if directory_offset.checked_add(directory_bytes) != Some(end) {
        let found = format_args!("{directory_bytes} bytes at {directory_offset}");
        return Err(Refusal::new(
            Rule::DirectoryMisplaced,
            found,
            format_args!("a directory that ends at {end}"),
        ));
    }
    Ok(())
}
