//! A zip writer that can lie: every field of every record can be set to anything.

use std::io::Write as _;

use dss_security::{OpenOptions, OpenedArchive};

/// What a local and a central header hold; the central one uses all of it.
#[derive(Clone)]
pub(crate) struct Header {
    pub(crate) signature: [u8; 4],
    pub(crate) made_by: u16,
    pub(crate) needed: u16,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) time: u16,
    pub(crate) date: u16,
    pub(crate) crc: u32,
    pub(crate) compressed_size: u32,
    pub(crate) size: u32,
    pub(crate) name_bytes: Option<u16>,
    pub(crate) name: Vec<u8>,
    pub(crate) extra: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) disk: u16,
    pub(crate) attributes: u32,
    pub(crate) offset: Option<u32>,
}

#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) local: Header,
    pub(crate) central: Header,
    pub(crate) raw: Vec<u8>,
    pub(crate) descriptor: Vec<u8>,
    pub(crate) padding: Vec<u8>,
    pub(crate) is_present: bool,
    pub(crate) is_listed: bool,
}

pub(crate) fn crc(data: &[u8]) -> u32 {
    let mut hash = flate2::Crc::new();
    hash.update(data);
    hash.sum()
}

pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

impl Entry {
    /// An honest stored entry; a name that ends with a slash makes a directory.
    pub(crate) fn stored(name: impl AsRef<[u8]>, data: &[u8]) -> Self {
        Self::raw(name, 0, data.to_vec(), data)
    }

    pub(crate) fn deflated(name: impl AsRef<[u8]>, data: &[u8]) -> Self {
        Self::raw(name, 8, deflate(data), data)
    }

    /// An entry whose compressed data is given, and whose claims are those of `data`.
    pub(crate) fn raw(name: impl AsRef<[u8]>, method: u16, raw: Vec<u8>, data: &[u8]) -> Self {
        let name = name.as_ref().to_vec();
        let is_dir = name.ends_with(b"/");
        let header = Header {
            signature: *b"PK\x03\x04",
            made_by: 0x0314,
            needed: 20,
            flags: if name.is_ascii() { 0 } else { 0x0800 },
            method,
            time: 0,
            date: 0x21,
            crc: crc(data),
            compressed_size: raw.len() as u32,
            size: data.len() as u32,
            name_bytes: None,
            name,
            extra: Vec::new(),
            comment: Vec::new(),
            disk: 0,
            attributes: if is_dir { 0o040_755 << 16 | 0x10 } else { 0o100_644 << 16 },
            offset: None,
        };
        let central = Header { signature: *b"PK\x01\x02", ..header.clone() };
        let (descriptor, padding) = (Vec::new(), Vec::new());
        Self { local: header, central, raw, descriptor, padding, is_present: true, is_listed: true }
    }

    pub(crate) fn local(mut self, change: impl FnOnce(&mut Header)) -> Self {
        change(&mut self.local);
        self
    }

    pub(crate) fn central(mut self, change: impl FnOnce(&mut Header)) -> Self {
        change(&mut self.central);
        self
    }

    pub(crate) fn both(self, change: impl Fn(&mut Header)) -> Self {
        self.local(&change).central(&change)
    }

    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Sets bit 3 and empties the local values, as streaming writers do.
    pub(crate) fn streamed(self, is_signed: bool, is_long: bool) -> Self {
        let descriptor = descriptor(&self.central, is_signed, is_long);
        self.both(|header| header.flags |= 8)
            .local(|header| (header.crc, header.compressed_size, header.size) = (0, 0, 0))
            .with(|entry| entry.descriptor = descriptor)
    }
}

pub(crate) fn descriptor(header: &Header, is_signed: bool, is_long: bool) -> Vec<u8> {
    let mut out = if is_signed { b"PK\x07\x08".to_vec() } else { Vec::new() };
    out.extend(header.crc.to_le_bytes());
    for value in [header.compressed_size, header.size] {
        if is_long { out.extend(u64::from(value).to_le_bytes()) } else { out.extend(value.to_le_bytes()) }
    }
    out
}

pub(crate) fn field(id: u16, body: &[u8]) -> Vec<u8> {
    [&id.to_le_bytes()[..], &(body.len() as u16).to_le_bytes(), body].concat()
}

pub(crate) fn zip64(values: &[u64]) -> Vec<u8> {
    field(1, &values.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<_>>())
}

/// The end record.
#[derive(Clone, Default)]
pub(crate) struct End {
    pub(crate) disk: u16,
    pub(crate) directory_disk: u16,
    pub(crate) entries_on_disk: u16,
    pub(crate) entries: u16,
    pub(crate) directory_bytes: u32,
    pub(crate) directory_offset: u32,
    pub(crate) comment_bytes: u16,
}

/// The zip64 end record and its locator.
#[derive(Clone)]
pub(crate) struct End64 {
    pub(crate) size: u64,
    pub(crate) disk: u32,
    pub(crate) entries_on_disk: u64,
    pub(crate) entries: u64,
    pub(crate) directory_bytes: u64,
    pub(crate) directory_offset: u64,
    pub(crate) locator_disk: u32,
    pub(crate) locator_offset: u64,
    pub(crate) locator_disks: u32,
    pub(crate) has_locator: bool,
}

type Change<T> = Box<dyn Fn(&mut T)>;

#[derive(Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    pub(crate) prefix: Vec<u8>,
    pub(crate) before_directory: Vec<u8>,
    pub(crate) after_directory: Vec<u8>,
    pub(crate) before_end: Vec<u8>,
    pub(crate) comment: Vec<u8>,
    pub(crate) suffix: Vec<u8>,
    pub(crate) end: Option<Change<End>>,
    pub(crate) end64: Option<Change<End64>>,
}

