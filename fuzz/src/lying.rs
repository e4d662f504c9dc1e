//! A zip writer that lies where it is told to, and knows which of its bytes a reader must not believe if they
//! were others (APPNOTE 4.3).

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

/// Bits 1 and 2 of an entry's flags only tell how hard the compressor tried.
const FLAGS_EFFORT: u64 = 0x0006;
/// All ones in a field of 16 or 32 bits: the value is in the zip64 record.
const SHORT_MAX: u64 = 0xffff;
const LONG_MAX: u64 = 0xffff_ffff;

/// How an entry says its sizes again, after its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, arbitrary::Arbitrary)]
pub(crate) struct Descriptor {
    pub(crate) is_signed: bool,
    pub(crate) is_long: bool,
}

/// An entry as its headers describe it; a lie in here is told by both of them.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) flags: u16,
    pub(crate) method: u16,
    pub(crate) crc: u32,
    /// Uncompressed.
    pub(crate) size: u64,
    pub(crate) attributes: u32,
    pub(crate) extra: Vec<u8>,
    /// What stands in the file.
    pub(crate) raw: Vec<u8>,
    pub(crate) descriptor: Option<Descriptor>,
    /// Whether sizes are said in 64 bits.
    pub(crate) is_zip64: bool,
    /// Bytes that follow the entry and belong to nothing.
    pub(crate) gap: Vec<u8>,
    /// Whether there is a local header and data, and how often the directory lists them.
    pub(crate) is_present: bool,
    pub(crate) listed: u8,
}

impl Entry {
    /// A file, or a folder if its name ends with a slash and it has no content.
    pub(crate) fn new(name: &[u8], content: &[u8], is_deflated: bool) -> Self {
        let is_folder = name.ends_with(b"/");
        Self {
            name: name.to_vec(),
            flags: if name.is_ascii() { 0 } else { 0x0800 },
            method: if is_deflated { 8 } else { 0 },
            crc: crc(content),
            size: content.len() as u64,
            attributes: if is_folder { 0o040_755 << 16 | 0x10 } else { 0o100_644 << 16 },
            extra: Vec::new(),
            raw: if is_deflated { deflated(content) } else { content.to_vec() },
            descriptor: None,
            is_zip64: false,
            gap: Vec::new(),
            is_present: true,
            listed: 1,
        }
    }
}

/// What stands around the entries; nothing, in an honest archive.
#[derive(Debug, Default)]
pub(crate) struct Archive {
    pub(crate) entries: Vec<Entry>,
    pub(crate) is_zip64: bool,
    pub(crate) comment: Vec<u8>,
    pub(crate) before_all: Vec<u8>,
    pub(crate) before_directory: Vec<u8>,
    pub(crate) after_directory: Vec<u8>,
    pub(crate) before_end: Vec<u8>,
    pub(crate) after_all: Vec<u8>,
}

/// A field that must be what it is: with any other value the archive has to be refused.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) name: &'static str,
    pub(crate) at: usize,
    pub(crate) bytes: usize,
    /// The other value that says the same thing.
    pub(crate) also: Option<u64>,
    /// Bits that mean nothing here.
    pub(crate) ignored: u64,
}

/// An archive's bytes, and the fields in them.
#[derive(Debug, Default)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) fields: Vec<Field>,
}

impl Archive {
    pub(crate) fn write(&self) -> Written {
        let mut out = Written::default();
        let mut directory: Vec<(&Entry, u64)> = Vec::new();
        out.raw(&self.before_all);
        for entry in &self.entries {
            let offset = out.bytes.len() as u64;
            if entry.is_present {
                out.local(entry);
                out.raw(&entry.raw);
                out.descriptor(entry);
            }
            out.raw(&entry.gap);
            directory.extend((0..entry.listed).map(|_| (entry, offset)));
        }
        out.raw(&self.before_directory);
        let offset = out.bytes.len() as u64;
        for (entry, offset) in &directory {
            out.central(entry, *offset);
        }
        out.raw(&self.after_directory);
        let count = directory.len() as u64;
        let bytes = out.bytes.len() as u64 - offset;
        if self.is_zip64 {
            out.end64(count, bytes, offset);
        }
        out.raw(&self.before_end);
        out.end(count, bytes, offset, self);
        out.raw(&self.after_all);
        out
    }
}

