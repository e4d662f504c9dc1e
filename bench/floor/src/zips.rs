//! Zip files, read and written without a question.

use std::fs::File;
use std::io::{BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

use crate::Result;

/// The level that DSS deflates at.
const LEVEL: i64 = 2;
const ENTRY: &str = "tokens/tokens.tokens.json";

/// The token document: of a zip, the entries with tokens, one after the other.
pub fn open(file: &Path) -> Result<Box<dyn Read>> {
    let source = File::open(file)?;
    if file.extension().is_some_and(|ending| ending == "json") {
        return Ok(Box::new(source));
    }
    let mut archive = zip::ZipArchive::new(source)?;
    let mut entries: Box<dyn Read> = Box::new(std::io::empty());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        if !entry.name()?.ends_with(".tokens.json") {
            continue;
        }
        let start = entry.data_start().ok_or("an entry without data")?;
        let (size, method) = (entry.compressed_size(), entry.compression());
        let mut data = File::open(file)?;
        data.seek(SeekFrom::Start(start))?;
        let data = data.take(size);
        entries = match method {
            CompressionMethod::Stored => Box::new(entries.chain(data)),
            _ => Box::new(entries.chain(flate2::read::DeflateDecoder::new(data))),
        };
    }
    Ok(entries)
}

/// An archive as DSS writes it: what it is, one document, and a manifest with the document's hash.
pub fn write(archive: &Path, document: impl IntoIterator<Item = String>) -> Result<()> {
    let mut zip = zip::ZipWriter::new(BufWriter::new(File::create(archive)?));
    let deflated = SimpleFileOptions::DEFAULT.compression_level(Some(LEVEL)).large_file(true);
    let stored = SimpleFileOptions::DEFAULT.compression_method(CompressionMethod::Stored);
    zip.start_file("mimetype", stored)?;
    zip.write_all(b"application/octet-stream")?;
    zip.start_file(ENTRY, deflated)?;
    let (mut hash, mut size) = (Sha256::new(), 0);
    for text in document {
        hash.update(text.as_bytes());
        size += text.len();
        zip.write_all(text.as_bytes())?;
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    zip.start_file("manifest.json", stored)?;
    write!(zip, "{{\"path\":\"{ENTRY}\",\"size\":{size},\"sha256\":\"{hash}\"}}")?;
    let file = zip.finish()?.into_inner()?;
    file.sync_all()?;
    Ok(())
}
