//! The floor of `cargo xtask bench`: it moves the same bytes as DSS and does nothing else. README.md says what
//! that is, and why it is fair.
//!
//! ```text
//! dss-floor start              nothing: what starting a process costs
//! dss-floor import FILE DB     inflate and split | parse, check and hash | insert, indexes after the load
//! dss-floor update FILE DB     the same into a table that is there, by id
//! dss-floor export DB ZIP      scan and serialise | hash, deflate (level 2) and write
//! dss-floor verify FILE…       inflate and split | parse, check and hash
//! ```

mod check;
mod database;
mod split;
mod token;
mod zips;

use std::error::Error;
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use database::Table;
use token::Token;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Bytes of tokens that travel together between threads.
const BATCH: usize = 256 << 10;
/// Batches on their way.
const BATCHES: usize = 6;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["start"] => Ok(()),
        ["import", file, database] => load(file.as_ref(), Table::create(database.as_ref())?),
        ["update", file, database] => load(file.as_ref(), Table::open(database.as_ref())?),
        ["export", database, archive] => export(database.as_ref(), archive.as_ref()),
        ["verify", files @ ..] if !files.is_empty() => {
            files.iter().try_for_each(|file| verify(file.as_ref()))
        }
        _ => {
            Err("usage: dss-floor start | import FILE DB | update FILE DB | export DB ZIP | verify FILE…"
                .into())
        }
    }
}

/// Splits the file on a thread of its own.
fn split<T>(file: &Path, take: impl FnOnce(Receiver<split::Batch>) -> Result<T>) -> Result<T> {
    thread::scope(|scope| {
        let (to, from) = sync_channel(BATCHES);
        let splitter = scope.spawn(move || {
            split::tokens(zips::open(file)?.as_mut(), |batch| to.send(batch).map_err(Into::into))
        });
        let taken = take(from);
        splitter.join().map_err(|_| "the splitter panicked")??;
        taken
    })
}

fn load(file: &Path, mut table: Table) -> Result<()> {
    split(file, |batches| {
        thread::scope(|scope| {
            let (to, from) = sync_channel::<Vec<Token>>(BATCHES);
            let parser = scope.spawn(move || {
                for batch in batches {
                    let tokens = batch.items().map(|(path, text)| Token::parse(path, text));
                    to.send(tokens.collect::<Result<_>>()?)?;
                }
                Result::Ok(())
            });
            for tokens in from {
                tokens.iter().try_for_each(|token| table.put(token))?;
            }
            parser.join().map_err(|_| "the parser panicked")?
        })
    })?;
    table.finish()
}

fn verify(file: &Path) -> Result<()> {
    let tokens = split(file, |batches| {
        let mut tokens = 0_u64;
        for batch in batches {
            for (_, text) in batch.items() {
                let hash = token::check(text)?.1;
                tokens += u64::from(hash != [0; 16]);
            }
        }
        Ok(tokens)
    })?;
    println!("{tokens}");
    Ok(())
}

fn export(database: &Path, archive: &Path) -> Result<()> {
    thread::scope(|scope| {
        let (to, from) = sync_channel::<String>(BATCHES);
        let scanner =
            scope.spawn(move || database::scan(database, BATCH, |text| to.send(text).map_err(Into::into)));
        zips::write(archive, from)?;
        scanner.join().map_err(|_| "the scanner panicked")?
    })
}
