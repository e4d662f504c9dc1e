//! Opens each archive that is named on the command line, reads every entry once and says what came of it.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write as _};
use std::time::Instant;

use dss_security::{OpenOptions, OpenedArchive};

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for path in std::env::args_os().skip(1) {
        let start = Instant::now();
        let result = OpenedArchive::open_verified(File::open(&path)?, &OpenOptions::upload());
        let elapsed = start.elapsed();
        match result {
            Ok(archive) => {
                let (entries, bytes) = (archive.entries().len(), archive.total_bytes());
                writeln!(out, "{}: {entries} entries, {bytes} bytes, {elapsed:?}", path.display())?;
            }
            Err(error) => {
                writeln!(
                    out,
                    "{}: {} - {error}; {} ({elapsed:?})",
                    path.display(),
                    error.code(),
                    error.hint()
                )?;
            }
        }
    }
    Ok(())
}
