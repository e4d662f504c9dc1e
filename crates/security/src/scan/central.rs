//! Stages B and N: every record of the central directory (APPNOTE 4.3.12), one at a time through a small window.

use crate::bytes::{Fields, Window, find_signature};
use crate::entry::{EntryInfo, Method};
use crate::error::{OpenError, Refusal};
use crate::limits::Limits;
use crate::name_rules;
use crate::policy::{OpenOptions, Policy};
use crate::rule::Rule;
use crate::scan::extra;
use crate::scan::framing::{CENTRAL_BYTES, Frame};
use crate::source::ReadAt;

/// Bits that an entry may set: 1 and 2 (deflate level), 3 (data descriptor), 11 (UTF-8); APPNOTE 4.4.4.
const FLAGS_ALLOWED: u16 = 0x080E;
/// Bits that mean encryption: 0, 6 (strong) and 13 (masked headers).
const FLAGS_ENCRYPTION: u16 = 0x2041;
/// The newest version of the format that this crate knows all about: 6.3.
const VERSION_KNOWN: u16 = 63;
/// Bytes of directory that are held at once; a longer record is held alone.
const WINDOW_BYTES: usize = 64 * 1024;

/// The records, and how near they came to the limits.
pub(crate) struct Directory {
    pub(crate) entries: Vec<EntryInfo>,
    pub(crate) peaks: Peaks,
}

/// The largest value of each limited quantity.
#[derive(Debug, Default)]
pub(crate) struct Peaks {
    pub(crate) entry_bytes: u64,
    pub(crate) total_bytes: u64,
    pub(crate) compressed_bytes: u64,
    pub(crate) ratio: u64,
    pub(crate) name_bytes: u64,
    pub(crate) segment_bytes: u64,
    pub(crate) depth: u64,
}

/// A central directory header.
pub(crate) struct Central<'a> {
    pub(crate) version_needed: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) modified: u32,
    pub(crate) crc32: u32,
    pub(crate) compressed_size: u32,
    pub(crate) size: u32,
    pub(crate) disk: u16,
    pub(crate) external_attributes: u32,
    pub(crate) header_offset: u32,
    pub(crate) name: &'a [u8],
    pub(crate) extra: &'a [u8],
}

/// Lengths of name, extra fields and comment, from the fixed part of a header.
fn variable_bytes(fixed: &[u8]) -> Option<[u16; 3]> {
    let mut fields = Fields(fixed);
    fields.bytes(28)?;
    Some([fields.u16()?, fields.u16()?, fields.u16()?])
}

