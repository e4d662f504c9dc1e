//! Stage C: every local header (APPNOTE 4.3.7) repeats its central one, and entries tile the file without a gap.

use crate::bytes::{Fields, Window, find_signature};
use crate::entry::{EntryInfo, Method};
use crate::error::{OpenError, Refusal};
use crate::policy::Policy;
use crate::rule::Rule;
use crate::scan::central::check_version;
use crate::scan::extra;
use crate::scan::framing::Frame;
use crate::source::ReadAt;

/// Length of a local header without its name and extra fields.
const LOCAL_BYTES: u64 = 30;
/// Bit 3: sizes and CRC follow the data (APPNOTE 4.4.4).
const FLAG_DESCRIPTOR: u16 = 0x0008;
/// Bit 11: name and comment are UTF-8.
const FLAG_UTF8: u16 = 0x0800;
/// Bits 1 and 2 describe the compressor's effort; honest writers disagree with themselves about them.
const FLAGS_EFFORT: u16 = 0x0006;
/// Bytes that are read at once around a header.
const WINDOW_BYTES: usize = 1024;
/// Bytes of stored data that are searched at once.
const SEARCH_BYTES: usize = 64 * 1024;

/// A local file header.
struct Local<'a> {
    version_needed: u16,
    flags: u16,
    method: u16,
    modified: u32,
    crc32: u32,
    compressed_size: u32,
    size: u32,
    name: &'a [u8],
    extra: &'a [u8],
}