impl Written {
    fn raw(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// A number of that many bytes, which has to be what it is.
    fn must(&mut self, name: &'static str, value: u64, bytes: usize) {
        self.either(name, value, None, bytes);
    }

    /// A number that could also be another one.
    fn either(&mut self, name: &'static str, value: u64, also: Option<u64>, bytes: usize) {
        self.fields.push(Field { name, at: self.bytes.len(), bytes, also, ignored: 0 });
        self.raw(&value.to_le_bytes()[..bytes]);
    }

    fn local(&mut self, entry: &Entry) {
        self.must("local signature", 0x0403_4b50, 4);
        self.shared(entry, true);
        self.name(entry);
        if entry.is_zip64 && entry.descriptor.is_none() {
            self.zip64(&[entry.size, entry.raw.len() as u64]);
        }
        self.raw(&entry.extra);
    }

    fn central(&mut self, entry: &Entry, offset: u64) {
        self.must("central signature", 0x0201_4b50, 4);
        self.raw(&[20, 3]);
        self.shared(entry, false);
        self.must("central comment length", 0, 2);
        self.must("entry's disk", 0, 2);
        self.raw(&[0, 0]);
        self.raw(&entry.attributes.to_le_bytes());
        self.must("local header's offset", offset, 4);
        self.name(entry);
        if entry.is_zip64 {
            self.zip64(&[entry.size, entry.raw.len() as u64]);
        }
        self.raw(&entry.extra);
    }

    /// From the version needed to the length of the extra fields, as both headers have them.
    fn shared(&mut self, entry: &Entry, is_local: bool) {
        let is_streamed = entry.descriptor.is_some();
        self.raw(&[20, 0]);
        self.must("flags", u64::from(entry.flags) | if is_streamed { 8 } else { 0 }, 2);
        if let Some(flags) = self.fields.last_mut() {
            flags.ignored = FLAGS_EFFORT;
        }
        self.must("method", entry.method.into(), 2);
        self.must("time and date", 0x0021_0000, 4);
        let has_zip64 = entry.is_zip64 && !(is_local && is_streamed);
        let values =
            [("crc", entry.crc.into()), ("compressed size", entry.raw.len() as u64), ("size", entry.size)];
        for (name, value) in values {
            if is_local && is_streamed {
                self.either(name, 0, Some(value), 4);
            } else if has_zip64 && name != "crc" {
                self.either(name, LONG_MAX, Some(value), 4);
            } else {
                self.must(name, value, 4);
            }
        }
        self.must("name length", entry.name.len() as u64, 2);
        let extra_bytes = entry.extra.len() + if has_zip64 { 20 } else { 0 };
        self.must("extra fields' length", extra_bytes as u64, 2);
    }

    /// Every byte of a name is a field of its own.
    fn name(&mut self, entry: &Entry) {
        for byte in &entry.name {
            self.must("name", (*byte).into(), 1);
        }
    }

    fn zip64(&mut self, values: &[u64]) {
        self.must("zip64 field's id", 1, 2);
        self.must("zip64 field's length", 8 * values.len() as u64, 2);
        for value in values {
            self.must("size in 64 bits", *value, 8);
        }
    }

    fn descriptor(&mut self, entry: &Entry) {
        let Some(Descriptor { is_signed, is_long }) = entry.descriptor else { return };
        if is_signed {
            self.must("descriptor's signature", 0x0807_4b50, 4);
        }
        self.must("descriptor's crc", entry.crc.into(), 4);
        let bytes = if is_long { 8 } else { 4 };
        self.must("descriptor's compressed size", entry.raw.len() as u64, bytes);
        self.must("descriptor's size", entry.size, bytes);
    }

    fn end64(&mut self, count: u64, bytes: u64, offset: u64) {
        let start = self.bytes.len() as u64;
        self.must("zip64 end signature", 0x0606_4b50, 4);
        self.must("zip64 end's length", 44, 8);
        self.raw(&[45, 3, 45, 0]);
        for name in ["zip64 end's disk", "zip64 end's directory disk"] {
            self.must(name, 0, 4);
        }
        for name in ["zip64 end's count on this disk", "zip64 end's count"] {
            self.must(name, count, 8);
        }
        self.must("zip64 end's directory size", bytes, 8);
        self.must("zip64 end's directory offset", offset, 8);
        self.must("locator signature", 0x0706_4b50, 4);
        self.must("locator's disk", 0, 4);
        self.must("locator's offset", start, 8);
        self.must("locator's disks", 1, 4);
    }

    fn end(&mut self, count: u64, bytes: u64, offset: u64, archive: &Archive) {
        self.must("end signature", 0x0605_4b50, 4);
        let mut either = |name, value, all: u64, bytes| {
            if archive.is_zip64 {
                self.either(name, all, Some(value), bytes);
            } else {
                self.must(name, value, bytes);
            }
        };
        either("end's disk", 0, SHORT_MAX, 2);
        either("end's directory disk", 0, SHORT_MAX, 2);
        either("end's count on this disk", count, SHORT_MAX, 2);
        either("end's count", count, SHORT_MAX, 2);
        either("end's directory size", bytes, LONG_MAX, 4);
        either("end's directory offset", offset, LONG_MAX, 4);
        self.must("comment length", archive.comment.len() as u64, 2);
        self.raw(&archive.comment);
    }
}

/// The CRC-32 of `content`.
pub(crate) fn crc(content: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(content);
    crc.sum()
}

/// `content` as a deflate stream.
pub(crate) fn deflated(content: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    written.expect("writing to memory does not fail")
}