impl<'a> Central<'a> {
    fn parse(record: &'a [u8]) -> Option<Self> {
        let [name_bytes, extra_bytes, _] = variable_bytes(record)?;
        let mut fields = Fields(record);
        fields.bytes(6)?;
        let (version_needed, flags, method, modified) =
            (fields.u16()?, fields.u16()?, fields.u16()?, fields.u32()?);
        let (crc32, compressed_size, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
        fields.bytes(6)?;
        let disk = fields.u16()?;
        fields.u16()?;
        let (external_attributes, header_offset) = (fields.u32()?, fields.u32()?);
        let (name, extra) = (fields.bytes(name_bytes.into())?, fields.bytes(extra_bytes.into())?);
        Some(Self {
            version_needed,
            flags,
            method,
            modified,
            crc32,
            compressed_size,
            size,
            disk,
            external_attributes,
            header_offset,
            name,
            extra,
        })
    }
}

pub(crate) fn scan<S: ReadAt>(
    source: &S,
    frame: &Frame,
    options: &OpenOptions,
) -> Result<Directory, OpenError> {
    let count = usize::try_from(frame.entries).unwrap_or(usize::MAX);
    let mut entries = Vec::new();
    entries.try_reserve_exact(count).map_err(std::io::Error::other)?;
    let mut peaks = Peaks::default();
    let mut window = Window::new(source, frame.directory_end, WINDOW_BYTES);
    let mut offset = frame.directory_offset;
    for index in 0..count {
        let corrupt = |found: &str| {
            let expected = format_args!("record {index} of {count} at {offset}");
            OpenError::from(Refusal::new(Rule::DirectoryCorrupt, found, expected))
        };
        let fixed = window.get(offset, 46)?.ok_or_else(|| corrupt("the end of the directory"))?;
        if !fixed.starts_with(b"PK\x01\x02") {
            return Err(corrupt("another signature"));
        }
        let variable = variable_bytes(fixed).unwrap_or_default().into_iter().map(u64::from).sum::<u64>();
        let bytes = CENTRAL_BYTES.saturating_add(variable);
        let record = window.get(offset, usize::try_from(bytes).unwrap_or(usize::MAX))?;
        let record = record.ok_or_else(|| corrupt("a record that runs past the end of the directory"))?;
        let central = Central::parse(record).ok_or_else(|| corrupt("a record that is cut off"))?;
        if record.get(1..).and_then(|rest| find_signature(rest, false)).is_some() {
            let refusal = Refusal::new(Rule::HiddenRecords, "a zip signature inside a record", "none");
            return Err(refusal.in_entry(index, central.name).into());
        }
        let entry = check_entry(&central, index, options, &mut peaks);
        entries.push(entry.map_err(|refusal| refusal.in_entry(index, central.name))?);
        offset = offset.saturating_add(bytes);
    }
    if offset != frame.directory_end {
        let is_record = window.get(offset, 4)?.is_some_and(|next| find_signature(next, false).is_some());
        let rule = if is_record { Rule::HiddenRecords } else { Rule::DirectoryCorrupt };
        let found = format_args!("{count} records that end at {offset}");
        let expected = format_args!("the directory's end, {}", frame.directory_end);
        return Err(Refusal::new(rule, found, expected).into());
    }
    check_total_ratio(&mut peaks, &options.limits)?;
    Ok(Directory { entries, peaks })
}

fn check_entry(
    central: &Central<'_>,
    index: usize,
    options: &OpenOptions,
    peaks: &mut Peaks,
) -> Result<EntryInfo, Refusal> {
    let OpenOptions { limits, policy } = options;
    check_flags(central.flags)?;
    let Some(method) = Method::from_number(central.method) else {
        return Err(Refusal::new(
            Rule::UnsupportedMethod,
            format_args!("method {}", central.method),
            "0 or 8",
        ));
    };
    if central.disk != 0 {
        return Err(Refusal::new(
            Rule::MultiDisk,
            format_args!("an entry on disk {}", central.disk),
            "disk 0",
        ));
    }
    let facts = name_rules::check(central.name, limits, policy)?;
    let zip64 = extra::check(central.extra, central.name, policy)?;
    let shorts = [central.size, central.compressed_size, central.header_offset];
    let [size, compressed_size, header_offset] = extra::resolve(shorts, zip64, true)?;
    peaks.name_bytes = peaks.name_bytes.max(u64::try_from(facts.name.len()).unwrap_or(u64::MAX));
    peaks.segment_bytes = peaks.segment_bytes.max(facts.longest_segment);
    peaks.depth = peaks.depth.max(facts.depth);
    let entry = EntryInfo {
        name: facts.name.into(),
        size,
        compressed_size,
        header_offset,
        data_offset: 0,
        index,
        crc32: central.crc32,
        modified: central.modified,
        flags: central.flags,
        method,
    };
    check_type(&entry, central.external_attributes, policy)?;
    check_sizes(&entry, limits, peaks)?;
    check_claims(&entry, policy)?;
    check_version(central.version_needed, policy)?;
    Ok(entry)
}

/// B2.
fn check_flags(flags: u16) -> Result<(), Refusal> {
    let rule = if flags & FLAGS_ENCRYPTION != 0 { Rule::Encrypted } else { Rule::UnsupportedFlags };
    if flags & !FLAGS_ALLOWED != 0 {
        return Err(Refusal::new(rule, format_args!("flags 0x{flags:04x}"), "only bits 1, 2, 3 and 11"));
    }
    Ok(())
}

/// P-need.
pub(crate) fn check_version(needed: u16, policy: &Policy) -> Result<(), Refusal> {
    if needed > VERSION_KNOWN && policy.newer_versions.refuses() {
        return Err(Refusal::new(Rule::NewerVersion, format_args!("version {needed}"), "at most 63"));
    }
    Ok(())
}

/// B8 and P-setuid: the upper half of the attributes is a Unix mode (whatever the host byte says: readers differ in
/// whether they look at it), bit 4 is the directory bit of MS-DOS.
fn check_type(entry: &EntryInfo, attributes: u32, policy: &Policy) -> Result<(), Refusal> {
    let mode = attributes >> 16;
    let is_dir = entry.is_dir();
    let says_dir = match mode & 0o170_000 {
        0 => None,
        0o040_000 => Some(true),
        0o100_000 => Some(false),
        0o120_000 => {
            return Err(Refusal::new(
                Rule::Symlink,
                format_args!("mode {mode:o}"),
                "a regular file or directory",
            ));
        }
        _ => {
            return Err(Refusal::new(
                Rule::SpecialFile,
                format_args!("mode {mode:o}"),
                "a regular file or directory",
            ));
        }
    };
    let dos_dir = attributes & 0x10 != 0;
    if says_dir.is_some_and(|says| says != is_dir) || (dos_dir && !is_dir) {
        let found = format_args!("attributes 0x{attributes:08x}");
        let expected = if is_dir { "those of a directory" } else { "those of a file" };
        return Err(Refusal::new(Rule::TypeMismatch, found, expected));
    }
    if mode & 0o7000 != 0 && policy.special_modes.refuses() {
        return Err(Refusal::new(Rule::SpecialMode, format_args!("mode {mode:o}"), "permission bits only"));
    }
    Ok(())
}

/// B9 and P-expand: what cannot be true whatever the data is.
fn check_claims(entry: &EntryInfo, policy: &Policy) -> Result<(), Refusal> {
    let &EntryInfo { size, compressed_size, crc32, method, .. } = entry;
    if entry.is_dir() && (size != 0 || crc32 != 0) {
        let found = format_args!("{size} bytes with CRC {crc32:08x}");
        return Err(Refusal::new(Rule::DirectoryWithData, found, "no data"));
    }
    let stored_differs = method == Method::Stored && size != compressed_size;
    if stored_differs || (size > 0 && compressed_size == 0) {
        let found = format_args!("{size} bytes from {compressed_size}");
        let expected = if stored_differs { "equal sizes of a stored entry" } else { "some compressed data" };
        return Err(Refusal::new(Rule::SizeMismatch, found, expected));
    }
    if compressed_size > size.saturating_mul(2).saturating_add(1024) && policy.slow_streams.refuses() {
        let found = format_args!("{size} bytes from {compressed_size}");
        return Err(Refusal::new(Rule::SlowStream, found, "at most twice the size and 1024"));
    }
    Ok(())
}

/// B7, for this entry and all entries so far.
fn check_sizes(entry: &EntryInfo, limits: &Limits, peaks: &mut Peaks) -> Result<(), Refusal> {
    let &EntryInfo { size, compressed_size, .. } = entry;
    peaks.entry_bytes = peaks.entry_bytes.max(size);
    if size > limits.entry_bytes {
        let expected = format_args!("at most {}", limits.entry_bytes);
        return Err(Refusal::new(Rule::EntryTooLarge, format_args!("{size} bytes"), expected));
    }
    let total = peaks.total_bytes.checked_add(size).filter(|&total| total <= limits.total_bytes);
    let Some(total) = total else {
        let found = format_args!("more than {} bytes", limits.total_bytes);
        return Err(Refusal::new(Rule::TotalTooLarge, found, format_args!("at most {}", limits.total_bytes)));
    };
    peaks.total_bytes = total;
    peaks.compressed_bytes = peaks.compressed_bytes.saturating_add(compressed_size);
    if size > limits.ratio_floor_entry_bytes {
        check_ratio(size, compressed_size, limits, peaks)?;
    }
    Ok(())
}

/// B7, for the archive: without it, many entries just under the floor pass.
fn check_total_ratio(peaks: &mut Peaks, limits: &Limits) -> Result<(), Refusal> {
    let (total, compressed) = (peaks.total_bytes, peaks.compressed_bytes);
    if total > limits.ratio_floor_total_bytes {
        check_ratio(total, compressed, limits, peaks)?;
    }
    Ok(())
}

fn check_ratio(size: u64, compressed: u64, limits: &Limits, peaks: &mut Peaks) -> Result<(), Refusal> {
    if size > compressed.saturating_mul(limits.ratio) {
        let found = format_args!("{size} bytes from {compressed}");
        return Err(Refusal::new(Rule::ZipBomb, found, format_args!("at most {} to 1", limits.ratio)));
    }
    peaks.ratio = peaks.ratio.max(size.div_ceil(compressed.max(1)));
    Ok(())
}