pub(crate) fn archive(entries: impl Into<Vec<Entry>>) -> Archive {
    Archive { entries: entries.into(), ..Archive::default() }
}

impl Archive {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn end(self, change: impl Fn(&mut End) + 'static) -> Self {
        self.with(|archive| archive.end = Some(Box::new(change)))
    }

    pub(crate) fn end64(self, change: impl Fn(&mut End64) + 'static) -> Self {
        self.with(|archive| archive.end64 = Some(Box::new(change)))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut out = self.prefix.clone();
        let mut directory = Vec::new();
        for entry in &self.entries {
            let offset = out.len() as u32;
            if entry.is_present {
                write_local(&mut out, &entry.local);
                out.extend(&entry.raw);
                out.extend(&entry.descriptor);
            }
            out.extend(&entry.padding);
            if entry.is_listed {
                write_central(&mut directory, &entry.central, entry.central.offset.unwrap_or(offset));
            }
        }
        out.extend(&self.before_directory);
        let directory_offset = out.len();
        out.extend(&directory);
        out.extend(&self.after_directory);
        let count = self.entries.iter().filter(|entry| entry.is_listed).count();
        let mut end = End {
            entries_on_disk: count as u16,
            entries: count as u16,
            directory_bytes: (out.len() - directory_offset) as u32,
            directory_offset: directory_offset as u32,
            comment_bytes: self.comment.len() as u16,
            ..End::default()
        };
        if let Some(change) = &self.end64 {
            write_end64(&mut out, &end, change);
            (end.entries_on_disk, end.entries) = (u16::MAX, u16::MAX);
            (end.directory_bytes, end.directory_offset) = (u32::MAX, u32::MAX);
        }
        out.extend(&self.before_end);
        if let Some(change) = &self.end {
            change(&mut end);
        }
        write_end(&mut out, &end);
        out.extend(&self.comment);
        out.extend(&self.suffix);
        out
    }
}

fn write_shared(out: &mut Vec<u8>, header: &Header) {
    for short in [header.needed, header.flags, header.method, header.time, header.date] {
        out.extend(short.to_le_bytes());
    }
    for long in [header.crc, header.compressed_size, header.size] {
        out.extend(long.to_le_bytes());
    }
    out.extend(header.name_bytes.unwrap_or(header.name.len() as u16).to_le_bytes());
    out.extend((header.extra.len() as u16).to_le_bytes());
}

fn write_local(out: &mut Vec<u8>, header: &Header) {
    out.extend(header.signature);
    write_shared(out, header);
    out.extend(&header.name);
    out.extend(&header.extra);
}

fn write_central(out: &mut Vec<u8>, header: &Header, offset: u32) {
    out.extend(header.signature);
    out.extend(header.made_by.to_le_bytes());
    write_shared(out, header);
    out.extend((header.comment.len() as u16).to_le_bytes());
    out.extend(header.disk.to_le_bytes());
    out.extend([0, 0]);
    out.extend(header.attributes.to_le_bytes());
    out.extend(offset.to_le_bytes());
    out.extend(&header.name);
    out.extend(&header.extra);
    out.extend(&header.comment);
}

fn write_end64(out: &mut Vec<u8>, end: &End, change: &Change<End64>) {
    let mut end64 = End64 {
        size: 44,
        disk: 0,
        entries_on_disk: end.entries_on_disk.into(),
        entries: end.entries.into(),
        directory_bytes: end.directory_bytes.into(),
        directory_offset: end.directory_offset.into(),
        locator_disk: 0,
        locator_offset: out.len() as u64,
        locator_disks: 1,
        has_locator: true,
    };
    change(&mut end64);
    out.extend(b"PK\x06\x06");
    out.extend(end64.size.to_le_bytes());
    out.extend([45, 0, 45, 0]);
    out.extend(end64.disk.to_le_bytes());
    out.extend([0; 4]);
    for long in [end64.entries_on_disk, end64.entries, end64.directory_bytes, end64.directory_offset] {
        out.extend(long.to_le_bytes());
    }
    if end64.has_locator {
        out.extend(b"PK\x06\x07");
        out.extend(end64.locator_disk.to_le_bytes());
        out.extend(end64.locator_offset.to_le_bytes());
        out.extend(end64.locator_disks.to_le_bytes());
    }
}

fn write_end(out: &mut Vec<u8>, end: &End) {
    out.extend(b"PK\x05\x06");
    for short in [end.disk, end.directory_disk, end.entries_on_disk, end.entries] {
        out.extend(short.to_le_bytes());
    }
    out.extend(end.directory_bytes.to_le_bytes());
    out.extend(end.directory_offset.to_le_bytes());
    out.extend(end.comment_bytes.to_le_bytes());
}

/// Opens with `options`; the outcome is the code, or "opened".
#[track_caller]
pub(crate) fn check_with(options: &OpenOptions, bytes: &[u8], rule: &str, code: &str) {
    match OpenedArchive::open_verified(bytes, options) {
        Ok(_) => assert_eq!(("-", "opened"), (rule, code)),
        Err(error) => assert_eq!((error.rule(), error.code()), (rule, code), "{error}"),
    }
}

#[track_caller]
pub(crate) fn refused(archive: &Archive, rule: &str, code: &str) {
    check_with(&OpenOptions::strict(), &archive.bytes(), rule, code);
}

#[track_caller]
pub(crate) fn opened(archive: &Archive) {
    check_with(&OpenOptions::strict(), &archive.bytes(), "-", "opened");
}
