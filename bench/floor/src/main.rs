//! The floor of `cargo xtask bench`: it moves the bytes of a token file and does nothing else.
//!
//! No revisions, no checks beyond well-formed JSON, no resolving, no merging, one fixed schema. What
//! DSS costs more than this is what DSS does more than this (FLOOR.md §5 of the shared references).
//!
//! ```text
//! dss-floor import FILE DB    inflate and split | parse and hash | insert, four indexes after the load
//! dss-floor export DB ZIP     scan and serialise | hash, deflate (level 2) and write
//! dss-floor verify ZIP        inflate and split | parse and hash
//! ```

mod database;
mod split;
mod token;

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read, Write as _};
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;

use sha2::{Digest as _, Sha256};
use zip::write::SimpleFileOptions;

use database::Loader;
use token::Token;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Bytes of tokens that travel together between threads.
const BATCH: usize = 256 << 10;
/// Batches on their way.
const BATCHES: usize = 6;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["import", file, database] => import(file.as_ref(), database.as_ref()),
        ["export", database, archive] => export(database.as_ref(), archive.as_ref()),
        ["verify", archive] => verify(archive.as_ref()),
        _ => Err("usage: dss-floor import FILE DB | export DB ZIP | verify ZIP".into()),
    }
}

/// Runs `take` on every token of the file, three threads apart from its bytes.
fn each_token(file: &Path, mut take: impl FnMut(Token) -> Result<()>) -> Result<()> {
    thread::scope(|scope| {
        let (raw_to, raw_from) = sync_channel::<split::Batch>(BATCHES);
        let (parsed_to, parsed_from) = sync_channel::<Vec<Token>>(BATCHES);
        let splitter = scope.spawn(move || {
            let mut source = open(file)?;
            split::tokens(source.as_mut(), |batch| raw_to.send(batch).map_err(Into::into))
        });
        let parser = scope.spawn(move || {
            for batch in raw_from {
                let tokens: Result<Vec<Token>> =
                    batch.items().map(|(path, text)| Token::parse(path, text)).collect();
                parsed_to.send(tokens?)?;
            }
            Result::Ok(())
        });
        for tokens in parsed_from {
            tokens.into_iter().try_for_each(&mut take)?;
        }
        splitter.join().map_err(|_| "the splitter panicked")??;
        parser.join().map_err(|_| "the parser panicked")?
    })
}

/// The token document: of a zip, the entries one after the other.
fn open(file: &Path) -> Result<Box<dyn Read + Send>> {
    let source = File::open(file)?;
    if file.extension().is_some_and(|ending| ending == "json") {
        return Ok(Box::new(source));
    }
    let archive = zip::ZipArchive::new(source)?;
    let names = archive.file_names().map(|name| Ok(name?.into_owned())).collect::<Result<Vec<String>>>()?;
    let mut entries: Box<dyn Read + Send> = Box::new(std::io::empty());
    for name in names.into_iter().filter(|name| name.ends_with(".tokens.json") || name == "tokens.json") {
        let mut archive = zip::ZipArchive::new(File::open(file)?)?;
        let index = archive.index_for_name(&name).ok_or("an entry vanished")?;
        let start = archive.by_index(index)?.data_start().ok_or("an entry without data")?;
        let size = archive.by_index(index)?.compressed_size();
        let mut data = File::open(file)?;
        std::io::Seek::seek(&mut data, std::io::SeekFrom::Start(start))?;
        entries = Box::new(entries.chain(flate2::read::DeflateDecoder::new(data.take(size))));
    }
    Ok(entries)
}

fn import(file: &Path, database: &Path) -> Result<()> {
    let mut loader = Loader::new(database)?;
    each_token(file, |token| loader.insert(&token))?;
    loader.finish()
}

fn verify(archive: &Path) -> Result<()> {
    let mut tokens = 0_u64;
    each_token(archive, |_| {
        tokens += 1;
        Ok(())
    })?;
    println!("{tokens}");
    Ok(())
}

fn export(database: &Path, archive: &Path) -> Result<()> {
    thread::scope(|scope| {
        let (to, from) = sync_channel::<String>(BATCHES);
        let scanner =
            scope.spawn(move || database::scan(database, BATCH, |text| to.send(text).map_err(Into::into)));
        let mut zip = zip::ZipWriter::new(BufWriter::new(File::create(archive)?));
        let options = SimpleFileOptions::default().compression_level(Some(2)).large_file(true);
        zip.start_file("tokens.json", options)?;
        let mut hash = Sha256::new();
        for text in from {
            hash.update(text.as_bytes());
            zip.write_all(text.as_bytes())?;
        }
        println!("{:x?}", hash.finalize());
        zip.finish()?.flush()?;
        scanner.join().map_err(|_| "the scanner panicked")?
    })
}