impl<'a> Local<'a> {
    fn parse(record: &'a [u8]) -> Option<Self> {
        let mut fields = Fields(record);
        fields.bytes(4)?;
        let (version_needed, flags, method, modified) =
            (fields.u16()?, fields.u16()?, fields.u16()?, fields.u32()?);
        let (crc32, compressed_size, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        let (name_bytes, extra_bytes) = (fields.u16()?, fields.u16()?);
        let (name, extra) = (fields.bytes(name_bytes.into())?, fields.bytes(extra_bytes.into())?);
        Some(Self { version_needed, flags, method, modified, crc32, compressed_size, size, name, extra })
    }
}

/// Sorts the entries by offset, checks each local header and sets each entry's data offset.
pub(crate) fn scan<S: ReadAt>(
    source: &S,
    frame: &Frame,
    entries: &mut [EntryInfo],
    policy: &Policy,
) -> Result<(), OpenError> {
    entries.sort_unstable_by_key(|entry| (entry.header_offset, entry.index));
    let directory = frame.directory_offset;
    let first = entries.first().map_or(directory, |entry| entry.header_offset.min(directory));
    if first != 0 {
        let found = format_args!("{first} bytes before the first entry");
        return Err(Refusal::new(Rule::OverlapOrGap, found, "none").into());
    }
    let mut window = Window::new(source, directory, WINDOW_BYTES);
    let ends: Vec<u64> = entries.iter().skip(1).map(|entry| entry.header_offset.min(directory)).collect();
    for (entry, end) in entries.iter_mut().zip(ends.into_iter().chain([directory])) {
        check_entry(source, &mut window, entry, end, policy).map_err(|error| match error {
            OpenError::Refused(refusal) => refusal.in_entry(entry.index, entry.name.as_bytes()).into(),
            io @ OpenError::Io(_) => io,
        })?;
    }
    Ok(())
}

fn check_entry<S: ReadAt>(
    source: &S,
    window: &mut Window<'_, S>,
    entry: &mut EntryInfo,
    end: u64,
    policy: &Policy,
) -> Result<(), OpenError> {
    let bad = |found: &str| {
        OpenError::from(Refusal::new(
            Rule::BadLocalHeader,
            found,
            format_args!("a header at {}", entry.header_offset),
        ))
    };
    let fixed = window.get(entry.header_offset, 30)?.ok_or_else(|| bad("the start of the directory"))?;
    if !fixed.starts_with(b"PK\x03\x04") {
        return Err(bad("another signature"));
    }
    let mut lengths = Fields(fixed.get(26..).unwrap_or_default());
    let variable = [lengths.u16(), lengths.u16()].into_iter().flatten().map(u64::from).sum::<u64>();
    let header_bytes = LOCAL_BYTES.saturating_add(variable);
    let record = window.get(entry.header_offset, usize::try_from(header_bytes).unwrap_or(usize::MAX))?;
    let record = record.ok_or_else(|| bad("a header that runs into the directory"))?;
    let local = Local::parse(record).ok_or_else(|| bad("a header that is cut off"))?;
    check_header(&local, entry, policy)?;
    entry.data_offset = entry.header_offset.saturating_add(header_bytes);
    let data_end = entry.data_offset.saturating_add(entry.compressed_size);
    let has_descriptor = entry.flags & FLAG_DESCRIPTOR != 0;
    let Some(gap) = end.checked_sub(data_end) else {
        let found = format_args!("data that ends at {data_end}");
        return Err(Refusal::new(Rule::OverlapOrGap, found, format_args!("at most {end}")).into());
    };
    if has_descriptor {
        check_descriptor(window, entry, data_end, gap)?;
        if entry.method == Method::Stored && policy.stored_descriptors.refuses() {
            check_stored_descriptor(source, entry, data_end)?;
        }
    } else if gap != 0 {
        return Err(
            Refusal::new(Rule::OverlapOrGap, format_args!("{gap} bytes after the data"), "none").into()
        );
    }
    Ok(())
}

/// C3, P-lc, P-need, and rules B on the local extra fields.
fn check_header(local: &Local<'_>, entry: &EntryInfo, policy: &Policy) -> Result<(), Refusal> {
    let differs = |found: &dyn std::fmt::Display, expected: &dyn std::fmt::Display| {
        Err(Refusal::new(Rule::HeaderMismatch, format_args!("{found} in the local header"), expected))
    };
    if local.name != entry.name.as_bytes() {
        return differs(&format_args!("name \"{}\"", crate::error::shown(local.name)), &"the same name");
    }
    if local.method != entry.method.number() {
        return differs(&format_args!("method {}", local.method), &entry.method.number());
    }
    let flags_differ = local.flags ^ entry.flags;
    if flags_differ & !(FLAGS_EFFORT | FLAG_UTF8) != 0 {
        let expected = format_args!("0x{:04x}", entry.flags);
        return differs(&format_args!("flags 0x{:04x}", local.flags), &expected);
    }
    let zip64 = extra::check(local.extra, local.name, policy)?;
    let [size, compressed_size] = extra::resolve([local.size, local.compressed_size], zip64, false)?;
    let has_descriptor = entry.flags & FLAG_DESCRIPTOR != 0;
    let agrees = |found: u64, expected: u64| found == expected || (has_descriptor && found == 0);
    for (what, found, expected) in [
        ("crc", local.crc32.into(), entry.crc32.into()),
        ("compressed size", compressed_size, entry.compressed_size),
        ("size", size, entry.size),
    ] {
        if !agrees(found, expected) {
            return differs(&format_args!("{what} {found}"), &expected);
        }
    }
    if policy.header_details.refuses() && (flags_differ & FLAG_UTF8 != 0 || local.modified != entry.modified)
    {
        let found = format_args!("flags 0x{:04x} and time 0x{:08x}", local.flags, local.modified);
        let expected = format_args!("0x{:04x} and 0x{:08x}", entry.flags, entry.modified);
        return Err(Refusal::new(Rule::HeaderDetail, found, expected));
    }
    check_version(local.version_needed, policy)
}

/// C4: all bytes up to the next record are one descriptor (APPNOTE 4.3.9) in one of its four forms, with the central
/// values.
fn check_descriptor<S: ReadAt>(
    window: &mut Window<'_, S>,
    entry: &EntryInfo,
    offset: u64,
    bytes: u64,
) -> Result<(), OpenError> {
    let refuse = |found: &dyn std::fmt::Display| {
        Err(Refusal::new(Rule::DescriptorMismatch, found, "one data descriptor with the central values")
            .into())
    };
    let (is_long, is_signed) = match bytes {
        12 => (false, false),
        16 => (false, true),
        20 => (true, false),
        24 => (true, true),
        _ => return refuse(&format_args!("{bytes} bytes after the data")),
    };
    let record = window.get(offset, usize::try_from(bytes).unwrap_or(usize::MAX))?.unwrap_or_default();
    let mut fields = Fields(record);
    if is_signed && fields.array() != Some(*b"PK\x07\x08") {
        return refuse(&"no descriptor signature");
    }
    let crc32 = fields.u32();
    let mut next = || if is_long { fields.u64() } else { fields.u32().map(u64::from) };
    let (compressed_size, size) = (next(), next());
    if (crc32, compressed_size, size) != (Some(entry.crc32), Some(entry.compressed_size), Some(entry.size)) {
        return refuse(&format_args!("crc {crc32:08x?}, sizes {compressed_size:?} and {size:?}"));
    }
    Ok(())
}

/// P-storeddd: readers that stream must guess where stored data ends; signatures in it can mislead them.
fn check_stored_descriptor<S: ReadAt>(source: &S, entry: &EntryInfo, end: u64) -> Result<(), OpenError> {
    let mut window = Window::new(source, end, SEARCH_BYTES);
    let mut offset = entry.data_offset;
    while offset < end {
        let left = usize::try_from(end.saturating_sub(offset)).unwrap_or(usize::MAX);
        let chunk = window.get(offset, left.min(SEARCH_BYTES))?.unwrap_or_default();
        if let Some(at) = find_signature(chunk, true) {
            let found = format_args!("a zip signature at {at} bytes after {offset}");
            return Err(Refusal::new(Rule::StoredDescriptor, found, "none in the data").into());
        }
        // The last three bytes may start a signature that the next chunk ends.
        let step = if left <= SEARCH_BYTES { left } else { SEARCH_BYTES.saturating_sub(3) };
        offset = offset.saturating_add(u64::try_from(step).unwrap_or(u64::MAX));
    }
    Ok(())
}
